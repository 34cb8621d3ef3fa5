"""Bring stored notebooks to their normal form: `python tests/support/normalise.py NOTEBOOK ...`.

Outputs, counts and ids stay. What differs from run to run goes: times, versions, where a stream of
text was cut in two, and a widget's link to a kernel that has ended, so that an unrun notebook shows
the lab's still picture instead.
"""

import sys
from pathlib import Path

import nbformat
from nbstripout import strip_output

WIDGET = "application/vnd.jupyter.widget-view+json"
DROPPED = [
    *("metadata.language_info.version", "metadata.signature", "metadata.widgets"),
    *(f"cell.metadata.{key}" for key in ("ExecuteTime", "collapsed", "execution", "scrolled")),
    *(f"cell.metadata.{key}" for key in ("heading_collapsed", "hidden")),
]


def normalised(path):
    """Return the bytes of a notebook in its normal form."""
    notebook = nbformat.v4.reads(path.read_text(encoding="utf-8"))
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET, None)
        if "outputs" in cell:
            cell.outputs = joined(cell.outputs)
    kept = {"keep_output": True, "keep_count": True, "keep_id": True}
    stripped = strip_output(notebook, **kept, extra_keys=DROPPED)
    return (nbformat.v4.writes(stripped).rstrip("\n") + "\n").encode()


def joined(outputs):
    """Return the outputs with neighbouring pieces of one stream made one."""
    whole = []
    for output in outputs:
        before = whole[-1] if whole else {}
        if output["output_type"] == "stream" and output["name"] == before.get("name"):
            before["text"] += output["text"]
        else:
            whole.append(output)
    return whole


if __name__ == "__main__":
    for name in sys.argv[1:]:
        Path(name).write_bytes(normalised(Path(name)))
