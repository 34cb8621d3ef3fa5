"""Make what learners get: release notebooks and sealed notes, from the sources.

nbgrader takes out solutions and hidden checks. The result is the same at each run, so that the
committed release can be compared with a fresh one.
"""

import shutil
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.apps import NbGraderAPI
from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import SaveCells

from grader import course
from grader.nbgrader_setup import configuration
from grader.notes import sealed_notes
from grader.practice import practice

__all__ = ["enter_chapter", "make_release"]


def make_release(chapter: str, target: Path | str) -> None:
    """Write a chapter's release notebook, its sealed notes and its practice below a folder."""
    source = course.read(course.notebook(course.EXERCISES / "source", chapter))
    place = course.notebook(Path(target) / "exercises/release", chapter)
    place.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(_released(source), place)
    for kind, text in {"notes": sealed_notes(chapter), "practice": practice(chapter)}.items():
        file = Path(target) / f"linreg/checks/{kind}/{chapter}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def enter_chapter(chapter: str, source: Path, workspace: Path) -> None:
    """Let nbgrader make a release in a workspace and enter the chapter into its gradebook."""
    place = course.notebook(Path(workspace) / "source", chapter)
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, place)
    api = NbGraderAPI(config=configuration(workspace))
    result = api.generate_assignment(chapter, force=True, create=True)
    if not result["success"]:
        raise RuntimeError(f"nbgrader cannot make {chapter}: {result['log']}")


def _released(source: NotebookNode) -> NotebookNode:
    """Take a source through nbgrader's own steps, but for the one that needs a gradebook."""
    config = configuration(course.EXERCISES)
    steps = GenerateAssignment(coursedir=CourseDirectory(config=config), config=config)
    notebook, resources = source, {}
    for step in steps.preprocessors:
        if step is not SaveCells:
            notebook, resources = step(config=config).preprocess(notebook, resources)
    return notebook
