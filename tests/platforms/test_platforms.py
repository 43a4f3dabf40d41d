"""What platforms take, what is made of a recipe for them, and what of the user's wishes stands."""

import math
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cppnvid import EncodeError, RecipeError, probe, render_still, render_video
from cppnvid.cli.outputs import format_overrides
from cppnvid.cli.posting import check_posted, posted_name
from cppnvid.encode import container_for, decode
from cppnvid.platforms import Fitted, Platform, Wishes, fit, misfits, platform_named, platforms
from cppnvid.presets import Override, Source, load_recipe
from cppnvid.recipe import Recipe
from tests.conftest import Run, small

NAMES = [
    "instagram-reel", "instagram-feed", "tiktok", "youtube-short", "x", "x-gif", "discord",
    "discord-emoji", "discord-sticker", "mastodon", "bluesky", "tumblr-gif", "slack-emoji",
    "telegram-sticker", "whatsapp-sticker",
]  # fmt: skip
FAST = ["--set", "network.layers=2x4", "--set", "morph.pace=uniform"]


def resolved(
    name: str, *named: Override, output: str = "", data: dict[str, Any] | None = None, **more: Any
) -> tuple[Recipe, Fitted]:
    """Return what a platform makes of a recipe with overrides, as the command line does it."""
    platform = platform_named(name)
    output = output or f"x{platform.endings.value[0]}"
    source = Source(data or {})
    asked = format_overrides(load_recipe(source, named), container_for(output), named)
    recipe = load_recipe(source, [*named, *asked])
    fitted = fit(platform, recipe, Wishes(named, output, **more))
    return load_recipe(recipe.to_data(), fitted.overrides), fitted


def said(key: str, value: Any, label: str = "") -> Override:
    """Return an option of the command line."""
    return Override(key, value, label or f"--{key.rpartition('.')[2]}")


def known() -> list[Platform]:
    """Return every platform."""
    return list(platforms().values())


# ------------------------------------------------------------------ the table


def test_the_table_has_every_platform_and_every_source() -> None:
    """All fifteen, with size or shape, files and codecs; each fact says who says so, and when."""
    assert list(platforms()) == NAMES
    for platform in known():
        facts = platform.facts()
        assert {"endings", "codecs"} <= facts.keys(), platform.name
        for name, fact in facts.items():
            assert re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", fact.source.date), (platform.name, name)
            assert len(fact.source.text) > 10, (platform.name, name)
        for ending in platform.endings.value:
            assert ending in container_for(f"x{ending}").suffixes


def test_ranges_are_in_order_and_what_is_usual_lies_in_them() -> None:
    """No range is empty, and a platform's own size, rate and length are what it takes."""
    for platform in known():
        for name, fact in platform.facts().items():
            if name not in ("endings", "codecs", "size") and isinstance(fact.value, tuple):
                least, most = platform.range_of(name)
                assert least <= most, (platform.name, name)
        recipe, _ = resolved(platform.name)
        again = fit(platform, recipe, Wishes((), f"x{platform.endings.value[0]}"))
        assert again.overrides == ()


def test_an_unknown_platform_is_named_with_the_nearest() -> None:
    """A mistyped name is answered with the one that was meant."""
    with pytest.raises(RecipeError, match=r"--for: unknown platform 'slack-emojy'.*'slack-emoji'"):
        platform_named("slack-emojy")


# ------------------------------------------------------------------ what follows the platform


