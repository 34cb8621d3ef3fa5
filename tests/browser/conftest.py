"""A real Chromium, the built book, and pages that fail their test when anything goes wrong."""

import re
from contextlib import contextmanager
from functools import cache

import pytest
from chromium import ARGUMENTS, find_chromium
from lab_pages import labs_alone, remake
from playwright.sync_api import sync_playwright
from serving import serving
from xdist.scheduler import LoadScopeScheduling


class PageScheduling(LoadScopeScheduling):
    """Keep the tests of a page, and the other tests of a file, in one process: they share pages."""

    def _split_scope(self, nodeid):
        file, _, test = nodeid.partition("::")
        page = re.search(r"\[([\w/]+)\.(html|ipynb)", test)
        return page[1] if page else file


def pytest_xdist_make_scheduler(config, log):
    return PageScheduling(config, log)


def in_scheme(page, scheme):
    """Show a page in the reader's scheme, and wait until its colours have changed."""
    page.emulate_media(color_scheme=scheme)
    page.wait_for_function(
        """(scheme) => document.documentElement.dataset.theme === scheme
            && document.getAnimations().every((one) => one.playState !== "running")""",
        arg=scheme,
    )


@pytest.fixture(scope="session")
def chromium():
    path = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(book):
    """The address of a server on this machine that serves the built book."""
    with serving(book) as address:
        yield address


class Guard:
    """What no page may do: ask elsewhere, miss a file, or report an error."""

    def __init__(self, *homes):
        self.homes = (*homes, "blob:", "data:", "about:")
        self.faults = []

    def watch(self, context):
        context.on("request", self.request)
        context.on("requestfailed", self.failure)
        context.on("response", self.response)
        context.on("console", self.message)
        context.on("weberror", lambda error: self.faults.append(f"error: {error.error}"))

    def request(self, request):
        if not request.url.startswith(self.homes):
            self.faults.append(f"asked elsewhere: {request.url}")

    def failure(self, request):
        # No fault: a script that the page may not run, a request that leaving the page ended.
        if request.failure not in ("csp", "net::ERR_ABORTED"):
            self.faults.append(f"{request.failure}: {request.url}")

    def response(self, response):
        if response.status >= 400:
            self.faults.append(f"status {response.status}: {response.url}")

    def message(self, message):
        if message.type == "error":
            self.faults.append(f"console: {message.text}")


@contextmanager
def opener(chromium, book, site):
    """Give a function that opens pages of the book; at the end no page may have done wrong."""
    homes = {"http": site, "file": f"{book.as_uri()}/"}
    guard = Guard(*homes.values())
    contexts = []

    def open_page(path, over="http", **options):
        context = chromium.new_context(**options)
        contexts.append(context)
        guard.watch(context)
        page = context.new_page()
        page.faults = guard.faults
        page.goto(homes[over] + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert guard.faults == []


@pytest.fixture
def new_page(chromium, book, site):
    """Open pages of the book: `new_page("intro.html", color_scheme="dark")`.

    `over="file"` opens it from the disk; the other keywords go to Playwright's `new_context`. The
    test fails at its end if any page asked for something outside the book, missed a file, or
    reported an error.
    """
    with opener(chromium, book, site) as open_page:
        yield open_page


@pytest.fixture(scope="module")
def shared_page(chromium, book, site):
    """Open pages like `new_page`, for several tests that look and change nothing."""
    with opener(chromium, book, site) as open_page:
        yield open_page


# What each test of a lab finds unless it asks for something else: Playwright's own defaults.
SCREEN = {
    "viewport": {"width": 1280, "height": 720},
    "color_scheme": "light",
    "reduced_motion": "no-preference",
}


@pytest.fixture(scope="session")
def lab_site(book):
    """The address of a server of the book's pages, with nothing of a chapter in them but labs."""
    with serving(book, change=cache(labs_alone)) as address:
        yield address


@pytest.fixture
def new_lab_page(chromium, book, lab_site):
    """Open pages like `new_page`, with nothing of a chapter in them but labs."""
    with opener(chromium, book, lab_site) as open_page:
        yield open_page


@pytest.fixture(scope="session")
def loaded(chromium, book, lab_site):
    """Pages, each loaded once in a process for each kind of device.

    What of a device can change while a page is open, its screen and its reader's wishes, is no part
    of its kind.
    """
    with opener(chromium, book, lab_site) as open_page:
        yield cache(lambda path, **device: open_page(path, **device))


@pytest.fixture
def lab_page(loaded):
    """Open a page whose labs have just been made: `lab_page("….html", color_scheme="dark")`.

    The page is shared, for loading it takes a hundred times as long as making its labs anew; with
    `slug` only that lab is. Of its chapter it holds the labs alone, since a page of ten thousand
    nodes takes nearly twice the time; `test_labs_alike` compares the two. A test that changes
    anything outside the labs opens a page of its own. The test fails at its end if the page did
    what no page may do.
    """
    pages = []

    def open_page(path, slug=None, **options):
        screen = {name: options.pop(name, usual) for name, usual in SCREEN.items()}
        page = loaded(path, **options)
        pages.append(page)
        viewport, scheme = screen["viewport"], screen["color_scheme"]
        if page.viewport_size != viewport:
            page.set_viewport_size(viewport)
        page.emulate_media(
            media="screen", reduced_motion=screen["reduced_motion"], color_scheme=scheme
        )
        page.mouse.move(0, 0)
        remake(page, f'[data-lab="{slug}"]' if slug else "[data-lab]", scheme)
        return page

    yield open_page
    faults = [fault for page in pages for fault in page.faults]
    for page in pages:
        page.faults.clear()
    assert faults == []
