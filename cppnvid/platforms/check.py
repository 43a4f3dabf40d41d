"""Look at a finished file as a platform will."""

from pathlib import Path

from cppnvid.encode import probe
from cppnvid.platforms.limits import length, misfit, shape, wrong_size
from cppnvid.platforms.table import Platform


def misfits(platform: Platform, path: Path) -> list[str]:
    """Return in words everything about a finished file that a platform would refuse."""
    info, weight = probe(path), path.stat().st_size
    size = (info.width, info.height)
    values = shape(size) | length(size, max(info.frames, 1), info.seconds) | {"bytes": weight}
    if info.fps is not None:
        values["fps"] = float(info.fps)
    if info.seconds:
        values["bit_rate"] = 8 * weight / info.seconds
    kinds = {"endings": info.path.suffix.lower(), "codecs": info.codec}
    wrong = [
        platform.refusal(fact, " or ".join(platform[fact]), given)
        for fact, given in kinds.items()
        if given not in platform[fact]
    ]
    found = [misfit(platform, fact, value) for fact, value in values.items()]
    return [*wrong, *filter(None, [wrong_size(platform, size), *found])]
