"""Sound under a film: its length, its place in time, and pictures that do not know of it."""

import re
import struct
import tempfile
import threading
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import IO, Any

import numpy as np
import pytest
from numpy.typing import NDArray

from cppnvid.encode import encoder as encoder_module, probe, read_recipe
from cppnvid.encode.ffmpeg import capture, run
from cppnvid.encode.sound import RATE, check_track, fitted_sound, open_raw
from cppnvid.errors import EncodeError, RecipeError
from tests.encode.helpers import RECIPE, encode_rings, names, open_file, waves
from tests.helpers import clicks, heard, packets, starts, write_wav
from tests.processes import ffmpegs

KINDS = [".mp4", ".webm", ".mov"]


@pytest.fixture(autouse=True)
def _no_process_left() -> Iterator[None]:
    """Every test here ends with no child process of ours, and no thread feeding one."""
    yield
    assert ffmpegs() == []
    assert all(thread.name != "cppnvid-encode" for thread in threading.enumerate())


def fitted(track: Path, seconds: Fraction, *, loops: bool = True) -> NDArray[np.float32]:
    """Return the left channel of what a track becomes as a film's sound."""
    with tempfile.TemporaryFile() as raw:
        fitted_sound(track, raw, seconds=seconds, loops=loops)
        return np.array(open_raw(raw))[:, 0]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("frames", "fps"), [(45, Fraction(30)), (130, Fraction(30000, 1001))])
def test_sound_is_as_long_as_the_film_and_in_step(
    tmp_path: Path, kind: str, frames: int, fps: Fraction
) -> None:
    """To the sample in length, to a millisecond in time; pictures and facts as without."""
    track = write_wav(tmp_path / "track.wav", clicks(8, 0.5))
    silent = encode_rings(tmp_path / f"silent{kind}", frames=frames, fps=fps)

    path = encode_rings(tmp_path / f"loud{kind}", frames=frames, fps=fps, sound=track)

    samples = heard(path)
    assert len(samples) == round(frames / fps * RATE)
    expected = np.arange(0.25, float(frames / fps) - 0.02, 0.5)
    assert np.allclose(starts(samples), expected, rtol=0, atol=0.001)
    assert packets(path) == packets(silent)
    facts = probe(path)
    assert (facts.frames, facts.fps) == (frames, fps)
    assert facts.sound == ("opus" if kind == ".webm" else "aac")
    assert probe(silent).sound == ""
    assert read_recipe(path) == RECIPE
    assert names(tmp_path) == {"track.wav", path.name, silent.name}


def test_a_repeated_film_has_sound_to_its_end(tmp_path: Path) -> None:
    """Three turns of half a second have the track's first second and a half, and no gap."""
    track = write_wav(tmp_path / "track.wav", clicks(8, 0.5))

    path = encode_rings(tmp_path / "a.mp4", frames=15, repeat=3, sound=track)

    assert probe(path).frames == 45
    assert len(heard(path)) == 1.5 * RATE
    assert np.allclose(starts(heard(path)), [0.25, 0.75, 1.25], rtol=0, atol=0.001)


def test_an_mp4_with_sound_starts_playing_at_once(tmp_path: Path) -> None:
    """The index stands first, sound of 48 kHz in two channels, all of it the film's length."""
    track = write_wav(tmp_path / "track.wav", clicks(1, 0.5)[::2], rate=24_000)

    path = encode_rings(tmp_path / "a.mp4", frames=31, sound=track)

    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    _, said = capture(path, "mov", ["-map", "0:a", "-t", "0", "-f", "null", "-"], limit=10)
    assert re.search(r"Audio: aac \(LC\).*48000 Hz, stereo", said)
    assert "Duration: 00:00:01.03, start: 0.000000" in said


@pytest.mark.parametrize(("frames", "repeat"), [(47, 1), (13, 3)])
def test_a_webm_with_sound_lasts_no_longer_than_its_pictures(
    tmp_path: Path, frames: int, repeat: int
) -> None:
    """Its last packet of sound does; what the file itself says of its length is what is seen."""
    track = write_wav(tmp_path / "track.wav", clicks(2, 0.5))

    path = encode_rings(tmp_path / "a.webm", frames=frames, repeat=repeat, sound=track)

    data = path.read_bytes()
    place = data.index(b"\x44\x89\x88") + 3
    (lasts,) = struct.unpack(">d", data[place : place + 8])
    assert lasts == pytest.approx(frames * repeat / 30 * 1000, abs=0.001)
    assert len(heard(path)) == frames * repeat * RATE // 30
    assert read_recipe(path) == RECIPE


