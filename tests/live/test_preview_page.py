"""A preview in a real browser: the page that waits becomes the page that plays."""

from pathlib import Path
from typing import TYPE_CHECKING

from cppnvid.preview import PreviewFiles, save_preview
from tests.live.films import film
from tests.live.test_browser import until

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def test_the_page_that_was_opened_goes_on_to_play(browser: "Browser") -> None:
    """It shows the first frame, reloads itself, and then draws the film in its own size."""
    page = browser.new_context(viewport={"width": 160, "height": 120}).new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))

    def shown(place: Path) -> None:
        page.goto(place.resolve().as_uri())
        assert page.get_by_alt_text("the first frame").is_visible()
        assert page.locator("canvas").count() == 0

    save_preview(film("walk"), PreviewFiles.beside("x.mp4"), shown=shown)

    page.wait_for_selector("#canvas")
    until(page, "cppnvid.state.ready && cppnvid.state.playing")
    assert errors == []
    page.context.close()
