"""Promise: each stored notebook is whole and ran once, in order; a chapter has its parts."""

import ast
import json
import re
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy

import pytest
from nbformat import NotebookNode, v4
from nbformat.validator import iter_validate
from normalise import normalised
from prose_numbers import notebook_passages, passages, visible

from notebooks import (
    CHAPTERS,
    DEEPER,
    DOCUMENTS,
    NOTEBOOKS,
    figure_texts,
    numbered,
    read,
    shows_image,
    tags,
)
from notebooks import short as name_of

LONGEST_CELL = 25
SHORTEST_ALT = 20
FOLDED = {"hide-cell", "hide-input", "hide-output"}

# Each chapter holds these: bold in its opening cells, and as second-level headings.
OPENING_MARKS = ["The question", "You will be able to", "Builds on", "Time"]
SECTIONS = [
    "Checkpoint",
    "Summary",
    "Active recall",
    "Exercises",
    "Sources",
    "What comes next",
]
DEEPER_SECTIONS = ["Summary", "Exercises", "Sources"]
# What a chapter would read from outside `linreg`, where Colab has no file to give.
READERS = {"open", "urlopen", "urlretrieve", "read_csv", "read_text", "read_bytes", "loadtxt"}
READERS |= {"genfromtxt", "get_ipython"}
NETWORK = {"requests", "urllib", "urllib3", "http", "httpx", "socket"}
NBVAL_COMMENT = re.compile(r"^\s*#+\s*(NBVAL_|PYTEST_VALIDATE_)", re.MULTILINE)
UNKIND = re.compile(r"\b(simply|obviously|trivially|clearly)\b", re.IGNORECASE)
UNFINISHED = re.compile(r"\b(TODO|FIXME|[Ll]orem)\b")

HEADING = re.compile(r"^(#{1,6})\s+(.*)$", re.MULTILINE)
IMAGE = re.compile(r"!\[\s*\]\(|<img(?![^>]*\balt=[\"'][^\"'])[^>]*>")
IMAGE_DIRECTIVE = re.compile(
    r"^[ \t]*[`:]{3,}\{(?:image|figure)\}.*\n(?P<options>(?:[ \t]*:[\w-]+:.*\n?)*)", re.MULTILINE
)

Faults = Iterator[str]


# Rules for a notebook: each yields its faults


def runs_in_order(notebook: NotebookNode) -> Faults:
    ran = [(n, cell) for n, cell in numbered(notebook, "code") if cell.source.strip()]
    for count, (place, cell) in enumerate(ran, start=1):
        if cell.execution_count != count:
            yield f"cell {place}: execution count {cell.execution_count}, not {count}"
    if not ran:
        yield "no code cell ran"


def has_no_stray_output(notebook: NotebookNode) -> Faults:
    for place, cell in numbered(notebook, "code"):
        for output in cell.outputs:
            if output.output_type == "error" and "raises-exception" not in tags(cell):
                yield f"cell {place}: a stored {output.ename}"
            if output.get("name") == "stderr":
                yield f"cell {place}: text on stderr: {output.text[:60]}"


def parsed(notebook: NotebookNode) -> Iterator[tuple[int, ast.Module]]:
    for place, cell in numbered(notebook, "code"):
        yield place, ast.parse(cell.source)


def is_plain_python(notebook: NotebookNode) -> Faults:
    for place, cell in numbered(notebook, "code"):
        try:
            ast.parse(cell.source)
        except SyntaxError as error:
            yield f"cell {place}: a magic or a slip, not plain Python: {error.text}"
        if NBVAL_COMMENT.search(cell.source):
            yield f"cell {place}: tell nbval by a tag, not by a comment"


def imports_stand_alone(notebook: NotebookNode) -> Faults:
    for place, tree in parsed(notebook):
        if "colab" in tags(notebook.cells[place - 1]):
            continue
        imports = [n for n in ast.walk(tree) if isinstance(n, ast.Import | ast.ImportFrom)]
        if imports and set(tree.body) != set(imports):
            yield f"cell {place}: give its imports a cell of their own"
        if any(alias.name == "*" for node in imports for alias in node.names):
            yield f"cell {place}: a star import hides where names come from"


def reads_nothing_outside(notebook: NotebookNode) -> Faults:
    for place, tree in parsed(notebook):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _name(node.func) in READERS:
                yield f"cell {place}: {_name(node.func)}() reads from outside linreg"
            if set(_imported(node)) & NETWORK:
                yield f"cell {place}: imports {_imported(node)}, which reaches the network"


def _name(function: ast.expr) -> str:
    return getattr(function, "id", getattr(function, "attr", ""))


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [(node.module or "").partition(".")[0]]
    names = node.names if isinstance(node, ast.Import) else []
    return [alias.name.partition(".")[0] for alias in names]


