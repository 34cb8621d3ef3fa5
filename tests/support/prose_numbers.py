"""Find the numbers in prose, and list which of them no compared output prints.

A number with three or more significant digits is *long*. A long number in prose is *bound* when
the compared outputs of its chapter print it digit for digit: same sign, same digits, same power
of ten, trailing zeros included. ``1.25e-05`` and ``1.25\\times 10^{-5}`` are the same number;
``1.4186`` and ``1.41860`` are not.
"""

import re
import tomllib
from collections.abc import Iterator
from decimal import Decimal, DecimalTuple
from pathlib import Path
from typing import NamedTuple

from nbformat import NotebookNode

from notebooks import NOTEBOOKS, ROOT, compared_text, figure_texts, numbered, read, short

ALLOWED_FILE = ROOT / "tests/book/allowed_numbers.toml"
LONG = 3

THOUSANDS = r"(?:,|\{,\}|\\,|[_\u00a0\u2009\u202f])"
GAP = r"(?:\s|\\[,;:!]|~)*"
SUPERSCRIPTS = str.maketrans("⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "+-0123456789-")
NUMBER = re.compile(
    rf"""
    (?P<sign> (?<![\w)\]}}]) [-−] )?         # after a digit, letter or bracket it subtracts
    (?<!\w) (?<![0-9]\.)                     # not glued to a word, not inside a version
    (?P<mantissa> [1-9][0-9]{{0,2}} (?:{THOUSANDS}[0-9]{{3}})+ (?:\.[0-9]+)?
                | [0-9]+ (?:\.[0-9]+)?
                | (?<!\.) \.[0-9]+ )
    (?: [eE] (?P<e> [-+−]?[0-9]+ )
      | {GAP} [×·] {GAP} 10 (?: \^ \{{?\s* (?P<power> [-+−]?[0-9]+ ) \s* \}}?
                         | (?P<raised> [⁺⁻⁰¹²³⁴-⁹]+ ) )
    )?
    (?! \.?[0-9] )                           # 2.13.0 is a version, not a number
    """,
    re.VERBOSE,
)

CODE_DIRECTIVES = {"code", "code-block", "code-cell", "sourcecode", "raw", "toctree"}
FILE_DIRECTIVES = {"image", "figure", "include", "literalinclude", "bibliography"}
FENCE = re.compile(
    r"\s*(?P<marks>`{3,}|~{3,}|:{3,})\s*(?:\{(?P<directive>[^}]+)\})?(?P<rest>[^`]*)$"
)
OPTION = re.compile(r"\s*:(?P<key>[\w-]+):")
READ_ALOUD = {"alt", "caption"}

# What a reader does not see as a number, and the minutes to read, which have a test of their own:
# only the group `hide` of each match is hidden.
HIDDEN = [
    r"^\*\*Time\.\*\* (?P<hide>\d+) minutes to read",
    r"(?P<hide><!--.*?-->)",
    r"^(?P<hide>%.*)$",
    r"^(?P<hide>\([\w:.-]+\)=)\s*$",
    r"\{(?:cite[\w:]*|[\w:]*ref|eq|doc|download)\}`(?:[^`<]*(?=<))?(?P<hide>[^`]*)`",
    r"\]\((?P<hide>(?![-−0-9.,]+[)\s])[^()\s]+)",
    r"^(?P<hide>\[(?!\^)[^\]]+\]:\s*\S+)",
    r"(?P<hide>https?://[^\s)>\]]+)",
    r"(?P<hide>\b10\.\d{4,9}/[^\s)>\]]+)",
    r"\$\$[ \t]*(?P<hide>\([A-Za-z][\w:.-]*\))",
    r"(?P<hide>\\(?:label|ref|eqref)\{[^}]*\})",
    r"(?P<hide></?[A-Za-z][\w-]*(?:\s+[A-Za-z:_-]+(?:=(?:\"[^\"]*\"|'[^']*'))?)*\s*/?>)",
    r"(?P<hide>&(?:#\d+|#x[\da-f]+|[A-Za-z]+);)",
    r"(?P<hide>_\{[0-9]+\})",
]
HIDDEN = [re.compile(pattern, re.MULTILINE | re.DOTALL * ("<!--" in pattern)) for pattern in HIDDEN]
COMMAND = re.compile(r"\\[A-Za-z]+")
PRODUCTS = {r"\times": "×", r"\cdot": "·"}


class Number(NamedTuple):
    """A number as written: where it stands, and where its last digit does."""

    text: str
    value: DecimalTuple
    start: int
    last_digit: int


class Loose(NamedTuple):
    """A long number in prose that nothing binds."""

    place: str
    number: Number
    around: str


def numbers(text: str) -> list[Number]:
    """Every number in a text."""
    return [_number(match) for match in NUMBER.finditer(text)]


def _number(match: re.Match) -> Number:
    digits = re.sub(THOUSANDS, "", match["mantissa"])
    power = (match["e"] or match["power"] or match["raised"] or "0").translate(SUPERSCRIPTS)
    sign = "-" if match["sign"] else ""
    value = Decimal(f"{sign}{digits}e{power}").as_tuple()
    return Number(match[0], value, match.start(), match.end("mantissa") - 1)


def prose_numbers(markdown: str) -> list[Number]:
    """The long numbers that a reader of this Markdown meets, at their offsets in it."""
    found = [number for number in numbers(visible(markdown)) if _is_long(number)]
    return [n._replace(text=markdown[n.start : n.start + len(n.text)]) for n in found]


def _is_long(number: Number) -> bool:
    return len(number.value.digits) >= LONG


def visible(markdown: str) -> str:
    """The text with all that is not prose replaced by as many blanks: offsets stay."""
    text = "".join(_prose_lines(markdown))
    for pattern in HIDDEN:
        text = pattern.sub(_hide, text)
    return COMMAND.sub(lambda match: PRODUCTS.get(match[0], "").ljust(len(match[0])), text)


def _hide(match: re.Match) -> str:
    start, end = (position - match.start() for position in match.span("hide"))
    return match[0][:start] + _blank(match["hide"]) + match[0][end:]


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def _prose_lines(markdown: str) -> Iterator[str]:
    """The lines, with code blocks, directives' file names and option lines blanked."""
    open_fences, after_opening = [], False
    for line in markdown.splitlines(keepends=True):
        fence, option = FENCE.match(line), OPTION.match(line)
        in_code = bool(open_fences) and open_fences[-1][1]
        after_opening = after_opening and option is not None
        if fence and open_fences and _closes(fence, open_fences[-1][0]):
            open_fences.pop()
        elif in_code:
            line = _blank(line)
        elif fence and (fence["directive"] or ":" not in fence["marks"]):
            open_fences.append((fence["marks"], fence["directive"] in {None, *CODE_DIRECTIVES}))
            after_opening = fence["directive"] is not None
            line = _opening(line, fence)
        elif after_opening:
            line = _option(line, option)
        yield line


def _closes(fence: re.Match, marks: str) -> bool:
    bare = not fence["directive"] and not fence["rest"].strip()
    return bare and fence["marks"].startswith(marks)


def _opening(line: str, fence: re.Match) -> str:
    """An opening line: its title is prose, a file name or a language is not."""
    if fence["directive"] in {None, *CODE_DIRECTIVES, *FILE_DIRECTIVES}:
        return _blank(line)
    return _blank(line[: fence.start("rest")]) + line[fence.start("rest") :]


def _option(line: str, option: re.Match) -> str:
    kept = option.end() if option["key"] in READ_ALOUD else len(line)
    return _blank(line[:kept]) + line[kept:]


def passages(path: Path) -> list[tuple[str, str]]:
    """The prose of a chapter or page: (place, Markdown), figures' alt texts included."""
    if path.suffix == ".md":
        text = path.read_text(encoding="utf-8")
        matter = re.match(r"---\n.*?\n---\n", text, re.DOTALL)
        return [("page", _blank(matter[0]) + text[matter.end() :] if matter else text)]
    return notebook_passages(read(path))


def notebook_passages(notebook: NotebookNode) -> list[tuple[str, str]]:
    found = [(f"cell {place}", cell.source) for place, cell in numbered(notebook, "markdown")]
    for place, cell in numbered(notebook, "code"):
        found += [(f"cell {place}, {key}", text) for key, text in figure_texts(cell).items()]
    return found


def printed(*notebooks: NotebookNode) -> set[DecimalTuple]:
    """Every number that the compared outputs of these notebooks print."""
    return {number.value for notebook in notebooks for number in numbers(compared_text(notebook))}


def printed_for(path: Path) -> set[DecimalTuple]:
    """What binds a document: its own outputs, or for a page those of all notebooks."""
    return printed(*map(read, NOTEBOOKS if path.suffix == ".md" else [path]))


def loose(prose: list[tuple[str, str]], binding: set[DecimalTuple]) -> list[Loose]:
    """The long numbers of the prose that are not among the binding ones."""
    return [
        Loose(place, number, _around(text, number))
        for place, text in prose
        for number in prose_numbers(text)
        if number.value not in binding
    ]


def _around(text: str, number: Number) -> str:
    middle = number.start + len(number.text) // 2
    return " ".join(text[max(0, middle - 20) : middle + 20].split())


def listed(table: str, path: Path) -> dict[DecimalTuple, str]:
    """The numbers that a table of the allow list holds for this document, as written there."""
    entries = tomllib.loads(ALLOWED_FILE.read_text(encoding="utf-8")).get(table, [])
    here = [entry for entry in entries if entry["file"] == short(path)]
    return {numbers(entry["number"])[0].value: entry["number"] for entry in here}


def report(path: Path, faults: list[Loose]) -> str:
    """One line a number, then what to do about it."""
    lines = [f"{short(path)}, {place}: {n.text} in '…{around}…'" for place, n, around in faults]
    advice = (
        "Print each number in a compared cell of the chapter with the very digits of the prose, "
        "write the prose with the digits that are printed, or, if no cell can compute it (a year, "
        f"a given datum), add it with its reason to {short(ALLOWED_FILE)}."
    )
    return "\n".join([*lines, advice])
