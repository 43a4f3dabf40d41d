"""Lay options and `--set` values over a recipe's data, keeping what belongs together in step."""

import copy
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any, NamedTuple

from pydantic_core import PydanticCustomError

from cppnvid.errors import Message, Mistake, RecipeError
from cppnvid.presets.keys import parts_at, value_at
from cppnvid.presets.yaml import KeyPath, dotted, steps
from cppnvid.recipe import Key, Layer, Morph, Track, frames_at_speed, parse_fps, whole_frames
from cppnvid.recipe.model import speed_and_length


class Override(NamedTuple):
    """A value for one key of a recipe, above what its text says."""

    key: str
    """Dotted path, with indexes for lists: `camera.warps.0.segments`."""
    value: Any
    origin: str = ""
    """What the caller calls it, such as `--size`; mistakes carry it. Empty for the key itself."""

    @property
    def path(self) -> KeyPath:
        """The key path as its steps."""
        return steps(self.key)

    def told(self, path: KeyPath) -> str:
        """Return its origin, with the key of a mistake at `path` if that lies inside its value."""
        values = self.value if isinstance(self.value, list) else [self.value]
        named = len(path) > len(self.path) and any(isinstance(value, Mapping) for value in values)
        return f"{self.origin}: {dotted(path)}" if self.origin and named else self.origin

    def mistake(self, problem: str, **facts: Any) -> RecipeError:
        """Return the error for an override that cannot be laid."""
        text = Message(problem, **facts) if facts else problem
        origins = (self.origin,) if self.origin else ()
        return RecipeError.of([Mistake(text, self.key, self.value, origins=origins)])


def lay(data: Mapping[str, Any], overrides: Iterable[Override]) -> dict[str, Any]:
    """Return a copy of a whole recipe's data with overrides laid on it, the later on the earlier.

    Raises:
        RecipeError: a key path leads through what has no keys.
    """
    laid: dict[str, Any] = copy.deepcopy(dict(data))
    named: dict[KeyPath, Override] = {}
    for override in overrides:
        for path, value in _leaves(override.path, override.value, laid):
            laid = _put(laid, path, value, (), override)
            named[path] = override
    _give_way_to_files(laid, named)
    _keep_path_possible(laid, data, named)
    _keep_rest(laid, named)
    _keep_times(laid, named)
    _keep_length(laid, data, named)
    _keep_speed(laid, named)
    _keep_palette_whole(laid, data, named)
    return laid


def _leaves(path: KeyPath, value: Any, data: Any) -> list[tuple[KeyPath, Any]]:
    """Take a mapping laid on a mapping key by key; an entry of a list is replaced as a whole."""
    in_list = any(isinstance(step, int) for step in path)
    if in_list or not (isinstance(value, Mapping) and isinstance(value_at(data, path), Mapping)):
        return [(path, value)]
    below = ((*path, key) for key in value)
    return [leaf for key in below for leaf in _leaves(key, value[key[-1]], data)]


def _put(node: Any, path: KeyPath, value: Any, above: KeyPath, override: Override) -> Any:
    """Return `node` with the value at `path`; `above` is where `node` itself stands."""
    if not path:
        return value
    key, rest = path[0], path[1:]
    node = _spelled_out(node, above)
    if isinstance(node, list):
        index = _index(key, node, above, override)
        below = node[index] if index < len(node) else None
        return [
            *node[:index],
            _put(below, rest, value, (*above, index), override),
            *node[index + 1 :],
        ]
    if not isinstance(node, Mapping):
        raise override.mistake(f"{dotted(above)} is a single value and has no keys")
    return {**node, key: _put(node.get(key), rest, value, (*above, key), override)}


def _spelled_out(node: Any, path: KeyPath) -> Any:
    """Return a short form, such as a layer that is only a width, with its keys."""
    if node is None:
        return {}
    if isinstance(node, int | float):
        parts = parts_at(path)
        if Track in parts:
            return {"keys": [[0.0, node]]}
        if Layer in parts:
            return {"width": node}
    return node


def _index(key: str | int, entries: list[Any], path: KeyPath, override: Override) -> int:
    if Key in parts_at(path) and len(entries) == 2 and key in ("time", "value"):
        return ("time", "value").index(key)
    if not isinstance(key, int):
        raise override.mistake(f"{dotted(path)} is a list: name an entry, such as {dotted(path)}.0")
    if key > len(entries):
        raise override.mistake(
            f"{dotted(path)} has {len(entries)} entries, counted from 0: given {key}, the next new "
            f"one is {len(entries)}"
        )
    return key


def _give_way_to_files(laid: dict[str, Any], named: Mapping[KeyPath, Override]) -> None:
    """Let networks from files come in the place of seeds that nobody asked for beside them."""
    morph = laid.get("morph")
    if not isinstance(morph, dict) or ("morph", "weights") not in named or not morph["weights"]:
        return
    if morph.get("of") == "weights" and ("morph", "seeds") not in named:
        morph["seeds"] = []


def _keep_path_possible(
    laid: dict[str, Any], before: Mapping[str, Any], named: Mapping[KeyPath, Override]
) -> None:
    """Choose the path anew when there is one picture now and were several, or the other way."""
    count, count_before = _pictures(laid), _pictures(before)
    if count is None or ("morph", "path") in named:
        return
    if (count == 1) != (count_before == 1):
        # Written out, not left out: a style may have a path of its own.
        usual = Morph.model_fields["path"].default
        laid["morph"]["path"] = "orbit" if count == 1 else usual


