"""The recipe itself: its parts, and what must hold between them."""

import math
from typing import Any, Self

from pydantic import model_validator

from cppnvid.errors import Setting
from cppnvid.recipe import rules
from cppnvid.recipe.base import Part, Text, merge, mistake, plain, unknown
from cppnvid.recipe.camera import Camera
from cppnvid.recipe.canvas import Canvas, Output
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

    @classmethod
    def written_out(cls, data: Any) -> Any:
        """Return a recipe's data with what its style adds, and with what follows from both."""
        if not isinstance(data, dict):
            return data
        style = data.get("style", DEFAULT_STYLE)
        if not isinstance(style, str) or style not in STYLES:
            raise mistake(unknown("style", style, STYLES), key="style", given=style)
        written = rules.written_keys(data)
        laid = rules.replaced(STYLES[style], merge(STYLES[style], data), written)
        return rules.with_depth(rules.at_speed(laid, written))

    @model_validator(mode="after")
    def _parts_agree(self) -> Self:
        if self.morph.of == "z" and "z" not in self.network.inputs:
            raise mistake(
                "needs the input z: add it to {inputs}, or use {other}",
                key="morph.of",
                given="z",
                also=("network.inputs",),
                inputs=Setting("network.inputs"),
                other=Setting("morph.of", "weights"),
            )
        if (self.palette.name == "cmyk") != (self.network.channels == 4):
            raise mistake(
                "{name} needs {channels} channels, given {given_channels}",
                key="palette.name",
                given=self.palette.name,
                also=("network.channels",),
                name=self.palette.name,
                channels=4 if self.palette.name == "cmyk" else "1 or 3",
                given_channels=self.network.channels,
            )
        if self.morph.loop == "ping-pong" and self.output.frames % 2:
            frames = self.output.frames
            raise mistake(
                f"must be even in a ping-pong, or its turning point is shown twice: given "
                f"{frames}, use {frames + 1}",
                key="output.frames",
                given=frames,
                allowed="even",
                also=("output.seconds", "morph.loop"),
            )
        self._check_growth()
        weights = self.network.weight_count * self.morph.corners
        if weights > MAX_WEIGHTS:
            raise mistake(
                f"a recipe has at most {MAX_WEIGHTS:,} weights over all seeds and directions, "
                f"given {weights:,}: use fewer",
                key="network.layers",
                given=weights,
                also=("network.z_dim", "morph.seeds", "morph.weights", "morph.detail"),
            )
        self._check_reactions()
        for key, track, period in [("morph.speed", self.morph.speed, 0.0), *self.tracks()]:
            self._check_closed(key, track, period)
            lowest = min(k.value for k in track.keys)
            if key.rpartition(".")[2] in ("zoom", "size", "radius", "speed") and lowest <= 0:
                raise mistake(key=key, given=lowest, allowed="above 0")
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
            raise mistake(
                "depth needs at least 2 hidden layers, given {layers}: add some, or use {other}",
                key="morph.grow",
                given="depth",
                also=("morph.path", "network.layers"),
                layers=len(layers),
                other=Setting("morph.grow", "width"),
            )
        widest = max((layer.width for layer in layers), default=0)
        if morph.grow == "width" and widest <= FEWEST_GROWN:
            raise mistake(
                f"width needs a hidden layer of more than {FEWEST_GROWN} neurons, given at most "
                f"{widest}: add some",
                key="morph.grow",
                given="width",
                also=("morph.path", "network.layers"),
            )

    def _check_reactions(self) -> None:
        known = ["morph.speed", "z", *(key for key, _, _ in self.tracks())]
        for index, reaction in enumerate(self.sound.react):
            key, drives = f"sound.react.{index}.drives", reaction.drives
            if drives not in known:
                raise mistake(unknown("number", drives, known), key=key, given=drives)
            if drives == "z" and "z" not in self.network.inputs:
                inputs = Setting("network.inputs")
                raise mistake(
                    "needs the input z: add it to {inputs}",
                    key=key,
                    given=drives,
                    also=("network.inputs",),
                    inputs=inputs,
                )

    def _check_closed(self, path: str, track: Track, period: float) -> None:
        first, last = track.keys[0], track.keys[-1]
        if self.morph.loop != "closed" or last.time < 1 or first.time > 0:
            return
        step = last.value - first.value
        if not math.isclose(math.remainder(step, period) if period else step, 0, abs_tol=1e-9):
            raise mistake(
                "ends at {last:g} and starts at {first:g}, which jumps in a loop: make them "
                "equal{whole}, remove the key at time 1, or use {pingpong} or {open}",
                key=path,
                given=last.value,
                also=("morph.loop",),
                last=last.value,
                first=first.value,
                whole=f", or differ by a multiple of {period:g}" if period else "",
                pingpong=Setting("morph.loop", "ping-pong"),
                open=Setting("morph.loop", "open"),
            )

    def to_data(self) -> dict[str, Any]:
        """Return plain mappings, lists, numbers and text; `model_validate` of them is equal."""
        data: dict[str, Any] = plain(self)
        return data
