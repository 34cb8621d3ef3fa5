"""Promise: the lab of Chapter 20 computes what Python does, and every hand moves its point."""

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
    drag,
    hurry,
    in_module,
    is_in_view,
    keeps_its_height,
    least_work,
    opening,
    slide,
    spills,
    swipe,
    unfold,
    with_model,
)

from linreg.labs import Outlier
from linreg.labs.kit.chart import clip_line
from linreg.labs.outlier.outlier import FAR, FOLLOWS, HOLDS, OFF, WINDOW

PAGE = "notebooks/20_when_assumptions_break.html"
LAB = '[data-lab="outlier"]'
HANDLE = f"{LAB} .lr-handle"
HUBER, ABSOLUTE = (f"{LAB} .lr-controls label:nth-of-type({i}) input" for i in (1, 2))
FITS = ["squares", "huber", "absolute"]
CORNERS = [(0, 0), (0, 10), (18, 0), (18, 10)]

MATHEMATICS = in_module(
    "outlier",
    """cases.map((state) => {
        const { x, y, delta, lines, ...numbers } = lab.solved(state);
        return { ...numbers, lines, verdict: lab.verdict(lab.solved(state), true) };
    })""",
)

# What the eye and a screen reader get of it.
READ = """() => {
    const lab = document.querySelector('[data-lab="outlier"]');
    const all = (selector) => [...lab.querySelectorAll(selector)];
    const seen = (node) => node.getAttribute("visibility") !== "hidden";
    const ends = (node) => [["x1", "y1"], ["x2", "y2"]].map((pair) =>
        pair.map((name) => Number(node.getAttribute(name))));
    const line = (name) => all(`line.lr-outlier-${name}`).filter(seen).map(ends)[0] ?? null;
    const read = (part) => Object.fromEntries(all("[data-readout]").map((node) =>
        [node.dataset.readout, part(node)]));
    const [svg, handle] = [".lr-chart", ".lr-handle"].map((selector) => all(selector)[0]);
    return {
        numbers: read((node) => node.textContent),
        notes: read((node) => node.nextSibling.textContent),
        lines: Object.fromEntries(["huber", "absolute", "without"].map((n) => [n, line(n)])),
        stick: ends(all(".lr-stick")[0]),
        label: svg.getAttribute("aria-label"),
        handle: handle.getAttribute("aria-valuetext"),
        switches: all(".lr-switch input").map((input) => input.checked),
        delta: all(".lr-slider-delta .lr-value")[0].textContent,
        verdict: all(".lr-lab")[0].dataset.verdict,
        words: all(".lr-verdict > p")[0].textContent,
    };
}"""


open_lab = opening(PAGE, "outlier", before_the_hand=HANDLE)


def seen(page):
    return page.evaluate(READ)


def two(value):
    """Two decimals, as the page writes them."""
    text = f"{value:.2f}"
    return text.replace("-", "" if float(text) == 0 else "−")


def percent(share):
    return f"{round(100 * share)}%"


def state(lab):
    return {name: getattr(lab, name) for name in lab.shown}


def some_labs(count):
    """Labs that show all lines, at the corners of the frame and at places drawn at random."""
    rng = random.Random(20)
    every = {"huber": True, "absolute": True, "without": True}
    labs = [Outlier(*place, **every) for place in CORNERS]
    for _ in range(count):
        place = [rng.uniform(*WINDOW[axis]) for axis in "xy"]
        labs.append(Outlier(*place, delta=rng.choice([1.0, 1.5, 4.0]), **every))
    return labs


# It is there, and gives nothing away


@pytest.mark.parametrize("over", ["http", "file"])
def test_the_lab_draws_itself_and_asks(open_lab, over):
    page = open_lab(over=over)
    assert page.locator(f"{LAB} .lr-ask").inner_text() == Outlier.question
    assert not page.locator(f"{LAB} .lr-still").is_visible()
    found = seen(page)
    told = {"squares": two(Outlier().line()[0])}
    assert found["numbers"] == {**dict.fromkeys(found["numbers"], "?"), **told}
    assert found["lines"] == dict.fromkeys(found["lines"])  # none of the three
    assert (found["verdict"], found["switches"]) == ("start", [False] * 3)
    assert found["handle"] == "x 6.40, y 3.80"


