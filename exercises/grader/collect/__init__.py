"""Find out who handed in what, in whatever form a teacher has it, and read it with suspicion."""

import io
import json
import re
import stat
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile, ZipInfo

import nbformat
from nbformat import NotebookNode

from .rebuild import grade_id, is_text

MB = 1_000_000
LARGEST_FILE = 20 * MB  # a notebook with its pictures, or a learner's zip
LARGEST_TEXT = 1 * MB  # all that a learner wrote in one notebook
LONGEST_CELL = 50_000  # characters of a text cell: some Markdown takes the square of it to render
LARGEST_PICTURES = 5 * MB  # all that are attached to the text cells of one notebook
MOST_CELLS = 1000
CLASS_LIMITS = (20_000, 4_000 * MB)  # files in a class's zip, and bytes of those that are read
STUDENT_LIMITS = (500, 100 * MB)

PICTURES = {"image/png", "image/jpeg", "image/gif"}
JUNK = re.compile(r"\.(?!\./).*|~\$.*|__MACOSX|__pycache__|Thumbs\.db|desktop\.ini", re.I | re.S)
DATA = re.compile(r".*\.(csv|txt|md|json|npy|npz|pkl|png|jpe?g|gif|svg|webp|heic)", re.I | re.S)
NOTEBOOK = re.compile(r".*\.ipynb\b.*", re.I | re.S)  # browsers make ch03.ipynb.txt of it
ZIP = re.compile(r".*\.zip", re.I | re.S)
ENDING = re.compile(r"\.(ipynb.*|\w{1,5})$", re.I)
CHAPTER = re.compile(r"(?<![^\W_])(ch\d+)(?!\d)(-(?P<attempt>\d{1,3})\b)?", re.I)
CHAPTER_ALONE = re.compile(r"ch\d+(-\d+)?( ?\(\d+\))?(\..*)?", re.I)
COPY = re.compile(r" ?\((?P<attempt>\d{1,3})\)$")  # the (1) of a browser

# How learning platforms name what they collect; tried on the first folder or file.
PLATFORMS = {
    "Moodle": r"(?P<name>.+?)_(?P<ticket>\d+)_assignsubmission_[a-z]+(_(?P<rest>.*))?",
    "JupyterHub": r"(?P<name>[^+]+)\+(?P<rest>[^+]+)\+(?P<when>\d{4}-\d\d-\d\d[^+]*)(\+.*)?",
    "Canvas": r"(?P<name>[^_]+)_(LATE_)?(?P<user>\d+)_\d{3,}_(?P<rest>.+?)(-(?P<attempt>\d{1,3}))?",
}


@dataclass
class Found:
    """One file of the folder, and what became of it.

    Attributes
    ----------
    file : str
        Its path from the folder, through zips.
    verdict : str
        "taken", "superseded", "ignored" or "refused".
    reason : str
        Why, in words for the teacher.
    student, chapter : str or None
        Whose it is and for which chapter, as far as one can tell.
    notebook : NotebookNode or None
        What was taken, as `read_notebook` returns it.
    """

    file: str
    verdict: str = "refused"
    reason: str = ""
    student: str | None = None
    chapter: str | None = None
    notebook: NotebookNode | None = None
    label: dict = field(default_factory=dict, repr=False)
    rank: tuple = field(default=(), repr=False)


@dataclass
class Collected:
    """All that was found: a verdict on every file, and notes on how names were read."""

    found: list[Found]
    notes: list[str]

    def with_verdict(self, verdict: str) -> list[Found]:
        """List the files with one verdict."""
        return [found for found in self.found if found.verdict == verdict]

    @property
    def taken(self) -> dict[tuple[str, str], Found]:
        """What is to be graded, by student and chapter."""
        return {(found.student, found.chapter): found for found in self.with_verdict("taken")}


class UnreadableError(ValueError):
    """A notebook cannot be graded; the message says why, in words for the teacher."""


