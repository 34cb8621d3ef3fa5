// What every lab shares: numbers as text, elements, scales, a chart, controls, playback, and the
// traffic with the model. A lab's own file holds its subject only. `kit.py` joins the two.

// ---- Numbers as text ----------------------------------------------------------------------------

export function superscript(integer) {
  const raised = (character) => (character === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[character]);
  return [...String(integer)].map(raised).join("");
}

const withMinus = (text) => text.replace("-", "−");

// 5.426, 0.008048, 12345, 3.20×10⁵; as in kit.py.
export function readable(value, digits = 4) {
  if (value === 0) return "0";
  if (!Number.isFinite(value)) return withMinus(value < 0 ? "-∞" : "∞");
  const power = Number(value.toExponential(digits - 1).split("e")[1]);
  if (power >= -3 && power < 5) return withMinus(value.toFixed(Math.max(0, digits - 1 - power)));
  const [mantissa, exponent] = value.toExponential(Math.max(1, digits - 2)).split("e");
  return `${withMinus(mantissa)}×10${superscript(Number(exponent))}`;
}

// 10⁻³, 5×10⁻⁴, 2.5×10⁹: a power of ten, times a number of three digits at most; as in kit.py.
export function powerText(value) {
  const [mantissa, exponent] = value.toExponential(2).split("e");
  const digits = Number(mantissa) === 1 ? "" : `${Number(mantissa)}×`;
  return `${digits}10${superscript(Number(exponent))}`;
}

// A fixed number of decimals, so that digits stay in their places while they change.
export function fixed(value, decimals = 4) {
  if (Math.abs(value) >= 100) return readable(value, decimals + 1);
  const text = value.toFixed(decimals);
  return Number(text) === 0 ? text.replace("-", "") : withMinus(text);
}

// A mean of residuals to a power as it is told: 0 where only rounding is left of it.
export function told(loss, y, power = 2) {
  return loss <= (1e-9 * Math.max(...y.map(Math.abs))) ** power ? 0 : loss;
}

// ---- Elements -----------------------------------------------------------------------------------

const SVG = "http://www.w3.org/2000/svg";

// Set attributes, writing only what has changed: a write that changes nothing still costs.
export function assign(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    const text = String(value);
    if (node.getAttribute(name) !== text) node.setAttribute(name, text);
  }
  return node;
}

export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function element(tag, attributes = {}, ...children) {
  const node = assign(document.createElement(tag), attributes);
  node.append(...children);
  return node;
}

export function shape(tag, attributes = {}, ...children) {
  const node = assign(document.createElementNS(SVG, tag), attributes);
  node.append(...children);
  return node;
}

export const show = (node, visible) => assign(node, { visibility: visible ? "visible" : "hidden" });

export const range = (count) => Array.from({ length: count }, (_, k) => k);

const uniqueId = () => `lr-${Math.random().toString(36).slice(2)}`;

// ---- Scales: from a domain in the data's units to a range in pixels -----------------------------

export function linear([low, high], [start, end]) {
  const scale = (value) => start + ((value - low) / (high - low)) * (end - start);
  scale.domain = [low, high];
  scale.invert = (at) => low + ((at - start) / (end - start)) * (high - low);
  scale.step = roundStep((high - low) / 100);
  scale.ticks = (about) => roundSteps(low, high, about);
  return scale;
}

export function logarithmic([low, high], [start, end]) {
  const [from, to] = [Math.log10(low), Math.log10(high)];
  const scale = (value) => start + ((Math.log10(value) - from) / (to - from)) * (end - start);
  scale.domain = [low, high];
  scale.invert = (at) => 10 ** (from + ((at - start) / (end - start)) * (to - from));
  scale.ticks = (about) => powersOfTen(from, to, about);
  return scale;
}

// The multiple of 1, 2 or 5 times a power of ten that is about as large as `rough`.
export function roundStep(rough) {
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * [1, 2, 5, 10].find((multiple) => 1.4 * multiple * power >= rough);
}

function roundSteps(low, high, about) {
  const step = roundStep((high - low) / about);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const ticks = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k += 1) {
    ticks.push({ value: k * step, text: withMinus((k * step).toFixed(decimals)) });
  }
  return ticks;
}