@pytest.mark.parametrize("key", ["ArrowUp", "ArrowRight"])
def test_who_moves_the_point_one_way_alone_is_answered(open_lab, key):
    page = open_lab()
    page.focus(HANDLE)
    page.keyboard.press(key)
    assert seen(page)["verdict"] == "near"


# It tells the truth


def test_the_mathematics_in_the_page_is_that_of_python(open_lab):
    labs = some_labs(100)
    kinds, outcomes = set(), set()
    for lab, found in zip(labs, open_lab().evaluate(MATHEMATICS, [*map(state, labs)]), strict=True):
        numbers = [lab.leverage(), lab.residual(), lab.studentised(), lab.cooks_distance()]
        names = ["leverage", "residual", "studentised", "cook"]
        assert [found[name] for name in names] == pytest.approx(numbers, abs=1e-9)
        for fit in FITS:
            one = found["lines"][fit]
            for key, without in {"line": False, "without": True}.items():
                line = one[key]["w"], one[key]["b"]
                assert line == pytest.approx(lab.line(fit, without), abs=1e-9)
            assert one["miss"] == pytest.approx(lab.miss(fit), abs=1e-9)
            assert one["share"] == pytest.approx(lab.share(fit), abs=1e-7)
        kind, outcome = judged(lab)
        assert (found["verdict"]["kind"], found["verdict"]["outcome"]) == (kind, outcome)
        kinds.add(kind)
        outcomes.add(outcome)
    assert kinds == {"near", "up", "out", "both"}
    assert outcomes == {"", "up", "both", "hold", "follow"}


def judged(lab):
    """What the lab says of a state, and of the lines that are compared, by Python's numbers."""
    far, off = lab.leverage() > FAR, abs(lab.miss()) > OFF
    kind = {(0, 0): "near", (0, 1): "up", (1, 0): "out", (1, 1): "both"}[far, off]
    if not off:
        return kind, ""
    shares = [lab.share(fit) for fit in compared(lab)]
    if not shares:
        return kind, "asked"
    w, b = lab.line("huber")
    is_beyond = abs(lab.y - w * lab.x - b) > lab.delta or not lab.huber
    if max(shares) <= HOLDS and is_beyond:
        return kind, "hold"
    return kind, "follow" if far and min(shares) > FOLLOWS else kind


def compared(lab):
    return [fit for fit in ("huber", "absolute") if getattr(lab, fit)]


def test_where_they_are_said_to_hold_the_lines_stay_if_the_point_goes_farther(open_lab):
    labs = some_labs(100)
    found = open_lab().evaluate(MATHEMATICS, [*map(state, labs)])
    held = [
        lab
        for lab, one in zip(labs, found, strict=True)
        if one["verdict"]["outcome"] == "hold" and 0.5 < lab.y < 9.5
    ]
    assert len(held) > 10
    for lab in held:
        farther = Outlier(lab.x, lab.y + (0.5 if lab.miss() > 0 else -0.5), delta=lab.delta)
        for fit in ("huber", "absolute"):
            assert farther.line(fit) == pytest.approx(lab.line(fit), abs=1e-7)


@pytest.mark.parametrize("width", [390, 1280])
def test_the_drawing_stands_where_python_says(open_lab, width):
    page = open_lab(viewport={"width": width, "height": 900})
    with_model(page, "outlier")
    for lab in some_labs(4):
        changed(page, [state(lab)])
        (chart,), found = page.evaluate(READ_CHARTS, "outlier"), seen(page)
        drawn = Drawn(chart)
        x, y = lab.points()
        for place, *point in zip([*chart["points"], *chart["handles"]], x, y, strict=True):
            assert drawn.holds(place, *point)
        lines = {"huber": lab.line("huber"), "absolute": lab.line("absolute")}
        lines["without"] = lab.line(without=True)
        ((start, end, _),) = chart["line"]
        pairs = [((start, end), lab.line())]
        pairs += [(found["lines"][name], line) for name, line in lines.items()]
        for ends, line in pairs:
            wanted = clip_line(*line, WINDOW["x"], WINDOW["y"])
            for place, point in zip(ends, wanted, strict=True):
                assert drawn.holds(place, *point)
        wanted = [(lab.x, lab.y), (lab.x, lab.y - lab.residual())]
        for place, point in zip(found["stick"], wanted, strict=True):
            assert drawn.holds(place, *point)


