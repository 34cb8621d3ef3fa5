"""Promise: the built book is light, can be shared and found, and has an index of its terms."""

import gzip
import io
import json
import re
from base64 import b64decode
from functools import cache
from html import escape, unescape
from html.parser import HTMLParser
from urllib.parse import unquote
from xml.etree import ElementTree

import nbformat
import pytest
import yaml
from contents import LISTED, PARTS
from docutils import nodes
from fontTools.ttLib import TTFont
from PIL import Image
from printed_tables import Table, blocks_of

from linreg import labs
from notebooks import CHAPTERS, DEEPER, NOTEBOOKS, ROOT, figure_texts, page_of, short, shows_image

SITE = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["html"]["baseurl"]
FRONT = "book/index.html"
every_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=short)


class Tags(HTMLParser):
    """The tags of a page, each with its attributes."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))

    def named(self, name):
        return [attributes for tag, attributes in self.found if tag == name]


def tags(path):
    return Tags(path.read_text(encoding="utf-8"))


def own_pages(book):
    """The pages with the book's own look: not the way in, which is none, and pieces of a theme."""
    pages = [page for page in book.rglob("*.html") if page.name != "404.html"]
    return [page for page in pages if page.parent not in (book, book / "_static")] + [
        book / name for name in ("search.html", "genindex.html")
    ]


# Weight


def packed(path):
    """The bytes of a file as a server sends it."""
    is_packed_already = path.suffix in {".woff2", ".png"}
    return path.stat().st_size if is_packed_already else len(gzip.compress(path.read_bytes()))


def files_of(book, page):
    """The files that a page names and loads, without what comes when it is asked for."""
    found = tags(book / page)
    sources = [
        one["src"] for name in ("script", "img") for one in found.named(name) if "src" in one
    ]
    sources += [one["href"] for one in found.named("link") if one.get("rel") == "stylesheet"]
    here = (book / page).parent
    local = {unquote(source.partition("?")[0]) for source in sources if ":" not in source}
    return {(here / source).resolve() for source in local}


@every_chapter
def test_a_chapter_adds_little_to_what_all_pages_share(book, path):
    page = page_of(path)
    labs = set((book / "_static" / "labs").glob("*.js"))
    shared = set((book / "_static").rglob("*")) - labs
    own = (files_of(book, page) - shared) | {book / page}
    assert sum(map(packed, own)) <= 150_000, sorted((packed(file), file.name) for file in own)


def test_the_front_page_is_light(book):
    weight = sum(map(packed, files_of(book, FRONT) | {book / FRONT}))
    assert weight <= 350_000


def test_a_page_waits_for_no_script_and_for_one_style_sheet(book):
    for page in own_pages(book):
        head = Tags(page.read_text(encoding="utf-8").partition("</head>")[0])
        for script in head.named("script"):
            assert "src" not in script or script.keys() & {"defer", "async"}, (page, script)
            assert "fontawesome" not in script.get("src", ""), page
        sheets = [one for one in head.named("link") if one.get("rel") == "stylesheet"]
        (waited,) = (one["href"] for one in sheets if "media" not in one)
        assert (page.parent / waited.partition("?")[0]).resolve() == book / "_static/style.css"


def test_the_one_style_sheet_names_only_files_that_are_there(book):
    style = (book / "_static/style.css").read_text(encoding="utf-8")
    named = set(re.findall(r"""url\(["']?(?!data:|#)([^)"'?]+)""", style))
    assert any(name.endswith("KaTeX_Main-Regular.woff2") for name in named)
    assert {name for name in named if not (book / "_static" / name).exists()} == set()


def test_no_page_holds_what_only_some_readers_ask_for(book):
    assert not (book / "searchindex.js").exists()
    for page in own_pages(book):
        html = page.read_text(encoding="utf-8")
        assert "searchindex" not in html, page
        assert not re.search("<script[^>]*mathjax", html), page
        assert ("KaTeX_Main-Regular" in html) == ('class="katex' in html), page


