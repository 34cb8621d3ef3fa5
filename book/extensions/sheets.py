"""Sphinx extension: all pages have one style sheet, so that a page waits for one file.

What the theme and the other extensions bring comes first, less the rules that no page can use;
the book's own rules come after it, whole. The text's letters, in ``faces.css``, stay apart: a page
does not wait for them.
"""

import hashlib
import os
import re
import subprocess
from functools import partial
from pathlib import Path

from formulas import NODE
from sphinx.util import logging

PROGRAM = Path(__file__).with_name("purge.js")
THEIRS = [
    *("basic.css", "styles/pydata-sphinx-theme.css", "pygments.css"),
    *("styles/sphinx-book-theme.css", "togglebutton.css", "copybutton.css", "mystnb.*.css"),
    "sphinx-design.min.css",
]
OURS = ["katex/katex.css", "labs/labs.css", "palette.css", "book.css"]
INCLUDED = ["styles/theme.css", "style.css"]  # it includes basic.css; and the one sheet itself
LINK = re.compile(r'\s*<link (?![^>]*\bmedia=)[^>]*rel="stylesheet"[^>]*?/?>')
NAME = re.compile(r'href="[^"]*?_static/([^"?]*)')
RELATIVE = re.compile(r"""url\(["']?(?!data:|#|/|https?:)([^)"']+)["']?\)""")

logger = logging.getLogger(__name__)


def setup(app):
    """Connect the moment when all pages are there."""
    app.connect("build-finished", join, priority=800)  # when all others have written theirs
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def join(app, exception):
    """Write the one sheet, and name it on every page in the place of the others."""
    if exception or app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    sheet = static / "style.css"
    sheet.write_text(joined(static, THEIRS), encoding="utf-8")
    subprocess.run([NODE, PROGRAM, app.outdir, sheet], check=True)
    whole = sheet.read_text(encoding="utf-8") + joined(static, OURS)
    sheet.write_text(whole, encoding="utf-8")
    version = hashlib.sha256(whole.encode()).hexdigest()[:8]
    known = {path.relative_to(static).as_posix() for path in files(static, THEIRS + OURS)}
    for page in Path(app.outdir).rglob("*.html"):
        if page.is_relative_to(static):
            continue  # pieces of the theme, which nobody opens
        written = page.read_text(encoding="utf-8")
        head, end, body = written.partition("</head>")
        if strange := names(head) - known - set(INCLUDED):
            logger.warning(
                "%s asks for style sheets that no list of sheets.py names: %s",
                page.name,
                ", ".join(sorted(strange)),
            )
        mended = one_link(head, version) + end + body
        if mended != written:
            page.write_text(mended, encoding="utf-8")


def files(static, patterns):
    """Return the sheets that there are, in the order in which a page reads them."""
    return [path for pattern in patterns for path in sorted(static.glob(pattern))]


def joined(static, patterns):
    """Return the text of several sheets, with addresses as they are from the folder of all."""
    return "\n".join(
        RELATIVE.sub(partial(moved, path.parent.relative_to(static)), path.read_text("utf-8"))
        for path in files(static, patterns)
    )


def moved(folder, found):
    """Return an address of a sheet in a folder as it is from the folder above."""
    return f"url({os.path.normpath(folder / found[1])})"


def names(head):
    """Return the names of the sheets that a page asks for."""
    return {found[1] for link in LINK.findall(head) if (found := NAME.search(link))}


def one_link(head, version):
    """Return a page's head with one style sheet in the place of the first, and no other."""
    first = LINK.search(head)
    if not first:
        return head
    root = re.search(r'href="([^"]*?)_static/', first[0])[1]
    link = f'\n<link rel="stylesheet" href="{root}_static/style.css?v={version}" />'
    return head[: first.start()] + link + LINK.sub("", head[first.start() :])
