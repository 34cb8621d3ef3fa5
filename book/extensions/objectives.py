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
    found = OBJECTIVES.search(nbformat.read(path, as_version=4).cells[0].source)
    if not found:
        raise ValueError(f"{path}: below '**You will be able to**' the first cell needs a list")
    return [line[2:] for line in found[1].splitlines()]


def exercises_in(path):
    """Return the labels of the exercises that a notebook asks."""
    cells = nbformat.read(path, as_version=4).cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    return set(IN_TEXT.findall(text))


class Objectives(Directive):
    """Each part of the book with its chapters' objectives, and an exercise behind each."""

    has_content = True

    def run(self):
        """Return a section for each part, or say which line is wrong."""
        env = self.state.document.settings.env
        pairs = [line.partition(":") for line in self.content if line.strip()]
        self.lines = {number.strip(): tasks.split() for number, _, tasks in pairs}
        if list(self.lines) != list(main_line(env.book_parts)):
            numbers = ", ".join(main_line(env.book_parts))
            raise self.error(f"one line for each chapter, such as '4: c4 A2': {numbers}")
        parts = [(caption, [c for c in some if not c.deeper]) for caption, some in env.book_parts]
        return [self.part(env, caption, chapters) for caption, chapters in parts if chapters]

    def part(self, env, caption, chapters):
        """Return a part of the book as a section."""
        section = nodes.section("", nodes.title("", caption), ids=[nodes.make_id(caption)])
        for chapter in chapters:
            section += self.chapter(env, chapter)
        return section

    def chapter(self, env, chapter):
        """Return the chapter's name, which leads to it, and the list of its objectives."""
        graded = f"ch{int(chapter.number):02}"
        pages = {True: f"exercises/release/{graded}/{graded}", False: chapter.page}
        paths = {kind: Path(env.srcdir) / f"{page}.ipynb" for kind, page in pages.items()}
        for path in paths.values():
            env.note_dependency(str(path))
        can, tasks = objectives_of(paths[False]), self.lines[chapter.number]
        if len(can) != len(tasks):
            number = chapter.number
            raise self.error(f"Chapter {number} has {len(can)} objectives, not {len(tasks)}")
        asked = {kind: exercises_in(path) for kind, path in paths.items()}
        for task in tasks:
            if task.upper() not in asked[task.islower()]:
                raise self.error(f"{pages[task.islower()]} has no exercise {task.upper()}")
        items = [self.item(env, pages, *pair) for pair in zip(can, tasks, strict=True)]
        link = reference(env, f"{chapter.number} · {chapter.title}", chapter.page)
        return [nodes.rubric("", "", link), nodes.bullet_list("", *items)]

    def item(self, env, pages, objective, task):
        """Return one objective, and the way to its exercise."""
        holder = nodes.Element()
        self.state.nested_parse(StringList([objective.rstrip(";.")], ""), 0, holder)
        (said,) = holder.children
        label, kind = task.upper(), "in the chapter"
        if task.islower():
            kind = "marked by hand" if task.startswith("d") else "graded"
        link = reference(env, f"{label}, {kind}", pages[task.islower()], anchor(label))
        said += [nodes.Text(" ("), link, nodes.Text(")")]
        return nodes.list_item("", said)


def reference(env, words, page, place=""):
    """Return a link from the page that is read to a page of the book, or to a place on it."""
    address = env.app.builder.get_relative_uri(env.docname, page)
    address = f"{address}#{place}" if place else address
    return nodes.reference("", words, refuri=address, internal=True)
