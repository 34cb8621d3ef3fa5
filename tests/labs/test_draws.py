"""Promise: the lab Draw again measures each slope rightly, and counts what it says."""

import json
import math
import re

import numpy as np
import pytest
from scipy import stats
from test_labs import Elements, drawn, near, places, still_charts

from linreg.inference import infer
from linreg.labs import DrawAgain
from linreg.labs.draws import draws
from linreg.labs.kit.text import readable

SETTINGS = [(10, 1, 1), (5, 0.5, 2), (40, 0.75, 1.3), (15, 1, 2)]
each_setting = pytest.mark.parametrize(("count", "noise", "spread"), SETTINGS)
COUNTS = range(5, 41, 5)


# The samples


@each_setting
def test_a_sample_is_the_true_line_and_normal_noise(count, noise, spread):
    lab = DrawAgain(count, noise, spread, step=1000)
    x, _ = map(np.array, lab.points())
    assert np.ptp(np.diff(x)) < 1e-12
    assert (x.mean(), x.std()) == pytest.approx((0, spread), abs=1e-12)
    y = np.array([lab.points(k)[1] for k in range(1, 401)])
    z = (y - x) / noise
    assert abs(z.mean()) < 4 / math.sqrt(z.size)
    assert abs(z.var() - 1) < 4 * math.sqrt(2 / z.size)
    others = np.corrcoef(z[:-1].ravel(), z[1:].ravel())[0, 1]
    assert abs(others) < 4 / math.sqrt(z.size)


def test_no_two_samples_have_the_same_noise():
    first = [DrawAgain(seed=seed).points(k)[1] for seed in (1, 2, 999) for k in (1, 2, 999, 1000)]
    numbers = [y for sample in first for y in sample]
    assert len(set(numbers)) == len(numbers)
    assert DrawAgain(seed=7).points(3) == DrawAgain(seed=7).points(3)


def test_the_last_sample_drawn_is_the_one_that_is_shown():
    lab = DrawAgain(step=33)
    assert lab.points() == lab.points(33) != lab.points(32)


# What is measured


@each_setting
def test_slopes_errors_and_intervals_are_those_of_infer(count, noise, spread):
    lab = DrawAgain(count, noise, spread, seed=5, step=40)
    found = [infer(np.reshape(x, (-1, 1)), y) for x, y in map(lab.points, range(1, 41))]
    assert lab.slopes() == pytest.approx([one.coef[0] for one in found], rel=1e-10)
    errors = [one.standard_errors[0] for one in found]
    assert lab.standard_errors() == pytest.approx(errors, rel=1e-10)
    intervals = np.array([one.intervals()[0] for one in found])
    assert np.array(lab.intervals()) == pytest.approx(intervals, rel=1e-9)
    assert lab.hits() == sum(low <= 1 <= high for low, high in intervals)
    assert lab.deviation() == pytest.approx(np.std([one.coef[0] for one in found], ddof=1))


def test_the_quantiles_are_those_of_students_t():
    assert list(draws.QUANTILES) == list(COUNTS)
    for count, quantile in draws.QUANTILES.items():
        assert quantile == pytest.approx(stats.t.ppf(0.975, count - 2), rel=1e-11)


@each_setting
def test_the_pile_follows_the_law_and_the_intervals_hit_as_often_as_they_should(
    count, noise, spread
):
    labs = [DrawAgain(count, noise, spread, seed, 1000) for seed in (1, 2, 3)]
    slopes = np.concatenate([lab.slopes() for lab in labs])
    law = labs[0].law()
    assert law == pytest.approx(noise / (spread * math.sqrt(count)))
    assert abs(slopes.mean() - 1) < 4 * law / math.sqrt(3000)
    assert abs(slopes.std() / law - 1) < 4 / math.sqrt(2 * 3000)
    assert stats.kstest((slopes - 1) / law, "norm").pvalue > 1e-3
    hits = sum(lab.hits() for lab in labs)
    assert abs(hits - 2850) < 4 * math.sqrt(3000 * 0.95 * 0.05)


