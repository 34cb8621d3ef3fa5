"""What exercises call: a check passes in silence or says what kind of wrong an answer is.

Learners import this package whole, `from linreg import checks`. Run as a program,
`python -m linreg.checks path.ipynb`, it runs a notebook of exercises and prints its tasks,
points and messages.
"""

from linreg.checks.alone import run, show
from linreg.checks.answers import choice, number
from linreg.checks.at_work import houses
from linreg.checks.derivations import derivation, value
from linreg.checks.diagnosis import array, call, passed, raises, same, slopes
from linreg.checks.fresh import again
from linreg.checks.hints import hint
from linreg.checks.in_notebook import explain_missing_answers
from linreg.checks.not_yet import NotYet
from linreg.checks.reading import letters

__all__ = [
    "NotYet",
    "again",
    "array",
    "call",
    "choice",
    "derivation",
    "hint",
    "houses",
    "letters",
    "number",
    "passed",
    "raises",
    "run",
    "same",
    "show",
    "slopes",
    "value",
]

explain_missing_answers()
