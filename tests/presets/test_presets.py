"""Text in, Recipe out: presets, YAML from strangers, overrides, and what rides in a file."""

import json
import subprocess
import sys
import zipfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from pydantic import ValidationError

import cppnvid
from cppnvid import presets
from cppnvid.colour.gradients import GRADIENT_NAMES
from cppnvid.errors import RecipeError, Setting
from cppnvid.presets import Override, load_recipe, parse, recipe_text, recipe_yaml
from cppnvid.presets.yaml import MAX_BYTES, MAX_VALUES, dump
from cppnvid.recipe import COLOUR_MODES, Recipe

GROW = Override("morph.path", "grow", "--path")
ACTIVATIONS = ["tanh", "sin", "gaussian", "atan_pair"]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Write a file into the current folder, which is a new one; return its name."""
    monkeypatch.chdir(tmp_path)

    def write(text: str, name: str = "loop.yaml") -> str:
        Path(name).write_text(text, encoding="utf-8")
        return name

    return write


def refusal(source: Any, *overrides: Override) -> str:
    """Return the message with which a recipe is refused."""
    with pytest.raises(RecipeError) as caught:
        load_recipe(source, overrides)
    return str(caught.value)


# ------------------------------------------------------------------ round trips

reals = st.floats(min_value=-1e6, max_value=1e6, allow_nan=False)
printable = st.characters(
    exclude_categories=["Cs", "Cc", "Zl", "Zp"],
    include_characters="\n\t",
    exclude_characters="\ufeff",
)
texts = st.text(printable, max_size=40)


@st.composite
def tracks(draw: st.DrawFn) -> Any:
    """Draw a number, or keyframes that lead back to their start in a loop."""
    if draw(st.booleans()):
        return draw(reals)
    times = sorted(draw(st.sets(st.floats(0, 0.99), min_size=2, max_size=4)))
    easing = draw(st.sampled_from(["linear", "smooth", "hold"]))
    return {"keys": [[time, draw(reals)] for time in times], "easing": easing}


@st.composite
def recipes(draw: st.DrawFn) -> Recipe:
    """Draw a recipe over its main fields."""
    layer = st.one_of(
        st.integers(1, 32),
        st.just("3x8"),
        st.fixed_dictionaries(
            {"width": st.integers(1, 32), "activation": st.sampled_from(ACTIVATIONS)}
        ),
    )
    warp = st.one_of(
        st.fixed_dictionaries({"kind": st.just("kaleidoscope"), "segments": st.integers(1, 9)}),
        st.fixed_dictionaries(
            {"kind": st.just("swirl"), "angle": tracks(), "radius": st.floats(0.01, 9)}
        ),
    )
    palette = st.sampled_from([*COLOUR_MODES, *GRADIENT_NAMES]).filter(lambda name: name != "cmyk")
    seeds = st.lists(st.integers(0, 2**63 - 1), min_size=1, max_size=4)
    data = {
        "title": draw(texts),
        "comment": draw(texts),
        "network": {
            "layers": draw(st.lists(layer, min_size=1, max_size=4)),
            "init": {"hidden": draw(st.floats(0, 1e6))},
        },
        "morph": {"seeds": draw(seeds), "hold": draw(st.floats(0, 0.95))},
        "camera": {"rotate": draw(tracks()), "warps": draw(st.lists(warp, max_size=2))},
        "palette": draw(palette),
        "canvas": {"size": [draw(st.integers(1, 16384)), draw(st.integers(1, 16384))]},
        "output": {
            "frames": draw(st.integers(1, 1000)),
            "fps": str(draw(st.fractions(1, 240, max_denominator=1001))),
            "crf": draw(st.one_of(st.none(), st.integers(0, 63))),
        },
    }
    return Recipe.model_validate(data)


@settings(max_examples=60, deadline=None)
@given(recipes())
def test_recipe_to_yaml_to_recipe_is_the_identity(recipe: Recipe) -> None:
    """A recipe written as YAML and read back is the same recipe."""
    assert Recipe.model_validate(parse(recipe_yaml(recipe), "x").data) == recipe


@settings(max_examples=40, deadline=None)
@given(recipes(), st.one_of(st.none(), st.floats(0, 1)))
def test_what_rides_in_a_file_comes_back(recipe: Recipe, time: float | None) -> None:
    """The text in a media file is ASCII on one line and gives back the recipe and the moment."""
    text = recipe_text(recipe, time)

    source = presets.parse_recipe_text(text, "loop.mp4")

    assert text.isascii()
    assert "\n" not in text
    assert (load_recipe(source), source.time) == (recipe, time)


@pytest.mark.parametrize(
    "text",
    ["1e-3", "yes", "null", "010", "16:9", "2020-01-01", ".inf", "~", "", "a: b", "#x", "😀"],
)
def test_text_that_looks_like_something_else_stays_text(text: str) -> None:
    """A title such as 1e-3 or yes is quoted when it is written, so it comes back as text."""
    assert parse(dump({"title": text}), "x").data == {"title": text}


# ------------------------------------------------------------------ YAML from strangers


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: &x 2", "f.yaml:2: anchors (&) and aliases (*) are not supported: write it out"),
        ("a: 1\nb: *x", "f.yaml:2: anchors (&) and aliases (*) are not supported: write it out"),
        ("a: !!python/object:os.system x", "f.yaml:1: tags are not supported"),
        ("a: !x 1", "f.yaml:1: tags are not supported: remove '!x'"),
        ("a: 1\na: 2", "f.yaml:2: repeats the key 'a' of line 1"),
        ("a: .nan", "f.yaml:1: a: numbers must be finite, given .nan"),
        ("a: -.Inf", "f.yaml:1: a: numbers must be finite, given -.Inf"),
        ("a: 1e999", "f.yaml:1: a: numbers must be finite, given 1e999"),
        ("a: " + "9" * 5000, "f.yaml:1: a: numbers must be finite, given 999"),
        ("a: 1\n---\nb: 2", "f.yaml:2: contains several documents (---): keep one"),
        ("a: [1", "f.yaml:1: is not YAML: "),
        ("? [1]\n: 2", "f.yaml:1: a key must be a word"),
        ("a: \x01", "f.yaml:1: contains '\\x01', which is not text"),
        ('a: "\\ud800"', "f.yaml:1: contains half a character, a lone surrogate"),
        ("[" * 100_000, "f.yaml:1: is nested deeper than 32 levels"),
        ("- " * 100_000, "f.yaml:1: is nested deeper than 32 levels"),
        ("x" * (MAX_BYTES + 1), "f.yaml: is longer than 1,000,000 characters"),
    ],
)
def test_yaml_we_do_not_read_is_refused_by_line(text: str, message: str) -> None:
    """YAML that could be larger than it looks, or is not plain data, is refused with its line."""
    with pytest.raises(RecipeError) as caught:
        parse(text, "f.yaml")

    assert message in str(caught.value)


def test_values_are_counted() -> None:
    """A million small values within the allowed size are refused before they cost a minute."""
    with pytest.raises(RecipeError, match="contains more than 50,000 values"):
        parse("[" + "1," * MAX_VALUES + "]", "f.yaml")


def test_yaml_is_read_as_version_1_2_and_json_as_it_is() -> None:
    """1e-3 is a number, yes is text, and JSON's surrogate pairs are joined."""
    assert parse("a: 1e-3\nb: yes\nc: 1:30", "x").data == {"a": 0.001, "b": "yes", "c": "1:30"}
    assert parse('{"a":1,\n\t"b":"\\ud83d\\ude00"}', "x").data == {"a": 1, "b": "😀"}


