"""What learners get to practise with: hints, worked answers, and draws of fresh inputs."""

import contextlib
import io
import json
import re

from nbformat import NotebookNode

from grader import course
from grader.cells import by_grade_id, checks_of, grade_id, is_answer, is_check
from grader.notes import notes
from grader.term import HIDDEN
from linreg.checks.fresh import SEED, digest, drawn, is_safe
from linreg.checks.practice import covered

__all__ = ["N_DRAWS", "practice"]

N_DRAWS = 24
_MOST_DRAWS = 100
_MARKS = re.compile(r" *### (BEGIN|END) SOLUTION\n?")
_EMPTY = re.compile(r"^\w+ = None\b.*\n", re.MULTILINE)


def practice(chapter: str) -> str:
    """Return what `linreg.checks.practice` reads of a chapter: a JSON text."""
    source = course.read(course.notebook(course.EXERCISES / "source", chapter))
    cells, kept = by_grade_id(source), {}
    for name, about in notes(chapter).items():
        task = f"{chapter}/{name}"
        hints = [covered(task, f"hint {k}", text) for k, text in enumerate(about.get("hints", []))]
        worked = covered(task, "worked", _worked(cells[name].source, about))
        kept[name] = {"hints": hints, "worked": worked}
        if "houses" in about:
            kept[name]["houses"] = covered(task, "houses", about["houses"].strip())
        hidden = "\n\n".join(_hidden(cell.source) for cell in checks_of(source, name))
        if course.PUBLIC_SEED in hidden:
            check = hidden.replace(course.PUBLIC_SEED, SEED)
            draws = _draws(task, check, _names(source, name))
            kept[name]["fresh"] = {"check": covered(task, "fresh", check), "draws": draws}
    return json.dumps(kept, indent=1)


def _worked(solution: str, about: dict) -> str:
    """Return a worked answer: the source's own, what its note says, and a shorter one."""
    parts = ["A worked answer:", _MARKS.sub("", _EMPTY.sub("", solution)).strip()]
    parts += [about[key] for key in ("note", "insight") if key in about]
    if "shorter" in about:
        parts += ["A shorter one:", about["shorter"].strip()]
    return "\n\n".join(parts)


def _hidden(check: str) -> str:
    """Return the hidden part of a check."""
    return check.partition(HIDDEN[0])[2].partition(HIDDEN[1])[0].strip()


def _names(source: NotebookNode, name: str) -> dict:
    """Return the names that a task's check finds: what is given, and the solution."""
    names = {"__name__": "__main__"}
    for cell in source.cells:
        given = bool(grade_id(cell)) and not is_answer(cell) and not is_check(cell)
        if cell.cell_type == "code" and (given or grade_id(cell) == name):
            with contextlib.redirect_stdout(io.StringIO()):
                exec(cell.source, names)
        if grade_id(cell) == name:
            return names
    raise ValueError(f"{name} has no answer in its source")


def _draws(task: str, check: str, names: dict) -> dict[str, list[str]]:
    """Return the digests of the right lines, for draws on which rounding tips nothing."""
    draws = {}
    for k in range(_MOST_DRAWS):
        seed = f"draw {k}"
        lines = [line for line, _ in drawn(check, seed, names)]
        if lines and all(map(is_safe, lines)):
            draws[seed] = [digest(task, seed, line) for line in lines]
        if len(draws) == N_DRAWS:
            break
    return draws
