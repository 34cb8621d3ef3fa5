"""Promise: a main chapter keeps to one idea: short, its answers folded, its figures explained."""

import re
from collections.abc import Iterator
from copy import deepcopy

import pytest
from clock import FOLD, PREDICTION, reading
from nbformat import NotebookNode, v4

from notebooks import CHAPTERS, DEEPER, SHEETS, figure_texts, numbered, read, shows_image, tags
from notebooks import short as name_of

MOST_MINUTES = 60
MOST_WORDS = 3600
LATEST_PICTURE = 0.4  # of the minutes

WRITTEN = max(int(path.name[:2]) for path in CHAPTERS)
ANSWER = re.compile(r"\A\s*(?P<fence>[`:]{3,})\{dropdown\}")
BOX = re.compile(
    r"^(?P<fence>[`:]{3,})\{admonition\} Predict.*?^(?P=fence)[ \t]*$", re.MULTILINE | re.DOTALL
)
VERDICT = re.compile(r"\b(?:True|False)\b")
AHEAD = re.compile(r"[^.!?:\n]*\bChapters? (\d+)[^.!?\n]*")
PROMISED = re.compile(r"\bwill\b|\blater\b")
SKIPPED = {"hide-cell", "remove-cell"}

Faults = Iterator[str]


def takes_an_hour_at_most(notebook: NotebookNode) -> Faults:
    found = reading(notebook)
    if found.minutes > MOST_MINUTES:
        yield f"{found.minutes:.1f} minutes, more than {MOST_MINUTES}: {found}"
    if found.words > MOST_WORDS:
        yield f"{found.words} words, more than {MOST_WORDS}"


def folds_each_answer(notebook: NotebookNode) -> Faults:
    cells = notebook.cells
    for place, cell in numbered(notebook, "markdown"):
        for box in BOX.finditer(cell.source):
            if not ANSWER.match(cell.source[box.end() :]):
                yield f"cell {place}: the answer to a prediction is not folded directly under it"
        asks = PREDICTION.search(cell.source)
        answered = cells[place] if place < len(cells) else None
        if asks and answered and answered.cell_type == "code" and not SKIPPED & tags(answered):
            yield f"cell {place + 1}: it answers a prediction, and stands open"


def prints_numbers(notebook: NotebookNode) -> Faults:
    for place, cell in numbered(notebook, "code"):
        printed = "".join(output.get("text", "") for output in cell.outputs)
        if VERDICT.search(printed) and not tags(cell) & {*SKIPPED, "hide-output"}:
            yield f"cell {place}: it prints True or False where a number would teach"


def explains_its_figures(notebook: NotebookNode) -> Faults:
    for place, cell in numbered(notebook, "code"):
        if shows_image(cell) and not figure_texts(cell)["caption"]:
            yield f"cell {place}: no caption says what to see (metadata.mystnb.figure.caption)"
        if shows_image(cell) and not tags(cell) & {*SKIPPED, "hide-input"}:
            yield f"cell {place}: the code of a figure stands open (tag hide-input)"


def shows_a_picture_early(notebook: NotebookNode) -> Faults:
    places = [
        place
        for place, cell in numbered(notebook, "code")
        if shows_image(cell) or "data-lab=" in str(cell.outputs)
    ]
    before = v4.new_notebook(cells=notebook.cells[: places[0] - 1] if places else [])
    whole = reading(notebook).minutes
    if not places or reading(before).minutes > LATEST_PICTURE * whole:
        yield f"no picture and no lab in the first {LATEST_PICTURE:.0%}"


def says_its_idea_first(notebook: NotebookNode) -> Faults:
    if not re.search(r"^\*\*The idea\.\*\* ", notebook.cells[0].source, re.MULTILINE):
        yield "the opening cell lacks **The idea.**"


def leads_to_its_exercises(notebook: NotebookNode) -> Faults:
    text = notebook.cells[0].source
    number = re.search(r"^# (\d+)", text, re.MULTILINE)
    name = f"ch{int(number[1]):02}"
    prose = "\n".join(cell.source for _, cell in numbered(notebook, "markdown"))
    if f"(../exercises/release/{name}/{name}.ipynb)" not in prose:
        yield f"no link to the graded notebook {name}"