def has_short_cells(notebook: NotebookNode) -> Faults:
    for place, cell in numbered(notebook, "code"):
        lines = len(cell.source.splitlines())
        if lines > LONGEST_CELL:
            yield f"cell {place}: {lines} lines, more than {LONGEST_CELL}"


def has_unique_ids(notebook: NotebookNode) -> Faults:
    ids = Counter(cell.get("id") for cell in notebook.cells)
    yield from (f"cell id {one}: {n} times" for one, n in ids.items() if n > 1 or not one)


def follows_the_format(notebook: NotebookNode) -> Faults:
    yield from (str(error.message)[:200] for error in iter_validate(notebook))


def names_its_kernel(notebook: NotebookNode) -> Faults:
    kernel = notebook.metadata.get("kernelspec", {}).get("name")
    if kernel != "python3":
        yield f"kernelspec {kernel}, not python3"


def describes_its_figures(notebook: NotebookNode) -> Faults:
    seen = set()
    for place, cell in numbered(notebook, "code"):
        alt = figure_texts(cell)["alt"].strip()
        if shows_image(cell) and len(alt) < SHORTEST_ALT:
            yield f"cell {place}: say what the figure shows in metadata.mystnb.image.alt"
        if alt and alt in seen:
            yield f"cell {place}: another figure has the same alternative text"
        seen.add(alt)


def names_its_folds(notebook: NotebookNode) -> Faults:
    for place, cell in numbered(notebook, "code"):
        prompts = {f"code_prompt_{what}" for what in ("show", "hide")}
        if tags(cell) & FOLDED and not prompts <= cell.metadata.get("mystnb", {}).keys():
            yield f"cell {place}: say what is folded (metadata.mystnb.code_prompt_show and _hide)"


def has_the_chapter_parts(notebook: NotebookNode, sections: list[str] = SECTIONS) -> Faults:
    kinds = [cell.cell_type for cell in notebook.cells]
    opening = kinds.index("code") if "code" in kinds else len(kinds)
    text = "\n".join(cell.source for cell in notebook.cells[:opening])
    if not visible(text).lstrip().startswith("# "):
        yield "the first cell does not start with the title"
    for mark in OPENING_MARKS:
        if not re.search(rf"\*\*\s*{mark}", text, re.IGNORECASE):
            yield f"the opening cells lack **{mark}**"
    titles = [title.lower() for level, title in headings(notebook) if level == 2]
    for section in sections:
        if not any(section.lower() in title for title in titles):
            yield f"no section '## {section}'"


def headings(notebook: NotebookNode) -> list[tuple[int, str]]:
    text = "\n".join(visible(cell.source) for _, cell in numbered(notebook, "markdown"))
    return [(len(marks), title) for marks, title in HEADING.findall(text)]


def steps_through_headings(notebook: NotebookNode) -> Faults:
    levels = [0, *(level for level, _ in headings(notebook))]
    if levels.count(1) != 1:
        yield f"{levels.count(1)} titles, not one"
    for before, (level, title) in zip(levels, headings(notebook), strict=False):
        if level > before + 1:
            yield f"'{title}' skips from level {before} to {level}"


def is_finished(notebook: NotebookNode) -> Faults:
    for place, cell in enumerate(notebook.cells, start=1):
        for word in UNFINISHED.findall(cell.source):
            yield f"cell {place}: {word}"


RULES = [
    runs_in_order,
    has_no_stray_output,
    is_plain_python,
    imports_stand_alone,
    reads_nothing_outside,
    has_short_cells,
    has_unique_ids,
    follows_the_format,
    names_its_kernel,
    describes_its_figures,
    names_its_folds,
    steps_through_headings,
    is_finished,
]


# Rules for prose, in chapters and on pages: (place, Markdown) in, faults out


def is_kind(prose: list[tuple[str, str]]) -> Faults:
    for place, text in prose:
        words = UNKIND.findall(visible(text)) + UNFINISHED.findall(visible(text))
        yield from (f"{place}: the word '{word}'" for word in words)


def describes_its_images(prose: list[tuple[str, str]]) -> Faults:
    for place, text in prose:
        yield from (f"{place}: {found} without alternative text" for found in IMAGE.findall(text))
        for found in IMAGE_DIRECTIVE.finditer(text):
            if not re.search(r":alt:[ \t]*\S", found["options"]):
                yield f"{place}: {found[0].splitlines()[0]} without :alt:"


def sets_displays_apart(prose: list[tuple[str, str]]) -> Faults:
    for place, text in prose:
        for line in visible(text).splitlines():
            if "$$" in line and not re.fullmatch(r"\s*\$\$(\s+\([\w-]+\))?\s*", line):
                yield f"{place}: '{line.strip()[:40]}': give $$ a line of its own"


PROSE_RULES = [is_kind, describes_its_images, sets_displays_apart]


# The stored book