function powersOfTen(from, to, about) {
  const stride = Math.max(1, Math.ceil((to - from) / about));
  const multiples = to - from < 1.5 ? [1, 2, 5] : [1];
  const plain = from > -4 && to < 4;
  const ticks = [];
  for (let e = Math.ceil((from - 1) / stride) * stride; e <= to; e += stride) {
    for (const multiple of multiples) {
      const value = multiple * 10 ** e;
      if (value < 10 ** from || value > 10 ** to) continue;
      const digits = plain || value === 1;
      ticks.push({ value, text: digits ? value.toFixed(Math.max(0, -e)) : powerText(value) });
    }
  }
  return ticks;
}

export const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

// ---- A chart ------------------------------------------------------------------------------------

// Charts that are stacked are lower, so that a phone shows them together with what moves them.
const usualHeight = (width, stacked) =>
  Math.round(stacked ? clamp(0.46 * width, 150, 260) : clamp(24 + 0.58 * width, 190, 290));

// Real pixels, so that its text keeps its size at any width. `inside` clips what is drawn in it;
// `over` does not. Every layer is made once, by `add`; drawing only moves it.
export class Chart {
  constructor({ x, y, caption, heightOf = usualHeight }) {
    this.heightOf = heightOf;
    this.handles = [];
    this.margin = { left: 44, right: 12, top: 22, bottom: 34 };
    this.kinds = { x: x.kind ?? linear, y: y.kind ?? linear };
    this.marks = { x: [], y: [] };
    this.grid = shape("g", { class: "lr-grid" });
    this.baseline = shape("line", { class: "lr-axis" });
    this.names = {
      x: shape("text", { class: "lr-name", "text-anchor": "end" }, x.name),
      y: shape("text", { class: "lr-name", x: 2, y: 12 }, y.name),
    };
    this.inside = shape("svg", { overflow: "hidden" });
    this.over = shape("g");
    const layers = [this.grid, this.baseline, this.names.x, this.names.y, this.inside, this.over];
    this.svg = shape("svg", { role: "img", class: "lr-chart" }, ...layers);
    this.caption = captionOf(caption);
    this.node = element("div", { class: "lr-panel" }, this.caption, this.svg);
    this.resize(360);
  }

  // Another swatch for a part of the caption, by its place in it.
  rekey(i, role) {
    assign(this.caption.children[i].firstChild, { class: `lr-key lr-key-${role}` });
  }

  add(tag, attributes, layer = this.inside) {
    return layer.appendChild(shape(tag, attributes));
  }

  // Take a new width, in pixels; tell whether anything differs from the last time.
  resize(width, stacked = false) {
    const height = this.heightOf(width, stacked);
    if (!width || (width === this.width && height === this.height)) return false;
    const { left, right, top, bottom } = this.margin;
    this.width = width;
    this.height = height;
    this.range = { x: [left, width - right], y: [this.height - bottom, top] };
    const [across, down] = [width - left - right, this.height - top - bottom];
    const box = { x: left, y: top, width: across, height: down };
    assign(this.svg, { viewBox: `0 0 ${width} ${this.height}`, width, height: this.height });
    assign(this.inside, { ...box, viewBox: `${left} ${top} ${across} ${down}` });
    const floor = this.height - bottom;
    assign(this.baseline, { x1: left, x2: width - right, y1: floor, y2: floor });
    assign(this.names.x, { x: width - right, y: this.height - 3 });
    return true;
  }

  // Say which part of the data's plane is seen: { x: [low, high], y: [low, high] }.
  frame({ x, y }) {
    this.x = this.kinds.x(x, this.range.x);
    this.y = this.kinds.y(y, this.range.y);
    const floor = this.range.y[0];
    this.ticks("x", this.x.ticks(6), (at) => ({
      label: { x: at, y: floor + 16, "text-anchor": "middle" },
      line: { x1: at, x2: at, y1: floor, y2: floor + 4, class: "lr-axis" },
    }));
    this.ticks("y", this.y.ticks(5), (at) => ({
      label: { x: this.range.x[0] - 7, y: at + 4, "text-anchor": "end" },
      line: { x1: this.range.x[0], x2: this.range.x[1], y1: at, y2: at, class: "lr-rule" },
    }));
  }

