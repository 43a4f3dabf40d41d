"""What a file's colours are coded as: its codec, its bits a channel, without loss or not, dithered.

Each format has its own way, which stands in the table of containers; the others it can do stand
here. What is asked for is given or refused, with what would be right.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from cppnvid.encode.containers import Container
from cppnvid.encode.trial import unusable_arguments
from cppnvid.errors import RecipeError
from cppnvid.recipe import Output


@dataclass(frozen=True)
class Coding:
    """What is asked of a file's colours; None is what its format does by itself.

    `gif` is a name in `palettes.GIF_KINDS` and `colours`, 4 to 256, are of its palettes; `quality`
    is WebP's, 1 to 100.
    """

    codec: str | None = None
    depth: int | None = None
    lossless: bool = False
    dither: bool | None = None
    gif: str = "quality"
    colours: int | None = None
    quality: int | None = None


AS_USUAL = Coding()


def coding_of(output: Output) -> Coding:
    """Return what a recipe asks of its file's colours."""
    return Coding(
        output.codec, output.depth, output.lossless, output.dither, output.gif or "quality",
        output.colours, output.quality,
    )  # fmt: skip


@dataclass(frozen=True)
class _Way:
    """A way of coding that a container has beside its own; fields as in `Container`.

    `arguments` are alternatives, of which the first that works on this machine is taken.
    """

    codec: str
    depth: int
    arguments: tuple[tuple[str, ...], ...]
    yuv: str | None = None
    default_crf: int | None = None
    max_crf: int | None = None
    segment_seconds: int | None = None
    lossless: bool = False
    dither: bool = False


_X265 = (
    # Apple plays HEVC as hvc1 alone, and ffmpeg would write hev1. With cutree, what moves slowly
    # lags behind: at equal size the error after a blur of 4 pixels is a third larger.
    *("-c:v", "libx265", "-preset", "medium", "-crf", "{crf}", "-g", "{longest}"),
    *("-tag:v", "hvc1", "-x265-params", "log-level=error:cutree=0"),
)
# Windows' wheel of ffmpeg brings no SVT-AV1; libaom takes three times as long. SVT's filter over
# time (tf) is for cameras' noise, and smears what moves slowly.
_AV1 = (
    (
        *("-c:v", "libsvtav1", "-preset", "6", "-crf", "{crf}", "-g", "{longest}"),
        *("-svtav1-params", "enable-tf=0"),
    ),
    (
        *("-c:v", "libaom-av1", "-cpu-used", "6", "-row-mt", "1"),
        *("-crf", "{crf}", "-b:v", "0", "-g", "{longest}"),
    ),
)
# benchmarks/depth.py: HEVC of 10 bits has a fifth to two thirds of x264's low-frequency error at
# its 14, in two thirds to an eighth of the bytes; VP9 has a quarter to a half of that which 8 bits
# have at 18. AV1 has the smallest files, and more error.
_HEVC_CRF, _AV1_CRF, _VP9_CRF = 10, 8, 8

_WAYS: dict[str, tuple[_Way, ...]] = {
    "MP4": (
        _Way("hevc", 10, (_X265,), "yuv420p10le", _HEVC_CRF, 51),
        _Way("hevc", 8, (_X265,), "yuv420p", _HEVC_CRF, 51),
        _Way("av1", 10, _AV1, "yuv420p10le", _AV1_CRF, 63),
        _Way("av1", 8, _AV1, "yuv420p", _AV1_CRF, 63),
    ),
    "WebM": (
        _Way("vp9", 10, (), "yuv420p10le", _VP9_CRF, 63, segment_seconds=4),
        _Way("av1", 10, _AV1, "yuv420p10le", _AV1_CRF, 63),
        _Way("av1", 8, _AV1, "yuv420p", _AV1_CRF, 63),
    ),
    "MOV": (
        # Every pixel has its own colour, and three times the bytes.
        _Way(
            "prores4444",
            10,
            (("-c:v", "prores_ks", "-profile:v", "4444", "-vendor", "apl0"),),
            "yuv444p10le",
        ),
    ),
    "WebP": (
        _Way(
            "webp",
            8,
            # As small as ffmpeg's own effort (70 and 4), in half the time.
            (
                (
                    *("-c:v", "libwebp_anim", "-lossless", "1", "-pix_fmt", "bgra"),
                    *("-quality", "50", "-compression_level", "3"),
                ),
            ),
            lossless=True,
            dither=True,
        ),
    ),
    "PNG folder": (
        _Way("png", 16, (("-c:v", "png", "-pred", "up", "-pix_fmt", "rgb48be"),), lossless=True),
    ),
    "PNG": (_Way("png", 16, ((),), lossless=True),),
}


