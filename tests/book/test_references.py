"""Promise: every source is cited, can be found, and has one name in the text and in the list."""

import re

import pytest
import references
from pybtex.database import BibliographyData, Entry, Person, parse_file

from notebooks import DOCUMENTS, ROOT

ENTRIES = parse_file(ROOT / "book/references.bib").entries
CITED = re.compile(r"\{cite:[a-z]+\}`([^`]+)`")


def entry(*authors, year="2011"):
    people = {"author": [Person(author) for author in authors]}
    return Entry("misc", fields={"year": year, "title": "T"}, persons=people)


@pytest.mark.parametrize(
    ("authors", "label"),
    [
        (["De Cock, Dean"], "De Cock 2011"),
        (["Van Loan, Charles F.", "Golub, Gene"], "Van Loan and Golub 2011"),
        (["van der Sluis, A."], "van der Sluis 2011"),
        (["A, B", "C, D", "E, F"], "A et al. 2011"),
        (["{National Institute of Standards}"], "National Institute of Standards 2011"),
    ],
)
def test_a_label_is_what_the_text_says(authors, label):
    assert list(references.Labels().format_labels([entry(*authors)])) == [label]


def test_where_there_is_no_author_the_editors_stand():
    work = Entry("misc", fields={"year": "2011"}, persons={"editor": [Person("Bo, A.")]})
    assert list(references.Labels().format_labels([work])) == ["Bo 2011"]


def test_two_works_of_one_year_are_told_apart():
    works = [entry("Bo, A."), entry("Bo, A."), entry("Bo, A.", year="2012")]
    labels = list(references.Labels().format_labels(works))
    assert labels == ["Bo 2011a", "Bo 2011b", "Bo 2012"]
    assert BibliographyData(entries={"x": works[0]}).entries


def test_every_source_is_cited_somewhere():
    text = "\n".join(path.read_text(encoding="utf-8") for path in DOCUMENTS)
    cited = {key.strip() for keys in CITED.findall(text) for key in keys.split(",")}
    assert set(ENTRIES) - cited == set()


@pytest.mark.parametrize("key", ENTRIES)
def test_a_source_has_an_author_and_a_year_unless_it_is_a_page_of_the_web(key):
    assert ENTRIES[key].persons.get("author") or ENTRIES[key].persons.get("editor")
    year, page = ENTRIES[key].fields.get("year", ""), "url" in ENTRIES[key].fields
    assert re.fullmatch(r"\d{4}", year) or (page and not year)


@pytest.mark.parametrize("key", sorted(ENTRIES))
def test_a_source_can_be_reached(key):
    doi, url = (ENTRIES[key].fields.get(name, "") for name in ("doi", "url"))
    assert re.fullmatch(r"10\.\d{4,}/\S+", doi) or re.match(r"https?://\S+\.\S+", url)
