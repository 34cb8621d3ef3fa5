"""Sphinx extension: a page loads what it shows, in the order in which a reader needs it.

Of the scripts in its head it waits for none; pictures have their size before they arrive, so that
nothing moves when they do, and those further down come when they are scrolled to.
"""

import gzip
import re
from functools import cache, partial
from itertools import groupby
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

from docutils import nodes
from PIL import Image

# A script in the head for which a page waits.
AWAITED = re.compile(r"<script (?=[^>]*\bsrc=)(?![^>]*\b(?:defer|async)\b)")
# Sphinx's options, a few lines that what is written in the head needs at once.
OPTIONS = re.compile(r'<script src="[^"]*documentation_options\.js[^"]*"></script>')
# The theme's icons, a second time and half a megabyte: a page has them as letters of a font.
REDUNDANT = re.compile(r"<script [^>]*fontawesome\.js[^>]*></script>")
# The arrow of a fold, drawn anew for each, in the place of which the book's style has a letter.
ARROW = re.compile(r'<span class="sd-summary-state-marker.*?</svg></span>', re.DOTALL)
# Names, punctuation and spaces in code, which have the colour of the block around them.
UNCOLOURED = re.compile(r'<span class="[npw]">([^<]*)</span>')
PICTURE = re.compile(r'<img (?![^>]*\bloading=)([^>]*\bsrc="([^":]+)"[^>]*)>')
# In a drawing: who made it, decimals that no eye can see, and a mark, drawn once for each sample.
ABOUT = re.compile(r"<metadata>.*?</metadata>\n?", re.DOTALL)
LONG = re.compile(r"(?<![\d.])(?!0\.0)(\d+\.\d\d)\d+")  # but a scale, which is small, stays
MARK = re.compile(r'\s*<use (xlink:href="[^"]*") x="([\d.-]+)" y="([\d.-]+)" (style="[^"]*")/>')
LENGTH = re.compile(r"[\d.]+")


def setup(app):
    """Connect the moments: a page is read, and all pages and pictures are there."""
    app.connect("doctree-read", lighter_figures)
    app.connect("build-finished", lighten, priority=400)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def lighten(app, exception):
    """Mend every page that has been written."""
    if exception or app.builder.format != "html":
        return
    options = (Path(app.outdir) / "_static/documentation_options.js").read_text(encoding="utf-8")
    for page in Path(app.outdir).rglob("*.html"):
        written = page.read_text(encoding="utf-8")
        head, end, body = written.partition("</head>")
        head = OPTIONS.sub(lambda _: f"<script>{options}</script>", REDUNDANT.sub("", head))
        head = AWAITED.sub("<script defer ", head)
        body = UNCOLOURED.sub(r"\1", ARROW.sub("", body))
        mended = head + end + PICTURE.sub(partial(sized, page.parent), body)
        if mended != written:
            page.write_text(mended, encoding="utf-8")


def sized(folder, found):
    """Return a picture's tag with its width and height, loaded when a reader comes near."""
    attributes, source = found.groups()
    width, height = size((folder / unquote(source)).resolve())
    return f'<img loading="lazy" width="{width}" height="{height}" {attributes}>'


@cache
def size(path):
    """Return a picture's width and height in pixels."""
    if path.suffix == ".svg":
        root = ElementTree.parse(path).getroot()
        box = LENGTH.findall(root.get("viewBox", "0 0 24 24"))
        return round(float(box[2])), round(float(box[3]))
    with Image.open(path) as picture:
        return picture.size


def lighter_figures(app, doctree):
    """Of a figure's two forms, lines and pixels, leave the one that weighs less."""
    for bundle in list(doctree.findall(is_bundle)):
        forms = {form["mime_type"]: form for form in bundle.children}
        if forms.keys() >= {"image/svg+xml", "image/png"}:
            path = file_of(app, forms["image/svg+xml"])
            path.write_text(slim(path.read_text(encoding="utf-8")), encoding="utf-8")
            weigh = {name: weight_of(app, forms[name]) for name in ("image/svg+xml", "image/png")}
            bundle.remove(forms[max(weigh, key=weigh.get)])


def slim(drawing):
    """Return a drawing that looks the same, and weighs about a third less where it has many marks.

    Marks of one look that follow each other are put in the order of their places, in which they
    pack better, and have their look in common.
    """
    drawing = LONG.sub(r"\1", ABOUT.sub("", drawing))
    lines = []
    for look, run in groupby(drawing.splitlines(), key=look_of):
        if look is None:
            lines += run
            continue
        mark, style = look
        places = sorted(tuple(map(fifth, MARK.fullmatch(line).group(2, 3))) for line in run)
        marks = [f'<use {mark} x="{x:g}" y="{y:g}"/>' for x, y in places]
        lines += [f"<g {style}>", *marks, "</g>"]
    return "\n".join(lines)


def fifth(length):
    """Return a length to a fifth of a point, which is less than half a pixel of a page."""
    return round(float(length) * 5) / 5


def look_of(line):
    """Return a mark's form and style, and None for a line of a drawing that is no mark."""
    found = MARK.fullmatch(line)
    return found and found.group(1, 4)


def file_of(app, form):
    """Return the file of a figure in one of its forms."""
    (image,) = form.findall(nodes.image)
    return Path(app.srcdir, image["uri"].lstrip("/"))


def weight_of(app, form):
    """Return the bytes that a page loads for a figure, as a server sends them."""
    return len(gzip.compress(file_of(app, form).read_bytes()))


def is_bundle(node):
    """Return whether a node holds one output of a cell in several forms."""
    return isinstance(node, nodes.container) and node.get("nb_element") == "mime_bundle"
