"""Promise: a figure draws the numbers that it is given, in the book's colours, and nothing else."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from contrast import contrast
from matplotlib.text import Text

from linreg import plots

PAPER = plots.colour("paper")
AXES = [(1, 0), (0, 1), (10, 20)]  # where a picture of space shows 1 on each axis


def on(ground, colour, strength):
    """Return what is seen of a colour that is painted on a ground at a strength, 1 if None."""
    *channels, strength = mpl.colors.to_rgba(colour, strength)
    return strength * np.array(channels) + (1 - strength) * np.array(mpl.colors.to_rgb(ground))


def seen(colour):
    """Return a colour that was painted as #rrggbb, and None for one that nobody sees."""
    *channels, strength = colour
    return mpl.colors.to_hex(channels) if strength > 0 else None


@pytest.fixture
def ax():
    before = dict(mpl.rcParams)
    fig, ax = plots.subplots()
    yield ax
    plt.close(fig)
    assert dict(mpl.rcParams) == before, "a figure changed a global setting"


@pytest.mark.parametrize(("n_columns", "height"), [(1, 1.3), (3, 4.2)])
def test_subplots_are_as_tall_as_asked_and_let_the_page_through(n_columns, height):
    fig, axes = plots.subplots(n_columns, height=height)
    assert np.size(axes) == n_columns
    assert fig.get_size_inches().tolist() == [4.8, height]
    for ground in (fig, *np.ravel(axes)):
        assert ground.get_facecolor()[3] == 0
    plt.close(fig)


@pytest.mark.parametrize(
    "write",
    [
        lambda ax: ax.set(xlabel="x", ylabel="y", title="title"),
        lambda ax: plots.curve(ax, [1, 2], [3, 4], label="curve"),
        lambda ax: plots.floor(ax, 1.0, label="floor"),
        lambda ax: plots.contours(ax, np.hypot, (-3, 3), (-3, 3), heights=[1, 2]),
        lambda ax: plots.boxes(ax, [["a", "b"]], [[0, 1]]),
        lambda ax: plots.in_space(ax, AXES, sheets=[], arrows={"a": ((0, 0, 0), (1, 2, 3), "fit")}),
    ],
    ids=["axes", "curve", "floor", "contours", "boxes", "in_space"],
)
def test_every_word_of_a_figure_can_be_read(ax, write):
    write(ax)
    ax.figure.draw_without_rendering()  # writes the numbers along the axes
    words = [text for text in ax.findobj(Text) if text.get_text() and text.get_visible()]
    assert words
    for text in words:
        assert text.get_size() >= 7
        assert contrast(on(PAPER, text.get_color(), text.get_alpha()), PAPER) >= 4.5


@pytest.mark.parametrize(
    ("axis", "x_label", "y_label"),
    [("both", "1,500", "150,000"), ("x", "1,500", "150000"), ("y", "1500", "150,000")],
)
def test_thousands(ax, axis, x_label, y_label):
    plots.points(ax, [1500, 2500], [150_000, 250_000])
    assert plots.thousands(ax, axis=axis) is ax
    ax.set(xticks=[1500], yticks=[150_000])
    assert [label.get_text() for label in ax.get_xticklabels()] == [x_label]
    assert [label.get_text() for label in ax.get_yticklabels()] == [y_label]


def test_points(ax):
    assert plots.points(ax, [1, 2], [3, 5]) is ax
    (dots,) = ax.lines
    assert dots.get_xydata().tolist() == [[1, 3], [2, 5]]
    assert dots.get_linestyle() == "None"


def test_many_points_are_small_and_faint(ax):
    plots.points(ax, [1, 2], [3, 5], role="muted", size=2, strength=0.2)
    (dots,) = ax.lines
    assert (dots.get_markersize(), dots.get_alpha()) == (2, 0.2)
    assert dots.get_color() == plots.colour("muted")


def test_residuals_join_targets_and_predictions(ax):
    assert plots.residuals(ax, [1, 2], [3, 5], [4, 2]) is ax
    (sticks,) = ax.collections
    assert [stick.tolist() for stick in sticks.get_segments()] == [
        [[1, 3], [1, 4]],
        [[2, 5], [2, 2]],
    ]
    assert {seen(colour) for colour in sticks.get_color()} == {plots.colour("residual")}


def test_line(ax):
    assert plots.line(ax, [2.0], -1.0, role="best") is ax
    (drawn,) = ax.lines
    assert drawn.get_xy1() == (0, -1.0)
    assert drawn.get_slope() == 2.0
    assert drawn.get_color() == plots.colour("best")


def test_one_line_of_many_is_faint(ax):
    plots.line(ax, [2.0], -1.0, strength=0.2)
    assert ax.lines[0].get_alpha() == 0.2


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


