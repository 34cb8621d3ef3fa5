"""The notes on the tasks of a chapter, in plain words, and sealed as `linreg.checks` reads them."""

import json
import tomllib
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from typing import Any

from grader import course
from grader.cells import checks_of
from linreg.checks.answers import THOUSANDFOLD, written
from linreg.checks.notes import PASSED, seal

__all__ = ["notes", "sealed_notes"]

_OPEN = ("otherwise", "relations", "digits", "options", "positive")  # what gives no answer away
_UNITS = {
    -1: "The size is right, the sign is not.",
    1000: f"{THOUSANDFOLD}: in which unit is it asked for?",
    1 / 1000: "This is a thousandth of the right number: in which unit is it asked for?",
    100: "This is a hundred times the right number: is it asked for in percent?",
    1 / 100: "This is a hundredth of the right number: is it asked for in percent?",
}


def notes(chapter: str) -> dict[str, Any]:
    """Return the notes of a chapter in plain words, by task."""
    path = course.EXERCISES / f"notes/{chapter}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def sealed_notes(chapter: str) -> str:
    """Return the notes of a chapter as `linreg.checks` reads them: a JSON text."""
    source = course.read(course.notebook(course.EXERCISES / "source", chapter))
    sealed = {}
    for name, task in notes(chapter).items():
        steps = [cell.metadata.nbgrader["points"] for cell in checks_of(source, name)]
        worth = {"points": sum(steps), "steps": len(steps)}
        sealed[name] = _sealed(f"{chapter}/{name}", task) | worth
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
        answers = _numbers(answers, about["digits"]).items()
    if "insight" in about:
        work = f' See it at work: checks.houses("{task}")' if "houses" in about else ""
        answers = [*answers, (PASSED, f"right: {about['insight']}{work}")]
    return kept | {"sealed": dict(sorted(seal(task, *answer) for answer in answers))}


def _numbers(answers: list[tuple[str, str]], digits: int) -> dict[str, str]:
    """Return the notes on numbers, and further ones on the right number in another form.

    A number that is both a rounding of the right one and a named wrong answer gets both notes.
    """
    of = {written(float(answer), digits): note for answer, note in answers}
    right = Decimal(answers[0][0])
    for places in range(2, digits + 1):
        says = f"This is the right number to {places} digits only: give more of them."
        if places == digits:
            says = "The last digit is cut off: round it."
        for rounding in (ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_DOWN):
            rounded = Context(prec=places, rounding=rounding).create_decimal(right)
            short = written(float(rounded), digits)
            named = of.get(short)
            if named is None:
                of[short] = f"wrong: {says}"
            elif named.startswith("wrong: ") and says not in named and "digits only" not in named:
                of[short] = f"wrong: {says} If you did not round: {named.removeprefix('wrong: ')}"
    for answer, note in answers[1:]:  # a wrong number is the same one with fewer digits
        for places in range(3, digits):
            of.setdefault(written(float(f"{float(answer):.{places}g}"), digits), note)
    for factor, says in _UNITS.items():
        of.setdefault(written(factor * float(right), digits), f"wrong: {says}")
    return of
