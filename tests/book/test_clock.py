"""Promise: the minutes that a chapter states are those of the book's clock."""

import pytest
from clock import Reading, reading, with_minutes
from nbformat import v4

from notebooks import CHAPTERS, DEEPER, read, short

OPENING = "# 1 · A line\n\n**Time.** 5 minutes to read; as long again for the exercises."
FOLDED = "```{dropdown} Answer\nMany words that nobody has to read.\n```"


def counted(*cells):
    """The reading of a notebook of these cells, apart from the words of its opening."""
    notebook = v4.new_notebook(cells=[v4.new_markdown_cell(OPENING), *map(cell, cells)])
    opening = reading(v4.new_notebook(cells=notebook.cells[:1]))
    return Reading(*(a - b for a, b in zip(reading(notebook), opening, strict=True)))


def cell(given):
    return v4.new_markdown_cell(given) if isinstance(given, str) else given


def code(source, *tags, text="", html="", caption=""):
    outputs = [v4.new_output("stream", text=text)] if text else []
    outputs += [v4.new_output("display_data", data={"text/html": html})] if html else []
    figure = {"mystnb": {"figure": {"caption": caption}}} if caption else {}
    metadata = {"tags": list(tags)} | figure
    return v4.new_code_cell(source, outputs=outputs, metadata=metadata)


NOTHING = Reading(0, 0, 0, 0, 0, 0)


@pytest.mark.parametrize("path", CHAPTERS + DEEPER, ids=short)
def test_a_page_states_its_minutes(path):
    notebook = read(path)
    assert f"**Time.** {reading(notebook).stated} minutes to read" in notebook.cells[0].source


def test_the_clock_is_the_sum_of_its_parts():
    assert Reading(140, 10, 5, 40, 2, 1).minutes == pytest.approx(1 + 1 + 4 + 1 + 2 + 5)


@pytest.mark.parametrize(("words", "stated"), [(1, 5), (700, 5), (701, 10), (8400, 60), (8401, 65)])
def test_the_stated_minutes_are_never_below_the_clock(words, stated):
    assert Reading(words, 0, 0, 0, 0, 0).stated == stated


@pytest.mark.parametrize(
    ("prose", "words"),
    [
        ("Five words stand in here.", 5),
        ("A value $w = 3$ counts.", 6),
        ("(ch-line)=\nOne word", 2),
        ("{ref}`Chapter 1 <ch-line>` says", 3),
        ("[Exercises](../a/b.ipynb) say", 2),
        ("| a | b |\n|---|---|\n| c | d |", 4),
        ("```{admonition} Gotcha\n:class: warning\nMind this.\n```", 3),
        (FOLDED, 0),
        (f"Before.\n\n{FOLDED}\n\nAfter.", 2),
        ("````{dropdown} A\n```{code}\nx\n```\nStill folded.\n````", 0),
        ("```{admonition} Predict first\n:class: tip, dropdown\nFolded.\n```", 0),
        ("## Exercises\n\nNot now.", 0),
        ("## Exercises\n\nNot now.\n\n### A\n\nNor this.\n\n## Next\n\nThis.", 2),
        ("## Sources\n\nNot now.", 0),
    ],
)
def test_words_that_stand_open_are_counted(prose, words):
    assert counted(prose).words == words


def test_a_section_apart_goes_on_over_its_cells():
    apart = ["## Exercises\n\nNot now.", "Nor this $$x$$", code("x = 1", text="1\n")]
    assert counted(*apart) == NOTHING
    assert counted(*apart, "## Next\n\nWord.", code("x = 1")) == NOTHING._replace(
        words=2, code_lines=1
    )


def test_a_displayed_equation_is_no_word():
    assert counted("$$\na + b = c\n$$ (eq-sum)\n\nSo.") == NOTHING._replace(words=1, equations=1)


def test_code_is_counted_in_its_full_lines_and_its_print():
    assert counted(code("x = 1\n\nx", text="1\n2\n")) == NOTHING._replace(
        code_lines=2, printed_lines=2
    )


@pytest.mark.parametrize(
    ("tag", "found"),
    [
        ("hide-cell", NOTHING),
        ("remove-cell", NOTHING),
        ("hide-input", NOTHING._replace(printed_lines=1)),
        ("remove-input", NOTHING._replace(printed_lines=1)),
        ("hide-output", NOTHING._replace(code_lines=1)),
        ("remove-output", NOTHING._replace(code_lines=1)),
    ],
)
def test_what_is_folded_is_not_counted(tag, found):
    assert counted(code("x", tag, text="1\n")) == found


def test_a_lab_a_caption_and_a_prediction_are_counted():
    assert counted(code("", html="<div data-lab='walk'>")).labs == 1
    assert counted(code("", caption="See the line.")).words == 3
    predict = "```{admonition} Predict first\n:class: tip\nHow?\n```\n"
    assert counted(f"{predict}\n{predict}").predictions == 2


def test_the_minutes_are_written_into_the_opening():
    notebook = v4.new_notebook(cells=[v4.new_markdown_cell(OPENING + " word" * 1400)])
    assert "**Time.** 15 minutes to read; as long" in with_minutes(notebook).cells[0].source
    assert with_minutes(v4.new_notebook()).cells == []
