"""The walk through seeds."""

from typing import Annotated, Any, Literal, Self

from pydantic import Base64Bytes, Field, model_serializer, model_validator

from cppnvid.recipe.base import Part, Real, Seed, Text
from cppnvid.recipe.track import Easing

PathKind = Literal["cubic", "slerp", "linear", "orbit"]
LoopKind = Literal["closed", "ping-pong", "open"]
Share = Annotated[Real, Field(ge=0, le=0.95)]


class WeightFile(Part):
    """A network from a file, such as a trained one; only the name need be written."""

    name: Annotated[Text, Field(min_length=1)]
    """A `.npz` or `.safetensors` file in the recipe's own folder or below it."""
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    """Of the file that was read."""
    data: Base64Bytes | None = None
    """Its numbers as a safetensors file, once read; small ones ride in what cppnvid makes."""

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, data: Any) -> Any:
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
        """A single picture has nowhere to go but round, unless a path was asked for by name."""
        if not isinstance(data, dict):
            return data
        files = data.get("weights") if data.get("of", "weights") == "weights" else ()
        if files and "seeds" not in data:
            data = data | {"seeds": ()}
        lists = [part for part in (files, data.get("seeds")) if isinstance(part, list | tuple)]
        if "path" not in data and sum(map(len, lists)) == 1:
            return data | {"path": "orbit"}
        return data

    @model_validator(mode="after")
    def _path_fits_seeds(self) -> Self:
        if not self.pictures:
            raise ValueError("seeds must not be empty")
        if self.of == "z" and len(self.weights) > 1:
            raise ValueError(
                f"of z walks through latents of one network, given {len(self.weights)} weights"
            )
        if self.path == "orbit" and self.pictures > 1:
            raise ValueError(
                f"path orbit circles one seed, given {self.pictures}: take cubic, slerp or linear"
            )
        if self.path != "orbit" and self.pictures == 1:
            raise ValueError(
                f"path {self.path} needs at least two seeds, given one: add a seed, or take orbit"
            )
        if self.holds and self.hold:
            raise ValueError(f"hold {self.hold:g} and holds are both given: keep one")
        if self.holds and len(self.holds) != self.pictures:
            raise ValueError(
                f"holds has one share for each seed: given {len(self.holds)} for "
                f"{self.pictures} seeds"
            )
        return self

    def hold_at(self, seed: int) -> float:
        """Return the share of a leg that stands still around the seed at this index."""
        return self.holds[seed] if self.holds else self.hold

    @property
    def pictures(self) -> int:
        """How many pictures the path passes through."""
        return len(self.seeds) + (len(self.weights) if self.of == "weights" else 0)
