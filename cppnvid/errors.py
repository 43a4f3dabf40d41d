"""The exceptions cppnvid raises on purpose, each with the exit code the command line ends with.

    CppnvidError
    ├── RecipeError              2   the request: bad YAML, unknown key, impossible value
    │   └── NoRecipe                 a valid file without a cppnvid recipe
    ├── BackendError             3   the machine cannot: backend, device, memory
    │   └── BackendUnavailable       asked for by name and not usable here
    └── EncodeError              4   ffmpeg or the disk failed

Anything else that escapes is a defect of ours: exit code 1, with its traceback.

Errors are data: which key, what was given, what is allowed, where it was written. The words are
made from that in one of two ways. `str(error)` names keys of the recipe and arguments of functions,
for Python; the command line passes its own names, and says `--size` for `canvas.size`. A message
that names a setting holds it as a `Setting`, never as text:

    RecipeError("applies only to {paths}", key="morph.radius", given=2, paths=Setting("morph.path"))
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class Setting:
    """A key of the recipe or an argument of a function, perhaps with a value, named in a message.

    Attributes:
        key: `canvas.size`, or an argument such as `overwrite`.
        value: what it might be set to; None names the key alone, True a flag.
    """

    key: str
    value: object = None

    def __str__(self) -> str:
        if self.value is None:
            return self.key
        value = str(self.value).lower() if isinstance(self.value, bool) else self.value
        return f"{self.key}: {value}" if "." in self.key else f"{self.key}={self.value!r}"


MOST_SHOWN = 5  # mistakes in words; the others are counted
Namer = Callable[[Setting], str]  # what a surface calls a setting: `canvas.size`, or `--size`


class Message(str):
    """Words for a person in which settings are named as the reader's surface names them.

    The text itself is Python's version: `Message("{key} changes that", key=Setting("canvas.size"))`
    reads `canvas.size changes that`. `words` makes another surface's.
    """

    __slots__ = ("facts", "template")
    template: str
    facts: dict[str, Any]

    def __new__(cls, template: str, **facts: Any) -> Message:
        """Fill the template's braces; without facts, braces stay as they are."""
        message = super().__new__(cls, _filled(template, facts, str))
        message.template, message.facts = template, facts
        return message

    def words(self, name: Namer = str) -> str:
        """Return the text with each setting called what `name` makes of it."""
        return _filled(self.template, self.facts, name)


def _filled(template: str, facts: dict[str, Any], name: Namer) -> str:
    if not facts:
        return template
    return template.format(**{key: _told(fact, name) for key, fact in facts.items()})


def _told(fact: Any, name: Namer) -> Any:
    if isinstance(fact, Setting):
        return name(fact)
    if isinstance(fact, Message | Mistake):
        return fact.words(name)
    if isinstance(fact, tuple) and all(isinstance(part, Setting) for part in fact):
        return ", ".join(name(part) for part in fact)
    return fact


