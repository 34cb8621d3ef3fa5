"""Promise: what a broken run or a lost file does to a workspace, the next run puts right."""

import errno
import shutil
import sqlite3
from pathlib import Path

import pytest
from classroom import answered, as_printed, graded, hand_in, solutions, table
from sqlalchemy.orm import scoped_session

from grader import course, grade, gradebook
from grader.grade import RefusedError
from grader.gradebook import Workspace
from grader.storage import StorageError, in_a_sentence

FULL = OSError(errno.ENOSPC, "No space left on device")


class DiedError(BaseException):
    """Stands for the end of the process."""


@pytest.fixture(autouse=True)
def _no_sandbox(monkeypatch):
    monkeypatch.setattr(grade, "execute", as_printed)
    monkeypatch.setattr(grade, "apart", lambda work, bounds: work())


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
    assert table(right)["ann"]["total"] == "16"
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
        assert recorded(torn) in ([], [16.0]), f"step {step}"
        graded(folder, torn)
        assert state(torn) == state(right), f"step {step}"
    assert len(steps) == step - 1 >= 5


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


def test_other_errors_stay_what_they_are():
    with pytest.raises(FileNotFoundError), in_a_sentence(Path("class")):
        Path("nowhere").read_text()