def test_there_is_a_chapter():
    assert CHAPTERS


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=name_of)
def test_notebook(path, rule):
    assert list(rule(read(path))) == []


@pytest.mark.parametrize("path", CHAPTERS, ids=name_of)
def test_chapter(path):
    assert list(has_the_chapter_parts(read(path))) == []


@pytest.mark.parametrize("path", DEEPER, ids=name_of)
def test_deeper_page(path):
    assert list(has_the_chapter_parts(read(path), DEEPER_SECTIONS)) == []


@pytest.mark.parametrize("rule", PROSE_RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_prose(path, rule):
    assert list(rule(passages(path))) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name_of)
def test_notebook_is_normalised(path):
    assert normalised(path) == path.read_bytes(), f"{name_of(path)}: run `make execute`"


# The rules themselves: a sound notebook passes, each way to break it is found

OPENING = "# A line\n\n" + "\n\n".join(f"**{mark}.** Words." for mark in OPENING_MARKS)
ENDING = "\n\n".join(f"## {section}\n\nWords." for section in SECTIONS)
PNG = v4.new_output("display_data", data={"image/png": "AAAA", "text/plain": "<Figure>"})
ALT = {"mystnb": {"image": {"alt": "Eight points and a line through them."}}}


def code(source: str, count: int, **parts) -> NotebookNode:
    return v4.new_code_cell(source, id=f"code-{count}", execution_count=count, **parts)


def sound() -> NotebookNode:
    cells = [
        v4.new_markdown_cell(OPENING, id="opening"),
        code("from math import sqrt", 1),
        code("sqrt(2)", 2, outputs=[PNG], metadata=deepcopy(ALT)),
        v4.new_markdown_cell(ENDING, id="ending"),
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})


@pytest.mark.parametrize("rule", [*RULES, has_the_chapter_parts], ids=lambda rule: rule.__name__)
def test_a_sound_notebook_has_no_fault(rule):
    assert list(rule(sound())) == []


@pytest.mark.parametrize("rule", PROSE_RULES, ids=lambda rule: rule.__name__)
def test_sound_prose_has_no_fault(rule):
    assert list(rule(notebook_passages(sound()))) == []


STDERR = v4.new_output("stream", name="stderr", text="Warning")
ERROR = v4.new_output("error", ename="ValueError", evalue="no", traceback=[])
SECOND_FIGURE = code("1", 3, outputs=[PNG], metadata=deepcopy(ALT))


@pytest.mark.parametrize(
    ("rule", "place", "change"),
    [
        (runs_in_order, 2, {"execution_count": None}),
        (runs_in_order, 2, {"execution_count": 3}),
        (has_no_stray_output, 2, {"outputs": [STDERR]}),
        (has_no_stray_output, 2, {"outputs": [ERROR]}),
        (is_plain_python, 2, {"source": "%matplotlib inline"}),
        (is_plain_python, 2, {"source": "!pip list"}),
        (is_plain_python, 2, {"source": "# NBVAL_IGNORE_OUTPUT\n1"}),
        (imports_stand_alone, 2, {"source": "import math\nmath.pi"}),
        (imports_stand_alone, 2, {"source": "def f():\n    import math"}),
        (imports_stand_alone, 1, {"source": "from math import *"}),
        (reads_nothing_outside, 2, {"source": "open('x.csv')"}),
        (reads_nothing_outside, 2, {"source": "Path('x.csv').read_text()"}),
        (reads_nothing_outside, 2, {"source": "pd.read_csv('x.csv')"}),
        (reads_nothing_outside, 1, {"source": "import urllib.request"}),
        (reads_nothing_outside, 1, {"source": "from requests import get"}),
        (has_short_cells, 2, {"source": "1\n" * 26}),
        (has_unique_ids, 2, {"id": "code-1"}),
        (has_unique_ids, 2, {"id": ""}),
        (follows_the_format, 2, {"outputs": [{"output_type": "nonsense"}]}),
        (describes_its_figures, 2, {"metadata": {}}),
        (describes_its_figures, 2, {"metadata": {"mystnb": {"image": {"alt": "A plot."}}}}),
        (describes_its_figures, 1, SECOND_FIGURE),
        (names_its_folds, 2, {"metadata": {"tags": ["hide-cell"], **ALT}}),
        (has_the_chapter_parts, 0, {"source": OPENING.removeprefix("# ")}),
        (has_the_chapter_parts, 0, {"source": OPENING.replace("**Builds on.**", "Builds on.")}),
        (has_the_chapter_parts, 3, {"source": ENDING.replace("## Summary", "### Summary")}),
        (steps_through_headings, 3, {"source": "### Too deep"}),
        (steps_through_headings, 3, {"source": "# A second title"}),
        (is_finished, 2, {"source": "1  # TODO"}),
        (is_finished, 3, {"source": "Lorem ipsum"}),
    ],
)
def test_a_broken_notebook_is_found(rule, place, change):
    notebook = sound()
    notebook.cells[place].update(change)
    assert len(list(rule(notebook))) == 1


