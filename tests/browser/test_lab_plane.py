"""Promise: the lab of Chapter 7 is turned and moved by every hand, and tells the truth."""

import math
import random

import pytest
from lab_pages import (
    ANSWER,
    PHONE,
    PULL,
    centre,
    changed,
    drag,
    hurry,
    in_module,
    is_in_view,
    keeps_its_height,
    least_work,
    number,
    opening,
    spills,
    sweep,
    swipe,
    with_model,
)

from linreg.labs import Plane
from linreg.labs.kit.text import readable
from linreg.labs.plane.plane import View

PAGE = "notebooks/07_why_normal_projection.html"
LAB = '[data-lab="plane"]'
SLIDER, SCENE = f"{LAB} .lr-slider-alike input", f"{LAB} .lr-plane-scene"
TARGET, PLACE = f'{LAB} [aria-label^="y,"]', f'{LAB} [aria-label^="ŷ,"]'

MATHEMATICS = in_module(
    "plane",
    """cases.map(({ y, place, alike, azimuth, elevation }) => {
        const foot = lab.nearest(y, alike);
        const view = new lab.View({ azimuth, elevation, width: 480, height: 330 });
        return {
            second: lab.second(alike), foot, line: lab.nearest(place, 1),
            weights: [place, foot].map((one) => lab.weights(one, alike)),
            sheet: lab.sheet(alike), mesh: lab.mesh(alike),
            corner: lab.corner({ y, place, foot }), seen: [y, place, foot].map((p) => view.at(p)),
            kinds: [false, true].map((isShown) =>
                lab.verdict({ y, place, foot, alike, isShown }).kind),
        };
    })""",
)

VERDICT = in_module("plane", "cases.map((state) => lab.verdict(state).html)")
ALLOWED = in_module("plane", "cases.map(([place, above]) => lab.allowed(place, above))")

# What the eye and a screen reader get of it.
READ = """() => {
    const lab = document.querySelector('[data-lab="plane"]');
    const text = (selector) => lab.querySelector(selector).textContent;
    const scene = lab.querySelector(".lr-plane-scene");
    const numbers = (words) => (words?.match(/-?[\\d.]+/g) ?? []).map(Number);
    const path = (name) => numbers(lab.querySelector(`.lr-plane-${name}`).getAttribute("d"));
    const handles = [...lab.querySelectorAll(".lr-handle")];
    const names = [...lab.querySelectorAll(".lr-plane-name")];
    return {
        size: ["width", "height"].map((name) => Number(scene.getAttribute(name))),
        label: scene.getAttribute("aria-label"),
        readouts: ["place", "distance", "least", "weights"]
            .map((key) => text(`[data-readout="${key}"]`)),
        notes: ["place", "distance", "least", "weights"]
            .map((key) => text(`.lr-readout-${key} .lr-note`)),
        slider: text(".lr-slider .lr-value"),
        button: text(".lr-button"),
        handles: handles.map((handle) => numbers(handle.getAttribute("transform"))),
        spoken: handles.map((handle) => handle.getAttribute("aria-valuetext")),
        lines: Object.fromEntries(
            ["target", "place", "gap", "drop", "base", "columns", "way", "sheet"]
                .map((name) => [name, path(name)])),
        foot: lab.querySelector(".lr-plane-foot").getAttribute("visibility"),
        names: names.filter((name) => name.getAttribute("visibility") !== "hidden")
            .map((name) => name.textContent),
        verdict: lab.querySelector(".lr-lab").dataset.verdict,
    };
}"""

TURN_AND_MOVE = {
    "slug": "plane",
    "selectors": [".lr-plane-scene", '[aria-label^="ŷ"]'],
    "start": [-12, 0],
    "step": [1, 0],
    "times": 25,
}


open_lab = opening(PAGE, "plane", before_the_hand=SCENE)


def seen(page):
    return page.evaluate(READ)


def rows(text):
    """The numbers of a place as the page writes it: (1.00, 3.00, 3.00)."""
    return [number(part) for part in text.strip("y ()").split(",")]


def place(page):
    return rows(seen(page)["readouts"][0])


def target(page):
    return rows(seen(page)["notes"][0])


