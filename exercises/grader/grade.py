"""Grade a class: collect, rebuild, run twice, mark, keep, and report what was not graded."""

import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests

from grader import course, sandbox
from grader.apart import WorkError, apart
from grader.collect import Collected, collect
from grader.collect.verdicts import Found
from grader.execution import execute
from grader.feedback import Feedback
from grader.gradebook import Score, Workspace
from grader.limits import Limits
from grader.marking import mark
from grader.rebuild import rebuild
from grader.sandbox import refusal
from grader.spreadsheet import without_formula, write_table
from grader.storage import StorageError, in_a_sentence
from grader.term import is_fresh

__all__ = ["RefusedError", "grade"]

_LeftOut = list[tuple[str, str]]  # file and reason

_UNSAFE = (
    "\nTo grade without a sandbox all the same, on a machine and an account that hold nothing "
    "of value: make grade SUBMISSIONS=... UNSAFE=1. A submission can then read and change "
    "whatever you can, the gradebook included."
)


class RefusedError(Exception):
    """Grading cannot begin, or not be written down; the message says why and what to do."""


def grade(
    folder: Path | str,
    workspace: Path | str,
    *,
    chapters: list[str] | None = None,
    unsafe: bool = False,
    limits: Limits | None = None,
    say: Callable[[str], object] = print,
) -> _LeftOut:
    """Grade all submissions in a folder; write grades, feedback and what could not be graded.

    Parameters
    ----------
    folder : path
        What a teacher has: notebooks, folders, zips, the download of a learning platform.
    workspace : path
        The class's folder: gradebook, `grades.csv`, `not_graded.csv`, `feedback/`.
    chapters : list of str, optional
        The chapters to grade, such as ``["ch03"]``; all that are found unless named.
    unsafe : bool, default False
        Run without a sandbox where there is none.
    limits : Limits, optional
        What a submission may use; the standard limits unless given.
    say : callable
        Takes each line of the report.

    Returns
    -------
    list of tuple
        File and reason of each submission that could not be graded.

    Raises
    ------
    RefusedError
        If there is no sandbox and `unsafe` is not set, or nothing to grade, or if the workspace
        cannot be read or written.
    """
    why_not = refusal()
    if why_not and not unsafe:
        raise RefusedError(why_not + _UNSAFE)
    skeletons = {name: _source(name) for name in _known(chapters)}
    # By the other chapters' sources their notebooks are known for what they are.
    sources = {name: course.read(course.source(name)) for name in course.chapters()}
    limits = limits or Limits()
    collected = collect(folder, sources | skeletons, only=chapters, bounds=limits.own_work)
    for note in collected.notes:
        say(f"note: {note}")
    if not any(found.file for found in collected.found):
        raise RefusedError(f"{folder} holds no submission: name the folder that does.")
    if unsafe and why_not:
        say("WARNING: no sandbox. Submissions run with all your rights.")
    try:
        run = _Run(Workspace(workspace), skeletons, not why_not, limits, say)
        with sandbox.alone(say):
            failed = run.grade_all(collected.taken)
        refused = [(found.file, found.reason) for found in collected.with_verdict("refused")]
        with in_a_sentence(run.book.folder):
            _report(run.book, collected, refused + failed, say)
    except StorageError as error:
        raise RefusedError(str(error)) from error
    return refused + failed


@dataclass(frozen=True)
class _Skeleton:
    """What a chapter's submissions are laid into: its source, with the release's metadata.

    The metadata hold nbgrader's checksums, by which it knows an answer that was never begun.
    """

    source: NotebookNode
    release: NotebookNode


@dataclass(frozen=True)
class _Submission:
    """What one student handed in for one chapter, on its way to a grade."""

    student: str
    chapter: str
    found: Found
    seen: Path  # where its visible run waits for its hidden one


