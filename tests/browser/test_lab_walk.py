"""Promise: the lab of Chapter 4 works on the page, by every hand, and tells the truth."""

import gzip
import math
import random
import re
import statistics

import pytest
from axe_playwright_python.sync_playwright import Axe

from linreg.labs import Walk

PAGE = "notebooks/04_the_long_walk.html"
RATE = ".lr-slider-rate input"
STEPS = ".lr-slider-step input"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")

MATHEMATICS = """async (cases) => {
    const source = new Blob([window.lrLabs.walk], { type: "text/javascript" });
    const lab = await import(URL.createObjectURL(source));
    return cases.map(([x, y, rate, steps]) => {
        const best = lab.optimum(x, y);
        const stops = lab.walk(x, y, rate, steps).map((stop) => ({
            ...stop,
            gap: lab.gap(x, stop, best),
        }));
        return { best, stops, threshold: lab.threshold(x) };
    });
}"""

VERDICT = """async ([x, y, rate, steps]) => {
    const source = new Blob([window.lrLabs.walk], { type: "text/javascript" });
    const lab = await import(URL.createObjectURL(source));
    const [stops, best] = [lab.walk(x, y, rate, steps), lab.optimum(x, y)];
    return lab.verdict({ x, rate, steps, stops, best });
}"""

DRAG = """() => {
    const input = document.querySelector(".lr-slider-rate input");
    const times = [];
    for (let i = 0; i < 150; i += 1) {
        input.value = 100 + 3 * i;
        const before = performance.now();
        input.dispatchEvent(new Event("input", { bubbles: true }));
        document.querySelector(".lr-lab").getBoundingClientRect();  // the layout counts too
        times.push(performance.now() - before);
    }
    return times;
}"""


@pytest.fixture
def open_lab(new_page):
    """Open the chapter and wait for its lab."""

    def open_page(**options):
        page = new_page(PAGE, **options)
        page.wait_for_selector(".lr-lab")
        return page

    return open_page


def slide(page, selector, position):
    page.eval_on_selector(
        selector,
        """(input, position) => {
            input.value = position;
            input.dispatchEvent(new Event("input", { bubbles: true }));
        }""",
        position,
    )


def number(text):
    """Read a number as the page writes it: −1.59×10³⁰."""
    mantissa, _, power = text.replace("−", "-").partition("×10")
    return float(mantissa) * 10.0 ** int(power.translate(SUPERSCRIPTS) or 0)


def shown(page):
    keys = ("w", "b", "loss", "gap")
    return {key: number(page.inner_text(f'[data-readout="{key}"]')) for key in keys}


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


def is_in_view(page, selector):
    """Whether an element lies within the page's width."""
    box = page.locator(selector).bounding_box()
    return box["x"] >= 0 and box["x"] + box["width"] <= page.viewport_size["width"]


# It is there


@pytest.mark.parametrize("over", ["http", "file"])
def test_the_lab_draws_itself(open_lab, over):
    page = open_lab(over=over)
    assert page.locator(".lr-chart").count() == 2
    assert page.locator(".lr-point").count() == 8
    assert page.locator(".lr-still").count() == 0
    assert rate_shown(page) == 0.1
    assert step_shown(page) == 0


def test_without_javascript_a_still_picture_and_its_text_remain(new_page):
    page = new_page(PAGE, java_script_enabled=False)
    assert page.locator("[data-lab] svg[role=img]").count() == 2
    assert page.locator("[data-lab] svg").first.is_visible()
    assert "least loss" in page.locator("[data-lab] p").inner_text()
    assert page.locator(".lr-lab").count() == 0


