"""What the labs' browser tests share: hands, eyes, and a way into a lab's module."""

import math
import re

import pytest
from bs4 import BeautifulSoup

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
PAGE_HEIGHT = "document.documentElement.scrollHeight"

# The places of some labs as they are before the labs' script runs, and the clock as it is.
UNMADE_LABS = """(places) => {
    document.activeElement.blur();
    scrollTo(0, 0);
    Object.assign(window, window.lrClock);
    for (const place of document.querySelectorAll(places ?? "[data-lab]")) {
        place.classList.remove("lr-ready");
        place.querySelector(".lr-live")?.remove();
    }
}"""
# The labs' script, run again; each lab has drawn itself to its width two frames after it is there.
MADE_LABS = """async () => {
    const { src } = document.querySelector('script[src*="labs/shim.js"]');
    const script = Object.assign(document.createElement("script"), { src });
    await new Promise((done) => {
        script.onload = done;
        document.head.append(script);
    });
    script.remove();
    const frame = () => new Promise(requestAnimationFrame);
    while (document.querySelector("[data-lab]:not(.lr-ready, .lr-failed)")) await frame();
    await frame();
    await frame();
}"""


def labs_alone(html):
    """The bytes of a page whose article holds its headings and its labs, and nothing else.

    As in the chapter, there is room to scroll above and below.
    """
    page = BeautifulSoup(html, "html.parser")
    whole = ":is(h1, h2, h3, h4, [data-lab], script, style)"

    def strip(node):
        for child in node.find_all(recursive=False):
            if child.css.match(whole):
                continue
            if child.select_one(whole):
                strip(child)
            else:
                child.extract()

    article = page.select_one(".bd-article")
    strip(article)
    article["style"] = "padding-block: 100vh"
    return page.encode()


def remake(page, places, scheme):
    """Make labs anew, by a selector of their places, once the page has the colours of a scheme."""
    page.evaluate(
        f"""async ([places, scheme]) => {{
            const isMoving = (one) => one.playState === "running";
            const isReady = () => document.documentElement.dataset.theme === scheme
                && !document.getAnimations().some(isMoving);
            while (!isReady()) await new Promise(requestAnimationFrame);
            ({UNMADE_LABS})(places);
            await ({MADE_LABS})();
        }}""",
        [places, scheme],
    )


# A lab made anew in its place, of a model that `changed` sets.
WITH_MODEL = """async (slug) => {
    const place = document.querySelector(`[data-lab="${slug}"]`);
    const source = new Blob([window.lrLabs[slug]], { type: "text/javascript" });
    const { default: lab } = await import(URL.createObjectURL(source));
    const [state, handlers] = [JSON.parse(place.dataset.state), []];
    const model = {
        get: (name) => state[name],
        set(name, value) {
            state[name] = value;
            for (const [event, handle] of [...handlers]) if (event === `change:${name}`) handle();
        },
        save_changes() {},
        on: (...pair) => handlers.push(pair),
        off: (...pair) => {
            const at = handlers.findIndex((known) => known.every((part, i) => part === pair[i]));
            if (at >= 0) handlers.splice(at, 1);
        },
    };
    const frame = () => new Promise(requestAnimationFrame);
    const el = place.querySelector(".lr-live");
    const end = lab.render({ model, el });
    window.lrMade = { el, end, frame, handlers, model };
    await frame();
    await frame();
}"""


def opening(path, slug, before_the_hand):
    """Give a file its fixture `open_lab`: it opens a chapter whose lab has just been made.

    The first place that `before_the_hand` selects is scrolled to.
    """

    @pytest.fixture
    def open_lab(lab_page):
        def open_page(**options):
            page = lab_page(path, slug=slug, **options)
            page.locator(before_the_hand).first.scroll_into_view_if_needed()
            return page

        return open_page

    return open_lab


def with_model(page, slug):
    """Make a lab anew on its page, so that a test can set its state as Python does."""
    page.evaluate(WITH_MODEL, slug)


