"""What a page may have beyond its film: what is asked for, and what is refused."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from pathlib import Path

from cppnvid.encode import Container, aac_file, check_track
from cppnvid.errors import RecipeError, Setting
from cppnvid.recipe import Recipe
from cppnvid.units import file_size

SOUND_RATE = 128  # kilobits a second of AAC: 160 kB for the usual 10 s
MOST_SOUND = 30_000_000  # bytes: 40 MB of text, half an hour, which a page still opens with


@dataclass(frozen=True)
class PageExtras:
    """What a page has beyond its film.

    Attributes:
        embed: it is bare, without bar and keys, for a frame in another page.
        embed_audio: it holds the film's sound, which leads the film.
        with_saver: it has a button that encodes the film as a video, in the browser.
    """

    embed: bool = False
    embed_audio: bool = False
    with_saver: bool = False

    def check(
        self, container: Container, recipe: Recipe, audio: str | os.PathLike[str] | None
    ) -> None:
        """Refuse what the output cannot have.

        Args:
            container: of the output.
            recipe: of the film.
            audio: the film's sound.

        Raises:
            RecipeError: the output is not a page, there is no sound, it can't be heard on a bare
                page, or it is too long for one.
        """
        for field in fields(self):
            if getattr(self, field.name) and not container.page:
                problem = f"applies only to a page, such as a.html; this is {container.name}"
                raise RecipeError(problem, key=field.name)
        if self.embed and self.with_saver:
            raise _without_buttons("saves a video", "with_saver")
        if not self.embed_audio:
            return
        if audio is None:
            raise RecipeError("needs a sound to embed", key="embed_audio")
        if self.embed:
            raise _without_buttons("switches a sound on", "embed_audio")
        try:
            check_track(Path(audio), recipe.output.frames / recipe.output.fps)
        except RecipeError as error:
            raise error.at("audio") from error
        size = 125 * _rate(recipe) * recipe.output.seconds
        if size > MOST_SOUND:
            raise RecipeError(
                f"would add {file_size(round(size))} to the page, which opens with at most "
                f"{file_size(MOST_SOUND)}",
                key="embed_audio",
            )

    def sound(self, recipe: Recipe, audio: str | os.PathLike[str] | None) -> bytes:
        """Return the sound that a page embeds, as M4A; empty where none is asked for."""
        if audio is None or not self.embed_audio:
            return b""
        seconds = recipe.output.frames / recipe.output.fps
        loops = recipe.morph.loop != "open"
        return aac_file(Path(audio), seconds=seconds, loops=loops, rate=_rate(recipe))


def _without_buttons(does: str, key: str) -> RecipeError:
    return RecipeError(
        f"a bare page has no button that {does}: leave out this or {{other}}",
        key="embed",
        other=Setting(key, True),
    )


def _rate(recipe: Recipe) -> int:
    return recipe.output.sound_rate or SOUND_RATE
