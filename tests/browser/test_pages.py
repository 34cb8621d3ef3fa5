"""Promise: every page stands alone, reads well on any screen, and shuts nobody out."""

import gzip
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin

import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe

ROOT = Path(__file__).parents[2]


def pages():
    """The book's own pages, from its table of contents, and those that the theme adds."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    chapters = [chapter["file"] for part in toc["parts"] for chapter in part["chapters"]]
    return [f"{name}.html" for name in [toc["root"], *chapters, "search", "genindex"]]


OWN_PAGES = [path for path in pages() if "/" in path]
every_page = pytest.mark.parametrize("path", pages())
# Pages of exercises are made alike: where a test is slow, one stands for all.
DISTINCT = [path for path in OWN_PAGES if not re.search(r"release/ch0[^3]", path)]
own_page = pytest.mark.parametrize("path", DISTINCT)
each_scheme = pytest.mark.parametrize("scheme", ["light", "dark"])


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
        self.loads += [value for name, value in attributes.items() if (tag, name) in LOADING]
        self.leads += [attributes["href"]] if tag == "a" and "href" in attributes else []
        self.places |= {attributes["id"]} if "id" in attributes else set()
        self.images += [attributes] if tag == "img" else []


def links(file):
    parser = Links()
    parser.feed(file.read_text(encoding="utf-8"))
    return parser


def settle(page):
    """Wait until the theme has set its colours and MathJax has set every formula."""
    page.wait_for_load_state("load")
    page.wait_for_function("!window.MathJax || window.MathJax.startup?.promise !== undefined")
    page.evaluate("window.MathJax?.startup?.promise")


@pytest.fixture(scope="module", params=OWN_PAGES)
def phone(request, shared_page):
    """Each page on a phone, every fold open and every formula set. Tests look and leave it so."""
    page = shared_page(request.param, viewport={"width": 390, "height": 844})
    page.evaluate("document.querySelectorAll('details').forEach((fold) => (fold.open = true))")
    settle(page)
    yield page
    page.close()


@pytest.fixture(scope="module", params=OWN_PAGES)
def desk(request, shared_page):
    """Each page on a desk, its path, every formula set. Tests look and leave it so."""
    page = shared_page(request.param, viewport={"width": 1280, "height": 900})
    settle(page)
    page.wait_for_timeout(300)
    yield page, request.param
    page.close()


@pytest.mark.parametrize("path", [*DISTINCT, "search.html", "genindex.html"])
@pytest.mark.parametrize("over", ["http", "file"])
def test_a_page_asks_for_nothing_outside_and_reports_no_error(new_page, path, over):
    page = new_page(path, over=over)
    settle(page)
    page.mouse.wheel(0, 20_000)
    page.wait_for_timeout(300)
    assert page.title()


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


@own_page
@each_scheme
def test_axe_finds_nothing(new_page, path, scheme):
    page = new_page(path, color_scheme=scheme, viewport={"width": 1280, "height": 900})
    settle(page)
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.dataset.theme") == scheme
    results = Axe().run(page, options={"preload": False})  # it would misread the theme's @import
    assert results.violations_count == 0, results.generate_report()


CUT = """() => [...document.querySelectorAll(".bd-article :is(p, li, h1, h2, h3, img, table)")]
    .filter((node) => node.getBoundingClientRect().right > innerWidth + 1)
    .filter((node) => !node.closest(".pst-scrollable-table-container"))
    .map((node) => node.textContent.slice(0, 60))"""


def is_within(page):
    width = page.evaluate("innerWidth")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(CUT) == []


def test_nothing_is_wider_than_a_phone(phone):
    is_within(phone)


def test_nothing_is_wider_than_a_desk(desk):
    is_within(desk[0])


@own_page
def test_nothing_is_wider_than_a_tablet(new_page, path):
    page = new_page(path, viewport={"width": 768, "height": 844})
    settle(page)
    is_within(page)


def test_formulas_are_set(desk, book):
    page, path = desk
    written = (
        (book / path).read_text(encoding="utf-8").count('class="math notranslate nohighlight"')
    )
    assert page.locator("mjx-container").count() >= written
    assert page.locator("mjx-merror, .MathJax_Error").count() == 0
    assert "\\(" not in page.locator(".bd-article").inner_text()


@own_page
def test_nothing_of_a_formula_is_cut_above_or_below(new_page, path):
    """Each formula looks the same when its box may overflow: the bar of a transpose is there."""
    page = new_page(path, viewport={"width": 1280, "height": 900}, device_scale_factor=2)
    settle(page)
    cut = []
    for formula in page.locator(".bd-article div.math mjx-container:visible").all():
        formula.scroll_into_view_if_needed()
        box = formula.bounding_box()
        clip = {**box, "y": box["y"] - 6, "height": box["height"] + 12}
        boxed = page.screenshot(clip=clip)
        formula.evaluate("(node) => node.style.setProperty('overflow', 'visible', 'important')")
        if page.screenshot(clip=clip) != boxed:
            cut.append(formula.evaluate("(node) => node.closest('div.math').id"))
    assert cut == []


def test_no_formula_in_the_text_leaves_a_phone(phone):
    leaving = phone.evaluate(
        """() => [...document.querySelectorAll(".bd-article mjx-container")]
            .filter((formula) => !formula.closest("div.math"))
            .filter((formula) => formula.getBoundingClientRect().right > innerWidth)
            .map((formula) => formula.parentElement.textContent.slice(0, 80))"""
    )
    assert leaving == []


def test_no_table_is_cut_on_a_phone(phone):
    cut = phone.evaluate(
        """() => [...document.querySelectorAll(".bd-article table")]
            .filter((table) => table.offsetParent)
            .filter((table) => table.offsetWidth > table.parentElement.clientWidth + 1)
            .map((table) => table.closest("section")?.id)"""
    )
    assert cut == []


def test_no_formula_is_cut_on_a_phone(phone):
    cut = phone.evaluate(
        """() => [...document.querySelectorAll("div.math")].filter((block) => {
            const formula = block.querySelector("mjx-math").getBoundingClientRect();
            const number = block.querySelector(".eqno")?.getBoundingClientRect();
            return formula.left < 0 || formula.right > (number?.left ?? innerWidth);
        }).map((block) => block.id)"""
    )
    assert cut == []


# The least contrast of any visible text with the ground it is painted on.
LEAST_CONTRAST = """() => {
    const parse = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const luminance = (rgb) => {
        const linear = rgb.slice(0, 3).map((c) => c / 255)
            .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
    };
    const ground = (node) => {
        for (let at = node; at; at = at.parentElement) {
            const colour = parse(getComputedStyle(at).backgroundColor);
            if (colour.length === 3 || colour[3] > 0.5) return colour;
        }
        return [255, 255, 255];
    };
    const texts = document.createTreeWalker(
        document.querySelector(".bd-article"), NodeFilter.SHOW_TEXT);
    let least = { contrast: 21, text: "" };
    while (texts.nextNode()) {
        const node = texts.currentNode.parentElement;
        const text = texts.currentNode.textContent.trim();
        if (!text || node.closest("script, style, noscript, svg, mjx-container")) continue;
        if (!node.getClientRects().length) continue;
        const [a, b] = [luminance(parse(getComputedStyle(node).color)), luminance(ground(node))];
        const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        if (contrast < least.contrast) least = { contrast, text };
    }
    return least;
}"""


@own_page
@each_scheme
def test_paper_is_light_and_its_text_dark(new_page, path, scheme):
    page = new_page(path, color_scheme=scheme)
    settle(page)
    page.emulate_media(media="print")
    page.wait_for_timeout(300)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") in (
        "rgb(255, 255, 255)",
        "rgba(0, 0, 0, 0)",
    )
    least = page.evaluate(LEAST_CONTRAST)
    assert least["contrast"] >= 4.5, least


def test_answers_are_open_on_paper_and_folded_after(desk):
    page, _ = desk
    folded = "document.querySelectorAll('.bd-article details:not([open])').length"
    before = page.evaluate(folded)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(folded) == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(folded) == before


@own_page
@each_scheme
def test_a_page_reads_without_javascript(new_page, path, scheme):
    page = new_page(path, java_script_enabled=False, color_scheme=scheme)
    assert len(page.locator(".bd-article").inner_text()) > 200
    if page.locator(".math").count():
        assert page.locator(".lr-noscript").is_visible()
    assert page.locator("body").evaluate("getComputedStyle(document.body).backgroundColor") == (
        "rgb(255, 255, 255)"
    )
    least = page.evaluate(LEAST_CONTRAST)
    assert least["contrast"] >= 4.5, least


@own_page
def test_tab_leads_to_the_text_first_and_shows_where_it_is(new_page, path):
    page = new_page(path, viewport={"width": 1280, "height": 900})
    settle(page)
    page.keyboard.press("Tab")
    assert "Skip to main content" in page.evaluate("document.activeElement.textContent")
    unmarked = []
    for _ in range(25):
        page.keyboard.press("Tab")
        unmarked += page.evaluate(
            """() => {
                const at = document.activeElement;
                const { outlineStyle, boxShadow } = getComputedStyle(at);
                const marked = outlineStyle !== "none" || boxShadow !== "none";
                return marked || at === document.body ? [] : [at.outerHTML.slice(0, 120)];
            }"""
        )
    assert unmarked == []


def test_a_formula_is_no_stop_for_tab(desk):
    assert desk[0].locator("mjx-container[tabindex='0']").count() == 0


def test_the_front_door_opens(new_page):
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
