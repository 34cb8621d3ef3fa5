"""How a lab's front end becomes one ES module: its own file, after each file that it imports.

JupyterLab takes a widget's front end as one module, and a page that is opened from the disk cannot
import a second one. So the files are joined: each stands once, after those that it imports, and all
share one scope.
"""

import json
import re
from pathlib import Path
from typing import Any

__all__ = ["BundleError", "bundle", "files_of"]

_IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.[\w./]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async |const|let|function|class))", re.MULTILINE)
_NAMED = re.compile(r"^(export )?(?:async )?(?:const|let|class|function\*?) (\w+)", re.MULTILINE)
_UNPACKED = re.compile(r"^(?:const|let) [{\[]([^}\]]*)[}\]] =", re.MULTILINE)


class BundleError(ValueError):
    """The files of a front end do not fit together."""


def bundle(path: Path, constants: dict[str, Any]) -> str:
    """Return the JavaScript file at ``path`` and all that it imports as the text of one module.

    ``constants``, what JavaScript takes over from Python, become the module's ``LAB``. What the
    file at ``path`` exports, the module exports.
    """
    files = files_of(path)
    texts = [file.read_text(encoding="utf-8") for file in files]
    owners = {"LAB": "the module's head"}
    for file, text in zip(files, texts, strict=True):
        for name in _defined(text):
            if name in owners:
                raise BundleError(f"{file.name} defines {name}, as {owners[name]} does: rename one")
            owners[name] = file.name
    *shared, subject = (_IMPORT.sub("", text) for text in texts)
    parts = [_EXPORT.sub("", text) for text in shared]
    for file, part in zip(files, [*parts, subject], strict=True):
        forms = "import" if part is subject else "import|export"
        if left := re.search(rf"^(?:{forms})\b.*", part, re.MULTILINE):
            raise BundleError(f"{file.name} has a line that cannot be joined: {left[0]}")
    head = f"const LAB = {json.dumps(constants, separators=(',', ':'))};\n"
    return "\n".join([head, *(part.lstrip("\n") for part in (*parts, subject))])


def files_of(path: Path, above: tuple[Path, ...] = ()) -> list[Path]:
    """Return the file at ``path`` and all that it imports, each once and after its imports.

    ``above`` holds the files that import it, from the first one on.
    """
    path = path.resolve()
    if path in above:
        ring = [file.name for file in (*above[above.index(path) :], path)]
        raise BundleError(f"files import each other in a ring: {' → '.join(ring)}")
    if not path.exists():
        raise BundleError(f"{above[-1].name if above else 'a lab'} needs {path}, which is missing")
    files = []
    for names, source in _IMPORT.findall(path.read_text(encoding="utf-8")):
        imported = path.parent / source
        for file in files_of(imported, (*above, path)):
            if file not in files:
                files.append(file)
        offered = _exported(imported.read_text(encoding="utf-8"))
        for name in filter(None, re.split(r"[\s,]+", names)):
            if name not in offered:
                raise BundleError(f"{path.name} imports {name}, which {source} does not export")
    return [*files, path]


def _defined(text):
    """Return the names at a file's top level."""
    unpacked = (name for names in _UNPACKED.findall(text) for name in names.split(","))
    return [
        *(name for _, name in _NAMED.findall(text)),
        *(name.rpartition(":")[2].strip() for name in unpacked if name.strip()),
    ]


def _exported(text):
    """Return the names that a file exports."""
    return {name for export, name in _NAMED.findall(text) if export}
