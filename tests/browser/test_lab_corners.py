"""Promise: the lab of Chapter 19 computes what Python does, and shows what a hand has tried."""

import math
import random

import pytest
from lab_pages import (
    ANSWER,
    PHONE,
    READ_CHARTS,
    Drawn,
    centre,
    changed,
    close,
    drag,
    hurry,
    in_module,
    is_in_view,
    keeps_its_height,
    least_work,
    opening,
    slide,
    spills,
    sweep,
    swipe,
    unfold,
    with_model,
)

from linreg.labs import Corners
from linreg.labs.kit.text import readable
from linreg.lasso import fit_elastic_net
from linreg.penalized import fit_ridge

PAGE = "notebooks/19_lasso.html"
LAB = '[data-lab="corners"]'
REGIONS = ["round", "corners", "both"]
REGION, PRICE = (f"{LAB} .lr-slider-{name} input" for name in ("region", "step"))
HANDLE = f"{LAB} .lr-handle"

MATHEMATICS = in_module(
    "corners",
    """cases.map(([region, penalty, correlation, least]) => {
        const slopes = lab.optimum(region, penalty, correlation, least);
        const bound = lab.sumAt(region, slopes);
        const radius = lab.radius(slopes, correlation, least);
        return { slopes, bound, radius, border: lab.border(region, bound) };
    })""",
)

# What the eye and a screen reader get of it.
READ = """() => {
    const lab = document.querySelector('[data-lab="corners"]');
    const text = (selector) => lab.querySelector(selector).textContent;
    const all = (selector) => [...lab.querySelectorAll(selector)];
    const numbers = (node, ...names) => names.map((name) => Number(node.getAttribute(name)));
    const one = (selector, ...names) => numbers(lab.querySelector(selector), ...names);
    const pairs = (node) => (node.getAttribute("points") || "").split(" ")
        .map((pair) => pair.split(",").map(Number));
    const keys = ["round", "corners", "both"];
    // How far out the dot lies as the ellipse is drawn: 1 on its curve.
    const [dot, curve] = [".lr-corners-dot", ".lr-corners-touching"]
        .map((selector) => lab.querySelector(`.lr-chart ${selector}`));
    const seen = new DOMPoint(...numbers(dot, "cx", "cy")).matrixTransform(dot.getScreenCTM())
        .matrixTransform(curve.getScreenCTM().inverse());
    const [rx, ry] = numbers(curve, "rx", "ry");
    return {
        counts: keys.map((key) => text(`[data-readout="${key}"]`)),
        region: text(".lr-slider-region .lr-value"),
        price: text(".lr-slider-step .lr-value"),
        labels: all(".lr-chart").map((chart) => chart.getAttribute("aria-label")),
        border: pairs(lab.querySelector(".lr-corners-region")),
        touching: [rx, ry],
        on: Math.hypot(seen.x / rx, seen.y / ry),
        optimum: numbers(dot, "cx", "cy"),
        paths: all(".lr-corners-line").map(pairs),
        ends: all(".lr-corners-end").map((dot) => numbers(dot, "cx", "cy")),
        hollow: all(".lr-corners-end").map((dot) => dot.matches(".lr-corners-hollow")),
        now: one(".lr-corners-now", "x1", "x2"),
        verdict: lab.querySelector(".lr-lab").dataset.verdict,
        words: text(".lr-verdict > p"),
    };
}"""


# Where each line ends and where its dot stands, in twenty frames one after the other.
PLAYED = """async () => {
    const lab = document.querySelector('[data-lab="corners"] .lr-lab');
    const all = (selector) => [...lab.querySelectorAll(selector)];
    const seen = [];
    for (let i = 0; i < 20; i += 1) {
        await new Promise(requestAnimationFrame);
        const lines = all(".lr-corners-line").map((line) =>
            (line.getAttribute("points") ?? line.getAttribute("d")).match(/-?[\\d.]+/g).slice(-2));
        const dots = all(".lr-corners-end").map((dot) =>
            ["cx", "cy"].map((name) => dot.getAttribute(name)));
        seen.push(...lines.map((line, k) => [line.map(Number), dots[k].map(Number)]));
    }
    return seen;
}"""


