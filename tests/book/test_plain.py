"""Promise: a notebook reads well where nobody knows MyST: on Colab, on GitHub, in plain Jupyter."""

import re
from functools import cache
from html import unescape
from itertools import pairwise
from types import SimpleNamespace

import nbformat
import plain
import pytest
import yaml
from classroom import answered, graded, hand_in, solutions, table
from docutils import nodes
from markdown_it import MarkdownIt
from myst_parser.config.main import MdParserConfig
from plain_markdown import NoPlainFormError, Plain

from exercises import RELEASES, settings
from grader import course, matching
from grader.handed_out import handed_out
from notebooks import NOTEBOOKS, ROOT, figure_texts, read, short, tags

CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
SITE = CONFIG["html"]["baseurl"].rstrip("/")
REPOSITORY = CONFIG["repository"]["url"].removeprefix("https://github.com/")
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
PAGES = {ROOT / f"{page['file']}.ipynb" for part in TOC["parts"] for page in part["chapters"]}
GRADED = sorted(PAGES & set(RELEASES))
every_notebook = pytest.mark.parametrize("path", NOTEBOOKS + GRADED, ids=short)

MYST = re.compile(
    r"^[ >]*(?:`{3,}|~{3,}|:{3,})\{"  # a directive
    r"|\{[\w:+-]+\}`"  # a role
    r"|^:::|^[ >]*\([\w-]+\)=|\$\$[ ]*\([\w-]+\)"  # a fence of colons, a label, one of a formula
    r"|^\+\+\+|^%|\{\{|\]\{|`\{",  # a break, a comment, a substitution, attributes
    re.MULTILINE,
)
FOLD = re.compile(r"^(`{3,})\{dropdown\}[^\n]*\n(.*?)^\1[ ]*$", re.MULTILINE | re.DOTALL)
SHOWN_FOLD = re.compile(r"<details><summary>.+?</summary>\n\n(.*?)\n\n</details>", re.DOTALL)
BETWEEN_MARKS = re.compile(r"\{[\w:]+\}`[^`]*`|\[[^\]]*\]\([^)]*\)|\n")


# The built notebooks


@cache
def built(book, path):
    """The plain notebook of a stored one."""
    return nbformat.read(book / "plain" / short(path), as_version=4)


def texts(notebook):
    return [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]


def all_text(notebook):
    return "\n\n".join(texts(notebook))


def captions(notebook):
    found = (figure_texts(cell)["caption"] for cell in notebook.cells)
    return [caption for caption in found if caption]


@cache
def page(book, name):
    return (book / name).read_text(encoding="utf-8")


def places(book, name):
    """The ids of a page of the built book."""
    return set(re.findall(r'\bid="([^"]+)"', page(book, name)))


def addresses(text):
    """Where the links of a plain text lead, as another parser of Markdown finds them."""
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    inline = [child for token in tokens for child in token.children or []]
    found = [token.attrs["href"] for token in inline if token.type == "link_open"]
    return found + re.findall(r'<a href="([^"]+)"', text)


def test_every_notebook_of_the_book_has_a_plain_one_and_nothing_else_is_there(book):
    found = {path.relative_to(book / "plain").as_posix() for path in (book / "plain").rglob("*.*")}
    assert found == {short(path) for path in NOTEBOOKS + GRADED}


@every_notebook
def test_it_is_a_valid_notebook(book, path):
    notebook = built(book, path)
    nbformat.validate(notebook)
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)


@every_notebook
def test_no_myst_is_left(book, path):
    assert [text for text in texts(built(book, path)) if MYST.search(text)] == []


@every_notebook
def test_it_begins_with_the_way_to_its_page(book, path):
    opening = texts(built(book, path))[0]
    address = f"{SITE}/{short(path).removesuffix('.ipynb')}.html"
    assert addresses(opening) == [address]
    assert CONFIG["title"] in opening


