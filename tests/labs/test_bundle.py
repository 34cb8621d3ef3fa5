"""Promise: a lab's front end is one ES module: its file and those that it imports, no others."""

import ast
import re
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from linreg import labs
from linreg.labs.kit.bundle import BundleError, bundle, files_of
from linreg.labs.kit.lab import style_sheets

LABS = [getattr(labs, name) for name in labs.__all__]
FOLDER = Path(labs.__file__).parent
KIT = {path.stem for path in (FOLDER / "kit").glob("*.js")}
IMPORTS = re.compile(r'^import \{([^}]*)\} from "[./\w]*?(\w+)\.js";\n', re.MULTILINE)
EXPORTED = re.compile(r"^export (?:const|class|function) (\w+)", re.MULTILINE)


def sources():
    """Every JavaScript file of the labs."""
    return sorted(FOLDER.glob("*/*.js"))


def imports(path):
    """What a file imports: the names by the file that has them."""
    found = IMPORTS.findall(path.read_text(encoding="utf-8"))
    return {source: set(re.findall(r"\w+", names)) for names, source in found}


def code(path):
    """A file's text without its imports, its comments and its plain strings."""
    text = IMPORTS.sub("", path.read_text(encoding="utf-8"))
    return re.sub(r'//.*|"[^"\n]*"', "", text)


def modules(folder, **texts):
    """Write files of JavaScript; return the path of the first."""
    for name, text in texts.items():
        (folder / f"{name}.js").write_text(text, encoding="utf-8")
    return folder / f"{next(iter(texts))}.js"


@pytest.mark.parametrize("lab", LABS)
def test_a_bundle_is_one_module_that_exports_what_the_lab_exports(lab):
    text = lab.bundle()
    assert not re.search(r"^import\b", text, flags=re.MULTILINE)
    assert text.count("export default") == 1
    subject = FOLDER / lab.slug() / f"{lab.slug()}.js"
    own = set(EXPORTED.findall(subject.read_text(encoding="utf-8")))
    assert own
    assert set(EXPORTED.findall(text)) == own


@pytest.mark.parametrize("lab", LABS)
def test_a_bundle_holds_the_files_that_are_imported_and_no_others(lab):
    wanted, found = {lab.slug()}, set()
    while wanted - found:
        name = (wanted - found).pop()
        found.add(name)
        wanted |= set(imports(next(FOLDER.glob(f"*/{name}.js"))))
    files = files_of(FOLDER / lab.slug() / f"{lab.slug()}.js")
    assert sorted(file.stem for file in files) == sorted(found)
    assert files[-1].stem == lab.slug()
    for i, file in enumerate(files):
        assert set(imports(file)) <= {other.stem for other in files[:i]}


def test_a_lab_that_plays_nothing_has_no_playback():
    assert "class Playback" in labs.Walk.bundle()
    assert "class Playback" not in labs.Doors.bundle()
    assert "class SteppedLab" not in labs.Bowl.bundle()


def test_every_file_of_the_kit_is_in_some_bundle():
    used = {file.stem for lab in LABS for file in files_of(next(FOLDER.glob(f"*/{lab.slug()}.js")))}
    assert used >= KIT


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.stem)
def test_a_file_imports_what_it_uses_and_nothing_else(path):
    """All files of a bundle share one scope, so that the browser would not miss an import."""
    text, mine = code(path), imports(path)
    taken = set().union(*mine.values())
    for name in taken:
        assert re.search(rf"\b{name}\b", text), f"{path.name} imports {name} and does not use it"
    own = set(re.findall(r"(?:const|let|class|function\*?) (\w+)", text))
    for other in sources():
        if other.parent.name != "kit" or other == path:
            continue
        for name in set(EXPORTED.findall(other.read_text(encoding="utf-8"))) - taken - own:
            called = rf"(?<![.\w])(?:new |extends )?{name}\((?![^()]*\) \{{)"
            assert not re.search(called, text), f"{path.name} calls {name} of {other.name}"


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ({"a": 'import { f } from "./b.js";\n'}, r"a\.js needs .*b\.js, which is missing"),
        (
            {"a": 'import { f, g } from "./b.js";\n', "b": "export const f = 1;\nconst g = 2;\n"},
            "a.js imports g, which ./b.js does not export",
        ),
        (
            {
                "a": 'import { f } from "./b.js";\nlet g = 1;',
                "b": "export const f = 1;\nclass g {}",
            },
            "a.js defines g, as b.js does",
        ),
        (
            {
                "a": 'import { f } from "./b.js";\nconst [g, h] = [1, 2];',
                "b": "export const f = 1;\nconst { k: h } = {};",
            },
            "a.js defines h, as b.js does",
        ),
        ({"a": "const LAB = 1;\n"}, "a.js defines LAB, as the module's head does"),
        ({"a": 'import f from "./b.js";\n'}, "a.js has a line that cannot be joined: import f"),
        ({"a": 'import * as b from "./b.js";\n'}, "cannot be joined: import "),
        (
            {"a": 'import { f } from "./b.js";\n', "b": "export const f = 1;\nexport default f;"},
            "b.js has a line that cannot be joined: export default",
        ),
        (
            {
                "a": 'import { f } from "./b.js";\nexport const g = 1;\n',
                "b": 'import { g } from "./a.js";\nexport const f = 1;\n',
            },
            "in a ring: a.js → b.js → a.js",
        ),
    ],
)
def test_files_that_do_not_fit_together_are_an_error(tmp_path, texts, message):
    with pytest.raises(BundleError, match=message):
        bundle(modules(tmp_path, **texts), {})


def test_a_file_that_two_import_stands_once_and_before_both(tmp_path):
    path = modules(
        tmp_path,
        a='import { f } from "./b.js";\nimport { g } from "./c.js";\nexport const h = f + g;\n',
        b='import { k } from "./d.js";\nexport const f = k;\n',
        c='import { k } from "./d.js";\nexport const g = k;\n',
        d="export const k = 1;\n",
    )
    assert bundle(path, {"SIZE": 2}) == (
        'const LAB = {"SIZE":2};\n\n'
        "const k = 1;\n\nconst f = k;\n\nconst g = k;\n\nexport const h = f + g;\n"
    )


def test_every_style_is_in_the_one_sheet_the_kits_first():
    sheets = style_sheets()
    assert sorted(sheets) == sorted(FOLDER.glob("*/*.css"))
    of_kit = [sheet.parent.name == "kit" for sheet in sheets]
    assert of_kit == sorted(of_kit, reverse=True)


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.py")), ids=lambda path: path.stem)
def test_what_a_module_offers_is_in_its_list_and_the_rest_is_private(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    (offered,) = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    ] or [[]]
    assert {name for name in defined if not name.startswith("_")} <= set(offered)


def test_what_is_imported_from_a_module_is_in_its_list():
    tests = Path(__file__).parents[1]
    for path in (*FOLDER.rglob("*.py"), *tests.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if not isinstance(node, ast.ImportFrom) or not str(node.module).startswith(
                "linreg.labs"
            ):
                continue
            assert node.level == 0
            module = import_module(node.module)
            for name in (alias.name for alias in node.names):
                is_module = ModuleType is type(getattr(module, name))
                assert is_module or name in module.__all__, (path, name)
