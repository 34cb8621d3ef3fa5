"""Promise: the lab of the doors counts as `linreg.costs` does, and shows what was measured."""

import copy
import math
import re

import pytest

from linreg import costs
from linreg.datasets import load_measured
from linreg.labs import Doors
from linreg.labs.doors.doors import ROLES, SIZES, TIMES, amount, scaled


def without(method):
    """The record of the solvers, without one method's time in its last row."""
    record = copy.deepcopy(load_measured("solvers"))
    of_integers = [row for row in record["rows"] if row["problem"] == "integers"]
    del of_integers[-1]["seconds"][method]
    return record


@pytest.mark.parametrize("shape", [(1000, 10), (100, 5), (10**6, 10**4), (1000, 50_000)])
def test_the_table_is_that_of_costs(shape):
    lab = Doors(*shape, n_steps=30, rate=2e9, word_bytes=4)
    assert list(lab.table()) == list(costs.METHODS)
    for method, (operations, seconds, memory) in lab.table().items():
        assert operations == costs.operations(method, *shape, 30)
        assert seconds == operations / 2e9
        assert memory == costs.memory(method, *shape, 4)


@pytest.mark.parametrize(
    ("shape", "steps", "winner"),
    [
        ((100, 5), 100, "normal equations"),
        ((1000, 10), 100, "normal equations"),
        ((10**6, 10**4), 100, "gradient descent"),
        ((10**6, 300), 100, "normal equations"),  # below D = 4 · 100
        ((10**6, 500), 100, "gradient descent"),  # and above
        ((300, 10**6), 100, "normal equations"),  # the small side counts, whichever it is
        ((500, 10**6), 100, "gradient descent"),
        ((100, 5), 1, "gradient descent"),
    ],
)
def test_the_winner_has_the_fewest_operations(shape, steps, winner):
    lab = Doors(*shape, n_steps=steps)
    assert lab.winner() == winner
    table = lab.table()
    assert all(table[winner][0] <= operations for operations, _, _ in table.values())


def test_what_was_measured_is_the_record():
    record, lab = load_measured("solvers"), Doors()
    rows = [row for row in record["rows"] if row["problem"] == "integers"]
    assert len(rows) >= 14
    assert len(lab.clocked()) == len(rows)
    for row, (n_samples, n_features, method) in zip(rows, lab.clocked(), strict=True):
        assert (n_samples, n_features) == (row["n_samples"], row["n_features"])
        seconds = row["seconds"]
        times = {
            "normal equations": seconds["normal equations"],
            "qr": seconds["linreg qr"],
            "lstsq": seconds["numpy lstsq"],
            "gradient descent": 100 * seconds["gradient step"],
        }
        assert times[method] == min(times.values())
    assert record["machine"]["processor"] in lab.still()


def test_the_clock_of_a_shape_is_its_record():
    for row in load_measured("solvers")["rows"]:
        if row["problem"] != "integers":
            continue
        lab = Doors(row["n_samples"], row["n_features"], n_steps=7)
        assert lab.clock()["qr"] == row["seconds"]["linreg qr"]
        assert lab.clock()["gradient descent"] == 7 * row["seconds"]["gradient step"]
    assert Doors(1000, 11).clock() is None


def test_the_measured_winners_depend_on_the_steps_and_the_record():
    few, many = ({method for *_, method in Doors(n_steps=steps).clocked()} for steps in (1, 10**6))
    assert few == {"gradient descent"}
    assert "gradient descent" not in many
    record = copy.deepcopy(load_measured("solvers"))
    record["machine"] |= {"processor": "Abacus", "cores": 3}
    for row in record["rows"]:
        row["seconds"]["numpy lstsq"] = 1e-12
    lab = Doors(record=record)
    assert {method for *_, method in lab.clocked()} == {"lstsq"}
    assert "measured on Abacus, 3 cores" in lab.still()