open_lab = opening(PAGE, "corners", before_the_hand=REGION)


def seen(page):
    return page.evaluate(READ)


def short(value):
    return readable(value, 3)


def count(region, last, **settings):
    """What the readout says of a region whose path is known up to a step."""
    hits = sum(Corners(region, step, **settings).zeros() > 0 for step in range(last + 1))
    return f"{hits} of {last + 1}"


# It is there, and gives nothing away


@pytest.mark.parametrize("over", ["http", "file"])
def test_the_lab_draws_itself_and_asks(open_lab, over):
    page = open_lab(over=over)
    assert page.locator(f"{LAB} .lr-ask").inner_text().startswith("Which region sets a slope")
    assert not page.locator(f"{LAB} .lr-still").is_visible()
    found = seen(page)
    assert (found["verdict"], found["region"], found["price"]) == ("start", "round", "1.20")
    assert found["counts"] == ["0 of 25", "?", "?"]
    assert [len(path) for path in found["paths"]] == [25, 25]


# It tells the truth


def test_the_mathematics_in_the_page_is_that_of_python(open_lab):
    rng = random.Random(19)
    labs = [Corners(region, step) for region in REGIONS for step in (0, 20, 21, 68, 69, 80)]
    for _ in range(120):
        least = [rng.uniform(-1, 2) for _ in "ab"]
        rho = rng.choice([-0.9, 0.9, rng.uniform(-0.9, 0.9)])
        labs.append(Corners(rng.choice(REGIONS), rng.randint(1, 80), rho, least))
    cases = [[lab.region, lab.penalty(), lab.correlation, lab.least_squares] for lab in labs]
    shares = {"round": 0, "corners": 1, "both": 0.5}
    for lab, found in zip(labs, open_lab().evaluate(MATHEMATICS, cases), strict=True):
        (X, y), price, share = lab.rows(), lab.penalty(), shares[lab.region]
        if price == 0:
            slopes = lab.least_squares
        elif share == 0:
            slopes = fit_ridge(X, y, penalty=price).coef.tolist()
        else:
            l1, l2 = share * price, (1 - share) * price
            slopes = fit_elastic_net(X, y, l1=l1, l2=l2, tolerance=0).coef.tolist()
        assert found["slopes"] == pytest.approx(slopes, abs=1e-12)
        assert [one == 0 for one in found["slopes"]] == [one == 0 for one in slopes]
        assert found["bound"] == pytest.approx(lab.bound(), abs=1e-12)
        assert found["radius"] == pytest.approx(lab.radius(), abs=1e-7)
        for one, other in zip(found["border"], lab.border(), strict=True):
            assert close(one, other, 1e-9)


@pytest.mark.parametrize("width", [390, 1280])
def test_the_drawing_stands_where_python_says(open_lab, width):
    page = open_lab(viewport={"width": width, "height": 900})
    for region, step, rho, least in [
        ("round", 40, 0.3, [0.4, 1.6]),
        ("corners", 60, 0.3, [0.4, 1.6]),
        ("both", 20, -0.6, [1.5, -0.5]),
    ]:
        lab = Corners(region, step, rho, least)
        with_model(page, "corners")
        changed(page, [{name: getattr(lab, name) for name in lab.shown}])
        (left, right), found = page.evaluate(READ_CHARTS, "corners"), seen(page)
        chart = Drawn(left)
        across, down = chart.pixel
        assert across == pytest.approx(down, rel=0.01)  # what is round looks round
        assert chart.holds(left["handles"][0], *least)
        assert chart.holds(found["optimum"], *lab.optimum())
        for place, (x, y) in zip(found["border"], lab.border(), strict=True):
            assert chart.holds(place, x, y)
        axes = [lab.radius() / math.sqrt(1 + sign * rho) / across for sign in (-1, 1)]
        assert found["touching"] == pytest.approx(axes, abs=0.1, rel=0.005)
        assert found["on"] == pytest.approx(1, abs=0.01)
        chart = Drawn(right)
        for i, path in enumerate(found["paths"]):
            assert len(path) == max(step, Corners().step) + 1
            for at, place in list(enumerate(path))[::10]:
                there = Corners(region, at, rho, least)
                assert chart.holds(place, there.penalty(), there.optimum()[i])
            assert chart.holds(found["ends"][i], lab.penalty(), lab.optimum()[i])
        assert found["now"] == [found["ends"][0][0]] * 2
        assert found["hollow"] == [slope == 0 for slope in lab.optimum()]


