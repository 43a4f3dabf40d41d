"""A preview is the same film, quickly: live on a page, or small, and what it may replace."""

import base64
import io
import re
import subprocess
import sys
import time
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import cppnvid
from cppnvid import RecipeError, Run, preview, probe, render_still
from cppnvid.cli import main, viewer
from cppnvid.encode import decode
from cppnvid.live import limits
from cppnvid.preview import PreviewFiles, preview_recipe, save_preview
from tests.conftest import small, step
from tests.helpers import clicks, write_wav

FAST = ["--set", "network.layers=2x4", "--set", "morph.pace=uniform", "--size", "32"]
AS_FILM = Run(backend="torch:cpu")  # whose name asks for a film
FILES = PreviewFiles(Path("x.preview.mp4"), Path("x.preview.html"))


def picture_on(page: Path) -> np.ndarray:
    """Return the picture that a page holds."""
    (data,) = re.findall(r"data:image/png;base64,([\w+/=]+)", page.read_text())
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB"))


@pytest.mark.parametrize(
    ("size", "expected"),
    [("1080x1920", (320, 568)), ("4k", (568, 320)), ("320x321", (320, 320)), ("96x48", (96, 48))],
)
def test_the_shorter_side_is_320(size: str, expected: tuple[int, int]) -> None:
    """A preview keeps the film's shape, with even sides, and enlarges nothing."""
    recipe = small(canvas={"size": size, "samples": 4, "shutter": 0.5})

    canvas = preview_recipe(recipe).canvas

    assert canvas.size == expected
    assert (canvas.samples, canvas.shutter) == (1, 0.0)


@pytest.mark.parametrize(
    ("frames", "fps", "loop", "expected"),
    [
        (300, 30, "closed", (120, 12)),
        (10, 30, "ping-pong", (4, 12)),
        (1, 30, "closed", (1, 12)),
        (20, 10, "closed", (20, 10)),
    ],
)
def test_the_length_stays(frames: int, fps: int, loop: str, expected: tuple[int, int]) -> None:
    """Twelve frames a second in as many seconds; slower films keep their rate."""
    recipe = small(output={"frames": frames, "fps": fps}, morph={"loop": loop})

    output = preview_recipe(recipe).output

    assert (output.frames, output.fps) == (expected[0], Fraction(expected[1]))


def test_the_motion_stays() -> None:
    """A frame of the preview is within half a frame of the film's."""
    recipe = small(64, 64, morph={"pace": "even"}, output={"frames": 150})
    film, film_after = (render_still(recipe, time=time) for time in (0.5, 0.5 + 1 / 150))
    looked = render_still(preview_recipe(recipe), time=0.5)

    assert step(film, looked) < step(film, film_after) / 2


def test_names_are_as_short_as_a_disk_needs() -> None:
    """Films of one beginning have previews of their own."""
    one, other = (PreviewFiles.beside(f"{'é' * 123}{end}.mp4") for end in "ab")
    assert len(one.page.name.encode()) <= 255
    assert one.film != other.film


def test_names_stand_beside_the_film() -> None:
    """The film's own name stays free, whatever it is, and a preview has none of its own."""
    names = ["a/x.mp4", "a/x.gif", "a/x/", "a/x.preview.mp4"]

    for name in names:
        assert PreviewFiles.beside(name) == PreviewFiles(
            Path("a/x.preview.mp4"), Path("a/x.preview.html")
        )


def test_the_first_frame_is_shown_before_the_film_plays_live() -> None:
    """It is on a page that reloads itself; the next one draws the film, in its own size."""
    recipe = small(640, 480)
    waiting: list[str] = []

    video = save_preview(recipe, FILES, shown=lambda page: waiting.append(page.read_text()))

    done = FILES.page.read_text(encoding="utf-8")
    assert 'http-equiv="refresh"' in waiting[0]
    assert "<canvas" not in waiting[0]
    assert 'http-equiv="refresh"' not in done
    assert "\n".join(done.split("\n")[:4]).endswith('content="cppnvid preview">')
    assert done.replace('<meta name="generator" content="cppnvid preview">\n', "") == (
        cppnvid.live_page(recipe).text
    )
    assert (video.path, video.width, video.frames) == (FILES.page, 640, 6)
    assert probe(FILES.page).height == 480
    assert not FILES.film.exists()


