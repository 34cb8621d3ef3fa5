"""Promise: `make check` reports task by task what the visible checks say, and no more."""

import io
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import nbclient
import nbformat
import pytest
from classroom import answered, hand_in, released, solutions, with_words

from exercises import CHAPTERS, SOURCES, attempt, settings, tasks
from grader.course import EXERCISES, read
from grader.course import notebook as notebook_of
from linreg.checks import notes, progress
from linreg.checks.__main__ import main
from linreg.checks.in_notebook import missing
from linreg.checks.kernels import without_ports
from linreg.checks.report import Line, chapter_of, report
from linreg.checks.table import in_colour, plain
from notebooks import ROOT

NOTES = ROOT / "linreg/checks/notes"


@pytest.fixture(autouse=True)
def _own_progress(tmp_path, monkeypatch):
    monkeypatch.setenv(progress.VARIABLE, str(tmp_path / "progress.json"))


def check(path):
    command = [sys.executable, "-m", "linreg.checks", str(path)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def test_a_table_of_tasks_points_and_messages(tmp_path):
    answers = solutions("ch01") | {"a2": "a2 = -13500", "b1": "b1 = 'a'", "d1": "In words."}
    path = hand_in(tmp_path, "mine", answered("ch01", answers))
    before = path.read_bytes()
    done = check(path)
    rows = [line for line in done.stdout.splitlines() if re.match(r"[abcd]\d", line)]
    lines = {line.split()[0]: line for line in rows}
    names = [task.name for task in tasks("ch01")]
    assert set(lines) >= {*names, "d1"}
    assert lines["a1"].split()[1:4] == ["1", "of", "1"]
    assert lines["a2"].split()[1:4] == ["0", "of", "1"]
    assert "the other convention" in " ".join(done.stdout.split())
    assert "by hand" in lines["d1"]
    possible = sum(task.points for task in tasks("ch01"))
    assert f"Visible checks: {possible - 2:g} of {possible:g} points." in done.stdout
    assert "hidden checks try other data" in " ".join(done.stdout.split())
    assert done.returncode == 1
    assert path.read_bytes() == before


def test_all_right_is_said_by_the_exit_status(tmp_path):
    path = hand_in(tmp_path, "mine", answered("ch01", solutions("ch01")))
    assert check(path).returncode == 0


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_notebook_without_errors_gets_all_points_each_task_once(tmp_path, monkeypatch, chapter):
    """Whether solutions raise errors is tried elsewhere; here no cell is run."""
    monkeypatch.setattr("linreg.checks.report._run", lambda *_: None)
    path = hand_in(tmp_path, "mine", answered(chapter, with_words(chapter)))
    lines = [line for line in report(path) if line.points is not None]
    steps = [(task, letter) for task in tasks(chapter) for letter in ["", "b", "c"][: task.steps]]
    assert [line.task for line in lines] == [f"{task.name}{letter}" for task, letter in steps]
    assert [line.points for line in lines] == [task.points / task.steps for task, _ in steps]
    assert main([str(path)]) == 0


def test_a_lost_check_is_missed(tmp_path):
    notebook = answered("ch01", solutions("ch01"))
    notebook.cells = [c for c in notebook.cells if settings(c).get("grade_id") != "c1-check"]
    lines = report(hand_in(tmp_path, "mine", notebook))
    (lost,) = [line for line in lines if line.points == 0]
    assert lost.task == "c1"
    assert "Copy its cells from a fresh release" in lost.message


def test_the_chapter_is_that_of_the_checks_whatever_is_asked_beside_them(tmp_path):
    notebook = released("ch01")
    first, last = (nbformat.v4.new_code_cell('checks.hint("ch02/c1")') for _ in range(2))
    notebook.cells = [first, *notebook.cells, last]
    assert chapter_of(hand_in(tmp_path, "mine", notebook)) == "ch01"


def a_check(**changes):
    marks = {"nbgrader": {"grade_id": "a1-check", "points": 1}}
    cell = {"cell_type": "code", "id": "a", "metadata": marks, "source": "1", "outputs": []}
    return cell | {"execution_count": None} | changes


def a_notebook(*cells, **changes):
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5} | changes


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "is not a notebook"),
        (b"\xff\xfe", "is not a notebook"),
        (a_notebook(a_check(), nbformat=99), "is not a notebook"),
        ([1], "is not a whole notebook"),
        (None, "is not a whole notebook"),
        ({"metadata": {}, "nbformat": 4, "nbformat_minor": 5}, "is not a whole notebook"),
        (a_notebook({"cell_type": "code"}, a_check()), "is not a whole notebook"),
        (a_notebook(3, a_check()), "is not a whole notebook"),
        (a_notebook(a_check(source=3)), "is not a whole notebook"),
        (a_notebook(a_check(), nbformat=3), "is not a whole notebook"),
        (a_notebook(), "holds no exercises"),
        (a_notebook(a_check(metadata={"nbgrader": 3})), "holds no exercises"),
        (a_notebook(a_check(metadata={"nbgrader": {"points": 1}})), "holds no exercises"),
        (a_notebook(a_check(source="checks.number('ch99/a1', 1)")), "there is no task 'ch99'"),
    ],
)
def test_what_is_no_notebook_of_exercises_is_called_so(tmp_path, capsys, content, says):
    text = content if isinstance(content, str | bytes) else json.dumps(content)
    assert main([str(hand_in(tmp_path, "mine", text))]) == 2
    message = capsys.readouterr().err
    assert says in message
    assert message.count("\n") == 1


