"""What the three backends demand of their input, and the words in which they say so.

Every error names its place and its mend. ``matrix`` and ``vector`` read into lists; an array
backend brings its own pair, and ``checks`` makes the three checks of a backend from such a pair.
"""

from collections.abc import Callable, Mapping, Sequence, Set, Sized
from math import isfinite, isnan, isqrt
from numbers import Integral
from typing import Any
from weakref import WeakValueDictionary

__all__ = [
    *["array", "checks", "dependent", "enough_rows", "is_checked", "matrix", "not_empty"],
    *["not_masked", "number", "same_length", "sequence", "settings", "unusable", "vector"],
    *["whole_number", "within"],
]

_LARGEST_INTEGER = isqrt(2**63 - 1)  # 3,037,000,499: beyond it a square leaves int64
_LARGEST_FLOAT = 1e100  # beyond it a product of three may leave float64 ...
_LARGEST_FLOAT32 = 1e12  # ... and here float32


class _Checked(list):
    """A list that has been read: a loop that passes it on does not pay for reading it again."""


_checked = WeakValueDictionary()  # views of arrays and tensors that have been read, by their id


def _as_checked(values):
    """Return what has been read so that ``is_checked`` knows it: for an array, a view of its own.

    The view is given to nobody else, so it is not changed behind the back of a fit.
    """
    if isinstance(values, _Checked):
        return values
    view = values[:]
    _checked[id(view)] = view
    return view


def is_checked(values: Any) -> bool:
    """Return whether an array or a tensor is a view that ``_as_checked`` has made."""
    return _checked.get(id(values), _checked) is values


def checks(matrix: Callable, vector: Callable) -> tuple[Callable, Callable, Callable]:
    """Return ``check``, ``check_columns`` and ``check_targets``, made from a backend's two readers.

    ``matrix(X)`` and ``vector(values, name, like=None)`` convert, or raise what is wrong; plain
    lists take the kind of ``like``.
    """

    def check(X, y, *, learning_rate=1.0, n_steps=0, fit_intercept=True):
        """Return rows and one target a row; look at the settings of the fit too."""
        settings(learning_rate, n_steps, fit_intercept)
        X = matrix(X)
        y = vector(y, "y", like=X)
        same_length("X", len(X), "y", len(y))
        return _as_checked(X), _as_checked(y)

    def check_columns(X, coef, intercept):
        """Return rows, one coefficient a column, and the intercept."""
        X = matrix(X)
        coef = vector(coef, "coef", like=X)
        same_length("a row of X", len(X[0]), "coef", len(coef))
        plain = number(intercept, "intercept")
        return X, coef, intercept if getattr(intercept, "requires_grad", False) else plain

    def check_targets(y, y_hat):
        """Return targets and one prediction a target; a list takes the kind of the other."""
        if hasattr(y, "__array__"):
            y = vector(y, "y")
            y_hat = vector(y_hat, "y_hat", like=y)
        else:
            y_hat = vector(y_hat, "y_hat")
            y = vector(y, "y", like=y_hat)
        same_length("y", len(y), "y_hat", len(y_hat))
        return y, y_hat

    return check, check_columns, check_targets


# ---- Reading sequences


def matrix(X: Any, read: Callable | None = None) -> list[list]:
    """Return ``X`` as a list of equally long lists, shape (n_samples, n_features).

    ``read(value, place)`` converts one entry, to a float unless it is given.
    """
    read = read or number
    if isinstance(X, _Checked):
        return X
    X = sequence(X, "X")
    for i, row in enumerate(X):
        if not _is_sequence(row):
            raise ValueError(f"X[{i}] is {row!r}, not a row: write X = [[value] for value in x]")
        if len(row) != len(X[0]):
            raise ValueError(
                f"X is ragged: X[{i}] has length {len(row)} but X[0] has length {len(X[0])}. Give "
                "every row the same features"
            )
    not_empty("X[0]", X[0])
    return _Checked([read(v, f"X[{i}][{j}]") for j, v in enumerate(row)] for i, row in enumerate(X))


def vector(values: Any, name: str, like: Any = None, read: Callable | None = None) -> list:
    """Return a sequence of numbers as a list, shape (n,); ``read`` as in ``matrix``."""
    read = read or number
    if isinstance(values, _Checked):
        return values
    values = sequence(values, name)
    if any(_is_sequence(value) for value in values):
        raise ValueError(f"{name} holds sequences: flatten it to one list, shape (n,)")
    return _Checked(read(value, f"{name}[{i}]") for i, value in enumerate(values))


def sequence(values: Any, name: str) -> Sequence:
    """Return ``values`` as something to read in order, or raise where there is no order or nothing.

    An array, a tensor or a data frame becomes lists.
    """
    if not _is_sequence(values):
        raise TypeError(f"{name} is {values!r}, not a sequence: pass a list")
    not_masked(values, name)
    values = values.__array__().tolist() if hasattr(values, "__array__") else values
    not_empty(name, values)
    return values


def _is_sequence(value):
    """Return whether ``value`` has a length and an order, and is not text."""
    unordered = isinstance(value, str | bytes | Mapping | Set)
    return hasattr(value, "__len__") and not unordered and getattr(value, "ndim", 1) > 0


