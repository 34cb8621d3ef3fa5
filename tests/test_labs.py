"""Promise: a lab computes what the book's functions compute, and shows it without a script."""

import json
import math
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from linreg import labs, pure_python
from linreg.labs import Walk, kit
from linreg.plots import PALETTE

LABS = [getattr(labs, name) for name in labs.__all__]
FOLDER = Path(kit.__file__).parent


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


# What it refuses


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"x": [1, 2, 3], "y": [1, 2]}, "x has 3 values and y has 2"),
        ({"x": [], "y": []}, "x is empty"),
        ({"x": [1, math.nan], "y": [1, 2]}, r"x\[1\] is nan"),
        ({"x": [1, 2], "y": [1, math.inf]}, r"y\[1\] is inf"),
        ({"x": [1, 2], "y": [1, 1e12]}, "larger unit"),
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


# How it is put together


@pytest.mark.parametrize("lab", LABS)
def test_the_bundle_is_one_module_that_exports_the_mathematics(lab):
    bundle = lab.bundle()
    assert not re.search(r"^import ", bundle, flags=re.MULTILINE)
    assert bundle.count("export default") == 1
    subject = (FOLDER / f"{lab.slug()}.js").read_text(encoding="utf-8")
    exported = re.findall(r"^export \w+ (\w+)", subject, flags=re.MULTILINE)
    assert exported
    for name in exported:
        assert re.search(rf"^export \w+ {name}\b", bundle, flags=re.MULTILINE)


def test_the_style_takes_its_colours_from_the_palette():
    style = kit.variables()
    for role, pair in PALETTE.items():
        assert f"--lr-{role}: {pair['light']};" in style
        assert f"--lr-{role}: {pair['dark']};" in style
    written = (FOLDER / "kit.css").read_text(encoding="utf-8")
    assert not re.search(r"#[0-9a-f]{3,8}\b", written)  # no colour of its own
    assert set(re.findall(r"var\(--lr-(\w+)", written)) <= {*PALETTE, "fill"}


def test_every_class_of_ours_is_prefixed():
    """Bootstrap owns `.row` and its like; the others below belong to the book's theme."""
    style = re.sub(r"/\*.*?\*/", "", (FOLDER / "kit.css").read_text(encoding="utf-8"), flags=re.S)
    selectors = re.findall(r"([^{}]+)\{", style)
    classes = {name for selector in selectors for name in re.findall(r"\.([a-z][\w-]*)", selector)}
    theirs = {"bd-content", "cell_output", "output", "text_html"}
    assert {name for name in classes if not name.startswith("lr-")} == theirs
    for path in (*FOLDER.glob("*.js"), FOLDER / "kit.py", FOLDER / "walk.py"):
        for names in re.findall(r'class(?:: |=)\\?"([\w -]+)"', path.read_text(encoding="utf-8")):
            assert all(name.startswith("lr-") for name in names.split()), (path, names)