def test_the_still_picture_says_what_it_shows():
    lab = Doors(10**6, 10**4)
    html = lab.still()
    assert "The fewest operations: gradient descent." in html
    assert "100 steps of descent, 10¹⁰ operations a second, 8 bytes a number" in html
    assert "X and y themselves take 80 GB" in html
    cells = re.findall(r"<td>([^<]+)</td>", html)
    assert cells[:4] == ["2.8 h", "–", "1.0×10¹⁴", "800 MB"]
    assert len(cells) == 16
    assert re.search(
        r"<th scope='row'>[^/]+/span>&nbsp;qr</th><td>20 µs</td><td>520 µs", Doors().still()
    )
    assert html.count('r="2"') == 16 * 12
    assert html.count('r="5"') == len(lab.clocked())
    for method, role in ROLES.items():  # the table is the legend
        assert re.search(rf"color:var\(--lr-{role}, #\w+\)\">●</span>&nbsp;{method}<", html)
    assert "X and y themselves take 40 GB" in Doors(10**6, 10**4, word_bytes=4).still()
    assert "1 step of descent, 2.5×10⁹ operations" in Doors(n_steps=1, rate=2.5e9).still()


def dots(lab, radius):
    """The dots of a size on the still plane, as sorted (log10 N, log10 D, role)."""
    chart = lab.plane()
    wide = chart.width - chart.left - chart.right
    high = chart.height - chart.top - chart.bottom
    dot = rf'cx="([\d.]+)" cy="([\d.]+)" r="{radius}" fill="var\(--lr-(\w+),'
    return sorted(
        (
            1 + 8 * (float(x) - chart.left) / wide,
            6 * (chart.height - chart.bottom - float(y)) / high,
            role,
        )
        for x, y, role in re.findall(dot, lab.still())
    )


def test_each_dot_of_the_still_plane_has_the_winners_colour():
    found = dots(Doors(n_steps=100), 2)
    assert {role for *_, role in found} == {"data", "fit"}
    for across, up, role in found:
        assert role == ROLES[costs.cheapest(round(10**across), round(10**up), 100)]


@pytest.mark.parametrize("steps", [1, 10, 100])
def test_each_large_dot_of_the_still_plane_is_a_measured_winner(steps):
    lab = Doors(n_steps=steps)
    wanted = sorted((math.log10(n), math.log10(d), ROLES[best]) for n, d, best in lab.clocked())
    for one, other in zip(dots(lab, 5), wanted, strict=True):
        assert one[:2] == pytest.approx(other[:2], abs=0.01)
        assert one[2] == other[2]


def test_the_still_plane_is_to_scale():
    chart = Doors().plane()
    assert chart.across(10) == pytest.approx(chart.left)
    assert chart.across(10**5) == pytest.approx((chart.left + chart.width - chart.right) / 2)
    assert chart.down(10**3) == pytest.approx((chart.top + chart.height - chart.bottom) / 2)
    assert re.search(rf'<text x="{chart.across(10**6):.1f}" [^>]+>10⁶<', chart.axes())
    assert re.search(rf'y="{chart.down(100) + 4:.1f}" [^>]+>100<', chart.axes())


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (100_333.33, "100,333"),
        (999_999, "999,999"),
        (1e6, "1 million"),
        (1.005e6, "1 million"),
        (4_321_000, "4.32 million"),
        (101e12, "101 trillion"),
        (9.996e8, "1.0×10⁹"),
        (3.3e17, "3.3×10¹⁷"),
    ],
)
def test_counts_are_written_for_readers(value, text):
    assert amount(value) == text


@pytest.mark.parametrize(
    ("value", "units", "text"),
    [
        (36.1e-6, TIMES, "36 µs"),
        (1e-13, TIMES, "100 fs"),
        (86_400, TIMES, "1 d"),
        (400, TIMES, "6.7 min"),
        (1e13, TIMES, "3.2×10⁵ yr"),
        (74_505_806_000, SIZES, "75 GB"),
        (8, SIZES, "8 B"),
    ],
)
def test_times_and_sizes_have_the_unit_that_fits(value, units, text):
    assert scaled(value, units) == text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_samples": 5}, "n_samples is 5: choose between 10 and 1,000,000,000"),
        ({"n_features": 0}, "n_features is 0: choose"),
        ({"n_steps": 10**7}, "n_steps is 10,000,000: choose"),
        ({"rate": math.nan}, "rate is nan: choose"),
        ({"word_bytes": 3}, "word_bytes is 3: choose 2, 4 or 8"),
        ({"record": {}}, "record has no 'machine': give what load_measured"),
        ({"record": "solvers"}, "record is str: give what load_measured"),
        ({"record": without("numpy lstsq")}, "record has no 'numpy lstsq': give"),
        ({"record": {**load_measured("solvers"), "rows": []}}, "no row of the problem 'integers'"),
    ],
)
def test_errors_name_the_mend(arguments, message):
    with pytest.raises(ValueError, match=message):
        Doors(**arguments)