def test_a_floor_is_dashed_and_has_the_colour_of_what_is_best(ax):
    plots.loss_curve(ax, [4.0, 2.0, 1.0])
    plots.floor(ax, 0.5, label="floor")
    curve, level = ax.lines
    assert (curve.get_linestyle(), level.get_linestyle()) == ("-", "--")
    assert level.get_color() == ax.texts[-1].get_color() == plots.colour("best")


def test_curve_carries_its_label_at_its_end(ax):
    assert plots.curve(ax, [0, 2, 3], [1, 5, 4], role="best", label="end", style="--") is ax
    (drawn,) = ax.lines
    assert drawn.get_xydata().tolist() == [[0, 1], [2, 5], [3, 4]]
    assert (drawn.get_color(), drawn.get_linestyle()) == (plots.colour("best"), "--")
    (label,) = ax.texts
    assert (label.get_text(), label.xy) == ("end", (3, 4))
    assert label.get_color() == drawn.get_color()
    assert ax.get_yscale() == "linear"


def test_error_curve(ax):
    plots.error_curve(ax, [1, 0.1], [2.0, 0.02], role="best")
    (curve,) = ax.lines
    assert curve.get_xydata().tolist() == [[1, 2], [0.1, 0.02]]
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert curve.get_color() == plots.colour("best")


def test_contours_are_levels_of_the_loss(ax):
    plots.contours(ax, lambda w, b: (w - 1) ** 2 + 4 * (b + 2) ** 2, (-3, 5), (-5, 1))
    assert (ax.get_xlim(), ax.get_ylim()) == ((-3, 5), (-5, 1))
    (contours,) = ax.collections
    for level, path in zip(contours.levels, contours.get_paths(), strict=True):
        for w, b in path.vertices:
            assert ((w - 1) ** 2 + 4 * (b + 2) ** 2) ** 0.5 == pytest.approx(level, abs=0.05)


def test_contours_are_rings_enough_to_see_a_bowl_and_even_in_the_root(ax):
    plots.contours(ax, lambda w, b: w * w + b * b, (-3, 3), (-3, 3))
    (contours,) = ax.collections
    steps = np.diff(contours.levels)
    assert steps == pytest.approx(steps[0])
    assert sum(0 < level < 3 for level in contours.levels) >= 4


def test_contours_at_heights_carry_their_numbers(ax):
    plots.contours(ax, lambda w, b: w * w + b * b, (-3, 3), (-3, 3), heights=[1, 4])
    (contours,) = ax.collections
    for height, path in zip([1, 4], contours.get_paths(), strict=True):
        assert all(w * w + b * b == pytest.approx(height, abs=0.05) for w, b in path.vertices)
    assert {text.get_text() for text in ax.texts} == {"1", "4"}


def test_trail(ax):
    plots.trail(ax, [(0.0, 1.0), (2.0, 3.0)])
    assert ax.lines[0].get_xydata().tolist() == [[0, 1], [2, 3]]
    assert ax.lines[0].get_color() == plots.colour("fit")
    plots.trail(ax, [(0.0, 1.0)], role="data")
    assert ax.lines[1].get_color() == plots.colour("data")


def test_boxes_hold_their_texts_and_tints(ax):
    assert plots.boxes(ax, [["a", "b"], ["c", "d"]], [[0, 0.5], [0.2, 1]]) is ax
    places = {text.get_text(): text.get_position() for text in ax.texts}
    assert places == {"a": (0, 0), "b": (1, 0), "c": (0, 1), "d": (1, 1)}
    tints = {(box.get_x() + 0.46, box.get_y() + 0.44): box.get_alpha() for box in ax.patches}
    assert [tints[places[name]] for name in "abcd"] == [0, 0.25, 0.1, 0.5]
    assert ax.get_ylim() == (1.5, -0.5)  # the first row is on top


@pytest.mark.parametrize("role", ["data", "fit", "best", "residual", "warn"])
def test_the_deepest_tint_of_a_box_leaves_its_text_legible(ax, role):
    plots.boxes(ax, [["a"]], [[1]], role=role)
    (box,), (text,) = ax.patches, ax.texts
    tint = on(PAPER, box.get_facecolor()[:3], box.get_alpha())
    assert contrast(on(tint, text.get_color(), text.get_alpha()), tint) >= 4.5


def test_jump(ax):
    assert plots.jump(ax, (0.0, 1.0), (2.0, 3.0), role="fit") is ax
    (arrow,) = ax.texts
    assert (arrow.xyann, arrow.xy) == ((0, 1), (2, 3))
    assert arrow.arrowprops["color"] == plots.colour("fit")


