"""The recipe itself: its parts, and what must hold between them."""

import math
from fractions import Fraction
from typing import Annotated, Any, Self

from pydantic import Field, model_serializer, model_validator

from cppnvid.errors import Setting
from cppnvid.recipe import rules
from cppnvid.recipe.base import Part, Text, merge, mistake, plain, unknown
from cppnvid.recipe.camera import Camera
from cppnvid.recipe.canvas import Canvas, Output
from cppnvid.recipe.clock import with_shares
from cppnvid.recipe.colour import Palette
from cppnvid.recipe.keyframes import Track
from cppnvid.recipe.morph import FEWEST_GROWN, Morph
from cppnvid.recipe.network import NetworkSpec
from cppnvid.recipe.sound import Sound
from cppnvid.recipe.styles import DEFAULT_STYLE, STYLES
from cppnvid.recipe.tempo import Tempo

# Over all seeds: half a gigabyte of float32, the most a recipe from a stranger may ask for.
MAX_WEIGHTS = 2**27

_INPUTS = Setting("network.inputs")
_NO_Z = "needs the input z: add it to {inputs}"


class Recipe(Part):
    """Everything a video depends on."""

    title: Text = ""
    comment: Text = ""
    """For people: what this is, and what to play with."""
    style: Annotated[Text, Field(json_schema_extra={"enum": [*STYLES]})] = DEFAULT_STYLE
    """The named style that everything left out is taken from."""
    network: NetworkSpec = NetworkSpec()
    morph: Morph = Morph()
    camera: Camera = Camera()
    palette: Palette = Palette()
    tempo: Tempo = Tempo()
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
            raise mistake("style", unknown("style", style, STYLES), style)
        written = rules.written_keys(data)
        laid = rules.replaced(STYLES[style], merge(STYLES[style], data), written)
        laid = rules.at_speed(rules.at_tempo(laid, written), written)
        return with_shares(rules.with_depth(laid))

    @model_serializer(mode="wrap")
    def _without_an_unused_tempo(self, handler: Any) -> Any:
        written = handler(self)
        if self.tempo.bpm is None:
            written.pop("tempo", None)
        return written

    @model_validator(mode="after")
    def _parts_agree(self) -> Self:
        if self.morph.of == "z" and "z" not in self.network.inputs:
            problem, of = f"{_NO_Z}, or use {{of}}", Setting("morph.of", "weights")
            raise self.mistake("morph.of, network.inputs", problem, inputs=_INPUTS, of=of)
        channels = self.network.channels
        if (self.palette.name == "cmyk") != (channels == 4):
            wanted = 4 if channels != 4 else "1 or 3"
            problem = f"{self.palette.name} needs {wanted} channels, given {channels}"
            raise self.mistake("palette.name, network.channels", problem)
        if self.palette.alpha == "channel" and channels == 4:
            problem = "channel needs 1 or 3 channels, given 4"
            raise self.mistake("palette.alpha, network.channels", problem)
        if self.morph.loop == "ping-pong" and (frames := self.output.frames) % 2:
            problem = "must be even in a ping-pong, whose turning point is otherwise shown twice"
            problem += f": given {frames}, use {frames + 1}"
            raise self.mistake("output.frames, output.seconds, morph.loop", problem)
        if not self.tempo.fits(Fraction(self.output.frames), self.output.fps):
            problem = (
                "{given} bars last {bars:.4g} s, and the film {film:.4g} s: each sets its length, "
            )
            facts = {"bars": float(self.tempo.seconds or 0), "film": self.output.seconds}
            keys = "tempo.bars, output.frames, output.seconds"
            raise self.mistake(keys, problem + "keep one", **facts)
        self._check_growth()
        weights = self.network.weight_count * self.morph.drawn
        if weights > MAX_WEIGHTS:
            problem = f"at most {MAX_WEIGHTS:,} weights are allowed over all seeds and directions"
            keys = "network.layers, network.z_dim, morph.seeds, morph.weights, morph.detail"
            raise self.mistake(keys, f"{problem}, given {weights:,}")
        self._check_reactions()
        for key, track, period in [("morph.speed", self.morph.speed, 0.0), *self.tracks()]:
            self._check_closed(key, track, period)
            lowest = min(k.value for k in track.keys)
            if key.rpartition(".")[2] in ("zoom", "size", "radius", "speed") and lowest <= 0:
                raise self.mistake(key, f"must be above 0, given {lowest:g}")
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
        if self.morph.path != "grow":
            return
        keys, layers = "morph.grow, morph.path, network.layers", self.network.layers
        if self.morph.grow == "depth" and len(layers) < 2:
            problem = f"depth needs at least 2 hidden layers, given {len(layers)}: add some"
            width = Setting("morph.grow", "width")
            raise self.mistake(keys, f"{problem}, or use {{width}}", width=width)
        widest = max((layer.width for layer in layers), default=0)
        if self.morph.grow == "width" and widest <= FEWEST_GROWN:
            problem = f"width needs a hidden layer of more than {FEWEST_GROWN} neurons"
            raise self.mistake(keys, f"{problem}, given at most {widest}: add some")

    def _check_reactions(self) -> None:
        known = ["morph.speed", "z", *(key for key, _, _ in self.tracks())]
        for index, reaction in enumerate(self.sound.react):
            key = f"sound.react.{index}.drives"
            if reaction.drives not in known:
                raise self.mistake(key, unknown("number", reaction.drives, known))
            if reaction.on_beat and self.tempo.bpm is None:
                tempo, keys = Setting("tempo.bpm", 120), f"sound.react.{index}.feature, tempo.bpm"
                raise self.mistake(keys, "{given} needs a tempo: add {tempo}", tempo=tempo)
            if reaction.drives == "z" and "z" not in self.network.inputs:
                raise self.mistake(f"{key}, network.inputs", _NO_Z, inputs=_INPUTS)

    def _check_closed(self, path: str, track: Track, period: float) -> None:
        first, last = track.keys[0], track.keys[-1]
        if self.morph.loop != "closed" or last.time < 1 or first.time > 0:
            return
        step = last.value - first.value
        if not math.isclose(math.remainder(step, period) if period else step, 0, abs_tol=1e-9):
            whole = f", or differ by a multiple of {period:g}" if period else ""
            problem = f"jumps from {last.value:g} to {first.value:g} where the loop closes: make "
            problem += f"both equal{whole}, remove the key at time 1, or use {{other}} or {{open}}"
            other, ends = Setting("morph.loop", "ping-pong"), Setting("morph.loop", "open")
            raise self.mistake(f"{path}, morph.loop", problem, other=other, open=ends)

    def to_data(self) -> dict[str, Any]:
        """Return plain mappings, lists, numbers and text; `model_validate` of them is equal."""
        data: dict[str, Any] = plain(self)
        return data
