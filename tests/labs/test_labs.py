"""Promise: a lab computes what the book's functions compute, and shows it without a script."""

import json
import math
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from traitlets import Unicode

from linreg import labs, pure_python
from linreg.datasets import load_eight_points
from linreg.labs import Bowl, Drag, Walk
from linreg.labs.kit.chart import Chart, clip_line
from linreg.labs.kit.lab import Lab
from linreg.labs.kit.text import readable
from linreg.palette import PALETTE, css_variables

LABS = [getattr(labs, name) for name in labs.__all__]
FOLDER = Path(labs.__file__).parent


class Elements(HTMLParser):
    """The elements of a piece of HTML: tag and attributes, in order."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def named(self, tag):
        return [attributes for name, attributes in self.found if name == tag]


# The mathematics


def test_the_points_are_the_eight_of_the_book():
    eight = load_eight_points()
    assert (Walk().x, Walk().y) == (eight["x"], eight["y"])


@pytest.mark.parametrize("rate", [0.001, 0.1, 0.39, 0.41, 1.0])
def test_the_path_is_that_of_fit_gradient_descent(rate):
    lab = Walk(learning_rate=rate, n_steps=40)
    rows = [[value] for value in lab.x]
    fit = pure_python.fit_gradient_descent(rows, lab.y, learning_rate=rate, n_steps=40)
    stops = lab.path()
    assert [loss for _, _, loss in stops] == fit.loss_history
    assert stops[-1][:2] == (fit.coef[0], fit.intercept)


def test_the_optimum_and_the_threshold_of_the_eight_points():
    lab = Walk()
    assert lab.optimum() == pytest.approx((1.418598, 0.399131, 0.00804751), abs=5e-7)
    assert lab.threshold() == pytest.approx(0.400735, abs=5e-7)


@pytest.mark.parametrize(("factor", "converges"), [(0.999, True), (1.001, False)])
def test_the_threshold_is_where_the_walk_turns(factor, converges):
    lab = Walk(learning_rate=factor * Walk().threshold(), n_steps=500)
    assert (lab.gap(500) < lab.gap(499)) == converges


def test_the_gap_is_the_loss_above_the_least_loss():
    lab = Walk(n_steps=400)
    least = lab.optimum()[2]
    for step in (0, 1, 5, 10):
        assert lab.gap(step) == pytest.approx(lab.path()[step][2] - least, rel=1e-9)
    assert 0 <= lab.gap(400) < 1e-25  # where the difference of two losses would be noise


def test_a_walk_that_leaves_all_bounds_is_cut_short():
    lab = Walk(x=[0, 100], y=[1, 2], learning_rate=1.0, n_steps=500, step=500)
    stops = lab.path()
    assert len(stops) < 500
    assert all(math.isfinite(value) for stop in stops for value in stop)
    assert "after" in lab.html()


# What it asks


@pytest.mark.parametrize("lab", LABS)
def test_a_lab_has_a_title_and_a_question_that_its_page_shows(lab):
    assert lab.title
    assert lab.question.endswith("?")
    head = json.loads(lab.bundle().partition("\n")[0].removeprefix("const LAB = ").rstrip(";"))
    assert (head["TITLE"], head["QUESTION"]) == (lab.title, lab.question)


def test_no_two_labs_have_the_same_title_or_question():
    assert len({lab.title for lab in LABS}) == len({lab.question for lab in LABS}) == len(LABS)


# What it is displayed as


def test_the_text_is_the_constructor():
    assert repr(Walk(learning_rate=0.25, step=3)) == "Walk(learning_rate=0.25, step=3)"


def test_jupyter_gets_the_widget_and_a_page_gets_html():
    data, _ = Walk()._repr_mimebundle_()
    assert data["text/plain"] == "Walk(learning_rate=0.1, step=0)"
    assert "application/vnd.jupyter.widget-view+json" in data
    assert data["text/html"].startswith('<div data-lab="walk"')


def test_the_same_state_gives_the_same_html():
    assert Walk(step=4).html() == Walk(step=4).html()
    assert Walk(step=4).html() != Walk(step=5).html()


def test_the_page_starts_from_the_state():
    lab = Walk(learning_rate=0.3, n_steps=20, step=7)
    (attributes, *_) = Elements(lab.html()).named("div")
    assert json.loads(attributes["data-state"]) == {
        "x": lab.x,
        "y": lab.y,
        "learning_rate": 0.3,
        "n_steps": 20,
        "step": 7,
        "playing": False,
    }


def test_any_text_in_the_state_reaches_the_page_whole():
    class Note(Lab):
        _esm = "export default {}"
        text = Unicode()
        shown = ("text",)

        def still(self):
            return ""

    text = 'it\'s <b>"so"</b> &amp; &#39;so&#39;'
    found = Elements(Note(text=text).html()).found
    assert [tag for tag, _ in found] == ["div", "div"]
    assert json.loads(found[0][1]["data-state"]) == {"text": text}


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0, 4, "0"),
        (5.42625, 4, "5.426"),
        (0.00804751, 4, "0.008048"),
        (-2.1, 4, "−2.100"),
        (0.99996, 4, "1.000"),
        (99.7, 2, "100"),
        (12345, 4, "12345"),
        (9995, 2, "9995"),
        (99996, 4, "1.00×10⁵"),
        (99994, 4, "99994"),
        (1e-3, 4, "0.001000"),
        (9.99e-4, 4, "9.99×10⁻⁴"),
        (-3.24e5, 2, "−3.2×10⁵"),
        (1.0625, 4, "1.063"),
        (2.5, 1, "3"),
    ],
)
def test_numbers_are_written_for_readers(value, digits, text):
    assert readable(value, digits) == text


@pytest.mark.parametrize("rate", [0.1, 1.0])
def test_the_still_picture_says_what_it_shows(rate):
    html = Walk(learning_rate=rate).still()
    pictures = [svg for svg in Elements(html).named("svg") if svg.get("role") == "img"]
    assert len(pictures) == 2
    assert html.count("<title>") == 2
    assert "after 50 of 50 steps" in html
    assert not re.search(r"nan|inf\b|None", html)


def test_the_still_picture_has_colours_of_its_own():
    """Where no style sheet is, each colour falls back to the light page's."""
    used = set(re.findall(r"var\(--lr-(\w+), (#\w+)\)", Walk().still()))
    assert {role for role, _ in used} >= {"data", "fit", "best", "grid", "muted"}
    assert all(PALETTE[role]["light"] == colour for role, colour in used)


