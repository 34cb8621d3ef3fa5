"""Promise: the nearest place of the lab Plane is the book's prediction, whatever the columns."""

import json
import math
import random
import re
import xml.etree.ElementTree as ElementTree

import pytest
from test_labs import Elements

from linreg import pure_python, with_numpy
from linreg.labs import Plane
from linreg.labs.kit.text import readable
from linreg.labs.plane.plane import View

ROWS, ONES = [[1.0], [2.0], [2.0]], [1.0, 1.0, 1.0]
X = [row[0] for row in ROWS]


def dot(a, b):
    return sum(p * q for p, q in zip(a, b, strict=True))


def minus(a, b):
    return [p - q for p, q in zip(a, b, strict=True)]


def draw_lab(seed):
    """Draw a target, a place of the plane, and how alike the columns are."""
    rng = random.Random(seed)
    row, pair = rng.uniform(-0.5, 3), rng.uniform(-0.4, 3.4)
    half = rng.uniform(-1.3, 1.3)
    place = [rng.uniform(-0.5, 3), *[rng.uniform(-0.4, 3.4)] * 2]
    alike = [0.0, rng.random(), 0.99, 1.0][seed % 4]
    return Plane([row, pair - half, pair + half], place, alike=alike)


# The mathematics


@pytest.mark.parametrize("seed", range(12))
def test_the_nearest_place_is_the_prediction_of_least_squares(seed):
    lab = draw_lab(seed)
    columns = [[x, c] for x, c in zip(X, lab.second(), strict=True)]
    if lab.is_line():
        coef = [dot(X, lab.y) / dot(X, X), 0.0]
    else:
        coef = with_numpy.fit_least_squares(columns, lab.y, fit_intercept=False).coef
    found = lab.nearest()
    assert found == pytest.approx(pure_python.predict(columns, list(coef), 0.0), abs=1e-9)
    residual = minus(found, lab.y)
    assert [dot(residual, X), dot(residual, lab.second())] == pytest.approx([0, 0], abs=1e-9)


@pytest.mark.parametrize("seed", range(12))
def test_no_other_place_is_nearer(seed):
    lab = draw_lab(seed)
    least, rng = lab.distance(lab.nearest()), random.Random(seed)
    for _ in range(200):
        w, b = rng.gauss(0, 3), rng.gauss(0, 3)
        place = [w * x + b * c for x, c in zip(X, lab.second(), strict=True)]
        assert lab.distance(place) >= least - 1e-12


@pytest.mark.parametrize("seed", range(12))
def test_the_weights_reach_the_place(seed):
    lab = draw_lab(seed)
    place = lab.place()
    w, b = lab.weights(place)
    if lab.is_line():
        assert b is None
        w, b = w - 5, 5.0  # any pair with this sum
    reached = [w * x + b * c for x, c in zip(X, lab.second(), strict=True)]
    assert reached == pytest.approx(place, abs=1e-7)


def test_the_numbers_of_the_chapter():
    lab = Plane()
    assert lab.second() == ONES
    assert lab.nearest() == pytest.approx([1, 3, 3])
    assert lab.weights(lab.nearest()) == pytest.approx((2, -1))
    assert lab.weights(lab.place()) == pytest.approx((1, 1))
    assert lab.distance(lab.nearest()) == pytest.approx(math.sqrt(2))


def test_alike_columns_keep_the_place_and_lose_the_weights():
    labs = [Plane(alike=alike) for alike in (0, 0.5, 0.9, 0.99)]
    for lab in labs:
        assert lab.nearest() == pytest.approx([1, 3, 3])
    assert [lab.weights(lab.nearest())[1] for lab in labs] == pytest.approx([-1, -2, -10, -100])
    line = Plane(alike=1)
    assert line.nearest() == pytest.approx([13 / 9, 26 / 9, 26 / 9])
    assert line.weights(line.nearest()) == (pytest.approx(13 / 9), None)
    assert line.place() == pytest.approx([14 / 9, 28 / 9, 28 / 9])


@pytest.mark.parametrize("alike", [0, 0.5, 0.9, 1])
def test_what_is_shaded_lies_in_the_plane_and_is_reached(alike):
    lab = Plane(alike=alike)
    corners = lab.sheet()
    for first, second, third in [*corners, *(end for line in lab.mesh() for end in line)]:
        assert second == pytest.approx(third)
        assert -0.5 - 1e-9 <= first <= 3 + 1e-9
        assert -0.5 - 1e-9 <= second <= 3.5 + 1e-9
    if alike < 1:
        weights = [abs(value) for corner in corners for value in lab.weights(corner)]
        assert max(weights) <= 7 + 1e-6
    lines = [line for line in lab.mesh() if math.dist(*line) > 1e-9]
    ways = {round(math.atan2(q[1] - p[1], q[0] - p[0]) % math.pi, 6) for p, q in lines}
    assert len(ways) == (2 if alike < 1 else 1)


