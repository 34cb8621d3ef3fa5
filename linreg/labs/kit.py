"""What every lab shares: how it is displayed, how its front end is put together, still pictures.

A lab is displayed twice over. JupyterLab takes the widget and keeps it in step with Python; a page
takes the HTML: a still picture, which a script turns into the same lab without a kernel.
"""

import json
import re
from decimal import ROUND_HALF_UP, Context, Decimal
from html import escape
from math import ceil, floor, hypot, isfinite, log10
from pathlib import Path

import anywidget
from traitlets import Float, List, TraitError, validate

from linreg.palette import PALETTE, css_variables

__all__ = ["Chart", "DescentLab", "Lab", "LabError", "readable"]

LARGEST = 1e9  # number that a picture takes
NARROW = 1e-9  # a spread that is no spread, as a part of the largest size
SMALLEST_RATE, LARGEST_RATE = 0.001, 1.0  # the ends of a slider for the learning rate
HERE = Path(__file__).parent
IMPORT = re.compile(r'^import \{[^}]*\} from "\./kit\.js";\n', flags=re.MULTILINE)
EXPORT = re.compile(r"^export ", flags=re.MULTILINE)


class LabError(TraitError, ValueError):
    """A lab was given a state that it cannot show."""


class Lab(anywidget.AnyWidget):
    """A lab; a subclass brings traits, a JavaScript file of its name, and a still picture.

    The traits named in ``shown`` make up its state on a page and its ``repr``.
    """

    shown: tuple[str, ...] = ()
    spoken: tuple[str, ...] = ()

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "_esm" not in vars(cls):  # anywidget subclasses a lab to add these two as traits
            cls._esm = cls.bundle()
            cls._css = cls.css()

    @classmethod
    def slug(cls):
        """Return the lab's name in file names and on pages."""
        return cls.__name__.lower()

    @classmethod
    def bundle(cls):
        """Return the lab's whole front end as one ES module: the kit, then the lab's own file.

        The kit's names become the module's own; the lab's exports stay exports.
        """
        kit = EXPORT.sub("", (HERE / "kit.js").read_text(encoding="utf-8"))
        subject = (HERE / f"{cls.slug()}.js").read_text(encoding="utf-8")
        return kit + "\n" + IMPORT.sub("", subject)

    @classmethod
    def css(cls):
        """Return the one style sheet: the palette, the kit's rules, what each lab adds to them."""
        additions = sorted(set(HERE.glob("*.css")) - {HERE / "kit.css"})
        sheets = [HERE / "kit.css", *additions]
        return css_variables() + "\n".join(sheet.read_text(encoding="utf-8") for sheet in sheets)

    def proposed(self, proposal, *names):
        """Return traits by name, among them the one that is about to change."""
        changed = proposal["trait"].name
        return [proposal["value"] if name == changed else getattr(self, name) for name in names]

    def state(self):
        """Return what the page's copy of the lab starts from, as plain Python."""
        return {name: getattr(self, name) for name in self.shown}

    def still(self):
        """Return HTML that shows the state without any script."""
        raise NotImplementedError

    def html(self):
        """Return the lab as HTML; the same state gives the same text."""
        state = json.dumps(self.state(), separators=(",", ":"))
        quoted = escape(state, quote=False).replace("'", "&#39;")
        return (
            f"<div data-lab=\"{self.slug()}\" data-state='{quoted}'>"
            f'<div class="lr-still">{self.still()}</div></div>'
        )

    def __repr__(self):
        state = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.spoken)
        return f"{type(self).__name__}({state})"

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        return {**data, "text/plain": repr(self), "text/html": self.html()}, metadata


class DescentLab(Lab):
    """A lab whose points and learning rate make gradient descent go down to one best line."""

    _esm = _css = ""  # a subclass has a picture, this has none

    x = List(Float()).tag(sync=True)
    y = List(Float()).tag(sync=True)
    learning_rate = Float(0.1).tag(sync=True)

    without_spread = ""  # what to do where every x is the same

    @validate("x", "y")
    def _check_points(self, proposal):
        x, y = self.proposed(proposal, "x", "y")
        same_length(x, y)
        if max(x) == min(x):
            raise LabError(f"every x is {x[0]}: {self.without_spread}")
        if is_narrow(x):
            raise LabError(
                f"every x is {x[0]} or so near to it that rounding hides the difference: subtract "
                "their mean from x, or give values that lie farther apart"
            )
        return finite(proposal["value"], proposal["trait"].name)

    @validate("learning_rate")
    def _check_rate(self, proposal):
        return check_rate(proposal["value"])


def colour(role):
    """Return a role's colour for SVG: the page's variable, or the light one where there is none."""
    return f"var(--lr-{role}, {PALETTE[role]['light']})"


def key(role):
    """Return a dot in a role's colour as HTML, to stand on one line with what it means."""
    return f'<span aria-hidden="true" style="color:{colour(role)}">●</span>&nbsp;'