def test_another_kernel_is_found():
    notebook = sound()
    notebook.metadata.kernelspec.name = "my-env"
    assert list(names_its_kernel(notebook))


def test_a_missing_cell_id_is_found():
    notebook = sound()
    del notebook.cells[2]["id"]
    assert list(has_unique_ids(notebook))


def test_a_notebook_without_code_is_found():
    notebook = sound()
    notebook.cells = [cell for cell in notebook.cells if cell.cell_type == "markdown"]
    assert list(runs_in_order(notebook)) == ["no code cell ran"]


@pytest.mark.parametrize("parts", [{"source": ""}, {"source": "f(", "execution_count": 3}])
def test_only_cells_with_code_count(parts):
    notebook = sound()
    notebook.cells.append(v4.new_code_cell(**parts))
    assert list(runs_in_order(notebook)) == []


def test_an_expected_error_may_be_stored():
    notebook = sound()
    notebook.cells[2].update(outputs=[ERROR], metadata={"tags": ["raises-exception"]})
    assert list(has_no_stray_output(notebook)) == []


@pytest.mark.parametrize(
    ("rule", "markdown"),
    [
        (is_kind, "This is Simply so."),
        (is_kind, "Obviously."),
        (is_kind, "It follows trivially; done."),
        (is_kind, "It is clearly so."),
        (is_kind, "```{note}\nClearly so.\n```"),
        (is_kind, "FIXME"),
        (sets_displays_apart, "$$\nx = 1\n$$ To see it, look."),
        (sets_displays_apart, "With $$\nx = 1\n$$ (eq-x)"),
        (describes_its_images, "![](a.png)"),
        (describes_its_images, "![ ](a.png)"),
        (describes_its_images, '<img src="a.png">'),
        (describes_its_images, '<img src="a.png" alt="">'),
        (describes_its_images, "```{image} a.png\n:width: 80%\n```"),
        (describes_its_images, ":::{figure} a.png\n:alt:\n:name: fig\n:::"),
    ],
)
def test_broken_prose_is_found(rule, markdown):
    assert len(list(rule([("page", markdown)]))) == 1


@pytest.mark.parametrize(
    "markdown",
    [
        "Undoubtedly; unclearly; a simple thing.",
        "```python\nsimply = 1\n```",
        "$$\nx = 1\n$$ (eq-x)\n\n  $$\n  y\n  $$",
        "![A line](a.png) and <img src='a.png' alt='A line'>",
        "```{figure} a.png\n:width: 80%\n:alt: A line through points.\n```",
    ],
)
def test_good_prose_is_left(markdown):
    assert [fault for rule in PROSE_RULES for fault in rule([("page", markdown)])] == []


def test_heading_marks_in_code_are_no_headings():
    notebook = sound()
    notebook.cells[3].source += "\n\n```python\n#### a comment\n```"
    assert list(steps_through_headings(notebook)) == []


def test_normalising_is_seen(tmp_path):
    path = tmp_path / "walk.ipynb"
    path.write_text(v4.writes(sound()) + "\n", encoding="utf-8")
    assert normalised(path) == path.read_bytes()
    notebook = sound()
    notebook.cells[1].metadata.execution = {"iopub.status.busy": "2026-01-01"}
    path.write_text(v4.writes(notebook) + "\n", encoding="utf-8")
    assert normalised(path) != path.read_bytes()


def test_what_the_book_folds_is_folded_in_jupyterlab_too(tmp_path):
    path = tmp_path / "walk.ipynb"
    notebook = sound()
    notebook.cells[1].metadata.tags = ["hide-cell"]
    notebook.cells[2].metadata.jupyter = {"source_hidden": True}
    path.write_text(v4.writes(notebook) + "\n", encoding="utf-8")
    cells = v4.reads(normalised(path).decode()).cells
    assert cells[1].metadata.jupyter == {"source_hidden": True, "outputs_hidden": True}
    assert "jupyter" not in cells[2].metadata


def test_a_stream_cut_in_two_is_made_whole(tmp_path):
    path = tmp_path / "walk.ipynb"
    notebook = sound()
    notebook.cells[2].outputs = [
        v4.new_output("stream", name="stdout", text="o"),
        v4.new_output("stream", name="stdout", text="ne\ntwo"),
        v4.new_output("stream", name="stdout", text="\n"),
        v4.new_output("stream", name="stderr", text="noise\n"),
    ]
    path.write_text(v4.writes(notebook) + "\n", encoding="utf-8")
    outputs = json.loads(normalised(path))["cells"][2]["outputs"]
    assert [output["text"] for output in outputs] == [["one\n", "two\n"], ["noise\n"]]