def promises_what_is_not_written(notebook: NotebookNode) -> Faults:
    for place, cell in numbered(notebook, "markdown"):
        for found in AHEAD.finditer(cell.source):
            if int(found[1]) > WRITTEN and not PROMISED.search(found[0]):
                yield f"cell {place}: Chapter {found[1]} is not written: say what it will do"


RULES = [
    takes_an_hour_at_most,
    folds_each_answer,
    prints_numbers,
    explains_its_figures,
    shows_a_picture_early,
    says_its_idea_first,
    leads_to_its_exercises,
    promises_what_is_not_written,
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("path", CHAPTERS, ids=name_of)
def test_a_chapter_keeps_to_the_main_line(path, rule):
    assert list(rule(read(path))) == []


@pytest.mark.parametrize("path", DEEPER + SHEETS, ids=name_of)
def test_no_other_page_speaks_of_a_chapter_as_if_it_were_written(path):
    assert list(promises_what_is_not_written(read(path))) == []


# The rules themselves: a sound chapter passes, each way to break it is found

TITLE = "# 1 · A line\n\n**The idea.** Two numbers."
OPENING = f"{TITLE}\n\n[Exercises 1](../exercises/release/ch01/ch01.ipynb)."
BOXED = "```{admonition} Predict first\n:class: tip\nHow much?\n```"
ANSWERED = f"{BOXED}\n\n```{{dropdown}} What happens\nTwo.\n```"
PNG = v4.new_output("display_data", data={"image/png": "AAAA", "text/plain": "<Figure>"})
PRINTED = v4.new_output("stream", text="2\n")
CAPTION = {"tags": ["hide-input"], "mystnb": {"figure": {"caption": "The line meets two points."}}}


def sound() -> NotebookNode:
    return v4.new_notebook(
        cells=[
            v4.new_markdown_cell(OPENING),
            v4.new_code_cell("draw()", outputs=[PNG], metadata=deepcopy(CAPTION)),
            v4.new_markdown_cell(f"Word. {ANSWERED}".replace("Word. ", "Word.\n\n")),
            v4.new_code_cell("1 + 1", outputs=[PRINTED], metadata={"tags": ["hide-cell"]}),
            v4.new_markdown_cell("It is two. " * 20),
            v4.new_code_cell("print(2)", outputs=[PRINTED]),
        ]
    )


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_sound_chapter_has_no_fault(rule):
    assert list(rule(sound())) == []


VERDICTS = [v4.new_output("stream", text="close: True\n")]


@pytest.mark.parametrize(
    ("rule", "place", "change"),
    [
        (takes_an_hour_at_most, 4, {"source": "word " * 3600}),
        (takes_an_hour_at_most, 4, {"source": "$$x$$\n\n" * 76}),
        (folds_each_answer, 2, {"source": BOXED}),
        (folds_each_answer, 2, {"source": ANSWERED.replace("```\n\n", "```\n\nSo it is 2.\n\n")}),
        (folds_each_answer, 3, {"metadata": {}}),
        (prints_numbers, 5, {"outputs": VERDICTS}),
        (explains_its_figures, 1, {"metadata": {"tags": ["hide-input"]}}),
        (explains_its_figures, 1, {"metadata": {"mystnb": CAPTION["mystnb"]}}),
        (shows_a_picture_early, 1, {"outputs": []}),
        (shows_a_picture_early, 0, {"source": OPENING + " word" * 200}),
        (says_its_idea_first, 0, {"source": OPENING.replace("**The idea.**", "")}),
        (leads_to_its_exercises, 0, {"source": OPENING.replace("ch01.ipynb", "ch02.ipynb")}),
        (promises_what_is_not_written, 4, {"source": "Chapter 99 says why."}),
    ],
)
def test_a_broken_chapter_is_found(rule, place, change):
    notebook = sound()
    notebook.cells[place].update(change)
    assert len(list(rule(notebook))) == 1


def test_what_is_promised_or_folded_is_left():
    notebook = sound()
    notebook.cells[4].source = "Chapter 99 will say why. Chapter 1 says how."
    notebook.cells[5].update(outputs=VERDICTS, metadata={"tags": ["hide-cell"]})
    assert [fault for rule in RULES for fault in rule(notebook)] == []


def test_a_fold_is_no_prediction():
    assert FOLD.sub("", ANSWERED).strip() == BOXED
