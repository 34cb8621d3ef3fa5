"""Promise: the lab of Chapter 11 runs forward and back, and shows what the engine computes."""

import random

import pytest
from lab_pages import (
    ANSWER,
    PHONE,
    centre,
    changed,
    hurry,
    in_module,
    is_in_view,
    keeps_its_height,
    least_work,
    opening,
    spills,
    sweep,
    tap,
    unfold,
    with_model,
)

from linreg.autograd import Value, exp, log, tanh
from linreg.labs import Graph
from linreg.labs.kit.text import brief

PAGE = "notebooks/11_autograd_from_nothing.html"
LAB = '[data-lab="graph"]'
SLIDER, PICTURE = f"{LAB} .lr-slider-change input", f"{LAB} .lr-graph"

MATHEMATICS = in_module(
    "graph",
    """cases.map(({ nodes, chosen, change }) => {
        const now = lab.calculated(nodes, chosen, change);
        const { found, passed } = lab.returned(nodes, lab.calculated(nodes, chosen, 0).local, 99);
        return { values: now && now.values, found, passed: passed.flat() };
    })""",
)
VERDICT = in_module("graph", "cases.map((state) => lab.verdict(lab.told(state.graph, state)))")

# What the eye and a screen reader get of it.
READ = """() => {
    const lab = document.querySelector('[data-lab="graph"]');
    const text = (selector) => lab.querySelector(selector).textContent;
    const all = (selector, within = lab) => [...within.querySelectorAll(selector)];
    const nodes = all(".lr-graph-node");
    return {
        heads: nodes.map((node) => node.querySelector(".lr-graph-head-text").textContent),
        values: nodes.map((node) => node.querySelector(".lr-graph-value").textContent),
        slopes: nodes.map((node) => all(".lr-graph-slope", node).at(-1).textContent),
        moves: nodes.map((node) => node.classList.contains("lr-graph-moves")),
        chosen: nodes.map((node) => node.classList.contains("lr-graph-chosen")),
        passed: all("g > path ~ .lr-graph-slope").map((label) => label.textContent),
        label: text(".lr-spoken") + lab.querySelector(".lr-graph").getAttribute("aria-label"),
        choices: all("[role=button]").map((choice) => choice.getAttribute("aria-label")),
        pressed: all("[role=button]").map((choice) => choice.getAttribute("aria-pressed")),
        readouts: ["change", "rise", "slope", "product"]
            .map((key) => text(`[data-readout="${key}"]`)),
        slider: text(".lr-slider-change .lr-value"),
        step: text(".lr-slider-step .lr-value"),
        verdict: lab.querySelector(".lr-lab").dataset.verdict,
        words: text(".lr-verdict > p"),
    };
}"""


open_lab = opening(PAGE, "graph", before_the_hand=PICTURE)


def seen(page):
    return page.evaluate(READ)


def press(page, name, times=1):
    for _ in range(times):
        page.get_by_role("button", name=name, exact=True).click()


def calculations():
    """One lab for each step of the engine, and some that use values again."""
    a, b = Value(0.7), Value(1.3)
    t = a * 3
    results = [a + b, a - b, a * b, a / b, exp(a), log(a), tanh(a), a**2, a**-1, b**0.5, a**0]
    results += [(t + 1) * t, (a + b) * a, -a + 1 / b, (a * a) * a, log(exp(t) + exp(-t)) / 2]
    return [Graph(result) for result in results] + [Graph()]


# It is there, and gives nothing away


@pytest.mark.parametrize("over", ["http", "file"])
def test_the_lab_draws_itself_and_asks(open_lab, over):
    page = open_lab(over=over)
    assert page.locator(f"{LAB} .lr-ask").inner_text().startswith("Change one number a little.")
    assert not page.locator(f"{LAB} .lr-still").is_visible()
    found = seen(page)
    assert found["heads"] == [node["head"] for node in Graph().graph["nodes"]]
    assert found["values"] == ["1", "3", "?", "0", "?", "6", "?", "?"]
    assert found["slopes"] == [""] * 8
    assert found["readouts"] == ["0", "?", "?", "?"]
    assert "18" not in page.locator(f"{LAB} .lr-lab").inner_text() + found["label"]


