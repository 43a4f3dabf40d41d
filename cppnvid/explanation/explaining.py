"""`explain`: a recipe in, everything measured about its network out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cppnvid.animation.scene import Moment
from cppnvid.errors import RecipeError
from cppnvid.explanation.circle import Circle, Growth, measure_circle, measure_growth
from cppnvid.explanation.measure import Measurement, OutputNumbers, PictureNumbers, measure
from cppnvid.explanation.verdict import Verdict, judge
from cppnvid.film.pacing import moment_of
from cppnvid.recipe import Recipe

SEEDS = 5  # networks over which the growth is fitted
MOST_SEEDS = 100


@dataclass(frozen=True, eq=False)
class Explanation:
    """A recipe's network at one moment, measured; a notebook shows it as a report.

    `str(explanation)` is the verdict in words.
    """

    recipe: Recipe
    time: float  # of the film, in [0, 1]
    moment: Moment  # what was measured: every number of the picture
    measured: Measurement
    circle: Circle  # of this moment
    growth: Growth  # over several seeds of this architecture
    verdict: Verdict

    @property
    def picture(self) -> PictureNumbers:
        """The finished small picture."""
        return self.measured.picture

    @property
    def output(self) -> OutputNumbers:
        """The last layer."""
        return self.measured.output

    def __str__(self) -> str:
        return str(self.verdict)

    def _repr_html_(self) -> str:
        from cppnvid.explanation.report import draw_fragment  # matplotlib, and only a notebook asks

        return draw_fragment(self)


def explain(recipe: Recipe, time: float = 0.0, *, seeds: int = SEEDS) -> Explanation:
    """Measure what every layer of a recipe's network does to the picture.

    Args:
        recipe: whose network; at time 0 it is that of the first of `morph.seeds`.
        time: 0 to 1, which moment of the film.
        seeds: over how many networks the growth of the circle is fitted: the recipe's own and
            those of the seeds after it.

    Returns:
        The numbers, and a verdict in words.

    Raises:
        RecipeError: the time lies outside the film, or `seeds` is not 1 to 100.
    """
    if not 0.0 <= time <= 1.0:
        raise RecipeError(f"time {time}: a video runs from 0 to 1")
    if isinstance(seeds, bool) or not 1 <= seeds <= MOST_SEEDS:
        raise RecipeError(f"seeds {seeds}: growth is fitted over 1 to {MOST_SEEDS} networks")
    moment = moment_of(recipe, time)
    measured = measure(moment, recipe.canvas.size)
    circle = measure_circle(moment, recipe.canvas.size)
    growth = _growth(recipe, moment, seeds)
    return Explanation(
        recipe, time, moment, measured, circle, growth, judge(recipe, measured, circle, growth)
    )


def _growth(recipe: Recipe, moment: Moment, count: int) -> Growth:
    """Measure the growth over networks: of a walk through latents, those have seeds too.

    A network from a file is one of its kind, and measured alone.
    """
    morph, canvas = recipe.morph, recipe.canvas.size
    if morph.weights:
        return measure_growth([moment], (), canvas, drawn="file")
    latents = morph.of == "z"
    first = morph.network_seed if latents else morph.seeds[0]
    numbers = [(first + step) % 2**63 for step in range(count)]

    def moments() -> Iterator[Moment]:
        for seed in numbers:
            seeds = {"network_seed": seed} if latents else {"seeds": (seed,), "path": "orbit"}
            drawn = recipe.model_copy(update={"morph": morph.model_copy(update=seeds)})
            yield moment_of(drawn, 0.0)

    normal = recipe.network.init.weights in ("normal", "variance")
    return measure_growth(moments(), numbers, canvas, drawn="normal" if normal else "uniform")
