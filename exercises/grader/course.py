"""Where the exercises are, and how nbgrader is set up for them."""

import os
import re
import sys
from html import escape
from pathlib import Path

import bleach
import nbformat
from nbgrader.server_extensions import formgrader
from traitlets.config import Config

EXERCISES = Path(__file__).resolve().parents[1]
ROOT = EXERCISES.parent
TERM = EXERCISES / "term"  # a class's own sources, made with its private seed; git ignores it
PUBLIC_SEED = "public term"  # the words of every hidden region that a private seed replaces

TAGS = {
    *("p", "br", "hr", "div", "span", "pre", "code", "blockquote", "h1", "h2", "h3", "h4", "h5"),
    *("h6", "ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td", "a", "img", "strong"),
    *("em", "b", "i", "del", "sub", "sup"),
}
LINK = re.compile(r"https?://|mailto:|#", re.IGNORECASE)
PICTURE = re.compile(r"data:image/(png|jpeg|gif);base64,", re.IGNORECASE)
TEXT = re.compile("")
MOST_MARKUP = 4000  # half a second; twice as much takes five times as long


def chapters():
    """Return the names of all chapters that have exercises, such as ``"ch01"``."""
    return sorted(path.name for path in (EXERCISES / "source").glob("ch*"))


def notebook(folder, chapter):
    """Return the path of a chapter's notebook below a folder of sources or of releases."""
    return Path(folder) / chapter / f"{chapter}.ipynb"


def source(chapter):
    """Return the path of the source to grade with: the class's own where it was made."""
    own = notebook(TERM / "source", chapter)
    return own if own.exists() else notebook(EXERCISES / "source", chapter)


def read(path):
    """Return a stored notebook."""
    return nbformat.read(path, as_version=4)


def configuration(workspace):
    """Return nbgrader's configuration for a workspace: the folder of a class, or a scratch one."""
    config = Config()
    _let_nbgrader_find_alembic()
    config.CourseDirectory.root = str(workspace)
    config.CourseDirectory.db_url = f"sqlite:///{Path(workspace).resolve() / 'gradebook.db'}"
    config.ClearSolutions.code_stub = {"python": "# Your work goes here."}
    config.ClearSolutions.text_stub = "*Your answer goes here: double-click to edit.*"
    config.NbGraderAPI.log_level = "INFO"
    config.Application.log_level = "INFO"
    config.HTMLExporter.filters = {"strip_files_prefix": harmless}
    return config


def feedback_configuration(workspace):
    """Return the same, with this project's template for the pages that learners get back."""
    config = configuration(workspace)
    config.HTMLExporter.template_name = "graded"
    config.HTMLExporter.template_file = "graded.html.j2"
    config.HTMLExporter.extra_template_basedirs = [
        str(EXERCISES / "templates"),
        str(Path(formgrader.__file__).parent / "templates"),
    ]
    return config


def harmless(html):
    """Return rendered text without scripts, forms, styles, and pictures from elsewhere.

    nbgrader's pages render what a learner writes as it is, for the learner and in the formgrader,
    where a script could set every grade. They apply the filter `strip_files_prefix`, which mends
    old links, to all rendered text and to nothing else. This takes its place. Text with a great
    deal of markup, which takes minutes to clean, is shown as its source.
    """
    if sum(map(html.count, "<&")) > MOST_MARKUP:
        return f"<pre>{escape(html)}</pre>"
    protocols = {"http", "https", "mailto", "data"}
    return bleach.clean(html, tags=TAGS, attributes=_is_harmless, protocols=protocols)


def _is_harmless(tag, name, value):
    allowed = {("a", "href"): LINK, ("img", "src"): PICTURE, ("img", "alt"): TEXT}
    return (tag, name) in allowed and bool(allowed[tag, name].match(value))


def _let_nbgrader_find_alembic():
    """Put this environment's programs on the path: nbgrader calls `alembic` by its bare name."""
    programs = str(Path(sys.executable).parent)
    if programs not in os.environ["PATH"].split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([programs, os.environ["PATH"]])
