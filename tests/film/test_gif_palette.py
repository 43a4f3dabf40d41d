"""A GIF has as many colours as its film needs, unless the recipe sets them."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from cppnvid import Run, decode, load_recipe
from cppnvid.encode import container_for
from cppnvid.encode.formats.gif import Gif
from cppnvid.errors import Message
from cppnvid.film.gif_palette import colours_needed, looked_at
from cppnvid.film.size_cap.ladder import ladder
from cppnvid.presets import Override
from cppnvid.recipe import Recipe
from cppnvid.render import render_video


def made(channels: int, top: float, side: int = 96) -> NDArray[np.uint8]:
    """Return two frames of slopes up to `top` in one, two or three channels."""
    down, across = np.mgrid[:side, :side] / (side - 1)
    slopes = [across, down, (1 - across) * (1 - down)]
    frame = np.zeros((side, side, 3))
    for channel in range(channels):
        frame[..., channel] = top * slopes[channel]
    return (np.stack([frame, frame[::-1]]) * 255).astype(np.uint8)


def colourful(frames: int = 6, **output: object) -> Recipe:
    """Return a film of 64 pixels with many colours."""
    said = {"frames": frames, "fps": 25, **output}
    overrides = [Override(f"output.{key}", value) for key, value in said.items()]
    return load_recipe(
        "aurora", [Override("canvas.size", "64x64"), Override("morph.pace", "uniform"), *overrides]
    )


def most_colours(path: str) -> int:
    """Return how many colours the most colourful frame of a file has."""
    return max(len(np.unique(frame.reshape(-1, 3), axis=0)) for frame in decode(path))


def chosen(
    recipe: Recipe, path: str, threads: int | None = None, **named: object
) -> tuple[int | None, list[str]]:
    """Write a GIF; return how many colours its note says were chosen, and all notes."""
    notes: list[str] = []
    run = Run(backend="torch:cpu", threads=threads, note=notes.append)
    render_video(recipe, path, run, **named)  # type: ignore[arg-type]
    chosen = [
        note.facts["colours"]
        for note in notes
        if isinstance(note, Message) and "colours" in note.facts
    ]
    assert len(chosen) <= 1
    return (chosen[0] if chosen else None), notes


def test_what_has_more_colours_is_given_more() -> None:
    """A slope in one colour needs the fewest, strong ones in every channel the most."""
    one, two, three = (
        colours_needed(made(channels, top)) for channels, top in ((1, 1.0), (2, 0.4), (3, 1.0))
    )

    assert one == 64
    assert 64 < two < 256
    assert three == 256


def test_a_flat_film_is_given_the_fewest() -> None:
    """A picture of a single colour loses nothing, and has the fewest too."""
    assert colours_needed(np.full((1, 16, 16, 3), 40, np.uint8)) == 64


@pytest.mark.parametrize(
    ("frames", "pixels", "expected"),
    [
        (1, 10, [0]),
        (5, 100, [0, 1, 2, 3, 4]),
        (80, 128 * 128, [5, 15, 25, 35, 45, 55, 65, 75]),
        (80, 500 * 500, [10, 30, 50, 70]),
        (80, 4000 * 4000, [20, 60]),
    ],
)
def test_a_few_frames_are_looked_at(frames: int, pixels: int, expected: list[int]) -> None:
    """They are spread over the film, all of a short one, and fewer where they are large."""
    assert looked_at(frames, pixels) == expected


def test_a_gif_has_what_was_chosen_on_any_number_of_threads() -> None:
    """The line tells it, frames keep to it, and the recipe in the file still leaves it open."""
    recipe = colourful()

    colours, _ = chosen(recipe, "x.gif")
    again, _ = chosen(load_recipe("x.gif"), "y.gif", threads=1)

    assert colours is not None
    assert 64 < colours <= 256
    assert 0.9 * colours < most_colours("x.gif") <= colours == again
    assert Path("x.gif").read_bytes() == Path("y.gif").read_bytes()
    assert load_recipe("x.gif") == recipe


@pytest.mark.parametrize("kind", ["quality", "small"])
def test_what_was_said_is_what_it_has(kind: str) -> None:
    """An explicit number wins, and nothing is looked at."""
    colours, _ = chosen(colourful(gif=kind, colours=20), "x.gif")

    assert colours is None
    assert most_colours("x.gif") <= 20


def test_one_palette_for_the_film_and_other_files_choose_nothing() -> None:
    """`small` keeps its 128 colours, and a video has no palette."""
    assert chosen(colourful(gif="small"), "x.gif")[0] is None
    assert most_colours("x.gif") > 100
    assert chosen(colourful(), "x.webp")[0] is None


def test_a_cap_begins_at_what_was_chosen() -> None:
    """What is given up starts there, and what nothing is given up for stays open."""
    colours, _ = chosen(colourful(12), "free.gif")
    size = Path("free.gif").stat().st_size

    _, notes = chosen(colourful(12), "x.gif", max_size=size * 7 // 10, keep=["canvas.size"])
    chosen(colourful(12), "y.gif", max_size=size * 2)

    (line,) = [note for note in notes if note.startswith("fitted")]
    assert f"colours {colours} -> {load_recipe('x.gif').output.colours}" in line
    assert Path("x.gif").stat().st_size <= size * 7 // 10
    assert load_recipe("y.gif").output.colours is None
    assert [f.tobytes() for f in decode("y.gif")] == [f.tobytes() for f in decode("free.gif")]
    assert len(Gif().facts(Path("y.gif")).delays) == 12


def test_a_ladder_begins_at_what_was_chosen() -> None:
    """Only the first rung leaves the number open; no other has more than it."""
    first, *others = ladder(colourful(), container_for("x.gif"), colours=70)

    assert first.recipe.output.colours is None
    assert max(rung.recipe.output.colours or 999 for rung in others) == 70