@pytest.mark.parametrize(
    ("name", "size", "fps", "frames", "repeat", "most"),
    [
        ("instagram-reel", (1080, 1920), 30, 300, 1, 31_250_000),
        ("instagram-feed", (1080, 1350), 30, 300, 1, 31_250_000),
        ("tiktok", (1080, 1920), 30, 300, 1, 1_000_000_000),
        ("youtube-short", (1080, 1920), 30, 300, 1, None),
        ("x", (1024, 1024), 30, 300, 1, 8_000_000_000),
        ("x-gif", (480, 480), 25, 250, 1, 15_000_000),
        ("discord", (1080, 1080), 30, 300, 1, 10_485_760),
        ("discord-emoji", (128, 128), 20, 40, 1, 256_000),
        ("discord-sticker", (320, 320), 20, 40, 1, 512_000),
        ("mastodon", (1080, 1080), 30, 300, 1, 103_809_024),
        ("bluesky", (1080, 1080), 30, 300, 1, 300_000_000),
        ("tumblr-gif", (540, 540), 25, 250, 1, 10_000_000),
        ("slack-emoji", (128, 128), 20, 40, 1, 128_000),
        ("telegram-sticker", (512, 512), 30, 90, 1, 256_000),
        ("whatsapp-sticker", (512, 512), 20, 60, 1, 500_000),
    ],
)
def test_a_square_of_ten_seconds(
    name: str, size: tuple[int, int], fps: int, frames: int, repeat: int, most: int | None
) -> None:
    """What `morph` draws when nothing is said, on every platform."""
    recipe, fitted = resolved(name)

    output = recipe.output
    assert recipe.canvas.size == size
    assert [output.fps, output.frames, output.repeat] == [fps, frames, repeat]
    assert fitted.most_bytes == most
    assert all(override.label == f"--for {name}" for override in fitted.overrides)


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
    if "mp4" in platform.endings.value[0]:
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
    """Its frames stay even in number when its rate changes, or that picture would stand twice."""
    recipe = load_recipe({"morph": {"loop": "ping-pong"}, "output": {"frames": 50, "fps": 30}})

    fitted = fit(platform_named("whatsapp-sticker"), recipe, Wishes((), "x.webp"))

    assert Override("output.frames", 32, "--for whatsapp-sticker") in fitted.overrides


def test_rates_are_raised_and_lowered() -> None:
    """Too slow becomes 30; too fast the most; what is usual for a picture is not exceeded."""
    rates = [
        resolved(name, data={"output": {"frames": 100, "fps": fps}})[0].output.fps
        for name, fps in (
            ("tiktok", 12), ("tiktok", 120), ("tiktok", 24), ("telegram-sticker", 60),
            ("slack-emoji", 10), ("slack-emoji", 50),
        )
    ]  # fmt: skip

    assert rates == [30, 60, 24, 30, 10, 20]


# ------------------------------------------------------------------ what the user said


@pytest.mark.parametrize(
    ("name", "named", "expected"),
    [
        ("instagram-reel", [said("canvas.size", "720x1280")], ((720, 1280), 30, 300, 1)),
        ("instagram-reel", [said("output.fps", 60)], ((1080, 1920), 60, 600, 1)),
        ("instagram-reel", [said("output.seconds", 2)], ((1080, 1920), 30, 60, 2)),
        ("instagram-reel", [said("output.frames", 45)], ((1080, 1920), 30, 45, 2)),
        ("instagram-reel", [said("output.repeat", 4)], ((1080, 1920), 30, 300, 4)),
        ("slack-emoji", [said("canvas.size", "64x64")], ((64, 64), 20, 40, 1)),
        ("slack-emoji", [said("output.frames", 50)], ((128, 128), 20, 50, 1)),
        ("slack-emoji", [said("output.seconds", "2.5")], ((128, 128), 20, 50, 1)),
        ("slack-emoji", [said("output.fps", 25)], ((128, 128), 25, 50, 1)),
        ("x-gif", [said("canvas.size", "1000x1000")], ((1000, 1000), 25, 250, 1)),
        ("x-gif", [said("canvas.size", "1200x1000")], ((1200, 1000), 25, 250, 1)),
        ("x-gif", [said("canvas.size", "1280x1080")], ((1280, 1080), 25, 217, 1)),
        ("x-gif", [said("output.seconds", 14)], ((480, 480), 25, 350, 1)),
        ("telegram-sticker", [said("canvas.size", "512x300")], ((512, 300), 30, 90, 1)),
        ("telegram-sticker", [said("output.fps", 15)], ((512, 512), 15, 45, 1)),
        ("whatsapp-sticker", [said("output.seconds", 10)], ((512, 512), 20, 200, 1)),
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
        ("slack-emoji", said("canvas.size", "256x256"), "--size: .*longer side of at most 128"),
        ("slack-emoji", said("output.frames", 51), "--frames: .*at most 50 frames, given 51"),
        ("slack-emoji", said("output.seconds", 9), "--seconds: .*at most 50 frames, given 180"),
        ("telegram-sticker", said("canvas.size", "300x300"), "longer side of exactly 512"),
        ("telegram-sticker", said("output.fps", 60), "--fps: .*at most 30 frames a second"),
        ("telegram-sticker", said("output.seconds", 4), "--seconds: .*at most 3 seconds, given 4"),
        ("whatsapp-sticker", said("canvas.size", "512x510"), "exactly 512x512, given 512x510"),
        ("discord-sticker", said("canvas.size", "160x160"), "exactly 320x320, given 160x160"),
        ("instagram-feed", said("canvas.size", "1080x1920"), "width of at least 0.8 times"),
        ("instagram-reel", said("output.fps", 12), "--fps: .*at least 23 frames a second"),
        ("instagram-reel", said("output.frames", 90_000), "at most 900 seconds, given 3000"),
        (
            "instagram-reel",
            Override("output", {"frames": 300, "repeat": 99}, "--set output"),
            "--set output: .*at most 900 seconds, given 990",
        ),
        ("tiktok", said("canvas.size", "320x320"), "shorter side of at least 360"),
        ("youtube-short", said("canvas.size", "1080p"), "width of at most 1 times the height"),
        ("x", said("canvas.size", "1080x1080"), "shorter side of at most 1024"),
        ("x-gif", said("output.frames", 351), "--frames: .*at most 350 frames"),
        ("mastodon", said("canvas.size", "8k"), "at most 8,294,400 pixels"),
        ("discord-emoji", Override("canvas", {"size": "1x400"}, "--set canvas"), "--set canvas: "),
    ],
)
def test_what_does_not_fit_is_an_error(name: str, named: Override, words: str) -> None:
    """The option, the platform, its limit, what was given, and who says so, as of when."""
    with pytest.raises(RecipeError, match=words) as refused:
        resolved(name, named)

    assert name in str(refused.value)
    assert re.search(r"\(.*, 20\d\d-\d\d\)$", str(refused.value))