def test_code_marks_only_what_has_a_colour_of_its_own(book):
    style = (book / "_static/pygments.css").read_text(encoding="utf-8")
    for theme in ("light", "dark"):
        of = f'html[data-theme="{theme}"] .highlight'
        colours = dict(re.findall(rf"{re.escape(of)}(?: \.(\w+))? {{.*?[ ;]color: (#\w+)", style))
        assert {colours[name] for name in "npw"} == {colours[""]}
    for page in own_pages(book):
        assert not re.search('<span class="[npw]">', page.read_text(encoding="utf-8")), page


def test_every_picture_has_its_size_and_waits_to_be_seen(book):
    seen = 0
    for page in own_pages(book):
        for image in tags(page).named("img"):
            if image["src"].startswith("data:"):
                continue
            seen += 1
            assert image["loading"] == "lazy", page
            wide, high = size_of((page.parent / image["src"]).resolve())
            ratio = int(image["width"]) / int(image["height"])
            assert ratio == pytest.approx(wide / high, rel=0.01), (page, image["src"])
    assert seen > 50


@cache
def size_of(picture):
    """The width and height of a picture's own file."""
    if picture.suffix == ".svg":
        *_, wide, high = ElementTree.parse(picture).getroot().get("viewBox").split()
        return float(wide), float(high)
    with Image.open(picture) as pixels:
        return pixels.size


def test_figures_are_lines_where_that_weighs_less(book):
    figures = [path for path in (book / "_images").iterdir() if path.suffix in {".svg", ".png"}]
    lines = [path for path in figures if path.suffix == ".svg"]
    assert len(lines) > len(figures) / 2


# Sharing


def first_alt(path):
    """What the first figure of a notebook shows, in words; None where it has no figure."""
    cells = nbformat.read(path, as_version=4).cells
    figures = (cell for cell in cells if cell.cell_type == "code" and shows_image(cell))
    return next((figure_texts(figure)["alt"] for figure in figures), None)


@every_chapter
def test_a_chapter_says_what_it_is_where_it_is_shared(book, path):
    found = tags(book / page_of(path))
    said = {
        one.get("property") or one.get("name"): one["content"]
        for one in found.named("meta")
        if "content" in one
    }
    opening = path.read_text(encoding="utf-8")
    assert said["og:url"] == SITE + page_of(path)
    assert said["og:title"][:2].strip(" ·").isdigit()
    assert said["og:description"] == said["description"]
    assert said["og:description"].endswith("?")
    assert said["og:description"][:30] in opening
    assert said["og:image:alt"] == (first_alt(path) or said["og:image:alt"])
    assert len(said["og:image:alt"]) > 30
    with Image.open(book / said["og:image"].removeprefix(SITE)) as picture:
        assert picture.width >= 600
    canonical = [one["href"] for one in found.named("link") if one.get("rel") == "canonical"]
    assert canonical == [SITE + page_of(path)]


def test_no_two_chapters_share_a_picture(book):
    pictures = list((book / "_static/shared").glob("notebooks-[0-9]*.png"))
    assert len(pictures) == sum(first_alt(path) is not None for path in CHAPTERS) > 10
    assert len({picture.read_bytes() for picture in pictures}) == len(pictures)


def test_the_front_page_has_a_picture_too(book):
    (picture,) = [
        one["content"]
        for one in tags(book / FRONT).named("meta")
        if one.get("property") == "og:image"
    ]
    assert (book / picture.removeprefix(SITE)).is_file()


def test_the_sitemap_names_every_page_of_the_book(book):
    tree = ElementTree.parse(book / "sitemap.xml")
    places = {node.text for node in tree.iter() if node.tag.endswith("}loc")}
    assert len(places) >= len(NOTEBOOKS)
    assert {place.removeprefix(SITE) for place in places} == {
        page.relative_to(book).as_posix()
        for page in own_pages(book)
        if page.parent not in (book, book / "_static")  # the way in, search and index; the theme's
    }


