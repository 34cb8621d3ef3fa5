"""Where the boxes and the arrows of a graph stand, in the units of its picture."""

from collections.abc import Sequence
from itertools import groupby
from statistics import mean
from typing import Any

__all__ = ["layout"]

BOX_HEIGHT, ROW, EDGE = 40, 74, 6  # the height of a box, from row to row, and above the first
NARROWEST, LETTER, ASIDE = 76, 6.6, 54  # of a box; of a letter in it; beside it, for its slope
LEAST_WIDTH = 320
APART, BOW = 26, 18  # two arrows at one box; how far each bends out where both join the same two


def layout(heads: Sequence[str], parents: Sequence[Sequence[int]]) -> dict[str, Any]:
    """Return where all stands: values run from the top to the bottom.

    Parameters
    ----------
    heads : sequence of strings of shape (n_nodes,)
        What stands in the first line of each box; the nodes in the order of the calculation.
    parents : sequence of shape (n_nodes,)
        The numbers of the nodes that each was made from.

    Returns
    -------
    dict
        ``width`` and ``height`` of the picture, ``box``, the width and height of a box,
        ``places``, the middle of each box, and ``arrows``, for each parent of each node in turn:
        its ``path``, its two ``heads`` (at the node, and at the parent) and the place of its
        ``label``.
    """
    rows = _rows(parents)
    box = max(NARROWEST, LETTER * max(map(len, heads)) + 14)
    most = max(map(rows.count, rows))
    width = max(LEAST_WIDTH, most * (box + ASIDE))
    across = _across(rows, parents)
    places = [
        (round(width * share, 1), EDGE + BOX_HEIGHT / 2 + ROW * row)
        for share, row in zip(across, rows, strict=True)
    ]
    return {
        "width": round(width),
        "height": 2 * EDGE + BOX_HEIGHT + ROW * max(rows),
        "box": [round(box, 1), BOX_HEIGHT],
        "places": places,
        "arrows": [
            _arrow(places, node, list(made_from), slot)
            for node, made_from in enumerate(parents)
            for slot in range(len(made_from))
        ],
    }


def _rows(parents):
    """Return the row of each node: one above all that was made from it, the result last."""
    above = [0] * len(parents)
    for node in reversed(range(len(parents))):
        for parent in parents[node]:
            above[parent] = max(above[parent], above[node] + 1)
    return [max(above) - one for one in above]


def _across(rows, parents):
    """Return how far from the left each node stands, as a share: near what was made from it."""
    across = [0.5] * len(rows)
    nodes = sorted(range(len(rows)), key=lambda node: -rows[node])
    for _, row in groupby(nodes, key=lambda node: rows[node]):
        row = list(row)
        wanted = {
            node: mean(
                [across[child] for child, made_from in enumerate(parents) if node in made_from]
                or [0.5]
            )
            for node in row
        }
        for place, node in enumerate(sorted(row, key=lambda node: (wanted[node], node))):
            across[node] = (place + 0.5) / len(row)
    return across


def _arrow(places, node, made_from, slot):
    """Return an arrow that leads from a parent to a node."""
    parent = made_from[slot]
    shift = APART * (slot - (len(made_from) - 1) / 2)
    twin = made_from.count(parent) > 1
    (x1, y1), (x2, y2) = places[parent], places[node]
    start = x1 + (shift if twin else 0), y1 + BOX_HEIGHT / 2
    end = x2 + shift, y2 - BOX_HEIGHT / 2
    rows_between = round((y2 - y1) / ROW) - 1
    side = 1 if start[0] >= end[0] else -1
    bend = (1 if shift > 0 else -1) * BOW if twin else side * 70 * rows_between
    control = (start[0] + end[0]) / 2 + bend, (start[1] + end[1]) / 2
    middle = [(p + 2 * c + q) / 4 for p, c, q in zip(start, control, end, strict=True)]
    right = shift > 0 if twin else side > 0
    steep = abs(start[0] - end[0]) < APART
    label = [middle[0] + (6 if right else -6), middle[1] + (4 if steep else 13)]
    numbers = [f"{value:.1f}" for place in (start, control, end) for value in place]
    return {
        "path": "M{} {}Q{} {} {} {}".format(*numbers),
        "heads": [_head(end, control), _head(start, control)],
        "label": [*(round(value, 1) for value in label), "start" if right else "end"],
    }


def _head(tip, tail):
    """Return the corners of an arrow's head, as SVG has them."""
    along = [p - q for p, q in zip(tip, tail, strict=True)]
    length = (along[0] ** 2 + along[1] ** 2) ** 0.5
    x, y = (8 * part / length for part in along)
    base = tip[0] - x, tip[1] - y
    corners = [tip, (base[0] - y / 2, base[1] + x / 2), (base[0] + y / 2, base[1] - x / 2)]
    return " ".join(f"{across:.1f},{down:.1f}" for across, down in corners)
