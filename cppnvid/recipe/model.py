"""The recipe itself: its parts, and what must hold between them."""

import math
from collections.abc import Mapping
from typing import Any, Self

from pydantic import model_validator

from cppnvid.recipe.base import Part, Text, merge, unknown
from cppnvid.recipe.camera import Camera
from cppnvid.recipe.canvas import Canvas, Output, frames_at_speed
from cppnvid.recipe.colour import Palette
from cppnvid.recipe.keyframes import Track
from cppnvid.recipe.morph import FEWEST_GROWN, Morph
from cppnvid.recipe.network import NetworkSpec
from cppnvid.recipe.sound import Sound
from cppnvid.recipe.styles import DEFAULT_STYLE, STYLES

# Over all seeds: half a gigabyte of float32, the most a recipe from a stranger may ask for.
MAX_WEIGHTS = 2**27


class Recipe(Part):
    """Everything a video depends on."""

    title: Text = ""
    comment: Text = ""
    """For people: what this is, and what to play with."""
    style: Text = DEFAULT_STYLE
    """The named style that everything left out is taken from."""
    network: NetworkSpec = NetworkSpec()
    morph: Morph = Morph()
    camera: Camera = Camera()
    palette: Palette = Palette()
    sound: Sound = Sound()
    canvas: Canvas = Canvas()
    output: Output = Output()

    @model_validator(mode="before")
    @classmethod
    def _start_from_style(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        style = data.get("style", DEFAULT_STYLE)
        if not isinstance(style, str) or style not in STYLES:
            raise ValueError(unknown("style", style, STYLES))
        return _with_depth(_at_speed(merge(_without_rivals(STYLES[style], data), data), data))

    @model_validator(mode="after")
    def _parts_agree(self) -> Self:
        if self.morph.of == "z" and "z" not in self.network.inputs:
            raise ValueError(
                "morph.of: z walks through latents, and network.inputs has no z: add it, or take "
                "of: weights"
            )
        if self.palette.name == "cmyk" and self.network.channels != 4:
            raise ValueError(
                f"palette cmyk needs network.channels: 4, given {self.network.channels}"
            )
        if self.palette.name != "cmyk" and self.network.channels == 4:
            raise ValueError(
                f"network.channels: 4 goes with palette cmyk, given {self.palette.name}"
            )
        if self.morph.loop == "ping-pong" and self.output.frames % 2:
            raise ValueError(
                f"ping-pong needs an even number of frames, or its turning point stands twice: "
                f"given {self.output.frames}, take {self.output.frames + 1}"
            )
        self._check_growth()
        weights = self.network.weight_count * self.morph.corners
        if weights > MAX_WEIGHTS:
            raise ValueError(
                f"{weights:,} weights over all seeds and directions, at most {MAX_WEIGHTS:,}: "
                f"use fewer"
            )
        self._check_reactions()
        for key, track, period in [("morph.speed", self.morph.speed, 0.0), *self.tracks()]:
            self._check_closed(key, track, period)
            lowest = min(k.value for k in track.keys)
            if key.rpartition(".")[2] in ("zoom", "size", "radius", "speed") and lowest <= 0:
                raise ValueError(f"{key} must stay above 0, given {lowest:g}")
        return self

    def tracks(self) -> list[tuple[str, Track, float]]:
        """Return the picture's tracks as (key path, track, period): 360 for angles, else 0."""
        angles = {"rotate", "angle", "hue", "phase"}
        owners: list[tuple[str, Part]] = [("camera", self.camera), ("palette", self.palette)]
        owners += [(f"camera.warps.{i}", warp) for i, warp in enumerate(self.camera.warps)]
        return [
            (f"{where}.{name}", value, 360.0 if name in angles else 0.0)
            for where, owner in owners
            for name, value in owner
            if isinstance(value, Track)
        ]

    def _check_growth(self) -> None:
        morph, layers = self.morph, self.network.layers
        if morph.path != "grow":
            return
        if morph.grow == "depth" and len(layers) < 2:
            raise ValueError(
                f"morph.path: grow adds hidden layers to the first, given network.layers of "
                f"{len(layers)}: add some, or take morph.grow: width"
            )
        widest = max((layer.width for layer in layers), default=0)
        if morph.grow == "width" and widest <= FEWEST_GROWN:
            raise ValueError(
                f"morph.grow: width adds neurons to the first {FEWEST_GROWN} of each hidden layer, "
                f"and network.layers has no more than {widest}: add some"
            )

    def _check_reactions(self) -> None:
        known = ["morph.speed", "z", *(key for key, _, _ in self.tracks())]
        for index, reaction in enumerate(self.sound.react):
            where = f"sound.react.{index}.drives"
            if reaction.drives not in known:
                raise ValueError(f"{where}: {unknown('number', reaction.drives, known)}")
            if reaction.drives == "z" and "z" not in self.network.inputs:
                raise ValueError(f"{where}: z is driven, and network.inputs has no z: add it")

    def _check_closed(self, path: str, track: Track, period: float) -> None:
        first, last = track.keys[0], track.keys[-1]
        if self.morph.loop != "closed" or last.time < 1 or first.time > 0:
            return
        step = last.value - first.value
        if not math.isclose(math.remainder(step, period) if period else step, 0, abs_tol=1e-9):
            whole = f", or differ by a multiple of {period:g}" if period else ""
            raise ValueError(
                f"{path} ends at {last.value:g} and starts at {first.value:g}, which jumps in a "
                f"loop: make them equal{whole}, leave the key at time 1 out, or take morph.loop: "
                f"ping-pong or open"
            )

    def to_data(self) -> dict[str, Any]:
        """Return plain mappings, lists, numbers and text; `model_validate` of them is equal."""
        return self.model_dump(mode="json", exclude_none=True)


def _at_speed(data: dict[str, Any], written: Mapping[str, Any]) -> dict[str, Any]:
    """Shorten a film by a constant speed, which is 1 from then on."""
    morph, output = data.get("morph"), data.get("output", {})
    if not (isinstance(morph, Mapping) and isinstance(output, Mapping)):
        return data
    speed = morph.get("speed", 1.0)
    if not isinstance(speed, int | float) or isinstance(speed, bool) or speed == 1:
        return data
    if not 0 < speed < math.inf:
        return data  # what it must be is told later, as of any track
    said = [key for key in ("frames", "seconds") if key in (written.get("output") or {})]
    if said:
        raise ValueError(
            f"morph.speed {speed:g} changes how long the film is, which output.{said[0]} says: "
            f"keep one, or make speed keyframes, such as {{keys: [[0, 1], [0.5, 3]]}}"
        )
    usual = output.get("frames", Output.model_fields["frames"].default)
    try:
        frames = frames_at_speed(usual, speed, even=morph.get("loop") == "ping-pong")
    except ValueError as error:
        raise ValueError(f"morph.speed {error}") from None
    return data | {"morph": {**morph, "speed": 1.0}, "output": {**output, "frames": frames}}


def _with_depth(data: dict[str, Any]) -> dict[str, Any]:
    """Give a path that zooms what it zooms into: an endless warp, unless one moves already."""
    morph, camera = _plain(data.get("morph")), _plain(data.get("camera", {}))
    if not (isinstance(morph, Mapping) and morph.get("path") == "zoom"):
        return data
    warps = camera.get("warps", []) if isinstance(camera, Mapping) else None
    if not isinstance(warps, list | tuple):
        return data  # its own mistakes are told better
    inwards = {"keys": [[0.0, 0.0], [1.0, 360.0]], "easing": "linear"}
    given = [_plain(warp) for warp in warps]
    endless = [w for w in given if isinstance(w, Mapping) and w.get("kind") == "endless"]
    if any(isinstance(warp.get("phase"), Mapping) for warp in endless):
        return data
    if endless:
        given[given.index(endless[-1])] = {**endless[-1], "phase": inwards}
    else:
        given.append({"kind": "endless", "phase": inwards})
    return data | {"camera": {**camera, "warps": given}}


def _plain(part: Any) -> Any:
    return part.model_dump(mode="json", exclude_none=True) if isinstance(part, Part) else part


# What stands for another key: where the first was written, a style's word for the second is void.
RIVALS = {
    ("palette", "colours"): "name",
    ("output", "seconds"): "frames",
    ("morph", "seeds"): "path",
    ("morph", "weights"): "path",
    ("morph", "holds"): "hold",
}


def _without_rivals(style: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out of a style what the user's own words replace under another name."""
    kept = dict(style)
    for (part, written), rival in RIVALS.items():
        words = data.get(part)
        if (
            isinstance(words, Mapping)
            and words.get(written)
            and isinstance(kept.get(part), Mapping)
        ):
            kept[part] = {key: value for key, value in kept[part].items() if key != rival}
    return kept
