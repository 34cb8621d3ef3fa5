"""Promise: what holds for one lab on its page holds for every lab."""

import re

import pytest
from axe import axe_finds_nothing_in
from contrast import contrast
from lab_pages import (
    PHONE,
    backgrounds,
    changed,
    drag,
    growth,
    hurry,
    unfold,
    wait_for_width,
    with_model,
)

from linreg import labs
from linreg.labs.doors.doors import TIMES, scaled
from linreg.labs.kit.text import readable

PAGES = {
    "walk": "04_the_long_walk",
    "bowl": "02_how_wrong_is_a_line",
    "corners": "19_lasso",
    "drag": "02_how_wrong_is_a_line",
    "draws": "17_how_sure_are_we",
    "errors": "15_how_good_is_it",
    "graph": "11_autograd_from_nothing",
    "outlier": "20_when_assumptions_break",
    "plane": "07_why_normal_projection",
    "slope": "03_the_gradient",
    "valley": "09_how_fast_is_the_walk",
    "doors": "10_which_door",
}
each_lab = pytest.mark.parametrize("slug", PAGES)

# How many changes of its model a lab listens to, and how many frames it waits for: once it plays,
# once built anew, once ended.
HELD = """() => {
    const { model, handlers, end } = window.lrMade;
    const { requestAnimationFrame: ask, cancelAnimationFrame: cancel } = window;
    const frames = new Set();
    window.requestAnimationFrame = (draw) => {
        const frame = ask(draw);
        frames.add(frame);
        return frame;
    };
    window.cancelAnimationFrame = (frame) => {
        frames.delete(frame);
        cancel(frame);
    };
    const held = () => [handlers.length, frames.size];
    if (model.get("playing") === false) model.set("playing", true);
    const found = [held()];
    for (const name of ["x", "measured"]) {
        const value = model.get(name);
        if (value) model.set(name, structuredClone(value));
    }
    found.push(held());
    end();
    Object.assign(window, { requestAnimationFrame: ask, cancelAnimationFrame: cancel });
    return [...found, held()];
}"""
PLAYED = {"walk", "corners", "draws", "errors", "graph", "valley"}


@pytest.fixture
def open_lab(lab_page):
    """Open the page of a lab, its labs just made."""
    return lambda of, **options: lab_page(f"notebooks/{PAGES[of]}.html", **options)


KINDS = {getattr(labs, name).slug(): getattr(labs, name) for name in labs.__all__}


def test_no_lab_is_left_out():
    assert set(PAGES) == set(KINDS)


# What a lab is by its place and its style. The other tests open it on a page without its chapter.
LOOK = """(lab) => {
    const { x, width, height } = lab.getBoundingClientRect();
    const of = getComputedStyle(lab.querySelector(".lr-verdict"));
    const names = ["color", "fontFamily", "fontSize", "lineHeight", "marginTop", "maxWidth"];
    return [x, width, height, ...names.map((name) => of[name])];
}"""


@pytest.fixture(scope="module")
def chapter(shared_page):
    """A tab that goes from chapter to chapter."""
    return shared_page("book/labs.html")


@each_lab
def test_a_lab_looks_in_its_chapter_as_it_does_without(open_lab, chapter, site, slug):
    place = f'[data-lab="{slug}"] .lr-lab'
    chapter.goto(f"{site}notebooks/{PAGES[slug]}.html")
    chapter.wait_for_selector(place)
    chapter.evaluate("document.fonts.ready")
    for width in (390, 768, 1280):
        screen = {"width": width, "height": 720}
        chapter.set_viewport_size(screen)
        wait_for_width(chapter)
        alone = open_lab(slug, viewport=screen)
        assert chapter.eval_on_selector(place, LOOK) == alone.eval_on_selector(place, LOOK), width