# ------------------------------------------------------------------ mistakes

MISTAKES = [
    ("network:\n  layres: 3",
     "loop.yaml:2: network.layres: unknown key 'layres': did you mean 'layers'?"),
    ("network:\n  layers:\n  - 3x16\n  - {width: 8, activation: sinn}",
     "loop.yaml:4: network.layers.1.activation: unknown activation 'sinn': did you mean 'sin'?"),
    ("frames: 3", "loop.yaml:1: frames: unknown key 'frames': did you mean output.frames?"),
    ("camera:\n  warps:\n  - kind: mirror\n    angel: 3",
     "warps.0.angel: unknown key 'angel': did you mean 'angle'? known are kind, angle, offset"),
    ("camera: {warps: [{kind: miror}]}",
     "camera.warps.0: unknown kind 'miror': did you mean 'mirror'?"),
    ("camera: {warps: [{angle: 3}]}",
     "camera.warps.0: needs a kind, such as {kind: swirl}, given"),
    ("camera:\n  warps:\n  - {kind: swirl, angle: {keys: [[0, 1], [2, 3]]}}",
     "camera.warps.0.angle.keys.1.0: must be a share of the film, from 0 to 1, given 2"),
    ("camera: {zoom: fast}", "camera.zoom: must be a number, or keyframes such as"),
    ("canvas:\n  samples: 9",
     "canvas.samples: must be a whole number from 1 to 8, or auto, given 9"),
    ("canvas: {size: 1080q}", "canvas.size: unknown size '1080q': did you mean '1080p'?"),
    ("output: {crf: 1.5}", "output.crf: must be a whole number, given 1.5"),
    ("output:\n  fps: fast", "loop.yaml:2: output.fps: must be a number or a ratio"),
    ("morph: {seeds: [7.5]}", "loop.yaml:1: morph.seeds.0: must be a whole number, given 7.5"),
    ("morph: {seeds: []}", "morph.seeds: must not be empty"),
    ("morph: 3",
     "morph: must be a mapping with keys such as seeds, of, weights, network_seed, given 3"),
    ("network: {channels: 2}", "network.channels: must be 1, 3 or 4, given 2"),
    ("network: {residual: yes}", "network.residual: must be true or false, given 'yes'"),
    ("network: {layers: 300x3}", "network.layers: must be at most 256 entries, given 300"),
    ("network: {layers: 2x2000}", "network.layers: must be at most 1024, given 2000"),
    ("palette: {colours: [red, red]}",
     "palette.colours.0: must be a colour such as '#102030', given 'red'"),
    ("palette: neonn", "palette.name: unknown palette 'neonn': did you mean 'neon'?"),
    ("title: [3]", "title: must be text, in quotes if necessary, given [3]"),
    ("title: a\nstyle: hause", "loop.yaml:2: style: unknown style 'hause': did you mean 'house'?"),
    ("output: {frames: 3}\nmorph:\n  loop: ping-pong",
     "loop.yaml:1: output.frames, morph.loop: must be even in a ping-pong"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), MISTAKES)
