"""The vendored data: bytes, shapes, units, values, and loaders that share nothing."""

import doctest
import gc
import hashlib
import importlib
import io
import json
import re
import subprocess
import sys
import warnings
import zipfile
from dataclasses import FrozenInstanceError
from fractions import Fraction
from importlib.resources import files
from pathlib import Path

import pytest

import linreg
from linreg.datasets import (
    NIST_NAMES,
    Dataset,
    NistProblem,
    ames,
    load_ames,
    load_eight_points,
    load_measured,
    load_nist,
)

FOLDER = files("linreg.datasets")
LOADERS = {
    "ames": load_ames,
    "eight points": load_eight_points,
    "nist": lambda: load_nist("Longley"),
}


# --- the files -------------------------------------------------------------------------------

CHECKSUMS = {
    name: digest
    for digest, name in map(str.split, (FOLDER / "SHA256SUMS").read_text("ascii").splitlines())
}


def test_every_vendored_file_is_listed():
    expected = {"ames_housing.csv", *(f"nist_strd/{name}.dat" for name in NIST_NAMES)}
    assert set(CHECKSUMS) == expected
    assert {f"nist_strd/{path.name}" for path in (FOLDER / "nist_strd").iterdir()} == {
        name for name in expected if name.startswith("nist_strd/")
    }


@pytest.mark.parametrize("name", CHECKSUMS)
def test_checksum(name):
    data = FOLDER.joinpath(*name.split("/")).read_bytes()
    assert hashlib.sha256(data).hexdigest() == CHECKSUMS[name]


def test_everything_loads_from_inside_an_archive_with_the_standard_library_alone(tmp_path):
    """An archive has no file paths: what loads from one loads through importlib.resources."""
    package = Path(linreg.__file__).parent
    sources = [package / "__init__.py", package / "result.py", *(package / "datasets").rglob("*")]
    with zipfile.ZipFile(tmp_path / "linreg.zip", "w") as archive:
        for source in sources:
            if source.is_file() and source.suffix != ".pyc":
                archive.write(source, source.relative_to(package.parent))
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path / 'linreg.zip')!r})\n"
        "import json, linreg.datasets as d\n"
        "loaded = [d.load_ames(), *map(d.load_nist, d.NIST_NAMES)]\n"
        "d.load_measured('grading')\n"
        "print(json.dumps([d.__file__, *map(repr, loaded)]))"
    )
    run = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=True
    )
    where, ames_repr, *nist_reprs = json.loads(run.stdout)
    assert "linreg.zip" in where
    assert ames_repr == "Dataset(2,930 rows × 82 columns)"
    assert nist_reprs == [repr(load_nist(name)) for name in NIST_NAMES]


def warned_of_leaks(action):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        action()
        gc.collect()
    return [warning for warning in caught if issubclass(warning.category, ResourceWarning)]


@pytest.mark.parametrize(
    "load", [*LOADERS.values(), lambda: load_measured("grading")], ids=[*LOADERS, "measured"]
)
def test_no_file_is_left_open(load):
    assert warned_of_leaks(lambda: io.FileIO(__file__)), "the check itself must see a leak"
    assert warned_of_leaks(load) == []


# --- Dataset ---------------------------------------------------------------------------------


def test_a_column_by_name():
    assert Dataset({"a": [1, 2]}, {"a": "count"}, "here")["a"] == [1, 2]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Gr Liv Are", "no column 'Gr Liv Are': did you mean 'Gr Liv Area'?"),
        ("saleprice", "no column 'saleprice': did you mean 'SalePrice' or"),
        ("GrLivArea", "no column 'GrLivArea': did you mean 'Gr Liv Area'"),
        ("zzz", "no column 'zzz': see .columns"),
        (3, "no column 3: see .columns"),
    ],
)
def test_an_unknown_column_brings_a_hint(name, hint):
    with pytest.raises(KeyError) as error:
        load_ames()[name]
    assert error.value.args[0].startswith(hint)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (load_eight_points(), "Dataset(8 rows × 2 columns)"),
        (Dataset({}, {}, ""), "Dataset(0 rows × 0 columns)"),
        (load_nist("NoInt2"), "NistProblem('NoInt2', average difficulty, X of shape (3, 1))"),
    ],
    ids=["points", "empty", "nist"],
)
def test_repr_is_short_and_holds_no_address(value, expected):
    assert repr(value) == expected


