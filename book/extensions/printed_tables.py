"""Sphinx extension: a table that a cell has printed becomes a table of the page.

A notebook prints its results in columns, with plain Python. Here lines are read as a table only
where nothing has to be guessed: heads, at least two rows below them, a head above each column but
the first, which may go without, and no empty cell. All else stays the text that it is.
"""

import re
from itertools import groupby, product
from typing import NamedTuple

from docutils import nodes

PHRASE, WORD = re.compile(r"\S+(?: \S+)*"), re.compile(r"\S+")
NUMBER = re.compile(r"[-+−]?\d[\d,]*(\.\d+)?(e[-+]?\d+)?[%KMGT]?")
JOINTS = {"±", "to"}  # stand within a cell: 0.171 ± 0.002
MINUS = re.compile(r"(?<![\w.])-(?=\d)")
LEAST_ROWS = 2
EMPTY_HEAD = re.compile(r"<th( class=\"head[^>]*)><p></p></th>")


def setup(app):
    """Connect two moments: once a page has been read, and once it is written."""
    app.connect("doctree-read", replace)
    app.connect("html-page-context", empty_corners)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def replace(app, doctree):
    """Put tables in the place of the lines that are some."""
    for output in list(doctree.findall(nodes.literal_block)):
        if "stream" in output["classes"]:
            blocks = blocks_of(output.astext())
            if any(isinstance(block, Table) for block in blocks):
                place = output.parent.index(output)
                output.parent[place : place + 1] = [node_of(block, output) for block in blocks]


def empty_corners(app, pagename, templatename, context, doctree):
    """Make a head that is empty a cell, which a screen reader does not announce as a head."""
    if body := context.get("body"):
        context["body"] = EMPTY_HEAD.sub(r"<td\1></td>", body)


class Table(NamedTuple):
    """What is above the columns (a text and how many columns it is for), and the rows' cells."""

    heads: list[list[tuple[str, int]]]
    rows: list[tuple[str, ...]]


class Column(NamedTuple):
    """Where a column of lines begins and ends, and its cells."""

    start: int
    end: int
    cells: list[str]

    def is_below(self, head):
        """Return whether a match in the line of heads stands above the column."""
        return head.start() < self.end and self.start < head.end()

    def is_flush_with(self, head):
        """Return whether a match begins or ends where the column does."""
        return head.start() == self.start or head.end() == self.end


def is_number(cell):
    """Return whether a cell holds a number, or two that belong together."""
    words = [word for word in cell.split() if word not in JOINTS]
    return bool(words) and all(NUMBER.fullmatch(word) for word in words)


def are_numbers(cells):
    """Return whether all cells hold numbers."""
    return all(map(is_number, cells))


def blocks_of(text):
    """Return what was printed as a list of tables and of texts between them."""
    lines, blocks, before, place = text.rstrip().split("\n"), [], [], 0
    while place < len(lines):
        table, after = table_at(lines, place)
        if table:
            blocks += ["\n".join(before), table] if before else [table]
            before = []
        else:
            before.append(lines[place])
        place = after
    return [*blocks, "\n".join(before)] if before else blocks


def table_at(lines, first):
    """Return the table that begins in a line, if one does, and the line to go on with."""
    for above in (2, 1):  # lines of heads
        ends = range(len(lines), first + above + LEAST_ROWS - 1, -1)
        for after, numbers_apart in product(ends, (False, True)):
            columns = columns_of(lines[first + above : after], numbers_apart)
            heads = heads_of(lines[first : first + above], columns)
            if heads and not goes_on(lines[after : after + 1], columns):
                return Table(heads, list(zip(*(column.cells for column in columns)))), after
    return None, first + 1


def goes_on(lines, columns):
    """Return whether one line more looks like a row, so that the table would be torn."""
    counts = are_numbers(columns[-1].cells)
    for phrases in map(PHRASE.findall, lines):
        if len(phrases) >= len(columns) and is_number(phrases[-1]) == counts:
            return True
    return False


def columns_of(lines, numbers_apart):
    """Return the columns of lines, told apart by two spaces, or by one between two numbers.

    With ``numbers_apart`` one space is enough before any column of numbers.
    """
    width = max(map(len, lines))
    used = [any(line[place : place + 1].strip() for line in lines) for place in range(width)]
    places = [list(run) for one, run in groupby(range(width), used.__getitem__) if one]
    columns = []
    for start, end in ((run[0], run[-1] + 1) for run in places):
        column = Column(start, end, [line[start:end].strip() for line in lines])
        if columns and belong_together(columns[-1], column, numbers_apart):
            start = columns.pop().start
            column = Column(start, end, [line[start:end].strip() for line in lines])
        columns.append(column)
    return columns


def belong_together(left, right, numbers_apart):
    """Return whether what stands in two columns is one: ``Year Built``, ``0.171 ± 0.002``."""
    if set(right.cells) <= JOINTS or any(cell.split(" ")[-1] in JOINTS for cell in left.cells):
        return True
    apart = are_numbers(right.cells) and (numbers_apart or are_numbers(left.cells))
    return right.start - left.end < 2 and not apart


