"""Give a container the codec, depth and so on that are asked of it, or say what would be right."""

from collections.abc import Collection
from dataclasses import replace
from itertools import combinations
from typing import NoReturn

from cppnvid.encode.codecs import OF_LARGE, Codec, Coding
from cppnvid.encode.containers import CONTAINERS, Container, endings
from cppnvid.encode.program import check_version, ffmpeg_program
from cppnvid.encode.trial import unusable_arguments
from cppnvid.errors import EncodeError, Message, RecipeError, Setting
from cppnvid.recipe import Output

AS_USUAL = Coding()


def coding_of(output: Output, *, alpha: bool = False) -> Coding:
    """Return what a recipe asks of its file's colours; `alpha` tells if they have transparency."""
    return Coding(
        codec=output.codec,
        depth=output.depth,
        lossless=output.lossless,
        dither=output.dither,
        gif=output.gif or "quality",
        colours=output.colours,
        quality=output.quality,
        alpha=alpha,
    )


def coded(container: Container, coding: Coding) -> Container:
    """Return the container as it is with what is asked of its colours.

    Raises:
        RecipeError: it cannot be so; the message says how it can.
        EncodeError: the ffmpeg here has none of the encoders that would do.
    """
    way = _way(container, coding)
    if way is None:
        _refuse(container, coding)
    made = _with_dither(_with(container, way), coding.dither)
    return _with_alpha(made) if coding.alpha else made


def beyond(container: Container, coding: Coding, kept: Collection[str] = ()) -> tuple[str, ...]:
    """Return the fewest wishes without which the container can have the others, as field names.

    What is in `kept` is not among them. Where that alone is too much, all others are, so that
    `coded` refuses what was kept.
    """
    wishes = [name for name in _WISHES if getattr(coding, name) and name not in kept]
    for count in range(len(wishes)):
        for dropped in combinations(wishes, count):
            if _possible(container, without(coding, dropped)):
                return dropped
    return tuple(wishes)


# What another format may lack, the most particular first.
_WISHES = ("codec", "dither", "lossless", "depth")


def without(coding: Coding, wishes: Collection[str]) -> Coding:
    """Return what is asked without the fields of these names, which are as usual then."""
    return replace(coding, **{name: getattr(AS_USUAL, name) for name in wishes})


def holds_alpha(container: Container) -> bool:
    """Return whether files of a container can have transparency, coded one way or another."""
    return any(way.alpha for way in _ways(container, AS_USUAL))


def quality_of(container: Container, crf: int | None) -> int | None:
    """Return the `crf` to encode with; None where the container has none.

    Raises:
        RecipeError: for a `crf` the container has no use for, or one out of its range.
    """
    if crf is not None and container.max_crf is None:
        problem = f"{container.name} coded as {container.codec} has none; leave it out, given {crf}"
        raise RecipeError(problem, key="output.crf", given=crf)
    # From 1, because x264's 0 is lossless and no player of High profile can show it.
    if crf is not None and not 1 <= crf <= (container.max_crf or 0):
        problem = f"{container.name} takes 1 (best) to {container.max_crf} (worst), given {crf}"
        raise RecipeError(problem, key="output.crf", given=crf)
    return container.default_crf if crf is None else crf


def _possible(container: Container, coding: Coding) -> bool:
    way = _way(container, coding)
    if way is None:
        return False
    return not coding.dither or way.dither or container.palettes


def _ways(container: Container, coding: Coding) -> list[Codec]:
    """Return the ways of a container, the likeliest wish first."""
    own = _own(container)
    others = [way for way in container.codecs if way != own]
    # Who asks for more bits gets the most a format has.
    return [own, *others] if (coding.depth or 8) <= 8 else [*others, own]


def _way(container: Container, coding: Coding) -> Codec | None:
    """Return the first way that is as asked, dither aside; None if there is none."""
    for way in _ways(container, coding):
        if (
            coding.codec in (None, way.codec)
            and coding.depth in (None, way.depth)
            and (way.lossless or not coding.lossless)
            and (way.alpha or not coding.alpha)
        ):
            return way
    return None


def _own(container: Container) -> Codec:
    """Return a container's own way, with its alternatives where its codecs list them."""
    codec, depth, lossless = container.codec, container.depth, container.lossless
    for way in container.codecs:
        if (way.codec, way.depth, way.lossless) == (codec, depth, lossless):
            return way
    dither, alpha = container.dither, container.alpha
    return Codec(codec, depth, (), lossless=lossless, dither=dither, alpha=alpha)


