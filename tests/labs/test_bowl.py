"""Promise: the bowl is the loss of every line, and marbles roll on it as gradient descent does."""

import json
import math
import random
import re

import pytest
from test_labs import Elements

from linreg import pure_python
from linreg.datasets import load_eight_points
from linreg.labs import Bowl
from linreg.labs.bowl.bowl import AIR, View, curving
from linreg.labs.kit.text import readable

PIN = (1.418598, 0.399131)


def some_lab(seed, **options):
    """A lab of points drawn at random."""
    rng = random.Random(seed)
    x = [rng.uniform(-2, 2) + rng.gauss(0, 2) for _ in range(rng.randint(2, 9))]
    return Bowl(x, [rng.gauss(1, 3) for _ in x], **options)


# The mathematics


def test_the_points_are_the_eight_of_the_book():
    eight = load_eight_points()
    assert (Bowl().x, Bowl().y) == (eight["x"], eight["y"])


@pytest.mark.parametrize("rate", [0.001, 0.1, 0.39, 0.41])
def test_a_marble_rolls_as_fit_gradient_descent_walks(rate):
    lab = Bowl(learning_rate=rate)
    stops = lab.path([0, 0])
    rows = [[value] for value in lab.x]
    steps = len(stops) - 1
    fit = pure_python.fit_gradient_descent(rows, lab.y, learning_rate=rate, n_steps=steps)
    assert [loss for *_, loss in stops] == fit.loss_history
    assert stops[-1][:2] == (fit.coef[0], fit.intercept)


def test_five_drops_end_at_one_pin():
    lab = Bowl()
    assert len({tuple(start) for start in lab.five()}) == 5
    assert lab.optimum()[:2] == pytest.approx(PIN, abs=5e-7)
    for start in lab.five():
        assert lab.outcome(start) == "rest"
        assert lab.path(start)[-1][:2] == pytest.approx(PIN, abs=4e-5)


@pytest.mark.parametrize("collinear", [False, True])
@pytest.mark.parametrize(("factor", "outcome"), [(0.9, "rest"), (1.1, "lost")])
def test_the_threshold_is_where_marbles_begin_to_leave(collinear, factor, outcome):
    lab = Bowl(collinear=collinear)
    lab.learning_rate = factor * lab.threshold()
    assert [lab.outcome(start) for start in lab.five()] == [outcome] * 5


def test_a_path_ends_where_it_says():
    assert Bowl(learning_rate=0.001).outcome([0, 0]) == "moving"
    assert len(Bowl(learning_rate=0.001).path([0, 0])) == 201
    assert len(Bowl().path(Bowl().optimum()[:2])) == 1
    lab = Bowl([0, 1000], [1, 2], learning_rate=1.0)
    assert lab.outcome([0, 0]) == "lost"
    assert all(math.isfinite(value) for stop in lab.path([0, 0]) for value in stop)


@pytest.mark.parametrize("seed", range(8))
def test_the_gap_is_the_loss_above_the_least_loss(seed):
    for collinear in (False, True):
        lab = some_lab(seed, collinear=collinear)
        for start in lab.five():
            above = lab.loss(*start) - lab.optimum()[2]
            assert lab.gap(*start) == pytest.approx(above, abs=1e-9 * lab.depth())


# The trough


@pytest.mark.parametrize("seed", range(8))
def test_in_the_trough_the_gradient_is_along_c_and_1(seed):
    lab = some_lab(seed, collinear=True)
    c, _ = lab.trough()
    rows = [[value] for value in lab.column()]
    for w, b in lab.five():
        (d_w,), d_b = pure_python.gradient(rows, lab.y, [w], b)
        assert d_w == pytest.approx(c * d_b, abs=1e-12 * abs(d_b))


@pytest.mark.parametrize("seed", range(8))
def test_in_the_trough_a_marble_rests_at_the_nearest_point_of_the_bottom(seed):
    lab = some_lab(seed, collinear=True)
    lab.learning_rate = min(1.0, 0.4 * lab.threshold())
    (c, d), least = lab.trough(), lab.optimum()[2]
    for start in lab.five():
        w, b = lab.nearest(start)
        assert c * w + b == pytest.approx(d, abs=1e-9)
        assert lab.loss(w, b) == pytest.approx(least)
        for along in (-0.1, 0.1):  # any other point of the line is farther away
            assert math.dist(start, (w + along, b - c * along)) > math.dist(start, (w, b))
        size = math.sqrt(lab.depth())
        assert lab.path(start)[-1][:2] == pytest.approx((w, b), abs=1e-4 * size)