def changed(page, states, look="() => null"):
    """Set the traits of a lab that has a model, again and again; return what is seen after each."""
    return page.evaluate(
        f"""(states) => {{
            const [look, {{ model }}] = [{look}, window.lrMade];
            return states.map((state) => {{
                for (const [name, value] of Object.entries(state)) model.set(name, value);
                return look();
            }});
        }}""",
        states,
    )


WIDTHS = [288, 320, 358, 400, 440, 480, 520, 568, 600, 660, 688, 736, 790]  # of a lab, in pixels


def heights(page, slug, states, more="() => []"):
    """The heights that a lab has at each width in each state, and after ``more`` is done to it.

    ``more(el)`` may do what no state does, and returns the heights that it has seen.
    """
    with_model(page, slug)
    return page.evaluate(
        f"""async ([widths, states]) => {{
            const [more, {{ model, el, frame }}, found] = [{more}, window.lrMade, {{}}];
            const height = () => el.querySelector(".lr-lab").getBoundingClientRect().height;
            for (const width of widths) {{
                el.style.width = `${{width}}px`;
                await frame();
                await frame();
                found[width] = states.map((state) => {{
                    for (const [name, value] of Object.entries(state)) model.set(name, value);
                    return height();
                }});
                found[width].push(...more(el));
            }}
            el.style.width = "";
            return found;
        }}""",
        [WIDTHS, states],
    )


def keeps_its_height(page, slug, states, more="() => []"):
    """Fail unless a lab is as high in one state as in another, at each width."""
    for width, found in heights(page, slug, states, more).items():
        assert max(found) - min(found) < 1, width


# Frames and delays whose clock runs so many times as fast, until the labs are made anew.
HURRY = """(times) => {
    const { requestAnimationFrame: frame, setTimeout: delay } = window;
    window.lrClock = { requestAnimationFrame: frame, setTimeout: delay };
    window.requestAnimationFrame = (draw) => frame((now) => draw(times * now));
    window.setTimeout = (act, time) => delay(act, time / times);
}"""


def hurry(page, times=8):
    """Let what plays or waits on a page do so in so many times less time."""
    page.evaluate(HURRY, times)


def close(found, expected, within):
    """Whether numbers are those expected; on long lists this is much faster than approx."""
    pairs = zip(found, expected, strict=True)
    return all(abs(one - other) <= within for one, other in pairs)


def in_module(slug, expression, exporting=""):
    """JavaScript that imports a lab's module as `lab` and works out an expression of `cases`."""
    return f"""async (cases) => {{
        const parts = [window.lrLabs.{slug}, "export {{ {exporting} }};"];
        const source = new Blob(parts, {{ type: "text/javascript" }});
        const lab = await import(URL.createObjectURL(source));
        return {expression};
    }}"""


def sweep(page, selector, positions, look="() => null"):
    """Move a slider from position to position; return what a JavaScript function sees at each."""
    return page.eval_on_selector(
        selector,
        f"""async (input, positions) => {{
            const look = {look};
            const seen = [];
            for (const position of positions) {{
                input.value = position;
                input.dispatchEvent(new Event("input", {{ bubbles: true }}));
                await null; // what the lab has put off to the end of the event is done
                seen.push(look());
            }}
            return seen;
        }}""",
        list(positions),
    )


def unfold(page, within=""):
    """Show the controls that a lab folds away; ``within`` is the selector of its place."""
    page.locator(f"{within} .lr-more > summary").click()


def slide(page, selector, position):
    sweep(page, selector, [position])


# What a lab may take to answer a hand, in seconds of the processor: the rest of the sixtieth of a
# second is the browser's, to paint in.
ANSWER = 0.012


def least_work(page, script, argument=None, tries=3):
    """The processor's time, in seconds, that a script took the page, in the best of some tries.

    What other programs take of the processor does not count, unlike in the time of a clock.
    """
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def worked():
        metrics = session.send("Performance.getMetrics")["metrics"]
        return next(one["value"] for one in metrics if one["name"] == "TaskDuration")

    times = []
    for _ in range(tries):
        before = worked()
        page.evaluate(script, argument)
        times.append(worked() - before)
    session.detach()
    assert min(times) > 0
    return min(times)


def number(text):
    """Read a number as the page writes it: −1.59×10³⁰."""
    mantissa, _, power = text.replace("−", "-").partition("×10")
    return float(mantissa) * 10.0 ** int(power.translate(SUPERSCRIPTS) or 0)


