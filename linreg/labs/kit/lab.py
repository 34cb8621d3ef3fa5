"""A lab: how it is displayed, and how its front end is put together.

A lab is displayed twice over. JupyterLab takes the widget and keeps it in step with Python; a page
takes the HTML: a still picture, which a script turns into the same lab without a kernel.
"""

import json
import sys
from html import escape
from pathlib import Path
from typing import Any, ClassVar

import anywidget

from linreg.labs.kit import scale
from linreg.labs.kit.bundle import bundle
from linreg.labs.kit.picture import as_images
from linreg.labs.kit.text import ROUNDING
from linreg.palette import css_variables

__all__ = ["Lab", "style_sheets"]

_KIT = Path(__file__).parent
_PARTS = ("chart", "handle", "controls", "lab")  # that have a style, each may overrule the last


class Lab(anywidget.AnyWidget):
    """A lab; a subclass brings traits, a JavaScript file beside its own, and a still picture.

    ``title`` names it, ``question`` is the one question that it asks. The traits named in
    ``shown`` make up its state on a page, those in ``spoken`` its ``repr``.
    ``constants`` is what its front end takes over from Python, by name; a subclass adds to those
    of its parents.
    """

    title: ClassVar[str] = ""
    question: ClassVar[str] = ""
    shown: tuple[str, ...] = ()
    spoken: tuple[str, ...] = ()
    constants: ClassVar = {
        "ROUNDING": ROUNDING,
        "ACROSS": scale.ACROSS,
        "DOWN": scale.DOWN,
        "DIGIT": scale.DIGIT,
        "WIDEST": scale.WIDEST,
    }

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "_esm" not in vars(cls):  # anywidget subclasses a lab to add these two as traits
            cls._esm = cls.bundle()
            cls._css = cls.css()

    @classmethod
    def slug(cls) -> str:
        """Return the lab's name in file names and on pages."""
        return cls.__name__.lower()

    @classmethod
    def bundle(cls) -> str:
        """Return the lab's whole front end as one ES module: its own file, and what that imports.

        The lab's exports stay exports.
        """
        constants = {"TITLE": cls.title, "QUESTION": cls.question}
        for parent in reversed(cls.__mro__):
            constants |= vars(parent).get("constants", {})
        return bundle(Path(sys.modules[cls.__module__].__file__).with_suffix(".js"), constants)

    @classmethod
    def css(cls) -> str:
        """Return the one style sheet: the palette, the kit's rules, what each lab adds to them."""
        return css_variables() + "\n".join(
            sheet.read_text(encoding="utf-8") for sheet in style_sheets()
        )

    def proposed(self, proposal: dict[str, Any], *names: str) -> list:
        """Return traits by name, among them the one that is about to change."""
        changed = proposal["trait"].name
        return [proposal["value"] if name == changed else getattr(self, name) for name in names]

    def state(self) -> dict[str, Any]:
        """Return what the page's copy of the lab starts from, as plain Python."""
        return {name: getattr(self, name) for name in self.shown}

    def still(self) -> str:
        """Return HTML that shows the state without any script, its pictures drawn as SVG."""
        raise NotImplementedError

    def html(self) -> str:
        """Return the lab as HTML, its pictures as images; the same state gives the same text."""
        state = json.dumps(self.state(), separators=(",", ":"))
        quoted = escape(state, quote=False).replace("'", "&#39;")
        return (
            f"<div data-lab=\"{self.slug()}\" data-state='{quoted}'>"
            f'<div class="lr-still">{as_images(self.still())}</div></div>'
        )

    def __repr__(self):
        state = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.spoken)
        return f"{type(self).__name__}({state})"

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        return {**data, "text/plain": repr(self), "text/html": self.html()}, metadata


def style_sheets() -> list[Path]:
    """Return the files of the one style sheet in their order: the kit's, then each lab's."""
    kit = [_KIT / f"{part}.css" for part in _PARTS]
    return [*kit, *sorted(set(_KIT.parent.glob("*/*.css")) - set(_KIT.glob("*.css")))]