def test_a_failing_script_leaves_the_still_picture(book, chromium):
    page = chromium.new_page()
    page.route("**/labs/walk.js*", lambda route: route.abort())
    page.goto((book / PAGE).as_uri())
    page.wait_for_selector(".lr-failed svg", state="visible")
    page.close()


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
    for step, ((w, b, loss), stop) in enumerate(zip(ours, theirs["stops"], strict=True)):
        parameter = 1e-9 * math.hypot(w, b)
        assert stop["w"] == pytest.approx(w, abs=parameter)
        assert stop["b"] == pytest.approx(b, abs=parameter)
        assert stop["loss"] == pytest.approx(loss, abs=1e-9 * max(start, loss))
        if step in {0, len(ours) // 2, len(ours) - 1}:
            assert stop["gap"] == pytest.approx(lab.gap(step), abs=1e-9 * max(start, loss))


@pytest.mark.parametrize(("position", "step"), [(0, 50), (400, 3), (400, 50), (500, 7), (560, 9)])
def test_the_page_shows_what_python_computes(open_lab, position, step):
    page = open_lab()
    slide(page, RATE, position)
    slide(page, STEPS, step)
    lab = Walk(learning_rate=rate_shown(page), step=step)
    w, b, loss = lab.path()[step]
    expected = {"w": w, "b": b, "loss": loss, "gap": lab.gap()}
    assert shown(page) == pytest.approx(expected, rel=6e-3, abs=5e-5 * (1 + abs(w)))
    assert shown(page)["gap"] == pytest.approx(lab.gap(), rel=6e-3)


def test_the_verdict_follows_the_learning_rate(open_lab):
    page = open_lab()
    kinds = {}
    for position in range(0, 601, 10):
        slide(page, RATE, position)
        kinds.setdefault(verdict(page), []).append(rate_shown(page))
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
    found = open_lab().evaluate(VERDICT, [x, y, rate, 50])
    assert found["kind"] == kind
    assert words in " ".join(found["html"].split())
    first, *_, last = Walk(x, y, learning_rate=rate).path()
    assert (last[2] > first[2]) == (kind == "diverges")


def test_the_mark_on_the_slider_is_the_threshold(open_lab):
    page = open_lab()
    assert page.locator(".lr-mark").count() == 1
    assert page.inner_text(".lr-mark").replace("\n", "") == "2/λmax = 0.4007"
    for position in range(500, 540):
        slide(page, RATE, position)
        mark = page.locator(".lr-mark").bounding_box()["x"] + 1
        rail = page.locator(".lr-rail").first.bounding_box()
        thumb = rail["x"] + rail["width"] * position / 600
        assert (thumb > mark) == (verdict(page) == "diverges")


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


def test_divergence_is_seen_and_said(open_lab):
    page = open_lab()
    slide(page, RATE, 560)
    slide(page, STEPS, 20)
    assert "the walk diverges" in page.inner_text(".lr-verdict")
    assert re.search(r"The loss axis stretches to 10[⁰-⁹¹²³]+", page.inner_text(".lr-verdict"))
    warning = page.locator(".lr-warning")
    assert warning.first.is_visible()
    assert "off the chart" in warning.first.text_content()
    assert "×10" in warning.last.text_content()
    assert page.locator(".lr-arrow").first.is_visible()
    heights = [pair.split(",") for pair in page.get_attribute(".lr-future", "points").split()]
    assert float(heights[-1][1]) < float(heights[0][1]) - 50  # the curve rises


# It obeys every hand


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
    page.keyboard.press("End")
    assert rate_shown(page) == 1
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Play"
    assert page.evaluate(outline) == "solid"
    page.keyboard.press("Space")
    assert page.evaluate("document.activeElement.textContent") == "Pause"
    page.keyboard.press("Space")
    assert page.evaluate("document.activeElement.textContent") == "Play"
    for name in ("Step", "Reset"):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == name
    page.keyboard.press("Enter")
    assert step_shown(page) == 0
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert step_shown(page) == 2


def test_play_walks_to_the_end_in_about_five_seconds(open_lab):
    page = open_lab()
    started = page.evaluate("performance.now()")
    page.get_by_role("button", name="Play").click()
    wait_for_step(page, 5)
    assert page.get_by_role("button", name="Pause").is_visible()
    wait_for_step(page, 50)
    assert 4000 < page.evaluate("performance.now()") - started < 8000
    page.get_by_role("button", name="Play").click()  # at the end it begins again
    page.wait_for_function(
        "parseInt(document.querySelector('.lr-slider-step output').textContent) < 20"
    )


def test_pause_step_and_reset(open_lab):
    page = open_lab()
    page.get_by_role("button", name="Play").click()
    wait_for_step(page, 4)
    page.get_by_role("button", name="Pause").click()
    paused = step_shown(page)
    page.wait_for_timeout(600)
    assert step_shown(page) == paused
    page.get_by_role("button", name="Step", exact=True).click()
    assert step_shown(page) == paused + 1
    page.get_by_role("button", name="Reset").click()
    assert step_shown(page) == 0
    assert shown(page)["loss"] == pytest.approx(5.426)


def test_moving_a_slider_while_it_plays(open_lab):
    page = open_lab()
    page.get_by_role("button", name="Play").click()
    wait_for_step(page, 3)
    slide(page, RATE, 500)  # the walk goes on at the new learning rate
    assert page.get_by_role("button", name="Pause").is_visible()
    slide(page, STEPS, 30)  # the hand takes over
    assert page.get_by_role("button", name="Play").is_visible()
    page.wait_for_timeout(300)
    assert step_shown(page) == 30


def test_touch(open_lab):
    page = open_lab(**PHONE)
    page.get_by_role("button", name="Step", exact=True).tap()
    page.get_by_role("button", name="Step", exact=True).tap()
    assert step_shown(page) == 2
    box = page.locator(RATE).bounding_box()
    page.touchscreen.tap(box["x"] + 0.95 * box["width"], box["y"] + box["height"] / 2)
    assert verdict(page) == "diverges"
    for target in (RATE, STEPS, *(f".lr-button >> nth={i}" for i in range(3))):
        assert page.locator(target).bounding_box()["height"] >= 44


def test_reduced_motion_jumps_to_the_end(open_lab):
    page = open_lab(reduced_motion="reduce")
    page.get_by_role("button", name="Play").click()
    assert step_shown(page) == 50
    assert page.get_by_role("button", name="Play").is_visible()


def test_a_screen_reader_hears_the_outcome_once_it_has_settled(open_lab):
    page = open_lab()
    spoken = page.locator(".lr-spoken")
    page.wait_for_timeout(1200)
    assert spoken.text_content() == ""  # nothing unasked
    page.evaluate(
        """() => {
            window.heard = 0;
            new MutationObserver(() => { window.heard += 1; })
                .observe(document.querySelector(".lr-spoken"), { childList: true });
        }"""
    )
    for position in range(400, 500, 5):
        slide(page, RATE, position)
    page.wait_for_function("window.heard > 0")
    assert page.evaluate("window.heard") == 1
    assert "it swings, yet it shrinks" in spoken.text_content()
    assert "Step 0 of 50" in spoken.text_content()
    label = page.locator(".lr-chart").first.get_attribute("aria-label")
    assert "slope 0.0000" in label


# It looks right everywhere


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("position", [400, 560])
def test_axe_finds_nothing(open_lab, scheme, position):
    page = open_lab(color_scheme=scheme)
    slide(page, RATE, position)
    slide(page, STEPS, 9)
    result = Axe().run(page, context=".lr-lab", options={"preload": False})
    assert result.violations_count == 0, result.generate_report()


def test_dark_has_no_light_box_behind_the_lab(open_lab):
    page = open_lab(color_scheme="dark")
    transparent = """(lab) => {
        const boxes = [];
        for (let box = lab; !box.matches(".cell_output"); box = box.parentElement) {
            boxes.push(getComputedStyle(box).backgroundColor);
        }
        return boxes;
    }"""
    assert set(page.eval_on_selector(".lr-lab", transparent)) == {"rgba(0, 0, 0, 0)"}
    light = open_lab(color_scheme="light")
    ink = "getComputedStyle(document.querySelector('.lr-lab')).color"
    assert page.evaluate(ink) != light.evaluate(ink)


def test_a_narrow_page_stacks_the_panels_and_scrolls_one_way(open_lab):
    page = open_lab(**PHONE)
    for position in (0, 400, 600):
        slide(page, RATE, position)
        slide(page, STEPS, 50)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= page.viewport_size["width"]
    first, last = (page.locator(".lr-panel").nth(i).bounding_box() for i in (0, 1))
    assert last["y"] >= first["y"] + first["height"]
    for part in (".lr-controls", ".lr-readouts", ".lr-verdict", ".lr-chart >> nth=0"):
        assert is_in_view(page, part)


def test_nothing_below_the_lab_moves_while_it_is_used(open_lab):
    page = open_lab()
    heights = set()
    for position in range(0, 601, 20):
        slide(page, RATE, position)
        heights.add(round(page.locator(".lr-lab").bounding_box()["height"]))
    assert len(heights) == 1


def test_paper_keeps_the_picture_and_drops_the_controls(open_lab):
    page = open_lab()
    page.emulate_media(media="print")
    assert page.locator(".lr-chart").first.is_visible()
    assert page.locator(".lr-verdict").is_visible()
    assert not page.locator(".lr-button").first.is_visible()
    assert not page.locator(RATE).is_visible()


# It is quick and small


def test_a_drag_is_answered_within_a_frame(open_lab):
    times = open_lab().evaluate(DRAG)
    assert len(times) >= 100
    assert statistics.median(times) < 8, f"median {statistics.median(times):.2f} ms"


def test_scripts_are_small_and_only_where_a_lab_is(book):
    scripts = sorted((book / "_static" / "labs").glob("*.js"))
    assert [script.name for script in scripts] == ["shim.js", "walk.js"]
    assert sum(len(gzip.compress(script.read_bytes())) for script in scripts) < 150_000
    for page in book.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert ("_static/labs/" in text) == ("data-lab=" in text), page
