"""What is given up for a smaller file, and in which order: a recipe's ladder, one step at a time.

Every rung is a recipe whose file is a few percent smaller than that of the rung above, so that some
rung fills any cap well. First goes what is missed least: the quality of a video, the colours of a
GIF. The rate of a sound steps down between the others.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf
from typing import Any

from cppnvid.encode import Container
from cppnvid.encode.coding import quality_of
from cppnvid.encode.formats.gif_colours import QUALITY_COLOURS, SMALL_COLOURS
from cppnvid.recipe import Output, Recipe

_SMALLEST_SIDE = 32  # pixels
_SIDE_STEP = 0.97  # of the shorter side for each rung; 6 % of the area
# Each rate is at least 80 % of the one before, or nearly so. A GIF counts in hundredths of a
# second, so 3 to 10 of them are exact; smaller sides bridge a step of its rate below `_WIDE`.
_RATES = (50, 40, Fraction(100, 3), 30, 25, 20, 16, 13)
_GIF_RATES = tuple(Fraction(100, hundredths) for hundredths in range(3, 11))
_WIDE = 0.79
# By the end of the scale of crf: what a step divides the size by, and where blocks begin to show.
_CRF_STEP = {51: 1.12, 63: 1.06}
_BLOCKS = {51: 30, 63: 45}
_COLOURS_STEP = 0.9
_COLOURS_POWER = 0.45  # measured at 128 px: 64 colours have 65 to 70 % of the bytes of 158
_QUALITY_POWER = 1.3
_ONE_PALETTE = 0.93  # of the bytes of palettes for each frame
# Files shrink less than areas do: small pictures have as many contours, and more of them per pixel.
_SIDE_POWER = 1.7
# Sound takes this much of the pictures' bytes at most, a quarter of the file: 10 s in 300 kB then
# have 220 kB of pictures and 80 kB of sound, where 192 kb/s left 60 kB for pictures.
_MOST_SOUND = 1 / 3
_ALL_BUT = 0.95  # of a file is sound at most: silence has fewer bytes than its rate says

# What to give up, and how far: methods of `_Ladder` with their arguments.
_USUAL: tuple[tuple[Any, ...], ...] = (
    ("crf", True),
    ("quality", 30),
    ("sides", 0.5),
    ("rate", _RATES),
    ("crf",),
    ("sides",),
)
# At equal bytes, a picture of 128 px with 48 to 64 colours looked better than one of 88 px with
# 158, and one with 32 or fewer worse: it is a poster. Large pictures show contours more than they
# miss pixels, so they are smaller before they have 64 colours. One palette for all frames shifts
# hues and saves little, so it comes late.
_PALETTES: tuple[tuple[Any, ...], ...] = (
    ("colours", 96),
    ("rate", _GIF_RATES, Fraction(25, 2), _WIDE),
    ("sides", 1.0, 320),
    ("colours", 64),
    ("rate", _GIF_RATES, 10, _WIDE),
    ("colours", 48),
    ("sides", 0.5, 128),
    ("colours", 32),
    ("palette",),
    ("sides",),
)
# The methods that change each key, and so are skipped where it is kept.
KEYS = {
    "canvas.size": "sides",
    "output.fps": "rate",
    "output.frames": "rate",
    "output.crf": "crf",
    "output.quality": "quality",
    "output.gif": "palette",
    "output.colours": "colours",
    "output.sound_rate": "sound",
}


@dataclass(frozen=True)
class Rung:
    """A recipe, and the expected size of its file as a share of the first rung's."""

    recipe: Recipe
    share: float


def ladder(
    recipe: Recipe, container: Container, keep: Collection[str] = (), *, colours: int | None = None
) -> list[Rung]:
    """Return the recipe's rungs, finest first; the first is the recipe itself.

    Args:
        recipe: what was asked for.
        container: of the file.
        keep: keys that are not given up: see `KEYS`.
        colours: number of colours of a GIF's palettes if the recipe leaves it open; every rung but
            the first then names its own.
    """
    rungs = [Rung(recipe, 1.0)]
    if colours is not None and recipe.output.colours is None:
        recipe = _with_output(recipe, colours=colours)
    for rung in _Ladder(recipe, container, keep).rungs():
        if rung.recipe != rungs[-1].recipe and rung.share < rungs[-1].share:
            rungs.append(rung)
    return rungs


def most_colours(output: Output) -> int:
    """Return the number of colours of a GIF's palettes for which nobody looked at its frames."""
    return output.colours or (SMALL_COLOURS if output.gif == "small" else QUALITY_COLOURS)


def sound_bytes(recipe: Recipe, container: Container) -> float:
    """Return how many bytes the sound of a film's file has."""
    rate = recipe.output.sound_rate or container.sound_rates[0]
    return rate * 1000 / 8 * recipe.output.seconds * recipe.output.repeat


