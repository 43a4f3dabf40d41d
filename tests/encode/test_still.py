"""Stills: bands of rows in, one PNG out."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from cppnvid.encode import decode, probe, read_recipe
from cppnvid.errors import EncodeError, RecipeError
from tests.encode.helpers import write_picture

PICTURE = np.random.default_rng(0).integers(0, 256, (37, 23, 3), dtype=np.uint8)


def bands(picture: NDArray[np.uint8], *sizes: int) -> Iterator[NDArray[np.uint8]]:
    """Cut a picture into bands of the given numbers of rows."""
    top = 0
    for size in sizes:
        yield picture[top : top + size]
        top += size


@pytest.mark.parametrize("sizes", [(37,), (10, 10, 10, 7), (1,) * 37])
def test_bands_become_one_picture(tmp_path: Path, sizes: tuple[int, ...]) -> None:
    """The picture is the same pixel for pixel, however it was cut."""
    write_picture(tmp_path / "a.png", bands(PICTURE, *sizes), width=23, height=37, recipe="{é}")
    assert np.array_equal(next(decode(tmp_path / "a.png")), PICTURE)
    assert read_recipe(tmp_path / "a.png") == "{é}"
    info = probe(tmp_path / "a.png")
    assert (info.width, info.height, info.frames, info.fps) == (23, 37, 1, None)
    assert [p.name for p in tmp_path.iterdir()] == ["a.png"]


def test_the_bytes_do_not_depend_on_the_bands(tmp_path: Path) -> None:
    """More threads draw narrower bands; this picture is more than zlib is given at once."""
    width, height = 2200, 700
    y, x = np.mgrid[:height, :width]
    picture = np.stack([x + y, x - y, x * y // 300], axis=-1).astype(np.uint8)
    name = tmp_path / "a.png"
    files = []
    for rows in (height, 64, 7):
        sizes = [min(rows, height - top) for top in range(0, height, rows)]
        write_picture(name, bands(picture, *sizes), width=width, height=height, overwrite=True)
        files.append(name.read_bytes())

    assert files[0] == files[1] == files[2]
    assert np.array_equal(next(decode(name)), picture)


@pytest.mark.parametrize(
    ("rows", "error", "words"),
    [
        ([PICTURE[:30]], EncodeError, "30 of 37 rows"),
        ([PICTURE, PICTURE[:1]], ValueError, "38 rows were drawn"),
        ([PICTURE.astype(float)], ValueError, "float64"),
        ([PICTURE[:, :22]], ValueError, r"\[37, 22, 3\], not uint8 \[k, 23, 3\]"),
        ([PICTURE[None]], ValueError, "not uint8"),
    ],
)
def test_wrong_rows_publish_nothing(
    tmp_path: Path, rows: list[NDArray[np.uint8]], error: type[Exception], words: str
) -> None:
    """Bands of another size, type or number raise, and the old picture stays."""
    (tmp_path / "a.png").write_bytes(b"old")
    with pytest.raises(error, match=words):
        write_picture(tmp_path / "a.png", rows, width=23, height=37, overwrite=True)
    assert [p.name for p in tmp_path.iterdir()] == ["a.png"]
    assert (tmp_path / "a.png").read_bytes() == b"old"


def test_a_failure_while_drawing_passes_through(tmp_path: Path) -> None:
    """An exception from the generator of bands arrives as it was; nothing is left."""

    def failing() -> Iterator[NDArray[np.uint8]]:
        yield PICTURE[:5]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_picture(tmp_path / "a.png", failing(), width=23, height=37)
    assert not list(tmp_path.iterdir())


def test_existing_and_wrong_names_are_refused(tmp_path: Path) -> None:
    """A still follows the same rules as a video, and is a PNG."""
    (tmp_path / "a.png").write_bytes(b"old")
    with pytest.raises(RecipeError, match="overwrite=True"):
        write_picture(tmp_path / "a.png", [PICTURE], width=23, height=37)
    with pytest.raises(RecipeError, match=r"a still is one of \.png, \.jpg"):
        write_picture(tmp_path / "a.gif", [PICTURE], width=23, height=37)
