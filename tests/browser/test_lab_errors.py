"""Promise: the lab of Chapter 15 computes what Python does, and answers only who has chosen."""

import random

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

from linreg.labs import TwoErrors
from linreg.labs.kit.random import uniforms
from linreg.labs.kit.text import readable

PAGE = "notebooks/15_how_good_is_it.html"
LAB = '[data-lab="errors"]'
SLIDER, BUTTON = f"{LAB} .lr-slider-degree input", f"{LAB} .lr-controls .lr-button"
DEGREES = range(1, 13)

MATHEMATICS = in_module(
    "errors",
    """cases.map(([seed, count, noise]) => {
        const { x, y, own, fresh, left } = lab.solved(seed, count, noise);
        const next = lab.uniforms(seed);
        return { x, y, own, fresh, left, numbers: [next(), next(), next()] };
    })""",
    exporting="uniforms",
)
VERDICT = in_module(
    "errors",
    """cases.map(({ seed, ...state }) => {
        const problem = lab.solved(seed, 20, 0.3);
        return { ...lab.verdict(problem, state), best: lab.bestDegree(problem) };
    })""",
)

# What the eye and a screen reader get of it.
READ = """() => {
    const lab = document.querySelector('[data-lab="errors"]');
    const text = (selector) => lab.querySelector(selector).textContent;
    const isSeen = (node) => node.getAttribute("visibility") !== "hidden";
    const all = (selector) => [...lab.querySelectorAll(selector)];
    const places = (selector) => all(selector).filter(isSeen)
        .map((dot) => ["cx", "cy", "r"].map((name) => Number(dot.getAttribute(name))));
    const series = (name) => ({
        dots: places(`circle.lr-errors-${name}`),
        isOut: isSeen(lab.querySelector(`path.lr-errors-${name}`)),
    });
    return {
        readouts: ["own", "fresh", "left"].map((key) => text(`[data-readout="${key}"]`)),
        notes: ["own", "fresh", "left"].map((key) => text(`.lr-readout-${key} .lr-note`)),
        degree: text(".lr-slider-degree .lr-value"),
        folds: text(".lr-slider-step .lr-value"),
        button: text(".lr-controls .lr-button"),
        labels: all(".lr-chart").map((chart) => chart.getAttribute("aria-label")),
        curve: isSeen(lab.querySelector("polyline.lr-best")),
        points: places(".lr-point").length,
        hollow: places(".lr-errors-hollow"),
        own: series("own"),
        fresh: series("fresh"),
        left: series("left"),
        foldDots: places(".lr-errors-fold"),
        keys: all(".lr-entry").filter((one) => getComputedStyle(one).visibility === "visible")
            .map((one) => one.textContent),
        verdict: lab.querySelector(".lr-lab").dataset.verdict,
        words: text(".lr-verdict > p"),
    };
}"""


open_lab = opening(PAGE, "errors", before_the_hand=SLIDER)


def seen(page):
    return page.evaluate(READ)


def error(value):
    return readable(value, 3)


def press(page, name, times=1):
    for _ in range(times):
        page.get_by_role("button", name=name, exact=True).click()


# It is there, and gives nothing away


@pytest.mark.parametrize("over", ["http", "file"])
def test_the_lab_draws_itself_and_asks(open_lab, over):
    page = open_lab(over=over)
    assert page.locator(f"{LAB} .lr-ask").inner_text().startswith("Which degree would you send out")
    assert not page.locator(f"{LAB} .lr-still").is_visible()
    found = seen(page)
    assert found["readouts"] == [error(TwoErrors().training_error()), "?", "?"]
    assert (found["points"], len(found["own"]["dots"]), found["curve"]) == (20, 1, False)
    assert found["keys"] == ["the polynomial", "own points"]
    assert found["button"] == "Predict new points"