def _pictures(data: Mapping[str, Any]) -> int | None:
    """Return how many pictures a path passes through; None if its lists are none."""
    morph = data.get("morph")
    if not isinstance(morph, Mapping):
        return None
    lists = (morph.get("seeds"), morph.get("weights") if morph.get("of") == "weights" else [])
    counts = [len(part) for part in lists if isinstance(part, list)]
    return sum(counts) if len(counts) == len(lists) else None


def _keep_rest(laid: dict[str, Any], named: Mapping[KeyPath, Override]) -> None:
    """Let `hold` and `holds` replace each other, and other pictures void what was of each."""
    morph, hold, holds = laid.get("morph"), ("morph", "hold"), ("morph", "holds")
    pictures = {("morph", "seeds"), ("morph", "weights")}
    if not isinstance(morph, dict):
        return
    if holds not in named and {hold, *pictures} & named.keys():
        morph["holds"] = []
    elif holds in named and hold not in named:
        morph["hold"] = 0.0


def _keep_times(laid: dict[str, Any], named: Mapping[KeyPath, Override]) -> None:
    """Let times of seeds ask for the path that keeps them; another path or other seeds end them."""
    morph, times, path = laid.get("morph"), ("morph", "times"), ("morph", "path")
    if not isinstance(morph, dict):
        return
    if times in named:
        if path not in named and morph["times"]:
            morph["path"] = "spline"
    elif {path, ("morph", "seeds"), ("morph", "weights"), ("morph", "loop")} & named.keys():
        morph["times"] = []


def _keep_speed(laid: dict[str, Any], named: Mapping[KeyPath, Override]) -> None:
    """Let a constant speed shorten the film, unless its length is asked for in the same breath."""
    morph, output = laid.get("morph"), laid.get("output")
    if not (isinstance(morph, dict) and isinstance(output, dict)):
        return
    speed, frames = morph.get("speed"), output.get("frames")
    if isinstance(speed, bool) or not isinstance(speed, int | float) or not isinstance(frames, int):
        return  # the recipe says it better
    if speed == 1 or not 0 < speed < math.inf:
        return
    try:
        for length in (("output", "frames"), ("output", "seconds")):
            if length in named:
                raise speed_and_length(speed, dotted(length))
        even = morph.get("loop") == "ping-pong"
        output["frames"] = frames_at_speed(frames, speed, even=even)
    except PydanticCustomError as error:
        raise _laid(error, named) from error
    morph["speed"] = 1.0


def _laid(error: PydanticCustomError, named: Mapping[KeyPath, Override]) -> RecipeError:
    """Return a rule's mistake between overrides with their origins."""
    made: Mistake = (error.context or {})["mistake"]
    found = [named[steps(key)] for key in (made.key, *made.also) if steps(key) in named]
    origins = tuple(override.origin for override in found if override.origin)
    return RecipeError.of([replace(made, origins=origins)])


def _keep_length(
    laid: dict[str, Any], before: Mapping[str, Any], named: Mapping[KeyPath, Override]
) -> None:
    """Let `seconds` replace frames, and a frame rate of its own keep the length in seconds."""
    output = laid.get("output")
    if not isinstance(output, dict) or ("output", "frames") in named:
        return
    by_length = ("output", "seconds") in named
    if by_length:
        output.pop("frames", None)
    elif ("output", "fps") not in named:
        return
    frames_before, fps_before = before["output"]["frames"], Fraction(str(before["output"]["fps"]))
    seconds = output["seconds"] if by_length else frames_before / fps_before
    ping_pong = value_at(laid, ("morph", "loop")) == "ping-pong"
    if not isinstance(seconds, int | float | Fraction) or isinstance(seconds, bool):
        return  # the recipe says it better
    try:
        frames = Fraction(str(seconds)) * Fraction(parse_fps(output["fps"]))
    except ValueError:
        output.pop("seconds", None)  # so that the recipe tells of the rate, at its own key
        return
    if 0 < seconds <= 36_000:
        output.pop("seconds", None)
        output["frames"] = whole_frames(frames, even=ping_pong)


def _keep_palette_whole(
    laid: dict[str, Any], before: Mapping[str, Any], named: Mapping[KeyPath, Override]
) -> None:
    """Drop the colours of a palette that is not drawn any more, and its number of channels."""
    palette, name, colours = laid.get("palette"), ("palette", "name"), ("palette", "colours")
    if not isinstance(palette, dict) or not {name, colours} & named.keys():
        return
    if name in named and colours not in named and palette.get("name") != "custom":
        palette["colours"] = []
    if colours in named and name not in named and palette["colours"]:
        palette["name"] = "custom"
    is_cmyk, was_cmyk = (value_at(data, name) == "cmyk" for data in (laid, before))
    if is_cmyk != was_cmyk and ("network", "channels") not in named:
        laid["network"]["channels"] = 4 if is_cmyk else 3


def blamed(path: KeyPath, overrides: Sequence[Override]) -> list[Override]:
    """Return the overrides that a mistake at `path` lies in: the last at or above it, or below."""
    for override in reversed(overrides):
        if path[: len(override.path)] == override.path:
            return [override]
    return [override for override in overrides if path and override.path[: len(path)] == path]