# How many things in a lab have keys of their own, and which keys they take from the browser while
# Alt, Ctrl or Meta is held: Alt and the left arrow go back a page.
KEYS = """(lab) => {
    const [nodes, taken] = [[...lab.querySelectorAll("[tabindex='0']")], []];
    for (const node of nodes) {
        for (const key of ["ArrowLeft", "ArrowUp", "Enter", " ", "Delete"]) {
            for (const held of ["altKey", "ctrlKey", "metaKey"]) {
                const ways = { key, [held]: true, bubbles: true, cancelable: true };
                const event = new KeyboardEvent("keydown", ways);
                node.dispatchEvent(event);
                if (event.defaultPrevented) taken.push([node.getAttribute("class"), held, key]);
            }
        }
    }
    return [nodes.length, taken];
}"""
SLIDERS_ALONE = {"walk", "draws", "errors", "valley", "doors"}


@each_lab
def test_a_lab_leaves_the_browser_its_keys(open_lab, slug):
    n_nodes, taken = open_lab(slug).eval_on_selector(f'[data-lab="{slug}"] .lr-lab', KEYS)
    assert taken == []
    assert (n_nodes == 0) == (slug in SLIDERS_ALONE)


# A chart with something to take hold of is a group, and its axes are not read out piece by piece.
AXES = """(lab) => [...lab.querySelectorAll(".lr-chart:has(.lr-handle) text")]
    .filter((text) => text.matches(".lr-grid *, .lr-name"))
    .map((text) => [text.textContent, text.closest("[aria-hidden=true]") !== null])"""


@pytest.mark.parametrize("slug", ["bowl", "corners", "drag", "outlier", "slope"])
def test_the_axes_of_a_group_are_not_read_out(open_lab, slug):
    words = open_lab(slug).eval_on_selector(f'[data-lab="{slug}"] .lr-lab', AXES)
    assert len(words) > 5
    assert [text for text, is_hidden in words if not is_hidden] == []


# What a lab says of its picture, and of what can be taken hold of.
LABELS = """() => [...window.lrMade.el.querySelectorAll("[aria-label], [aria-valuetext]")]
    .flatMap((node) => ["aria-label", "aria-valuetext"].map((name) => node.getAttribute(name)))
    .filter(Boolean)"""
STEPPED = ["walk", "draws", "errors", "valley", "graph"]


@each_lab
def test_what_is_said_of_a_picture_has_a_minus_and_no_hyphen_before_a_number(open_lab, slug):
    page = open_lab(slug, slug=slug)
    with_model(page, slug)
    (labels,) = changed(page, [{"azimuth": -35}], LABELS)
    assert labels
    assert [text for text in labels if re.search(r"(?<!\w)-\d", text)] == []


# What is wrong with "after 1 steps" and "the last 0 samples"; and with a list that has not begun.
MISCOUNTED = re.compile(r"(?<![\d.,])(1 (steps|slopes|samples|epochs|passes|folds)|last 0 \w+)\b")
UNENDED = re.compile(r"[:,]\s*$|\?\.|  ")
SAID = f"() => [({LABELS})(), window.lrMade.el.querySelector('.lr-verdict').innerText]"


@pytest.mark.parametrize("slug", STEPPED)
def test_of_few_steps_or_none_the_words_are_right(open_lab, slug):
    page = open_lab(slug, slug=slug)
    with_model(page, slug)
    states = [{"step": 0}, {"step": 1}, {"step": 1, "methods": []}, {"step": 1, "n_steps": 1}]
    for labels, verdict in changed(page, states, SAID):
        assert [text for text in [*labels, verdict] if MISCOUNTED.search(text)] == []
        assert [text for text in labels if UNENDED.search(text)] == []


# The value of a handle as far up as it goes, and as far down, with the ends that it tells.
REACHED = """(lab) => [...lab.querySelectorAll(".lr-chart .lr-handle")]
    .filter((handle) => handle.getAttribute("visibility") !== "hidden")
    .flatMap((handle) => ["ArrowUp", "ArrowDown"].map((key) => {
        const press = { key, shiftKey: true, bubbles: true, cancelable: true };
        for (let i = 0; i < 60; i += 1) handle.dispatchEvent(new KeyboardEvent("keydown", press));
        const number = (name) => Number(handle.getAttribute(`aria-value${name}`));
        const end = number(key === "ArrowUp" ? "max" : "min");
        return [handle.getAttribute("aria-label"), number("now"), end];
    }))"""


