"""A student's name in the gradebook: made of the name that is given, and of nothing else."""

import unicodedata
from hashlib import sha256

__all__ = ["student_of"]

_LONGEST = 60
_UNFIT = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}  # kinds of characters: they do not show


def student_of(name: str) -> str | None:
    """Return a name that is fit for a folder and a database, as readable as it was.

    A name that is fit stays as it is. Any other gets a mark made of all its characters, so that
    names that differ stay different: `a:b` and `a*b`, an accent in one character and in two.
    """
    kept = "".join(
        "_" if char in '/\\:*?"<>|[]{}~' or unicodedata.category(char) in _UNFIT else char
        for char in unicodedata.normalize("NFC", " ".join(name.split()))
    )
    kept = kept[:_LONGEST].strip(" .-")
    if not kept or kept == name:
        return kept or None
    return f"{kept}~{sha256(ascii(name).encode()).hexdigest()[:8]}"