  ticks(axis, wanted, place) {
    const marks = this.marks[axis];
    while (marks.length < wanted.length) {
      const [line, label] = ["line", "text"].map((tag) => this.add(tag, {}, this.grid));
      marks.push({ line, label });
    }
    marks.forEach((mark, i) => {
      show(mark.line, i < wanted.length);
      show(mark.label, i < wanted.length);
      if (i >= wanted.length) return;
      const { label, line } = place(this[axis](wanted[i].value));
      assign(mark.label, label);
      assign(mark.line, line);
      write(mark.label, wanted[i].text);
    });
  }

  // Hold a handle. A picture's parts are hidden from a screen reader, so this is one no more.
  hold(handle) {
    this.handles.push(handle);
    assign(this.svg, { role: "group" });
    for (const text of [this.grid, ...Object.values(this.names)]) {
      assign(text, { "aria-hidden": "true" });
    }
  }

  // Where a pointer is, in pixels of the chart.
  locate({ clientX, clientY }) {
    const { left, top, width, height } = this.svg.getBoundingClientRect();
    const across = ((clientX - left) * this.width) / width;
    return { across, down: ((clientY - top) * this.height) / height };
  }

  // What a screen reader says of the picture.
  describe(text) {
    assign(this.svg, { "aria-label": text });
  }

  points(xs, ys) {
    return xs.map((x, i) => `${this.x(x).toFixed(2)},${this.y(ys[i]).toFixed(2)}`).join(" ");
  }
}

// A caption that is the legend too: [["fit", "the line"], ["best", "the best line"]].
export function captionOf(parts) {
  const keys = parts.map(([role, text]) => {
    const swatch = element("span", { class: `lr-key lr-key-${role}`, "aria-hidden": "true" });
    return element("span", { class: "lr-entry" }, swatch, text);
  });
  return element("div", { class: "lr-caption", "aria-hidden": "true" }, ...keys);
}

// The part of y = slope·x + intercept within a frame, as [x1, y1, x2, y2], or null. Where the line
// leaves by the floor or the roof, that value is the frame's own: a huge slope cannot blur it.
export function clipLine(slope, intercept, [left, right], [bottom, top]) {
  const at = (x) => slope * x + intercept;
  if (Math.max(at(left), at(right)) < bottom || Math.min(at(left), at(right)) > top) return null;
  const crossing = (value) => [(value - intercept) / slope, value];
  const [first, second] = slope > 0 ? [bottom, top].map(crossing) : [top, bottom].map(crossing);
  const start = slope !== 0 && first[0] > left ? first : [left, at(left)];
  const end = slope !== 0 && second[0] < right ? second : [right, at(right)];
  return [...start, ...end];
}

// Lay an SVG line along y = w·x + b, or hide it where the chart shows nothing of it.
export function placeLine(chart, node, line) {
  const ends = line && clipLine(line.w, line.b, chart.x.domain, chart.y.domain);
  show(node, Boolean(ends));
  if (!ends) return;
  const [x1, y1, x2, y2] = ends;
  assign(node, {
    x1: chart.x(x1).toFixed(2),
    y1: chart.y(y1).toFixed(2),
    x2: chart.x(x2).toFixed(2),
    y2: chart.y(y2).toFixed(2),
  });
}

// What a stick may end at: past the chart's edge it is cut, long before a pixel overflows.
export function nearChart(chart, value) {
  const [bottom, top] = chart.y.domain;
  return clamp(value, 2 * bottom - top, 2 * top - bottom);
}

// Where a line leaves a chart: arrowheads, and its value over the farthest point.
export class Departure {
  constructor(chart) {
    this.chart = chart;
    this.arrows = [0, 1].map(() => chart.add("path", { class: "lr-arrow" }, chart.over));
    this.note = [0, 1].map(() => chart.add("text", { class: "lr-warning" }, chart.over));
  }