def test_size_and_length_may_be_too_much_together() -> None:
    """Either would do with the other one smaller; both are named, so neither is changed."""
    with pytest.raises(RecipeError, match=r"--frames: .*at most 300,000,000 pixels in all frames"):
        resolved("x-gif", said("canvas.size", "1280x1080"), said("output.frames", 350))


def test_a_number_of_times_that_is_too_few_is_an_error() -> None:
    """`--repeat 2` of a second is no three seconds; `--min-seconds` is only a least."""
    second = {"output": {"frames": 30, "fps": 30}}

    with pytest.raises(RecipeError, match=r"--repeat: .*at least 3 seconds, given 2"):
        resolved("instagram-reel", said("output.repeat", 2), data=second)
    least = said("output.repeat", 2, "--min-seconds")
    assert resolved("instagram-reel", least, data=second)[0].output.repeat == 3


def test_a_file_lasts_as_long_as_was_asked_or_is_refused() -> None:
    """`--min-seconds 5` is no three seconds, nor a loop of so many frames that it is a bit less."""
    second = {"output": {"frames": 12, "fps": 12}}
    of_eight: list[Override] = [said("output.frames", 8)]
    for seconds, times, named in ((5, 5, []), (1000, 1000, []), (3, 5, of_eight)):
        repeat = said("output.repeat", times, "--min-seconds")
        with pytest.raises(
            RecipeError, match=r"--min-seconds: telegram.* at most 3 seconds, given"
        ):
            resolved(
                "telegram-sticker", *named, repeat, data=second, least_seconds=Fraction(seconds)
            )

    repeat = said("output.repeat", 3, "--min-seconds")
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
    repeat = said("output.repeat", math.ceil(seconds * Fraction(fps) / frames), "--min-seconds")

    recipe, _ = resolved(name, repeat, data=data, least_seconds=Fraction(seconds))

    output = recipe.output
    assert [output.frames, output.repeat, output.fps] == list(expected)
    assert output.frames * output.repeat == seconds * output.fps


@pytest.mark.parametrize("output", ["x.mp4", "x.webm", "frames/", "x.png"])
def test_another_kind_of_file_is_an_error(output: str) -> None:
    """An emoji on Slack is a GIF, whatever -o says; the message has the reason."""
    with pytest.raises(RecipeError, match=rf"{output}: slack-emoji takes \.gif \(.*Slack.*20"):
        resolved("slack-emoji", output=output)


