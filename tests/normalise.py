"""Bring stored notebooks to their normal form: `python tests/normalise.py NOTEBOOK ...`.

Outputs, counts and ids stay. What differs from run to run goes: times, versions, and a widget's
link to a kernel that has ended, so that an unrun notebook shows the lab's still picture instead.
"""

import json
import subprocess
import sys
from pathlib import Path

WIDGET = "application/vnd.jupyter.widget-view+json"
KEEP = ["--keep-output", "--keep-count", "--keep-id"]
DROP = ["--extra-keys", "metadata.language_info.version cell.metadata.execution"]


def normalised(path):
    """Return the bytes of a notebook in its normal form."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET, None)
    command = [sys.executable, "-m", "nbstripout", *KEEP, *DROP]
    text = json.dumps(notebook).encode()
    return subprocess.run(command, input=text, capture_output=True, check=True).stdout


if __name__ == "__main__":
    for name in sys.argv[1:]:
        Path(name).write_bytes(normalised(Path(name)))