def listed(values, name, of="numbers"):
    """Return ``values`` as a list, or raise ``LabError`` for what holds none."""
    try:
        return list(values)
    except TypeError:
        raise LabError(f"{name} is {values!r}: give a list of {of}") from None


def finite(values, name):
    """Return ``values`` as a list of floats, or raise ``LabError`` for what cannot be drawn."""
    values = listed(values, name)
    if not values:
        raise LabError(f"{name} is empty: pass at least two numbers")
    for i, value in enumerate(values):
        try:
            whole = isfinite(value)
        except TypeError:
            raise LabError(f"{name}[{i}] is {value!r}: give a number") from None
        if not whole:
            raise LabError(f"{name}[{i}] is {value}: remove the row, or fill in what is missing")
        if abs(value) > LARGEST:
            raise LabError(f"{name}[{i}] is {value}: measure in a larger unit, below 1e9")
    return [float(value) for value in values]


def points_or(default, x, y):
    """Return ``x`` and ``y`` as lists of floats, those of ``default`` where neither is given."""
    if x is None and y is None:
        x, y = default["x"], default["y"]
    elif x is None or y is None:
        raise LabError("x and y come together: give one y for each x")
    return finite(x, "x"), finite(y, "y")


def is_narrow(values):
    """Return whether values differ by no more than rounding can tell."""
    return max(values) - min(values) <= NARROW * max(map(abs, values))


def same_length(x, y):
    """Raise ``LabError`` unless there is one ``y`` for each ``x``."""
    if len(x) != len(y):
        raise LabError(
            f"x has {len(x)} values and y has {len(y)}: give one y for each x, and change "
            "both within hold_trait_notifications()"
        )


def check_rate(rate):
    """Return a learning rate that the slider can show, or raise ``LabError``."""
    if not SMALLEST_RATE <= rate <= LARGEST_RATE:
        raise LabError(
            f"learning_rate is {rate}, outside the slider's range: choose between "
            f"{SMALLEST_RATE} and {LARGEST_RATE:g}"
        )
    return rate


def threshold(x):
    """Return the learning rate from which on descent on a line no longer closes in, 2/λmax.

    λmax is the larger eigenvalue of the Hessian 2 [[mean x², mean x], [mean x, 1]].
    """
    mean = sum(x) / len(x)
    square = sum(value * value for value in x) / len(x)
    return 2 / (square + 1 + hypot(square - 1, 2 * mean))


def told(loss, y, power=2):
    """Return a mean of residuals to a power as it is told: 0 where only rounding is left of it."""
    return 0.0 if loss <= (1e-9 * max(map(abs, y))) ** power else loss


def readable(value, digits=4):
    """Return a number as a reader likes it: ``5.426``, ``0.008048``, ``12345``, ``3.20×10⁵``.

    The same text as ``readable`` in kit.js: a tie is rounded away from zero.
    """
    if value == 0:
        return "0"
    power = significant(value, digits).adjusted()
    if -3 <= power < 5:
        last = Decimal((0, (1,), min(0, power - digits + 1)))
        text = f"{Decimal(value).quantize(last, ROUND_HALF_UP):f}"
    else:
        mantissa, exponent = f"{significant(value, max(2, digits - 1)):e}".split("e")
        text = f"{mantissa}×10{superscript(int(exponent))}"
    return text.replace("-", "−")


def significant(value, digits):
    """Return a number rounded to so many significant digits, as a ``Decimal``."""
    rounded = Context(prec=digits, rounding=ROUND_HALF_UP).create_decimal(Decimal(value))
    return rounded.quantize(Decimal((0, (1,), rounded.adjusted() - digits + 1)))


def superscript(integer):
    """Return an integer in superscript digits."""
    return str(integer).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


