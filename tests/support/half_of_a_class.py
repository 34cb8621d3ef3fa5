"""What is promised of a class with hostile members, for each half of it to inherit.

The class is graded as two halves, in two files, so that two workers share it. Every test looks at
each half. Whoever hands in the same code as another, in whatever wrapping, is graded by the run of
that code.
"""

import csv
import html
import itertools
import json
import re
from copy import deepcopy
from dataclasses import dataclass
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from unittest import mock

import nbformat
from classroom import graded, points, table
from hostile import ALL, CHAPTER, DEEPER, HALVES, HONEST, Kind, disguised, kinds, short
from nbconvert.exporters import HTMLExporter
from nbgrader.server_extensions.formgrader import handlers

from exercises import tasks
from grader import course, grade
from grader.execution import execute
from grader.gradebook import Workspace

POINTS = {
    CHAPTER: {task: f"{points(CHAPTER)[f'{CHAPTER}/{task}']:g}" for task in ALL},
    DEEPER: {task.name: f"{task.points:g}" for task in tasks(DEEPER)},
}
BY_HAND = {CHAPTER: ("d1",), DEEPER: ()}
NO_PAGE = "graded, but its feedback page cannot be made"
STOPPED = "this cell ran longer than 3 seconds"
# Without plots: where a machine is slow, matplotlib says on the page that it builds its fonts.
ALONE = ("windows lines", "a slow cell", "numpy", "an exit")
PASSIVE = {
    *("body", "a", "div", "span", "p", "pre", "code", "br", "hr", "h1", "h2", "h3", "h4", "ul"),
    *("ol", "li", "b", "em", "strong", "i", "img", "table", "thead", "tbody", "tr", "td", "th"),
    *("blockquote",),
}
ADDRESS = re.compile(r"https?://|mailto:|#|data:image/(png|jpeg|gif);base64,")


@dataclass(frozen=True)
class Graded:
    """A class after its one run."""

    members: list[Kind]
    workspace: Path
    report: list[str]

    @property
    def rows(self):
        """What each student has, by name without the mark that keeps namesakes apart."""
        rows = table(self.workspace)
        return {name.partition("~")[0]: row for name, row in rows.items()}

    @property
    def refused(self):
        """File and reason of what was not graded."""
        with (self.workspace / "not_graded.csv").open(newline="", encoding="utf-8") as file:
            return [(row["file"], row["why"]) for row in csv.DictReader(file)]


def grade_class(members, place):
    for kind in members:
        kind.lay(place / "handed_in")
    (place / "runs").mkdir()
    with (
        mock.patch.object(course, "EXERCISES", short_course(place / "course")),
        mock.patch.object(grade, "execute", once(place / "runs")),
    ):
        report = graded(place / "handed_in", place / "workspace")
    return Graded(members, place / "workspace", report)


def short_course(folder):
    """A folder like that of all exercises, with two notebooks that need no SymPy."""
    for kind, chapter in itertools.product(("source", "release"), POINTS):
        place = course.notebook(folder / kind, chapter)
        place.parent.mkdir(parents=True)
        nbformat.write(short(course.read(course.notebook(course.EXERCISES / kind, chapter))), place)
    return folder


def once(folder):
    """Execute each notebook once, and another with the very same cells by the outputs of that."""

    async def executed(notebook, **named):
        cells = [(cell.id, cell.source) for cell in notebook.cells if cell.cell_type == "code"]
        place = folder / sha256(json.dumps(cells).encode()).hexdigest()
        if not place.exists():
            done = await execute(notebook, **named)
            outputs = {cell.id: cell.outputs for cell in done.cells if cell.cell_type == "code"}
            place.write_text(json.dumps(outputs), encoding="utf-8")
        notebook = deepcopy(notebook)
        outputs = nbformat.from_dict(json.loads(place.read_text(encoding="utf-8")))
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        for count, cell in enumerate(code, start=1):
            cell.outputs, cell.execution_count = outputs[cell.id], count
        return notebook

    return executed


