"""Promise: a class is graded as often as one likes, and nothing that was earned is lost."""

import asyncio
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import ExitStack

import psutil
import pytest
from classroom import answered, as_printed, graded, hand_in, points, released, solutions, table
from nbformat.v4 import new_output
from nbgrader.api import Gradebook

from exercises import SEEDS, tasks, wrong_answers
from grader import course, grade, sandbox
from grader.cells import is_check
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
    """A class after its first grading. Tests that change it use a copy."""
    place = handed_in.parent / "workspace"
    graded(handed_in, place)
    return place


@pytest.fixture
def copy(workspace, tmp_path):
    return shutil.copytree(workspace, tmp_path / "workspace")


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
    assert listed[0] == '"file","why"'
    assert listed[1].startswith('"dora.ipynb","cut off in the middle')
    assert len(listed) == 2


def test_feedback_shows_points_and_diagnoses_and_nothing_hidden(workspace):
    for student, says in [("ann", "not marked yet"), ("bob", "line_through does nothing yet")]:
        page = workspace / f"feedback/{student}/ch01/ch01.html"
        text = page.read_text(encoding="utf-8")
        assert says in text
        for secret in ("hidden&gt;", "hidden>", "HIDDEN TESTS", course.PUBLIC_SEED, "SOLUTION"):
            assert secret not in text


def test_the_release_in_the_workspace_is_the_one_that_learners_have(workspace):
    """nbgrader made it, in its gradebook; `make release` takes the same steps without one."""
    for place in ("source", "release"):
        made, stored = (
            course.notebook(top / place, "ch01") for top in (workspace, course.EXERCISES)
        )
        assert made.read_bytes() == stored.read_bytes()


def test_a_second_run_changes_no_grade_and_keeps_marks_by_hand(handed_in, copy):
    before = table(copy)
    mark_by_hand(copy, "ann", 3, "Name a house.")
    lines = graded(handed_in, copy)
    assert sum("ch01: " in line for line in lines) == 2 * 3
    after = table(copy)
    full = sum(points("ch01").values())
    assert (after["ann"]["ch01/d1"], after["ann"]["total"]) == ("3", f"{full + 3:g}")
    assert after["ann"] | {"ch01/d1": "", "total": f"{full:g}"} == before["ann"]
    assert {name: after[name] for name in ("bob", "cy")} == {
        name: before[name] for name in ("bob", "cy")
    }
    page = (copy / "feedback/ann/ch01/ch01.html").read_text(encoding="utf-8")
    assert "Name a house." in page
    assert "not marked yet" not in page

    # The same answer needs no second look; another one does, and keeps the mark until then.
    assert not needs_a_look(copy, "ann")
    hand_in(copy / "in", "ann", answered("ch01", RIGHT | {"d1": "Another rule."}))
    for _ in range(2):  # to be graded once more is no look
        graded(copy / "in", copy)
        assert needs_a_look(copy, "ann")
    assert table(copy)["ann"]["ch01/d1"] == "3"
    # A mark of 0 is a mark.
    mark_by_hand(copy, "ann", 0, "No house is named.")
    graded(copy / "in", copy)
    assert not needs_a_look(copy, "ann")
    assert table(copy)["ann"]["ch01/d1"] == "0"
    page = (copy / "feedback/ann/ch01/ch01.html").read_text(encoding="utf-8")
    assert "not marked yet" not in page
    # Students who are not in the folder keep their scores.
    assert {name: table(copy)[name] for name in ("bob", "cy")} == {
        name: before[name] for name in ("bob", "cy")
    }


def mark_by_hand(workspace, student, score, comment):
    with Gradebook(Workspace(workspace).config.CourseDirectory.db_url) as gradebook:
        grade = gradebook.find_grade("d1", "ch01", "ch01", student)
        grade.manual_score, grade.needs_manual_grade = score, False
        gradebook.find_comment("d1", "ch01", "ch01", student).manual_comment = comment
        gradebook.db.commit()


