"""Bring stored notebooks to their normal form: `python tests/support/normalise.py NOTEBOOK ...`.

Outputs, counts and ids stay. What a tag folds in the book is folded in JupyterLab too, and a
chapter states the minutes that the book's clock counts. What differs from run to run goes: times,
versions, where a stream of text was cut in two, and a widget's link to a kernel that has ended, so
that an unrun notebook shows the lab's still picture instead.
"""

import sys
from pathlib import Path

import nbformat
from clock import with_minutes
from nbstripout import strip_output

WIDGET = "application/vnd.jupyter.widget-view+json"
DROPPED = [
    *("metadata.language_info.version", "metadata.signature", "metadata.widgets"),
    *(f"cell.metadata.{key}" for key in ("ExecuteTime", "collapsed", "execution", "scrolled")),
    *(f"cell.metadata.{key}" for key in ("heading_collapsed", "hidden")),
]

# What a cell's tags fold, as Jupyter's own metadata say it.
FOLDS = {
    "hide-cell": {"source_hidden": True, "outputs_hidden": True},
    "hide-input": {"source_hidden": True},
    "hide-output": {"outputs_hidden": True},
}


def normalised(path):
    """Return the bytes of a notebook in its normal form."""
    notebook = nbformat.v4.reads(path.read_text(encoding="utf-8"))
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET, None)
        if "outputs" in cell:
            cell.outputs = joined(cell.outputs)
        fold(cell)
    with_minutes(notebook)
    kept = {"keep_output": True, "keep_count": True, "keep_id": True}
    stripped = strip_output(notebook, **kept, extra_keys=DROPPED)
    return (nbformat.v4.writes(stripped).rstrip("\n") + "\n").encode()


def fold(cell):
    """Fold in JupyterLab what the book folds, and nothing else."""
    tags = cell.metadata.get("tags", [])
    folded = {key: True for tag in tags for key in FOLDS.get(tag, {})}
    kept = {k: v for k, v in cell.metadata.get("jupyter", {}).items() if not k.endswith("_hidden")}
    if folded or "jupyter" in cell.metadata:
        cell.metadata.jupyter = nbformat.from_dict(kept | folded)
    if not cell.metadata.get("jupyter", True):
        del cell.metadata["jupyter"]


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
