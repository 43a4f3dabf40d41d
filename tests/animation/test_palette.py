"""Colours against coloraide and the standard library, which were written by others."""

import colorsys

import numpy as np
import pytest
import torch
from cmap import Colormap
from coloraide import Color
from numpy.typing import NDArray

from cppnvid.animation.palette import colouring_at
from cppnvid.backends.colours import colour
from cppnvid.colour.gradients import GRADIENT_NAMES, GRADIENTS, LIBRARY
from cppnvid.colour.oklab import from_oklab, to_oklab
from cppnvid.recipe import COLOUR_MODES, Palette

VALUES = torch.from_numpy(np.random.default_rng(1).random((200, 3), dtype=np.float32))


def coloured(values: torch.Tensor, **palette: object) -> NDArray[np.float32]:
    """Colour values with a palette written as plain data."""
    made = Palette.model_validate(palette)
    result: NDArray[np.float32] = colour(values, colouring_at(made, 0.0, closed=True)).numpy()
    return result


def test_oklab_is_coloraides() -> None:
    """Our matrices agree with coloraide's Oklab both ways."""
    expected = [Color("srgb", row.tolist()).convert("oklab").coords() for row in VALUES]

    np.testing.assert_allclose(to_oklab(VALUES).numpy(), expected, atol=2e-4)
    np.testing.assert_allclose(from_oklab(to_oklab(VALUES)).numpy(), VALUES.numpy(), atol=2e-4)


@pytest.mark.parametrize("mode", ["hsv", "hsl"])
def test_hsv_and_hsl_are_the_standard_librarys(mode: str) -> None:
    """Both agree with colorsys to float32's last places."""
    expected: NDArray[np.float64] = np.empty((len(VALUES), 3))
    for row, (h, s, v) in zip(expected, VALUES.tolist(), strict=True):
        row[:] = colorsys.hsv_to_rgb(h, s, v) if mode == "hsv" else colorsys.hls_to_rgb(h, v, s)

    np.testing.assert_allclose(coloured(VALUES, name=mode), expected, atol=1e-5)


def test_rgb_and_grey() -> None:
    """RGB is the output itself; grey its luma; one channel is grey either way."""
    luma = VALUES.numpy() @ np.array([0.2126, 0.7152, 0.0722], dtype=np.float32)

    np.testing.assert_array_equal(coloured(VALUES, name="rgb"), VALUES.numpy())
    np.testing.assert_allclose(coloured(VALUES, name="grey"), luma[:, None].repeat(3, 1), atol=1e-6)
    single = VALUES[:, :1]
    np.testing.assert_array_equal(coloured(single, name="rgb"), single.expand(-1, 3).numpy())


def test_cmyk_is_ink_on_white() -> None:
    """No ink is white, full black is black, and inks multiply."""
    inks = torch.tensor([[0.0, 0, 0, 0], [0, 0, 0, 1], [1, 0, 0, 0], [0.5, 0.2, 0, 0.1]])

    expected = np.array([[1, 1, 1], [0, 0, 0], [0, 1, 1], [0.45, 0.72, 0.9]])
    np.testing.assert_allclose(coloured(inks, name="cmyk"), expected, atol=1e-6)


def test_oklch_is_coloraides() -> None:
    """Lightness, chroma up to 0.26 and hue, inside the gamut."""
    values = torch.tensor([[0.7, 0.3, 0.1], [0.5, 0.2, 0.7], [0.9, 0.0, 0.3]])
    expected = [
        Color("oklch", [light, 0.26 * chroma, 360 * hue]).convert("srgb").coords()
        for light, chroma, hue in values.tolist()
    ]

    np.testing.assert_allclose(coloured(values, name="oklch"), expected, atol=2e-3)


@pytest.mark.parametrize("name", sorted(GRADIENTS))
def test_gradients_start_and_end_at_their_stops(name: str) -> None:
    """One channel is the place on the gradient: 0 the first stop, 1 the last."""
    ends = coloured(torch.tensor([[0.0], [1.0]]), name=name)
    stops = [Color(GRADIENTS[name][index]).coords() for index in (0, -1)]

    np.testing.assert_allclose(ends, stops, atol=2 / 255)


def test_custom_gradient_passes_its_colours() -> None:
    """A gradient of one's own goes through every colour, evenly spaced."""
    made = coloured(torch.tensor([[0.0], [0.5], [1.0]]), colours=["#ff0000", "#00ff00", "#0000ff"])

    np.testing.assert_allclose(made, np.eye(3), atol=2 / 255)


def test_gradients_are_smooth() -> None:
    """No step of a fine ramp is visible: at most 1/255 in 4096."""
    ramp = torch.linspace(0, 1, 4096)[:, None]
    for name in GRADIENT_NAMES:
        assert np.abs(np.diff(coloured(ramp, name=name), axis=0)).max() < 1 / 255, name


def test_named_gradients_are_even() -> None:
    """Equal steps of the output are equal steps to the eye: none over 1.05 times the mean."""
    assert len(GRADIENT_NAMES) >= 24
    ramp = torch.linspace(0, 1, 129, dtype=torch.float64)[:, None]
    for name in GRADIENT_NAMES:
        colours = coloured(ramp, name=name)
        steps = np.linalg.norm(np.diff(to_oklab(torch.from_numpy(colours)).numpy(), axis=0), axis=1)
        assert steps.max() < 1.05 * steps.mean(), name