  draw({ w, b }, xs) {
    const { chart } = this;
    const [[left, right], [bottom, top]] = [chart.x.domain, chart.y.domain];
    const outside = (value) => value < bottom || value > top;
    const worst = xs.reduce((a, c) => (Math.abs(w * c + b) > Math.abs(w * a + b) ? c : a));
    const away = outside(w * worst + b);
    const ends = clipLine(w, b, [left, right], [bottom, top]);
    const exits = ends
      ? [ends.slice(0, 2), ends.slice(2)].filter(([, value]) => this.onEdge(value))
      : [[(left + right) / 2, b > top ? top : bottom]];
    this.arrows.forEach((arrow, i) => {
      show(arrow, away && exits[i]);
      if (!exits[i]) return;
      const [x, y] = [chart.x(exits[i][0]), chart.y(exits[i][1])];
      const tip = exits[i][1] > (bottom + top) / 2 ? -7 : 7;
      assign(arrow, { d: `M${x - 6} ${y}h12l-6 ${tip}z` });
    });
    const [at, value] = [readable(worst, 2), readable(w * worst + b, 3)];
    const lines = ["off the chart:", `at x = ${at} the line says ${value}`];
    this.note.forEach((text, i) => {
      show(text, away);
      assign(text, { x: chart.range.x[0] + 8, y: chart.range.y[1] + 16 + 15 * i });
      write(text, lines[i]);
    });
  }

  onEdge(value) {
    const [bottom, top] = this.chart.y.domain;
    return Math.min(Math.abs(value - bottom), Math.abs(value - top)) < 1e-6 * (top - bottom);
  }
}

// ---- Things to take hold of ---------------------------------------------------------------------

// Let a pointer drag what `take` returns for the pixel where it goes down: an object of `grab()`,
// which tells the place in pixels that is dragged, `move(across, down)` and `drop()`; or nothing.
export function draggable(node, chart, take) {
  let held = null;
  node.addEventListener("pointerdown", (event) => {
    if (held || !event.isPrimary || event.button !== 0) return;
    const at = chart.locate(event);
    const thing = take(at, event);
    if (!thing) return;
    const from = thing.grab();
    held = { thing, across: from.across - at.across, down: from.down - at.down };
    node.setPointerCapture(event.pointerId);
  });
  // No text is selected on the way, and `grab` says what has the keyboard.
  node.addEventListener("mousedown", (event) => event.preventDefault());
  node.addEventListener("pointermove", (event) => {
    if (!held || !event.isPrimary) return;
    const at = chart.locate(event);
    held.thing.move(at.across + held.across, at.down + held.down);
  });
  const drop = (event) => {
    if (!held || !event.isPrimary) return;
    const { thing } = held;
    held = null;
    thing.drop();
  };
  for (const name of ["pointerup", "pointercancel"]) node.addEventListener(name, drop);
}

const HIT_RADIUS = 22; // of a target that a finger can find
export const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

// A dot on a chart that a pointer drags and the arrow keys move, with Shift ten times as far.
// `onMove(x, y)` hears in the data's units where it is wanted, within the chart; the lab then calls
// `place`. With `upright` it moves up and down only. `onKey` hears the other keys.
export class Handle {
  constructor({ chart, className, radius = 7, label, text = "", upright = false, ...hears }) {
    Object.assign(this, { chart, upright }, hears);
    this.dot = shape("circle", { class: `lr-handle-dot ${className}`, r: radius });
    const hit = shape("circle", { class: "lr-handle-hit", r: HIT_RADIUS });
    const ring = shape("circle", { class: "lr-handle-ring", r: radius + 4 });
    const words = shape("text", { class: "lr-handle-text", "text-anchor": "middle", y: 4 }, text);
    const role = { role: "slider", tabindex: 0, "aria-label": label, ...OWN_KEYS };
    const way = upright ? { "aria-orientation": "vertical" } : {};
    const parts = [hit, ring, this.dot, words];
    this.node = shape("g", { class: "lr-handle", ...role, ...way }, ...parts);
    chart.over.append(this.node);
    chart.hold(this);
    draggable(this.node, chart, (at) => this.nearest(at));
    this.node.addEventListener("keydown", (event) => this.key(event));
    this.node.addEventListener("focus", () => this.onFocus?.());
  }

  // Where the targets of several handles overlap, the nearest is meant.
  nearest({ across, down }) {
    const distance = (handle) => Math.hypot(handle.across - across, handle.down - down);
    const seen = this.chart.handles.filter((handle) => handle.visible);
    return seen.reduce((a, b) => (distance(b) < distance(a) ? b : a));
  }

  grab() {
    this.node.focus({ preventScroll: true });
    return this;
  }

  move(across, down) {
    const { x, y } = this.chart;
    this.want(x.invert(across), y.invert(down));
  }

  drop() {
    this.onEnd?.();
  }