def test_the_training_error_is_known_where_a_hand_has_been_and_the_other_nowhere(open_lab):
    found = sweep(open_lab(), SLIDER, [3, 11, 3, 0], READ)
    assert [len(one["own"]["dots"]) for one in found] == [2, 3, 3, 3]
    assert [one["degree"] for one in found] == ["4", "12", "4", "1"]
    assert {one["verdict"] for one in found} == {"tried"}
    lab = TwoErrors()
    least = f"and degree 12 has {error(lab.training_error(12))}"
    assert [least in one["words"] for one in found] == [False, False, True, True]
    for one in found:
        assert not one["curve"]
        assert one["fresh"] == {"dots": [], "isOut": False}
        assert one["readouts"][1] == "?"


# It tells the truth


def test_the_mathematics_in_the_page_is_that_of_python(open_lab):
    rng = random.Random(15)
    cases = [[1, 20, 0.3], [9999, 20, 0.2], [2, 60, 0.5]]
    cases += [[rng.randint(1, 9999), 5 * rng.randint(4, 12), 0.3] for _ in range(5)]
    for case, found in zip(cases, open_lab().evaluate(MATHEMATICS, cases), strict=True):
        lab = TwoErrors(1, case[0], n_points=case[1], noise=case[2])
        x, y = lab.points()
        numbers = uniforms(case[0])
        assert found["numbers"] == [next(numbers) for _ in range(3)]  # to the last bit
        assert found["x"] == pytest.approx(x, abs=1e-15)
        assert found["y"] == pytest.approx(y, abs=1e-14)
        own, fresh = (
            [of(degree) for degree in DEGREES] for of in (lab.training_error, lab.new_error)
        )
        assert found["own"][1:] == pytest.approx(own, rel=1e-10)
        assert found["fresh"][1:] == pytest.approx(fresh, rel=1e-10)
        for degree in DEGREES:
            assert found["left"][degree] == pytest.approx(lab.fold_errors(degree), rel=1e-8)


def test_the_verdict_is_right_for_each_degree_of_many_draws(open_lab):
    states = [
        {"seed": seed, "degree": degree, "revealed": True, "step": 0, "tried": [degree]}
        for seed in range(1, 16)
        for degree in DEGREES
    ]
    kinds = set()
    for state, found in zip(states, open_lab().evaluate(VERDICT, states), strict=True):
        lab = TwoErrors(state["degree"], state["seed"])
        best, new = lab.best(), lab.new_error()
        near = new <= 1.1 * lab.new_error(best)
        kind = "under" if lab.degree < best else "over"
        kind = "best" if lab.degree == best else "near" if near else kind
        assert (found["kind"], found["best"]) == (kind, best)
        assert error(lab.training_error()) in found["html"]
        assert error(new) in found["html"]
        least = f"Degree {best} has the least error on new points, {error(lab.new_error(best))}."
        assert (least in found["html"]) == (kind != "best")
        kinds.add(kind)
    assert kinds == {"under", "best", "near", "over"}


