"""Promise: a class is graded as often as one likes, and nothing that was earned is lost."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time

import pytest
from classroom import answered, graded, hand_in, points, released, solutions, table
from nbgrader.api import Gradebook

from exercises import CHAPTERS, tasks
from grader import course, grade, sandbox
from grader.grade import RefusedError
from grader.gradebook import Workspace
from grader.term import make_term
from notebooks import ROOT

RIGHT = solutions("ch01")
HALF = {name: text for name, text in RIGHT.items() if name in ("a1", "a2", "b1", "c2")}
D1 = "I would keep silent above 4,000 square feet."


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class") / "handed_in"
    hand_in(folder, "ann", answered("ch01", RIGHT | {"d1": D1}))
    hand_in(folder, "bob", answered("ch01", HALF))
    hand_in(folder, "cy", released("ch01"))
    hand_in(folder, "dora", "{")
    return folder


@pytest.fixture(scope="module")
def workspace(handed_in):
    """A class after its first grading. Tests that change marks use students of their own."""
    place = handed_in.parent / "workspace"
    graded(handed_in, place)
    return place


def scores(workspace, student):
    return {task: value for task, value in table(workspace)[student].items() if "/" in task}


def test_each_student_has_what_is_deserved(workspace):
    full = {task: f"{value:g}" for task, value in points("ch01").items()}
    assert scores(workspace, "ann") == full | {"ch01/d1": ""}
    half = {task: full[task] if task.partition("/")[2] in HALF else "0" for task in full}
    assert scores(workspace, "bob") == half | {"ch01/d1": "0"}
    assert set(scores(workspace, "cy").values()) == {"0"}
    assert "dora" not in table(workspace)


def test_what_could_not_be_graded_is_listed_with_the_reason(workspace):
    listed = (workspace / "not_graded.csv").read_text(encoding="utf-8").splitlines()
    assert listed[0] == "file,why"
    assert listed[1].startswith("dora.ipynb,cut off in the middle")
    assert len(listed) == 2


def test_feedback_tells_points_and_diagnoses_and_nothing_hidden(workspace):
    for student, says in [("ann", "not marked yet"), ("bob", "line_through returned None")]:
        page = workspace / f"feedback/{student}/ch01/ch01.html"
        text = page.read_text(encoding="utf-8")
        assert says in text
        for secret in ("hidden&gt;", "hidden>", "HIDDEN TESTS", course.PUBLIC_SEED, "SOLUTION"):
            assert secret not in text


def test_a_second_run_changes_no_grade(handed_in, workspace):
    before = table(workspace)
    lines = graded(handed_in, workspace)
    assert table(workspace) == before
    assert sum("ch01: " in line for line in lines) == 3


def test_a_hand_mark_survives_and_reaches_table_and_feedback(handed_in, workspace, tmp_path):
    hand_in(tmp_path, "eve", answered("ch01", RIGHT | {"d1": D1}))
    graded(tmp_path, workspace)
    with Gradebook(Workspace(workspace).config.CourseDirectory.db_url) as gradebook:
        grade = gradebook.find_grade("d1", "ch01", "ch01", "eve")
        grade.manual_score, grade.needs_manual_grade = 3, False
        gradebook.find_comment("d1", "ch01", "ch01", "eve").manual_comment = "Name a house."
        gradebook.db.commit()
    graded(tmp_path, workspace)
    assert table(workspace)["eve"]["ch01/d1"] == "3"
    full = sum(points("ch01").values())
    assert table(workspace)["eve"]["total"] == f"{full + 3:g}"
    page = (workspace / "feedback/eve/ch01/ch01.html").read_text(encoding="utf-8")
    assert "Name a house." in page
    assert "not marked yet" not in page

    # The same answer needs no second look; another one does, and keeps the mark until then.
    assert not needs_a_look(workspace, "eve")
    hand_in(tmp_path, "eve", answered("ch01", RIGHT | {"d1": "Another rule."}))
    graded(tmp_path, workspace)
    assert needs_a_look(workspace, "eve")
    assert table(workspace)["eve"]["ch01/d1"] == "3"


def needs_a_look(workspace, student):
    with Gradebook(Workspace(workspace).config.CourseDirectory.db_url) as gradebook:
        return gradebook.find_grade("d1", "ch01", "ch01", student).needs_manual_grade


def test_students_who_are_not_in_the_folder_keep_their_scores(workspace, tmp_path):
    before = table(workspace)["ann"]
    hand_in(tmp_path, "finn", answered("ch01", HALF))
    graded(tmp_path, workspace)
    assert table(workspace)["ann"] == before
    assert table(workspace)["finn"]["total"] == "5"


def test_a_run_that_was_killed_is_completed_by_the_next(handed_in, tmp_path):
    many = tmp_path / "many"
    for student in ("a", "b", "c", "d", "e"):
        hand_in(many, student, answered("ch01", HALF))
    place = tmp_path / "workspace"
    command = [sys.executable, "-u", "-m", "grader", "grade", str(many), "--workspace", str(place)]
    with subprocess.Popen(
        command, cwd=course.EXERCISES, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as run:
        first = run.stdout.readline()
        time.sleep(0.7)  # in the middle of the second
        os.killpg(run.pid, signal.SIGKILL)
    assert first.startswith("[  1/5] a, ch01: 5 of 20")
    assert not (place / "grades.csv").exists()
    graded(many, place)
    assert {row["total"] for row in table(place).values()} == {"5"}
    assert len(table(place)) == 5
    with sqlite3.connect(place / "gradebook.db") as book:
        assert book.execute("pragma integrity_check").fetchone() == ("ok",)


def test_a_failure_of_the_grader_is_told_and_keeps_the_old_score(handed_in, tmp_path, monkeypatch):
    hand_in(tmp_path / "in", "ann", answered("ch01", HALF))
    graded(tmp_path / "in", tmp_path / "workspace")

    async def broken(*arguments, **named):
        raise RuntimeError("out of paper")

    monkeypatch.setattr(grade, "execute", broken)
    lines = graded(tmp_path / "in", tmp_path / "workspace")
    assert any("NOT GRADED, an earlier score stands" in line for line in lines)
    assert "out of paper" in (tmp_path / "workspace/not_graded.csv").read_text(encoding="utf-8")
    assert table(tmp_path / "workspace")["ann"]["total"] == "5"


def test_grading_refuses_where_there_is_no_sandbox(handed_in, tmp_path, monkeypatch):
    monkeypatch.setattr(grade, "refusal", lambda: "bubblewrap is missing: install it.")
    with pytest.raises(RefusedError, match=r"bubblewrap is missing[\s\S]*UNSAFE=1"):
        graded(handed_in, tmp_path / "workspace")
    assert not (tmp_path / "workspace").exists()


def test_unsafe_grading_is_asked_for_by_name(tmp_path, monkeypatch):
    hand_in(tmp_path / "in", "ann", answered("ch01", HALF))
    monkeypatch.setattr(grade, "refusal", lambda: "bubblewrap is missing: install it.")
    monkeypatch.setattr(sandbox, "command", lambda *_: pytest.fail("a sandbox was tried"))
    lines = graded(tmp_path / "in", tmp_path / "workspace", unsafe=True)
    assert lines[0].startswith("WARNING: no sandbox")
    assert table(tmp_path / "workspace")["ann"]["total"] == "5"


def test_an_unknown_chapter_and_an_empty_folder_are_refused(tmp_path):
    with pytest.raises(RefusedError, match="There is no ch99: the chapters are ch01"):
        graded(tmp_path, tmp_path / "workspace", chapters=["ch99"])
    with pytest.raises(RefusedError, match="holds no submission"):
        graded(tmp_path, tmp_path / "workspace")


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_two_seeds_give_the_same_scores_to_the_same_answers(chapter, tmp_path, monkeypatch):
    """Right and wrong answers of every task, under hidden inputs of two private seeds."""
    wrong = {task.name: wrongs(task) for task in tasks(chapter)}
    hand_in(tmp_path / "in", "right", answered(chapter, solutions(chapter)))
    hand_in(tmp_path / "in", "wrong", answered(chapter, wrong))
    tables, hidden = [], []
    for seed in ("maple 4711", "a quiet street"):
        monkeypatch.setattr(course, "TERM", tmp_path / seed)
        make_term(chapter, seed)
        source = course.notebook(course.TERM / "source", chapter).read_text(encoding="utf-8")
        assert seed in source
        assert course.PUBLIC_SEED not in source
        hidden.append([line for line in source.splitlines() if '"hidden> ' in line])
        graded(tmp_path / "in", tmp_path / seed / "workspace")
        tables.append(table(tmp_path / seed / "workspace"))
        assert not (tmp_path / seed / "workspace/not_graded.csv").read_text().splitlines()[1:]
    assert tables[0] == tables[1]
    assert hidden[0] != hidden[1]
    full = {task: f"{value:g}" for task, value in points(chapter).items()}
    assert {task: tables[0]["right"][task] for task in full} == full
    assert {tables[0]["wrong"][task] for task in full} == {"0"}


def wrongs(task):
    wrong = task.notes["wrong"][0]
    quoted = repr(wrong.get("answer")) if "options" in task.notes else wrong.get("answer")
    return wrong.get("code") or f"{task.name} = {quoted}"


def test_a_class_of_forty_takes_less_than_three_minutes():
    """As benchmarks/grading.py recorded it: no test of time runs here."""
    recorded = json.loads((ROOT / "linreg/datasets/measured/grading.json").read_text("utf-8"))
    assert recorded["students"] >= 40
    assert recorded["machine"]["cores"] == 2
    assert 0 < recorded["seconds"] < 180
