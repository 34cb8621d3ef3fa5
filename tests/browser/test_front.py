"""Promise: the front page works: the picture moves, and every way in or onward is a real one."""

import re
import subprocess
from math import log
from urllib.parse import parse_qs, urlsplit

import navigation
import pytest
import yaml

from linreg.labs import Walk
from notebooks import CHAPTERS, NOTEBOOKS, ROOT, short

FRONT = "book/index.html"
PARTS = [chapters for _, chapters in navigation.parts(ROOT)]
LISTED = [chapter for chapters in PARTS for chapter in chapters]
MOVING = """() => ({
    line: ["y1", "y2"].map((end) => document.querySelector(".lr-hero line")[end].animVal.value),
    dot: ["cx", "cy"].map((at) => document.querySelector(".lr-hero .lr-dot")[at].animVal.value),
})"""
RESTING = MOVING.replace("animVal", "baseVal")
MOVED = f"""(before) => JSON.stringify(({MOVING})()) !== JSON.stringify(before)"""
AT_REST = f"""() => JSON.stringify(({MOVING})()) === JSON.stringify(({RESTING})())"""


def page_of(path):
    return short(path).replace(".ipynb", ".html")


@pytest.fixture(scope="module", params=NOTEBOOKS, ids=short)
def notebook(request, shared_page):
    """The page of each notebook, and the notebook's path. Tests look and leave it so."""
    page = shared_page(page_of(request.param), formulas=False)
    yield page, request.param
    page.close()


each_chapter = pytest.mark.parametrize("notebook", CHAPTERS, indirect=True, ids=short)


# The picture


def test_the_picture_plays_once_by_itself_and_again_by_its_button(new_page):
    page = new_page(FRONT, reduced_motion="no-preference")
    rest = page.evaluate(RESTING)
    page.wait_for_function(MOVED, arg=rest)
    first = page.evaluate(MOVING)
    page.wait_for_function(MOVED, arg=first)
    page.wait_for_function(AT_REST, timeout=8000)
    page.get_by_role("button", name="Play the walk").click()
    page.wait_for_function(MOVED, arg=rest)


def test_the_picture_stands_still_for_whoever_asked_for_it(new_page):
    page = new_page(FRONT, reduced_motion="reduce")
    page.wait_for_timeout(600)
    assert page.evaluate(AT_REST)
    page.get_by_role("button", name="Play the walk").click()
    page.wait_for_function(MOVED, arg=page.evaluate(RESTING))


def test_without_javascript_the_walk_has_arrived(new_page):
    page = new_page(FRONT, java_script_enabled=False)
    assert page.locator(".lr-hero svg").is_visible()
    assert not page.get_by_role("button", name="Play the walk").is_visible()


def test_the_picture_is_the_walk_of_the_book(book):
    """Each value of the animated line, taken back from pixels, is a stop of gradient descent."""
    html = (book / FRONT).read_text(encoding="utf-8")
    left, right = (
        [float(value) for value in values.split(";")]
        for values in re.findall(r'attributeName="y[12]" values="([^"]+)"', html)
    )
    stops = Walk(n_steps=len(left) - 1).path()
    dots = re.findall(r'<circle class="lr-data" cx="([\d.]+)" cy="([\d.]+)"', html)
    (x1, y1), *_, (x2, y2) = [(float(x), float(y)) for x, y in dots]
    walk = Walk()
    across = (x2 - x1) / (walk.x[-1] - walk.x[0])
    down = (y2 - y1) / (walk.y[-1] - walk.y[0])
    ends = re.search(r'<line class="lr-fit"[^>]* x1="([\d.]+)" x2="([\d.]+)"', html)
    for pixels, end in zip((left, right), map(float, ends.groups()), strict=True):
        x = walk.x[0] + (end - x1) / across
        for (w, b, _), pixel in zip(stops, pixels, strict=True):
            assert walk.y[0] + (pixel - y1) / down == pytest.approx(w * x + b, abs=0.01)


def test_the_falling_dot_is_the_loss_of_the_walk(book):
    """Taken back from pixels, each place of the dot is a step and the logarithm of its loss."""
    html = (book / FRONT).read_text(encoding="utf-8")
    xs, ys = (
        [float(value) for value in re.search(rf'"{at}" values="([^"]+)"', html)[1].split(";")]
        for at in ("cx", "cy")
    )
    walk = Walk(n_steps=len(xs) - 1)
    stops = walk.path()
    floor = float(re.search(r'class="lr-best" d="M\d+ ([\d.]+)H', html)[1])
    highest, least = stops[0][2], walk.optimum()[2]
    assert ys[0] < floor  # down is less
    for step, ((_, _, loss), x, y) in enumerate(zip(stops, xs, ys, strict=True)):
        assert (x - xs[0]) / (xs[-1] - xs[0]) == pytest.approx(step / (len(xs) - 1), abs=1e-3)
        fallen = log(highest / loss) / log(highest / least)
        assert (y - ys[0]) / (floor - ys[0]) == pytest.approx(fallen, abs=1e-3)