@pytest.mark.parametrize("width", [390, 1280])
def test_the_drawing_stands_where_python_says(open_lab, width):
    page = open_lab(viewport={"width": width, "height": 900})
    with_model(page, "errors")
    for degree, seed, count, step in [(1, 1, 20, 0), (7, 5, 40, 2), (3, 2, 60, 5)]:
        lab = TwoErrors(degree, seed, True, count, step=step)
        changed(page, [{name: getattr(lab, name) for name in lab.shown}])
        (left, right), found = page.evaluate(READ_CHARTS, "errors"), seen(page)
        chart = Drawn(left)
        for place, x, y in zip(chart.points, *lab.points(), strict=True):
            assert chart.holds(place, x, y)
        coef = lab.coef(degree, step - 1 if step else None)
        for place in chart.past[::20]:
            x, y = chart.at(place)
            assert y == pytest.approx(sum(c * x**k for k, c in enumerate(coef)), abs=0.02)
        assert len(found["hollow"]) == (count // 5 if step else 0)
        for (x, y, _), i in zip(found["hollow"], range(step - 1, count, 5), strict=False):
            assert chart.holds((x, y), lab.points()[0][i], lab.points()[1][i])
        chart = Drawn(right)
        for name, of in (("own", lab.training_error), ("fresh", lab.new_error)):
            for at, (x, y, radius) in zip(DEGREES, found[name]["dots"], strict=True):
                assert chart.holds((x, y), at, of(at))
                assert radius == (6 if at == degree else 3)
        shown = lab.fold_errors()[:step]
        for (x, y, _), value in zip(found["foldDots"], shown, strict=True):
            assert chart.holds((x, y), degree, min(value, 0.345))
        assert len(found["left"]["dots"]) == (12 if step == 5 else 0)


def test_an_error_out_of_the_picture_leaves_an_arrow(open_lab):
    page = open_lab()
    with_model(page, "errors")
    states = [{"degree": degree, "step": 5} for degree in (3, 9)]
    inside, outside = changed(page, states, READ)
    assert [inside["left"]["isOut"], outside["left"]["isOut"]] == [False, True]
    assert not outside["own"]["isOut"]


def test_every_readout_and_label_is_that_of_python(open_lab):
    page = open_lab()
    with_model(page, "errors")
    states = [
        {"degree": degree, "seed": seed, "revealed": revealed, "n_points": count, "step": step}
        for degree, seed, count in [(1, 2, 20), (6, 4, 35), (12, 77, 60)]
        for revealed in (False, True)
        for step in (0, 2, 5)
    ]
    for state, found in zip(states, changed(page, states, READ), strict=True):
        lab = TwoErrors(**state)
        own, fresh = error(lab.training_error()), error(lab.new_error())
        seen_folds = lab.fold_errors()[: lab.step]
        left = error(sum(seen_folds) / lab.step) if lab.step else "?"
        assert found["readouts"] == [own, fresh if lab.revealed else "?", left]
        assert found["notes"] == [
            f"{lab.n_points} points",
            "to be expected" if lab.revealed else "not yet",
            f"mean of {lab.step} of 5 folds" if lab.step else "not yet",
        ]
        assert found["folds"] == f"{lab.step} of 5"
        assert f"{own} on its own points" in found["labels"][1]
        assert (f"{fresh} on new points" in found["labels"][1]) == lab.revealed
        assert (f"{left} on left-out points" in found["labels"][1]) == (lab.step > 0)
        assert (fresh in found["words"]) == (lab.revealed and lab.step in (0, 5))
        if lab.step:
            told = error(lab.fold_errors()[lab.step - 1]) if lab.step < 5 else left
            assert told in found["words"]


# The button answers, and then draws again


def test_who_has_chosen_sees_both_errors_and_then_other_points(open_lab):
    page = open_lab()
    sweep(page, SLIDER, [8])
    press(page, "Predict new points")
    first = seen(page)
    assert first["readouts"][1] == error(TwoErrors().new_error(9))
    assert (len(first["own"]["dots"]), len(first["fresh"]["dots"])) == (12, 12)
    assert first["keys"] == ["the polynomial", "the curve", "own points", "new points"]
    press(page, "Draw again")
    second = seen(page)
    lab = TwoErrors(9, seed=3)
    assert second["readouts"][:2] == [error(lab.training_error()), error(lab.new_error())]
    assert second["degree"] == "9"
    unfold(page, LAB)
    page.get_by_role("checkbox").uncheck()
    assert seen(page)["button"] == "Predict new points"
    assert seen(page)["readouts"][1] == "?"


def test_after_the_last_seed_comes_the_first(open_lab):
    page = open_lab()
    with_model(page, "errors")
    changed(page, [{"seed": 9999, "revealed": True}])
    press(page, "Draw again")
    assert seen(page)["readouts"][0] == error(TwoErrors(seed=1).training_error())


# The folds take turns


def test_folds_are_left_out_one_after_the_other(open_lab):
    page = open_lab()
    unfold(page, LAB)
    found = []
    for _ in range(5):
        press(page, "Step")
        found.append(seen(page))
    assert [len(one["foldDots"]) for one in found] == [1, 2, 3, 4, 5]
    assert [len(one["hollow"]) for one in found] == [4] * 5
    turns = [tuple(map(tuple, one["hollow"])) for one in found]
    assert len({place for turn in turns for place in turn}) == 20  # each point once
    assert [one["verdict"] for one in found] == ["fold"] * 4 + ["folds"]
    assert "on its own points the error is" in found[-1]["words"]  # not yet that on new ones
    press(page, "Predict new points")
    assert "on new points the error is" in seen(page)["words"]
    press(page, "Draw again")
    assert (seen(page)["hollow"], seen(page)["foldDots"]) == ([], [])


def test_who_draws_again_while_the_folds_play_finds_none_left_out(open_lab):
    page = open_lab()
    press(page, "Predict new points")
    unfold(page, LAB)
    press(page, "Play")
    press(page, "Draw again")
    assert page.get_by_role("button", name="Play").is_visible()
    assert seen(page)["folds"] == "0 of 5"


def test_play_leaves_out_all_folds(open_lab):
    page = open_lab()
    unfold(page, LAB)
    hurry(page)
    press(page, "Play")
    page.wait_for_selector(f'{LAB} .lr-lab[data-verdict="fold"]')
    page.wait_for_selector(f'{LAB} .lr-lab[data-verdict="folds"]')
    assert seen(page)["folds"] == "5 of 5"


# It is moved by every hand


def test_mouse_and_keyboard_choose_a_degree_and_act(open_lab):
    page = open_lab()
    x, y = centre(page.locator(SLIDER))
    page.mouse.click(x, y)
    assert seen(page)["degree"] in ("6", "7")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    assert seen(page)["degree"] == "2"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert seen(page)["readouts"][1] == error(TwoErrors(2, seed=3).new_error())


def test_points_and_noise_have_sliders(open_lab):
    page = open_lab()
    unfold(page, LAB)
    (more,) = sweep(page, f"{LAB} .lr-slider-n_points input", [8], READ)
    (louder,) = sweep(page, f"{LAB} .lr-slider-noise input", [6], READ)
    assert (more["points"], more["notes"][0]) == (60, "60 points")
    assert louder["readouts"][0] == error(TwoErrors(n_points=60, noise=0.5).training_error())


def test_a_finger_acts_and_its_targets_are_large_enough(open_lab):
    page = open_lab(**{**PHONE, "viewport": {"width": 320, "height": 640}})
    for _ in range(2):
        tap(page, *centre(page.locator(BUTTON)))
    assert seen(page)["readouts"][0] == error(TwoErrors(seed=3).training_error())
    for target in (SLIDER, BUTTON):
        assert page.locator(target).bounding_box()["height"] >= 43.9


def test_a_screen_reader_hears_the_outcome_once_the_hand_rests(open_lab):
    page = open_lab()
    spoken = page.locator(f"{LAB} .lr-spoken")
    hurry(page)
    sweep(page, SLIDER, range(1, 6))
    page.wait_for_function("document.querySelector('.lr-lab-errors .lr-spoken').textContent !== ''")
    assert spoken.text_content().startswith("Degree 6 has an error of")
    press(page, "Predict new points")
    press(page, "Draw again")
    page.wait_for_function(
        """(words) => document.querySelector(".lr-lab-errors .lr-spoken").textContent === words""",
        arg=seen(page)["words"],
    )


# It looks right everywhere


def test_nothing_below_the_lab_moves_while_it_is_used(open_lab):
    states = [
        {"degree": degree, "revealed": revealed, "step": step, "n_points": 60}
        for degree in (1, 2, 7, 12)
        for revealed in (False, True)
        for step in (0, 2, 5)
    ]
    keeps_its_height(open_lab(), "errors", states)


@pytest.mark.parametrize("width", [320, 390, 600, 768, 1280])
def test_the_lab_fits_its_page(open_lab, width):
    page = open_lab(viewport={"width": width, "height": 900}, reduced_motion="reduce")
    press(page, "Predict new points")
    unfold(page, LAB)
    press(page, "Play")
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
    press(page, "Predict new points")
    act = """([selector, button]) => {
        const input = document.querySelector(selector);
        for (let at = 0; at < 24; at += 1) {
            input.value = at % 12;
            input.dispatchEvent(new Event("input", { bubbles: true }));
            input.getBoundingClientRect();  // the layout counts too
            document.querySelector(button).click();
            input.getBoundingClientRect();
        }
    }"""
    assert least_work(page, act, [SLIDER, BUTTON]) / 48 < ANSWER
    assert seen(page)["degree"] == "12"