def collect(
    folder: Path | str, skeletons: Mapping[str, NotebookNode], only: Collection[str] | None = None
) -> Collected:
    """Find every student's notebook for every chapter in a folder, and read it.

    The folder may hold notebooks named after students, a folder or a zip for each student,
    folders named for chapters with any of these in them, one zip of them all, or what Moodle,
    Canvas, nbgrader or a JupyterHub collected. Every file gets a verdict.

    - A folder or zip that stands alone is the class's, unless a platform named it for a student
      or something right in it is named for a chapter: then it is one student's.
    - The student is told by the outermost folder, zip or file. Names inside a student's folder
      or zip do not count, so that nobody can hand in under another's name.
    - The chapter is the one with most of the notebook's cells; between equals the names decide.
    - Of several attempts the latest that can be read is taken: by the platform's time, then by
      the number that it or a browser added, the file's time, and its name.

    Parameters
    ----------
    folder : Path or str
        The folder, or a single file.
    skeletons : mapping of str to NotebookNode
        The sources of the exercises by chapter, as in {"ch03": ...}.
    only : collection of str, optional
        The chapters to take; notebooks of others are ignored.

    Returns
    -------
    Collected
    """
    folder = Path(folder)
    if not folder.exists():
        raise FileNotFoundError(f"{folder} is not there: name the folder with the submissions.")
    notes: list[str] = []
    with ExitStack() as stack:
        files, depth = _class_files(folder, stack, notes)
        found = [
            _judge(file, depth, skeletons, only)
            for outer in files
            for file in (_unzip_students(outer) if _is_zip(outer) else [outer])
        ]
    notes += _name_students(found)
    _take_latest(found)
    _forgive_companions(found)
    return Collected(sorted(found, key=lambda each: each.file), notes)


# Finding files, on the disk and in zips


@dataclass
class _File:
    path: tuple[str, ...]
    size: int = 0
    time: float = 0.0
    open: Callable[[], io.BufferedIOBase] = io.BytesIO
    problem: str = ""


_LINK = "a link to another place: ask for the file itself"
_FOLDER = "a folder, not a notebook"


@dataclass
class _Budget:
    files: int
    size: int


def _is_zip(file: _File) -> bool:
    return bool(ZIP.fullmatch(file.path[-1])) and not (file.problem or _is_junk(file.path))


def _is_junk(path: tuple[str, ...]) -> bool:
    return any(JUNK.fullmatch(part) for part in path)


def _on_disk(folder: Path) -> Iterator[_File]:
    """Walk through a folder, or list a single file, without following links."""
    waiting = [(folder, ())] if folder.is_dir() else []
    if not waiting:
        yield _disk_file(folder, (folder.name,))
    while waiting:
        place, path = waiting.pop()
        try:
            inside = sorted(place.iterdir())
        except OSError as error:
            yield _File((*path, ""), problem=f"cannot be opened: {error.strerror}")
            continue
        if not inside:
            yield _File((*path, ""), problem="an empty folder")
        for entry in inside:
            file = _disk_file(entry, (*path, entry.name))
            if file.problem == _FOLDER:
                waiting.append((entry, file.path))
            if file.problem != _FOLDER or NOTEBOOK.fullmatch(entry.name):
                yield file


def _disk_file(file: Path, path: tuple[str, ...]) -> _File:
    try:
        status = file.lstat()
    except OSError as error:
        return _File(path, problem=f"cannot be opened: {error.strerror}")
    kinds = {stat.S_IFLNK: _LINK, stat.S_IFDIR: _FOLDER, stat.S_IFREG: ""}
    problem = kinds.get(stat.S_IFMT(status.st_mode), "not a plain file")
    return _File(path, status.st_size, status.st_mtime, lambda: file.open("rb"), problem)


def _unzip_students(file: _File) -> Iterator[_File]:
    """Open a student's zip and the zips right in it."""
    budget = _Budget(*STUDENT_LIMITS)
    for member in _unzip(file, budget):
        if _is_zip(member):
            nested = list(_unzip(member, budget))
            for inner in nested:
                if _is_zip(inner):
                    inner.problem = "a zip in a zip in a zip: unpack it"
            yield from nested
        else:
            yield member


