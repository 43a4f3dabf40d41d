"""What is given up for a smaller file, and in which order: a recipe's ladder, a step at a time.

Every rung is a recipe whose file is some percent smaller than that of the rung above, so that some
rung fills any cap well. First goes what is missed least: a video's fineness and a GIF's colours.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from cppnvid.encode import Container
from cppnvid.encode.coding import quality_of
from cppnvid.encode.commands import DEFAULT_QUALITY
from cppnvid.encode.formats.gif_colours import QUALITY_COLOURS, SMALL_COLOURS
from cppnvid.recipe import Recipe

_SMALLEST_SIDE = 32  # pixels
_SIDE_STEP = 0.97  # of the shorter side, a rung; 6 % of the area
_HALF = 0.5  # of the sides, before anything else is given up for their sake
# A GIF counts in hundredths of a second, so that these are exact: 3 to 10 of them. Others have no
# such limit. Each rate is at least 80 % of the one before, or nearly so.
_GIF_RATES = tuple(Fraction(100, hundredths) for hundredths in range(3, 11))
_OTHER_RATES = (50, 40, Fraction(100, 3), 30, 25, 20, 16, 13)
# What a step of crf divides the size by, where the scale ends at this number.
_CRF_STEP = {51: 1.12, 63: 1.06}
_COARSE = {51: 30, 63: 45}  # crf at which blocks begin to show: sides are given up first
_COLOURS_STEP = 0.9
_COLOURS_POWER = 0.45  # measured at 128 px: 64 colours have 65 to 70 % of the bytes of 158
_WIDE = 0.79  # a step below which sides come between
_LARGE_GIF, _SMALL_GIF = 320, 128  # pixels of the shorter side
# Files shrink less than areas do: small pictures have as many contours, and more of them a pixel.
_POWER = 1.7


@dataclass(frozen=True)
class Rung:
    """A recipe, and how large its file is supposed to be as a share of the first's."""

    recipe: Recipe
    share: float


@dataclass(frozen=True)
class _Setting:
    """What a rung changes; None is what the recipe says."""

    scale: float = 1.0
    rate: Fraction | None = None
    crf: int | None = None
    quality: int | None = None
    colours: int | None = None
    small: bool = False
    share: float = 1.0


def ladder(
    recipe: Recipe, container: Container, keep: Collection[str] = (), *, colours: int | None = None
) -> list[Rung]:
    """Return the recipe's rungs, finest first; the first is the recipe itself.

    Args:
        recipe: what was asked for.
        container: of the file.
        keep: keys that are not given up: `canvas.size`, `output.fps`, `output.frames`,
            `output.crf`, `output.quality`, `output.gif`, `output.colours`.
        colours: of a GIF's palettes, where the recipe leaves them open; each but the first says
            how many it has.
    """
    rungs = [Rung(recipe, 1.0)]
    if colours is not None and recipe.output.colours is None:
        output = recipe.output.model_copy(update={"colours": colours})
        recipe = recipe.model_copy(update={"output": output})
    for setting in _settings(recipe, container, keep):
        changed = _changed(recipe, setting, container)
        if changed != rungs[-1].recipe and setting.share < rungs[-1].share:
            rungs.append(Rung(changed, setting.share))
    return rungs


def _settings(recipe: Recipe, container: Container, keep: Collection[str]) -> Iterator[_Setting]:
    rates = _rates(recipe, container, keep)
    if container.name == "GIF":
        yield from _gif(recipe, rates, keep)
        return
    scales = _scales(recipe, keep)
    large = [scale for scale in scales if scale >= _HALF]
    tiny = [scale for scale in scales if scale < _HALF]
    last = _Setting()
    for last in _finenesses(recipe, container, keep):
        yield last
    shared = last
    for scale in large:
        last = _with(shared, scale=scale, share=shared.share * scale**_POWER)
        yield last
    shared = last
    for rate in rates[1:]:
        last = _with(shared, rate=rate, share=shared.share * float(rate / rates[0]))
        yield last
    shared = last
    if shared.crf is not None and container.max_crf is not None:
        for coarser in range(shared.crf + 1, container.max_crf - 5):
            share = shared.share * _CRF_STEP[container.max_crf] ** (shared.crf - coarser)
            last = _with(shared, crf=coarser, share=share)
            yield last
    shared = last
    for scale in tiny:
        ratio = scale / shared.scale
        yield _with(shared, scale=scale, share=shared.share * ratio**_POWER)


