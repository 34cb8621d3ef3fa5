import { assign, element, shape, show, write } from "./dom.js";
import { clamp, range } from "./numbers.js";
import { linear, logarithmic } from "./scale.js";

// A chart: axes with their ticks, what is drawn in them, and a caption that is the legend.

// Charts that are stacked are lower, so that a phone shows them together with what moves them.
const usualHeight = (width, stacked) =>
  Math.round(stacked ? clamp(0.46 * width, 150, 260) : clamp(24 + 0.58 * width, 190, 290));

// Real pixels, so that its text keeps its size at any width. `inside` clips what is drawn in it;
// `over` does not. Every layer is made once, by `add`; drawing only moves it. `names` are those of
// the axes; `log` and `logX` say whether the vertical one is logarithmic, and the horizontal one.
export class Chart {
  constructor({ names: [x, y], log = false, logX = false, caption, heightOf = usualHeight }) {
    this.heightOf = heightOf;
    this.handles = [];
    this.margin = { left: 44, right: 12, top: 22, bottom: 34 };
    this.kinds = { x: logX ? logarithmic : linear, y: log ? logarithmic : linear };
    this.named = { x, y };
    this.marks = { x: [], y: [] };
    this.grid = shape("g", { class: "lr-grid" });
    this.baseline = shape("line", { class: "lr-axis" });
    this.names = {
      x: shape("text", { class: "lr-name", "text-anchor": "end" }),
      y: shape("text", { class: "lr-name", x: 2, y: 12 }),
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

  addSeveral(count, tag, attributes, layer = this.inside) {
    return range(count).map(() => this.add(tag, attributes, layer));
  }

  // Take a new width, in pixels; return whether anything differs from the last time.
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
    const across = this.x.axis(LAB.ACROSS, this.range.x[1] - this.range.x[0]);
    const down = this.y.axis(LAB.DOWN);
    write(this.names.x, across.named(this.named.x));
    write(this.names.y, down.named(this.named.y));
    this.ticks("x", across.ticks, (at) => ({
      label: { x: at, y: floor + 16, "text-anchor": "middle" },
      line: { x1: at, x2: at, y1: floor, y2: floor + 4, class: "lr-axis" },
    }));
    this.ticks("y", down.ticks, (at) => ({
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

  // Whether a pixel lies within the axes, not on their numbers or names.
  covers({ across, down }) {
    const within = (at, [one, other]) => Math.min(one, other) <= at && at <= Math.max(one, other);
    return within(across, this.range.x) && within(down, this.range.y);
  }

  // What a screen reader says of the picture.
  describe(text) {
    assign(this.svg, { "aria-label": text });
  }

  points(xs, ys) {
    return xs.map((x, i) => `${this.x(x).toFixed(2)},${this.y(ys[i]).toFixed(2)}`).join(" ");
  }
}

// A caption that is the legend too: [["fit", "the line"], ["best", "the best line"]], each with a
// style of its own where it has one.
export function captionOf(parts) {
  const keys = parts.map(([role, text, style = ""]) => {
    const attributes = { class: `lr-key lr-key-${role}`, style, "aria-hidden": "true" };
    const swatch = element("span", attributes);
    return element("span", { class: "lr-entry" }, swatch, text);
  });
  return element("div", { class: "lr-caption", "aria-hidden": "true" }, ...keys);
}