def test_a_mistake_is_described_in_plain_words(write: Any, text: str, message: str) -> None:
    """A mistake names file, line, key path, what is given and what would be right."""
    said = refusal(write(text))

    assert message in said
    assert not any(word in said.lower() for word in ("input should", "value error", "pydantic"))


def test_mistakes_are_data(write: Any) -> None:
    """A mistake carries key, value, allowed values, other keys, file and line."""
    text = "canvas:\n  samples: 9\nmorph:\n  loop: ping-pong\noutput: {frames: 9}"
    with pytest.raises(RecipeError) as samples:
        load_recipe(write(text))
    (mistake,) = samples.value.mistakes
    assert (mistake.key, mistake.given, mistake.line) == ("canvas.samples", 9, 2)
    assert (mistake.file, mistake.allowed) == ("loop.yaml", "a whole number from 1 to 8, or auto")

    with pytest.raises(RecipeError) as frames:
        load_recipe(write(text.replace("samples: 9", "samples: 2")))
    (mistake,) = frames.value.mistakes
    assert (mistake.key, mistake.given, mistake.line) == ("output.frames", 9, 5)
    assert (mistake.also, mistake.origins) == (("morph.loop",), ())
    assert isinstance(frames.value.__cause__, ValidationError)


def test_a_text_advises_keys_and_an_option_options() -> None:
    """Advice about other settings names keys where a text has the mistake, else what is typed."""
    text = presets.parse("morph: {seeds: [1], path: grow}\nnetwork: {layers: [8]}", "loop.yaml")
    source = presets.Source(text.data, name="loop.yaml", lines=text.lines)
    with pytest.raises(RecipeError) as written:
        load_recipe(source)
    with pytest.raises(RecipeError) as typed:
        load_recipe({"network": {"layers": [8]}, "morph": {"seeds": [1]}}, [GROW])

    def name(setting: Setting) -> str:
        return f"--{setting.key.rpartition('.')[2]} {setting.value}"

    assert "or use morph.grow: width" in written.value.words(name)
    assert typed.value.words(name).startswith("--path: depth needs at least 2 hidden layers")
    assert "or use --grow width" in typed.value.words(name)


