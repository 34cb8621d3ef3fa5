"""What checks know of each task: messages for answers that were foreseen, sealed.

A note belongs to one answer of one task. It is stored under a digest of that answer, and its
text is masked with a key made from that answer, so that reading the file shows nobody what is
right: only giving the answer opens its note. This guards against reading by accident. It is no
secret: a computer that tries all answers opens all notes.
"""

import base64
import hashlib
import json
from functools import cache
from importlib.resources import files

PASSED = "passed"  # the note on work whose checks pass is sealed with this word


def seal(task, answer, note):
    """Return the digest of an answer and its note, masked: both as text.

    Parameters
    ----------
    task : str
        Chapter and task, such as ``"ch01/a1"``.
    answer : str
        The answer in its canonical form, such as ``"4.67"`` or ``"b"``.
    note : str
        What to say to whoever gives that answer.
    """
    digest, key = digest_and_key(task, answer)
    return digest, base64.b85encode(masked(note.encode(), key)).decode()


def open_note(task, answer):
    """Return the note on an answer as ``(verdict, text)``, or None if none was foreseen.

    The verdict is ``"right"`` or ``"wrong"``.
    """
    digest, key = digest_and_key(task, answer)
    sealed = about(task)["sealed"].get(digest)
    if sealed is None:
        return None
    verdict, _, text = masked(base64.b85decode(sealed), key).decode().partition(": ")
    return verdict, text


def about(task):
    """Return what is stored of a task.

    Every task has `points`, the `steps` in which they are given, and `otherwise`, what to say of a
    wrong answer that nobody foresaw. Answers that are given as such have `sealed` notes, numbers
    their `digits`, and choices their `options` and whether `several` may be chosen. Work may have
    `relations`: what to say of each, and a derivation what is `positive` in it, as in
    ``["c_2", "M - m"]``.
    """
    chapter, _, name = task.partition("/")
    try:
        return _chapter(chapter)[name]
    except (FileNotFoundError, KeyError):
        raise _no_task(task) from None


def tasks_of(chapter):
    """Return the names of a chapter's tasks."""
    try:
        return list(_chapter(chapter))
    except FileNotFoundError:
        raise _no_task(chapter) from None


def _no_task(task):
    return ValueError(f"there is no task {task!r}: write chapter/task, as in 'ch01/a1'")


@cache
def _chapter(name):
    return json.loads(files("linreg.checks").joinpath(f"notes/{name}.json").read_text("utf-8"))


def digest_and_key(task, answer):
    """Return the digest by which the note on an answer is found, and the key that unmasks it."""
    key = hashlib.sha256(f"{task} = {answer}".encode()).digest()
    return hashlib.sha256(b"digest of " + key).hexdigest()[:16], key


def masked(data, key):
    """Mask or unmask: the two are the same."""
    stream = hashlib.shake_256(key).digest(len(data))
    return bytes(a ^ b for a, b in zip(data, stream))