  want(x, y) {
    const within = (value, [low, high]) => clamp(value, low, high);
    this.onMove(within(x, this.chart.x.domain), within(y, this.chart.y.domain));
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (!ARROWS[event.key]) return this.onKey?.(event);
    event.preventDefault(); // the page stays where it is
    const [right, up] = ARROWS[event.key].map((way) => way * (event.shiftKey ? 10 : 1));
    const { x, y } = this.chart;
    if (this.upright) this.want(this.x, this.y + (right + up) * y.step);
    else this.want(this.x + right * x.step, this.y + up * y.step);
    this.onEnd?.();
  }

  // Stand at a place in the data's units.
  place(x, y) {
    const { chart } = this;
    Object.assign(this, { x, y, across: chart.x(x), down: chart.y(y), visible: true });
    const [low, high] = chart.y.domain;
    const at = `translate(${this.across.toFixed(2)} ${this.down.toFixed(2)})`;
    const now = Number(y.toPrecision(6));
    const values = { "aria-valuemin": low, "aria-valuemax": high, "aria-valuenow": now };
    assign(this.node, { transform: at, visibility: "visible", ...values });
  }

  hide() {
    this.visible = false;
    show(this.node, false);
  }

  // What a screen reader says of where it is.
  describe(text) {
    assign(this.node, { "aria-valuetext": text });
  }
}

// ---- Controls -----------------------------------------------------------------------------------

// JupyterLab's shortcuts look at the element that has the keyboard: this tells them to let it be.
export const OWN_KEYS = { "data-lm-suppress-shortcuts": "true" };

// A slider's mapping over every number of two significant digits, from 10 ** first up through
// `decades` powers of ten: 90 positions to each, evenly spaced within it.
function decadeMapping({ first, decades }) {
  const toPosition = (value) => {
    const decade = Math.floor(Math.log10(value) - first + 1e-12);
    return 90 * decade + 10 * (value / 10 ** (first + decade) - 1);
  };
  const toValue = (at) => Number(`${10 + (at % 90)}e${first - 1 + Math.floor(at / 90)}`);
  return { last: 90 * decades, toPosition, toValue };
}

function stepMapping(last) {
  return { last, toPosition: (value) => value, toValue: (at) => at };
}

// Every multiple of `step` between two of them; what lies outside is shown at the end.
export function evenMapping([low, high], step) {
  const last = Math.round((high - low) / step);
  const toPosition = (value) => clamp((value - low) / step, 0, last);
  const toValue = (at) => Number((low + at * step).toPrecision(12));
  return { last, toPosition, toValue };
}

// A native range with a rail of our own under it. `toText` says the value.
export class Slider {
  constructor({ name, label, mapping, toText, ticks = [], onInput }) {
    const id = uniqueId();
    this.mapping = mapping;
    this.toText = toText;
    const attributes = { type: "range", id, min: 0, step: 1, max: mapping.last };
    this.input = element("input", { ...attributes, ...OWN_KEYS });
    this.output = element("output", { for: id, class: "lr-value", "aria-live": "off" });
    const marks = ticks.map((value) => this.tick(value));
    this.rail = element("span", { class: "lr-rail", "aria-hidden": "true" }, ...marks);
    const track = element("span", { class: "lr-track" }, this.rail, this.input);
    const caption = element("label", { for: id, class: "lr-label" }, label);
    const style = `lr-slider lr-slider-${name}`;
    this.node = element("div", { class: style }, caption, track, this.output);
    const value = () => this.mapping.toValue(Number(this.input.value));
    this.input.addEventListener("input", () => onInput(value()));
  }

  percent(value) {
    return `${(100 * this.mapping.toPosition(value)) / this.mapping.last}%`;
  }

  tick(value) {
    const text = element("span", {}, String(value));
    return element("span", { class: "lr-tick", style: `left:${this.percent(value)}` }, text);
  }

  // A tick with words on the rail, and everything past it in the colour of a warning.
  warnPast(value, html) {
    const { last, toPosition } = this.mapping;
    this.zone ??= this.rail.appendChild(element("span", { class: "lr-zone" }));
    this.mark ??= this.rail.appendChild(element("span", { class: "lr-mark" }));
    const within = toPosition(value) >= 0 && toPosition(value) <= last;
    this.mark.hidden = !within;
    this.mark.style.left = within ? this.percent(value) : "0";
    this.mark.innerHTML = html;
    this.zone.style.left = within || toPosition(value) > last ? this.percent(value) : "0";
  }

