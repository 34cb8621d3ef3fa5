"""Promise: whose a file is says its own name alone, and no different work of two is dropped."""

import itertools
import unicodedata
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from test_collect import N1, N3, SKELETONS, collected, lay, stored, verdicts, zipped

from grader.collect import collect
from grader.collect.instants import instant
from grader.collect.students import student_of


def answers(result):
    """What is to be graded, by student: the first answer."""
    return {student: found.notebook.cells[0].source for (student, _), found in result.taken.items()}


def work(names):
    """A different notebook in each file; its answer says which."""
    return {name: stored(answer=f"of {name}") for name in names}


NFC, NFD = (unicodedata.normalize(form, "René") for form in ("NFC", "NFD"))
APART = {
    "case": ["Ann.ipynb", "ann.ipynb", "ANN.ipynb"],
    "characters": ["ann:b.ipynb", "ann*b.ipynb", "ann_b.ipynb"],
    "blanks": ["ann b.ipynb", "ann  b.ipynb", "ann\tb.ipynb", " ann b.ipynb"],
    "what is cut off": ["ann.ipynb", "-ann.ipynb", "ann-.ipynb", "ann..ipynb"],
    "length": [f"{'x' * 60}{end}.ipynb" for end in ("", "a", "b", "ab")],
    "Unicode form": [f"{NFC}.ipynb", f"{NFD}.ipynb"],
    "Unicode form of folders": [f"{NFC}/ch03.ipynb", f"{NFD}/ch03.ipynb"],
    "invisible characters": ["ann\u200b.ipynb", "ann\u200d.ipynb", "ann.ipynb"],
    "a mark like ours": ["a:b.ipynb", f"{student_of('a:b')}.ipynb"],
    "one outer word": ["hw_ch03_ann.ipynb", "hw_ch03_bo.ipynb", "hw_ch03.ipynb"],
    "one outer word of folders": ["hw-ch03-ann/x.ipynb", "hw-ch03-bo/x.ipynb"],
    "one last word": ["ann_ch03_hw.ipynb", "bo_ch03_hw.ipynb"],
    "numbers behind the chapter": ["ch03-12345.ipynb", "ch03-54321.ipynb"],
    "names like a chapter's": ["ch12_ch03.ipynb", "ch13_ch03.ipynb"],
    "Sakai's numbers": ["Lee, Ann(123)/ch03.ipynb", "Lee, Ann(456)/ch03.ipynb"],
    "Blackboard": [f"gradebook_L_{s}_attempt_2026-01-02-03-04-05_ch03.ipynb" for s in ("a1", "b2")],
    "Canvas, case": ["Ann_1_500_ch03.ipynb", "ann_2_600_ch03.ipynb"],
}


@pytest.mark.parametrize("names", APART.values(), ids=APART)
def test_names_that_are_alike_are_kept_apart(tmp_path, names):
    result = collected(tmp_path, work(names))
    assert sorted(answers(result).values()) == sorted(f"of {name}" for name in names)


@pytest.mark.parametrize("names", APART.values(), ids=APART)
def test_a_student_has_the_same_name_whoever_else_hands_in(tmp_path, names):
    whole = {
        answer: student for student, answer in answers(collected(tmp_path, work(names))).items()
    }
    for number, name in enumerate(names):
        result = collected(tmp_path / f"alone {number}", work([name, "zoe.ipynb"]))
        alone = {answer: student for student, answer in answers(result).items()}
        assert alone[f"of {name}"] == whole[f"of {name}"]


@pytest.mark.parametrize("newcomer", ["kay.ipynb", "KAY.png", "KAY.ipynb", "Kay.pdf", "Kay/x.csv"])
def test_a_newcomer_changes_nobodys_name(tmp_path, newcomer):
    result = collected(tmp_path, {"Kay.ipynb": stored(answer="Kay's"), newcomer: N3})
    assert answers(result)["Kay"] == "Kay's"


