"""Scores: what nobody would choose ranks below what has forms and colours."""

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

import cppnvid
from cppnvid.film.run import Run
from cppnvid.sheets.scoring import marks
from tests.conftest import small

SIDE = 64
Picture = NDArray[np.uint8]


def of(red: ArrayLike, green: ArrayLike, blue: ArrayLike) -> Picture:
    """Return a picture of three channels in [0, 1]."""
    channels = np.broadcast_arrays(red, green, blue)
    return np.rint(np.stack(channels, axis=-1).astype(np.float64) * 255).astype(np.uint8)


def forms() -> Picture:
    """Return overlapping discs and bands of several colours, with soft edges."""
    y, x = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    disc = 1 / (1 + np.exp(30 * (np.hypot(x - 0.4, y - 0.5) - 0.25)))
    bands = 0.5 + 0.5 * np.sin(9 * x + 4 * y * y)
    return of(0.8 * disc + 0.2 * bands, 0.3 + 0.6 * bands * (1 - disc), 0.2 + 0.7 * y * bands)


def dull() -> dict[str, Picture]:
    """Return pictures that are flat, noise or next to nothing, by name."""
    draw = np.random.default_rng(1)
    slope = np.linspace(0, 1, SIDE)[None].repeat(SIDE, 0)
    dot = np.zeros((SIDE, SIDE))
    dot[30:34, 30:34] = 1.0
    return {
        "black": of(np.zeros((SIDE, SIDE)), 0, 0),
        "one colour": of(np.full((SIDE, SIDE), 0.7), 0.2, 0.4),
        "nearly grey": of(0.5 + draw.normal(0, 0.003, (SIDE, SIDE)), 0.5, 0.5),
        "noise": draw.integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8),
        "black and white noise": of(draw.integers(0, 2, (SIDE, SIDE)), *[0.5] * 2),
        "a slope": of(slope, slope, slope),
        "a dot": of(dot, dot, dot),
        "checks": of(*[np.indices((SIDE, SIDE)).sum(0) % 2] * 3),
    }


@pytest.mark.parametrize("name", list(dull()))
def test_what_is_dull_scores_next_to_nothing(name: str) -> None:
    """Flat pictures, noise, plain slopes and single dots stay far below a picture of forms."""
    assert cppnvid.score(dull()[name]) < 4 < 40 < cppnvid.score(forms())


def test_each_part_punishes_what_it_is_for() -> None:
    """A flat picture fails for colours, noise for detail and for edges, a slope for detail."""
    pictures = dull()

    assert marks(pictures["one colour"]) == (0.0, 0.0, 0.0)
    assert marks(pictures["noise"]).colours == 1.0
    assert marks(pictures["noise"]).detail < 0.01
    assert marks(pictures["noise"]).edges < 0.1
    assert marks(pictures["a slope"]).detail < 0.2
    assert marks(pictures["a dot"]).edges < 0.1
    assert min(marks(forms())) > 0.6


def test_size_and_orientation_hardly_matter() -> None:
    """The same picture, enlarged or turned, scores about the same."""
    picture = forms()
    here = cppnvid.score(picture)

    assert cppnvid.score(picture.repeat(5, 0).repeat(5, 1)) == pytest.approx(here, abs=1e-6)
    assert cppnvid.score(np.rot90(picture)) == pytest.approx(here, abs=2)
    assert cppnvid.score(picture[:, ::-1]) == pytest.approx(here, abs=2)


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (2, 2), (500, 3)])
def test_every_shape_has_a_score(shape: tuple[int, int]) -> None:
    """Pictures too small to hold a form score 0 to 100 like any other."""
    draw = np.random.default_rng(0)

    assert 0.0 <= cppnvid.score(draw.integers(0, 256, (*shape, 3), dtype=np.uint8)) <= 100.0


def test_the_choice_is_the_score_of_the_stills() -> None:
    """Seeds are ranked by the score of their own pictures, best first, each once."""
    recipe = small(64, 64, canvas={"samples": 2}, network={"layers": "2x8"})
    seeds = [5, 1, 2, 3, 4, 5, 6]
    scores = {
        seed: cppnvid.score(
            cppnvid.render_still(
                small(
                    64,
                    64,
                    canvas={"samples": 2},
                    network={"layers": "2x8"},
                    morph={"seeds": [seed]},
                ),
                Run(backend="torch:cpu"),
            )
        )
        for seed in seeds
    }

    best = cppnvid.best_seeds(recipe, seeds, 4)

    assert best == sorted(scores, key=lambda seed: -scores[seed])[:4]
    assert best == cppnvid.best_seeds(recipe, reversed(seeds), 4)
    with pytest.raises(cppnvid.RecipeError, match="from 1 to 6") as refused:
        cppnvid.best_seeds(recipe, seeds, 7)
    assert (refused.value.key, refused.value.given) == ("count", 7)