@pytest.mark.parametrize(
    ("change", "factor"),
    [({"n_points": 20}, math.sqrt(0.5)), ({"noise": 0.5}, 0.5), ({"spread": 2.0}, 0.5)],
)
def test_each_guess_narrows_the_pile_by_what_the_lab_says(change, factor):
    first, narrow = DrawAgain(step=1000), DrawAgain(step=1000, **change)
    assert narrow.law() / first.law() == pytest.approx(factor)
    off = factor * 4 / math.sqrt(1000)
    assert narrow.deviation() / first.deviation() == pytest.approx(factor, abs=off)
    assert draws.GUESSES[next(iter(change))] == next(iter(change.values()))


def test_the_pile_counts_every_slope_once():
    lab = DrawAgain(step=1000)
    edges = -0.8 + 0.04 * np.arange(91)
    assert lab.counts() == np.histogram(lab.slopes(), edges)[0].tolist()
    assert sum(lab.counts()) == 1000
    assert sum(DrawAgain(step=0).counts()) == 0


def test_what_lies_beyond_the_pile_is_in_its_outermost_bars(monkeypatch):
    monkeypatch.setattr(DrawAgain, "slopes", lambda self: [-9.0, 1.01, 9.0, 10.0])
    counts = DrawAgain().counts()
    assert (len(counts), sum(counts)) == (90, 4)
    assert (counts[0], counts[45], counts[-1]) == (1, 1, 2)


def test_samples_are_measured_once(monkeypatch):
    made = []
    normals = draws.normals
    monkeypatch.setattr(draws, "normals", lambda *args: made.append(args) or normals(*args))
    lab = DrawAgain(seed=321, step=30, guessed=True)
    lab.html()
    lab.noise = 0.5
    lab.html()
    assert len(made) == 30 + 2  # and each still draws the last one's points


# What it is displayed as


def test_the_page_starts_from_the_state():
    lab = DrawAgain(20, 0.5, 1.5, 3, 12, True)
    (attributes, *_) = Elements(lab.html()).named("div")
    state = {"n_points": 20, "noise": 0.5, "spread": 1.5, "seed": 3, "step": 12, "guessed": True}
    assert json.loads(attributes["data-state"]) == {**state, "playing": False}
    assert attributes["data-lab"] == "draws"
    text = "n_points=20, noise=0.5, spread=1.5, seed=3, step=12, guessed=True"
    assert repr(lab) == f"DrawAgain({text})"


@pytest.mark.parametrize("guessed", [False, True])
@pytest.mark.parametrize("step", [0, 1, 9, 10, 400])
def test_the_still_picture_tells_the_law_and_the_hits_only_who_has_guessed_and_drawn(step, guessed):
    lab = DrawAgain(step=step, guessed=guessed)
    html = lab.still()
    is_told = guessed and step >= 10
    assert "What narrows the pile of slopes?" in html
    assert ("no sample has been drawn" in html) == (step == 0)
    if step:
        assert f"sample {step} has slope {readable(lab.slopes()[-1], 3)}." in html
    assert ("a standard deviation of σ/(√N·sₓ) = 0.316." in html) == is_told
    assert (f"{lab.hits()} of {step} intervals hit the true slope" in html) == is_told
    assert ("--lr-residual" in html) == is_told
    assert not re.search(r"nan|inf\b|None", html)


