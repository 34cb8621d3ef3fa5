"""Choose among the files that one student handed in for one chapter."""

from collections import defaultdict

from grader.collect.verdicts import Found

__all__ = ["choose", "forgive_companions"]

# What may make one attempt later than another, in the order of `Found.rank`.
_GROUNDS = (
    "by the time in its name",
    "by the number in its name",
    "by its file's time",
    "by its name, at the same time",
)


def choose(found: list[Found]) -> None:
    """Of each student's attempts at a chapter keep the latest; refuse what may be two students'."""
    _refuse_namesakes(found)
    attempts = defaultdict(list)
    for each in found:
        if each.verdict == "taken":
            attempts[each.student, each.chapter].append(each)
    for group in attempts.values():
        if _may_be_several(group):
            _refuse(group)
        else:
            _take_latest(group)


def forgive_companions(found: list[Found]) -> None:
    """Ignore a file of another kind when its student handed in a notebook as well."""
    taken = {(each.student, each.chapter) for each in found if each.verdict == "taken"}
    taken |= {(student, None) for student, _ in taken}
    for each in found:
        if (each.student, each.chapter) in taken and "file, not a notebook" in each.reason:
            each.verdict, each.reason = "ignored", "handed in beside a notebook"


def _refuse_namesakes(found: list[Found]) -> None:
    """Refuse the files of students of one name whom their platform tells apart by numbers."""
    users = defaultdict(set)
    for each in found:
        if each.label.user and each.verdict == "taken":
            users[each.student].add(each.label.user)
    for each in found:
        if each.verdict == "taken" and len(users[each.student]) > 1:
            _refuse([each], users=sorted(users[each.student])[:3])


def _may_be_several(group: list[Found]) -> bool:
    """Return whether files of one name and chapter may be the work of several students."""
    platforms = {each.label.holder for each in group if each.label.platform}
    if len(platforms) > 1:
        return True
    begun = [each for each in group if each.answered] or group
    holders = {each.label.holder for each in begun}
    numbered = {each.label.file for each in begun if each.label.file}
    doubled = len({number for number, _ in numbered}) < len(numbered)
    one = len(holders) == 1 and holders != {()} and not doubled
    return not one and len({each.work for each in begun}) > 1


def _refuse(group: list[Found], users: list[str] | None = None) -> None:
    for each in group:
        if users:
            why = f"students with the numbers {', '.join(users)} have this name"
        else:
            others = sorted(group, key=lambda other: (other is each, other.work == each.work))
            why = f"{others[0].file} may be another student's of this name, and differs"
        each.verdict, each.notebook = "refused", None
        each.reason = f"{why}: keep the one that counts, or give each student another name"


def _take_latest(group: list[Found]) -> None:
    """Keep the latest attempt; one with nothing answered is never later than one with answers."""
    *earlier, latest = sorted(group, key=lambda each: (each.answered, each.rank))
    latest.reason = f"the latest of {len(group)} attempts" if earlier else "the only attempt"
    for each in earlier:
        each.verdict, each.notebook = "superseded", None
        if latest.answered and not each.answered:
            each.reason = f"nothing is answered in it: {latest.file} counts"
            continue
        pairs = zip(_GROUNDS, each.rank, latest.rank)
        ground = next((ground for ground, mine, its in pairs if mine != its), "by place")
        each.reason = f"{latest.file} is later {ground}"