@pytest.mark.parametrize("slug", ["corners", "outlier", "slope"])
def test_a_handle_reaches_the_ends_that_it_tells(open_lab, slug):
    reached = open_lab(slug, slug=slug).eval_on_selector(f'[data-lab="{slug}"] .lr-lab', REACHED)
    assert reached
    assert [(name, now) for name, now, end in reached if abs(now - end) > 0.011] == []


# What a lab holds after a click on each number and name beside the axes of its maps.
BESIDE = """(lab) => {
    for (const text of lab.querySelectorAll(".lr-chart :is(.lr-name, .lr-grid text)")) {
        const { left, right, top, bottom } = text.getBoundingClientRect();
        for (const clientX of [left + 1, (left + right) / 2, right - 1]) {
            const ways = { clientX, clientY: (top + bottom) / 2, bubbles: true };
            text.dispatchEvent(new MouseEvent("click", ways));
        }
    }
    return lab.innerHTML;
}"""


@pytest.mark.parametrize("slug", ["bowl", "doors", "drag"])
def test_a_click_beside_the_axes_of_a_map_asks_for_nothing(open_lab, slug):
    page, lab = open_lab(slug, slug=slug), f'[data-lab="{slug}"] .lr-lab'
    before = page.eval_on_selector(lab, "(lab) => lab.innerHTML")
    assert page.eval_on_selector(lab, BESIDE) == before


@pytest.mark.parametrize("slug", ["bowl", "plane"])
def test_the_arrow_keys_turn_on_what_the_mouse_has_turned(open_lab, slug):
    page = open_lab(slug, slug=slug)
    scene = page.locator(f'[data-lab="{slug}"] .lr-turned')
    scene.scroll_into_view_if_needed()
    box = scene.bounding_box()
    drag(page, (box["x"] + 15, box["y"] + box["height"] - 15), (60, 0))
    dragged = scene.get_attribute("aria-label")
    page.keyboard.press("ArrowRight")
    assert scene.get_attribute("aria-label") != dragged


# A lab asks one question, and answers those who have acted


CONTROLS = ":is(input, select, button, textarea)"


@each_lab
def test_a_lab_opens_with_its_question(open_lab, slug):
    lab = open_lab(slug, slug=slug).locator(f'[data-lab="{slug}"] .lr-lab')
    assert lab.inner_text().startswith(KINDS[slug].question)
    assert lab.get_attribute("aria-label") == f"Lab: {KINDS[slug].title}"
    tops = [lab.locator(part).first.bounding_box()["y"] for part in PARTS]
    assert tops == sorted(tops)  # the question, the picture, its words, what moves it


PARTS = [".lr-ask", ".lr-chart", ".lr-verdict", ".lr-controls"]


@each_lab
def test_a_lab_begins_with_two_controls_and_folds_the_others(open_lab, slug):
    page = open_lab(slug, slug=slug)
    place = f'[data-lab="{slug}"]'
    controls = page.locator(f"{place} .lr-lab {CONTROLS}")
    assert len(seen(controls)) == 2
    folds = page.locator(f"{place} details")
    assert folds.count() == (controls.count() > 2)
    if folds.count():
        assert folds.locator("summary").inner_text() == "More"
        unfold(page, place)
        assert len(seen(controls)) == controls.count()


def seen(controls):
    looks = (
        "(one) => one.checkVisibility({ contentVisibilityAuto: true, visibilityProperty: true })"
    )
    return [one for one in controls.all() if one.evaluate(looks)]


@each_lab
def test_a_phone_shows_question_picture_and_words_on_one_screen(open_lab, slug):
    page = open_lab(slug, slug=slug, **PHONE)
    lab = page.locator(f'[data-lab="{slug}"] .lr-lab')
    boxes = [
        one.bounding_box() for one in lab.locator(":is(.lr-ask, .lr-chart, .lr-verdict)").all()
    ]
    assert len(boxes) >= 3
    ends = [box["y"] + box["height"] for box in boxes]
    assert max(ends) - min(box["y"] for box in boxes) <= PHONE["viewport"]["height"]


