"""The table of options: what each sets, what it is called, and how what is typed is read."""

from fractions import Fraction

import pytest

from cppnvid.cli import parse
from cppnvid.cli.app import app
from cppnvid.cli.options import ANY_KEY, OPTIONS, namer
from cppnvid.cli.request import Request
from cppnvid.errors import Mistake, RecipeError, Setting
from cppnvid.presets import Override
from cppnvid.recipe import Part, Recipe
from tests.conftest import Run


@pytest.mark.parametrize(
    ("key", "value", "name"),
    [
        ("canvas.size", None, "--size"),
        ("canvas.size", "64x64", "--size 64x64"),
        ("canvas.size.0", None, "--size"),
        ("morph.path", "wander", "--path wander"),
        ("morph.seeds", (1, 2), "--seeds 1 2"),
        ("morph.loop", "open", "--no-loop"),
        ("morph.loop", "closed", "--loop"),
        ("morph.loop", "ping-pong", "--ping-pong"),
        ("morph.loop", None, "--loop"),
        ("output.dither", False, "--no-dither"),
        ("output.lossless", True, "--lossless"),
        ("morph.weights", "a.npz b.npz", "--weights a.npz b.npz"),
        ("morph.weights", "[]", "--set morph.weights=[]"),
        ("network.layers", None, "network.layers"),
        ("network.layers", "4x8", "--set network.layers=4x8"),
        ("network.bias", False, "--set network.bias=false"),
        ("overwrite", None, "--overwrite"),
        ("overwrite", True, "--overwrite"),
        ("path", None, "--output"),
        ("audio", "a.wav", "--audio a.wav"),
        ("platform", None, "--for"),
        ("recipe", None, "PRESET|FILE"),
        ("max_size", "8MB", "--max-size 8MB"),
        ("backend", "torch:cpu", "--backend torch:cpu"),
    ],
)
def test_settings_are_called_what_a_user_types(key: str, value: object, name: str) -> None:
    """A key or an argument has the name of its option; a key without one goes to `--set`."""
    assert namer(Setting(key, value)) == name


def test_every_key_of_an_option_is_one_of_the_recipe() -> None:
    """No option sets a key that no recipe has."""
    parts = {name: field.annotation for name, field in Recipe.model_fields.items()}
    known = {
        f"{name}.{key}"
        for name, part in parts.items()
        if isinstance(part, type) and issubclass(part, Part)
        for key in part.model_fields
    }
    keys = {row.key for row in OPTIONS.values() if row.key} - {ANY_KEY}

    assert len(keys) > 25
    # The second in place of output.frames; the third orders what becomes palette.colours.
    assert keys - known == {"style", "output.seconds", "palette.by"}


def test_every_option_is_taken_by_a_command_and_explained(run: Run) -> None:
    """The help of some command shows each option, and each help ends as a sentence does."""
    commands = [command.name for command in app.registered_commands]
    shown = {str(name): run(str(name), "--help")[1] for name in commands}

    assert len(shown) == 16
    for row in OPTIONS.values():
        assert any(row.typed in text for text in shown.values()), row
        assert row.help.endswith("."), row


def test_a_request_is_read_once() -> None:
    """Options become overrides and values; `--set` comes last, and what is absent has a default."""
    words = {
        "set": ["output.fps=12"],
        "seeds": ["1 2", "5-6"],
        "loop": False,
        "palette": "#102030,#ff8040",
        "threads": None,
        "least_seconds": "1.5",
    }

    asked, others = Request.read({name: OPTIONS[name] for name in words}, words)

    assert others == {}
    assert asked.overrides == (
        Override("morph.seeds", [1, 2, 5, 6], "--seeds"),
        Override("morph.loop", "open", "--no-loop"),
        Override("palette.colours", ["#102030", "#ff8040"], "--palette"),
        Override("output.fps", 12, "--set output.fps"),
    )
    assert asked.typed == {"set", "seeds", "loop", "palette", "least_seconds"}
    assert (asked.threads, asked.least_seconds, asked.overwrite) == (None, Fraction(3, 2), False)


@pytest.mark.parametrize(
    ("name", "word", "allowed"),
    [
        ("threads", "0", "a whole number from 1 up"),
        ("threads", "1.0", "a whole number from 1 up"),
        ("threads", "true", "a whole number from 1 up"),
        ("tile", "4097", "a whole number from 1 to 4096"),
        ("time", "-0.1", "from 0 to 1, where 0.5 is halfway"),
        ("least_seconds", "0", "more than 0 seconds"),
        ("max_seam", "nan", "a number from 0 up, such as 1.5"),
    ],
)
def test_values_out_of_range_are_refused_as_data(name: str, word: str, allowed: str) -> None:
    """The mistake carries the option, what was given, and what would be right."""
    row = OPTIONS[name]

    with pytest.raises(RecipeError) as refused:
        row.read(word, row.typed)

    (mistake,) = refused.value.mistakes
    assert mistake == Mistake(given=word, allowed=allowed, origins=(row.typed,))


@pytest.mark.parametrize(
    ("name", "word", "value"),
    [
        ("time", "1", 1.0),
        ("max_size", "8MB", 8_000_000),
        ("times", "0, 0.2 0.7", [0.0, 0.2, 0.7]),
        ("seed", "7", [7]),
        ("frames", "12", 12),
        ("style", "12", "12"),
        ("palette", "neon", "neon"),
    ],
)
def test_values_are_read(name: str, word: str, value: object) -> None:
    """Numbers come as numbers, names as text."""
    assert OPTIONS[name].read(word, OPTIONS[name].typed) == value


@pytest.mark.parametrize(
    ("typed", "gathered"),
    [
        ("morph --seeds 1 2 3 --frames 300", "morph|--seeds=1 2 3|--frames|300"),
        ("morph --frames 3 --seeds 1,2,5-10", "morph|--frames|3|--seeds=1,2,5-10"),
        ("morph --seeds=1,2 -o x", "morph|--seeds=1,2|-o|x"),
        ("morph --seeds 1 -2 -o x", "morph|--seeds=1 -2|-o|x"),
        ("morph --seeds --frames 3", "morph|--seeds=|--frames|3"),
        ("morph --times 0 .5 -q", "morph|--times=0 .5|-q"),
        ("render a -- --seeds 1 2", "render|a|--|--seeds|1|2"),
    ],
)
def test_words_after_seeds_are_gathered(typed: str, gathered: str) -> None:
    """The words after --seeds, up to the next option, become its one value."""
    assert parse.gather(typed.split()) == gathered.split("|")


def test_seeds_are_read_in_order() -> None:
    """Words, commas and ranges mix; several --seeds add up; a seed may come twice."""
    assert parse.seeds(["1 2,5-8", "3 1"], "--seeds") == [1, 2, 5, 6, 7, 8, 3, 1]
    assert parse.seeds(["7-7"], "--seeds") == [7]
