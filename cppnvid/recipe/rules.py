"""Keys of a recipe that replace each other, and numbers that follow from each other.

A text is laid on its style, and overrides on both, in the same way: each row of `RULES` whose keys
were written removes the key that they replace. Validation then derives that key again, or takes its
default.
"""

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pydantic_core import PydanticCustomError

from cppnvid.recipe.base import mistake, plain
from cppnvid.recipe.canvas import MOST_FRAMES, Output, parse_fps
from cppnvid.recipe.tempo import tempo_of

Data = Mapping[str, Any]


def value_of(data: Data, key: str) -> Any:
    """Return the value of a dotted key such as `morph.path`, or None."""
    part, _, name = key.partition(".")
    values = data.get(part)
    return values.get(name) if isinstance(values, Mapping) else None


def put(data: Data, key: str, value: Any = None) -> dict[str, Any]:
    """Return the data with a dotted key set; None removes it."""
    part, _, name = key.partition(".")
    if not isinstance(data[part], Mapping):
        return dict(data)  # a short form, or a mistake that validation reports
    values = {other: given for other, given in data[part].items() if other != name}
    return {**data, part: values if value is None else {**values, name: value}}


def written_keys(data: Data) -> set[str]:
    """Return the dotted keys in the data's parts."""
    return {
        f"{part}.{name}"
        for part, values in data.items()
        if isinstance(values, Mapping)
        for name in values
    }


def pictures(data: Data) -> int | None:
    """Return the number of pictures that a path passes through; None if it is not known."""
    lists = [value_of(data, "morph.seeds")]
    if value_of(data, "morph.of") in ("weights", None):
        lists.append(value_of(data, "morph.weights") or [])
    counts = [len(part) for part in lists if isinstance(part, list | tuple)]
    return sum(counts) if len(counts) == len(lists) else None


@dataclass(frozen=True)
class Rule:
    """Keys that replace another key of the data on which they are laid.

    Attributes:
        written: the keys; one of them is enough.
        replaces: the key that is removed, unless it is written as well.
        when: tells from the data below and from the result whether it is removed.
        by: returns the value that it gets instead, or None.
    """

    written: tuple[str, ...]
    replaces: str
    when: Callable[[Data, Data], bool] = lambda _below, _laid: True
    by: Callable[[Data], Any] = lambda _laid: None


def _has(key: str) -> Callable[[Data, Data], bool]:
    return lambda _below, laid: bool(value_of(laid, key))


def _only_files(_below: Data, laid: Data) -> bool:
    of = value_of(laid, "morph.of")
    return bool(value_of(laid, "morph.weights")) and of in ("weights", None)


def _one_or_several(below: Data, laid: Data) -> bool:
    """Tell whether one picture became several, or the other way round."""
    count = pictures(laid)
    return count is not None and (count == 1) != (pictures(below) == 1)


def _not_custom(_below: Data, laid: Data) -> bool:
    return bool(value_of(laid, "palette.name") != "custom")


def _is_cmyk(data: Data) -> bool:
    return bool(value_of(data, "palette.name") == "cmyk")


def _in_or_out_of_cmyk(below: Data, laid: Data) -> bool:
    return _is_cmyk(below) != _is_cmyk(laid)


def _channels(laid: Data) -> int:
    return 4 if _is_cmyk(laid) else 3


def length_of(data: Data) -> tuple[Fraction, Fraction] | None:
    """Return the number of frames, perhaps not whole, and the frame rate; None with a mistake."""
    output = data.get("output", {})
    if not isinstance(output, Mapping):
        return None
    seconds, frames = value_of(data, "output.seconds"), value_of(data, "output.frames")
    try:
        fps: Fraction = parse_fps(value_of(data, "output.fps") or 30)
    except PydanticCustomError:
        return None
    length = (frames or Output.model_fields["frames"].default) if seconds is None else seconds
    if type(length) not in (int, float) or not 0 < length < math.inf:
        return None
    return Fraction(str(length)) * (1 if seconds is None else fps), fps


def _other_length(_below: Data, laid: Data) -> bool:
    """Tell whether a film is not as long as its bars."""
    tempo, length = tempo_of(laid), length_of(laid)
    return tempo is not None and length is not None and not tempo.fits(*length)


def _is_faster(_below: Data, laid: Data) -> bool:
    speed = value_of(laid, "morph.speed")
    return isinstance(speed, int | float) and speed != 1


_PICTURES = ("morph.seeds", "morph.weights")
RULES = (
    Rule(("morph.weights",), "morph.seeds", _only_files, lambda _laid: ()),
    Rule(_PICTURES, "morph.path", _one_or_several),
    Rule((*_PICTURES, "morph.hold"), "morph.holds"),
    Rule(("morph.holds",), "morph.hold"),
    Rule(("morph.times",), "morph.path", _has("morph.times")),
    Rule((*_PICTURES, "morph.path", "morph.loop"), "morph.times"),
    Rule(("palette.name",), "palette.colours", _not_custom),
    Rule(("palette.colours",), "palette.name", _has("palette.colours")),
    Rule(("palette.name", "palette.colours"), "network.channels", _in_or_out_of_cmyk, _channels),
    Rule(("output.seconds",), "output.frames"),
    Rule(("output.frames", "output.seconds"), "tempo.bars", _other_length),
    Rule(("morph.speed",), "tempo.bars", _is_faster),
)


