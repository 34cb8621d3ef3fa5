"""Sphinx extension: the book's colours on every page, and a mend to the theme's markup."""

from pathlib import Path

from linreg.palette import css_variables


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
    """Mend the references' roles."""
    # The references' own role is deprecated, and a list may not hold it.
    if body := context.get("body"):
        context["body"] = body.replace('role="doc-biblioentry"', 'role="listitem"')