def is_in_view(page, selector):
    """Whether an element lies within the page's width."""
    box = page.locator(selector).bounding_box()
    return box["x"] >= 0 and box["x"] + box["width"] <= page.viewport_size["width"]


def spills(page):
    """What the lab says in its controls, its table and its words beyond its right edge."""
    return page.evaluate(
        """() => {
            const lab = document.querySelector(".lr-lab").getBoundingClientRect();
            const parts = ".lr-button, .lr-slider, .lr-value, .lr-switch, td, th, p";
            return [...document.querySelectorAll(`.lr-lab :is(${parts}):not(.lr-spoken)`)]
                .filter((node) => node.getBoundingClientRect().right > lab.right + 0.5)
                .map((node) => node.textContent);
        }"""
    )


def overlap(a, b):
    return a[0] < b[1] and b[0] < a[1] and a[2] + 2 < b[3] and b[2] + 2 < a[3]


def wait_for_width(page):
    """Wait until a page has come to another width, its side bars too, and its labs are drawn to it.

    A lab is drawn a frame after its width has changed, the last time perhaps.
    """
    page.evaluate("""async () => {
        const widths = () => [...document.querySelectorAll(".lr-panel")]
            .map((panel) => panel.clientWidth).join();
        for (let [before, still] = [null, 0]; still < 20; before = widths()) {
            await new Promise(requestAnimationFrame);
            still = widths() === before ? still + 1 : 0;
        }
    }""")


def growth(page, height=PAGE_HEIGHT):
    """By how many pixels a page grows, or one place in it, when the labs come."""
    page.evaluate(UNMADE_LABS)
    assert page.locator(".lr-lab").count() == 0
    before = page.evaluate(height)
    page.evaluate(MADE_LABS)
    return page.evaluate(height) - before


def backgrounds(page, slug):
    """The colours behind a lab, from itself out to its cell's output."""
    climb = """(lab) => {
        const boxes = [];
        for (let box = lab; !box.matches(".cell_output"); box = box.parentElement) {
            boxes.push(getComputedStyle(box).backgroundColor);
        }
        return boxes;
    }"""
    return set(page.eval_on_selector(f'[data-lab="{slug}"] .lr-lab', climb))


# Charts


READ_CHARTS = """(slug) => [
    ...document.querySelectorAll(`[data-lab="${slug}"] .lr-chart`),
].map((chart) => {
    const seen = (node) => node.getAttribute("visibility") !== "hidden";
    const all = (selector) => [...chart.querySelectorAll(selector)].filter(seen);
    const read = (node, ...names) => names.map((name) => Number(node.getAttribute(name)));
    const ticks = (anchor, name) =>
        all(`.lr-grid text[text-anchor="${anchor}"]`)
            .map((text) => [text.textContent, ...read(text, name)]);
    const dots = (selector) => all(selector).map((dot) => read(dot, "cx", "cy"));
    const lines = (name) =>
        all(`line.lr-${name}`).map((line) => [
            read(line, "x1", "y1"),
            read(line, "x2", "y2"),
            Number(line.getAttribute("opacity")),
        ]);
    const curve = (name) =>
        all(`polyline.lr-${name}`).flatMap((line) =>
            line.getAttribute("points").split(" ").map((pair) => pair.split(",").map(Number)),
        );
    return {
        width: chart.clientWidth,
        panel: chart.parentElement.clientWidth,
        ticks: { x: ticks("middle", "x"), y: ticks("end", "y").map(([t, at]) => [t, at - 4]) },
        points: dots(".lr-point"),
        handles: all(".lr-handle")
            .map((handle) => handle.getAttribute("transform").match(/-?[\\d.]+/g).map(Number)),
        dot: dots(".lr-dot"),
        sticks: lines("stick"),
        trail: lines("trail"),
        line: lines("fit"),
        best: lines("best"),
        past: curve("fit"),
        future: curve("future"),
        arrows: all("path.lr-arrow").map((arrow) => arrow.getAttribute("d")),
        note: all(".lr-warning").map((text) => text.textContent),
        inside: read(chart.querySelector("svg"), "y", "height"),
    };
})"""


