"""Promise: whatever a teacher has, every file gets a verdict, and nobody another's name."""

import contextlib
import io
import json
import os
import random
import zipfile
from pathlib import Path

import pytest
from nbformat import NotebookNode, v3, v4
from nbformat import writes as written

from grader.apart import Bounds
from grader.collect import collect, zips
from grader.collect.budget import LARGEST_FILE, STUDENT_LIMITS
from grader.collect.files import UnreadableError, shown
from grader.collect.names import label_of
from grader.collect.reading import read_notebook

GRADE_IDS = {
    "ch01": ["a1", "a1-check"],
    "ch03": ["a1", "a1-check", "c1", "d1"],
    "ch03_deeper": ["a1", "a1-check", "c1"],
}


def chapter(name, answer="x = 1", ids=True):
    cells = []
    for known in GRADE_IDS[name]:
        cell = v4.new_code_cell(answer, id=f"{name}-{known}" if ids else f"other-{known}")
        cell.metadata.nbgrader = {"grade_id": known, "solution": True}
        cells.append(cell)
    return v4.new_notebook(cells=cells)


SKELETONS = {name: chapter(name) for name in GRADE_IDS}


def stored(name="ch03", answer="x = 1", **more):
    return written(chapter(name, answer, **more)).encode()


def zipped(files, **times):
    """A zip of files; a time for a name is given as its year."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, (times.get(name, 2020), 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return target.getvalue()


def lay(folder, files):
    for number, (name, data) in enumerate(files.items()):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        os.utime(path, (1_600_000_000 + number, 1_600_000_000 + number))
    return folder


def collected(folder, files, **options):
    return collect(lay(folder, files), SKELETONS, **options)


def verdicts(result):
    return {found.file: found.verdict for found in result.found}


def only_reason(result):
    (found,) = result.with_verdict("refused")
    return found.reason


N1, N3 = stored("ch01"), stored("ch03")
DEEPER3 = stored("ch03_deeper")
ANN, BOB = ("ann", "ch03"), ("bob", "ch03")
DEEPER_NAMES = ["ann", "bob", "hw_cy", "dee", "Eve E", "fay", "gus", "ida"]

LAYOUTS = {
    "files": ({"ann.ipynb": N3, "bob_ch03.ipynb": N3}, {ANN, BOB}),
    "chapter first": ({"ch03_ann.ipynb": N3, "ch03-bob.ipynb": N3}, {ANN, BOB}),
    "a folder a student": (
        {"ann/ch03.ipynb": N3, "ann/ch01.ipynb": N1, "bob/my work.ipynb": N3},
        {ANN, ("ann", "ch01"), BOB},
    ),
    "a folder a chapter": ({"ch03/ann.ipynb": N3, "ch03/bob/x.ipynb": N3}, {ANN, BOB}),
    "one student's folder": ({"ann/ch03.ipynb": N3, "ann/ch01.ipynb": N1}, {ANN, ("ann", "ch01")}),
    "one student's one file": ({"ann/homework.ipynb": N3}, {ANN}),
    "a folder around all": ({"download/ann.ipynb": N3, "download/bob_ch03.ipynb": N3}, {ANN, BOB}),
    "a zip a student": (
        {"ann.zip": zipped({"ch03.ipynb": N3}), "bob_ch03.zip": zipped({"deep/er/x.ipynb": N3})},
        {ANN, BOB},
    ),
    "one student's zip": ({"ann.zip": zipped({"ch03.ipynb": N3})}, {ANN}),
    "a zip in a student's zip": (
        {"ann.zip": zipped({"in.zip": zipped({"x/ch03.ipynb": N3})}), "bob.ipynb": N3},
        {ANN, BOB},
    ),
    "a zip for all": ({"all.zip": zipped({"ann.ipynb": N3, "bob/ch03.ipynb": N3})}, {ANN, BOB}),
    "a zip for all from a Mac": (
        {
            "all.zip": zipped({"all/ann.ipynb": N3, "all/bob.ipynb": N3, "__MACOSX/._a": b""}),
            ".DS_Store": b"",
        },
        {ANN, BOB},
    ),
    "a zip for all from Windows": (
        {"all.zip": zipped({"ann\\ch03.ipynb": N3, "bob\\ch03.ipynb": N3})},
        {ANN, BOB},
    ),
    "a zip of zips": (
        {"all.zip": zipped({f"{s}.zip": zipped({"ch03.ipynb": N3}) for s in ("ann", "bob")})},
        {ANN, BOB},
    ),
    "Moodle": (
        {
            "Ann Example_1234567_assignsubmission_file_/ch03.ipynb": N3,
            "Bob_Jr Example_1234568_assignsubmission_file/x.ipynb": N3,
            "Cy Example_1234569_assignsubmission_file_ch03.ipynb": N3,
        },
        {("Ann Example", "ch03"), ("Bob_Jr Example", "ch03"), ("Cy Example", "ch03")},
    ),
    "Moodle's one student": (
        {"Ann Example_1_assignsubmission_file_/bob/x.ipynb": N3},
        {("Ann Example", "ch03")},
    ),
    "Moodle in a zip": (
        {"Course-ch03-99.zip": zipped({"Ann E_7_assignsubmission_file_/ch03.ipynb": N3})},
        {("Ann E", "ch03")},
    ),
    "Moodle with students' zips": (
        {
            "Ann E_7_assignsubmission_file_/hand in.zip": zipped({"bob/ch03.ipynb": N3}),
            "Bob E_8_assignsubmission_file_/ch03.zip": zipped({"ch03.ipynb": N3}),
        },
        {("Ann E", "ch03"), ("Bob E", "ch03")},
    ),
    "a class's zip with numbers in its name": (
        {"Course_2024_10_ch03.zip": zipped({"ann.ipynb": N3, "bob.ipynb": N3})},
        {ANN, BOB},
    ),
    "Canvas": (
        {
            "exampleann_12345_67890_ch03.ipynb": N3,
            "examplebob_LATE_12346_67891_ch03-1.ipynb": N3,
            "examplecy_12347_67892_work.zip": zipped({"ch03.ipynb": N3}),
        },
        {("exampleann", "ch03"), ("examplebob", "ch03"), ("examplecy", "ch03")},
    ),
    "nbgrader": (
        {"submitted/ann/ch03/ch03.ipynb": N3, "submitted/bob/ch03/ch03.ipynb": N3},
        {ANN, BOB},
    ),
    "nbgrader's folder beside others": (
        {"submitted/ann/ch03/ch03.ipynb": N3, "submitted/bob/ch03/x.ipynb": N3, "notes.md": b""},
        {ANN, BOB},
    ),
    "nbgrader's one student": (
        {"submitted/ann/ch03/ch03.ipynb": N3, "submitted/ann/ch03/timestamp.txt": b"x"},
        {ANN},
    ),
    "JupyterHub": (
        {
            "ann+ch03+2024-03-01 10:00:00 UTC+abc/ch03.ipynb": N3,
            "bob+ch03+2024-03-01 10:00:00 UTC/ch03.ipynb": N3,
        },
        {ANN, BOB},
    ),
    "Blackboard": (
        {
            f"gradebook_LIN_101_{student}_attempt_2026-01-02-03-04-05{rest}": data
            for student in ("s1234567", "s7654321")
            for rest, data in ((".txt", b"Name: A"), ("_ch03.ipynb", N3))
        },
        {("s1234567", "ch03"), ("s7654321", "ch03")},
    ),
    "the same outer word": (
        {"hw_ch03_ann.ipynb": N3, "hw_ch03_bo.ipynb": N3, "Exercise ch03 Ann Lee.ipynb": N3},
        {("hw_ann", "ch03"), ("hw_bo", "ch03"), ("Exercise Ann Lee", "ch03")},
    ),
    "GitHub Classroom": (
        {"linreg-ch03-annlee/ch03.ipynb": N3, "linreg-ch03-bo/work/ch03.ipynb": N3},
        {("linreg-annlee", "ch03"), ("linreg-bo", "ch03")},
    ),
    "a zip for all with a folder a chapter": (
        {"all.zip": zipped({"ch03/ann.ipynb": N3, "ch03/bob.ipynb": N3, "ch01/bob.ipynb": N1})},
        {ANN, BOB, ("bob", "ch01")},
    ),
    "a zip for all in two folders": (
        {"all.zip": zipped({"a/b/ann.ipynb": N3, "a/b/bob/ch03.ipynb": N3})},
        {ANN, BOB},
    ),
    "students' numbers that look like a chapter's": (
        {"ch1234_ch03.ipynb": N3, "ch5678_ch03.ipynb": N3, "ch1111/ch03.ipynb": N3},
        {("ch1234", "ch03"), ("ch5678", "ch03"), ("ch1111", "ch03")},
    ),
    "a deeper notebook beside its chapter": (
        {
            "ann_ch03.ipynb": N3,
            "ch03_deeper_ann.ipynb": DEEPER3,
            "bob_ch03_deeper.ipynb": DEEPER3,
            "hw_ch03_deeper_cy.ipynb": DEEPER3,
            "CH03-Deeper dee.ipynb": DEEPER3,
            "Eve E_7_assignsubmission_file_ch03_deeper.ipynb": DEEPER3,
            "fay_12345_67890_ch03_deeper-1.ipynb": DEEPER3,
            "gus/ch03_deeper.ipynb": DEEPER3,
            "ch03_deeper/ida.ipynb": DEEPER3,
        },
        {ANN, *((name, "ch03_deeper") for name in DEEPER_NAMES)},
    ),
    "one student in a folder of deeper notebooks": (
        {"ch03_deeper/ann.ipynb": DEEPER3},
        {("ann", "ch03_deeper")},
    ),
    "a picture beside the class's folder": (
        {"download/ann.ipynb": N3, "download/bob.ipynb": N3, "list.csv": b"ann,bob"},
        {ANN, BOB},
    ),
    "a name of a browser's making": ({"ann.ipynb.txt": N3, "bob (1).ipynb": N3}, {ANN, BOB}),
    "names of many languages": (
        {"Žofie Nováková.ipynb": N3, "李小龍_ch03.ipynb": N3, "علی‌رضا/ch03.ipynb": N3},
        {("Žofie Nováková", "ch03"), ("李小龍", "ch03"), ("علی_رضا~34864b86", "ch03")},
    ),
}


@pytest.mark.parametrize(("files", "expected"), LAYOUTS.values(), ids=LAYOUTS)
def test_layouts(tmp_path, files, expected):
    result = collected(tmp_path, files)
    assert set(result.taken) == expected
    assert result.with_verdict("refused") == []


def test_a_zip_or_a_notebook_may_be_given_itself(tmp_path):
    all_zip = {"all.zip": zipped({"ann.ipynb": N3, "bob.ipynb": N3}), "cy.ipynb": N3}
    lay(tmp_path, all_zip)
    assert set(collect(tmp_path / "all.zip", SKELETONS).taken) == {ANN, BOB}
    assert set(collect(str(tmp_path / "cy.ipynb"), SKELETONS).taken) == {("cy", "ch03")}


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match="name the folder"):
        collect(tmp_path / "nowhere", SKELETONS)


def test_only_the_chapters_asked_for(tmp_path):
    result = collected(tmp_path, {"ann/ch01.ipynb": N1, "ann/ch03.ipynb": N3}, only=["ch03"])
    assert set(result.taken) == {ANN}
    assert [found.reason for found in result.with_verdict("ignored")] == ["ch01 was not asked for"]


# Every file gets a verdict

MIXED = {
    "ann/ch03.ipynb": (N3, "taken", "the only attempt"),
    "ann/.ipynb_checkpoints/ch03-checkpoint.ipynb": (N3, "ignored", "made by the system"),
    "ann/.DS_Store": (b"x", "ignored", "made by the system"),
    "ann/data.csv": (b"1,2", "ignored", "data or a picture"),
    "ann/plot.PNG": (b"x", "ignored", "data or a picture"),
    "ann/IMG_0001.HEIC": (b"x", "ignored", "data or a picture"),
    "ann/ch03.html": (b"<p>", "ignored", "handed in beside a notebook"),
    "ann/homework.html": (b"<p>", "ignored", "handed in beside a notebook"),
    "ann/ch01.py": (b"x", "refused", "a .py file, not a notebook: ask for the .ipynb"),
    "bob/ch03.pdf": (b"%PDF", "refused", "a .pdf file, not a notebook"),
    "bob/work": (b"x", "refused", "a nameless file, not a notebook"),
    "bob/work.rar": (b"x", "refused", "a .rar file, not a notebook"),
    "cy.zip/x.ipynb": (None, "refused", "empty file"),
    "cy.zip/__MACOSX/._x.ipynb": (None, "ignored", "made by the system"),
    "ch03.ipynb": (N3, "refused", "no student's name in its path"),
    "dee.zip": (b"PK not", "refused", "broken zip"),
    "eve.zip": (zipped({}), "refused", "an empty zip"),
}


def test_every_file_gets_a_verdict_and_a_reason(tmp_path):
    files = {name: data for name, (data, *_) in MIXED.items() if data is not None}
    files["cy.zip"] = zipped({"x.ipynb": b"", "__MACOSX/._x.ipynb": b"x"})
    result = collected(tmp_path, files)
    assert list(verdicts(result)) == sorted(MIXED)
    assert verdicts(result) == {name: verdict for name, (_, verdict, _) in MIXED.items()}
    for found in result.found:
        assert MIXED[found.file][2] in found.reason, found


def test_of_a_very_long_path_its_beginning_and_its_end_are_shown():
    assert shown(("x" * 300,)) == "x" * 300
    text = shown(("ann", "x" * 300, "ch03.ipynb"))
    assert len(text) == 300
    assert text.startswith("ann/x")
    assert "x…x" in text
    assert text.endswith("x/ch03.ipynb")


def test_what_is_no_plain_file(tmp_path):
    lay(tmp_path, {"bob/ch03.ipynb": N3, "cy/ch03.ipynb/x.txt": b"x"})
    (tmp_path / "ann").mkdir()
    (tmp_path / "dee.ipynb").symlink_to(tmp_path / "bob/ch03.ipynb")
    (tmp_path / "eve").symlink_to(tmp_path / "bob")
    (tmp_path / "loop").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "fay.ipynb")
    reasons = {each.file: each.reason for each in collect(tmp_path, SKELETONS).found}
    assert reasons["ann/"] == "an empty folder"
    assert reasons["cy/ch03.ipynb"] == "a folder, not a notebook"
    assert reasons["fay.ipynb"] == "not a plain file"
    assert {"dee.ipynb", "eve", "loop"} == {name for name in reasons if "link" in reasons[name]}


def test_what_cannot_be_opened(tmp_path, monkeypatch):
    opens = Path.open

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    def refuse_notebooks(path, *arguments, **named):
        return refuse() if path.suffix == ".ipynb" else opens(path, *arguments, **named)

    lay(tmp_path, {"ann/ch03.ipynb": N3, "bob.ipynb": N3})
    monkeypatch.setattr(Path, "open", refuse_notebooks)
    result = collect(tmp_path, SKELETONS)
    assert {found.reason for found in result.found} == {
        "cannot be read (PermissionError): ask for it again"
    }
    monkeypatch.setattr(Path, "lstat", refuse)
    assert {found.reason for found in collect(tmp_path, SKELETONS).found} == {
        "cannot be opened: Permission denied"
    }
    monkeypatch.setattr(Path, "iterdir", refuse)
    assert only_reason(collect(tmp_path, SKELETONS)) == "cannot be opened: Permission denied"


# What is read costs a bounded time and memory, in a process of its own

SMALL = Bounds(cpu_seconds=1, memory_bytes=40_000_000)
SWOLLEN = (
    b'{"nbformat": 4, "cells": [], "more": [' + b"{}," * 1_000_000 + b"{}]}"
)  # 90 MB in Python


def test_what_takes_too_much_memory_to_read_is_refused_and_the_class_goes_on(tmp_path):
    files = {"ann.ipynb": SWOLLEN, "bob.zip": zipped({"ch03.ipynb": SWOLLEN}), "cy_ch03.ipynb": N3}
    result = collected(tmp_path, files, bounds=SMALL)
    assert set(result.taken) == {("cy", "ch03")}
    reason = "cannot be read: reading it needed more than 40 MB of memory"
    assert [(found.file, found.reason) for found in result.with_verdict("refused")] == [
        ("ann.ipynb", reason),
        ("bob.zip", reason),
    ]


def test_what_takes_too_much_time_to_read_is_refused_and_the_class_goes_on(tmp_path, monkeypatch):
    def read(data):
        while b"STALL" in data:
            pass
        return read_notebook(data)

    monkeypatch.setattr("grader.collect.verdicts.read_notebook", read)
    result = collected(tmp_path, {"ann.ipynb": b"{STALL}", "cy_ch03.ipynb": N3}, bounds=SMALL)
    assert set(result.taken) == {("cy", "ch03")}
    reason = "cannot be read: reading it took more than 1 seconds of processor time"
    assert [found.reason for found in result.with_verdict("refused")] == [reason]


def test_no_notebook_and_no_zip_is_read_in_the_graders_own_process(tmp_path, monkeypatch):
    def read(data):
        raise UnreadableError(f"read by {os.getpid()}")

    monkeypatch.setattr("grader.collect.verdicts.read_notebook", read)
    files = {"ann.ipynb": N3, "bob.zip": zipped({"ch03.ipynb": N3}), "cy/a.ipynb": N3}
    reasons = [found.reason for found in collected(tmp_path, files).found]
    assert [reason.rpartition(" ")[0] for reason in reasons] == ["read by"] * 3
    assert f"read by {os.getpid()}" not in reasons


def test_the_list_of_a_classs_zip_is_read_elsewhere_first(tmp_path, monkeypatch):
    monkeypatch.setattr(zips, "_count", lambda file: os._exit(3))
    monkeypatch.setattr(zips, "ZipFile", lambda *_: pytest.fail("it was read here"))
    result = collected(tmp_path, {"all.zip": zipped({"ann.ipynb": N3, "bob.ipynb": N3})})
    assert only_reason(result) == "broken zip: ask for it again"


# Which chapter it is


def test_the_cells_decide_the_chapter_whatever_the_name_says(tmp_path):
    assert set(collected(tmp_path, {"ann_ch03.ipynb": N1}).taken) == {("ann", "ch01")}


def test_between_equals_the_name_decides_the_chapter(tmp_path):
    skeletons = {"ch01": chapter("ch01"), "ch02": chapter("ch01", ids=False)}
    notebook = chapter("ch01")
    for cell in notebook.cells:
        del cell["id"]
    notebook.nbformat_minor = 4
    data = written(notebook).encode()
    result = collect(lay(tmp_path, {"ann_ch02.ipynb": data, "bob.ipynb": data}), skeletons)
    assert set(result.taken) == {("ann", "ch02")}
    assert only_reason(result) == "may be ch01 or ch02: put the chapter into the file's name"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("ann_ch03_deeper.ipynb", ("ann", "ch03_deeper", 0)),
        ("ch3_deeper_ann.ipynb", ("ann", "ch03_deeper", 0)),
        ("ann_ch03_deeper (2).ipynb", ("ann", "ch03_deeper", 2)),
        ("ann_ch03_deeper-4.ipynb", ("ann", "ch03_deeper", 4)),
        ("ch03_deeper-Copy1.ipynb", ("", "ch03_deeper", 0)),
        ("ann_ch03.ipynb", ("ann", "ch03", 0)),
    ],
)
def test_a_name_says_whether_a_chapters_deeper_notebook_is_meant(name, says):
    label = label_of((name,), 0)
    assert (label.name, label.chapter, label.attempt) == says


@pytest.mark.parametrize(
    "name",
    [
        *("ann (1).ipynb", "ann-Copy1.ipynb", "ann - Copy.ipynb", "ann - Copy (2).ipynb"),
        *("ann copy.ipynb", "ann copy 2.ipynb", "Copy of ann.ipynb", "Copy of Copy of ann.ipynb"),
    ],
)
def test_the_mark_of_a_copy_is_no_part_of_a_students_name(name):
    assert label_of((name,), 0).name == "ann"


def test_a_notebook_of_something_else(tmp_path):
    other = written(v4.new_notebook(cells=[v4.new_code_cell("x")])).encode()
    result = collected(tmp_path, {"ann_ch03.ipynb": other})
    (found,) = result.found
    assert (found.student, found.chapter) == ANN
    assert found.reason == "holds none of the exercises' cells"


# Which attempt it is

ATTEMPTS = {
    "Canvas' number": (
        {"e_1_200_ch03.ipynb": "old", "e_1_300_ch03-2.ipynb": "new", "e_1_900_ch03-1.ipynb": "old"},
        "by the number in its name",
    ),
    "ten after nine": (
        {"e_1_200_ch03-10.ipynb": "new", "e_1_300_ch03-9.ipynb": "old"},
        "by the number in its name",
    ),
    "a browser's number": (
        {"e/ch03 (1).ipynb": "new", "e/ch03.ipynb": "old"},
        "by the number in its name",
    ),
    "JupyterHub's time": (
        {
            "e+ch03+2024-03-02 09:00:00 UTC+z/ch03.ipynb": "new",
            "e+ch03+2024-03-01 10:00:00 UTC+a/ch03.ipynb": "old",
        },
        "by the time in its name",
    ),
    "the file's time": (
        {"e/x/ch03.ipynb": "old", "e/ch03/x.ipynb": "new"},
        "by its file's time",
    ),
    "Moodle's, under any names": (
        {f"e_1_assignsubmission_file_/{name}.ipynb": name for name in ("old", "new")},
        "by its file's time",
    ),
    "Blackboard's time": (
        {
            "gradebook_LIN_101_e_attempt_2026-01-02-03-04-05_ch03.ipynb": "new",
            "gradebook_LIN_101_e_attempt_2026-01-02-03-04-04_ch03.ipynb": "old",
        },
        "by the time in its name",
    ),
}


@pytest.mark.parametrize(("files", "ground"), ATTEMPTS.values(), ids=ATTEMPTS)
def test_the_latest_attempt_counts(tmp_path, files, ground):
    more = {"zoe.ipynb": N3}
    laid = {name: stored(answer=answer) for name, answer in files.items()}
    result = collected(tmp_path, laid | more)
    taken = result.taken["e", "ch03"]
    assert taken.notebook.cells[0].source == "new"
    assert taken.reason == f"the latest of {len(files)} attempts"
    superseded = result.with_verdict("superseded")
    assert len(superseded) == len(files) - 1
    assert {found.reason for found in superseded} == {f"{taken.file} is later {ground}"}
    assert {found.notebook for found in superseded} == {None}


def test_times_in_a_zip_count_and_then_names(tmp_path):
    names = "ch03-Copy1.ipynb", "ch03.ipynb"
    files = {name: stored(answer=name) for name in names}
    dated = zipped(files, **{names[0]: 2021})
    result = collected(tmp_path, {"ann.zip": dated, "bob.zip": zipped(files)})
    assert result.taken[ANN].file == f"ann.zip/{names[0]}"
    assert result.taken[BOB].file == f"bob.zip/{names[1]}"
    reasons = [found.reason for found in result.with_verdict("superseded")]
    assert f"bob.zip/{names[1]} is later by its name, at the same time" in reasons


def test_one_name_twice_in_a_zip(tmp_path):
    files = {
        name: stored(answer=answer) for name, answer in (("1.ipynb", "old"), ("2.ipynb", "new"))
    }
    result = collected(
        tmp_path, {"ann.zip": zipped(files).replace(b"2.ipynb", b"1.ipynb"), "b": b""}
    )
    assert result.taken[ANN].notebook.cells[0].source == "new"
    assert len(result.with_verdict("superseded")) == 1


def test_an_attempt_that_cannot_be_read_does_not_count(tmp_path):
    result = collected(tmp_path, {"e_1_200_ch03.ipynb": N3, "e_1_300_ch03-1.ipynb": N3[:-9]})
    assert result.taken["e", "ch03"].file == "e_1_200_ch03.ipynb"
    assert only_reason(result).startswith("cut off")


def test_a_zip_made_without_utf8_names(tmp_path):
    data = zipped({"Rene#.ipynb": N3, "zoe.ipynb": N3}).replace(b"Rene#", "René".encode())
    assert ("René", "ch03") in collected(tmp_path, {"all.zip": data}).taken


# Zips of ill will


@pytest.mark.parametrize(
    "name", [f"{os.pardir}/bob/ch03.ipynb", "/bob/ch03.ipynb", "C:\\bob\\ch03.ipynb"]
)
def test_a_path_out_of_the_zip_names_nobody(tmp_path, name):
    result = collected(tmp_path, {"ann.zip": zipped({name: N3}), "cy.ipynb": N3})
    assert set(result.taken) == {("cy", "ch03")}
    assert only_reason(result) == "its path leads out of the zip"
    assert {found.student for found in result.found} == {"ann", "cy"}


@pytest.mark.parametrize(
    "inner",
    [
        "bob/ch03.ipynb",
        "bob.zip",
        "submitted/bob/ch03/ch03.ipynb",
        "Bob_1_assignsubmission_file_/ch03.ipynb",
        "bob_1_200_ch03.ipynb",
        "bob+ch03+2024-03-01/ch03.ipynb",
        "\\bob\\ch03.ipynb",
    ],
)
@pytest.mark.parametrize("outer", ["ann.zip", "ann/in.zip"])
def test_names_inside_a_students_zip_do_not_count(tmp_path, outer, inner):
    data = zipped({"ch03.ipynb": N3}) if inner.endswith(".zip") else N3
    result = collected(tmp_path, {outer: zipped({inner: data}), "bob.ipynb": N3})
    assert {found.student for found in result.found} == {"ann", "bob"}
    assert result.taken[BOB].file == "bob.ipynb"


def spoiled(change, data=None):
    """A zip with one member whose entry in the directory was changed."""
    data = bytearray(data or zipped({"ch03.ipynb": N3}))
    directory = data.rindex(b"PK\x01\x02")
    change(data, directory)
    return bytes(data)


def set_bytes(offset, value):
    def change(data, directory):
        data[directory + offset : directory + offset + len(value)] = value

    return change


def nested(depth):
    data = zipped({"ch03.ipynb": N3})
    for _ in range(depth - 1):
        data = zipped({"in.zip": data})
    return data


BOMB = {"ch03.ipynb": bytes(LARGEST_FILE + 1)}
MANY = {f"{n}.txt": b"" for n in range(STUDENT_LIMITS[0] + 1)}
HOSTILE_ZIPS = {
    "encrypted": (spoiled(set_bytes(8, b"\x01")), "locked with a password"),
    "a link": (spoiled(set_bytes(38, (0o120777 << 16).to_bytes(4, "little"))), "a link to another"),
    "unknown compression": (spoiled(set_bytes(10, b"\x63\x00")), "cannot be read (NotImplemented"),
    "a wrong checksum": (spoiled(set_bytes(16, b"abcd")), "cannot be read (BadZipFile)"),
    "cut off": (zipped({"ch03.ipynb": N3})[:-30], "broken zip"),
    "no zip at all": (b"Rar!", "broken zip"),
    "a bomb": (zipped(BOMB), "20.0 MB: larger than 20 MB"),
    "a bomb that says it is small": (
        spoiled(set_bytes(24, (9).to_bytes(4, "little")), zipped(BOMB)),
        "cannot be read (BadZipFile)",
    ),
    "many files": (zipped(MANY), "holds 501 files"),
    "a zip in a zip in a zip": (nested(3), "a zip in a zip in a zip"),
    "a date that is none": (spoiled(set_bytes(12, b"\0\0\0\0"), zipped({"x.ipynb": b""})), "empty"),
    "a name too long": (zipped({"x" * 2000 + ".ipynb": N3}), "its name is too long"),
}


@pytest.mark.parametrize(("data", "reason"), HOSTILE_ZIPS.values(), ids=HOSTILE_ZIPS)
def test_hostile_zips_are_refused_with_a_reason(tmp_path, data, reason):
    result = collected(tmp_path, {"ann.zip": data, "bob.ipynb": N3})
    assert reason in only_reason(result)
    assert result.with_verdict("refused")[0].student == "ann"
    assert set(result.taken) == {BOB}


def test_the_whole_of_a_zip_is_bounded(tmp_path):
    some = bytes(LARGEST_FILE - 1)
    inner = zipped({f"{n}.ipynb": some for n in range(3)})
    result = collected(tmp_path, {"ann.zip": zipped({"a.zip": inner, "b.zip": inner}), "b": b""})
    reasons = [found.reason for found in result.found]
    assert reasons.count("too much in one zip: ask for the notebooks alone") == 2


def test_a_students_zip_too_large(tmp_path):
    result = collected(tmp_path, {"ann.zip": bytes(LARGEST_FILE + 1), "bob.ipynb": N3})
    assert only_reason(result) == "20.0 MB: larger than 20 MB"


@pytest.mark.parametrize("name", ["ann.zip", "ann.ipynb"])
def test_a_file_too_large_is_told_its_whole_size(tmp_path, name):
    result = collected(tmp_path, {name: bytes(45_000_000), "bob.ipynb": N3})
    assert only_reason(result) == "45.0 MB: larger than 20 MB"


# Reading one notebook


def content(**changes):
    return json.dumps(json.loads(N3) | changes).encode()


def cell(**changes):
    return content(cells=[{"cell_type": "code", "source": "x", "metadata": {}} | changes])


UNREADABLE = {
    "empty": (b"", "an empty file"),
    "blank": (b" \n", "an empty file"),
    "zeros": (bytes(100), "nothing but zeros"),
    "a web page": (b"<!DOCTYPE html>", "not a notebook: a web page"),
    "a script": (b"import numpy", "not a notebook: it starts with 'import n'"),
    "a PDF": (b"%PDF-1.7 \xff\xfe", "not a notebook: not text in UTF-8"),
    "another encoding": (N3.replace(b"x = 1", b"\xe9\xe8"), "not a notebook: not text in UTF-8"),
    "a list": (b"[1]", "not a notebook"),
    "other JSON": (b"{}", "not a notebook: it states no format"),
    "a wrong comma": (b'{"nbformat": 4,\n,"a": 1}', "not a notebook: line 2: "),
    "a conflict": (N3.replace(b"cells", b'"\n<<<<<<< HEAD\n', 1), "not a notebook: line "),
    "deep": (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deep"),
    "a long number": (b'{"nbformat": ' + b"9" * 10_000 + b"}", "numbers too long"),
    "format true": (content(nbformat=True), "it states no format"),
    "format 0": (content(nbformat=0), "it states no format"),
    "format 4.0": (content(nbformat="4"), "it states no format"),
    "format 5": (content(nbformat=5), "format 5 is unknown"),
    "format 3, wrong": (content(nbformat=3, worksheets=3), "format 3: open and save it"),
    "cells a mapping": (content(cells={}), "it has no list of cells"),
    "no cells": (content(cells=None), "it has no list of cells"),
    "many cells": (content(cells=[1] * 1001), "1,001 cells: more than 1,000"),
    "a cell a number": (content(cells=[1]), "cell 1 is no cell"),
    "a cell of no type": (cell(cell_type=["code"]), "cell 1 is no cell"),
    "text a number": (cell(source=3), "cell 1 holds no text"),
    "text of numbers": (cell(source=[1]), "cell 1 holds no text"),
    "text missing": (cell(source=None), "cell 1 holds no text"),
    "too much text": (cell(source="x" * 1_000_001), "1.0 MB of text in its cells"),
    "a text cell too long": (
        cell(cell_type="markdown", source="x" * 50_001),
        "a text cell of 50,001 characters: more than 50,000",
    ),
}


@pytest.mark.parametrize(("data", "reason"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_graded_has_a_reason(data, reason):
    with pytest.raises(UnreadableError) as caught:
        read_notebook(data)
    assert reason in str(caught.value)


def test_wherever_a_notebook_is_cut_off_the_reason_says_so():
    data = stored(answer="é = {1: 'ü'}  # 😀 {}").strip()
    for end in range(1, len(data)):
        with pytest.raises(UnreadableError, match=f"ends at byte {end:,}; ask for it again"):
            read_notebook(data[:end])


def test_half_a_character_of_utf16_is_a_cut_too():
    with pytest.raises(UnreadableError, match="cut off in the middle"):
        read_notebook(N3.decode().encode("utf-16")[:-1])


READABLE = {
    "a mark of byte order": b"\xef\xbb\xbf" + N3,
    "UTF-16": N3.decode().encode("utf-16"),
    "UTF-16 without a mark": N3.decode().encode("utf-16-le"),
    "UTF-32": N3.decode().encode("utf-32"),
    "NaN": N3.replace(b'"outputs": []', b'"outputs": [NaN, -Infinity, 1e999]'),
    "doubled keys": N3.replace(b'"cells":', b'"cells": 3, "cells":'),
    "metadata a list": content(metadata=[1]),
    "no minor format": content(nbformat_minor="x"),
    "Windows' line ends": N3.replace(b"\n", b"\r\n"),
}


@pytest.mark.parametrize("data", READABLE.values(), ids=READABLE)
def test_what_can_be_graded_all_the_same(data):
    assert read_notebook(data) == read_notebook(N3)
    assert [cell.source for cell in read_notebook(data).cells] == ["x = 1"] * 4


CELLS = {
    "lines": ({"source": ["a\n", "b"]}, {"source": "a\nb"}),
    "half a character": ({"source": "a\ud800"}, {"source": "a\ufffd"}),
    "metadata a list": ({"metadata": []}, {}),
    "nbgrader a list": ({"metadata": {"nbgrader": []}}, {}),
    "grade id a list": ({"metadata": {"nbgrader": {"grade_id": ["a1"]}}}, {}),
    "id a number": ({"id": 3}, {}),
    "outputs of all kinds": ({"outputs": {"a": 1}, "execution_count": "x"}, {}),
    "attachments to code": ({"attachments": {"a": {"image/png": "AA"}}}, {}),
    "attachments a list": ({"cell_type": "raw", "attachments": []}, {"cell_type": "raw"}),
    "what nbgrader would believe": (
        {"metadata": {"nbgrader": {"grade_id": "a1", "points": 99}, "tags": ["x"]}},
        {"metadata": {"nbgrader": {"grade_id": "a1"}}},
    ),
}


@pytest.mark.parametrize(("given", "expected"), CELLS.values(), ids=CELLS)
def test_of_a_cell_only_what_is_needed_is_read(given, expected):
    (read,) = read_notebook(cell(**given)).cells
    plain = {"cell_type": "code", "id": "", "metadata": {}, "source": "x"}
    assert read == NotebookNode(plain | expected)


PICTURES = {
    "a picture": ({"image/png": "QUJD\n"}, True),
    "in lines": ({"image/png": ["QU", "JD\n"]}, True),
    "a page": ({"text/html": "QUJD"}, False),
    "a drawing with a script": ({"image/svg+xml": "QUJD"}, False),
    "a quote": ({"image/png": 'QU"><script>'}, False),
    "a number": ({"image/png": 3}, False),
    "a list": (["QUJD"], False),
    "too large": ({"image/png": "A" * 5_000_001}, False),
}


@pytest.mark.parametrize(("bundle", "kept"), PICTURES.values(), ids=PICTURES)
def test_attached_pictures(bundle, kept):
    read = read_notebook(cell(cell_type="markdown", attachments={"a.png": bundle}))
    expected = {"a.png": {"image/png": "QUJD\n"}} if kept else None
    assert read.cells[0].get("attachments") == expected


def test_an_old_format_is_converted():
    code = v3.new_code_cell(input="x = 1", metadata={"nbgrader": {"grade_id": "a1"}})
    old = v3.new_notebook(worksheets=[v3.new_worksheet(cells=[code])])
    (read,) = read_notebook(json.dumps(old).encode()).cells
    assert (read.source, read.metadata.nbgrader.grade_id) == ("x = 1", "a1")


def test_random_damage_is_reported_or_survived(hang_guard):
    rng = random.Random(1)
    for _ in range(500):
        data = bytearray(N3)
        for _ in range(rng.randint(1, 4)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        with hang_guard(60), contextlib.suppress(UnreadableError):
            read_notebook(bytes(data))
