"""Sphinx extension: the book's colours on every page, and small mends to the theme's markup."""

from pathlib import Path

from linreg.labs.kit import variables


def setup(app):
    """Connect the two moments: before writing, and at each page."""
    app.connect("builder-inited", write_palette)
    app.connect("html-page-context", mend_roles)
    app.add_css_file("palette.css", priority=700)
    app.add_css_file("book.css", priority=800)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def write_palette(app):
    """Write the palette of ``linreg.plots`` as CSS variables, light and dark."""
    if app.builder.format == "html":
        folder = Path(app.outdir) / "_static"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "palette.css").write_text(variables(), encoding="utf-8")


def mend_roles(app, pagename, templatename, context, doctree):
    """Make each reference an item of its list: its own role is deprecated and fits no list."""
    if "body" in context:
        context["body"] = context["body"].replace('role="doc-biblioentry"', 'role="listitem"')
