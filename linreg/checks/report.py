"""Run a notebook of exercises and report, task by task, what its visible checks say."""

import re
import sys
from dataclasses import dataclass
from importlib import import_module

from linreg.checks.kernels import without_ports
from linreg.checks.notes import about, tasks_of

NO_ANSWER = re.compile(r"There is no \w+ yet:")
NOT_BEGUN = re.compile(r"\w+ (is still None:|does nothing yet:)")
COLOURS = re.compile(r"\x1b\[[\d;]*m")
STEP = re.compile(r"(?<=\d)[b-z]$")  # the later steps of the task c3 are called c3b and c3c
TASK = re.compile(r"checks\.\w+\(\s*[\"'](?P<task>\w+/\w+)[\"']")


@dataclass(frozen=True)
class Line:
    """What is reported of one task; `points` is None for what a person marks."""

    task: str
    points: float | None
    possible: float
    message: str
    begun: bool = True  # whether there is an answer that could be judged


def report(path, *, seconds=60):
    """Run a copy of a notebook and return a `Line` for each of its tasks.

    The notebook runs as you would run it, with your rights, in its own folder. The file stays as
    it is.

    Parameters
    ----------
    path : Path
        A release notebook with answers in it.
    seconds : int, default 60
        How long a cell may take before it is interrupted.

    Raises
    ------
    ValueError
        If it is no notebook of exercises, or its kernel dies; the message says which.
    ImportError
        If a library that runs notebooks is missing; the message says how to install it.
    """
    _demand_libraries()
    notebook = _read(path)
    checks = [cell for cell in notebook.cells if _is_check(cell)]
    if not checks:
        raise ValueError(f"{path} holds no exercises: give a notebook of exercises/release/.")
    missing = _missing(checks)
    answers = {_task(cell): cell for cell in notebook.cells if not _points(cell)}
    _run(notebook, path.resolve().parent, seconds)
    late = {STEP.sub("", _task(cell) or "") for cell in notebook.cells if _was_interrupted(cell)}
    slow = f"Not yet. It takes more than {seconds:g} s, and was interrupted."
    graded = [cell for cell in notebook.cells if _points(cell)]
    return [_line(cell, answers, late, slow) for cell in graded] + missing


def chapter_of(path):
    """Return the chapter that a notebook of exercises belongs to, such as ``"ch03"``."""
    return next(iter(_chapters(filter(_is_check, _read(path).cells))), None)


def _demand_libraries():
    """Say what to install where a library that runs notebooks is missing."""
    try:
        for library in ("nbformat", "nbclient", "ipykernel"):
            import_module(library)
    except ImportError as error:
        raise ImportError(
            f"{library} is missing, which notebooks are run with: "
            "pip install 'linreg-textbook[checks]'"
        ) from error


def _read(path):
    """Return a notebook without its outputs, or say why the file is none."""
    import nbformat

    try:
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs = []  # broken or stale, they do not matter: it is run anew
        nbformat.validate(notebook, relax_add_props=True)
    except ValueError as error:
        raise ValueError(f"{path} is not a notebook: {error}") from None
    except (nbformat.ValidationError, AttributeError, KeyError, TypeError, RecursionError):
        raise ValueError(
            f"{path} is not a whole notebook: something in it is missing or broken. "
            "Copy your answers into a fresh release."
        ) from None
    return notebook


def _run(notebook, folder, seconds):
    """Run a notebook in a folder; its cells get their outputs."""
    from nbclient import NotebookClient
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    settings = {"allow_errors": True, "timeout": seconds, "interrupt_on_timeout": True}
    try:
        with without_ports() as config:
            NotebookClient(
                *(notebook,),
                **settings,
                config=config,
                kernel_name="python3",
                resources={"metadata": {"path": folder}},
                on_cell_executed=lambda cell, cell_index, **_: _progress(cell_index, notebook),
            ).execute()
    except DeadKernelError:
        raise ValueError(
            "The kernel died: a cell ends Python itself or takes all memory."
        ) from None
    except CellTimeoutError:
        raise ValueError(
            f"A cell takes more than {seconds:g} s: is there a loop in it that never ends?"
        ) from None


