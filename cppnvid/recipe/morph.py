"""The walk through seeds."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Base64Bytes, Field, model_serializer, model_validator

from cppnvid.errors import Setting
from cppnvid.recipe.base import NAME_BESIDE, Part, Real, Seed, Text, Whole
from cppnvid.recipe.keyframes import Easing, Track, constant

PathKind = Literal["cubic", "slerp", "linear", "spline", "orbit", "wander", "grow", "zoom"]


@dataclass(frozen=True)
class PathFacts:
    """What the recipe knows of a path; how it runs is a row of `animation/path.py`."""

    around_one: bool = False  # it starts at one picture; the others pass through several
    keys: tuple[str, ...] = ()  # those of `morph` that this path uses and others ignore


PATHS: dict[PathKind, PathFacts] = {
    "cubic": PathFacts(),
    "slerp": PathFacts(),
    "linear": PathFacts(),
    "spline": PathFacts(keys=("times",)),
    "orbit": PathFacts(around_one=True, keys=("radius",)),
    "wander": PathFacts(around_one=True, keys=("radius", "detail")),
    "grow": PathFacts(around_one=True, keys=("grow",)),
    "zoom": PathFacts(around_one=True),
}
AROUND_ONE = tuple(name for name, facts in PATHS.items() if facts.around_one)


def paths_using(key: str) -> tuple[PathKind, ...]:
    """Return the paths that use a key of `morph`; all of them where every path does."""
    some = tuple(name for name, facts in PATHS.items() if key in facts.keys)
    return some or tuple(PATHS)


# Neurons of a layer from which a width grows: one or two draw one flat colour, in any preset.
FEWEST_GROWN = 3
LoopKind = Literal["closed", "ping-pong", "open"]
Share = Annotated[Real, Field(ge=0, le=0.95)]
Moment = Annotated[Real, Field(ge=0, le=1)]


class WeightFile(Part):
    """A network from a file, such as a trained one; only the name need be written."""

    form = "the name of a .npz or .safetensors file"
    short: ClassVar[dict[str, Any]] = NAME_BESIDE
    name: Annotated[Text, Field(min_length=1)]
    """A `.npz` or `.safetensors` file in the recipe's own folder or below it."""
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    """Of the file that was read."""
    data: Base64Bytes | None = None
    """Its numbers as a safetensors file, once read; small ones ride in what cppnvid makes."""

    @classmethod
    def written_out(cls, data: Any) -> Any:
        """Take a name for the file."""
        return {"name": data} if isinstance(data, str) else data

    @model_serializer(mode="wrap")
    def _plain_as_name(self, handler: Any) -> Any:
        written = {name: value for name, value in handler(self).items() if value is not None}
        return self.name if len(written) == 1 else written