  show(value) {
    const at = String(Math.round(this.mapping.toPosition(value)));
    if (this.input.value !== at) this.input.value = at;
    const text = this.toText(value);
    write(this.output, text);
    assign(this.input, { "aria-valuetext": text });
    this.rail.style.setProperty("--lr-fill", this.percent(value));
  }

  remap(mapping) {
    this.mapping = mapping;
    assign(this.input, { max: mapping.last });
  }

  limit(last) {
    this.mapping.last = last;
    assign(this.input, { max: last });
  }
}

// A native checkbox and its words.
export class Switch {
  constructor({ text, onChange }) {
    this.input = element("input", { type: "checkbox", ...OWN_KEYS });
    this.node = element("label", { class: "lr-switch" }, this.input, element("span", {}, text));
    this.input.addEventListener("change", () => onChange(this.input.checked));
  }

  show(on) {
    this.input.checked = on;
  }
}

const ICONS = {
  play: "M3 1.5v11l9-5.5z",
  pause: "M3 2h3v10H3zM8 2h3v10H8z",
  step: "M2 1.5v11L9 7zM10 2h2v10h-2z",
  best: "M1.2 11.4 11.4 1.2l1.4 1.4L2.6 12.8z",
  add: "M6 1.5h2V6h4.5v2H8v4.5H6V8H1.5V6H6z",
  remove: "M1.5 6h11v2h-11z",
  five: [[7, 1], [2, 4.6], [12, 4.6], [3.9, 10], [10.1, 10]]
    .map((top) => `M${top}a1.6 1.6 0 1 0 .01 0z`)
    .join(""),
  reset: "M7 2.2A4.8 4.8 0 1 1 2.4 5.6l1.5.5A3.2 3.2 0 1 0 7 3.8V6L3.2 3 7 0z",
};

// A button with its text, after an icon if it has one.
export class Button {
  constructor({ icon = null, text, primary = false, onClick }) {
    this.path = shape("path");
    this.text = element("span");
    const picture = shape("svg", { viewBox: "0 0 14 14", "aria-hidden": "true" }, this.path);
    const style = primary ? "lr-button lr-button-primary" : "lr-button";
    const attributes = { type: "button", class: style, ...OWN_KEYS };
    this.node = element("button", attributes, ...(icon ? [picture] : []), this.text);
    this.node.addEventListener("click", onClick);
    this.show(icon, text);
  }

  show(icon, text) {
    if (icon) assign(this.path, { d: ICONS[icon] });
    write(this.text, text);
  }
}

// A row of named numbers, each with a reference below it: [{ key, name }].
export class Readouts {
  constructor(entries) {
    this.values = {};
    this.notes = {};
    this.names = {};
    const list = element("dl");
    this.node = element("div", { class: "lr-readouts" }, list);
    for (const { key, name } of entries) {
      this.values[key] = element("dd", { class: "lr-number", "data-readout": key });
      this.notes[key] = element("dd", { class: "lr-note" });
      this.names[key] = element("dt", {}, name);
      const entry = [this.names[key], this.values[key], this.notes[key]];
      list.append(element("div", { class: `lr-readout-${key}` }, ...entry));
    }
  }

  show(key, value, note) {
    write(this.values[key], value);
    write(this.notes[key], note);
  }

  rename(key, name) {
    write(this.names[key], name);
  }
}

// A line that only a screen reader hears, once the state has been still for a moment.
export class Announcer {
  constructor(wait = 800) {
    this.wait = wait;
    this.node = element("p", { class: "lr-spoken", role: "status", "aria-live": "polite" });
  }

  say(text) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => write(this.node, text), this.wait);
  }

  stop() {
    clearTimeout(this.timer);
  }
}

// ---- Playback -----------------------------------------------------------------------------------

const wantsStillness = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// Walk from step `from` to step `last`, a whole walk in `seconds`, slowly first: step k takes time
// in proportion to 1 / (1 + k / 6). `at` hears the position; its fraction eases from stop to stop.
export class Playback {
  constructor({ seconds = 5, at, done }) {
    Object.assign(this, { seconds, at, done, request: null });
  }

  get running() {
    return this.request !== null;
  }

