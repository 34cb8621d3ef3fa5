"""Sphinx extension: a search that finds places, not pages, without a server.

What is searched is every section of the book: its heading, the terms that it explains and its
text. A page loads it, and MiniSearch with it, when a reader types the first letter.
"""

import json
import re
from pathlib import Path

from docutils import nodes
from formulas import ask
from sphinx import addnodes
from terms import terms_of

MINISEARCH = Path(__file__).parents[2] / "node_modules" / "minisearch" / "dist" / "umd" / "index.js"
SCRIPT = Path(__file__).parents[1] / "assets" / "search.js"
LEFT_OUT = (nodes.literal_block, nodes.math_block, nodes.raw, nodes.comment, nodes.target)
SPACE = re.compile(r"\s+")
VISIBLE = re.compile(r'<span class="katex-html".*', re.DOTALL)
TAG = re.compile(r"<[^>]*>")
TALL = re.compile(r"\\([dt]?frac|sum|prod|int|bar|hat|sqrt|begin|left)\b|[\^_].*[\^_]")
# How much a find on a page counts: a chapter explains, a deeper page adds, an exercise asks.
WEIGHTS = {"notebooks/deeper/": 0.7, "notebooks/": 1.0, "book/": 0.8, "exercises/": 0.4}
# What readers call things that the book has another word for.
ALSO = {
    "notebooks/02_how_wrong_is_a_line.html#on-the-houses": "RMSE, MAE",
    "notebooks/02_how_wrong_is_a_line.html#houses-it-has-not-seen": "R squared, test set, held-out",
    "notebooks/04_the_long_walk.html": "gradient descent",
    "notebooks/05_from_loops_to_arrays.html": "vectorization",
    "notebooks/06_the_shortcut.html#the-flat-place": "ordinary least squares, OLS",
    "notebooks/07_why_normal_projection.html#the-svd-what-survives-and-how-much-of-it": "SVD",
    "notebooks/09_how_fast_is_the_walk.html#scaling-the-cheapest-cure": "standardization",
    "notebooks/09_how_fast_is_the_walk.html#a-few-rows-at-a-time": "SGD",
    "notebooks/10_which_door.html#three-roads-to-the-shortest-solution": "minimum-norm solution",
    "notebooks/deeper/10_double_descent.html": "overfitting",
}


def setup(app):
    """Take the place of Sphinx's own search."""
    app.connect("builder-inited", replace)
    app.connect("build-finished", write_sections)
    app.add_js_file("search.js", loading_method="defer")
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def replace(app):
    """Leave Sphinx's own index out, and make a page for who searches from an address."""
    app.builder.search = False
    app.config.html_additional_pages = {**app.config.html_additional_pages, "search": "search.html"}


def write_sections(app, exception):
    """Write what is searched, and the library that does it."""
    if exception or app.builder.format != "html":
        return
    folder = Path(app.outdir) / "_static" / "search"
    folder.mkdir(parents=True, exist_ok=True)
    sections = [section for page in sorted(app.env.found_docs) for section in read(app, page)]
    told = json.dumps(sections, ensure_ascii=False, separators=(",", ":"))
    (folder / "sections.js").write_text(f"window.lrSections = {told};\n", encoding="utf-8")
    (folder / "minisearch.js").write_bytes(MINISEARCH.read_bytes())


def read(app, page):
    """Yield the sections of a page."""
    env = app.env
    terms = {}
    for term, _, section in terms_of(env).get(page, []):
        terms.setdefault(section, []).append(term)
    weight = next(value for start, value in WEIGHTS.items() if page.startswith(start))
    title = env.titles[page].astext()
    for section in env.get_doctree(page).findall(nodes.section):
        place = section["ids"][0]
        is_page = not isinstance(section.parent, nodes.section)
        address = f"{page}.html" + ("" if is_page else f"#{place}")
        names = [*terms.get(place, []), *filter(None, [ALSO.get(address)])]
        yield {
            "id": address,
            "page": title,
            "title": plain(section.next_node(nodes.title)),
            "names": ", ".join(names),
            "text": SPACE.sub(" ", " ".join(own_texts(section))).strip(),
            "weight": weight,
        }


def own_texts(section):
    """Yield the texts of a section, without those of the sections in it."""
    for child in section.children:
        if not isinstance(child, nodes.section | nodes.title):
            yield plain(child)


def plain(node):
    """Return what a reader reads of a node: no code and what it prints, no TeX, no tall formula.

    What a reference without words of its own will say, a number or a name, is not known yet.
    """
    is_label = isinstance(node, addnodes.pending_xref) and not node.get("refexplicit")
    is_printed = isinstance(node, nodes.table) and "lr-printed" in node["classes"]
    if is_label or is_printed or isinstance(node, (*LEFT_OUT, addnodes.index)):
        return ""
    if isinstance(node, nodes.math):
        return readable(node.astext())
    if isinstance(node, nodes.Text):
        return node.astext()
    gap = "" if isinstance(node, nodes.TextElement) else " "
    return gap.join(plain(child) for child in node.children) + gap


def readable(tex):
    """Return the letters of a formula of one line, and of a taller one, where they mix, nothing."""
    if TALL.search(tex):
        return ""
    html = ask(tex, False).get("html", "")
    return TAG.sub("", "".join(VISIBLE.findall(html))).replace("\u200b", "")
