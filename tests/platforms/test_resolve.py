"""What a platform makes of a recipe, and which of the user's wishes it keeps or refuses."""

import math
import re
from fractions import Fraction
from typing import Any

import pytest

from cppnvid import RecipeError
from cppnvid.platforms import Fact, Platform, Wishes, fit, platform_named
from cppnvid.presets import Override, load_recipe
from tests.platforms.helpers import NAMES, Data, resolved, typed


def platform(**facts: Any) -> Platform:
    """Return a platform that takes MP4 files, with these facts beside."""
    facts = {"endings": (".mp4",), "codecs": ("h264",)} | facts
    told = {name: Fact(value, "a test of ours", "2026-11") for name, value in facts.items()}
    return Platform("test", "Test", told)


# ------------------------------------------------------------------ what follows the platform


@pytest.mark.parametrize(
    ("facts", "changed", "most"),
    [
        ({}, {}, None),
        ({"size": (540, 960)}, {"canvas.size": (540, 960)}, None),
        ({"longer": (None, 500)}, {"canvas.size": (500, 500)}, None),
        ({"longer": (2000, 2000)}, {"canvas.size": (2000, 2000)}, None),
        ({"frame_pixels": (None, 250_000)}, {"canvas.size": (500, 500)}, None),
        ({"usual_fps": 20}, {"output.fps": 20, "output.frames": 200}, None),
        ({"usual_fps": 60}, {}, None),
        ({"fps": (None, 15)}, {"output.fps": 15, "output.frames": 150}, None),
        ({"fps": (60, 90)}, {"output.fps": 60, "output.frames": 600}, None),
        ({"usual_seconds": 2}, {"output.frames": 60}, None),
        ({"seconds": (None, 3)}, {"output.frames": 90}, None),
        ({"seconds": (25, 60)}, {"output.repeat": 3}, None),
        ({"frames": (None, 50)}, {"output.frames": 50}, None),
        ({"total_pixels": (None, 1080 * 1080 * 70)}, {"output.frames": 70}, None),
        ({"bytes": (None, 5000)}, {}, 5000),
        ({"bit_rate": (None, 8000)}, {}, 10_000),
        ({"bytes": (None, 5000), "bit_rate": (None, 8000)}, {}, 5000),
        ({"edit_list": False, "sound_rate": (None, 128)}, {"output.sound_rate": 128}, None),
    ],
)
def test_each_fact_changes_what_it_limits(
    facts: Data, changed: dict[str, Any], most: int | None
) -> None:
    """A square of ten seconds at 30 frames per second follows each limit, and nothing else."""
    recipe = load_recipe({"canvas": {"size": "square"}, "output": {"frames": 300, "fps": 30}})

    fitted = fit(platform(**facts), recipe, Wishes((), "x.mp4"))

    if "edit_list" in facts:
        changed |= {"output.edit_list": False}
    assert {override.key: override.value for override in fitted.overrides} == changed
    assert all(override.origin == "test" for override in fitted.overrides)
    assert fitted.most_bytes == most


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "data",
    [
        {"canvas": {"size": "4k"}, "output": {"frames": 36_000, "fps": 60}},
        {"canvas": {"size": "1080x1080"}, "output": {"frames": 3, "fps": 120}},
        {"morph": {"loop": "ping-pong"}, "output": {"frames": 50, "fps": "30000/1001"}},
        {"morph": {"loop": "open"}, "output": {"frames": 7, "fps": 7}},
        {"canvas": {"size": "1000x2001"}, "output": {"frames": 1, "fps": 1, "repeat": 9}},
    ],
)
def test_every_recipe_is_made_to_fit(name: str, data: dict[str, Any]) -> None:
    """Any size, rate and length that nobody insists on becomes what the platform takes."""
    platform = platform_named(name)
    recipe, _ = resolved(name, data=data)
    width, height = recipe.canvas.size
    output = recipe.output
    plays = output.frames * output.repeat

    def within(fact: str, value: float) -> bool:
        least, most = platform.range_of(fact)
        return least <= value <= most

    assert within("width", width)
    assert within("height", height)
    assert within("longer", max(width, height))
    assert within("shorter", min(width, height))
    assert within("frame_pixels", width * height)
    assert within("fps", float(output.fps))
    assert within("seconds", float(plays / output.fps))
    assert within("frames", plays)
    assert within("total_pixels", plays * width * height)
    if "mp4" in platform["endings"][0]:
        assert width % 2 == height % 2 == 0