def _unzip(file: _File, budget: _Budget, stack: ExitStack | None = None) -> Iterator[_File]:
    """List the members of a zip; with a stack it is the class's, and read from the disk."""
    try:
        source = stack.enter_context(file.open()) if stack else io.BytesIO(_read(file))
        zipped = ZipFile(source)
        members = [info for info in zipped.infolist() if not info.is_dir()]
    except Exception as error:  # A hostile zip can make zipfile raise almost anything.
        reason = error if isinstance(error, UnreadableError) else "broken zip: ask for it again"
        yield _File(file.path, problem=str(reason))
        return
    budget.files -= len(members)
    if budget.files < 0 or not members:
        holds = f"holds {len(members):,} files: ask for the notebooks alone"
        yield _File(file.path, problem=holds if members else "an empty zip")
        return
    for info in members:
        yield _member(file, zipped, info, budget)


def _member(file: _File, zipped: ZipFile, info: ZipInfo, budget: _Budget) -> _File:
    name = _member_name(info)
    parts = tuple(part for part in name.split("/") if part not in ("", "."))
    member = _File((*file.path, *parts), info.file_size, _member_time(info))
    member.open = lambda: zipped.open(info)
    if len(name) > 1000:
        member.path, member.problem = (*file.path, name[:200]), "its name is too long"
    elif ".." in parts or name.startswith("/") or re.match(r"[A-Za-z]:", name) or not parts:
        member.path = (*file.path, name)
        member.problem = "its path leads out of the zip"
    elif stat.S_ISLNK(info.external_attr >> 16):
        member.problem = _LINK
    elif info.flag_bits & 1:
        member.problem = "locked with a password: ask for it without"
    elif NOTEBOOK.fullmatch(parts[-1]) or ZIP.fullmatch(parts[-1]):
        budget.size -= info.file_size
        if budget.size < 0:
            member.problem = "too much in one zip: ask for the notebooks alone"
    return member


def _member_name(info: ZipInfo) -> str:
    """Read a member's name as most programs meant it: zipfile takes it for code page 437."""
    name = info.filename
    if not info.flag_bits & 0x800:
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            name = info.filename
    return name.replace("\\", "/")


def _member_time(info: ZipInfo) -> float:
    try:
        return datetime(*info.date_time).timestamp()
    except (ValueError, OverflowError, OSError):
        return 0.0


def _class_files(folder: Path, stack: ExitStack, notes: list[str]) -> tuple[list[_File], int]:
    """List the files, and count the outer names that stand for the whole class."""
    files, depth = list(_on_disk(folder)), 0
    while True:
        inner = [f for f in files if len(f.path) > depth and not _is_junk(f.path)]
        if len(tops := {file.path[depth] for file in inner}) != 1:
            return files, depth
        if len(inner) == 1 and len(inner[0].path) == depth + 1 and _is_zip(inner[0]):
            inner = list(_unzip(inner[0], _Budget(*CLASS_LIMITS), stack))
        (top,) = tops
        if not _is_the_classes(top, [f.path[depth + 1 :] for f in inner if not _is_junk(f.path)]):
            return files, depth
        notes.append(f"{_shown((top,))} stands alone: taken for the whole class's.")
        files, depth = [file for file in files if _is_junk(file.path)] + inner, depth + 1


def _is_the_classes(top: str, inside: list[tuple[str, ...]]) -> bool:
    """Whether what stands alone holds several students' files rather than one student's."""
    names = {path[0] for path in inside if path}
    by_platform = any(re.fullmatch(pattern, top) for pattern in PLATFORMS.values())
    one_file = len(inside) == 1 and len(inside[0]) == 1
    by_chapter = any(CHAPTER_ALONE.fullmatch(name) for name in names)
    return bool(names) and not (by_platform or one_file or by_chapter)


# Telling students and chapters by names


def _label(path: tuple[str, ...], depth: int) -> dict:
    """Read the student, the chapter and the attempt from the names of folders and file."""
    chapters = [found[1].lower() for part in reversed(path) if (found := CHAPTER.search(part))]
    stem = ENDING.sub("", path[-1])
    numbers = [found["attempt"] for mark in (CHAPTER, COPY) if (found := mark.search(stem))]
    label = {"chapter": next(iter(chapters), None), "attempt": next(filter(None, numbers), "0")}
    path = path[depth:] or path
    end = next((i for i, part in enumerate(path, 1) if ZIP.fullmatch(part)), len(path))
    while end > 1 and (path[0] == "submitted" or CHAPTER_ALONE.fullmatch(path[0])):
        path, end = path[1:], end - 1
    first = path[0] if end > 1 else ENDING.sub("", path[0])
    for pattern in PLATFORMS.values():
        if match := re.fullmatch(pattern, first):
            return label | {key: text for key, text in match.groupdict().items() if text}
    return label | {"name": _without_chapter(COPY.sub("", first))}