def test_what_is_no_notebook_ends_the_program_without_a_traceback(tmp_path):
    done = check(hand_in(tmp_path, "mine", "[1]"))
    assert done.returncode == 2
    assert "is not a whole notebook" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_chapter_is_no_task():
    with pytest.raises(ValueError, match="there is no task 'ch99'"):
        notes.tasks_of("ch99")


def test_the_keys_of_notes_are_those_that_are_described():
    stored = [json.loads(path.read_text(encoding="utf-8")) for path in NOTES.glob("*.json")]
    written = {key for chapter in stored for task in chapter.values() for key in task}
    assert set(re.findall(r"`(\w+)`", notes.about.__doc__)) == written


@pytest.mark.parametrize(("name", "says"), [("no.ipynb", "is not there"), ("", "is a folder")])
def test_a_path_that_is_no_file_is_reported(tmp_path, capsys, name, says):
    assert main([str(tmp_path / name)]) == 2
    assert f"{tmp_path / name} {says}: give the path of a notebook." in capsys.readouterr().err


@pytest.mark.parametrize("library", ["nbclient", "nbformat", "ipykernel"])
def test_a_library_that_is_missing_is_named_with_the_way_to_install_it(tmp_path, library):
    path = hand_in(tmp_path, "mine", json.dumps(a_notebook(a_check())))
    code = f"import sys; sys.modules[{library!r}] = None; from linreg.checks.__main__ import main\n"
    command = [sys.executable, "-c", code + f"sys.exit(main([{str(path)!r}]))"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.stderr.startswith(f"{library} is missing")
    assert "pip install 'linreg-textbook[checks]'" in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.returncode == 2


def test_an_extra_installs_what_notebooks_of_exercises_need():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {needed.partition(">=")[0] for needed in project["optional-dependencies"]["checks"]}
    sources = [cell.source for path in SOURCES for cell in read(path).cells]
    imported = set(re.findall(r"^(?:import|from) (\w+)", "\n".join(sources), re.MULTILINE))
    outside = imported - sys.stdlib_module_names - {"linreg"}
    assert {"numpy", "sympy"} <= outside
    assert wanted == {"ipykernel", "nbclient", "rich"} | outside


def test_broken_or_stale_outputs_do_not_matter(tmp_path):
    stale = {"output_type": "error", "ename": "NotYet", "evalue": "", "traceback": []}
    content = a_notebook(a_check(outputs=[stale, {}], source=""))
    (line,) = report(hand_in(tmp_path, "mine", json.dumps(content)))
    assert line.points == 1


def test_a_slow_cell_is_interrupted_and_reported(tmp_path):
    slow = "import time\ntime.sleep(60)"
    notebook = a_notebook(
        a_check(id="b", source=slow, metadata={"nbgrader": {"grade_id": "a1"}}),
        a_check(),
        a_check(id="c", source=slow, metadata={"nbgrader": {"grade_id": "a2-check", "points": 2}}),
        a_check(id="d", metadata={"nbgrader": {"grade_id": "a3-check", "points": 1}}),
        a_check(id="e", source=slow, metadata={"nbgrader": {"grade_id": "c3b-check", "points": 1}}),
    )
    lines = report(hand_in(tmp_path, "mine", json.dumps(notebook)), seconds=1)
    assert [line.points for line in lines] == [0, 0, 1, 0]
    for line in (*lines[:2], lines[3]):  # the last is a later step of a task
        assert line.message == "Not yet. It takes more than 1 s, and was interrupted."


def test_a_cell_that_cannot_be_interrupted_is_reported(tmp_path, capsys, monkeypatch):
    def execute(self):
        raise nbclient.exceptions.CellTimeoutError("in many\nlines")

    monkeypatch.setattr(nbclient.NotebookClient, "execute", execute)
    path = hand_in(tmp_path, "mine", json.dumps(a_notebook(a_check())))
    assert main([str(path)]) == 2
    message = capsys.readouterr().err
    assert "A cell takes more than 60 s" in message
    assert message.count("\n") == 1


def test_the_notebook_runs_in_its_own_folder(tmp_path, monkeypatch):
    folder, elsewhere = tmp_path / "mine", tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    content = a_notebook(a_check(source="assert open('beside.txt').read() == 'found'"))
    path = hand_in(folder, "mine", json.dumps(content))
    (folder / "beside.txt").write_text("found", encoding="utf-8")
    (line,) = report(Path(os.pardir, "mine", path.name))
    assert line.points == 1


def test_a_kernel_that_dies_is_reported(tmp_path):
    notebook = answered("ch01", {"a1": "import os\nos._exit(1)"})
    done = check(hand_in(tmp_path, "mine", notebook))
    assert "The kernel died" in done.stderr
    assert done.returncode == 2


def test_long_messages_stay_in_their_column():
    lines = [Line(task.name, 0, task.points, "word " * 60) for task in tasks("ch01")]
    assert max(map(len, plain(lines).splitlines())) <= 96


def test_a_notebook_with_a_task_twice_or_a_check_by_a_variable_misses_nothing(tmp_path):
    """The cell of a check is known by its name, not by how it calls a check."""
    notebook = answered("ch01", solutions("ch01"))
    for cell in notebook.cells:
        if settings(cell).get("grade_id") == "c2-check":
            cell.source = "task = 'ch01/c2'\nassert from_ones_first"
    lines = report(hand_in(tmp_path, "mine", notebook))
    assert [line.points for line in lines if line.points is not None] == [
        line.possible for line in lines if line.points is not None
    ]


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ("def line_through(p, q)\n    return p", "SyntaxError: .*`def line_through"),
        ("def line_through(p, q):\nreturn p", "IndentationError: "),
        ("import no_such_module", "Your answer cell ends with ModuleNotFoundError: "),
    ],
)
def test_an_answer_cell_that_breaks_off_is_told_by_its_own_error(tmp_path, answer, says):
    lines = report(hand_in(tmp_path, "mine", answered("ch01", {"c1": answer})))
    (line,) = [line for line in lines if line.task == "c1"]
    assert re.search(says, line.message)
    assert "NameError" not in line.message


