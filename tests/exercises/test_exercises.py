"""Promise: each task separates right from wrong, and each named wrong from the others."""

import ast
import itertools
import json
import re
import subprocess
import sys
from collections import Counter

import pytest

from exercises import (
    CHAPTERS,
    MAIN,
    SEEDS,
    as_handed_in,
    attempt,
    printed_by,
    settings,
    tasks,
    with_seed,
    wrong_answers,
)
from grader import course
from grader import notes as grader_notes
from grader.cells import checks_of, task_of
from grader.marking import hidden_lines, same_lines
from grader.release import make_release
from grader.term import HIDDEN
from linreg import checks
from linreg.checks import notes
from notebooks import CHAPTERS as NOTEBOOKS
from notebooks import ROOT

TASKS = [task for chapter in CHAPTERS for task in tasks(chapter)]
WRONG = [(task, *wrong) for task in TASKS for wrong in wrong_answers(task)]
WORDS = {1: "one", 2: "two", 3: "three", 4: "four"}
each_task = pytest.mark.parametrize("task", TASKS, ids=str)
each_chapter = pytest.mark.parametrize("chapter", CHAPTERS)


def test_there_are_exercises_for_every_chapter():
    assert [f"ch{path.name[:2]}" for path in NOTEBOOKS] == MAIN


@pytest.mark.parametrize("chapter", MAIN)
def test_a_chapter_has_all_four_levels_and_enough_tasks(chapter):
    source = course.read(course.notebook(course.EXERCISES / "source", chapter))
    by_hand = [
        settings(cell).grade_id
        for cell in source.cells
        if settings(cell).get("grade") and settings(cell).solution
    ]
    names = [task.name for task in tasks(chapter)]
    assert {name[0] for name in names} >= {"a", "b", "c"}
    assert len(names) >= 8
    assert len(by_hand) >= 1
    assert {name[0] for name in by_hand} == {"d"}


@each_chapter
def test_tasks_are_numbered_without_gaps_and_their_texts_say_so(chapter):
    source = course.read(course.notebook(course.EXERCISES / "source", chapter))
    texts = "\n".join(cell.source for cell in source.cells if cell.cell_type == "markdown")
    levels = "".join(name[0] for name in graded(source))
    count = {level: itertools.count(1) for level in levels}
    assert levels == "".join(sorted(levels))
    assert list(graded(source)) == [f"{level}{next(count[level])}" for level in levels]
    said = re.findall(r"^\*\*([A-D]\d+)\*\* \((\d) points?", texts, re.MULTILINE)
    assert {name.lower(): int(points) for name, points in said} == graded(source)


@each_chapter
def test_the_opening_says_the_points_of_each_part(chapter):
    source = course.read(course.notebook(course.EXERCISES / "source", chapter))
    of = {level: {v for name, v in graded(source).items() if name[0] == level} for level in "abcd"}
    words = {level: " or ".join(WORDS[value] for value in sorted(of[level])) for level in of}
    choices = " and ".join(f"Part {level.upper()}" for level in "ab" if of[level])
    assert all(of[level] <= {1} for level in "ab")
    says = f"- {choices}: one point a task. Part C: {words['c']} points."
    says += f" Part D: {words['d']} points, marked by hand." if of["d"] else ""
    assert says in source.cells[0].source.splitlines()


@each_task
def test_three_points_are_given_in_steps_of_one(task):
    """Each step has a cell of its own, which says which step it is, and prints hidden lines."""
    source = course.read(course.notebook(course.EXERCISES / "source", task.chapter))
    cells = checks_of(source, task.name)
    assert [settings(cell).points for cell in cells] == (
        [1] * 3 if task.points == 3 else [task.points]
    )
    for step, cell in enumerate(cells, 1):
        assert (f'checks.passed("{task}", step={step})' in cell.source) == (len(cells) > 1)
        assert hidden_lines(printed_by(cell))


def graded(source):
    """The points of each task, those marked by hand too, in the order of the notebook."""
    cells = [settings(cell) for cell in source.cells if settings(cell).get("grade")]
    points = Counter()
    for about in cells:
        points[task_of(about.grade_id)] += about.points
    return dict(points)


@each_chapter
def test_every_note_belongs_to_a_task(chapter):
    assert set(grader_notes.notes(chapter)) == {task.name for task in tasks(chapter)}


@each_task
def test_the_solution_passes_and_prints_what_is_stored(task):
    outcome = attempt(task, task.solution)
    assert outcome.error is None
    assert outcome.printed == task.prints
    assert "hidden> " in outcome.printed


@each_task
def test_the_stub_fails_kindly(task):
    outcome = attempt(task, task.stub)
    assert isinstance(outcome.error, checks.NotYet), outcome.error
    assert "hidden> " not in outcome.printed


