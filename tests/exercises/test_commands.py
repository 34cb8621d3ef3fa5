"""Promise: each command of the grader that cannot go on says in a sentence what to do."""

import os
import subprocess
from pathlib import Path

import pytest
from classroom import released
from nbformat import v4

from grader import __main__ as commands
from grader import course, grade
from grader.term import is_fresh, reseeded
from notebooks import ROOT


def run(capsys, *arguments):
    status = commands.main([str(argument) for argument in arguments])
    return status, capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["grade", ""], "make grade SUBMISSIONS=~/Downloads"),
        (["grade", ROOT], "holds this book"),
        (["grade", course.EXERCISES], "holds this book"),
        (["grade", "nowhere"], "nowhere is not there"),
        (["grade", ROOT / "tests", "--chapter", "ch99"], "There is no ch99: the chapters are ch01"),
        (["marks", "--workspace", "nowhere"], "run make grade SUBMISSIONS=... first"),
        (["release", "--seed", "  "], "give words of your own"),
        (["release", "--seed", "the public term"], "give words of your own"),
        (["release", "--seed", 'a "word"'], "no quotation marks"),
    ],
)
def test_a_command_that_cannot_go_on_says_what_to_do(capsys, arguments, says):
    status, message = run(capsys, *arguments)
    assert status == 2
    assert says in message
    assert "Traceback" not in message


def test_a_tilde_is_the_home_folder(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert f"{tmp_path}/nowhere is not there" in run(capsys, "grade", "~/nowhere")[1]


@pytest.mark.parametrize("target", ["grade", "check"])
def test_make_asks_for_what_is_missing(target):
    done = subprocess.run(["make", target], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert f"make {target} " in done.stderr


def test_make_check_prefers_a_learners_own_copy(tmp_path):
    """As make resolves it, without running it."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (tmp_path / "Makefile").write_text(makefile, encoding="utf-8")

    def checked(name):
        command = ["make", "--dry-run", "--old-file=.venv/.ready", "check", f"EX={name}"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        return done.stdout

    assert '"exercises/release/ch01/ch01.ipynb"' in checked("ch01")
    (tmp_path / "exercises/mine").mkdir(parents=True)
    (tmp_path / "exercises/mine/ch01.ipynb").touch()
    assert '"exercises/mine/ch01.ipynb"' in checked("ch01")
    assert '"my own.ipynb"' in checked("my own.ipynb")


def test_sources_of_a_term_that_are_out_of_date_are_refused(monkeypatch, tmp_path):
    term = released("ch01")
    place = course.notebook(tmp_path / "source", "ch01")
    place.parent.mkdir(parents=True)
    place.write_text(v4.writes(term), encoding="utf-8")
    monkeypatch.setattr(course, "TERM", tmp_path)
    with pytest.raises(grade.RefusedError, match="ch01 has changed since"):
        grade.grade(Path("tests"), tmp_path / "workspace", chapters=["ch01"])


def test_sources_are_fresh_whatever_their_seed():
    public = course.read(course.notebook(course.EXERCISES / "source", "ch01"))
    own = course.read(course.notebook(course.EXERCISES / "source", "ch01"))
    for cell in own.cells:
        cell.source = cell.source.replace(course.PUBLIC_SEED, "maple 4711")
    assert is_fresh(public, own)
    name, own.cells[0].id = own.cells[0].id, "other"
    assert not is_fresh(public, own)
    own.cells[0].id = name
    assert is_fresh(public, own)
    own.cells[0].source += " More."
    assert not is_fresh(public, own)


def test_a_seed_may_hold_what_python_reads_otherwise():
    public = course.read(course.notebook(course.EXERCISES / "source", "ch01"))
    hidden = [cell.source for cell in public.cells if course.PUBLIC_SEED in cell.source]
    assert hidden
    for text in hidden:
        compile(reseeded(text, r"maple \x"), "a check", "exec")


def test_this_book_is_no_class_by_whatever_name(monkeypatch, capsys, tmp_path):
    (tmp_path / "link").symlink_to(ROOT)
    assert "holds this book" in run(capsys, "grade", tmp_path / "link")[1]
    monkeypatch.chdir(ROOT)
    assert "holds this book" in run(capsys, "grade", ".")[1]


def test_marks_keeps_the_paths_that_a_teacher_has_set(monkeypatch, tmp_path):
    (tmp_path / "gradebook.db").touch()
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("PYTHONPATH", "/mine")
    monkeypatch.delenv("JUPYTER_CONFIG_PATH", raising=False)
    started = []
    monkeypatch.setattr(commands.os, "execve", lambda *given: started.append(given))
    commands.main(["marks", "--workspace", str(tmp_path)])
    ((_, _, environment),) = started
    assert environment["PYTHONPATH"] == f"{course.EXERCISES}{os.pathsep}/mine"
    assert environment["JUPYTER_CONFIG_PATH"] == str(course.EXERCISES)
