"""Promise: a figure draws the numbers that it is given, in the book's colours, and nothing else."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

from linreg import plots


@pytest.fixture
def ax():
    before = dict(mpl.rcParams)
    fig, ax = plots.subplots()
    yield ax
    plt.close(fig)
    assert dict(mpl.rcParams) == before, "a figure changed a global setting"


def contrast(one, other):
    """Return the WCAG contrast ratio of two colours ``#rrggbb``."""

    def luminance(colour):
        channels = np.array(mpl.colors.to_rgb(colour))
        linear = np.where(
            channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4
        )
        return linear @ [0.2126, 0.7152, 0.0722]

    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_palette_can_be_read(mode):
    paper = plots.PALETTE["paper"][mode]
    for role in set(plots.PALETTE) - {"paper", "grid"}:
        assert contrast(plots.PALETTE[role][mode], paper) >= 4.5, role


def test_the_variables_hold_every_colour():
    css = plots.css_variables()
    for role, pair in plots.PALETTE.items():
        assert f"--lr-{role}: {pair['light']};" in css
        assert f"--lr-{role}: {pair['dark']};" in css


def test_subplots():
    for n_columns in (1, 3):
        fig, axes = plots.subplots(n_columns)
        assert np.size(axes) == n_columns
        assert fig.get_facecolor()[3] == 0  # transparent
        plt.close(fig)


def test_points(ax):
    assert plots.points(ax, [1, 2], [3, 5]) is ax
    (dots,) = ax.lines
    assert dots.get_xydata().tolist() == [[1, 3], [2, 5]]
    assert dots.get_linestyle() == "None"


def test_line(ax):
    assert plots.line(ax, [2.0], -1.0) is ax
    (drawn,) = ax.lines
    assert drawn.get_xy1() == (0, -1.0)
    assert drawn.get_slope() == 2.0


def test_loss_curve_and_floor(ax):
    plots.loss_curve(ax, [4.0, 2.0, 1.0], label="curve")
    plots.floor(ax, 0.5, label="floor")
    curve, level = ax.lines
    assert curve.get_xydata().tolist() == [[0, 4], [1, 2], [2, 1]]
    assert set(level.get_ydata()) == {0.5}
    assert ax.get_yscale() == "log"
    label, floor = ax.texts
    assert (label.get_text(), label.xy) == ("curve", (2, 1.0))
    assert floor.get_text() == "floor"
    assert 0.5 < floor.get_position()[1] < 1.0


def test_contours_are_levels_of_the_loss(ax):
    plots.contours(ax, lambda w, b: (w - 1) ** 2 + 4 * (b + 2) ** 2, (-3, 5), (-5, 1))
    assert (ax.get_xlim(), ax.get_ylim()) == ((-3, 5), (-5, 1))
    (contours,) = ax.collections
    for level, path in zip(contours.levels, contours.get_paths(), strict=True):
        for w, b in path.vertices:
            assert ((w - 1) ** 2 + 4 * (b + 2) ** 2) ** 0.5 == pytest.approx(level, abs=0.05)


def test_trail(ax):
    plots.trail(ax, [(0.0, 1.0), (2.0, 3.0)])
    assert ax.lines[0].get_xydata().tolist() == [[0, 1], [2, 3]]