@pytest.mark.parametrize("load", LOADERS.values(), ids=LOADERS)
def test_records_are_frozen(load):
    with pytest.raises(FrozenInstanceError):
        load().source = "elsewhere"


@pytest.mark.parametrize("load", LOADERS.values(), ids=LOADERS)
def test_each_call_returns_fresh_lists(load):
    first, untouched = load(), load()
    for column in first.columns.values():
        column.clear()
    first.columns.clear()
    assert load() == untouched
    assert first != untouched


def test_each_call_returns_fresh_exact_columns_and_units():
    problem, untouched = load_nist("Norris"), load_nist("Norris")
    for entry in (*problem.X, problem.X, problem.y, problem.coef, problem.feature_names):
        entry.clear()
    assert load_nist("Norris") == untouched
    houses = load_ames()
    houses.units.clear()
    assert len(load_ames().units) == 82


def test_the_houses_are_read_from_their_file_once(monkeypatch):
    first = load_ames()
    monkeypatch.setattr(ames, "files", None)  # a second reading would need it
    assert load_ames() == first


# --- Ames ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def houses():
    return load_ames()


@pytest.fixture(scope="module")
def raw_rows():
    text = (FOLDER / "ames_housing.csv").read_text("utf-8")
    return [line.split(",") for line in text.splitlines()]  # the file quotes no field


def test_the_whole_file(houses, raw_rows):
    assert len(raw_rows) == 2931
    assert list(houses.columns) == raw_rows[0]
    assert len(houses.columns) == 82
    assert {len(column) for column in houses.columns.values()} == {2930}


def test_every_column_has_one_unit(houses):
    named = [
        name
        for table in (ames.QUANTITIES, ames.LABELS)
        for names in table.values()
        for name in names
    ]
    assert len(named) == 82
    assert set(named) == set(houses.columns)
    assert list(houses.units) == list(houses.columns)
    assert all(houses.units.values())


@pytest.fixture(scope="module")
def values_of(houses):
    """The values of each quantity that are not missing."""
    names = [name for name, unit in houses.units.items() if unit in ames.QUANTITIES]
    return {name: {value for value in houses[name] if value is not None} for name in names}


def test_months_and_ratings_take_all_values_that_their_unit_has(houses, values_of):
    found = {}
    for name, values in values_of.items():
        found.setdefault(houses.units[name], set()).update(values)
    assert found["month"] == set(range(1, 13))
    (rating,) = [unit for unit in found if "rating" in unit]
    low, high = map(int, re.findall(r"\d+", rating))
    assert found[rating] == set(range(low, high + 1))


def test_what_holds_calendar_years_and_nothing_else_is_in_years(houses, values_of):
    calendar = range(1872, 2208)  # one garage is of 2207
    assert {name for name, values in values_of.items() if values <= set(calendar)} == {
        name for name, unit in houses.units.items() if unit == "year"
    }


def test_every_field_is_the_file_s_field(houses, raw_rows):
    header, *rows = raw_rows
    for j, name in enumerate(header):
        fields = [row[j].strip() for row in rows]
        assert ["" if value is None else str(value) for value in houses[name]] == fields, name


def test_quantities_are_ints_and_labels_are_text(houses):
    for name, column in houses.columns.items():
        expected = str if houses.units[name] in ("category", "identifier") else int
        assert {type(value) for value in column} - {type(None)} == {expected}, name


def test_codes_keep_their_leading_zeros(houses):
    assert houses["PID"][0] == "0526301100"
    assert houses["MS SubClass"][0] == "020"


def test_spot_values(houses):
    first = {name: houses[name][0] for name in ("Order", "Gr Liv Area", "SalePrice", "Yr Sold")}
    assert first == {"Order": 1, "Gr Liv Area": 1656, "SalePrice": 215000, "Yr Sold": 2010}
    assert (houses["Order"][-1], houses["SalePrice"][-1]) == (2930, 188000)
    assert (min(houses["SalePrice"]), max(houses["SalePrice"])) == (12789, 755000)
    assert (min(houses["Gr Liv Area"]), max(houses["Gr Liv Area"])) == (334, 5642)
    assert sorted(set(houses["Yr Sold"])) == [2006, 2007, 2008, 2009, 2010]
    assert houses.units["SalePrice"] == "US dollars"
    assert houses.units["Gr Liv Area"] == "square feet"
    assert "De Cock" in houses.source


