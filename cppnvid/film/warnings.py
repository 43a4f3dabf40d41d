"""Warnings before a film is drawn: clipped colours, jumps, and sound that is silent or cut off.

One channel at 0 or 255 is a strong colour, and neighbours still differ; with two or three there,
hue is gone and patches run together. It is measured on few points, whatever the file's format.
"""

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

import numpy as np

from cppnvid.animation.camera import axes
from cppnvid.animation.scene import Moment, Scene
from cppnvid.animation.timing import FEWEST_STRIDES, stride_count
from cppnvid.backends.numpy_ import NumpyBackend
from cppnvid.encode import Target, track_seconds
from cppnvid.errors import Message, Setting
from cppnvid.recipe import Recipe
from cppnvid.recipe.canvas import MOST_DENOMINATOR

# Of our presets, overprint has most: 0.26, where inks lie on white paper, the others under 0.05 and
# the house style's seeds none. Of the published, patterns-c has 0.87 and article/mondrian all.
NOTEWORTHY = 1 / 3

# Songs are often longer than their film; one of which most is cut off is worth a note.
_MUCH_LONGER = 2
_SIDE = 64  # points across and down, whatever the size


def clipped_share(moments: Sequence[Moment], width: int, height: int) -> float:
    """Return the share of points, 0 to 1, with two or three channels at 0 or 255.

    Args:
        moments: of one scene; one for a still.
        width: of the picture in pixels; at most 64 columns and 64 rows are measured.
        height: of the picture in pixels.
    """
    columns, rows = (
        axis[:: max(len(axis) // _SIDE, 1)].astype(np.float32)
        for axis in axes(moments[0].coordinates, width, height)
    )
    x, y = np.tile(columns, len(rows)), np.repeat(rows, len(columns))
    shares = []
    for colours in NumpyBackend(threads=1).looks(moments, x, y):
        levels = colours * 255.0
        at_end = (levels < 0.5) | (levels >= 254.5)
        shares.append(float(np.mean(at_end.sum(axis=1) >= 2)))
    return sum(shares) / len(shares)


def warnings_of(recipe: Recipe, scene: Scene, *, still: float | None = None) -> Iterator[str]:
    """Yield warnings about a film, or about its picture at one time.

    Args:
        recipe: of the film.
        scene: the recipe's.
        still: the time of the only picture to be drawn; None means the film.
    """
    times = (0.0, 1 / 3, 2 / 3) if still is None else (still,)
    clipped = clipped_share([scene.at(time) for time in times], *recipe.canvas.size)
    if clipped >= NOTEWORTHY:
        drawn, read = "a smaller {output} softens it", "smaller weights in its last layer soften it"
        yield Message(
            "{share:.0%} of the picture is flat because its colours are clipped; "
            + (read if recipe.morph.weights else drawn),
            share=clipped,
            output=Setting("network.init.output"),
        )
    if still is None:
        yield from filter(None, (crowd_note(recipe), jump_note(recipe), beat_note(recipe)))
    if still is None and recipe.output.repeat > 1 and recipe.morph.loop == "open":
        yield "the film ends elsewhere than it starts, so it jumps where it is repeated"


def sound_notes(recipe: Recipe, target: Target) -> Iterator[str]:
    """Yield warnings that a film's sound moves nothing, or is mostly cut off.

    Args:
        recipe: with the curves that were heard.
        target: the film's file.
    """
    unmoved = [one for one in recipe.sound.react if one.curve is not None and not any(one.curve)]
    if unmoved and len(unmoved) == len(recipe.sound.react):
        yield "the sound is silent, so nothing moves to it"
    elif unmoved:
        still = ", ".join(f"{one.drives} ({one.band} {one.feature})" for one in unmoved)
        yield f"nothing to react to was heard for {still}"
    if target.sound is None:
        return
    lasts = track_seconds(target.sound)
    if lasts is not None and lasts > _MUCH_LONGER * target.seconds:
        yield Message(
            "the film plays the first {film:g} s of {name}, which lasts {lasts:g} s; a larger "
            "{repeat} plays more of it",
            film=round(float(target.seconds), 2),
            name=target.sound.name,
            lasts=round(lasts, 1),
            repeat=Setting("output.repeat"),
        )


def crowd_note(recipe: Recipe) -> Message | None:
    """Return a warning that a film has fewer frames than pictures to pass, if it has."""
    pictures, loop = recipe.morph.pictures, recipe.morph.loop
    if stride_count(recipe) + (loop == "open") >= pictures:
        return None
    return Message(
        "{pictures} pictures in {frames} frames: some fall between two frames and are never "
        "shown; {enough} shows each",
        pictures=pictures,
        frames=recipe.output.frames,
        enough=Setting("output.frames", pictures * (2 if loop == "ping-pong" else 1)),
    )


def beat_note(recipe: Recipe) -> Message | str | None:
    """Return a note that a film's frames are not its bars exactly, or a loop not whole beats."""
    tempo, output = recipe.tempo, recipe.output
    lasts = output.frames / output.fps
    if tempo.seconds is not None and lasts != tempo.seconds:
        exact = output.frames / tempo.seconds
        problem = "the film is {late:.1f} ms {longer} than its {beats} beats at {bpm:g} a minute"
        if exact.denominator <= MOST_DENOMINATOR:
            problem += ", in which it is spread evenly; {fps} is exact"
        return Message(
            problem,
            late=abs(float(lasts - tempo.seconds)) * 1000,
            longer="longer" if lasts > tempo.seconds else "shorter",
            beats=tempo.beats,
            bpm=tempo.bpm,
            fps=Setting("output.fps", str(exact)),
        )
    pulses = any(reaction.on_beat for reaction in recipe.sound.react)
    if not pulses or tempo.beats is not None or recipe.morph.loop == "open":
        return None
    beats = lasts / tempo.beat_seconds
    if abs(beats - round(beats)) * tempo.beat_seconds * output.fps < Fraction(1, 2):
        return None
    problem = "the loop has {beats:.2f} beats, so the pulse stumbles where it closes; {bars} fits"
    bars = Setting("tempo.bars", max(1, round(beats / tempo.beats_per_bar)))
    return Message(problem, beats=float(beats), bars=bars)


def jump_note(recipe: Recipe) -> Message | None:
    """Return a warning that seeds' times leave too few frames between two of them, if they do."""
    morph = recipe.morph
    ends = [*morph.times, 1.0] if morph.loop == "closed" else morph.times
    strides = stride_count(recipe)
    for start, end in pairwise(ends):
        count = (end - start) * strides
        if count < FEWEST_STRIDES - 1e-9:
            least = math.ceil(1000 * FEWEST_STRIDES / strides) / 1000
            return Message(
                "{times}: the film jumps between the seeds at {start:g} and {end:g}, which are "
                "{count:.1f} frames apart; it needs {fewest:g}, which are {least:g} of its time",
                times=Setting("morph.times"),
                start=start,
                end=end,
                count=count,
                fewest=FEWEST_STRIDES,
                least=least,
            )
    return None