def heads_of(lines, columns):
    """Return the heads of the columns, a row for each line, or None if the lines hold none."""
    if len(columns) < 2 or not all(all(column.cells) for column in columns):
        return None
    *upper, lower = lines
    own = own_heads(lower, columns)
    if not own or not are_told_apart(own, columns):
        return None
    own, upper = [(head, 1) for head in own], [spanning_heads(line, columns) for line in upper]
    if not all(upper):
        return None
    return joined_heads(upper[0], own) if upper else [own]


def own_heads(line, columns):
    """Return the one head of each column in a line, or None where that is not clear."""
    heads, phrases = [""] * len(columns), list(PHRASE.finditer(line))
    if len(phrases) == 1 and len(line.split()) > len(columns):
        return None  # a sentence
    for number, head in (part for phrase in phrases for part in parts_of(phrase, columns)):
        # What begins right of a text belongs to numbers that stand too near it.
        beside = not are_numbers(columns[0].cells) and head.start() > columns[0].start
        if number is None or heads[number] or (number == 0 and beside):
            return None
        heads[number] = head.group()
    return heads if all(heads[1:]) and sum(map(bool, heads)) > 1 else None


def parts_of(phrase, columns):
    """Yield the parts of a phrase and the number of the column that each stands above, or None.

    A phrase above several columns is taken apart where words begin or end with their columns.
    """
    above = numbers_below(phrase, columns)
    if len(above) == 1:
        yield above[0], phrase
        return
    words = list(WORD.finditer(phrase.string, *phrase.span()))
    for above, run in groupby(words, lambda word: numbers_below(word, columns)):
        first, *_, last = [*run] * 2
        part = re.compile(".*").match(phrase.string, first.start(), last.end())
        fits = len(above) == 1 and columns[above[0]].is_flush_with(part)
        yield above[0] if fits else None, part


def numbers_below(head, columns):
    """Return the numbers of the columns below a match in the line of heads."""
    return [number for number, column in enumerate(columns) if column.is_below(head)]


def spanning_heads(line, columns):
    """Return the heads in a line above the heads, each over one column or more, or None.

    Where one stands above a single column and another column has none, its reach is not clear.
    """
    row, done = [], 0
    for phrase in PHRASE.finditer(line):
        below = numbers_below(phrase, columns)
        if not below or below[0] < done or below[0] == 0:
            return None
        row += [("", 1)] * (below[0] - done) + [(phrase.group(), len(below))]
        done = below[-1] + 1
    row += [("", 1)] * (len(columns) - done)
    alone = [bool(head) for head, span in row[1:] if span == 1]
    return None if any(alone) and not all(alone) else row


def joined_heads(upper, own):
    """Return two rows of heads, or one: an upper head over one column belongs to the head there."""
    rows, number = ([], []), 0
    for head, span in upper:
        names = [name for name, _ in own[number : number + span]]
        if span == 1:
            head, names = "", [f"{head} {names[0]}".strip()]
        rows[0].append((head, span))
        rows[1].extend((name, 1) for name in names)
        number += span
    return [*rows] if any(head for head, _ in rows[0]) else [rows[1]]


def are_told_apart(heads, columns):
    """Return whether heads are no row themselves, as in lines of one kind below each other.

    Numbers may be heads (of so many features) if they are whole and rise.
    """
    cells = [column.cells for column in columns]
    if any(head and not re.search(r"\w", head) for head in heads):
        return False
    if any(blanked(head) in map(blanked, below) for head, below in zip(heads, cells) if head):
        return False
    numbers = [head for head in heads if is_number(head)]
    if not all(map(str.isdigit, numbers)) or numbers != sorted(set(numbers), key=int):
        return False
    if any(are_numbers(below) and not is_number(head) for head, below in zip(heads, cells)):
        return True
    return len(numbers) > 2 and not any(cell.isdigit() for below in cells for cell in below)


def blanked(cell):
    """Return what ``45 steps`` and ``1000 steps`` share; a bare number is like no other."""
    return cell if is_number(cell) else re.sub(r"\d[\d,.]*", "#", cell)


def node_of(block, output):
    """Return the node of a text, like the output that it is a part of, or of a table."""
    if isinstance(block, str):
        return nodes.literal_block(block, block, **output.attributes)
    columns = list(zip(*block.rows))
    right = [2 * sum(map(is_number, cells)) > len(cells) for cells in columns]
    head = nodes.thead("", *(row_of(heads, right) for heads in block.heads))
    body = nodes.tbody("", *(row_of([(cell, 1) for cell in row], right) for row in block.rows))
    specs = [nodes.colspec(colwidth=1, stub=not right[0] and n == 0) for n in range(len(columns))]
    group = nodes.tgroup("", *specs, head, body, cols=len(columns))
    return nodes.table("", group, classes=["lr-printed"])


def row_of(cells, right):
    """Return the node of a row, with the cells marked that stand to the right."""
    row, column = nodes.row(), 0
    for text, span in cells:
        more = {"morecols": span - 1} if span > 1 else {}
        marks = ["lr-number"] * right[column]
        text = MINUS.sub("−", text) if right[column] else text
        row += nodes.entry("", nodes.paragraph("", text), classes=marks, **more)
        column += span
    return row