@each_task
def test_a_task_names_at_least_three_wrong_answers(task):
    names = [name for name, _, _ in wrong_answers(task)]
    messages = [says for _, _, says in wrong_answers(task)]
    assert len(set(names)) == len(names) >= 3
    assert len(set(messages)) == len(messages)


@pytest.mark.parametrize(
    ("task", "name", "code", "says"), WRONG, ids=[f"{task}: {name}" for task, name, *_ in WRONG]
)
def test_a_wrong_answer_fails_with_its_own_message(task, name, code, says):
    outcome = attempt(task, code)
    assert isinstance(outcome.error, checks.NotYet), outcome.error
    assert says in str(outcome.error)
    assert "hidden> " not in outcome.printed
    others = [other for label, _, other in wrong_answers(task) if label != name]
    assert not [other for other in others if other in str(outcome.error)]


# ---- The private seed of a class


@each_task
def test_a_seed_changes_hidden_regions_alone(task):
    """So an answer that fails before the hidden region fails there under every seed."""
    for seed in SEEDS:
        own = with_seed(task, seed)
        assert (own.given, own.solution) == (task.given, task.solution)
        assert own.check == task.check.replace(course.PUBLIC_SEED, seed)
        assert own.check.partition(HIDDEN[0])[0] == task.check.partition(HIDDEN[0])[0]


@each_task
def test_right_answers_score_under_every_seed_and_the_lines_of_one_under_no_other(task):
    """By the grader's own comparison with the lines of the solution under the same seed."""
    printed = [hidden_lines(task.prints)]
    for seed in SEEDS:
        outcome = attempt(with_seed(task, seed), task.solution)
        assert outcome.error is None
        printed.append(hidden_lines(outcome.printed))
        assert printed[-1]
    again = attempt(with_seed(task, SEEDS[-1]), as_handed_in(task))
    assert again.error is None
    assert same_lines(hidden_lines(again.printed), printed[-1])
    for one, other in itertools.permutations(printed, 2):
        if course.PUBLIC_SEED not in task.check:
            assert one == other
        elif same_lines(one, ["0.0"] * len(one)):  # the task asks for what is the same everywhere
            assert one != other
        else:
            assert not same_lines(one, other)


@each_task
def test_hidden_regions_hold_no_answer(task):
    """It prints what the learner's work gives: no assert, no verdict, no right answer."""
    _, _, rest = task.check.partition(HIDDEN[0])
    hidden, end, _ = rest.partition(HIDDEN[1])
    assert end
    assert "assert" not in hidden
    assert {*re.findall(r"checks\.(\w+)", hidden)} <= {"letters", "run", "show", "slopes", "value"}
    right = task.notes.get("right", "no answer is given as such")
    assert (f'"{right}"' if "options" in task.notes else right) not in hidden


@each_task
def test_functions_are_tried_on_inputs_of_the_term(task):
    """Level C draws its hidden inputs from the seed that a class replaces."""
    if task.name.startswith("c"):
        assert f'"{course.PUBLIC_SEED}' in task.check.partition(HIDDEN[0])[2]


@each_task
def test_sealed_notes_do_not_show_the_answer(task):
    stored = json.dumps(notes.about(str(task)), ensure_ascii=False)
    if "right" in task.notes:
        assert task.notes["note"] not in stored
        printed = attempt(task, task.solution).printed
        assert task.notes["note"] in printed


@each_chapter
def test_the_release_is_fresh_and_the_same_at_each_run(chapter, tmp_path):
    make_release(chapter, tmp_path)
    made = [path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()]
    assert len(made) == 3
    for path in made:
        assert (ROOT / path).read_bytes() == (tmp_path / path).read_bytes(), (
            f"{path} is stale: run `make release`"
        )


@each_chapter
def test_a_release_holds_nothing_hidden(chapter):
    text = course.notebook(course.EXERCISES / "release", chapter).read_text(encoding="utf-8")
    for secret in ("hidden>", "HIDDEN", "SOLUTION", course.PUBLIC_SEED):
        assert secret not in text


def test_checks_start_without_any_library():
    """Checks run inside a browser, and at once: SymPy is loaded where it is needed."""
    code = "import sys, linreg.checks; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert "linreg" in loaded.stdout.split()
    assert not set(loaded.stdout.split()) & {"numpy", "sympy", "nbclient", "nbformat", "torch"}


@each_task
def test_a_check_leaves_a_learners_names_alone(task):
    """What a check defines stays in its function, so no helper of the learner's is overwritten."""
    imports, *body = ast.parse(task.check).body
    assert ast.unparse(imports) == "from linreg import checks"
    defined = [node.name for node in body if isinstance(node, ast.FunctionDef)]
    names = [task.name + letter for letter in ["", "b", "c"][: task.steps]]
    assert set(defined) <= {f"{part}_{name}" for part in ("check", "hidden") for name in names}
    assert all(isinstance(node, ast.Expr | ast.FunctionDef) for node in body)