def test_the_five_sales_above_4000_square_feet(houses):
    pairs = zip(houses["Gr Liv Area"], houses["SalePrice"], houses["Sale Condition"], strict=True)
    assert [pair for pair in pairs if pair[0] > 4000] == [
        (5642, 160000, "Partial"),
        (4476, 745000, "Abnorml"),
        (4316, 755000, "Normal"),
        (5095, 183850, "Partial"),
        (4676, 184750, "Partial"),
    ]


def test_missing_is_none_and_absent_is_text(houses):
    missing = {name: column.count(None) for name, column in houses.columns.items()}
    assert {name: count for name, count in missing.items() if count > 2} == {
        "Lot Frontage": 490,
        "Mas Vnr Type": 23,
        "Mas Vnr Area": 23,
        "Bsmt Exposure": 4,
        "Garage Yr Blt": 159,
    }
    assert houses["Electrical"].index(None) == 1577
    assert missing["Electrical"] == 1
    assert missing["SalePrice"] == 0
    assert houses["Alley"].count("NA") == 2732
    assert houses["Pool QC"].count("NA") == houses["Pool Area"].count(0) == 2917
    assert houses["Mas Vnr Type"].count("None") == 1752
    assert sum("NA" in column for column in houses.columns.values()) == 14


def test_spaces_around_labels_are_stripped(houses):
    assert houses["Sale Type"].count("WD") == 2536
    labels = (value for column in houses.columns.values() for value in column)
    assert [value for value in labels if isinstance(value, str) and value != value.strip()] == []


def test_what_the_readme_says_of_the_file(houses):
    assert [v for v in houses["Garage Yr Blt"] if v and v > 2010] == [2207]
    assert houses["Garage Yr Blt"].index(2207) == 2261 - 1
    built, remodelled, sold = (houses[n] for n in ("Year Built", "Year Remod/Add", "Yr Sold"))
    order = houses["Order"]
    assert [k for k, b, r in zip(order, built, remodelled, strict=True) if r < b] == [851]
    assert [k for k, b, s in zip(order, built, sold, strict=True) if s < b] == [2181]
    veneer = zip(houses["Mas Vnr Type"], houses["Mas Vnr Area"], strict=True)
    assert sum(kind == "None" and area > 0 for kind, area in veneer) == 7


# --- the eight points ------------------------------------------------------------------------


def test_the_eight_points():
    points = load_eight_points()
    assert points.columns == {
        "x": [-1.8, -1.2, -0.5, 0.1, 0.9, 1.4, 2.1, 2.6],
        "y": [-2.1, -1.3, -0.4, 0.6, 1.7, 2.2, 3.5, 4.1],
    }
    assert points.units == {"x": "dimensionless", "y": "dimensionless"}


# --- what benchmarks measured ----------------------------------------------------------------

RECORDS = [path.stem for path in (Path(linreg.__file__).parent / "datasets/measured").iterdir()]


def test_there_are_records():
    assert {"grading", "loops_to_numpy"} <= set(RECORDS)


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_names_its_machine_and_its_day(name):
    record = load_measured(name)
    assert record["what"]
    assert {"processor", "cores", "system", "python"} <= set(record["machine"])
    assert len(record["date"].split("-")) == 3


def test_the_gradients_were_timed_over_a_whole_grid():
    rows = load_measured("loops_to_numpy")["gradient"]
    sizes = [(row["n_samples"], row["n_features"]) for row in rows]
    ns, ds = ({size[k] for size in sizes} for k in (0, 1))
    assert len(sizes) == len(set(sizes)) == len(ns) * len(ds)
    assert all(min(row["loops"], row["arrays"]) > 0 for row in rows)


def test_an_unknown_record_lists_the_names():
    with pytest.raises(ValueError, match=r"^no record 'speed': choose one of at_scale, "):
        load_measured("speed")


# --- NIST ------------------------------------------------------------------------------------