def draw_case(seed):
    rng = random.Random(seed)
    half, pair = rng.uniform(-1.3, 1.3), rng.uniform(-0.4, 3.4)
    return {
        "y": [rng.uniform(-0.5, 3), pair - half, pair + half],
        "place": [rng.uniform(-0.5, 3), *[rng.uniform(-0.4, 3.4)] * 2],
        "alike": [0, rng.random(), 0.99, 1][seed % 4],
        "azimuth": rng.uniform(-180, 180),
        "elevation": rng.uniform(0, 90),
    }


def flat(places):
    return [value for one in places for value in one]


# It is there, and gives nothing away


@pytest.mark.parametrize("over", ["http", "file"])
def test_the_lab_draws_itself_and_asks(open_lab, over):
    page = open_lab(over=over)
    assert page.locator(f"{LAB} .lr-ask").inner_text().startswith("Where in the plane must ŷ be")
    assert not page.locator(f"{LAB} .lr-still").is_visible()
    found = seen(page)
    assert found["readouts"] == ["(2.00, 3.00, 3.00)", "1.732", "?", "w = 1.00, b = 1.00"]
    assert (found["foot"], found["lines"]["drop"]) == ("hidden", [])
    assert found["names"] == ["row 1", "row 2", "row 3", "x", "1", "y", "ŷ"]
    text = page.locator(f"{LAB} .lr-lab").inner_text() + found["label"]
    assert "1.414" not in text
    assert "(1.00, 3.00, 3.00)" not in text
    assert page.locator(f"{LAB} .lr-lab :is(input, button)").count() == 2


# It tells the truth


def test_the_mathematics_in_the_page_is_that_of_python(open_lab):
    cases = [draw_case(seed) for seed in range(60)]
    for case, found in zip(cases, open_lab().evaluate(MATHEMATICS, cases), strict=True):
        lab = Plane(case["y"], case["place"], alike=case["alike"])
        foot = lab.nearest()
        near = lambda ours: pytest.approx(ours, rel=1e-9, abs=1e-9)  # noqa: E731
        assert found["second"] == near(lab.second())
        assert found["foot"] == near(foot)
        assert found["line"] == near(Plane(alike=1).nearest(case["place"]))
        for theirs, one in zip(found["weights"], (case["place"], foot), strict=True):
            w, b = lab.weights(one)
            assert theirs[0] == near(w)
            assert theirs[1] == (None if b is None else near(b))
        assert flat(found["sheet"]) == near(flat(lab.sheet()))
        assert flat(flat(found["mesh"])) == near(flat(flat(lab.mesh())))
        if case["alike"] < 1:  # where the plane is a line, its place is on it
            assert flat(found["corner"]) == near(flat(lab.corner()))
        view = View(case["azimuth"], case["elevation"], 480, 330)
        assert flat(found["seen"]) == near(flat(map(view.at, (lab.y, lab.y_hat, foot))))
        hidden, shown = found["kinds"]
        if case["alike"] > 0:
            assert hidden == shown == ("line" if case["alike"] == 1 else "alike")
        else:
            assert (hidden, shown) == ("place", "foot")