class Morph(Part):
    """The walk through seeds."""

    seeds: Annotated[tuple[Seed, ...], Field(max_length=1000)] = (1, 2, 3)
    """The pictures to pass through, in order; none if not said and there are `weights`."""
    of: Literal["weights", "z"] = "weights"
    """`weights`: each seed is a network. `z`: each is a latent of one network, `network_seed`."""
    weights: Annotated[tuple[WeightFile, ...], Field(max_length=1000)] = ()
    """Networks from files: the first pictures to pass through; of `z`, the one network itself."""
    network_seed: Seed = 0
    """Which network the latents belong to, with `of: z`; where one file orbits to."""
    path: PathKind = "cubic"
    """`cubic` smooth through all seeds; `slerp`, `linear` from one to the next; `spline` is
    the cubic with the `times` kept at which it passes them. Of one seed: `orbit` is a circle from
    it and back, `wander` a winding way, `grow` from little to all of its network and back again,
    `zoom` a camera that goes in without end, through an `endless` warp: `speed`, `hold` and
    `easing` act on its `phase`, and a hold rests where the loop starts."""
    loop: LoopKind = "closed"
    """`closed` returns to its start, `ping-pong` goes there and back, `open` ends at the last."""
    times: Annotated[tuple[Moment, ...], Field(max_length=1000)] = ()
    """Of `spline`: when each seed is passed, 0 the film's start and 1 its end; the first is 0. Left
    out, they are passed at equal distances of time. All are passed at the film's usual speed, and
    the way between two hurries or lingers to be in time, and jumps if that is fewer than three
    frames. A `ping-pong` counts on its way there."""
    speed: Track = constant(1.0)
    """A number shortens the film: at 2 it has half the frames, unless those are said. Keyframes
    leave its length and say where on the way it is fast and where slow."""
    grow: Literal["depth", "width"] = "depth"
    """What `grow` adds: `depth` hidden layers to the first, `width` neurons to the first three of
    each layer, which are as loud together as all will be."""
    pace: Literal["even", "uniform"] = "even"
    """`even`: every frame changes the picture by as much; `uniform`: legs take equal times. Of a
    `spline` it is what is even between two seeds but for the hurry that their times ask for. What
    camera and colours do by their keyframes comes on top, by the clock: a steady turn stays so."""
    easing: Easing = "linear"
    """How each leg from seed to seed is timed; `smooth` lingers at the seeds."""
    hold: Share = 0.0
    """The share of each leg that stands still at its seed."""
    holds: Annotated[tuple[Share, ...], Field(max_length=1000)] = ()
    """In place of `hold`, one for each seed: some pictures may rest longer than others."""
    radius: Annotated[Real, Field(gt=0, le=10)] = 0.5
    """Of `orbit` and `wander`: how far they go, as a share of the weights' own size."""
    detail: Annotated[Whole, Field(ge=1, le=16)] = 4
    """Of `wander`: how winding it is, in waves a loop; 1 is an orbit."""

    @classmethod
    def written_out(cls, data: Any) -> Any:
        """A single picture has nowhere to go but round, unless a path was asked for by name."""
        if not isinstance(data, dict):
            return data
        files = data.get("weights") if data.get("of", "weights") == "weights" else ()
        if files and "seeds" not in data:
            data = data | {"seeds": ()}
        lists = [part for part in (files, data.get("seeds")) if isinstance(part, list | tuple)]
        if "path" not in data and data.get("times"):
            return data | {"path": "spline"}
        if "path" not in data and sum(map(len, lists)) == 1:
            return data | {"path": "orbit"}
        return data

    @model_validator(mode="after")
    def _path_fits_seeds(self) -> Self:
        if not self.pictures:
            raise self.mistake("seeds", "must not be empty")
        if self.of == "z" and len(self.weights) > 1:
            problem = f"needs the weights of one network, given {len(self.weights)} files: keep one"
            other = Setting("morph.of", "weights")
            raise self.mistake("of, weights", f"{problem}, or use {{other}}", other=other)
        if self.path in AROUND_ONE and self.pictures > 1:
            others = ", ".join(name for name in PATHS if name not in AROUND_ONE)
            problem = f"{self.path} needs exactly one seed, given {self.pictures}: keep one"
            raise self.mistake("path, seeds, weights", f"{problem}, or use {others}")
        if self.path not in AROUND_ONE and self.pictures == 1:
            problem = f"{self.path} needs at least two seeds, given one: add a seed"
            raise self.mistake("path, seeds, weights", f"{problem}, or use {', '.join(AROUND_ONE)}")
        self._check_times()
        if self.holds and self.hold:
            raise self.mistake("hold, holds", "give one of the two")
        self._check_count("holds")
        return self

    def _check_count(self, key: str) -> None:
        if (count := len(getattr(self, key))) not in (0, self.pictures):
            problem = f"needs one number for each seed, given {count} for {self.pictures} seeds"
            raise self.mistake(f"{key}, seeds, weights", problem)

    def _check_times(self) -> None:
        times = self.times
        if not times:
            return
        if self.path != "spline":
            problem = f"need path spline, given {self.path}: remove one of the two"
            raise self.mistake("times, path", problem)
        self._check_count("times")
        if times[0] != 0 or any(later <= earlier for earlier, later in pairwise(times)):
            raise self.mistake("times", allowed="rising numbers that start at 0")
        if self.loop == "closed" and times[-1] == 1:
            problem = "must end before 1, where a loop is back at its first seed, given {given}: "
            problem += "choose an earlier time, or use {other}"
            raise self.mistake("times, loop", problem, other=Setting("morph.loop", "open"))
        if self.loop != "closed" and times[-1] != 1:
            allowed = "times that end with the last seed at 1, as the film does not loop"
            raise self.mistake("times, loop", allowed=allowed)
        if not self.speed.is_constant:
            problem = "keyframes of speed cannot be used with times: remove one of the two"
            raise self.mistake("speed, times", problem)

    def hold_at(self, seed: int) -> float:
        """Return the share of a leg that stands still around the seed at this index."""
        return self.holds[seed] if self.holds else self.hold

    @property
    def harmonics(self) -> int:
        """How many waves a path around one picture is made of; each has two directions."""
        return {"orbit": 1, "wander": self.detail}.get(self.path, 0)

    @property
    def corners(self) -> int:
        """How many networks or latents the path is made of: pictures, and directions from one."""
        return self.pictures + 2 * self.harmonics

    @property
    def pictures(self) -> int:
        """How many pictures the path passes through."""
        return len(self.seeds) + (len(self.weights) if self.of == "weights" else 0)
