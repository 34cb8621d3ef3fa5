"""Sphinx extension: in the bibliography a source has the name that it has in the text.

There it is cited by author and year. The style ``author_year`` gives its entry the same label, in
place of a number, and sorts the list by it.
"""

from collections import Counter
from string import ascii_lowercase

from pybtex.plugin import find_plugin, register_plugin
from pybtex.style.formatting.plain import Style
from pybtex.style.labels import BaseLabelStyle


def setup(app):
    """Make the style known by its name, which ``bibtex_default_style`` takes."""
    register_plugin("pybtex.style.labels", "author_year", Labels)
    register_plugin("pybtex.style.formatting", "author_year", AuthorYear)
    # Unless it is known, all installed packages are searched, at each citation, for what writes it.
    plain = find_plugin("pybtex.backends", "plaintext")
    register_plugin("pybtex.backends", "plaintext", plain, force=True)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


class Labels(BaseLabelStyle):
    """Labels such as "De Cock 2011"; two works of one author and year get an "a" and a "b"."""

    def format_labels(self, sorted_entries):
        """Yield a label for each entry, in their order."""
        plain = [label(entry) for entry in sorted_entries]
        often, seen = Counter(plain), Counter()
        for one in plain:
            letter = ascii_lowercase[seen[one]] if often[one] > 1 else ""
            seen[one] += 1
            yield one + letter


class AuthorYear(Style):
    """The plain style, with authors and years as labels."""

    default_label_style = "author_year"


def label(entry):
    """Return the authors and the year, if there is one, as in "De Cock 2011"."""
    return " ".join([names(entry), *([entry.fields["year"]] if "year" in entry.fields else [])])


def names(entry):
    """Return the last names of an entry's authors, as the text cites them."""
    authors = [
        " ".join(str(part) for part in (*person.rich_prelast_names, *person.rich_last_names))
        for person in entry.persons.get("author", entry.persons.get("editor", []))
    ]
    if len(authors) > 2:
        return f"{authors[0]} et al."
    return " and ".join(authors)
