"""Which keys of a recipe replace which: one table for styles, texts and overrides."""

from typing import Any

import pytest

from cppnvid.presets import Override, load_recipe
from cppnvid.recipe import Recipe
from cppnvid.recipe.rules import RULES, Rule, put, replaced, value_of
from cppnvid.recipe.styles import STYLES

BELOW: dict[str, Any] = {
    "morph": {"seeds": [1], "path": "wander", "hold": 0.1},
    "palette": {"name": "custom", "colours": ["#000000", "#ffffff"]},
    "output": {"frames": 90},
}
EACH = {
    "morph": {"seeds": [1, 2], "path": "spline", "times": [0, 0.5], "holds": [0.1, 0.2]},
    "tempo": {"bpm": 120, "bars": 2},
}
ABOVE: dict[str, Any] = {
    "morph.weights": ["net.npz"],
    "morph.seeds": [4, 5, 6],
    "morph.hold": 0.2,
    "morph.holds": [0.3],
    "morph.times": [0, 0.5, 0.6],
    "morph.path": "slerp",
    "morph.loop": "ping-pong",
    "palette.name": "cmyk",
    "palette.colours": ["#ff0000", "#00ff00"],
    "output.seconds": 2,
    "output.frames": 70,
    "morph.speed": 2,
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.written[0]}-{rule.replaces}")
def test_each_row_replaces_its_key_and_yields_to_what_is_written(
    rule: Rule, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row acts on what lies below, for each of its keys, and not on a key written beside it."""
    monkeypatch.setattr("cppnvid.recipe.rules.RULES", (rule,))
    acted = False
    for key in rule.written:
        for data in (BELOW, EACH, {"palette": {"name": "rgb"}, "network": {"channels": 3}}):
            if value_of(data, rule.replaces) is None:
                continue
            part = key.partition(".")[0]
            laid = put({part: {}, **data}, key, ABOVE[key])
            kept = replaced(data, laid, {key, rule.replaces})
            assert value_of(kept, rule.replaces) == value_of(laid, rule.replaces)
            if rule.when(data, laid):
                new = value_of(replaced(data, laid, {key}), rule.replaces)
                assert new == rule.by(laid)
                assert new != value_of(data, rule.replaces)
                acted = True
    assert acted


def test_styles_and_overrides_follow_the_same_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a text replaces in its style, an override replaces in a text."""
    monkeypatch.setitem(STYLES, "own", BELOW)
    for key, value in {"palette.name": "neon", "morph.seeds": [4, 5], "morph.holds": [0.3]}.items():
        part, _, name = key.partition(".")

        text = Recipe.model_validate({"style": "own", part: {name: value}})
        laid = load_recipe({"style": "house", **BELOW}, [Override(key, value)])

        assert (text.morph, text.palette) == (laid.morph, laid.palette), key
