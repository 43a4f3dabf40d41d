"""Look at a finished file with a platform's eyes."""

from pathlib import Path

from cppnvid.encode import MediaInfo, probe
from cppnvid.platforms.limits import measures, misfit
from cppnvid.platforms.table import Platform


def misfits(platform: Platform, path: Path) -> list[str]:
    """Return in words all that a platform would not take about a finished file."""
    info = probe(path)
    size = path.stat().st_size
    frames = max(info.frames, 1)
    values = measures((info.width, info.height)) | {
        "seconds": info.seconds, "frames": frames, "bytes": size,
        "total_pixels": info.width * info.height * frames,
    }  # fmt: skip
    if info.fps is not None:
        values["fps"] = float(info.fps)
    if info.seconds:
        values["bit_rate"] = 8 * size / info.seconds
    found = [misfit(platform, fact, value) for fact, value in values.items()]
    return [*_kind(platform, info), *(words for words in found if words is not None)]


def _kind(platform: Platform, info: MediaInfo) -> list[str]:
    wrong = []
    for fact, given in (("endings", info.path.suffix.lower()), ("codecs", info.codec)):
        takes = getattr(platform, fact).value
        if given not in takes:
            source = platform.source_of(fact)
            wrong.append(f"{platform.name} takes {' or '.join(takes)}, given {given} ({source})")
    if platform.exact is not None and platform.size is not None:
        width, height = platform.size.value
        if (info.width, info.height) != (width, height):
            wrong.append(
                f"{platform.name} takes {width}x{height}, given {info.width}x{info.height}"
            )
    return wrong