def test_between_two_steps_the_path_ends_at_its_dot(open_lab):
    """As it does while the lab plays."""
    page = open_lab()
    unfold(page, LAB)
    page.locator(LAB).get_by_role("button", name="Play").click()
    ends = page.evaluate(PLAYED)
    assert len({tuple(dot) for _, dot in ends}) > 20
    for path, dot in ends:
        assert path == pytest.approx(dot, abs=0.02)


def test_every_word_readout_and_label_is_that_of_python(open_lab):
    page = open_lab()
    with_model(page, "corners")
    labs = [Corners(region, step) for region in REGIONS for step in (0, 10, 30, 50, 70, 80)]
    labs += [Corners("both", 40, -0.9, [2, -1]), Corners("round", 40, 0.0, [0, 1])]
    labs += [Corners("corners", 40, least_squares=[1.6, 0.4])]
    states = [{name: getattr(lab, name) for name in lab.shown} for lab in labs]
    kinds = set()
    for lab, found in zip(labs, changed(page, states, READ), strict=True):
        slopes = [short(slope) for slope in lab.optimum()]
        zeros, price = lab.zeros(), f"{lab.penalty():.2f}"
        kind = ["none", "one", "all"][zeros]
        kind = "chance" if zeros and lab.region == "round" else kind
        kind = "free" if lab.step == 0 else kind
        assert found["verdict"] == kind
        assert (found["region"], found["price"]) == (lab.region, price)
        assert found["labels"][0].endswith(f"at the slopes {slopes[0]} and {slopes[1]}.")
        assert f"At λ = {price} they are {slopes[0]} and {slopes[1]}" in found["labels"][1]
        assert found["labels"][1].endswith(f": {zeros} of 2 are zero.")
        if kind in ("none", "one", "chance"):
            assert f"be {short(lab.bound())} or less" in found["words"]
            assert (
                f"at the slopes {slopes[0]} and {slopes[1]}. A price of λ = {price}"
                in (found["words"])
            )
        if kind == "one":
            which = "first" if lab.optimum()[0] == 0 else "second"
            assert f"The {which} slope is exactly 0" in found["words"]
        kinds.add(kind)
    assert kinds == {"free", "none", "one", "all", "chance"}


# A hand moves λ, and finds zeros


def test_the_path_and_the_count_of_zeros_grow_where_a_hand_has_been(open_lab):
    page = open_lab()
    found = sweep(page, PRICE, [30, 10, 80], READ)
    assert [len(one["paths"][0]) for one in found] == [31, 31, 81]
    assert [one["counts"] for one in found] == [
        [f"0 of {steps}", "?", "?"] for steps in (31, 31, 81)
    ]
    slide(page, PRICE, 60)
    corners, both = sweep(page, REGION, [1, 2], READ)
    assert corners["counts"] == ["0 of 81", count("corners", 60), "?"]
    assert both["counts"] == ["0 of 81", count("corners", 60), count("both", 60)]
    assert corners["verdict"] == "one"


def test_play_walks_along_the_path(open_lab):
    page = open_lab()
    slide(page, REGION, 1)
    unfold(page, LAB)
    hurry(page)
    page.locator(LAB).get_by_role("button", name="Play", exact=True).click()
    page.wait_for_selector(f'{LAB} .lr-lab[data-verdict="all"]')
    page.wait_for_selector(f'{LAB} .lr-slider-step .lr-value:text-is("4.00")')
    assert seen(page)["counts"] == ["0 of 25", count("corners", 80), "?"]