def _gif(recipe: Recipe, rates: list[Fraction], keep: Collection[str]) -> Iterator[_Setting]:
    """Lose what is missed least at each step: fewer colours, slower, smaller, in turns.

    At equal bytes, a picture of 128 px with 48 to 64 colours looked better than one of 88 px with
    158, and one with 32 or fewer worse: it is a poster. Large pictures show contours more than they
    miss pixels, so they are smaller before they have 64 colours. One palette for all frames shifts
    hues and saves little, so it comes late.
    """
    small = recipe.output.gif == "small"
    most = recipe.output.colours or (SMALL_COLOURS if small else QUALITY_COLOURS)
    scales, shorter = _scales(recipe, keep), min(recipe.canvas.size)
    latest = _Setting()

    def fewer(least: int) -> Iterator[_Setting]:
        nonlocal latest
        colours = float(latest.colours or most)
        while "output.colours" not in keep and (colours := colours * _COLOURS_STEP) >= least:
            share = latest.share * (colours / (latest.colours or most)) ** _COLOURS_POWER
            latest = _with(latest, colours=round(colours), share=share)
            yield latest

    def slower(least: Fraction) -> Iterator[_Setting]:
        nonlocal latest
        for rate in rates[1:]:
            before = latest.rate or rates[0]
            if least <= rate < before:
                share = latest.share * float(rate / before)
                if share < _WIDE * latest.share:
                    yield from _narrower(latest, scales, share)
                latest = _with(latest, rate=rate, share=share)
                yield latest

    def smaller(least: float) -> Iterator[_Setting]:
        nonlocal latest
        for scale in scales:
            if scale < latest.scale and scale * shorter >= least:
                share = latest.share * (scale / latest.scale) ** _POWER
                latest = _with(latest, scale=scale, share=share)
                yield latest

    yield from fewer(96)
    yield from slower(Fraction(25, 2))
    yield from smaller(_LARGE_GIF)
    yield from fewer(64)
    yield from slower(Fraction(10))
    yield from fewer(48)
    yield from smaller(min(_HALF * shorter, _SMALL_GIF))
    yield from fewer(32)
    if not small and "output.gif" not in keep:
        latest = _with(latest, small=True, share=latest.share * 0.93)
        yield latest
    yield from smaller(_SMALLEST_SIDE)


def _narrower(setting: _Setting, scales: list[float], share: float) -> Iterator[_Setting]:
    """Bridge a wide step of rates, from one setting down to a share, with smaller sides."""
    for scale in scales:
        less = setting.share * (scale / setting.scale) ** _POWER
        if scale < setting.scale and less > share:
            yield _with(setting, scale=scale, share=less)


def _finenesses(recipe: Recipe, container: Container, keep: Collection[str]) -> Iterator[_Setting]:
    crf = quality_of(container, recipe.output.crf)
    if crf is not None and container.max_crf is not None and "output.crf" not in keep:
        step = _CRF_STEP[container.max_crf]
        for coarser in range(crf + 1, _COARSE[container.max_crf] + 1):
            yield _Setting(crf=coarser, share=step ** (crf - coarser))
    if container.name == "WebP" and not container.lossless and "output.quality" not in keep:
        quality = recipe.output.quality or DEFAULT_QUALITY
        for lower in range(quality - 4, 29, -4):
            yield _Setting(quality=lower, share=(lower / quality) ** 1.3)


def _scales(recipe: Recipe, keep: Collection[str]) -> list[float]:
    if "canvas.size" in keep:
        return []
    scales, scale, shorter = [], 1.0, min(recipe.canvas.size)
    while shorter * (scale := scale * _SIDE_STEP) >= _SMALLEST_SIDE:
        scales.append(scale)
    return scales


def _rates(recipe: Recipe, container: Container, keep: Collection[str]) -> list[Fraction]:
    fps = recipe.output.fps
    if "output.fps" in keep or "output.frames" in keep:
        return [fps]
    rates = _GIF_RATES if container.name == "GIF" else _OTHER_RATES
    return [fps, *(Fraction(rate) for rate in rates if rate < fps)]


def _with(setting: _Setting, **changes: Any) -> _Setting:
    return replace(setting, **changes)


def _changed(recipe: Recipe, setting: _Setting, container: Container) -> Recipe:
    """Return the recipe with a setting; its length in seconds stays, its sides keep their shape."""
    canvas, output = recipe.canvas, recipe.output
    if setting.scale != 1.0:
        width, height = (
            _side(side * setting.scale, even=container.even_size or side % 2 == 0)
            for side in canvas.size
        )
        canvas = canvas.model_copy(update={"size": (width, height)})
    changes: dict[str, Any] = {
        name: value
        for name, value in (
            ("crf", setting.crf),
            ("quality", setting.quality),
            ("colours", setting.colours),
            ("gif", "small" if setting.small else None),
        )
        if value is not None
    }
    if setting.rate is not None and setting.rate != output.fps:
        frames = output.frames * setting.rate / output.fps
        pairs = recipe.morph.loop == "ping-pong"
        changes["fps"] = setting.rate
        changes["frames"] = max(2 * round(frames / 2), 2) if pairs else max(round(frames), 1)
    output = output.model_copy(update=changes)
    return recipe.model_copy(update={"canvas": canvas, "output": output})


def _side(length: float, *, even: bool) -> int:
    return max(2 * round(length / 2), 2) if even else max(round(length), 1)
