"""Promise: kernels of nbval take no port, which another kernel could take before them."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat import v4

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "pytest", "-q", "--nbval", "--nbval-current-env"]
PLUGIN = "tests.house.kernels_on_files"
CODE = "print(get_ipython().kernel.parent.transport)"


def test_no_port_and_no_file_is_left(tmp_path):
    said = v4.new_output("stream", name="stdout", text="ipc\n")
    cell = v4.new_code_cell(CODE, outputs=[said], execution_count=1, id="1")
    nbformat.write(v4.new_notebook(cells=[cell]), tmp_path / "small.ipynb")
    temporary = tmp_path / "t"
    temporary.mkdir()
    done = subprocess.run(
        [*COMMAND, "-p", PLUGIN, f"--rootdir={tmp_path}", tmp_path / "small.ipynb"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(temporary)},
        capture_output=True,
        text=True,
    )
    assert "1 passed" in done.stdout, done.stdout
    assert list(temporary.iterdir()) == []
