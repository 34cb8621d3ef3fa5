"""Sphinx extension: the directive ``{echo}``, which shows a chapter's figure on another page.

It names the chapter and takes its first figure; what is written in it is the caption.
"""

from copy import deepcopy

from docutils import nodes
from docutils.parsers.rst import Directive


class Echo(nodes.General, nodes.Element):
    """The place of a figure that stands in another page as well."""


class EchoDirective(Directive):
    """``{echo} PAGE`` with a caption."""

    required_arguments = 1
    has_content = True

    def run(self):
        """Return the figure's place, its caption read as text."""
        caption = nodes.Element()
        self.state.nested_parse(self.content, self.content_offset, caption)
        return [Echo("", *caption.children, page=self.arguments[0])]


def setup(app):
    """Name the directive, and connect the moment at which all pages are read."""
    app.add_node(Echo)
    app.add_directive("echo", EchoDirective)
    app.connect("doctree-resolved", fill)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def fill(app, doctree, docname):
    """Put the figure in its place, as a link to where it stands."""
    for echo in list(doctree.findall(Echo)):
        page = echo["page"]
        figure = next(app.env.get_doctree(page).findall(nodes.figure))
        image = deepcopy(next(figure.findall(nodes.image)))
        address = f"{app.builder.get_relative_uri(docname, page)}#{figure['ids'][0]}"
        link = nodes.reference("", "", image, refuri=address, internal=True)
        (paragraph,) = echo.children
        echo.replace_self(nodes.container("", link, paragraph, classes=["lr-echo"]))