def test_shapes_are_kept_where_the_platform_has_none() -> None:
    """A wide recipe is shrunk and not cropped; a sticker's longer side is enlarged to 512."""
    assert resolved("x", data={"canvas": {"size": "4k"}})[0].canvas.size == (1280, 720)
    assert resolved("x", data={"canvas": {"size": "reel"}})[0].canvas.size == (720, 1280)
    assert resolved("mastodon", data={"canvas": {"size": "8k"}})[0].canvas.size == (3840, 2160)
    sticker = {"canvas": {"size": "160x90"}}
    assert resolved("telegram-sticker", data=sticker)[0].canvas.size == (512, 288)


def test_short_loops_are_repeated() -> None:
    """A loop of a second plays three times where three seconds are the least, and is not slowed."""
    short = {"output": {"frames": 30, "fps": 30}}

    reel, _ = resolved("instagram-reel", data=short)
    assert (reel.output.frames, reel.output.repeat) == (30, 3)
    assert resolved("discord", data=short)[0].output.repeat == 1
    odd, _ = resolved("tiktok", data={"output": {"frames": 31, "fps": 30}})
    assert odd.output.repeat == 3
    again, _ = resolved("x", data={"output": {"frames": 30, "fps": 30, "repeat": 5}})
    assert again.output.repeat == 1


def test_a_ping_pong_keeps_its_turning_point() -> None:
    """Its frames stay even in number when its rate changes, or that picture would show twice."""
    recipe = load_recipe({"morph": {"loop": "ping-pong"}, "output": {"frames": 50, "fps": 30}})

    fitted = fit(platform_named("whatsapp-sticker"), recipe, Wishes((), "x.webp"))

    assert Override("output.frames", 32, "whatsapp-sticker") in fitted.overrides


def test_rates_are_raised_and_lowered() -> None:
    """Too slow becomes 30; too fast the most; what is usual for a picture is not exceeded."""
    rates = [
        resolved(name, data={"output": {"frames": 100, "fps": fps}})[0].output.fps
        for name, fps in (
            ("tiktok", 12),
            ("tiktok", 120),
            ("tiktok", 24),
            ("telegram-sticker", 60),
            ("slack-emoji", 10),
            ("slack-emoji", 50),
        )
    ]

    assert rates == [30, 60, 24, 30, 10, 20]


# ------------------------------------------------------------------ what the user named


