"""`explain`: a recipe in, everything measured about its network out."""

from __future__ import annotations

from cppnvid.errors import RecipeError
from cppnvid.explanation.circle import measure_circle, measure_growth
from cppnvid.explanation.measure import measure
from cppnvid.explanation.verdict import Findings
from cppnvid.explanation.words import name_of
from cppnvid.film.pacing import moment_of
from cppnvid.recipe import Recipe

SEEDS = 5  # networks over which the growth is fitted
MOST_SEEDS = 100


class Explanation(Findings):
    """The findings about a recipe's network; a notebook shows them as a report."""

    def __repr__(self) -> str:
        """Return one line: what is explained, and the verdict's headline; `str` is the verdict."""
        return f"<Explanation of {name_of(self)}: {self.verdict.headline}>"

    def _repr_html_(self) -> str:
        from cppnvid.explanation.page import draw_fragment  # matplotlib, and only a notebook asks

        return draw_fragment(self)


def explain(recipe: Recipe, *, time: float = 0.0, seeds: int = SEEDS) -> Explanation:
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
    growth = measure_growth(recipe, moment, seeds)
    measured, circle = measure(moment, canvas), measure_circle(moment, canvas)
    return Explanation(recipe, time, moment, measured, circle, growth)
