"""Sphinx extension: beside each page that is a notebook, the notebook for any other place.

GitHub, Colab, VS Code and plain Jupyter do not read MyST. For them the build writes the folder
``plain``: the same notebooks, code and outputs untouched, their texts in plain Markdown, with links
to the book. The page's buttons lead to these.
"""

import re
import shutil
from pathlib import Path
from urllib.parse import urljoin

import nbformat
from docutils import nodes
from plain_markdown import NoPlainFormError, Plain
from sphinx.addnodes import pending_xref
from sphinx.util import logging
from sphinx.util.nodes import split_explicit_title

FOLDER = "plain"  # in the built book; and the branch that holds the same
SPECIAL = re.compile(r"([\\`*_\[\]<])")  # what Markdown would read as a mark
ROUND = str.maketrans("[]", "()")  # sources stand in round brackets: square ones make links
ROLES = {  # and the domain of Sphinx that resolves each
    "ref": ("std", "ref"),
    "eq": ("math", "eq"),
    "cite:t": ("cite", "t"),
    "cite:p": ("cite", "p"),
}
HIDDEN = {"hide-input", "hide-cell", "remove-cell"}
logger = logging.getLogger(__name__)


def setup(app):
    """Connect the two moments: at each page, and when all pages are there."""
    app.connect("html-page-context", lead_to_plain, priority=900)  # once the theme has its buttons
    app.connect("build-finished", write_notebooks)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def is_notebook(env, page):
    """Return whether a page of the book is a notebook."""
    return page in env.found_docs and env.doc2path(page).endswith(".ipynb")


def lead_to_plain(app, pagename, templatename, context, doctree):
    """Let the buttons that download a notebook and open it on Colab lead to the plain one.

    Binder keeps the other: its JupyterLab reads MyST. Colab finds the plain ones on a branch.
    """
    if not is_notebook(app.env, pagename):
        return
    branch = app.config.html_theme_options["repository_branch"]
    for button in (b for group in context["header_buttons"] for b in group.get("buttons", [])):
        if button.get("label") == "download-source-button":
            button["url"] = context["pathto"](f"{FOLDER}/{pagename}.ipynb", 1)
            button["tooltip"] = "Download notebook file"
        elif button["text"] == "Colab":
            button["url"] = button["url"].replace(f"/blob/{branch}/", f"/blob/{FOLDER}/", 1)


def write_notebooks(app, exception):
    """Write the folder of plain notebooks, and warn of what has no plain form."""
    if exception is not None or app.builder.format != "html":
        return
    folder = Path(app.outdir) / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    for page in sorted(app.env.found_docs):
        if is_notebook(app.env, page):
            source, target = Path(app.env.doc2path(page)), folder / f"{page}.ipynb"
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                write_notebook(source, target, Book(app, page))
            except NoPlainFormError as fault:
                logger.warning("%s", fault, location=page)


def write_notebook(source, target, book):
    """Write the plain form of a notebook."""
    notebook = nbformat.read(source, as_version=4)
    plain = Plain(book.env.myst_config, book)
    notebook.cells = [book.opening(), *plain_cells(notebook.cells, plain, book)]
    nbformat.write(notebook, target)


def plain_cells(cells, plain, book):
    """Yield each cell in its plain form, and after a figure the caption that its page shows."""
    numbers = book.figure_numbers()
    for cell in cells:
        if cell.cell_type == "markdown":
            cell.source = plain.convert(cell.source)
        elif HIDDEN & set(cell.metadata.get("tags", [])):
            hide(cell)
        yield cell
        caption = cell.metadata.get("mystnb", {}).get("figure", {}).get("caption")
        if caption:
            text = f"**{next(numbers)}.** {plain.convert(caption)}"
            yield nbformat.v4.new_markdown_cell(text, id=f"{cell.id}-caption")


def hide(cell):
    """Fold what the page folds or leaves out, for Jupyter and for Colab, each in its words."""
    cell.metadata.setdefault("jupyter", {})["source_hidden"] = True
    cell.metadata["cellView"] = "form"


class Book:
    """What the built book knows, as one page sees it."""

    def __init__(self, app, page):
        self.app, self.env, self.page = app, app.env, page
        self.address = self.address_of(page)

    def address_of(self, page):
        """Return where a page stands on the book's site."""
        base = self.app.config.html_baseurl.rstrip("/")
        return f"{base}/{self.app.builder.get_target_uri(page)}"

    def opening(self):
        """Return the first cell, which leads to the page."""
        text = (
            f"A page of the book *{self.app.config.html_title}*. "
            f"[Read it on the book's site]({self.address})."
        )
        return nbformat.v4.new_markdown_cell(text, id="on-the-site")

    def figure_numbers(self):
        """Yield what the figures of the page are called, in their order."""
        numbers = self.env.toc_fignumbers.get(self.page, {}).get("figure", {}).values()
        for number in numbers:
            yield self.app.config.numfig_format["figure"] % ".".join(map(str, number))

    def role(self, name, text):
        """Return the Markdown of a role: the words and the links that the page has in its place."""
        return self.markdown(self.resolve(name, text), ROUND if name.startswith("cite:") else {})

    def number(self, label):
        """Return the number of a formula, in its brackets."""
        return self.resolve("eq", label).astext()

    def resolve(self, name, text):
        """Return what Sphinx puts in the place of a role, or its words where it finds nothing."""
        if name not in ROLES:
            raise NoPlainFormError(f"the role {{{name}}} has no plain form")
        domain, kind = ROLES[name]
        explicit, title, target = split_explicit_title(text)
        words = nodes.inline("", title)
        node = pending_xref("", words, reftarget=target, refexplicit=explicit, refdoc=self.page)
        domain, builder = self.env.get_domain(domain), self.app.builder
        found = domain.resolve_xref(self.env, self.page, builder, kind, target, node, words)
        return words if found is None else found

    def markdown(self, node, letters):
        """Return words and links as Markdown, some of their letters replaced by others."""
        if isinstance(node, str):
            return SPECIAL.sub(r"\\\1", str(node).translate(letters))
        inside = "".join(self.markdown(child, letters) for child in node.children)
        if not isinstance(node, nodes.reference):
            return inside
        place = node["refuri"] if "refuri" in node else f"#{node['refid']}"
        return f"[{inside}]({urljoin(self.address, place)})"

    def href(self, target):
        """Return where a link leads to: to the book's site if it is a page of the book."""
        outside = target.startswith(("http:", "https:", "mailto:"))
        return target if outside else self.address_of(self.page_of(target))

    def title(self, target):
        """Return the title of the page that a link without words leads to."""
        return self.markdown(self.env.titles[self.page_of(target)], {})

    def page_of(self, target):
        """Return the page that a link within the book leads to."""
        file, _ = self.env.relfn2path(target, self.page)
        page = self.env.path2doc(file)
        if page not in self.env.found_docs:
            raise NoPlainFormError(f"a link to {target}, which is no page, has no plain form")
        return page
