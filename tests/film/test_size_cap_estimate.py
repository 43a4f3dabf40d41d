"""How a cap is filled with few looks: prediction, search, and frames that are kept."""

from pathlib import Path

import numpy as np
import pytest

from cppnvid.encode import container_for
from cppnvid.film.run import Run
from cppnvid.film.size_cap.estimate import finest, predicted_size, surely_fits
from cppnvid.film.size_cap.frame_cache import KeptFrames
from cppnvid.render import render_video
from tests.film.helpers import Counting, lively


@pytest.mark.parametrize("power", [0.6, 1.0, 1.7])
@pytest.mark.parametrize("cap", [900, 500, 130, 100])
def test_the_search_fills_a_cap_with_few_looks(power: float, cap: int) -> None:
    """However wrong the shares are, what is found fits, fills the cap, and took few looks."""
    shares = [0.95**step for step in range(80)]
    looks = []

    def measure(index: int) -> float:
        looks.append(index)
        return 1000.0 * float(shares[index] ** power)

    found = finest(shares, measure, cap)

    assert found is not None
    assert 0.8 * cap <= 1000 * shares[found] ** power <= cap
    assert len(looks) <= 7


def test_the_search_knows_when_nothing_fits() -> None:
    """The coarsest is looked at last, and None says that it is too large; the first may do."""
    assert finest([1, 0.5, 0.25], lambda _: 100.0, 99) is None
    assert finest([1, 0.5, 0.25], lambda _: 100.0, 100) == 0


def test_a_sample_predicts_the_whole() -> None:
    """Of pictures in proportion, of segments by what they open with; too short films not at all."""
    gif, mp4 = (container_for(name) for name in ("x.gif", "x.mp4"))
    film = lively(16, 240, 30)

    assert predicted_size(film, gif, lambda numbers: 7 * len(numbers)) == 7 * 240
    # Two segments of 120 frames, each with a first picture of 1000 bytes and others of 10.
    assert predicted_size(film, mp4, lambda numbers: 990 + 10 * len(numbers)) == 2 * 2190
    assert predicted_size(lively(16, 20), gif, lambda _: 1) is None
    assert predicted_size(lively(16, 20), mp4, lambda _: 1) is None


def test_far_below_a_cap_nothing_is_sampled() -> None:
    """A film with a hundredfold cap is drawn once, and is the same file; a GIF is never sure."""
    recipe, backend = lively(32, 200, 30), Counting()
    free = render_video(recipe, "free.mp4").path.read_bytes()

    video = render_video(recipe, "x.mp4", Run(backend), max_size=10_000_000)

    assert backend.drawn == 200
    assert video.path.read_bytes() == free
    mp4, gif = container_for("x.mp4"), container_for("x.gif")
    assert not surely_fits(recipe, gif, 10_000_000)
    assert not surely_fits(recipe, mp4, 2 * len(free))
    assert not surely_fits(lively(32, 200, 30, crf=1), mp4, 400_000)
    assert surely_fits(recipe, mp4, 400_000)


def test_a_film_that_was_wrongly_sure_is_fitted(monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody expected to be above its cap is weighed, and held below it."""
    recipe = lively(96, 24)
    free = render_video(recipe, "free.mp4").path.stat().st_size
    monkeypatch.setattr("cppnvid.film.size_cap.fitting.surely_fits", lambda *_: True)

    video = render_video(recipe, "x.mp4", max_size=free * 7 // 10)

    assert free * 0.7 * 0.8 <= video.path.stat().st_size <= free * 0.7


@pytest.mark.parametrize("pixel_format", ["rgb24", "yuv420p", "rgb48"])
def test_kept_frames_come_back_exactly(pixel_format: str, tmp_path: Path) -> None:
    """Without loss, in their order, and only once all of them are kept."""
    shape = (9, 10) if pixel_format == "yuv420p" else (6, 10, 3)
    kind = np.uint16 if pixel_format == "rgb48" else np.uint8
    drawn = np.random.default_rng(1).integers(0, np.iinfo(kind).max + 1, (5, *shape), dtype=kind)
    kept = KeptFrames(tmp_path / "k.mkv")

    passed = np.concatenate(list(kept.keeping(iter([drawn[:2], drawn[2:]]), pixel_format)))

    assert kept.complete
    assert np.array_equal(passed, drawn)
    assert np.array_equal(np.concatenate(list(kept.again())), drawn)
