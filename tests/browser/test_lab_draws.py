"""Promise: the lab of Chapter 17 measures as Python does, and tells theory to who has guessed."""

import math
import random

import numpy as np
import pytest
from lab_pages import (
    ANSWER,
    PHONE,
    READ_CHARTS,
    Drawn,
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

from linreg.inference import infer
from linreg.labs import DrawAgain
from linreg.labs.kit.random import normals
from linreg.labs.kit.text import readable

PAGE = "notebooks/17_how_sure_are_we.html"
LAB = '[data-lab="draws"]'
DRAW = f"{LAB} .lr-controls .lr-button:not(.lr-button-primary)"
GUESSES = {"n_points": "Twice the points", "noise": "Half the noise"}
GUESSES |= {"spread": "Twice as far apart"}

MATHEMATICS = in_module(
    "draws",
    """cases.map((state) => ({
        ...lab.solved(state),
        ...lab.points(state, state.step),
        pile: lab.pileOf(lab.solved(state).slopes),
        numbers: lab.normals(state.seed, 4),
    }))""",
    exporting="normals",
)
VERDICT = in_module("draws", "cases.map((state) => lab.verdict(lab.solved(state), state))")

# What the eye and a screen reader get of it.
READ = """() => {
    const lab = document.querySelector('[data-lab="draws"]');
    const text = (selector) => lab.querySelector(selector).textContent;
    const isSeen = (node) => node.getAttribute("visibility") !== "hidden";
    const all = (selector) => [...lab.querySelectorAll(selector)].filter(isSeen);
    const read = (node, ...names) => names.map((name) => Number(node.getAttribute(name)));
    const keys = ["slope", "deviation", "law", "hits"];
    return {
        readouts: keys.map((key) => text(`[data-readout="${key}"]`)),
        notes: keys.map((key) => text(`.lr-readout-${key} .lr-note`)),
        buttons: all(".lr-controls .lr-button").map((one) => one.textContent),
        pressed: all('.lr-controls [aria-pressed="true"]').map((one) => one.textContent),
        sliders: ["n_points", "noise", "spread", "step"]
            .map((name) => text(`.lr-slider-${name} .lr-value`)),
        labels: all(".lr-chart").map((chart) => chart.getAttribute("aria-label")),
        points: all(".lr-point").length,
        pile: lab.querySelector(".lr-draws-pile").getAttribute("d"),
        first: all(".lr-draws-first").map((path) => path.getAttribute("d")),
        law: all(".lr-draws-law").flatMap((line) =>
            line.getAttribute("points").split(" ").map((pair) => pair.split(",").map(Number))),
        bars: all("line.lr-draws-bar").map((bar) => read(bar, "x1", "x2", "y1")),
        misses: all("line.lr-draws-miss").map((bar) => read(bar, "x1", "x2", "y1")),
        hollow: all("circle.lr-draws-miss").length,
        keys: [...lab.querySelectorAll(".lr-entry")]
            .filter((one) => getComputedStyle(one).visibility === "visible")
            .map((one) => one.textContent),
        verdict: lab.querySelector(".lr-lab").dataset.verdict,
        words: text(".lr-verdict > p"),
    };
}"""


open_lab = opening(PAGE, "draws", before_the_hand=DRAW)


def seen(page):
    return page.evaluate(READ)


def text(value):
    return readable(value, 3)


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def drawn_to(page, step):
    """Let so many samples be drawn, as the slider of samples does."""
    sweep(page, f"{LAB} .lr-slider-step input", [step])


def play(page):
    """Play to the end, for a reader who wants no motion at once."""
    page.emulate_media(reduced_motion="reduce")
    press(page, "Play")


def lab_of(state):
    return DrawAgain(**{name: value for name, value in state.items() if name != "playing"})


# It is there, and gives nothing away


@pytest.mark.parametrize("over", ["http", "file"])
def test_the_lab_draws_itself_and_asks(open_lab, over):
    page = open_lab(over=over)
    assert page.locator(f"{LAB} .lr-ask").inner_text() == "What narrows the pile of slopes?"
    assert not page.locator(f"{LAB} .lr-still").is_visible()
    found = seen(page)
    assert found["readouts"] == [text(DrawAgain().slopes()[0]), "?", "?", "?"]
    assert (found["points"], len(found["bars"]), found["law"]) == (10, 1, [])
    assert found["buttons"] == ["Draw a sample", "Play"]
    assert found["verdict"] == "few"


def test_who_draws_is_asked_once_there_is_a_pile_and_told_once_they_have_guessed(open_lab):
    page = open_lab()
    drawn_to(page, 8)
    press(page, "Draw a sample")
    assert seen(page)["sliders"][3] == "9"
    assert seen(page)["verdict"] == "few"
    assert len(seen(page)["buttons"]) == 2
    press(page, "Draw a sample")
    asked = seen(page)
    assert (asked["verdict"], asked["buttons"][2:]) == ("guess", list(GUESSES.values()))
    assert (asked["readouts"][2:], asked["law"], asked["pressed"]) == (["?", "?"], [], [])
    assert not any("theory" in one or "hit" in one for one in asked["labels"])
    assert asked["keys"] == [
        *("the true line", "fitted to this sample", "slopes", "hits", "misses the true slope")
    ]
    press(page, "Half the noise")
    told = seen(page)
    lab = DrawAgain(noise=0.5, step=10, guessed=True)
    assert (told["verdict"], told["pressed"]) == ("noise", ["Half the noise"])
    assert told["readouts"][2:] == ["0.158", f"{10 * lab.hits():.1f} %"]
    assert len(told["law"]) == 121
    assert told["keys"][3:5] == ["theory", "at first"]


# It tells the truth


def test_the_mathematics_in_the_page_is_that_of_python_and_of_infer(open_lab):
    rng = random.Random(17)
    cases = [
        {"n_points": count, "noise": noise, "spread": spread, "seed": seed, "step": step}
        for count, noise, spread, seed, step in [
            *((10, 1, 1, 14, 40), (5, 1, 1, 1, 60), (40, 0.5, 2, 999, 30), (20, 1, 1, 3, 1000)),
            *((5 * rng.randint(1, 8), 0.65, 1.7, rng.randint(1, 999), 25) for _ in range(4)),
        ]
    ]
    for case, found in zip(cases, open_lab().evaluate(MATHEMATICS, cases), strict=True):
        lab = lab_of(case)
        assert found["numbers"] == pytest.approx(normals(case["seed"], 4), abs=1e-14)
        x, y = lab.points()
        assert found["x"] == pytest.approx(x, abs=1e-13)
        assert found["y"] == pytest.approx(y, abs=1e-13)
        assert np.allclose(found["slopes"], lab.slopes(), rtol=0, atol=1e-12)
        assert np.allclose(found["errors"], lab.standard_errors(), rtol=1e-10)
        assert np.allclose(found["intervals"], lab.intervals(), rtol=0, atol=1e-11)
        assert (found["hits"], found["pile"]) == (lab.hits(), lab.counts())
        assert found["law"] == pytest.approx(lab.law())
        assert found["deviation"] == pytest.approx(lab.deviation())
        for k in range(1, min(case["step"], 25) + 1):
            x, y = lab.points(k)
            fit = infer(np.reshape(x, (-1, 1)), y)
            here = [found["slopes"][k - 1], found["errors"][k - 1], *found["intervals"][k - 1]]
            there = [fit.coef[0], fit.standard_errors[0], *fit.intervals()[0]]
            assert here == pytest.approx(there, rel=1e-9, abs=1e-11)


def test_the_verdict_names_what_was_changed_and_what_theory_says_of_it(open_lab):
    cases = {
        "first": {},
        "n_points": {"n_points": 20},
        "noise": {"noise": 0.5},
        "spread": {"spread": 2},
        "other": {"n_points": 40, "noise": 0.75},
    }
    first = {"n_points": 10, "noise": 1, "spread": 1, "seed": 2, "step": 200, "guessed": True}
    states = [{**first, **change} for change in cases.values()]
    words = open_lab().evaluate(VERDICT, states)
    assert [one["kind"] for one in words] == list(cases)
    for state, one in zip(states, words, strict=True):
        lab = lab_of(state)
        assert f"{lab.hits()} of 200 intervals hit" in one["html"]
        ratio = lab.law() / DrawAgain().law()
        wide = {"n_points": "√½ = 0.71 times", "other": f"{ratio:.2f} times"}
        if one["kind"] != "first":
            assert wide.get(one["kind"], "half") in one["html"]
        if one["kind"] in ("first", "other"):
            assert f"σ/(√N·sₓ) = {text(lab.law())}." in one["html"]


@pytest.mark.parametrize("width", [390, 1280])
def test_the_drawing_stands_where_python_says(open_lab, width):
    page = open_lab(viewport={"width": width, "height": 900})
    with_model(page, "draws")
    settings = [(10, 1.0, 1.0, 14, 1), (5, 1.0, 1.0, 4, 300), (40, 0.5, 2.0, 17, 1000)]
    for count, noise, spread, seed, step in settings:
        lab = DrawAgain(count, noise, spread, seed, step, True)
        changed(page, [{name: getattr(lab, name) for name in lab.shown}])
        charts, found = page.evaluate(READ_CHARTS, "draws"), seen(page)
        sample, pile, intervals = map(Drawn, charts)
        x, y = lab.points()
        for place, one, other in zip(sample.points, x, y, strict=True):
            assert sample.holds(place, one, other)
        for (start, end, _), w, b in [
            (sample.best[0], 1, 0),
            (sample.line[0], lab.slopes()[-1], np.mean(y)),
        ]:
            for place in (start, end):
                at, level = sample.at(place)
                assert level == pytest.approx(w * at + b, abs=0.02)

        tops = [float(part.split("H")[0]) for part in found["pile"].split("V")[1:-1]]
        for top, height in zip(tops, lab.counts(), strict=True):
            assert pile.value(top, "y") == pytest.approx(height, abs=0.15 * pile.pixel[1])
        assert bool(found["law"]) == (step >= 10)
        for place, z in zip(found["law"][::20], np.linspace(-4, 4, 121)[::20], strict=False):
            height = step * 0.04 * math.exp(-z * z / 2) / (lab.law() * math.sqrt(2 * math.pi))
            assert pile.holds(place, 1 + lab.law() * z, height)

        last = lab.intervals()[-20:]
        missed = [not low <= 1 <= high for low, high in last]
        for (left, right, level), k in zip(found["bars"], range(step - len(last), step)):
            low, high = (min(max(end, -2.6), 4.6) for end in lab.intervals()[k])
            assert intervals.holds((left, level), low, k + 1)
            assert intervals.holds((right, level), high, k + 1)
        assert len(found["bars"]) == len(last)
        assert len(found["misses"]) == found["hollow"] == sum(missed)
        assert sum(missed) == {14: 0, 4: 3, 17: 3}[seed]
        for _, _, level in found["misses"]:
            low, high = lab.intervals()[round(intervals.value(level, "y")) - 1]
            assert not low <= 1 <= high


def test_the_pile_at_first_stands_behind_another_setting_alone(open_lab):
    page = open_lab()
    with_model(page, "draws")
    state = {"step": 400, "guessed": True}
    first, other, unasked = changed(
        page, [state, {"spread": 2}, {"spread": 2, "guessed": False}], READ
    )
    assert (len(first["first"]), len(other["first"]), len(unasked["first"])) == (0, 1, 0)
    paths = (*other["first"], other["pile"])
    wide, narrow = (
        sum(part.split("H")[0] != floor for part in path.split("V")[1:-1])
        for path, floor in ((path, f"{float(path.split('V')[-1]):.2f}") for path in paths)
    )
    assert wide > 1.5 * narrow


def test_every_readout_and_label_is_that_of_python(open_lab):
    page = open_lab()
    with_model(page, "draws")
    states = [
        {"n_points": count, "noise": noise, "spread": 1.5, "step": step, "guessed": guessed}
        for count, noise in [(10, 1), (5, 0.5), (35, 0.75)]
        for step in (0, 1, 2, 9, 10, 640)
        for guessed in (False, True)
    ]
    for state, found in zip(states, changed(page, states, READ), strict=True):
        lab, step = lab_of(state), state["step"]
        is_told = lab.is_told()
        slope = text(lab.slopes()[-1]) if step else "?"
        width = text(lab.deviation()) if step > 1 else "?"
        hits = f"{100 * lab.hits() / max(step, 1):.1f} %" if is_told else "?"
        assert found["readouts"] == [slope, width, text(lab.law()) if is_told else "?", hits]
        reach = (lab.intervals()[-1][1] - lab.slopes()[-1]) if step else None
        off = readable(lab.deviation() / math.sqrt(2 * (step - 1)), 1) if step > 1 else None
        chance = 100 * math.sqrt(0.95 * 0.05 / max(step, 1))
        assert found["notes"] == [
            f"± {text(reach)}" if step else "not yet",
            f"of the pile, ± {off}" if step > 1 else "of the pile",
            "σ/(√N·sₓ)" if is_told else "not yet",
            f"± {chance:.1f}, {lab.hits()} of {step}" if is_told else "not yet",
        ]
        count, noise = str(lab.n_points), f"{lab.noise:.2f}"
        assert found["sliders"] == [count, noise, "1.50", str(step)]
        sample, pile, intervals = found["labels"]
        assert (slope in sample) == (step > 0)
        assert (f"curve above them has {text(lab.law())}" in pile) == is_told
        assert (f"Of all {step}, {lab.hits()} hit" in intervals) == is_told
        if step > 1:
            assert f"the last {min(step, 20)} samples" in intervals


# A guess is tried, and undone


def test_each_guess_starts_from_the_first_setting_and_a_second_press_undoes_it(open_lab):
    page = open_lab()
    play(page)
    for name, button in GUESSES.items():
        press(page, button)
        found = seen(page)
        assert (found["verdict"], found["pressed"]) == (name, [button])
        settings = {"n_points": "10", "noise": "1.00", "spread": "1.00"}
        settings[name] = {"n_points": "20", "noise": "0.50", "spread": "2.00"}[name]
        assert found["sliders"] == [*settings.values(), "1000"]
    press(page, "Twice as far apart")
    assert (seen(page)["verdict"], seen(page)["pressed"]) == ("first", [])


def test_the_eye_sees_which_guess_is_pressed_and_no_word_moves(open_lab):
    """By the width of its edge, which stays where a system puts colours of its own."""
    page = open_lab()
    drawn_to(page, 10)
    look = """(all) => all.map((one) => {
        const { borderLeftWidth, paddingLeft } = getComputedStyle(one);
        return [borderLeftWidth, paddingLeft].map(parseFloat);
    })"""
    guesses = page.locator(f"{LAB} .lr-draws-guesses .lr-button")
    (edge, padding), *_ = guesses.evaluate_all(look)
    press(page, "Half the noise")
    usual, pressed = [edge, padding], [edge + 1, padding - 1]
    assert guesses.evaluate_all(look) == [usual, pressed, usual]


def test_a_slider_is_a_guess_too(open_lab):
    page = open_lab()
    drawn_to(page, 10)
    unfold(page, LAB)
    (found,) = sweep(page, f"{LAB} .lr-slider-n_points input", [7], READ)
    assert (found["verdict"], found["points"]) == ("other", 40)
    assert found["readouts"][2] == text(DrawAgain(40).law())
    (found,) = sweep(page, f"{LAB} .lr-slider-noise input", [3], READ)
    (found,) = sweep(page, f"{LAB} .lr-slider-spread input", [4], READ)
    assert found["readouts"][2] == text(DrawAgain(40, 0.65, 1.4).law())


# It plays


def test_play_draws_one_sample_after_the_other_and_stops_at_the_thousandth(open_lab):
    page = open_lab()
    drawn_to(page, 9)
    press(page, "Play")
    page.wait_for_selector(f'{LAB} .lr-lab[data-verdict="guess"]')
    press(page, "Pause")
    drawn = int(seen(page)["sliders"][3])
    assert 10 <= drawn < 1000
    assert len(seen(page)["bars"]) == min(drawn, 20)
    hurry(page)
    press(page, "Play")
    page.wait_for_function(
        "document.querySelector('.lr-slider-step output').textContent === '1000'"
    )
    assert seen(page)["buttons"][:2] == ["Draw a sample", "Play"]


def test_after_the_last_sample_begins_another_pile(open_lab):
    page = open_lab()
    play(page)
    press(page, "Draw a sample")
    found = seen(page)
    assert (found["sliders"][3], found["readouts"][0]) == (
        "1",
        text(DrawAgain(seed=15).slopes()[0]),
    )
    press(page, "Play")
    press(page, "Play")  # at the end once more
    lab = DrawAgain(seed=16, step=1000)
    assert seen(page)["readouts"][:2] == [text(lab.slopes()[-1]), text(lab.deviation())]


def test_after_the_last_seed_comes_the_first(open_lab):
    page = open_lab()
    with_model(page, "draws")
    changed(page, [{"seed": 999, "step": 1000}])
    press(page, "Draw a sample")
    assert seen(page)["readouts"][0] == text(DrawAgain(seed=1).slopes()[0])


def test_reset_leaves_the_true_line(open_lab):
    page = open_lab()
    unfold(page, LAB)
    press(page, "Reset")
    found = seen(page)
    assert (found["verdict"], found["points"], found["bars"]) == ("none", 0, [])
    assert found["readouts"] == ["?"] * 4


# It is moved by every hand


def test_the_keyboard_draws_guesses_and_plays(open_lab):
    page = open_lab()
    page.locator(DRAW).first.focus()
    drawn_to(page, 9)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert seen(page)["pressed"] == ["Twice the points"]
    assert page.evaluate("document.activeElement.textContent") == "Twice the points"
    page.emulate_media(reduced_motion="reduce")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    assert seen(page)["sliders"][3] == "1000"


def test_a_finger_acts_and_its_targets_are_large_enough(open_lab):
    page = open_lab(**{**PHONE, "viewport": {"width": 320, "height": 640}})
    drawn_to(page, 9)
    tap(page, *centre(page.locator(DRAW).first))
    tap(page, *centre(page.get_by_role("button", name="Half the noise")))
    assert seen(page)["readouts"][2] == "0.158"
    for target in page.locator(f"{LAB} .lr-controls .lr-button").all():
        box = target.bounding_box()
        assert min(box["height"], box["width"]) >= 43.9


def test_a_screen_reader_hears_the_outcome_once_the_hand_rests(open_lab):
    page = open_lab()
    spoken = page.locator(f"{LAB} .lr-spoken")
    hurry(page)
    drawn_to(page, 9)
    press(page, "Draw a sample")
    hears = """(start) => document.querySelector(".lr-lab-draws .lr-spoken").textContent
        .startsWith(start)"""
    page.wait_for_function(hears, arg="10 samples from the same line")
    press(page, "Half the noise")
    page.wait_for_function(hears, arg="Half the noise")
    assert spoken.text_content() == seen(page)["words"]


# It looks right everywhere


def test_nothing_below_the_lab_moves_while_it_is_used(open_lab):
    settings = [
        {"n_points": 10, "noise": 1, "spread": 1},
        {"n_points": 20},
        {"n_points": 10, "noise": 0.5},
        {"noise": 1, "spread": 2},
        {"n_points": 40, "noise": 0.55, "spread": 1.9},
    ]
    states = [{"step": step, "guessed": False} for step in (0, 1, 12)]
    states += [{**setting, "step": 100, "guessed": True} for setting in settings]
    keeps_its_height(open_lab(), "draws", states)


@pytest.mark.parametrize("width", [320, 600, 768, 1280])
def test_the_lab_fits_its_page(open_lab, width):
    page = open_lab(viewport={"width": width, "height": 900})
    play(page)
    press(page, "Twice the points")
    unfold(page, LAB)
    for part in (".lr-panels", ".lr-readouts", ".lr-controls", ".lr-folded"):
        assert is_in_view(page, f"{LAB} {part}")
    assert spills(page) == []
    charts = [chart.bounding_box() for chart in page.locator(f"{LAB} .lr-chart").all()]
    words = page.locator(f"{LAB} .lr-verdict").bounding_box()
    lefts = [round(chart["x"]) for chart in charts]
    assert lefts[1] == lefts[2]
    assert (lefts[0] < lefts[1]) == (width >= 768)  # beside the sample, or under it
    assert words["y"] + words["height"] - charts[0]["y"] < 700


# It is quick


@pytest.mark.timed
def test_a_change_is_answered_within_a_frame(open_lab):
    page = open_lab()
    play(page)
    press(page, "Half the noise")
    act = """(selectors) => {
        for (let at = 0; at < 24; at += 1) {
            for (const selector of selectors) {
                const input = document.querySelector(selector);
                input.value = at % 8;
                input.dispatchEvent(new Event("input", { bubbles: true }));
                input.getBoundingClientRect();  // the layout counts too
            }
        }
    }"""
    sliders = [f"{LAB} .lr-slider-{name} input" for name in ("n_points", "noise")]
    assert least_work(page, act, sliders) / 48 < ANSWER
    assert seen(page)["sliders"][3] == "1000"