def test_an_option_hides_no_mistake_in_the_text() -> None:
    """A text is refused for a value that an option would replace, and blamed for it."""
    with pytest.raises(RecipeError) as caught:
        load_recipe({"output": {"frames": 0}}, [Override("output.frames", 9, "--frames")])

    assert caught.value.mistakes[0].origins == ()
    assert (caught.value.key, caught.value.given) == ("output.frames", 0)


def test_a_recipe_without_text_is_validated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Style, defaults and options are laid on each other first, and then validated together."""
    validated = []
    validate = Recipe.model_validate

    def counting(data: Any) -> Recipe:
        validated.append(data)
        return validate(data)

    monkeypatch.setattr(Recipe, "model_validate", counting)
    seeds = Override("morph.seeds", [1, 2, 3], "--seeds")
    recipe = load_recipe({}, [seeds, Override("output.frames", 30, "--frames")])

    assert len(validated) == 1
    assert recipe == validate({"output": {"frames": 30}})


def test_all_mistakes_are_listed_at_once_up_to_five(write: Any) -> None:
    """Several mistakes come in one message, a line for each, and the rest is counted."""
    text = "title: [1]\ncomment: [2]\nmorph: {of: a, path: b, hold: 2, radius: -1}"

    lines = refusal(write(text)).splitlines()

    assert len(lines) == 6
    assert lines[-1] == "and 1 more"


# ------------------------------------------------------------------ where recipes come from


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put two presets on a shelf of our own, and go to an empty folder."""
    folder = tmp_path / "shelf"
    (folder / "article").mkdir(parents=True)
    (folder / "aurora.yaml").write_text("title: Aurora\nmorph: {seeds: [4, 5]}\n")
    (folder / "article/grey-goo.yaml").write_text("title: Grey goo\nstyle: article\n")
    monkeypatch.setattr("cppnvid.presets.sources.presets_folder", lambda: folder)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return folder


def test_presets_are_found_by_name(shelf: Path) -> None:
    """Presets are listed with their titles and read by name, also from a folder among them."""
    assert [(p.name, p.title) for p in presets.list_presets()] == [
        ("article/grey-goo", "Grey goo"),
        ("aurora", "Aurora"),
    ]
    assert load_recipe("aurora").morph.seeds == (4, 5)
    assert load_recipe("article/grey-goo").style == "article"


def test_a_name_with_an_ending_is_a_file(shelf: Path) -> None:
    """A bare name is a preset even beside a file of that name; an ending or ./ makes it a file."""
    Path("aurora.yaml").write_text("title: mine")
    Path("own").write_text("title: mine")

    assert load_recipe("aurora").title == "Aurora"
    assert load_recipe("aurora.yaml").title == "mine"
    assert "to read the file of that name, write ./own" in refusal("own")