def test_an_address_that_is_nowhere_gets_a_page_that_leads_on(book):
    found = tags(book / "404.html")
    home = "/" + SITE.split("/", 3)[3]
    leads = [one["href"] for one in found.named("a") if one.get("href", "").startswith(home)]
    assert home + FRONT in leads
    for one in [*found.named("link"), *found.named("script")]:
        address = (one.get("href") or one.get("src") or "").partition("?")[0]
        if address.startswith(home):
            assert (book / address.removeprefix(home)).is_file(), address


# The index


def test_the_index_lists_the_terms_and_leads_to_where_they_are_explained(book):
    html = (book / "genindex.html").read_text(encoding="utf-8")
    entries = re.findall(r'<a href="(notebooks/[^"#]+)#(term-[^"]+)">([^<]+)</a>', html)
    terms = {name for *_, name in entries}
    assert {"residual", "gradient", "leverage", "condition number", "momentum"} <= terms
    term = None
    for page, place, name in entries:
        term = term if re.fullmatch(r"\[\d+\]", name) else unescape(name)  # one more place of it
        assert place == nodes.make_id(f"term-{term}")
        assert f'id="{place}"' in (book / page).read_text(encoding="utf-8"), place


# What leads from place to place


def test_an_equation_is_called_by_its_own_number_wherever_it_is_named(book):
    texts = {page: page.read_text(encoding="utf-8") for page in own_pages(book)}
    numbered = r'<div class="math" id="(equation-[\w-]+)">\s*<span class="eqno">\((\d+)\)'
    own = {(page, place): n for page in texts for place, n in re.findall(numbered, texts[page])}
    assert len(set(own.values())) == len(own) > 100
    naming = r'<a class="reference internal" href="([^"#]*)#(equation-[\w-]+)">\((\d+)\)</a>'
    named = [
        (own[led_to(page, file), place], number)
        for page, text in texts.items()
        for file, place, number in re.findall(naming, text)
    ]
    assert [pair for pair in named if pair[0] != pair[1]] == []
    assert len(named) > 100


def led_to(page, href):
    """The file to which a link on a page leads."""
    file = href.partition("#")[0]
    return (page.parent / file).resolve() if file else page


RELEASES = sorted((ROOT / "exercises/release").glob("*/*.ipynb"))


@pytest.mark.parametrize("path", RELEASES, ids=lambda path: path.stem)
def test_a_page_of_exercises_gives_its_own_notebook_to_take_home(book, path):
    page = book / page_of(path)
    (link,) = [one for one in tags(page).named("a") if "download" in one]
    assert (page.parent / link["href"]).read_bytes() == path.read_bytes()
    assert f">Download {path.name}</a>" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", CHAPTERS + DEEPER, ids=short)
def test_the_way_of_a_page_names_chapters_by_title_and_minutes(book, path):
    """Of a deeper page it names the chapter that it hangs on, and its own minutes."""
    here = next(chapter for chapter in LISTED if path.match(f"{chapter.page}.ipynb"))
    (way,) = re.findall('<nav class="lr-way".*?</nav>', (book / page_of(path)).read_text(), re.S)
    if here.deeper:
        (chapter,) = [other for other in LISTED if f"{other.number}*" == here.number]
        assert f"A deeper page, {here.minutes} minutes, for who" in way
        assert f">Chapter {chapter.number}: {escape(chapter.title)}</a>" in way
        steps = {chapter.page: None}
    else:
        (part,) = [chapters for chapters in PARTS if here in chapters]
        steps = {c.page: f"Chapter {c.number}: {c.title}, {c.minutes} minutes" for c in part}
    links = Tags(way).named("a")
    found = {led_to(book / page_of(path), link["href"]): link.get("title") for link in links}
    assert found == {book / f"{page}.html": title for page, title in steps.items()}
    assert all(link.get("aria-label") == link.get("title") for link in links)


