"""A still's drawings as images, which show where a page may hold no drawing of its own.

JupyterLab takes all SVG out of a notebook that nobody has trusted yet, and leaves what was written
in it; an image it shows. The book takes the drawings out of their images again, so that they have
the page's colours and letters.
"""

import re
from base64 import b64decode, b64encode
from html import escape, unescape

__all__ = ["as_images", "drawings", "inline"]

_NAMESPACE = 'xmlns="http://www.w3.org/2000/svg"'
# What a drawing has from its page, an image brings along.
_LETTERS = 'font-family="sans-serif"'
_GROUND = '<rect width="100%" height="100%" fill="#ffffff"/>'

_DRAWING = re.compile(r'<svg role="img"(?:(?!<svg role="img").)*</svg>', re.DOTALL)
_IMAGE = re.compile(r'<img class="lr-picture"[^>]* src="data:image/svg\+xml;base64,([^"]*)">')
_OPENING = re.compile(r"<svg role=\"img\"([^>]*)><title>(.*?)</title>", re.DOTALL)


def as_images(html: str) -> str:
    """Return HTML with an image in the place of each drawing, which its title tells in words."""
    return _DRAWING.sub(lambda drawing: _image(drawing[0]), html)


def drawings(html: str) -> list[str]:
    """Return the drawings in HTML, in their order."""
    return _DRAWING.findall(html)


def inline(html: str) -> str:
    """Return HTML with the drawings themselves in the places of their images."""
    return _IMAGE.sub(lambda image: _drawing(image[1]), html)


def _image(drawing):
    attributes, title = _OPENING.match(drawing).groups()
    size = re.search(r'width="\d+" height="\d+" style="[^"]*"', attributes)[0]
    head = f'<svg role="img" {_NAMESPACE} {_LETTERS}{attributes}><title>{title}</title>{_GROUND}'
    whole = head + drawing[_OPENING.match(drawing).end() :]
    source = b64encode(whole.encode()).decode()
    alt = escape(unescape(title))
    return f'<img class="lr-picture" alt="{alt}" {size} src="data:image/svg+xml;base64,{source}">'


def _drawing(source):
    whole = b64decode(source).decode()
    return whole.replace(f" {_NAMESPACE} {_LETTERS}", "", 1).replace(_GROUND, "", 1)