def needs_a_look(workspace, student):
    with Gradebook(Workspace(workspace).config.CourseDirectory.db_url) as gradebook:
        return gradebook.find_grade("d1", "ch01", "ch01", student).needs_manual_grade


def test_a_run_that_was_killed_is_completed_by_the_next(tmp_path):
    many = tmp_path / "many"
    for student in ("a", "b"):
        hand_in(many, student, answered("ch01", HALF))
    place = tmp_path / "workspace"
    command = [sys.executable, "-u", "-m", "grader", "grade", str(many), "--workspace", str(place)]
    with subprocess.Popen(
        command, cwd=course.EXERCISES, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as run:
        seen = [run.stdout.readline() for _ in many.iterdir()]
        first = run.stdout.readline()
        in_the_middle = kernel_of(run.pid)  # of the second submission
        os.killpg(run.pid, signal.SIGKILL)
    assert [line[:9] for line in seen] == ["(  1/2) a", "(  2/2) b"]
    assert first.startswith("[  1/2] a, ch01: 5 of 19")
    assert in_the_middle
    assert not (place / "grades.csv").exists()
    graded(many, place)
    assert {row["total"] for row in table(place).values()} == {"5"}
    assert len(table(place)) == 2
    with sqlite3.connect(place / "gradebook.db") as book:
        assert book.execute("pragma integrity_check").fetchone() == ("ok",)


def kernel_of(grader):
    """Wait until the grader runs a kernel in a sandbox; return its processes."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if len(found := psutil.Process(grader).children(recursive=True)) >= 3:
            return found
        time.sleep(0.02)
    return []


def test_a_failure_of_the_grader_is_reported_and_keeps_the_old_score(handed_in, copy, monkeypatch):
    async def broken(*arguments, **named):
        raise RuntimeError("out of paper")

    before = table(copy)
    monkeypatch.setattr(grade, "execute", broken)
    lines = graded(handed_in, copy)
    assert sum("NOT GRADED, an earlier score stands" in line for line in lines) == 2 * 3
    assert "out of paper" in (copy / "not_graded.csv").read_text(encoding="utf-8")
    assert table(copy) == before


def test_all_visible_runs_come_first_and_one_by_one(copy, monkeypatch):
    """A hidden run that came earlier, or at the same time, could signal to a visible one."""
    events = copy / "events"  # a file, since each run is in a process of its own

    def note(event):
        with events.open("a") as file:
            file.write(f"{event}\n")

    async def execute(notebook, **named):
        kind = "hidden" if "HIDDEN TESTS" in str(notebook) else "visible"
        note(f"{kind} begins")
        await asyncio.sleep(0.01)
        note(f"{kind} ends")
        return notebook

    monkeypatch.setattr(grade, "execute", execute)
    monkeypatch.setattr(sandbox, "LOCK", copy / "lock")
    monkeypatch.setattr(sandbox, "forget_files", lambda: note("files are forgotten"))
    for student in ("eve", "finn", "guy"):
        hand_in(copy / "in", student, answered("ch01", HALF))
    grade.grade(copy / "in", copy, say=len)
    visible, hidden = [[f"{kind} begins", f"{kind} ends"] for kind in ("visible", "hidden")]
    assert events.read_text().splitlines() == ["files are forgotten", *(3 * visible), *(3 * hidden)]


def test_the_page_shows_what_the_visible_run_printed_and_the_mark_is_the_hidden_ones(
    copy, monkeypatch
):
    async def execute(notebook, **named):
        kind = "hidden" if "HIDDEN TESTS" in str(notebook) else "visible"
        done = await as_printed(notebook)
        for cell in filter(is_check, done.cells):
            cell.outputs.append(new_output("stream", text=f"said by the {kind} one\n"))
        return done

    monkeypatch.setattr(grade, "execute", execute)
    hand_in(copy / "in", "ann", answered("ch01", RIGHT))
    graded(copy / "in", copy)
    page = (copy / "feedback/ann/ch01/ch01.html").read_text(encoding="utf-8")
    assert "said by the visible one" in page
    assert "said by the hidden one" not in page
    assert table(copy)["ann"]["total"] == f"{sum(points('ch01').values()):g}"


def test_one_grading_waits_for_another(tmp_path, monkeypatch):
    monkeypatch.setattr(sandbox, "LOCK", tmp_path / "lock")
    events = []
    with ExitStack() as other:
        other.enter_context(sandbox.alone(events.append))

        def say(line):
            events.append(line)
            other.close()

        with sandbox.alone(say):
            events.append("at work")
    assert len(events) == 2
    assert events[0].startswith("Another grading is at work")
    assert events[1] == "at work"


def test_grading_refuses_where_there_is_no_sandbox(handed_in, tmp_path, monkeypatch):
    monkeypatch.setattr(grade, "refusal", lambda: "bubblewrap is missing: install it.")
    with pytest.raises(RefusedError, match=r"bubblewrap is missing[\s\S]*UNSAFE=1"):
        graded(handed_in, tmp_path / "workspace")
    assert not (tmp_path / "workspace").exists()


def test_unsafe_grading_is_asked_for_by_name(copy, monkeypatch):
    hand_in(copy / "in", "finn", answered("ch01", HALF))
    monkeypatch.setattr(grade, "refusal", lambda: "bubblewrap is missing: install it.")
    monkeypatch.setattr(sandbox, "command", lambda *_: pytest.fail("a sandbox was tried"))
    lines = graded(copy / "in", copy, unsafe=True)
    assert lines[0].startswith("WARNING: no sandbox")
    assert table(copy)["finn"]["total"] == "5"


def test_an_unknown_chapter_and_an_empty_folder_are_refused(tmp_path):
    with pytest.raises(RefusedError, match="There is no ch99: the chapters are ch01"):
        graded(tmp_path, tmp_path / "workspace", chapters=["ch99"])
    with pytest.raises(RefusedError, match="holds no submission"):
        graded(tmp_path, tmp_path / "workspace")


def test_two_seeds_give_the_same_scores_to_the_same_answers(tmp_path, monkeypatch):
    """End to end for one chapter; tests of each task try every answer of every chapter."""
    wrong = {task.name: wrong_answers(task)[0][1] for task in tasks("ch01")}
    hand_in(tmp_path / "in", "right", answered("ch01", RIGHT))
    hand_in(tmp_path / "in", "wrong", answered("ch01", wrong))
    tables, printed = [], []
    for seed in SEEDS:
        monkeypatch.setattr(course, "TERM", tmp_path / seed)
        make_term("ch01", seed)
        source = course.notebook(course.TERM / "source", "ch01")
        assert seed in source.read_text(encoding="utf-8")
        assert course.PUBLIC_SEED not in source.read_text(encoding="utf-8")
        printed.append([line for line in outputs(source) if line.startswith("hidden> ")])
        graded(tmp_path / "in", tmp_path / seed / "workspace")
        tables.append(table(tmp_path / seed / "workspace"))
        assert not (tmp_path / seed / "workspace/not_graded.csv").read_text().splitlines()[1:]
    assert tables[0] == tables[1]
    assert len(printed[0]) == len(printed[1]) > 10
    assert printed[0] != printed[1]
    full = {task: f"{value:g}" for task, value in points("ch01").items()}
    assert {task: tables[0]["right"][task] for task in full} == full
    assert {tables[0]["wrong"][task] for task in full} == {"0"}


def outputs(path):
    """The lines that a stored notebook printed."""
    cells = [cell for cell in course.read(path).cells if cell.cell_type == "code"]
    printed = [output.text for cell in cells for output in cell.outputs if "text" in output]
    return "".join(printed).splitlines()


def test_the_record_of_a_whole_class_says_what_was_graded_and_where():
    """As benchmarks/grading.py left it. How long it took depends on the machine that it names."""
    recorded = json.loads((ROOT / "linreg/datasets/measured/grading.json").read_text("utf-8"))
    assert recorded["students"] >= 40
    assert recorded["seconds"] > 0
    assert {"processor", "cores", "system", "python"} <= recorded["machine"].keys()
