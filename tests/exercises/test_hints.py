"""Promise: hints come in steps, a worked answer only after success or on giving up."""

import json
import subprocess
import sys
from types import SimpleNamespace

import pytest

from exercises import CHAPTERS, as_handed_in, attempt, tasks
from grader import sandbox
from grader.limits import Limits
from linreg import checks
from linreg.checks import hints, progress
from linreg.checks import practice as stored

TASKS = [task for chapter in CHAPTERS for task in tasks(chapter)]
TASK = "ch01/c3"
stored_for_good = stored.of  # what the release holds, whatever a test puts in its place


@pytest.fixture(autouse=True)
def _own_progress(tmp_path, monkeypatch):
    """Progress of this test's own, and two hints beside the first."""
    monkeypatch.setenv(progress.VARIABLE, str(tmp_path / "here/progress.json"))
    monkeypatch.setattr("builtins.get_ipython", lambda: None, raising=False)
    kept = {
        "hints": [stored.covered(TASK, f"hint {k}", f"Clue {k}.") for k in range(2)],
        "worked": stored.covered(TASK, "worked", "All of it."),
    }
    monkeypatch.setattr(hints.practice, "of", lambda task: kept)


def printed(capsys, **named):
    checks.hint(TASK, **named)
    return capsys.readouterr().out


def fail():
    def check(answer):
        checks.same("ch01/c3", answer, 1.5)
        checks.passed("ch01/c3")

    with pytest.raises(checks.NotYet):
        checks.run(check, 2.5)


def test_the_first_hint_comes_at_once_and_the_next_after_tries(capsys):
    text = printed(capsys)
    assert "Hint 1 of 3: Write one and the same prediction" in text
    assert "after 2 more tries." in text
    fail()
    assert "Clue" not in printed(capsys)
    assert "after 1 more try." in printed(capsys)
    fail()
    text = printed(capsys)
    assert "Hint 2 of 3: Clue 0." in text
    assert "Clue 1" not in text
    for _ in range(2):
        fail()
    text = printed(capsys)
    assert "Clue 1." in text
    assert "All of it" not in text
    assert "give_up=True" in text


def test_a_worked_answer_comes_on_giving_up_or_after_success(capsys):
    assert "All of it." in printed(capsys, give_up=True)
    assert "All of it." not in printed(capsys)
    checks.passed(TASK)
    assert "All of it." in printed(capsys)


def test_success_takes_no_try_back(capsys):
    fail()
    fail()
    checks.passed(TASK)
    assert "Hint 2 of 3" in printed(capsys)


def test_a_wrong_try_after_success_closes_nothing(capsys):
    checks.passed(TASK)
    fail()
    assert "All of it." in printed(capsys)


def test_what_was_never_begun_is_no_try():
    for task, check, answer in [("ch01/a1", checks.number, None), ("ch01/b1", checks.choice, None)]:
        with pytest.raises(checks.NotYet):
            check(task, answer)
        assert progress.tries(task) == 0

    def stub(w, b, s, t):
        """Return nothing yet."""

    def check(answer):
        checks.call("ch01/c3", answer, 1, 2, 3, 4)

    with pytest.raises(checks.NotYet, match="stub does nothing yet"):
        checks.run(check, stub)
    assert progress.tries(TASK) == 0


def test_each_kind_of_answer_counts_its_tries():
    import sympy

    b, m = sympy.symbols("b m")
    for task, check, given in [
        ("ch01/a1", checks.number, (3,)),
        ("ch01/b1", checks.choice, ("a",)),
        ("ch01/c4", checks.derivation, (b * m, "b m n w", {"right": ""})),
    ]:
        with pytest.raises(checks.NotYet):
            check(task, *given)
        assert progress.tries(task) == 1


def test_outside_a_notebook_nothing_is_counted(monkeypatch):
    monkeypatch.delattr("builtins.get_ipython")
    fail()
    assert progress.tries(TASK) == 0
    assert not progress.place().exists()


@pytest.mark.parametrize("broken", ["{", "[1]", '{"ch01/c3": 3}', '{"ch01/c3": {"tries": "x"}}'])
def test_a_broken_file_counts_anew(broken):
    progress.place().parent.mkdir(parents=True)
    progress.place().write_text(broken, encoding="utf-8")
    assert progress.tries(TASK) == 0
    fail()
    assert progress.tries(TASK) == 1


