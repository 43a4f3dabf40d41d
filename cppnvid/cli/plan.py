"""What a request makes of a source, before anything is drawn: the recipe, the file, the sound."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

from cppnvid.cli.outputs import (
    animated_still,
    for_format,
    is_named,
    named_output,
    pictures,
    posted_name,
    video_name,
)
from cppnvid.cli.parse import refusal
from cppnvid.errors import Message, Mistake, RecipeError, Setting
from cppnvid.units import file_size

if TYPE_CHECKING:
    from cppnvid.cli.request import Request
    from cppnvid.encode import Container
    from cppnvid.platforms import Platform
    from cppnvid.presets import Override, Source
    from cppnvid.recipe import Recipe


# Options about frames and how they are coded, or about what draws them on this machine.
_OF_FRAMES = "repeat least_seconds crf max_size codec depth lossless dither backend encoder shutter"

_OF_PAGES = "embed embed_audio with_saver"


@dataclass(frozen=True)
class Plan:
    """A film to be drawn.

    Attributes:
        recipe: of the film.
        output: its file's name.
        max_size: the most bytes that the file may have, None for any number.
        keep: keys that are not given up for its size.
        notes: what was chosen, a line each.
        platform: what the file must fit.
        audio: the file with its sound.
    """

    recipe: "Recipe"
    output: str
    max_size: int | None
    keep: tuple[str, ...]
    notes: tuple[str, ...]
    platform: "Platform | None"
    audio: Path | None


def plan_film(source: "Source", asked: "Request") -> Plan:
    """Return the plan of a film.

    What the user asked for comes first, then what the format of the file needs, then what the
    platform needs.

    Raises:
        RecipeError: an option does not go with another, with the format, or with the platform.
    """
    from cppnvid.encode import container_for
    from cppnvid.film.size_cap.ladder import KEYS
    from cppnvid.presets import Override, load_recipe

    overrides = [*asked.overrides, *_reaction(source, asked)]
    read: list[str] = []
    recipe = load_recipe(source, overrides, note=read.append)
    if asked.least_seconds is not None:
        overrides.append(_repeated(recipe, asked))
        recipe = load_recipe(source, overrides)
    _check_used(recipe, overrides)
    name = video_name(source.stem, pictures(recipe))
    platform = None
    if asked.platform is not None:
        from cppnvid.platforms import platform_named

        platform = platform_named(asked.platform)
        name = posted_name(platform, name, alpha=recipe.palette.alpha is not None)
        if animated := animated_still(asked):
            overrides = [Override("output.codec", animated, "--for"), *overrides]
            recipe = load_recipe(source, overrides)
    output = named_output(asked.output, name)
    container = container_for(output, codec=recipe.output.codec)
    if "gif" in asked.typed and container.codec != "gif":
        raise refusal("--gif", f"applies only to .gif; {output} is {container.name}")
    if not container.page and (unused := asked.named(_OF_PAGES)):
        raise refusal(unused, f"applies only to a .html; {output} is {container.name}")
    if container.live and (unused := asked.named(_OF_FRAMES)):
        raise refusal(unused, f"does not apply to {output}, which is drawn where it is watched")
    recipe, formatted = for_format(recipe, container, source, overrides)
    audio, silence = _sound(recipe, source, overrides, container, embeds=asked.embed_audio)
    keep = tuple(key for key in KEYS if is_named(key, overrides))
    notes = (*read, *(formatted if platform is None else ()), *silence)
    plan = Plan(recipe, output, asked.max_size, keep, notes, platform, audio)
    return plan if platform is None else _fitted(plan, platform, source, overrides, asked)


def _fitted(
    plan: Plan,
    platform: "Platform",
    source: "Source",
    overrides: "Sequence[Override]",
    asked: "Request",
) -> Plan:
    """Return the plan of a film that fits a platform."""
    from cppnvid.platforms import Wishes, fit
    from cppnvid.presets import load_recipe

    sound = "audio" in asked.typed and not plan.recipe.sound.listens
    wishes = Wishes(overrides, plan.output, plan.max_size, sound, asked.least_seconds)
    fitted = fit(platform, plan.recipe, wishes)
    # On the whole recipe, in which a length is frames, whichever way it was asked for.
    whole = replace(source, data=plan.recipe.to_data(), lines={})
    recipe = load_recipe(whole, fitted.overrides)
    if plan.audio is not None and platform["sound"] is False:
        plan = replace(
            plan, audio=None, notes=(*plan.notes, _silent(f"{platform.name} takes", recipe))
        )
    return replace(
        plan,
        recipe=recipe,
        max_size=fitted.most_bytes,
        keep=(*plan.keep, *fitted.keep),
        notes=(_made_for(platform, recipe, fitted.most_bytes), *plan.notes),
    )


@dataclass(frozen=True)
class Picture:
    """One picture: where it comes from, what is laid over that, its moment, and what to note."""

    source: "Source"
    recipe: "Recipe"
    overrides: "Sequence[Override]"
    time: float | None
    notes: tuple[str, ...] = ()


def plan_picture(asked: "Request", verb: str) -> Picture:
    """Return the picture that a request names, which is to be drawn, explained or exported.

    A seed names a network, and so replaces the files whose networks the source passes through; its
    layers stay theirs.

    Raises:
        RecipeError: no picture is named, a file and a seed are both, or it is a sheet of seeds of
            which none is named.
    """
    from cppnvid.presets import Override, Source, load_recipe, read_source

    enough = {"source", "seed", "weights"}
    if not asked.typed & (enough | {"style", "set", "palette"} if verb == "explain" else enough):
        raise RecipeError(f"nothing to {verb}: give --seed 7, or a preset, such as aurora")
    source = Source({}) if asked.source is None else read_source(asked.source)
    if source.shows_seeds and not asked.typed & {"seed", "picture"}:
        raise RecipeError(f"{asked.source}: is a sheet of many seeds: choose one with --seed")
    overrides = asked.overrides
    read: list[str] = []
    recipe = load_recipe(source, overrides, note=read.append)
    if "seed" in asked.typed and recipe.morph.of == "weights" and recipe.morph.weights:
        if any(override.key == "morph.weights" for override in overrides):
            raise refusal("--seed, --weights", "each names a picture: keep one")
        # A file may define the layers, so they are kept before it is left out.
        source = replace(source, data=recipe.to_data(), lines={})
        overrides = (Override("morph.weights", []), *overrides)
        recipe = load_recipe(source, overrides)
    time = source.time or None if asked.time is None else asked.time
    return Picture(source, recipe, overrides, time, tuple(read))


def _repeated(recipe: "Recipe", asked: "Request") -> "Override":
    """Return how often a recipe's film plays in the file, which is to last so long."""
    from cppnvid.presets import Override
    from cppnvid.recipe.canvas import MOST_TURNS

    if "repeat" in asked.typed:
        raise refusal("--repeat, --min-seconds", "each sets the file's duration: keep one")
    seconds, once = asked.least_seconds or 0, recipe.output.seconds
    times = ceil(seconds * recipe.output.fps / recipe.output.frames)
    if times > MOST_TURNS:
        longest = f"{MOST_TURNS * once:g} s, {MOST_TURNS} times the film's {once:g} s"
        raise refusal("--min-seconds", f"must be at most {longest}, given {float(seconds):g}")
    return Override("output.repeat", times, "--min-seconds")


