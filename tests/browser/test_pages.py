"""Promise: every page stands alone, reads well on any screen, and shuts nobody out."""

import gzip
import io
import re
import subprocess
from base64 import b64decode
from contextlib import contextmanager
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, unquote, urldefrag, urljoin, urlsplit

import pytest
import yaml
from axe import thinned, violates_nothing
from conftest import in_scheme, opener
from contents import LISTED, PARTS
from PIL import Image, ImageChops

from notebooks import CHAPTERS, NOTEBOOKS, ROOT, page_of, short

DESK = {"width": 1280, "height": 900}
TABLET = {"width": 768, "height": 844}
PHONE = {"width": 390, "height": 844}
NARROWEST = {"width": 320, "height": 640}


def pages():
    """The book's own pages, from its table of contents, and those that the theme adds."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    chapters = [chapter["file"] for part in toc["parts"] for chapter in part["chapters"]]
    return [f"{name}.html" for name in [toc["root"], *chapters, "search", "genindex"]]


def first(some, of):
    """Pages, some of them first."""
    return [*some, *(path for path in of if path not in some)]


# Pytest keeps the tests of a page together by its place in their lists, so the shorter lists are
# the beginnings of the longer ones.
CHAPTER_PAGES, NOTEBOOK_PAGES = (list(map(page_of, paths)) for paths in (CHAPTERS, NOTEBOOKS))
OWN_PAGES = first(NOTEBOOK_PAGES, of=[path for path in pages() if "/" in path])
# Pages of exercises are made alike: where a test is slow, one stands for all.
DISTINCT = [path for path in OWN_PAGES if not re.search(r"release/ch(?!03)", path)]
ONE_OF_EACH_KIND = [
    *("book/index.html", "book/notation.html", "notebooks/04_the_long_walk.html"),
    *("notebooks/deeper/09_the_noise_floor.html", "exercises/release/ch03/ch03.html"),
]
every_page = pytest.mark.parametrize("path", pages())
own_page = pytest.mark.parametrize("path", OWN_PAGES)
distinct_desk = pytest.mark.parametrize("lit", DISTINCT, indirect=True)


LOADING = {
    ("script", "src"),
    ("img", "src"),
    ("link", "href"),
    ("iframe", "src"),
    ("source", "src"),
}


class Links(HTMLParser):
    """What a page loads, where it leads, and the places it holds."""

    def __init__(self):
        super().__init__()
        self.loads, self.leads, self.places, self.images = [], [], set(), []

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if attributes.get("rel") == "canonical":  # it names the page, and loads nothing
            return
        self.loads += [value for name, value in attributes.items() if (tag, name) in LOADING]
        self.leads += [attributes["href"]] if tag == "a" and "href" in attributes else []
        self.places |= {attributes["id"]} if "id" in attributes else set()
        self.images += [attributes] if tag == "img" else []


@cache
def links(file):
    parser = Links()
    parser.feed(file.read_text(encoding="utf-8"))
    return parser


def wait_until_set(page):
    """Wait until the theme has set its colours and the letters of the formulas are there."""
    page.wait_for_load_state("load")
    page.evaluate("document.fonts.ready")


@pytest.fixture(scope="module")
def places(chromium, book, site):
    return chromium, book, site


@pytest.fixture(scope="module")
def tab(places):
    """Give a function that shows a page on a desk.

    There is one tab for each way of looking, which goes from page to page: what all pages load is
    compiled once, which halves the time of a page. Whoever is done with a page says `end(page)`.
    """
    _, book, site = places
    homes = {"http": site, "file": f"{book.as_uri()}/"}
    tabs = {}
    with opener(*places) as open_page:

        def show(path, **way):
            key = repr(way)
            if key in tabs:
                page = tabs[key]
                page.goto("about:blank")  # what the last page's tests have changed is of no account
                page.set_viewport_size(DESK)
                page.emulate_media(media="screen", color_scheme=way.get("color_scheme", "light"))
                page.goto(homes[way.get("over", "http")] + path)
            else:
                page = tabs[key] = open_page(path, viewport=DESK, **way)
            if way.get("java_script_enabled", True):
                wait_until_set(page)
            return page

        yield show


def end(page):
    """Fail if the page that a tab shows has done what no page may do."""
    faults = [*page.faults]
    page.faults.clear()
    assert faults == [], page.url


# Each page is shown few times: tests look at it, and leave it as it was.


# Opens every fold of a page, or closes those again, and waits until labs have the page's width.
FOLDS = """async () => {
    for (const fold of document.querySelectorAll("details%s")) {
        fold.open = !fold.open;
        fold.toggleAttribute("data-opened");
    }
    const frame = () => new Promise(requestAnimationFrame);
    await frame();
    await frame();
}"""
OPEN_FOLDS, CLOSE_FOLDS = FOLDS % ":not([open])", FOLDS % "[data-opened]"


@pytest.fixture(scope="module", params=first(DISTINCT, of=OWN_PAGES))
def lit(request, tab):
    """Each page, loaded once, from the disk, where a browser allows a page least.

    It stays as it was shown, for another width or scheme takes half as long as another load: so
    the tests of the dark stand together, and those of narrow screens, last.
    """
    page = tab(request.param, over="file")
    page.add_style_tag(content="*, ::before, ::after { transition: none !important }")
    page.shown = DESK, "light"
    yield page
    end(page)


def shown(page, screen, scheme="light"):
    """Show a page on a screen and in a scheme; on narrow ones every fold is open."""
    old_screen, old_scheme = page.shown
    if screen != old_screen:
        page.set_viewport_size(screen)
        page.evaluate(OPEN_FOLDS if screen in (PHONE, NARROWEST) else CLOSE_FOLDS)
    if scheme != old_scheme:
        in_scheme(page, scheme)
    page.shown = screen, scheme
    return page


@pytest.fixture
def desk(lit):
    return shown(lit, DESK)


@pytest.fixture
def night(lit):
    return shown(lit, DESK, "dark")


@pytest.fixture
def tablet(lit):
    return shown(lit, TABLET)


@pytest.fixture
def phone(lit):
    return shown(lit, PHONE)


@pytest.fixture
def narrowest(lit):
    return shown(lit, NARROWEST)


@pytest.fixture(scope="module", params=DISTINCT)
def bare(request, tab):
    """Each page without JavaScript, from the server."""
    page = tab(request.param, java_script_enabled=False)
    yield page
    end(page)


def asks_and_reports_nothing(page):
    page.mouse.wheel(0, 20_000)
    page.wait_for_timeout(300)
    page.mouse.wheel(0, -20_000)
    assert page.title()
    assert page.locator("[data-lab]:not(.lr-ready)").count() == 0
    assert page.faults == []


def test_a_page_asks_for_nothing_outside_and_reports_no_error(desk):
    asks_and_reports_nothing(desk)


@pytest.mark.parametrize("path", ["search.html", "genindex.html"])
def test_nor_do_the_pages_of_the_theme(tab, path):
    page = tab(path, over="file")
    asks_and_reports_nothing(page)
    end(page)


@pytest.mark.parametrize("path", [*ONE_OF_EACH_KIND, "search.html", "genindex.html"])
def test_nor_does_one_of_each_kind_from_a_server_in_the_dark(tab, path):
    page = tab(path, color_scheme="dark")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    asks_and_reports_nothing(page)
    end(page)


@every_page
def test_a_page_names_no_file_elsewhere(book, path):
    outside = [url for url in links(book / path).loads if re.match(r"(https?:)?//", url or "")]
    assert outside == []


@every_page
def test_every_link_inside_the_book_leads_somewhere(book, path):
    base = (book / path).as_uri()
    dead = []
    for href in links(book / path).leads:
        target, place = urldefrag(urljoin(base, href))
        if not target.startswith(book.as_uri()):
            continue
        file = Path(unquote(target.removeprefix("file://")))
        if not file.is_file() or (place and unquote(place) not in links(file).places | {"top", ""}):
            dead.append(href)
    assert dead == []


@own_page
def test_every_image_says_what_it_shows(book, path):
    silent = [image.get("src") for image in links(book / path).images if not image.get("alt")]
    assert silent == []


NO_CONTRAST = {"rules": {"color-contrast": {"enabled": False}}}


@distinct_desk
def test_axe_finds_nothing_and_text_is_dark_on_light(desk):
    """Axe measures contrast on a page of each kind: it takes twice the time of all else there.

    The contrast of every text of every page is in `LEAST_CONTRAST`, here, in the dark, on paper and
    without JavaScript.
    """
    assert desk.evaluate("document.documentElement.dataset.theme") == "light"
    with thinned(desk):
        violates_nothing(
            desk, **({} if desk.url.endswith(tuple(ONE_OF_EACH_KIND)) else NO_CONTRAST)
        )
        least = desk.evaluate(LEAST_CONTRAST)
    assert least["contrast"] >= 4.5, least


CUT = """() => [...document.querySelectorAll(".bd-article :is(p, li, h1, h2, h3, img, table)")]
    .filter((node) => node.getBoundingClientRect().right > innerWidth + 1)
    .filter((node) => !node.closest(".pst-scrollable-table-container"))
    .map((node) => node.textContent.slice(0, 60))"""


def is_within(page):
    width = page.evaluate("innerWidth")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(CUT) == []


def test_nothing_is_wider_than_a_desk(desk):
    is_within(desk)


@distinct_desk
def test_the_letters_of_formulas_are_there_from_the_disk_too(desk):
    if desk.locator(".katex").count():
        assert desk.evaluate("document.fonts.check('16px KaTeX_Main')")
    assert desk.evaluate("document.fonts.check('16px \"Source Serif 4\"')")


def test_formulas_are_set_and_read_aloud(desk):
    written = desk.locator(".math").count()
    assert desk.locator(".math .katex-html[aria-hidden=true]").count() == written
    assert desk.locator(".math .katex-mathml math").count() == written
    assert desk.locator(".katex-error, math[mathcolor]").count() == 0
    text = desk.locator(".bd-article").evaluate(
        "(all) => { const copy = all.cloneNode(true);"
        " copy.querySelectorAll('annotation, pre, code').forEach((one) => one.remove());"
        " return copy.textContent; }"
    )
    assert "\\(" not in text


ONLY_FORMULAS = """
    .bd-article :not(:has(div.math), div.math, div.math *) { display: none !important }