def answers(lab):
    """What a lab must not tell before a hand has acted, as its page writes it."""
    if lab.slug() == "slope":
        return [readable(lab.slope())]
    if lab.slug() == "corners":
        return ["4 of 25"]
    if lab.slug() == "draws":
        return [readable(KINDS["draws"](noise=0.5).law(), 3), "half as wide", "intervals hit"]
    if lab.slug() == "errors":
        return [readable(lab.new_error(degree), 3) for degree in (1, lab.best())]
    if lab.slug() == "graph":
        return ["−18", "slope −6"]
    if lab.slug() == "outlier":
        numbers = {
            "leverage": lab.leverage(),
            "residual": lab.residual(),
            "Cook’s distance": lab.cooks_distance(),
        }
        return [f"{name} {value:.2f}".replace("-", "−") for name, value in numbers.items()]
    if lab.slug() == "plane":
        return ["(1.00, 3.00, 3.00)", readable(lab.distance(lab.nearest()))]
    if lab.slug() == "valley":
        names = {"gradient_descent": "gradient descent", "heavy_ball": "heavy ball"}
        return [f"{names[name]} {lab.count(name)}" for name in lab.methods]
    if lab.slug() == "doors":
        times = [seconds for _, seconds, _ in lab.table().values()] + list(lab.clock().values())
        return ["the normal equations win", *(scaled(seconds, TIMES) for seconds in times)]
    w, b, least = lab.optimum()
    decimals = 3 if lab.slug() == "drag" else 4
    limit = [f"{lab.threshold():.4f}"] if lab.slug() == "walk" else []
    return [f"{w:.{decimals}f}", f"{b:.{decimals}f}", readable(least), *limit]


# What a hand does first: it presses these buttons, or moves the first slider or the point there and
# back.
FIRST_ACTS = {
    "walk": ["Play"],
    "bowl": ["Release"],
    "corners": [],
    "drag": ["Best line"],
    "draws": ["Play", "Half the noise"],
    "errors": ["Predict new points"],
    "graph": ["Play"],
    "outlier": [],
    "plane": ["Show the nearest place"],
    "slope": ["Show the tangent"],
    "valley": ["Play"],
    "doors": [],
}


def act_first(lab, slug):
    """Do what a hand does first."""
    for name in FIRST_ACTS[slug]:
        lab.get_by_role("button", name=name).click()
    if not FIRST_ACTS[slug]:
        moved = lab.locator(".lr-handle" if slug == "outlier" else "input").first
        moved.press("ArrowRight")
        moved.press("ArrowLeft")


# All that the eye and a screen reader get of a lab.
TOLD = """(lab) => [lab.innerText, ...[...lab.querySelectorAll("*")].flatMap((node) =>
    ["aria-label", "aria-valuetext"].map((name) => node.getAttribute(name) ?? "")),
    lab.querySelector(".lr-spoken").textContent].join(" ").replace(/\\s+/g, " ")"""


@each_lab
def test_nothing_gives_the_answer_away_before_a_hand_has_acted(open_lab, slug):
    page = open_lab(slug, slug=slug, reduced_motion="reduce")
    lab = page.locator(f'[data-lab="{slug}"] .lr-lab')
    told = lab.evaluate(TOLD)
    secret = answers(KINDS[slug]())
    assert [answer for answer in secret if answer in told] == []
    act_first(lab, slug)
    told = lab.evaluate(TOLD)
    assert [answer for answer in secret if answer not in told] == []


# And it is at home on its page, for the eye, the ear and on paper


