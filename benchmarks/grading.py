"""How long a class takes to grade: forty honest submissions of one chapter, in one run.

`make grade` in miniature: python benchmarks/grading.py writes what it measured, and on what
machine, to linreg/datasets/measured/grading.json.
"""

import json
import os
import platform
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "exercises"))

from grader import course  # noqa: E402  # the grader is not installed
from grader.grade import grade  # noqa: E402

RECORD = ROOT / "linreg/datasets/measured/grading.json"
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


def processor():
    """Return the processor's name as Linux tells it."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


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
    record = {
        "what": f"grading {STUDENTS} honest submissions of {CHAPTER}, feedback included",
        "students": STUDENTS,
        "seconds": round(seconds, 1),
        "machine": {
            "processor": processor(),
            "cores": len(os.sched_getaffinity(0)),
            "system": platform.system(),
            "python": platform.python_version(),
        },
        "date": date.today().isoformat(),
    }
    RECORD.parent.mkdir(parents=True, exist_ok=True)
    RECORD.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    print(f"{seconds:.0f} s for {STUDENTS} submissions, recorded in {RECORD}")


if __name__ == "__main__":
    main()