def test_the_troughs_bottom_runs_through_the_pin():
    lab = Bowl(collinear=True)
    (c, d), (w, b, loss) = lab.trough(), lab.optimum()
    assert (c, d) == pytest.approx((0.45, 1.0375))
    assert c * w + b == pytest.approx(d)
    mean = sum(lab.y) / 8
    assert loss == pytest.approx(sum((value - mean) ** 2 for value in lab.y) / 8)


# The round


@pytest.mark.parametrize("collinear", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_the_height_in_the_round_is_the_gap(seed, collinear):
    lab = some_lab(seed, collinear=collinear)
    rng = random.Random(seed)
    for _ in range(5):
        u, v = rng.uniform(-1, 1), rng.uniform(-1, 1)
        w, b = lab.to_plane(u, v)
        assert lab.to_disc(w, b) == pytest.approx((u, v), abs=1e-9)
        assert lab.lift(u, v) == pytest.approx(lab.gap(w, b) / lab.depth(), abs=1e-9)


def test_from_above_the_picture_is_the_map():
    lab = Bowl(azimuth=0, elevation=90)
    half_w = math.sqrt(lab.depth()) / lab.spread()
    half_b = half_w * math.hypot(lab.centre(), lab.spread())
    w, b, _ = lab.optimum()
    for start in lab.five():
        across, up = lab.project(*lab.to_disc(*start))
        assert across == pytest.approx((start[0] - w) / half_w)
        assert up == pytest.approx((start[1] - b) / half_b)


def test_from_the_side_the_picture_is_the_loss():
    lab = Bowl(elevation=10)
    for start in lab.five():
        u, v = lab.to_disc(*start)
        rise = lab.project(u, v)[1] - lab.project(u, v, 0)[1]
        assert rise == pytest.approx(0.62 * math.cos(math.pi / 18) * lab.gap(*start) / lab.depth())


def test_a_turn_is_a_turn():
    lab = Bowl(azimuth=0, elevation=90)
    seen = lab.project(0.5, 0.3)
    lab.azimuth = 90  # what lay to the right now lies at the back
    assert lab.project(0.5, 0.3) == pytest.approx((-seen[1], seen[0]))


@pytest.mark.parametrize("collinear", [False, True])
@pytest.mark.parametrize("elevation", [10, 38, 90])
def test_the_surface_fits_its_picture(collinear, elevation):
    for azimuth in range(-180, 180, 30):
        view = View(Bowl(collinear=collinear, azimuth=azimuth, elevation=elevation), 360, 250)
        for corners in view.facets():
            for place in corners:
                across, down = view.at(*place)
                assert 33 < across < 327
                assert 21 < down < 217


@pytest.mark.parametrize("azimuth", [-120, -35, 60])
def test_what_shows_its_inside_is_what_faces_us(azimuth):
    """A facet's corners run the other way round where its outside is seen."""
    view = View(Bowl(azimuth=azimuth, elevation=20), 360, 250)
    sides = set()
    for corners in view.facets():
        at = [view.at(*place) for place in corners]
        area = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(at, at[1:] + at[:1]))
        middle = [sum(values) / 4 for values in zip(*corners)]
        if abs(area) > 20:
            assert (area < 0) == view.shows_inside(*middle)
            sides.add(area < 0)
    assert sides == {True, False}


# What it is displayed as


def test_the_text_and_the_page():
    assert repr(Bowl(learning_rate=0.25)) == "Bowl(learning_rate=0.25, collinear=False)"
    assert Bowl().html() == Bowl().html() != Bowl(collinear=True).html()
    data, _ = Bowl()._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    state = json.loads(Elements(data["text/html"]).named("div")[0]["data-state"])
    assert set(state) == set(Bowl.shown)
    assert state["hand"] == Bowl().hand == [-0.4, 2.4]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "5 marbles let go with learning rate 0.1: all came to rest at the pin"),
        ({"collinear": True}, "all came to rest each at a point of the line"),
        ({"learning_rate": 0.5}, "5 left the picture"),
        ({"learning_rate": 0.001}, "5 still moving after 200 steps"),
        ({"marbles": [(0, 0)]}, "1 marble let go"),
        ({"x": [0, 1], "y": [0, 0]}, "the least loss, 0."),
        ({"x": [1, 2, 3], "y": [5, 5, 5]}, "w = 0 and b = 5.000, has the least loss, 0."),
        ({"x": [1, 2, 3], "y": [5, 5, 5]}, "height = loss: 0 at the pin"),
    ],
)
def test_the_still_picture_says_what_it_shows(options, words):
    html = Bowl(**options).still()
    pictures = [svg for svg in Elements(html).named("svg") if svg.get("role") == "img"]
    assert len(pictures) == html.count("<title>") == 2
    assert words in html
    assert not re.search(r"nan|inf\b|None", html)
    assert len(Bowl(**options).html()) < 60_000


