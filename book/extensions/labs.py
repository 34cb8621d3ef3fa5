"""Sphinx extension: the labs' scripts and style, on the pages that hold a lab and on no other.

A notebook stores the still pictures of its labs as images. A page draws them itself, so that they
have its colours, light or dark, and its letters.

A notebook that is executed keeps the state of its widgets, a lab's whole front end among it. A page
shows a lab without them, so that of the widgets' state a page has what it shows and nothing else.
"""

import json
import re
from pathlib import Path

from linreg import labs
from linreg.labs.kit.lab import Lab
from linreg.labs.kit.picture import inline

SHIM = Path(__file__).parents[1] / "assets" / "lab-shim.js"
LAB = re.compile(r'data-lab="(\w+)"')
CLASSES = {getattr(labs, name).slug(): getattr(labs, name) for name in labs.__all__}
SHOWN = re.compile(r'<script type="application/vnd\.jupyter\.widget-view\+json">(.*?)</script>')
STATE = "ipywidgets_state"  # myst-nb's name for the script that holds the widgets' state
REFERENCE = re.compile(r'"IPY_MODEL_(\w+)"')  # from a widget to one that it is made of


def setup(app):
    """Connect the two moments: before writing, and at each page."""
    app.connect("builder-inited", write_files)
    app.connect("html-page-context", add_to_page)
    app.connect("html-page-context", drop_widgets, priority=400)  # before myst-nb adds them, at 500
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def registering(name, source):
    """Return a classic script that keeps an ES module's source for the shim to import.

    It comes before the shim or after it, and tells it.
    """
    kept = f"(window.lrLabs ??= {{}})[{json.dumps(name)}] = {json.dumps(source)};"
    return f"{kept}\nwindow.lrStart?.();\n"


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
    """Draw a page's still pictures, and add its labs' scripts: their sources, then the shim."""
    names = sorted(set(LAB.findall(context.get("body") or "")))
    if not names:
        return
    context["body"] = inline(context["body"])
    app.add_css_file("labs/labs.css")
    # A lab waits for nothing but its own scripts, which are asked for first.
    early = {"loading_method": "async", "fetchpriority": "high", "priority": 100}
    for name in (*names, "shim"):
        app.add_js_file(f"labs/{name}.js", **early)


def drop_widgets(app, pagename, templatename, context, doctree):
    """Drop the state of widgets that a page does not show, and their scripts if it shows none."""
    scripts = getattr(app.env, "nb_metadata", {}).get(pagename, {}).get("js_files", {})
    if STATE not in scripts:
        return
    path, attributes = scripts[STATE]
    state = json.loads(attributes["body"])
    shown = [json.loads(view)["model_id"] for view in SHOWN.findall(context.get("body") or "")]
    state["state"] = needed(state["state"], shown)
    if state["state"]:
        body = json.dumps(state).replace("</", "<\\/")  # inside a script nothing may end it
        scripts[STATE] = path, {**attributes, "body": body}
        return
    for name in [name for name in scripts if name.startswith("ipywidgets_")]:
        del scripts[name]


def needed(models, shown):
    """Return the models that are shown, and those that they are made of, in their order."""
    waiting, kept = [model for model in shown if model in models], set()
    while waiting:
        kept.add(model := waiting.pop())
        parts = set(REFERENCE.findall(json.dumps(models[model])))
        waiting += sorted((parts & models.keys()) - kept)
    return {name: model for name, model in models.items() if name in kept}
