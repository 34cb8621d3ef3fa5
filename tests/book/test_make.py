"""Promise: `make book` runs what has changed, all of it and no more, and never hides a fault.

A build takes seconds, so two small copies of the project serve for all: one in which one thing
after another changes, and one with a fault of every kind that is left with a single one.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import nbformat

ROOT = Path(__file__).parents[2]
QUESTION = "What was asked?"
# What Jupyter's client may say on a busy machine when it leaves a kernel: it is not of the book.
OF_THE_WIRE = "ERROR:tornado.general:Uncaught exception in ZMQStream callback"


class Build(NamedTuple):
    """What a run of `make book` came to: its exit, the chapters it executed, its warnings.

    What a library says of its own work (INFO) counts as a warning: the reader can do without.
    """

    passed: bool
    executed: list[str]
    warnings: list[str]


def write_chapter(project, number, code, prose="Words.", question=QUESTION):
    """Write a chapter of one cell that says of itself what the book's navigation needs."""
    head = f"# {number} · Title\n\n**The question.** {question}\n\n**Time.** 5 minutes to read."
    cells = [
        nbformat.v4.new_markdown_cell(head, id="head"),
        nbformat.v4.new_markdown_cell(prose, id="prose"),
        nbformat.v4.new_code_cell(code, id="code"),
    ]
    path = project / "notebooks" / f"0{number}_chapter.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)


def make_project(folder, n_chapters):
    """Copy what the build needs, with as many chapters of one cell."""
    packages = ["package.json", "package-lock.json", "requirements.txt", "pyproject.toml"]
    for name in ["Makefile", "_config.yml", *packages]:
        shutil.copy2(ROOT / name, folder)  # with its date, so that nothing is installed again
    for name in ["linreg", "book"]:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in [".venv", "node_modules"]:
        (folder / name).symlink_to(ROOT / name)
    (folder / "notebooks").mkdir()
    numbers = range(1, n_chapters + 1)
    files = "".join(f"      - file: notebooks/0{number}_chapter\n" for number in numbers)
    toc = f"format: jb-book\nroot: book/index\nparts:\n  - caption: One\n    chapters:\n{files}"
    (folder / "_toc.yml").write_text(toc)
    (folder / "book" / "index.md").write_text("# Front\n\n```{chapters}\n```\n")
    for number in numbers:
        write_chapter(folder, number, f"print({number})")
    return folder


def change(file, text="\n# changed\n"):
    """Add a line and keep the date: what decides is the text, and nothing is installed again."""
    date = file.stat().st_mtime
    file.write_text(file.read_text() + text)
    os.utime(file, (date, date))


def make_book(project):
    done = subprocess.run(["make", "book"], cwd=project, capture_output=True, text=True)
    output = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)
    print(output)  # pytest shows it where a test fails
    executed = re.findall(r"(\w+)_chapter\.ipynb: Executed notebook", output)
    lines = [line for line in output.splitlines() if not line.startswith(OF_THE_WIRE)]
    warnings = [line for line in lines if re.search(r"\b(WARNING|ERROR|INFO)\b", line)]
    return Build(done.returncode == 0, sorted(executed), warnings)


def page(project, name):
    return (project / "_build" / "html" / name).read_text()


def test_only_what_has_changed_is_executed_again(tmp_path):
    project = make_project(tmp_path, 2)
    stored = {path: path.read_bytes() for path in project.glob("notebooks/*")}
    assert make_book(project) == (True, ["01", "02"], [])
    assert "Front" in page(project, "index.html") + page(project, "book/index.html")
    assert make_book(project) == (True, [], [])
    assert {path: path.read_bytes() for path in project.glob("notebooks/*")} == stored

    # What a chapter asks stands on the front page and beside its neighbours' "next" too.
    write_chapter(project, 2, "print(2)", prose="Other words.", question="What is asked now?")
    assert make_book(project) == (True, [], [])
    assert "Other words." in page(project, "notebooks/02_chapter.html")
    for name in ["notebooks/01_chapter.html", "book/index.html"]:
        assert "What is asked now?" in page(project, name)

    write_chapter(project, 2, "print(22)")
    assert make_book(project) == (True, ["02"], [])