@pytest.mark.parametrize(("count", "step", "guessed"), [(10, 1, False), (20, 300, True)])
def test_the_still_picture_is_to_scale(count, step, guessed):
    lab = DrawAgain(count, step=step, guessed=guessed)
    sample, pile, intervals = still_charts(lab)
    frame = lab.sample_chart()
    x, y = map(np.array, lab.points())
    dots = [(float(dot["cx"]), float(dot["cy"])) for dot in drawn(sample, "circle")]
    near(dots, [(frame.across(a), frame.down(b)) for a, b in zip(x, y, strict=True)])
    w = lab.slopes()[-1]
    for role, at in (("best", lambda x: x), ("fit", lambda x: w * (x - 0) + y.mean())):
        (line,) = drawn(sample, "polyline", role)
        near(places(line), [(frame.across(x), frame.down(at(x))) for x in (-3.6, 3.6)])

    frame = lab.pile_chart()
    (outline,) = drawn(pile, "polyline", "data")
    tops = places(outline)[1:-1]
    for k, height in enumerate(lab.counts()):
        edges = [(frame.across(-0.8 + 0.04 * (k + one)), frame.down(height)) for one in (0, 1)]
        near(tops[2 * k : 2 * k + 2], edges)
    if guessed:
        (law,) = drawn(pile, "polyline", "residual")
        z = np.linspace(-4, 4, 121)
        expected = step * 0.04 * stats.norm.pdf(z) / lab.law()
        near(
            places(law),
            [
                (frame.across(1 + lab.law() * a), frame.down(b))
                for a, b in zip(z, expected, strict=True)
            ],
        )

    frame = lab.intervals_chart()
    shown = lab.intervals()[-20:]
    is_hit = [low <= 1 <= high for low, high in shown]
    for role, wanted, width in (("data", True, "1.5"), ("warn", False, "3.5")):
        bars = drawn(intervals, "polyline", role)
        rows = [step - len(shown) + 1 + i for i, one in enumerate(is_hit) if one == wanted]
        assert len(bars) == len(rows)
        for bar, row in zip(bars, rows, strict=True):
            ends = lab.intervals()[row - 1]
            near(places(bar), [(frame.across(end), frame.down(row)) for end in ends])
            assert bar["stroke-width"] == width


def test_a_miss_is_told_by_more_than_its_colour():
    lab = DrawAgain(step=1000)
    missed = [k for k, (low, high) in enumerate(lab.intervals()) if not low <= 1 <= high]
    lab.step = missed[0] + 1
    chart = still_charts(lab)[2]
    assert len(drawn(chart, "circle", "paper")) == len(drawn(chart, "circle", "warn")) == 1


@pytest.mark.parametrize("seed", range(1, 11))
def test_the_picture_has_space_for_the_widest_pile_and_for_nearly_all_points(seed):
    lab = DrawAgain(5, seed=seed, step=1000)
    beyond = [slope for slope in lab.slopes() if not -0.8 <= slope <= 2.8]
    assert len(beyond) <= 1
    lab = DrawAgain(20, spread=2.0, seed=seed, step=50)
    chart = lab.sample_chart()
    outside = [
        place
        for k in range(1, 51)
        for place in zip(*lab.points(k), strict=True)
        if not chart.holds(*place)
    ]
    assert len(outside) <= 5  # of 1,000


# What it refuses


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("n_points", 45, "n_points is 45: choose between 5 and 40"),
        ("n_points", 12, "n_points is 12: choose a multiple of 5"),
        ("noise", 0.1, "noise is 0.1: choose between 0.5 and 1"),
        ("noise", math.nan, "noise is nan: choose between 0.5 and 1"),
        ("spread", 2.5, "spread is 2.5: choose between 1 and 2"),
        ("seed", 0, "seed is 0: choose between 1 and 999"),
        ("step", 1001, "step is 1001: choose between 0 and 1000"),
    ],
)
def test_errors_name_the_mend_and_leave_the_lab_as_it_was(name, value, message):
    with pytest.raises(ValueError, match=message):
        DrawAgain(**{name: value})
    lab = DrawAgain()
    before = getattr(lab, name)
    with pytest.raises(ValueError, match="choose"):
        setattr(lab, name, value)
    assert getattr(lab, name) == before
