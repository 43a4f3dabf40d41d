"""Films that move to a sound: what is heard when, what it moves, and what rides in the file."""

import base64
import json
import re
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from cppnvid.animation.scene import Scene
from cppnvid.audio.features import _listened, curves_of, heard
from cppnvid.cli import main
from cppnvid.encode import RATE, decode, probe, read_recipe
from cppnvid.errors import RecipeError
from cppnvid.film.pacing import build_scene, even_pace
from cppnvid.film.run import Run
from cppnvid.presets import Override, Source, load_recipe, parse, read_source, recipe_text, sources
from cppnvid.recipe import BANDS, Reaction, Recipe, Sound
from cppnvid.render import render_frames
from tests.conftest import small
from tests.helpers import clicks, driven, heard as sound_in, packets, starts, write_wav


def stereo(samples: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
    """Return one channel as two; two stay as they are."""
    if samples.ndim == 2:
        return samples.astype(np.float32)
    return np.repeat(samples[:, None], 2, axis=1).astype(np.float32)


def curve(
    samples: NDArray[np.floating[Any]], *, fps: float = 30, loops: bool = True, **reaction: Any
) -> NDArray[np.float64]:
    """Return what a reaction hears in samples at every frame."""
    return curves(samples, [reaction], fps=fps, loops=loops)[0]


def curves(
    samples: NDArray[np.floating[Any]],
    reactions: list[dict[str, Any]],
    *,
    fps: float = 30,
    loops: bool = True,
) -> list[NDArray[np.float64]]:
    """Return what each reaction hears, from one spectrum of the samples."""
    entries = [
        Reaction.model_validate({"drives": "camera.zoom", "amount": 1, **reaction})
        for reaction in reactions
    ]
    frames = round(len(samples) / RATE * fps)
    return list(curves_of(stereo(samples), entries, frames=frames, fps=Fraction(fps), loops=loops))


def tone(pitch: float, seconds: float) -> NDArray[np.float64]:
    """Return a sine of half of full scale."""
    return 0.5 * np.sin(2 * np.pi * pitch * np.arange(round(seconds * RATE)) / RATE)


# ------------------------------------------------------------------ what is heard


@pytest.mark.parametrize("fps", [24, 30, 60])
@pytest.mark.parametrize("loops", [True, False])
@pytest.mark.parametrize("band", ["mids", "all"])
def test_an_onset_peaks_at_its_own_frame(fps: int, loops: bool, band: str) -> None:
    """Clicks at uneven times, with a little noise: one peak each, at the nearest frame or next."""
    samples = clicks(3.7, 0.37, first=0.2)
    samples += np.random.default_rng(0).normal(size=len(samples)) * 0.002
    expected = np.arange(0.2, 3.7 - 0.011, 0.37) * fps

    values = curve(samples, fps=fps, loops=loops, band=band, feature="onset")

    before = np.roll(values, 1) if loops else np.concatenate([[0.0], values[:-1]])
    peaks = np.flatnonzero((values > before + 0.2) & (values > 0.3))
    assert len(peaks) == len(expected)
    assert np.abs(peaks - expected).max() <= 1.0


def test_an_onset_dies_away_in_the_time_asked_for() -> None:
    """After `smooth` seconds 1/e of it is left, and it never rises again."""
    samples = clicks(2, 5, first=0.5)

    values = curve(samples, fps=50, feature="onset", smooth=0.2)

    peak = int(values.argmax())
    assert values[peak + 10] == pytest.approx(values[peak] / np.e, rel=1e-6)
    assert np.all(np.diff(values[peak:]) <= 0)


@pytest.mark.parametrize("smooth", [0.0, 0.1, 0.3])
def test_loudness_does_not_lag(smooth: float) -> None:
    """A tone that swells and falls evenly: the curve's middle is the swell's, to the frame."""
    swell = 0.5 - 0.5 * np.cos(np.arange(4 * RATE) / RATE * 2 * np.pi)  # once a second
    samples = tone(800, 4) * (0.02 + 0.98 * swell)

    values = curve(samples, fps=50, band="mids", smooth=smooth)

    shifts = range(-10, 11)
    even = [
        float(np.roll(values, shift) @ np.cos(np.arange(200) / 50 * 2 * np.pi)) for shift in shifts
    ]
    assert shifts[int(np.argmin(even))] == 0
    assert values[25] > 0.8
    assert values[50] < 0.35


def test_bands_hear_their_own_pitches() -> None:
    """Four tones in turn: each band is loud in its own quarter and quiet in the others."""
    bands = {"bass": 80, "low-mids": 250, "mids": 1000, "highs": 6000}
    samples = np.concatenate([tone(pitch, 1) for pitch in bands.values()])

    for quarter, band in enumerate(bands):
        values = curve(samples, band=band, smooth=0.0).reshape(4, 30)[:, 5:25]
        assert values[quarter].min() > 0.9, band
        assert np.delete(values, quarter, axis=0).max() < 0.3, band


def test_what_does_not_change_moves_nothing() -> None:
    """Silence is 0 throughout; a steady tone or noise has no onsets, and the tone no tremor."""
    silence = np.zeros(3 * RATE)
    noise = np.random.default_rng(1).normal(size=3 * RATE) * 0.1

    for feature in ("loudness", "onset"):
        assert not curve(silence, feature=feature).any()
    for band in ("bass", "mids", "all"):
        assert not curve(noise, band=band, feature="onset").any(), band
    assert not curve(tone(440, 3), feature="onset").any()
    assert np.ptp(curve(tone(440, 3), band="mids")) < 0.01


@pytest.mark.parametrize("seconds", [10, 60])
@pytest.mark.parametrize("noise", [0.0, 0.001, 0.01])
def test_a_rare_sound_is_loud_and_silence_is_not(seconds: int, noise: float) -> None:
    """One hit of a tenth of a second, in silence or in noise, is all that is heard."""
    samples = np.random.default_rng(0).normal(size=seconds * RATE) * noise
    samples[5 * RATE : 5 * RATE + RATE // 10] += 1.6 * tone(1000, 0.1)

    asked = [
        ({"band": band, "feature": feature, "smooth": 0.05}, at)
        for band in ("mids", "all")
        for feature, at in (("loudness", 151), ("onset", 150))
    ]
    heard_ = curves(samples, [reaction for reaction, _ in asked])
    for (_, at), values in zip(asked, heard_, strict=True):
        assert abs(int(values.argmax()) - at) <= 1
        assert values.max() > 0.9
        assert np.median(values) < 0.05
        assert np.delete(values, slice(145, 165)).max() < 0.2


def test_faint_onsets_beside_a_rare_strong_one_are_faint() -> None:
    """A blow in a minute of ticks a thirtieth as high: the ticks stay under a half."""
    samples = 0.03 * clicks(60, 2.0)
    samples[5 * RATE : 5 * RATE + RATE // 10] += 1.6 * tone(1000, 0.1)

    values = curve(samples, band="mids", feature="onset", smooth=0.05)

    assert values[150] == 1.0
    assert np.delete(values, slice(145, 165)).max() < 0.5


def test_a_band_of_bleed_alone_stays_still() -> None:
    """What is 70 dB below the track is no bass, however much it changes."""
    swell = np.concatenate([np.zeros(2 * RATE), tone(80, 2)]) * 1e-4
    samples = tone(2000, 4) + swell

    assert not curve(samples, band="bass").any()
    assert curve(swell * 1e3, band="bass").max() > 0.9


@pytest.mark.parametrize("feature", ["loudness", "onset"])
def test_opposed_channels_are_heard_as_equal_ones(feature: str) -> None:
    """Their energies are added, as a listener's two ears do; so are those of one side alone."""
    samples = clicks(2, 0.5) + tone(300, 2) * np.linspace(0, 0.1, 2 * RATE)
    equal = curve(samples, feature=feature)
    silent = np.zeros(2 * RATE)

    opposed = curve(np.stack([samples, -samples], axis=1), feature=feature)
    left = curve(np.stack([samples, silent], axis=1), feature=feature)

    assert equal.max() > 0.5
    assert np.allclose(opposed, equal, atol=1e-9)
    assert np.allclose(left, equal, atol=0.15)


@pytest.mark.parametrize("pitch", [0.0, 5.0, 10.0, 15.0])
@pytest.mark.parametrize("loops", [True, False])
def test_what_is_too_low_to_hear_is_no_bass(pitch: float, loops: bool) -> None:
    """An offset or rumble, alone or beside a tone, moves nothing, and leaves a kick as it is."""
    times = np.arange(4 * RATE) / RATE
    rumble = 0.3 * np.cos(2 * np.pi * pitch * times)
    kick = 0.4 * np.sin(2 * np.pi * 60 * times) * np.exp(-(times % 0.5) / 0.06)

    for feature in ("loudness", "onset"):
        for samples in (rumble, rumble + 0.4 * tone(1000, 4)):
            heard_ = curve(samples, band="bass", feature=feature, smooth=0.0, loops=loops)
            inside = heard_ if loops else heard_[3:-3]  # a tone cut off is heard
            assert inside.max() < 0.05
        plain, with_rumble = (
            curve(samples, band="bass", feature=feature, smooth=0.0, loops=loops)
            for samples in (kick, kick + rumble)
        )
        assert np.abs(plain - with_rumble)[3:-3].max() < 0.1


def test_a_loop_is_heard_as_a_loop() -> None:
    """A track that begins elsewhere in its round gives the same curves, begun elsewhere."""
    samples = clicks(2, 0.37) + tone(100, 2) * np.linspace(0, 1, 2 * RATE)

    for feature in ("loudness", "onset"):
        values = curve(samples, fps=25, feature=feature)
        later = curve(np.roll(samples, RATE), fps=25, feature=feature)
        assert np.allclose(np.roll(values, 25), later, atol=1e-6), feature


def test_the_same_track_is_heard_the_same_every_time(tmp_path: Path) -> None:
    """Two listenings give equal recipes, to the byte, with the file's name and sha256."""
    track = write_wav(tmp_path / "track.wav", clicks(1, 0.3))
    recipe = load_recipe(Source({"sound": {"react": "default"}, "output": {"frames": 30}}))

    first = heard(recipe, track)
    _listened.cache_clear()
    again = heard(recipe, track)

    assert recipe_text(first) == recipe_text(again)
    assert first.sound.file is not None
    assert first.sound.file.name == "track.wav"
    assert len(first.sound.file.sha256 or "") == 64
    assert [len(reaction.curve or b"") for reaction in first.sound.react] == [60, 60, 60]


# ------------------------------------------------------------------ what it moves


def test_numbers_follow_their_curves() -> None:
    """Zoom is multiplied, hue and a warp's angle added to, contrast stays in its range."""
    values = np.array([0.0, 1.0, 0.5, 0.0, 0.25, 0.0])
    times = np.arange(6) / 6
    warps = {"scale": 1.0, "warps": [{"kind": "swirl", "angle": 90.0}]}

    zoom = Scene.of(driven(values, "camera.zoom", 0.5))
    hue = Scene.of(driven(values, "palette.hue", 40, palette={"hue": 10.0}))
    swirl = Scene.of(driven(values, "camera.warps.0.angle", 20, camera=warps))
    contrast = Scene.of(driven(values, "palette.contrast", 19, palette={"contrast": 4.0}))

    scales = [zoom.at(0.0).view.scale / zoom.at(t).view.scale for t in times]
    assert np.allclose(scales, 1.5**values, atol=1e-4)
    assert np.allclose(
        [hue.at(t).colouring.hue for t in times], np.radians(10 + 40 * values), atol=1e-4
    )
    angles = [swirl.at(t).view.warps[0].numbers["angle"] for t in times]
    assert np.allclose(angles, np.radians(90 + 20 * values), atol=1e-4)
    assert contrast.at(1 / 6).colouring.contrast == 20.0
    assert contrast.at(0.0).colouring.contrast == 4.0


def test_a_frame_before_an_onset_feels_none_of_it() -> None:
    """Whatever rounding makes of a frame's time, its curve is the curve at that frame, exactly."""
    for frames in (49, 98, 103, 107):  # k / n · n is not k for some
        values = np.arange(frames, dtype=np.float64) % 2
        scene = Scene.of(driven(values, "palette.hue", 90, output={"frames": frames, "fps": 30}))
        hues = [scene.at(frame / frames).colouring.hue for frame in range(frames)]
        assert len(set(hues)) == 2


def test_a_driven_zoom_goes_by_even_ratios_between_its_keys() -> None:
    """As an undriven one does: half way from 1 to 4 it is 2, when the sound is silent."""
    zoom = {"keys": [[0, 1], [0.5, 4]], "easing": "linear"}
    scene = Scene.of(driven(np.zeros(4), "camera.zoom", 1, camera={"zoom": zoom}))

    assert scene.at(0.25).view.scale == pytest.approx(scene.at(0.0).view.scale / 2)


def test_keyframes_stay_under_the_push() -> None:
    """In a ping-pong keyframes run back, and the sound runs on."""
    values = np.array([0.0, 0.0, 0.0, 0.0, 1.0, 0.0])
    track = {"keys": [[0, 0], [1, 90]], "easing": "linear"}

    scene = Scene.of(
        driven(values, "camera.rotate", 30, camera={"rotate": track}, morph={"loop": "ping-pong"})
    )

    angles = np.degrees([scene.at(k / 6).view.angle for k in range(6)])
    assert np.allclose(angles, [0, 30, 60, 90, 60 + 30, 30], atol=1e-3)


def test_z_is_pushed_in_one_direction() -> None:
    """Half the curve moves the first layer's bias half as far, and nothing else."""
    still = driven(np.zeros(4), "z", 1.0, morph={"of": "z", "seeds": [1], "path": "orbit"})
    pushed = driven(
        np.array([0.5, 0.5, 1.0, 1.0]), "z", 1.0,
        morph={"of": "z", "seeds": [1], "path": "orbit"},
    )  # fmt: skip

    base, moved = Scene.of(still), Scene.of(pushed)

    half = moved.at(0.0).layers[0].bias - base.at(0.0).layers[0].bias
    whole = moved.at(0.5).layers[0].bias - base.at(0.5).layers[0].bias
    assert np.abs(whole).max() > 0.01
    assert np.allclose(2 * half, whole, rtol=1e-3)
    assert np.array_equal(moved.at(0.5).layers[1].bias, base.at(0.5).layers[1].bias)


def bend(scene: Scene, times: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far the path goes from each time to the next."""
    places = [scene.at(float(time)).layers[1].bias for time in times]
    return np.array([np.abs(b - a).mean() for a, b in pairwise(places)])


@pytest.mark.parametrize("loop", ["closed", "open"])
def test_speed_hurries_where_it_is_loud_and_arrives_in_time(loop: str) -> None:
    """Three times as fast in the loud half; start and end are those of the undriven film."""
    frames = 120
    values = np.where(np.arange(frames) % frames < frames // 2, 0.0, 1.0)
    morph: dict[str, object] = {"loop": loop, "path": "linear", "seeds": [1, 2]}
    recipe = driven(values, "morph.speed", 2.0, morph=morph)

    scene, plain = Scene.of(recipe), Scene.of(small(morph=morph, output={"frames": frames}))

    times = np.array([0.1, 0.11, 0.12])
    steps = bend(scene, times) / bend(plain, times)
    assert np.allclose(steps, 0.5, rtol=0.05)  # the mean speed is twice the slow one
    for time in (0.0, 1.0):
        assert np.allclose(scene.at(time).layers[0].bias, plain.at(time).layers[0].bias, atol=1e-6)


def test_pace_is_measured_without_the_sound() -> None:
    """What reacts comes on top: the even pace is the one of the silent film."""
    silent = small(morph={"pace": "even"}, network={"layers": "1x4"})
    hurried = np.array([0.0, 0.0, 0.0, 1.0, 1.0, 1.0])
    loud = driven(
        hurried, "morph.speed", 3.0, morph={"pace": "even"}, network={"layers": "1x4"}
    )  # fmt: skip

    one, other = (even_pace(Scene.of(recipe), recipe) for recipe in (silent, loud))
    assert np.array_equal(one.ends, other.ends)


def test_curves_lie_over_seconds() -> None:
    """At another rate the same moments are felt; a longer film hears the track again."""
    values = np.array([0.0, 1.0, 0.0, 0.0, 0.5, 0.0])
    recipe = driven(values, "palette.hue", 90)
    faster = load_recipe(Source(recipe.to_data()), [Override("output.fps", 60)])
    longer = load_recipe(Source(recipe.to_data()), [Override("output.frames", 12)])

    assert faster.output.frames == 12
    hues = [Scene.of(faster).at(k / 12).colouring.hue for k in range(12)]
    assert np.allclose(np.degrees(hues)[::2], 90 * values, atol=1e-2)
    assert np.allclose(np.degrees(hues)[1], 45, atol=1e-2)
    again = [Scene.of(longer).at(k / 12).colouring.hue for k in range(12)]
    assert np.allclose(np.degrees(again), np.tile(90 * values, 2), atol=1e-2)


# ------------------------------------------------------------------ what rides along


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    """Run the real command line beside a track; return its exit code and stderr."""
    monkeypatch.chdir(tmp_path)
    write_wav(tmp_path / "track.wav", clicks(0.8, 0.2, first=0.1))

    def run(typed: str) -> tuple[int, str]:
        fast = ["--set", "network.layers=1x4", "--set", "morph.pace=uniform"]
        with pytest.raises(SystemExit) as ended:
            main([*typed.split(), *(fast if typed.startswith("morph") else [])])
        return int(ended.value.code or 0), capsys.readouterr().err

    return run


def test_a_film_is_drawn_again_without_its_track(
    run: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    """The same pictures, bit for bit, and the sound of the film; the recipe says of what track."""
    code, said = run("morph --seeds 1 2 --audio track.wav --react --size 32 --frames 24 -o a.mp4")
    assert code == 0, said
    (tmp_path / "track.wav").unlink()

    code, said = run("render a.mp4 -o b.mp4")
    assert code == 0, said

    assert packets(Path("b.mp4")) == packets(Path("a.mp4"))
    assert probe("b.mp4").sound == "aac"
    assert len(starts(sound_in(Path("b.mp4")))) == len(starts(sound_in(Path("a.mp4")))) == 4
    text = json.loads(read_recipe("b.mp4") or "")["recipe"]["sound"]
    assert text["file"]["name"] == "track.wav"
    assert len(base64.b64decode(text["react"][0]["curve"])) == 48


def test_reacting_changes_the_picture_at_the_beat(
    run: Callable[..., tuple[int, str]],
) -> None:
    """Frames of a GIF, which moves in silence, change most where a click is."""
    code, said = run(
        "morph --seeds 1 --set morph.radius=0.01 --audio track.wav --size 32 --frames 20 --fps 25 "
        '-o a.gif --set sound.react=[{"feature":"onset","drives":"palette.hue","amount":120}]'
    )
    assert code == 0, said
    assert "GIF holds no sound: the film moves to it in silence" in said

    frames = [frame.astype(float) for frame in decode("a.gif")]
    steps = [np.abs(b - a).mean() for a, b in zip([frames[-1], *frames], frames, strict=False)]
    loudest = sorted(np.argsort(steps)[-4:])
    assert np.abs(np.array(loudest) - np.arange(0.1, 0.8, 0.2) * 25).max() <= 1


def test_a_sticker_that_takes_no_sound_moves_in_silence(
    run: Callable[..., tuple[int, str]],
) -> None:
    """As a GIF does; a sound that moves nothing is still refused."""
    typed = "morph --seeds 1 2 --audio track.wav --frames 3 --for telegram-sticker -o a.webm"

    code, said = run(typed)
    assert code == 2
    assert "--audio: telegram-sticker takes no sound" in said

    code, said = run(f"{typed} --react")
    assert code == 0, said
    assert "telegram-sticker takes no sound: the film moves to it in silence" in said
    assert not probe("a.webm").sound
    assert load_recipe("a.webm").sound.react


def test_a_recipe_names_a_track_beside_it(
    run: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    """It is heard and played; another file under its name is not taken for it."""
    Path("r.yaml").write_text(
        "{sound: {file: track.wav, react: default}, output: {frames: 12}, canvas: {size: 16},"
        " morph: {pace: uniform}, network: {layers: 1x4}}"
    )
    code, said = run("render r.yaml -o a.mp4")
    assert code == 0, said
    assert probe("a.mp4").sound == "aac"
    recipe = load_recipe(read_source("a.mp4"))
    assert recipe == load_recipe("r.yaml")

    sha256 = recipe.sound.file.sha256 if recipe.sound.file else ""
    write_wav(tmp_path / "track.wav", clicks(0.8, 0.3))
    Path("r.yaml").write_text(
        f"sound: {{file: {{name: track.wav, sha256: {sha256}}}, react: default}}"
    )
    code, said = run("render r.yaml -o b.mp4")
    assert code == 2
    assert f"the recipe's is {sha256}" in said
    assert not Path("b.mp4").exists()


def test_a_repeated_film_that_reacts_begins_its_sound_again(
    run: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    """Each turn has the track's start, as its pictures move to it."""
    write_wav(tmp_path / "track.wav", clicks(2, 0.3, first=0.1))

    code, said = run(
        "morph --seeds 1 2 --audio track.wav --react --size 16 --frames 15 --repeat 3 -o a.mov"
    )

    assert code == 0, said
    expected = np.array([0.1, 0.4, 0.6, 0.9, 1.1, 1.4])
    assert np.allclose(starts(sound_in(Path("a.mov"))), expected, atol=0.002)


def test_a_mapping_without_a_sound_says_so(run: Callable[..., tuple[int, str]]) -> None:
    """A film that moves to nothing is drawn all the same, and what is missing is named."""
    Path("r.yaml").write_text("sound: {react: default}\nnetwork: {layers: [2x4]}\n")

    code, said = run("render r.yaml --size 16 --frames 3 -o a.gif")

    assert code == 0, said
    assert "the recipe moves to a sound, and there is none: name one with --audio" in said


def test_the_page_on_sound_says_what_is() -> None:
    """Its mapping is the one that --react takes, and its table of bands is the program's."""
    page = (Path(__file__).parent.parent.parent / "docs" / "audio.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```yaml\n(.*?)```", page, flags=re.DOTALL)

    sound = Recipe.model_validate(parse(shown, "page").data).sound

    assert sound.react == Sound.model_validate({"react": "default"}).react
    bands = re.findall(r"^\| `([\w-]+)` \| (\d+) to (\d+) \|$", page, flags=re.MULTILINE)
    assert {name: (float(low), float(high)) for name, low, high in bands} == BANDS


def test_long_curves_do_not_ride(monkeypatch: pytest.MonkeyPatch) -> None:
    """Past the limit the text keeps the track's name, and asks for it when it is drawn."""
    recipe = driven(np.zeros(60), "morph.speed", 1.0)
    data = recipe.to_data()
    data["sound"]["file"] = "track.wav"
    recipe = Recipe.model_validate(data)
    assert '"curve"' in recipe_text(recipe)

    monkeypatch.setattr(sources, "MOST_HEARD", 100)
    text = recipe_text(recipe)

    assert '"curve"' not in text
    with pytest.raises(RecipeError, match=r"sound\.file: track\.wav is not here"):
        load_recipe(sources.parse_recipe_text(text, "film.mp4"))


def test_what_moves_is_drawn_by_the_plain_backend() -> None:
    """A pulse of the zoom is in the frames, where it was heard and nowhere else."""
    pulse = driven(np.array([0.0, 0.0, 1.0, 0.0]), "camera.zoom", 1.0)
    flat = driven(np.zeros(4), "camera.zoom", 1.0)

    frames = [np.concatenate(list(render_frames(r, Run(backend="torch")))) for r in (pulse, flat)]

    same = [np.array_equal(a, b) for a, b in zip(*frames, strict=True)]
    assert same == [True, True, False, True]
    assert build_scene(pulse).at(0.5).view.scale == pytest.approx(
        build_scene(flat).at(0.5).view.scale / 2
    )
