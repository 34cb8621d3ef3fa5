"""Sphinx extension: what a cell has printed is whole, wherever a slow kernel has cut it.

A kernel sends what it prints in pieces, several times a second. MyST-NB joins them, and begins a
new line at each cut: a row of a table would be torn in two on one build, and not on the next.
"""

from myst_nb.core import render
from nbformat import NotebookNode


def setup(app):
    """Join the pieces before MyST-NB does."""
    merge = render.coalesce_streams
    render.coalesce_streams = lambda outputs: merge(in_one_piece(outputs))
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def in_one_piece(outputs):
    """Return a cell's outputs, each of its streams whole in the place of its first piece."""
    whole, streams = [], {}
    for output in outputs:
        if output["output_type"] != "stream":
            whole.append(output)
        elif output["name"] in streams:
            streams[output["name"]]["text"] += output["text"]
        else:
            streams[output["name"]] = copy = NotebookNode(output)
            whole.append(copy)
    return whole