@pytest.mark.parametrize(
    ("name", "named", "expected"),
    [
        ("instagram-reel", [typed("canvas.size", "720x1280")], ((720, 1280), 30, 300, 1)),
        ("instagram-reel", [typed("output.fps", 60)], ((1080, 1920), 60, 600, 1)),
        ("instagram-reel", [typed("output.seconds", 2)], ((1080, 1920), 30, 60, 2)),
        ("instagram-reel", [typed("output.frames", 45)], ((1080, 1920), 30, 45, 2)),
        ("instagram-reel", [typed("output.repeat", 4)], ((1080, 1920), 30, 300, 4)),
        ("slack-emoji", [typed("canvas.size", "64x64")], ((64, 64), 20, 40, 1)),
        ("slack-emoji", [typed("output.frames", 50)], ((128, 128), 20, 50, 1)),
        ("slack-emoji", [typed("output.seconds", "2.5")], ((128, 128), 20, 50, 1)),
        ("slack-emoji", [typed("output.fps", 25)], ((128, 128), 25, 50, 1)),
        ("x-gif", [typed("canvas.size", "1000x1000")], ((1000, 1000), 25, 250, 1)),
        ("x-gif", [typed("canvas.size", "1200x1000")], ((1200, 1000), 25, 250, 1)),
        ("x-gif", [typed("canvas.size", "1280x1080")], ((1280, 1080), 25, 217, 1)),
        ("x-gif", [typed("output.seconds", 14)], ((480, 480), 25, 350, 1)),
        ("telegram-sticker", [typed("canvas.size", "512x300")], ((512, 300), 30, 90, 1)),
        ("telegram-sticker", [typed("output.fps", 15)], ((512, 512), 15, 45, 1)),
        ("whatsapp-sticker", [typed("output.seconds", 10)], ((512, 512), 20, 200, 1)),
    ],
)
def test_what_fits_stands(name: str, named: list[Override], expected: tuple[Any, ...]) -> None:
    """A size, rate, length or number of times that the platform takes is what is made."""
    named = [o._replace(value=float(o.value)) if o.key == "output.seconds" else o for o in named]
    recipe, _ = resolved(name, *named)

    output = recipe.output
    assert (recipe.canvas.size, output.fps, output.frames, output.repeat) == expected


@pytest.mark.parametrize(
    ("name", "named", "words"),
    [
        ("slack-emoji", typed("canvas.size", "256x256"), "longer side of at most 128"),
        ("slack-emoji", typed("output.frames", 51), "at most 50 frames, given 51"),
        ("slack-emoji", typed("output.seconds", 9), "at most 50 frames, given 180"),
        ("telegram-sticker", typed("canvas.size", "300x300"), "longer side of exactly 512"),
        ("telegram-sticker", typed("output.fps", 60), "at most 30 frames per second"),
        ("telegram-sticker", typed("output.seconds", 4), "at most 3 seconds, given 4"),
        ("whatsapp-sticker", typed("canvas.size", "512x510"), "exactly 512x512, given 512x510"),
        ("discord-sticker", typed("canvas.size", "160x160"), "exactly 320x320, given 160x160"),
        ("instagram-feed", typed("canvas.size", "1080x1920"), "width of at least 0.8 times"),
        ("instagram-reel", typed("output.fps", 12), "at least 23 frames per second"),
        ("instagram-reel", typed("output.frames", 90_000), "at most 900 seconds, given 3000"),
        (
            "instagram-reel",
            Override("output", {"frames": 300, "repeat": 99}, "--set output"),
            "at most 900 seconds, given 990",
        ),
        ("tiktok", typed("canvas.size", "320x320"), "shorter side of at least 360"),
        ("youtube-short", typed("canvas.size", "1080p"), "width of at most 1 times the height"),
        ("x", typed("canvas.size", "1080x1080"), "shorter side of at most 1024"),
        ("x-gif", typed("output.frames", 351), "at most 350 frames"),
        ("mastodon", typed("canvas.size", "8k"), "at most 8,294,400 pixels"),
        ("discord-emoji", Override("canvas", {"size": "1x400"}, "--set canvas"), "at most 128"),
    ],
)
def test_what_does_not_fit_is_an_error(name: str, named: Override, words: str) -> None:
    """The error has the key and what the user calls it, the limit, the value, and the source."""
    with pytest.raises(RecipeError, match=words) as refused:
        resolved(name, named)

    (mistake,) = refused.value.mistakes
    assert (mistake.key, mistake.given) == (named.key, named.value)
    assert mistake.origins == (named.origin,)
    assert name in str(refused.value)
    assert re.search(r"\(.*, 20\d\d-\d\d\)$", str(refused.value))