def test_an_unknown_preset_names_the_nearest(shelf: Path) -> None:
    """A misspelt preset is answered with the nearest and with all that are known."""
    said = refusal("aurrora")

    assert "unknown preset 'aurrora': did you mean 'aurora'?" in said
    assert "known are article/grey-goo, aurora" in said


def test_every_preset_we_bring_is_a_recipe() -> None:
    """Each preset in the repository reads without a mistake and has a title and a comment."""
    for preset in presets.list_presets():
        recipe = load_recipe(preset.name)
        assert recipe.title, preset.name
        assert recipe.comment, preset.name


def test_a_recipe_of_another_version_says_so() -> None:
    """A mistake in a file another version made names that version."""
    text = json.dumps({"cppnvid": "9.0", "recipe": {"sparkle": 1}})

    said = refusal(presets.parse_recipe_text(text, "loop.mp4"))

    assert said.startswith("loop.mp4 (made by cppnvid 9.0, this is ")
    assert "unknown key 'sparkle'" in said


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a photo of my cat", "contains a comment but no recipe"),
        ("my cat: [cute, \t", "contains a comment but no recipe"),
        ('{"cppnvid": "0.1", "recipe": {}, "time": 2}', "time: must be from 0 to 1, given 2"),
        ('{"cppnvid": "0.1", "recipe": [1]}', "a recipe is a mapping"),
        ('{"cppnvid": "0.1", "recipe": {"camera": {"scale": NaN}}}', "must be a number"),
    ],
)
def test_a_forged_comment_is_refused(text: str, message: str) -> None:
    """What rides in a stranger's file is read as carefully as a stranger's YAML."""
    with pytest.raises(RecipeError) as caught:
        load_recipe(presets.parse_recipe_text(text, "loop.mp4"))

    assert str(caught.value).startswith("loop.mp4")
    assert message in str(caught.value)


# ------------------------------------------------------------------ overrides


def with_set(*pairs: tuple[str, Any], base: Any = None) -> Recipe:
    """Return a recipe with keys set on it."""
    return load_recipe(base or {}, [Override(key, value) for key, value in pairs])


def test_every_key_can_be_set() -> None:
    """Setting each key of a full recipe to its own value is allowed and changes nothing."""
    recipe = load_recipe(
        {"camera": {"warps": [{"kind": "swirl"}], "zoom": {"keys": [[0, 1], [0.5, 2]]}}}
    )

    def leaves(node: Any, path: str = "") -> Any:
        yield path, node
        items = (
            node.items()
            if isinstance(node, dict)
            else enumerate(node)
            if isinstance(node, list)
            else ()
        )
        for key, below in items:
            yield from leaves(below, f"{path}.{key}".lstrip("."))

    found = [(path, value) for path, value in leaves(recipe.to_data()) if path]
    assert len(found) > 60
    for path, value in found:
        assert with_set((path, value), base=recipe.to_data()) == recipe, path


def test_short_forms_have_keys_to_set() -> None:
    """A layer that is a width and a track that is a number take keys of their own."""
    recipe = with_set(
        ("network.layers.1.activation", "sin"),
        ("network.layers.2", {"width": 8, "activation": "cos"}),
        ("camera.zoom.keys", [[0, 1], [0.5, 2]]),
        ("camera.zoom.keys.1.value", 3),
        ("camera.zoom.easing", "linear"),
        ("camera.warps.0", {"kind": "kaleidoscope"}),
        ("camera.warps.0.segments", 8),
        base={"network": {"layers": [4, 4, 4]}},
    )

    assert recipe.network.layers[1].activation == "sin"
    assert (recipe.network.layers[2].width, recipe.network.layers[2].activation) == (8, "cos")
    assert [key.value for key in recipe.camera.zoom.keys] == [1, 3]
    assert recipe.camera.zoom.easing == "linear"
    assert recipe.to_data()["camera"]["warps"][0]["segments"] == 8