def test_least_loss_zero_has_a_picture():
    assert "0" in Walk(x=[0, 1], y=[1, 3]).html()


BELOW = {"x": [-3.0, -2.5, -1.0, -7.25], "y": [-5.0, -4.0, -9.5, -2.0]}


@pytest.mark.parametrize(
    "lab",
    [*(kind() for kind in LABS), Walk(**BELOW), Drag(**BELOW), Bowl(**BELOW, collinear=True)],
    ids=lambda lab: type(lab).__name__,
)
def test_a_still_writes_a_minus_and_no_hyphen_before_a_number(lab):
    words = re.sub(r"<[^>]*>", " ", lab.still())
    assert re.findall(r"(?<![\w)])-\d\S*", words) == []


# The still picture is to scale


def still_charts(lab):
    """The two charts of a still picture, each a list of (tag, attributes)."""
    _, *charts = lab.still().split('<svg role="img"')
    return [Elements(f"<svg{chart}").found for chart in charts]


def drawn(chart, tag, role=None):
    """The elements of one tag, and of one colour, of a chart."""
    return [
        found
        for name, found in chart
        if name == tag and (role is None or f"--lr-{role}," in str(found))
    ]


def places(line):
    return [tuple(map(float, pair.split(","))) for pair in line["points"].split()]


def near(found, expected):
    """Whether places in pixels agree to the tenth that is written."""
    assert [v for pair in found for v in pair] == pytest.approx(
        [v for pair in expected for v in pair], abs=0.051
    )


