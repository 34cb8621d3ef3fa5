"""How long a notebook takes to read: the book's clock, from what stands open on its page.

Folded answers and folded cells are not counted, nor the sections "Exercises" and "Sources": a
reader may leave them for another day.
"""

import re
from math import ceil
from typing import NamedTuple

WORDS_A_MINUTE = 140
MINUTES_A_CODE_LINE = 0.1
MINUTES_AN_EQUATION = 0.8
MINUTES_A_PRINTED_LINE = 0.025
MINUTES_A_PREDICTION = 1
MINUTES_A_LAB = 5
APART = {"Exercises", "Sources"}

STATED = re.compile(r"^(\*\*Time\.\*\*) \d+ (minutes to read)", re.MULTILINE)
SECTION = re.compile(r"^## (.+)$", re.MULTILINE)
PREDICTION = re.compile(r"^[`:]{3,}\{admonition\} Predict", re.MULTILINE)
FOLD = re.compile(
    r"^(?P<fence>[`:]{3,})\{(?:dropdown\}|admonition\}[^\n]*\n:class:[^\n]*\bdropdown\b)"
    r".*?^(?P=fence)[ \t]*$",
    re.MULTILINE | re.DOTALL,
)
EQUATION = re.compile(r"\$\$.*?\$\$(?:[ \t]*\([\w-]+\))?", re.DOTALL)
# What no reader reads: labels, the lines that open and close a box, the target of a role.
MARKUP = re.compile(
    r"^\([\w-]+\)=$|^[`:]{3,}(?:\{[^}\n]*\})?|^:[\w-]+:.*$|\{[\w:]+\}(?=`)|<[^<>\n]*>(?=`)"
    r"|\]\([^)\s]*\)|^[|:\s-]+$|[|`]",
    re.MULTILINE,
)


class Reading(NamedTuple):
    """What stands open on a notebook's page."""

    words: int
    code_lines: int
    equations: int
    printed_lines: int
    predictions: int
    labs: int

    @property
    def minutes(self):
        """The minutes that the page takes."""
        return (
            self.words / WORDS_A_MINUTE
            + MINUTES_A_CODE_LINE * self.code_lines
            + MINUTES_AN_EQUATION * self.equations
            + MINUTES_A_PRINTED_LINE * self.printed_lines
            + MINUTES_A_PREDICTION * self.predictions
            + MINUTES_A_LAB * self.labs
        )

    @property
    def stated(self):
        """The minutes that the page states: rounded up to the next five."""
        return 5 * ceil(self.minutes / 5)


def reading(notebook):
    """Count what a reader of the page meets.

    Parameters
    ----------
    notebook : NotebookNode
        A notebook with its outputs stored.

    Returns
    -------
    Reading
    """
    counts = Reading(0, 0, 0, 0, 0, 0)
    counted = True
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            prose, counted = to_read(cell.source, counted)
            found = of_prose(prose)
        elif counted:
            found = of_code(cell)
        else:
            continue
        counts = Reading(*map(sum, zip(counts, found, strict=True)))
    return counts


def to_read(prose, counted):
    """Return the prose without folds and sections apart, and whether what follows counts.

    ``counted`` says whether the section that goes on from the cell before counts.
    """
    first, *rest = SECTION.split(FOLD.sub("", prose))
    kept = [first] if counted else []
    for title, body in zip(rest[::2], rest[1::2], strict=True):
        counted = title not in APART
        kept += [title, body] if counted else []
    return "\n".join(kept), counted


def of_prose(prose):
    """Count the words, the displayed equations and the predictions."""
    equations = len(EQUATION.findall(prose))
    words = len(MARKUP.sub(" ", EQUATION.sub(" ", prose)).split())
    return Reading(words, 0, equations, 0, len(PREDICTION.findall(prose)), 0)


def of_code(cell):
    """Count the lines of code and of printed text that stand open, the caption, and a lab."""
    tags = set(cell.metadata.get("tags", []))
    if tags & {"hide-cell", "remove-cell"}:
        return Reading(0, 0, 0, 0, 0, 0)
    code, printed, labs = cell.source.splitlines(), [], 0
    for output in cell.outputs:
        printed += output.get("text", "").splitlines()
        labs += "data-lab=" in str(output.get("data", {}).get("text/html", ""))
    caption = cell.metadata.get("mystnb", {}).get("figure", {}).get("caption", "")
    return Reading(
        words=len(caption.split()),
        code_lines=0 if tags & {"hide-input", "remove-input"} else sum(map(bool, code)),
        equations=0,
        printed_lines=0 if tags & {"hide-output", "remove-output"} else len(printed),
        predictions=0,
        labs=labs,
    )


def with_minutes(notebook):
    """Write the clock's minutes where the opening cell states them; return the notebook."""
    opening = notebook.cells[0] if notebook.cells else None
    if opening and STATED.search(opening.source):
        stated = reading(notebook).stated
        opening.source = STATED.sub(rf"\1 {stated} \2", opening.source, count=1)
    return notebook