def _without_chapter(name: str) -> str:
    """Cut the chapter off a name such as ann_ch03 or ch03-ann."""
    if not (found := CHAPTER.search(name)):
        return name
    before, after = (part.strip(" _-.+") for part in (name[: found.start()], name[found.end() :]))
    return before or after


def _safe(name: str) -> str:
    """Make a name fit for a folder and a database, as readable as it was."""
    name = unicodedata.normalize("NFC", name)
    kept = "".join(
        "_" if char in '/\\:*?"<>|[]{}~' or unicodedata.category(char) in _UNFIT else char
        for char in " ".join(name.split())
    )
    return kept[:60].strip(" .-")


_UNFIT = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def _shown(path: tuple[str, ...]) -> str:
    """Show a path on one line, whatever its names hold."""
    text = "".join(
        char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in "/".join(path)
    )
    return text if len(text) <= 300 else f"{text[:200]}…{text[-99:]}"


def _name_students(found: list[Found]) -> list[str]:
    """Give each student a name of their own, and say where names were too much alike."""
    tickets = defaultdict(set)
    for each in found:
        tickets[each.label.get("name"), each.chapter].add(each.label.get("ticket"))
    namesakes = {name for (name, chapter), ids in tickets.items() if chapter and len(ids) > 1}
    for each in found:
        label = each.label
        name = unicodedata.normalize("NFC", label.get("name") or "")
        number = label.get("user") or (label.get("ticket") if name in namesakes else None)
        label["key"] = (name, number)
    keys = {each.label["key"] for each in found if _safe(each.label["key"][0])}
    alike = defaultdict(list)
    for key in sorted(keys, key=str):
        alike[_safe(key[0]).casefold()].append(key)
    students, notes = {}, []
    for group in alike.values():
        numbers = {number for _, number in group if number}
        for name, number in group:
            mark = (
                number
                if len(numbers) == len(group)
                else sha256(ascii(name + str(number)).encode()).hexdigest()[:8]
            )
            students[name, number] = _safe(name) + (f"~{mark}" if len(group) > 1 else "")
        if len(group) > 1:
            told = ", ".join(students[key] for key in group)
            notes.append(f"Names that are much alike were kept apart: {told}.")
    for each in found:
        each.student = students.get(each.label["key"])
    return notes


# Judging one file


def _judge(
    file: _File, depth: int, skeletons: Mapping[str, NotebookNode], only: Collection[str] | None
) -> Found:
    """Give a first verdict: "taken" means that it can be graded."""
    found = Found(_shown(file.path), label=_label(file.path, depth))
    found.chapter = found.label["chapter"]
    when, attempt = found.label.get("when", ""), int(found.label["attempt"])
    found.rank = (when, attempt, file.time, file.path)
    name = file.path[-1]
    if _is_junk(file.path):
        found.verdict, found.reason = "ignored", "made by the system or an editor"
    elif file.problem:
        found.reason = file.problem
    elif NOTEBOOK.fullmatch(name):
        _judge_notebook(found, file, skeletons, only)
    elif DATA.fullmatch(name):
        found.verdict, found.reason = "ignored", "data or a picture"
    else:
        ending = Path(name).suffix or "nameless"
        found.reason = f"a {_shown((ending,))} file, not a notebook: ask for the .ipynb"
    return found


def _judge_notebook(
    found: Found, file: _File, skeletons: Mapping[str, NotebookNode], only: Collection[str] | None
) -> None:
    try:
        notebook = read_notebook(_read(file))
        found.chapter = _chapter_of(notebook, skeletons, found.label["chapter"])
    except UnreadableError as error:
        found.reason = str(error)
        return
    if only is not None and found.chapter not in only:
        found.verdict, found.reason = "ignored", f"{found.chapter} was not asked for"
    elif not _safe(found.label["name"]):
        found.reason = "no student's name in its path: put it into a folder with the name"
    else:
        found.verdict, found.notebook = "taken", notebook