def with_sound(
    rungs: Sequence[Rung], container: Container, keep: Collection[str], size: float
) -> list[Rung]:
    """Return a ladder on which the sound's rate steps down between the other steps.

    Args:
        rungs: the pictures' ladder; their shares are of the pictures alone.
        container: of the file.
        keep: keys that are not given up; `output.sound_rate` is the sound's.
        size: of the first rung's file with its sound, in bytes.
    """
    first = rungs[0].recipe
    usual = first.output.sound_rate or container.sound_rates[0]
    rates = [rate for rate in container.sound_rates if rate < usual]
    if "output.sound_rate" in keep:
        rates = []
    sound = min(sound_bytes(first, container) / max(size, 1.0), _ALL_BUT)
    pictures = 1.0 - sound
    found, rate = [rungs[0]], usual

    def rung(of: Rung) -> Rung:
        recipe = of.recipe if rate == usual else _with_output(of.recipe, sound_rate=rate)
        return Rung(recipe, pictures * of.share + sound * rate / usual)

    for before, after in zip(rungs, [*rungs[1:], None], strict=True):
        most = _MOST_SOUND * pictures * before.share
        while rates and (after is None or sound * rate / usual > most):
            rate = rates.pop(0)
            found.append(rung(before))
        if after is not None:
            found.append(rung(after))
    return found


# ------------------------------------------------------------------ the descent


class _Ladder:
    """One way down for every container; a table says in which order what is given up.

    Each method gives up one thing, a little more with every rung that it yields.
    """

    def __init__(self, recipe: Recipe, container: Container, keep: Collection[str]) -> None:
        self._recipe, self._container, self._keep = recipe, container, keep
        self._latest, self._scale = Rung(recipe, 1.0), 1.0

    def rungs(self) -> Iterator[Rung]:
        """Yield every rung below the recipe itself."""
        kept = {KEYS[key] for key in self._keep if key in KEYS}
        for name, *how_far in _PALETTES if self._container.palettes else _USUAL:
            yield from getattr(self, name)(*how_far) if name not in kept else ()

    def crf(self, to_blocks: bool = False) -> Iterator[Rung]:
        """Code more coarsely, until blocks begin to show or as far as can be borne."""
        asked, end = quality_of(self._container, self._recipe.output.crf), self._container.max_crf
        if asked is None or end is None or asked >= _BLOCKS[end]:
            return
        last = _BLOCKS[end] if to_blocks else end - 6
        for crf in range((self._latest.recipe.output.crf or asked) + 1, last + 1):
            yield self._less(1 / _CRF_STEP[end], crf=crf)

    def quality(self, least: int) -> Iterator[Rung]:
        """Lower the quality of a WebP."""
        usual = self._container.default_quality
        if usual is not None:
            before = self._recipe.output.quality or usual
            for lower in range(before - 4, least - 1, -4):
                yield self._less((lower / before) ** _QUALITY_POWER, quality=lower)
                before = lower

    def sides(self, share: float = 0.0, pixels: float = inf) -> Iterator[Rung]:
        """Shrink to a share of the shorter side or to so many pixels, whichever is less."""
        shorter = min(self._recipe.canvas.size)
        for scale, less in self._scales():
            if scale * shorter >= min(share * shorter, pixels):
                self._scale, self._latest = scale, less
                yield less

    def _scales(self) -> Iterator[tuple[float, Rung]]:
        """Yield smaller and smaller scales, from the latest on, with the latest rung at each."""
        latest, before, scale = self._latest, self._scale, 1.0
        even, sides = self._container.even_size, self._recipe.canvas.size
        while (scale := scale * _SIDE_STEP) * min(sides) >= _SMALLEST_SIDE:
            if scale < before:
                width, height = (_whole(side * scale, even=even or side % 2 == 0) for side in sides)
                canvas = latest.recipe.canvas.model_copy(update={"size": (width, height)})
                share = latest.share * (scale / before) ** _SIDE_POWER
                yield scale, Rung(latest.recipe.model_copy(update={"canvas": canvas}), share)

    def rate(
        self, rates: Sequence[Fraction], least: float | Fraction = 0, wide: float = 0.0
    ) -> Iterator[Rung]:
        """Lower the frame rate; with sides between where a step is wider than `wide`."""
        asked = self._recipe.output
        for rate in rates:
            before = self._latest
            less = float(rate / before.recipe.output.fps)
            if rate < least or less >= 1:
                continue
            if less < wide and "canvas.size" not in self._keep:
                for _, narrower in self._scales():
                    if narrower.share > before.share * less:
                        yield narrower
            pairs = self._recipe.morph.loop == "ping-pong"
            frames = _whole(asked.frames * rate / asked.fps, even=pairs)
            yield self._less(less, fps=Fraction(rate), frames=frames)

    def colours(self, least: int) -> Iterator[Rung]:
        """Take fewer colours."""
        colours = float(most_colours(self._latest.recipe.output))
        while (colours := colours * _COLOURS_STEP) >= least:
            before = most_colours(self._latest.recipe.output)
            yield self._less((colours / before) ** _COLOURS_POWER, colours=round(colours))

    def palette(self) -> Iterator[Rung]:
        """Take one palette for all frames."""
        if self._recipe.output.gif != "small":
            yield self._less(_ONE_PALETTE, gif="small")

    def _less(self, share: float, **changes: Any) -> Rung:
        recipe = _with_output(self._latest.recipe, **changes)
        self._latest = Rung(recipe, self._latest.share * share)
        return self._latest


def _with_output(recipe: Recipe, **changes: Any) -> Recipe:
    output = recipe.output.model_copy(update=changes)
    return recipe.model_copy(update={"output": output})


def _whole(number: float | Fraction, *, even: bool) -> int:
    return max(2 * round(number / 2), 2) if even else max(round(number), 1)