# It tells the truth


def test_the_mathematics_in_the_page_is_that_of_the_engine(open_lab):
    rng, cases, labs = random.Random(11), [], []
    for lab in calculations():
        nodes = lab.graph["nodes"]
        for chosen in [i for i, node in enumerate(nodes) if "reach" in node]:
            for change in (0.0, 1.0, -1.0, rng.uniform(-1, 1)):
                cases.append({"nodes": nodes, "chosen": chosen, "change": change})
                labs.append(lab)
    undefined = 0
    for lab, case, found in zip(labs, cases, open_lab().evaluate(MATHEMATICS, cases), strict=True):
        lab.leaf = lab.graph["nodes"][case["chosen"]]["name"]
        values = lab.values(case["change"])
        undefined += values is None
        assert found["values"] == (values and pytest.approx(values, rel=1e-9, abs=1e-12))
        assert found["found"] == pytest.approx(lab.slopes(), rel=1e-9, abs=1e-12)
        assert found["passed"] == pytest.approx(lab.passed(), rel=1e-9, abs=1e-12)
    assert undefined > 0  # the logarithm and the root of a negative number


def test_every_number_is_that_of_python(open_lab):
    page = open_lab()
    with_model(page, "graph")
    states = [
        {"leaf": leaf, "change": change, "step": 9}
        for leaf in ("w", "x", "b", "y")
        for change in (0.0, 0.01, -0.5, 1.0)
    ]
    for state, found in zip(states, changed(page, states, READ), strict=True):
        lab = Graph(**state)
        at = [node["name"] for node in lab.graph["nodes"]].index(lab.leaf)
        start, values, slopes = lab.values(0.0), lab.values(), lab.slopes()
        assert found["values"] == [brief(value) for value in values]
        assert found["slopes"] == [brief(slope) for slope in slopes]
        assert found["passed"] == [brief(passed) for passed in lab.passed()]
        assert found["moves"] == [a != b for a, b in zip(start, values, strict=True)]
        assert [i for i, chosen in enumerate(found["chosen"]) if chosen] == [at]
        rise, product = values[-1] - start[-1], slopes[at] * lab.change
        assert found["readouts"] == [brief(n) for n in (lab.change, rise, slopes[at], product)]
        assert found["slider"] == f"{lab.leaf} = {brief(values[at])}"
        assert f"s = r · r = {brief(values[-1])}, slope 1" in found["label"]
        assert f"{lab.leaf} = {brief(values[at])}, slope {brief(slopes[at])}" in found["choices"]


def test_the_verdict_is_right_at_each_step(open_lab):
    a = Value(2)
    cube = Graph((a * a) * a, a=a).graph
    root = Graph((a - 1) ** 0.5, a=a).graph
    cases = [
        (None, 0, 0, "start", "computes s in 4 steps"),
        (None, 3, 0, "forward", "step 3 of 4: <strong>r = ŷ − y = 3 − 6 = −3</strong>"),
        (None, 4, 0, "computed", "s is 9."),
        (None, 4, 0.01, "moved", "w changes by 0.01, and p, ŷ, r and s with it."),
        (None, 4, 0.01, "moved", "<strong>s changes by −0.1791.</strong>"),
        (None, 5, 0, "seed", "s grows with itself at the rate 1"),
        (None, 6, 0, "back", "r is used twice, and what comes back adds up: −3 + (−3) = −6."),
        (None, 7, 0.5, "back", "from r: −6 · 1 = −6 to ŷ and −6 · (−1) = 6 to y."),
        (None, 9, 0, "done", "−6 · 3 = −18 to w and −6 · 1 = −6 to x."),
        (None, 9, 0, "done", "<strong>s grows with w at the rate −18.</strong>"),
        (None, 9, 0.01, "told", "−18 · 0.01 = −0.18;</strong> it changes by −0.1791."),
        (None, 9, -0.01, "told", "−18 · (−0.01) = 0.18;"),
        (cube, 5, 0, "done", "a is used 3 times, and what comes back adds up: 4 + 4 + 4 = 12"),
        (root, 2, -1, "undefined", "Move a back."),
    ]
    states = [
        {"graph": graph or Graph().graph, "leaf": "a" if graph else "w", "step": step, "change": by}
        for graph, step, by, _, _ in cases
    ]
    found = open_lab().evaluate(VERDICT, states)
    for (*_, kind, words), verdict in zip(cases, found, strict=True):
        assert verdict["kind"] == kind
        assert words in verdict["html"]