@every_notebook
def test_every_link_leads_to_a_place_in_the_book_or_out_of_it(book, path):
    found = [href for text in texts(built(book, path)) for href in addresses(text)]
    dead = []
    for href in found:
        file, _, place = href.removeprefix(f"{SITE}/").partition("#")
        if href.startswith(f"{SITE}/"):
            there = (book / file).is_file() and (not place or place in places(book, file))
        else:
            there = href.startswith(("https://", "http://"))
        dead += [] if there else [href]
    assert dead == []
    assert found


@every_notebook
def test_nothing_is_lost_of_boxes_folds_sources_references_and_numbers(book, path):
    source = all_text(read(path)) + "\n".join(captions(read(path)))
    text = all_text(built(book, path))
    cited = re.findall(r"\{cite:[pt]\}`([^`]+)`", source)
    expected = {
        "boxes": len(re.findall(r"^`{3,}\{admonition\}", source, re.MULTILINE)),
        "folds": len(FOLD.findall(source)),
        "sources": sum(keys.count(",") + 1 for keys in cited),
        "references": len(re.findall(r"\{(?:ref|eq)\}`|\]\(\.\./", source)) + 1,  # and the opening
        "numbers": len(re.findall(r"\$\$ \([\w-]+\)$", source, re.MULTILINE)),
    }
    links = [href for part in texts(built(book, path)) for href in addresses(part)]
    cites = [href for href in links if "/bibliography.html#" in href]
    assert expected == {
        "boxes": len(re.findall(r"^<blockquote>\n\n\*\*.+\*\*\n\n", text, re.MULTILINE)),
        "folds": len(SHOWN_FOLD.findall(text)),
        "sources": len(cites),
        "references": len(links) - len(cites),
        "numbers": len(re.findall(r"^\\tag\*\{\(\d+\)\}\n\$\$$", text, re.MULTILINE)),
    }
    assert text.count("<blockquote>") == text.count("</blockquote>") == expected["boxes"]
    assert text.count("<details>") == text.count("</details>") == expected["folds"]


@every_notebook
def test_what_is_folded_on_the_page_is_folded_here(book, path):
    """An answer stands inside a fold, and nowhere else."""
    text = all_text(built(book, path))
    inside, outside = "\n".join(SHOWN_FOLD.findall(text)), SHOWN_FOLD.sub("", text)
    for _, body in FOLD.findall(all_text(read(path))):
        longest = max(BETWEEN_MARKS.split(body), key=len)
        assert longest in inside
        assert longest not in outside


@every_notebook
def test_the_code_and_what_it_printed_are_those_of_the_source(book, path):
    source, notebook = (
        [cell for cell in one.cells if cell.cell_type == "code"]
        for one in (read(path), built(book, path))
    )
    for before, after in zip(source, notebook, strict=True):
        for part in ("id", "source", "outputs", "execution_count"):
            assert after[part] == before[part]


@every_notebook
def test_the_code_that_a_page_hides_is_folded_for_jupyter_and_colab(book, path):
    cells = [cell for cell in built(book, path).cells if cell.cell_type == "code"]
    for cell in cells:
        hidden = bool(tags(cell) & {"hide-input", "hide-cell", "remove-cell"})
        folded = cell.metadata.get("jupyter", {})
        assert folded.get("source_hidden", False) == hidden
        assert (cell.metadata.get("cellView") == "form") == hidden
        assert folded.get("outputs_hidden", False) == ("hide-cell" in tags(cell))
    assert hidden or "colab" in tags(cells[0])


@every_notebook
def test_a_figure_has_the_number_and_the_caption_of_its_page(book, path):
    html = page(book, short(path).replace(".ipynb", ".html"))
    numbers = re.findall(r'caption-number">(Fig\. \d+) </span>', html)
    cells = built(book, path).cells
    after = [
        following.source for cell, following in pairwise(cells) if figure_texts(cell)["caption"]
    ]
    heads = [text.partition("** ")[0].removeprefix("**") for text in after]
    assert heads == [f"{number}." for number in numbers]
    assert len(after) == len(captions(read(path)))


