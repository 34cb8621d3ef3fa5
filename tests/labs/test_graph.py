"""Promise: the lab Graph shows the engine's own numbers, whatever calculation it is given."""

import json
import math
import random
import re
import xml.etree.ElementTree as ElementTree
from fractions import Fraction
from itertools import combinations

import pytest
from test_labs import Elements

from linreg import autograd
from linreg.autograd import Value, exp, log, tanh
from linreg.labs import Graph
from linreg.labs.kit.text import brief

DRAWN = [  # steps that have a result, and a small one, wherever they are taken
    *(lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * b),
    *(lambda a, b: a / exp(tanh(b)), lambda a, b: tanh(a) ** 2, lambda a, b: 3 * tanh(a)),
]


def draw_calculation(seed):
    """Return a random calculation of two to seven steps, and the three numbers it starts from."""
    rng = random.Random(seed)
    leaves = [Value(rng.uniform(0.5, 2)) for _ in range(3)]
    made = list(leaves)
    for _ in range(rng.randint(2, 7)):
        a, b = rng.choice(made[-3:]), rng.choice(made)
        made.append(rng.choice(DRAWN)(a, b))
    result = made[-1]
    used = [leaf for leaf in leaves if leaf in autograd.history(result)]
    return result, dict(zip("abc", used, strict=False))


def fits(seed):
    """Whether a random calculation is one that the lab takes."""
    return len(autograd.history(draw_calculation(seed)[0])) <= 16


SEEDS = [seed for seed in range(40) if fits(seed)]


# The mathematics


@pytest.mark.parametrize("seed", SEEDS)
def test_values_and_slopes_are_those_of_the_engines_own_objects(seed):
    result, named = draw_calculation(seed)
    lab = Graph(result, result=result, **named)
    result.backward()
    names = [node["name"] for node in lab.graph["nodes"]]
    assert lab.values()[-1] == result.data
    for name, value in named.items():
        at = names.index(name)
        assert lab.values()[at] == value.data
        assert lab.slopes()[at] == pytest.approx(value.grad, rel=1e-12)
    assert sorted(lab.values()) == sorted(value.data for value in autograd.history(result))
    assert sorted(lab.slopes()) == pytest.approx(
        sorted(value.grad for value in autograd.history(result)), rel=1e-12
    )


