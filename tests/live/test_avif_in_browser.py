"""What a browser makes of an animated AVIF: every frame, its colours and its time, and repeats."""

import base64
import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.encode.test_avif import contours, rms, write

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# Hands out frames' times in microseconds, whether they repeat, and all frames' pixels.
SHOWN = """async bytes => {
    const data = Uint8Array.from(atob(bytes), c => c.charCodeAt(0));
    const decoder = new ImageDecoder({data, type: 'image/avif'});
    await decoder.tracks.ready; await decoder.completed;
    const track = decoder.tracks.selectedTrack, frames = [];
    for (let frameIndex = 0; frameIndex < track.frameCount; frameIndex++) {
        const {image} = await decoder.decode({frameIndex});
        const canvas = new OffscreenCanvas(image.displayWidth, image.displayHeight);
        const context = canvas.getContext('2d');
        context.drawImage(image, 0, 0);
        const {data} = context.getImageData(0, 0, canvas.width, canvas.height);
        frames.push([image.timestamp, image.duration, Array.from(data)]);
    }
    return [track.repetitionCount, frames];
}"""


@pytest.fixture(scope="module")
def page(browser: "Browser") -> "Iterator[Page]":
    """Open an empty page at an address that may decode pictures."""
    opened = browser.new_page()
    opened.route("https://pictures.test/", lambda route: route.fulfill(body="", status=200))
    opened.goto("https://pictures.test/")
    yield opened
    opened.close()


@pytest.mark.parametrize(("plays", "comes_back"), [(0, math.inf), (1, 0), (3, 2)])
def test_a_browser_plays_it(page: "Page", tmp_path: Path, plays: int, comes_back: float) -> None:
    """Every frame at its time and with its colours, as often as asked."""
    frames = contours(33, 47, 4)
    write(tmp_path / "a.avif", frames, plays=plays, depth=10 if plays == 1 else 8)
    data = base64.b64encode((tmp_path / "a.avif").read_bytes()).decode()
    repeats, shown = page.evaluate(SHOWN, data)
    assert repeats == comes_back
    found = np.array([pixels for *_, pixels in shown], np.uint8).reshape(4, 47, 33, 4)[..., :3]
    assert rms(found, frames) < 4
    times = np.array([time[:2] for time in shown]) / 1e6
    assert times[:, 0] == pytest.approx(np.arange(4) * 1001 / 24000, abs=1e-5)
    assert times[:, 1] == pytest.approx(1001 / 24000, abs=1e-5)
