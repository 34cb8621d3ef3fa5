"""Sphinx extension: the letters of the book, and of the theme's icons, cut to what its pages use.

The text is set in Source Serif, what is around it in Source Sans. The upright ones are variable:
one file has every weight. They stand in the style itself, so that they are there when the first
line is drawn, on a slow line and from a disk alike, and no line moves afterwards.
"""

import base64
import io
import re
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

PACKAGES = Path(__file__).parents[2] / "node_modules" / "@fontsource-variable"
FACES = {  # by file: the family, the style, and the weights; italics are never bold
    "source-serif-4-latin-wght-normal": ("Source Serif 4", "normal", (400, 700)),
    "source-serif-4-latin-wght-italic": ("Source Serif 4", "italic", 400),
    "source-sans-3-latin-wght-normal": ("Source Sans 3", "normal", (400, 700)),
}
LETTERS = [*range(0x20, 0x7F), *range(0xA0, 0x100), *range(0x2010, 0x2028), 0x2032, 0x20AC, 0x2212]
FEATURES = ["kern", "liga", "mark", "mkmk", "ccmp", "locl", "tnum"]

ICONS = ["fa-solid-900", "fa-regular-400", "fa-brands-400"]
RULE = re.compile(r'content: ?"\\(f[0-9a-f]{3})"')  # the icon of a class
VARIABLE = re.compile("[\ue000-\uf8ff]")  # the theme's own uses of icons, in its style


def setup(app):
    """Connect the two moments: before writing, and after it all."""
    app.connect("builder-inited", write_faces)
    app.connect("build-finished", cut_icons, priority=600)
    app.add_css_file("fonts.css", priority=690)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def write_faces(app):
    """Write the style that holds the faces, unless a build before this one has."""
    style = Path(app.outdir) / "_static" / "fonts.css"
    if app.builder.format == "html" and not style.exists():
        style.parent.mkdir(parents=True, exist_ok=True)
        style.write_text("".join(map(font_face, FACES)), encoding="utf-8")


def font_face(name):
    """Return the rule by which a style knows a face, with the face in it."""
    family, style, weights = FACES[name]
    package = name.partition("-latin")[0]
    font = TTFont(PACKAGES / package / "files" / f"{name}.woff2")
    face = base64.b64encode(cut(instantiateVariableFont(font, {"wght": weights}), LETTERS))
    return (
        f'@font-face {{ font-family: "{family}"; font-style: {style};'
        f" font-weight: {' '.join(map(str, weights)) if isinstance(weights, tuple) else weights};"
        f' src: url("data:font/woff2;base64,{face.decode()}") format("woff2"); }}\n'
    )


def cut(font, letters):
    """Return a font with these letters alone, in the format that all browsers read."""
    font.flavor = None
    font.save(whole := io.BytesIO())  # a variable font can be cut once it has been written
    options = subset.Options(layout_features=FEATURES, flavor="woff2")
    font = subset.load_font(whole, options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=letters)
    cutter.subset(font)
    subset.save_font(font, small := io.BytesIO(), options)
    return small.getvalue()


def cut_icons(app, exception):
    """Keep, of some two thousand icons, those that the theme's style still has a rule for."""
    if exception or app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    style = (static / "styles" / "pydata-sphinx-theme.css").read_text(encoding="utf-8")
    letters = {ord(letter) for letter in VARIABLE.findall(style)}
    letters.update(int(code, 16) for code in RULE.findall(style))
    for name in ICONS:
        path = static / "vendor" / "fontawesome" / "webfonts" / f"{name}.woff2"
        path.write_bytes(cut(TTFont(path), sorted(letters)))
