"""Bad input, a row each: exit code 2, a message with the way out, and nothing written."""

import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.conftest import Run, names_here


@dataclass(frozen=True)
class Bad:
    """One wrong request: what is typed, what the message must hold, and what the folder holds."""

    typed: str
    said: tuple[str, ...]
    files: dict[str, str | bytes | None] = field(default_factory=dict)
    """Names with contents; None is a folder."""
    code: int = 2


def yaml(text: str) -> dict[str, str | bytes | None]:
    """Return a folder with one recipe in it."""
    return {"loop.yaml": text}


MORPH = "morph --seeds 1 2"
BOMB = "a: &a [x, x]\n" + "".join(f"b{n}: &b{n} [*a, *a, *a]\n" for n in range(30))

ROWS = [
    # Seeds.
    Bad("morph", ("--seeds", "no seeds given", "--seeds 1 2 3")),
    Bad("morph --seeds -o x.mp4", ("--seeds", "no seeds given")),
    Bad("morph --seeds 1 --path linear", ("--path, --seeds", "linear", "given one", "orbit")),
    Bad("morph --seeds 1 two 3", ("--seeds", "given 'two'", "whole number from 0 up", "1,2,5-10")),
    Bad("morph --seeds 1.5", ("--seeds", "given '1.5'")),
    Bad("morph --seeds 1 -2", ("--seeds", "given -2", "0 or more")),
    Bad("morph --seeds=-2", ("--seeds", "given -2")),
    Bad("morph --seeds 5-1", ("--seeds", "5-1", "use 1-5")),
    Bad("morph --seeds 0-999999999", ("--seeds", "at most 1000", "0-999999999")),
    Bad(f"morph --seeds {'1,' * 1001}", ("--seeds", "at most 1000")),
    Bad("morph --seeds 99999999999999999999", ("--seeds", "99999999999999999999", "below")),
    Bad("still --seed -3", ("--seed", "at least 0", "given -3")),
    Bad("still --seed seven", ("--seed", "'seven' is neither a seed", "nor a child: 7m3 is")),
    *(
        Bad(f"morph --seeds 1 {name}", ("--seeds", f"'{name}' {words}"))
        for name, words in {
            "7m": "needs a number after m, from 1 up: 7m3 is",
            "7x": "ends where a seed is missing: 7m3 is",
            "7m-1": "needs a number after m",
            "7m0": "needs a number from 1 to 1,000,000 after m, given 0",
            "7m3@0": "needs a strength from 0.0001 to 1 after @, given 0",
            "7m3@": "needs a strength from 0.0001 to 1 after @, given none",
            "7x12@1.5": "needs a share from 0.0001 to 1 after @, given 1.5",
            "7mm3": "needs a number after m",
            "(7x12": "has a bracket that is not closed",
            "7m3)": "closes a bracket that was not opened, at character 4",
            "7x()": "needs a seed before ')'",
            f"7x{2**63}": "has a seed that is not from 0 to 2**63 - 1",
        }.items()
    ),
    Bad(f"still --seed 7{'m1' * 65}", ("--seed", "at most 64 generations, given 65")),
    Bad(f"still --seed 7{'x(7' * 70}{')' * 70}", ("--seed", "at most 64 brackets")),
    Bad("breed", ("PICTURES", "nothing to breed", "such as 7 12")),
    Bad("breed 7 two", ("PICTURES", "given 'two'")),
    Bad("breed 7 12m", ("PICTURES", "'12m' needs a number after m")),
    Bad("breed 7 --like 3", ("--like", "a sheet that breed made", "name it by --from")),
    Bad("breed 7 --children 0", ("--children", "from 1 to 500", "given '0'")),
    Bad("breed 7 --page 0", ("--page", "from 1 to 1000")),
    Bad("breed 7 --like 0", ("--like", "numbers from 1 up", "'0'")),
    Bad("breed 7 -o a.mp4", ("a.mp4",)),
    Bad("still", ("nothing to draw", "--seed 7")),
    Bad("render --seeds 1 2 aurora", ("--seeds", "given 'aurora'")),
    Bad(f"{MORPH} --path orbit", ("--path", "orbit", "given 2", "cubic")),
    Bad(f"{MORPH} --path wander", ("--path", "wander", "one seed", "given 2", "cubic")),
    Bad(f"{MORPH} --path grow", ("--path", "grow", "one seed", "given 2")),
    Bad(f"{MORPH} --radius 1", ("--radius: applies only to orbit and wander", "give one seed")),
    Bad(f"{MORPH} --radius 1 --times 0 0.3", ("--radius: applies only to orbit", "spline")),
    Bad(f"{MORPH} --detail 3", ("--detail: applies only to wander", "this film uses cubic")),
    Bad("morph --seeds 1 --detail 3", ("--detail: ", "this film uses orbit: add --path wander")),
    Bad("morph --seeds 1 --path grow --radius 1", ("--radius: ", "uses grow: add --path wander")),
    Bad(f"{MORPH} --set morph.grow=width", ("--set morph.grow: applies only to grow", "one seed")),
    Bad('render silk --set morph={"grow":"depth"}', ("--set morph: applies only to grow", "cubic")),
    Bad(f"{MORPH} --times 0 soon", ("--times", "number from 0 to 1", "'0 soon'")),
    Bad(f"{MORPH} --times", ("--times", "given none")),
    Bad(f"{MORPH} --times 0 1.5", ("--times", "a share of the film, from 0 to 1, given 1.5")),
    Bad(f"{MORPH} --contrast {{keys:[[0,1],[60,2]]}}", ("--contrast", "a share of the film", "60")),
    Bad(f"{MORPH} --times 0 0.2 0.7", ("--times", "for each seed", "given 3 for 2")),
    Bad(f"{MORPH} --times 0 0.5 --path slerp", ("--times", "spline", "given slerp")),
    Bad(f"{MORPH} --speed 0", ("--speed", "above 0", "given 0")),
    Bad(f"{MORPH} --speed fast", ("--speed", "given 'fast'")),
    Bad(f"{MORPH} --speed 2 --frames 10", ("--speed, --frames:", "keep one", "{keys: ")),
    Bad(f"{MORPH} --speed 2 --seconds 10", ("--speed, --seconds:", "keep one", "{keys: ")),
    Bad(f"{MORPH} --speed 0.0001", ("--speed: must be from 0.0003 to 150", "given 0.0001")),
    Bad(f"{MORPH} --speed 1e9", ("--speed: must be from 0.0003 to 150", "given 1e+09")),
    Bad(f"{MORPH} --set morph={{\"speed\":1e9}}", ("--set morph: must be", "given 1e+09")),
    Bad("morph --seeds 1 --path wander --detail 0", ("--detail", "at least 1", "given 0")),
    Bad("morph --seeds 1 --path wander --radius far", ("--radius", "given 'far'")),
    # Transparency.
    Bad(f"{MORPH} --transparent red", ("--transparent: must be luminance", "'#000000'")),
    Bad(f"{MORPH} --transparent edge", ("--transparent: MP4 cannot hold", ".webm", ".apng")),
    Bad(f"{MORPH} --transparent edge -o a.gif", ("--transparent: GIF cannot hold",)),
    Bad("still --seed 1 --transparent edge -o a.jpg", ("--transparent: JPEG cannot",)),
    Bad(f"{MORPH} --transparent edge --codec av1 -o a.webm", ("--transparent: WebM coded as av1",)),
    # Tempo.
    Bad(f"{MORPH} --bpm 0", ("--bpm: must be at least 1, given 0",)),
    Bad(f"{MORPH} --bpm -3", ("--bpm: must be at least 1, given -3",)),
    Bad(f"{MORPH} --bpm nan", ("--bpm: must be a number, given 'nan'",)),
    Bad(f"{MORPH} --bpm 1000000", ("--bpm: must be at most 1000",)),
    Bad(f"{MORPH} --bpm 120 --bars 0", ("--bars: must be at least 1, given 0",)),
    Bad(f"{MORPH} --bpm 120 --bars 1.5", ("--bars: must be a whole number",)),
    Bad(f"{MORPH} --bars 4", ("--bars: needs a tempo: add --bpm 120",)),
    Bad(f"{MORPH} --beats-per-bar 3", ("--beats-per-bar: needs a tempo: add --bpm",)),
    Bad(f"{MORPH} --bpm 120 --bars 4 --frames 9", ("--bars, --frames: 4 bars last 8 s",)),
    Bad(f"{MORPH} --bpm 120 --bars 4 --seconds 3", ("--bars, --seconds: 4 bars", "keep one")),
    Bad(f"{MORPH} --bpm 120 --bars 4 --speed 2", ("--speed, --bars: 2 changes", "keep one")),
    Bad(f"{MORPH} --bpm 1 --bars 99999", ("--bars, --bpm: 99999 bars", "at most 1,000,000")),
    Bad(f"{MORPH} --times 0 2beats", ("--times: '2beats' needs a tempo: add --bpm 120",)),
    Bad(f"{MORPH} --times 0 11s", ("--times: 11s lies after the film's end at 10 s",)),
    Bad(f"{MORPH} --ping-pong --set camera.zoom={{keys:[[0,1],[6s,1]]}}",
        ("--set camera.zoom: ", "6s lies after the film's turning point at 5 s")),
    Bad("render loop.yaml", ("loop.yaml:1: camera.zoom.keys.1.0: ", "'2 beets'", "3 beats"),
        yaml("camera: {zoom: {keys: [[0, 1], [2 beets, 1]]}}")),
    Bad("render loop.yaml", ("loop.yaml:1: tempo.bars, output.frames: 2 bars last 4 s",),
        yaml("{tempo: {bpm: 120, bars: 2}, output: {frames: 50}}")),
    Bad("render loop.yaml", ("loop.yaml:1: sound.react.0.feature: 'beat' needs a tempo",),
        yaml("sound: {react: [{feature: beat, drives: camera.zoom, amount: 1}]}")),
    Bad(f"{MORPH} --react", ("--react: there is no sound", "--audio", "--bpm")),
    Bad(f"{MORPH} --bpm 20 --bars 20 --for x-gif -o a.gif", ("--bars: ", "x-gif takes")),
    # Colours of pictures.
    Bad("still --seed 1 --palette gone.jpg", ("--palette: gone.jpg: there is no such file",)),
    Bad("still --seed 1 --palette ./a/", ("--palette: a: is a folder",), {"a": None}),
    Bad("still --seed 1 --palette a.txt", ("--palette: a.txt: is not a picture",), {"a.txt": "hi"}),
    Bad("still --seed 1 --palette a.png", ("--palette: a.png: is not a picture",), {"a.png": b""}),
    Bad("morph --seeds 1 2 --palette-by hue", ("--palette-by: orders", "add --palette photo.jpg")),
    Bad("render loop.yaml", ("loop.yaml:1: palette.by: orders",), yaml("palette: {by: hue}")),
    Bad("render loop.yaml", ("loop.yaml: palette.name: ", "no such"), yaml("palette: gone.png")),
    # Sound.
    Bad(f"{MORPH} --audio no.wav", ("--audio", "no.wav", "no such file")),
    Bad(f"{MORPH} --audio here", ("--audio", "here", "is a folder"), {"here": None}),
    Bad(f"{MORPH} --audio a.wav", ("--audio", "a.wav", "Invalid data"), {"a.wav": b""}),
    Bad(f"{MORPH} --audio a.mp3", ("--audio", "a.mp3", "cannot read"), {"a.mp3": b"x" * 999}),
    Bad(
        f"{MORPH} --audio a.wav",
        ("--audio", "a.wav", "list"),
        {"a.wav": "ffconcat version 1.0\nfile b.wav\n"},
    ),
    *[
        Bad(f"{MORPH} --audio a.wav -o x{end}", ("--audio", "no sound", ".mp4, .m4v, .webm"))
        for end in (".gif", ".webp", ".apng", "/")
    ],
    Bad(f"{MORPH} --react", ("--react", "no sound to move to", "--audio")),
    Bad("render loop.yaml", ("loop.yaml: sound.file: a.wav: ffmpeg cannot read it",),
        yaml("sound: {file: a.wav}") | {"a.wav": b"x" * 99}),
    Bad(f"{MORPH} --set sound.file=a.wav", ("--set sound.file: a.wav: there is no such file",)),
    Bad("render loop.yaml", ("loop.yaml:1: sound.react.0: needs the key 'amount': known are",),
        yaml("sound: {react: [{drives: z}]}")),
    Bad("render loop.yaml", ("sound.file.sha256: must be 64 digits from 0 to f, given 'ab'",),
        yaml("sound: {file: {name: a.wav, sha256: ab}}")),
    Bad(f"{MORPH} --audio no.wav --react", ("--audio", "no.wav", "no such file")),
    *[
        Bad("render loop.yaml", ("sound.file", "lies outside", "--audio"), yaml(text))
        for text in (
            "sound: {file: ../../../etc/passwd, react: default}",
            "sound: {file: /etc/passwd}",
            "sound: {file: 'C:\\\\track.wav'}",
        )
    ],
    Bad(
        "render loop.yaml", ("sound.file", "passwd.wav", "no such file"),
        yaml("sound: {file: passwd.wav, react: default}"),
    ),
    *[
        Bad(f"{MORPH} --set sound.react=[{given}]", ("sound.react", *said))
        for given, said in [
            ('{"drives":"zoom","amount":1}', ("unknown number 'zoom'", "camera.zoom")),
            ('{"drives":"camera.zoom","amount":-1}', ("-0.95 to 20", "given -1")),
            ('{"drives":"morph.speed","amount":1,"band":"treble"}', ("band", "'treble'")),
            ('{"drives":"morph.speed","amount":1,"curve":"AA=="}', ("two bytes",)),
            ('{"drives":"morph.speed","amount":1,"curve":"AAA="}', ("moments per second",)),
            (",".join(['{"drives":"morph.speed","amount":1}'] * 33), ("at most 32",)),
        ]
    ],
    Bad(
        f'{MORPH} --set network.inputs=[x,y] --set sound.react=[{{"drives":"z","amount":1}}]',
        ("sound.react.0.drives", "--set network.inputs", "input z"),
    ),
    # Colour.
    Bad(f"{MORPH} --contrast 0", ("--contrast", "0.05 to 20", "given 0")),
    Bad(f"{MORPH} --contrast high", ("--contrast", "given 'high'")),
    Bad(f"{MORPH} --hue-shift warm", ("--hue-shift", "given 'warm'")),
    Bad(f"{MORPH} --palette viridi", ("--palette", "did you mean 'viridis'")),
    # Numbers.
    *[
        Bad(f"{MORPH} --frames {given}", ("--frames", said, f"given {shown}"))
        for given, said, shown in [
            ("0", "at least 1", "0"), ("-5", "at least 1", "-5"), ("2.5", "whole number", "2.5"),
            ("many", "whole number", "'many'"), ("9999999", "at most 1000000", "9999999"),
        ]
    ],
    *[
        Bad(f"{MORPH} --fps {given}", ("--fps", said, f"given {shown}"))
        for given, said, shown in [
            ("0", "above 0", "0"), ("-30", "above 0", "-30"), ("999", "at most 240", "999"),
            *((word, "30000/1001", f"'{word}'") for word in ("nan", "inf", "1/0", "fast")),
        ]
    ],
    *[
        Bad(f"{MORPH} --seconds {given}", ("--seconds", "above 0", f"given {shown}"))
        for given, shown in [("0", "0"), ("-1", "-1"), ("inf", "'inf'"), ("nan", "'nan'")]
    ],
    Bad(f"{MORPH} --seconds 1 --fps nan", ("--fps", "30000/1001", "'nan'")),
    Bad(f"{MORPH} --seconds .inf", ("--seconds", "finite", "given .inf")),
    Bad(f"{MORPH} --frames 3 --seconds 3", ("--frames, --seconds", "one of the two")),
    Bad(f"{MORPH} --hold 1", ("--hold", "at most 0.95", "given 1")),
    Bad(f"{MORPH} --samples 9", ("--samples", "1 to 8, or auto", "given 9")),
    Bad(f"{MORPH} --samples many", ("--samples", "1 to 8, or auto", "given 'many'")),
    Bad(f"{MORPH} --samples 1.5", ("--samples", "must be a whole number", "given 1.5")),
    Bad(f"{MORPH} --crf -1", ("--crf", "at least 0", "given -1")),
    Bad(f"{MORPH} --ping-pong --frames 7", ("--frames, --ping-pong", "given 7", "use 8")),
    Bad(f"{MORPH} --ping-pong --no-loop", ("--ping-pong, --no-loop", "keep one")),
    Bad("still --seed 1 --time 2", ("--time", "from 0 to 1", "given '2'")),
    Bad("still --seed 1 --time nan", ("--time", "0 to 1", "given 'nan'")),
    # Sizes.
    *[
        Bad(f"{MORPH} --size {given}", ("--size", said, shown))
        for given, said, shown in [
            ("0", "at least 1", "given 0"), ("-4", "at least 1", "given -4"),
            ("64x0", "at least 1", "given 0"), ("16386", "at most 16384", "given 16386"),
            ("99999x8", "at most 16384", "given 99999"), ("larg", "unknown size 'larg'", "square"),
            ("1080q", "did you mean '1080p'", "WIDTHxHEIGHT"),
        ]
    ],
    Bad(f"{MORPH} --size 63", ("--size", "MP4", "given 63x63", "64x64")),
    Bad(f"{MORPH} --size 64x33", ("--size", "MP4", "given 64x33", "64x34")),
    # Names.
    Bad(f"{MORPH} --style hous", ("--style", "unknown style 'hous'", "did you mean 'house'")),
    Bad(f"{MORPH} --path cubik", ("--path", "unknown path 'cubik'", "did you mean 'cubic'")),
    Bad(f"{MORPH} --palette neno", ("--palette", "unknown palette 'neno'", "mean 'neon'")),
    Bad(f"{MORPH} --palette #12", ("--palette", "a colour such as '#102030'", "given '#12'")),
    Bad(f"{MORPH} --of x", ("--of", "unknown value 'x'", "weights, z")),
    Bad(f"{MORPH} --ease smoth", ("--ease", "did you mean 'smooth'")),
    Bad(f"{MORPH} --backend torsh", ("backend 'torsh'", "did you mean 'torch'")),
    Bad("morf --seeds 1 2", ("morf: unknown command", "did you mean 'morph'? known are ")),
    Bad("morph --sedes 1 2", ("--sedes: unknown option: did you mean --", " or --seeds")),
    Bad("morph --zzz", ("cppnvid: --zzz: unknown option: 'cppnvid morph --help' lists all",)),
    Bad("morph --seeds 1 --frames", ("cppnvid: --frames: needs a value: N",)),
    Bad("morph --seeds 1 -o", ("cppnvid: -o: needs a value: FILE",)),
    Bad("morph --seeds 1 --loop=3", ("cppnvid: --loop: takes no value",)),
    Bad("sheet", ("cppnvid: PRESET|FILE: is missing: 'cppnvid sheet --help' shows where it goes",)),
    Bad("presets silk tide", ("cppnvid: tide: cppnvid presets takes no such word: ",)),
    Bad("presets slik", ("cppnvid: NAME: unknown preset 'slik': did you mean 'silk'?",)),
    Bad("render slik", ("cppnvid: PRESET|FILE: unknown preset 'slik'",)),
    Bad(
        f'{MORPH} --set sound.react=[{{"drives":"camera.zoom","amount":1,"curve":"AAAAAAAA"}}]',
        ("--set sound.react: sound.rate is missing: curves need",),
    ),
    Bad("render aurrora", ("preset 'aurrora'", "'aurora'")),
    Bad("presets aurrora", ("preset 'aurrora'",)),
    Bad("render article/mondrain", ("preset 'article/mondrain'", "mean 'article/mondrian'")),
    Bad("sheet patterns", ("--style patterns", "patterns/ten-in-betweens")),
    Bad("still house", ("no preset is called 'house': the style is --style house",)),
    Bad("render frames/loop", ("frames/loop: there is no such file",)),
    # --set.
    Bad(f"{MORPH} --set network.layrs=3", ("--set network.layrs", "did you mean 'layers'")),
    Bad(f"{MORPH} --set frames=3", ("--set frames", "did you mean --frames")),
    Bad(f"{MORPH} --set canvas.samples=.inf", ("--set canvas.samples", "finite", "given .inf")),
    Bad(f"{MORPH} --set camera.scale=.nan", ("--set camera.scale", "finite", "given .nan")),
    Bad(f"{MORPH} --set camera.zoom=1e999", ("--set camera.zoom", "finite", "given 1e999")),
    Bad(f"{MORPH} --set network.layers=[1025]", ("--set network.layers", "at most 1024", "1025")),
    Bad(f"{MORPH} --set network.layers=257x4", ("--set network.layers", "at most 256", "257")),
    Bad(f"{MORPH} --set network", ("--set", "must be KEY=VALUE", "given 'network'")),
    Bad(f"{MORPH} --set a..b=1", ("--set", "must be KEY=VALUE", "given 'a..b=1'")),
    Bad(f"{MORPH} --set title=!!python/name:x", ("--set title", "tags are not")),
    # Outputs.
    Bad(f"{MORPH} -o x.avi", ("x.avi", "'.avi'", ".mp4")),
    Bad("explain aurora -o x.pdf", ("x.pdf", "'.pdf'", ".png", "a .html")),
    Bad(f"{MORPH} -o x", ("x: a name without an ending", ".mp4")),
    Bad(f"{MORPH} -o nowhere/x.mp4", ("nowhere/x.mp4", "folder nowhere does not exist")),
    Bad(f"{MORPH} -o old.mp4", ("old.mp4", "exists already", "--overwrite"), {"old.mp4": "old"}),
    Bad(f"{MORPH} -o x.gif --crf 20", ("--crf", "GIF", "given 20")),
    Bad(f"{MORPH} --codec prores4444 -o x.mov --crf 20", ("--crf", "prores4444", "given 20")),
    Bad(f"{MORPH} -o x.png", ("x.png", "one picture", ".apng")),
    Bad("still --seed 1 --set morph.pace=uniform -o x.mp4", ("x.mp4", "a still", "cppnvid render")),
    # Files.
    Bad("render loop.yaml", ("loop.yaml: there is no such file",)),
    Bad("render loop.mp4", ("loop.mp4: there is no such file",)),
    Bad("render folder.yaml", ("folder.yaml: is a folder",), {"folder.yaml": None}),
    Bad("render ./folder", ("folder", "no recipe"), {"folder": None}),
    Bad("render x.txt", ("x.txt", ".yaml", ".mp4", "ending"), {"x.txt": "hello"}),
    Bad("render loop.yaml", ("loop.yaml: is not UTF-8",), {"loop.yaml": b"\xff\xfe\x00"}),
    Bad("render loop.mp4", ("loop.mp4: ffmpeg cannot read it",), {"loop.mp4": "no video"}),
    Bad("info loop.mp4", ("loop.mp4: there is no such file",)),
    Bad("info sonar", ("sonar: there is no such file", "'cppnvid presets sonar' prints")),
    Bad("info a.yaml", ("a.yaml: is a recipe already", "any editor"), {"a.yaml": "title: A"}),
    Bad("info a.avi", ("a.avi:", ".mp4, .m4v, .webm"), {"a.avi": b"x"}),
    Bad("render a.avi", ("a.avi:", ".yaml", ".png", "folder of PNGs"), {"a.avi": b"x"}),
    *[Bad(f"{command} ", ("name is empty: name one",)) for command in ("info", "check", "sheet")],
    Bad(f"{MORPH} --fps 60 -o x.gif", ("--fps", "at most 50", "given 60", "use 50 or 25")),
    *[
        Bad(f"{MORPH} --max-size 1MB -o x/{how}", ("--max-size", "one file", "x/ is a folder"))
        for how in ("", " --preview")
    ],
    *[
        Bad(f"{typed}{'a' * 300}.mp4", ("aaa.mp4: File name too long\n",))
        for typed in ("render ", "info ", f"{MORPH} -o ", f"{MORPH} --audio ")
    ],
    Bad("platforms xgif", ("NAME: unknown platform 'xgif': did you mean 'x-gif'?",)),
    Bad("sheet aurora -o b.mp4", ("--output", "b.mp4", ".png")),
    # YAML.
    Bad("render loop.yaml", ("loop.yaml: a recipe is a mapping", "given [1, 2]"), yaml("- 1\n- 2")),
    Bad("render loop.yaml", ("loop.yaml: a recipe is a mapping", "empty"), yaml("")),
    Bad("render loop.yaml", ("loop.yaml:1", "tags are not"), yaml("title: !!binary aGk=")),
    Bad("render loop.yaml", ("loop.yaml:1", "anchors", "aliases"), yaml(BOMB)),
    Bad("render loop.yaml", ("loop.yaml:1", "is not YAML"), yaml("title: [")),
    Bad("render loop.yaml", ("loop.yaml:1", "finite", ".nan"), yaml("camera: {scale: .nan}")),
    Bad("render loop.yaml", ("loop.yaml:1", "finite", ".inf"), yaml("camera: {scale: .inf}")),
    Bad("render loop.yaml", ("loop.yaml:2: network.layrs", "'layers'"),
        yaml("network:\n  layrs: 1")),
    Bad("render loop.yaml", ("network.layers.0", "at most 1024", "1025"),
        yaml("network: {layers: [1025]}")),
    Bad("render loop.yaml", ("network.layers", "at most 256", "300"),
        yaml("network: {layers: 300x4}")),
    Bad("render loop.yaml", ("loop.yaml:1:", "\\x1b[31mred"), yaml('"\\e[31mred": 1')),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.typed[:60])
