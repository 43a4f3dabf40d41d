"""The walk through seeds."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from cppnvid.recipe.base import Part, Real, Seed
from cppnvid.recipe.track import Easing

PathKind = Literal["cubic", "slerp", "linear", "orbit"]
LoopKind = Literal["closed", "ping-pong", "open"]


Share = Annotated[Real, Field(ge=0, le=0.95)]


class Morph(Part):
    """The walk through seeds."""

    seeds: Annotated[tuple[Seed, ...], Field(min_length=1, max_length=1000)] = (1, 2, 3)
    """The pictures to pass through, in order."""
    of: Literal["weights", "z"] = "weights"
    """`weights`: each seed is a network. `z`: each is a latent of one network, `network_seed`."""
    network_seed: Seed = 0
    """Which network the latents belong to, with `of: z`."""
    path: PathKind = "cubic"
    """`cubic` smooth through all seeds; `slerp`, `linear` from one to the next; `orbit` for one."""
    loop: LoopKind = "closed"
    """`closed` returns to its start, `ping-pong` goes there and back, `open` ends at the last."""
    pace: Literal["even", "uniform"] = "even"
    """`even`: every frame changes the picture by as much; `uniform`: legs take equal times."""
    easing: Easing = "linear"
    """How each leg from seed to seed is timed; `smooth` lingers at the seeds."""
    hold: Share = 0.0
    """The share of each leg that stands still at its seed."""
    holds: Annotated[tuple[Share, ...], Field(max_length=1000)] = ()
    """In place of `hold`, one for each seed: some pictures may rest longer than others."""
    radius: Annotated[Real, Field(gt=0, le=10)] = 0.5
    """Of the orbit: how far from its seed it goes, as a share of the weights' own size."""

    @model_validator(mode="before")
    @classmethod
    def _one_seed_orbits(cls, data: Any) -> Any:
        """A single seed has nowhere to go but round, unless a path was asked for by name."""
        if (
            isinstance(data, dict)
            and "path" not in data
            and isinstance(data.get("seeds"), list | tuple)
        ):
            return data | {"path": "orbit"} if len(data["seeds"]) == 1 else data
        return data

    @model_validator(mode="after")
    def _path_fits_seeds(self) -> Self:
        if self.path == "orbit" and len(self.seeds) > 1:
            raise ValueError(
                f"path orbit circles one seed, given {len(self.seeds)}: take cubic, slerp or linear"
            )
        if self.path != "orbit" and len(self.seeds) == 1:
            raise ValueError(
                f"path {self.path} needs at least two seeds, given one: add a seed, or take orbit"
            )
        if self.holds and self.hold:
            raise ValueError(f"hold {self.hold:g} and holds are both given: keep one")
        if self.holds and len(self.holds) != len(self.seeds):
            raise ValueError(
                f"holds has one share for each seed: given {len(self.holds)} for "
                f"{len(self.seeds)} seeds"
            )
        return self

    def hold_at(self, seed: int) -> float:
        """Return the share of a leg that stands still around the seed at this index."""
        return self.holds[seed] if self.holds else self.hold