class _Run:
    """One run over a class: what all its submissions share."""

    def __init__(
        self,
        book: Workspace,
        sources: Mapping[str, NotebookNode],
        sandboxed: bool,
        limits: Limits,
        say: Callable[[str], object],
    ) -> None:
        self.book, self._feedback = book, Feedback(book)
        self._sources, self._skeletons = sources, {}
        self._sandboxed, self._limits, self._say = sandboxed, limits, say
        self._failed: _LeftOut = []

    def grade_all(self, taken: Mapping[tuple[str, str], Found]) -> _LeftOut:
        """Grade all submissions; return those that failed.

        Everybody's visible run comes before anybody's hidden one, and one after the other. Two
        sandboxes signal to each other, at work at once, by locks on the system's files or by load;
        one after the other, by which of those files the machine has in memory. So when a kernel
        runs whose outputs are shown, none has ever held a hidden check. What hidden runs of an
        earlier grading left in memory is dropped first.
        """
        if self._sandboxed:
            sandbox.forget_files()
        with tempfile.TemporaryDirectory() as folder:
            waiting = [
                _Submission(student, chapter, found, Path(folder, f"{place}.ipynb"))
                for place, ((student, chapter), found) in enumerate(sorted(taken.items()))
            ]
            for step, brackets in ((self._run_visible, "()"), (self._grade, "[]")):
                count = len(waiting)
                waiting = [
                    submission
                    for place, submission in enumerate(waiting, start=1)
                    if self._is_done(step, submission, f"{place:3}/{count}".join(brackets))
                ]
        return self._failed

    def _is_done(
        self, step: Callable[[_Submission], str], submission: _Submission, place: str
    ) -> bool:
        """Take a submission through one step, say what became of it, and whether it goes on."""
        start, done = time.monotonic(), True
        try:
            self._enter(submission.chapter)
            result = step(submission)
        except Exception as error:  # one submission never ends the run; its error is reported
            result, done = f"NOT GRADED, an earlier score stands: {_reason(error)}", False
            self._failed.append((submission.found.file, result))
        about = f"{submission.student}, {submission.chapter}: {result}"
        self._say(f"{place} {about} ({time.monotonic() - start:.1f} s)")
        return done

    def _enter(self, chapter: str) -> None:
        """Make a chapter ready, once."""
        if chapter not in self._skeletons:
            self._skeletons[chapter] = self._skeleton(chapter)

    def _run_visible(self, submission: _Submission) -> str:
        """Run a submission as its learner sees it, in a process of its own.

        So none can stall the class, here and in what follows.
        """

        async def work() -> None:
            _, visible = self._rebuilt(submission)
            seen = await execute(visible, limits=self._limits, sandboxed=self._sandboxed)
            submission.seen.write_text(nbformat.v4.writes(seen), encoding="utf-8")

        apart(lambda: asyncio.run(work()), self._limits.own_work)
        return "run without hidden checks"

    def _grade(self, submission: _Submission) -> str:
        """Run a submission with the hidden checks, keep its marks, and write its page."""

        async def work() -> None:
            rebuilt, visible = self._rebuilt(submission)
            seen = nbformat.v4.reads(submission.seen.read_text(encoding="utf-8"))
            hidden = await execute(rebuilt, limits=self._limits, sandboxed=self._sandboxed)
            source = self._skeletons[chapter].source
            self.book.keep(student, chapter, mark(source, seen, hidden), visible)

        student, chapter = submission.student, submission.chapter
        apart(lambda: asyncio.run(work()), self._limits.own_work)
        result = _points(self.book.score(student, chapter))
        if problem := self._feedback_problem(student, chapter):
            self._failed.append((submission.found.file, problem))
            return f"{result}, {problem}"
        return result

    def _rebuilt(self, submission: _Submission) -> tuple[NotebookNode, NotebookNode]:
        """Return what is run: with the hidden checks, and without."""
        skeleton = self._skeletons[submission.chapter]
        rebuilt = rebuild(skeleton.source, skeleton.release, submission.found.notebook)
        visible, _ = ClearHiddenTests().preprocess(deepcopy(rebuilt), {})
        return rebuilt, visible

    def _skeleton(self, chapter: str) -> _Skeleton:
        self.book.enter_chapter(chapter, course.source(chapter))
        released = self.book.released(chapter)
        about = {cell.id: cell.metadata for cell in released.cells}
        source = deepcopy(self._sources[chapter])
        for cell in source.cells:
            cell.metadata = deepcopy(about[cell.id])
        return _Skeleton(source, released)

    def _feedback_problem(self, student: str, chapter: str) -> str:
        """Write the feedback page; a page that cannot be made costs nobody a grade."""
        try:
            self._feedback.get_ready()
            write = partial(self._feedback.write_page, student, chapter)
            apart(write, self._limits.own_work)
        except Exception as error:
            return f"graded, but its feedback page cannot be made: {_reason(error)}"
        return ""


def _source(chapter: str) -> NotebookNode:
    used = course.read(course.source(chapter))
    public = course.read(course.notebook(course.EXERCISES / "source", chapter))
    if not is_fresh(public, used):
        raise RefusedError(
            f"{chapter} has changed since the sources of this term were made: run "
            "`make release SEED=...` again, with the same words or others."
        )
    return used


def _known(chapters: list[str] | None) -> list[str]:
    """Return the chapters that were asked for, or all."""
    unknown = set(chapters or ()) - set(course.chapters())
    if unknown:
        known = ", ".join(course.chapters())
        raise RefusedError(f"There is no {', '.join(sorted(unknown))}: the chapters are {known}.")
    return chapters or course.chapters()


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, WorkError) else f"{type(error).__name__}: {error}"


def _points(score: Score) -> str:
    waiting = f", {score.to_mark} to mark by hand" if score.to_mark else ""
    return f"{score.points:g} of {score.possible:g}{waiting}"


def _report(
    book: Workspace, collected: Collected, left_out: _LeftOut, say: Callable[[str], object]
) -> None:
    rows = [("file", "why"), *(map(without_formula, row) for row in left_out)]
    place = write_table(book.folder / "not_graded.csv", rows)
    for found in collected.with_verdict("superseded"):
        say(f"superseded: {found.file}: {found.reason}")
    ignored = Counter(found.reason for found in collected.with_verdict("ignored"))
    for reason, files in ignored.items():
        say(f"ignored: {files} file{'s' if files > 1 else ''}: {reason}")
    for file, reason in left_out:
        say(f"NOT GRADED: {file}: {reason}")
    say(f"\nGrades: {book.write_grades()}\nFeedback: {book.folder / 'feedback'}")
    if left_out:
        say(f"Not graded: {len(left_out)}, listed with the reasons in {place}")