def test_bad_input_is_answered_with_the_way_out(run: Run, row: Bad) -> None:
    """Every wrong request ends with 2, says what is right, and leaves the folder as it was."""
    for name, content in row.files.items():
        if content is None:
            Path(name).mkdir()
        else:
            Path(name).write_bytes(content if isinstance(content, bytes) else content.encode())

    code, out, err = run(*row.typed.split(" "))

    assert code == row.code, err
    assert out == ""
    assert not [words for words in row.said if words not in err], err
    assert not [jargon for jargon in ("Input should", "Value error", "Traceback") if jargon in err]
    assert names_here() == sorted(row.files)


def test_a_hundred_megabytes_are_refused_before_they_are_read(run: Run) -> None:
    """A recipe file's size is checked first: this one has no block on the disk."""
    with Path("loop.yaml").open("wb") as file:
        file.truncate(100_000_000)

    code, _, err = run("render", "loop.yaml")

    assert code == 2
    assert "loop.yaml: must have at most 1 MB, given" in err


def test_what_is_no_file_is_refused(run: Run) -> None:
    """A pipe under a recipe's name is refused, not waited for."""
    os.mkfifo("loop.yaml")

    code, _, err = run("render", "loop.yaml")

    assert (code, "loop.yaml: is not a regular file" in err) == (2, True)


