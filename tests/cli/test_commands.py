"""The command line: what is typed reaches the recipe, and what comes out can be composed."""

import errno
import json
import os
import re
import signal
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from cppnvid import probe
from cppnvid.cli.outputs import describe, format_overrides, video_name
from cppnvid.encode import container_for, decode
from cppnvid.presets import Override, load_recipe, parse, read_source
from tests.conftest import Run, names_here

FAST = ["--set", "network.layers=2x4", "--set", "morph.pace=uniform"]
SMALL = ["--size", "16", *FAST]


def test_names_for_outputs() -> None:
    """A video is named after its preset or its seeds, and many seeds do not make a long name."""
    assert video_name("aurora", [1, 2]) == "aurora.mp4"
    assert video_name("", [1, 2, 3]) == "morph-1-2-3.mp4"
    assert video_name("", range(1, 21)) == "morph-1-2-3-4-5-6-and-14-more.mp4"


# ------------------------------------------------------------------ drawing


def test_morph_writes_a_video_and_says_where(run: Run) -> None:
    """The path of the finished file is the one line on stdout; all else goes to stderr."""
    code, out, err = run("morph", "--seeds", "1", "2", "3", "--frames", "4", *SMALL)

    facts = probe("morph-1-2-3.mp4")
    assert (code, out) == (0, "morph-1-2-3.mp4\n")
    assert (facts.width, facts.height, facts.frames, facts.fps) == (16, 16, 4, Fraction(30))
    assert "4/4 frames" in err
    assert "left" in err
    assert "16x16, 4 frames, 0.133 s, " in err
    assert names_here() == ["morph-1-2-3.mp4"]


def test_samples_auto(run: Run) -> None:
    """`--samples auto` reaches the picture, and the recipe in its file."""
    typed = ("still", "--style", "patterns", "--seed", "3", "--size", "96", "--backend", "torch")
    pictures = {}
    for samples in ("1", "auto", "4"):
        assert run(*typed, "--samples", samples, "-o", f"{samples}.png")[0] == 0
        pictures[samples] = next(decode(f"{samples}.png")).astype(float)

    error = {name: np.abs(picture - pictures["4"]).mean() for name, picture in pictures.items()}
    assert load_recipe("auto.png").canvas.samples == "auto"
    assert error["auto"] < error["1"] / 2


def test_every_option_reaches_the_recipe(run: Run) -> None:
    """Each option ends up in the recipe of the file; --set comes last."""
    typed = (
        "morph --seeds 4 5 --seconds 0.5 --fps 8 --style article --of weights --path slerp "
        "--pace uniform --no-loop --hold 0.25 --ease smooth --palette tide --samples 2 "
        "--hue-shift 40 --contrast 1.5 "
        "--size 18x16 --crf 20 --set network.layers=2x4 --set canvas.samples=1 --quiet -o x.mp4"
    )

    code, out, err = run(*typed.split())

    recipe = load_recipe("x.mp4")
    assert (code, out, err) == (0, "x.mp4\n", "")
    assert recipe.style == "article"
    morph = recipe.morph
    assert (morph.seeds, morph.of, morph.path, morph.pace) == (
        (4, 5),
        "weights",
        "slerp",
        "uniform",
    )
    assert (morph.loop, morph.hold, morph.easing) == ("open", 0.25, "smooth")
    assert (recipe.palette.name, recipe.palette.hue.keys[0].value) == ("tide", 40)
    assert recipe.palette.contrast.keys[0].value == 1.5
    assert (recipe.canvas.size, recipe.canvas.samples) == ((18, 16), 1)
    assert (recipe.output.frames, recipe.output.fps, recipe.output.crf) == (4, Fraction(8), 20)
    assert [layer.width for layer in recipe.network.layers] == [4, 4]


