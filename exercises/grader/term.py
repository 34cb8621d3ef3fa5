"""A class's own sources: hidden inputs are drawn from its private seed."""

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from grader import course
from linreg.checks.kernels import without_ports

__all__ = ["HIDDEN", "is_fresh", "make_term", "reseeded"]

HIDDEN = ("### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS")


def make_term(chapter: str, seed: str) -> None:
    """Write a source whose hidden inputs are drawn from a private seed, executed anew."""
    if not seed.strip() or course.PUBLIC_SEED in seed or not seed.isprintable() or '"' in seed:
        raise ValueError(
            "SEED: give words of your own, with no quotation marks in them, such as maple 4711"
        )
    source = course.read(course.notebook(course.EXERCISES / "source", chapter))
    for cell in source.cells:
        if cell.cell_type == "code":
            cell.source = reseeded(cell.source, seed)
            cell.outputs, cell.execution_count = [], None
    settings = {"timeout": 60, "kernel_name": "python3", "record_timing": False}
    with without_ports() as config:
        NotebookClient(source, config=config, **settings).execute()
    place = course.notebook(course.TERM / "source", chapter)
    place.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(source, place)


def reseeded(text: str, seed: str) -> str:
    """Return a cell's text with another seed in place of the public one, in its hidden region."""
    before, begin, rest = text.partition(HIDDEN[0])
    hidden, end, after = rest.partition(HIDDEN[1])
    own = hidden.replace(course.PUBLIC_SEED, seed.replace("\\", "/"))
    return before + begin + own + end + after


def is_fresh(source: NotebookNode, term: NotebookNode) -> bool:
    """Return whether a term's source says what the public one does, but for hidden inputs."""
    return [_visible(cell) for cell in source.cells] == [_visible(cell) for cell in term.cells]


def _visible(cell: NotebookNode) -> tuple[str, str]:
    return cell.id, cell.source.partition(HIDDEN[0])[0]