def _chapter_of(notebook: NotebookNode, skeletons: Mapping[str, NotebookNode], hint: str) -> str:
    """Tell the chapter by the cells, and between equals by the name."""
    held = _marks(notebook)
    shared = {chapter: len(held & _marks(source)) for chapter, source in skeletons.items()}
    most = max(shared.values(), default=0)
    if not most:
        raise UnreadableError("holds none of the exercises' cells")
    best = [chapter for chapter, number in shared.items() if number == most]
    if len(best) > 1 and hint not in best:
        raise UnreadableError(f"may be {' or '.join(best)}: put the chapter into the file's name")
    return hint if hint in best else best[0]


def _marks(notebook: NotebookNode) -> set[tuple[str, str]]:
    """List what tells a chapter: the names of its cells, many of which others share, and texts."""
    grade_ids = {("grade id", grade_id(cell)) for cell in notebook.cells if grade_id(cell)}
    ids = {("id", cell.id) for cell in notebook.cells if cell.get("id")}
    texts = {" ".join(cell.source.split()) for cell in notebook.cells if is_text(cell)} - {""}
    return grade_ids | ids | {("text", text) for text in texts}


def _take_latest(found: list[Found]) -> None:
    """Of each student's attempts at a chapter keep the latest that can be graded."""
    attempts = defaultdict(list)
    for each in found:
        if each.verdict == "taken":
            attempts[each.student, each.chapter].append(each)
    for group in attempts.values():
        *earlier, latest = sorted(group, key=lambda each: each.rank)
        latest.reason = f"the latest of {len(group)} attempts" if earlier else "the only attempt"
        for each in earlier:
            pairs = zip(_GROUNDS, each.rank, latest.rank)
            ground = next((ground for ground, mine, its in pairs if mine != its), "by place")
            each.verdict, each.notebook = "superseded", None
            each.reason = f"{latest.file} is later {ground}"


_GROUNDS = (
    "by the time in its name",
    "by the number in its name",
    "by its file's time",
    "by its name, at the same time",
)


def _forgive_companions(found: list[Found]) -> None:
    """Ignore a file of another kind when its student handed in a notebook as well."""
    taken = {(each.student, each.chapter) for each in found if each.verdict == "taken"}
    taken |= {(student, None) for student, _ in taken}
    for each in found:
        if (each.student, each.chapter) in taken and "file, not a notebook" in each.reason:
            each.verdict, each.reason = "ignored", "handed in beside a notebook"


# Reading one notebook


def _read(file: _File) -> bytes:
    """Read a file that is not too large, whatever it says of its size."""
    try:
        with file.open() as opened:
            data = opened.read(LARGEST_FILE + 1)
    except Exception as error:  # A hostile zip can make zipfile raise almost anything.
        raise UnreadableError(
            f"cannot be read ({type(error).__name__}): ask for it again"
        ) from error
    if len(data) > LARGEST_FILE:
        size = max(file.size, len(data)) / MB
        raise UnreadableError(f"{size:,.1f} MB: larger than {LARGEST_FILE // MB} MB")
    return data


