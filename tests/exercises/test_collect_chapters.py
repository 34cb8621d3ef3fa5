"""Promise: a notebook counts for every chapter that it answers, whatever its cells lost."""

import json
from copy import deepcopy

import nbformat
import pytest
from classroom import WORDS, answered, released, solutions, with_words
from nbformat import NotebookNode, v4
from test_collect import lay, zipped

from exercises import CHAPTERS
from grader import course
from grader.cells import grade_id
from grader.collect import collect
from grader.collect.chapters import Chapter
from grader.grade import grade
from grader.handed_out import handed_out
from grader.matching import words
from grader.rebuild import rebuild

SOURCES = {
    name: course.read(course.notebook(course.EXERCISES / "source", name)) for name in CHAPTERS
}


def solved(chapter):
    return answered(chapter, with_words(chapter))


def bare(notebook):
    """A notebook without ids and metadata, as Kaggle stores it."""
    notebook = deepcopy(notebook)
    notebook.nbformat_minor = 4
    for cell in notebook.cells:
        cell.metadata = NotebookNode()
        cell.pop("id", None)
    return notebook


def in_format_3(notebook):
    return nbformat.convert(bare(notebook), 3)


def in_format_2(notebook):
    return nbformat.v3.downgrade(in_format_3(notebook))


def in_lines(notebook):
    """An old notebook as it is stored: a list of lines, without their ends."""
    old = in_format_2(notebook)
    for sheet in old.worksheets:
        for cell in sheet.cells:
            name = "input" if cell.cell_type == "code" else "source"
            cell[name] = cell[name].splitlines()
    return old


def collected(folder, only=None, **files):
    laid = {f"{name.replace('__', '/')}.ipynb": data for name, data in files.items()}
    texts = {name: json.dumps(data).encode() for name, data in laid.items()}
    return collect(lay(folder, texts), SOURCES, only=only)


def assert_right(found, chapter):
    """The solutions of a chapter stand in their places, and those of no other."""
    result = rebuild(SOURCES[chapter], released(chapter), found.notebook)
    for name, answer in with_words(chapter).items():
        (cell,) = [cell for cell in result.cells if grade_id(cell) == name]
        assert cell.source.strip() == answer.strip(), name


def test_what_learners_get_is_the_release():
    for chapter, source in SOURCES.items():
        assert handed_out(source) == [cell.source for cell in released(chapter).cells]


FORMS = (bare, in_format_3, in_format_2, in_lines)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_notebooks_whose_cells_have_no_names(tmp_path, form):
    files = {f"ann__{chapter}x": form(solved(chapter)) for chapter in CHAPTERS}
    result = collected(tmp_path, **files)
    assert set(result.taken) == {("ann", chapter) for chapter in CHAPTERS}
    for (_, chapter), found in result.taken.items():
        assert_right(found, chapter)


def test_texts_without_answer_cells_are_refused_with_the_reason(tmp_path):
    notebook = bare(solved("ch03"))
    notebook.cells = [cell for cell in notebook.cells if cell.cell_type == "markdown"][:-1]
    (found,) = collected(tmp_path, ann=notebook).found
    assert (found.verdict, found.student) == ("refused", "ann")
    assert "holds texts of ch03, but none of its answer cells" in found.reason


# Two chapters in one notebook

PAIRS = [("ch01", "ch02"), ("ch02", "ch01"), ("ch09", "ch03"), ("ch05_deeper", "ch05")]


def joined(*notebooks):
    whole = deepcopy(notebooks[0])
    whole.cells = [cell for notebook in notebooks for cell in notebook.cells]
    return whole


def without_checks(notebook):
    notebook = deepcopy(notebook)
    notebook.cells = [cell for cell in notebook.cells if not grade_id(cell).endswith("-check")]
    return notebook


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
@pytest.mark.parametrize("form", [deepcopy, bare, without_checks], ids=["whole", "bare", "checks"])
def test_two_chapters_in_one_notebook_are_both_graded(tmp_path, pair, form):
    result = collected(tmp_path, ann=joined(*(form(solved(chapter)) for chapter in pair)))
    assert set(result.taken) == {("ann", chapter) for chapter in pair}
    for (_, chapter), found in result.taken.items():
        assert_right(found, chapter)
        texts = {cell.source for cell in found.notebook.cells}
        (other,) = set(pair) - {chapter}
        assert not texts & {
            cell.source for cell in released(other).cells if cell.id.endswith("-check")
        }


