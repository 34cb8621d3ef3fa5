"""Sphinx extension: where a chapter stands in its part, and what comes before and after it.

A chapter's first cell holds its title, its question and its minutes. From these come the way
through its part at the head of a chapter, the questions beside "previous" and "next", the list of
chapters that the directive ``{chapters}`` puts on a page, and the minutes of a path through some of
them, as in ``{minutes}`1 2 4```. A deeper page has the number of its chapter with a star, such as
``7*``, and leads back to it.
"""

import re
from html import escape
from pathlib import Path
from typing import NamedTuple

import nbformat
import yaml
from docutils import nodes
from docutils.parsers.rst import Directive

TITLE = re.compile(r"^# (?P<number>\d+\*?) · (?P<title>.+)$", re.MULTILINE)
QUESTION = re.compile(r"^\*\*The question\.\*\* (.+)$", re.MULTILINE)
MARKS = re.compile(r"[$*_`{\[<]")
MINUTES = re.compile(r"^\*\*Time\.\*\* (\d+) minutes to read", re.MULTILINE)


class Chapter(NamedTuple):
    """What a chapter says of itself; ``page`` is its address without a suffix."""

    page: str
    number: str
    title: str
    question: str
    minutes: int

    @property
    def deeper(self):
        """Whether it is a deeper page, which hangs on the chapter of its number."""
        return self.number.endswith("*")


def setup(app):
    """Connect the two moments, and name the directive."""
    app.connect("env-get-outdated", read_parts)
    app.connect("html-page-context", add_to_page)
    app.add_directive("chapters", Chapters)
    app.add_role("minutes", minutes_role)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def read_parts(app, env, added, changed, removed):
    """Keep the parts of the book; where they have changed, every page is out of date."""
    before = getattr(env, "book_parts", None)
    env.book_parts = parts(Path(app.srcdir))
    return env.found_docs if before not in (None, env.book_parts) else []


def parts(root):
    """Return each part that has chapters as ``(caption, [Chapter, ...])``."""
    toc = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    found = [
        (part["caption"], [chapter(root, entry["file"]) for entry in part["chapters"]])
        for part in toc.get("parts", [])
    ]
    return [(caption, [c for c in chapters if c]) for caption, chapters in found if any(chapters)]


def chapter(root, page):
    """Return what a chapter says of itself, or None for a page that is no chapter."""
    path = root / f"{page}.ipynb"
    if not page.startswith("notebooks/") or not path.exists():
        return None
    opening = nbformat.read(path, as_version=4).cells[0].source
    found = [pattern.search(opening) for pattern in (TITLE, QUESTION, MINUTES)]
    if None in found:
        raise ValueError(
            f"{path}: the first cell needs a line '# N · Title', a line '**The question.** ...' "
            "and a line '**Time.** NN minutes to read ...'"
        )
    title, question, minutes = found
    if MARKS.search(question[1]):
        raise ValueError(f"{path}: write the question in plain words, without Markdown's marks")
    return Chapter(page, title["number"], title["title"], question[1], int(minutes[1]))


def add_to_page(app, pagename, templatename, context, doctree):
    """Give the template its neighbours' questions, and a chapter the way through its part."""
    book = app.env.book_parts
    questions = {c.page: c.question for _, chapters in book for c in chapters}
    context["question_of"] = {
        context["pathto"](page): question for page, question in questions.items()
    }
    for caption, chapters in book:
        here = next((c for c in chapters if c.page == pagename), None)
        if here:
            way = way_through(caption, chapters, here, context["pathto"])
            if here.deeper:
                way = way_back(here, main_line(book)[here.number[:-1]], context["pathto"])
            context["body"] = context["body"].replace("</h1>", f"</h1>{way}", 1)


def main_line(book):
    """Return the chapters of the main line by number, without the deeper pages."""
    return {c.number: c for _, chapters in book for c in chapters if not c.deeper}


def way_back(here, chapter, pathto):
    """Return the sentence at the head of a deeper page: the chapter that it hangs on."""
    return (
        f'<nav class="lr-way" aria-label="The chapter of this page"><p>A deeper page, '
        f'{here.minutes} minutes, for who wants more of <a href="{pathto(chapter.page)}">Chapter '
        f"{chapter.number}: {escape(chapter.title)}</a>. No chapter needs it.</p></nav>"
    )


def minutes_role(name, rawtext, text, lineno, inliner, options=None, content=None):
    """Return the minutes of the chapters whose numbers are given, such as ``1 2 4`` or ``all``."""
    chapters = main_line(inliner.document.settings.env.book_parts)
    numbers = list(chapters) if text == "all" else text.split()
    missing = [number for number in numbers if number not in chapters]
    if missing:
        message = inliner.reporter.error(
            f"no chapter {missing[0]}: {{minutes}}`{text}`", line=lineno
        )
        return [inliner.problematic(rawtext, rawtext, message)], [message]
    return [nodes.Text(str(sum(chapters[number].minutes for number in numbers)))], []


def way_through(caption, chapters, here, pathto):
    """Return the chapters of a part as steps, each as wide as it is long to read."""
    place = chapters.index(here)
    left = sum(c.minutes for c in chapters[place:])
    steps = "".join(step(c, place - i, pathto) for i, c in enumerate(chapters))
    return (
        f'<nav class="lr-way" aria-label="The way through this part"><p>{escape(caption)}: chapter '
        f"{place + 1} of {len(chapters)} · {here.minutes} minutes · {left} to the end of the part"
        f"</p><ol>{steps}</ol></nav>"
    )


def step(chapter, behind, pathto):
    """Return one step of the way: behind the reader, here (0), or ahead (below 0)."""
    name = escape(f"Chapter {chapter.number}: {chapter.title}, {chapter.minutes} minutes")
    kind = "past" if behind > 0 else "ahead" if behind else "here"
    current = ' aria-current="page"' if behind == 0 else ""
    names = f'title="{name}" aria-label="{name}"{current}'
    return (
        f'<li class="lr-{kind}" style="flex-grow:{chapter.minutes}">'
        f'<a href="{pathto(chapter.page)}" {names}>{chapter.number}</a></li>'
    )


class Chapters(Directive):
    """The finished chapters of the book, each with its question and its minutes."""

    def run(self):
        """Return one definition list a part."""
        book = self.state.document.settings.env.book_parts
        return [node for part in book for node in self.part(*part)]

    def part(self, caption, chapters):
        """Return a part's caption and its list."""
        minutes = sum(c.minutes for c in chapters)
        yield nodes.rubric("", f"{caption} ({minutes} minutes to read)")
        entries = [self.entry(c) for c in chapters]
        yield nodes.bullet_list("", *entries, classes=["lr-chapters"])

    def entry(self, chapter):
        """Return a chapter as an item: its title, linked, and its question."""
        env = self.state.document.settings.env
        target = env.app.builder.get_relative_uri(env.docname, chapter.page)
        title = f"{chapter.number} · {chapter.title}"
        link = nodes.reference("", title, refuri=target, internal=True)
        said = nodes.inline("", f" ({chapter.minutes} minutes). {chapter.question}")
        return nodes.list_item("", nodes.paragraph("", "", link, said))