def still_parts(lab):
    """The text of the two still pictures: the surface and its map."""
    _, scene, chart = lab.still().split('<svg role="img"')
    return f"<svg{scene}", f"<svg{chart}".partition("</div>")[0]


def flat(places):
    return [value for place in places for value in place]


def drawn(part, tag, role):
    """The elements of one tag and one colour in a picture."""
    return [found for found in Elements(part).named(tag) if f"--lr-{role}," in str(found)]


def centres(part, role):
    return [(float(dot["cx"]), float(dot["cy"])) for dot in drawn(part, "circle", role)]


def numbers(path):
    return [float(text) for text in re.findall(r"-?[\d.]+", path)]


def texts(part):
    """What a picture's texts say, with the places where they stand."""
    found = re.findall(r'<text x="([\d.-]+)" y="([\d.-]+)"[^>]*>([^<]+)</text>', part)
    return {words: (float(x), float(y)) for x, y, words in found}


def test_the_still_marbles_stand_in_their_places():
    lab = Bowl()
    scene, chart = still_parts(lab)
    view, frame = View(lab, 360, 250), lab.map([lab.path(start) for start in lab.five()])
    places = [view.at(*lab.to_disc(*start)) for start in lab.five()]
    assert flat(centres(scene, "fit")) == pytest.approx(flat(places), abs=0.06)
    places = [(frame.across(w), frame.down(b)) for w, b in lab.five()]
    assert flat(centres(chart, "fit")) == pytest.approx(flat(places), abs=0.06)


@pytest.mark.parametrize("collinear", [False, True])
def test_the_still_ways_are_the_marbles_paths(collinear):
    lab = Bowl(collinear=collinear)
    scene, chart = still_parts(lab)
    paths, frame = [lab.path(start) for start in lab.five()], lab.map([])
    view = View(lab, 360, 250)
    found = [numbers(way["d"]) for way in drawn(scene, "path", "fit")]
    for way, path in zip(found, paths, strict=True):
        expected = curving([lab.to_disc(w, b) for w, b, _ in path])
        assert way == pytest.approx(flat(view.at(*place) for place in expected), abs=0.06)
    found = [numbers(way["points"]) for way in drawn(chart, "polyline", "fit")]
    for way, path in zip(found, paths, strict=True):
        expected = flat((frame.across(w), frame.down(b)) for w, b, _ in path)
        assert way == pytest.approx(expected, abs=0.06)


@pytest.mark.parametrize("collinear", [False, True])
def test_the_still_best_is_in_its_place(collinear):
    lab = Bowl(collinear=collinear)
    scene, chart = still_parts(lab)
    view, frame, (w, b, _) = View(lab, 360, 250), lab.map([]), lab.optimum()
    (bottom,) = drawn(scene, "path", "best")
    if not collinear:
        assert numbers(bottom["d"]) == pytest.approx([*view.at(0, 0), -20], abs=0.06)
        assert flat(centres(chart, "best")) == pytest.approx(
            [frame.across(w), frame.down(b)], abs=0.06
        )
        assert not drawn(chart, "polyline", "best")
        return
    ends = flat([view.at(-1, 0), view.at(1, 0)])
    assert numbers(bottom["d"]) == pytest.approx(ends, abs=0.06)
    assert not centres(chart, "best")
    (line,) = drawn(chart, "polyline", "best")
    x1, y1, x2, y2 = numbers(line["points"])
    (c, d), (low, high) = lab.trough(), frame.x
    assert x1 < frame.across(low) < frame.across(high) < x2
    for slope in (low, w, high):
        along = (frame.across(slope) - x1) / (x2 - x1)
        assert y1 + along * (y2 - y1) == pytest.approx(frame.down(d - c * slope), abs=0.2)


