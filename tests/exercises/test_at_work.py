"""Promise: after success a learner's own function is shown at work on real houses."""

import matplotlib
import pytest
from matplotlib import pyplot

from exercises import CHAPTERS, MAIN, as_handed_in, tasks
from linreg import checks
from linreg.checks import practice, progress

SHOWN = [task for chapter in CHAPTERS for task in tasks(chapter) if "houses" in task.notes]


@pytest.fixture(autouse=True)
def _own_progress(tmp_path, monkeypatch):
    monkeypatch.setenv(progress.VARIABLE, str(tmp_path / "progress.json"))
    monkeypatch.setattr("builtins.get_ipython", lambda: None, raising=False)


@pytest.fixture(autouse=True)
def _figures():
    """Figures without a window, none of which outlives its test."""
    matplotlib.use("agg")
    yield
    pyplot.close("all")


def notebook_of(task, answer):
    """The names of a notebook in which a task is answered, as a learner's cell finds them."""
    names = {"__name__": "__main__", "checks": checks}
    for text in (*task.given, answer):
        exec(text, names)
    return names


def succeed(task):
    """Note that every step of a task is right, as its checks do."""
    for step in range(1, task.steps + 1):
        checks.passed(str(task), step=step)


def ask(task, names):
    exec(f'checks.houses("{task}")', names)


def test_every_main_chapter_goes_to_the_houses():
    assert {task.chapter for task in SHOWN} >= set(MAIN)


@pytest.mark.parametrize("task", SHOWN, ids=str)
def test_a_right_function_is_drawn_and_its_numbers_are_printed(task, capsys):
    succeed(task)
    assert f'checks.houses("{task}")' in capsys.readouterr().out
    ask(task, notebook_of(task, as_handed_in(task)))
    (ax,) = pyplot.gcf().axes
    assert len(ax.lines) + len(ax.collections) >= 1
    assert ax.get_xlabel()
    assert ax.get_ylabel()
    assert any(letter.isdigit() for letter in capsys.readouterr().out)


@pytest.mark.parametrize("task", SHOWN, ids=str)
def test_it_is_the_learners_own_function_that_works(task):
    """One that returns nothing stops the program: nothing else stands in for it."""
    succeed(task)
    names = notebook_of(task, as_handed_in(task))
    own = task.solution.partition("def ")[2].partition("(")[0]
    names[own] = lambda *args, **kwargs: None
    with pytest.raises(Exception):  # noqa: B017, PT011 - whatever comes of None
        ask(task, names)


def test_the_names_of_a_notebook_stay_what_they_were():
    task = SHOWN[0]
    succeed(task)
    names = notebook_of(task, as_handed_in(task))
    before = dict(names)
    ask(task, names)
    assert names == before


def test_before_success_there_is_nothing_to_see():
    task = SHOWN[0]
    with pytest.raises(checks.NotYet, match="run its check until it passes"):
        ask(task, notebook_of(task, as_handed_in(task)))


def test_a_task_without_houses_names_one_that_has():
    with pytest.raises(ValueError, match=r"ch04/c1 does not go .*These do: ch04/c4\."):
        checks.houses("ch04/c1")
    with pytest.raises(ValueError, match="None of this chapter does"):
        checks.houses("ch02_deeper/c1")


def test_the_program_cannot_be_read_by_accident():
    for task in SHOWN:
        assert "load_ames" not in str(practice.of(str(task)))