# A build in name only: it makes what a build leaves behind, and says what it found of an earlier
# one. Whether Sphinx has to read, or a kernel to run, is decided before.
NAMED_BUILD = f"""#!{sys.executable}
from pathlib import Path

for name in [".jupyter_cache", ".doctrees", "html"]:
    folder = Path("_build") / name
    print("found" if folder.exists() else "made", name)
    folder.mkdir(parents=True, exist_ok=True)
"""


def made_anew(project):
    """What `make book` does not take from the build before."""
    done = subprocess.run(
        ["make", "book", "BIN=bin"], cwd=project, capture_output=True, text=True, check=True
    )
    return set(re.findall(r"^made (\S+)$", done.stdout, re.MULTILINE))


EXECUTED_AGAIN, WRITTEN_AGAIN = {".jupyter_cache", ".doctrees", "html"}, {".doctrees", "html"}


def test_all_is_executed_again_where_code_or_pins_change_and_written_again_for_a_new_look(tmp_path):
    project = make_project(tmp_path, 1)
    (project / "bin").mkdir()
    (project / "bin" / "python").symlink_to(sys.executable)
    (project / "bin" / "jupyter-book").write_text(NAMED_BUILD)
    (project / "bin" / "jupyter-book").chmod(0o755)
    assert made_anew(project) == EXECUTED_AGAIN
    assert made_anew(project) == set()
    for name in ["linreg/result.py", "linreg/labs/kit/chart.js", "requirements.txt"]:
        change(project / name)
        assert made_anew(project) == EXECUTED_AGAIN, name
    for name in ["assets/book.css", "extensions/look.py", "top/index.html"]:
        change(project / "book" / name)
        assert made_anew(project) == WRITTEN_AGAIN, name
    for name in ["_config.yml", "package-lock.json"]:
        change(project / name)
        assert made_anew(project) == WRITTEN_AGAIN, name
    assert made_anew(project) == set()


FAULTS = {  # a chapter's code and prose, and what the build says of it
    "an error": ("1 / 0", "Words.", "ZeroDivisionError|Executing notebook failed"),
    "output on stderr": ("import sys; print('noise', file=sys.stderr)", "Words.", "stderr"),
    "a dead reference": ("print(3)", "A link to {ref}`nowhere`.", "undefined label: 'nowhere'"),
    "a missing source": ("print(1)", "A source, {cite:p}`nobody1900`.", "nobody1900"),
    "no plain form": ("print(1)", "```{note}\nWords.\n```", r"\{note\} has no plain form"),
}


def write_faults(project, kinds):
    """Give each fault a chapter of its own, and mend the chapters of all others."""
    for number, (kind, (code, prose, _)) in enumerate(FAULTS.items(), start=1):
        write_chapter(project, number, *([code, prose] if kind in kinds else [f"print({number})"]))


def faults_found(build):
    """The kinds of fault of which a warning names the chapter and says what is wrong."""
    return {
        kind
        for number, (kind, (_, _, says)) in enumerate(FAULTS.items(), start=1)
        if any(f"0{number}_chapter" in line and re.search(says, line) for line in build.warnings)
    }


def test_faults_fail_the_build_and_the_next_one_too_until_they_are_mended(tmp_path):
    project = make_project(tmp_path, len(FAULTS))
    # What of the faults is left is not built anew: a cache could hide the one, and a page that
    # stands already the other.
    left = {"output on stderr", "a dead reference"}
    for kinds in (set(FAULTS), left):
        write_faults(project, kinds)
        build = make_book(project)
        assert not build.passed
        assert faults_found(build) == kinds
    write_faults(project, [])
    assert make_book(project) == (True, ["02"], [])


def test_help_names_every_command():
    makefile = (ROOT / "Makefile").read_text()
    commands = re.findall(r"^([a-z-]+):", makefile, flags=re.MULTILINE)
    shown = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert re.findall(r"^  make ([\w-]+)", shown, flags=re.MULTILINE) == commands