def deserved(kind):
    if kind.refused:
        return f"not graded: {kind.refused}"
    of_tasks = POINTS[kind.chapter].items()
    scores = [value if task in kind.deserves else "0" for task, value in of_tasks]
    return " ".join([*scores, *("waits" if kind.d1 else "0" for _ in BY_HAND[kind.chapter])])


def found(kind, run):
    """What became of one member, in the words of `deserved`."""
    row = run.rows.get(kind.who)
    if row:
        names = (*POINTS[kind.chapter], *BY_HAND[kind.chapter])
        return " ".join(row[f"{kind.chapter}/{task}"] or "waits" for task in names)
    reasons = [why for file, why in run.refused if file.startswith(kind.who)]
    expected = [kind.refused for why in reasons if kind.refused and kind.refused in why]
    return f"not graded: {(expected or reasons or ['and nobody says why'])[0]}"


def hidden_code():
    """The lines that stand in hidden regions and nowhere else."""
    lines, visible = set(), set()
    for cell in course.read(course.source(CHAPTER)).cells:
        before, _, rest = cell.source.partition("### BEGIN HIDDEN TESTS")
        inside, _, after = rest.partition("### END HIDDEN TESTS")
        lines |= {line.strip() for line in inside.splitlines()}
        visible |= {line.strip() for line in (before + after).splitlines()}
    common = {"import random", "for _ in range(3):", "for _ in range(2):", "try:"}
    return sorted(lines - visible - common - {"", "except ValueError:"})


def hidden_outputs():
    """What the hidden regions print: values that fresh inputs alone give."""
    printed = "".join(task.prints for task in tasks(CHAPTER))
    lines = re.findall("hidden> (.*)", printed)
    return [line for line in lines if len(line) > 8 and re.search(r"\d", line)]


def shown(workspace):
    """All that may reach a learner or a spreadsheet, by file."""
    places = [*workspace.glob("feedback/**/*"), *workspace.glob("autograded/**/*")]
    places += [*workspace.glob("submitted/**/*"), *workspace.glob("*.csv")]
    texts = {place: place.read_text(encoding="utf-8") for place in places if place.is_file()}
    return {
        str(place.relative_to(workspace)): html.unescape(re.sub(r"</?span[^>]*>", "", text))
        for place, text in texts.items()
    }


