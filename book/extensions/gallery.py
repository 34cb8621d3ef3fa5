"""Sphinx extension: the directive ``{gallery}``, all labs of the book, each with its question.

Each leads to its place in a chapter. With the option ``large`` a lab has a line of its own, and its
chapter beside it.
"""

import re
from html import escape
from pathlib import Path
from typing import ClassVar

import nbformat
from docutils import nodes
from docutils.parsers.rst import Directive, directives
from labs import CLASSES, LAB

from linreg.labs.kit.picture import drawings

HEADING = re.compile(r"^#{2,} (.+)$", re.MULTILINE)


def setup(app):
    """Name the directive."""
    app.add_directive("gallery", Gallery)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


class Gallery(Directive):
    """The labs in the order in which a reader meets them."""

    option_spec: ClassVar = {"large": directives.flag}

    def run(self):
        """Return the labs as raw HTML: their pictures are drawn in the page."""
        env = self.state.document.settings.env
        kind = "lr-labs-large" if "large" in self.options else "lr-labs-small"
        cards = [self.card(env, *place) for place in places(env)]
        return [nodes.raw("", f'<ul class="lr-labs {kind}">{"".join(cards)}</ul>', format="html")]

    def card(self, env, name, chapter, heading):
        """Return one lab: its picture, its title, its question, and where it stands."""
        lab = CLASSES[name]
        address = env.app.builder.get_relative_uri(env.docname, chapter.page)
        where = f"Chapter {chapter.number}: {chapter.title}"
        return (
            f'<li><a href="{address}#{nodes.make_id(heading)}">{drawings(lab().still())[0]}'
            f"<span><strong>{escape(lab.title)}</strong> {escape(lab.question)}"
            f"<small>{escape(where)}</small></span></a></li>"
        )


def places(env):
    """Yield each lab with the chapter that first shows it, and the heading above it."""
    seen = set()
    for _, chapters in env.book_parts:
        for chapter in chapters:
            for name, heading in labs_of(Path(env.srcdir) / f"{chapter.page}.ipynb"):
                if name not in seen:
                    seen.add(name)
                    yield name, chapter, heading


def labs_of(path):
    """Yield the labs of a notebook, each with the heading above it."""
    heading = ""
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown":
            heading = (HEADING.findall(cell.source) or [heading])[-1]
        else:
            for output in cell.outputs:
                for name in LAB.findall("".join(output.get("data", {}).get("text/html", ""))):
                    yield name, heading
