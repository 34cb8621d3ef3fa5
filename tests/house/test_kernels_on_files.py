"""Promise: kernels of nbval take no port, which another kernel could take before them."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat import v4

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "pytest", "-q", "--nbval", "-p", "tests.house.kernels_on_files"]
CODE = "print(get_ipython().kernel.parent.transport)"
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def test_no_port_and_no_file_is_left(tmp_path):
    said = v4.new_output("stream", name="stdout", text="ipc\n")
    cell = v4.new_code_cell(CODE, outputs=[said], execution_count=1, id="1")
    notebook = v4.new_notebook(cells=[cell], metadata={"kernelspec": KERNEL})
    nbformat.write(notebook, tmp_path / "small.ipynb")
    temporary = tmp_path / "t"
    temporary.mkdir()
    done = subprocess.run(
        [*COMMAND, f"--rootdir={tmp_path}", tmp_path / "small.ipynb"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(temporary)},
        capture_output=True,
        text=True,
    )
    assert "1 passed" in done.stdout, done.stdout
    assert list(temporary.iterdir()) == []