class Chart:
    """A still picture of one chart, built up as SVG text.

    Parameters
    ----------
    title : str
        What the picture shows, for those who cannot see it.
    x, y : pair of floats
        The lowest and highest value seen, in the data's units.
    names : pair of str
        The names of the axes.
    log, log_x : bool
        Whether the vertical axis is logarithmic, and the horizontal one.
    """

    width, height = 360, 250
    left, right, top, bottom = 46, 12, 24, 36

    def __init__(self, title, x, y, names, log=False, log_x=False):
        self.title = title
        self.x, self.y, self.log, self.log_x = x, y, log, log_x
        self.names = names
        self.inside, self.over = [], []  # clipped to the chart, and not

    def across(self, value):
        """Return a position from the left, in pixels."""
        share = share_of(value, self.x, self.log_x)
        return self.left + share * (self.width - self.left - self.right)

    def down(self, value):
        """Return a position from the top, in pixels."""
        share = share_of(value, self.y, self.log)
        return self.height - self.bottom - share * (self.height - self.top - self.bottom)

    def line(self, points, role, width=2.0, dash="", opacity=1.0):
        """Draw a line through ``points``, pairs in the data's units, clipped to the chart."""
        at = " ".join(f"{self.across(x):.1f},{self.down(y):.1f}" for x, y in points)
        extra = f' stroke-dasharray="{dash}"' if dash else ""
        extra += f' opacity="{opacity:.2f}"' if opacity < 1 else ""
        self.inside.append(
            f'<polyline points="{at}" fill="none" stroke="{colour(role)}"'
            f' stroke-width="{width:g}"{extra}/>'
        )

    def straight(self, w, b, role, **style):
        """Draw the part of ``y = w * x + b`` that the chart shows, if any."""
        ends = clip_line(w, b, self.x, self.y)
        if ends:
            self.line(ends, role, **style)

    def points(self, points, role, radius=4.5):
        """Draw a dot at each of ``points``, pairs in the data's units."""
        self.over += [
            f'<circle cx="{self.across(x):.1f}" cy="{self.down(y):.1f}" r="{radius:g}"'
            f' fill="{colour(role)}"/>'
            for x, y in points
        ]

    def svg(self):
        """Return the chart as one ``<svg>`` element."""
        width, height = self.width, self.height
        box = f"{self.left} {self.top} {width - self.left - self.right}"
        box += f" {height - self.top - self.bottom}"
        x, y, across, down = box.split()
        inside, over = "".join(self.inside), "".join(self.over)
        return (
            f'<svg role="img" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
            ' style="flex:1 1 300px;max-width:100%;height:auto" font-size="12"'
            f' fill="{colour("muted")}"><title>{escape(self.title)}</title>{self.axes()}'
            f'<svg x="{x}" y="{y}" width="{across}" height="{down}" viewBox="{box}">'
            f"{inside}</svg>{over}</svg>"
        )

    def axes(self):
        """Return the axes, their numbers and their names as SVG."""
        floor_, right = self.height - self.bottom, self.width - self.right
        pieces = []
        for value in ticks(self.x, self.log_x, about=6):
            at = f'x="{self.across(value):.1f}" y="{floor_ + 16}" text-anchor="middle"'
            pieces.append(f"<text {at}>{plain(value)}</text>")
        for value in ticks(self.y, self.log, about=5):
            at = self.down(value)
            pieces.append(
                f'<path d="M{self.left} {at:.1f}H{right}" stroke="{colour("grid")}"/>'
                f'<text x="{self.left - 7}" y="{at + 4:.1f}" text-anchor="end">'
                f"{plain(value)}</text>"
            )
        x_name, y_name = (escape(name) for name in self.names)
        pieces.append(
            f'<path d="M{self.left} {floor_}H{right}" stroke="{colour("muted")}"/>'
            f'<text x="{right}" y="{self.height - 3}" text-anchor="end">{x_name}</text>'
            f'<text x="2" y="12">{y_name}</text>'
        )
        return "".join(pieces)


def share_of(value, frame, log):
    """Return how far along an axis a value lies: 0 at its lower end, 1 at its upper one."""
    low, high, value = (log10(v) if log else v for v in (*frame, value))
    return (value - low) / (high - low)


def ticks(frame, log, about):
    """Return the values that an axis names."""
    if not log:
        return round_steps(*frame, about)
    low, high = (log10(value) for value in frame)
    stride = max(1, ceil((high - low) / about))
    exponents = range(ceil(low / stride) * stride, floor(high) + 1, stride)
    return [10.0**exponent for exponent in exponents]


def clip_line(w, b, x, y):
    """Return the two ends of a line's part within a frame, or ``None`` where it misses it."""
    (left, right), (bottom, top) = x, y
    ends = [(left, w * left + b), (right, w * right + b)]
    if max(ends[0][1], ends[1][1]) < bottom or min(ends[0][1], ends[1][1]) > top:
        return None
    if w == 0:
        return ends
    first, second = sorted(((value - b) / w, value) for value in (bottom, top))
    return [first if first[0] > left else ends[0], second if second[0] < right else ends[1]]


def round_step(rough):
    """Return the multiple of 1, 2 or 5 times a power of ten that is about as large as ``rough``."""
    power = 10 ** floor(log10(rough))
    return next(m * power for m in (1, 2, 5, 10) if 1.4 * m * power >= rough)


def round_steps(low, high, about):
    """Return about as many multiples of 1, 2 or 5 times a power of ten between two values."""
    step = round_step((high - low) / about)
    return [k * step for k in range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1)]


def plain(value):
    """Return an axis's number: digits where they are few, a power of ten where not."""
    if value and not 1e-4 < abs(value) < 1e5:
        return readable(value, 2) if value != 10 ** round(log10(abs(value))) else power(value)
    return f"{value:.6g}".replace("-", "−")


def power(value):
    """Return ``10⁷``, ``5×10⁻⁴``: a power of ten, times a number of three digits at most.

    The same text as ``powerText`` in kit.js.
    """
    mantissa, exponent = f"{significant(value, 3):e}".split("e")
    digits = "" if float(mantissa) == 1 else f"{float(mantissa):g}×"
    return f"{digits}10{superscript(int(exponent))}"