NOBODY_CAN_TELL = {
    "Canvas' users": ["ann_1_500_ch03.ipynb", "ann_2_600_ch03.ipynb"],
    "Moodle's namesakes": [f"Ann_{n}_assignsubmission_file_/ch03.ipynb" for n in (1, 2)],
    "Blackboard's courses": [
        f"{course}_ann_attempt_2026-01-02-03-04-05_ch03.ipynb" for course in ("A_jo", "A_bo")
    ],
    "a platform and a file": ["ann_1_500_ch03.ipynb", "ann.ipynb"],
    "a file and a folder": ["ann.ipynb", "ann/ch03.ipynb"],
    "a folder and a zip": ["ann/ch03.ipynb", "ann.zip/ch03.ipynb"],
    "a name before and behind": ["ann_ch03.ipynb", "ch03_ann.ipynb"],
    "what a browser numbered": ["hw.ipynb", "hw (1).ipynb", "hw (2).ipynb"],
    "numbers of students, or attempts": ["hw_ch03-1.ipynb", "hw_ch03-2.ipynb"],
    "what looks like Canvas' names": ["hw_01_2026_ann.ipynb", "hw_01_2026_bo.ipynb"],
    "what looks like a hub's names": ["hw+ann+2026-03-01.ipynb", "hw+bo+2026-03-01.ipynb"],
    "a group's folder": ["group1/ann.ipynb", "group1/bo.ipynb"],
    "a group's folders": ["group1/ann/ch03.ipynb", "group1/bo/ch03.ipynb"],
    "a group's zip": ["group1.zip/ann.ipynb", "group1.zip/bo.ipynb"],
    "a group's folders of a chapter": ["group1/ch03/ann.ipynb", "group1/ch03/bo.ipynb"],
}


def laid(folder, files):
    """The files; those whose path leads through a zip are put into one."""
    inside = {}
    for name in list(files):
        outer, found, inner = name.partition(".zip/")
        if found:
            inside.setdefault(f"{outer}.zip", {})[inner] = files.pop(name)
    return lay(folder, files | {name: zipped(members) for name, members in inside.items()})


@pytest.mark.parametrize("names", NOBODY_CAN_TELL.values(), ids=NOBODY_CAN_TELL)
def test_work_that_may_be_two_students_is_refused_with_the_reason(tmp_path, names):
    result = collect(laid(tmp_path, work(names) | {"zoe.ipynb": N3}), SKELETONS)
    assert set(answers(result)) == {"zoe"}
    assert sorted(found.file for found in result.with_verdict("refused")) == sorted(names)
    for found in result.with_verdict("refused"):
        assert "give each student another name" in found.reason
        assert "and differs" in found.reason or "the numbers 1, 2 have" in found.reason
    assert not result.with_verdict("superseded")


def test_the_reason_names_a_file_that_does_differ(tmp_path):
    files = {f"hw/ch03/{name}.ipynb": stored(answer="one") for name in ("ann", "bo")}
    files |= {"hw/ch03/cy.ipynb": stored(answer="two"), "zoe.ipynb": N3}
    refused = collect(lay(tmp_path, files), SKELETONS).with_verdict("refused")
    named = {found.file: found.reason.partition(" may be another")[0] for found in refused}
    assert named == {
        "hw/ch03/ann.ipynb": "hw/ch03/cy.ipynb",
        "hw/ch03/bo.ipynb": "hw/ch03/cy.ipynb",
        "hw/ch03/cy.ipynb": "hw/ch03/ann.ipynb",
    }


@pytest.mark.parametrize("place", ["", "submitted/"])
def test_what_nbgrader_collected_of_one_student_is_one_students(tmp_path, place):
    names = "ann/ch03/ch03.ipynb", "ann/ch03/more.ipynb", "bo/ch03/ch03.ipynb"
    folder = tmp_path / ("x" if place else "submitted")
    result = collected(folder, work(place + name for name in names))
    assert answers(result) == {"ann": f"of {place}{names[1]}", "bo": f"of {place}{names[2]}"}


