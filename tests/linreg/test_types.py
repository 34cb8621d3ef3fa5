"""Promise: a public function says in its signature what it takes and what it returns."""

import importlib
import inspect

import pytest
from backends import needs_torch

from linreg import labs

KIT = ["bundle", "chart", "descent", "lab", "picture", "random", "scale", "text", "values"]

MODULES = ["palette", "validation", "pure_python", "with_numpy", "exact", "costs", "optimizers"]
MODULES += ["autograd", "at_scale", "robust", "features"]
MODULES += ["covariances", "inference", "diagnostics", "posterior", "scores"]
MODULES += ["penalized", "lasso", "proximal"]
MODULES += ["least_squares", "error_free", "extras", "plots", "datasets.ames", "datasets.nist"]
MODULES += ["datasets.points", "datasets.records", "labs.bowl.bowl", "labs.doors.doors"]
MODULES += ["labs.drag.drag", "labs.graph.layout", "labs.valley.valley"]
MODULES += [f"labs.kit.{part}" for part in KIT]
MODULES += [pytest.param("with_torch", marks=needs_torch)]
MADE = [getattr(labs, name) for name in labs.__all__]


def defined_in(module):
    """The classes of a module of its own, by their full names."""
    return [
        f"{module}.{name}"
        for name, one in vars(importlib.import_module(f"linreg.{module}")).items()
        if inspect.isclass(one) and one.__module__ == f"linreg.{module}"
    ]


# Classes whose methods a reader calls, and all that labs are made of.
CLASSES = ["datasets.Dataset", "datasets.NistProblem", "autograd.Value"]
CLASSES += ["at_scale.Accumulator", "at_scale.GramAccumulator", "at_scale.TallSkinnyQR"]
CLASSES += ["inference.Inference", "posterior.Posterior"]
CLASSES += defined_in("estimators")
CLASSES += ["penalized.Regularization", "penalized.RidgePath"]
LAB_MODULES = [f"labs.{lab.slug()}.{lab.slug()}" for lab in MADE]
for module in (*LAB_MODULES, *(f"labs.kit.{part}" for part in KIT)):
    CLASSES += defined_in(module)


def bare(function):
    """What a function takes or returns without saying of what type it is."""
    signature = inspect.signature(function)
    parameters = {name: one for name, one in signature.parameters.items() if name != "self"}
    found = [name for name, one in parameters.items() if one.annotation is one.empty]
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


@pytest.mark.parametrize("name", MODULES)
def test_a_module_names_what_is_public(name):
    module = importlib.import_module(f"linreg.{name}")
    assert all(hasattr(module, one) for one in module.__all__)
    assert [one for one in module.__all__ if one.startswith("_")] == []


@pytest.mark.parametrize("name", CLASSES)
def test_public_methods_are_annotated(name):
    module, _, of = name.rpartition(".")
    members = vars(getattr(importlib.import_module(f"linreg.{module}"), of))
    methods = {one: getattr(method, "__func__", method) for one, method in members.items()}
    own = {
        one: method
        for one, method in methods.items()
        if inspect.isfunction(method) and not one.startswith("_")
    }
    assert {one: set(bare(m)) - {"cls"} for one, m in own.items() if set(bare(m)) - {"cls"}} == {}


def test_no_lab_is_left_out():
    assert {f"labs.{lab.slug()}.{lab.slug()}.{lab.__name__}" for lab in MADE} <= set(CLASSES)


@pytest.mark.parametrize("lab", MADE, ids=lambda lab: lab.__name__)
def test_what_a_lab_is_made_of_is_annotated(lab):
    assert bare(lab.__init__) == []


def test_a_bare_name_is_seen():
    def some(a: int, b) -> int:
        return a + b

    assert bare(some) == ["b"]
    assert bare(lambda: 0) == ["return"]
