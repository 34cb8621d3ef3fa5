"""Promise: the lab of Chapter 4 works on the page, by every hand, and tells the truth."""

import math
import random
import re
from functools import partial

import pytest
from axe import axe_finds_nothing_in
from lab_pages import (
    ANSWER,
    PHONE,
    READ_CHARTS,
    Drawn,
    changed,
    hurry,
    in_module,
    is_in_view,
    keeps_its_height,
    least_work,
    number,
    overlap,
    slide,
    sweep,
    tap,
    unfold,
    wait_for_width,
    with_model,
)

from linreg.labs import Walk
from linreg.labs.kit.text import readable

PAGE = "notebooks/04_the_long_walk.html"
RATE = ".lr-slider-rate input"
STEPS = ".lr-slider-step input"
MATHEMATICS = in_module(
    "walk",
    """cases.map(([x, y, rate, steps]) => {
        const best = lab.leastSquares(x, y);
        const stops = lab.walk(x, y, rate, steps).map((stop) => ({
            ...stop,
            gap: lab.gap(x, stop, best),
        }));
        return { best, stops, threshold: lab.threshold(x) };
    })""",
    exporting="gap, leastSquares, threshold",
)

READABLE = in_module(
    "walk", "cases.map(([value, digits]) => lab.readable(value, digits))", exporting="readable"
)

RATE_TEXT = in_module("walk", "cases.map(lab.rateText)", exporting="rateText")

VERDICT = in_module(
    "walk",
    """cases.map(([x, y, rate, steps]) => {
        const [stops, best] = [lab.walk(x, y, rate, steps), lab.leastSquares(x, y)];
        return lab.verdict({ x, rate, steps, stops, best });
    })""",
    exporting="leastSquares",
)

DRAG = """() => {
    const input = document.querySelector(".lr-slider-rate input");
    for (let i = 0; i < 50; i += 1) {
        input.value = 110 + 2 * i;
        input.dispatchEvent(new Event("input", { bubbles: true }));
        document.querySelector(".lr-lab").getBoundingClientRect();  // the layout counts too
    }
}"""


@pytest.fixture
def open_lab(lab_page):
    """Open the chapter, its lab just made."""
    return partial(lab_page, PAGE)


@pytest.fixture
def open_walk(open_lab):
    """Open the lab after a walk has been seen, back at its start, its other controls unfolded."""

    def open_page(**options):
        page = open_lab(**options)
        unfold(page)
        slide(page, STEPS, 1)
        slide(page, STEPS, 0)
        return page

    return open_page


def shown(page):
    keys = ("w", "b", "loss", "gap")
    return {key: number(page.inner_text(f'[data-readout="{key}"]')) for key in keys}


VERDICT_AND_RATE = """() => [
    document.querySelector(".lr-lab").dataset.verdict,
    Number(document.querySelector(".lr-slider-rate output").innerText),
]"""


def rate_shown(page):
    return float(page.inner_text(".lr-slider-rate output"))


def step_shown(page):
    return int(page.inner_text(".lr-slider-step output").split()[0])


def verdict(page):
    return page.get_attribute(".lr-lab", "data-verdict")


def wait_for_step(page, step):
    """Wait until at least this step is shown: a busy machine may drop the frame of any one."""
    page.wait_for_function(
        "(step) => parseInt(document.querySelector('.lr-slider-step output').textContent) >= step",
        arg=step,
    )


# It is there


@pytest.mark.parametrize("over", ["http", "file"])
def test_the_lab_draws_itself(open_lab, over):
    page = open_lab(over=over)
    assert page.locator(".lr-chart").count() == 2
    assert page.locator(".lr-point").count() == 8
    assert not page.locator(".lr-still").is_visible()
    assert rate_shown(page) == 0.1
    unfold(page)
    assert step_shown(page) == 0


def test_a_failing_script_leaves_the_still_picture(book, chromium):
    page = chromium.new_page()
    for script in ("labs/walk", "scripts/bootstrap"):
        page.route(f"**/{script}.js*", lambda route: route.abort())
    page.goto((book / PAGE).as_uri())
    page.wait_for_selector(".lr-failed svg", state="visible")
    page.close()


