"""Promise: the slopes of the lab Slope are those of the book's loss, and nothing is given away."""

import json
import math
import re
from itertools import pairwise

import pytest
from test_labs import Elements, drawn, near, places, still_charts

from linreg import pure_python
from linreg.labs import Slope
from linreg.labs.kit.chart import clip_line
from linreg.labs.kit.text import readable

ROWS, Y = [[1.0], [2.0], [3.0]], [2.0, 4.0, 6.0]


# The mathematics


@pytest.mark.parametrize("w", [0.0, 0.7, 1.0, 2.0, 3.0])
def test_loss_and_slope_are_those_of_the_book(w):
    lab = Slope(w=w)
    y_hat = pure_python.predict(ROWS, [w], 0.0)
    assert lab.loss() == pure_python.mean_squared_error(Y, y_hat)
    assert lab.slope() == pure_python.gradient(ROWS, Y, [w], 0.0)[0][0]


def test_the_numbers_of_the_chapter():
    lab = Slope()
    assert lab.loss() == pytest.approx(14 / 3)
    assert lab.slope() == pytest.approx(-28 / 3)
    assert lab.secant() == pytest.approx(-14 / 3)
    assert Slope(w=2).slope() == 0


@pytest.mark.parametrize("h", [1.0, 0.1, 0.001])
def test_the_line_through_both_points_passes_through_both(h):
    lab = Slope(w=0.4, h=h)
    assert lab.loss() + lab.secant() * h == pytest.approx(lab.loss(0.4 + h))
    assert lab.change() == lab.loss(0.4 + h) - lab.loss(0.4)


def test_half_the_step_is_off_by_half():
    lab = Slope(w=0.7)
    off = [lab.secant(h) - lab.slope() for h in (1, 0.5, 0.25, 0.125)]
    assert [one / other for one, other in pairwise(off)] == pytest.approx([2, 2, 2])


# What it is displayed as


def test_the_page_starts_from_the_state():
    (attributes, *_) = Elements(Slope(0.5, 0.25, True).html()).named("div")
    state = {"w": 0.5, "h": 0.25, "tangent": True}
    assert json.loads(attributes["data-state"]) == state
    assert repr(Slope(0.5, 0.25, True)) == "Slope(w=0.5, h=0.25, tangent=True)"


@pytest.mark.parametrize("tangent", [False, True])
def test_the_still_picture_asks_and_gives_the_answer_only_where_it_is_shown(tangent):
    lab = Slope(0.4, tangent=tangent)
    html = lab.still()
    assert "What does the slope of the line become as h goes to 0?" in html
    for h, text in ((1, "1.00"), (0.5, "0.500"), (0.25, "0.250")):
        assert f"h = {text}, slope {readable(lab.secant(h))}" in html
    assert (f"The tangent at w has slope {readable(lab.slope())}." in html) == tangent
    assert ("--lr-best" in html) == tangent
    assert not re.search(r"nan|inf\b|None", html)


@pytest.mark.parametrize(("w", "h"), [(1, 1), (0, 0.001), (3, 1)])
def test_the_still_picture_is_to_scale(w, h):
    lab = Slope(w, h, tangent=True)
    (chart,) = still_charts(lab)
    steps = [h, h / 2, h / 4]
    frame = lab.picture(steps)
    slopes = [lab.secant(step) for step in steps]
    lines = drawn(chart, "polyline", "residual")
    tangents = drawn(chart, "polyline", "best")
    for line, slope in zip([*lines, *tangents], [*slopes, lab.slope()], strict=True):
        ends = clip_line(slope, lab.loss() - slope * w, frame.x, frame.y)
        near(places(line), [(frame.across(x), frame.down(y)) for x, y in ends])
    dots = [(float(dot["cx"]), float(dot["cy"])) for dot in drawn(chart, "circle")]
    near(dots, [(frame.across(w + s), frame.down(lab.loss(w + s))) for s in [*steps, 0]])


# What it refuses


@pytest.mark.parametrize(
    ("name", "value"), [("w", -0.1), ("w", 3.1), ("w", math.nan), ("h", 0.0), ("h", 1.1)]
)
def test_errors_name_the_mend_and_leave_the_lab_as_it_was(name, value):
    with pytest.raises(ValueError, match=f"{name} is {value}: choose between"):
        Slope(**{name: value})
    lab = Slope()
    with pytest.raises(ValueError, match="choose between"):
        setattr(lab, name, value)
    assert getattr(lab, name) == 1.0