def test_paper_shows_the_walk_arrived(new_page):
    page = new_page(FRONT, reduced_motion="no-preference")
    page.wait_for_function(MOVED, arg=page.evaluate(RESTING))
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.wait_for_function(AT_REST, timeout=1000)


def test_the_text_below_does_not_move_when_the_button_comes(new_page):
    page = new_page(FRONT)
    page.wait_for_selector(".lr-again:visible")
    moved = page.evaluate(
        """() => new Promise((done) => {
            const observer = new PerformanceObserver((list) => done(list.getEntries().flatMap(
                (entry) => entry.sources
                    .filter((source) => source.previousRect.y !== source.currentRect.y)
                    .map((source) => source.node?.textContent))));
            observer.observe({ type: "layout-shift", buffered: true });
            setTimeout(() => done([]), 500);
        })"""
    )
    assert moved == []


# The ways in


def test_the_front_page_lists_every_chapter_with_its_question(new_page):
    page = new_page(FRONT)
    items = page.locator(".lr-chapters li").all_inner_texts()
    assert len(items) == len(LISTED)
    for item, chapter in zip(items, LISTED, strict=True):
        assert item.startswith(f"{chapter.number} · {chapter.title}")
        assert f"({chapter.minutes} minutes)" in item
        assert item.endswith(chapter.question)
    rubrics = page.locator(".rubric").all_inner_texts()
    for rubric, chapters in zip(rubrics, PARTS, strict=True):
        assert f"({sum(c.minutes for c in chapters)} minutes to read)" in rubric
    page.locator(".lr-chapters a").first.click()
    assert page.url.endswith(page_of(CHAPTERS[0]))


def launched_paths(page):
    """The paths in the repository that the launch buttons of a page name, and where they lead."""
    links = page.locator(".dropdown-launch-buttons a").evaluate_all(
        "(links) => links.map((link) => link.href)"
    )
    for link in links:
        parts = urlsplit(link)
        if parts.netloc == "mybinder.org":
            yield (
                "binder",
                parts.path,
                parse_qs(parts.query)["urlpath"][0].removeprefix("lab/tree/"),
            )
        else:
            assert parts.netloc == "colab.research.google.com"
            head, _, path = parts.path.partition("/blob/main/")
            yield "colab", head, path


def test_the_launch_buttons_name_real_paths(notebook):
    page, path = notebook
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    project = urlsplit(config["repository"]["url"]).path
    found = list(launched_paths(page))
    assert found == [
        ("binder", f"/v2/gh{project}/main", short(path)),
        ("colab", f"/github{project}", short(path)),
    ]
    assert short(path) in tracked.stdout.splitlines()


# The way onward


@each_chapter
def test_the_way_through_the_part_says_where_one_is(notebook):
    page, path = notebook
    here = LISTED[CHAPTERS.index(path)]
    (part,) = [chapters for chapters in PARTS if here in chapters]
    place, whole = part.index(here), sum(c.minutes for c in part)
    words = page.inner_text(".lr-way p")
    assert f"chapter {place + 1} of {len(part)}" in words
    assert f"{here.minutes} minutes" in words
    assert f"{sum(c.minutes for c in part[place:])} to the end of the part" in words
    steps = page.locator(".lr-way li")
    assert steps.count() == len(part)
    assert page.locator('.lr-way a[aria-current="page"]').inner_text() == here.number
    kinds = ["lr-past"] * place + ["lr-here"] + ["lr-ahead"] * (len(part) - place - 1)
    assert [steps.nth(i).get_attribute("class") for i in range(len(part))] == kinds
    widths = [steps.nth(i).bounding_box()["width"] for i in range(len(part))]
    for width, chapter in zip(widths, part, strict=True):
        assert width / sum(widths) == pytest.approx(chapter.minutes / whole, abs=0.02)


@each_chapter
def test_the_neighbours_ask_their_questions(notebook):
    page, path = notebook
    place = CHAPTERS.index(path)
    for side, neighbour in [(".left-prev", place - 1), (".right-next", place + 1)]:
        if 0 <= neighbour < len(CHAPTERS):
            link = page.locator(side)
            assert LISTED[neighbour].title in link.inner_text()
            assert LISTED[neighbour].question in link.inner_text()