# The words in a lab's pictures, each with its colour and that of its disc, where it has one.
WORDS = """(lab) => {
    const all = (selector, within) => [...within.querySelectorAll(selector)]
        .filter((node) => node.checkVisibility({ visibilityProperty: true }));
    const fill = (node) => getComputedStyle(node).fill;
    const isUnder = (text, disc) => {
        const isLater = disc.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING;
        if (!isLater || /none|rgba/.test(fill(disc))) return false;
        const [word, round] = [text, disc].map((node) => node.getBoundingClientRect());
        const across = word.x + word.width / 2 - round.x - round.width / 2;
        const down = word.y + word.height / 2 - round.y - round.height / 2;
        return Math.hypot(across, down) < round.width / 2;
    };
    return all("svg text", lab).filter(({ textContent }) => textContent).map((text) => {
        const disc = all("circle", text.closest(".lr-chart")).findLast((one) => isUnder(text, one));
        return [text.textContent, fill(text), disc && fill(disc)];
    });
}"""

# All that takes the focus in a lab, each with the colour that shows it then.
FOCUSED = """(lab) => [...lab.querySelectorAll(":is(button, input, summary, [tabindex='0'])")]
    .filter((node) => node.checkVisibility({ visibilityProperty: true }))
    .map((node) => {
        node.focus({ preventScroll: true });
        const ring = node.querySelector(":scope > .lr-handle-ring");
        const { outlineColor, outlineStyle } = getComputedStyle(node);
        const outline = outlineStyle === "none" ? null : outlineColor;
        return [node.outerHTML.slice(0, 99), ring ? getComputedStyle(ring).stroke : outline];
    })"""


def pale(things, page, least):
    """Which of some things do not stand out from their ground, or else from the page's."""
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")

    def rgb(colour):
        solid = paper if not colour or "rgba" in colour else colour
        return [int(part) / 255 for part in re.findall(r"\d+", solid)]

    return [
        thing
        for thing, colour, *ground in things
        if contrast(rgb(colour), rgb(*ground or [paper])) < least
    ]


@each_lab
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_words_in_pictures_and_the_focus_stand_out(open_lab, slug, scheme):
    page = open_lab(slug, slug=slug, color_scheme=scheme, reduced_motion="reduce")
    place = f'[data-lab="{slug}"]'
    act_first(page.locator(f"{place} .lr-lab"), slug)
    if page.locator(f"{place} .lr-more").count():
        unfold(page, place)
    axe_finds_nothing_in(page, f"{place} .lr-lab")
    page.keyboard.press("Tab")  # what has the focus is shown to those who use the keyboard
    words, focused = (page.eval_on_selector(f"{place} .lr-lab", look) for look in (WORDS, FOCUSED))
    assert pale(words, page, 4.5) == []
    assert pale(focused, page, 3) == []
    assert len(focused) > 2


@each_lab
def test_a_screen_reader_hears_nothing_unasked(open_lab, slug):
    page = open_lab(slug, slug=slug)
    hurry(page)
    with_model(page, slug)  # made anew, so that what it would say at first is hurried too
    page.wait_for_timeout(150)  # a hurried second
    assert page.locator(f'[data-lab="{slug}"] .lr-spoken').text_content() == ""


@each_lab
def test_paper_shows_the_still_picture_and_the_screen_the_lab(open_lab, slug):
    page = open_lab(slug, slug=slug)
    lab, still = (
        page.locator(f'[data-lab="{slug}"] {part}').first
        for part in (".lr-lab", ".lr-still svg[role=img]")
    )
    for medium in ("print", "screen"):
        page.emulate_media(media=medium)
        assert (still.is_visible(), lab.is_visible()) == (medium == "print", medium == "screen")


STILLS = {  # how many pictures there are without JavaScript, and some words beside them
    "walk": (2, "least loss"),
    "bowl": (2, "all came to rest at the pin"),
    "corners": (2, "Here λ is 1.20, and the region is where"),
    "drag": (1, "mean squared error is 4.003"),
    "draws": (3, "the line through sample 1 has slope"),
    "errors": (2, "Here degree 1 has a mean squared error"),
    "graph": (1, "the slopes back"),
    "outlier": (1, "the hollow point stands at x = 6.40"),
    "plane": (1, "its distance to y is 1.732"),
    "slope": (1, "h = 0.250, slope −8.167"),
    "valley": (2, "●\xa0gradient descent 63, ●\xa0heavy ball 20"),
    "doors": (1, "The fewest operations: normal equations."),
}