def _with(container: Container, way: Codec) -> Container:
    """Return the container with another way's fields; its own way changes nothing."""
    if way == _own(container) and not way.arguments:
        return container
    arguments = container.arguments
    if way.arguments:
        arguments = _first_usable(way, container)
    return replace(
        container,
        codec=way.codec,
        depth=way.depth,
        arguments=arguments,
        yuv=way.yuv,
        h264=False,
        least_side=way.least_side,
        even_width=(way.yuv or "").startswith("yuv422"),
        default_crf=way.default_crf,
        max_crf=way.max_crf,
        default_quality=None if way.lossless else container.default_quality,
        segment_seconds=way.segment_seconds,
        lossless=way.lossless,
        dither=way.dither,
        alpha=way.alpha,
    )


def _with_alpha(container: Container) -> Container:
    """Return a container whose frames have transparency."""
    return replace(container, transparent=True, yuv=container.yuv and container.alpha)


def _first_usable(way: Codec, container: Container) -> tuple[str, ...]:
    """Return the first arguments that work here; the only ones are not tried.

    Raises:
        EncodeError: none of several does.
    """
    if len(way.arguments) == 1:
        return way.arguments[0]
    for arguments in way.arguments:
        small = dict.fromkeys(OF_LARGE, "")
        tried = tuple(part.format(crf=30, longest=1, **small) for part in arguments)
        if unusable_arguments(tried, odd=not container.even_size) is None:
            return arguments
    check_version(container.ffmpeg)
    names = " nor ".join(arguments[1] for arguments in way.arguments)
    raise EncodeError(
        f"the ffmpeg here, {ffmpeg_program()}, has neither {names} that works, and "
        f"{container.name} coded as {way.codec} needs one: 'pip install --force-reinstall "
        f"imageio-ffmpeg' brings it, where IMAGEIO_FFMPEG_EXE names no other"
    )


def _with_dither(container: Container, dither: bool | None) -> Container:
    if not dither:
        return container if dither is None else replace(container, dither=False)
    if not container.dither and not container.palettes:
        raise RecipeError(_why_no(container), key="output.dither", given=True)
    return container


def _why_no(container: Container) -> Message:
    if container.depth > 8:
        return Message(f"{container.depth} bits need no dither")
    loses = f"{container.name} would lose it again"
    if any(codec.dither for codec in container.codecs):
        return Message(f"{loses}: {{key}} keeps it", key=Setting("output.lossless", True))
    if any(codec.depth > 8 for codec in container.codecs):
        return Message(f"{loses}: {{key}} has no bands", key=Setting("output.depth", 10))
    return Message(loses)


def _refuse(container: Container, coding: Coding) -> NoReturn:
    name, ways = container.name, _ways(container, coding)
    if coding.alpha:
        ways = [way for way in ways if way.alpha]
        if not any(coding.codec in (None, way.codec) for way in ways):
            _refuse_alpha(container, coding, ways)
    if coding.lossless and not _can_be_lossless(container):
        others = endings(one for one in CONTAINERS if _can_be_lossless(one))
        problem = f"{name} always loses a little here; {others} and folders of PNGs do not"
        raise RecipeError(problem, key="output.lossless", given=True)
    codec = coding.codec
    clear = " with transparency" if coding.alpha else ""
    if codec is not None and codec not in {way.codec for way in ways}:
        known = ", ".join(dict.fromkeys(way.codec for way in ways))
        problem = f"{name} is coded as {known}, given {codec}"
        raise RecipeError(problem, key="output.codec", given=codec, allowed=known)
    depths = sorted({way.depth for way in ways if codec in (None, way.codec)})
    allowed = " or ".join(map(str, depths))
    coded_as = f" coded as {codec}" if codec else ""
    problem = f"{name}{coded_as}{clear} has {allowed} bits a channel, given {coding.depth}"
    raise RecipeError(problem, key="output.depth", given=coding.depth, allowed=allowed)


def _refuse_alpha(container: Container, coding: Coding, clear: list[Codec]) -> NoReturn:
    if clear:
        problem = f"{container.name} coded as {coding.codec} cannot hold transparency; coded as "
        problem += f"{clear[0].codec} it can"
    else:
        able = [one for one in CONTAINERS if holds_alpha(one) and one.still == container.still]
        problem = f"{container.name} cannot hold transparency; {endings(able)}"
        problem += " can" if container.still else " and folders of PNGs can"
    raise RecipeError(problem, key="palette.alpha")


def _can_be_lossless(container: Container) -> bool:
    return container.lossless or any(codec.lossless for codec in container.codecs)
