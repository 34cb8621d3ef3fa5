"""Promise: a teacher marks in the formgrader, safe from what learners wrote, and the mark stays."""

import subprocess
import sys

import pytest
from classroom import answered, hand_in, solutions, table
from jupyter_servers import environment, free_port, serving

from grader import course

HOSTILE = 'Silent above 4,000. <img src="x" onerror="document.title = \'taken\'">'

# The page listens to what is typed once it has fetched the grades and the comments.
LISTENS = "formgrader.grades?.loaded && formgrader.comments?.loaded"


def grader(command, *arguments):
    """Return a command of the grader; Playwright's own loop keeps it out of this process."""
    return [sys.executable, "-m", "grader", command, *map(str, arguments)]


def grade(workspace):
    call = grader("grade", workspace.parent / "in", "--workspace", workspace)
    subprocess.run(call, cwd=course.EXERCISES, check=True, capture_output=True)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """A class of one whose open answer waits for a mark."""
    folder = tmp_path_factory.mktemp("class")
    hand_in(folder / "in", "ann", answered("ch01", solutions("ch01") | {"d1": HOSTILE}))
    grade(folder / "workspace")
    return folder / "workspace"


@pytest.fixture(scope="module")
def formgrader(workspace, tmp_path_factory):
    """The address of the formgrader as `make marks` starts it."""
    port, log = free_port(), workspace / "log.txt"
    options = ["--no-browser", "--allow-root", "--IdentityProvider.token="]
    place = f"--ServerApp.port={port}"
    command = grader("marks", "--workspace", workspace, "--", place, *options)
    own = environment(tmp_path_factory.mktemp("jupyter"))
    with serving(command, port, log, cwd=course.EXERCISES, env=own) as address:
        yield f"{address}/formgrader"


def test_a_mark_given_in_the_formgrader_survives_grading(chromium, workspace, formgrader):
    page = chromium.new_context().new_page()
    page.goto(f"{formgrader}/gradebook/ch01/ch01")
    page.locator("a[href*='formgrader/submissions/']").first.click()
    score, comment = page.locator("input.score").last, page.locator("textarea.comment").last
    score.wait_for()
    page.wait_for_function(LISTENS)
    assert "Silent above 4,000." in page.content()
    assert page.locator("[onerror]").count() == 0
    assert page.title() != "taken"
    with page.expect_response("**/api/grade/*"):
        score.fill("3")
        score.blur()
    with page.expect_response("**/api/comment/*"):
        comment.fill("Name a house.")
        comment.blur()
    page.context.close()

    grade(workspace)
    assert table(workspace)["ann"]["ch01/d1"] == "3"
    assert table(workspace)["ann"]["total"] == "18"
    feedback = (workspace / "feedback/ann/ch01/ch01.html").read_text(encoding="utf-8")
    assert "Name a house." in feedback
    assert "3 of 4" in feedback
    assert "onerror" not in feedback