def test_a_file_is_drawn_again(run: Run) -> None:
    """A file cppnvid made is a recipe: drawn again it has the same one, larger if asked."""
    run("morph", "--seeds", "1", "2", "--frames", "4", "--ping-pong", *SMALL, "-o", "a.mp4", "-q")
    code, out, _ = run("render", "a.mp4", "--size", "32", "-o", "b.webm", "-q")

    first, second = load_recipe("a.mp4"), load_recipe("b.webm")
    assert (code, out, second.morph) == (0, "b.webm\n", first.morph)
    assert (first.canvas.size, second.canvas.size) == ((16, 16), (32, 32))


def test_seeds_on_an_orbit_get_a_path(run: Run) -> None:
    """Several seeds laid over a recipe that circles one seed end in a video, not in an error."""
    Path("orbit.yaml").write_text("morph: {seeds: [1], path: orbit}\noutput: {frames: 2}\n")

    code, out, _ = run("render", "orbit.yaml", "--seeds", "4", "5", *SMALL, "-q")

    assert (code, out) == (0, "orbit.mp4\n")
    assert load_recipe("orbit.mp4").morph.path == "cubic"


def test_a_gif_gets_its_own_size_and_rate() -> None:
    """Where nobody gave a size or rate a GIF is drawn at its format's, and keeps its length."""
    base = {"canvas": {"size": "1920x1080"}, "output": {"frames": 60, "fps": 30}}
    gif, mp4 = container_for("x.gif"), container_for("x.mp4")

    asked = format_overrides(load_recipe(base), gif, [])
    recipe = load_recipe(base, asked)

    assert (recipe.canvas.size, recipe.output.frames) == ((854, 480), 50)
    note = "GIF is drawn at 854x480 and 25 frames per second; --size or --fps changes that"
    assert describe(asked, gif) == [note]
    assert format_overrides(load_recipe(base), mp4, []) == []
    assert format_overrides(load_recipe(base), gif, [], made_as=".GIF") == []
    sized = [Override("canvas", {"size": 20}), Override("output.fps", 10)]
    assert format_overrides(load_recipe(base, sized), gif, sized) == []


def test_a_gif_says_at_what_rate_it_is_drawn(run: Run) -> None:
    """A line on stderr names the rate that was chosen; a GIF drawn again keeps its own."""
    code, _, err = run("morph", "--seeds", "1", "2", "--frames", "3", *SMALL, "-o", "a.gif")
    assert (code, "GIF is drawn at 25 frames per second; --fps changes that" in err) == (0, True)
    assert probe("a.gif").fps == 25

    run("render", "a.gif", "--fps", "10", "-o", "b.gif", "-q")
    run("render", "b.gif", "-o", "c.gif", "-q")
    assert probe("b.gif").fps == 10
    assert load_recipe("c.gif") == load_recipe("b.gif")


def test_stills_keep_their_moment(run: Run) -> None:
    """A still is named after its seed, and drawn again it shows the moment it showed."""
    code, out, _ = run("still", "--seed", "7", *SMALL, "-q")
    assert (code, out) == (0, "still-7.png\n")
    assert load_recipe("still-7.png").morph.seeds == (7,)

    run("still", "still-7.png", "--time", "0.25", "-o", "b.png", "-q")
    run("still", "b.png", "-o", "c.png", "-q")
    assert read_source("c.png").time == 0.25
    assert Path("b.png").read_bytes() == Path("c.png").read_bytes()