def read_notebook(data: bytes) -> NotebookNode:
    """Read a notebook from bytes that nobody vouches for.

    Returns
    -------
    NotebookNode
        The cells alone: each with a type, its text, its id ("" if none), its grade id in the
        metadata if it has one, and attached pictures. Ids may be doubled.

    Raises
    ------
    UnreadableError
        If it cannot be graded.
    """
    content = _parse(data)
    version = content.get("nbformat")
    if type(version) is not int or version < 1:
        raise UnreadableError("not a notebook: it states no format")
    if version > 4:
        raise UnreadableError(f"format {str(version)[:9]} is unknown: save it in a current Jupyter")
    if version < 4:
        content = _upgraded(content)
    cells = content.get("cells")
    if not isinstance(cells, list):
        raise UnreadableError("not a notebook: it has no list of cells")
    if len(cells) > MOST_CELLS:
        raise UnreadableError(f"{len(cells):,} cells: more than {MOST_CELLS:,}")
    read = [_read_cell(cell, number) for number, cell in enumerate(cells, start=1)]
    size = sum(len(cell.source) for cell in read)
    if size > LARGEST_TEXT:
        raise UnreadableError(f"{size / MB:,.1f} MB of text in its cells: more than 1 MB")
    longest = max((len(cell.source) for cell in read if is_text(cell)), default=0)
    if longest > LONGEST_CELL:
        raise UnreadableError(f"a text cell of {longest:,} characters: more than {LONGEST_CELL:,}")
    if sum(len(str(cell.get("attachments", ""))) for cell in read) > LARGEST_PICTURES:
        for cell in read:
            cell.pop("attachments", None)
    return NotebookNode(cells=read, metadata=NotebookNode(), nbformat=4, nbformat_minor=5)


def _parse(data: bytes) -> dict:
    """Parse JSON in whatever encoding, and say what is wrong with it."""
    if not data.strip():
        raise UnreadableError("an empty file")
    if not data.strip(b"\0"):
        raise UnreadableError("nothing but zeros: the upload failed, ask for it again")
    cut = f"cut off in the middle: the file ends at byte {len(data):,}; ask for it again"
    try:
        text = data.decode(json.detect_encoding(data)).strip()
    except UnicodeDecodeError as error:
        ends = error.reason in ("unexpected end of data", "truncated data")
        raise UnreadableError(cut if ends else "not a notebook: not text in UTF-8") from error
    if not text.startswith("{"):
        kind = "a web page" if text.startswith("<") else f"it starts with {text[:8]!r}"
        raise UnreadableError(f"not a notebook: {kind}; ask for the .ipynb")
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        ends = not text.endswith("}") or error.pos >= len(text) or "Unterminated" in error.msg
        wrong = f"not a notebook: line {error.lineno}: {error.msg}"
        raise UnreadableError(cut if ends else wrong) from error
    except (RecursionError, ValueError) as error:
        raise UnreadableError("not a notebook: nested too deep, or numbers too long") from error


def _upgraded(content: dict) -> dict:
    try:
        return nbformat.convert(nbformat.from_dict(content), 4)
    except Exception as error:  # The old formats are converted without being checked first.
        reason = f"format {content['nbformat']}: open and save it in a current Jupyter"
        raise UnreadableError(reason) from error


def _read_cell(cell: object, number: int) -> NotebookNode:
    if not isinstance(cell, dict) or cell.get("cell_type") not in ("code", "markdown", "raw"):
        raise UnreadableError(f"cell {number} is no cell of a notebook")
    kind, name = cell["cell_type"], cell.get("id")
    read = NotebookNode(cell_type=kind, id=name if isinstance(name, str) else "")
    read.source = _text(cell.get("source"))
    if read.source is None:
        raise UnreadableError(f"cell {number} holds no text: its source is of a wrong type")
    known = _in(_in(cell, "metadata"), "nbgrader").get("grade_id")
    read.metadata = nbformat.from_dict(
        {"nbgrader": {"grade_id": known}} if isinstance(known, str) else {}
    )
    pictures = {name: _pictures(data) for name, data in _in(cell, "attachments").items()}
    if any(pictures.values()) and kind == "markdown":
        read.attachments = nbformat.from_dict({key: data for key, data in pictures.items() if data})
    return read


def _in(mapping: dict, key: str) -> dict:
    """Take a mapping out of a mapping; an empty one where there is none."""
    value = mapping.get(key)
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    """Join what a notebook stores as lines; halves of characters become question marks."""
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        value = "".join(value)
    if not isinstance(value, str):
        return None
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _pictures(data: object) -> dict[str, str]:
    """Keep of an attached file what is a picture in base64."""
    items = data.items() if isinstance(data, dict) else ()
    kept = {kind: _text(value) for kind, value in items if kind in PICTURES}
    return {
        kind: text
        for kind, text in kept.items()
        if text and re.fullmatch(r"[\w+/=\s]+", text, re.A)
    }
