"""The frames that are drawn, and the file they are written to."""

import re
from fractions import Fraction
from math import floor
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from cppnvid.recipe.base import Flag, Part, Real, Whole, mistake, unknown

MAX_SIDE = 16384
MOST_TURNS = 1000  # repetitions of a film in its file
MOST_FRAMES = 1_000_000
MOST_DENOMINATOR = 100_000  # of a frame rate

SIZES: dict[str, tuple[int, int]] = {
    "square": (1080, 1080),
    "reel": (1080, 1920),
    "story": (1080, 1920),
    "portrait": (1080, 1350),
    "480p": (854, 480),
    "720p": (1280, 720),
    "1080p": (1920, 1080),
    "1440p": (2560, 1440),
    "4k": (3840, 2160),
    "8k": (7680, 4320),
}


def parse_size(data: Any) -> Any:
    """Return a pair for `1080x1920`, a name of `SIZES`, one number for a square, or a pair."""
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


def _samples(data: Any) -> Any:
    if data != "auto" and (type(data) is not int or not 1 <= data <= 8):
        raise mistake("", given=data, allowed="a whole number from 1 to 8, or auto")
    return data


Samples = Annotated[
    Annotated[Whole, Field(ge=1, le=8)] | Literal["auto"], BeforeValidator(_samples)
]


class Canvas(Part):
    """The frames that are drawn."""

    size: Size = (1080, 1080)
    """Width x height in pixels, such as `1080x1920`, or a name: square, reel, 720p, 1080p, 4k…"""
    samples: Samples = 1
    """Antialiasing: N×N points per pixel, averaged in linear light. `auto` draws 2×2 or 4×4 points
    only where the picture needs them: nearly the same picture, several times faster."""
    drawing: Literal["exact", "adaptive", "auto"] = "exact"
    """`exact` evaluates the network at every pixel of a film; `adaptive` only where the picture
    bends, and interpolates the rest to within a level of 8 bits, several times faster; but dots
    and lines of a pixel may be missed. `auto` is adaptive for large frames in files of 8 bits that
    are lossy or have a palette. Stills are always exact."""
    shutter: Annotated[Real, Field(ge=0, le=4)] = 0.0
    """Motion blur: share of a frame's time during which the shutter is open; cinema uses 0.5."""
    exposures: Annotated[Whole, Field(ge=2, le=64)] = 8
    """Number of moments that are averaged while the shutter is open."""


# Rates whose broadcast twins are a thousandth slower: 29.97 is short for 30000/1001, and a film of
# exactly 29.97 drifts from one by a frame in nine hours.
_BROADCAST = (12, 15, 24, 30, 48, 60, 120, 240)


def _unabbreviated(fps: Fraction, places: int) -> Fraction:
    """Return the broadcast rate that a number of so many decimal places abbreviates, or itself."""
    unit = 10 ** min(places, 6)  # what a float says beyond them is rounding
    if places < 2:
        return fps
    for whole in _BROADCAST:
        rate = Fraction(whole * 1000, 1001)
        if round(fps * unit) in (floor(rate * unit), round(rate * unit)):
            return rate
    return fps


def parse_fps(data: Any) -> Any:
    """Return the frame rate of a number, or of a ratio such as `30000/1001`.

    A decimal that abbreviates a broadcast rate is that rate: 29.97 is 30000/1001, and 23.976 and
    23.98 are 24000/1001. The ratio 2997/100 stays what it is.
    """
    number = isinstance(data, int | float | str | Fraction) and not isinstance(data, bool)
    # Short plain digits only: Fraction("1e999999999") would write out a number of a billion digits.
    plain = r"-?\d{1,18}(\.\d{1,18})?|\d{1,9}/[1-9]\d{0,8}"
    if not number or not re.fullmatch(plain, str(data)):
        raise mistake("", given=data, allowed="a number or a ratio such as 30000/1001")
    fps = Fraction(str(data))
    if "/" not in str(data):
        fps = _unabbreviated(fps, len(str(data).partition(".")[2]))
    if not 0 < fps <= 240:
        raise mistake("", given=fps, allowed="above 0 and at most 240")
    if fps.denominator > MOST_DENOMINATOR:
        allowed = f"a ratio with a denominator of at most {MOST_DENOMINATOR}"
        raise mistake("", given=fps, allowed=allowed)
    return fps