@pytest.mark.parametrize("ending", [".png", ".jpg", ".tif"])
def test_render_draws_a_still(run: Run, ending: str) -> None:
    """A name for a still makes `render` draw one, the same as `still` does, at the moment asked."""
    film = ["morph", "--seeds", "1", "2", "--frames", "4", *SMALL, "-o", "film.mp4", "-q"]
    assert run(*film)[0] == 0

    first, second, third = (f"{name}{ending}" for name in "abc")
    code, out, _ = run("render", "film.mp4", "-o", first, "--time", "0.25", "-q")
    assert (code, out) == (0, f"{first}\n")
    run("still", "film.mp4", "-o", second, "--time", "0.25", "-q")
    assert Path(first).read_bytes() == Path(second).read_bytes()
    run("render", first, "-o", third, "-q")  # which shows the moment that it showed
    assert Path(first).read_bytes() == Path(third).read_bytes()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("-o a.png --max-size 1MB --audio a.wav", ("--audio, --max-size", "films", "a.png")),
        ("-o a.png --for slack-emoji", ("--for", "films", "a.png")),
        ("-o a.png --preview", ("--preview", "films", "a.png")),
        ("-o a.png --crf 20", ("--crf", "PNG")),
        ("-o a.gif --time 0.5", ("--time", "still", "a.png")),
    ],
)
def test_what_only_films_have_is_refused_for_a_still(
    run: Run, typed: str, words: tuple[str, ...]
) -> None:
    """Options of films name themselves when a still is asked for, and `--time` the other way."""
    code, _, err = run("render", "aurora", *typed.split())

    assert (code, names_here()) == (2, [])
    assert not [word for word in words if word not in err], err


def test_overwrite_replaces_an_older_file(run: Run) -> None:
    """With --overwrite an older file is replaced, without it nothing is drawn."""
    typed = ("still", "--seed", "1", *SMALL, "-o", "x.png", "-q")
    Path("x.png").write_text("old")

    assert run(*typed)[0] == 2
    assert Path("x.png").read_text() == "old"
    assert run(*typed, "--overwrite")[0] == 0
    assert load_recipe("x.png").morph.seeds == (1,)


# ------------------------------------------------------------------ looking


def test_info_shows_facts_and_a_recipe_one_can_draw(run: Run) -> None:
    """What info prints is itself a recipe, in which the facts are comments."""
    run("morph", "--seeds", "1", "2", "--frames", "4", *SMALL, "-o", "a.mp4", "-q")

    code, out, _ = run("info", "a.mp4")

    assert code == 0
    assert out.startswith("# a.mp4: MP4 (")
    assert "16x16, 30 frames a second, 4 frames, 0.133333 s" in out.splitlines()[0]
    assert load_recipe(parse(out, "info").data) == load_recipe("a.mp4")


