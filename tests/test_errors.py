"""Errors are data, and their words are made once for each surface that shows them."""

import pytest

from cppnvid.errors import BackendUnavailable, Message, Mistake, NoRecipe, RecipeError, Setting

OPTIONS = {"canvas.size": "--size", "morph.path": "--path", "encoder": "--encoder"}


def shell(setting: Setting) -> str:
    """Call a setting what the command line calls it."""
    option = OPTIONS[setting.key]
    return option if setting.value in (None, True) else f"{option} {setting.value}"


def test_a_message_names_settings_as_its_reader_does() -> None:
    """The text is Python's; another surface makes its own from the same facts."""
    message = Message("{path} has {count} turns", path=Setting("morph.path", "orbit"), count=2)

    assert message == "morph.path: orbit has 2 turns"
    assert message.words(shell) == "--path orbit has 2 turns"


def test_braces_of_a_user_are_text() -> None:
    """What somebody wrote is never a template."""
    assert str(RecipeError("{0.__class__}: there is no such file")) == (
        "{0.__class__}: there is no such file"
    )
    assert Message("given {given}", given="{secret}") == "given {secret}"


def test_an_error_holds_what_its_words_say() -> None:
    """Key, given and allowed are data, and the words follow from them."""
    error = RecipeError(key="canvas.size", given="0x4", allowed="at least 1x1")

    assert (error.key, error.given, error.allowed) == ("canvas.size", "0x4", "at least 1x1")
    assert str(error) == "canvas.size: must be at least 1x1, given '0x4'"
    assert error.words(shell) == "--size: must be at least 1x1, given '0x4'"


def test_mistakes_are_told_at_once_each_in_its_place() -> None:
    """A file's line, an option's name as it was typed, and keys that take part together."""
    error = RecipeError.of(
        [
            Mistake("is too long", "title", file="a.yaml", line=3),
            Mistake("are both given", "morph.path", also=("canvas.size",)),
            Mistake("is odd", "canvas.size", origins=("--set canvas.size",)),
        ]
    )

    assert str(error) == (
        "a.yaml:3: title: is too long\n"
        "morph.path, canvas.size: are both given\n"
        "--set canvas.size: is odd"
    )


@pytest.mark.parametrize("kind", [RecipeError, NoRecipe, BackendUnavailable])
def test_every_error_can_name_a_setting(kind: type[RecipeError]) -> None:
    """A way out that is an option in the shell is a keyword in Python."""
    error = kind("leave {encoder} out", encoder=Setting("encoder"))

    assert str(error) == "leave encoder out"
    assert error.words(shell) == "leave --encoder out"