def coded(container: Container, coding: Coding) -> Container:
    """Return the container as it is with what is asked of its colours.

    Raises:
        RecipeError: it cannot be so; the message says how it can.
    """
    own_first = (coding.depth or 8) <= 8  # who asks for more bits gets the most a format has
    ways = list(_WAYS.get(container.name, ()))
    ways = [_own(container), *ways] if own_first else [*ways, _own(container)]
    for way in ways:
        if (
            coding.codec in (None, way.codec)
            and coding.depth in (None, way.depth)
            and (way.lossless or not coding.lossless)
        ):
            return _with_dither(_with(container, way), coding.dither)
    _refuse(container, coding, ways)
    raise AssertionError


def _own(container: Container) -> _Way:
    return _Way(container.codec, container.depth, (), lossless=container.lossless)


def _with(container: Container, way: _Way) -> Container:
    """Return the container with another way's fields; its own way changes nothing."""
    if way == _own(container):
        return container
    arguments = container.arguments
    if way.arguments:
        arguments = _first_usable(way)
    return replace(
        container,
        codec=way.codec,
        depth=way.depth,
        arguments=arguments,
        yuv=way.yuv,
        h264=False,
        even_size=container.even_size or (way.yuv or "").startswith("yuv420"),
        default_crf=way.default_crf,
        max_crf=way.max_crf,
        segment_seconds=way.segment_seconds,
        lossless=way.lossless,
        dither=way.dither,
    )


def _first_usable(way: _Way) -> tuple[str, ...]:
    """Return the first arguments that work here, or the last, whose failure then tells why."""
    for arguments in way.arguments[:-1]:
        if unusable_arguments(tuple(p.format(crf=30, longest=1) for p in arguments)) is None:
            return arguments
    return way.arguments[-1]


def _with_dither(container: Container, dither: bool | None) -> Container:
    if not dither:
        return container if dither is None else replace(container, dither=False)
    if not container.dither and container.name != "GIF":  # which palettes.py dithers
        if container.depth > 8:
            reason = f"{container.depth} bits need none"
        elif container.name == "WebP":
            reason = "this WebP would lose it again: say --lossless too"
        else:
            reason = f"{container.name} would lose it again: --depth 10 has no bands"
        raise RecipeError(f"--dither: {reason}; or leave output.dither out")
    return container


def _refuse(container: Container, coding: Coding, ways: list[_Way]) -> None:
    name = container.name
    if coding.lossless and not any(way.lossless for way in ways):
        raise RecipeError(
            f"--lossless: {name} always loses a little here; .webp, .png, .apng and folders of "
            f"PNGs do not (or leave output.lossless out)"
        )
    if coding.codec is not None and coding.codec not in {way.codec for way in ways}:
        known = ", ".join(_unique(way.codec for way in ways))
        raise RecipeError(
            f"--codec {coding.codec}: {name} is coded as {known} (or leave output.codec out)"
        )
    fitting = [way for way in ways if coding.codec in (None, way.codec)]
    depths = " or ".join(_unique(str(way.depth) for way in sorted(fitting, key=_depth)))
    codec = f" coded as {coding.codec}" if coding.codec else ""
    raise RecipeError(
        f"--depth {coding.depth}: {name}{codec} has {depths} bits a channel "
        f"(or leave output.depth out)"
    )


def _depth(way: _Way) -> int:
    return way.depth


def _unique(words: Iterator[str]) -> list[str]:
    return list(dict.fromkeys(words))