def test_every_word_readout_and_label_is_that_of_python(open_lab):
    page = open_lab()
    with_model(page, "outlier")
    places = [
        (4, 10),
        (4.2, 0),
        (6, 7),
        (12, 0),
        (17, 0),
        (17, 10),
        (17, 7),
        (5, 3.5),
        (7.8, 3.6),
        (4, 4),
    ]
    labs = [Outlier(*place, huber=one, absolute=True) for place in places for one in (False, True)]
    labs += [Outlier(*place, **{one: True}) for place in places for one in ("huber", "without")]
    most, before = 0, Outlier()
    for lab, found in zip(labs, changed(page, [*map(state, labs)], READ), strict=True):
        leverage, residual, cook, studentised = (
            two(value)
            for value in (
                lab.leverage(),
                lab.residual(),
                lab.cooks_distance(),
                lab.studentised(),
            )
        )
        way = (Outlier(lab.x, before.y), lab)  # the one trait is set before the other
        most, before = max(most, *(one.cooks_distance() for one in way)), lab
        shown = {"squares": True, "huber": lab.huber, "absolute": lab.absolute}
        slopes = {name: two(lab.line(name)[0]) if shown[name] else "?" for name in FITS}
        numbers = {"leverage": leverage, "residual": residual, "cook": cook}
        assert found["numbers"] == {**numbers, **slopes, "studentised": studentised}
        side = "above" if lab.residual() > 0 else "below"
        assert found["notes"]["residual"] == f"{side} the line"
        assert found["notes"]["cook"] == f"most yet {two(most)}"
        assert found["notes"]["studentised"] == "here at most 2.83"
        assert abs(lab.studentised()) < math.sqrt(8)
        for fit in FITS:
            without = f"without it {two(lab.line(fit, without=True)[0])}"
            assert found["notes"][fit] == (without if shown[fit] else "not shown")
        assert f"leverage {leverage}, residual {residual}" in found["handle"]
        assert found["switches"] == [lab.huber, lab.absolute, lab.without]
        assert f"least squares {slopes['squares']}." in found["label"]
        assert (f"Huber {slopes['huber']}." in found["label"]) == lab.huber
        says_what_python_finds(lab, found)


ENDS = {
    "asked": "Do the two other lines hold against it?",
    "up": "And if it goes farther {way}?",
    "both": "And if it goes farther out?",
    "hold": "{hold}: if the point goes farther {way}, {stay}.",
    "follow": "{follow}: such a fit limits how hard a point pulls, but from far out a limited pull "
    "turns the line too.",
}
OF_ONE = {"hold": "It holds", "follow": "It follows", "stay": "it stays as it is"}
OF_TWO = {"hold": "Both hold", "follow": "Both follow", "stay": "they stay as they are"}


def says_what_python_finds(lab, found):
    """The verdict's sentences, with Python's numbers."""
    (kind, outcome), words = judged(lab), found["words"]
    assert found["verdict"] == kind
    assert f"because of it, is {two(lab.cooks_distance())}." in words
    if not outcome:
        return
    side, way = ("above", "up") if lab.miss() > 0 else ("below", "down")
    assert f"{two(abs(lab.miss()))} {side} the line of the other nine" in words
    assert f"the line comes {percent(lab.leverage())} of the way to it, and" in words
    assert f"a residual of {two(lab.residual())} is left" in words
    of = OF_TWO if lab.huber and lab.absolute else OF_ONE
    assert words.endswith(ENDS[outcome].format(way=way, **of))
    huber, absolute = (percent(lab.share(fit)) for fit in ("huber", "absolute"))
    if lab.huber and lab.absolute:
        pair = f"Huber’s line comes {huber} of the way, the line of least absolute deviations"
        assert f"{pair} {absolute}." in words
    elif lab.huber:
        assert f"Huber’s line comes {huber} of the way." in words
    elif lab.absolute:
        assert f"The line of least absolute deviations comes {absolute} of the way." in words


# The lesson


