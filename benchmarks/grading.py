"""How long a class takes to grade: forty honest submissions of one chapter, in one run.

`make grade` in miniature: python benchmarks/grading.py writes what it measured, and on what
machine, to linreg/datasets/measured/grading.json.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

from measuring import record

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "exercises"))

from grader import course  # noqa: E402  # the grader is not installed
from grader.grade import grade  # noqa: E402

CHAPTER, STUDENTS = "ch03", 40


def hand_in(folder):
    """Write a class: a third each with all answers, with every other one, and with none."""
    source, release = [
        course.notebook(course.EXERCISES / kind, CHAPTER).read_text(encoding="utf-8")
        for kind in ("source", "release")
    ]
    half = json.loads(release)
    for place, cell in enumerate(json.loads(source)["cells"]):
        if place % 2 and cell["metadata"].get("nbgrader", {}).get("solution"):
            half["cells"][place]["source"] = cell["source"]
    for student in range(STUDENTS):
        text = (source, json.dumps(half), release)[student % 3]
        (folder / f"student_{student:02}.ipynb").write_text(text, encoding="utf-8")


def main():
    """Grade the class once, and record how long it took."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "handed_in"
        folder.mkdir()
        hand_in(folder)
        start = time.perf_counter()
        left_out = grade(folder, Path(scratch) / "class")
        seconds = time.perf_counter() - start
    if left_out:
        sys.exit(f"not graded: {left_out}")
    result = {
        "what": f"grading {STUDENTS} honest submissions of {CHAPTER}, feedback included",
        "students": STUDENTS,
        "seconds": round(seconds, 1),
    }
    path = record("grading", result)
    print(f"{seconds:.0f} s for {STUDENTS} submissions, recorded in {path}")


if __name__ == "__main__":
    main()