  start(from, last) {
    this.stop();
    if (wantsStillness() || from >= last) return this.finish(last);
    const whole = Math.log1p(last / 6);
    let begin = null;
    const frame = (now) => {
      begin ??= now - 1000 * this.seconds * (Math.log1p(from / 6) / whole);
      const position = 6 * Math.expm1((whole * (now - begin)) / (1000 * this.seconds));
      if (position >= last) return this.finish(last);
      this.request = requestAnimationFrame(frame);
      this.at(eased(Math.max(from, position)));
    };
    this.request = requestAnimationFrame(frame);
  }

  stop() {
    if (this.running) cancelAnimationFrame(this.request);
    this.request = null;
  }

  finish(last) {
    this.stop();
    this.at(last);
    this.done();
  }
}

function eased(position) {
  const stop = Math.floor(position);
  const part = position - stop;
  return stop + part * part * (3 - 2 * part);
}

// ---- The model: anywidget's in Jupyter, the shim's on a page ------------------------------------

// Call `handle` whenever one of the names changes; return what ends it.
export function follow(model, names, handle) {
  for (const name of names) model.on(`change:${name}`, handle);
  return () => names.forEach((name) => model.off(`change:${name}`, handle));
}

// Set at once here, and send to the kernel when the event that set it is over: all that it set
// in one message, and before an echo of an earlier message can put an older value back. How often
// messages go is the widget manager's to decide.
export function sender(model) {
  let due = false;
  const send = () => {
    due = false;
    model.save_changes();
  };
  return (name, value) => {
    if (model.get(name) === value) return;
    model.set(name, value);
    if (!due) queueMicrotask(send);
    due = true;
  };
}

// Watch the widths of charts and call `redraw` when one has changed; return what ends it.
export function watchWidths(charts, redraw) {
  const observer = new ResizeObserver(() => {
    const changed = charts.map((chart) => {
      const [width, whole] = [chart.node, chart.node.parentElement].map((box) => box.clientWidth);
      return chart.resize(width, width > 0.75 * whole);
    });
    if (changed.includes(true)) redraw();
  });
  for (const chart of charts) observer.observe(chart.node);
  return () => observer.disconnect();
}

// ---- A lab --------------------------------------------------------------------------------------

// What every lab holds, and how it ends. Its subclass builds `root`, `verdict` and, where something
// moves by itself, `playback`, and keeps in `endings` what ends all that it follows.
export class Lab {
  constructor(model) {
    Object.assign(this, { model, set: sender(model), announcer: new Announcer() });
  }

  // The verdict, in a word for the style and as HTML, written where it differs from the last.
  conclude({ kind, html }) {
    assign(this.root, { "data-verdict": kind });
    if (this.words !== html) this.verdict.innerHTML = this.words = html;
  }

  end() {
    this.playback?.stop();
    this.announcer.stop();
    for (const ending of this.endings) ending();
  }
}

// A lab whose picture goes along steps, from 0 to `last`, by a slider, by buttons or by itself. Its
// subclass draws a position, `draw(position)`, and keeps in `summary` what is said there.
export class SteppedLab extends Lab {
  // The buttons and the slider; a whole walk plays for so many seconds.
  transport({ steps, toText = String, seconds = 5 }) {
    const { model, set } = this;
    this.last = steps;
    this.step = new Slider({
      name: "step",
      label: "Steps",
      mapping: stepMapping(steps),
      toText,
      onInput: (step) => this.goTo(step),
    });
    const toggle = () => set("playing", !model.get("playing"));
    this.toggle = new Button({ icon: "play", text: "Play", primary: true, onClick: toggle });
    const goOn = () => this.goTo(this.shown() + 1);
    const next = new Button({ icon: "step", text: "Step", onClick: goOn });
    const reset = new Button({ icon: "reset", text: "Reset", onClick: () => this.goTo(0) });
    this.playback = new Playback({
      seconds,
      at: (position) => this.travel(position),
      done: () => set("playing", false),
    });
    const nodes = [this.toggle, next, reset].map((button) => button.node);
    const buttons = element("div", { class: "lr-buttons" }, ...nodes);
    return element("div", { class: "lr-transport" }, buttons, this.step.node);
  }

