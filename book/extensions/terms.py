"""Sphinx extension: the terms of the book, where a chapter says what each means.

A chapter sets a term in bold where it explains it. From these come the general index, and the
places that a search for a term finds first.
"""

import re

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms import SphinxTransform

CHAPTERS = "notebooks/"
# Where bold words are no terms: their tasks, their points and what is said again.
ASIDE = {"checkpoint", "summary", "active-recall", "exercises", "sources", "what-comes-next"}
TERM = re.compile(r"(?:[^\W\d_][\w²'’–-]*)(?: [\w'’–-]+){0,3}")
# Bold for another reason: a button's name, or the stress of a sentence.
OTHERS = {
    *("Best line", "Play", "You will be able to", "cut", "if and only if", "one bottom"),
    *("Check at random places", "Check on random data", "of the scaled", "product", "up to"),
}


def setup(app):
    """Add the transform, before Sphinx gathers what the index lists."""
    app.add_transform(Terms)
    app.connect("env-purge-doc", forget)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}


class Terms(SphinxTransform):
    """Give each term of a chapter a place, and an entry in the general index."""

    default_priority = 800

    def apply(self, **kwargs):
        """Go through the bold words of a page; the first of several has the term."""
        page = self.env.docname
        if not page.startswith(CHAPTERS):
            return
        found = {}
        for bold in self.document.findall(nodes.strong):
            term = bold.astext()
            if is_term(bold) and term.casefold() not in found:
                place = nodes.make_id(f"term-{term}")
                found[term.casefold()] = (term, place, section_of(bold))
                entry = addnodes.index(entries=[("single", term, place, "", None)])
                bold["ids"].append(place)
                bold.parent.insert(bold.parent.index(bold), entry)
        terms_of(self.env)[page] = list(found.values())


def terms_of(env):
    """Return the terms by page: each with its place and the section in which it stands."""
    if not hasattr(env, "book_terms"):
        env.book_terms = {}
    return env.book_terms


def forget(app, env, docname):
    """Forget the terms of a page that is read again."""
    terms_of(env).pop(docname, None)


def is_term(bold):
    """Return whether bold words are a term that is explained there."""
    text = bold.astext()
    is_plain = all(isinstance(child, nodes.Text) for child in bold.children)
    return is_plain and text not in OTHERS and bool(TERM.fullmatch(text)) and not is_aside(bold)


def is_aside(node):
    """Return whether a node stands in a section that explains nothing new."""
    while node is not None:
        if isinstance(node, nodes.section) and ASIDE.intersection(node["ids"]):
            return True
        node = node.parent
    return False


def section_of(node):
    """Return the name of the section in which a node stands, as an address has it."""
    while not isinstance(node, nodes.section):
        node = node.parent
    return node["ids"][0]