def replaced(below: Data, laid: Data, written: Collection[str]) -> dict[str, Any]:
    """Return data without the keys that were replaced.

    Args:
        below: the data on which something was laid.
        laid: the result.
        written: the dotted keys of what was laid.
    """
    laid = dict(laid)
    for rule in RULES:
        if rule.replaces in written or not any(key in written for key in rule.written):
            continue
        if value_of(below, rule.replaces) is not None and rule.when(below, laid):
            laid = put(laid, rule.replaces, rule.by(laid))
    return laid


def whole_frames(frames: Fraction, *, even: bool) -> int:
    """Return the whole number nearest to `frames`; a ping-pong needs an even one."""
    return max(2, 2 * math.floor(frames / 2 + Fraction(1, 2))) if even else max(1, round(frames))


def _even(data: Data) -> bool:
    return bool(value_of(data, "morph.loop") == "ping-pong")


def keep_length(below: Data, laid: Data, written: Collection[str]) -> dict[str, Any]:
    """Return data with the frames for the seconds that were written, or for a new frame rate."""
    laid = dict(laid)
    if "output.frames" in written or not {"output.seconds", "output.fps"}.intersection(written):
        return laid
    try:
        if "output.seconds" in written:
            seconds = value_of(laid, "output.seconds")
        else:
            rate = parse_fps(value_of(below, "output.fps"))
            seconds = value_of(below, "output.frames") / Fraction(rate)
        if isinstance(seconds, bool) or not 0 < seconds <= 36_000:
            return laid
        frames = Fraction(str(seconds)) * parse_fps(value_of(laid, "output.fps"))
    except (PydanticCustomError, TypeError):
        return laid  # validation reports the mistake at its own key
    return put(put(laid, "output.seconds"), "output.frames", whole_frames(frames, even=_even(laid)))


def at_tempo(laid: Data, written: Collection[str]) -> dict[str, Any]:
    """Return data with the number of frames of its bars, unless a length was written.

    Raises:
        PydanticCustomError: the bars have no frame, or more than `MOST_FRAMES`.
    """
    laid = dict(laid)
    tempo, length = tempo_of(laid), length_of(laid)
    if tempo is None or tempo.seconds is None or length is None:
        return laid
    if {"output.frames", "output.seconds"}.intersection(written):
        return laid
    frames = whole_frames(tempo.seconds * length[1], even=_even(laid))
    if frames > MOST_FRAMES:
        problem = f"{tempo.bars} bars are {frames:,} frames: at most {MOST_FRAMES:,} are allowed"
        raise mistake("tempo.bars, tempo.bpm", problem, tempo.bars)
    return {**laid, "output": {**laid.get("output", {}), "frames": frames}}


def frames_at_speed(frames: int, speed: float, *, even: bool) -> int:
    """Return the number of frames that a film of `frames` has at a constant speed above 0.

    Raises:
        PydanticCustomError: it would have one frame, or more than `MOST_FRAMES`.
    """
    count = Fraction(frames) / Fraction(speed)
    if not min(frames, 2) <= whole_frames(count, even=even) <= MOST_FRAMES:
        slowest, fastest = frames / MOST_FRAMES, frames / min(frames, 2)
        allowed = f"from {slowest:g} to {fastest:g}"
        film = f"a film of {frames} frame{'s' * (frames > 1)} becomes one of {min(frames, 2)}"
        problem = f"must be {allowed}, given {speed:g}: {film} to {MOST_FRAMES:,}"
        raise mistake("morph.speed", problem, speed, allowed=allowed)
    return whole_frames(count, even=even)


def at_speed(laid: Data, written: Collection[str]) -> dict[str, Any]:
    """Return data in which a constant speed is replaced by the number of frames it leads to.

    Raises:
        PydanticCustomError: the film's length was written as well, or would be out of range.
    """
    laid = dict(laid)
    speed = value_of(laid, "morph.speed")
    if not isinstance(speed, int | float) or isinstance(speed, bool) or speed == 1:
        return laid
    if not 0 < speed < math.inf or not isinstance(laid.get("output", {}), Mapping):
        return laid  # validation reports the mistake at its own key
    for length in ("output.frames", "output.seconds", "tempo.bars"):
        if length in written:
            problem = f"{speed:g} changes the length of the film: keep one of the two, or make it "
            problem += "keyframes, such as {keys: [[0, 1], [0.5, 3]]}"
            raise mistake(f"morph.speed, {length}", problem, speed)
    frames = value_of(laid, "output.frames") or Output.model_fields["frames"].default
    if isinstance(frames, int):
        frames = frames_at_speed(frames, speed, even=_even(laid))
    laid = {**laid, "output": {**laid.get("output", {}), "frames": frames}}
    return put(laid, "morph.speed", 1.0)


def with_depth(data: Data) -> dict[str, Any]:
    """Return data with an endless warp for a path that zooms, unless one moves already."""
    data = dict(data)
    morph, camera = plain(data.get("morph")), plain(data.get("camera", {}))
    if not (isinstance(morph, Mapping) and morph.get("path") == "zoom"):
        return data
    warps = camera.get("warps", []) if isinstance(camera, Mapping) else None
    if not isinstance(warps, list | tuple):
        return data  # validation reports the mistake at its own key
    inwards = {"keys": [[0.0, 0.0], [1.0, 360.0]], "easing": "linear"}
    given = [plain(warp) for warp in warps]
    endless = [w for w in given if isinstance(w, Mapping) and w.get("kind") == "endless"]
    if any(isinstance(warp.get("phase"), Mapping) for warp in endless):
        return data
    if endless:
        given[given.index(endless[-1])] = {**endless[-1], "phase": inwards}
    else:
        given.append({"kind": "endless", "phase": inwards})
    return data | {"camera": {**camera, "warps": given}}
