"""The path through seeds, and what the recipe knows of each kind of path."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import Base64Bytes, Field, model_validator

from cppnvid.errors import Setting
from cppnvid.recipe.base import NamedFile, Part, Real, Seed, Whole
from cppnvid.recipe.clock import Moment
from cppnvid.recipe.keyframes import Easing, Track, constant
from cppnvid.recipe.pedigree import Picture, family, pedigree

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


# Neurons per layer from which a width grows: one or two draw a flat colour in any preset.
FEWEST_GROWN = 3
LoopKind = Literal["closed", "ping-pong", "open"]
Share = Annotated[Real, Field(ge=0, le=0.95)]


class WeightFile(NamedFile):
    """A network from a file, such as a trained one; its name alone is enough."""

    form = "the name of a .npz or .safetensors file"
    data: Annotated[Base64Bytes | None, Field(repr=False)] = None
    """The weights as a safetensors file, once read; small ones are kept in what cppnvid makes."""


class Morph(Part):
    """The path through seeds."""

    seeds: Annotated[tuple[Picture, ...], Field(max_length=1000)] = (1, 2, 3)
    """Pictures to pass through, in order: seeds, and children of seeds such as `7m3` and `7x12`.
    With `weights`, none by default."""
    of: Literal["weights", "z"] = "weights"
    """`weights`: each seed is a network. `z`: each is a latent of one network, `network_seed`."""
    weights: Annotated[tuple[WeightFile, ...], Field(max_length=1000)] = ()
    """Networks from files, passed through before the seeds; with `of: z`, the one network."""
    network_seed: Seed = 0
    """The network of the latents with `of: z`, or the one that a single file orbits towards."""
    path: PathKind = "cubic"
    """Through several seeds: `cubic` is smooth, `slerp` and `linear` go from one to the next, and
    `spline` is the cubic that keeps to `times`. From one seed: `orbit` is a circle, `wander` a
    winding loop, `grow` builds up the network and takes it down again, `zoom` goes in forever
    through an `endless` warp, whose `phase` then follows `speed`, `hold` and `easing`."""
    loop: LoopKind = "closed"
    """`closed` returns to its start, `ping-pong` goes there and back, `open` ends at the last."""
    times: Annotated[tuple[Moment, ...], Field(max_length=1000)] = ()
    """When a `spline` passes each seed: 0 is the film's start, 1 its end, and the first is 0. Or in
    seconds, beats or bars, such as `3 beats`.
    Default: evenly spaced. Each seed is passed at the film's usual speed; in between, the path
    speeds up or slows down, and jumps where less than three frames are left. With `ping-pong`,
    times refer to the forward pass."""
    speed: Track = constant(1.0)
    """Speed along the path. A number changes the film's length: 2 halves the frames, unless their
    number is given. Keyframes keep the length and vary the speed."""
    grow: Literal["depth", "width"] = "depth"
    """What `grow` adds: `depth` adds hidden layers to the first, `width` adds neurons to the first
    three of each layer, at a constant total strength."""
    pace: Literal["even", "uniform"] = "even"
    """`even`: every frame changes the picture by the same amount; `uniform`: each leg takes the
    same time. With `times`, the pace is even between two seeds. Keyframes of camera and colours
    follow the clock in any case, so that a steady rotation stays steady."""
    easing: Easing = "linear"
    """Timing of each leg from seed to seed; `smooth` lingers at the seeds."""
    hold: Share = 0.0
    """Share of each leg during which the film pauses at its seed."""
    holds: Annotated[tuple[Share, ...], Field(max_length=1000)] = ()
    """One share for each seed, instead of `hold`."""
    radius: Annotated[Real, Field(gt=0, le=10)] = 0.5
    """Radius of `orbit` and `wander`, relative to the size of the weights."""
    detail: Annotated[Whole, Field(ge=1, le=16)] = 4
    """Number of waves in a loop of `wander`; 1 is an orbit."""

    @classmethod
    def written_out(cls, data: Any) -> Any:
        """Choose a path for a single picture or for times, unless one is named."""
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
            seeds = f"{self.pictures} seed{'s' * (self.pictures > 1)}"
            problem = f"needs one number for each seed, given {count} for {seeds}"
            raise self.mistake(f"{key}, seeds, weights", problem)

    def _check_times(self) -> None:
        times = self.times
        if not times:
            return
        if self.path != "spline":
            problem = f"needs the path spline, given {self.path}: remove one of the two"
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
        """Return the share of a leg during which the film pauses at the seed of this index."""
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
    def drawn(self) -> int:
        """How many networks or latents are drawn: those of `corners`, and their ancestors'."""
        families = (family(pedigree(name)) for name in self.seeds if isinstance(name, str))
        return self.corners + sum(1 for members in families for _ in members)

    @property
    def is_read(self) -> bool:
        """Whether every network of the path comes from a file, so that none is drawn."""
        return bool(self.weights) and (self.of == "z" or not self.seeds)

    @property
    def pictures(self) -> int:
        """How many pictures the path passes through."""
        return len(self.seeds) + (len(self.weights) if self.of == "weights" else 0)
