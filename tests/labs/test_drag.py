"""Promise: the drag computes residuals, errors and best lines as the book's functions do."""

import json
import math
import random
import re

import pytest
from test_labs import Elements

from linreg import pure_python
from linreg.labs import Drag
from linreg.labs.kit.text import readable

UPRIGHT = ([4, 4, 4], [1, 2, 6])
TIED = ([0, 0, 1, 1], [0, 1, 0, 1])  # each line that passes between the points does equally well


def draw_points(seed):
    """Draw from 2 to 20 points, now and then two of the same x."""
    rng = random.Random(seed)
    x = [rng.uniform(-3, 5) for _ in range(rng.randint(2, 20))]
    if len(x) > 2 and seed % 3 == 0:
        x[1] = x[0]
    slope = rng.gauss(0, 2)
    return x, [slope * value + rng.gauss(0, 1) for value in x]


# The mathematics


@pytest.mark.parametrize("seed", range(5))
def test_residuals_and_loss_are_those_of_the_book(seed):
    x, y = draw_points(seed)
    lab = Drag(x, y, w=0.7, b=-0.3)
    y_hat = pure_python.predict([[value] for value in x], [0.7], -0.3)
    assert lab.residuals() == [p - t for p, t in zip(y_hat, y)]
    assert lab.loss() == pytest.approx(pure_python.mean_squared_error(y, y_hat), rel=1e-12)
    lab.absolute = True
    assert lab.loss() == pytest.approx(sum(abs(r) for r in lab.residuals()) / len(x), rel=1e-12)


@pytest.mark.parametrize("absolute", [False, True])
def test_shares_are_parts_of_the_loss(absolute):
    lab = Drag([0, 1, 2], [0, 1, -3], w=0, b=0, absolute=absolute)
    assert lab.shares() == pytest.approx([0, 0.25, 0.75] if absolute else [0, 0.1, 0.9])
    assert Drag([0, 1], [0, 1], w=1, b=0, absolute=absolute).shares() == [0, 0]


@pytest.mark.parametrize("absolute", [False, True])
@pytest.mark.parametrize("seed", range(12))
def test_no_line_nearby_is_better_than_the_best(seed, absolute):
    """Both errors are convex: a line that no neighbour beats is beaten by none at all."""
    lab = Drag(*draw_points(seed), absolute=absolute)
    w, b, least = lab.optimum()
    assert lab.loss(w, b) == least
    for size in (1e-4, 1e-2, 1):
        for turn in range(64):
            dw, db = size * math.cos(turn * math.pi / 32), size * math.sin(turn * math.pi / 32)
            assert lab.loss(w + dw, b + db) >= least * (1 - 1e-12) - 1e-15


def test_the_best_squared_line_is_that_of_fit_least_squares():
    lab = Drag()
    fit = pure_python.fit_least_squares([[value] for value in lab.x], lab.y)
    assert lab.optimum() == pytest.approx((*fit.coef, fit.intercept, *fit.loss_history))


def test_the_best_absolute_line_passes_through_two_points():
    lab = Drag(absolute=True)
    w, b, _ = lab.optimum()
    assert sum(abs(r) < 1e-12 for r in lab.residuals(w, b)) >= 2


def test_a_point_far_out_drags_the_squared_line_along_and_leaves_the_absolute_one():
    lab, far = Drag(), Drag()
    far.y = [*far.y[:-1], far.y[-1] + 30]
    assert far.optimum()[0] - lab.optimum()[0] > 1
    lab.absolute = far.absolute = True
    lab.y = [*lab.y[:-1], lab.y[-1] + 1]  # on the same side of the line as farther out
    assert far.optimum()[:2] == lab.optimum()[:2]


@pytest.mark.parametrize(
    ("points", "absolute", "unique"),
    [
        (TIED, True, False),
        (TIED, False, True),
        (UPRIGHT, True, False),
        (UPRIGHT, False, False),
        (([0, 1], [3, 5]), True, True),
        (([0, 1, 2], [1, 3, 5]), True, True),  # three joins, one line
        (([0, 1, 2, 3], [7, 7, 7, 7]), True, True),
        ((Drag().x, Drag().y), True, True),
    ],
)
def test_whether_the_best_line_is_the_only_one(points, absolute, unique):
    lab = Drag(*points, absolute=absolute)
    assert lab.is_unique() == unique
    assert all(map(math.isfinite, lab.optimum()))


def test_points_upright_have_a_flat_best_line():
    assert Drag(*UPRIGHT).optimum() == pytest.approx((0, 3, 14 / 3))
    assert Drag(*UPRIGHT, absolute=True).optimum() == pytest.approx((0, 2, 5 / 3))


# What it is displayed as


def test_the_first_line_is_wrong_and_the_text_is_the_constructor():
    lab = Drag()
    assert lab.loss() > 8 * lab.optimum()[2]
    assert repr(lab) == "Drag(w=0.2, b=5.0, absolute=False, best=False)"
    assert Drag([0, 1], [3, 5]).b == 4


def test_the_page_starts_from_the_state():
    lab = Drag([0, 2], [1, 3], w=1.5, b=-1, absolute=True, best=True)
    (attributes, *_) = Elements(lab.html()).named("div")
    assert json.loads(attributes["data-state"]) == {
        "x": [0, 2],
        "y": [1, 3],
        "w": 1.5,
        "b": -1,
        "absolute": True,
        "best": True,
    }