  // Follow the model's step and whether it plays; return what ends it.
  followSteps() {
    const endings = [
      follow(this.model, ["step"], () => this.arrive()),
      follow(this.model, ["playing"], () => this.play()),
    ];
    if (this.model.get("playing")) this.play();
    return () => endings.forEach((ending) => ending());
  }

  // Another last step.
  endAt(last) {
    this.last = last;
    this.step.limit(last);
  }

  shown() {
    return Math.min(this.model.get("step"), this.last);
  }

  // Where the picture is: on its way, or at the model's step.
  get here() {
    return this.playback.running ? this.position : this.model.get("step");
  }

  goTo(step) {
    this.set("playing", false);
    this.set("step", Math.min(step, this.last));
  }

  // The playback's frame: the picture moves on, the model hears of whole steps.
  travel(position) {
    this.position = position;
    this.set("step", Math.floor(position));
    this.draw(position);
  }

  arrive() {
    if (this.playback.running) return;
    this.draw(this.model.get("step"));
    this.announcer.say(this.summary);
  }

  announce() {
    if (!this.playback.running) this.announcer.say(`${this.verdict.textContent} ${this.summary}`);
  }

  play() {
    const playing = this.model.get("playing");
    this.toggle.show(playing ? "pause" : "play", playing ? "Pause" : "Play");
    if (!playing) {
      this.playback.stop();
      this.arrive();
      return;
    }
    const from = this.shown();
    this.playback.start(from < this.last ? from : 0, this.last);
  }
}

// The `render` of a lab that is built anew where something that it stands on, such as its points, is
// another.
export const rebuilding = (Kind, names = ["x", "y"]) => ({ model, el }) => {
  let lab = new Kind({ model, el });
  const ending = follow(model, names, () => {
    lab.end();
    lab = new Kind({ model, el });
  });
  return () => {
    ending();
    lab.end();
  };
};

// ---- Gradient descent on a line -----------------------------------------------------------------

export const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

export function meanSquaredError(x, y, { w, b }) {
  return mean(x.map((value, i) => (w * value + b - y[i]) ** 2));
}

export function gradient(x, y, { w, b }) {
  const residual = x.map((value, i) => w * value + b - y[i]);
  return { w: 2 * mean(residual.map((r, i) => r * x[i])), b: 2 * mean(residual) };
}

// The line of least mean squared error.
export function leastSquares(x, y) {
  const [centreX, centreY] = [mean(x), mean(y)];
  const along = x.map((value) => value - centreX);
  const w = mean(along.map((d, i) => d * (y[i] - centreY))) / mean(along.map((d) => d * d));
  return { w, b: centreY - w * centreX };
}

// The eigenvalues of the Hessian 2 [[mean x², mean x], [mean x, 1]].
export function curvatures(x) {
  const [square, first] = [mean(x.map((value) => value * value)), mean(x)];
  const spread = Math.hypot(square - 1, 2 * first);
  const steepest = square + 1 + spread;
  const centred = mean(x.map((value) => (value - first) ** 2));
  return { steepest, flattest: (4 * centred) / steepest }; // their product is the determinant
}

// The learning rate from which on the walk no longer closes in.
export function threshold(x) {
  return 2 / curvatures(x).steepest;
}

// How far the loss stands above the least loss. A mean of squares, where the difference of the two
// losses would cancel to noise.
export function gap(x, { w, b }, best) {
  return mean(x.map((value) => ((w - best.w) * value + (b - best.b)) ** 2));
}

export const LAMBDA = "λ<sub>max</sub>";

// A learning rate in as few digits as say it exactly, from two to six, or roughly in six.
export function rateText(rate) {
  const digits = [2, 3, 4, 5, 6].find((count) => Number(rate.toPrecision(count)) === rate);
  return digits ? rate.toPrecision(digits) : `≈ ${rate.toPrecision(6)}`;
}

// A factor near 1, with as many decimals as tell it from 1.
export function factorText(factor) {
  let decimals = 2;
  while (decimals < 6 && Number(factor.toFixed(decimals)) === 1) decimals += 1;
  return factor.toFixed(decimals);
}

// The slider of the learning rate.
export const rateSlider = (onInput) =>
  new Slider({
    name: "rate",
    label: "Learning rate α",
    mapping: decadeMapping({ first: -3, decades: 3 }),
    toText: rateText,
    ticks: [0.001, 0.01, 0.1, 1],
    onInput,
  });
