"""The table of platforms: every fact has a source, ranges make sense, and the command lists it."""

import re

import pytest

from cppnvid import RecipeError
from cppnvid.encode import container_for
from cppnvid.platforms import Wishes, fit, platform_named, platforms
from cppnvid.platforms.limits import LIMITED
from tests.conftest import Run
from tests.platforms.helpers import NAMES, resolved


@pytest.mark.parametrize("name", NAMES)
def test_every_fact_says_who_says_so_and_when(name: str) -> None:
    """Each platform has kinds of file that cppnvid writes, and a dated source for every fact."""
    facts = platforms()[name].facts

    assert (
        {"endings", "codecs"}
        <= facts.keys()
        <= LIMITED
        | {
            *("endings", "codecs", "size", "exact", "usual_fps", "usual_seconds"),
            *("sound", "edit_list"),
        }
    )
    for fact in facts.values():
        assert re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", fact.date), fact
        assert len(fact.source) > 10, fact
    for ending in facts["endings"].value:
        assert ending in container_for(f"x{ending}").suffixes


@pytest.mark.parametrize("name", NAMES)
def test_ranges_are_in_order_and_include_what_is_usual(name: str) -> None:
    """No range is empty, and a platform takes what it makes of the usual recipe unchanged."""
    platform = platforms()[name]

    for fact, found in platform.facts.items():
        if fact not in ("endings", "codecs", "size") and isinstance(found.value, tuple):
            least, most = platform.range_of(fact)
            assert least <= most, fact
    recipe, _ = resolved(name)
    assert fit(platform, recipe, Wishes((), f"x{platform['endings'][0]}")).overrides == ()


def test_fifteen_platforms_are_known() -> None:
    """No platform is lost; each is found by its name."""
    assert len(NAMES) >= 15
    assert all(platform_named(name).name == name for name in NAMES)


def test_an_unknown_platform_is_refused_with_the_nearest() -> None:
    """A mistyped name is answered with the one that was probably meant."""
    with pytest.raises(RecipeError, match=r"unknown platform.*did you mean 'slack-emoji'") as error:
        platform_named("slack-emojy")

    assert (error.value.key, error.value.given) == ("platform", "slack-emojy")


def test_the_command_lists_platforms(run: Run) -> None:
    """One row for each, and all facts about one with their sources."""
    code, out, _ = run("platforms")
    rows = out.splitlines()
    assert code == 0
    assert [row.split()[0] for row in rows[1:]] == NAMES
    assert re.search(r"telegram-sticker +\.webm +longer 512 +to 30 +to 3 +to 256 kB +20", out)

    code, out, _ = run("platforms", "slack-emoji")
    assert code == 0
    assert out.startswith("# slack-emoji: Slack emoji\n")
    assert re.search(r"\nframes +to 50 +Slack's limits.*, 20\d\d-\d\d\n", out)

    code, _, err = run("platforms", "slack")
    assert code == 2
    assert "slack-emoji" in err
