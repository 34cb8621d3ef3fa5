"""Promise: a cell that nbval compares prints every long number of the prose, digit for digit."""

import tomllib

import pytest
from nbformat import v4
from prose_numbers import (
    ALLOWED_FILE,
    listed,
    loose,
    notebook_passages,
    numbers,
    passages,
    printed,
    printed_for,
    prose_numbers,
    report,
    visible,
)

from notebooks import CHAPTERS, DOCUMENTS, ROOT, short

each_document = pytest.mark.parametrize("path", DOCUMENTS, ids=short)


# The stored book


def test_there_is_a_chapter_with_bound_numbers():
    assert any(prose_numbers(text) for path in CHAPTERS for _, text in passages(path))


@each_document
def test_every_long_number_is_printed_or_allowed(path):
    faults = loose(passages(path), printed_for(path) | set(listed("allowed", path)))
    assert not faults, report(path, faults)


@each_document
def test_no_allowed_number_is_needless(path):
    needed = {fault.number.value for fault in loose(passages(path), printed_for(path))}
    stale = [text for value, text in listed("allowed", path).items() if value not in needed]
    assert not stale, f"{short(path)}: allowed, but nothing in the prose needs it: {stale}"


@each_document
def test_a_wrong_last_digit_is_found(path):
    unseen = coincidences(passages(path), printed_for(path), set(listed("allowed", path)))
    known = listed("coincidence", path)
    unlisted = [f"{a} -> {b}" for value, (a, b) in unseen.items() if value not in known]
    stale = [text for value, text in known.items() if value not in unseen]
    assert not unlisted, (
        f"{short(path)}: with a wrong last digit these still match another number. Print fewer "
        f"look-alikes, or list each as [[coincidence]] in {short(ALLOWED_FILE)}: {unlisted}"
    )
    assert not stale, f"{short(path)}: no coincidence any more, delete the entry: {stale}"


def coincidences(prose, binding, allowed=frozenset()):
    """Bound numbers that pass with a wrong last digit too: value -> (before, after)."""
    unseen = {}
    for place, text in prose:
        for number in prose_numbers(text):
            wrong = with_last_digit_raised(text, number)
            faults = {fault.number.start for fault in loose([(place, wrong)], binding | allowed)}
            if number.value in binding and number.start not in faults:
                end = number.start + len(number.text)
                unseen[number.value] = (number.text, wrong[number.start : end])
    return unseen


def with_last_digit_raised(text, number):
    digit = (int(text[number.last_digit]) + 1) % 10
    return text[: number.last_digit] + str(digit) + text[number.last_digit + 1 :]


def entries():
    tables = tomllib.loads(ALLOWED_FILE.read_text(encoding="utf-8"))
    assert set(tables) <= {"allowed", "coincidence"}
    return [(table, entry) for table, found in tables.items() for entry in found]


def test_allow_list_entries_are_complete_and_single():
    seen = set()
    for table, entry in entries():
        assert set(entry) == {"file", "number", "why"}, entry
        assert ROOT / entry["file"] in DOCUMENTS, f"no such chapter or page: {entry}"
        (number,) = numbers(entry["number"])
        assert number.text == entry["number"], f"not one number: {entry}"
        assert len(entry["why"]) >= 10, f"say why: {entry}"
        key = (table, entry["file"], number.value)
        assert key not in seen, f"listed twice: {entry}"
        seen.add(key)


# The checker itself: what counts as a long number

