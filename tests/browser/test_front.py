"""Promise: the front page works: its picture is moved by hand, and every way in or on is real."""

import front as front_page
import pytest
from contents import LISTED, PARTS
from lab_pages import centre, drag, swipe

from linreg.labs import Drag
from linreg.labs.kit.text import readable
from notebooks import CHAPTERS, page_of

FRONT = "book/index.html"


# The picture


@pytest.fixture(scope="module")
def shown(shared_page):
    """The front page on a desk; a test that moves anything loads it again."""
    page = shared_page(FRONT, viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    yield page
    page.close()


@pytest.fixture
def front(shown):
    """The front page, its picture as it was first."""
    shown.reload(wait_until="commit")
    wait_until_painted(shown)
    return shown


def wait_until_painted(page):
    """Wait until the picture is there to be moved: a key before that goes nowhere."""
    page.wait_for_selector(".lr-hero .lr-handle")
    page.wait_for_function("performance.getEntriesByType('paint').length > 0")


def hero(page):
    """The picture as numbers: the points, the line, and the lab in that state."""
    found = page.evaluate(READ)
    points = [(inverse(cx, X_AXIS), inverse(cy, Y_AXIS)) for cx, cy in found["points"]]
    ends = [inverse(y, Y_AXIS) for y in found["line"]]
    (low, high), _ = X_AXIS
    w = (ends[1] - ends[0]) / (high - low)
    return found, Drag(*zip(*points, strict=True), w=w, b=ends[0] - w * low)


X_AXIS = front_page.FRAME["x"], front_page.BOX["x"]
Y_AXIS = front_page.FRAME["y"], front_page.BOX["y"]
READ = """() => {
    const hero = document.querySelector(".lr-hero");
    const read = (node, ...names) => names.map((name) => Number(node.getAttribute(name)));
    const all = (selector, ...names) =>
        [...hero.querySelectorAll(selector)].map((node) => read(node, ...names));
    const text = (selector) => hero.querySelector(selector).textContent;
    return {
        points: all(".lr-data", "cx", "cy"),
        grips: all(".lr-grip", "cx", "cy"),
        line: read(hero.querySelector(".lr-fit"), "y1", "y2"),
        best: read(hero.querySelector(".lr-best"), "y1", "y2"),
        asked: hero.querySelector(".lr-best").getAttribute("visibility"),
        squares: all(".lr-square", "x", "y", "width", "height"),
        sticks: all(".lr-stick", "x1", "y1", "x2", "y2"),
        loss: text(".lr-hero-loss"),
        least: text(".lr-hero-least"),
        words: [...hero.querySelectorAll(".lr-handle")]
            .map((node) => [node.getAttribute("aria-label"), node.getAttribute("aria-valuetext")]),
    };
}"""


def inverse(pixel, axis):
    (low, high), (start, end) = axis
    return low + (pixel - start) / (end - start) * (high - low)


def tells_the_truth(page):
    """Each square, stick and number is that of the lab of Chapter 2 in the state that is drawn."""
    found, lab = hero(page)
    unit = front_page.down(0) - front_page.down(1)
    for square, stick, (cx, cy), residual in zip(
        found["squares"], found["sticks"], found["points"], lab.residuals(), strict=True
    ):
        left, top, width, height = square
        end = cy - unit * residual
        assert stick == pytest.approx([cx, cy, cx, end], abs=0.2)
        assert width == pytest.approx(unit * abs(residual), abs=0.2)
        assert height == width
        assert top == pytest.approx(min(cy, end), abs=0.2)
        starts = {True: cx - width, False: cx}  # to the left of the stick, or to its right
        fits = {True: starts[True] >= -0.2, False: cx + width <= front_page.WIDTH + 0.2}
        to_left = (residual > 0) == (lab.w >= 0)  # away from the line
        if fits[to_left] or not fits[not to_left]:
            assert left == pytest.approx(starts[to_left], abs=0.2)
        else:
            assert left == pytest.approx(starts[not to_left], abs=0.2)
    assert float(found["loss"]) == pytest.approx(lab.loss(), rel=0.02)
    for cx, cy in found["grips"]:
        height = lab.w * inverse(cx, X_AXIS) + lab.b
        low, high = Y_AXIS[0]
        assert inverse(cy, Y_AXIS) == pytest.approx(min(max(height, low), high), abs=0.01)
    if found["asked"] == "visible":
        w, b, least = lab.optimum()
        heights = [front_page.down(w * x + b) for x in X_AXIS[0]]
        assert found["best"] == pytest.approx(heights, abs=1)
        assert float(found["least"].split()[-1]) == pytest.approx(least, rel=0.02)
    return lab


def handle(page, label):
    return page.locator(f'.lr-hero [aria-label="{label}"]')


def pull(page, label, by):
    drag(page, centre(handle(page, label)), by)


def test_the_picture_tells_the_truth(front):
    lab = tells_the_truth(front)
    assert lab.x == pytest.approx(Drag().x, abs=0.01)
    assert lab.y == pytest.approx(Drag().y, abs=0.01)
    assert (lab.w, lab.b) == pytest.approx((Drag().w, Drag().b), abs=0.01)
    assert hero(front)[0]["loss"] == readable(Drag().loss())
    assert hero(front)[0]["least"] == ""  # nobody has asked


def test_the_mouse_moves_points_and_the_ends_of_the_line(front):
    pull(front, "Point 3", (40, 60))
    lab = tells_the_truth(front)
    scale = front.locator(".lr-hero svg").bounding_box()["width"] / front_page.WIDTH
    moved = 4 + 40 / scale / front_page.across(1)
    assert lab.x[2] == pytest.approx(moved, abs=0.02)
    assert lab.x[:2] == pytest.approx([1, 2.5], abs=0.01)
    before = lab.w * 9 + lab.b
    pull(front, "Left end of the line", (0, 70))
    lab = tells_the_truth(front)
    assert lab.w * 9 + lab.b == pytest.approx(before, abs=0.03)
    assert lab.w * 0.5 + lab.b < 3.5
    pull(front, "Point 6", (900, 900))
    lab = tells_the_truth(front)
    assert (lab.x[5], lab.y[5]) == pytest.approx((9.5, -0.5), abs=0.01)


def test_the_arrow_keys_move_what_has_the_focus(front):
    handle(front, "Point 1").focus()
    for key in ("ArrowUp", "Shift+ArrowRight", "ArrowLeft"):
        front.keyboard.press(key)
    found, lab = hero(front)
    assert (lab.x[0], lab.y[0]) == pytest.approx((1.9, 1.9), abs=0.01)
    assert found["words"][2] == ["Point 1", "x 1.90, y 1.90"]
    handle(front, "Right end of the line").focus()
    for key in ("ArrowUp", "ArrowRight", "Shift+ArrowDown"):
        front.keyboard.press(key)
    lab = tells_the_truth(front)
    assert lab.w * 9 + lab.b == pytest.approx(0.2 * 9 + 5 - 0.8, abs=0.02)
    assert front.evaluate("scrollY") == 0


def test_the_best_line_comes_on_demand_and_follows_the_points(front):
    front.get_by_role("button", name="Best line").click()
    lab = tells_the_truth(front)
    assert (lab.w, lab.b) == pytest.approx(lab.optimum()[:2], abs=0.02)
    found = hero(front)[0]
    assert found["asked"] == "visible"
    assert found["least"].endswith(found["loss"])
    pull(front, "Point 2", (-20, 90))
    lab = tells_the_truth(front)
    assert lab.loss() > lab.optimum()[2] * 1.05


def test_the_line_glides_to_the_best_one_and_a_hand_stops_it(new_page):
    page = new_page(FRONT, reduced_motion="no-preference")
    page.get_by_role("button", name="Best line").click()
    first = page.evaluate(READ)["line"]
    page.wait_for_function(f"(first) => String(({READ})().line) !== String(first)", arg=first)
    pull(page, "Point 2", (0, 30))  # which stands still meanwhile, so that a slow hand meets it
    there = page.evaluate(READ)["line"]
    page.wait_for_timeout(200)
    assert page.evaluate(READ)["line"] == there


def test_points_that_stand_upright_have_a_flat_best_line(front):
    front.evaluate(
        """() => document.querySelectorAll(".lr-hero .lr-handle:has(.lr-data)").forEach((node) => {
            for (let i = 0; i < 11; i += 1) node.dispatchEvent(new KeyboardEvent("keydown",
                { key: "ArrowRight", shiftKey: true, bubbles: true }));
        })"""
    )
    front.get_by_role("button", name="Best line").click()
    lab = tells_the_truth(front)
    assert lab.is_upright()
    assert lab.w == pytest.approx(0, abs=0.01)


def test_a_screen_reader_hears_the_loss_once_the_hand_rests(front):
    spoken = front.locator(".lr-hero-spoken")
    front.wait_for_timeout(900)
    assert spoken.text_content() == ""  # nothing unasked
    handle(front, "Point 1").press("Shift+ArrowUp")
    front.wait_for_function("document.querySelector('.lr-hero-spoken').textContent !== ''")
    assert spoken.text_content().startswith("Mean squared error ")


def test_a_finger_moves_a_point_and_scrolls_beside_it(new_page):
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    page = new_page(FRONT, **phone)
    box = handle(page, "Point 4").bounding_box()
    assert min(box["width"], box["height"]) >= 43
    swipe(page, (box["x"] + 22, box["y"] + 22), (0, 50))
    lab = tells_the_truth(page)
    assert lab.y[3] < 5
    assert page.evaluate("scrollY") == 0
    svg = page.locator(".lr-hero svg").bounding_box()
    swipe(page, (svg["x"] + 200, svg["y"] + 220), (0, -150))
    page.wait_for_function("scrollY > 0")
    assert hero(page)[1].y == lab.y


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_the_first_screen_shows_the_picture_its_button_and_the_first_chapter(
    new_page, width, height
):
    page = new_page(FRONT, viewport={"width": width, "height": height})
    start, lab = "Start Chapter 1", "Try a lab"
    for part in (".lr-hero svg", ".lr-hero button", f"text={start}", f"text={lab}"):
        box = page.locator(part).bounding_box()
        assert box["y"] + box["height"] <= height
        assert box["x"] + box["width"] <= width
    page.get_by_role("link", name=lab).click()
    page.wait_for_url("**/book/labs.html*")
    page.go_back()
    page.get_by_role("link", name=start).click()
    page.wait_for_url(f"**/{page_of(CHAPTERS[0])}*")


def test_the_picture_moves_though_no_other_script_arrives(new_page):
    page, held = new_page("book/bibliography.html"), []

    def hold(route):
        if "documentation_options" in route.request.url:
            route.continue_()
        else:
            held.append(route)

    page.context.route("**/*.js*", hold)
    page.goto(page.url.replace("bibliography", "index"), wait_until="commit")
    wait_until_painted(page)
    handle(page, "Point 2").press("ArrowUp")
    assert hero(page)[1].y[1] == pytest.approx(3.7, abs=0.01)
    assert len(held) > 5
    for route in held:
        route.continue_()
    page.context.unroute("**/*.js*")
    page.wait_for_load_state("load")


def test_without_javascript_the_picture_stands_still(new_page):
    page = new_page(FRONT, java_script_enabled=False)
    assert page.locator(".lr-hero svg").is_visible()
    assert page.locator(".lr-hero-loss").inner_text() == readable(Drag().loss())
    assert page.locator(".lr-hero a").first.is_visible()
    for part in ("button", ".lr-hero-hint"):
        assert not page.locator(f".lr-hero {part}").is_visible()
    assert page.locator(".lr-hero [tabindex]").count() == 0


def test_paper_shows_the_picture_as_it_is_and_no_button(new_page):
    page = new_page(FRONT, color_scheme="dark")
    page.emulate_media(media="print")
    assert page.locator(".lr-hero svg").is_visible()
    assert page.locator(".lr-hero-loss").is_visible()
    for part in ("button", ".lr-hero-hint"):
        assert not page.locator(f".lr-hero {part}").is_visible()


def test_nothing_moves_when_the_picture_comes(new_page):
    page = new_page(FRONT)
    page.wait_for_selector(".lr-hero .lr-handle")
    moved = page.evaluate(
        """() => new Promise((done) => {
            const observer = new PerformanceObserver((list) => done(list.getEntries().flatMap(
                (entry) => entry.sources
                    .filter((source) => source.previousRect.y !== source.currentRect.y)
                    .map((source) => source.node?.textContent))));
            observer.observe({ type: "layout-shift", buffered: true });
            setTimeout(() => done([]), 500);
        })"""
    )
    assert moved == []


# The ways in


def test_the_front_page_lists_every_chapter_with_its_question(new_page):
    page = new_page(FRONT)
    items = page.locator(".lr-chapters li").all_inner_texts()
    assert len(items) == len(LISTED)
    for shown, chapter in zip(items, LISTED, strict=True):
        item = shown.replace("’", "'")
        assert item.startswith(f"{chapter.number} · {chapter.title}")
        assert f"({chapter.minutes} minutes)" in item
        assert item.endswith(chapter.question)
    rubrics = page.locator(".rubric").all_inner_texts()
    for rubric, chapters in zip(rubrics, PARTS, strict=True):
        assert f"({sum(c.minutes for c in chapters)} minutes to read)" in rubric
    page.locator(".lr-chapters a").first.click()
    assert page.url.endswith(page_of(CHAPTERS[0]))


# The way onward


def test_the_front_page_leads_to_the_first_chapter_and_that_one_back(shared_page):
    page = shared_page(FRONT)
    page.locator(".right-next").click()
    page.wait_for_url(f"**/{page_of(CHAPTERS[0])}*")
    page.locator(".left-prev").click()
    page.wait_for_url(f"**/{FRONT}*")
    page.close()
