"""Sphinx extension: a page of graded exercises offers its notebook to take home."""

from pathlib import PurePosixPath

from docutils import nodes
from sphinx import addnodes

FOLDER = "exercises/release/"


def setup(app):
    """Connect before Sphinx collects what can be downloaded."""
    app.connect("doctree-read", offer_notebook, priority=100)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def offer_notebook(app, doctree):
    """Put a link to the notebook itself below the title."""
    page = app.env.docname
    if not page.startswith(FOLDER):
        return
    file = PurePosixPath(page).name + ".ipynb"
    link = addnodes.download_reference("", f"Download {file}", reftarget=file, refdoc=page)
    said = nodes.Text(", answer in it, and run its checks in Jupyter. This page is what it holds.")
    title = next(doctree.findall(nodes.title))
    place = title.parent.index(title) + 1
    title.parent.insert(place, nodes.paragraph("", "", link, said, classes=["lr-take-home"]))