# It runs forward, and back


def test_step_by_step_values_run_forward_and_slopes_back(open_lab):
    page = open_lab()
    unfold(page, LAB)
    known, reached = [], []
    for _ in range(9):
        press(page, "Step")
        found = seen(page)
        known.append(sum(value != "?" for value in found["values"]))
        reached.append(sum(slope != "" for slope in found["slopes"]))
    assert known == [5, 6, 7, 8, 8, 8, 8, 8, 8]
    assert reached == [0, 0, 0, 0, 1, 2, 4, 6, 8]
    assert found["step"] == "9 of 9"
    press(page, "Reset")
    assert seen(page)["verdict"] == "start"


def test_a_slope_that_has_not_all_arrived_says_so(open_lab):
    page = open_lab()
    w = Value(2)
    with_model(page, "graph")
    graph = Graph((w + 1) * w, w=w).graph
    first, last = changed(page, [{"graph": graph, "step": 4}, {"step": 5}], READ)
    assert first["slopes"][0] == "3 + …"
    assert last["slopes"][0] == "5"
    assert "w = 2; " in first["label"]
    assert "w = 2, slope 5; " in last["label"]


def test_play_runs_to_the_end_and_begins_again(open_lab):
    page = open_lab()
    hurry(page)
    press(page, "Play")
    page.wait_for_selector(f'{LAB} .lr-lab[data-verdict="done"]')
    assert seen(page)["readouts"] == ["0", "0", "−18", "0"]
    press(page, "Play")
    page.wait_for_function(f"({READ})().values.includes('?')")
    press(page, "Pause")
    assert seen(page)["verdict"] != "done"


# It is moved by every hand


def test_a_change_computes_what_was_not_and_keeps_the_slopes_for_later(open_lab):
    page = open_lab()
    (found,) = sweep(page, SLIDER, [101], READ)
    assert found["values"] == ["1.01", "3", "3.03", "0", "3.03", "6", "−2.97", "8.821"]
    assert found["moves"] == [True, False, True, False, True, False, True, True]
    assert found["readouts"] == ["0.01", "−0.1791", "?", "?"]
    assert found["verdict"] == "moved"


def test_a_click_chooses_another_number(open_lab):
    page = open_lab()
    sweep(page, SLIDER, [150])
    page.mouse.click(*centre(page.locator(f"{PICTURE} [role=button]").nth(2)))
    found = seen(page)
    assert found["pressed"] == ["false", "false", "true", "false"]
    assert (found["slider"], found["readouts"][0]) == ("b = 0", "0")
    (found,) = sweep(page, SLIDER, [110], READ)
    assert found["values"][2:5] == ["3", "0.1", "3.1"]


def test_the_keyboard_chooses_and_changes(open_lab):
    page = open_lab()
    scrolled = page.evaluate("scrollY")
    x = page.locator(f"{PICTURE} [role=button]").nth(1)
    x.focus()
    page.keyboard.press("Enter")
    assert seen(page)["slider"] == "x = 3"
    page.locator(f"{PICTURE} [role=button]").nth(2).focus()
    page.keyboard.press("Space")
    assert seen(page)["pressed"] == ["false", "false", "true", "false"]
    x.focus()
    page.keyboard.press("Enter")
    for key in ("ArrowUp", "ArrowRight", "Shift+ArrowDown"):
        page.keyboard.press(key)
    assert seen(page)["slider"] == "x = 2.92"
    for _ in range(12):
        page.keyboard.press("Shift+ArrowLeft")
    assert seen(page)["slider"] == "x = 2"
    assert page.evaluate("scrollY") == scrolled
    page.focus(SLIDER)
    page.keyboard.press("End")
    assert seen(page)["slider"] == "x = 4"