def test_canvas_numbers_each_file_of_a_student(tmp_path):
    two = {"x.ipynb": stored(answer="old"), "y.ipynb": stored(answer="new")}
    files = {"ann_1_500_all.zip": zipped(two, **{"y.ipynb": 2021}), "bo_2_501_x.ipynb": N3}
    assert answers(collected(tmp_path, files))["ann"] == "new"


@pytest.mark.parametrize("names", NOBODY_CAN_TELL.values(), ids=NOBODY_CAN_TELL)
def test_copies_of_the_same_work_are_one_students(tmp_path, names):
    files = dict.fromkeys(names, stored(answer="the same"))
    result = collect(laid(tmp_path, files | {"zoe.ipynb": N3}), SKELETONS)
    if all(
        "_file_" in name or "_attempt_" in name or "00_ch" in name or "+" in name for name in names
    ):
        assert set(answers(result)) == {"zoe"}  # their platform says that they are two
    else:
        assert len(result.with_verdict("superseded")) == len(names) - 1
        assert "the same" in answers(result).values()


def test_one_name_twice_in_a_zip_for_all(tmp_path):
    data = zipped(work(["1.ipynb", "2.ipynb", "zoe.ipynb"])).replace(b"2.ipynb", b"1.ipynb")
    result = collected(tmp_path, {"all.zip": data})
    assert set(answers(result)) == {"zoe"}
    assert len(result.with_verdict("refused")) == 2


def test_namesakes_on_canvas_are_refused_whatever_chapters_they_hand_in(tmp_path):
    files = {"ann_1_500_ch01.ipynb": N1, "ann_2_600_ch03.ipynb": N3, "bo_3_700_ch03.ipynb": N3}
    result = collected(tmp_path, files)
    assert set(answers(result)) == {"bo"}


def test_a_picture_of_a_namesake_on_canvas_changes_nothing(tmp_path):
    files = {"ann_1_500_ch03.ipynb": N3, "ann_2_600_ch03.png": b"x"}
    assert set(answers(collected(tmp_path, files))) == {"ann"}


def test_one_student_of_two_tickets_for_two_chapters_is_one(tmp_path):
    files = {
        "Ann_1_assignsubmission_file_/ch01.ipynb": N1,
        "Ann_2_assignsubmission_file_/ch03.ipynb": N3,
    }
    assert set(collected(tmp_path, files).taken) == {("Ann", "ch01"), ("Ann", "ch03")}


UNSAFE = {
    "a\nb\x1b[1m.ipynb": "a b__1m~",
    "-rf.ipynb": "rf~",
    "..ann. .ipynb": None,
    "a\u202eb.ipynb": "a_b~",
    f"{'é' * 100}.ipynb": f"{'é' * 60}~",
    "a[*]?.ipynb": "a____~",
    "ann lee.ipynb": "ann lee",
}


def test_names_are_made_safe(tmp_path):
    result = collected(tmp_path, dict.fromkeys(UNSAFE, N3))
    found = {found.file: student for (student, _), found in result.taken.items()}
    assert {name.partition("~")[0] + "~" * ("~" in name) for name in found.values()} == {
        name for name in UNSAFE.values() if name
    }
    assert all(found.file.isprintable() for found in result.found)


def test_a_safe_name_differs_where_the_name_does():
    names = {"".join(name) for name in itertools.product("a:*~_ \u200b", repeat=3)}
    safe = [student for name in names if (student := student_of(name))]
    assert len(set(safe)) == len(safe) > 100
    assert all(len(student.encode()) < 255 for student in [*safe, student_of("😀" * 99)])


# Nothing of the grader's own is a student's