@pytest.mark.parametrize("best", [False, True])
@pytest.mark.parametrize("absolute", [False, True])
def test_the_still_picture_says_what_it_shows(absolute, best):
    lab = Drag(absolute=absolute, best=best)
    html = lab.still()
    assert html.count("<title>") == 1
    assert f"mean {'absolute' if absolute else 'squared'} error is {readable(lab.loss())}" in html
    assert (f"The least there is: {readable(lab.optimum()[2])}" in html) == best
    assert ("--lr-best" in html) == best
    assert html.count("<circle") == 6


@pytest.mark.parametrize("best", [False, True])
@pytest.mark.parametrize("absolute", [False, True])
@pytest.mark.parametrize(
    "points", [UPRIGHT, ([0, 0], [1, 1]), ([0, 1], [5, 5]), ([-1e9, 1e9], [0, 1e9])]
)
def test_corners_have_a_still_picture(points, absolute, best):
    html = Drag(*points, absolute=absolute, best=best).html()
    assert not re.search(r"nan|inf\b|None", html.lower())


def boxes(lab):
    """The squares of a still picture as (left, top, width, height): the residuals', the mean."""
    found = Elements(lab.still()).named("rect")
    return [[float(box[name]) for name in ("x", "y", "width", "height")] for box in found]


@pytest.mark.parametrize(("w", "b"), [(0.2, 5.0), (0.7, 3.0), (-0.4, 7.0)])
def test_the_still_squares_are_to_scale_and_on_their_residuals_clear_of_the_line(w, b):
    lab = Drag(w=w, b=b)
    picture = lab.picture()
    *squares, mean = boxes(lab)
    unit = picture.down(0) - picture.down(1)
    start, end = picture.left, picture.width - picture.right
    clear = 0
    for square, x, y, residual in zip(squares, lab.x, lab.y, lab.residuals(), strict=True):
        left, top, width, height = square
        assert width == height == pytest.approx(unit * abs(residual), abs=0.051)
        assert top == pytest.approx(picture.down(max(y, y + residual)), abs=0.051)
        assert start <= left
        assert left + width <= end
        at = picture.across(x)
        is_right = (residual > 0) == (w > 0)  # the line goes away from the square
        sides = {True: at, False: at - width}
        fits = at + width <= end if is_right else at - width >= start
        assert left == pytest.approx(sides[is_right == fits], abs=0.11)
        clear += fits
    assert clear >= 4
    areas = [width * height for _, _, width, height in squares]
    assert mean[2] * mean[3] == pytest.approx(sum(areas) / 6, rel=0.01)


def test_the_still_lengths_are_lines_of_one_width_and_to_scale():
    lab = Drag(absolute=True, best=True)
    picture = lab.picture()
    unit = picture.down(0) - picture.down(1)
    assert boxes(lab) == []  # nothing has an area
    found = re.findall(r'<path d="M([\d.]+) (\d+)V([\d.]+)" [^>]*stroke-width="8"', lab.still())
    for (_, floor, top), loss in zip(found, (lab.loss(), lab.optimum()[2]), strict=True):
        assert float(floor) - float(top) == pytest.approx(unit * loss, abs=0.051)
    sticks = re.findall(r'stroke="var\(--lr-residual, [^)]+\)" stroke-width="(\d+)"', lab.still())
    assert sticks == ["8"] * 7  # six residuals and their mean


def test_what_only_rounding_leaves_is_displayed_as_zero():
    lab = Drag([0.1, 0.3], [0.7, 0.1], w=-3, b=1, best=True)
    assert 0 < lab.loss() + lab.optimum()[2] < 1e-28
    assert "error is 0. The least there is: 0," in lab.still()


# What it refuses


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"x": [1, 2, 3], "y": [1, 2]}, "x has 3 values and y has 2"),
        ({"x": [1]}, "x and y come together"),
        ({"x": [], "y": []}, "is empty"),
        ({"x": [1], "y": [1]}, "give at least 2"),
        ({"x": range(21), "y": range(21)}, "give at most 20"),
        ({"x": [1, math.nan], "y": [1, 2]}, r"x\[1\] is nan"),
        ({"x": [1, 2], "y": [1, 1e12]}, "larger unit"),
        ({"w": math.inf}, "w is inf: give a number"),
        ({"b": 1e10}, "b is .*: give a number"),
    ],
)
def test_errors_name_the_mend(arguments, message):
    with pytest.raises(ValueError, match=message):
        Drag(**arguments)


@pytest.mark.parametrize(("name", "value"), [("x", [1.0]), ("y", [1.0] * 21), ("w", math.nan)])
def test_a_refused_change_leaves_the_lab_as_it_was(name, value):
    lab = Drag()
    before = getattr(lab, name)
    with pytest.raises(ValueError, match="give"):
        setattr(lab, name, value)
    assert getattr(lab, name) == before


def test_points_change_together():
    lab = Drag()
    with lab.hold_trait_notifications():
        lab.x, lab.y = [0.0, 1.0], [1.0, 3.0]
    assert lab.optimum() == pytest.approx((2, 1, 0))