def _check_used(recipe: "Recipe", overrides: "Sequence[Override]") -> None:
    """Refuse what was asked of a path that has no use for it, rather than draw without it.

    What a recipe itself says may wait for the path that uses it.
    """
    from cppnvid.recipe import PATHS, paths_using

    path = recipe.morph.path
    for key in dict.fromkeys(key for facts in PATHS.values() for key in facts.keys):
        paths = paths_using(key)
        found = [o for o in overrides if o.key == f"morph.{key}"]
        found += [o for o in overrides if o.key == "morph" and key in o.value]
        if not found or path in paths:
            continue
        way = "add {path}" if recipe.morph.pictures == 1 else "give one seed and {path}"
        problem = Message(
            f"applies only to {{paths}}; this film uses {{used}}: {way}, or leave it out",
            paths=" and ".join(paths),
            used=path,
            path=Setting("morph.path", paths[-1]),
        )
        origin = found[-1].origin or found[-1].key
        raise RecipeError.of([Mistake(problem, f"morph.{key}", origins=(origin,))])


def _reaction(source: "Source", asked: "Request") -> "list[Override]":
    """Return the override that makes a film move to its sound, if it is asked for and needed."""
    from cppnvid.presets import Override

    sound = source.data.get("sound") if isinstance(source.data, Mapping) else None
    written = sound if isinstance(sound, Mapping) else {}
    if not asked.react:
        return []
    if written.get("react"):
        return []
    if written.get("file") or any(o.key == "sound.file" for o in asked.overrides):
        return [Override("sound.react", "default", "--react")]
    tempo = source.data.get("tempo") if isinstance(source.data, Mapping) else None
    if not tempo and all(o.path[0] != "tempo" for o in asked.overrides):
        problem = "there is no sound to move to: name one with --audio, or a tempo with --bpm"
        raise refusal("--react", problem)
    return [Override("sound.react", "beats", "--react")]