class Drawn:
    """A chart as it is drawn, its pixels turned back into numbers by the ticks on its axes."""

    def __init__(self, found, log=False):
        self.log = log
        self.__dict__.update(found)
        self.scales = {"x": self.scale("x"), "y": self.scale("y", log)}

    def scale(self, axis, log=False):
        ticks = sorted((at, self.tick(text, log)) for text, at in self.ticks[axis])
        assert len(ticks) >= 3, (axis, ticks)
        (start, low), (end, high) = ticks[0], ticks[-1]
        per_pixel = (high - low) / (end - start)
        for at, value in ticks:
            assert low + (at - start) * per_pixel == pytest.approx(value, abs=0.1 * abs(per_pixel))
        return start, low, per_pixel

    @staticmethod
    def tick(text, log):
        value = number(re.sub(r"^10(?=[⁻⁰¹²³⁴⁵⁶⁷⁸⁹])", "1×10", text))
        return math.log10(value) if log else value

    def value(self, at, axis):
        start, low, per_pixel = self.scales[axis]
        return low + (at - start) * per_pixel

    def at(self, place):
        """The numbers of a place in pixels; on a logarithmic axis, the logarithm."""
        return self.value(place[0], "x"), self.value(place[1], "y")

    @property
    def pixel(self):
        """The worth of a pixel across and down: what a drawing may be off by, in 1 of 10 of it."""
        return abs(self.scales["x"][2]), abs(self.scales["y"][2])

    def holds(self, place, x, y, pixels=0.15):
        """Whether a place in pixels is that of two numbers."""
        found = self.at(place)
        y = math.log10(y) if self.log else y
        return all(
            abs(one - other) < pixels * worth
            for one, other, worth in zip(found, (x, y), self.pixel, strict=True)
        )


def tap(page, x, y):
    """Tap with a finger, and wait for the click that the browser makes of it, if it makes one."""
    clicked = page.evaluate_handle(
        """() => ({ done: new Promise((done) => {
            addEventListener("click", () => done(), { capture: true, once: true });
            setTimeout(done, 500);
        }) })"""
    )
    page.touchscreen.tap(x, y)
    clicked.evaluate("(clicked) => clicked.done")


def centre(place):
    """The middle, in pixels of the page, of what a locator finds."""
    box = place.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page, start, by, button="left"):
    """Drag with the mouse, from a place in pixels, by so many to the right and down."""
    page.mouse.move(*start)
    page.mouse.down(button=button)
    page.mouse.move(start[0] + by[0] / 2, start[1] + by[1] / 2)
    page.mouse.move(start[0] + by[0], start[1] + by[1])
    page.mouse.up(button=button)


def swipe(page, start, by, moves=10, end="touchEnd"):
    """Drag as `drag` does, with a finger."""
    session = page.context.new_cdp_session(page)

    def send(kind, *shares):
        points = [{"x": start[0] + one * by[0], "y": start[1] + one * by[1]} for one in shares]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    send("touchStart", 0)
    for move in range(1, moves + 1):
        send("touchMove", move / moves)
    send(end)
    session.detach()


# Drag what the selectors find within a lab, pixel by pixel as a pointer would, and look at each
# answer: an argument of `page.evaluate`, with another for what, from where, which way, how often.
PULL = """({ slug, selectors, start, step, times }) => {
    const lab = document.querySelector(`[data-lab="${slug}"] .lr-lab`);
    for (const node of selectors.map((selector) => lab.querySelector(selector))) {
        node.setPointerCapture = () => {};
        const { left, top } = node.getBoundingClientRect();
        const fire = (kind, i) => node.dispatchEvent(new PointerEvent(kind, {
            bubbles: true, isPrimary: true, pointerId: 1, button: 0,
            clientX: left + 22 + start[0] + i * step[0],
            clientY: top + 22 + start[1] + i * step[1],
        }));
        fire("pointerdown", 0);
        for (let i = 0; i < times; i += 1) {
            fire("pointermove", i);
            lab.getBoundingClientRect();  // the layout counts too
        }
        fire("pointerup", 0);
    }
}"""
