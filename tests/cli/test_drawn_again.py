"""Files drawn again in other formats, from the recipe inside them."""

from pathlib import Path

import pytest

from cppnvid import load_recipe, render_video
from cppnvid.encode import Coding, beyond, coded, container_for, probe, read_recipe, without
from tests.conftest import small
from tests.helpers import run


def typed(line: str) -> tuple[int, str]:
    """Run a command line; return its exit code and stderr."""
    code, _, err = run(line.split())
    return code, err


HEVC_10 = Coding(depth=10, codec="hevc")


@pytest.mark.parametrize(
    ("name", "coding", "kept", "lacking"),
    [
        ("a.mp4", HEVC_10, (), ()),
        ("a.webm", HEVC_10, (), ("codec",)),
        ("a.mov", HEVC_10, (), ("codec",)),
        ("a.gif", HEVC_10, (), ("codec", "depth")),
        ("a.mp4", Coding(codec="h264", depth=10), ("codec",), ("depth",)),
        ("a.mp4", Coding(codec="h264", depth=10), ("depth",), ("codec",)),
        ("a.mp4", Coding(depth=16), (), ("depth",)),
        ("a.mp4", Coding(depth=16, codec="av1"), ("depth",), ("codec",)),
        ("a/", Coding(depth=16), (), ()),
        ("a.apng", Coding(lossless=True), (), ()),
        ("a.webm", Coding(lossless=True), (), ("lossless",)),
        ("a.webp", Coding(dither=True), (), ("dither",)),
        ("a.webp", Coding(dither=True, lossless=True), (), ()),
        ("a.gif", Coding(dither=True), (), ()),
        ("a.mp4", Coding(dither=False), (), ()),
    ],
)  # fmt: skip
def test_the_fewest_wishes_are_left_out(
    name: str, coding: Coding, kept: tuple[str, ...], lacking: tuple[str, ...]
) -> None:
    """Only what a format cannot have is left out, and nothing that the user named."""
    assert beyond(container_for(name), coding, kept) == lacking


def test_what_is_left_can_be_coded() -> None:
    """Every container takes what `beyond` leaves of each wish."""
    wishes = [HEVC_10, Coding(codec="prores4444"), Coding(lossless=True), Coding(depth=16)]
    for name in ("a.mp4", "a.webm", "a.mov", "a.gif", "a.webp", "a.apng", "a/", "a.png"):
        container = container_for(name)
        for wish in wishes:
            left = without(wish, beyond(container, wish))

            assert coded(container, left).codec


@pytest.mark.parametrize(
    ("first", "options", "then", "left_out"),
    [
        ("a.mp4", "--depth 10", "b.gif", "depth"),
        ("a.mp4", "--codec hevc --crf 40", "b.apng", "codec and crf"),
        ("a.mp4", "--codec hevc --depth 10", "b.mov", "codec"),
        ("a.webm", "--crf 60", "b.mp4", "crf"),
        ("a.webp", "--lossless", "b.mp4", "lossless colours"),
        ("a/", "--depth 16", "b.webm", "depth"),
        ("a.mov", "--codec prores4444", "b/", "codec"),
        ("a.gif", "--dither", "b.webm", "dither"),
    ],
)
def test_a_film_is_drawn_again_in_any_format(
    first: str, options: str, then: str, left_out: str
) -> None:
    """What the new format lacks is left out, with a note; the rest is as it was."""
    recipe = small(16, 16, output={"frames": 3})
    Path("r.yaml").write_text(f"{recipe.model_dump_json()}")
    assert typed(f"render r.yaml {options} --quiet -o {first}")[0] == 0

    code, told = typed(f"render {first.rstrip('/')} -o {then}")

    lacks = f"which this {container_for(then).name} lacks"
    assert (code, f"drawn without the recipe's {left_out}, {lacks}" in told) == (0, True)
    made = load_recipe(then.rstrip("/"))
    assert (made.morph, made.network) == (recipe.morph, recipe.network)
    assert probe(then.rstrip("/")).frames in (2, 3)


def test_a_still_of_a_deep_film() -> None:
    """A PNG has no codec and no 10 bits; 16 of a folder of PNGs are kept."""
    recipe = small(16, 16, output={"frames": 2, "depth": 10, "codec": "hevc"})
    render_video(recipe, "a.mp4")
    render_video(small(16, 16, output={"frames": 2, "depth": 16}), "a/")

    code, told = typed("still a.mp4 -o a.png")
    assert typed("still a -o b.png --quiet")[0] == 0

    assert code == 0
    assert "without the recipe's codec and depth, which this PNG lacks" in told
    assert (load_recipe("a.png").output.depth, probe("a.png").depth) == (None, 8)
    assert (load_recipe("b.png").output.depth, probe("b.png").depth) == (16, 16)


def test_what_the_user_names_is_never_left_out() -> None:
    """A codec that was asked for is kept, or refused if the format lacks it."""
    render_video(small(16, 16, output={"frames": 2, "depth": 10}), "a.mp4")

    assert typed("render a.mp4 --codec h264 --quiet -o b.mp4")[0] == 0
    assert (probe("b.mp4").codec, probe("b.mp4").depth) == ("h264", 8)
    code, told = typed("render a.mp4 --depth 10 -o b.gif")
    assert (code, "depth: GIF has 8 bits a channel, given 10" in told) == (2, True)
    assert not Path("b.gif").exists()


def test_what_was_fitted_as_video_can_be_drawn_as_a_gif() -> None:
    """A recipe with a crf, as a fitted MP4 has, can be drawn in other formats too."""
    render_video(small(16, 16, output={"frames": 2, "crf": 21}), "a.mp4")

    assert typed("render a.mp4 -o a.gif --quiet")[0] == 0

    assert load_recipe("a.gif").output.crf is None


@pytest.mark.parametrize("name", ["a.mp4", "a.webp", "a.png"])
def test_a_folder_with_an_ending_is_read_as_a_folder(name: str) -> None:
    """A folder called `a.mp4/` can be checked, shown and drawn again."""
    recipe = small(16, 16, output={"frames": 3})
    Path("r.yaml").write_text(f"{recipe.model_dump_json()}")

    assert typed(f"render r.yaml -o {name}/ --quiet")[0] == 0

    assert read_recipe(name)
    assert probe(name).frames == 3
    assert typed(f"check {name}")[0] == 0