def test_an_answer_without_its_text_is_the_chapters_whose_check_comes_next(tmp_path):
    some = solved("ch02")
    some.cells = [cell for cell in some.cells if cell.id in ("a1", "a1-check")]
    result = collected(tmp_path, ann=joined(solved("ch01"), some))
    assert_right(result.taken["ann", "ch01"], "ch01")
    cells = result.taken["ann", "ch02"].notebook.cells
    assert [cell.source for cell in cells if grade_id(cell) == "a1"] == [solutions("ch02")["a1"]]


def test_a_part_of_another_chapter_is_graded_and_a_helper_serves_both(tmp_path):
    helper, some = v4.new_code_cell("def mine(): pass"), solved("ch02")
    some.cells = some.cells[3:9]  # two tasks
    whole = joined(solved("ch01"), some)
    whole.cells.insert(3, helper)
    result = collected(tmp_path, ann=whole)
    assert set(result.taken) == {("ann", "ch01"), ("ann", "ch02")}
    assert_right(result.taken["ann", "ch01"], "ch01")
    cells = result.taken["ann", "ch02"].notebook.cells
    assert [cell.source for cell in cells if grade_id(cell) in ("a1", "a2")] == [
        solutions("ch02")[name] for name in ("a1", "a2")
    ]
    assert "def mine(): pass" in [cell.source for cell in cells]


def test_a_text_of_another_chapter_makes_no_second_submission(tmp_path):
    whole = solved("ch03")
    whole.cells[4:4] = [cell for cell in released("ch02").cells if cell.cell_type == "markdown"][:2]
    result = collected(tmp_path, ann=whole, bo=joined(solved("ch03"), released("ch02")))
    assert set(result.taken) == {("ann", "ch03"), ("bo", "ch03")}
    assert_right(result.taken["ann", "ch03"], "ch03")


@pytest.mark.parametrize(("more", "chapters"), [(0, {"ch03"}), (1, {"ch03", "ch05"})])
def test_more_than_half_of_a_chapters_texts_make_a_submission(tmp_path, more, chapters):
    """Where its checks are gone, and an answer is there."""
    one, other = (Chapter(SOURCES[name]) for name in ("ch03", "ch05"))
    questions = other.questions - one.texts
    texts = [cell for cell in released("ch05").cells if words(cell.source) in questions]
    assert len(texts) == len(questions)
    assert len(texts) % 2 == 0
    (answer,) = [cell for cell in solved("ch05").cells if grade_id(cell) == "a1"]
    whole = solved("ch03")
    whole.cells += [*texts[: len(texts) // 2 + more], answer]
    result = collected(tmp_path, ann=whole)
    assert {chapter for _, chapter in result.taken} == chapters


def test_of_two_chapters_those_asked_for_are_taken(tmp_path):
    result = collected(tmp_path, only=["ch02"], ann=joined(solved("ch01"), solved("ch02")))
    assert set(result.taken) == {("ann", "ch02")}
    assert [found.reason for found in result.with_verdict("ignored")] == ["ch01 was not asked for"]


def test_a_notebook_of_another_chapter_is_no_attempt_at_the_one_that_is_graded(tmp_path):
    folder, lines = tmp_path / "handed in", []
    lay(folder, {"ann.ipynb": json.dumps(solved("ch01")).encode()})
    grade(folder, tmp_path / "class", chapters=["ch03"], unsafe=True, say=lines.append)
    assert "ignored: 1 file: ch01 was not asked for" in lines


# A blank notebook never counts in place of an answered one


@pytest.mark.parametrize("blank", ["ch01 (1)", "ch01-Copy1", "x__ch01", "ch01-2", "again"])
@pytest.mark.parametrize("form", [deepcopy, bare], ids=["whole", "bare"])
def test_a_second_blank_download_does_not_win(tmp_path, blank, form):
    files = {"ann__ch01": form(solved("ch01")), f"ann__{blank}": form(released("ch01"))}
    result = collected(tmp_path, **files)
    assert_right(result.taken["ann", "ch01"], "ch01")
    (other,) = result.with_verdict("superseded")
    assert other.reason == "nothing is answered in it: ann/ch01.ipynb counts"


def test_one_answer_in_words_is_an_answer(tmp_path):
    files = {"ann__ch01": answered("ch01", WORDS), "ann__ch01 (1)": released("ch01")}
    assert collected(tmp_path, **files).taken["ann", "ch01"].file == "ann/ch01.ipynb"


def test_a_blank_notebook_alone_counts(tmp_path):
    data = zipped({"ch01.ipynb": json.dumps(released("ch01")).encode()})
    result = collect(lay(tmp_path, {"ann.zip": data}), SOURCES)
    assert set(result.taken) == {("ann", "ch01")}
