"""What the documents show works, and nothing that a user can call goes unmentioned."""

import re
import runpy
import shlex
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image

import cppnvid
from cppnvid.encode import read_recipe
from cppnvid.explanation.figures import FIGURES, draw
from cppnvid.presets import load_recipe, parse_recipe_text
from cppnvid.recipe import Recipe
from tests.helpers import run

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PYTHON_PAGE = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
PAGES = (README, *(path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md")))
# Pages whose commands are run in a folder of their own. Those of weights.md run in
# networks/test_trained_commands.py; those of audio.md and explain.md need files of the reader.
DRAWN = ("motion", "colours", "files", "loops", "platforms", "systems")
TYPED = ("README", *(f"docs/{page}" for page in DRAWN))
DRAWING = ("morph", "render", "still", "gallery", "sheet", "explain")


def blocks(text: str, language: str) -> list[str]:
    """Return the fenced blocks of one language."""
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


def shown_commands(page: str) -> list[list[str]]:
    """Return every `cppnvid` command that a page shows, as arguments."""
    text = (ROOT / f"{page}.md").read_text(encoding="utf-8")
    lines = [line for block in blocks(text, "sh") for line in block.splitlines()]
    return [shlex.split(line, comments=True)[1:] for line in lines if line.startswith("cppnvid ")]


def click_track(path: Path) -> None:
    """Write the track that README's commands name: two seconds of clicks."""
    samples = np.zeros(96_000)
    for start in range(0, 96_000, 24_000):
        samples[start : start + 480] = np.sin(np.arange(480) / 4) * np.linspace(1, 0, 480)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes((samples * 30_000).astype("<i2").tobytes())


@pytest.mark.parametrize("page", TYPED)
def test_every_command_of_a_page_runs(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the order a reader types them, drawn small; stdout is the finished file's path."""
    commands = shown_commands(page)
    assert commands
    click_track(Path("track.wav"))
    Image.fromarray(np.arange(192, dtype=np.uint8).reshape(8, 8, 3)).save("photo.jpg")

    for arguments in commands:
        drawn = ("morph", "render", "still", "explain")
        small = ["--size", "32x32"] if arguments[0] in drawn else []
        if arguments[0] == "explain":
            small += ["--set", "network.layers=2x8"]
        if arguments[0] in ("gallery", "sheet"):
            small = ["--tile", "16"]
        if "--animate" in arguments:
            small += ["--frames", "4"]
        if arguments[0] in ("morph", "render"):
            arguments = [word for word in arguments if word not in ("--seconds", "6")]
            small += ["--fps", "2"] if "--bpm" in arguments else ["--frames", "4"]
        if "--video" in arguments:
            small += ["--frames", "4"]
        if arguments[0] == "palettes":
            monkeypatch.setattr("cppnvid.sheets.palettes._SIDE", 16)
        if arguments[0] == "figures":  # one of its fourteen: all take a minute
            monkeypatch.setattr(draw, "FIGURES", FIGURES[:1])
            monkeypatch.setattr(draw, "SWEEPS", ())
        code, out, err = run([*arguments, *small])
        assert code == 0, (arguments, err)
        if arguments[0] in DRAWING:
            (line,) = out.splitlines()
            assert Path(line).exists(), arguments


def test_every_command_is_mentioned() -> None:
    """Some page shows each command, and README says how many artworks there are."""
    _, help_text, _ = run(["--help"])
    text = "\n".join(PAGES)
    for command in re.findall(
        r"^  ([a-z]+)  ", help_text.split("Commands:")[1], flags=re.MULTILINE
    ):
        assert f"cppnvid {command}" in text, command
    numbers = {17: "Seventeen", 18: "Eighteen", 19: "Nineteen", 20: "Twenty"}
    artworks = [preset for preset in cppnvid.list_presets() if "/" not in preset.name]
    assert f"{numbers[len(artworks)]} presets" in README


def test_every_option_of_a_film_is_mentioned() -> None:
    """Some page says what each option of `morph` is for."""
    _, help_text, _ = run(["morph", "--help"])
    text = "\n".join(PAGES)
    for option in re.findall(r"^  (?:-\w, )?(--[a-z-]+)", help_text, flags=re.MULTILINE):
        assert option in text, option


def test_pages_link_to_what_is_there() -> None:
    """Every relative link of README and the docs leads to a file."""
    for path in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        text = path.read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#:]+)\)", text):
            assert (path.parent / target).exists(), (path.name, target)


def test_the_recipe_of_the_reference_is_one() -> None:
    """The YAML that the page of recipes shows is accepted whole."""
    (text,) = blocks((ROOT / "docs" / "recipe.md").read_text(encoding="utf-8"), "yaml")

    recipe = Recipe.model_validate(yaml.safe_load(text))

    assert recipe.output.frames == 240
    assert recipe.palette.name == "custom"


def test_the_python_page_runs() -> None:
    """Its blocks run in order, in a fresh process, and the mistake it shows is explained."""
    program = "\n".join(blocks(PYTHON_PAGE, "python"))

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    assert "did you mean 'aurora'" in done.stdout


def test_every_public_name_is_on_the_python_page() -> None:
    """What `cppnvid.__all__` offers is written down."""
    for name in cppnvid.__all__:
        assert re.search(rf"`{name}\b", PYTHON_PAGE), name


def test_the_recipe_reference_is_current() -> None:
    """docs/recipe.md is what docs/make_reference.py writes."""
    made = runpy.run_path(str(ROOT / "docs" / "make_reference.py"))["reference"]()

    assert (ROOT / "docs" / "recipe.md").read_text(encoding="utf-8") == made


def test_the_readmes_live_page_is_the_loop_above_it() -> None:
    """Made by `make media`, small, and drawn from the same seeds."""
    page = ROOT / "docs" / "media" / "loop.html"
    recipe = load_recipe(parse_recipe_text(read_recipe(page) or "", str(page)))

    assert page.stat().st_size < 105_000
    assert (recipe.morph.seeds, recipe.output.frames) == ((1, 2, 3), 300)


def test_media_are_small() -> None:
    """README's pictures stay under 6 MB in all, and every one that is shown is there."""
    media = list((ROOT / "docs" / "media").iterdir())

    assert sum(path.stat().st_size for path in media) < 6 * 2**20
    for shown in re.findall(r'src="([^"]+)"', README):
        assert (ROOT / shown).is_file(), shown