@pytest.mark.parametrize("why", ["backend", "sound", "network", "length"])
def test_what_cannot_be_live_is_a_film(why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first frame is there at once all the same; then the page plays a small film as a loop."""
    recipe = small(32, 32)
    notes: list[str] = []
    run = Run(note=lambda *lines: notes.extend(lines))
    audio = write_wav(Path("a.wav"), clicks(0.5, 0.1)) if why == "sound" else None
    match why:
        case "backend":
            run = replace(run, backend="torch:cpu")
        case "network":
            monkeypatch.setattr(limits, "MOST_WEIGHTS", 20)
        case "length":
            monkeypatch.setattr(limits, "MOST_NUMBERS", 20)
    waiting: list[str] = []

    def shown(page: Path) -> None:
        assert not FILES.film.exists()
        waiting.append(page.read_text())
        assert np.array_equal(picture_on(page), render_still(recipe, AS_FILM))

    video = save_preview(recipe, FILES, run, audio=audio, shown=shown)

    done = FILES.page.read_text()
    assert 'http-equiv="refresh"' in waiting[0]
    assert "<video" not in waiting[0]
    assert 'http-equiv="refresh"' not in done
    assert '<video src="x.preview.mp4"' in done
    assert " loop " in done
    assert "justify-items: center" in done, "or a small film stands left of its caption"
    assert (video.path, video.frames) == (FILES.film, 2)
    assert np.abs(next(decode(FILES.film)).astype(int) - picture_on(FILES.page)).mean() < 6
    said = "it cannot be drawn live: the preview is a film" in notes
    assert said == (why in ("network", "length"))


def test_a_title_is_text_on_the_page() -> None:
    """A stranger's recipe writes no HTML, and a file's name no address."""
    recipe = small(16, 16).model_copy(update={"title": "<script>&"})
    files = PreviewFiles.beside("100% #1.mp4")

    save_preview(recipe, files, AS_FILM)

    page = files.page.read_text()
    assert "<script>" not in page
    assert "&lt;script&gt;&amp;" in page
    assert 'src="100%25%20%231.preview.mp4"' in page


def test_only_previews_are_replaced() -> None:
    """An older preview gives way; what only bears the name is refused, and stays as it was."""
    recipe = small(16, 16)
    save_preview(recipe, FILES, AS_FILM)
    save_preview(small(18, 16), FILES, AS_FILM)
    assert probe(FILES.film).width == 18

    FILES.film.write_bytes(b"mine")
    with pytest.raises(RecipeError, match="exists already"):
        save_preview(recipe, FILES, AS_FILM)
    assert FILES.film.read_bytes() == b"mine"
    save_preview(recipe, FILES)  # which writes no film
    assert FILES.film.read_bytes() == b"mine"
    save_preview(small(18, 16), FILES, replace(AS_FILM, overwrite=True))
    save_preview(small(20, 16), FILES)
    assert probe(FILES.page).width == 20

    for mine in ("<p>mine", cppnvid.live_page(recipe).text):
        FILES.page.write_text(mine, encoding="utf-8")
        with pytest.raises(RecipeError, match=r"x\.preview\.html exists already"):
            save_preview(recipe, FILES)
        assert FILES.page.read_text(encoding="utf-8") == mine


def test_a_finished_film_of_that_name_is_no_preview() -> None:
    """A film that cppnvid made at full rate stays, though it is called a preview."""
    cppnvid.render_video(small(16, 16), FILES.film)

    with pytest.raises(RecipeError, match="exists already"):
        save_preview(small(16, 16), FILES, AS_FILM)


@pytest.mark.parametrize(("step", "run"), [("live_page", Run()), ("render_video", AS_FILM)])
def test_a_page_does_not_wait_for_a_film_that_failed(
    step: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C while the film is drawn leaves neither the film nor the page."""

    def interrupted(*given: object, **named: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(preview, step, interrupted)
        with pytest.raises(KeyboardInterrupt):
            save_preview(small(16, 16), FILES, run)
    assert list(Path().iterdir()) == []

    save_preview(small(16, 16), FILES, run)
    older = FILES.page.read_text(encoding="utf-8")
    monkeypatch.setattr(preview, step, interrupted)
    with pytest.raises(KeyboardInterrupt):
        save_preview(small(18, 16), FILES, run)
    assert FILES.page.read_text(encoding="utf-8") == older, "which still plays"


# ------------------------------------------------------------------ the command


@pytest.mark.parametrize("command", [["morph"], ["render", "aurora"]])
def test_the_option(
    command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--preview` opens the page once, says when the first frame was drawn, and leaves -o alone."""
    opened: list[Path] = []
    monkeypatch.setattr(viewer, "open_file", lambda path: opened.append(path))

    with pytest.raises(SystemExit) as ended:
        main([*command, "--seeds", "1", "2", *FAST, "--frames", "1", "--preview", "-o", "x.gif"])

    out, err = capsys.readouterr()
    assert ended.value.code == 0
    assert out == "x.preview.html\n"
    assert re.search(r"first frame after \d+\.\d s, on x\.preview\.html \(open\)", err)
    assert "a preview: 32x32, 1 frame, 0.04 s, " in err
    assert opened == [FILES.page]
    assert [path.name for path in Path().iterdir()] == ["x.preview.html"]
    assert cppnvid.load_recipe("x.preview.html").morph.seeds == (1, 2)


def test_what_the_film_is_refused_for_is_said_at_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A film that cannot be written as named has no preview; an existing one may be there."""
    Path("x.mp4").touch()
    typed = ["morph", "--seeds", "1", "2", *FAST, "--frames", "6", "--preview", "-o"]

    for wrong, words in (
        (("x.gif", "--repeat", "2"), "repeat: applies only to .mp4"),
        (("x.html", "--embed", "--with-saver"), "--embed: a bare page has no button that saves"),
    ):
        with pytest.raises(SystemExit) as ended:
            main([*typed, *wrong])
        assert ended.value.code == 2
        assert words in capsys.readouterr().err
    assert [path.name for path in Path().iterdir()] == ["x.mp4"]

    with pytest.raises(SystemExit) as ended:
        main([*typed, "x.mp4"])
    assert ended.value.code == 0, capsys.readouterr().err


def test_without_a_display_nothing_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some systems would open a browser in the terminal, which never ends."""
    monkeypatch.undo()
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr(subprocess, "Popen", pytest.fail)

    assert viewer.open_file(Path("x.html")) == "there is no display"


@pytest.mark.parametrize(("system", "program"), [("linux", "xdg-open"), ("darwin", "open")])
def test_the_viewer_is_not_waited_for(
    system: str, program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It runs in a session of its own, with the whole path, and nothing on our terminal."""
    monkeypatch.undo()
    started: list[tuple[list[str], dict[str, object]]] = []
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr("shutil.which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(
        subprocess, "Popen", lambda command, **named: started.append((command, named))
    )

    assert viewer.open_file(Path("x.html")) is None
    ((command, named),) = started
    assert command == [f"/bin/{program}", str(Path("x.html").resolve())]
    assert named["start_new_session"] is True


def test_a_system_without_an_opener_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """A display alone opens nothing."""
    monkeypatch.undo()
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr("shutil.which", lambda name: None)

    assert viewer.open_file(Path("x.html")) == "there is no xdg-open"


def test_a_first_frame_waits_for_nothing() -> None:
    """Neither scipy nor a compiler is loaded to draw it, nor what mixes a gradient for RGB."""
    program = (
        "import sys, cppnvid\n"
        "import cppnvid.preview\n"
        "asked = {'canvas': {'size': 16}, 'palette': {'name': 'rgb'}}\n"
        "cppnvid.render_still(cppnvid.load_recipe(asked), cppnvid.Run(backend='torch:cpu'))\n"
        "spared = {'scipy.interpolate', 'coloraide', 'halide', 'triton'}\n"
        "assert not spared & set(sys.modules)\n"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert done.returncode == 0, done.stderr


def test_the_time_since_the_start_is_that_of_the_process() -> None:
    """It is given to a tenth of a second, from before Python began."""
    code = (
        "import time; time.sleep(0.2)\n"
        "from cppnvid.cli.preview import seconds_since_start\n"
        "print(seconds_since_start(), time.time())"
    )
    before = time.time()
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
    since, at = map(float, told.split())

    assert 0.2 <= since <= at - before + 0.05