def test_a_style_is_chosen_before_the_rest() -> None:
    """A style given as an override takes effect, and what the text wrote still wins."""
    recipe = with_set(("style", "article"), base={"network": {"inputs": ["x", "y", "r"]}})

    assert recipe.network.inputs == ("x", "y", "r")
    assert len(recipe.network.layers) == 9


def test_speed_and_times_are_laid_over_what_there_is() -> None:
    """Speed shortens the film there is; times bring a path, and end with another."""
    base = {"morph": {"seeds": [1, 2, 3]}, "output": {"frames": 240, "fps": 24}}
    timed = base | {"morph": {"seeds": [1, 2, 3], "times": [0, 0.2, 0.7]}}

    fast = with_set(("morph.speed", 2), base=base)
    assert (fast.output.frames, fast.morph.speed.is_constant) == (120, True)
    assert with_set(("morph.speed", 2), ("output.fps", 12), base=base).output.frames == 60
    there_and_back = with_set(("morph.speed", 16), ("morph.loop", "ping-pong"), base=base)
    assert there_and_back.output.frames == 16  # 15 would show its turning point twice
    assert with_set(("morph.times", [0, 0.2, 0.7]), base=base).morph.path == "spline"
    assert with_set(("morph.path", "slerp"), base=timed).morph.times == ()
    assert with_set(("morph.seeds", [4, 5]), base=timed).morph.times == ()


def test_the_path_follows_the_number_of_seeds() -> None:
    """Several seeds on an orbit's recipe get a path that passes through them, and back."""
    several = with_set(("morph.seeds", [1, 2]), base={"morph": {"seeds": [1], "path": "orbit"}})
    one = with_set(("morph.seeds", [1]), base={"morph": {"seeds": [1, 2], "path": "slerp"}})
    kept = with_set(("morph.seeds", [7, 8, 9]), base={"morph": {"seeds": [1, 2], "path": "slerp"}})

    assert (several.morph.path, one.morph.path, kept.morph.path) == ("cubic", "orbit", "slerp")


def test_hold_and_holds_replace_each_other() -> None:
    """One share for all seeds and one for each take the other's place; seeds void the second."""
    each = {"morph": {"seeds": [1, 2], "holds": [0.1, 0.5]}}
    same = {"morph": {"seeds": [1, 2], "hold": 0.3}}

    assert with_set(("morph.hold", 0.2), base=each).morph.holds == ()
    assert with_set(("morph.seeds", [4, 5, 6]), base=each).morph.holds == ()
    laid = with_set(("morph.holds", [0.1, 0.5]), base=same).morph
    assert (laid.hold, laid.holds) == (0.0, (0.1, 0.5))


def test_length_is_kept_in_seconds() -> None:
    """Seconds replace frames; a frame rate alone keeps the length; frames that are given stay."""
    base = {"output": {"frames": 90, "fps": 30}}

    assert with_set(("output.seconds", 2), base=base).output.frames == 60
    assert with_set(("output.fps", 60), base=base).output.frames == 180
    assert with_set(("output.fps", 60), ("output.frames", 10), base=base).output.frames == 10
    odd = with_set(("output.seconds", 5.5), ("morph.loop", "ping-pong"), base=base)
    assert (odd.output.frames, odd.output.fps) == (166, Fraction(30))