def test_the_front_page_shows_the_first_figure_of_the_chapter_that_it_leads_to(book):
    (shown,) = re.findall('<div class="lr-echo.*?</div>', (book / FRONT).read_text(), re.S)
    (link,), (image,) = Tags(shown).named("a"), Tags(shown).named("img")
    page, place = led_to(book / FRONT, link["href"]), link["href"].partition("#")[2]
    (chapter,) = [path for path in CHAPTERS if page == book / page_of(path)]
    assert image["alt"] == first_alt(chapter)
    assert f'id="{place}"' in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("page", [FRONT, "book/labs.html"])
def test_each_lab_of_the_gallery_says_what_it_asks_and_in_which_chapter(book, page):
    text = (book / page).read_text(encoding="utf-8")
    (gallery,) = re.findall('<ul class="lr-labs.*?</ul>', text, re.S)
    cards = re.findall(
        r'<a href="\.\./([^"#]+)#([^"]+)">.*?<strong>(.*?)</strong>(.*?)<small>(.*?)</small>',
        gallery,
        re.S,
    )
    kinds = {kind.title: kind for kind in (getattr(labs, name) for name in labs.__all__)}
    assert {unescape(title) for _, _, title, _, _ in cards} == set(kinds)
    assert len(cards) == len(kinds)
    for address, place, title, question, where in cards:
        kind = kinds[unescape(title)]
        (chapter,) = [c for c in LISTED if address == f"{c.page}.html"]
        assert unescape(question).strip() == kind.question
        assert unescape(where) == f"Chapter {chapter.number}: {chapter.title}"
        html = (book / address).read_text(encoding="utf-8")
        assert f'id="{place}"' in html
        assert f'data-lab="{kind.slug()}"' in html


def test_of_what_a_search_finds_chapters_come_before_deeper_pages_and_exercises(book):
    told = (book / "_static/search/sections.js").read_text(encoding="utf-8")
    sections = json.loads(told.removeprefix("window.lrSections = ").rstrip(";\n"))
    weights = {}
    for section in sections:
        kind = re.match("notebooks/deeper|notebooks|book|exercises", section["id"])[0]
        weights.setdefault(kind, set()).add(section["weight"])
    (chapter,), (back,), (deeper,), (exercise,) = (
        weights[kind] for kind in ("notebooks", "book", "notebooks/deeper", "exercises")
    )
    assert chapter > back > deeper > exercise


# Letters


def test_greek_letters_and_accents_of_the_text_have_the_books_own_face(book):
    """A face is asked for no letter that its range does not name, and the first file has none."""
    rules = re.findall(r"@font-face {([^}]*)}", (book / "_static/faces.css").read_text())
    upright = [rule for rule in rules if '"Source Serif 4"; font-style: normal' in rule]
    first, *others = upright
    assert "unicode-range" not in first
    for letter in "λκθσαδεχŷ":
        (rule,) = [rule for rule in others if re.search(rf"U\+{ord(letter):X}\b", rule)]
        data = re.search(r"base64,([^\"]*)", rule).group(1)
        assert ord(letter) in TTFont(io.BytesIO(b64decode(data))).getBestCmap(), letter


# Printed tables


@pytest.mark.parametrize("path", NOTEBOOKS, ids=short)
def test_each_printed_table_is_one_on_its_page(book, path):
    outputs = [
        o for cell in nbformat.read(path, as_version=4).cells for o in cell.get("outputs", [])
    ]
    blocks = [block for output in outputs for block in blocks_of(output.get("text", ""))]
    shown = tags(book / page_of(path)).named("table")
    printed = [table for table in shown if "lr-printed" in table.get("class", "")]
    assert len(printed) == sum(isinstance(block, Table) for block in blocks)
