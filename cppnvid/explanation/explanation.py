"""`explain`: a recipe in, everything measured about its network out."""

from __future__ import annotations

from collections.abc import Iterator

from cppnvid.animation.scene import Moment
from cppnvid.errors import RecipeError
from cppnvid.explanation.circle import Growth, measure_circle, measure_growth
from cppnvid.explanation.measure import measure
from cppnvid.explanation.verdict import Findings
from cppnvid.film.pacing import moment_of
from cppnvid.recipe import Recipe

SEEDS = 5  # networks over which the growth is fitted
MOST_SEEDS = 100


class Explanation(Findings):
    """The findings about a recipe's network; a notebook shows them as a report."""

    def _repr_html_(self) -> str:
        from cppnvid.explanation.page import draw_fragment  # matplotlib, and only a notebook asks

        return draw_fragment(self)


def explain(recipe: Recipe, time: float = 0.0, *, seeds: int = SEEDS) -> Explanation:
    """Measure what every layer of a recipe's network does to the picture.

    Args:
        recipe: at time 0 its network is that of the first of `morph.seeds`.
        time: moment of its film, in [0, 1].
        seeds: number of networks to fit the growth of the circle over, 1 to 100: the recipe's own
            and those of the following seeds.

    Returns:
        The numbers, and a verdict in words.

    Raises:
        RecipeError: `time` or `seeds` is out of range.
    """
    if not 0.0 <= time <= 1.0:
        raise RecipeError(key="time", given=time, allowed="from 0 to 1")
    if isinstance(seeds, bool) or not 1 <= seeds <= MOST_SEEDS:
        raise RecipeError(key="seeds", given=seeds, allowed=f"from 1 to {MOST_SEEDS}")
    moment, canvas = moment_of(recipe, time), recipe.canvas.size
    growth = _growth(recipe, moment, seeds)
    measured, circle = measure(moment, canvas), measure_circle(moment, canvas)
    return Explanation(recipe, time, moment, measured, circle, growth)


def _growth(recipe: Recipe, moment: Moment, count: int) -> Growth:
    """Measure the growth over networks of consecutive seeds; one from a file is measured alone."""
    morph, canvas = recipe.morph, recipe.canvas.size
    if morph.weights:
        return measure_growth([moment], (), canvas, drawn="file")
    latents = morph.of == "z"  # of a walk through latents, networks have seeds of their own
    first = morph.network_seed if latents else morph.seeds[0]
    numbers = [(first + step) % 2**63 for step in range(count)]

    def moments() -> Iterator[Moment]:
        for seed in numbers:
            seeds = {"network_seed": seed} if latents else {"seeds": (seed,), "path": "orbit"}
            drawn = recipe.model_copy(update={"morph": morph.model_copy(update=seeds)})
            yield moment_of(drawn, 0.0)

    normal = recipe.network.init.weights in ("normal", "variance")
    return measure_growth(moments(), numbers, canvas, drawn="normal" if normal else "uniform")
