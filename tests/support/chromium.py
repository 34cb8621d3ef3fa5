"""Find a Chromium to drive, or fetch one: `python tests/support/chromium.py` prints its path."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

# The first has no windows, and takes a quarter less time for the same pages.
NAMES = [
    "chromium-headless-shell",
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
]
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HELP = (
    "No Chromium was found, and none could be fetched. Install one, for example with\n"
    "  sudo apt-get install chromium-headless-shell   (Debian)\n"
    "  sudo apt-get install chromium                  (Ubuntu)\n"
    "  brew install --cask chromium                   (macOS)\n"
    "  python -m playwright install chromium          (anywhere)\n"
    "or name one: CHROMIUM=/path/to/chromium make test"
)


def find_chromium():
    """Return the path of a Chromium; fetch one where there is none."""
    for look in (named, on_path, of_playwright, fetched_by_playwright, fetched_by_apt):
        path = look()
        if path:
            return path
    raise FileNotFoundError(HELP)


def named():
    """The one that the environment variable CHROMIUM names."""
    path = os.environ.get("CHROMIUM")
    if path and not shutil.which(path):
        raise FileNotFoundError(f"CHROMIUM is {path!r}, which is not a program")
    return path and shutil.which(path)


def on_path():
    return next(filter(None, map(shutil.which, NAMES)), None)


def of_playwright():
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def fetched_by_playwright():
    return succeeds([sys.executable, "-m", "playwright", "install", "chromium"]) and of_playwright()


def fetched_by_apt():
    if getattr(os, "geteuid", lambda: None)() != 0 or not shutil.which("apt-get"):
        return None
    succeeds(["apt-get", "update"])
    return succeeds(["apt-get", "install", "-y", "chromium"]) and on_path()


def succeeds(command):
    """Run a command, its output on standard error; return whether it succeeded in ten minutes."""
    try:
        return subprocess.run(command, stdout=sys.stderr, timeout=600).returncode == 0
    except subprocess.TimeoutExpired:
        return False


if __name__ == "__main__":
    print(find_chromium())