def _sound(
    recipe: "Recipe",
    source: "Source",
    overrides: "Sequence[Override]",
    container: "Container",
    *,
    embeds: bool,
) -> tuple[Path | None, list[str]]:
    """Return the file with a film's sound, and the note to give if the film stays silent.

    A page has a sound if it embeds it. A format without sound is an error only where the sound does
    nothing else.
    """
    from cppnvid.encode import check_track
    from cppnvid.presets import sound_place

    place = sound_place(recipe, source, overrides)
    asked = any(override.origin == "--audio" for override in overrides)
    holds = embeds or bool(container.sound)
    if embeds and place is None:
        raise refusal("--embed-audio", "there is no sound to embed: name one with --audio")
    if recipe.sound.unheard and recipe.sound.file is None:
        return None, ["the recipe moves to a sound, and there is none: name one with --audio"]
    if place is not None and holds and not asked and place != source.film:
        try:
            check_track(place, recipe.output.frames * recipe.output.repeat / recipe.output.fps)
        except RecipeError as error:
            origins = tuple(o.origin or o.key for o in overrides if o.key == "sound.file")[-1:]
            raise error.at("sound.file", file=source.name, origins=origins) from error
    if place is None or holds or (asked and not recipe.sound.listens):
        return place, []
    return None, [_silent(f"{container.name} holds", recipe)]


def _silent(why: str, recipe: "Recipe") -> str:
    """Return the note on why a film is silent; `why` ends as in `GIF holds`."""
    moves = ": the film moves to it in silence" if recipe.sound.listens else ""
    return f"{why} no sound{moves}"


def _made_for(platform: "Platform", recipe: "Recipe", most_bytes: int | None) -> str:
    """Return the note on what a film is made to fit."""
    (width, height), output = recipe.canvas.size, recipe.output
    parts = [f"{width}x{height}", f"{float(output.fps):g} frames a second"]
    parts.append(f"{round(output.seconds, 3):g} s")
    if output.repeat > 1:
        parts.append(f"{output.repeat} times")
    if most_bytes is not None:
        parts.append(f"at most {file_size(most_bytes).replace('.0 ', ' ')}")
    since = min(fact.date for fact in platform.facts.values())
    return f"made to fit {platform.name}: {', '.join(parts)} (as of {since}: check if it matters)"