"""
FREE = """
    .bd-article div.math .katex-display { overflow: clip visible !important; }
"""


@distinct_desk
def test_nothing_of_a_formula_is_cut_above_or_below(desk):
    """Formulas look the same when their boxes may overflow: the bar of a transpose is there."""
    with styled(desk, ONLY_FORMULAS):
        height = desk.locator(".bd-article").evaluate("(all) => Math.ceil(all.scrollHeight)")
        desk.set_viewport_size({"width": DESK["width"], "height": height + 600})  # all in view
        boxed = picture(desk)
        with styled(desk, FREE):
            difference = ImageChops.difference(boxed, picture(desk)).getbbox()
            where = difference and formula_at(desk, difference)
    desk.set_viewport_size(DESK)
    assert difference is None, f"cut: {where}"


@contextmanager
def styled(page, style):
    """Add a style to a page until the block ends."""
    added = page.add_style_tag(content=style)
    try:
        yield
    finally:
        added.evaluate("(style) => style.remove()")


def picture(page):
    """The formulas that are alone on a page, as pixels, once the page has come to rest."""
    page.evaluate("() => new Promise((done) => setTimeout(done, 300))")
    box = page.locator(".bd-article").bounding_box()
    clip = {**box, "height": max(box["height"], 1), "scale": 2}
    session = page.context.new_cdp_session(page)  # Playwright itself packs a picture tight
    shot = session.send("Page.captureScreenshot", {"clip": clip, "optimizeForSpeed": True})
    session.detach()
    return Image.open(io.BytesIO(b64decode(shot["data"]))).convert("RGB")


def formula_at(page, box):
    """The formula at a box of pixels in the picture of the page."""
    return page.evaluate(
        """(y) => {
            const { top } = document.querySelector(".bd-article").getBoundingClientRect();
            return [...document.querySelectorAll(".bd-article div.math")]
                .find((formula) => formula.getBoundingClientRect().bottom + 3 > top + y)?.id;
        }""",
        box[1] / 2,
    )


# The least contrast of any visible text with the ground it is painted on.
LEAST_CONTRAST = """() => {
    const parse = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const luminance = (rgb) => {
        const linear = rgb.slice(0, 3).map((c) => c / 255)
            .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
    };
    const behind = new Map([[null, []]]); // the boxes that are painted behind an element
    const boxes = (node) => {
        if (!behind.has(node)) {
            const colour = parse(getComputedStyle(node).backgroundColor);
            const opaque = colour.length === 3 || colour[3] > 0.5;
            const outer = boxes(node.parentElement);
            behind.set(node, opaque ? [{ node, colour }, ...outer] : outer);
        }
        return behind.get(node);
    };
    const ground = (node) => {
        const { left, right, top, bottom } = node.getBoundingClientRect();
        const [x, y] = [(left + right) / 2, (top + bottom) / 2];
        const holds = (box) => box.left <= x && x <= box.right && box.top <= y && y <= box.bottom;
        const found = boxes(node).find((box) => holds(box.node.getBoundingClientRect()));
        return found ? found.colour : [255, 255, 255];
    };
    const opacities = new Map([[null, 1]]);
    const opacity = (node) => {
        if (!opacities.has(node)) {
            const own = Number(getComputedStyle(node).opacity);
            opacities.set(node, own * opacity(node.parentElement));
        }
        return opacities.get(node);
    };
    const ink = (node, paper) => {
        const [red, green, blue, alpha = 1] = parse(getComputedStyle(node).color);
        const share = alpha * opacity(node);
        return [red, green, blue].map((c, i) => share * c + (1 - share) * paper[i]);
    };
    const texts = document.createTreeWalker(
        document.querySelector(".bd-article"), NodeFilter.SHOW_TEXT);
    let least = { contrast: 21, text: "" };
    while (texts.nextNode()) {
        const node = texts.currentNode.parentElement;
        const text = texts.currentNode.textContent.trim();
        if (!text || node.closest("script, style, noscript, svg, .katex-mathml")) continue;
        if (!node.checkVisibility({ visibilityProperty: true })) continue;
        const paper = ground(node);
        const [a, b] = [luminance(ink(node, paper)), luminance(paper)];
        const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        if (contrast < least.contrast) least = { contrast, text };
    }
    return least;
}"""


@distinct_desk
def test_the_dark_has_light_text_and_links_that_stand_out(night):
    """All that axe asks for besides is the same as in the light."""
    assert night.evaluate("document.documentElement.dataset.theme") == "dark"
    with thinned(night):
        least = night.evaluate(LEAST_CONTRAST)
        assert least["contrast"] >= 4.5, least
        violates_nothing(night, runOnly=["link-in-text-block"])


def paper_is_light_and_its_text_dark(page):
    page.emulate_media(media="print")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    least = page.evaluate(LEAST_CONTRAST)
    page.emulate_media(media="screen")
    assert ground in ("rgb(255, 255, 255)", "rgba(0, 0, 0, 0)")
    assert least["contrast"] >= 4.5, least


@distinct_desk
def test_the_paper_of_a_dark_page_is_light_and_its_text_dark(night):
    paper_is_light_and_its_text_dark(night)


@distinct_desk
def test_so_it_is_of_a_light_page(desk):
    paper_is_light_and_its_text_dark(desk)


def test_answers_are_open_on_paper_and_folded_after(desk):
    folded = "document.querySelectorAll('.bd-article details:not([open])').length"
    before = desk.evaluate(folded)
    desk.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert desk.evaluate(folded) == 0
    desk.evaluate("dispatchEvent(new Event('afterprint'))")
    assert desk.evaluate(folded) == before


def test_a_page_reads_without_javascript(bare):
    assert len(bare.locator(".bd-article").inner_text()) > 200
    formulas = bare.locator(".bd-article p .katex-html").first
    assert not bare.locator(".math").count() or formulas.is_visible()
    for scheme in ("dark", "light"):
        bare.emulate_media(color_scheme=scheme)
        ground = bare.evaluate("getComputedStyle(document.body).backgroundColor")
        assert ground == "rgb(255, 255, 255)"
        least = bare.evaluate(LEAST_CONTRAST)
        assert least["contrast"] >= 4.5, least


# The ways on, which need no JavaScript


def notebook_of(page):
    """The notebook that a page shows."""
    (path,) = [path for path in NOTEBOOKS if page.url.endswith(page_of(path))]
    return path


of_notebooks = pytest.mark.parametrize("bare", NOTEBOOK_PAGES, indirect=True)
of_chapters = pytest.mark.parametrize("bare", CHAPTER_PAGES, indirect=True)


def launched_paths(page):
    """The paths in the repository that the launch buttons of a page name, and where they lead."""
    links = page.locator(".dropdown-launch-buttons a").evaluate_all(
        "(links) => links.map((link) => link.href)"
    )
    for link in links:
        parts = urlsplit(link)
        if parts.netloc == "mybinder.org":
            yield (
                "binder",
                parts.path,
                parse_qs(parts.query)["urlpath"][0].removeprefix("lab/tree/"),
            )
        else:
            assert parts.netloc == "colab.research.google.com"
            head, _, path = parts.path.partition("/blob/plain/")  # Colab reads no MyST
            yield "colab", head, path


@of_notebooks
def test_the_launch_buttons_name_real_paths(bare):
    path = notebook_of(bare)
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    project = urlsplit(config["repository"]["url"]).path
    found = list(launched_paths(bare))
    assert found == [
        ("binder", f"/v2/gh{project}/main", short(path)),
        ("colab", f"/github{project}", short(path)),
    ]
    assert short(path) in tracked.stdout.splitlines()


@of_chapters
def test_the_way_through_the_part_says_where_one_is(bare):
    here = LISTED[CHAPTERS.index(notebook_of(bare))]
    (part,) = [chapters for chapters in PARTS if here in chapters]
    place, whole = part.index(here), sum(c.minutes for c in part)
    words = bare.inner_text(".lr-way p")
    assert f"chapter {place + 1} of {len(part)}" in words
    assert f"{here.minutes} minutes" in words
    assert f"{sum(c.minutes for c in part[place:])} to the end of the part" in words
    steps = bare.locator(".lr-way li")
    assert steps.count() == len(part)
    assert bare.locator('.lr-way a[aria-current="page"]').inner_text() == here.number
    kinds = ["lr-past"] * place + ["lr-here"] + ["lr-ahead"] * (len(part) - place - 1)
    assert [steps.nth(i).get_attribute("class") for i in range(len(part))] == kinds
    widths = [steps.nth(i).bounding_box()["width"] for i in range(len(part))]
    for width, chapter in zip(widths, part, strict=True):
        assert width / sum(widths) == pytest.approx(chapter.minutes / whole, abs=0.02)


@of_chapters
def test_the_neighbours_ask_their_questions(bare):
    place = CHAPTERS.index(notebook_of(bare))
    for side, neighbour in [(".left-prev", place - 1), (".right-next", place + 1)]:
        if 0 <= neighbour < len(CHAPTERS):
            link = bare.locator(side)
            assert LISTED[neighbour].title in link.inner_text()
            assert LISTED[neighbour].question in link.inner_text()


@distinct_desk
def test_tab_leads_to_the_text_first_and_shows_where_it_is(desk):
    desk.keyboard.press("Tab")
    assert "Skip to main content" in desk.evaluate("document.activeElement.textContent")
    unmarked = []
    for _ in range(25):
        desk.keyboard.press("Tab")
        unmarked += desk.evaluate(
            """() => {
                const at = document.activeElement;
                const { outlineStyle, boxShadow } = getComputedStyle(at);
                const marked = outlineStyle !== "none" || boxShadow !== "none";
                return marked || at === document.body ? [] : [at.outerHTML.slice(0, 120)];
            }"""
        )
    desk.evaluate("document.activeElement.blur()")
    assert unmarked == []


def test_the_front_page_opens(new_page):
    page = new_page("index.html")
    page.wait_for_url("**/book/index.html")
    page.locator(".bd-article").get_by_role("link", name="The long walk").click()
    page.wait_for_url("**/notebooks/04_the_long_walk.html*")
    assert page.locator(".bd-article h1").inner_text().startswith("4 · The long walk")


def test_a_page_loads_the_scripts_of_its_labs_and_no_others(book):
    with_labs = 0
    for page in book.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        labs = set(re.findall(r'data-lab="(\w+)"', text))
        scripts = re.findall(r'src="[./]*(_static/labs/\w+\.js)', text)
        wanted = {f"_static/labs/{name}.js" for name in labs | {"shim"} if labs}
        assert sorted(scripts) == sorted(wanted), page
        size = sum(len(gzip.compress((book / script).read_bytes())) for script in scripts)
        assert size < 150_000, page
        with_labs += bool(labs)
    assert with_labs


# The tests of narrow screens stand together, last: a page is made narrow once.


@distinct_desk
def test_nothing_is_wider_than_a_tablet(tablet):
    is_within(tablet)


def test_nothing_is_wider_than_a_phone(phone):
    is_within(phone)


# What is too wide on a narrow screen: formulas in the text, tables, and formulas of their own.
LEAVING = """() => [...document.querySelectorAll(".bd-article .katex-html")]
    .filter((formula) => !formula.closest("div.math"))
    .filter((formula) => formula.getBoundingClientRect().right > innerWidth)
    .map((formula) => formula.parentElement.textContent.slice(0, 80))"""
CUT_TABLES = """() => [...document.querySelectorAll(".bd-article table")]
    .filter((table) => table.offsetParent)
    .filter((table) => table.offsetWidth > table.parentElement.clientWidth + 1)
    .map((table) => table.closest("section")?.id)"""
CUT_FORMULAS = """() => [...document.querySelectorAll("div.math")].filter((block) => {
    const formula = block.querySelector(".katex-display");
    return formula.scrollWidth > formula.clientWidth + 1;
}).map((block) => block.id || block.textContent.slice(0, 80))"""


def test_no_formula_in_the_text_leaves_a_phone(phone):
    assert phone.evaluate(LEAVING) == []


def test_no_table_is_cut_on_a_phone(phone):
    assert phone.evaluate(CUT_TABLES) == []


def test_no_formula_is_cut_on_a_phone(phone):
    assert phone.evaluate(CUT_FORMULAS) == []


def test_nothing_is_cut_on_the_narrowest_screen(narrowest):
    is_within(narrowest)
    assert [narrowest.evaluate(look) for look in (LEAVING, CUT_TABLES, CUT_FORMULAS)] == [
        [],
        [],
        [],
    ]
