"""Contact sheets: every tile and label is in its place, whatever their number and length."""

import numpy as np
import pytest
from numpy.typing import NDArray

from cppnvid.errors import RecipeError
from cppnvid.sheets.layout import BACKGROUND, plan_sheet
from cppnvid.sheets.lettering import plain
from tests.sheets.helpers import label_of


def tiles(count: int, width: int = 48, height: int = 32) -> list[NDArray[np.uint8]]:
    """Return tiles of noise, no two alike."""
    draw = np.random.default_rng(0).integers
    return [draw(0, 256, (height, width, 3), dtype=np.uint8) for _ in range(count)]


def test_tiles_stand_in_order_each_with_its_own_label() -> None:
    """Tiles are untouched, the same number looks the same everywhere, and others differ."""
    drawn, labels = tiles(7), ["1", "2", "3", "1", "5", "", "7"]
    sheet = plan_sheet(labels, tile=(48, 32), columns=3)

    picture = sheet.filled(iter(drawn))

    assert picture.shape == (*sheet.size[::-1], 3)
    read = [sheet.corner(index)[::-1] for index in range(7)]  # top, left
    assert read == sorted(read)
    assert [top for top, _ in read].count(read[0][0]) == 3
    assert [left for _, left in read[3:]] == [left for _, left in [*read[:3], read[0]]]
    areas = []
    for index, tile in enumerate(drawn):
        left, top = sheet.corner(index)
        assert np.array_equal(picture[top : top + 32, left : left + 48], tile), index
        areas.append(label_of(picture, sheet, index, rows=16))
    assert np.array_equal(areas[0], areas[3])
    assert not np.array_equal(areas[0], areas[1])
    assert areas[6].max() > 150
    assert np.array_equal(areas[5], np.full_like(areas[5], BACKGROUND))


def test_a_title_is_written_above() -> None:
    """It adds room at the top, and letters fill it."""
    without = plan_sheet(["1", "2"], tile=(48, 32))
    sheet = plan_sheet(["1", "2"], tile=(48, 32), title="Above")

    picture = sheet.blank()

    added = sheet.corner(0)[1] - without.corner(0)[1]
    assert added > 0
    assert abs(sheet.size[1] - without.size[1] - added) <= 1  # sides are even
    assert picture[: sheet.corner(0)[1]].max() > 150
    assert without.blank()[: without.corner(0)[1]].max() == max(BACKGROUND)


def test_long_labels_are_broken_and_cut_within_their_tile() -> None:
    """A label takes at most three lines as wide as its tile; what is cut ends in an ellipsis."""
    long = "a label of so many words that it cannot possibly stand under one tile " * 3
    sheet = plan_sheet(["1", long, "9223372036854775807", "two\nlines"], tile=(96, 32), columns=4)
    picture = sheet.blank()

    assert [len(lines) for lines in sheet.labels] == [1, 3, 2, 2]
    assert sheet.labels[1][-1].endswith("…")
    assert "".join(sheet.labels[2]) == "9223372036854775807"
    assert sheet.labels[3] == ("two", "lines")
    for column in range(4):
        left = sheet.corner(column)[0]
        gutter = picture[:, left + 96 : left + 100]
        assert np.array_equal(gutter, np.full_like(gutter, BACKGROUND)), column


def test_columns_make_a_pleasant_shape() -> None:
    """A sheet is neither a strip nor a tower, and few places stay empty."""
    for count in (4, 7, 12, 16, 30, 64, 100, 1000):
        for tile in ((160, 160), (160, 284), (284, 160)):
            sheet = plan_sheet(["1"] * count, tile=tile)
            width, height = sheet.size
            assert 0.5 < width / height < 2.1, (count, tile)
            assert -count % sheet.columns <= count / 7, (count, tile)
    assert plan_sheet(["1"] * 64, tile=(160, 160)).columns == 8
    assert plan_sheet(["1"] * 3, tile=(9, 9), columns=50).columns == 3


@pytest.mark.parametrize("count", [1, 2, 3, 5])
@pytest.mark.parametrize("side", [1, 7, 33, 161])
def test_sides_are_even(count: int, side: int) -> None:
    """A sheet can be a frame of any video."""
    sheet = plan_sheet(["1"] * count, tile=(side, side + 1))

    assert sheet.size[0] % 2 == sheet.size[1] % 2 == 0
    assert sheet.blank().shape == (*sheet.size[::-1], 3)


def test_the_font_draws_what_plain_lets_through() -> None:
    """Letters that the font lacks are replaced by what they sound like, or by a question mark."""
    assert plain("6×16, σ² ≤ 1 · é–ü…") == "6x16, sigma2 ? 1 · e-u..."
    assert plain("a\tb\nc") == "a b\nc"


def test_what_cannot_be_a_sheet_is_refused() -> None:
    """No tiles, tiles that do not fit together, and sheets too large for memory."""
    with pytest.raises(RecipeError, match="at least one tile"):
        plan_sheet([], tile=(8, 8))
    with pytest.raises(RecipeError, match="at least 1, given 0"):
        plan_sheet(["1"], tile=(8, 8), columns=0)
    with pytest.raises(RecipeError, match=r"1000 tiles of 1080x1080 .* at most 16384 pixels"):
        plan_sheet(["1"] * 1000, tile=(1080, 1080))
    plan_sheet(["1"], tile=(150, 16300))
    with pytest.raises(RecipeError, match="at most 16384 pixels"):
        plan_sheet(["1"], tile=(150, 16300), title="Too high\nby its\ntitle")
    sheet = plan_sheet(["1", "2"], tile=(48, 32))
    with pytest.raises(ValueError, match=r"tile 1 is \[32, 47, 3\], not \[32, 48, 3\]"):
        sheet.filled([*tiles(1), *tiles(1, 47)])
    with pytest.raises(ValueError, match=r"shorter|longer"):
        sheet.filled(tiles(1))
