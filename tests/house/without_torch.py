"""A plugin for pytest: leave out what needs PyTorch, and say how much that is.

`make test` tries the helper module and the notebooks on a second Python as well. PyTorch stays away
there, for its builds are the largest of all downloads, and most indexes hold none without a GPU's
libraries. What needs it is tried on the first Python.
"""

import ast
from collections import defaultdict

import pytest
from nbval.plugin import IPyNbCell

MODULES = {"torch", "with_torch"}
COMPREHENSIONS = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
SCOPES = COMPREHENSIONS | ast.FunctionDef | ast.Lambda | ast.ClassDef
LEFT_OUT = pytest.StashKey()


def names(node):
    """Return the names that some code uses or imports from, and those that it defines."""
    used, defined = set(), set()
    if isinstance(node, ast.Name):
        (used if isinstance(node.ctx, ast.Load) else defined).add(node.id)
    elif isinstance(node, ast.Import | ast.ImportFrom):
        modules = [getattr(node, "module", None) or "", *(alias.name for alias in node.names)]
        used |= {part for module in modules for part in module.split(".")}
        defined |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    elif isinstance(node, ast.Constant) and node.value in MODULES:
        used.add(node.value)  # a module that is imported by its name
    for child in ast.iter_child_nodes(node):
        theirs, new = names(child)
        used, defined = used | theirs, defined | new
    if isinstance(node, SCOPES):  # what is named inside stays inside
        inside = {one.arg for one in ast.walk(node) if isinstance(one, ast.arg)}
        used, defined = used - defined - inside, set()
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        defined.add(node.name)
    return used, defined


def names_in_order(statements):
    """Return the names that a cell takes from the cells before it, and those that it defines."""
    taken, given = set(), set()
    for statement in statements:
        used, defined = names(statement)
        own = defined if isinstance(statement, ast.For | ast.With) else set()
        taken, given = taken | (used - given - own), given | defined
    return taken, given


def kept(sources):
    """Return what is kept of each cell: all of it, nothing, or of imports those of other modules.

    A cell is left out that names PyTorch, or takes a name that only cells left out define. Where a
    kept cell has defined a name before, its value may now be an older one: then what a cell prints
    is not what is stored, and the run fails.
    """
    theirs, ours, rest = set(MODULES), set(), []
    for source in sources:
        statements = ast.parse(source).body
        imports = all(isinstance(one, ast.Import | ast.ImportFrom) for one in statements)
        parts = [[one] for one in statements] if imports else [statements]
        there = []
        for part in parts:
            used, defined = names_in_order(part)
            if used & (theirs - ours):
                theirs |= defined
            else:
                ours |= defined
                there.append(part)
        lines = (ast.unparse(statement) for part in there for statement in part)
        rest.append(source if there == parts else "\n".join(lines))
    return rest


def pytest_collection_modifyitems(config, items):
    """Leave out the tests that are marked `torch`, and the cells that need it."""
    notebooks, cells = defaultdict(list), []
    for item in items:
        if isinstance(item, IPyNbCell):
            notebooks[item.parent].append(item)
    for of_one in notebooks.values():
        for item, source in zip(of_one, kept(item.cell.source for item in of_one)):
            if item.cell.source and not source:
                cells.append(item)
            item.cell.source = source
    tests = [item for item in items if item.get_closest_marker("torch")]
    config.stash[LEFT_OUT] = len(tests), len(cells)
    config.hook.pytest_deselected(items=tests + cells)
    left_out = set(tests + cells)
    items[:] = [item for item in items if item not in left_out]


def pytest_sessionfinish(session):
    """Tell how much was left out, where one of several processes collected: each collects all."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = session.config.stash[LEFT_OUT]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    """Hear how much one of several processes has left out, unless it broke down."""
    if hasattr(node, "workeroutput"):
        node.config.stash[LEFT_OUT] = node.workeroutput["left_out"]


def pytest_terminal_summary(terminalreporter, config):
    """Say how much was left out, in a line that `make test` repeats at its end."""
    tests, cells = config.stash[LEFT_OUT]
    terminalreporter.write_line(f"left out: {tests} tests and {cells} cells, which need PyTorch")