def test_where_nothing_can_be_written_tries_count_all_the_same(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv(progress.VARIABLE, str(tmp_path / "file/progress.json"))
    monkeypatch.setattr(progress, "_unwritten", {})
    fail()
    assert progress.tries(TASK) == 1


def test_where_a_file_can_no_longer_be_written_tries_count_on(monkeypatch):
    monkeypatch.setattr(progress, "_unwritten", {})
    fail()

    def full(*given):
        raise OSError("the disk is full")

    monkeypatch.setattr(progress.Path, "replace", full)
    for tries in (2, 3):
        fail()
        assert progress.tries(TASK) == tries


def test_without_a_home_folder_tries_count_all_the_same(monkeypatch):
    def homeless():
        raise RuntimeError("Could not determine home directory.")

    for variable in (progress.VARIABLE, "XDG_DATA_HOME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(progress.Path, "home", homeless)
    monkeypatch.setattr(progress, "_unwritten", {})
    fail()
    assert progress.tries(TASK) == 1


def test_a_write_that_breaks_off_in_the_middle_loses_nothing(monkeypatch):
    def interrupted(path, text, **named):
        path.write_bytes(text.encode()[: len(text) // 2])
        raise KeyboardInterrupt

    checks.passed(TASK)
    before = progress.stored()
    monkeypatch.setattr(progress.Path, "write_text", interrupted)
    with pytest.raises(KeyboardInterrupt):
        checks.passed("ch01/c1")
    assert progress.stored() == before


@pytest.mark.parametrize(
    ("system", "variable", "folder"),
    [
        ("linux", None, "home/.local/share"),
        ("linux", "XDG_DATA_HOME", "named"),
        ("freebsd14", None, "home/.local/share"),
        ("win32", None, "home/AppData/Roaming"),
        ("win32", "APPDATA", "named"),
        ("darwin", None, "home/Library/Application Support"),
    ],
)
def test_progress_is_where_the_system_keeps_data(tmp_path, monkeypatch, system, variable, folder):
    for each in (progress.VARIABLE, "XDG_DATA_HOME", "APPDATA"):
        monkeypatch.delenv(each, raising=False)
    if variable:
        monkeypatch.setenv(variable, str(tmp_path / "named"))
    monkeypatch.setattr(progress, "sys", SimpleNamespace(platform=system))
    monkeypatch.setattr(progress.Path, "home", lambda: tmp_path / "home")
    assert progress.place() == tmp_path / folder / "linreg/progress.json"


@pytest.mark.parametrize(("system", "variable"), [("linux", "XDG_DATA_HOME"), ("win32", "APPDATA")])
def test_an_empty_variable_names_no_folder_and_a_full_one_needs_no_home(
    tmp_path, monkeypatch, system, variable
):
    monkeypatch.delenv(progress.VARIABLE)
    monkeypatch.setattr(progress, "sys", SimpleNamespace(platform=system))
    monkeypatch.setenv(variable, "")
    monkeypatch.setattr(progress.Path, "home", lambda: tmp_path)
    assert progress.place().is_relative_to(tmp_path)
    monkeypatch.setenv(variable, str(tmp_path / "named"))
    monkeypatch.setattr(progress.Path, "home", lambda: 1 / 0)
    assert progress.place() == tmp_path / "named/linreg/progress.json"


def test_an_unknown_task_is_no_task():
    with pytest.raises(ValueError, match="no task 'ch99/a1'"):
        checks.hint("ch99/a1")


# ---- What is stored


@pytest.mark.parametrize("task", TASKS, ids=str)
def test_the_worked_answer_is_right_and_cannot_be_read_by_accident(task):
    kept = stored_for_good(str(task))
    worked = stored.uncovered(str(task), "worked", kept["worked"]).splitlines()
    lines = [line for line in as_handed_in(task).splitlines() if "None  #" not in line]
    assert {line for line in lines if line.strip()} <= set(worked)
    assert not [line for line in worked if "SOLUTION" in line or "None  #" in line]
    assert max(lines, key=len) not in json.dumps(kept)


def test_no_sandbox_shows_hints():
    """Else a submission could take the worked answers."""
    code = "from linreg import checks; checks.hint('ch01/c1', give_up=True)"
    with sandbox.command([sys.executable, "-c", code], Limits()) as (words, files):
        done = subprocess.run(words, pass_fds=files, capture_output=True, text=True)
    assert "There are no hints for 'ch01/c1' here" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("task", [task for task in TASKS if task.name[0] == "c"], ids=str)
def test_code_and_derivations_have_two_more_hints_and_an_insight(task):
    hints, insight = task.notes["hints"], task.notes["insight"]
    assert len(hints) >= 2
    assert len({task.notes["otherwise"], insight, *hints}) == len(hints) + 2


@pytest.mark.parametrize("task", [task for task in TASKS if "shorter" in task.notes], ids=str)
def test_a_shorter_answer_is_right_and_shorter(task):
    done = attempt(task, task.notes["shorter"])
    assert (done.error, done.printed) == (None, task.prints)
    assert len(task.notes["shorter"]) < len(as_handed_in(task))


def test_a_task_in_steps_is_right_once_each_of_them_is(capsys):
    task = "ch04/c3"
    for step in (3, 1):
        checks.passed(task, step=step)
        assert f"{task}: the visible checks of step {step} of 3 pass." in capsys.readouterr().out
        assert not progress.of(task).get("right")
    checks.passed(task, step=2)
    assert progress.of(task)["right"]


def test_a_wrong_try_between_two_steps_undoes_neither():
    task = "ch04/c3"
    for step in (1, 2, 3):
        checks.passed(task, step=step)
        progress.note_try(task)
    assert progress.of(task)["right"]
    assert progress.tries(task) == 3
