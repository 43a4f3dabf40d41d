"""The frame that is drawn, and the file it goes to."""

import math
import re
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PlainSerializer,
    Tag,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from cppnvid.recipe.base import Flag, Part, Real, Whole, mistake, unknown

MAX_SIDE = 16384
MOST_TURNS = 1000  # of a film in its file
MOST_FRAMES = 1_000_000

SIZES: dict[str, tuple[int, int]] = {
    "square": (1080, 1080), "reel": (1080, 1920), "story": (1080, 1920), "portrait": (1080, 1350),
    "480p": (854, 480), "720p": (1280, 720), "1080p": (1920, 1080), "1440p": (2560, 1440),
    "4k": (3840, 2160), "8k": (7680, 4320),
}  # fmt: skip


def parse_size(data: Any) -> Any:
    """Read a size: `1080x1920`, a name of `SIZES`, one number for a square, or a pair."""
    if isinstance(data, str):
        pair = re.fullmatch(r"\s*(-?\d{1,9})\s*[xX×]\s*(-?\d{1,9})\s*", data)
        if pair:
            return int(pair[1]), int(pair[2])
        if re.fullmatch(r"\s*-?\d{1,9}\s*", data):
            return int(data), int(data)
        if data.lower() not in SIZES:
            problem = f"{unknown('size', data, SIZES)}, or WIDTHxHEIGHT such as 1080x1920"
            raise mistake("", problem, data)
        return SIZES[data.lower()]
    return (data, data) if isinstance(data, int) and not isinstance(data, bool) else data


Side = Annotated[Whole, Field(ge=1, le=MAX_SIDE)]
Size = Annotated[
    tuple[Side, Side],
    BeforeValidator(parse_size),
    PlainSerializer(lambda size: f"{size[0]}x{size[1]}", return_type=str),
    WithJsonSchema(
        {
            "anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "array"}],
            "examples": ["1080x1920", *SIZES],
        }
    ),
]


def _no_other_word(data: Any) -> Any:
    if isinstance(data, str) and data != "auto":
        raise mistake("", given=data, allowed="a whole number from 1 to 8, or auto")
    return data


def _word_or_number(data: Any) -> str:
    return "auto" if data == "auto" else "number"


Samples = Annotated[
    Annotated[Whole, Field(ge=1, le=8), Tag("number")] | Annotated[Literal["auto"], Tag("auto")],
    Discriminator(_word_or_number),
    BeforeValidator(_no_other_word),
]


class Canvas(Part):
    """The frame that is drawn."""

    size: Size = (1080, 1080)
    """Width x height in pixels: `1080x1920`, or square, reel, 720p, 1080p, 4k…"""
    samples: Samples = 1
    """Antialiasing: N×N points are drawn for each pixel and averaged in linear light. `auto` draws
    2×2 or 4×4 where the picture bends and one elsewhere: nearly the same, several times faster."""
    shutter: Annotated[Real, Field(ge=0, le=4)] = 0.0
    """Motion blur: for how much of a frame's time the shutter is open; films have 0.5."""
    exposures: Annotated[Whole, Field(ge=2, le=64)] = 8
    """How many moments are drawn and averaged while the shutter is open."""


_RATE = "a number or a ratio such as 30000/1001"


def parse_fps(data: Any) -> Any:
    """Read a frame rate: a number, or a ratio such as `30000/1001`."""
    if isinstance(data, bool) or not isinstance(data, int | float | str | Fraction):
        raise mistake("", given=data, allowed=_RATE)
    if isinstance(data, float) and not math.isfinite(data):
        raise mistake("", given=data, allowed="a finite number")
    # Short plain digits only: Fraction("1e999999999") would write out a number of a billion digits.
    if not re.fullmatch(r"-?\d{1,18}(\.\d{1,18})?|\d{1,9}/[1-9]\d{0,8}", str(data)):
        raise mistake("", given=data, allowed=_RATE)
    return Fraction(str(data))


