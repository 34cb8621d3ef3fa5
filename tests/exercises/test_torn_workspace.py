"""Promise: what a broken run or a lost file does to a workspace, the next run puts right."""

import errno
import itertools
import os
import random
import shutil
import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest
from classroom import answered, as_printed, graded, hand_in, solutions, table
from nbconvert.exporters import Exporter
from nbgrader.api import Gradebook
from sqlalchemy.orm import scoped_session

from grader import course, feedback, grade, gradebook
from grader.grade import RefusedError
from grader.gradebook import Workspace
from grader.storage import StorageError, in_a_sentence

FULL = OSError(errno.ENOSPC, "No space left on device")


class DiedError(BaseException):
    """Stands for the end of the process."""


class _PlainPages(Exporter):
    """Stands for nbconvert, which makes nine of ten calls and touches no file."""

    def from_filename(self, name, resources):
        return Path(name).read_text(encoding="utf-8"), resources | {"output_extension": ".html"}


@pytest.fixture(autouse=True)
def _no_sandbox(monkeypatch):
    monkeypatch.setattr(grade, "execute", as_printed)
    monkeypatch.setattr(grade, "apart", lambda work, bounds: work())
    monkeypatch.setattr(feedback, "_exporter", _PlainPages)
    monkeypatch.setattr(course, "chapters", lambda: ["ch01"])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class") / "handed_in"
    hand_in(folder, "ann", answered("ch01", solutions("ch01") | {"d1": "Name a house."}))
    return folder


@pytest.fixture(scope="module")
def entered(folder):
    """A workspace that knows the chapter, and no student."""
    workspace = folder.parent / "workspace"
    Workspace(workspace).enter_chapter("ch01", course.source("ch01"))
    return workspace


@pytest.fixture
def workspace(entered, tmp_path):
    return shutil.copytree(entered, tmp_path / "workspace")


def state(workspace):
    """What a workspace says of its students: scores, and files."""
    files = [*workspace.glob("submitted/**/*.ipynb"), *workspace.glob("autograded/**/*.ipynb")]
    texts = {str(file.relative_to(workspace)): file.read_text("utf-8") for file in files}
    return table(workspace), texts, sorted(path.name for path in workspace.glob("feedback/*"))


def dies_at(step, monkeypatch):
    """Let the process end at the step-th time that it changes something; return a counter."""
    done = []

    def dying(change):
        def changed(*arguments, **named):
            done.append(change)
            if len(done) == step:
                raise DiedError
            return change(*arguments, **named)

        return changed

    monkeypatch.setattr(scoped_session, "commit", dying(scoped_session.commit))
    monkeypatch.setattr(Path, "replace", dying(Path.replace))
    monkeypatch.setattr(gradebook.nbformat, "write", dying(gradebook.nbformat.write))
    return done


def test_a_run_that_dies_at_any_step_of_recording_is_put_right_by_the_next(
    folder, workspace, tmp_path, monkeypatch
):
    right = shutil.copytree(workspace, tmp_path / "right")
    graded(folder, right)
    assert table(right)["ann"]["total"] == "15"
    step = 0
    while True:
        step += 1
        torn = shutil.copytree(workspace, tmp_path / f"torn-{step}")
        with monkeypatch.context() as patch:
            steps = dies_at(step, patch)
            try:
                graded(folder, torn)
            except DiedError:
                pass
            else:
                break
        assert recorded(torn) in ([], [15.0]), f"step {step}"
        graded(folder, torn)
        assert state(torn) == state(right), f"step {step}"
    assert len(steps) == step - 1 >= 5


# ---- A run that is killed anywhere

KILLS = 50


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """Two submissions: to the run that is killed one is new, and one replaces another."""
    folder = tmp_path_factory.mktemp("pair") / "handed_in"
    hand_in(folder, "ann", answered("ch01", solutions("ch01")))
    hand_in(folder, "bob", answered("ch01", solutions("ch01") | {"d1": "Another rule."}))
    return folder


