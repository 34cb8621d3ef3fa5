"""What exercises call: a check passes in silence or says what kind of wrong an answer is.

Learners import this package whole, `from linreg import checks`. Run as a program,
`python -m linreg.checks path.ipynb`, it runs a notebook of exercises and prints its tasks,
points and messages.
"""

from linreg.checks.alone import run, show
from linreg.checks.answers import choice, letters, number
from linreg.checks.derivations import derivation, value
from linreg.checks.diagnosis import call, passed, raises, same, slopes
from linreg.checks.not_yet import NotYet

__all__ = [
    "NotYet",
    "call",
    "choice",
    "derivation",
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