def ended(monkeypatch, errors):
    """Let cells end with errors, each a kind and its words, in place of being run."""

    def run(notebook, *_):
        for cell in notebook.cells:
            if error := errors.get(settings(cell).get("grade_id")):
                kind, said = error
                cell.outputs = [nbformat.v4.new_output("error", ename=kind, evalue=said)]

    monkeypatch.setattr("linreg.checks.report._run", run)


@pytest.mark.parametrize("name", ["a1", "b1", "c1"])
def test_a_task_as_it_was_handed_out_was_not_begun(tmp_path, monkeypatch, name):
    (task,) = [task for task in tasks("ch01") if task.name == name]
    says = str(attempt(task, task.stub).error)
    ended(monkeypatch, {f"{name}-check": ("NotYet", says)})
    lines = report(hand_in(tmp_path, "mine", released("ch01")))
    assert [(line.task, line.message) for line in lines if not line.begun] == [
        (name, f"Not yet. {says}")
    ]


def test_an_answer_that_could_be_judged_is_told_so_whatever_fails_below_it(tmp_path, monkeypatch):
    errors = {"c1": ("TypeError", "boom"), "c1-check": ("NotYet", "Off by exactly 2.")}
    ended(monkeypatch, errors)
    lines = report(hand_in(tmp_path, "mine", answered("ch01", solutions("ch01"))))
    assert [line.message for line in lines if line.points == 0] == ["Not yet. Off by exactly 2."]


LINES = [
    Line("a1", 1, 1, "right"),
    Line("b1", 0, 1, "Not yet. b1 is still None: give it a letter.", begun=False),
    Line("c1", 0, 2, "Not yet. [bold] is no markup here."),
    Line("d1", None, 4, "By a person."),
]


def test_the_table_says_what_is_next_and_how_far_each_chapter_is():
    progress.keep("ch01", points=4)
    progress.keep("ch99", points=4)
    text = plain(LINES)
    assert "Next: b1." in text
    assert re.search(r"ch01 +#####\.+ 4 of 15", text)
    assert "ch02" not in text
    assert "ch99" not in text
    assert "Next" not in plain([LINES[0], LINES[3]])
    progress.keep("ch01", points=99)  # as of a chapter that had more points once
    assert re.search(r"ch01 +#{20} 99 of 15", plain(LINES))