def _plausible_fps(fps: Fraction) -> Fraction:
    if not 0 < fps <= 240:
        raise mistake("", given=fps, allowed="above 0 and at most 240")
    if fps.denominator > 100_000:
        raise mistake("", given=fps, allowed="a ratio with a denominator of at most 100000")
    return fps


def _plain_number(fps: Fraction) -> int | str:
    return fps.numerator if fps.denominator == 1 else str(fps)


Fps = Annotated[
    Fraction,
    BeforeValidator(parse_fps),
    AfterValidator(_plausible_fps),
    PlainSerializer(_plain_number),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string"}]}),
]


def _with_seconds(schema: dict[str, Any]) -> None:
    length = {"type": "number", "exclusiveMinimum": 0, "maximum": 36_000}
    schema["properties"]["seconds"] = {**length, "description": "Length, in place of `frames`."}


class Output(Part):
    """How many frames, how fast, how finely encoded."""

    model_config = ConfigDict(json_schema_extra=_with_seconds)
    frames: Annotated[Whole, Field(ge=1, le=MOST_FRAMES)] = 300
    fps: Fps = Fraction(30)
    crf: Annotated[Whole, Field(ge=0, le=63)] | None = None
    """Constant rate factor of MP4 and WebM: lower is finer; left out, each format's default."""
    gif: Literal["quality", "small"] | None = None
    """How a GIF is coded: `quality` (the default) gives every frame a palette of its own, `small`
    has one for the film, and gifsicle make it smaller where there is one."""
    colours: Annotated[Whole, Field(ge=4, le=256)] | None = None
    """How many colours a GIF's palette has. If left out, `quality` looks at a few frames and
    takes as many as its film needs, 64 to 256, and `small` takes 128."""
    quality: Annotated[Whole, Field(ge=1, le=100)] | None = None
    """Of WebP: 90 if left out."""
    repeat: Annotated[Whole, Field(ge=1, le=MOST_TURNS)] = 1
    """How many times the film plays in an MP4, WebM or MOV: joined, not encoded again."""
    codec: Literal["h264", "hevc", "av1", "vp9", "prores", "prores4444"] | None = None
    """Of MP4 (h264, hevc, av1), WebM (vp9, av1) and MOV (prores, prores4444); left out, the first
    that has the depth asked for."""
    depth: Literal[8, 10, 16] | None = None
    """Bits a channel: 10 for MP4, WebM and MOV, 16 for PNG; left out, each format's own: 8, for MOV
    10."""
    lossless: Flag = False
    """WebP whose every colour is as it was drawn, several times as large; PNG always is."""
    dither: Flag | None = None
    """Draw what lies between two levels as a mix of both, so that gradients have no bands. Left
    out, where the file keeps it: PNG, APNG, lossless WebP, and lightly in a GIF, which is a third
    larger with all of it."""

    sound_rate: Annotated[Whole, Field(ge=32, le=320)] | None = None
    """Of a film's sound, in kilobits a second: 192 in an MP4 or MOV, 160 in a WebM, if left out."""
    edit_list: Flag | None = None
    """Whether an MP4 with sound has an edit list, with which its sound begins exactly. Left out, it
    has one; some platforms ask for none, and then its sound comes 21 ms late."""

    @classmethod
    def written_out(cls, data: Any) -> Any:
        """Accept `seconds` in place of `frames`."""
        if not isinstance(data, dict) or "seconds" not in data:
            return data
        if "frames" in data:
            raise mistake("frames, seconds", "give one of the two")
        seconds = data["seconds"]
        if (
            isinstance(seconds, bool)
            or not isinstance(seconds, int | float)
            or not 0 < seconds <= 36_000
        ):
            raise mistake("seconds", given=seconds, allowed="above 0 and at most 36000")
        try:
            fps = _plausible_fps(parse_fps(data.get("fps", 30)))
        except PydanticCustomError:
            fps = Fraction(1)  # the mistake is reported at its own key
        rest = {key: value for key, value in data.items() if key != "seconds"}
        return rest | {"frames": max(1, round(Fraction(str(seconds)) * fps))}

    @property
    def seconds(self) -> float:
        """Length of the film, played once."""
        return float(self.frames / self.fps)