def test_the_cap_is_the_smaller_one() -> None:
    """`--max-size` below the platform's stands, above it is an error; bits a second count too."""
    assert resolved("slack-emoji", max_size=64_000)[1].most_bytes == 64_000
    with pytest.raises(RecipeError, match=r"--max-size: .*at most 128,000 bytes, given 128,001"):
        resolved("slack-emoji", max_size=128_001)
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
    for named in (said("output.codec", "hevc"), said("output.depth", 10)):
        with pytest.raises(RecipeError, match=rf"{named.label}: x takes h264, given hevc \(X"):
            resolved("x", named)
    with pytest.raises(RecipeError, match="--codec prores: MP4 is coded as"):
        resolved("x", said("output.codec", "prores"))


def test_sound_is_refused_where_there_is_none() -> None:
    """A video sticker is silent, a reel need not be."""
    with pytest.raises(RecipeError, match=r"--audio: telegram-sticker takes no sound \(core"):
        resolved("telegram-sticker", sound=True)
    resolved("instagram-reel", sound=True)


def test_edit_lists_are_left_out_where_a_platform_asks_for_none() -> None:
    """An MP4 for Instagram has none, and again one when it is drawn for X; a WebM is no MP4."""
    reel, _ = resolved("instagram-reel")
    assert reel.output.edit_list is False
    assert resolved("youtube-short")[0].output.edit_list is False
    assert resolved("youtube-short", output="x.webm")[0].output.edit_list is None
    assert resolved("x", data=reel.to_data())[0].output.edit_list is None
    with pytest.raises(RecipeError, match=r"--set: instagram-feed takes no edit list \(Meta's"):
        resolved("instagram-feed", said("output.edit_list", True, "--set"))
    named = said("output.edit_list", False, "--set")
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
        resolved("instagram-reel", said("output.sound_rate", 160, "--set"))


def test_what_the_platform_demands_is_not_given_up() -> None:
    """For a cap, a sticker keeps its size, a reel its rate; an emoji may become smaller."""
    assert resolved("whatsapp-sticker")[1].keep == ("canvas.size",)
    assert resolved("telegram-sticker")[1].keep == ("canvas.size",)
    assert resolved("instagram-reel")[1].keep == ("output.fps",)
    assert resolved("discord-emoji")[1].keep == ()


# ------------------------------------------------------------------ finished files


def test_a_finished_file_is_looked_at(tmp_path: Path) -> None:
    """What a platform would refuse about a file is told: its kind, size, rate, length, weight."""
    place = tmp_path / "a.gif"
    slack, telegram = platform_named("slack-emoji"), platform_named("telegram-sticker")
    render_video(small(32, 32, output={"frames": 60, "fps": 25}), place)

    (only,) = misfits(slack, place)
    assert re.fullmatch(r"slack-emoji takes at most 50 frames, given 60 \(Slack.*, 2026-03\)", only)
    wrong = " | ".join(misfits(telegram, place))
    for words in (
        "takes .webm, given .gif",
        "takes vp9, given gif",
        "exactly 512 pixels, given 32",
    ):
        assert words in wrong
    assert "seconds" not in wrong
    with pytest.raises(EncodeError, match=r"a\.gif: is finished, and does not fit: telegram"):
        check_posted(telegram, place)

    place.write_bytes(place.read_bytes() + bytes(130_000))
    assert any("takes at most 128,000 bytes" in words for words in misfits(slack, place))


# ------------------------------------------------------------------ the command


@pytest.mark.parametrize(
    ("name", "options", "ending", "facts"),
    [
        ("slack-emoji", "--frames 9", ".gif", (128, 128, 20, 9)),
        ("discord-emoji", "--frames 8", ".gif", (128, 128, 20, 8)),
        ("discord-sticker", "--frames 3", ".gif", (320, 320, 20, 3)),
        ("telegram-sticker", "--frames 3", ".webm", (512, 512, 30, 3)),
        ("whatsapp-sticker", "--frames 3", ".webp", (512, 512, 20, 3)),
        ("instagram-reel", "--size 54x96 --frames 9", ".mp4", (54, 96, 30, 90)),
        ("instagram-feed", "--size 80x100 --seconds 1.5", ".mp4", (80, 100, 30, 90)),
        ("x", "--size 32x32 --frames 5", ".mp4", (32, 32, 30, 15)),
        ("x-gif", "--size 32x32 --frames 5", ".gif", (32, 32, 25, 5)),
        ("bluesky", "--size 32x32 --frames 7 --fps 20", ".mp4", (32, 32, 20, 21)),
    ],
)
def test_files_fit(run: Run, name: str, options: str, ending: str, facts: tuple[int, ...]) -> None:
    """The finished file is what the platform takes, called after it, and said to be so."""
    code, out, err = run("morph", "--seeds", "1", "2", *FAST, "--for", name, *options.split())

    assert (code, out) == (0, f"morph-1-2.{name}{ending}\n"), err
    info = probe(out.strip())
    assert [info.width, info.height, info.fps, info.frames] == list(facts)
    assert misfits(platform_named(name), Path(out.strip())) == []
    assert f"made to fit {name}: {facts[0]}x{facts[1]}, " in err


