"""Where a film or a still goes: resolved and checked once, before anything is drawn."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from cppnvid.encode.codecs import PRORES_4444, Coding
from cppnvid.encode.coding import coded, coding_of, quality_of
from cppnvid.encode.containers import CONTAINERS, Container, container_for, endings, known_endings
from cppnvid.encode.h264 import h264_encoder, unusable
from cppnvid.encode.place import check_place
from cppnvid.encode.program import check_version
from cppnvid.encode.sound import check_track
from cppnvid.errors import BackendUnavailable, RecipeError, Setting
from cppnvid.recipe import Output, Recipe


@dataclass(frozen=True)
class Target:
    """A file or folder to be written: how it is coded, how large it is, what happens to its name.

    Attributes:
        path: as the caller wrote it.
        container: the table's row, with the codec, depth and so on that the output asks for.
        coding: what the output asks for, such as the number of colours of a GIF.
        width: in pixels, as is `height`.
        height: see `width`.
        fps: frames a second; means nothing for a still, as do `frames` and `repeat`.
        frames: how many are to be written.
        repeat: how many times they play in the file: joined, not encoded again.
        plays: how many times a player shows an animation; 0 is for ever.
        crf: on the encoder's own scale, lower being better and larger; None where there is none.
        encoder: of H.264: a key of `H264_ENCODERS`.
        sound: a file whose sound is laid under the film, cut or repeated to its length.
        sound_rate: in kilobits a second; None is the container's first.
        edit_list: whether an MP4 with sound may have an edit list; without one its sound comes a
            fiftieth of a second late.
        max_size: the most bytes the file may have.
        overwrite: replace what is there, once the new file is complete.
        drawn_by: what draws the frames, in words that change with it; with it, finished segments
            are kept beside the file until it is complete, and a later run goes on from them.
        fresh: segments that are kept are thrown away.
    """

    path: Path
    container: Container
    coding: Coding
    width: int
    height: int
    fps: Fraction
    frames: int = 1
    repeat: int = 1
    plays: int = 0
    crf: int | None = None
    encoder: str = "x264"
    sound: Path | None = None
    sound_rate: int | None = None
    edit_list: bool = True
    max_size: int | None = None
    overwrite: bool = False
    drawn_by: str = ""
    fresh: bool = False

    @classmethod
    def of(
        cls,
        recipe: Recipe,
        path: str | os.PathLike[str],
        *,
        encoder: str = "auto",
        overwrite: bool = False,
        sound: str | os.PathLike[str] | None = None,
        max_size: int | None = None,
        still: bool = False,
    ) -> Target:
        """Return where a recipe's film goes, or its picture if `still`; arguments as of `to`."""
        return cls._made(
            path,
            recipe.canvas.size,
            recipe.output,
            alpha=recipe.palette.alpha is not None,
            encoder=encoder,
            overwrite=overwrite,
            sound=sound,
            max_size=max_size,
            still=still,
        )

    @classmethod
    def to(
        cls,
        path: str | os.PathLike[str],
        size: tuple[int, int],
        output: Output | None = None,
        *,
        encoder: str = "auto",
        overwrite: bool = False,
        sound: str | os.PathLike[str] | None = None,
        max_size: int | None = None,
        still: bool = False,
    ) -> Target:
        """Resolve an output and check everything about it that is known before the first frame.

        Args:
            path: its ending chooses the container; one of `/`, or an existing folder, is a folder.
            size: width and height in pixels.
            output: frames, rate and coding; None is the usual.
            encoder: of H.264: `auto` (x264), `x264`, `nvenc`, `videotoolbox`, or ffmpeg's names.
                Hardware is tried, once in a process.
            overwrite: replace what is there, once the new file is complete.
            sound: a file with sound, of which a tenth of a second is read.
            max_size: the most bytes the file may have.
            still: one picture, of which only the size and the coding of colours count.

        Raises:
            RecipeError: for an unknown ending, a missing parent folder, an existing output without
                `overwrite`, a folder holding other things, a size, rate, coding, crf or encoder
                that the container lacks, a film repeated where it repeats by itself, a number of
                plays that the file cannot hold, a sound where there can be none, a file that holds
                none, or a cap on a folder.
            BackendUnavailable: the encoder asked for does not work here.
            EncodeError: the folder cannot be written to, or ffmpeg is missing or too old.
        """
        target = cls._made(
            path,
            size,
            output or Output(),
            alpha=False,
            encoder=encoder,
            overwrite=overwrite,
            sound=sound,
            max_size=max_size,
            still=still,
        )
        if target.container.live:
            problem = f"{os.fspath(path)} draws the film of a recipe and holds no "
            raise RecipeError(f"{problem}frames: write a video", key="path", given=os.fspath(path))
        return target

    @classmethod
    def _made(
        cls,
        path: str | os.PathLike[str],
        size: tuple[int, int],
        output: Output,
        *,
        alpha: bool,
        encoder: str,
        overwrite: bool,
        sound: str | os.PathLike[str] | None,
        max_size: int | None,
        still: bool,
    ) -> Target:
        """Return the checked target; arguments and errors are those of `to`."""
        container = container_for(path, still=still, codec=output.codec)
        coding = coding_of(output, alpha=alpha)
        target = _resolved(Path(path), coded(container, coding), size, output, coding, still=still)
        if max_size is not None and (target.container.is_folder or container.live):
            live = "drawn where it is watched, with no frames to make smaller"
            kind = live if container.live else "a folder of many"
            problem = f"limits one file, and {os.fspath(path)} is {kind}"
            raise RecipeError(problem, key="max_size", given=max_size)
        check_place(target.path, folder=target.container.is_folder, overwrite=overwrite)
        name = _checked_encoder(target.container, encoder)
        if sound is not None:
            _check_sound(target, Path(sound))
        target.check_coding()
        if not (still or container.live):
            check_version(target.container.ffmpeg)
        return replace(
            target,
            encoder=name,
            sound=None if sound is None else Path(sound),
            max_size=max_size,
            overwrite=overwrite,
        )

    def with_recipe(self, recipe: Recipe) -> Target:
        """Return this target for another recipe: its size, frames, rate and coding.

        Raises:
            RecipeError: the container cannot hold it.
        """
        place = f"{self.path}/" if self.container.is_folder else self.path
        container = container_for(place, codec=recipe.output.codec)
        coding = coding_of(recipe.output, alpha=recipe.palette.alpha is not None)
        container, size = coded(container, coding), recipe.canvas.size
        other = _resolved(self.path, container, size, recipe.output, coding, still=False)
        return replace(
            other,
            encoder=self.encoder,
            sound=self.sound,
            max_size=self.max_size,
            overwrite=self.overwrite,
        )

    @property
    def seconds(self) -> Fraction:
        """How long the file plays."""
        return self.frames * self.repeat / self.fps

    @property
    def best_format(self) -> str:
        """The pixel format in which the encoder is best given the frames.

        `rgb48` for files of more than 8 bits, `yuv420p` for those that are coded so, else `rgb24`;
        with transparency, `rgba64` or `rgba`.
        """
        if self.container.transparent:
            return "rgba64" if self.container.depth > 8 else "rgba"
        if self.container.depth > 8:
            return "rgb48"
        if self.container.yuv != "yuv420p" or self.container.pictorial:
            return "rgb24"
        return "yuv420p" if self.width % 2 == self.height % 2 == 0 else "rgb24"

    @property
    def forgives(self) -> bool:
        """Whether a difference of one level of 8 bits is lost in the file anyway."""
        return not (self.container.lossless or self.container.deep or self.container.still)

    def check_coding(self) -> None:
        """Refuse a film that cannot be encoded so, such as a GIF too large for one palette.

        Raises:
            RecipeError: says what can.
        """
        self.container.format.check(
            self.coding, width=self.width, height=self.height, frames=self.frames
        )