def _progress(index, notebook):
    if sys.stderr.isatty():
        code = [k for k, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
        end = "\n" if index == code[-1] else ""
        print(f"\rcell {index + 1} of {len(notebook.cells)}", end=end, file=sys.stderr, flush=True)


def _points(cell):
    """Return the points of the cell that a task is marked by, and 0 for any other cell."""
    points = _settings(cell).get("points", 0)
    return points if _task(cell) and isinstance(points, int | float) else 0


def _task(cell):
    """Return the task, or the step of one, that a cell belongs to, or None."""
    grade_id = _settings(cell).get("grade_id")
    return grade_id.removesuffix("-check") if isinstance(grade_id, str) else None


def _settings(cell):
    settings = cell.metadata.get("nbgrader")
    return settings if isinstance(settings, dict) else {}


def _was_interrupted(cell):
    outputs = cell.get("outputs", [])
    return any(output.get("ename") == "KeyboardInterrupt" for output in outputs)


def _is_check(cell):
    return cell.cell_type == "code" and bool(_points(cell))


def _line(cell, answers, late, slow):
    task = _task(cell)
    if not _is_check(cell):
        return Line(task, None, _points(cell), "An answer in words, marked by a person.")
    answer = STEP.sub("", task)
    if answer in late:
        return Line(task, 0, _points(cell), slow)
    failed = _error(cell)
    if failed is None:
        return Line(task, _points(cell), _points(cell), "right, as far as one can see")
    before = _error(answers.get(answer))
    if before is not None and (failed.ename != "NotYet" or NO_ANSWER.match(failed.evalue)):
        return Line(task, 0, _points(cell), f"Not yet. Your answer cell ends with {_said(before)}")
    if failed.ename == "NotYet":
        begun = not NOT_BEGUN.match(failed.evalue)
        return Line(task, 0, _points(cell), f"Not yet. {failed.evalue}", begun)
    return Line(task, 0, _points(cell), f"Not yet. {failed.ename}: {failed.evalue}")


def _error(cell):
    """Return the error that a cell has ended with, or None."""
    outputs = [] if cell is None else cell.get("outputs", [])
    return next((output for output in outputs if output.output_type == "error"), None)


def _said(error):
    """Return an error's kind and words and, of text that is no Python, the line."""
    lines = [COLOURS.sub("", line) for text in error.traceback for line in text.splitlines()]
    mark = next((k for k, line in enumerate(lines) if line.strip() == "^" or "^^" in line), None)
    shown = mark and error.ename.endswith(("SyntaxError", "IndentationError", "TabError"))
    return f"{error.ename}: {error.evalue}" + (f": `{lines[mark - 1].strip()}`" if shown else "")


def _missing(checks):
    """Return a line for each task of the chapter whose check is no longer in the notebook."""
    there = {_task(cell) for cell in checks}
    wanted = [f"{chapter}/{name}" for chapter in _chapters(checks) for name in tasks_of(chapter)]
    message = "Its check is missing. Copy its cells from a fresh release."
    return [
        Line(name, 0, points, message)
        for task in wanted
        for name, points in _steps(task)
        if name not in there
    ]


def _chapters(checks):
    """List the chapters whose tasks these checks name."""
    named = [match["task"] for cell in checks if (match := TASK.search(cell.source))]
    return sorted({task.partition("/")[0] for task in named})


def _steps(task):
    """Return the name and the points of each step of a task."""
    _, _, name = task.partition("/")
    points, steps = about(task)["points"], about(task)["steps"]
    return [(name + letter, points / steps) for letter in ["", *"bcdefgh"][:steps]]
