"""A sound's place on the ladder: it takes no more of a file than a part of what the pictures take.

At a small cap the usual rate of a sound alone may be most of what is allowed. It steps down as the
pictures do, to a rate at which music is still whole, and before them where it is the larger part.
"""

from collections.abc import Collection, Sequence

from cppnvid.encode import Container
from cppnvid.film.size_cap.ladder import Rung
from cppnvid.recipe import Recipe

# Of the bytes of the pictures: a quarter of the file. 10 s in 300 kB have 220 kB of pictures then
# and 80 kB of sound, where 192 kb/s left 60 kB.
_MOST = 1 / 3
_ALL_BUT = 0.95  # of a file is sound at most: silence has fewer bytes than its rate says


def sound_bytes(recipe: Recipe, container: Container) -> float:
    """Return how many bytes the sound of a film's file has."""
    rate = recipe.output.sound_rate or container.sound_rates[0]
    return rate * 1000 / 8 * recipe.output.seconds * recipe.output.repeat


def with_sound(
    rungs: Sequence[Rung], container: Container, keep: Collection[str], size: float
) -> list[Rung]:
    """Return a ladder on which the sound's rate steps down between the other steps.

    Args:
        rungs: the pictures' ladder, their shares being of the pictures alone.
        container: of the file.
        keep: keys that are not given up; `output.sound_rate` is the sound's.
        size: of the first rung's file with its sound, in bytes.
    """
    output = rungs[0].recipe.output
    usual = output.sound_rate or container.sound_rates[0]
    rates = [rate for rate in container.sound_rates if rate < usual]
    if "output.sound_rate" in keep:
        rates = []
    sound = min(sound_bytes(rungs[0].recipe, container) / max(size, 1.0), _ALL_BUT)
    pictures = 1.0 - sound
    found = [rungs[0]]
    rate = usual

    def rung(of: Rung) -> Rung:
        recipe = of.recipe
        if rate != usual:
            output = recipe.output.model_copy(update={"sound_rate": rate})
            recipe = recipe.model_copy(update={"output": output})
        return Rung(recipe, pictures * of.share + sound * rate / usual)

    for before, after in zip(rungs, [*rungs[1:], None], strict=True):
        while rates and (after is None or sound * rate / usual > _MOST * pictures * before.share):
            rate = rates.pop(0)
            found.append(rung(before))
        if after is not None:
            found.append(rung(after))
    return found
