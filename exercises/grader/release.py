"""Make what learners get: release notebooks and sealed notes, from the sources.

nbgrader takes out solutions and hidden checks. The result is the same at each run, so that the
committed release can be compared with a fresh one.
"""

import json
import shutil
import tempfile
import tomllib
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbgrader.apps import NbGraderAPI

from grader import course
from linreg.checks.answers import written
from linreg.checks.notes import seal

HIDDEN = ("### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS")


def make_release(chapter, target):
    """Write the release notebook and the sealed notes of a chapter below a folder."""
    with tempfile.TemporaryDirectory() as scratch:
        generate(chapter, course.notebook(course.EXERCISES / "source", chapter), scratch)
        release = course.notebook(Path(scratch) / "release", chapter)
        place = course.notebook(Path(target) / "exercises/release", chapter)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(release, place)
    notes = Path(target) / f"linreg/checks/notes/{chapter}.json"
    notes.parent.mkdir(parents=True, exist_ok=True)
    notes.write_text(sealed_notes(chapter), encoding="utf-8")


def generate(chapter, source, workspace):
    """Let nbgrader make a release in a workspace and enter the chapter into its gradebook."""
    place = course.notebook(Path(workspace) / "source", chapter)
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, place)
    api = NbGraderAPI(config=course.configuration(workspace))
    result = api.generate_assignment(chapter, force=True, create=True)
    if not result["success"]:
        raise RuntimeError(f"nbgrader cannot make {chapter}: {result['log']}")


def sealed_notes(chapter):
    """Return the notes of a chapter as `linreg.checks` reads them: a JSON text."""
    source = course.read(course.notebook(course.EXERCISES / "source", chapter))
    about = [cell.metadata.get("nbgrader", {}) for cell in source.cells]
    points = {cell.get("grade_id", "").removesuffix("-check"): cell.get("points") for cell in about}
    sealed = {
        name: _sealed(f"{chapter}/{name}", task) | {"points": points[name]}
        for name, task in notes(chapter).items()
    }
    return json.dumps(sealed, ensure_ascii=False, indent=1)


def notes(chapter):
    """Return the notes of a chapter in plain words, by task."""
    return tomllib.loads((course.EXERCISES / f"notes/{chapter}.toml").read_text(encoding="utf-8"))


def _sealed(task, about):
    """Return what checks may know of a task; what gives an answer away is sealed."""
    kept = {
        key: about[key] for key in ("otherwise", "relations", "digits", "options") if key in about
    }
    if "options" in about:
        kept["several"] = len(about["right"]) > 1
    answers = [(about["right"], f"right: {about['note']}")] if "right" in about else []
    wrongs = [wrong for wrong in about["wrong"] if "answer" in wrong]
    answers += [(wrong["answer"], f"wrong: {wrong['note']}") for wrong in wrongs]
    if "digits" in about:
        answers = [(written(float(answer), about["digits"]), note) for answer, note in answers]
    return kept | {"sealed": dict(sorted(seal(task, *answer) for answer in answers))}


def make_term(chapter, seed):
    """Write a source whose hidden inputs are drawn from a private seed, executed anew."""
    if not seed.strip() or course.PUBLIC_SEED in seed or not seed.isprintable() or '"' in seed:
        raise ValueError(
            "SEED: give words of your own, with no quotation marks in them, such as maple 4711"
        )
    source = course.read(course.notebook(course.EXERCISES / "source", chapter))
    for cell in source.cells:
        if cell.cell_type == "code":
            cell.source = _reseeded(cell.source, seed)
            cell.outputs, cell.execution_count = [], None
    NotebookClient(source, timeout=60, kernel_name="python3", record_timing=False).execute()
    place = course.notebook(course.TERM / "source", chapter)
    place.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(source, place)


def is_fresh(source, term):
    """Tell whether a term's source still says what the public one does, but for hidden inputs."""
    return [_visible(cell) for cell in source.cells] == [_visible(cell) for cell in term.cells]


def _visible(cell):
    return cell.id, cell.source.partition(HIDDEN[0])[0]


def _reseeded(text, seed):
    """Replace the public seed, in the hidden region alone."""
    before, begin, rest = text.partition(HIDDEN[0])
    hidden, end, after = rest.partition(HIDDEN[1])
    return (
        before + begin + hidden.replace(course.PUBLIC_SEED, seed.replace("\\", "/")) + end + after
    )