LONG = [
    ("a hundred is 100", "100"),
    ("trailing zeros count: 0.0500", "0.0500"),
    ("0.401", "0.401"),
    ("a bare point: .401", "0.401"),
    ("1,000 rows", "1000"),
    ("12,345.67 dollars", "12345.67"),
    (r"$1{,}000$ rows", "1000"),
    (r"$10\,000$ rows", "10000"),
    ("10\u2009000 and", "10000"),
    ("10\u202f000 and", "10000"),
    ("10\u00a0000 and", "10000"),
    ("`n_steps=10_000`", "10000"),
    ("a minus \u22121.25 here", "-1.25"),
    ("a hyphen -1.25 here", "-1.25"),
    ("$w=-1.25$", "-1.25"),
    ("$(-1.25)$", "-1.25"),
    ("it printed 1.25e-05.", "1.25e-05"),
    ("it printed -1.25E+05.", "-1.25e5"),
    (r"$1.25\times10^{-5}$", "1.25e-05"),
    (r"$1.25 \times 10^{-5}$", "1.25e-05"),
    (r"$1.25\,\times\,10^5$", "1.25e5"),
    (r"$1.25\cdot 10^{-5}$", "1.25e-05"),
    ("1.25e−05", "1.25e-05"),
    ("1.25 × 10⁻⁵", "1.25e-05"),
    ("1.25·10³", "1.25e3"),
    (r"$\approx1.4186$", "1.4186"),
    (r"$\frac{1.4186}{2}$", "1.4186"),
    ("$1.4186x$", "1.4186"),
    ("`lr=0.401`", "0.401"),
    ("**0.401**", "0.401"),
    ("| loss | 0.401 |", "0.401"),
    ("is 0.401.", "0.401"),
    ("12.5%", "12.5"),
    ("from 5 % to 0.401", "0.401"),
    ("$x^{100}$", "100"),
    ("{math}`0.401`", "0.401"),
    ("{sub}`0.401` and {sup}`2`", "0.401"),
    ("<!-- 200 --> 0.401 <!-- 300 -->", "0.401"),
    ("1, 2, ...100", "100"),
    ("`(0,100)`", "100"),
    ("$x-1.25$", "1.25"),
    ("$(x)-1.25$", "1.25"),
    ("$x - 1.25$", "1.25"),
    ("(De Cock, 2011)", "2011"),
    ("{ref}`after 100 steps <walk-200>`", "100"),
    ("![a loss of 0.401](loss-300.svg)", "0.401"),
    ("[after 100 steps](page-200.md)", "100"),
    ("in [0, 1](100) steps", "100"),
    ("[^1]: a loss of 0.401", "0.401"),
    ("# Step 100", "100"),
    ("```{admonition} The loss is 0.401\n```", "0.401"),
    (":::{note}\n0.401\n:::", "0.401"),
    ("````{dropdown} Answer\n```python\n1.234\n```\n0.401\n````", "0.401"),
    ("```{note}\nOne.\n```\n0.401\n```{note}\nTwo.\n```", "0.401"),
    ("```{figure} x_200.svg\n:name: fig-300\n:alt: falls to 0.401\n```", "0.401"),
    ("```{figure} x_200.svg\n:caption: It falls to 0.401.\n```", "0.401"),
    ("```{math}\n:label: eq-200\nL = 0.401\n```", "0.401"),
    (":loss: 0.401", "0.401"),
    ('<span title="200">0.401</span>', "0.401"),
    ("$a<b, 100>c$", "100"),
]


@pytest.mark.parametrize(("markdown", "value"), LONG)
def test_a_long_number_is_read(markdown, value):
    (expected,) = numbers(value)
    assert [number.value for number in prose_numbers(markdown)] == [expected.value]


@pytest.mark.parametrize(
    ("markdown", "values"),
    [
        ("θ=(1.4186, 0.3991)", ["1.4186", "0.3991"]),
        ("(1.25,2.50)", ["1.25", "2.50"]),
        ("(-1.25,-2.50)", ["-1.25", "-2.50"]),
        ("100-200 steps", ["100", "200"]),
        ("100–200 steps", ["100", "200"]),
        ("100/200", ["100", "200"]),
        ("100, 200, …, 1,000", ["100", "200", "1000"]),
        ("$1.25x - 2.50$", ["1.25", "2.50"]),
        ("`[100,2000]`", ["100", "2000"]),
        ("on 2011-05-03", ["2011"]),
    ],
)
def test_neighbours_are_told_apart(markdown, values):
    expected = [numbers(value)[0].value for value in values]
    assert [number.value for number in prose_numbers(markdown)] == expected


@pytest.mark.parametrize(
    "markdown",
    [
        "0.01 and 50 and 0.050 and 1e-05",
        "$10^{-5}$ and 10⁻⁵",
        "float64, x_100, int64, $x_{100}$, `x100`",
        "version 2.13.0",
        "[a page](page-200.md) and [another](https://doi.org/10.1080/10691898.2011)",
        "https://example.org/2011/300 and <https://example.org/300>",
        "doi 10.1080/10691898.2011.11889627",
        "[paper]: pages/300.html",
        "<!-- 0.401\n0.402 -->",
        "% a comment of 0.401",
        "{cite:p}`decock2011` {cite}`a:2011`",
        "{ref}`walk-200` {eq}`eq:300` {numref}`Figure %s <fig-400>` {doc}`500`",
        "(walk-200)=\n",
        "$$ x = 1 $$ (eq-200)",
        r"\begin{equation}\label{eq:200} x \end{equation}",
        '<img src="loss.svg" width="600" height="400">',
        "```python\nx = 0.401\n```",
        "~~~\nx = 0.401\n~~~",
        "```{code-block} python\nx = 0.401\n```",
        "```{figure} fig-200.svg\n:name: fig-300\n:width: 400px\n```",
        "```{note}\n```python\n0.401\n```\n```",
        "&#8239;",
    ],
)
def test_what_is_no_long_number_is_left(markdown):
    assert prose_numbers(markdown) == []


@pytest.mark.parametrize("markdown", [markdown for markdown, _ in LONG])
def test_hiding_keeps_every_offset(markdown):
    assert len(visible(markdown)) == len(markdown)