def test_fifty_kills_anywhere_leave_nobody_wrong_and_nobody_ungradable(pair, workspace, tmp_path):
    """Each kill is at one of the calls of Python functions that a run makes, chosen by a seed."""
    hand_in(tmp_path / "earlier", "bob", answered("ch01", solutions("ch01") | {"d1": "A rule."}))
    graded(tmp_path / "earlier", workspace)
    with Gradebook(Workspace(workspace).config.CourseDirectory.db_url) as book:
        grade = book.find_grade("d1", "ch01", "ch01", "bob")
        grade.manual_score, grade.needs_manual_grade = 3, False
        book.db.commit()
    right = shutil.copytree(workspace, tmp_path / "right")
    calls = calls_of_a_run(pair, right)
    assert calls > 100 * KILLS
    assert state(right)[2] == ["ann", "bob"]
    assert looks(right) == [0, 1], "the answer that was marked by hand is another one now"
    draw, places = random.Random("fifty kills"), set()
    for part in range(KILLS):
        torn = shutil.copytree(workspace, tmp_path / f"torn-{part}")
        step = draw.randrange(calls * part // KILLS, calls * (part + 1) // KILLS)
        assert run_until(step, pair, torn) == -signal.SIGKILL
        places.add(progress(torn))
        assert recorded(torn) in ([15.0], [15.0, 15.0]), f"killed at call {step} of {calls}"
        graded(pair, torn)
        assert state(torn) == state(right), f"killed at call {step} of {calls}"
        assert looks(torn) == looks(right), f"killed at call {step} of {calls}"
        shutil.rmtree(torn)
    assert len(places) >= 5, "the kills are spread over the steps"


def calls_of_a_run(folder, workspace):
    """Grade a folder in a forked process, and return how many calls that takes."""
    counter = workspace.parent / "calls"
    assert run_until(None, folder, workspace, counter) == 0
    return int(counter.read_text())


def run_until(step, folder, workspace, counter=None):
    """Grade a folder in a forked process that is killed at one call; return its exit status."""
    pid = os.fork()
    if pid == 0:
        status, calls = 1, itertools.count()

        def kill(frame, event, argument):
            if next(calls) == step:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            sys.settrace(kill)
            graded(folder, workspace)
            sys.settrace(None)
            if counter:
                counter.write_text(str(next(calls)))
            status = 0
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def progress(workspace):
    """How far a run got: which of its files are there, and what is kept of whom."""
    files = ("submitted/ann", "autograded/ann", "feedback/ann", "feedback/bob", "grades.csv")
    kept = workspace / "submitted/bob/ch01/ch01.ipynb"
    again = "Another rule." in kept.read_text("utf-8")
    return (*((workspace / file).exists() for file in files), again, len(recorded(workspace)))


def looks(workspace):
    """For each student, sorted, whether an answer with a mark by hand needs one more look."""
    query = (
        "select max(manual_score is not null and needs_manual_grade) from grade join "
        "submitted_notebook on grade.notebook_id = submitted_notebook.id join "
        "submitted_assignment on submitted_notebook.assignment_id = submitted_assignment.id "
        "group by student_id order by student_id"
    )
    with sqlite3.connect(workspace / "gradebook.db") as book:
        return [look for (look,) in book.execute(query)]


def recorded(workspace):
    """The sum of the automatic scores of each submission; none where there is no submission."""
    query = (
        "select sum(auto_score) from grade join submitted_notebook on grade.notebook_id = "
        "submitted_notebook.id group by submitted_notebook.id"
    )
    with sqlite3.connect(workspace / "gradebook.db") as book:
        return [total for (total,) in book.execute(query)]


LOST = {
    "gradebook.db": lambda path: path.unlink(),
    "release/ch01/ch01.ipynb": lambda path: path.write_bytes(path.read_bytes()[:3000]),
    "source/ch01/ch01.ipynb": lambda path: path.write_bytes(path.read_bytes()[:3000]),
    "submitted/ann/ch01/ch01.ipynb": lambda path: path.write_bytes(path.read_bytes()[:3000]),
    "autograded/ann/ch01/ch01.ipynb": lambda path: path.write_text("{}"),
    "autograded/ann": shutil.rmtree,
    "submitted": shutil.rmtree,
    "release": shutil.rmtree,
}


@pytest.mark.parametrize("name", LOST)
def test_a_file_that_was_lost_or_cut_is_made_again(folder, workspace, name):
    graded(folder, workspace)
    right = state(workspace)
    LOST[name](workspace / name)
    graded(folder, workspace)
    assert state(workspace) == right


def test_a_cell_that_the_gradebook_lacks_is_entered_again(folder, workspace):
    def asked(query):
        with closing(sqlite3.connect(workspace / "gradebook.db")) as book, book:
            return book.execute(query).fetchall()

    cells = asked("select count(*) from source_cell")
    asked("delete from source_cell where rowid = 1")
    assert asked("select count(*) from source_cell") != cells
    graded(folder, workspace)
    assert asked("select count(*) from source_cell") == cells


@pytest.mark.parametrize("cut", [100, 20_000])
def test_a_damaged_gradebook_is_said_to_be_so(folder, workspace, cut):
    path = workspace / "gradebook.db"
    path.write_bytes(b"SQLite format 4" + path.read_bytes()[15:cut])
    with pytest.raises(RefusedError, match=r"gradebook.db is damaged: put a copy"):
        graded(folder, workspace)


# ---- A disk that takes nothing


@pytest.mark.parametrize("name", ["write_bytes", "mkdir"])
def test_a_full_disk_is_said_at_once(folder, tmp_path, monkeypatch, name):
    def fails(*arguments, **named):
        raise FULL

    monkeypatch.setattr(Path, name, fails)
    with pytest.raises(RefusedError, match=r"^the disk that holds .*/new is full: free some of it"):
        graded(folder, tmp_path / "new")


def test_a_disk_that_fills_up_while_grading_keeps_the_earlier_score(folder, workspace, monkeypatch):
    graded(folder, workspace)
    before = state(workspace)

    def fails(*arguments, **named):
        raise FULL

    monkeypatch.setattr(gradebook.os, "fsync", fails)
    lines = graded(folder, workspace)
    assert "is full: free some of it, and grade once more" in lines[1]
    monkeypatch.undo()
    monkeypatch.setattr(grade, "execute", as_printed)
    assert state(workspace)[:2] == before[:2]


@pytest.mark.parametrize(
    ("message", "says"),
    [
        ("database or disk is full", "is full"),
        ("attempt to write a readonly database", "cannot be written"),
        ("database disk image is malformed", "is damaged"),
        ("file is not a database", "is damaged"),
    ],
)
def test_what_the_database_says_becomes_a_sentence(message, says):
    from sqlalchemy.exc import DatabaseError

    with pytest.raises(StorageError, match=says), in_a_sentence(Path("class")):
        raise DatabaseError("select", {}, sqlite3.OperationalError(message))


@pytest.mark.parametrize(
    ("code", "says"),
    [
        *((errno.ENOSPC, "disk that holds class is full"), (errno.EDQUOT, "is full")),
        *((code, "class cannot be written") for code in (errno.EROFS, errno.EACCES, errno.EPERM)),
    ],
)
def test_what_the_disk_says_becomes_a_sentence(code, says):
    with pytest.raises(StorageError, match=says), in_a_sentence(Path("class")):
        raise OSError(code, "as the system says it")


def test_other_errors_stay_what_they_are():
    with pytest.raises(FileNotFoundError), in_a_sentence(Path("class")):
        Path("nowhere").read_text()
