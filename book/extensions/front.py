"""Sphinx extension: the directive ``{hero}``, the front page's picture that a reader takes hold of.

It is a small version of the lab of Chapter 2, drawn when the book is built: the picture stands in
the page, and so does its script, right after it, which makes it move before anything else is there.
Beside it stand the ways to the first chapter, which the front page's "next" leads to as well, and
to the labs.
"""

import json
from html import escape
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import Directive

from linreg.labs import Drag
from linreg.labs.kit.text import readable

SCRIPT = Path(__file__).with_name("hero.js")
WIDTH, HEIGHT = 360, 236
FRAME = {"x": (0.0, 9.5), "y": (-0.5, 9.5)}  # the part of the plane that is seen
BOX = {"x": (0, WIDTH), "y": (HEIGHT, 0)}  # where it stands in the picture, in pixels
GRIPS = (0.5, 9.0)  # where the line is taken hold of
TITLE = "Six points, a line that misses them, and the square of each miss."
LABS = "book/labs"  # the page of all labs
HINT = "Drag a point, or an end of the line. How small can you make the loss?"


def setup(app):
    """Name the directive, and connect the moment at each page."""
    app.add_directive("hero", Hero)
    app.connect("html-page-context", lead_onward)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


class Hero(Directive):
    """The picture, its loss, its button, and the way to the first chapter."""

    def run(self):
        """Return the figure and its script as raw HTML."""
        env = self.state.document.settings.env
        env.note_dependency(str(SCRIPT))
        chapter = first_chapter(env)
        address = env.app.builder.get_relative_uri(env.docname, chapter.page)
        lab = Drag()
        state = {"x": lab.x, "y": lab.y, "w": lab.w, "b": lab.b, "frame": FRAME, "box": BOX}
        labs = env.app.builder.get_relative_uri(env.docname, LABS)
        html = (
            f"<div class=\"lr-hero\" data-state='{json.dumps(state)}'>{picture(lab)}"
            f'<div class="lr-hero-words"><p class="lr-hero-number">Mean squared error '
            f'<span class="lr-hero-loss">{readable(lab.loss())}</span> '
            f'<span class="lr-hero-least"></span></p>'
            f'<p class="lr-hero-hint" hidden>{HINT} '
            '<button type="button" hidden>Best line</button></p><p class="lr-hero-ways">'
            f'<a href="{escape(address)}">Start Chapter {chapter.number}</a>'
            f'<a href="{escape(labs)}">Try a lab</a></p>'
            '<span class="lr-hero-spoken" role="status"></span></div></div>'
            f"<script>{SCRIPT.read_text(encoding='utf-8')}</script>"
        )
        return [nodes.raw("", html, format="html")]


def first_chapter(env):
    """Return the book's first chapter, as the extension ``navigation`` has read it."""
    return env.book_parts[0][1][0]


def lead_onward(app, pagename, templatename, context, doctree):
    """Let the front page lead to the first chapter, and that one back to it.

    What stands between the two in the table of contents is reached from both ways in.
    """
    if not app.env.book_parts:
        return
    chapter, front = first_chapter(app.env), app.config.root_doc
    if pagename == front:
        context["next"] = {"link": context["pathto"](chapter.page), "title": chapter_name(chapter)}
    elif pagename == chapter.page:
        title = escape(app.env.titles[front].astext())
        context["prev"] = {"link": context["pathto"](front), "title": title}


def chapter_name(chapter):
    """Return a chapter's name as its page has it."""
    return escape(f"{chapter.number} · {chapter.title}")


def picture(lab):
    """Return the drawing: the squares, the line, its ends and the points."""
    ends = [lab.w * x + lab.b for x in FRAME["x"]]
    y1, y2 = (f"{down(end):.1f}" for end in ends)
    line = f'x1="0" x2="{WIDTH}" y1="{y1}" y2="{y2}"'
    squares, sticks, dots = [], [], []
    for x, y, residual in zip(lab.x, lab.y, lab.residuals(), strict=True):
        at, top, end = across(x), down(y), down(y + residual)
        side = abs(end - top)
        to_left = (residual > 0) == (lab.w >= 0)  # away from the line, or else where it fits
        fits = {True: at - side >= 0, False: at + side <= WIDTH}
        left = at - side if to_left != (not fits[to_left] and fits[not to_left]) else at
        squares.append(
            f'<rect class="lr-square" x="{left:.1f}" y="{min(top, end):.1f}" width="{side:.1f}"'
            f' height="{side:.1f}"/>'
        )
        sticks.append(
            f'<line class="lr-stick" x1="{at:.1f}" x2="{at:.1f}" y1="{top:.1f}" y2="{end:.1f}"/>'
        )
        dots.append(f'<circle class="lr-data" cx="{at:.1f}" cy="{top:.1f}" r="8"/>')
    grips = [
        f'<circle class="lr-grip" data-x="{x}" cx="{across(x):.1f}"'
        f' cy="{down(lab.w * x + lab.b):.1f}" r="7"/>'
        for x in GRIPS
    ]
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img"'
        f' aria-label="{TITLE}">{"".join(squares + sticks)}<line class="lr-fit" {line}/>'
        f'<line class="lr-best" visibility="hidden" {line}/>{"".join(grips + dots)}</svg>'
    )


def across(x):
    """Return how far from the left a value of x stands in the picture, in pixels."""
    low, high = FRAME["x"]
    return (x - low) / (high - low) * WIDTH


def down(y):
    """Return how far from the top a value of y stands in the picture, in pixels."""
    low, high = FRAME["y"]
    return (high - y) / (high - low) * HEIGHT
