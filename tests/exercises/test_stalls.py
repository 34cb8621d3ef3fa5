"""Promise: a submission that stalls the grader costs itself alone, and the class a bounded time.

It is the grader's own work that stalls here, so no kernel runs; kernels have limits of their own.
"""

import os
import shutil

import pytest
from classroom import QUICK, answered, as_printed, graded, hand_in, solutions, table

from grader import grade
from grader.apart import Bounds
from grader.feedback import Feedback
from grader.limits import Limits

RIGHT = solutions("ch01")
SHORT = Limits(cell_seconds=3, own_work=Bounds(cpu_seconds=3, memory_bytes=100_000_000))
TIME = "took more than 3 seconds of processor time"
PAGE = "graded, but its feedback page cannot be made"
MEMORY = "needed more than 100 MB of memory"


@pytest.fixture(scope="module", autouse=True)
def _no_sandbox():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grade, "execute", as_printed)
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Three submissions: the one in the middle will stall."""
    folder = tmp_path_factory.mktemp("class") / "handed_in"
    hand_in(folder, "ann", answered("ch01", RIGHT))
    hand_in(folder, "bob", answered("ch01", RIGHT | {"d1": "STALL"}))
    hand_in(folder, "cy", answered("ch01", RIGHT))
    return folder


@pytest.fixture(scope="module")
def before(folder):
    """The class after a run in which nothing stalled."""
    graded(folder, folder.parent / "workspace", limits=QUICK)
    return folder.parent / "workspace"


@pytest.fixture
def workspace(before, tmp_path):
    return shutil.copytree(before, tmp_path / "workspace")


def spin():
    while True:
        pass


def hold():
    return [bytearray(10_000_000) for _ in range(100)]


def die():
    os._exit(9)


@pytest.mark.parametrize(
    ("step", "stall", "reason"),
    [
        ("rebuild", spin, TIME),
        ("mark", hold, MEMORY),
        ("mark", die, "ended the process that worked"),
    ],
)
def test_the_class_goes_on_past_a_submission_that_stalls(
    folder, workspace, monkeypatch, hang_guard, step, stall, reason
):
    honest, earlier = getattr(grade, step), table(workspace)

    def stalls(*arguments):
        return stall() if "STALL" in str(arguments) else honest(*arguments)

    monkeypatch.setattr(grade, step, stalls)
    with hang_guard(300):
        lines = graded(folder, workspace, limits=SHORT)
    assert table(workspace) == earlier
    graded_ones = [line for line in lines if line.startswith("[") and "NOT" not in line]
    assert [line[8:11] for line in graded_ones] == ["ann", "cy,"]
    assert f"bob, ch01: NOT GRADED, an earlier score stands: {reason}" in "".join(lines)
    listed = (workspace / "not_graded.csv").read_text(encoding="utf-8")
    assert reason in listed
    assert len(listed.splitlines()) == 2


def test_a_page_that_stalls_costs_the_page_alone(folder, workspace, monkeypatch, hang_guard):
    write = Feedback.write_page
    monkeypatch.setattr(
        Feedback,
        "write_page",
        lambda self, student, chapter: (
            spin() if student == "bob" else write(self, student, chapter)
        ),
    )
    shutil.rmtree(workspace / "feedback")
    with hang_guard(300):
        lines = graded(folder, workspace, limits=SHORT)
    assert f"bob, ch01: 15 of 19, 1 to mark by hand, {PAGE}: {TIME}" in "".join(lines)
    assert {path.name for path in (workspace / "feedback").iterdir()} == {"ann", "cy"}
    assert PAGE in (workspace / "not_graded.csv").read_text(encoding="utf-8")
    assert table(workspace)["bob"]["total"] == "15"
