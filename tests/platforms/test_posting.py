"""Finished files as a platform sees them, and what the command line makes for one."""

import re
from pathlib import Path

import numpy as np
import pytest

from cppnvid import EncodeError, probe, render_still, render_video
from cppnvid.cli.outputs import check_posted, posted_name
from cppnvid.encode import decode
from cppnvid.platforms import misfits, platform_named
from cppnvid.presets import load_recipe
from tests.conftest import Run, small
from tests.platforms.helpers import typed

FAST = ["--set", "network.layers=2x4", "--set", "morph.pace=uniform"]


def test_a_finished_file_is_looked_at(tmp_path: Path) -> None:
    """Everything a platform would refuse is listed: kind, size, rate, length, and weight."""
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
    with pytest.raises(EncodeError, match=r"a\.gif: is finished, but does not fit: telegram"):
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
        (
            "discord-sticker",
            "--frames 3 -o morph-1-2.discord-sticker.png",
            ".png",
            (320, 320, 20, 3),
        ),
        ("telegram-sticker", "--frames 3", ".webm", (512, 512, 30, 3)),
        (
            "telegram-emoji",
            "",
            ".webm",
            (100, 100, 30, 90),
        ),
        ("twitch-emote", "", ".gif", (112, 112, 20, 60)),
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
    words = ("render", "sonar", "--for", "instagram-reel", "--size", "54x96", "--frames", "3")

    code, out, err = run(*words)

    assert (code, out) == (0, "sonar.instagram-reel.mp4\n"), err
    square = load_recipe("sonar", [typed("canvas.size", "54x54")])
    middle = next(decode(out.strip()))[48 - 27 : 48 + 27]
    assert np.abs(middle.astype(int) - render_still(square)).mean() < 8


def test_a_file_keeps_its_name_when_it_is_made_again() -> None:
    """A file's name has the name of one platform, once."""
    assert posted_name(platform_named("x-gif"), "a.b.instagram-reel.mp4") == "a.b.x-gif.gif"
    assert posted_name(platform_named("x-gif"), "a.x-gif.mp4") == "a.x-gif.gif"
    assert posted_name(platform_named("x-gif"), "a.mp4") == "a.x-gif.gif"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("--for facebook", "unknown platform 'facebook'"),
        ("--for slack-emoji -o x.mp4", "slack-emoji takes .gif"),
        ("--for slack-emoji --size 200x200", "slack-emoji takes"),
        ("--for slack-emoji --max-size 1MB", "slack-emoji takes at most 128,000"),
        (
            "--for instagram-reel --seconds 1 --repeat 2",
            "instagram-reel takes at least 3",
        ),
        (
            "--for telegram-sticker --min-seconds 5",
            "telegram-sticker takes at most 3 seconds, given 5",
        ),
        ("--for ../../etc/passwd", "unknown platform"),
        ("--for ''", "unknown platform"),
    ],
)
def test_mistakes_are_named(run: Run, options: str, words: str) -> None:
    """Exit code 2, the reason, and nothing written."""
    code, _, err = run("morph", "--seeds", "1", "2", *FAST, *options.replace("''", "").split(" "))

    assert code == 2
    assert words in err
    assert list(Path().iterdir()) == []


def test_preview_shows_the_platforms_shape(run: Run) -> None:
    """A reel's preview is upright."""
    words = ("--for", "instagram-reel", "--preview", "--seconds", "0.5", "--size", "54x96")

    code, out, err = run("morph", "--seeds", "1", "2", *FAST, *words)

    assert (code, out) == (0, "morph-1-2.instagram-reel.preview.html\n"), err
    assert (probe(out.strip()).width, probe(out.strip()).height) == (54, 96)