def test_an_mp4_without_edit_list_is_late_and_not_too_long(tmp_path: Path) -> None:
    """As platforms may ask: AAC's silence is heard then, and taken off the sound's end."""
    track = write_wav(tmp_path / "track.wav", clicks(2, 0.5))

    path = encode_rings(tmp_path / "a.mp4", frames=45, sound=track, edit_list=False)

    assert b"elst" not in path.read_bytes()
    late = np.array([0.25, 0.75, 1.25]) + 1024 / RATE
    assert np.allclose(starts(heard(path)), late, rtol=0, atol=0.001)
    assert len(heard(path)) == 1.5 * RATE


@pytest.mark.parametrize("edit_list", [True, False])
def test_sound_stands_still_from_film_to_film(tmp_path: Path, edit_list: bool) -> None:
    """Drawn again from itself, twice and in another format, a film has it where it was."""
    track = write_wav(tmp_path / "track.wav", clicks(1, 0.5))
    options: dict[str, Any] = {"recipe": '{"cppnvid": "1", "recipe": {}}', "edit_list": edit_list}
    first = encode_rings(tmp_path / "a.mp4", sound=track, **options)

    again = encode_rings(tmp_path / "b.mp4", sound=first, **options)
    thrice = encode_rings(tmp_path / "c.mp4", sound=again, **options)
    other = encode_rings(tmp_path / "d.webm", sound=thrice, **options)
    exact = encode_rings(tmp_path / "e.mp4", sound=other, recipe=RECIPE)

    assert np.allclose(starts(heard(again)), starts(heard(first)), rtol=0, atol=0.001)
    assert np.allclose(starts(heard(thrice)), starts(heard(first)), rtol=0, atol=0.001)
    for path in (other, exact):
        assert np.allclose(starts(heard(path)), [0.25, 0.75], rtol=0, atol=0.001)


def test_a_short_track_repeats_at_its_own_length(tmp_path: Path) -> None:
    """Its bursts come again every 0.7 s, to the sample, and its loudness is kept."""
    track = write_wav(tmp_path / "track.wav", clicks(0.7, 1))

    samples = fitted(track, Fraction(3))

    assert len(samples) == 3 * RATE
    found = np.array(starts(samples))
    assert np.allclose(found, found[0] + np.arange(4) * 0.7, atol=1e-9)
    assert 0.6 < np.abs(samples).max() < 0.8


