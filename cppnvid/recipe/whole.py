"""The recipe itself: its parts, and what must hold between them."""

import math
from collections.abc import Mapping
from typing import Any, Self

from pydantic import model_validator

from cppnvid.recipe.base import Part, Text, merge, unknown
from cppnvid.recipe.camera import Camera
from cppnvid.recipe.canvas import Canvas, Output
from cppnvid.recipe.colour import Palette
from cppnvid.recipe.morph import Morph
from cppnvid.recipe.network import NetworkSpec
from cppnvid.recipe.track import Track
from cppnvid.styles import DEFAULT_STYLE, STYLES

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
        return merge(_without_rivals(STYLES[style], data), data)

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
        weights = self.network.weight_count * self.morph.pictures
        if weights > MAX_WEIGHTS:
            raise ValueError(
                f"{weights:,} weights over all seeds, at most {MAX_WEIGHTS:,}: use fewer"
            )
        for key, track, period in self.tracks():
            self._check_closed(key, track, period)
            lowest = min(k.value for k in track.keys)
            if key.rpartition(".")[2] in ("zoom", "size", "radius") and lowest <= 0:
                raise ValueError(f"{key} must stay above 0, given {lowest:g}")
        return self

    def tracks(self) -> list[tuple[str, Track, float]]:
        """Return every track as (key path, track, period): 360 for angles, 0 for the rest."""
        angles = {"rotate", "angle", "hue", "phase"}
        owners: list[tuple[str, Part]] = [("camera", self.camera), ("palette", self.palette)]
        owners += [(f"camera.warps.{i}", warp) for i, warp in enumerate(self.camera.warps)]
        return [
            (f"{where}.{name}", value, 360.0 if name in angles else 0.0)
            for where, owner in owners
            for name, value in owner
            if isinstance(value, Track)
        ]

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