def test_a_number_that_is_chosen_again_keeps_its_change(open_lab):
    page = open_lab()
    sweep(page, SLIDER, [150])
    w = page.locator(f"{PICTURE} [role=button]").first
    w.click()
    w.press("Enter")
    assert seen(page)["slider"] == "w = 1.5"


def test_a_change_ends_play(open_lab):
    page = open_lab()
    press(page, "Play")
    sweep(page, SLIDER, [150])
    assert page.get_by_role("button", name="Play", exact=True).is_visible()


def test_a_finger_chooses_and_its_targets_are_large_enough(open_lab):
    page = open_lab(**{**PHONE, "viewport": {"width": 320, "height": 640}})
    tap(page, *centre(page.locator(f"{PICTURE} [role=button]").nth(3)))
    assert seen(page)["slider"] == "y = 6"
    for one in (".lr-button >> nth=0", ".lr-slider-change input", "[role=button] >> nth=0"):
        assert page.locator(f"{LAB} {one}").bounding_box()["height"] >= 43.9


def test_a_screen_reader_hears_the_outcome_once_the_hand_rests(open_lab):
    page = open_lab()
    spoken = page.locator(f"{LAB} .lr-spoken")
    hurry(page)
    sweep(page, SLIDER, range(101, 140, 10))
    page.wait_for_function("document.querySelector('.lr-lab-graph .lr-spoken').textContent !== ''")
    assert "w changes by 0.31" in spoken.text_content()


# It looks right everywhere


def test_nothing_below_the_lab_moves_while_it_is_used(open_lab):
    states = [
        {"leaf": leaf, "change": change, "step": step}
        for leaf in ("w", "y")
        for step in range(10)
        for change in (0, -0.99)
    ]
    keeps_its_height(open_lab(), "graph", states)


@pytest.mark.parametrize("width", [320, 390, 600, 768, 1280])
def test_the_lab_fits_its_page(open_lab, width):
    page = open_lab(viewport={"width": width, "height": 900}, reduced_motion="reduce")
    press(page, "Play")
    sweep(page, SLIDER, [1])
    for part in (PICTURE, f"{LAB} .lr-readouts", f"{LAB} .lr-controls"):
        assert is_in_view(page, part)
    assert spills(page) == []
    texts = "(all) => all.map((one) => one.getBoundingClientRect()).map((b) => [b.left, b.right])"
    edge = page.locator(f"{LAB} .lr-lab").bounding_box()
    for left, right in page.locator(f"{PICTURE} text").evaluate_all(texts):
        assert edge["x"] <= left <= right <= edge["x"] + edge["width"]
    picture, words = (page.locator(one).bounding_box() for one in (PICTURE, f"{LAB} .lr-verdict"))
    if width >= 768:  # the words stand beside the picture
        assert words["x"] > picture["x"] + picture["width"]
    assert words["y"] + words["height"] - picture["y"] < 640  # and on a phone on one screen with it


def test_no_words_in_the_picture_lie_on_others(open_lab):
    page = open_lab(reduced_motion="reduce")
    press(page, "Play")
    (boxes,) = sweep(
        page,
        SLIDER,
        [37],
        f"""() => [...document.querySelectorAll('{PICTURE} text')].filter((one) => one.textContent)
            .map((one) => one.getBoundingClientRect())
            .map((box) => [box.left, box.right, box.top + 3, box.bottom - 3])""",
    )
    assert len(boxes) == 8 * 4 + 8
    for i, a in enumerate(boxes):
        for b in boxes[:i]:
            assert not (a[0] < b[1] and b[0] < a[1] and a[2] < b[3] and b[2] < a[3])


# It is quick


@pytest.mark.timed
def test_a_change_is_answered_within_a_frame(open_lab):
    page = open_lab()
    slide = """(selector) => {
        const input = document.querySelector(selector);
        for (let at = 0; at < 50; at += 1) {
            input.value = 100 + at;
            input.dispatchEvent(new Event("input", { bubbles: true }));
            input.getBoundingClientRect();  // the layout counts too
        }
    }"""
    assert least_work(page, slide, SLIDER) / 50 < ANSWER
    assert seen(page)["readouts"][0] == "0.49"
