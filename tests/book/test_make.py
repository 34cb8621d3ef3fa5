"""Promise: `make book` runs what has changed, all of it and no more, and never hides a fault."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
TOC = """\
format: jb-book
root: book/index
chapters:
  - file: notebooks/01_one
  - file: notebooks/02_two
"""


def write_chapter(house, name, code, prose="Words."):
    cells = [
        nbformat.v4.new_markdown_cell(f"# {name}\n\n{prose}"),
        nbformat.v4.new_code_cell(code),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), house / "notebooks" / f"{name}.ipynb")


@pytest.fixture
def house(tmp_path):
    """A small copy of the house: its build, its `linreg`, and two chapters of one cell."""
    for name in ["Makefile", "_config.yml", "requirements.txt", "pyproject.toml"]:
        shutil.copy2(ROOT / name, tmp_path)  # with its date, so that nothing is installed again
    for name in ["linreg", "book"]:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "_toc.yml").write_text(TOC)
    (tmp_path / "book" / "index.md").write_text("# Front\n\nWords.\n")
    write_chapter(tmp_path, "01_one", "print(1)")
    write_chapter(tmp_path, "02_two", "print(2)")
    return tmp_path


def change(file):
    """Add a line and keep the date: what decides is the text, and nothing is installed again."""
    date = file.stat().st_mtime
    file.write_text(file.read_text() + "\n# changed\n")
    os.utime(file, (date, date))


def make_book(house):
    """Run `make book`; return whether it passed, and the chapters it executed."""
    done = subprocess.run(["make", "book"], cwd=house, capture_output=True, text=True)
    output = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)
    executed = re.findall(r"(\w+)\.ipynb: Executed notebook", output)
    return done.returncode == 0, sorted(executed)


def test_only_what_has_changed_is_executed_again(house):
    assert make_book(house) == (True, ["01_one", "02_two"])
    assert (house / "_build" / "html" / "index.html").exists()
    assert make_book(house) == (True, [])

    write_chapter(house, "02_two", "print(22)")
    assert make_book(house) == (True, ["02_two"])
    write_chapter(house, "01_one", "print(1)", prose="Other words.")
    assert make_book(house) == (True, [])
    assert "Other words." in (house / "_build" / "html" / "notebooks" / "01_one.html").read_text()

    style = house / "book" / "assets" / "book.css"
    style.write_text(style.read_text() + "\n/* changed */\n")
    assert make_book(house) == (True, [])
    assert "changed" in (house / "_build" / "html" / "_static" / "book.css").read_text()

    for name in ["linreg/result.py", "requirements.txt"]:
        change(house / name)
        assert make_book(house) == (True, ["01_one", "02_two"]), name


def tell_chapter(house, number, question):
    """Write a chapter that says of itself what the book tells of it."""
    path = house / "notebooks" / f"0{number}_told.ipynb"
    said = f"# {number} · Told\n\n**The question.** {question}\n\n**Time.** 5 minutes to read."
    cells = [nbformat.v4.new_markdown_cell(said), nbformat.v4.new_code_cell(f"print({number})")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)


def test_a_new_question_reaches_the_neighbour_and_the_front_page(house):
    chapters = "".join(f"      - file: notebooks/0{number}_told\n" for number in (1, 2))
    toc = f"format: jb-book\nroot: book/index\nparts:\n  - caption: One\n    chapters:\n{chapters}"
    (house / "_toc.yml").write_text(toc)
    (house / "book" / "index.md").write_text("# Front\n\n```{chapters}\n```\n")
    for number in (1, 2):
        tell_chapter(house, number, "What was asked?")
    assert make_book(house) == (True, ["01_told", "02_told"])
    assert make_book(house) == (True, [])

    tell_chapter(house, 2, "What is asked now?")
    assert make_book(house) == (True, [])
    for page in ["notebooks/01_told.html", "book/index.html"]:
        assert "What is asked now?" in (house / "_build" / "html" / page).read_text()


@pytest.mark.parametrize(
    ("code", "prose"),
    [
        ("1 / 0", "Words."),
        ("import sys; print('noise', file=sys.stderr)", "Words."),
        ("print(1)", "A link to {ref}`nowhere`."),
        ("print(1)", "A source that is not there, {cite:p}`nobody1900`."),
    ],
    ids=["an error", "output on stderr", "a dead reference", "a missing source"],
)
def test_a_fault_fails_the_build_and_the_next_one_too(house, code, prose):
    write_chapter(house, "02_two", code, prose)
    assert not make_book(house)[0]
    assert not make_book(house)[0]
    write_chapter(house, "02_two", "print(2)")
    assert make_book(house)[0]


def test_stored_outputs_are_left_alone(house):
    before = (house / "notebooks" / "01_one.ipynb").read_bytes()
    assert make_book(house)[0]
    assert (house / "notebooks" / "01_one.ipynb").read_bytes() == before


def test_help_names_every_command():
    makefile = (ROOT / "Makefile").read_text()
    commands = re.findall(r"^([a-z]+):", makefile, flags=re.MULTILINE)
    shown = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert re.findall(r"^  make (\w+)", shown, flags=re.MULTILINE) == commands