def _resolved(
    path: Path,
    container: Container,
    size: tuple[int, int],
    output: Output,
    coding: Coding,
    *,
    still: bool,
) -> Target:
    """Return the target without what depends on the machine; as `Target.to` raises."""
    if still and not container.still:
        problem = f"{path}: a still is one of {known_endings(still=True)}"
        raise RecipeError(problem, key="path", given=str(path))
    if not still and container.still:
        problem = f"{path}: {path.suffix} holds one picture; use .apng, or end with /"
        moving = [one.codec for one in CONTAINERS if path.suffix.lower() in one.also]
        if not moving:
            raise RecipeError(problem, key="path", given=str(path))
        raise RecipeError(
            f"{problem}; {{codec}} animates a {path.suffix}",
            key="path",
            given=str(path),
            codec=Setting("output.codec", moving[0]),
        )
    _check_size(container, *size)
    target = Target(path, container, coding, *size, output.fps)
    if still:
        return target
    _check_rate(container, output.fps)
    _check_repeat(container, output.repeat)
    _check_plays(container, output.plays or 0)
    return replace(
        target,
        frames=output.frames,
        repeat=output.repeat,
        plays=output.plays or 0,
        crf=quality_of(container, output.crf),
        sound_rate=output.sound_rate,
        edit_list=output.edit_list is not False,
    )