def test_nothing_clicks_at_ends_and_where_a_track_starts_again(tmp_path: Path) -> None:
    """A steady tone that is cut anywhere never jumps by more than it does by itself."""
    tone = 0.5 * np.sin(np.arange(round(0.777 * RATE)) * 2 * np.pi * 200 / RATE + 1)
    track = write_wav(tmp_path / "track.wav", tone)

    for seconds in (Fraction(1, 2), Fraction(2)):
        for loops in (True, False):
            samples = fitted(track, seconds, loops=loops)
            jumps = np.abs(np.diff(np.concatenate([[0.0], samples, [0.0]])))
            assert jumps.max() < 0.5 * 2 * np.pi * 200 / RATE * 1.05
            assert np.abs(samples).max() > 0.49
            ending = np.abs(samples[-RATE // 50 :]).max()
            assert ending > 0.45 if loops else ending < 0.25


def test_numbers_that_are_none_are_silence(tmp_path: Path) -> None:
    """A file of floats may hold infinities; what comes out are numbers from -1 to 1."""
    samples = np.tile(np.array([0.5, np.nan, np.inf, -9.0], "<f4"), RATE // 4)
    raw = tmp_path / "a.raw"
    raw.write_bytes(samples.tobytes())
    # Past ffmpeg's own filters, which would take them out.
    head = b"RIFF\xff\xff\xff\x7fWAVEfmt " + np.array([16], "<u4").tobytes()
    head += np.array([3, 1], "<u2").tobytes() + np.array([RATE, RATE * 4], "<u4").tobytes()
    head += np.array([4, 32], "<u2").tobytes() + b"data" + np.array([4 * RATE], "<u4").tobytes()
    track = tmp_path / "track.wav"
    track.write_bytes(head + raw.read_bytes())

    sound = fitted(track, Fraction(1))

    assert np.isfinite(sound).all()
    assert np.allclose(sound[RATE // 2 : RATE // 2 + 4], [0.5, 0.0, 1.0, -1.0])


def test_a_long_track_is_read_no_further_than_needed(tmp_path: Path) -> None:
    """What a film of a second makes of a minute's track is a second long, before it is cut."""
    track = write_wav(tmp_path / "track.wav", np.zeros(60 * RATE))
    place = tmp_path / "a.f32"

    with place.open("w+b") as raw:
        fitted_sound(track, raw, seconds=Fraction(1), loops=True)

    assert place.stat().st_size == 8 * RATE


def test_files_without_sound_are_refused(tmp_path: Path) -> None:
    """A silent film, an empty recording, one of a millisecond, a playlist: each is told apart."""
    silent = encode_rings(tmp_path / "silent.mp4", frames=2)
    with pytest.raises(RecipeError, match=r"silent\.mp4: holds no sound"):
        check_track(silent)
    with pytest.raises(RecipeError, match=r"empty\.wav: its sound is empty"):
        check_track(write_wav(tmp_path / "empty.wav", np.zeros(0)))
    with pytest.raises(RecipeError, match=r"blip\.wav: its sound lasts 0\.001 s"):
        check_track(write_wav(tmp_path / "blip.wav", np.zeros(48)))
    write_wav(tmp_path / "private.wav", clicks(1, 0.5))
    playlist = tmp_path / "list.wav"
    playlist.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nprivate.wav\n#EXT-X-ENDLIST")
    with pytest.raises(RecipeError, match=r"list\.wav: (is a list|ffmpeg cannot read)"):
        check_track(playlist)


@pytest.mark.parametrize("kind", KINDS)
def test_a_film_of_a_few_frames_is_drawn_again_with_its_sound(tmp_path: Path, kind: str) -> None:
    """Two frames last less than the tenth of a second that a track needs to be repeated."""
    track = write_wav(tmp_path / "track.wav", clicks(1, 2, first=0.02))
    first = encode_rings(tmp_path / f"a{kind}", frames=2, sound=track)

    again = encode_rings(tmp_path / f"b{kind}", frames=2, sound=first)

    assert len(heard(again)) == RATE * 2 // 30
    assert np.allclose(starts(heard(again)), [0.02], rtol=0, atol=0.001)
    with pytest.raises(RecipeError, match=r"its sound lasts 0\.067 s; a track needs a tenth"):
        encode_rings(tmp_path / f"c{kind}", frames=30, sound=first)


def test_any_film_gives_its_sound(tmp_path: Path) -> None:
    """An MP3 and a film with sound do as well as a WAV, and begin where they begin."""
    track = write_wav(tmp_path / "track.wav", clicks(2, 0.5))
    for name in ("a.mp3", "a.flac", "a.m4a", "a.ogg"):
        run(["-i", str(track), str(tmp_path / name)])
        found = starts(fitted(tmp_path / name, Fraction(2)))
        assert np.allclose(found, np.arange(0.25, 2, 0.5), atol=0.002), name


def late_film(path: Path, track: Path, *coding: str, late: str = "0.5") -> Path:
    """Write a film of 3 s whose sound begins `late` seconds after its pictures."""
    pictures = ["-f", "lavfi", "-i", "testsrc=size=32x32:rate=30:duration=3"]
    sound = ["-itsoffset", late, "-i", str(track), "-map", "0:v", "-map", "1:a"]
    run(["-y", *pictures, *sound, *coding, str(path)])
    return path


@pytest.mark.parametrize("late", ["0.05", "0.08", "0.5"])
@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("a.mp4", "aac"), ("a.mov", "aac"), ("a.webm", "libopus"), ("a.mkv", "pcm_s16le"),
        ("a.flv", "aac"), ("a.ts", "aac"), ("a.mpg", "mp2"),
    ],
)  # fmt: skip
def test_sound_that_begins_late_is_heard_at_its_time(
    tmp_path: Path, name: str, codec: str, late: str
) -> None:
    """Its delay is silence, in the probe's tenth of a second and after it."""
    track = write_wav(tmp_path / "track.wav", clicks(2, 0.5))
    film = late_film(tmp_path / name, track, "-c:a", codec, late=late)
    # What has no edit list keeps its coder's own delay, 10 ms, where the pictures begin later.
    own = 0.011 if name == "a.mpg" else 0.002

    check_track(film)

    expected = np.arange(0.25, 2, 0.5) + float(late)
    assert np.allclose(starts(fitted(film, Fraction(2)))[:3], expected[:3], rtol=0, atol=own)


@pytest.mark.parametrize("name", ["a.mp4", "a.webm", "a.ts"])
def test_a_gap_in_a_files_sound_is_silence(tmp_path: Path, name: str) -> None:
    """What comes after lost packets is heard when it was, not sooner."""
    track = write_wav(tmp_path / "track.wav", clicks(2, 0.5))
    lost = ["-bsf:a", "noise=drop='between(pts*tb,0.6,1.4)'"]
    film = late_film(tmp_path / name, track, *lost, late="0")

    found = starts(fitted(film, Fraction(2)))

    own = 0.022 if name == "a.ts" else 0.002  # AAC's delay, without an edit list
    assert np.allclose(found, [0.25, 1.75], rtol=0, atol=own)


def test_sound_that_begins_after_the_film_is_silence(tmp_path: Path) -> None:
    """Ten hours late: the film stays silent, and the silence of hours is not held in memory."""
    track = write_wav(tmp_path / "track.wav", clicks(1, 0.5))
    film = late_film(tmp_path / "a.mkv", track, "-c:a", "pcm_s16le", late="36000")

    check_track(film)

    assert not fitted(film, Fraction(1)).any()


@pytest.mark.parametrize("name", ["a.wma", "a.wmv"])
@pytest.mark.parametrize("codec", ["wmav1", "wmav2"])
def test_windows_media_is_read(tmp_path: Path, name: str, codec: str) -> None:
    """Its first sound comes 86 ms after its start: the probe waits for it."""
    track = write_wav(tmp_path / "track.wav", clicks(2, 0.5))
    if name == "a.wma":
        run(["-i", str(track), "-c:a", codec, str(tmp_path / name)])
    else:
        late_film(tmp_path / name, track, "-c:a", codec, late="0")

    check_track(tmp_path / name)

    # The coder's own delay of 43 ms is in the file, and no player leaves it out.
    expected = np.arange(0.25, 2, 0.5) + 2048 / RATE
    found = starts(fitted(tmp_path / name, Fraction(2)))
    assert np.allclose(found, expected, rtol=0, atol=0.002)


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.m4a", "a.opus"])
@pytest.mark.parametrize("channels", [1, 2])
def test_a_track_is_as_loud_as_it_was(tmp_path: Path, name: str, channels: int) -> None:
    """Of one channel or two, each speaker plays it at its own level."""
    tone = 0.5 * np.sin(np.arange(RATE) * 2 * np.pi * 400 / RATE)
    track = write_wav(tmp_path / "track.wav", np.repeat(tone[:, None], channels, axis=1))
    run(["-y", "-i", str(track), str(tmp_path / name)])

    sound = fitted(tmp_path / name, Fraction(1))[RATE // 4 : -RATE // 4]

    assert np.sqrt((sound**2).mean()) == pytest.approx(0.5 / np.sqrt(2), rel=0.01)


def test_the_channel_for_effects_is_heard(tmp_path: Path) -> None:
    """A kick that 5.1 has nowhere else is as loud as one in its centre."""
    tone = 0.5 * np.sin(np.arange(RATE) * 2 * np.pi * 50 / RATE)
    loudness = []
    for channel in (2, 3):
        six = np.zeros((RATE, 6))
        six[:, channel] = tone
        sound = fitted(write_wav(tmp_path / "track.wav", six), Fraction(1))
        loudness.append(float(np.sqrt((sound**2).mean())))

    assert loudness[0] == pytest.approx(0.25, rel=0.01)
    assert loudness[1] == pytest.approx(loudness[0], rel=0.01)


def test_a_damaged_track_is_told_before_a_frame_is_taken(tmp_path: Path) -> None:
    """The block of the encoder is not entered, and nothing is left behind."""
    track = tmp_path / "track.wav"
    track.write_bytes(b"RIFF")
    good = write_wav(tmp_path / "good.wav", clicks(1, 0.5))
    # Good when the film is opened, and bad after that.
    film = open_file(tmp_path / "a.mp4", width=48, fps=Fraction(30), frames=3, sound=good)
    good.write_bytes(track.read_bytes())

    with pytest.raises(RecipeError, match=r"good\.wav"), film:
        raise AssertionError("the block was entered")

    assert names(tmp_path) == {"track.wav", "good.wav"}


def test_a_failed_film_with_sound_leaves_nothing(tmp_path: Path) -> None:
    """Neither the decoded sound nor a segment stays beside the film that was not finished."""
    track = write_wav(tmp_path / "track.wav", clicks(1, 0.5))
    film = open_file(
        tmp_path / "a.mp4", width=48, height=48, fps=Fraction(30), frames=9, sound=track
    )

    def interrupted() -> None:
        with film:
            film.write(waves(3, 48))
            assert len(names(tmp_path)) == 3
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()

    assert names(tmp_path) == {"track.wav"}


def test_a_film_whose_sound_is_cut_short_is_not_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The finished file's sound is measured, not believed."""
    track = write_wav(tmp_path / "track.wav", clicks(2, 0.5))

    def halved(track: Path, raw: IO[bytes], *, seconds: Fraction, **options: Any) -> None:
        fitted_sound(track, raw, seconds=seconds / 2, **options)

    monkeypatch.setattr(encoder_module, "fitted_sound", halved)

    with pytest.raises(EncodeError, match=r"holds 0\.\d+ s instead of 1\.000 s of sound"):
        encode_rings(tmp_path / "a.mp4", sound=track)
    assert names(tmp_path) == {"track.wav"}