class Reader(HTMLParser):
    """Collects what in a page's body acts, or looks elsewhere, as a browser would see it."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page[page.index("<body>") :])

    def handle_starttag(self, tag, attributes):
        if tag not in PASSIVE:
            self.found.append(tag)
        for name, value in attributes:
            address = name in ("href", "src") and not ADDRESS.match(value or "")
            if address or name.startswith("on") or name in ("srcdoc", "formaction"):
                self.found.append(f"{name}={value}")


def pages(run):
    return {
        kind.name: (place / kind.chapter / f"{kind.chapter}.html").read_text(encoding="utf-8")
        for kind in run.members
        for place in run.workspace.glob("feedback/*")
        if place.name.partition("~")[0] == kind.who.lstrip("'")
    }


def formgrader_page(run, student):
    """The page on which a person marks, as the formgrader makes it of a graded notebook."""
    config = Workspace(run.workspace).config
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    names = ("assignment_id", "notebook_id", "submission_id", "base_url", "notebook_path")
    resources = dict.fromkeys((*names, "student", "first_name", "last_name"), "x")
    folders = (run.workspace / "autograded").iterdir()
    (folder,) = [place for place in folders if place.name.partition("~")[0] == student]
    notebook = course.notebook(folder, CHAPTER)
    exporter = HTMLExporter(config=config)
    return exporter.from_filename(notebook, resources={**resources, "index": 0, "total": 1})[0]


class HalfOfAClass:
    """The tests of one half; a file names which."""

    half_name: str

    def test_everyone_gets_what_is_deserved(self, half):
        should = {kind.name: deserved(kind) for kind in half.members}
        assert {kind.name: found(kind, half) for kind in half.members} == should

    def test_nobody_appears_who_handed_in_nothing(self, half):
        assert set(half.rows) == {kind.who for kind in half.members if not kind.refused}

    def test_what_would_never_end_is_stopped_by_its_limit(self, half):
        """An endless cell costs its three seconds, as its page says; so the run ends."""
        names = {"a loop", "a loud loop", "loops that swallow"}
        endless = [kind.who for kind in half.members if kind.name in names]
        assert endless
        for who in endless:
            notebook = course.notebook(half.workspace / "autograded" / who, CHAPTER)
            assert STOPPED in notebook.read_text(encoding="utf-8")

    def test_the_report_has_one_line_for_each_submission(self, half):
        lines = [line for line in half.report if re.match(r"\[ *\d+/\d+\] ", line)]
        assert len(lines) == len([kind for kind in half.members if not kind.refused])

    # ---- Nothing hidden is shown

    def test_no_page_shows_what_is_hidden(self, half):
        secrets = [course.PUBLIC_SEED, *hidden_outputs()]
        needles = [form for text in secrets for form in disguised(text)] + hidden_code()
        needles += [line.replace('"', '\\"') for line in hidden_code()]
        pages = shown(half.workspace)
        assert len(pages) > 3 * 35
        assert not [
            (place, needle) for place, text in pages.items() for needle in needles if needle in text
        ]

    def test_no_signal_reaches_a_page_from_the_hidden_run(self, half):
        spies = {"a spy with locks", "a spy", "a spy in errors", "a search", "the network"}
        assert spies < set(HALVES["checks and secrets"])
        for name, page in shown(half.workspace).items():
            for sign in ("SIGNALLED", "CONNECTED\n", "hidden> {"):
                assert sign not in page, name

    # ---- Pages and tables do nothing by themselves

    def test_no_page_runs_what_a_learner_wrote(self, half):
        found = {name: Reader(page).found for name, page in pages(half).items()}
        every_page_has = found["right"]
        assert {name: acts for name, acts in found.items() if acts != every_page_has} == {}
        hostile = '<body><p onclick="x"><script>1</script><a href="java&#115;cript:x">'
        assert Reader(hostile).found == ["onclick=x", "script", "href=javascript:x"]

    def test_the_formgrader_runs_nothing_that_a_learner_wrote(self, half):
        tried = ("a tag for a name", "scripts in errors", "a spy", "forged lines")
        hostile = [kind.who for kind in half.members if kind.name in tried]
        assert len(hostile) == 2
        usual = set(Reader(formgrader_page(half, "right")).found)
        for who in hostile:
            assert set(Reader(formgrader_page(half, who)).found) == usual

    def test_everyone_who_is_graded_gets_a_page_or_the_teacher_a_reason(self, half):
        members = {kind.name for kind in half.members if not kind.refused}
        lacking = members - set(pages(half))
        assert lacking == {"a missing picture"} & members
        without = [file for file, why in half.refused if why.startswith(NO_PAGE)]
        assert without == [f"{name}.ipynb" for name in lacking]

    def test_no_table_holds_a_formula(self, half):
        for name in ("grades.csv", "not_graded.csv"):
            with (half.workspace / name).open(newline="", encoding="utf-8") as file:
                cells = [cell for row in csv.reader(file) for cell in row]
            assert len(cells) > 1
            assert not [cell for cell in cells if cell[:1] in tuple("=+-@\t\r")]

    # ---- Nobody else's grade is moved

    def test_the_honest_have_what_they_have_without_the_others(self, half, tmp_path):
        """The same entries in the table, and the same page, to the byte."""
        names = {kind.name for kind in half.members} & set(ALONE)
        alone = grade_class(kinds({name: HONEST[name] for name in names}), tmp_path)
        assert len(alone.rows) == 2
        for name, row in alone.rows.items():
            assert {column: half.rows[name][column] for column in row} == row
        assert {name: pages(half)[name] for name in names} == pages(alone)