def test_presets_are_listed_and_printed(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Presets are listed with their titles; by name, one is printed as its file has it."""
    (tmp_path / "shelf").mkdir()
    (tmp_path / "shelf/aurora.yaml").write_text("# by hand\ntitle: Aurora\n")
    monkeypatch.setattr("cppnvid.presets.sources.presets_folder", lambda: tmp_path / "shelf")

    assert run("presets")[:2] == (0, "aurora  Aurora\n")
    assert run("presets", "aurora")[:2] == (0, "# by hand\ntitle: Aurora\n")


def test_backends_and_schema_are_printed(run: Run) -> None:
    """Each backend has a line with its state; the schema is JSON."""
    code, out, _ = run("backends")
    assert code == 0
    assert re.search(r"^torch:cpu +usable  ", out, flags=re.MULTILINE)

    code, out, _ = run("schema")
    assert code == 0
    assert "network" in json.loads(out)["properties"]


@pytest.mark.parametrize(
    "command",
    ["morph", "render", "still", "gallery", "sheet", "presets", "info", "schema"],
)
def test_every_command_explains_itself(run: Run, command: str) -> None:
    """The help of each command groups its options under headings, without jargon."""
    code, out, _ = run(command, "--help")

    assert code == 0
    if command in ("morph", "render"):
        assert out.index("The picture:") < out.index("The motion:") < out.index("The file:")
    assert "<str>" not in out


# ------------------------------------------------------------------ the process


def test_help_is_quick_because_it_loads_little() -> None:
    """The help loads neither torch nor wgpu nor anything else that takes a tenth of a second."""
    code = (
        "import sys\nfrom cppnvid.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print('loaded:', *sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    help_text, loaded = done.stdout.split("loaded: ")
    assert "morph" in help_text
    heavy = {"torch", "pydantic", "scipy", "numpy", "PIL", "yaml", "rich", "tqdm", "wgpu"}
    assert not heavy & set(loaded.split())


def test_version(run: Run) -> None:
    """The version is one line."""
    import cppnvid

    assert run("--version")[:2] == (0, f"cppnvid {cppnvid.__version__}\n")


def test_a_defect_ends_with_a_traceback_and_1(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unforeseen error shows where it happened and asks to be reported."""
    monkeypatch.setattr("cppnvid.presets.recipe_schema", lambda: 1 / 0)

    code, _, err = run("schema")

    assert code == 1
    assert "ZeroDivisionError" in err
    assert err.endswith("this is a defect of cppnvid: please report it with the lines above\n")


def test_interrupted_ends_with_130(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C ends with 130 and a line instead of a traceback."""

    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("cppnvid.presets.recipe_schema", interrupt)

    assert run("schema") == (130, "", "cppnvid: interrupted: no broken file was left\n")


def test_a_folder_that_may_not_be_entered_is_no_defect(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether a file exists cannot even be asked, so the system's own words are shown."""

    def exists(path: Path) -> bool:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "exists", exists)

    assert run("info", "secret/a.mp4") == (2, "", "cppnvid: secret/a.mp4: Permission denied\n")


@pytest.mark.parametrize(("name", "code"), [("SIGTERM", 143), ("SIGINT", 130)])
def test_a_stopped_run_leaves_nothing(tmp_path: Path, name: str, code: int) -> None:
    """It ends its ffmpeg and removes what it had written, but for complete segments."""
    (tmp_path / "old.mp4").write_text("old")
    typed = "morph --seeds 1 2 --size 64 --pace uniform --frames 100000 -o old.mp4 --overwrite"
    process = subprocess.Popen(
        [sys.executable, "-m", "cppnvid", *typed.split()],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob(".old.partial-*")) and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.5)

    process.send_signal(getattr(signal, name))
    out, err = process.communicate(timeout=60)

    assert (process.returncode, out) == (code, b"")
    assert err.endswith(b": no broken file was left\n")
    assert {path.name for path in tmp_path.iterdir()} <= {"old.mp4", ".old.mp4.parts"}
    assert (tmp_path / "old.mp4").read_text() == "old"
    with pytest.raises(ProcessLookupError):  # nobody of its session is left
        os.killpg(process.pid, 0)


def test_a_reader_that_leaves_ends_us_quietly() -> None:
    """A closed pipe after us is not an error to report."""
    reading, writing = os.pipe()
    os.close(reading)

    done = subprocess.run(
        [sys.executable, "-m", "cppnvid", "schema"], stdout=writing, stderr=subprocess.PIPE
    )
    os.close(writing)

    assert (done.returncode, done.stderr) == (141, b"")


def test_frame_rates_may_be_ratios(run: Run) -> None:
    """A broadcast rate such as 30000/1001 is read exactly."""
    run("morph", "--seeds", "1", "2", "--fps", "30000/1001", "--frames", "2", *SMALL, "-q")

    assert probe("morph-1-2.mp4").fps == Fraction(30000, 1001)


# ------------------------------------------------------------------ names


def test_what_was_printed_can_be_asked_about(run: Run) -> None:
    """The path that `morph` prints, of a folder too, is one that `info` and `render` take."""
    code, out, _ = run("morph", "--seeds", "1", "--frames", "2", "-o", "made/", *SMALL)
    assert code == 0
    printed = out.strip()

    code, out, err = run("info", printed)
    assert code == 0, err
    assert "PNG folder (png, 8 bits), 16x16, 2 frames, " in out
    assert "seeds:" in out
    assert run("render", printed, "-o", "again.mp4")[0] == 0


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (("morph", "--seeds", "1", "-o", ""), "--output: is empty"),
        (("still", "--seed", "1", "-o", ""), "--output: is empty"),
        (("still", "--seed", "1", "-o", "a.gif"), "a.gif: a still is .png"),
        (("morph", "--seeds", "1", "-o", "folder.mp4"), "folder.mp4 is a folder"),
        (("morph", "--seeds", "1", "-o", "a.mp4", "--crf", "0"), "MP4 takes 1 (best) to 51"),
        (("morph", "--seeds", "1", "--threads", "0"), "--threads: must be a whole number from 1"),
        (("still", "--seed", "1", "--threads", "two"), "--threads: must be a whole number from 1"),
        (("morph", "--seeds", "1", "--encoder", "av1"), "--encoder: unknown encoder 'av1'"),
    ],
)
def test_puzzling_outputs_are_refused_plainly(run: Run, typed: tuple[str, ...], words: str) -> None:
    """An empty name, a still with the ending of a film, a folder in the way: each is explained."""
    Path("folder.mp4").mkdir()

    code, _, err = run(*typed, *SMALL)

    assert code == 2
    assert words in err
    assert names_here() == ["folder.mp4"]