@each_lab
def test_without_javascript_a_still_picture_and_its_text_remain(new_lab_page, slug):
    page = new_lab_page(f"notebooks/{PAGES[slug]}.html", java_script_enabled=False)
    place, (n_pictures, words) = page.locator(f'[data-lab="{slug}"]'), STILLS[slug]
    assert place.locator("svg[role=img]").count() == n_pictures
    assert place.locator("svg[role=img]").first.is_visible()
    assert words in place.locator("p").inner_text()
    assert place.locator(".lr-lab").count() == 0


@each_lab
def test_dark_has_no_light_box_behind_the_lab(open_lab, slug):
    ink = f"getComputedStyle(document.querySelector('[data-lab={slug}] .lr-lab')).color"
    light = open_lab(slug, color_scheme="light").evaluate(ink)
    page = open_lab(slug, color_scheme="dark")
    assert backgrounds(page, slug) == {"rgba(0, 0, 0, 0)"}
    assert page.evaluate(ink) != light


@pytest.mark.parametrize("slug", [slug for slug in PAGES if slug != "bowl"])  # one for each page
@pytest.mark.parametrize("width", [390, 560, 768, 1280])
def test_nothing_below_the_labs_moves_when_they_come(open_lab, slug, width):
    page = open_lab(slug, viewport={"width": width, "height": 844})
    assert abs(growth(page)) < 30 * page.locator("[data-lab]").count()


@pytest.mark.parametrize("slug", [slug for slug in PAGES if slug != "bowl"])
def test_nor_does_it_where_the_books_letters_come_too_late(new_lab_page, slug):
    """A page is then shown in the machine's own letters, and keeps them."""
    page = new_lab_page(f"notebooks/{PAGES[slug]}.html", **PHONE)
    page.route("**/faces.css", lambda route: route.abort("aborted"))
    page.reload()
    page.wait_for_function("document.querySelectorAll('[data-lab]:not(.lr-ready)').length === 0")
    page.wait_for_function("document.documentElement.matches('.lr-plain')")
    for width in (390, 560):
        page.set_viewport_size({"width": width, "height": 844})
        assert abs(growth(page)) < 30 * page.locator("[data-lab]").count(), width


@each_lab
def test_a_lab_that_has_ended_listens_to_nothing_and_moves_no_more(open_lab, slug):
    page = open_lab(slug)
    with_model(page, slug)
    (listeners, frames), anew, last = page.evaluate(HELD)
    assert listeners > 0
    assert frames == (slug in PLAYED)
    assert anew == [listeners, frames]  # one that was built anew has ended the one before
    assert last == [0, 0]


def test_a_lab_moves_before_the_other_scripts_of_its_page(new_page):
    """It waits for no script that its page defers: here one of them never arrives."""
    page, held = new_page("book/bibliography.html"), []
    page.context.route("**/scripts/bootstrap.js*", lambda route: held.append(route))
    path = f"notebooks/{PAGES['slope']}.html"
    page.goto(page.url.replace("book/bibliography.html", path), wait_until="commit")
    page.wait_for_selector('[data-lab="slope"].lr-ready')
    assert len(held) == 1
    assert page.evaluate("document.readyState") == "interactive"
    held[0].fulfill(body="")


def test_no_page_has_the_source_of_a_lab_as_the_state_of_a_widget(book):
    """Once is enough: each page that shows a lab has its source from a script of its own."""
    pages = {path: path.read_text(encoding="utf-8") for path in book.rglob("*.html")}
    assert sum("data-lab=" in text for text in pages.values()) >= len(set(PAGES.values()))
    for path, text in pages.items():
        assert "_esm" not in text, path
        assert "vnd.jupyter.widget-state+json" not in text, path
