"""The linear regression problems of NIST's Statistical Reference Datasets.

NIST certifies each answer to about 15 digits, for data that are decimal text. Read as floats the
data are already rounded, so the problems are given here in exact form.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from importlib.resources import files

__all__ = ["NIST_NAMES", "NistProblem", "load_nist"]

NIST_NAMES = (
    *("Norris", "Pontius", "NoInt1", "NoInt2", "Filip", "Longley"),
    *("Wampler1", "Wampler2", "Wampler3", "Wampler4", "Wampler5"),
)


@dataclass(frozen=True, repr=False)
class NistProblem:
    """One regression problem with its certified answer, as exact decimal text.

    Attributes
    ----------
    name : str
        One of ``NIST_NAMES``.
    level : str
        NIST's level of difficulty: ``"Lower"``, ``"Average"`` or ``"Higher"``.
    model : str
        The model as the file writes it.
    columns : dict of str to list of str
        The data as decimal text: ``y``, then ``x`` or ``x1`` to ``x6``.
    X : list of shape (n_samples, n_features)
        Rows of Fractions: the model's columns, powers of ``x`` included, the ones column left out.
    y : list of shape (n_samples,)
        The response as Fractions.
    fit_intercept : bool
        Whether the model has the constant term B0.
    feature_names : list of str
        What each column of X holds, such as ``"x"`` and ``"x**2"``.
    coef, coef_sd : list of str, shape (n_features,)
        The certified coefficients and their standard deviations, in the order of X's columns.
    intercept, intercept_sd : str or None
        The same for B0; None where the model has none.
    residual_sd : str
        The certified residual standard deviation.
    r_squared : str
        The certified R²; about zero instead of the mean where there is no B0.
    source : str
        Where the data come from.
    """

    name: str
    level: str
    model: str
    columns: dict[str, list[str]]
    X: list[list[Fraction]]
    y: list[Fraction]
    fit_intercept: bool
    feature_names: list[str]
    coef: list[str]
    intercept: str | None
    coef_sd: list[str]
    intercept_sd: str | None
    residual_sd: str
    r_squared: str
    source: str

    def __repr__(self) -> str:
        shape = (len(self.X), len(self.feature_names))
        return f"NistProblem({self.name!r}, {self.level.lower()} difficulty, X of shape {shape})"


def load_nist(name: str) -> NistProblem:
    """Load one of NIST's eleven linear regression problems.

    Parameters
    ----------
    name : str
        One of ``NIST_NAMES``.

    Returns
    -------
    NistProblem
        The exact data, the model and the certified values. NIST gives the data no units here.

    Raises
    ------
    ValueError
        If there is no problem of that name.

    References
    ----------
    NIST/ITL, Statistical Reference Datasets, Linear Least Squares Regression,
    https://www.itl.nist.gov/div898/strd/lls/lls.shtml

    Examples
    --------
    >>> load_nist("Filip")
    NistProblem('Filip', higher difficulty, X of shape (82, 10))
    """
    if name not in NIST_NAMES:
        raise ValueError(f"no NIST problem {name!r}: choose one of {', '.join(NIST_NAMES)}")
    path = files("linreg.datasets") / "nist_strd" / f"{name}.dat"
    text = "\n".join(line.rstrip() for line in path.read_text(encoding="ascii").splitlines())
    columns = _read_columns(text)
    model = _find(r"\n +(y = .+)", text)
    estimates = dict(re.findall(r"\n +B(\d+) +(\S+ +\S+)", _section(text, "Certified Values")))
    coef = {k: estimate.split() for k, estimate in estimates.items()}
    intercept, intercept_sd = coef.pop("0", (None, None))
    # The model of Filip writes dots for the powers in the middle.
    written = dict(re.findall(r"B(\d+)\*\(?(x\d*(?:\*\*\d+)?)", model))
    feature_names = [written.get(k, f"x**{k}") for k in coef]
    features = [_evaluate(feature, columns) for feature in feature_names]
    return NistProblem(
        name=name,
        level=_find(r"(\w+) Level of Difficulty", text),
        model=model,
        columns=columns,
        X=[list(row) for row in zip(*features, strict=True)],
        y=_evaluate("y", columns),
        fit_intercept=intercept is not None,
        feature_names=feature_names,
        coef=[estimate for estimate, _ in coef.values()],
        intercept=intercept,
        coef_sd=[sd for _, sd in coef.values()],
        intercept_sd=intercept_sd,
        residual_sd=_find(r"Standard Deviation +([\d.]\S*)", text),
        r_squared=_find(r"R-Squared +(\S+)", text),
        source=_read_source(text, name),
    )


def _find(pattern, text):
    """Return the part of text that the pattern's group matches first."""
    return re.search(pattern, text)[1]


def _section(text, title):
    """Return the lines that the header announces under a title, and the line above them."""
    first, last = re.search(rf"{title} +\(lines (\d+) to (\d+)\)", text).groups()
    return "\n".join(text.splitlines()[int(first) - 2 : int(last)])


def _read_columns(text):
    """Return the data as columns of decimal text; the line above the data names them."""
    heading, *rows = _section(text, "Data").splitlines()
    _, *names = heading.split()
    columns = zip(*(row.split() for row in rows), strict=True)
    return {name: list(column) for name, column in zip(names, columns, strict=True)}


def _evaluate(term, columns):
    """Return the exact values of a term such as ``x3`` or ``x**2``."""
    name, _, power = term.partition("**")
    return [Fraction(value) ** int(power or 1) for value in columns[name]]


def _read_source(text, name):
    """Return the reference that the header gives, on one line, and the file it came in."""
    reference = " ".join(_find(r"Reference: +((?:.+\n)+)", text).split())
    return f"{reference} NIST/ITL Statistical Reference Datasets, {name}.dat"
