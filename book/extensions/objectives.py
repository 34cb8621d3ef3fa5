"""Sphinx extension: the directive ``{objectives}``, what a reader can do, an exercise behind each.

The objectives are those of the chapters' first cells. A line of the directive has the number of a
chapter and one exercise for each of its objectives, in order: ``c1`` is a task of its graded
notebook, and ``C1`` one of the exercises that end the chapter. Both have a place of their own on
their page, so that a link can lead there.
"""

import re
from pathlib import Path

import nbformat
from docutils import nodes
from docutils.parsers.rst import Directive
from docutils.statemachine import StringList
from navigation import main_line

OBJECTIVES = re.compile(r"^\*\*You will be able to\*\*\n\n((?:- .+\n)+)", re.MULTILINE)
EXERCISE = re.compile(r"[A-D]\d")
IN_TEXT = re.compile(r"^\*\*([A-D]\d)[.*]", re.MULTILINE)
PLACES = ("notebooks/", "exercises/release/")


def setup(app):
    """Name the directive, and connect the moment at which a page is read."""
    app.add_directive("objectives", Objectives)
    app.connect("doctree-read", name_exercises)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def name_exercises(app, doctree):
    """Give each exercise of a page an anchor, such as ``exercise-c1``: its first paragraph."""
    if not app.env.docname.startswith(PLACES):
        return
    named = set()
    for paragraph in doctree.findall(nodes.paragraph):
        first = next((child for child in paragraph.children if child.astext()), None)
        label = first.astext().rstrip(".") if isinstance(first, nodes.strong) else ""
        if EXERCISE.fullmatch(label) and label not in named:
            named.add(label)
            paragraph["ids"].append(anchor(label))


def anchor(label):
    """Return where an exercise stands on its page."""
    return f"exercise-{label.lower()}"


def objectives_of(path):
    """Return what a chapter's first cell says that its reader will be able to do, in Markdown."""
    opening = nbformat.read(path, as_version=4).cells[0].source
    return [line[2:] for line in OBJECTIVES.search(opening)[1].splitlines()]


def exercises_in(path):
    """Return the labels of the exercises that a notebook asks."""
    cells = nbformat.read(path, as_version=4).cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    return set(IN_TEXT.findall(text))


class Objectives(Directive):
    """Each chapter with its objectives, and an exercise behind each."""

    has_content = True

    def run(self):
        """Return a heading and a list for each chapter, or say which line is wrong."""
        env = self.state.document.settings.env
        chapters, found = main_line(env.book_parts), []
        lines = dict(line.split(": ") for line in self.content)
        if list(lines) != list(chapters):
            raise self.error(f"one line for each chapter: {', '.join(chapters)}")
        for number, chapter in chapters.items():
            path = Path(env.srcdir) / f"{chapter.page}.ipynb"
            env.note_dependency(str(path))
            can, tasks = objectives_of(path), lines[number].split()
            if len(can) != len(tasks):
                raise self.error(f"Chapter {number} has {len(can)} objectives, not {len(tasks)}")
            items = [self.item(env, chapter, *pair) for pair in zip(can, tasks, strict=True)]
            found += [self.heading(env, chapter), nodes.bullet_list("", *items)]
        return found

    def heading(self, env, chapter):
        """Return the chapter's name, which leads to it."""
        address = env.app.builder.get_relative_uri(env.docname, chapter.page)
        name = f"{chapter.number} · {chapter.title}"
        return nodes.rubric("", "", nodes.reference("", name, refuri=address, internal=True))

    def item(self, env, chapter, objective, task):
        """Return one objective, and the way to its exercise."""
        graded = f"ch{int(chapter.number):02}"
        page = f"exercises/release/{graded}/{graded}" if task.islower() else chapter.page
        path = Path(env.srcdir) / f"{page}.ipynb"
        label = task.upper()
        if label not in exercises_in(path):
            raise self.error(f"{page} has no exercise {label}")
        holder = nodes.Element()
        self.state.nested_parse(StringList([objective.rstrip(";.")], ""), 0, holder)
        (said,) = holder.children
        address = f"{env.app.builder.get_relative_uri(env.docname, page)}#{anchor(label)}"
        name = f"{label}, graded" if task.islower() else f"{label}, in the chapter"
        said += nodes.Text(" (")
        said += nodes.reference("", name, refuri=address, internal=True)
        said += nodes.Text(")")
        return nodes.list_item("", said)
