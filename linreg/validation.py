"""What the three backends demand of their input, and the words in which they say so.

Every error names its place and its mend. ``matrix`` and ``vector`` read plain sequences; an array
backend brings its own pair, and ``checks`` makes the three checks of a backend from such a pair.
"""

from math import isfinite, isnan, isqrt
from numbers import Integral

LARGEST_INTEGER = isqrt(2**63 - 1)  # 3,037,000,499: beyond it a square leaves int64
LARGEST_FLOAT = 1e150  # beyond it a sum of squares may leave float64 ...
LARGEST_FLOAT32 = 1e15  # ... and here float32


class Checked(list):
    """A list that has been read: a loop that passes it on does not pay for reading it again."""


def checks(matrix, vector):
    """Return ``check``, ``check_columns`` and ``check_targets``, made from a backend's two readers.

    ``matrix(X)`` and ``vector(values, name, like=None)`` convert, or raise what is wrong.
    """

    def check(X, y, learning_rate=1.0, n_steps=0):
        """Return rows and one target a row; look at the settings of a walk too."""
        descent_settings(learning_rate, n_steps)
        X = matrix(X)
        y = vector(y, "y", like=X)
        same_length("X", len(X), "y", len(y))
        return X, y

    def check_columns(X, coef, intercept):
        """Return rows and one coefficient a column; look at the intercept too."""
        number(intercept, "intercept")
        X = matrix(X)
        coef = vector(coef, "coef", like=X)
        same_length("a row of X", len(X[0]), "coef", len(coef))
        return X, coef

    def check_targets(y, y_hat):
        """Return targets and one prediction a target."""
        y = vector(y, "y")
        y_hat = vector(y_hat, "y_hat", like=y)
        same_length("y", len(y), "y_hat", len(y_hat))
        return y, y_hat

    return check, check_columns, check_targets


def matrix(X):
    """Return ``X`` as a list of equally long lists of floats, shape (n_samples, n_features)."""
    if isinstance(X, Checked):
        return X
    not_empty("X", sequence(X, "X"))
    for i, row in enumerate(X):
        if not is_sequence(row):
            raise ValueError(f"X[{i}] is {row!r}, not a row: write X = [[value] for value in x]")
        if len(row) != len(X[0]):
            raise ValueError(
                f"X is ragged: X[{i}] has length {len(row)} but X[0] has length {len(X[0])}. Give "
                "every row the same features"
            )
    not_empty("X[0]", X[0])
    return Checked(
        [number(v, f"X[{i}][{j}]") for j, v in enumerate(row)] for i, row in enumerate(X)
    )


def vector(values, name, like=None):
    """Return a sequence of numbers as a list of floats, shape (n,)."""
    if isinstance(values, Checked):
        return values
    not_empty(name, sequence(values, name))
    if any(is_sequence(value) for value in values):
        raise ValueError(f"{name} holds sequences: flatten it to one list, shape (n,)")
    return Checked(number(value, f"{name}[{i}]") for i, value in enumerate(values))


def number(value, place):
    """Return ``value`` as a float, or raise what is wrong with it."""
    if isinstance(value, str | bytes) or not hasattr(value, "__float__"):
        raise TypeError(f"{place} is {value!r}, not a real number: convert it, as in float('1.5')")
    value = value.item() if hasattr(value, "item") else value  # a NumPy or PyTorch scalar
    exact = int(value) if isinstance(value, Integral) else float(value)
    if not abs(exact) <= (LARGEST_INTEGER if isinstance(exact, int) else LARGEST_FLOAT):
        raise unusable(exact, place)
    return float(exact)


def unusable(value, place):
    """Return the error for a gap, an infinity, or a number whose square overflows."""
    if isinstance(value, int):
        mend = "its square overflows a 64-bit integer. Convert it to float first"
    elif isnan(value):
        mend = "remove the row, or fill in what is missing"
    elif isfinite(value):
        mend = "its square may overflow. Measure in a larger unit, or lower the learning_rate"
    else:
        mend = "remove the row; if a walk produced it, lower the learning_rate"
    return ValueError(f"{place} is {value!r}: {mend}")


def array(values, name, ndim, largest):
    """Return an array or a tensor of ``ndim`` dimensions, or raise what is wrong with it."""
    if values.ndim != ndim:
        mend = "X.reshape(-1, 1)" if ndim == 2 else f"{name}.ravel()"
        raise ValueError(f"{name} has shape {tuple(values.shape)}, not {ndim}-D: pass {mend}")
    not_empty(name, values)
    not_empty(f"{name}[0]", values[:1].reshape(-1))
    for extreme in (values.min().item(), values.max().item()):  # a NaN is both
        if not abs(extreme) <= largest:
            value = int(extreme) if largest == LARGEST_INTEGER else extreme
            raise unusable(value, f"an entry of {name}")
    return values


def is_sequence(value):
    """Tell whether ``value`` has a length and an order, and is not text."""
    return hasattr(value, "__len__") and not isinstance(value, str | bytes | dict | set)


def sequence(values, name):
    """Return ``values``, or raise where they are not a sequence."""
    if not is_sequence(values):
        raise TypeError(f"{name} is {values!r}, not a sequence: pass a list")
    return values


def not_empty(name, values):
    """Raise where there is nothing."""
    if len(values) == 0:
        raise ValueError(f"{name} is empty: pass at least one row and one feature")


def same_length(left, n_left, right, n_right):
    """Raise unless two lengths agree."""
    if n_left != n_right:
        raise ValueError(
            f"{left} has length {n_left} but {right} has length {n_right}: make them equal"
        )


def descent_settings(learning_rate, n_steps):
    """Raise unless a walk can be made with these settings."""
    if number(learning_rate, "learning_rate") <= 0:
        raise ValueError(f"learning_rate is {learning_rate!r}: pass a positive number, such as 0.1")
    if not hasattr(n_steps, "__index__") or isinstance(n_steps, bool) or n_steps < 0:
        raise ValueError(f"n_steps is {n_steps!r}: pass a whole number of steps, 0 or more")


def enough_rows(n_samples, n_unknowns):
    """Raise where there are fewer rows than unknowns, so that many fits are equally good."""
    if n_samples < n_unknowns:
        raise ValueError(
            f"{n_samples} rows cannot fix {n_unknowns} unknowns (an intercept is one): collect "
            "more rows or drop columns"
        )


def dependent(j, n_features):
    """Return the error for column ``j``, which the columns before it already hold."""
    if j == n_features:
        return ValueError(
            "X is collinear with the intercept: its columns combine to a constant. Drop one of "
            "them, or pass fit_intercept=False"
        )
    return ValueError(
        f"X is collinear: column {j} is zero or a combination of the columns before it, so many "
        f"fits are equally good. Drop column {j}"
    )
