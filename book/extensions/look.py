"""Sphinx extension: the book's colours on every page, and small mends to the theme's markup."""

import re
from pathlib import Path

from linreg.palette import css_variables

# A formula in the text, and the mark that follows it: a line must not break between the two.
MARKED = re.compile(r'(<span class="math[^>]*>\\\((?:(?!</span>).)*</span>)([.,;:?!)]+)', re.DOTALL)
NOTICE = (
    '<noscript><p class="lr-noscript">Formulas are set by JavaScript, which is off: they are shown '
    "as they are written, in TeX.</p></noscript>"
)


def setup(app):
    """Connect the two moments: before writing, and at each page."""
    app.connect("builder-inited", write_palette)
    app.connect("html-page-context", mend_body)
    app.add_css_file("palette.css", priority=700)
    app.add_css_file("book.css", priority=800)
    app.add_js_file("page.js", loading_method="defer")
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def write_palette(app):
    """Write the colours of ``linreg.palette`` as CSS variables, light and dark."""
    if app.builder.format == "html":
        folder = Path(app.outdir) / "_static"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "palette.css").write_text(css_variables(), encoding="utf-8")


def mend_body(app, pagename, templatename, context, doctree):
    """Mend the references' roles and the ends of formulas; say what no JavaScript means."""
    body = context.get("body") or ""
    # The references' own role is deprecated, and a list may not hold it.
    body = body.replace('role="doc-biblioentry"', 'role="listitem"')
    body = MARKED.sub(r'<span class="lr-marked">\1\2</span>', body)
    if 'class="math' in body:
        body = body.replace("</h1>", "</h1>" + NOTICE, 1)
    if body:
        context["body"] = body
