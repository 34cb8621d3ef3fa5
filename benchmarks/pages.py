"""How fast the book's pages are on a phone's line: 1.6 Mbit/s, and a processor four times slower.

`python benchmarks/pages.py [PAGE ...]` opens pages of the built book in a new Chromium each time,
three times each, and prints medians. Without names it takes the front page and every page that has
a lab. It ends with an error where a page is over a limit.
"""

import gzip
import mimetypes
import os
import sys
import threading
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from urllib.parse import unquote, urlsplit

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from chromium import ARGUMENTS, find_chromium  # noqa: E402

BOOK = Path(os.environ.get("LINREG_BOOK", ROOT / "_build" / "html"))
FRONT = "book/index.html"
REPEATS = 3
LINE = {"latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 93_750, "offline": False}
SLOWER = 4
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2}
# What no page may exceed: seconds, kB as sent, and the share of the screen that moves.
LIMITS = {"lab live": 4.0, "longest task": 1.0, "shift": 0.05, "shift at a link": 0.05}
FRONT_LIMITS = {**LIMITS, "kB": 350, "loaded": 3.0}

WATCH = """
    window.seen = { tasks: [0], shift: 0, live: null };
    new PerformanceObserver((list) => seen.tasks.push(...list.getEntries().map((e) => e.duration)))
        .observe({ type: "longtask", buffered: true });
    new PerformanceObserver((list) => list.getEntries().forEach((e) => (seen.shift += e.value)))
        .observe({ type: "layout-shift", buffered: true });
    new MutationObserver(() => {
        const live = document.querySelector("[data-lab].lr-ready, .lr-hero .lr-handle");
        if (live && seen.live === null) seen.live = performance.now();
    }).observe(document, { childList: true, subtree: true, attributes: true });
"""


@cache
def packed(path):
    """Return a file as a server sends it, and whether it is packed."""
    whole = path.read_bytes()
    is_text = path.suffix in {".html", ".css", ".js", ".svg", ".json"}
    return (gzip.compress(whole), True) if is_text else (whole, False)


class Packing(BaseHTTPRequestHandler):
    """Serves the book, its texts packed."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):  # the name that http.server calls
        """Answer with a file of the book."""
        path = BOOK / unquote(urlsplit(self.path).path).lstrip("/")
        found = path.is_file()
        body, is_packed = packed(path) if found else (b"", False)
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", mimetypes.guess_type(path.name)[0] or "text/plain")
        self.send_header("Content-Length", str(len(body)))
        if is_packed:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Print nothing."""


def visit(chromium, address):
    """Open a page once on the slow line, and return what was seen."""
    browser = chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
    page = browser.new_page(**PHONE)
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", LINE)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    sent = []
    session.on("Network.loadingFinished", lambda event: sent.append(event["encodedDataLength"]))
    page.add_init_script(WATCH)
    page.goto(address, wait_until="load", timeout=120_000)
    loaded = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventStart")
    if page.locator("[data-lab], .lr-hero").count():
        page.wait_for_function("seen.live !== null", timeout=60_000)
    page.wait_for_timeout(1500)  # what comes after the page has loaded moves things too
    painted = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    seen = page.evaluate("seen")
    browser.close()
    return {
        "kB": sum(sent) / 1000,
        "first paint": painted / 1000,
        "loaded": loaded / 1000,
        "lab live": (seen["live"] or 0) / 1000,
        "longest task": max(seen["tasks"]) / 1000,
        "shift": seen["shift"],
    }


def last_place(page):
    """Return the address of the last heading of a page, to which a deep link may lead."""
    html = (BOOK / page).read_text(encoding="utf-8")
    _, _, after = html.rpartition('<section id="')
    place, _, _ = after.partition('"')
    return f"{page}#{place}"


def measure(chromium, site, page):
    """Return the medians of a page, visited from its top and by a deep link."""
    visits = [visit(chromium, site + page) for _ in range(REPEATS)]
    deep = [visit(chromium, site + last_place(page))["shift"] for _ in range(REPEATS)]
    row = {name: median(one[name] for one in visits) for name in visits[0]}
    return {**row, "shift at a link": median(deep)}


def over(page, row):
    """Return the names of the limits that a page is over."""
    limits = FRONT_LIMITS if page == FRONT else LIMITS
    return [name for name, limit in limits.items() if row[name] > limit]


def with_labs():
    """Return the pages that have a lab."""
    pages = sorted(BOOK.rglob("*.html"))
    return [
        page.relative_to(BOOK).as_posix()
        for page in pages
        if "data-lab=" in page.read_text(encoding="utf-8")
    ]


def main(pages):
    """Measure pages and print a table; return those that are over a limit."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Packing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    site, faults = f"http://127.0.0.1:{server.server_port}/", {}
    with sync_playwright() as playwright:
        for page in pages or [FRONT, *with_labs()]:
            row = measure(playwright.chromium, site, page)
            print(f"{page:48}", *(f"{name} {value:6.2f} " for name, value in row.items()))
            if names := over(page, row):
                faults[page] = names
    server.shutdown()
    return faults


if __name__ == "__main__":
    if faults := main(sys.argv[1:]):
        sys.exit("\n".join(f"over: {page}: {', '.join(names)}" for page, names in faults.items()))