def test_the_verdict_is_right_in_the_corners(open_lab):
    chapter = {"y": [1, 2, 4], "place": [2, 3, 3], "foot": [1, 3, 3], "alike": 0}
    line = {"foot": [13 / 9, 26 / 9, 26 / 9], "place": [1.5, 3, 3], "alike": 1}
    cases = [
        ({"isShown": False}, "Your ŷ is <strong>1.732</strong> from y"),
        ({"isShown": True}, "So 1.732² = 1.414² + 1.000²"),
        ({"isShown": False, "place": [1, 3, 3]}, "its products with them are 0.00 and 0.00"),
        ({"isShown": False, "place": [1.05, 3, 3]}, "with them are 0.05 and 0.05"),
        ({"isShown": True, "alike": 0.9}, "the nearest place stays. <strong>Its weights run away"),
        ({"isShown": True, "alike": 0.9}, "11.00 times x and −10.00 times"),
        ({"isShown": False, "alike": 0.9}, "your ŷ stays"),
        ({"isShown": False, "alike": 0.9}, "−8.00 times x and 10.00 times"),
        ({"isShown": True, **line}, "w + b = 1.44 reaches the nearest place"),
        ({"isShown": False, **line}, "w + b = 1.50 reaches your ŷ"),
    ]
    states = [{**chapter, **state} for state, _ in cases]
    for (_, words), html in zip(cases, open_lab().evaluate(VERDICT, states), strict=True):
        assert words in html


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_the_drawing_stands_where_python_says(open_lab, width):
    page = open_lab(viewport={"width": width, "height": 900})
    with_model(page, "plane")
    states = [
        {"y": [1, 2, 4], "y_hat": [2, 3, 3], "foot": True, "alike": 0},
        {"azimuth": 80, "elevation": 60, "alike": 0.6, "y": [2, 1, 1.5]},
        {"azimuth": -120, "elevation": 0, "alike": 1, "foot": False},
    ]
    state = {}
    for change, found in zip(states, changed(page, states, READ), strict=True):
        state = {"azimuth": -35, "elevation": 25, **state, **change}
        lab = Plane(**state)
        view = View(lab.azimuth, lab.elevation, *found["size"])
        here, foot, zero = lab.place(), lab.nearest(), [0, 0, 0]
        expected = {
            "target": [zero, lab.y],
            "place": [zero, here],
            "gap": [here, lab.y],
            "drop": [foot, lab.y] if lab.foot else [],
            "base": [foot, here] if lab.foot else [],
            "columns": [zero, [1, 2, 2], zero, lab.second()],
            "sheet": lab.sheet(),
        }
        if 0 < lab.alike < 1:
            w, _ = lab.weights(foot)
            expected["way"] = [zero, [w, 2 * w, 2 * w], foot]
        for name, places in expected.items():
            assert found["lines"][name] == pytest.approx(flat(map(view.at, places)), abs=0.06), name
        stands = flat(map(view.at, (lab.y, here)))
        assert flat(found["handles"]) == pytest.approx(stands, abs=0.006)
        assert (found["foot"] == "visible") == lab.foot
        second = ["1"] if lab.alike == 0 else ["c"] if lab.alike < 1 else []
        assert found["names"][4:-2] == second


def text_of(values):
    return f"({', '.join(f'{value:.2f}' for value in values)})".replace("-", "−")


def test_every_readout_and_label_is_that_of_python(open_lab):
    page = open_lab()
    with_model(page, "plane")
    states = [
        {"foot": foot, "alike": alike, "y": y}
        for foot in (False, True)
        for alike in (0, 0.75, 1)
        for y in ([1, 2, 4], [-0.3, 1.5, 0.1])
    ]
    for state, found in zip(states, changed(page, states, READ), strict=True):
        lab = Plane(**state)
        here, foot = lab.place(), lab.nearest()
        far, least = readable(lab.distance(here)), readable(lab.distance(foot))
        w, b = lab.weights(here)
        pair = f"w + b = {w:.2f}" if b is None else f"w = {w:.2f}, b = {b:.2f}"
        pair = pair.replace("-", "−")
        assert found["readouts"] == [text_of(here), far, least if lab.foot else "?", pair]
        loss = readable(lab.distance(here) ** 2 / 3)
        assert found["notes"][:2] == [f"y {text_of(lab.y)}", f"loss {loss}"]
        nearest = f" The nearest place is {text_of(foot)}, at a distance of {least}."
        words = f"y {text_of(lab.y)}, ŷ {text_of(here)}, distance {far}."
        assert f"{words}{nearest if lab.foot else ''} The arrow keys turn it." in found["label"]
        apart = f"distance between y and ŷ {far}"
        assert found["spoken"] == [f"y {text_of(lab.y)}, {apart}", f"ŷ {text_of(here)}, {apart}"]
        assert found["slider"] == f"{round(100 * lab.alike)}%"
        assert found["button"].startswith("Hide" if lab.foot else "Show")


def test_what_a_hand_asks_for_python_takes(open_lab):
    rng = random.Random(1)
    cases = [([rng.uniform(-9, 9) for _ in range(3)], k % 2 == 0) for k in range(60)]
    for (_, above), found in zip(cases, open_lab().evaluate(ALLOWED, cases), strict=True):
        lab = Plane(y=found) if above else Plane(y_hat=found)  # or it raises
        assert (lab.y if above else lab.y_hat) == found
        assert [round(value / 0.05, 6) % 1 for value in found] == [0, 0, 0]