WORKSPACE = {
    "gradebook.db": b"SQLite",
    "grades.csv": b"student",
    "source/ch03/ch03.ipynb": N3,
    "release/ch03/ch03.ipynb": N3,
    "submitted/ann/ch03/ch03.ipynb": N3,
    "autograded/ann/ch03/ch03.ipynb": N3,
    "feedback/ann/ch03/ch03.html": b"<p>",
}


@pytest.mark.parametrize("place", ["", "class/", "course/class/"])
@pytest.mark.parametrize("form", ["a folder", "a zip"])
def test_a_workspace_in_the_folder_is_nobodys(tmp_path, place, form):
    students = work(["ann.ipynb", "bo/ch03.ipynb"])
    files = students | {place + name: data for name, data in WORKSPACE.items()}
    if form == "a zip":
        files = {"all.zip": zipped(files)}
    result = collected(tmp_path, files)
    assert set(answers(result)) == {"ann", "bo"}
    assert not result.with_verdict("refused")
    aside = [found for found in result.with_verdict("ignored") if "gradebook" in found.reason]
    assert len(aside) == len(WORKSPACE) - 1  # the table is data


def test_a_course_of_nbgraders_is_its_submitted_folder(tmp_path):
    files = {name: WORKSPACE[name] for name in WORKSPACE if not name.startswith(("auto", "feed"))}
    assert set(answers(collected(tmp_path, files))) == {"ann"}
    del files["gradebook.db"]
    assert set(answers(collected(tmp_path / "new", files))) == {"ann"}


@pytest.mark.parametrize("place", ["ann.zip/", "ann/", "ann/in.zip/"])
def test_of_a_copy_of_the_book_a_students_own_notebook_counts(tmp_path, place):
    book = {
        "exercises/source/ch03/ch03.ipynb": stored(answer="the solution"),
        "exercises/release/ch03/ch03.ipynb": stored(answer=""),
        "exercises/grader/x.txt": b"",
        "exercises/mine/ch03.ipynb": stored(answer="mine"),
    }
    files = {place + name: data for name, data in book.items()} | {"zoe.ipynb": N3}
    assert answers(collect(laid(tmp_path, files), SKELETONS))["ann"] == "mine"


def test_a_student_with_a_gradebook_in_the_folder_is_graded(tmp_path):
    files = {"ann/gradebook.db": b"x", "ann/ch03.ipynb": N3, "bo.ipynb": N3}
    assert set(answers(collected(tmp_path, files))) == {"ann", "bo"}


# What stands alone


@pytest.mark.parametrize(
    "files", [["ann/work/ch03.ipynb"], ["ann/ch03/work.ipynb", "ann/ch01/more.ipynb"]]
)
def test_what_stands_alone_and_has_two_names_is_refused(tmp_path, files):
    result = collected(tmp_path, dict(zip(files, (N3, N1))))
    assert not result.taken
    assert {found.verdict for found in result.found} == {"refused"}
    assert all("ann stands alone" in found.reason for found in result.found)


ONE_ALONE = {
    "data beside the notebook": ["ann/homework.ipynb", "ann/data.csv"],
    "nbgrader's, of two names": ["submitted/ann/one.ipynb", "submitted/ann/two.ipynb"],
    "a copy of the book in a zip": [
        *("ann.zip/homework.ipynb", "ann.zip/exercises/source/ch03/ch03.ipynb"),
        *("ann.zip/exercises/release/ch03/ch03.ipynb", "ann.zip/exercises/grader/x.txt"),
    ],
}


@pytest.mark.parametrize("names", ONE_ALONE.values(), ids=ONE_ALONE)
def test_what_stands_alone_and_is_one_students(tmp_path, names):
    result = collect(laid(tmp_path, work(names)), SKELETONS)
    assert set(answers(result)) == {"ann"}
    assert not result.with_verdict("refused")


def test_an_empty_folder_alone(tmp_path):
    (tmp_path / "ann").mkdir()
    assert verdicts(collect(tmp_path, SKELETONS)) == {"ann/": "refused"}


