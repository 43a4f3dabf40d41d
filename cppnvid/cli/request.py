"""A request: what was typed after a command's name, read once and typed from there on."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Self

from cppnvid.cli.options import ANY_KEY, OPTIONS, Option
from cppnvid.cli.parse import refusal
from cppnvid.cli.reporter import Reporter

if TYPE_CHECKING:
    from cppnvid.film.run import Run
    from cppnvid.live.extras import PageExtras
    from cppnvid.presets import Override


@dataclass(frozen=True)
class Request:
    """What was typed after a command's name.

    Attributes:
        words: the options that were given, as functions call them, such as `min_seconds`, with
            what was typed after each; `True` or `False` for flags.
        overrides: values for keys of the recipe; those of `--set` come last.
        source: name of a preset or a file.
        output: name of the file to write.
        time: moment of a still, 0 to 1.
        platform: name of the platform that the film must fit.
        max_size: most bytes that the file may have.
        least_seconds: how long the file lasts at least.
        react: the film moves to its sound.
        embed: a page is bare.
        embed_audio: a page holds the film's sound.
        with_saver: a page saves its film as a video.
        preview: a preview is shown in place of the film.
        backend: what draws.
        encoder: what encodes H.264.
        threads: number of processors that draw and encode; None uses all.
        overwrite: an existing file is replaced.
        fresh: parts that an interrupted run has kept are thrown away.
        quiet: neither progress nor notes are shown.
    """

    words: Mapping[str, Any] = field(default_factory=dict)
    overrides: "tuple[Override, ...]" = ()
    source: str | None = None
    output: str | None = None
    time: float | None = None
    platform: str | None = None
    max_size: int | None = None
    least_seconds: Fraction | None = None
    react: bool = False
    embed: bool = False
    embed_audio: bool = False
    with_saver: bool = False
    preview: bool = False
    backend: str = "auto"
    encoder: str = "auto"
    threads: int | None = None
    overwrite: bool = False
    fresh: bool = False
    quiet: bool = False

    @property
    def typed(self) -> frozenset[str]:
        """The options that were given, as functions call them."""
        return frozenset(self.words)

    def again(self, options: str) -> list[str]:
        """Return those of these options that were given, as words of a command line."""
        found: list[str] = []
        for name in (name for name in options.split() if name in self.words):
            row, word = OPTIONS[name], self.words[name]
            values = word if isinstance(word, list) else [word]
            found += [row.word(word)] if row.flag else [w for v in values for w in (row.typed, v)]
        return found

    def named(self, options: str) -> str:
        """Return those of these options that were given, as they are typed, or nothing."""
        return ", ".join(OPTIONS[name].typed for name in options.split() if name in self.typed)

    @property
    def page(self) -> "PageExtras":
        """What a page is to have beyond its film."""
        from cppnvid.live.extras import PageExtras

        return PageExtras(self.embed, self.embed_audio, self.with_saver)

    def run(self, reporter: Reporter) -> "Run":
        """Return how to draw and write what is asked for."""
        from cppnvid.film.run import Run

        return Run(
            self.backend,
            self.encoder,
            self.threads,
            self.overwrite,
            reporter.progress,
            reporter.note,
            self.fresh,
        )

    @classmethod
    def read(
        cls, rows: Mapping[str, Option], words: Mapping[str, Any]
    ) -> tuple[Self, dict[str, Any]]:
        """Read the words of these options; return also, by name, what no request holds.

        Raises:
            RecipeError: a value cannot be read, or two contradict each other.
        """
        given = {name: word for name, word in words.items() if word is not None}
        if given.get("ping_pong") and given.get("loop") is False:
            raise refusal("--ping-pong, --no-loop", "a ping-pong returns to its start: keep one")
        values = {name: row.unset for name, row in rows.items() if not row.key}
        values |= {name: _value(rows[name], given[name]) for name in given if name in values}
        keyed = sorted((name for name in given if rows[name].key), key="set".__eq__)
        held = {one.name for one in fields(cls)}
        request = cls(
            words=given,
            overrides=tuple(o for name in keyed for o in _laid(rows[name], given[name])),
            **{name: value for name, value in values.items() if name in held},
        )
        return request, {name: value for name, value in values.items() if name not in held}


def _value(row: Option, word: Any) -> Any:
    return row.flag[not word] if row.flag else row.read(word, row.typed)


def _laid(row: Option, word: Any) -> "list[Override]":
    """Return what an option lays over the recipe."""
    from cppnvid.presets import Override

    value = _value(row, word)
    if row.key == ANY_KEY:
        return list(value)
    colours = row.key == "palette.name" and isinstance(value, list)
    return [Override("palette.colours" if colours else row.key, value, row.word(word))]
