"""MyST Markdown as Markdown that every renderer shows.

A fold becomes ``<details>``, a box ``<blockquote>``, a numbered formula carries its number in TeX,
a role and a link within the book become what the book says they are, and a label is dropped. What
is not named here has no plain form, and the build says so.
"""

import re

from docutils.parsers.rst.directives.admonitions import Admonition
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import link
from mdit_py_plugins.myst_role.index import myst_role
from myst_parser.parsers.directives import parse_directive_text
from myst_parser.parsers.mdit import create_md_parser
from sphinx_design.dropdown import DropdownDirective

# What means the same to every renderer: CommonMark, tables, and formulas between dollars.
SHARED = {
    *("paragraph", "heading", "bullet_list", "ordered_list", "list_item", "blockquote", "table"),
    *("thead", "tbody", "tr", "th", "td", "hr", "fence", "code_block", "math_block", "inline"),
    *("text", "text_special", "softbreak", "hardbreak", "code_inline", "em", "strong", "link"),
    *("math_inline",),
}
SHARED_ATTRIBUTES = {"href", "title", "start", "style"}  # a table's cells are set by a style
MARKER = re.compile(r"[^>\s]")  # of a list: it stands before the first line alone
DIRECTIVES = {"admonition": Admonition, "dropdown": DropdownDirective}


class NoPlainFormError(Exception):
    """A text says what only MyST understands."""


class Plain:
    """Turn a page's texts into plain Markdown.

    Parameters
    ----------
    config : MdParserConfig
        How the book's own parser is set.
    book : object
        What the built book knows: ``role(name, text)`` is the Markdown of a role,
        ``number(label)`` that of a formula, ``href(target)`` where a link leads to, and
        ``title(target)`` the words of a link that has none.
    """

    def __init__(self, config, book):
        self.book = book
        self.parser = create_md_parser(config, RendererHTML)
        for name, rule, kind in [
            ("myst_role", myst_role, "myst_role"),
            ("link", link, "link_open"),
        ]:
            self.parser.inline.ruler.at(name, with_place(rule, kind))

    def convert(self, text):
        """Return a text in plain Markdown."""
        lines = text.split("\n")
        for token in self.parser.parse(text):
            self.replace(token, lines)
        return "\n".join(line for line in lines if line is not None).strip("\n")

    def replace(self, token, lines):
        """Replace in its lines what a token stands for; a line that goes becomes None."""
        if token.type == "inline":
            self.replace_inline(token, lines)
        elif token.type in {"fence", "colon_fence"} and token.info.startswith("{"):
            put(token, lines, token.markup, self.directive(token))
        elif token.type == "math_block_label":
            tag = rf"\tag*{{{self.book.number(token.info)}}}"
            put(token, lines, "$$", f"$$\n{token.content.strip()}\n{tag}\n$$")
        elif token.type == "myst_target":
            lines[slice(*token.map)] = [None] * (token.map[1] - token.map[0])
        else:
            check(token)

    def replace_inline(self, token, lines):
        """Replace the roles and the links of a paragraph, a heading or a table's cell."""
        for child in token.children:
            if child.type != "myst_role":
                check(child)
        old, new = token.content, self.inline(token.content, token.children)
        pairs = zip(old.split("\n"), new.split("\n"), strict=True)
        for place, (before, after) in enumerate(pairs, start=token.map[0]):
            if before != after and before not in lines[place]:
                raise NoPlainFormError(f"a role beside an escaped bar: {lines[place]}")
            if before != after:
                lines[place] = lines[place].replace(before, after, 1)

    def inline(self, text, tokens):
        """Return the text of a paragraph with its roles and links replaced."""
        changes = []
        for token in tokens:
            if token.type == "myst_role":
                start, end = token.meta["place"]
                new = self.book.role(token.meta["name"], token.content)
                changes.append((start, end, "\n" * text.count("\n", start, end) + new))
            elif token.type == "link_open" and "place" in token.meta:
                start, words_end, end = token.meta["place"]
                target = token.attrs["href"]
                words = "" if words_end > start + 1 else self.book.title(target)
                changes.append((words_end, end, f"{words}]({self.book.href(target)})"))
        for start, end, new in sorted(changes, reverse=True):
            text = text[:start] + new + text[end:]
        return text

    def directive(self, token):
        """Return the plain form of a directive."""
        name, _, first_line = token.info.removeprefix("{").partition("}")
        if name not in DIRECTIVES:
            raise NoPlainFormError(f"the directive {{{name}}} has no plain form")
        parsed = parse_directive_text(DIRECTIVES[name], first_line.strip(), token.content)
        title = self.convert(parsed.arguments[0])
        body = self.convert("\n".join(parsed.body))
        if name == "dropdown":
            title = MarkdownIt("commonmark").renderInline(title)
            return f"<details><summary>{title}</summary>\n\n{body}\n\n</details>"
        return f"<blockquote>\n\n**{title}**\n\n{body}\n\n</blockquote>"


def with_place(rule, kind):
    """Let a rule of the parser keep on its token where in the text it stands.

    A link keeps where its words end, too.
    """

    def keeping(state, silent):
        start, n_before = state.pos, len(state.tokens)
        if not rule(state, silent):
            return False
        if not silent:
            token = next(token for token in state.tokens[n_before:] if token.type == kind)
            token.meta["place"] = start, state.pos
            if kind == "link_open":
                words_end = state.md.helpers.parseLinkLabel(state, start)
                token.meta["place"] = start, words_end, state.pos
        return True

    return keeping


def check(token):
    """Refuse a token that other renderers do not know, or do not see as we do."""
    kind = token.type.removesuffix("_open").removesuffix("_close")
    if kind not in SHARED or not set(token.attrs) <= SHARED_ATTRIBUTES:
        raise NoPlainFormError(f"MyST's {kind!r} has no plain form: {token.content or token.attrs}")


def put(token, lines, markup, text):
    """Put a text in the place of a block, as far to the right as the block stands."""
    first, last = token.map
    before = lines[first].partition(markup)[0]
    beside = MARKER.sub(" ", before)
    text = "\n".join(beside + line if line else beside.rstrip() for line in text.split("\n"))
    lines[first:last] = [before + text[len(before) :], *[None] * (last - first - 1)]