def _check_size(container: Container, width: int, height: int) -> None:
    given, problem = f"{width}x{height}", ""
    if max(width, height) > container.max_side:
        problem = f"holds at most {container.max_side} pixels a side, given {given}"
    elif min(width, height) < container.least_side:
        least = container.least_side
        problem = f"coded as {container.codec} needs {least} pixels a side or more, given {given}"
    elif container.even_size and (width % 2 or height % 2):
        nearest = f"{width + width % 2}x{height + height % 2}"
        problem = f"needs even sides, given {given}; the nearest size is {nearest}"
    elif container.even_width and width % 2:
        raise RecipeError(
            f"{container.name} coded as {container.codec} needs an even width, given {given}; the "
            f"nearest size is {width + 1}x{height}, or use {{codec}}, which takes any",
            key="canvas.size",
            given=given,
            codec=Setting("output.codec", PRORES_4444.codec),
        )
    if problem:
        raise RecipeError(f"{container.name} {problem}", key="canvas.size", given=given)


def _check_rate(container: Container, fps: Fraction) -> None:
    most = container.max_fps
    if most is not None and fps > most:
        raise RecipeError(
            f"{container.name} plays at most {most} frames a second, given {float(fps):g}, because "
            f"browsers slow down anything faster; use {most} or {container.default_fps}, or write "
            f"an .mp4",
            key="output.fps",
            given=fps,
        )


def _check_repeat(container: Container, repeat: int) -> None:
    if repeat > 1 and container.demuxer is None:
        plays = "as its player likes" if container.is_folder else "for ever"
        able = endings(one for one in CONTAINERS if one.demuxer is not None)
        raise RecipeError(
            f"applies only to {able}, given {repeat}; a {container.name} plays {plays}",
            key="output.repeat",
            given=repeat,
        )


def _check_plays(container: Container, plays: int) -> None:
    if plays and container.plays is None:
        able = endings(one for one in CONTAINERS if one.plays is not None)
        raise RecipeError(
            f"applies only to {able}, given {plays}; a file of {container.name} cannot say how "
            f"often it plays",
            key="output.plays",
            given=plays,
        )


def _checked_encoder(container: Container, encoder: str) -> str:
    name = h264_encoder(encoder)
    if encoder != "auto" and not container.h264:
        raise RecipeError(
            f"{name} applies only to .mp4 coded as h264; this {container.name} is coded as "
            f"{container.codec}, which has its own encoder",
            key="encoder",
            given=encoder,
        )
    reason = None if name == "x264" else unusable(name)
    if reason is not None:
        raise BackendUnavailable(
            "encoder {name} is not usable here: {reason}\n"
            "Leave {encoder} out: x264 works everywhere",
            name=name,
            reason=reason,
            encoder=Setting("encoder"),
        )
    return name


def _check_sound(target: Target, sound: Path) -> None:
    if target.container.page:
        raise RecipeError(
            "a page holds a sound only with {embed}: add that, or leave the sound out",
            key="audio",
            given=str(sound),
            embed=Setting("embed_audio", True),
        )
    if not target.container.sound:
        able = endings(container for container in CONTAINERS if container.sound)
        problem = f"{target.container.name} can hold no sound; write one of {able}, or leave it out"
        raise RecipeError(problem, key="audio", given=str(sound))
    try:
        check_track(sound, target.seconds)
    except RecipeError as error:
        raise error.at("audio") from error
