"""Promise: `make test-colab` fails where any notebook has a cell that fails."""

from functools import partial

import colab
import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import v4

from linreg.checks.kernels import without_ports


@pytest.fixture
def _elsewhere(monkeypatch, tmp_path):
    """The helper module as it is where a learner has installed it, and two notebooks."""
    installed = type("Spec", (), {"origin": str(tmp_path / "site/linreg/__init__.py")})
    monkeypatch.setattr(colab.importlib.util, "find_spec", lambda name: installed)
    monkeypatch.setattr(colab, "ROOT", tmp_path)
    monkeypatch.setenv("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    for name in ("notebooks/deeper/a", "exercises/source/ch01/b"):
        path = tmp_path / f"{name}.ipynb"
        path.parent.mkdir(parents=True)
        path.touch()


@pytest.mark.usefixtures("_elsewhere")
@pytest.mark.parametrize(
    ("failing", "ends", "says"),
    [
        ({}, 0, "2 passed, 0 failed"),
        ({"b.ipynb": ["cell 3: NameError: x"]}, 1, "1 passed, 1 failed"),
        ({"a.ipynb": ["cell 1: E: x"], "b.ipynb": ["cell 1: E: x"]}, 1, "0 passed, 2 failed"),
    ],
)
def test_one_notebook_that_fails_is_enough(monkeypatch, capsys, failing, ends, says):
    monkeypatch.setattr(colab, "run", lambda path, folder: (failing.get(path.name, []), 0))
    assert colab.main() == ends
    said = capsys.readouterr().out
    assert said.endswith(f"{says}\n")
    assert all(problem in said for problems in failing.values() for problem in problems)


def test_the_repositorys_own_module_is_refused(capsys):
    assert colab.main() == 2
    assert "call `make test-colab`" in capsys.readouterr().err


def test_a_cell_that_fails_is_found_unless_it_is_meant_to(tmp_path, monkeypatch):
    cells = [
        v4.new_code_cell("1 + 1", execution_count=1, outputs=[v4.new_output("stream", text="3")]),
        v4.new_code_cell("1 / 0"),
        v4.new_code_cell("[][0]", metadata={"tags": ["raises-exception"]}),
    ]
    path = tmp_path / "a.ipynb"
    nbformat.write(v4.new_notebook(cells=cells), path)
    (tmp_path / "copy").mkdir()
    with without_ports() as config:
        monkeypatch.setattr(colab, "NotebookClient", partial(NotebookClient, config=config))
        failed, differing = colab.run(path, tmp_path / "copy")
    assert failed == ["cell 2: ZeroDivisionError: division by zero"]
    assert differing == 1
