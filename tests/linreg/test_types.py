"""Promise: a public function says in its signature what it takes and what it returns."""

import importlib
import inspect

import pytest
from backends import needs_torch

MODULES = ["palette", "pure_python", "with_numpy", "exact", "costs", "optimizers"]
MODULES += ["least_squares", "error_free", "extras", pytest.param("with_torch", marks=needs_torch)]


def bare(function):
    """What a function takes or returns without saying of what type it is."""
    signature = inspect.signature(function)
    found = [name for name, one in signature.parameters.items() if one.annotation is one.empty]
    return found + ["return"] * (signature.return_annotation is signature.empty)


@pytest.mark.parametrize("name", MODULES)
def test_public_functions_are_annotated(name):
    module = importlib.import_module(f"linreg.{name}")
    public = getattr(module, "__all__", vars(module))
    functions = {one: getattr(module, one) for one in public}
    own = {
        one: function
        for one, function in functions.items()
        if inspect.isfunction(function) and function.__module__ == module.__name__
    }
    assert own
    assert {one: bare(function) for one, function in own.items() if bare(function)} == {}


def test_a_bare_name_is_seen():
    def some(a: int, b) -> int:
        return a + b

    assert bare(some) == ["b"]
    assert bare(lambda: 0) == ["return"]