def test_the_sum_is_of_all_tasks_but_those_that_a_person_marks():
    assert "Visible checks: 1 of 4 points." in plain(LINES)


def test_in_a_terminal_the_table_has_colours_and_the_same_words():
    from rich.console import Console

    progress.keep("ch01", points=4)
    console = Console(force_terminal=True, width=80, record=True, file=io.StringIO())
    in_colour(LINES, console)
    with_styles = console.export_text(styles=True, clear=False)
    words = console.export_text()
    assert "\x1b[" in with_styles
    for expected in ("✓ a1", "· b1", "✗ c1", "[bold] is no markup", "Next: b1.", "4 of 15"):
        assert expected in words
    assert max(map(len, words.splitlines())) <= 80


def test_without_rich_or_a_terminal_the_table_is_plain(monkeypatch, capsys):
    from linreg.checks import table

    table.show(LINES)
    assert "\x1b" not in capsys.readouterr().out
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setitem(sys.modules, "rich.console", None)
    table.show(LINES)
    assert capsys.readouterr().out == plain(LINES) + "\n"


def test_a_report_is_kept_for_the_bar(tmp_path):
    main([str(hand_in(tmp_path, "mine", answered("ch01", solutions("ch01"))))])
    assert progress.of("ch01") == {"points": 15}


def test_of_several_cells_with_an_answer_the_last_one_says_why_it_is_missing():
    assert missing("f", ["f = (", "f = 1 / 0"]).endswith("has ended with an error.")
    assert "is no Python" in missing("f", ["f = 1 / 0", "f = ("])


@pytest.mark.parametrize("cell", ["def follow():\n    pass", "f == 1", "g = f == 1", "print(f)"])
def test_a_cell_that_defines_something_else_is_no_answer(cell):
    assert "run the cell with your answer first" in missing("f", [cell])


@pytest.mark.parametrize(
    "cell", ["f = 1 / 0", "f: int = 1 / 0", "f, g = 1 / 0, 2", "g, f = 1 / 0, 2", "g = f = 1 / 0"]
)
def test_an_answer_cell_that_was_run_has_ended_with_an_error(cell):
    assert "has ended with an error" in missing("f", [cell])


def test_in_a_notebook_a_missing_answer_is_explained(tmp_path):
    """Not by a NameError: the cell with the answer is no Python, or has not run."""
    answers = {"c1": "def line_through(p, q)\n    return p", "c2": "1 + 1"}
    notebook = answered("ch01", answers)
    notebook.cells.append(nbformat.v4.new_code_cell("print(from_ones_first)"))
    with without_ports() as config:
        nbclient.NotebookClient(notebook, config=config, allow_errors=True).execute()
    of = {settings(cell).get("grade_id"): cell for cell in notebook.cells}
    (error,) = of["c1-check"].outputs
    assert error.ename == "NotYet"
    assert "is no Python" in error.evalue
    assert "`def line_through(p, q)`" in error.traceback[0]
    (error,) = of["c2-check"].outputs
    assert "run the cell with your answer first" in error.evalue
    (error,) = notebook.cells[-1].outputs
    assert error.ename == "NameError", "in a cell that is no check it stays what it is"


def test_each_step_of_a_task_has_a_line_of_its_own(tmp_path):
    """A walk that does not look at its last place is right in the first step alone."""
    notebook = read(notebook_of(EXERCISES / "source", "ch04"))
    answer = next(cell for cell in notebook.cells if settings(cell).get("grade_id") == "c4")
    answer.source = answer.source.replace("steps, length <= enough", "steps, steps < max_steps")
    nbformat.write(notebook, tmp_path / "ch04.ipynb")
    lines = {line.task: line for line in report(tmp_path / "ch04.ipynb")}
    assert [lines[name].points for name in ("c4", "c4b", "c4c")] == [1, 0, 0]
    assert [lines[name].possible for name in ("c4", "c4b", "c4c")] == [1, 1, 1]
    answer.source = "def walk(X):\n    return 1 +\n"
    notebook.cells = [c for c in notebook.cells if settings(c).get("grade_id") != "c4b-check"]
    nbformat.write(notebook, tmp_path / "ch04.ipynb")
    lines = {line.task: line for line in report(tmp_path / "ch04.ipynb")}
    assert "SyntaxError" in lines["c4"].message
    assert "SyntaxError" in lines["c4c"].message
    assert "Its check is missing" in lines["c4b"].message
    assert sum(line.possible for line in lines.values() if line.task.startswith("c4")) == 3
