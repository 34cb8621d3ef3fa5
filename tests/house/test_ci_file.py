"""Promise: the public checks run what anyone can run: commands of the Makefile and of .ci/run.

A public runner runs them; this holds their steps against the Makefile's commands.
"""

import re
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
            assert command == "bash .ci/run" or command.startswith("sudo sysctl ")
    assert {"bash .ci/run", "make test-colab"} <= set(called)


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
