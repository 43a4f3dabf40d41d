"""What the readers of GIF, PNG and WebP files find, and the arithmetic of delays."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

from cppnvid.errors import RecipeError


@dataclass(frozen=True)
class PictureFacts:
    """A picture file without its pixels: size in pixels, each frame's delay in seconds, recipe.

    `depth` is in bits a channel; `lossless` is said of WebP alone, which can be both.
    """

    width: int
    height: int
    delays: tuple[Fraction, ...]
    comment: str | None
    depth: int = 8
    lossless: bool = False


def take(file: BinaryIO, count: int, *, path: Path) -> bytes:
    """Read exactly `count` bytes.

    Raises:
        RecipeError: when the file ends before.
    """
    data = file.read(count)
    if len(data) != count:
        raise RecipeError(f"{path}: is cut short; make it again")
    return data


def rate_of(delays: Sequence[Fraction], *, resolution: Fraction) -> Fraction | None:
    """Return the frame rate that delays rounded to `resolution` seconds were made from.

    Equal delays say it exactly. Others (3, 4, 3 hundredths) are within one unit of a common rate:
    a whole one, one of television's thousandths (24000/1001), or a half. None without delays.
    """
    total = sum(delays, Fraction(0))
    if total == 0:
        return None
    measured = len(delays) / total
    if len(set(delays)) == 1:
        return measured
    slack = measured * resolution / total
    candidates = (
        Fraction(round(measured)),
        Fraction(round(measured * Fraction(1001, 1000)) * 1000, 1001),
        Fraction(round(measured * 2), 2),
    )
    near = [rate for rate in candidates if abs(rate - measured) <= slack]
    return near[0] if near else measured


def shown_counts(delays: Sequence[Fraction]) -> list[int]:
    """Return for how many frames each picture is shown, where still moments are stored once.

    WebP stores equal frames in a row as one longer one. The shortest delays are single frames;
    their mean, not the least one, is the unit, so that rounding does not add up over long ones.
    """
    if not delays or min(delays) == 0:
        return [1] * len(delays)
    singles = [delay for delay in delays if delay < min(delays) * Fraction(3, 2)]
    unit = sum(singles, Fraction(0)) / len(singles)
    return [round(delay / unit) for delay in delays]