def test_a_palette_stays_whole() -> None:
    """Naming a palette drops colours of one's own, and giving colours drops the name."""
    own = {"palette": {"name": "custom", "colours": ["#000000", "#ffffff"], "hue": 30}}

    assert with_set(("palette.name", "neon"), base=own).palette.colours == ()
    assert with_set(("palette.name", "neon"), base=own).palette.hue.keys[0].value == 30
    assert with_set(("palette.colours", ["#000000", "#ff0000"])).palette.name == "custom"
    assert with_set(("palette.name", "cmyk")).network.channels == 4
    assert with_set(("palette.name", "rgb"), base=with_set(("palette.name", "cmyk")).to_data())


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("netwrok.layers", 3, "--set: unknown key 'netwrok': did you mean 'network'?"),
        ("network.layers.9", 3, "entries, counted from 0: given 9, the next new one is"),
        ("network.layers.x", 3, "network.layers is a list: name an entry"),
        ("output.frames.x", 3, "output.frames is a single value and has no keys"),
        (
            "network.layers.0",
            {"width": 1, "bais": True},
            "unknown key 'bais': did you mean 'bias'?",
        ),
    ],
)
def test_a_key_that_cannot_be_set_is_refused(key: str, value: Any, message: str) -> None:
    """An override that leads nowhere names itself and the nearest right key."""
    assert message in refusal({}, Override(key, value, "--set"))


def test_a_mistake_between_options_names_them_all() -> None:
    """A contradiction between two options names both."""
    said = refusal(
        {}, Override("morph.seeds", [1], "--seeds"), Override("morph.path", "linear", "--path")
    )

    assert said.startswith("--path, --seeds: linear needs at least two seeds")

    turn = Override("camera.rotate", {"keys": [[0, 0], [1, 90]]}, "--set camera.rotate")
    size = Override("canvas.size", 8, "--size")
    assert refusal({}, size, turn).startswith("--set camera.rotate: jumps from 90 to 0")


# ------------------------------------------------------------------ schema


def test_the_schema_knows_every_key_and_short_form() -> None:
    """The schema lists each part's keys, describes them, and allows what a text may shorten."""
    schema = presets.recipe_schema()
    parts = schema["$defs"]

    assert schema["$schema"].startswith("https://json-schema.org/")
    assert set(schema["properties"]) == set(Recipe.model_fields)
    assert "house" in schema["properties"]["style"]["enum"]
    assert parts["Track"]["anyOf"][0]["type"] == "number"
    assert parts["Layer"]["anyOf"][0]["type"] == "integer"
    assert "seconds" in parts["Output"]["properties"]
    assert "description" in parts["Camera"]["properties"]["zoom"]


@pytest.mark.parametrize("text", ["1984", "007", "1984.50", "1e3", "1e999", "-0", "true", ".inf"])
def test_a_number_as_a_title_is_text(text: str) -> None:
    """It is kept to the letter, in a recipe's text and for one key alone."""
    assert parse(f"title: {text}\ncomment: {text}", "x").data == {"title": text, "comment": text}
    assert parse(text, "--set title", at=("title",)).data == text
    assert parse(f'{{"title": {text}}}', "x").data == {"title": text}
    assert parse(f"sound: {{file: {text}}}", "x").data == {"sound": {"file": text}}
    assert parse("1984", "x").data == 1984


def test_presets_are_read_from_a_package_in_a_zip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wheel on the path needs no unpacking by hand, and its presets are those of a checkout."""
    package, folder = Path(cppnvid.__file__).parent, presets.sources.presets_folder()
    with zipfile.ZipFile(tmp_path / "cppnvid.whl", "w") as wheel:
        for path in (path for path in package.rglob("*") if path.suffix in (".py", ".npy")):
            wheel.write(path, Path("cppnvid") / path.relative_to(package))
        for path in folder.rglob("*.yaml"):
            wheel.write(path, Path("cppnvid/_presets") / path.relative_to(folder))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "cppnvid.whl"))
    typed = ["still", "aurora", "--size", "8", "-q", "-o", str(tmp_path / "a.png")]
    code = "import cppnvid; print(cppnvid.__file__, len(cppnvid.list_presets()), sep='\\n')\n"
    code += "from cppnvid.cli import main; main()"

    done = subprocess.run(
        [sys.executable, "-P", "-c", code, *typed],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )

    place, count, written = done.stdout.splitlines()
    assert "cppnvid.whl" in place
    assert int(count) == len(presets.list_presets())
    assert written == typed[-1]
    assert Path(written).is_file()