def test_a_preset_fills_the_shape(run: Run) -> None:
    """A square artwork drawn for a reel is as wide as tall screens are, and not stretched."""
    typed = ("render", "sonar", "--for", "instagram-reel", "--size", "54x96", "--frames", "3")

    code, out, err = run(*typed)

    assert (code, out) == (0, "sonar.instagram-reel.mp4\n"), err
    square = load_recipe("sonar", [said("canvas.size", "54x54")])
    middle = next(decode(out.strip()))[48 - 27 : 48 + 27]
    assert np.abs(middle.astype(int) - render_still(square)).mean() < 8


def test_a_file_keeps_its_name_when_it_is_made_again() -> None:
    """One platform's name stands in a file's name, once."""
    assert posted_name(platform_named("x-gif"), "a.b.instagram-reel.mp4") == "a.b.x-gif.gif"
    assert posted_name(platform_named("x-gif"), "a.x-gif.mp4") == "a.x-gif.gif"
    assert posted_name(platform_named("x-gif"), "a.mp4") == "a.x-gif.gif"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("--for facebook", "--for: unknown platform 'facebook'"),
        ("--for slack-emoji -o x.mp4", "x.mp4: slack-emoji takes .gif"),
        ("--for slack-emoji --size 200x200", "--size: slack-emoji takes"),
        ("--for slack-emoji --max-size 1MB", "--max-size: slack-emoji takes at most 128,000"),
        (
            "--for instagram-reel --seconds 1 --repeat 2",
            "--repeat: instagram-reel takes at least 3",
        ),
        (
            "--for telegram-sticker --min-seconds 5",
            "--min-seconds: telegram-sticker takes at most 3 seconds, given 5",
        ),
        ("--for ../../etc/passwd", "--for: unknown platform"),
        ("--for ''", "--for: unknown platform"),
    ],
)
def test_mistakes_are_named(run: Run, options: str, words: str) -> None:
    """Exit code 2, the reason, and nothing written."""
    code, _, err = run("morph", "--seeds", "1", "2", *FAST, *options.replace("''", "").split(" "))

    assert code == 2
    assert words in err
    assert list(Path().iterdir()) == []


def test_platforms_are_listed(run: Run) -> None:
    """One row each, and all facts about one with their sources."""
    code, out, _ = run("platforms")
    rows = out.splitlines()
    assert code == 0
    assert [row.split()[0] for row in rows[1:]] == NAMES
    assert re.search(r"telegram-sticker +\.webm +longer 512 +to 30 +to 3 +to 256 kB +2026-11", out)

    code, out, _ = run("platforms", "slack-emoji")
    assert code == 0
    assert out.startswith("# slack-emoji: Slack emoji\n")
    assert re.search(r"\nframes +to 50 +Slack's limits.*, 2026-03\n", out)

    code, _, err = run("platforms", "slack")
    assert code == 2
    assert "slack-emoji" in err


def test_preview_shows_the_platforms_shape(run: Run) -> None:
    """A reel's preview is upright."""
    typed = ("--for", "instagram-reel", "--preview", "--seconds", "0.5", "--size", "54x96")

    code, out, err = run("morph", "--seeds", "1", "2", *FAST, *typed)

    assert (code, out) == (0, "morph-1-2.instagram-reel.preview.mp4\n"), err
    assert (probe(out.strip()).width, probe(out.strip()).height) == (54, 96)


def test_rates_are_numbers() -> None:
    """A rate that a platform gives is exact in the recipe."""
    recipe, _ = resolved("telegram-sticker", data={"output": {"frames": 100, "fps": 60}})

    assert recipe.output.fps == Fraction(30)
    assert math.isclose(recipe.output.seconds, 100 / 60, abs_tol=0.02)
