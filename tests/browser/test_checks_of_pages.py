"""Promise: the checks of pages find what is wrong with a page, and leave it as it was."""

import urllib.request
from contextlib import suppress

import lab_pages
import pytest
from axe import thinned, violates_nothing
from conftest import Guard
from serving import serving

PALE = '<p style="color: #bbb">Pale words on white.</p>'
PAGE = """<!doctype html><html lang="en"><head><title>A page</title></head>
<body style="background: white"><main><h1>A page</h1>{}</main></body></html>"""


@pytest.fixture
def page(chromium):
    context = chromium.new_context()
    yield context.new_page()
    context.close()


@pytest.mark.parametrize(
    "wrong",
    ['<img src="data:,">', PALE, "<h3>Two levels down</h3>"],
    ids=["A: no text for a picture", "AA: contrast", "good practice: order of headings"],
)
def test_axe_finds_faults_of_each_level(page, wrong):
    page.set_content(PAGE.format("<p>Dark words on white.</p>"))
    violates_nothing(page)
    page.set_content(PAGE.format(wrong))
    with pytest.raises(AssertionError):
        violates_nothing(page)


def test_what_is_folded_is_looked_at_and_folded_again(page):
    page.set_content(PAGE.format(f"<details><summary>Answer</summary>{PALE}</details>"))
    with pytest.raises(AssertionError), thinned(page):
        violates_nothing(page)
    assert page.locator("details:not([open])").count() == 1


@pytest.mark.parametrize(
    ("act", "fault"),
    [
        ("fetch('missing.txt')", "status 404: "),
        ("fetch('http://127.0.0.1:9/')", "asked elsewhere: http://127.0.0.1:9/"),
        ("console.error('this')", "console: this"),
        ("setTimeout(() => { throw new Error('that'); })", "error: that"),
    ],
)
def test_what_no_page_may_do_is_noted(page, site, act, fault):
    guard = Guard(site)
    guard.watch(page.context)
    page.goto(f"{site}book/index.html")
    assert guard.faults == []
    page.evaluate(f"() => {{ {act}; }}")
    for _ in range(100):
        if any(said.startswith(fault) for said in guard.faults):
            return
        page.wait_for_timeout(20)
    pytest.fail(f"only these were noted: {guard.faults}")


def test_a_lab_that_grows_by_two_pixels_is_found(monkeypatch):
    monkeypatch.setattr(lab_pages, "heights", lambda *given: {390: [300, 300.5], 1280: [200, 200]})
    lab_pages.keeps_its_height(None, "a lab", [])
    monkeypatch.setattr(lab_pages, "heights", lambda *given: {390: [300, 302], 1280: [200, 200]})
    with pytest.raises(AssertionError, match="390"):
        lab_pages.keeps_its_height(None, "a lab", [])


def test_a_server_ends_with_its_block_even_where_that_fails(tmp_path):
    with suppress(ZeroDivisionError), serving(tmp_path) as address:
        urllib.request.urlopen(address, timeout=5).close()
        raise ZeroDivisionError
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(address, timeout=5)