def number(value: Any, place: str) -> float:
    """Return ``value`` as a float, or raise what is wrong with it."""
    if hasattr(value, "item") and getattr(value, "ndim", 1) == 0:
        value = value.item()  # a NumPy or PyTorch scalar
    if isinstance(value, str | bytes) or not hasattr(value, "__float__") or _is_sequence(value):
        raise TypeError(f"{place} is {value!r}, not a real number: convert it, as in float('1.5')")
    exact = int(value) if isinstance(value, Integral) else float(value)
    if not abs(exact) <= (_LARGEST_INTEGER if isinstance(exact, int) else _LARGEST_FLOAT):
        raise unusable(exact, place)
    return float(exact)


# ---- Reading arrays


def array(values: Any, name: str, ndim: int) -> Any:
    """Return a NumPy array as one of float32 or float64 with ``ndim`` dimensions.

    NumPy itself is not needed here: the array brings its own methods.
    """
    if values.dtype.kind not in "fiub":
        raise TypeError(f"{name} has dtype {values.dtype}: convert it, as in {name}.astype(float)")
    not_masked(values, name)
    exact = values.dtype.kind != "f"
    single = values.dtype.kind == "f" and values.itemsize == 4
    within(values, name, ndim, exact=exact, single=single)
    return values.astype("float32" if single else "float64", order="C", copy=False)


def within(values: Any, name: str, ndim: int, *, exact: bool, single: bool) -> None:
    """Raise unless an array or a tensor has ``ndim`` dimensions and numbers that a fit can use."""
    if values.ndim != ndim:
        mend = "X.reshape(-1, 1)" if ndim == 2 else f"{name}.ravel()"
        raise ValueError(f"{name} has shape {tuple(values.shape)}, not {ndim}-D: pass {mend}")
    not_empty(name, values)
    not_empty(f"{name}[0]", values[:1].reshape(-1))
    largest = _LARGEST_INTEGER if exact else _LARGEST_FLOAT32 if single else _LARGEST_FLOAT
    for extreme in (values.min().item(), values.max().item()):  # a NaN is both
        if not abs(extreme) <= largest:
            _refuse_first(values.tolist(), name, largest)


def _refuse_first(values, name, largest):
    """Raise for the first number, in lists however deep, that is none or above ``largest``."""
    for i, value in enumerate(values):
        if isinstance(value, list):
            _refuse_first(value, f"{name}[{i}]", largest)
        elif not abs(value) <= largest:
            raise unusable(value, f"{name}[{i}]")


def not_masked(values: Any, name: str) -> None:
    """Raise where a masked array hides an entry, which a plain reading would bring back."""
    if hasattr(values, "filled") and values.mask.any():
        raise ValueError(f"{name} has masked entries: drop their rows, or fill them in")


# ---- What is wrong


def unusable(value: float, place: str) -> ValueError:
    """Return the error for a gap, an infinity, or a number whose products overflow."""
    if isinstance(value, int):
        mend = "its square overflows a 64-bit integer. Convert it to float first"
    elif isnan(value):
        mend = "remove the row, or fill in what is missing"
    elif isfinite(value):
        mend = "its products may overflow. Measure in a larger unit, or lower the learning_rate"
    else:
        mend = "remove the row; if a walk produced it, lower the learning_rate"
    return ValueError(f"{place} is {value!r}: {mend}")


def not_empty(name: str, values: Sized) -> None:
    """Raise where there is nothing."""
    if len(values) == 0:
        raise ValueError(f"{name} is empty: pass at least one row and one feature")


def same_length(left: str, n_left: int, right: str, n_right: int) -> None:
    """Raise unless two lengths agree."""
    if n_left != n_right:
        raise ValueError(
            f"{left} has length {n_left} but {right} has length {n_right}: make them equal"
        )


def settings(learning_rate: float, n_steps: int, fit_intercept: bool) -> None:
    """Raise unless a fit can be made with these settings."""
    if not isinstance(learning_rate, int | float) or isinstance(learning_rate, bool):
        raise TypeError(f"learning_rate is {learning_rate!r}: pass a float, as in float(rate)")
    if number(learning_rate, "learning_rate") <= 0:
        raise ValueError(f"learning_rate is {learning_rate!r}: pass a positive number, such as 0.1")
    whole_number(n_steps, "n_steps")
    if type(fit_intercept).__name__ not in ("bool", "bool_"):  # Python's and NumPy's
        raise ValueError(f"fit_intercept is {fit_intercept!r}: pass True or False")


def whole_number(value: int, name: str) -> None:
    """Raise unless ``value`` counts something; ``name`` is that of the count, as in "n_steps"."""
    if not isinstance(value, Integral) or isinstance(value, bool) or value < 0:
        what = name.removeprefix("n_")
        raise ValueError(f"{name} is {value!r}: pass a whole number of {what}, 0 or more")


def enough_rows(n_samples: int, n_unknowns: int) -> None:
    """Raise where there are fewer rows than unknowns, so that many fits are equally good."""
    if n_samples < n_unknowns:
        raise ValueError(
            f"{n_samples} rows cannot fix {n_unknowns} unknowns (an intercept is one): collect "
            "more rows or drop columns"
        )


def dependent(j: int, n_features: int) -> ValueError:
    """Return the error for column ``j``, which the columns before it already hold."""
    if j == n_features:
        return ValueError(
            "X is collinear with the intercept: its columns combine to a constant. Drop one of "
            "them, or pass fit_intercept=False"
        )
    return ValueError(
        f"X is collinear: column {j} is zero or a combination of the other columns, so many fits "
        f"are equally good. Drop column {j}"
    )