@pytest.mark.parametrize("path", GRADED, ids=short)
def test_the_grader_finds_every_cell_of_a_graded_notebook(book, path):
    source = course.read(course.source(path.stem))
    given, submitted = handed_out(source), built(book, path)
    places = matching.match(source, given, submitted).places
    added = submitted.cells[0].id
    assert [cell.id for cell in submitted.cells if cell.id == added] == [added]
    assert places == [None, *matching.match(source, given, read(path)).places]


def test_a_graded_notebook_is_worth_the_same_in_both_forms(book, tmp_path):
    release, answers = course.EXERCISES / "release/ch02/ch02.ipynb", solutions("ch02")
    answers = {name: answers[name] for name in sorted(answers)[::2]}  # the rest stays unanswered
    notebook = nbformat.read(book / "plain" / short(release), as_version=4)
    for cell in notebook.cells:
        cell.source = answers.get(settings(cell).get("grade_id"), cell.source)
    hand_in(tmp_path / "in", "ann", answered("ch02", answers))
    hand_in(tmp_path / "in", "bob", notebook)
    graded(tmp_path / "in", tmp_path / "out")
    ann, bob = (
        {task: points for task, points in table(tmp_path / "out")[name].items() if "/" in task}
        for name in ("ann", "bob")
    )
    assert ann == bob
    assert {"0"} < set(ann.values())


@every_notebook
def test_a_pages_buttons_lead_to_the_plain_notebook_and_binder_to_the_other(book, path):
    name = short(path)
    html = unescape(page(book, name.replace(".ipynb", ".html")))
    (download,) = re.findall(r'href="([^"]+)" target="_blank"\s+class="[^"]*download-source', html)
    here = (book / name).parent
    assert (here / download).resolve() == (book / "plain" / name).resolve()
    (colab,) = re.findall(r'"(https://colab\.[^"]+)"', html)
    assert colab.endswith(f"/github/{REPOSITORY}/blob/plain/{name}")
    (binder,) = re.findall(r'"(https://mybinder\.[^"]+)"', html)
    assert binder.endswith(f"/{REPOSITORY}/main?urlpath=lab/tree/{name}")


# One text at a time


class FakeBook:
    def role(self, name, text):
        return f"[{text}](site/{text})"

    def number(self, label):
        return "(7)"

    def href(self, target):
        return f"site/{target}"

    def title(self, target):
        return "A title"


SETTINGS = MdParserConfig(enable_extensions=set(CONFIG["parse"]["myst_enable_extensions"]))


def convert(text):
    return Plain(SETTINGS, FakeBook()).convert(text)


@pytest.mark.parametrize(
    "text",
    [
        "# A title\n\nWords, *more* and **more**, `code`, $w_1$.",
        "- a list\n- of two\n\n  and a paragraph  \n  with a break\n\n1. one",
        "> a quote\n> of two lines",
        "| a | b |\n|---|:-:|\n| $\\|x\\|$ | `{ref}` |",
        "```python\nprint('{ref}`x`')\n```\n\n    code = {1: 2}",
        "$$\nx = \\{1\\}\n$$\n\n---\n\nwords",
        "a \\{ref}`x` that is escaped",
    ],
)
def test_what_is_plain_stays_as_it_is(text):
    assert convert(text) == text