# name: rows, features, level, response of the first row, response of the last row
NIST = {
    "Norris": (36, ["x"], "Lower", "0.1", "0.2"),
    "Pontius": (40, ["x", "x**2"], "Lower", ".11019", "2.16829"),
    "NoInt1": (11, ["x"], "Average", "130", "140"),
    "NoInt2": (3, ["x"], "Average", "3", "4"),
    "Filip": (82, ["x", *(f"x**{k}" for k in range(2, 11))], "Higher", "0.8116", "0.9228"),
    "Longley": (16, ["x1", "x2", "x3", "x4", "x5", "x6"], "Higher", "60323", "70551"),
    "Wampler1": (21, ["x", "x**2", "x**3", "x**4", "x**5"], "Higher", "1", "3368421"),
    "Wampler2": (21, ["x", "x**2", "x**3", "x**4", "x**5"], "Higher", "1.00000", "63.00000"),
    "Wampler3": (21, ["x", "x**2", "x**3", "x**4", "x**5"], "Higher", "760.", "3369180."),
    "Wampler4": (21, ["x", "x**2", "x**3", "x**4", "x**5"], "Higher", "75901", "3444321"),
    "Wampler5": (21, ["x", "x**2", "x**3", "x**4", "x**5"], "Higher", "7590001", "10958421"),
}


def test_the_names_and_their_order():
    assert tuple(NIST) == NIST_NAMES


@pytest.mark.parametrize("name", NIST_NAMES)
def test_nist_problem(name):
    problem = load_nist(name)
    n, features, level, first, last = NIST[name]
    assert isinstance(problem, NistProblem)
    assert (problem.name, problem.level, problem.feature_names) == (name, level, features)
    assert (problem.columns["y"][0], problem.columns["y"][-1]) == (first, last)
    assert {len(column) for column in problem.columns.values()} == {n}
    assert problem.y == [Fraction(text) for text in problem.columns["y"]]
    assert [len(row) for row in problem.X] == [len(features)] * n
    assert len(problem.coef) == len(problem.coef_sd) == len(features)
    assert problem.source.endswith(f"NIST/ITL Statistical Reference Datasets, {name}.dat")


@pytest.mark.parametrize("name", NIST_NAMES)
def test_nist_columns_are_exact(name):
    """Evaluate each feature's name on the data as the model would."""
    problem = load_nist(name)
    data = {key: list(map(Fraction, column)) for key, column in problem.columns.items()}
    for i, row in enumerate(problem.X):
        values = {key: column[i] for key, column in data.items()}
        assert row == [eval(feature, values) for feature in problem.feature_names]
        assert {type(value) for value in row} == {Fraction}


@pytest.mark.parametrize("name", NIST_NAMES)
def test_nist_model_names_its_features(name):
    problem = load_nist(name)
    assert problem.fit_intercept == ("B0" in problem.model)
    assert (problem.intercept is None) == (problem.intercept_sd is None) == ("NoInt" in name)
    first, last = problem.feature_names[0], problem.feature_names[-1]
    count = len(problem.feature_names)
    assert f"B1*{first}" in problem.model
    assert f"B{count}*{last}" in problem.model.replace("(", "").replace(")", "")


def test_nist_spot_values():
    norris, longley, filip = map(load_nist, ("Norris", "Longley", "Filip"))
    assert norris.model == "y = B0 + B1*x + e"
    assert (norris.coef, norris.intercept) == (["1.00211681802045"], "-0.262323073774029")
    assert (norris.coef_sd, norris.intercept_sd) == (["0.429796848199937E-03"], "0.232818234301152")
    assert (norris.residual_sd, norris.r_squared) == ("0.884796396144373", "0.999993745883712")
    assert norris.source.startswith("Norris, J., NIST. Calibration of Ozone Monitors. NIST/ITL")
    assert longley.columns["x1"][:2] == ["83.0", "88.5"]
    assert longley.coef[-1] == "1829.15146461355"
    assert filip.X[0][:2] == [Fraction("-6.860120914"), Fraction("-6.860120914") ** 2]
    assert filip.coef[7] == "-0.670191154593408E-01"


def test_nist_unknown_name_lists_the_names():
    with pytest.raises(ValueError, match=f"^no NIST problem 'filip'.*{', '.join(NIST_NAMES)}$"):
        load_nist("filip")


@pytest.mark.parametrize("module", ["ames", "dataset", "nist", "points"])
def test_the_docstring_examples(module):
    results = doctest.testmod(importlib.import_module(f"linreg.datasets.{module}"))
    assert results.failed == 0
    assert results.attempted == {"nist": 1, "points": 1}.get(module, 0)
