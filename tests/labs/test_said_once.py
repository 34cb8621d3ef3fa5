"""Promise: what Python and JavaScript both need is said in Python, and JavaScript takes it over."""

import ast
import json
import re
from pathlib import Path

import pytest

from linreg import labs

FOLDER = Path(labs.__file__).parent
LABS = [getattr(labs, name) for name in labs.__all__]
PAIRS = [path for path in sorted(FOLDER.glob("*/*.js")) if path.with_suffix(".py").exists()]
KIT = sorted((FOLDER / "kit").glob("*.js"))


def script(path):
    """A file of JavaScript without its comments and imports."""
    text = re.sub(r"^\s*//.*|\s//.*", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return re.sub(r'^import \{[^}]*\} from "[^"]+";\n', "", text, flags=re.MULTILINE)


def taken(path):
    """The names that a file of JavaScript takes over from Python."""
    text = script(path)
    unpacked = re.findall(r"const \{([^}]*)\} = LAB;", text)
    return {*re.findall(r"\bLAB\.(\w+)", text), *re.findall(r"\w+", " ".join(unpacked))}


def constants(lab):
    """What the head of a lab's bundle gives to JavaScript."""
    head = lab.bundle().partition("\n")[0]
    return json.loads(head.removeprefix("const LAB = ").removesuffix(";"))


def strings_in_python(path):
    """The strings of a module but for its docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    texts = {
        ast.get_docstring(node, clean=False)
        for node in ast.walk(tree)
        if isinstance(node, documented)
    }
    found = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    return {value for value in found if isinstance(value, str)} - texts


def strings_in_javascript(path):
    """The strings of a file, those in templates between what is filled in."""
    text = script(path)
    plain = re.findall(r'"([^"\n]*)"', text)
    templates = [
        part for one in re.findall(r"`([^`]*)`", text) for part in re.split(r"\$\{[^}]*\}", one)
    ]
    return {*plain, *templates}


@pytest.mark.parametrize("lab", LABS)
def test_all_that_is_taken_over_is_given_and_all_that_is_given_is_taken(lab):
    own = FOLDER / lab.slug() / f"{lab.slug()}.js"
    given = set(constants(lab))
    assert taken(own) <= given
    assert given <= taken(own).union(*map(taken, KIT))


@pytest.mark.parametrize("path", PAIRS, ids=lambda path: path.stem)
def test_no_constant_of_python_stands_in_javascript_too(path):
    python = ast.parse(path.with_suffix(".py").read_text(encoding="utf-8"))
    names = set()
    for node in python.body:
        if isinstance(node, ast.Assign):
            names |= {one.id for one in ast.walk(node.targets[0]) if isinstance(one, ast.Name)}
    written = re.sub(r"const [^=]+ = LAB\b[^;]*;", "", script(path))
    again = set(re.findall(r"^const \W*(\w+(?:, \w+)*)\W* =", written, flags=re.MULTILINE))
    repeated = {name for group in again for name in group.split(", ")} & {
        n for n in names if n.isupper()
    }
    assert repeated <= {"METHODS"}  # made from Python's, with what JavaScript adds


@pytest.mark.parametrize("path", PAIRS, ids=lambda path: path.stem)
def test_no_sentence_of_python_stands_in_javascript_too(path):
    """Two words make a sentence: one alone may be a key, or what a method is called in code."""
    both = strings_in_python(path.with_suffix(".py")) & strings_in_javascript(path)
    words = {text: re.findall(r"[^\W\d_]+", text) for text in both if " " in text}
    said = {
        text for text, parts in words.items() if len(parts) > 1 and len(max(parts, key=len)) > 2
    }
    assert said == set()
