"""Promise: the code that a chapter shows is the code that `linreg` imports.

A cell tagged `twin:MODULE` holds definitions only, and each has the syntax tree of its namesake in
`linreg/MODULE.py`, but for docstrings, annotations, and the one line `X, y = check(X, y)` that
validates.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from nbformat import NotebookNode, v4

from notebooks import NOTEBOOKS, ROOT, numbered, read, short, tags

LINREG = ROOT / "linreg"
BACKENDS = ["pure_python", "with_numpy", "with_torch"]
DEFINITION = ast.FunctionDef | ast.ClassDef


def definitions(source: str) -> dict[str, ast.AST]:
    """The functions and classes at the top of a module or cell, by name."""
    return {node.name: node for node in ast.parse(source).body if isinstance(node, DEFINITION)}


def module_source(module: str) -> str:
    path = LINREG / f"{module.replace('.', '/')}.py"
    return path.read_text(encoding="utf-8") if path.exists() else ""


class WithoutDocstrings(ast.NodeTransformer):
    def visit(self, node):
        self.generic_visit(node)
        if isinstance(node, DEFINITION) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
        return node


class WithoutAnnotations(ast.NodeTransformer):
    """Types are for editors and type checkers; a chapter says them in words."""

    def visit_arg(self, node):
        node.annotation = None
        return node

    def visit_FunctionDef(self, node):
        self.generic_visit(node)
        node.returns = None
        return node


class WithoutValidation(ast.NodeTransformer):
    """Drop the first statement of the form `names = check...(...)` of each function."""

    def visit_FunctionDef(self, node):
        self.generic_visit(node)
        checks = [statement for statement in node.body if _is_check(statement)]
        node.body = [statement for statement in node.body if statement not in checks[:1]]
        return node


def _is_check(statement: ast.stmt) -> bool:
    if not (isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call)):
        return False
    function = statement.value.func
    return getattr(function, "id", getattr(function, "attr", "")).startswith("check")


def shown(definition: ast.AST) -> str:
    return ast.dump(WithoutAnnotations().visit(WithoutDocstrings().visit(definition)))


def imported(definition: ast.AST) -> str:
    return shown(WithoutValidation().visit(definition))


def twin_faults(source: str, module: str, text: str) -> Iterator[str]:
    """What differs between a cell's source and the text of the module it is the twin of."""
    theirs = definitions(text)
    if any(not isinstance(node, DEFINITION) for node in ast.parse(source).body):
        yield f"a cell tagged twin:{module} holds definitions only"
    if not definitions(source):
        yield f"a cell tagged twin:{module} defines nothing"
    for name, ours in definitions(source).items():
        if name not in theirs:
            yield f"linreg.{module} does not define {name}"
        elif shown(ours) != imported(theirs[name]):
            yield f"{name} differs from linreg.{module}.{name}"


def twins(notebook: NotebookNode) -> list[tuple[int, NotebookNode, str]]:
    """Each cell with a twin: its place, the cell, and the twin's module."""
    return [
        (place, cell, tag.removeprefix("twin:"))
        for place, cell in numbered(notebook, "code")
        for tag in sorted(tags(cell))
        if tag.startswith("twin:")
    ]


def public_names() -> set[str]:
    names = {name for module in BACKENDS for name in definitions(module_source(module))}
    return {name for name in names if not name.startswith("_")}


def shadow_faults(notebook: NotebookNode, public: set[str]) -> Iterator[str]:
    """Cells that define one of the public names and do not say whose twin it is."""
    tagged = {place for place, _, _ in twins(notebook)}
    for place, cell in numbered(notebook, "code"):
        for node in ast.walk(ast.parse(cell.source)):
            named = isinstance(node, DEFINITION) and node.name in public
            if named and place not in tagged:
                yield f"cell {place} defines {node.name}: tag it twin:MODULE or rename it"


# The stored book

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=short)


def test_there_is_a_twin():
    assert any(twins(read(path)) for path in NOTEBOOKS)


@pytest.mark.parametrize("module", BACKENDS)
def test_each_backend_defines_functions(module):
    assert definitions(module_source(module))


@each_notebook
def test_twins_are_equal(path: Path):
    faults = [
        f"cell {place}: {fault}"
        for place, cell, module in twins(read(path))
        for fault in twin_faults(cell.source, module, module_source(module))
    ]
    assert faults == []


@each_notebook
def test_no_cell_shadows_linreg(path: Path):
    assert list(shadow_faults(read(path), public_names())) == []


# The checker itself

MODULE = '''
def gradient(X, y, *, scale: float = 2):
    """Return the slope."""
    X, y = check(X, y)
    return scale * sum(X) / len(y)


def loss(y, y_hat):
    y, y_hat = validation.check_targets(y, y_hat)
    y, y_hat = check_again(y, y_hat)
    return y - y_hat


class Value:
    """A number."""

    def double(self):
        """Return twice the number."""
        return 2 * self.data
'''
GRADIENT = "def gradient(X, y, *, scale: float = 2):\n    return scale * sum(X) / len(y)"
VALUE = "class Value:\n    def double(self):\n        return 2 * self.data"


@pytest.mark.parametrize(
    "source",
    [
        GRADIENT,
        GRADIENT + "  # the mean",
        GRADIENT.replace(": float", ""),
        GRADIENT.replace("):", ") -> float:"),
        GRADIENT.replace("return", '"""In other words."""\n    return'),
        VALUE,
        GRADIENT + "\n\n" + VALUE,
        "def loss(y, y_hat):\n    y, y_hat = check_again(y, y_hat)\n    return y - y_hat",
    ],
)
def test_a_twin_is_accepted(source):
    assert list(twin_faults(source, "module", MODULE)) == []


@pytest.mark.parametrize(
    "source",
    [
        GRADIENT.replace("return scale", "return -scale"),
        GRADIENT.replace("sum(X)", "max(X)"),
        GRADIENT.replace("* sum", "+ sum"),
        GRADIENT.replace("= 2", "= 1"),
        GRADIENT.replace("*, ", ""),
        GRADIENT.replace("return", "X, y = check(X, y)\n    return"),
        "@cache\n" + GRADIENT,
        "def other(X, y):\n    return 0",
        "def loss(y, y_hat):\n    return y - y_hat",
        VALUE.replace("2 *", "3 *"),
        GRADIENT + "\nprint(1)",
        "import math\n" + GRADIENT,
        "",
    ],
)
def test_a_difference_is_found(source):
    assert len(list(twin_faults(source, "module", MODULE))) == 1


def test_a_twin_of_no_module_is_found():
    assert list(twin_faults(GRADIENT, "nowhere", module_source("nowhere")))


def notebook_with(source, *cell_tags):
    cell = v4.new_code_cell(source, metadata={"tags": list(cell_tags)})
    return v4.new_notebook(cells=[v4.new_markdown_cell("Words."), cell])


def test_tags_name_the_twin():
    ((place, _, module),) = twins(notebook_with(GRADIENT, "runnable", "twin:pure_python"))
    assert (place, module) == (2, "pure_python")


@pytest.mark.parametrize("source", [GRADIENT, "if True:\n    def gradient():\n        pass"])
def test_an_untagged_namesake_is_found(source):
    assert len(list(shadow_faults(notebook_with(source), {"gradient"}))) == 1


def test_a_tagged_or_another_name_is_no_shadow():
    assert not list(shadow_faults(notebook_with(GRADIENT, "twin:pure_python"), {"gradient"}))
    assert not list(shadow_faults(notebook_with(GRADIENT), {"loss"}))
