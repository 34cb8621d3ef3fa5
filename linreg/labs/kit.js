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

// A fixed number of decimals, so that digits stay in their places while they change.
export function fixed(value, decimals = 4) {
  return Math.abs(value) < 100 ? withMinus(value.toFixed(decimals)) : readable(value, decimals + 1);
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

const show = (node, visible) => assign(node, { visibility: visible ? "visible" : "hidden" });

const uniqueId = () => `lr-${Math.random().toString(36).slice(2)}`;

// ---- Scales: from a domain in the data's units to a range in pixels -----------------------------

export function linear([low, high], [start, end]) {
  const scale = (value) => start + ((value - low) / (high - low)) * (end - start);
  scale.domain = [low, high];
  scale.ticks = (about) => roundSteps(low, high, about);
  return scale;
}

export function logarithmic([low, high], [start, end]) {
  const [from, to] = [Math.log10(low), Math.log10(high)];
  const scale = (value) => start + ((Math.log10(value) - from) / (to - from)) * (end - start);
  scale.domain = [low, high];
  scale.ticks = (about) => powersOfTen(from, to, about);
  return scale;
}

// Multiples of 1, 2 or 5 times a power of ten.
function roundSteps(low, high, about) {
  const rough = (high - low) / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((multiple) => 1.4 * multiple * power >= rough);
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
      const power = `${multiple === 1 ? "" : `${multiple}×`}10${superscript(e)}`;
      const digits = plain || value === 1;
      ticks.push({ value, text: digits ? value.toFixed(Math.max(0, -e)) : power });
    }
  }
  return ticks;
}

const clamp = (value, low, high) => Math.round(Math.min(high, Math.max(low, value)));

// ---- A chart ------------------------------------------------------------------------------------

// Real pixels, so that its text keeps its size at any width. `inside` clips what is drawn in it;
// `over` does not. Every layer is made once, by `add`; drawing only moves it.
export class Chart {
  constructor({ x, y, caption }) {
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
    this.node = element("div", { class: "lr-panel" }, captionOf(caption), this.svg);
    this.resize(360);
  }

  add(tag, attributes, layer = this.inside) {
    return layer.appendChild(shape(tag, attributes));
  }

  // Take a new width, in pixels; tell whether anything differs from the last time. Charts that are
  // stacked are lower, so that a phone shows them together with what moves them.
  resize(width, stacked = false) {
    const height = stacked ? clamp(0.46 * width, 150, 260) : clamp(24 + 0.58 * width, 190, 290);
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

  // What a screen reader says of the picture.
  describe(text) {
    assign(this.svg, { "aria-label": text });
  }

  points(xs, ys) {
    return xs.map((x, i) => `${this.x(x).toFixed(2)},${this.y(ys[i]).toFixed(2)}`).join(" ");
  }
}

// A caption that is the legend too: [["fit", "the line"], ["best", "the best line"]].
function captionOf(parts) {
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

// ---- Controls -----------------------------------------------------------------------------------

// JupyterLab's shortcuts look at the element that has the keyboard: this tells them to let it be.
const OWN_KEYS = { "data-lm-suppress-shortcuts": "true" };

// A slider's mapping over every number of two significant digits, from 10 ** first up through
// `decades` powers of ten: 90 positions to each, evenly spaced within it.
export function decadeMapping({ first, decades }) {
  const toPosition = (value) => {
    const decade = Math.floor(Math.log10(value) - first + 1e-12);
    return 90 * decade + 10 * (value / 10 ** (first + decade) - 1);
  };
  const toValue = (at) => Number(`${10 + (at % 90)}e${first - 1 + Math.floor(at / 90)}`);
  return { last: 90 * decades, toPosition, toValue };
}

export function stepMapping(last) {
  return { last, toPosition: (value) => value, toValue: (at) => at };
}

// A native range with a rail of our own under it. `toText` says the value.
export class Slider {
  constructor({ name, label, mapping, toText, ticks = [], onInput }) {
    const id = uniqueId();
    this.mapping = mapping;
    this.toText = toText;
    const range = { type: "range", id, min: 0, step: 1, max: mapping.last };
    this.input = element("input", { ...range, ...OWN_KEYS });
    this.output = element("output", { for: id, class: "lr-value", "aria-live": "off" });
    const marks = ticks.map((value) => this.tick(value));
    this.rail = element("span", { class: "lr-rail", "aria-hidden": "true" }, ...marks);
    const track = element("span", { class: "lr-track" }, this.rail, this.input);
    const caption = element("label", { for: id, class: "lr-label" }, label);
    const style = `lr-slider lr-slider-${name}`;
    this.node = element("div", { class: style }, caption, track, this.output);
    this.input.addEventListener("input", () => onInput(mapping.toValue(Number(this.input.value))));
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

  limit(last) {
    this.mapping.last = last;
    assign(this.input, { max: last });
  }
}

const ICONS = {
  play: "M3 1.5v11l9-5.5z",
  pause: "M3 2h3v10H3zM8 2h3v10H8z",
  step: "M2 1.5v11L9 7zM10 2h2v10h-2z",
  reset: "M7 2.2A4.8 4.8 0 1 1 2.4 5.6l1.5.5A3.2 3.2 0 1 0 7 3.8V6L3.2 3 7 0z",
};

export class Button {
  constructor({ icon, text, primary = false, onClick }) {
    this.path = shape("path");
    this.text = element("span");
    const picture = shape("svg", { viewBox: "0 0 14 14", "aria-hidden": "true" }, this.path);
    const style = primary ? "lr-button lr-button-primary" : "lr-button";
    const attributes = { type: "button", class: style, ...OWN_KEYS };
    this.node = element("button", attributes, picture, this.text);
    this.node.addEventListener("click", onClick);
    this.show(icon, text);
  }

  show(icon, text) {
    assign(this.path, { d: ICONS[icon] });
    write(this.text, text);
  }
}

// A row of named numbers, each with a reference below it: [{ key, name }].
export class Readouts {
  constructor(entries) {
    this.values = {};
    this.notes = {};
    const list = element("dl");
    this.node = element("div", { class: "lr-readouts" }, list);
    for (const { key, name } of entries) {
      this.values[key] = element("dd", { class: "lr-number", "data-readout": key });
      this.notes[key] = element("dd", { class: "lr-note" });
      const term = element("dt", {}, name);
      list.append(element("div", {}, term, this.values[key], this.notes[key]));
    }
  }

  show(key, value, note) {
    write(this.values[key], value);
    write(this.notes[key], note);
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

export const wantsStillness = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

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

// Set at once here, send to the kernel at most every `wait` milliseconds.
export function sender(model, wait = 120) {
  let timer = null;
  const send = () => {
    timer = null;
    model.save_changes();
  };
  return (name, value) => {
    if (model.get(name) === value) return;
    model.set(name, value);
    timer ??= setTimeout(send, wait);
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