def test_the_corner_is_a_right_angle_at_the_foot():
    for lab in (Plane(), Plane(y_hat=[1, 3, 3]), Plane(alike=1)):
        foot = lab.nearest()
        along, _, up = (minus(corner, foot) for corner in lab.corner())
        assert dot(along, up) == pytest.approx(0, abs=1e-9)
        assert dot(minus(lab.y, foot), up) == pytest.approx(0.3 * lab.distance(foot))
    assert Plane(y=[1, 3, 3]).corner() == []  # y lies in the plane: there is no residual


# The picture


@pytest.mark.parametrize(("azimuth", "elevation"), [(-35, 25), (0, 0), (120, 90), (-180, 40)])
def test_the_view_is_a_picture_without_perspective(azimuth, elevation):
    view = View(azimuth, elevation, 480, 330)
    assert [dot(view.right, view.right), dot(view.up, view.up)] == pytest.approx([1, 1])
    assert dot(view.right, view.up) == pytest.approx(0, abs=1e-12)


def test_seen_along_the_plane_it_is_a_line_and_from_above_y_covers_the_foot():
    edge, above = View(-35, 0, 480, 330), View(-35, 90, 480, 330)
    lab = Plane()
    assert len({round(edge.at(corner)[1], 6) for corner in lab.sheet()}) == 1
    assert edge.at(lab.y)[1] < edge.at(lab.nearest())[1]
    assert above.at(lab.y) == pytest.approx(above.at(lab.nearest()))
    assert edge.at(lab.y)[0] == pytest.approx(edge.at(lab.nearest())[0])


# What it is displayed as


def test_the_page_starts_from_the_state():
    lab = Plane([1, 2, 3], [0, 1, 1], foot=True, alike=0.5, azimuth=10, elevation=60)
    (attributes, *_) = Elements(lab.html()).named("div")
    assert json.loads(attributes["data-state"]) == {
        "y": [1, 2, 3],
        "y_hat": [0, 1, 1],
        "foot": True,
        "alike": 0.5,
        "azimuth": 10,
        "elevation": 60,
    }
    text = "Plane(y=[1.0, 2.0, 4.0], y_hat=[2.0, 3.0, 3.0], foot=False, alike=0.0)"
    assert repr(Plane()) == text


@pytest.mark.parametrize("alike", [0, 0.7, 1])
@pytest.mark.parametrize("foot", [False, True])
def test_the_still_picture_asks_and_gives_the_answer_only_where_it_is_shown(foot, alike):
    lab = Plane(foot=foot, alike=alike)
    html = lab.still()
    assert "Where in the plane must ŷ be" in html
    assert f"its distance to y is {readable(lab.distance(lab.place()))}." in html
    assert ("The nearest place is (" in html) == foot
    assert ("--lr-best" in html) == ("--lr-residual" in html) == foot
    names = re.findall(r"<text [^>]*>([^<]+)</text>", html)
    second = ["1"] if alike == 0 else ["c"] if alike < 1 else []
    assert names == ["row 1", "row 2", "row 3", "x", *second, "y", "ŷ"]
    assert not re.search(r"nan|inf\b|None", html)


def test_the_still_picture_is_to_scale():
    lab = Plane(foot=True)
    view = View(lab.azimuth, lab.elevation, 480, 330)
    svg = ElementTree.fromstring(lab.scene())
    dots = [(float(dot.get("cx")), float(dot.get("cy"))) for dot in svg.iter("circle")]
    for found, place in zip(dots, [lab.nearest(), lab.y, lab.place()], strict=True):
        assert found == pytest.approx(view.at(place), abs=0.06)
    (drop,) = [line for line in svg.iter("polyline") if line.get("stroke-width") == "2.5"]
    ends = [tuple(map(float, pair.split(","))) for pair in drop.get("points").split()]
    for found, place in zip(ends, [lab.nearest(), lab.y], strict=True):
        assert found == pytest.approx(view.at(place), abs=0.06)


# What it refuses


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"y": [1, 2]}, "give three numbers"),
        ({"y": 3}, "give a list of numbers"),
        ({"y": [1, 2, math.nan]}, "give three numbers"),
        ({"y": [9, 2, 2]}, "out of the picture: row 1 from -0.5 to 3"),
        ({"y": [1, 0, 5]}, "no farther apart than 2.8"),
        ({"y_hat": [1, 2, 3]}, "off the plane: give rows 2 and 3 the same number"),
        ({"y_hat": [1, 5, 5]}, "out of the picture"),
        ({"alike": 1.5}, "alike is 1.5: choose between 0.0 and 1.0"),
        ({"elevation": -1}, "elevation is -1"),
        ({"azimuth": math.nan}, "azimuth is nan"),
    ],
)
def test_errors_name_the_mend(arguments, message):
    with pytest.raises(ValueError, match=message):
        Plane(**arguments)


def test_a_refused_change_leaves_the_lab_as_it_was():
    lab = Plane()
    with pytest.raises(ValueError, match="off the plane"):
        lab.y_hat = [1.0, 2.0, 3.0]
    assert lab.y_hat == [2, 3, 3]
