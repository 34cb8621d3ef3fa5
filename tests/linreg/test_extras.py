"""Promise: where a library is missing, the error says how to get it."""

import subprocess
import sys

import pytest

from notebooks import ROOT

# What is imported, the library that is missing, and the extra that brings it.
NEEDS = [
    ("linreg.with_numpy", "numpy", "numpy"),
    ("linreg.with_torch", "torch", "torch"),
    ("linreg.optimizers", "numpy", "numpy"),
    ("linreg.least_squares", "numpy", "numpy"),
    ("linreg.error_free", "numpy", "numpy"),
    ("linreg.at_scale", "numpy", "numpy"),
    ("linreg.at_scale as it; it.fit_dask(0, 0)", "distributed", "scale"),
    ("linreg.at_scale as it; next(it.read_chunks('a.csv', 'b', 'c'))", "pandas", "scale"),
    ("linreg.at_scale as it; next(it.read_chunks('a.parquet', 'b', 'c'))", "pyarrow", "scale"),
    ("linreg.at_scale as it; next(it.read_chunks('a.csv', 'b', 'c'))", "rich", "scale"),
    ("linreg.inference", "numpy", "numpy"),
    ("linreg.inference as it; it.infer([[1], [2], [4]], [1, 2, 3]).intervals()", "scipy", "stats"),
    ("linreg.covariances", "numpy", "numpy"),
    ("linreg.diagnostics", "numpy", "numpy"),
    ("linreg.posterior", "numpy", "numpy"),
    ("linreg.robust", "numpy", "numpy"),
    ("linreg.scores", "numpy", "numpy"),
    ("linreg.robust as it; it.least_absolute_deviations([[1]], [1])", "scipy", "stats"),
    ("linreg.features", "numpy", "numpy"),
    ("linreg.penalized", "numpy", "numpy"),
    ("linreg.lasso", "numpy", "numpy"),
    ("linreg.estimators", "sklearn", "estimators"),
    ("linreg.proximal", "numpy", "numpy"),
    ("linreg.labs", "anywidget", "labs"),
    ("linreg.labs", "numpy", "labs"),
    ("linreg.plots as plots; plots.subplots()", "matplotlib", "plots"),
]
PROGRAM = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == {library!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Missing())
import {what}
"""


@pytest.mark.parametrize(("what", "library", "extra"), NEEDS)
def test_a_missing_library_is_named_with_the_extra_that_brings_it(what, library, extra):
    program = PROGRAM.format(what=what, library=library)
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith(f"ImportError: {library}")
    assert last.endswith(f"is missing: pip install 'linreg-textbook[{extra}]'")


def test_the_extras_are_those_of_the_package():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    section = text.partition("[project.optional-dependencies]")[2].partition("\n\n")[0]
    assert {extra for *_, extra in NEEDS} <= {
        line.partition(" =")[0] for line in section.split("\n")
    }