FOLDED = "<details><summary>{}</summary>\n\n{}\n\n</details>"
BOXED = "<blockquote>\n\n**{}**\n\n{}\n\n</blockquote>"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(a-label)=\n# Title", "# Title"),
        ("a {ref}`b` c {ref}`d`", "a [b](site/b) c [d](site/d)"),
        ("a {ref}`b\nc` d", "a \n[b c](site/b c) d"),
        ("`{ref}` and {ref}`x`", "`{ref}` and [x](site/x)"),
        ("- a\n  {ref}`b`\n\n> {ref}`c`", "- a\n  [b](site/b)\n\n> [c](site/c)"),
        ("| {ref}`a` | x |\n|---|---|\n| x | {ref}`a` |",
         "| [a](site/a) | x |\n|---|---|\n| x | [a](site/a) |"),
        ("[see {ref}`b`](a.ipynb) {ref}`c`", "[see [b](site/b)](site/a.ipynb) [c](site/c)"),
        ("[words](a.ipynb), [](a.ipynb)",
         "[words](site/a.ipynb), [A title](site/a.ipynb)"),
        ("$$\nx\n$$ (eq-x)\n\nwords", "$$\nx\n\\tag*{(7)}\n$$\n\nwords"),
        (":::{dropdown} What `x` is\nIt is *x*.\n:::", FOLDED.format(
            "What <code>x</code> is", "It is *x*.")),
        ("```{admonition} Note\n:class: tip\n\nWords {ref}`a`.\n```\nmore",
         BOXED.format("Note", "Words [a](site/a).") + "\nmore"),
        (":::{admonition} Note\nWords.\n:::", BOXED.format("Note", "Words.")),
        ("````{admonition} Note\n```{dropdown} Fold\nx\n```\n````",
         BOXED.format("Note", FOLDED.format("Fold", "x"))),
        ("```{dropdown} Code\n~~~python\nx = 1\n\n\ny = 2\n~~~\n```",
         FOLDED.format("Code", "~~~python\nx = 1\n\n\ny = 2\n~~~")),
        ("- item\n\n  ```{dropdown} Fold\n  x\n  ```",
         "- item\n\n  <details><summary>Fold</summary>\n\n  x\n\n  </details>"),
        ("- ```{dropdown} Fold\n  x\n  ```",
         "- <details><summary>Fold</summary>\n\n  x\n\n  </details>"),
        ("> $$\n> x\n> $$ (eq-x)", "> $$\n> x\n> \\tag*{(7)}\n> $$"),
    ],
)  # fmt: skip
def test_what_only_myst_knows_gets_its_plain_form(text, expected):
    assert convert(text) == expected


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("```{note}\nWords.\n```", "{note}"),
        ("```{dropdown} Fold\n\n:::{tip}\nx\n:::\n```", "{tip}"),
        ("term\n: what it means", "dl"),
        ("a note[^1]\n\n[^1]: of the foot", "footnote"),
        ("![a picture](picture.png)", "image"),
        ("% a comment", "comment"),
        ("+++", "block_break"),
        ("`code`{.python}", "code_inline"),
        ("[words]{.red}", "span"),
        ("\\begin{align}x\\end{align}", "amsmath"),
        ("- [ ] a task", "task"),
        ("| $\\|x\\|$ {ref}`a` |\n|---|", "escaped bar"),
    ],
)
def test_what_has_no_plain_form_is_refused_by_its_name(text, named):
    with pytest.raises(NoPlainFormError, match=re.escape(named)):
        convert(text)


def test_a_role_that_has_no_plain_form_is_refused_by_its_name():
    with pytest.raises(NoPlainFormError, match=r"\{minutes\}"):
        plain.Book.resolve(None, "minutes", "1 2")


def test_words_that_look_like_markup_are_none():
    book = SimpleNamespace(address="https://site/a/page.html")
    book.markdown = lambda node, letters: plain.Book.markdown(book, node, letters)
    link = nodes.reference("", "", nodes.inline("", "a_b [c] *d*"), refuri="b.html#here")
    assert book.markdown(link, {}) == r"[a\_b \[c\] \*d\*](https://site/a/b.html#here)"
    local = nodes.reference("", "[2012]", refid="here")
    assert book.markdown(local, plain.ROUND) == "[(2012)](https://site/a/page.html#here)"
