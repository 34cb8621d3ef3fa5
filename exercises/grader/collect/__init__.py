"""Find out who handed in what, in whatever form a teacher has it, and read it with suspicion."""

from collections.abc import Collection, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from grader.collect.students import name_students
from grader.collect.verdicts import Found, forgive_companions, judge, take_latest
from grader.collect.whole_class import class_files
from grader.collect.zips import can_be_opened, unzip_student

__all__ = ["Collected", "collect"]


@dataclass
class Collected:
    """All that was found: a verdict on every file, and notes on how names were read."""

    found: list[Found]
    notes: list[str]

    def with_verdict(self, verdict: str) -> list[Found]:
        """List the files with one verdict."""
        return [found for found in self.found if found.verdict == verdict]

    @property
    def taken(self) -> dict[tuple[str, str], Found]:
        """What is to be graded, by student and chapter."""
        return {(found.student, found.chapter): found for found in self.with_verdict("taken")}


def collect(
    folder: Path | str, skeletons: Mapping[str, NotebookNode], only: Collection[str] | None = None
) -> Collected:
    """Find every student's notebook for every chapter in a folder, and read it.

    The folder may hold notebooks named after students, a folder or a zip for each student,
    folders named for chapters with any of these in them, one zip of them all, or what Moodle,
    Canvas, nbgrader or a JupyterHub collected. Every file gets a verdict.

    - A folder or zip that stands alone is the class's, unless a platform named it for a student
      or something right in it is named for a chapter: then it is one student's.
    - The outermost folder, zip or file names the student. Names inside a student's folder or zip
      do not count, so that nobody can hand in under another's name.
    - The chapter is the one with most of the notebook's cells; between equals the names decide.
    - Of several attempts the latest that can be read is taken: by the platform's time, then by
      the number that it or a browser added, the file's time, and its name.

    Parameters
    ----------
    folder : Path or str
        The folder, or a single file.
    skeletons : mapping of str to NotebookNode
        The sources of the exercises by chapter, as in {"ch03": ...}.
    only : collection of str, optional
        The chapters to take; notebooks of others are ignored.

    Returns
    -------
    Collected
    """
    folder = Path(folder)
    if not folder.exists():
        raise FileNotFoundError(f"{folder} is not there: name the folder with the submissions.")
    notes: list[str] = []
    with ExitStack() as stack:
        files, depth = class_files(folder, stack, notes)
        found = [
            judge(file, depth, skeletons, only)
            for outer in files
            for file in (unzip_student(outer) if can_be_opened(outer) else [outer])
        ]
    notes += name_students(found)
    take_latest(found)
    forgive_companions(found)
    return Collected(sorted(found, key=lambda each: each.file), notes)
