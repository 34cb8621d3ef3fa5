"""Sphinx extension: the labs' scripts and style, on the pages that hold a lab and on no other."""

import json
import re
from pathlib import Path

from linreg import labs
from linreg.labs.kit import Lab

SHIM = Path(__file__).parents[1] / "assets" / "lab-shim.js"
LAB = re.compile(r'data-lab="(\w+)"')
CLASSES = {getattr(labs, name).slug(): getattr(labs, name) for name in labs.__all__}


def setup(app):
    """Connect the two moments: before writing, and at each page."""
    app.connect("builder-inited", write_files)
    app.connect("html-page-context", add_to_page)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def registering(name, source):
    """Return a classic script that keeps an ES module's source for the shim to import."""
    return f"(window.lrLabs ??= {{}})[{json.dumps(name)}] = {json.dumps(source)};\n"


def write_files(app):
    """Write what the pages will ask for into the built book."""
    if app.builder.format != "html":
        return
    folder = Path(app.outdir) / "_static" / "labs"
    folder.mkdir(parents=True, exist_ok=True)
    for name, lab in CLASSES.items():
        (folder / f"{name}.js").write_text(registering(name, lab.bundle()), encoding="utf-8")
    (folder / "labs.css").write_text(Lab.css(), encoding="utf-8")
    (folder / "shim.js").write_text(SHIM.read_text(encoding="utf-8"), encoding="utf-8")


def add_to_page(app, pagename, templatename, context, doctree):
    """Add the scripts of the labs that a page shows: their sources first, then the shim."""
    names = sorted(set(LAB.findall(context.get("body") or "")))
    if not names:
        return
    app.add_css_file("labs/labs.css")
    for name in names:
        app.add_js_file(f"labs/{name}.js", loading_method="defer")
    app.add_js_file("labs/shim.js", loading_method="defer", priority=900)
