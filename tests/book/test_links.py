"""Promise: `make links` asks every address outside that the book names, and names the dead ones.

The links inside the book are followed by tests/browser/test_pages.py, on each page.
"""

import subprocess

import pytest
from serving import serving
from test_make import make_project, write_chapter


@pytest.fixture
def outside(tmp_path):
    """The address of a server of another project, which has one page."""
    (tmp_path / "there.html").write_text("<title>There</title>")
    with serving(tmp_path) as address:
        yield address.rstrip("/")


def make_links(project):
    done = subprocess.run(["make", "links"], cwd=project, capture_output=True, text=True)
    print(done.stdout, done.stderr)  # pytest shows it where a test fails
    return done.returncode == 0, (project / "_build/links/_build/html/output.txt").read_text()


def test_a_dead_address_is_named_until_it_is_mended(tmp_path, outside):
    (tmp_path / "project").mkdir()
    project = make_project(tmp_path / "project", 1)
    alive = f"[a page]({outside}/there.html)"
    write_chapter(project, 1, "print(1)", prose=f"{alive}, [another]({outside}/gone.html)")
    passed, said = make_links(project)
    assert not passed
    (line,) = said.splitlines()
    assert "01_chapter" in line
    assert f"[broken] {outside}/gone.html" in line
    write_chapter(project, 1, "print(1)", prose=alive)
    assert make_links(project) == (True, "")