def test_far_up_the_others_hold_and_far_out_they_follow(open_lab):
    page = open_lab()
    page.check(HUBER)
    page.check(ABSOLUTE)
    page.focus(HANDLE)
    for key in ["Shift+ArrowLeft"] + ["Shift+ArrowUp"] * 6:
        page.keyboard.press(key)
    assert "Both hold" in seen(page)["words"]
    for key in ["Shift+ArrowDown"] * 10 + ["Shift+ArrowRight"] * 4:
        page.keyboard.press(key)
    assert seen(page)["words"].endswith("And if it goes farther out?")
    for _ in range(2):
        page.keyboard.press("Shift+ArrowRight")
    assert "Both follow" in seen(page)["words"]


def test_a_larger_delta_brings_hubers_line_to_that_of_least_squares(open_lab):
    page = open_lab()
    page.check(HUBER)
    page.focus(HANDLE)
    for _ in range(6):
        page.keyboard.press("Shift+ArrowUp")
    before = seen(page)["numbers"]
    unfold(page, LAB)
    slide(page, f"{LAB} .lr-slider-delta input", 30)
    found = seen(page)
    assert found["delta"] == "4.0"
    lab = Outlier(6.4, 9.8, delta=4)
    assert found["numbers"]["huber"] == two(lab.line("huber")[0]) != before["huber"]
    assert found["numbers"]["squares"] == before["squares"]


def test_the_largest_distance_so_far_is_kept_and_reset_puts_the_point_back(open_lab):
    page = open_lab()
    page.focus(HANDLE)
    for key in ["Shift+ArrowRight"] * 5 + ["Shift+ArrowDown"] * 4:
        page.keyboard.press(key)
    most = seen(page)["numbers"]["cook"]
    assert most == two(Outlier(16.4, 0).cooks_distance())
    unfold(page, LAB)
    page.locator(LAB).get_by_role("button", name="Reset").click()
    found = seen(page)
    assert found["handle"].startswith("x 6.40, y 3.80, leverage")
    assert found["notes"]["cook"] == f"most yet {most}"


# It is moved by every hand


def place(page):
    """Where the point stands, as a screen reader is told."""
    _, x, _, y, *_ = page.locator(HANDLE).get_attribute("aria-valuetext").split()
    return float(x.strip(",")), float(y.strip(","))


def test_the_mouse_drags_the_point_and_it_stops_at_the_frame(open_lab):
    page = open_lab()
    with_model(page, "outlier")
    drag(page, centre(page.locator(HANDLE)), (61, -43))
    x, y = page.evaluate("['x', 'y'].map((name) => window.lrMade.model.get(name))")
    assert (x, y) == (Outlier(x, y).x, Outlier(x, y).y)  # on the grid
    assert place(page) == pytest.approx((x, y), rel=0.006)
    assert x > 7
    assert y > 4
    drag(page, centre(page.locator(HANDLE)), (900, -900))
    assert place(page) == (18, 10)
    drag(page, centre(page.locator(HANDLE)), (-900, 900))
    assert place(page) == (0, 0)
    assert seen(page)["verdict"] == "both"


def test_the_arrow_keys_move_it_and_the_space_bar_shows_the_lines(open_lab):
    page = open_lab()
    page.focus(HANDLE)
    for key in ("ArrowRight", "ArrowUp", "Shift+ArrowUp", "Shift+ArrowRight"):
        page.keyboard.press(key)
    assert place(page) == (8.6, 4.9)
    for _ in range(2):
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
    assert seen(page)["switches"] == [True, True, False]
    assert None not in [seen(page)["lines"][name] for name in ("huber", "absolute")]


def test_a_finger_moves_it_too_and_its_targets_are_large_enough(open_lab):
    page = open_lab(**{**PHONE, "viewport": {"width": 320, "height": 640}})
    page.locator(HANDLE).scroll_into_view_if_needed()
    page.evaluate("scrollBy(0, -120)")  # out from under the page's own bar
    swipe(page, centre(page.locator(f"{HANDLE} .lr-handle-hit")), (40, 10))
    assert place(page)[0] > 8
    for target in (f"{LAB} .lr-switch >> nth=0", f"{HANDLE} .lr-handle-hit"):
        assert page.locator(target).bounding_box()["height"] >= 43.9