@pytest.mark.parametrize("collinear", [False, True])
def test_the_still_names_and_words_are_true(collinear):
    lab = Bowl(collinear=collinear)
    scene, chart = still_parts(lab)
    view, (w, b, least) = View(lab, 360, 250), lab.optimum()
    for name, ahead in (("w", (w + 1, b)), ("b", (w, b + 1))):
        u, v = (part / math.hypot(*lab.to_disc(*ahead)) for part in lab.to_disc(*ahead))
        x, y = view.at(1.23 * u, 1.23 * v, lab.lift(u, v))
        assert texts(scene)[name] == pytest.approx((x, y + 4), abs=0.06)
    where, rim = "bottom" if collinear else "pin", readable(least + lab.depth())
    assert f"height = loss: {readable(least)} at the {where}, {rim} at the rim" in texts(scene)
    (x, y), (x_b, y_b) = texts(chart)["slope w"], texts(chart)["intercept b"]
    assert (x, x_b) == (348, 2)  # below on the right, above on the left
    assert y_b < 24 < 214 < y
    words = f"has the least loss, {readable(least)}."
    assert words in lab.still()
    if not collinear:
        assert f"at w = {readable(w)} and b = {readable(b)}, {words}" in lab.still()


@pytest.mark.parametrize("collinear", [False, True])
def test_the_still_rings_are_places_of_equal_loss(collinear):
    lab = Bowl(collinear=collinear)
    _, chart = still_parts(lab)
    (group,) = [found for found in Elements(chart).named("g") if "transform" in found]
    a, b, c, d, e, f = map(float, re.findall(r"-?[\d.]+", group["transform"]))
    frame = lab.map([])
    for u, v in [(0, 0), (1, 0), (0, 1), (-0.6, 0.8)]:
        w, intercept = lab.to_plane(u, v)
        assert a * u + c * v + e == pytest.approx(frame.across(w), abs=1e-3)
        assert b * u + d * v + f == pytest.approx(frame.down(intercept), abs=1e-3)
    least = lab.optimum()[2]
    *radii, rim = lab.radii(least)
    losses = [lab.loss(*lab.to_plane(0, radius)) for radius in radii]
    assert losses == pytest.approx([round(loss) for loss in losses])
    assert lab.loss(*lab.to_plane(0, rim)) == pytest.approx(least + lab.depth())


def test_a_way_is_left_out_where_it_is_in_the_air():
    lab = Bowl(learning_rate=0.5)
    view = View(lab, 360, 250)
    stops = [lab.to_disc(w, b) for w, b, _ in lab.path(lab.five()[0])]
    assert max(lab.lift(*place) for place in stops) > 50
    low = [place for place in curving(stops) if lab.lift(*place) <= AIR]
    drawn = re.findall(r"[\d.-]+ [\d.-]+", view.way(lab.path(lab.five()[0])))
    assert len(drawn) == len(low) < len(curving(stops))


# What it refuses


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"x": [1, 2, 3], "y": [1, 2]}, "x has 3 values and y has 2"),
        ({"x": [1, 2]}, "x and y come together"),
        ({"x": [1, math.nan], "y": [1, 2]}, r"x\[1\] is nan"),
        ({"x": [2, 2], "y": [1, 2]}, "set collinear=True"),
        ({"x": [1, 1 + 1e-15], "y": [1, 2]}, "rounding hides the difference: subtract"),
        ({"x": [1e9, 1e9 - 4], "y": [1, 2]}, "past 1e9 in w or in b: subtract the mean"),
        ({"x": 5, "y": [1, 2]}, "x is 5: give a list of numbers"),
        ({"x": [1, 2], "y": ["1", 2]}, r"y\[0\] is '1': give a number"),
        ({"marbles": 5}, "marbles is 5: give a list of pairs"),
        ({"marbles": [1, 2]}, r"marbles\[0\] is 1: give a list"),
        ({"hand": 5}, "hand is 5: give a list"),
        ({"learning_rate": 2.0}, "outside the slider's range"),
        ({"marbles": [(0, 0)] * 6}, "keep at most 5"),
        ({"marbles": [(0, 0), (1, 2, 3)]}, r"marbles\[1\] holds 3 numbers: give two"),
        ({"hand": [math.inf, 0]}, r"hand\[0\] is inf"),
        ({"elevation": 5}, "choose between 10 and 90"),
        ({"azimuth": math.nan}, "give an angle"),
    ],
)
def test_errors_name_the_mend(arguments, message):
    with pytest.raises(ValueError, match=message):
        Bowl(**arguments)


def test_points_as_far_out_as_they_may_be_have_a_bowl():
    """(0, 0) and all of the rim can be named: no start is refused that nobody gave."""
    for x, y in ([1e6, 1e6 + 4], [1, 2]), ([0, 1e-6], [100, 2]), ([-1e9, 1e9], [1e8, 0]):
        lab = Bowl(x, y)
        assert Bowl(x, y, marbles=lab.five(), hand=lab.hand).marbles == lab.five()


def test_a_full_turn_is_no_turn():
    assert Bowl(azimuth=325.0).azimuth == -35