def test_the_first_step_brings_what_is_said_of_the_walk(open_lab):
    page = open_lab()
    assert verdict(page) == "waiting"
    assert page.locator(".lr-mark").count() == 0
    _, losses = page.evaluate(READ_CHARTS, "walk")
    assert len(losses["future"]) == 1
    assert losses["best"] == []
    slide(page, RATE, 233)  # another rate is no walk yet
    assert verdict(page) == "waiting"
    slide(page, STEPS, 1)
    assert verdict(page) == "diverges"
    slide(page, STEPS, 0)
    assert verdict(page) == "diverges"


# It tells the truth


def draw_case(seed):
    """Draw eight or so points, a learning rate on the slider and a number of steps."""
    rng = random.Random(seed)
    size, spread, shift = rng.randint(2, 12), 10 ** rng.uniform(-1, 1), rng.uniform(-2, 2)
    x = [shift + spread * rng.gauss(0, 1) for _ in range(size)]
    slope, intercept = rng.gauss(0, 3), rng.gauss(0, 3)
    y = [slope * value + intercept + rng.gauss(0, 1) for value in x]
    return x, y, 10 ** rng.uniform(-3, 0), rng.randint(1, 200)


def test_the_mathematics_in_the_page_is_that_of_python(open_lab):
    cases = [draw_case(seed) for seed in range(50)]
    found = open_lab().evaluate(MATHEMATICS, cases)
    diverging = 0
    for (x, y, rate, steps), theirs in zip(cases, found, strict=True):
        lab = Walk(x, y, learning_rate=rate, n_steps=steps)
        ours = lab.path()
        diverging += ours[-1][2] > ours[0][2]
        agrees(lab, ours, theirs)
    assert 10 <= diverging <= 40


