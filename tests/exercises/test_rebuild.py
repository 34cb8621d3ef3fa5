"""Promise: of a submission, only answers and added cells reach the grader, each at its place."""

import copy
import json

import nbformat
import pytest
from classroom import answered, released, solutions, with_words
from hypothesis import given
from hypothesis import strategies as st
from nbconvert import HTMLExporter
from nbformat import NotebookNode, v4

from exercises import CHAPTERS
from grader import course
from grader.cells import grade_id
from grader.collect.reading import read_notebook
from grader.rebuild import rebuild

CODE_STUB = "# YOUR CODE HERE\nraise NotImplementedError()"
HIDDEN = "### BEGIN HIDDEN TESTS\nprint('hidden>', slope([1], [2]))\n### END HIDDEN TESTS"


def task(name, text, *, kind="code", solution=True, **more):
    flags = {"grade": not solution, "locked": not solution, "solution": solution, "task": False}
    metadata = {"nbgrader": {"grade_id": name, "schema_version": 3, **flags}}
    new = v4.new_code_cell if kind == "code" else v4.new_markdown_cell
    return new(text, id=f"id-{name}", metadata=metadata, **more)


def make_source():
    seen = [v4.new_output("stream", text="hidden> 2.0\n")]
    cells = [
        v4.new_markdown_cell("# Exercises", id="title"),
        task("a1", "slope = 2  # solved"),
        task("a1-check", f"check(slope)\n{HIDDEN}", solution=False, outputs=seen),
        task("c1", "line = 3  # solved", execution_count=4),
        task("c1-check", f"check(line)\n{HIDDEN}", solution=False),
        task("d1", "Because it falls.", kind="markdown"),
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return v4.new_notebook(cells=cells, metadata=kernel)


def make_release():
    release = make_source()
    for cell in release.cells:
        if cell.id in ("id-a1", "id-c1"):
            cell.source = CODE_STUB
        cell.source = cell.source.replace(f"\n{HIDDEN}", "")
        if cell.cell_type == "code":
            cell.outputs = []
    release.cells[-1].source = "YOUR ANSWER HERE"
    return release


SOURCE, RELEASE = make_source(), make_release()
ANSWERS = {"a1": "slope = 1 + 1", "c1": "line = 4", "d1": "It *falls*."}


def handed_in(**answers):
    """The release with answers, as it stands after `read_notebook`."""
    notebook = make_release()
    for cell in notebook.cells:
        cell.source = answers.get(grade_id(cell), cell.source)
    return notebook


def submission(cells):
    """What `read_notebook` may return: it need not be valid."""
    return NotebookNode(metadata={}, nbformat=4, nbformat_minor=5, cells=cells)


def cell_of(notebook, name):
    (cell,) = [cell for cell in notebook.cells if grade_id(cell) == name]
    return cell


def texts(notebook):
    return [cell.source for cell in notebook.cells]


def rebuilt(submitted):
    result = rebuild(SOURCE, RELEASE, submitted)
    nbformat.validate(result)
    assert len({cell.id for cell in result.cells}) == len(result.cells)
    return result


def test_answers_come_from_the_learner_and_all_else_from_the_source():
    submitted = handed_in(**ANSWERS)
    submitted.metadata = NotebookNode(kernelspec={"name": "evil"}, celltoolbar="Edit")
    for cell in submitted.cells:
        cell.metadata.get("nbgrader", {}).update(points=99, locked=False, grade=True)
        cell.metadata.tags = ["raises-exception"]
    submitted.cells[2].source = "pass  # no check"
    expected = copy.deepcopy(SOURCE)
    for cell in expected.cells:
        cell.source = ANSWERS.get(grade_id(cell), cell.source)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    assert rebuilt(submitted) == expected


def test_no_stored_output_is_left():
    assert "hidden> 2.0" in str(SOURCE)
    assert "hidden> 2.0" not in str(rebuilt(handed_in()))


def test_arguments_stay_as_they_were():
    submitted = handed_in(**ANSWERS)
    before = copy.deepcopy((SOURCE, RELEASE, submitted))
    rebuilt(submitted)
    assert before == (SOURCE, RELEASE, submitted)


def test_missing_cells_come_back_as_the_release_has_them():
    result = rebuilt(v4.new_notebook())
    assert cell_of(result, "a1").source == CODE_STUB
    assert cell_of(result, "d1").source == "YOUR ANSWER HERE"
    assert texts(result)[2] == SOURCE.cells[2].source


def test_a_solution_never_comes_back():
    assert "solved" not in str(rebuilt(v4.new_notebook()))


def test_a_release_of_another_source_is_refused():
    with pytest.raises(ValueError, match=r"lacks \['a1', 'c1', 'd1'\]: make it again"):
        rebuild(SOURCE, v4.new_notebook(), handed_in())


def test_a_cell_is_known_by_its_grade_id_before_its_id():
    submitted = handed_in(**ANSWERS)
    for cell in submitted.cells:
        cell.id = {"id-a1": "id-c1", "id-c1": "id-a1"}.get(cell.id, cell.id)
    assert cell_of(rebuilt(submitted), "a1").source == ANSWERS["a1"]


def test_a_cell_without_metadata_is_known_by_its_id():
    submitted = handed_in(**ANSWERS)
    for cell in submitted.cells:
        cell.metadata = NotebookNode()
    assert rebuilt(submitted) == rebuilt(handed_in(**ANSWERS))


def test_moved_cells_are_put_back_and_extras_follow_their_cell():
    submitted = handed_in(**ANSWERS)
    mine = v4.new_code_cell("print(line)", id="mine")
    submitted.cells = [submitted.cells[3], mine, *submitted.cells[:3], *submitted.cells[4:]]
    result = texts(rebuilt(submitted))
    assert result[3:5] == [ANSWERS["c1"], "print(line)"]
    assert result[1] == ANSWERS["a1"]


# Copies

COPIES = {
    "stub first": ([CODE_STUB, "x = 1"], "x = 1", []),
    "stub with other blanks first": ([CODE_STUB.replace("\n", "  \n"), "x = 1"], "x = 1", []),
    "stub last": (["x = 1", CODE_STUB], "x = 1", []),
    "blank first": (["  \n", "x = 1"], "x = 1", []),
    "only blank": ([""], "", []),
    "twice the same": (["x = 1", "x = 1\n"], "x = 1", []),
    "two that differ": (["x = 1", "x = 2"], "x = 1", ["x = 2"]),
    "three": ([CODE_STUB, "x = 1", "x = 2", "x = 2"], "x = 1", ["x = 2"]),
}


@pytest.mark.parametrize(("copies", "answer", "extra"), COPIES.values(), ids=COPIES)
def test_copies_of_an_answer(copies, answer, extra):
    submitted = submission([task("a1", text) for text in copies])
    result = rebuilt(submitted)
    assert cell_of(result, "a1").source == answer
    assert texts(result)[2 : 2 + len(extra)] == extra
    assert len(result.cells) == len(SOURCE.cells) + len(extra)


def test_a_second_answer_stays_where_it_was_run():
    submitted = handed_in(**ANSWERS)
    submitted.cells.insert(5, task("a1", "slope = 7"))
    result = texts(rebuilt(submitted))
    assert result[4:6] == [SOURCE.cells[4].source, "slope = 7"]


def test_copies_of_a_check_cell_are_left_out_unless_changed():
    submitted = handed_in()
    check = submitted.cells[2]
    submitted.cells += [copy.deepcopy(check), copy.deepcopy(check)]
    submitted.cells[-1].source = "check(3)"
    result = rebuilt(submitted)
    assert texts(result)[len(SOURCE.cells) :] == ["check(3)"]
    assert result.cells[-1].metadata == {}


# Types


@pytest.mark.parametrize("kind", ["code", "markdown", "raw"])
def test_an_answer_keeps_the_type_of_its_task(kind):
    submitted = handed_in(**ANSWERS)
    for cell in submitted.cells:
        cell.cell_type = kind
    result = rebuilt(submitted)
    assert [cell.cell_type for cell in result.cells] == [cell.cell_type for cell in SOURCE.cells]
    assert {name: cell_of(result, name).source for name in ANSWERS} == ANSWERS


# Cells of the learner's own


def test_an_extra_cell_brings_only_its_text():
    flags = {"grade_id": "z9", "grade": True, "solution": False, "locked": True, "points": 50}
    metadata = {"nbgrader": flags, "tags": ["remove-cell"]}
    output = v4.new_output("stream", text="hidden> 2.0\n")
    mine = v4.new_code_cell("%time 1", id="mine", metadata=metadata, outputs=[output])
    raw = v4.new_raw_cell("<b>raw</b>", id="id-a1x", metadata={"raw_mimetype": "text/html"})
    submitted = handed_in()
    submitted.cells = [mine, raw, *submitted.cells]
    code, text = rebuilt(submitted).cells[:2]
    assert code == v4.new_code_cell("%time 1", id="learner-1")
    assert text == v4.new_markdown_cell("<b>raw</b>", id="learner-2")


def test_fresh_ids_keep_clear_of_the_sources():
    source = make_source()
    source.cells[0].id = "learner-1"
    source.nbformat_minor = 4
    submitted = submission([v4.new_code_cell("x")])
    result = rebuild(source, RELEASE, submitted)
    assert [cell.id for cell in result.cells[:2]] == ["learner-2", "learner-1"]
    assert (result.nbformat, result.nbformat_minor) == (4, 5)


def test_a_picture_of_the_solution_never_comes_back():
    source = make_source()
    source.cells[-1].attachments = {"solved.png": {"image/png": "AAAA"}}
    assert "solved.png" not in str(rebuild(source, RELEASE, handed_in(**ANSWERS)))


MARKED = {
    "hidden tests": ("### BEGIN HIDDEN TESTS\nx\n### END HIDDEN TESTS", "### BEGIN_HIDDEN TESTS"),
    "solution": ("### BEGIN SOLUTION\nx", "### BEGIN_SOLUTION"),
    "mark scheme": ("x = 1  # END MARK SCHEME", "x = 1  # END_MARK SCHEME"),
    "any case": ("### begin hidden tests", "### begin_hidden tests"),
}


@pytest.mark.parametrize(("text", "first_line"), MARKED.values(), ids=MARKED)
def test_regions_of_nbgrader_are_disarmed(text, first_line):
    submitted = handed_in(a1=text, d1=text)
    submitted.cells.append(v4.new_code_cell(text))
    result = rebuilt(submitted)
    answers = [cell_of(result, "a1"), cell_of(result, "d1"), result.cells[-1]]
    assert [cell.source.splitlines()[0] for cell in answers] == [first_line] * 3
    assert cell_of(result, "a1-check").source.count("BEGIN HIDDEN TESTS") == 1


def test_a_picture_in_an_answer_is_kept_and_one_that_is_missing_breaks_nothing():
    submitted = handed_in(d1="![](attachment:a.png) ![](attachment:b.png)")
    submitted.cells[-1].attachments = {"a.png": {"image/png": "AAAA"}, "c": {"text/html": "<p>"}}
    result = rebuilt(read_notebook(nbformat.writes(submitted).encode()))
    answer = cell_of(result, "d1")
    assert answer.source == "![](attachment:a.png) ![](missing-b.png)"
    assert answer.attachments == {"a.png": {"image/png": "AAAA"}}
    assert "data:image/png;base64,AAAA" in HTMLExporter().from_notebook_node(result)[0]


# Whatever the learner did to the cells


@st.composite
def mangled(draw):
    """A release with answers whose cells are shuffled, copied, dropped, retyped and added to."""
    notebook = handed_in(**ANSWERS)
    stubs = [cell for cell in make_release().cells if grade_id(cell) in ANSWERS]
    extra = [v4.new_code_cell(f"extra = {n}", id="same") for n in range(draw(st.integers(0, 3)))]
    dropped = draw(st.sets(st.sampled_from(["title", "id-a1-check", "id-c1-check"])))
    kept = [cell for cell in notebook.cells if cell.id not in dropped]
    copies = draw(st.lists(st.sampled_from(notebook.cells + stubs), max_size=5))
    cells = draw(st.permutations(copy.deepcopy(kept + copies + extra)))
    for cell in cells:
        cell.cell_type = draw(st.sampled_from(["code", "markdown", "raw"]))
        if draw(st.booleans()) and cell.id != "same":
            cell.metadata = NotebookNode()
    return submission(cells), [cell.source for cell in extra]


@given(mangled())
def test_however_the_cells_are_mangled_the_skeleton_and_the_answers_stand(drawn):
    submitted, extra = drawn
    result = rebuilt(submitted)
    assert result == rebuilt(copy.deepcopy(submitted))
    ids = [cell.id for cell in SOURCE.cells]
    skeleton = [cell for cell in result.cells if cell.id in ids]
    assert [cell.id for cell in skeleton] == ids
    for cell, original in zip(skeleton, SOURCE.cells, strict=True):
        answer = ANSWERS.get(grade_id(original), original.source)
        assert cell.source == answer
        assert (cell.metadata, cell.cell_type) == (original.metadata, original.cell_type)
        assert texts(result).count(answer) == 1
    assert sorted(set(texts(result)) - {cell.source for cell in skeleton}) == extra


# Honest notebooks whose cells have lost their names, in every chapter


def known_by_texts(notebook):
    notebook.nbformat_minor = 4
    for cell in notebook.cells:
        cell.metadata = NotebookNode()
        cell.pop("id")


def with_other_ids(notebook):
    for number, cell in enumerate(notebook.cells):
        cell.metadata, cell.id = NotebookNode(), f"new-{number}"


def without_ids_and_with_cells_between(notebook):
    known_by_texts(notebook)
    cells = notebook.cells
    notebook.cells = [new for cell in cells for new in (cell, v4.new_code_cell("mine = 1"))]


def without_ids_and_with_copies(notebook):
    known_by_texts(notebook)
    notebook.cells = [copy.deepcopy(cell) for cell in notebook.cells for _ in range(2)]


def without_ids_and_checks(notebook):
    notebook.cells = [cell for cell in notebook.cells if not grade_id(cell).endswith("-check")]
    known_by_texts(notebook)


def answers_anew(notebook):
    """Each answer was deleted and written into a new cell."""
    for number, cell in enumerate(notebook.cells):
        if cell.get("id") in ANSWERED:
            cell.metadata, cell.id = NotebookNode(), f"new-{number}"


def answers_at_the_end(notebook):
    answers_anew(notebook)
    notebook.cells.sort(key=lambda cell: cell.id.startswith("new-") and cell.cell_type == "code")


def in_cells_of_its_own(notebook):
    """The answers alone, pasted into the sixth cell and the one after it."""
    answers = [cell for cell in notebook.cells if cell.id in ANSWERED and cell.cell_type == "code"]
    rest = [cell for cell in notebook.cells if cell not in answers]
    texts = ["\n".join(cell.source for cell in answers[start::2]) for start in (0, 1)]
    rest[5:5] = [v4.new_code_cell(text) for text in texts]
    notebook.cells = rest


ANSWERED = {"d1"} | {name for chapter in CHAPTERS for name in solutions(chapter)}
NAMELESS = (
    *(known_by_texts, with_other_ids, without_ids_and_with_cells_between),
    *(without_ids_and_with_copies, without_ids_and_checks),
    *(answers_anew, answers_at_the_end, in_cells_of_its_own),
)


def of_a_chapter(chapter, submitted):
    """What a chapter's submission is made into."""
    source = course.read(course.notebook(course.EXERCISES / "source", chapter))
    return rebuild(source, released(chapter), read_notebook(json.dumps(submitted).encode()))


@pytest.mark.parametrize("change", NAMELESS, ids=lambda change: change.__name__)
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_answers_without_names_are_found(chapter, change):
    answers = with_words(chapter)
    submitted = answered(chapter, answers)
    change(submitted)
    result = of_a_chapter(chapter, submitted)
    for name, answer in answers.items():
        assert answer.strip() in cell_of(result, name).source, name


def test_a_cell_of_the_learners_own_with_a_locked_text_stays_where_it_was_run():
    submitted = answered("ch03", {})
    known_by_texts(submitted)
    submitted.cells[3:3] = [v4.new_code_cell("import numpy as np"), v4.new_code_cell("np.pi")]
    result = texts(of_a_chapter("ch03", submitted))
    assert result.index("import numpy as np") < result.index("np.pi")


SURE = {
    "its type": "a1: float = 186_000",
    "two at once": "a1, mine = 186_000, 1",
    "two in a chain": "mine = a1 = 186_000",
}


def rebuilt_with(text):
    """The first chapter, the cell for a1 deleted, and a cell with this text at its end."""
    submitted = answered("ch01", {})
    submitted.cells = [cell for cell in submitted.cells if cell.id != "a1"]
    submitted.cells.append(v4.new_code_cell(text))
    return of_a_chapter("ch01", submitted)


@pytest.mark.parametrize("text", SURE.values(), ids=SURE)
def test_an_answer_in_a_cell_elsewhere_is_found_with(text):
    assert cell_of(rebuilt_with(text), "a1").source == text


UNSURE = {
    "a print": "print(a1, end='')",
    "inside of a function": "def mine():\n    a1 = 186_000",
    "a comparison": "a1 == 186_000",
    "a comparison that is kept": "mine = a1 == 186_000",
}


@pytest.mark.parametrize("text", UNSURE.values(), ids=UNSURE)
def test_what_only_looks_like_an_answer_is_a_cell_of_the_learners_own(text):
    result = rebuilt_with(text)
    assert cell_of(result, "a1").source.startswith("a1 = None")
    assert texts(result)[-1] == text


def test_two_cells_for_one_lost_answer_are_both_run():
    submitted = answered("ch01", {})
    place = [cell.id for cell in submitted.cells].index("a1")
    submitted.cells[place : place + 1] = [v4.new_code_cell("a1 = 1"), v4.new_code_cell("a1 += 1")]
    result = texts(of_a_chapter("ch01", submitted))
    assert result[place : place + 2] == ["a1 = 1", "a1 += 1"]