# It is moved by every hand


def test_the_mouse_moves_the_prediction_in_the_plane_until_it_is_nearest(open_lab):
    page = open_lab()
    view = View(-35, 25, *seen(page)["size"])
    (x0, y0), (x1, y1) = view.at([2, 3, 3]), view.at([1, 3, 3])
    drag(page, centre(page.locator(PLACE)), (x1 - x0, y1 - y0))
    assert place(page) == pytest.approx([1, 3, 3], abs=0.051)
    assert seen(page)["verdict"] == "found"
    drag(page, centre(page.locator(PLACE)), (900, -300))
    first, second, third = place(page)
    assert second == third
    assert -0.5 <= first <= 3
    assert -0.5 <= second <= 3.5


def test_seen_along_the_plane_or_on_the_line_the_prediction_still_follows(open_lab):
    page = open_lab()
    page.focus(SCENE)
    page.keyboard.press("Shift+ArrowDown")
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    assert "seen from 0 degrees" in seen(page)["label"]
    page.keyboard.press("ArrowUp")
    drag(page, centre(page.locator(PLACE)), (0, 40))  # from 5 degrees above, no more than across
    assert place(page) == [2, 3, 3]
    page.keyboard.press("ArrowDown")
    drag(page, centre(page.locator(PLACE)), (-60, 40))
    first, second, _ = place(page)
    assert first < 2
    sweep(page, SLIDER, [100])
    drag(page, centre(page.locator(PLACE)), (-40, 0))
    found = place(page)
    assert found[1] == found[2] == pytest.approx(2 * found[0], abs=0.02)
    assert second > found[1]


def test_the_mouse_moves_the_target_in_the_plane_of_the_screen(open_lab):
    page = open_lab()
    view = View(-35, 25, *seen(page)["size"])
    (x0, y0) = view.at([1, 2, 4])
    drag(page, centre(page.locator(TARGET)), (30, 35))
    moved = target(page)
    assert view.at(moved) == pytest.approx((x0 + 30, y0 + 35), abs=4)
    depth = [p - q for p, q in zip(moved, [1, 2, 4], strict=True)]
    across = sum(d * r for d, r in zip(depth, view.right, strict=True))
    up = sum(d * r for d, r in zip(depth, view.up, strict=True))
    assert math.hypot(across, up) == pytest.approx(math.hypot(*depth), abs=0.06)
    assert place(page) == [2, 3, 3]


def test_a_drag_of_the_background_turns_it_and_a_drag_of_a_handle_does_not(open_lab):
    page = open_lab()
    box = page.locator(SCENE).bounding_box()
    label = seen(page)["label"]
    assert "seen from 25 degrees above the plane and turned by −35" in label
    drag(page, centre(page.locator(TARGET)), (20, 20))
    assert "seen from 25 degrees above the plane and turned by −35" in seen(page)["label"]
    corner = box["x"] + 15, box["y"] + box["height"] - 15
    drag(page, corner, (box["width"] / 4, 0))
    assert "turned by 55" in seen(page)["label"]
    drag(page, corner, (0, -900))
    assert "seen from 0 degrees" in seen(page)["label"]


def test_the_arrow_keys_move_what_has_the_focus(open_lab):
    page = open_lab()
    scrolled = page.evaluate("scrollY")
    page.focus(PLACE)
    for key in ("ArrowRight", "ArrowUp", "Shift+ArrowLeft"):
        page.keyboard.press(key)
    assert place(page) == pytest.approx([1.1, 3.1, 3.1])
    assert "turned by −35" in seen(page)["label"]
    page.focus(TARGET)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowLeft")
    y = target(page)
    moved = {row: round(value - was, 6) for row, (value, was) in enumerate(zip(y, (1, 2, 4)))}
    assert sorted(map(abs, moved.values())) == pytest.approx([0, 0.1, 0.1])
    assert moved[2] == pytest.approx(0.1)  # row 3 leads up the most
    page.focus(SCENE)
    for key in ("ArrowRight", "Shift+ArrowUp"):
        page.keyboard.press(key)
    assert "seen from 40 degrees above the plane and turned by −30" in seen(page)["label"]
    for _ in range(11):
        page.keyboard.press("Shift+ArrowLeft")
    assert "turned by 165" in seen(page)["label"]  # once around
    page.focus(SLIDER)
    page.keyboard.press("End")
    page.focus(PLACE)
    before = place(page)
    page.keyboard.press("ArrowUp")
    assert place(page)[0] > before[0]
    assert page.evaluate("scrollY") == scrolled