def test_another_correlation_gives_other_counts(open_lab):
    page = open_lab()
    slide(page, REGION, 1)
    unfold(page, LAB)
    slide(page, f"{LAB} .lr-slider-correlation input", 16)  # 0.7
    assert seen(page)["counts"][1] == count("corners", 24, correlation=0.7)


# It is moved by every hand


def test_mouse_and_keyboard_move_the_least_squares_slopes(open_lab):
    page = open_lab()
    before = seen(page)
    drag(page, centre(page.locator(HANDLE)), (60, 30))
    moved = page.locator(HANDLE).get_attribute("aria-valuetext")
    assert moved != "0.400 and 1.60"
    assert seen(page)["optimum"] != before["optimum"]
    page.keyboard.press("ArrowLeft")
    assert page.locator(HANDLE).get_attribute("aria-valuetext") != moved
    drag(page, centre(page.locator(HANDLE)), (-600, 0))  # it stops at the least slope
    assert page.locator(HANDLE).get_attribute("aria-valuetext").startswith("−1.00 and")
    page.focus(REGION)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.press("End")
    found = seen(page)
    assert (found["region"], found["price"]) == ("corners", "4.00")


def test_a_finger_moves_them_too_and_its_targets_are_large_enough(open_lab):
    page = open_lab(**{**PHONE, "viewport": {"width": 320, "height": 640}})
    page.locator(HANDLE).scroll_into_view_if_needed()
    page.evaluate("scrollBy(0, -120)")  # out from under the page's own bar
    swipe(page, centre(page.locator(f"{HANDLE} .lr-handle-hit")), (40, 10))
    assert page.locator(HANDLE).get_attribute("aria-valuetext") != "0.400 and 1.60"
    for target in (REGION, PRICE, f"{HANDLE} .lr-handle-hit"):
        assert page.locator(target).bounding_box()["height"] >= 43.9


def test_a_screen_reader_hears_the_outcome_once_the_hand_rests(open_lab):
    page = open_lab()
    spoken = page.locator(f"{LAB} .lr-spoken")
    hurry(page)
    sweep(page, REGION, [2, 1])
    page.wait_for_function("document.querySelector('.lr-lab-corners .lr-spoken').textContent")
    assert "The first slope is exactly 0" in spoken.text_content()


# It looks right everywhere


def test_nothing_below_the_lab_moves_while_it_is_used(open_lab):
    states = [
        {"region": region, "step": step, "correlation": rho, "least_squares": least}
        for region in REGIONS
        for step in (0, 1, 30, 80)
        for rho, least in [(0.3, [0.4, 1.6]), (-0.9, [-1, -1]), (0.0, [0, 1])]
    ]
    keeps_its_height(open_lab(), "corners", states)


@pytest.mark.parametrize("width", [320, 390, 600, 768, 1280])
def test_the_lab_fits_its_page(open_lab, width):
    page = open_lab(viewport={"width": width, "height": 900}, reduced_motion="reduce")
    slide(page, PRICE, 80)
    sweep(page, REGION, [1, 2])
    unfold(page, LAB)
    for part in (".lr-panels", ".lr-readouts", ".lr-controls", ".lr-folded"):
        assert is_in_view(page, f"{LAB} {part}")
    assert spills(page) == []
    charts = [chart.bounding_box() for chart in page.locator(f"{LAB} .lr-chart").all()]
    words = page.locator(f"{LAB} .lr-verdict").bounding_box()
    assert (charts[0]["y"] == charts[1]["y"]) == (width >= 768)  # beside each other, or stacked
    assert words["y"] + words["height"] - charts[0]["y"] < 640


# It is quick


@pytest.mark.timed
def test_a_change_is_answered_within_a_frame(open_lab):
    page = open_lab()
    slide(page, PRICE, 80)
    sweep(page, REGION, [2, 1])
    act = """(selector) => {
        const input = document.querySelector(selector);
        for (let at = 0; at < 40; at += 1) {
            input.value = 2 * at;
            input.dispatchEvent(new Event("input", { bubbles: true }));
            input.getBoundingClientRect();  // the layout counts too
        }
    }"""
    assert least_work(page, act, PRICE) / 40 < ANSWER
    assert seen(page)["price"] == "3.90"
