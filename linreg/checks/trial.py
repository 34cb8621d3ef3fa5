"""One run of a check: which calls it made, what it found, and what may be said of it.

Inside a run, a comparison that fails ends nothing: the check goes on, so that at its end all calls
are known. Then a cause is named only if it explains each of them.
"""

from dataclasses import dataclass, field

from linreg.checks.not_yet import NotYet
from linreg.checks.words import otherwise, words

_running = []  # the run at work, if there is one


@dataclass
class Call:
    """A call of a learner's function, and what it returned once it has."""

    text: str
    task: str
    tells: bool = True  # whether its text shows what the function was given
    found: object = None
    returned: str = ""

    def end(self, found, returned):
        """Note what the call returned, and the text of it."""
        self.found, self.returned = found, returned


@dataclass
class Comparison:
    """What `same` has found out about one value of a learner's.

    ``says`` is the message where no cause is proven, and empty where the value is right.
    ``slips`` says of each known slip whether it comes to this value, and ``relations`` names what
    this value has in common with the right one.
    """

    task: str
    says: str
    slips: dict = field(default_factory=dict)
    relations: list = field(default_factory=list)
    untold: frozenset = frozenset()  # the relations that cannot be told from this value
    call: Call | None = None
    part: object = None  # the whole that was returned, a part of it, or something made from it


MADE = "made from it"
PERHAPS = "Perhaps this is it: "  # said where not every wrong value can be compared with a slip


class Trial:
    """The calls and comparisons of one run."""

    def __init__(self):
        self.task, self.calls, self.comparisons = None, [], []

    def begin_call(self, call):
        """Keep a call that is about to be made."""
        self.task = call.task
        self.calls.append(call)

    def compare(self, comparison, found):
        """Keep a comparison, beside the call that its value comes from."""
        comparison.call, comparison.part = self._origin(found)
        self.task = comparison.task
        self.comparisons.append(comparison)

    def _origin(self, found):
        for call in reversed(self.calls):
            if call.found is found:
                return call, None
            if type(call.found) in (list, tuple):
                for place, part in enumerate(call.found):
                    if part is found:
                        return call, place
        return (self.calls[-1] if self.calls else None), MADE

    def has_failed(self):
        """Return whether a comparison has failed already."""
        return any(each.says for each in self.comparisons)

    def judge(self, broken=None):
        """Raise NotYet if a comparison has failed, or with what broke the run off."""
        failed = next((each for each in self.comparisons if each.says), None)
        if failed is None and broken is None:
            return
        if failed is None:
            call = self.calls[-1] if self.calls else None
            raise NotYet(_shown(call) + str(broken), begun=broken.begun) from broken.__cause__
        raise NotYet(_shown(failed.call) + self._cause(failed))

    def _cause(self, failed):
        """Return what is said of the first failed comparison: a proven cause, or a question."""
        wrong = [each for each in self.comparisons if each.says]
        for name in [name for name, fits in failed.slips.items() if fits]:
            if all(each.slips.get(name, True) for each in wrong):
                proven = all(name in each.slips for each in wrong)
                return ("" if proven else PERHAPS) + words(failed.task, name)
        for name in failed.relations[:1]:
            if all(_has(name, each, failed) for each in self.comparisons):
                return words(failed.task, name)
        return f"{failed.says} {otherwise(failed.task)}"


def _has(name, comparison, failed):
    """Whether a value has the same relation to the right one, where the two can be compared."""
    alike = comparison.part == failed.part and comparison.part != MADE
    if not alike or name in comparison.untold:
        return True
    return name in comparison.relations


def _shown(call):
    """Return the sentence that shows a call and what it returned."""
    return f"`{call.text}` gave {call.returned}. " if call and call.tells and call.returned else ""


def running():
    """Return the run at work, or None."""
    return _running[-1] if _running else None


def begin():
    """Begin a run."""
    _running.append(Trial())
    return _running[-1]


def end():
    """End the run at work, and forget what it has found."""
    _running.pop()