@pytest.mark.parametrize("markdown", [markdown for markdown, _ in LONG])
def test_a_wrong_last_digit_is_another_number(markdown):
    (number,) = prose_numbers(markdown)
    (wrong,) = prose_numbers(with_last_digit_raised(markdown, number))
    assert wrong.start == number.start
    assert wrong.value != number.value


# The checker itself: what binds


def code_cell(output, count=1, tags=()):
    return v4.new_code_cell(
        "1", execution_count=count, outputs=[output], metadata={"tags": list(tags)}
    )


def stdout(text, name="stdout"):
    return v4.new_output("stream", name=name, text=text)


def result(**data):
    bundle = {kind.replace("_", "/", 1): text for kind, text in data.items()}
    return v4.new_output("execute_result", data=bundle, execution_count=1)


def chapter(prose, *cells):
    return v4.new_notebook(cells=[v4.new_markdown_cell(prose), *cells])


def loose_texts(notebook):
    return [fault.number.text for fault in loose(notebook_passages(notebook), printed(notebook))]


@pytest.mark.parametrize(
    ("prose", "output"),
    [
        ("1.4186", "theta = (1.4186, 0.3991)"),
        ("-1.25", "[-1.25  2.5 ]"),
        ("\u22121.25", "w=-1.25"),
        ("1,000", "1000 rows"),
        (r"$1{,}000$", "1,000"),
        (r"$1.25\times10^{-5}$", "1.25e-05"),
        ("1.25 × 10⁻⁵", "0.0000125"),
        ("1.000e+03", "1000"),
    ],
)
def test_a_printed_number_binds(prose, output):
    assert loose_texts(chapter(prose, code_cell(stdout(output)))) == []
    assert loose_texts(chapter(prose, code_cell(result(text_plain=output)))) == []


@pytest.mark.parametrize(
    ("prose", "output"),
    [
        ("1.4186", "1.41860"),
        ("1.41860", "1.4186"),
        ("1.419", "1.4186"),
        ("1.25", "-1.25"),
        ("-1.25", "1.25"),
        ("1.25", "1.25e-05"),
        ("1.25e-05", "1.25e-06"),
        ("1000", "1000.0"),
        ("0.401", "x0.401"),
        ("100", "float100"),
    ],
)
def test_another_number_does_not_bind(prose, output):
    assert loose_texts(chapter(prose, code_cell(stdout(output)))) == [prose]


@pytest.mark.parametrize(
    "cell",
    [
        code_cell(stdout("0.401"), count=None),
        code_cell(stdout("0.401"), tags=["nbval-ignore-output"]),
        code_cell(stdout("0.401"), tags=["nbval-skip"]),
        code_cell(stdout("0.401"), tags=["pytest-validate-ignore-output"]),  # nbval's older word
        code_cell(stdout("0.401", name="stderr")),
        code_cell(result(text_html="<b>0.401</b>")),
        code_cell(result(text_plain="<Figure size 0.401x480 with 1 Axes>")),
        code_cell(result(text_plain="0.401", image_png="AAAA")),
        v4.new_code_cell("print(0.401)", execution_count=1),
        v4.new_markdown_cell("elsewhere"),
    ],
    ids=range(10),
)
def test_what_is_not_compared_does_not_bind(cell):
    assert loose_texts(chapter("0.401", cell)) == ["0.401"]


FALLS = "It falls to 0.401."


def test_a_changed_output_leaves_the_prose_loose():
    assert loose_texts(chapter("0.401", code_cell(stdout("loss 0.401")))) == []
    assert loose_texts(chapter("0.401", code_cell(stdout("loss 0.402")))) == ["0.401"]


@pytest.mark.parametrize("shown", [{"image": {"alt": FALLS}}, {"figure": {"caption": FALLS}}])
def test_what_is_said_of_a_figure_is_prose(shown):
    cell = v4.new_code_cell("1", metadata={"mystnb": shown})
    assert loose_texts(chapter("", cell)) == ["0.401"]


def test_a_coincidence_is_seen():
    prose = [("cell 1", "0.401 and 0.501 and 1963 and 1964")]
    values = [number.value for number in numbers("0.401 0.402 0.501 1963 1964")]
    found = coincidences(prose, set(values[:3]), set(values[3:]))
    assert list(found.values()) == [("0.401", "0.402")]


def test_the_report_says_where_what_and_how_to_mend():
    prose = notebook_passages(chapter("So the loss falls to 0.401 after ten steps."))
    message = report(ROOT / "notebooks" / "04_walk.ipynb", loose(prose, set()))
    place, advice = message.splitlines()
    assert place.startswith("notebooks/04_walk.ipynb, cell 1: 0.401 in '…")
    assert "loss falls to 0.401 after ten" in place
    assert "allowed_numbers.toml" in advice
