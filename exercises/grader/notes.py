"""The notes on the tasks of a chapter, in plain words, and sealed as `linreg.checks` reads them."""

import json
import tomllib
from typing import Any

from grader import course
from grader.cells import grade_id
from linreg.checks.answers import written
from linreg.checks.notes import seal

__all__ = ["notes", "sealed_notes"]

_OPEN = ("otherwise", "relations", "digits", "options")  # what gives no answer away


def notes(chapter: str) -> dict[str, Any]:
    """Return the notes of a chapter in plain words, by task."""
    path = course.EXERCISES / f"notes/{chapter}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def sealed_notes(chapter: str) -> str:
    """Return the notes of a chapter as `linreg.checks` reads them: a JSON text."""
    source = course.read(course.notebook(course.EXERCISES / "source", chapter))
    points = {
        grade_id(cell).removesuffix("-check"): cell.metadata.nbgrader.get("points")
        for cell in source.cells
        if grade_id(cell)
    }
    sealed = {
        name: _sealed(f"{chapter}/{name}", task) | {"points": points[name]}
        for name, task in notes(chapter).items()
    }
    return json.dumps(sealed, ensure_ascii=False, indent=1)


def _sealed(task: str, about: dict[str, Any]) -> dict[str, Any]:
    """Return what checks may know of a task; what gives an answer away is sealed."""
    kept = {key: about[key] for key in _OPEN if key in about}
    if "options" in about:
        kept["several"] = len(about["right"]) > 1
    answers = [(about["right"], f"right: {about['note']}")] if "right" in about else []
    wrongs = [wrong for wrong in about["wrong"] if "answer" in wrong]
    answers += [(wrong["answer"], f"wrong: {wrong['note']}") for wrong in wrongs]
    if "digits" in about:
        answers = [(written(float(answer), about["digits"]), note) for answer, note in answers]
    return kept | {"sealed": dict(sorted(seal(task, *answer) for answer in answers))}
