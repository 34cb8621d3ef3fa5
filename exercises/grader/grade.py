"""Grade a class: collect, rebuild, run twice, mark, record, and tell what could not be graded."""

import asyncio
import csv
import time
from collections import Counter
from copy import deepcopy
from dataclasses import dataclass

from nbgrader.preprocessors import ClearHiddenTests

from grader import course, release
from grader.collect import collect
from grader.execution import Limits, execute
from grader.gradebook import Workspace, harmless
from grader.marking import mark
from grader.rebuild import rebuild
from grader.sandbox import refusal

UNSAFE = (
    "\nTo grade without a sandbox all the same, on a machine and an account that hold nothing "
    "of value: make grade SUBMISSIONS=... UNSAFE=1. A submission can then read and change "
    "whatever you can, the gradebook included."
)


class RefusedError(Exception):
    """Grading has not begun; the message says why and what to do."""


@dataclass(frozen=True)
class Skeleton:
    """What a chapter's submissions are laid into: its source, with the release's metadata.

    The metadata hold nbgrader's checksums, by which it knows an answer that was never begun.
    """

    source: object
    release: object


def grade(folder, workspace, *, chapters=None, unsafe=False, limits=Limits(), say=print):  # noqa: B008
    """Grade all submissions in a folder; write grades, feedback and what could not be graded.

    Parameters
    ----------
    folder : path
        What a teacher has: notebooks, folders, zips, the download of a learning platform.
    workspace : path
        The class's folder: gradebook, `grades.csv`, `not_graded.csv`, `feedback/`.
    chapters : list of str, optional
        The chapters to grade, such as ``["ch03"]``; all that are found unless told otherwise.
    unsafe : bool, default False
        Run without a sandbox where there is none.
    limits : Limits
        What a submission may use.
    say : callable
        Takes each line of the report.

    Returns
    -------
    list of tuple
        File and reason of each submission that could not be graded.

    Raises
    ------
    RefusedError
        If there is no sandbox and `unsafe` is not set, or nothing to grade.
    """
    why_not = refusal()
    if why_not and not unsafe:
        raise RefusedError(why_not + UNSAFE)
    skeletons = {name: _source(name) for name in _all(chapters)}
    collected = collect(folder, skeletons, only=chapters)
    for note in collected.notes:
        say(f"note: {note}")
    if not any(found.file for found in collected.found):
        raise RefusedError(f"{folder} holds no submission: name the folder that does.")
    if unsafe and why_not:
        say("WARNING: no sandbox. Submissions run with all your rights.")
    book = Workspace(workspace)
    failed = asyncio.run(_grade_all(collected.taken, skeletons, book, not why_not, limits, say))
    left_out = [(found.file, found.reason) for found in collected.with_verdict("refused")] + failed
    _report(book, collected, left_out, say)
    return left_out


async def _grade_all(taken, skeletons, book, sandboxed, limits, say):
    """Grade one submission after another; return those that failed."""
    failed, ready = [], {}
    for place, ((student, chapter), found) in enumerate(sorted(taken.items()), start=1):
        start = time.monotonic()
        try:
            if chapter not in ready:
                ready[chapter] = _skeleton(skeletons[chapter], book, chapter)
            rebuilt, marked = await _run_twice(ready[chapter], found.notebook, sandboxed, limits)
            book.record(student, chapter, marked, rebuilt)
            result = _told(book.score(student, chapter))
        except Exception as error:  # one submission never ends the run; what it was is told
            result = f"NOT GRADED, an earlier score stands: {type(error).__name__}: {error}"
            failed.append((found.file, result))
        else:
            result += _feedback(book, student, chapter, found, failed)
        seconds = time.monotonic() - start
        say(f"[{place:3}/{len(taken)}] {student}, {chapter}: {result} ({seconds:.1f} s)")
    return failed


def _feedback(book, student, chapter, found, failed):
    """Write the feedback page; a page that cannot be made costs nobody a grade."""
    try:
        book.write_feedback(student, chapter)
    except Exception as error:
        problem = f"graded, but its feedback page cannot be made: {type(error).__name__}: {error}"
        failed.append((found.file, problem))
        return f", {problem}"
    return ""


def _skeleton(source, book, chapter):
    book.enter_chapter(chapter, course.source(chapter))
    released = book.released(chapter)
    about = {cell.id: cell.metadata for cell in released.cells}
    source = deepcopy(source)
    for cell in source.cells:
        cell.metadata = deepcopy(about[cell.id])
    return Skeleton(source, released)


async def _run_twice(skeleton, submitted, sandboxed, limits):
    rebuilt = rebuild(skeleton.source, skeleton.release, submitted)
    visible, _ = ClearHiddenTests().preprocess(deepcopy(rebuilt), {})
    # One after the other: two sandboxes at work at once can signal to each other, by locks on the
    # system's files, by load. The kernel whose outputs are shown ends before any hidden check runs.
    seen = await execute(visible, limits=limits, sandboxed=sandboxed)
    hidden = await execute(rebuilt, limits=limits, sandboxed=sandboxed)
    return visible, mark(skeleton.source, seen, hidden)


def _source(chapter):
    used = course.read(course.source(chapter))
    public = course.read(course.notebook(course.EXERCISES / "source", chapter))
    if not release.is_fresh(public, used):
        raise RefusedError(
            f"{chapter} has changed since the sources of this term were made: run "
            "`make release SEED=...` again, with the same words or others."
        )
    return used


def _all(chapters):
    unknown = set(chapters or ()) - set(course.chapters())
    if unknown:
        known = ", ".join(course.chapters())
        raise RefusedError(f"There is no {', '.join(sorted(unknown))}: the chapters are {known}.")
    return chapters or course.chapters()


def _told(score):
    waiting = f", {score.to_mark} to mark by hand" if score.to_mark else ""
    return f"{score.points:g} of {score.possible:g}{waiting}"


def _report(book, collected, left_out, say):
    place = book.folder / "not_graded.csv"
    with place.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("file", "why"), *(map(harmless, row) for row in left_out)])
    for found in collected.with_verdict("superseded"):
        say(f"superseded: {found.file}: {found.reason}")
    ignored = Counter(found.reason for found in collected.with_verdict("ignored"))
    for reason, files in ignored.items():
        say(f"ignored: {files} files: {reason}")
    for file, reason in left_out:
        say(f"NOT GRADED: {file}: {reason}")
    say(f"\nGrades: {book.write_grades()}\nFeedback: {book.folder / 'feedback'}")
    if left_out:
        say(f"Not graded: {len(left_out)}, listed with the reasons in {place}")