def test_a_screen_reader_hears_the_outcome_once_the_hand_rests(open_lab):
    page = open_lab()
    spoken = page.locator(f"{LAB} .lr-spoken")
    hurry(page)
    page.eval_on_selector(
        HANDLE,
        """(handle) => {
            const key = { key: "ArrowUp", shiftKey: true, bubbles: true };
            for (let i = 0; i < 5; i += 1) handle.dispatchEvent(new KeyboardEvent("keydown", key));
        }""",  # at once: while a hand acts nothing is said
    )
    page.wait_for_function("document.querySelector('.lr-lab-outlier .lr-spoken').textContent")
    assert spoken.text_content() == seen(page)["words"]


# It looks right everywhere


def test_nothing_below_the_lab_moves_while_it_is_used(open_lab):
    states = [
        {"x": x, "y": y, "huber": huber, "absolute": absolute, "without": False, "delta": 1.0}
        for x, y in [(6.4, 3.8), (4, 10), (12, 0), (17, 0), (17, 7), *CORNERS]
        for huber in (False, True)
        for absolute in (False, True)
    ]
    keeps_its_height(open_lab(), "outlier", states)


@pytest.mark.parametrize("width", [320, 390, 600, 768, 1280])
def test_the_lab_fits_its_page(open_lab, width):
    page = open_lab(viewport={"width": width, "height": 900}, reduced_motion="reduce")
    page.focus(HANDLE)
    for key in ["Shift+ArrowRight"] * 5 + ["Shift+ArrowDown"] * 4:
        page.keyboard.press(key)
    page.check(HUBER)
    page.check(ABSOLUTE)
    unfold(page, LAB)
    for part in (".lr-chart", ".lr-readouts >> nth=0", ".lr-controls", ".lr-folded"):
        assert is_in_view(page, f"{LAB} {part}")
    assert spills(page) == []
    chart, numbers, words = (
        page.locator(f"{LAB} {part}").first.bounding_box()
        for part in (".lr-chart", ".lr-readouts", ".lr-verdict")
    )
    assert (numbers["x"] > chart["x"] + chart["width"]) == (width >= 768)  # beside, or below
    assert words["y"] + words["height"] - chart["y"] < 680
    cells = page.locator(f"{LAB} .lr-beside dd").evaluate_all(
        """(all) => all.map((one) => {
            const text = document.createRange();
            text.selectNodeContents(one);
            const [inner, cell, lab] = [text, one.parentElement, one.closest(".lr-lab")].map(
                (box) => box.getBoundingClientRect().right);
            return [inner - cell, cell - lab];
        })"""
    )
    into, out = zip(*cells, strict=True)
    assert max(into) < 12  # a number may reach into the gap, and not into the next one
    assert max(out) < 1


def test_lines_differ_by_dashes_and_widths_where_a_reader_forces_their_colours(open_lab):
    page = open_lab()
    looks = page.locator(f"{LAB} :is(.lr-fit, .lr-outlier-line)").evaluate_all(
        """(all) => all.map((one) => {
            const { strokeDasharray: dash, strokeWidth: width } = getComputedStyle(one);
            return [dash, Number.parseFloat(width)];
        })"""
    )
    borders = page.locator(f"{LAB} .lr-caption .lr-key").evaluate_all(
        """(all) => all.map((one) => {
            const { borderTopStyle: style, borderTopWidth: width } = getComputedStyle(one);
            return `${style} ${width}`;
        })"""
    )
    (fit, thick), *compared, (without, thin) = looks
    assert (fit, without) == ("none", "none")
    assert thick >= 2 * thin
    assert len({fit, *(dash for dash, _ in compared)}) == 3
    assert len(set(borders)) == len(borders) == 5


# It is quick


@pytest.mark.timed
def test_a_move_is_answered_within_a_frame(open_lab):
    page = open_lab()
    page.check(HUBER)
    page.check(ABSOLUTE)
    page.focus(HANDLE)
    for key in ["Shift+ArrowRight"] * 3 + ["Shift+ArrowDown"] * 4:
        page.keyboard.press(key)
    act = """(selector) => {
        const handle = document.querySelector(selector);
        for (let at = 0; at < 40; at += 1) {
            const key = at < 20 ? "ArrowRight" : "ArrowLeft";
            handle.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
            handle.getBoundingClientRect();  // the layout counts too
        }
    }"""
    assert least_work(page, act, HANDLE) / 40 < ANSWER
    assert place(page) == (12.4, 0)