def test_a_chart_turns_numbers_into_pixels():
    chart = Chart("title", (0, 10), (-1, 3), ("x", "y"))
    assert [chart.across(x) for x in (0, 5, 10)] == [46, 197, 348]
    assert [chart.down(y) for y in (-1, 1, 3)] == [214, 119, 24]
    chart = Chart("title", (0, 10), (0.01, 100), ("x", "y"), log=True)
    assert [chart.down(y) for y in (0.01, 0.1, 1, 100)] == pytest.approx([214, 166.5, 119, 24])


@pytest.mark.parametrize(
    ("w", "b", "ends"),
    [
        (0, 1, [(-2, 1), (2, 1)]),
        (1, 0, [(-2, -2), (2, 2)]),
        (2, 0, [(-1.5, -3), (1.5, 3)]),
        (-2, 0, [(-1.5, 3), (1.5, -3)]),
        (1, 2, [(-2, 0), (1, 3)]),
        (-1, 2, [(-1, 3), (2, 0)]),
        (0, 4, None),
        (0.5, -6, None),
        (1e30, 0, [(-3e-30, -3), (3e-30, 3)]),
    ],
)
def test_a_line_is_cut_at_the_frame(w, b, ends):
    found = clip_line(w, b, (-2, 2), (-3, 3))
    assert found == ends if ends is None else found == [pytest.approx(end) for end in ends]


@pytest.mark.parametrize(("step", "lines"), [(0, 10), (3, 3), (50, 10)])
def test_the_still_points_and_lines_are_in_their_places(step, lines):
    lab = Walk(step=step)
    stops, last = lab.path(), step or 50
    frame = lab.line_chart(stops, last)
    chart, _ = still_charts(lab)
    dots = [(float(dot["cx"]), float(dot["cy"])) for dot in drawn(chart, "circle", "data")]
    near(dots, [(frame.across(x), frame.down(y)) for x, y in zip(lab.x, lab.y)])
    walked = drawn(chart, "polyline", "fit")
    assert len(walked) == lines + 1
    for line, (w, b, _) in zip(walked, [*stops[:lines], stops[last]], strict=True):
        ends = clip_line(w, b, frame.x, frame.y)
        near(places(line), [(frame.across(x), frame.down(y)) for x, y in ends])
    assert [line["stroke-width"] for line in walked] == ["1.25"] * lines + ["3"]
    (best,) = drawn(chart, "polyline", "best")
    w, b, _ = lab.optimum()
    near(places(best), [(frame.across(x), frame.down(w * x + b)) for x in frame.x])


@pytest.mark.parametrize(("rate", "step"), [(0.1, 7), (0.1, 50), (0.41, 30)])
def test_the_still_loss_curve_is_in_its_place(rate, step):
    lab = Walk(learning_rate=rate, step=step)
    losses = [loss for _, _, loss in lab.path()]
    frame = lab.loss_chart(lab.path(), step)
    _, chart = still_charts(lab)
    whole, past = (places(line) for line in drawn(chart, "polyline", "fit"))
    near(whole, [(frame.across(k), frame.down(loss)) for k, loss in enumerate(losses)])
    assert past == whole[: step + 1]
    (dot,) = drawn(chart, "circle", "fit")
    near([(float(dot["cx"]), float(dot["cy"]))], [whole[step]])
    (least,) = drawn(chart, "polyline", "best")
    level = frame.down(lab.optimum()[2])
    near(places(least), [(frame.across(0), level), (frame.across(50), level)])
    assert all(frame.top < y < frame.height - frame.bottom for _, y in whole)


def test_the_best_is_dashed_and_the_points_lie_on_top():
    for chart in still_charts(Walk()):
        dashed = [line for line in drawn(chart, "polyline") if "stroke-dasharray" in line]
        assert dashed == drawn(chart, "polyline", "best")
        order = [
            "dot" if tag == "circle" else "best" if "--lr-best," in str(found) else "fit"
            for tag, found in chart
            if tag in ("polyline", "circle")
        ]
        assert order == sorted(order, key=["fit", "best", "dot"].index)