class CppnvidError(Exception):
    """Base of every error a user can meet; the message holds the facts and the way out.

    Args:
        problem: what is wrong, and what would be right. With `facts`, a template for `str.format`,
            so what a user wrote belongs into a fact and not into the template.
        facts: what the template's braces stand for; each surface names a `Setting` its own way.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, problem: str, **facts: Any) -> None:
        self.message = (
            problem if isinstance(problem, Message) and not facts else Message(problem, **facts)
        )
        super().__init__(self.message)

    def words(self, name: Namer = str) -> str:
        """Return what to tell a person, with each setting called what `name` makes of it."""
        return self.message.words(name)

    def __str__(self) -> str:
        return self.words()


def shown(value: object) -> str:
    """Return a value as YAML or JSON would write it, cut to a length that a message can bear."""
    if isinstance(value, str):
        text = repr(value)
    elif isinstance(value, float) and value.is_integer():
        text = f"{value:g}"
    elif isinstance(value, int | float | list | tuple | dict | None):
        import json  # here, since it costs a command's help three milliseconds

        text = json.dumps(value, default=str)
    else:
        text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


@dataclass(frozen=True)
class Mistake:
    """One thing that is wrong with a request.

    Attributes:
        problem: what is wrong, without the key; a `Message` if it names other settings. Left empty,
            it is `must be {allowed}, given {given}`.
        key: the dotted key of the recipe (`camera.warps.0.segments`), or an argument of a function
            (`overwrite`); empty if the whole is meant.
        given: what was given, None if nothing was.
        allowed: what would be right, in words: `from 1 to 8`.
        also: other keys that take part, such as `output.seconds` beside `output.frames`.
        file: the text in which it was written, if there is one.
        line: its line there, from 1.
        origins: what the caller calls the values to blame, if it named them: the option
            `--size` that was typed. See `presets.Override`.
    """

    problem: str = ""
    key: str = ""
    given: object = None
    allowed: str = ""
    also: tuple[str, ...] = ()
    file: str = ""
    line: int | None = None
    origins: tuple[str, ...] = ()

    def words(self, name: Namer = str) -> str:
        """Return it in words: where, which key, what is wrong, what would be right."""
        if self.line is not None:
            name = str  # a text is corrected by its keys
        problem = self.problem.words(name) if isinstance(self.problem, Message) else self.problem
        if not problem:
            problem = f"must be {self.allowed}, given {shown(self.given)}"
        return f"{self._place(name)}{problem}"

    def _place(self, name: Namer) -> str:
        if self.origins:
            return f"{', '.join(self.origins)}: "
        where = f"{self.file}:{self.line}" if self.file and self.line else self.file
        called = str if self.file else name  # a file holds keys, and no options
        keys = ", ".join(called(Setting(key)) for key in (self.key, *self.also) if key)
        return "".join(f"{part}: " for part in (where, keys) if part)


class RecipeError(CppnvidError):
    """The request cannot be met: names the key, what was given, what is right.

    Args:
        problem: what is wrong, and what would be right; as in `CppnvidError` and `Mistake`.
        key: as in `Mistake`, and so are the next.
        given: as in `Mistake`.
        allowed: as in `Mistake`.
        also: as in `Mistake`.
        file: as in `Mistake`.
        line: as in `Mistake`.
        facts: as in `CppnvidError`.
    """

    exit_code: ClassVar[int] = 2

    def __init__(
        self,
        problem: str = "",
        *,
        key: str = "",
        given: object = None,
        allowed: str = "",
        also: tuple[str, ...] = (),
        file: str = "",
        line: int | None = None,
        **facts: Any,
    ) -> None:
        text = Message(problem, **facts) if facts else problem
        self.mistakes: tuple[Mistake, ...] = (Mistake(text, key, given, allowed, also, file, line),)
        super().__init__(self.mistakes[0].words())

    @classmethod
    def of(cls, mistakes: Iterable[Mistake]) -> RecipeError:
        """Return one error with all these mistakes."""
        found = tuple(mistakes)
        error = cls(found[0].problem)
        error.mistakes = found
        return error

    def at(self, key: str, *, file: str = "", origins: tuple[str, ...] = ()) -> RecipeError:
        """Return these mistakes as ones of a key, whose value names where they were found."""
        return type(self).of(
            Mistake(Message("{inner}", inner=inner), key, file=file, origins=origins)
            for inner in self.mistakes
        )

    @property
    def key(self) -> str:
        """The key that the first mistake is about."""
        return self.mistakes[0].key

    @property
    def given(self) -> object:
        """What was given there."""
        return self.mistakes[0].given

    @property
    def allowed(self) -> str:
        """What would be right there, in words."""
        return self.mistakes[0].allowed

    def words(self, name: Namer = str) -> str:
        """Return each mistake on a line of its own, up to `MOST_SHOWN` of them."""
        lines = [mistake.words(name) for mistake in self.mistakes[:MOST_SHOWN]]
        more = len(self.mistakes) - MOST_SHOWN
        return "\n".join([*lines, f"and {more} more"] if more > 0 else lines)


class NoRecipe(RecipeError):  # noqa: N818 - reads as a state, as BackendUnavailable does
    """A file or folder was not made by cppnvid, or a platform took the recipe out of it."""


class BackendError(CppnvidError):
    """The machine cannot draw this: names the backend and what was missing.

    Args:
        problem: what is wrong, as in `CppnvidError`.
        instead: what would draw it.
        facts: as in `CppnvidError`.
    """

    exit_code: ClassVar[int] = 3

    def __init__(self, problem: str, *, instead: Setting | None = None, **facts: Any) -> None:
        self.why = Message(problem, **facts)  # without the advice, which `auto` follows by itself
        if instead is None:
            super().__init__(self.why)
        else:
            super().__init__("{why}. Use {instead}", why=self.why, instead=instead)


class BackendUnavailable(BackendError):  # noqa: N818 - reads as a state in messages and in design.md
    """A backend or encoder asked for by name is not usable here: says why, and what is."""


class EncodeError(CppnvidError):
    """Writing the file failed: carries ffmpeg's exit code and last words, or the disk's."""

    exit_code: ClassVar[int] = 4