@pytest.mark.parametrize("name", ["viridis", "batlow", "twilight", "thermal"])
def test_gradients_of_the_library_pass_its_colours(name: str) -> None:
    """The way is the library's, whatever the pace: its colours all lie on ours, from end to end."""
    theirs = to_oklab(torch.from_numpy(Colormap(LIBRARY[name]).lut(33)[:, :3])).numpy()
    ramp = torch.linspace(0, 1, 1024, dtype=torch.float64)[:, None]
    ours = to_oklab(torch.from_numpy(coloured(ramp, name=name))).numpy()

    apart = np.linalg.norm(theirs[:, None] - ours[None], axis=2)

    assert apart.min(axis=1).max() < 0.01
    assert apart[0, 0] < 1e-3
    assert apart[-1, -1] < 1e-3


def test_two_colours_are_a_duotone_and_repeated_ones_stay_flat() -> None:
    """A user's own stops are evenly spaced and stay where they are."""
    ramp = torch.tensor([[0.1], [0.4], [0.9]])
    lab = to_oklab(torch.tensor([[16, 32, 48], [255, 128, 64]]) / 255).numpy()
    shares = ramp.numpy()

    two = coloured(ramp, colours=["#102030", "#ff8040"])
    flat = coloured(ramp, colours=["#102030", "#102030", "#ff8040", "#ff8040"])

    mixed = to_oklab(torch.from_numpy(two)).numpy()
    np.testing.assert_allclose(mixed[:, 0], ((1 - shares) * lab[0] + shares * lab[1])[:, 0],
                               atol=0.01)  # fmt: skip
    np.testing.assert_allclose(flat[[0, 2]] * 255, [[16, 32, 48], [255, 128, 64]], atol=0.5)


def test_colours_beyond_srgb_keep_their_differences() -> None:
    """Where channels clipped one by one, neighbouring strong colours were the same flat one."""
    chroma, lightness = 0.5, torch.tensor([0.76, 0.78, 0.80, 0.82])
    lab = torch.stack([lightness, torch.full((4,), chroma), torch.full((4,), chroma)], dim=1)

    made = from_oklab(lab).numpy()

    at_limit = ((made <= 1e-6) | (made >= 1 - 1e-6)).sum(axis=1)
    assert (at_limit <= 1).all()
    assert np.abs(np.diff(made, axis=0)).max(axis=1).min() > 1e-3


def test_colours_within_srgb_are_left_alone() -> None:
    """The way back from Oklab is exact up to the corners of sRGB."""
    corners = torch.cartesian_prod(*[torch.tensor([0.0, 0.5, 1.0])] * 3)

    np.testing.assert_allclose(from_oklab(to_oklab(corners)), corners, atol=1e-3)


@pytest.mark.parametrize("mode", [*(m for m in COLOUR_MODES if m not in ("grey", "cmyk")), "ember"])
def test_hue_turns_colours_and_comes_round(mode: str) -> None:
    """Half a turn changes colours, a whole one changes nothing, whatever the palette."""
    moderate = 0.3 + 0.3 * VALUES
    plain = coloured(moderate, name=mode)

    np.testing.assert_allclose(coloured(moderate, name=mode, hue=360.0), plain, atol=2e-3)
    assert np.abs(coloured(moderate, name=mode, hue=180.0) - plain).max() > 0.1


@pytest.mark.parametrize(
    ("name", "channels"),
    [
        ("cmyk", 4),
        *((name, n) for name in (*COLOUR_MODES, *GRADIENT_NAMES) for n in (1, 3) if name != "cmyk"),
    ],
)
def test_every_palette_stays_in_range(name: str, channels: int) -> None:
    """Colours are finite and within [0, 1] for every output a network can have."""
    corners = torch.cartesian_prod(*[torch.tensor([0.0, 0.5, 1.0])] * channels).reshape(
        -1, channels
    )

    made = coloured(corners, name=name, hue=77.0)

    assert made.shape == (3**channels, 3)
    assert np.isfinite(made).all()
    assert made.min() >= 0
    assert made.max() <= 1


@pytest.mark.parametrize("mode", ["hsv", "hsl", "oklch"])
def test_one_channel_is_not_one_colour(mode: str) -> None:
    """A network of one channel varies what each mode shows best, and float64 is drawn too."""
    ramp = torch.linspace(0, 1, 12, dtype=torch.float64)[:, None]

    for name in (mode, "ember"):
        assert coloured(ramp, name=name).std(axis=0).max() > 0.1


def test_contrast_parts_the_middle_and_keeps_the_ends() -> None:
    """The slope in the middle is the contrast; 0, one half and 1 stay; no two values meet."""
    ramp = torch.linspace(0, 1, 1001, dtype=torch.float64)[:, None]

    for contrast in (0.3, 1.0, 2.0, 8.0):
        made = coloured(ramp, name="rgb", contrast=contrast)[:, 0]
        np.testing.assert_allclose(made[[0, 500, 1000]], [0.0, 0.5, 1.0], atol=1e-12)
        assert np.diff(made).min() > 1e-5
        assert (made[501] - made[499]) * 500 == pytest.approx(contrast, rel=0.02)


def test_contrast_moves_along_a_gradient() -> None:
    """A palette keeps its colours under contrast: the place on it moves, and nothing else."""
    plain = coloured(torch.tensor([[0.5 + 0.5 * 0.6 / 1.3]]), name="ember")

    more = coloured(torch.tensor([[0.65]]), name="ember", contrast=2.0)

    np.testing.assert_allclose(more, plain, atol=1e-5)


def test_contrast_is_a_track() -> None:
    """Half way between two keys the contrast is half way too."""
    track = {"keys": [[0, 1], [1, 3]], "easing": "linear"}
    palette = Palette.model_validate({"name": "rgb", "contrast": track})

    assert colouring_at(palette, 0.5, closed=False).contrast == pytest.approx(2.0)
