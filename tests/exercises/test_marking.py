"""Promise: a hidden check scores when it printed what the solution printed, and only then."""

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from grader.marking import VERDICT, mark, same_lines


@pytest.mark.parametrize(
    ("found", "right", "same"),
    [
        ("1", "1.0", True),
        ("12", "12.5", False),
        ("1.001", "1.0", True),
        ("1.002", "1.0", False),
        ("1.01", "1.0", False),
        ("0.1", "1.0", False),
        ("8790", "8793", False),  # whole numbers are counts ...
        ("8790.5", "8793", False),  # ... whatever was found
        ("7", "8", False),
        ("186543", "186544", True),  # ... or sums, whose last digit another BLAS may change
        ("186545", "186543", False),
        ("-1.5", "1.5", False),
        ("+1.5", "1.5", True),
        ("-0", "0", True),
        ("-0.0", "0.0", True),
        ("1e-12", "0.0", True),
        ("2e-9", "0.0", False),
        ("1e3", "1000", True),
        ("1.5E+2", "150.0", True),
        ("1e-3", "1e3", False),
        (".5", "0.5", True),
        ("nan", "1", False),
        ("1", "nan", False),
        ("nan", "nan", True),
        ("inf", "1e308", False),
        ("-inf", "inf", False),
        ("True", "True", True),
        ("True", "False", False),
        ("slope 2.0", "slope 2.0", True),
        ("slope 2.0", "bias 2.0", False),
        ("2.0 3.0", "2.0", False),
        ("2.0", "2.0 3.0", False),
        ("2.0 3.0", "3.0 2.0", False),
        ("(1.0, 2.0)", "[1.0, 2.0]", True),
        ("(1.0,)", "[1.0]", True),
        ("[np.float64(1.0)]", "[1.0]", True),
        ("[[1.0], 2.0]", "[[1.0, 2.0]]", False),
    ],
)
def test_words_are_compared_exactly_and_numbers_closely(found, right, same):
    assert same_lines([found], [right]) is same


@pytest.mark.parametrize(
    ("found", "right"), [([], ["1"]), (["1"], []), (["1", "1"], ["1"]), (["2", "1"], ["1", "2"])]
)
def test_lines_are_compared_one_by_one(found, right):
    assert not same_lines(found, right)


def printed(text):
    return new_output("stream", name="stdout", text=text)


def warned(text):
    return new_output("stream", name="stderr", text=text)


def result(text):
    return new_output("execute_result", data={"text/plain": text}, execution_count=1)


ERROR = new_output("error", ename="NotYet", evalue="Not yet.", traceback=["Not yet."])
RIGHT = printed("a1: right.\nhidden> 1.5\nhidden> 2\n")


def notebook(*outputs):
    about = {"grade": True, "solution": False, "grade_id": "a1-check", "points": 1}
    cell = new_code_cell(metadata={"nbgrader": about}, outputs=list(outputs))
    return new_notebook(cells=[cell])


def marked(hidden, visible=(), source=(RIGHT,)):
    (cell,) = mark(notebook(*source), notebook(*visible), notebook(*hidden)).cells
    return cell.outputs


def scores(outputs):
    """What nbgrader takes for a full mark: no error, nothing on stderr, no result."""
    return all(output.output_type == "stream" and output.name == "stdout" for output in outputs)


@pytest.mark.parametrize(
    "hidden",
    [
        [RIGHT],
        [printed("hidden> 1.5004\n"), printed("hidden> 2\n")],
        [printed("hidden> 1."), printed("5\nhidden> 2\n")],
        [warned("a warning"), RIGHT],
    ],
)
def test_the_lines_of_the_solution_score(hidden):
    assert scores(marked(hidden))


@pytest.mark.parametrize(
    "hidden",
    [
        [],
        [printed("a1: right.\n")],
        [printed("hidden> 1.5\n")],
        [printed("hidden> 2\nhidden> 1.5\n")],
        [RIGHT, printed("hidden> 3\n")],
        [RIGHT, RIGHT],
        [RIGHT, ERROR],
        [ERROR, RIGHT],
        [warned("hidden> 1.5\nhidden> 2\n")],
        [result("hidden> 1.5\nhidden> 2\n")],
        [result("1")],
    ],
)
def test_what_differs_from_the_lines_of_the_solution_does_not_score(hidden):
    outputs = marked(hidden)
    assert not scores(outputs)
    assert outputs[-1].evalue == VERDICT


def test_nothing_scores_where_the_solution_printed_nothing():
    assert not scores(marked([printed("a1: right.\n")], source=[printed("a1: right.\n")]))


@pytest.mark.parametrize("shown", [result("1"), result("hidden> 1.5\nhidden> 2"), warned("1")])
def test_a_result_never_scores(shown):
    outputs = marked([shown], visible=[shown])
    assert not scores(outputs)
    assert {output.output_type for output in outputs} <= {"display_data", "stream", "error"}
    assert all(output.get("name") != "stderr" for output in outputs)


def test_a_result_beside_a_right_answer_is_not_taken_for_its_mark():
    assert marked([RIGHT], visible=[printed("1"), result("0")]) == [printed("1")]


def test_the_diagnosis_stays_the_first_that_is_shown():
    assert marked([ERROR], visible=[printed("before"), ERROR]) == [printed("before"), ERROR]


def test_nothing_of_the_hidden_run_is_shown():
    for hidden in ([RIGHT], [RIGHT, ERROR], [printed("hidden> 9\n")]):
        outputs = marked(hidden, visible=[printed("a1: the visible checks pass.\n")])
        assert "hidden>" not in str(outputs)