def agrees(lab, ours, theirs):
    start, size = ours[0][2], math.hypot(*lab.optimum()[:2])
    assert theirs["threshold"] == pytest.approx(lab.threshold(), rel=1e-12)
    assert theirs["best"]["w"] == pytest.approx(lab.optimum()[0], abs=1e-9 * size)
    assert theirs["best"]["b"] == pytest.approx(lab.optimum()[1], abs=1e-9 * size)
    assert len(theirs["stops"]) == len(ours)
    for (w, b, loss), stop in zip(ours, theirs["stops"], strict=True):
        assert math.dist((stop["w"], stop["b"]), (w, b)) <= 1e-9 * math.hypot(w, b), (stop, w, b)
        assert abs(stop["loss"] - loss) <= 1e-9 * max(start, loss), (stop, loss)
    for step in {0, len(ours) // 2, len(ours) - 1}:
        within = 1e-9 * max(start, ours[step][2])
        assert theirs["stops"][step]["gap"] == pytest.approx(lab.gap(step), abs=within)


@pytest.mark.parametrize(("position", "step"), [(0, 50), (180, 3), (180, 50), (202, 7), (233, 9)])
def test_the_page_shows_what_python_computes(open_lab, position, step):
    page = open_lab()
    slide(page, RATE, position)
    slide(page, STEPS, step)
    lab = Walk(learning_rate=rate_shown(page), step=step)
    w, b, loss = lab.path()[step]
    expected = {"w": w, "b": b, "loss": loss, "gap": lab.gap()}
    assert shown(page) == pytest.approx(expected, rel=6e-3, abs=5e-5 * (1 + abs(w)))
    assert shown(page)["gap"] == pytest.approx(lab.gap(), rel=6e-3)


def test_the_verdict_depends_on_the_learning_rate(open_walk):
    page = open_walk()
    kinds = {}
    for kind, rate in sweep(page, RATE, range(0, 271, 5), VERDICT_AND_RATE):
        kinds.setdefault(kind, []).append(rate)
    threshold = Walk().threshold()
    assert list(kinds) == ["slow", "converges", "swings", "diverges"]
    assert max(kinds["converges"]) < threshold / 2 < min(kinds["swings"])
    assert max(kinds["swings"]) < threshold < min(kinds["diverges"])


@pytest.mark.parametrize(
    ("x", "y", "rate", "kind", "words"),
    [
        # A bowl whose steepest direction is b, where the walk starts without error.
        ([-1, 0, 1], [-1, 0, 1], 1.0, "spared", "nothing is there to multiply"),
        ([-1, 0, 1], [0, 1, 2], 1.0, "edge", "it swings for ever"),
        ([-1, 1], [0, 2], 1.0, "edge", "it swings for ever"),  # a round bowl
        ([-1, 1], [0, 0], 0.5, "there", "it stays"),
        ([0, 100], [1, 2], 1.0, "diverges", "we stop counting"),
        ([-1.8, 2.6], [-2.1, 4.1], 0.5, "diverges", "the walk diverges"),
    ],
)
def test_the_verdict_is_right_in_the_corners(open_lab, x, y, rate, kind, words):
    found = open_lab().evaluate(VERDICT, [[x, y, rate, 50]])[0]
    assert found["kind"] == kind
    assert words in " ".join(found["html"].split())
    first, *_, last = Walk(x, y, learning_rate=rate).path()
    assert (last[2] > first[2]) == (kind == "diverges")


def test_the_mark_on_the_slider_is_the_threshold(open_walk):
    page = open_walk()
    assert page.locator(".lr-mark").count() == 1
    assert page.inner_text(".lr-mark").replace("\n", "") == "2/λmax = 0.4007"
    seen = """() => {
        const [mark, rail] = [".lr-mark", ".lr-rail"]
            .map((part) => document.querySelector(part).getBoundingClientRect());
        const share = (mark.x + 1 - rail.x) / rail.width;
        return [share, document.querySelector(".lr-lab").dataset.verdict];
    }"""
    positions = range(200, 220)
    for position, (mark, kind) in zip(positions, sweep(page, RATE, positions, seen), strict=True):
        assert (position / 270 > mark) == (kind == "diverges")


@pytest.mark.parametrize(("x", "is_marked", "warned"), [(1, True, "100%"), (100, False, "0px")])
def test_the_warning_begins_where_the_slider_ends_or_begins(open_lab, x, is_marked, warned):
    page = open_lab()
    with_model(page, "walk")
    changed(page, [{"step": 1, "x": [-x, x] * 4}])
    assert page.locator(".lr-mark").is_visible() == is_marked
    assert page.eval_on_selector(".lr-zone", "(zone) => zone.style.left") == warned


def test_at_the_end_line_and_loss_lie_on_the_dashes(open_lab):
    page = open_lab()
    ends = """(panel) => ["fit", "best"].map((name) => {
        const line = panel.querySelector(`line.lr-${name}`);
        return ["x1", "y1", "x2", "y2"].map((end) => Number(line.getAttribute(end)));
    })"""
    left = page.locator(".lr-panel").first
    fit, best = left.evaluate(ends)
    assert max(abs(a - b) for a, b in zip(fit, best, strict=True)) > 20
    slide(page, STEPS, 50)
    fit, best = left.evaluate(ends)
    assert max(abs(a - b) for a, b in zip(fit, best, strict=True)) < 0.5
    dot = float(page.get_attribute(".lr-dot", "cy"))
    least = float(page.locator(".lr-panel").last.locator("line.lr-best").get_attribute("y1"))
    assert abs(dot - least) < 0.5


def test_the_steps_are_those_of_the_walk_that_python_asks_for(open_lab):
    page = open_lab()
    with_model(page, "walk")
    look = """() => [
        Number(document.querySelector(".lr-slider-step input").max),
        document.querySelector(".lr-slider-step output").textContent,
        document.querySelector("polyline.lr-future").getAttribute("points").split(" ").length,
    ]"""
    longer, cut = {"n_steps": 80}, {"learning_rate": 1.0, "n_steps": 300}
    _, *found = changed(page, [{"step": 1}, longer, cut], look)
    last = len(Walk(**cut).path()) - 1
    assert last < 300
    assert found == [[80, "1 of 80", 81], [last, "1 of 300", last + 1]]


def test_divergence_is_seen_and_said(open_lab):
    page = open_lab()
    slide(page, RATE, 233)
    slide(page, STEPS, 20)
    assert "the walk diverges" in page.inner_text(".lr-verdict")
    warning = page.locator(".lr-warning")
    assert warning.first.is_visible()
    assert "off the chart" in warning.first.text_content()
    assert "×10" in warning.last.text_content()
    assert page.locator(".lr-arrow").first.is_visible()
    heights = [pair.split(",") for pair in page.get_attribute(".lr-future", "points").split()]
    assert float(heights[-1][1]) < float(heights[0][1]) - 50  # the curve rises


# Its drawings are to scale


def drawn(page):
    data, losses = page.evaluate(READ_CHARTS, "walk")
    return Drawn(data), Drawn(losses, log=True)


def position_of(rate):
    """The slider's position of a rate of two significant digits."""
    return round(next(at for at in range(271) if at_position(at) == rate))


def at_position(position):
    return float(f"{10 + position % 90}e{position // 90 - 4}")


@pytest.mark.parametrize(("rate", "step"), [(0.1, 0), (0.1, 5), (0.39, 40), (0.02, 30)])
def test_the_points_and_lines_stand_where_python_says(open_lab, rate, step):
    page = open_lab()
    slide(page, RATE, position_of(rate))
    slide(page, STEPS, step)
    lab = Walk(learning_rate=rate, step=step)
    stops, (data, _) = lab.path(), drawn(page)
    w, b, _ = stops[step]
    assert len(data.points) == len(data.sticks) == 8
    for x, y, dot, (start, end, _) in zip(lab.x, lab.y, data.points, data.sticks, strict=True):
        assert data.holds(dot, x, y)
        assert data.holds(start, x, y)
        assert data.holds(end, x, w * x + b)
    lines = [(data.line[0], stops[step]), (data.best[0], lab.optimum())]
    earlier = stops[:step][::-1][:24]
    assert len(data.trail) == len(earlier)
    for (*ends, _), (w, b, _) in [*lines, *zip(data.trail, earlier, strict=True)]:
        for end in ends:
            x = data.value(end[0], "x")
            assert data.holds(end, x, w * x + b, pixels=0.3 + abs(w))
    strengths = [opacity for *_, opacity in data.trail]
    assert strengths == sorted(strengths, reverse=True)


@pytest.mark.parametrize(("rate", "step"), [(0.1, 0), (0.1, 7), (0.39, 40), (0.41, 50), (1.0, 9)])
def test_the_loss_curve_stands_where_python_says(open_walk, rate, step):
    page = open_walk()
    slide(page, RATE, position_of(rate))
    slide(page, STEPS, step)
    lab = Walk(learning_rate=rate)
    losses, (_, chart) = [loss for _, _, loss in lab.path()], drawn(page)
    assert len(chart.future) == 51
    for k, (loss, place) in enumerate(zip(losses, chart.future, strict=True)):
        assert chart.holds(place, k, loss)
    assert chart.past == [*chart.future[: step + 1], chart.future[step]]
    assert chart.holds(chart.dot[0], step, losses[step])
    (start, end, _) = chart.best[0]
    assert chart.holds(start, 0, lab.optimum()[2])
    assert chart.holds(end, 50, lab.optimum()[2])


@pytest.mark.parametrize(("rate", "step"), [(0.63, 20), (0.63, 21), (0.45, 30), (0.45, 31)])
def test_off_the_chart_the_arrows_and_the_note_are_right(open_lab, rate, step):
    page = open_lab()
    slide(page, RATE, position_of(rate))
    slide(page, STEPS, step)
    lab, (data, _) = Walk(learning_rate=rate), drawn(page)
    w, b, _ = lab.path()[step]
    top, height = data.inside
    (start, end, _) = data.line[0]
    assert len(data.arrows) == 2
    assert start[0] <= end[0]
    for arrow, (x, y), rises in zip(data.arrows, (start, end), (w < 0, w > 0), strict=True):
        at, base, tip = map(
            float, re.fullmatch(r"M([\d.]+) ([\d.]+)h12l-6 (-?\d+)z", arrow).groups()
        )
        assert (at + 6, base) == pytest.approx((x, y), abs=0.1)
        assert base == pytest.approx(top if rises else top + height, abs=0.1)
        assert (tip < 0) == rises
    worst = max(lab.x, key=lambda x: abs(w * x + b))
    named, said = re.fullmatch(r"at x = (\S+) the line says (\S+)", data.note[1]).groups()
    assert number(named) == worst
    assert number(said) == pytest.approx(w * worst + b, rel=0.06)
    slide(page, STEPS, 0)
    data, _ = drawn(page)
    assert data.arrows == data.note == []


def test_the_drawing_fits_the_width_of_the_window(open_lab):
    page = open_lab()
    lab = Walk()
    for width in (390, 600, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        wait_for_width(page)
        for chart in drawn(page):
            assert chart.width == chart.panel
        data, losses = drawn(page)
        assert all(map(data.holds, data.points, lab.x, lab.y))
        assert losses.holds(losses.dot[0], 0, lab.path()[0][2])
        assert losses.ticks["x"][-1] == ["50", losses.width - 12]
        _, bottom = min(losses.ticks["y"], key=lambda tick: -tick[1])
        assert sum(losses.inside) - 30 < bottom <= sum(losses.inside)


# Its words are true


def verdict_numbers(page):
    text = page.inner_text(".lr-verdict").replace("\n", "")
    text = re.sub(r"[12]/λmax", "", text)
    found = re.findall(r"(?:below )?−?\d+(?:\.\d+)?(?:×?10)?[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]*%?", text)
    return [number(re.sub(r"^below (10.+)$", r"1×\1", one).rstrip("%")) for one in found]


def verdict_expected(lab, kind):
    """The numbers of a verdict, in its order."""
    mean = sum(lab.x) / len(lab.x)
    square = sum(value * value for value in lab.x) / len(lab.x)
    spread = math.hypot(square - 1, 2 * mean)
    steepest, flattest = square + 1 + spread, square + 1 - spread
    rate, limit = lab.learning_rate, lab.threshold()
    left, left_flattest = abs(1 - rate * steepest), 1 - rate * flattest
    gap, part = lab.gap(50), 100 * lab.gap(50) / lab.gap(0)
    still = [part] if part > 1 else []
    return {
        "slow": [rate, left, 50, gap, *still],
        "converges": [rate, limit, left, left_flattest, 50, gap],
        "swings": [rate, limit / 2, limit, left, 50, gap, *still],
        "diverges": [rate, limit, left, max(loss for *_, loss in lab.path())],
    }[kind]


@pytest.mark.parametrize(
    ("rate", "kind"),
    [
        (0.001, "slow"),
        (0.05, "converges"),
        (0.1, "converges"),
        (0.3, "swings"),
        (0.39, "swings"),
        (0.4, "swings"),
        (0.45, "diverges"),
        (0.5, "diverges"),
        (1.0, "diverges"),
    ],
)
def test_every_number_in_the_verdict_is_pythons(open_walk, rate, kind):
    page = open_walk()
    slide(page, RATE, position_of(rate))
    assert verdict(page) == kind
    lab = Walk(learning_rate=rate)
    found, expected = verdict_numbers(page), verdict_expected(lab, kind)
    assert found[0] == rate
    assert found == pytest.approx(expected, rel=0.06, abs=6e-3)
    assert found[1:3] == pytest.approx(expected[1:3], rel=6e-3, abs=6e-3)


@pytest.mark.parametrize("rate", [0.45, 0.5, 1.0])
def test_the_loss_that_is_said_is_the_top_of_the_axis(open_walk, rate):
    page = open_walk()
    slide(page, RATE, position_of(rate))
    said = number(
        re.search(r"The loss grows to (\S+?)\.(?:\s|$)", page.inner_text(".lr-verdict"))[1]
    )
    _, chart = drawn(page)
    assert chart.holds(chart.future[-1], 50, said, pixels=1)
    assert 0 <= chart.future[-1][1] - chart.inside[0] <= 12


def test_numbers_are_written_as_python_writes_them(open_lab):
    """Python's own texts are tested in test_labs.py."""
    rng = random.Random(1)
    cases = [[rng.gauss(0, 1) * 10 ** rng.uniform(-8, 8), rng.randint(1, 6)] for _ in range(2000)]
    edges = (0, 0.99996, 9.9995, 99.7, 1.0625, 2.5, 9995, 12345, 99996, 1e5, 9.996e-4, 1e-3, 1e80)
    cases += [
        [sign * value, digits] for value in edges for digits in (1, 2, 3, 4) for sign in (1, -1)
    ]
    found = open_lab().evaluate(READABLE, cases)
    assert found == [readable(value, digits) for value, digits in cases]


# It obeys every hand


def test_the_slider_has_the_rates_of_the_chapter(open_lab):
    page = open_lab()
    wanted = [0.001, 0.0099, 0.01, 0.05, 0.1, 0.3, 0.35, 0.39, 0.4, 0.41, 0.45, 0.5, 0.99, 1.0]
    offered = [rate for _, rate in sweep(page, RATE, range(271), VERDICT_AND_RATE)]
    assert int(page.get_attribute(RATE, "max")) == len(offered) - 1
    assert offered == [float(f"{rate:.1e}") for rate in offered]
    assert offered == sorted(set(offered))
    assert set(wanted) <= set(offered)
    slide(page, RATE, offered.index(0.4))
    assert page.inner_text(".lr-slider-rate output") == "0.40"


def test_a_rate_that_is_no_position_is_written_as_it_is(open_lab):
    found = open_lab().evaluate(RATE_TEXT, [0.001, 0.1, 0.4, 1, 0.123, 0.12345, 0.4007352941])
    assert found == ["0.0010", "0.10", "0.40", "1.0", "0.123", "0.12345", "≈ 0.400735"]


def test_tick_mark_and_thumb_share_one_scale(open_walk):
    page = open_walk()
    rail = page.locator(".lr-slider-rate .lr-rail").bounding_box()
    places = """() => [...document.querySelectorAll(".lr-slider-rate .lr-tick, .lr-mark")]
        .map((mark) => parseFloat(mark.style.left))"""
    assert page.evaluate(places) == pytest.approx(
        [0, 100 / 3, 200 / 3, 100, 100 * (180 + 100 * Walk().threshold() - 10) / 270], abs=1e-3
    )
    assert rail["width"] > 100


def test_the_keyboard_does_it_all(open_lab):
    page = open_lab()
    focused = f"document.activeElement.matches({RATE!r})"
    for _ in range(300):
        page.keyboard.press("Tab")
        if page.evaluate(focused):
            break
    assert page.evaluate(focused)
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert page.evaluate(outline) == "solid"
    page.keyboard.press("ArrowRight")
    assert rate_shown(page) > 0.1
    page.keyboard.press("ArrowLeft")
    assert rate_shown(page) == 0.1
    page.keyboard.press("PageUp")
    assert 0.2 < rate_shown(page) < 0.6
    page.keyboard.press("End")
    assert rate_shown(page) == 1
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Play"
    assert page.evaluate(outline) == "solid"
    page.keyboard.press("Space")
    assert page.evaluate("document.activeElement.textContent") == "Pause"
    page.keyboard.press("Space")
    assert page.evaluate("document.activeElement.textContent") == "Play"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "More"
    assert page.evaluate(outline) == "solid"
    page.keyboard.press("Enter")
    for name in ("Step", "Reset"):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == name
    page.keyboard.press("Enter")
    assert step_shown(page) == 0
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert step_shown(page) == 2


@pytest.mark.timed
def test_play_walks_to_the_end_in_about_five_seconds(open_lab):
    page = open_lab()
    page.evaluate(
        """() => {
            const shown = document.querySelector(".lr-slider-step output");
            const started = performance.now();
            window.times = {};
            new MutationObserver(() => {
                window.times[parseInt(shown.textContent)] ??= performance.now() - started;
            }).observe(shown, { childList: true, characterData: true, subtree: true });
            [...document.querySelectorAll(".lr-button")]
                .find((button) => button.textContent === "Play").click();
        }"""
    )
    wait_for_step(page, 5)
    assert page.get_by_role("button", name="Pause").is_visible()
    wait_for_step(page, 50)
    assert 4000 < page.evaluate("window.times[50]") < 8000
    page.get_by_role("button", name="Play").click()  # at the end it begins again
    page.wait_for_function(
        "parseInt(document.querySelector('.lr-slider-step output').textContent) < 20"
    )


def test_pause_step_and_reset(open_walk):
    page = open_walk()
    hurry(page, 2)
    page.get_by_role("button", name="Play").click()
    wait_for_step(page, 4)
    page.get_by_role("button", name="Pause").click()
    paused = step_shown(page)
    page.wait_for_timeout(300)
    assert step_shown(page) == paused
    page.get_by_role("button", name="Step", exact=True).click()
    assert step_shown(page) == paused + 1
    page.get_by_role("button", name="Reset").click()
    assert step_shown(page) == 0
    assert shown(page)["loss"] == pytest.approx(5.426)


# Play, and from its first frame on the time of the first new step and of the last one.
PLAYED_ON = """async () => {
    const shown = document.querySelector(".lr-slider-step output");
    const before = shown.textContent;
    const button = (name) => [...document.querySelectorAll(".lr-button")]
        .find((one) => one.textContent === name);
    const frame = () => new Promise(requestAnimationFrame);
    const until = async (isThere) => {
        for (let k = 0; k < 1000; k += 1) {
            const now = await frame();
            if (isThere()) return now;
        }
        throw new Error("nothing came of it in a thousand frames");
    };
    button("Play").click();
    const began = await frame();
    const first = await until(() => shown.textContent !== before);
    return [first - began, (await until(() => button("Play"))) - began];
}"""


def test_play_goes_on_from_where_it_is(open_walk):
    """It does not wait for as long as the steps before would take."""
    page = open_walk()
    slide(page, STEPS, 20)
    first, last = page.evaluate(PLAYED_ON)
    assert step_shown(page) == 50
    assert first < last / 2


def test_on_its_way_the_line_shows_where_it_comes_from(open_walk):
    page = open_walk()
    page.get_by_role("button", name="Play").click()
    page.wait_for_function(
        """() => {
            const step = parseInt(document.querySelector(".lr-slider-step output").textContent);
            const earlier = document.querySelectorAll('.lr-trail:not([visibility="hidden"])');
            return earlier.length === step + 1;
        }"""
    )


def test_a_lab_made_anew_while_it_plays_plays_on(open_lab):
    page = open_lab()
    with_model(page, "walk")
    hurry(page)
    changed(page, [{"playing": True, "y": Walk().y[::-1]}])
    assert page.get_by_role("button", name="Pause").is_visible()
    wait_for_step(page, 1)


def test_moving_a_slider_while_it_plays(open_walk):
    page = open_walk()
    page.get_by_role("button", name="Play").click()
    wait_for_step(page, 3)
    slide(page, RATE, 202)  # the walk goes on at the new learning rate
    assert page.get_by_role("button", name="Pause").is_visible()
    slide(page, STEPS, 30)  # the hand takes over
    assert page.get_by_role("button", name="Play").is_visible()
    page.wait_for_timeout(300)
    assert step_shown(page) == 30


def test_touch(open_walk):
    page = open_walk(**PHONE)
    page.get_by_role("button", name="Step", exact=True).tap()
    page.get_by_role("button", name="Step", exact=True).tap()
    assert step_shown(page) == 2
    box = page.locator(RATE).bounding_box()
    tap(page, box["x"] + 0.95 * box["width"], box["y"] + box["height"] / 2)
    assert verdict(page) == "diverges"
    for target in (RATE, STEPS, *(f".lr-button >> nth={i}" for i in range(3))):
        assert page.locator(target).bounding_box()["height"] >= 44


def test_reduced_motion_jumps_to_the_end(open_walk):
    page = open_walk(reduced_motion="reduce")
    page.get_by_role("button", name="Play").click()
    assert step_shown(page) == 50
    assert page.get_by_role("button", name="Play").is_visible()


def test_a_screen_reader_hears_the_outcome_once_the_hand_rests(open_walk):
    page = open_walk()
    spoken = page.locator(".lr-spoken")
    hurry(page)
    page.evaluate(
        """() => {
            window.heard = 0;
            new MutationObserver(() => { window.heard += 1; })
                .observe(document.querySelector(".lr-spoken"), { childList: true });
        }"""
    )
    sweep(page, RATE, range(180, 202))
    page.wait_for_function("window.heard > 0")
    assert page.evaluate("window.heard") == 1
    assert "it swings, yet it shrinks" in spoken.text_content()
    assert "Step 0 of 50" in spoken.text_content()
    label = page.locator(".lr-chart").first.get_attribute("aria-label")
    assert "slope 0.0000" in label


# It looks right everywhere


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("position", [180, 233])
def test_axe_finds_nothing(open_lab, scheme, position):
    page = open_lab(color_scheme=scheme)
    slide(page, RATE, position)
    slide(page, STEPS, 9)
    axe_finds_nothing_in(page, ".lr-lab")


def test_a_narrow_page_stacks_the_panels_and_scrolls_one_way(open_lab):
    page = open_lab(**PHONE)
    for position in (0, 180, 270):
        slide(page, RATE, position)
        slide(page, STEPS, 50)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= page.viewport_size["width"]
    first, last = (page.locator(".lr-panel").nth(i).bounding_box() for i in (0, 1))
    assert last["y"] >= first["y"] + first["height"]
    for part in (".lr-controls", ".lr-readouts", ".lr-verdict", ".lr-chart >> nth=0"):
        assert is_in_view(page, part)


def test_a_phone_shows_both_charts_and_what_moves_them(open_walk):
    page = open_walk(**PHONE)
    top = page.locator(".lr-panel").first.bounding_box()["y"]
    play = page.locator(".lr-button").first.bounding_box()
    assert play["y"] + play["height"] - top < 700
    texts = """(panel) => {
        const boxes = [...panel.querySelectorAll('.lr-grid text')]
            .filter((text) => getComputedStyle(text).visibility === "visible")
            .map((text) => text.getBoundingClientRect());
        return boxes.map(({ left, right, top, bottom }) => [left, right, top, bottom]);
    }"""
    for position in (0, 180, 210, 270):
        slide(page, RATE, position)
        for panel in page.locator(".lr-panel").all():
            boxes = panel.evaluate(texts)
            assert len(boxes) >= 6
            assert not any(overlap(a, b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_nothing_below_the_lab_moves_while_it_is_used(open_lab):
    states = [{"learning_rate": at_position(position)} for position in range(0, 271, 5)]
    states += [{"step": step} for step in (0, 7, 50)]
    keeps_its_height(open_lab(), "walk", states)


def test_paper_shows_the_finished_walk(open_lab):
    page = open_lab()
    slide(page, RATE, 270)
    page.emulate_media(media="print")
    assert not page.locator(".lr-lab").is_visible()
    assert page.locator(".lr-still svg[role=img]").count() == 2
    for picture in page.locator(".lr-still svg[role=img]").all():
        assert picture.is_visible()
    assert "after 50 of 50 steps" in page.inner_text(".lr-still p")
    page.emulate_media(media="screen")
    assert page.locator(".lr-lab").is_visible()


def test_without_a_still_picture_paper_shows_the_lab_and_drops_the_controls(open_lab):
    page = open_lab()
    page.evaluate(
        """() => {
            const place = document.querySelector("[data-lab]");
            place.after(Object.assign(document.createElement("div"), { id: "bare" }));
            document.querySelector("#bare").append(place.querySelector(".lr-lab"));
        }"""
    )
    page.emulate_media(media="print")
    bare = page.locator("#bare")
    assert bare.locator(".lr-chart").first.is_visible()
    assert bare.locator(".lr-verdict").is_visible()
    assert not bare.locator(".lr-button").first.is_visible()
    assert not bare.locator(RATE).is_visible()
    page.evaluate("document.querySelector('#bare').remove()")


# It is quick and small


@pytest.mark.timed
def test_a_drag_is_answered_within_a_frame(open_lab):
    page = open_lab()
    before = rate_shown(page)
    assert least_work(page, DRAG) / 50 < ANSWER
    assert rate_shown(page) != before