def test_a_finger_moves_and_turns_and_its_targets_are_large_enough(open_lab):
    page = open_lab(**PHONE)
    swipe(page, centre(page.locator(PLACE)), (-40, 0))
    assert place(page)[0] < 1.8
    box = page.locator(SCENE).bounding_box()
    swipe(page, (box["x"] + 20, box["y"] + 30), (90, 0))
    assert "turned by −35" not in seen(page)["label"]
    touch = "(scene) => getComputedStyle(scene).touchAction"
    assert page.locator(SCENE).evaluate(touch) == "pan-y"  # up and down the page scrolls
    for one in (".lr-button", ".lr-handle >> nth=0", ".lr-slider input"):
        assert page.locator(f"{LAB} {one}").bounding_box()["height"] >= 43.9


def test_the_nearest_place_is_shown_on_demand(open_lab):
    page = open_lab()
    page.get_by_role("button", name="Show the nearest place").click()
    found = seen(page)
    assert (found["foot"], found["readouts"][2]) == ("visible", "1.414")
    page.get_by_role("button", name="Hide the nearest place").click()
    assert seen(page)["readouts"][2] == "?"


def test_alike_columns_keep_the_place_until_they_are_one(open_lab):
    page = open_lab()
    page.get_by_role("button", name="Show the nearest place").click()
    found = sweep(page, SLIDER, [0, 50, 99, 100], READ)
    spots = [one["lines"]["drop"][:2] for one in found]
    assert spots[0] == spots[1] == spots[2] != spots[3]
    pairs = [one["readouts"][3] for one in found]
    expected = ["w = 1.00, b = 1.00", "w = 0.00, b = 2.00", "w = −98.00, b = 100.00"]
    assert pairs == [*expected, "w + b = 1.56"]
    assert [one["verdict"] for one in found] == ["foot", "alike", "alike", "line"]


def test_a_screen_reader_hears_the_outcome_once_the_hand_rests(open_lab):
    page = open_lab()
    spoken = page.locator(f"{LAB} .lr-spoken")
    hurry(page)
    sweep(page, SLIDER, range(0, 60, 10))
    page.wait_for_function("document.querySelector('.lr-lab-plane .lr-spoken').textContent !== ''")
    assert "Its weights run away" in spoken.text_content()


# It looks right everywhere


def test_nothing_below_the_lab_moves_while_it_is_used(open_lab):
    states = [
        {"y": y, "y_hat": place, "foot": foot, "alike": alike}
        for y in ([1, 2, 4], [-0.5, 3.5, 1.5])
        for place in ([2, 3, 3], [1, 3, 3], [-0.5, -0.5, -0.5])
        for foot in (False, True)
        for alike in (0, 0.5, 0.99, 1)
    ]
    keeps_its_height(open_lab(), "plane", states)


@pytest.mark.parametrize("width", [320, 390, 600, 768, 1280])
def test_the_lab_fits_its_page(open_lab, width):
    page = open_lab(viewport={"width": width, "height": 900})
    sweep(page, SLIDER, [99])
    for part in (SCENE, f"{LAB} .lr-readouts", f"{LAB} .lr-controls"):
        assert is_in_view(page, part)
    assert spills(page) == []
    scene, words = (page.locator(part).bounding_box() for part in (SCENE, f"{LAB} .lr-verdict"))
    if width >= 768:  # the words stand beside the picture
        assert words["x"] > scene["x"] + scene["width"]
    assert words["y"] + words["height"] - scene["y"] < 640  # and on a phone on one screen with it


# It is quick


@pytest.mark.timed
def test_a_drag_is_answered_within_a_frame(open_lab):
    page = open_lab()
    before = seen(page)["label"]
    assert least_work(page, PULL, TURN_AND_MOVE) / 50 < ANSWER
    assert seen(page)["label"] != before
