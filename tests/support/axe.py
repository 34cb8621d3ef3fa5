"""Ask axe what is wrong with a page."""

from contextlib import contextmanager

from axe_playwright_python.sync_playwright import Axe

# Most of axe's time goes into the words of code, each a span, and into the insides of formulas. For
# the time, words in view that look like an earlier one, in their own colours and in those of all
# that is behind them, become plain text; formulas after the first of the text, and of those on
# lines of their own, are left empty. Folds are open, and at once: while they fade in, their words
# are pale. What undoes it is returned.
THINNED = """() => {
    const still = document.createElement("style");
    const none = "animation: none !important; transition: none !important";
    still.textContent = `details[open] * { ${none} }`;
    document.head.append(still);
    const folds = [...document.querySelectorAll("details:not([open])")];
    for (const fold of folds) fold.open = true;
    const grounds = new Map([[null, ""]]);
    const ground = (node) => {
        if (!grounds.has(node)) {
            const { backgroundColor, backgroundImage, opacity } = getComputedStyle(node);
            const behind = ground(node.parentElement);
            grounds.set(node, [behind, backgroundColor, backgroundImage, opacity].join());
        }
        return grounds.get(node);
    };
    const ink = (node) => {
        const { color, fontSize, fontWeight } = getComputedStyle(node);
        return [color, fontSize, fontWeight].join();
    };
    const seen = new Set();
    const isAgain = (look) => seen.has(look) || !seen.add(look);
    const isInView = (word) => {
        const [box, around] = [word, word.closest("pre")].map((one) => one.getBoundingClientRect());
        return box.width > 0 && box.left >= around.left && box.right <= around.right;
    };
    const words = [...document.querySelectorAll(".highlight pre span:not(:has(*))")]
        .filter(isInView)
        .filter((word) => isAgain(`${ink(word)} on ${ground(word)}`));
    const formulas = [...document.querySelectorAll(".katex")]
        .filter((formula) => isAgain(`formula, ${formula.parentElement.className}`));
    const plain = words.map((word) => [word, document.createTextNode(word.textContent)]);
    const insides = formulas.map((formula) => [formula, [...formula.childNodes]]);
    for (const [word, text] of plain) word.replaceWith(text);
    for (const [formula] of insides) formula.replaceChildren();
    return () => {
        for (const fold of folds) fold.open = false;
        still.remove();
        for (const [word, text] of plain) text.replaceWith(word);
        for (const [formula, inside] of insides) formula.replaceChildren(...inside);
    };
}"""


@contextmanager
def thinned(page):
    """Open a page's folds, and keep of its code and formulas one of each look, for a block."""
    undo = page.evaluate_handle(THINNED)
    try:
        yield
    finally:
        undo.evaluate("(undo) => undo()")


# All of a page but one part of it, what that lies in, and what gives it its look is taken out: axe
# reads the whole page however small the part is that it is asked about. What undoes it is returned.
ALONE = """(part) => {
    const taken = [];
    for (let box = document.querySelector(part); box !== document.body; box = box.parentElement) {
        for (const other of [...box.parentElement.children]) {
            if (other === box || other.matches("script, style, link")) continue;
            const place = document.createComment("");
            other.replaceWith(place);
            taken.push([place, other]);
        }
    }
    return () => taken.forEach(([place, other]) => place.replaceWith(other));
}"""


@contextmanager
def alone(page, part):
    """Leave of a page only a part of it, by its selector, for a block."""
    undo = page.evaluate_handle(ALONE, part)
    try:
        yield
    finally:
        undo.evaluate("(undo) => undo()")


def axe_finds_nothing_in(page, part):
    """Fail unless axe finds nothing wrong with a part of a page, which its selector names."""
    with alone(page, part):
        violates_nothing(page, part)


def violates_nothing(page, context=None, **options):
    """Ask axe about a page as it stands, or about a part of it, by some rules or by all."""
    options |= {"preload": False}  # it would misread the theme's @import
    options |= {"resultTypes": ["violations"]}  # half the time goes into telling what is well
    results = Axe().run(page, context=context, options=options)
    assert results.violations_count == 0, results.generate_report()