def test_size_and_length_may_be_too_much_together() -> None:
    """Either would do if the other were smaller; both are named, so neither is changed."""
    with pytest.raises(RecipeError, match="at most 300,000,000 pixels in all frames") as refused:
        resolved("x-gif", typed("canvas.size", "1280x1080"), typed("output.frames", 350))
    assert refused.value.key == "output.frames"


def test_a_named_number_of_times_is_kept_or_refused() -> None:
    """A second that plays twice never fills three; a least length may play more often."""
    second = {"output": {"frames": 30, "fps": 30}}

    with pytest.raises(RecipeError, match="at least 3 seconds, given 2") as refused:
        resolved("instagram-reel", typed("output.repeat", 2), data=second)
    assert refused.value.key == "output.repeat"
    least = typed("output.repeat", 2, "--min-seconds")
    recipe, _ = resolved("instagram-reel", least, data=second, least_seconds=Fraction(2))
    assert recipe.output.repeat == 3


def test_a_file_lasts_as_long_as_was_asked_or_is_refused() -> None:
    """At least 5 seconds are never cut to 3, nor by a loop of which many turns are a bit less."""
    second = {"output": {"frames": 12, "fps": 12}}
    of_eight: list[Override] = [typed("output.frames", 8)]
    for seconds, times, named in ((5, 5, []), (1000, 1000, []), (3, 5, of_eight)):
        repeat = typed("output.repeat", times, "--min-seconds")
        with pytest.raises(RecipeError, match=r"telegram.* at most 3 seconds, given"):
            resolved(
                "telegram-sticker", *named, repeat, data=second, least_seconds=Fraction(seconds)
            )

    repeat = typed("output.repeat", 3, "--min-seconds")
    recipe, _ = resolved("telegram-sticker", repeat, data=second, least_seconds=Fraction(5, 2))
    assert (recipe.output.frames, recipe.output.repeat) == (12, 3)


@pytest.mark.parametrize(
    ("name", "frames", "fps", "seconds", "expected"),
    [
        ("instagram-feed", 7, "12", 60, (18, 100, 30)),  # 0.583 s is 18 frames at 30 a second
        ("youtube-short", 43, "12", 180, (108, 50, 30)),
        ("telegram-sticker", 25, "100/3", 3, (18, 5, 30)),
        ("telegram-sticker", 8, "12", 3, (6, 6, 12)),
        ("telegram-sticker", 24, "12", 3, (18, 2, 12)),
        ("telegram-sticker", 120, "12", 3, (36, 1, 12)),
    ],
)
def test_turns_fill_the_longest_file_a_platform_takes(
    name: str, frames: int, fps: str, seconds: int, expected: tuple[int, ...]
) -> None:
    """`--min-seconds 3` where 3 are the most: at the platform's rate, with a few frames fewer."""
    data = {"output": {"frames": frames, "fps": fps}}
    repeat = typed("output.repeat", math.ceil(seconds * Fraction(fps) / frames), "--min-seconds")

    recipe, _ = resolved(name, repeat, data=data, least_seconds=Fraction(seconds))

    output = recipe.output
    assert [output.frames, output.repeat, output.fps] == list(expected)
    assert output.frames * output.repeat == seconds * output.fps


@pytest.mark.parametrize("output", ["x.mp4", "x.webm", "frames/", "x.png"])
def test_another_kind_of_file_is_an_error(output: str) -> None:
    """An emoji on Slack is a GIF, whatever the user calls the file."""
    with pytest.raises(RecipeError, match=r"slack-emoji takes \.gif, .* \(.*Slack.*20") as refused:
        resolved("slack-emoji", output=output)
    assert (refused.value.key, refused.value.given) == ("path", output)


