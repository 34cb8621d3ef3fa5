"""Where the exercises are, what their tasks are, and how to try an answer without a kernel."""

import contextlib
import io
from dataclasses import dataclass, replace
from functools import cache

from nbformat import NotebookNode

from grader import cells, course, notes
from grader.term import HIDDEN, reseeded

CHAPTERS = course.chapters()
DEEPER = [chapter for chapter in CHAPTERS if chapter.endswith("_deeper")]  # of deeper pages
MAIN = [chapter for chapter in CHAPTERS if chapter not in DEEPER]
SOURCES = [course.notebook(course.EXERCISES / "source", chapter) for chapter in CHAPTERS]
IMPORT = "from linreg import checks"  # how the cell of a check begins
SEEDS = ("maple 4711", "a quiet street")  # two private ones
RELEASES = [course.notebook(course.EXERCISES / "release", chapter) for chapter in CHAPTERS]


@dataclass(frozen=True)
class Task:
    """A task that is graded by itself: its cells, and what its notes say."""

    chapter: str
    name: str
    given: tuple[str, ...]  # the locked code cells before it
    solution: str
    stub: str
    check: str
    prints: str  # what the check cell printed for the solution
    points: float
    steps: int  # in how many cells it is checked
    notes: dict

    def __str__(self):
        return f"{self.chapter}/{self.name}"


@dataclass(frozen=True)
class Outcome:
    """What became of an answer: what its check printed, and what it raised if it did."""

    printed: str
    error: Exception | None


def settings(cell: NotebookNode) -> NotebookNode:
    return cell.metadata.get("nbgrader", NotebookNode())


@cache
def tasks(chapter: str) -> list[Task]:
    source, stubs = [
        course.read(course.notebook(course.EXERCISES / folder, chapter))
        for folder in ("source", "release")
    ]
    of_tasks, found, given = notes.notes(chapter), [], []
    of, stub = cells.by_grade_id(source), cells.by_grade_id(stubs)
    for cell in source.cells:
        about = settings(cell)
        if cell.cell_type == "code" and about.get("grade"):
            name = cells.task_of(about.grade_id)
            if found and found[-1].name == name:
                continue  # a further step of the same task
            checks = cells.checks_of(source, name)
            task = Task(
                *(chapter, name, tuple(given), of[name].source, stub[name].source),
                check=in_one([check.source for check in checks]),
                prints=visible_first("".join(map(printed_by, checks))),
                points=sum(settings(check).points for check in checks),
                steps=len(checks),
                notes=of_tasks.get(name, {}),
            )
            found.append(task)
        elif cell.cell_type == "code" and about.get("locked"):
            given.append(cell.source)
    return found


def in_one(checks: list[str]) -> str:
    """The steps of a check as one: all that is visible, then all that is hidden."""
    if len(checks) == 1:
        return checks[0]
    parts = [check.partition(HIDDEN[0]) for check in checks]
    imported = f"{IMPORT}\n\n"
    visible = imported + "\n\n".join(seen.replace(IMPORT, "").strip() for seen, _, _ in parts)
    hidden = "\n".join(rest.partition(HIDDEN[1])[0] for _, _, rest in parts)
    return f"{visible}\n{HIDDEN[0]}\n{hidden}\n{HIDDEN[1]}"


def printed_by(check: NotebookNode) -> str:
    """What the cell of a check printed."""
    return "".join(output.text for output in check.outputs if "text" in output)


def visible_first(printed: str) -> str:
    """The lines that the steps of a check print, in the order of `in_one`."""
    lines = printed.splitlines(keepends=True)
    return "".join(sorted(lines, key=lambda line: line.startswith("hidden> ")))


def wrong_answers(task: Task) -> list[tuple[str, str, str]]:
    """Name, code and message of each wrong answer that a task names."""
    return [
        (
            wrong["name"],
            wrong.get("code") or f"{task.name} = {_value(task, wrong['answer'])}",
            wrong.get("says") or wrong["note"],
        )
        for wrong in task.notes.get("wrong", [])
    ]


def as_handed_in(task: Task) -> str:
    """The right answer as a learner writes it: without the marks of a source."""
    return task.solution.replace("### BEGIN SOLUTION", "").replace("### END SOLUTION", "")


def with_seed(task: Task, seed: str) -> Task:
    """The task as a class with this private seed is graded: hidden inputs are drawn anew."""
    texts = {name: reseeded(getattr(task, name), seed) for name in ("solution", "check")}
    return replace(task, given=tuple(reseeded(text, seed) for text in task.given), **texts)


def _value(task, answer):
    return repr(answer) if "options" in task.notes else answer


def attempt(task: Task, answer: str) -> Outcome:
    """Run an answer and its check in a fresh namespace, hidden part included."""
    names, printed, error = {"__name__": "__main__"}, io.StringIO(), None
    for text in (*task.given, answer):
        exec(text, names)
    with contextlib.redirect_stdout(printed):
        try:
            exec(task.check, names)
        except Exception as raised:
            error = raised
    return Outcome(printed.getvalue(), error)
