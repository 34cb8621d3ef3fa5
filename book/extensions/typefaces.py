"""Sphinx extension: the letters of the book, of its formulas and icons, cut to what pages use.

The text is set in Source Serif, what is around it in Source Sans. The upright ones are variable:
one file has every weight. They stand in a style sheet of their own, which works from a disk too.
"""

import base64
import hashlib
import io
import logging
import re
from html import unescape
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

PACKAGES = Path(__file__).parents[2] / "node_modules" / "@fontsource-variable"
# By file: the family, the style, and the weights; italics are never bold. A file is for the letters
# that it alone has: λ, or the ŷ of a caption.
FACES = {
    "source-serif-4-latin-wght-normal": ("Source Serif 4", "normal", (400, 700)),
    "source-serif-4-latin-wght-italic": ("Source Serif 4", "italic", 400),
    "source-serif-4-greek-wght-normal": ("Source Serif 4", "normal", (400, 700)),
    "source-serif-4-latin-ext-wght-normal": ("Source Serif 4", "normal", (400, 700)),
    "source-sans-3-latin-wght-normal": ("Source Sans 3", "normal", (400, 700)),
}
FILE = re.compile(r"(.*?)-(latin-ext|latin|greek)-wght-\w+")
ALWAYS = "".join(map(chr, range(0x20, 0x7F)))  # what a reader may write into a lab or a search
LATIN = 0xFF
FEATURES = ["kern", "liga", "mark", "mkmk", "ccmp", "locl", "tnum"]

ICONS = ["fa-solid-900", "fa-regular-400", "fa-brands-400"]
RULE = re.compile(r'content: ?"\\(f[0-9a-f]{3})"')  # the icon of a class
VARIABLE = re.compile("[\ue000-\uf8ff]")  # the theme's own uses of icons, in its style


def setup(app):
    """Connect the moment when all pages are there."""
    logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells of every letter it keeps
    app.connect("build-finished", write_faces, priority=850)
    app.connect("build-finished", cut_formulas, priority=850)
    app.connect("build-finished", cut_icons, priority=850)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def write_faces(app, exception):
    """Write the style that holds the text's faces."""
    if exception or app.builder.format != "html":
        return
    letters = letters_of(app)
    faces = [font_face(app, name, letters) for name in FACES]
    sheet = Path(app.outdir) / "_static" / "faces.css"
    sheet.write_text("".join(faces), encoding="utf-8")


def cut_formulas(app, exception):
    """Keep, of KaTeX's letters, those that stand on a page."""
    if exception or app.builder.format != "html":
        return
    letters = letters_of(app)
    for path in (Path(app.outdir) / "_static" / "katex" / "fonts").glob("*.woff2"):
        path.write_bytes(kept(app, path, letters))


def letters_of(app):
    """Return all letters that stand on a page of the book or in a script of its labs, sorted."""
    folder = Path(app.outdir)
    texts = [*folder.rglob("*.html"), *(folder / "_static" / "labs").glob("*.js")]
    found = set(ALWAYS).union(*(unescape(path.read_text(encoding="utf-8")) for path in texts))
    return "".join(sorted(found))


def font_face(app, name, letters):
    """Return the rule by which a style knows a face, with the face in it."""
    family, style, weights = FACES[name]
    package, script = FILE.fullmatch(name).groups()
    face = kept(app, PACKAGES / package / "files" / f"{name}.woff2", letters, weights)
    data = base64.b64encode(face).decode()
    # Where two files have a letter, the later one is asked: so it names what the first has not.
    theirs = [code for code in TTFont(io.BytesIO(face)).getBestCmap() if code > LATIN]
    only = f" unicode-range: {', '.join(f'U+{code:X}' for code in theirs)};"
    return (
        f'@font-face {{ font-family: "{family}"; font-style: {style};'
        f" font-weight: {' '.join(map(str, weights)) if isinstance(weights, tuple) else weights};"
        f"{only * (script != 'latin')}"
        f' src: url("data:font/woff2;base64,{data}") format("woff2"); }}\n'
    )


def kept(app, path, letters, weights=None):
    """Return a font cut to letters and weights: that of an earlier build, if it has made it."""
    name = hashlib.sha256(path.read_bytes() + f"{letters} {weights}".encode()).hexdigest()
    file = Path(app.outdir).parent / "letters" / f"{name}.woff2"
    if not file.exists():
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(cut(path, letters, weights))
    return file.read_bytes()


def cut(path, letters, weights=None):
    """Return a font with these letters and weights alone, in the format that all browsers read."""
    options = subset.Options(layout_features=FEATURES, flavor="woff2")
    font = subset.load_font(path, options)
    cutter = subset.Subsetter(options)
    cutter.populate(text=letters)
    cutter.subset(font)
    if weights:  # of the letters that are left: to narrow all of them takes twice the time
        font = instantiateVariableFont(font, {"wght": weights})
    subset.save_font(font, small := io.BytesIO(), options)
    return small.getvalue()


def cut_icons(app, exception):
    """Keep, of some two thousand icons, those that the theme's style still has a rule for."""
    if exception or app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    style = (static / "style.css").read_text(encoding="utf-8")
    letters = set(VARIABLE.findall(style))
    letters.update(chr(int(code, 16)) for code in RULE.findall(style))
    for name in ICONS:
        path = static / "vendor" / "fontawesome" / "webfonts" / f"{name}.woff2"
        path.write_bytes(cut(path, "".join(sorted(letters))))