def test_the_smaller_cap_counts() -> None:
    """A cap below the platform's is kept, one above it refused; bits per second count too."""
    assert resolved("slack-emoji", max_size=64_000)[1].most_bytes == 64_000
    with pytest.raises(RecipeError, match="at most 128,000 bytes, given 128,001") as refused:
        resolved("slack-emoji", max_size=128_001)
    assert (refused.value.key, refused.value.given) == ("max_size", 128_001)
    assert resolved("youtube-short", max_size=7)[1].most_bytes == 7
    long = {"output": {"seconds": 800}}
    assert resolved("instagram-reel", data=long)[1].most_bytes == 300_000_000


def test_codecs_follow_the_platform_unless_they_are_named() -> None:
    """A recipe's HEVC is H.264 on X, and kept on Instagram; asked for on X it is refused."""
    fine = {"output": {"codec": "hevc", "depth": 10}}

    assert resolved("x", data=fine)[0].output.codec is None
    assert resolved("x", data=fine)[0].output.depth is None
    assert resolved("instagram-reel", data=fine)[0].output.codec == "hevc"
    assert resolved("slack-emoji", data=fine)[0].output.codec is None
    for named in (typed("output.codec", "hevc"), typed("output.depth", 10)):
        with pytest.raises(RecipeError, match=rf"{named.origin}: x takes h264, given hevc \(X"):
            resolved("x", named)
    with pytest.raises(RecipeError, match=r"MP4 is coded as .*given prores"):
        resolved("x", typed("output.codec", "prores"))


def test_sound_is_refused_where_there_is_none() -> None:
    """A video sticker is silent, a reel need not be."""
    with pytest.raises(RecipeError, match=r"telegram-sticker takes no sound \(core") as refused:
        resolved("telegram-sticker", sound=True)
    assert refused.value.key == "audio"
    assert resolved("instagram-reel", sound=True) == resolved("instagram-reel")


def test_edit_lists_are_left_out_where_a_platform_asks_for_none() -> None:
    """An MP4 for Instagram has none, and one again when drawn for X; a WebM never has one."""
    reel, _ = resolved("instagram-reel")
    assert reel.output.edit_list is False
    assert resolved("youtube-short")[0].output.edit_list is False
    assert resolved("youtube-short", output="x.webm")[0].output.edit_list is None
    assert resolved("x", data=reel.to_data())[0].output.edit_list is None
    with pytest.raises(RecipeError, match=r"--set: instagram-feed takes no edit list \(Meta's"):
        resolved("instagram-feed", typed("output.edit_list", True, "--set"))
    named = typed("output.edit_list", False, "--set")
    assert resolved("x", named)[0].output.edit_list is False


def test_sound_has_no_higher_rate_than_a_platform_takes() -> None:
    """Instagram takes 128 kb/s where an MP4 has 192; others take that, and fewer are kept."""
    assert resolved("instagram-reel")[0].output.sound_rate == 128
    assert resolved("x")[0].output.sound_rate is None
    low = {"output": {"sound_rate": 96}}
    assert resolved("instagram-feed", data=low)[0].output.sound_rate == 96
    with pytest.raises(
        RecipeError, match=r"--set: instagram-reel takes sound of at most 128 kil.*given 160 \(Meta"
    ):
        resolved("instagram-reel", typed("output.sound_rate", 160, "--set"))


def test_what_the_platform_demands_is_not_given_up() -> None:
    """For a cap, a sticker keeps its size, a reel its rate; an emoji may become smaller."""
    assert resolved("whatsapp-sticker")[1].keep == ("canvas.size",)
    assert resolved("telegram-sticker")[1].keep == ("canvas.size",)
    assert resolved("instagram-reel")[1].keep == ("output.fps",)
    assert resolved("discord-emoji")[1].keep == ()


def test_rates_are_numbers() -> None:
    """A rate that a platform gives is exact in the recipe."""
    recipe, _ = resolved("telegram-sticker", data={"output": {"frames": 100, "fps": 60}})

    assert recipe.output.fps == Fraction(30)
    assert math.isclose(recipe.output.seconds, 100 / 60, abs_tol=0.02)