@pytest.mark.parametrize("seed", SEEDS[:20])
def test_a_changed_number_is_calculated_as_the_engine_would(seed):
    result, named = draw_calculation(seed)
    lab = Graph(result, **named)
    step = 1e-5
    for lab.leaf in named:
        slope = lab.slopes()[[node["name"] for node in lab.graph["nodes"]].index(lab.leaf)]
        ahead, behind = lab.values(step)[-1], lab.values(-step)[-1]
        assert (ahead - behind) / (2 * step) == pytest.approx(slope, rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_the_arrows_bring_back_adds_up(seed):
    result, named = draw_calculation(seed)
    lab = Graph(result, **named)
    nodes, passed = lab.graph["nodes"], iter(lab.passed())
    sums = [0.0] * (len(nodes) - 1) + [1.0]
    for node in nodes:
        for parent in node["parents"]:
            sums[parent] += next(passed)
    assert sums == pytest.approx(lab.slopes(), rel=1e-12)


def test_the_numbers_of_the_chapter():
    lab = Graph()
    heads = ["w", "x", "p = w · x", "b", "ŷ = p + b", "y", "r = ŷ − y", "s = r · r"]
    assert [node["head"] for node in lab.graph["nodes"]] == heads
    assert lab.values() == [1, 3, 3, 0, 3, 6, -3, 9]
    assert lab.slopes() == [-18, -6, -6, -6, -6, 6, -6, 1]
    assert lab.passed()[-2:] == [-3, -3]
    assert lab.values(0.01)[-1] - 9 == pytest.approx(-0.1791)
    assert lab.last() == 9


A, B = Value(0.7), Value(-1.3)
STEPS = {
    "v = a + b": A + B,
    "v = a − b": A - B,
    "v = a · b": A * B,
    "v = a / b": A / B,
    "v = exp a": exp(A),
    "v = log a": log(A),
    "v = tanh a": tanh(A),
    "v = a²": A**2,
    "v = a⁻³": A**-3,
    "v = a^0.5": A**0.5,
    "v = a · (−1)": -A,
    "v = 2.5 / a": 2.5 / A,
    "v = a · a": A * A,
}


@pytest.mark.parametrize(("head", "value"), STEPS.items(), ids=STEPS)
def test_a_step_is_known_by_its_number_and_its_slopes(head, value):
    named = {name: leaf for name, leaf in (("a", A), ("b", B)) if leaf in autograd.history(value)}
    assert Graph(value, v=value, **named).graph["nodes"][-1]["head"] == head


def test_fractions_and_whole_numbers_are_drawn_too():
    w = Value(Fraction(1, 3))
    lab = Graph((w * 3 - 2) ** 2, w=w)
    assert lab.values()[-1] == 1
    assert lab.slopes()[0] == -6


class Plain:
    """A value as Chapter 11 writes it first, without signs."""

    def __init__(self, data, *parents):
        self.data, self.parents = data, parents
        self.depth = 1 + max((parent.depth for parent, _ in parents), default=0)


def test_a_class_that_is_written_like_the_engine_is_drawn():
    a = Plain(3)
    square = Plain(9, (a, 3), (a, 3))
    lab = Graph(square, a=a, square=square)
    assert lab.graph["nodes"][-1]["head"] == "square = a · a"
    assert lab.slopes() == [6, 1]


def test_what_has_no_name_is_a_constant_unless_nothing_has_one():
    a = Value(2.0)
    named, unnamed = (Graph(3 * a + 1, **names).graph["nodes"] for names in ({"a": a}, {}))
    found = [node["name"] for node in named]
    assert found == ["a", "constant", "v1", "constant", "result"]
    assert [node["name"] for node in unnamed] == ["a1", "a2", "v1", "a3", "result"]
    assert named[-1]["head"] == "result = v1 + 1"


@pytest.mark.parametrize(
    ("calculate", "change"),
    [(log, -1), (lambda a: 1 / (a + 0.5), -1), (lambda a: a**0.5, -0.9), (lambda a: a**-1, -0.5)],
)
def test_where_a_step_has_no_result_there_are_no_values(calculate, change):
    a = Value(0.5)
    lab = Graph(calculate(a), a=a)
    assert lab.values() is not None
    lab.change = change
    assert lab.values() is None
    assert lab.still()  # of the numbers before the change


# The picture


@pytest.mark.parametrize("seed", SEEDS)
def test_no_two_boxes_overlap_and_every_arrow_leads_down(seed):
    result, named = draw_calculation(seed)
    graph = Graph(result, **named).graph
    wide, high = graph["box"]
    for (x1, y1), (x2, y2) in combinations(graph["places"], 2):
        assert abs(x1 - x2) >= wide + 40 or abs(y1 - y2) >= high + 20
    for x, y in graph["places"]:
        assert wide / 2 <= x <= graph["width"] - wide / 2
        assert high / 2 < y < graph["height"] - high / 2
    pairs = [(parent, i) for i, node in enumerate(graph["nodes"]) for parent in node["parents"]]
    for (parent, i), arrow in zip(pairs, graph["arrows"], strict=True):
        x1, y1, *_, x2, y2 = map(float, re.findall(r"-?[\d.]+", arrow["path"]))
        (from_x, from_y), (to_x, to_y) = graph["places"][parent], graph["places"][i]
        assert (y1, y2) == pytest.approx((from_y + high / 2, to_y - high / 2), abs=0.06)
        assert max(abs(x1 - from_x), abs(x2 - to_x)) <= wide / 2
        assert y1 < y2


def test_two_arrows_between_two_boxes_stand_apart():
    graph = Graph().graph
    first, second = graph["arrows"][-2:]
    left, right = (float(arrow["path"].partition("Q")[2].split()[0]) for arrow in (first, second))
    assert left + 40 < right
    assert left + right == pytest.approx(2 * graph["places"][-1][0], abs=0.2)
    assert first["label"][0] + 20 < second["label"][0]


# What it is displayed as


def test_the_page_starts_from_the_state():
    lab = Graph(leaf="b", change=0.5, step=4)
    (attributes, *_) = Elements(lab.html()).named("div")
    state = json.loads(attributes["data-state"])
    assert state.pop("graph")["nodes"] == lab.graph["nodes"]
    assert state == {"leaf": "b", "change": 0.5, "step": 4, "playing": False}
    assert repr(lab) == "Graph(leaf='b', change=0.5, step=4)"


@pytest.mark.parametrize("step", [0, 4, 8, 9])
def test_the_still_picture_asks_and_gives_the_answer_only_at_the_end(step):
    lab = Graph(step=step)
    html = lab.still()
    assert lab.question in html
    assert ("s grows with w at the rate −18." in html) == (step == 9)
    assert ("−18" in html) == ("--lr-fit" in html) == (step == 9)
    assert not re.search(r"nan|inf\b|None", html)


@pytest.mark.parametrize("change", [0, 0.5])
def test_the_still_picture_has_each_number_in_its_box(change):
    lab = Graph(change=change, step=9)
    texts = list(ElementTree.fromstring(lab.picture()).iter("text"))
    found = {(float(one.get("x")), float(one.get("y"))): one.text for one in texts}
    for node, (x, y), value, slope in zip(
        lab.graph["nodes"], lab.graph["places"], lab.values(), lab.slopes(), strict=True
    ):
        assert found[x, y - 4] == node["head"]
        assert found[x, y + 14] == brief(value)
        assert found[x + lab.graph["box"][0] / 2 + 6, y + 13] == brief(slope)
    for arrow, passed in zip(lab.graph["arrows"], lab.passed(), strict=True):
        x, y, _ = arrow["label"]
        assert found[x, y] == brief(passed)


@pytest.mark.parametrize(
    ("value", "text"),
    [(9, "9"), (-0.5, "−0.5"), (100, "100"), (0.01, "0.01"), (3.2e5, "3.2×10⁵"), (0, "0")],
)
def test_a_brief_number_has_no_zeros_at_its_end(value, text):
    assert brief(value) == text


# What it refuses


W = Value(2.0)
CHAIN = W
for _ in range(8):
    CHAIN = CHAIN + 1


def changed_afterwards():
    w = Value(2.0)
    product = w * 3
    w.data = 4.0
    return product


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Graph(CHAIN, w=W), "17 nodes, and the picture takes 16: draw the loss of"),
        (lambda: Graph(W), "was made by no step"),
        (lambda: Graph(3), "3 was made by no step: pass the result of a calculation"),
        (lambda: Graph(W + 1, b=Value(1)), "b is not in the graph"),
        (lambda: Graph(W + 1, b=1), "b is not in the graph"),
        (lambda: Graph(W + 1, constant=W), "give another name"),
        (lambda: Graph(changed_afterwards()), "compute the result anew after a change of data"),
        (lambda: Graph(Value(0) ** 2), "take no 0 to a power"),
        (lambda: Graph(Value(math.inf) + 1), "is inf: start from other numbers"),
        (lambda: Graph(leaf="p"), "leaf is 'p': choose one of w, x, b, y"),
        (lambda: Graph(change=1.5), "change is 1.5: choose between -1.0 and 1.0"),
        (lambda: Graph(step=10), "step is 10: choose between 0 and 9"),
    ],
)
def test_errors_name_the_mend(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_large_number_may_be_changed_by_much():
    price = Value(186_000)
    lab = Graph(price * 2, price=price, change=100_000)
    assert lab.values()[-1] == 572_000


def test_a_refused_change_leaves_the_lab_as_it_was():
    lab = Graph(change=0.5)
    with pytest.raises(ValueError, match="choose between"):
        lab.change = 2.0
    assert lab.change == 0.5