def test_a_jump_has_a_head_where_it_ends(ax):
    plots.jump(ax, (0, 0), (1, 0))
    ax.figure.draw_without_rendering()
    shaft, *heads = ax.texts[0].arrow_patch.get_path().to_polygons(closed_only=False)
    assert len(heads) == 1
    assert np.ptp(heads[0], axis=0).min() > 5  # pixels along and across
    assert heads[0][:, 0].min() > 0.9 * shaft[:, 0].max()


@pytest.mark.parametrize(("slope", "lefts"), [(1, [0, 2]), (-1, [1, 0]), (0, [1, 2])])
def test_squares_stand_on_their_residuals_clear_of_the_line(ax, slope, lefts):
    y_hat = [slope * 1, slope * 2]
    y = [y_hat[0] + 1, y_hat[1] - 2]
    plots.squares(ax, [1, 2], y, [slope], 0)
    found = [(box.get_x(), box.get_y(), box.get_width(), box.get_height()) for box in ax.patches]
    assert found == [(lefts[0], y_hat[0], 1, 1), (lefts[1], y[1], 2, 2)]
    assert ax.get_aspect() == 1
    assert len(ax.collections) == 1


def test_squares_have_the_colour_of_residuals_and_let_the_points_through(ax):
    plots.squares(ax, [1, 2], [3, 1], [1.0], 0)
    for square in ax.patches:
        assert seen(square.get_facecolor()) == plots.colour("residual")
        assert square.get_alpha() < 0.5


def test_in_space_places_are_sums_of_the_axes(ax):
    arrows = {"a": ((0, 0, 0), (1, 2, 3), "fit"), "b": ((1, 2, 3), (1, 2, 1), "data")}
    assert plots.in_space(ax, AXES, sheets=[[(0, 0, 0), (1, 0, 0), (0, 0, 1)]], arrows=arrows) is ax
    (sheet,) = ax.patches
    assert sheet.get_xy()[:3].tolist() == [[0, 0], [1, 0], [10, 20]]
    found = [(text.xyann, text.xy) for text in ax.texts if not text.get_text()]
    assert found == [((0, 0), (31, 62)), ((31, 62), (11, 22))]
    names = {text.get_text(): text.xy for text in ax.texts if text.get_text()}
    assert names == {"a": (31, 62), "b": (21, 42)}  # at the head, and at the middle


def test_in_space_an_arrow_has_the_colour_of_its_name(ax):
    roles = {"a": "residual", "b": "data"}
    arrows = {name: ((0, 0, 0), (1, 2, 3), role) for name, role in roles.items()}
    plots.in_space(ax, AXES, sheets=[], arrows=arrows)
    colours = [plots.colour(role) for role in roles.values()]
    assert [text.get_color() for text in ax.texts if text.get_text() in roles] == colours
    assert [one.arrow_patch.get_facecolor() for one in ax.texts if not one.get_text()] == [
        mpl.colors.to_rgba(colour) for colour in colours
    ]


def test_image_of_circle(ax):
    assert plots.image_of_circle(ax, [[2, 0], [1, 1]], [(1, 0), (0, 1)]) is ax
    circle, ellipse = (line.get_xydata() for line in ax.lines)
    assert np.hypot(*circle.T) == pytest.approx(1)
    for u, v in ellipse:
        assert (u / 2) ** 2 + (v - u / 2) ** 2 == pytest.approx(1)
    assert [arrow.xy for arrow in ax.texts] == [(2, 1), (0, 1)]
    assert ax.get_aspect() == 1


def test_the_arrows_in_a_circle_are_told_from_its_image_and_each_from_the_other(ax):
    plots.image_of_circle(ax, [[2, 0], [1, 1]], [(1, 0), (0, 1)])
    colours = [arrow.arrowprops["color"] for arrow in ax.texts]
    assert len({*colours, *(line.get_color() for line in ax.lines)}) == 4


def test_regions_are_tinted_by_their_names(ax):
    x, y = [1, 10, 100, 1000], [1, 10, 100]
    names = [["low" if across <= 10 else "high" for across in x] for _ in y]
    roles = {"low": "data", "high": "fit", "nowhere": "warn"}
    assert plots.regions(ax, x, y, names, roles) is ax
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    low, high = ax.collections
    for tint, role, inside, outside in [(low, "data", 3, 500), (high, "fit", 500, 3)]:
        assert seen(tint.get_facecolor()[0]) == plots.colour(role)
        assert tint.get_alpha() < 0.5  # the grid shows through
        (outline,) = tint.get_paths()
        assert outline.contains_point((inside, 10))
        assert not outline.contains_point((outside, 10))