def test_the_ticks_of_a_still_picture_name_their_places():
    chart = Chart("title", (0, 50), (0.01, 100), ("step", "loss"), log=True)
    texts = re.findall(
        r'<text x="([\d.]+)" y="([\d.]+)" text-anchor="(\w+)">([^<]+)</text>', chart.svg()
    )
    across = {text: float(x) for x, _, anchor, text in texts if anchor == "middle"}
    assert across == {str(k): pytest.approx(chart.across(k), abs=0.06) for k in range(0, 51, 10)}
    down = {text: float(y) - 4 for x, y, anchor, text in texts if float(x) < chart.left}
    assert down == {
        text: pytest.approx(chart.down(float(text)), abs=0.06)
        for text in ("0.01", "0.1", "1", "10", "100")
    }


# What it refuses


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"x": [1, 2, 3], "y": [1, 2]}, "x has 3 values and y has 2"),
        ({"x": [1, 2, 3]}, "x and y come together"),
        ({"y": [1, 2, 3]}, "x and y come together"),
        ({"x": [], "y": []}, "x is empty"),
        ({"x": "abc", "y": [1, 2, 3]}, r"x\[0\] is 'a': give a number"),
        ({"x": [1, 2], "y": [1, None]}, r"y\[1\] is None: give a number"),
        ({"x": 3, "y": 4}, "x is 3: give a list of numbers"),
        ({"x": [1, 1 + 1e-15], "y": [1, 2]}, "rounding hides the difference: subtract"),
        ({"x": [1, math.nan], "y": [1, 2]}, r"x\[1\] is nan"),
        ({"x": [1, 2], "y": [1, math.inf]}, r"y\[1\] is inf"),
        ({"x": [1, 2], "y": [1, 1e12]}, "larger unit"),
        ({"x": [1, 2], "y": [1, -1e12]}, "larger unit"),
        ({"x": [2, 2, 2], "y": [1, 2, 3]}, "no single bottom"),
        ({"learning_rate": 2.0}, "outside the slider's range"),
        ({"learning_rate": math.nan}, "outside the slider's range"),
        ({"n_steps": 0}, "n_steps is 0"),
        ({"step": 51}, "step is 51"),
    ],
)
def test_errors_name_the_mend(arguments, message):
    with pytest.raises(ValueError, match=message):
        Walk(**arguments)


@pytest.mark.parametrize(
    ("name", "value"), [("learning_rate", 2.0), ("step", 51), ("n_steps", 2), ("x", [1.0])]
)
def test_a_refused_change_leaves_the_lab_as_it_was(name, value):
    lab = Walk(step=3)
    before = getattr(lab, name)
    with pytest.raises(ValueError, match=r"choose|give"):
        setattr(lab, name, value)
    assert getattr(lab, name) == before


def test_points_change_together():
    lab = Walk()
    with lab.hold_trait_notifications():
        lab.x, lab.y = [0.0, 1.0], [1.0, 3.0]
    assert lab.optimum() == pytest.approx((2, 1, 0))


# How it looks


def test_the_style_takes_its_colours_from_the_palette():
    style = Lab.css()
    assert style.startswith(css_variables())
    for role, pair in PALETTE.items():
        assert f"--lr-{role}: {pair['light']};" in style
        assert f"--lr-{role}: {pair['dark']};" in style
    written = style.removeprefix(css_variables())
    assert not re.search(r"#[0-9a-f]{3,8}\b", written)  # no colour of its own
    own = {"fill", "method", "height", "series"}
    assert set(re.findall(r"var\(--lr-(\w+)", written)) <= {*PALETTE, *own}


def test_every_class_of_ours_is_prefixed():
    """Bootstrap owns `.row` and its like; the others below belong to the book's theme."""
    style = re.sub(r"/\*.*?\*/", "", Lab.css().removeprefix(css_variables()), flags=re.S)
    selectors = re.findall(r"([^{}]+)\{", style)
    classes = {name for selector in selectors for name in re.findall(r"\.([a-z][\w-]*)", selector)}
    theirs = {"bd-content", "cell_output", "output", "text_html"}
    assert {name for name in classes if not name.startswith("lr-")} == theirs
    for path in (*FOLDER.glob("*/*.js"), *FOLDER.glob("*/*.py")):
        for names in re.findall(r'class(?:: |=)\\?"([\w -]+)"', path.read_text(encoding="utf-8")):
            assert all(name.startswith("lr-") for name in names.split()), (path, names)
