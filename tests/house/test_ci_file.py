"""Promise: the public checks run what anyone can run: commands of the Makefile and of .ci.

A public runner runs them; this holds their steps against the Makefile's commands, and tries the
script that no command of the Makefile calls.
"""

import re
import shutil
import subprocess
import tomllib

import yaml

from notebooks import ROOT

CHECKS = yaml.safe_load((ROOT / ".github/workflows/checks.yml").read_text(encoding="utf-8"))
JOB = CHECKS["jobs"]["everything"]
STEPS = [step for job in CHECKS["jobs"].values() for step in job["steps"]]


def test_every_step_calls_what_is_there():
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    called = [step["run"] for step in STEPS if "run" in step]
    for command in called:
        if command.startswith("make "):
            assert command.split()[1] in targets
        else:
            assert command.startswith("sudo sysctl ") or (ROOT / command.split()[1]).is_file()
    assert {"bash .ci/run", "make test-colab", "make links", "bash .ci/plain"} <= set(called)


def test_the_pythons_are_those_that_the_package_names():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = re.findall(r"Python :: (3\.\d+)", "\n".join(project["classifiers"]))
    assert JOB["strategy"]["matrix"]["python"] == named
    (setup,) = [step for step in JOB["steps"] if "setup-python" in step.get("uses", "")]
    *others, first = setup["with"]["python-version"].split("\n", 2)
    assert set(others) < set(named), "a second Python is at hand for every first"
    assert len(set(others)) == 2
    assert first.strip() == "${{ matrix.python }}"
    assert project["requires-python"] == f">={named[0]}"


def test_only_what_has_passed_is_published_and_no_other_job_may_write():
    writing = {name for name, job in CHECKS["jobs"].items() if "permissions" in job}
    assert writing == {"publish"}
    assert CHECKS["permissions"] == {"contents": "read"}
    publish = CHECKS["jobs"]["publish"]
    assert publish["needs"] == "everything"
    assert "refs/heads/main" in publish["if"]
    assert "pull_request" in publish["if"]


def git(folder, *words):
    done = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def test_the_branch_of_plain_notebooks_holds_these_and_nothing_else(tmp_path, monkeypatch):
    for scope in ("GLOBAL", "SYSTEM"):  # a runner's git knows nobody's name
        monkeypatch.setenv(f"GIT_CONFIG_{scope}", "/dev/null")
    project, home = tmp_path / "project", tmp_path / "home.git"
    git(tmp_path, "init", "--quiet", "--bare", home)
    git(tmp_path, "init", "--quiet", "--initial-branch=main", project)
    git(project, "remote", "add", "origin", home)
    (project / ".ci").mkdir()
    shutil.copy2(ROOT / ".ci/plain", project / ".ci")
    (project / ".gitignore").write_text("_build/\n")
    git(project, "add", ".")
    author = ["-c", "user.name=A", "-c", "user.email=a@localhost"]
    git(project, *author, "commit", "--quiet", "--message=all")
    plain = project / "_build/html/plain"
    (plain / "notebooks").mkdir(parents=True)
    for name in ("01_one", "02_two"):  # the second time without the first chapter
        (plain / f"notebooks/{name}.ipynb").write_text(name)
        subprocess.run(["bash", project / ".ci/plain"], check=True, capture_output=True)
        assert git(home, "ls-tree", "-r", "--name-only", "plain") == f"notebooks/{name}.ipynb\n"
        assert git(home, "show", f"plain:notebooks/{name}.ipynb") == name
        (plain / f"notebooks/{name}.ipynb").unlink()
    assert git(project, "status", "--porcelain") == ""
    assert git(project, "branch", "--format=%(refname:short)") == "main\n"