# Times


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("2024-03-01 10:00:00 UTC", "2024-03-01 11:30:00 +0000"),
        ("2024-03-01 10:00:00 CET", "2024-03-01 09:30:00 UTC"),
        ("2024-10-27 02:30:00 CEST", "2024-10-27 02:10:00 CET"),
        ("2024-03-01 10:00:00 +0200", "2024-03-01 09:00:00 UTC"),
        ("2024-03-01 10:00:00 UTC", "2024-03-01 06:00:00 -0500"),
        ("2024-03-01T10:00:00+05:30", "2024-03-01 05:00:00 Z"),
        ("2024-03-01 13:15:00 UTC", "2024-03-01 10:00:00 -03:30"),
        ("2024-03-01 10:00:00.1 UTC", "2024-03-01 10:00:00.25 UTC"),
        ("2024-03-01 10:00:00.9 UTC", "2024-03-01 10:00:01 UTC"),
        ("2024-03-01", "2024-03-01-00-00-01"),
        ("2024-03-01 10.30.20", "2024-03-01 10.30.40"),
        ("2024-03-01 10.30.20.1", "2024-03-01 10.30.20.25"),
        ("2024-03-01 10:00:00 +08", "2024-03-01 03:00:00 UTC"),
        ("2024-03-01 10:00:00 UTC", "2024-03-01 09:00:00 -03"),
        ("2024-03-01 10:00:00-02", "2024-03-01 11:00:00"),  # of a second file, perhaps
        ("", "2024-02-30"),
        ("2024-99-99 99:99:99", "1971-01-01"),
    ],
)
def test_times_are_compared_as_instants(tmp_path, earlier, later):
    assert instant(earlier) <= instant(later)
    if instant(earlier) and instant(later):
        assert instant(earlier) < instant(later)
        files = {
            f"e+ch03+{later}+a/ch03.ipynb": stored(answer="new"),
            f"e+ch03+{earlier}+b/ch03.ipynb": stored(answer="old"),
        }
        assert answers(collected(tmp_path, files | {"zoe.ipynb": N3}))["e"] == "new"


ZONES = [  # a place, and what its time is called in January and in July
    *(("UTC", "UTC", "Z"), ("Europe/London", "GMT", "BST"), ("Europe/Lisbon", "WET", "WEST")),
    *(("Europe/Berlin", "CET", "CEST"), ("Europe/Berlin", "MEZ", "MESZ")),
    *(("Europe/Helsinki", "EET", "EEST"), ("Europe/Moscow", "MSK", "MSK")),
    *(("Asia/Kolkata", "IST", "IST"), ("Asia/Singapore", "SGT", "SGT")),
    *(("Asia/Hong_Kong", "HKT", "HKT"), ("Asia/Tokyo", "JST", "JST")),
    *(("Asia/Seoul", "KST", "KST"), ("Australia/Sydney", "AEDT", "AEST")),
    *(("Pacific/Auckland", "NZDT", "NZST"), ("America/Halifax", "AST", "ADT")),
    *(("America/New_York", "EST", "EDT"), ("America/Chicago", "CST", "CDT")),
    *(("America/Denver", "MST", "MDT"), ("America/Los_Angeles", "PST", "PDT")),
]


@pytest.mark.parametrize(("place", "january", "july"), ZONES)
def test_the_name_of_a_zone_is_read_as_the_time_of_its_place(place, january, july):
    for month, zone in ((1, january), (7, july)):
        time = datetime(2024, month, 15, 10, tzinfo=ZoneInfo(place))
        assert instant(f"{time:%Y-%m-%d %H:%M:%S} {zone}") == time.timestamp()


def test_the_number_of_an_attempt_comes_before_a_browsers(tmp_path):
    files = {
        "ann/ch03-2 (1).ipynb": stored(answer="new"),
        "ann/ch03-1 (2).ipynb": stored(answer="old"),
        "zoe/ch03.ipynb": N3,
    }
    assert answers(collected(tmp_path, files))["ann"] == "new"