def test_an_unreadable_file_is_refused(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A recipe that may not be read is answered with the system's own reason."""

    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    Path("loop.yaml").write_text("title: x")
    monkeypatch.setattr(Path, "read_bytes", refuse)  # the mode of a file does not stop root

    code, _, err = run("render", "loop.yaml")

    assert (code, "loop.yaml: cannot be read: Permission denied" in err) == (2, True)


def test_a_picture_without_a_recipe_is_refused(run: Run) -> None:
    """A PNG that cppnvid did not make cannot be drawn again; `info` shows what it is."""
    from PIL import Image

    Image.new("RGB", (4, 2)).save("photo.png")

    code, out, err = run("info", "photo.png")
    facts, recipe = out.splitlines()
    assert (code, err) == (0, "")
    assert facts.startswith("# photo.png: PNG (png, 8 bits), 4x2, ")
    assert recipe.startswith("# contains no recipe: cppnvid did not make it, or ")

    code, out, err = run("render", "photo.png", "-o", "x.mp4")
    assert (code, out, "photo.png: contains no recipe" in err) == (2, "", True)
    assert names_here() == ["photo.png"]


def test_a_backend_that_is_not_usable_ends_with_3(run: Run) -> None:
    """A backend that exists and cannot run here is the machine's lack, not the user's mistake."""
    import torch

    missing = "torch:cuda" if not torch.cuda.is_available() else "torch:mps"
    code, _, err = run(*MORPH.split(), "--size", "8", "--backend", missing)

    assert code == 3
    assert f"backend {missing} is not usable here" in err
    assert names_here() == []