def _plain_number(fps: Fraction) -> int | str:
    return fps.numerator if fps.denominator == 1 else str(fps)


Fps = Annotated[
    Fraction,
    BeforeValidator(parse_fps),
    PlainSerializer(_plain_number),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string"}]}),
]


def _with_seconds(schema: dict[str, Any]) -> None:
    length = {"type": "number", "exclusiveMinimum": 0, "maximum": 36_000}
    schema["properties"]["seconds"] = {**length, "description": "Length, in place of `frames`."}


class Output(Part):
    """Length, frame rate and encoding of the film."""

    model_config = ConfigDict(json_schema_extra=_with_seconds)
    frames: Annotated[Whole, Field(ge=1, le=MOST_FRAMES)] = 300
    """Number of frames; `seconds` may be given instead."""
    fps: Fps = Fraction(30)
    """Frames per second: a number, or a ratio such as `30000/1001`. Decimals of broadcast
    rates are these rates: 29.97 is `30000/1001`, and 23.976 is `24000/1001`."""
    crf: Annotated[Whole, Field(ge=0, le=63)] | None = None
    """Quality of MP4, WebM and AVIF (CRF): lower is better and larger. Default: that of the
    format."""
    gif: Literal["quality", "small"] | None = None
    """GIF encoding: `quality` (the default) has a palette for each frame; `small` has one for the
    film, and uses gifsicle if it is installed."""
    colours: Annotated[Whole, Field(ge=4, le=256)] | None = None
    """Number of colours in a GIF's palette. Default: what the film needs, 64 to 256, for `quality`,
    and 128 for `small`."""
    quality: Annotated[Whole, Field(ge=1, le=100)] | None = None
    """Quality of WebP (default 90), and of JPEG, WebP and AVIF stills (default 95, 95, 90)."""
    repeat: Annotated[Whole, Field(ge=1, le=MOST_TURNS)] = 1
    """Number of times the film plays in an MP4, MKV, WebM or MOV; it is encoded only once."""
    plays: Annotated[Whole, Field(ge=0, le=65_535)] | None = None
    """Number of times a GIF, WebP, APNG or AVIF plays; 0 is for ever. Default: for ever."""
    codec: Literal["h264", "hevc", "av1", "vp9", "prores", "prores4444", "apng"] | None = None
    """Codec of MP4 and MKV (h264, hevc, av1), WebM (vp9, av1), MOV (prores, prores4444) or AVIF
    (av1); `apng` animates a .png. Default: the first that supports `depth`."""
    depth: Literal[8, 10, 16] | None = None
    """Bits per channel: 10 for MP4, WebM, MOV and AVIF, 16 for PNG. Default: 8, for MOV 10."""
    lossless: Flag = False
    """Lossless WebP, several times larger. PNG is always lossless."""
    dither: Flag | None = None
    """Dither, so that gradients have no bands. Default: on for PNG, APNG and lossless WebP, which
    preserve it, and light for GIF, which full dithering makes a third larger."""
    sound_rate: Annotated[Whole, Field(ge=32, le=320)] | None = None
    """Bit rate of the sound in kbit/s (default 192 for MP4 and MOV, 160 for WebM)."""
    edit_list: Flag | None = None
    """Write an edit list into an MP4 with sound, so that the sound starts on time (default). Some
    platforms ask for none; the sound is then 21 ms late."""

    @classmethod
    def written_out(cls, data: Any) -> Any:
        """Accept `seconds` in place of `frames`."""
        if not isinstance(data, dict) or "seconds" not in data:
            return data
        if "frames" in data:
            raise mistake("frames, seconds", "give one of the two")
        seconds = data["seconds"]
        if type(seconds) not in (int, float) or not 0 < seconds <= 36_000:
            raise mistake("seconds", given=seconds, allowed="above 0 and at most 36000")
        try:
            fps = parse_fps(data.get("fps", 30))
        except PydanticCustomError:
            fps = Fraction(1)  # the mistake is reported at its own key
        rest = {key: value for key, value in data.items() if key != "seconds"}
        return rest | {"frames": max(1, round(Fraction(str(seconds)) * fps))}

    @property
    def seconds(self) -> float:
        """Length of the film in seconds, played once."""
        return float(self.frames / self.fps)
