"""Find out who handed in what, in whatever form a teacher has it, and read it with suspicion."""

from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from grader.apart import Bounds, WorkError, apart
from grader.collect.attempts import choose, forgive_companions
from grader.collect.chapters import Chapter
from grader.collect.files import File, is_notebook
from grader.collect.names import label_of
from grader.collect.verdicts import Found, judge
from grader.collect.whole_class import class_files
from grader.collect.workspaces import set_aside
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
    folder: Path | str,
    skeletons: Mapping[str, NotebookNode],
    only: Collection[str] | None = None,
    bounds: Bounds | None = None,
) -> Collected:
    """Find every student's notebook for every chapter in a folder, and read it.

    The folder may hold notebooks named after students, a folder or a zip for each student,
    folders named for chapters with any of these in them, one zip of them all, or what Moodle,
    Canvas, nbgrader or a JupyterHub collected. Every file gets a verdict.

    - A folder or zip that stands alone is the class's if it holds several names for one chapter,
      or students as a platform names them; it is a student's if it holds a notebook named for a
      chapter alone.
    - The outermost folder, zip or file names the student, by itself: nobody else's files change
      that. Names inside a student's folder or zip do not count, so that nobody can hand in under
      another's name.
    - The chapters are those that the notebook's cells answer; between equals the names decide.
    - Of several attempts the latest that can be read is taken: by the platform's time, then by
      the number that it or a browser added, the file's time, and its name. One in which nothing
      is answered comes before all others.
    - Files that differ are attempts where a platform's name, or one folder or zip and the same
      words inside, say that one student did them. Elsewhere all of them are refused.

    Parameters
    ----------
    folder : Path or str
        The folder, or a single file.
    skeletons : mapping of str to NotebookNode
        The sources of the exercises by chapter, as in {"ch03": ...}.
    only : collection of str, optional
        The chapters to take; notebooks of others are ignored.
    bounds : Bounds, optional
        What reading a file may use, or a student's zip with all in it; the standard bounds unless
        given.

    Returns
    -------
    Collected
    """
    folder = Path(folder)
    if not folder.exists():
        raise FileNotFoundError(f"{folder} is not there: name the folder with the submissions.")
    notes: list[str] = []
    chapters = {name: Chapter(source) for name, source in skeletons.items()}
    for chapter in chapters.values():
        chapter.get_ready()

    def judged(file: File) -> list[Found]:
        return judge(file, label_of(file.path, depth, folder.name), chapters, only)

    with ExitStack() as stack:
        files, depth = class_files(folder, stack, notes)
        found = [found for file in files for found in _judged(file, judged, bounds or Bounds())]
    choose(found)
    forgive_companions(found)
    return Collected(sorted(found, key=lambda each: each.file), notes)


def _judged(file: File, judged: Callable[[File], list[Found]], bounds: Bounds) -> list[Found]:
    """Give verdicts on a file, or on all that a student's zip holds.

    Whatever is read is read in a process of its own: a few megabytes can become a gigabyte.
    """
    if not (is_notebook(file.path[-1]) or can_be_opened(file)):
        return judged(file)
    try:
        return apart(lambda: [found for each in _opened(file) for found in judged(each)], bounds)
    except WorkError as error:
        file.problem = f"cannot be read: reading it {error}"
        return judged(file)


def _opened(file: File) -> list[File]:
    """Return what a student's zip holds, or the file itself."""
    if not can_be_opened(file):
        return [file]
    members = list(unzip_student(file))
    set_aside(members)
    return members