def test_a_set_that_cannot_loop_is_blamed_on_itself(run: Run) -> None:
    """A mistake between keys names the option it is about, not one with the same number."""
    track = "camera.zoom.keys=[[0,1],[1,2]]"

    code, _, err = run("morph", "--seeds", "1", "2", "--frames", "2", *SMALL, "--set", track)

    assert code == 2
    assert "--set camera.zoom.keys" in err
    assert "--frames" not in err


def test_numbers_without_an_end_are_named_by_their_key(run: Run) -> None:
    """File, line and key path of a number that is not finite."""
    Path("a.yaml").write_text("title: A\ncamera:\n  scale: .nan\n")

    code, _, err = run("render", "a.yaml")

    assert code == 2
    assert "a.yaml:3: camera.scale: numbers must be finite" in err


def test_what_a_recipe_says_of_its_path_waits_while_another_is_taken(run: Run) -> None:
    """A wander is drawn as another path, or for another film, and its radius is ignored."""
    Path("loop.yaml").write_text(
        "morph: {seeds: [5], path: wander, radius: 0.3, detail: 6, grow: width}\n"
        "canvas: {size: 32}\noutput: {frames: 4}\n"
    )
    film = ["render", "loop.yaml", "--quiet", "--overwrite", "-o", "film.gif"]

    assert run(*film, "--path", "orbit")[0] == 0
    assert run(*film, "--seeds", "1", "2", "--path", "slerp")[0] == 0
    assert load_recipe("film.gif").morph.detail == 6
    assert run(*film, "--radius", "0.1")[0] == 0
    assert load_recipe("film.gif").morph.radius == 0.1


@pytest.mark.parametrize(
    ("typed", "ending"),
    [("sheet", ".png"), ("export", ".safetensors"), ("explain --size 16", ".png")],
)
def test_a_name_made_from_a_long_one_is_short_enough(run: Run, typed: str, ending: str) -> None:
    """The end of the stem gives way to a hash."""
    film = f"{'x' * 251}.gif"
    run(*f"morph --seeds 1 2 --frames 3 --pace uniform --size 16 -o {film}".split())

    code, out, err = run(*typed.split(), film)

    assert code == 0, err
    name = out.removesuffix("\n")
    assert name.endswith(ending)
    assert "x" * 200 in name
    assert len(name) == 255
    assert Path(name).exists()


@pytest.mark.parametrize("typed", ["morph --seeds 1 2 --audio", "still --weights"])
@pytest.mark.skipif(sys.platform != "linux", reason="other disks take no such name")
def test_a_file_whose_name_is_not_utf_8_is_refused(run: Run, typed: str) -> None:
    """A recipe holds the names of the files it is made from, and is UTF-8."""
    name = os.fsdecode(b"caf\xe9.npz")
    run("export", "--seed", "1", "-o", "n.npz")
    Path("n.npz").rename(name)

    code, _, err = run(*typed.split(), name)

    assert code == 2
    assert (
        "must be text in UTF-8, as recipes are; if it names a file, rename the file, given" in err
    )
    assert "given 'caf\\udce9.npz'" in err
