import { Chart } from "../kit/chart.js";
import { Button, evenMapping, Readouts, Slider, Switch } from "../kit/controls.js";
import { leastSquares } from "../kit/descent.js";
import { assign, element, shape, show, write } from "../kit/dom.js";
import { draggable, Handle } from "../kit/handle.js";
import { Lab, listen, rebuilding, watchWidths, Words } from "../kit/lab.js";
import { clipLine, Departure, nearChart, placeLine } from "../kit/line.js";
import { clamp, mean, range } from "../kit/numbers.js";
import { Playback } from "../kit/playback.js";
import { roundStep, tickText } from "../kit/scale.js";
import { filled, fixed, readable, zeroIfRounding } from "../kit/text.js";

// ---- Mathematics: the same as drag.py, and tested against it ------------------------------------

const { FEWEST, MOST, NARROW, STATE } = LAB;

const sum = (values) => values.reduce((total, value) => total + value, 0);
const largestSize = (values) => Math.max(...values.map(Math.abs));

function median(values) {
  const ordered = [...values].sort((a, b) => a - b);
  const middle = ordered.length / 2;
  const [low, high] = [ordered[Math.ceil(middle) - 1], ordered[Math.floor(middle)]];
  return (low + high) / 2;
}

// Prediction minus observation at each point.
export function residuals(x, y, { w, b }) {
  return x.map((value, i) => w * value + b - y[i]);
}

// What each point adds: its squared residual, or its size.
export function costs(x, y, line, absolute) {
  return residuals(x, y, line).map((r) => (absolute ? Math.abs(r) : r * r));
}

export function loss(x, y, line, absolute) {
  return mean(costs(x, y, line, absolute));
}

// Each point's part of the loss; they sum to 1, or are all 0.
export function shares(x, y, line, absolute) {
  const each = costs(x, y, line, absolute);
  const total = sum(each) || 1;
  return each.map((cost) => cost / total);
}

// Whether the points stand on one another, so that they fix no slope.
export function isUpright(x) {
  return Math.max(...x) - Math.min(...x) <= NARROW * largestSize(x);
}

// A line of least loss, and whether it is the only one; the flat one for points upright.
export function optimum(x, y, absolute) {
  const upright = isUpright(x);
  const lines = absolute && !upright ? leastAbsolute(x, y) : [];
  const flat = { w: 0, b: absolute ? median(y) : mean(y) };
  const line = upright ? flat : absolute ? lines[0] : leastSquares(x, y);
  return { ...line, loss: loss(x, y, line, absolute), unique: !upright && lines.length <= 1 };
}

// The lines through two points whose mean absolute error is least. Some best line passes through
// two points; where several do equally well, so does every line between them.
function leastAbsolute(x, y) {
  const lines = joins(x, y);
  const losses = lines.map((line) => loss(x, y, line, true));
  const spread = Math.max(...y) - Math.min(...y);
  const level = Math.min(...losses) + LAB.TIE * spread;
  const ends = [Math.min(...x), Math.max(...x)];
  const apart = (one, other) =>
    Math.max(...ends.map((at) => Math.abs((one.w - other.w) * at + (one.b - other.b))));
  const found = [];
  lines.forEach((line, i) => {
    const isNew = found.every((other) => apart(line, other) > LAB.SAME * spread);
    if (losses[i] <= level && isNew) found.push(line);
  });
  return found;
}

// The line through each two points, but for those that stand upright.
function joins(x, y) {
  const least = NARROW * largestSize(x);
  const lines = [];
  for (let i = 0; i < x.length; i += 1) {
    for (let j = i + 1; j < x.length; j += 1) {
      if (Math.abs(x[j] - x[i]) <= least) continue;
      const w = (y[j] - y[i]) / (x[j] - x[i]);
      lines.push({ w, b: y[i] - w * x[i] });
    }
  }
  return lines;
}

// ---- Words --------------------------------------------------------------------------------------

const percent = (share) => `${readable(100 * share, share > 0.995 ? 3 : 2)}%`;
const wordsOf = (absolute) => LAB.ERRORS[absolute ? "absolute" : "squared"];

// Which point weighs most in `what`, and how much it would weigh with the other error.
function weightText(what, [squared, plain], absolute) {
  const each = absolute ? plain : squared;
  const worst = heaviest(each);
  const makes = `Point ${worst + 1} makes <strong>${percent(each[worst])}</strong> of ${what}`;
  const [much, less] = [percent(squared[worst]), percent(plain[worst])];
  if (much === less) return makes;
  return makes + (absolute ? `; squared, ${much}` : `, with ${less} of the residuals’ length`);
}

const heaviest = (each) => each.indexOf(Math.max(...each));

// The points that a line passes through, as "points 2 and 5".
function pointsOn(x, y, line) {
  const size = 1e-9 * (largestSize(y) + Math.abs(line.w) * largestSize(x));
  const on = residuals(x, y, line).flatMap((r, i) => (Math.abs(r) <= size ? [i + 1] : []));
  if (on.length > 4) return `${on.length} of the points`;
  return `points ${on.slice(0, -1).join(", ")} and ${on[on.length - 1]}`;
}

// Why there is no single best line, if there is none.
function doubtText(x, { b, unique }, absolute) {
  if (unique) return "";
  if (!isUpright(x)) return " Other lines do equally well; this is one of them.";
  const height = `the ${absolute ? "median" : "mean"} height, ${readable(b, 3)}`;
  return (
    ` All points have the same x, so no slope is best:` +
    ` any line that passes ${height}, there does as well as the flat one.`
  );
}

const BEST = {
  squared: () => "Every point pulls at it: move one, and the best line follows.",
  absolute: ({ x, y, optimal }) =>
    `It passes through ${pointsOn(x, y, optimal)}.` +
    " Move another point up or down on its own side of it: the best line stays.",
};

// What the picture shows, in a word, in a sentence or two as HTML, and by its heaviest point.
export function verdict({ x, y, line, absolute, optimal, best }) {
  const name = wordsOf(absolute).error;
  const displayed = (value) => zeroIfRounding(value, y, absolute ? 1 : 2);
  const [here, least] = [loss(x, y, line, absolute), optimal.loss].map(displayed);
  const doubt = best ? doubtText(x, optimal, absolute) : "";
  if (here === 0) {
    const html = `The line passes through every point: each residual is 0, and so is the ${name}.`;
    return { kind: "through", html: html + doubt, worst: null };
  }
  const both = [false, true].map((way) => shares(x, y, line, way));
  const worst = heaviest(both[absolute ? 1 : 0]);
  const weight = weightText(`the ${name}`, both, absolute);
  const isMore = weight.includes(" with ");
  const lesson = weight + (isMore ? ": squares make the long ones count more." : ".");
  if (!best) return { kind: "share", html: lesson, worst };
  const above = here - least;
  if (above > 1e-9 * here) {
    const times = least > 0 ? `, ${readable(here / least, 3)} times it` : "";
    const html = `This line is <strong>${readable(above, 3)} above the least</strong>${times}.`;
    return { kind: "above", html: html + (doubt || ` ${lesson}`), worst };
  }
  if (doubt) return { kind: "least", html: `No line has a smaller ${name}.${doubt}`, worst };
  const html = `This line is <strong>the best</strong>: no other has as small a ${name}.`;
  const why = BEST[absolute ? "absolute" : "squared"]({ x, y, optimal });
  return { kind: "least", html: `${html} ${why} ${weightText("it", both, absolute)}.`, worst };
}

// Verdicts as long as they can be, so that their place is high enough for all: of many points, and
// of points upright, where the line is far from the best, and where it is the best.
const LONGEST = [false, true].flatMap((absolute) => {
  const [xs, upright] = [range(MOST), range(MOST).map(() => 1)];
  const ys = xs.map((i) => (i < MOST - 4 ? 1 + i : 0)); // the last four lie on the flat line
  const least = loss(xs, ys, { w: 0, b: 0 }, absolute);
  const flat = { w: 0, b: 0, loss: least, unique: true };
  const [far, high] = [{ w: 9.9, b: 987.6 }, { ...flat, b: 8.88, unique: false }];
  return [
    { x: xs, y: ys, line: flat, optimal: flat, best: true },
    { x: xs, y: ys, line: far, optimal: flat, best: true },
    { x: xs, y: ys, line: far, optimal: flat, best: false },
    { x: upright, y: ys, line: far, optimal: high, best: true },
    { x: upright, y: ys, line: flat, optimal: high, best: true },
  ].map((state) => verdict({ ...state, absolute }).html);
});

// ---- The window ---------------------------------------------------------------------------------

// A share of the values' spread more than they need, its ends made round; as in drag.py.
function padded(values, share) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const pad = share * (high - low) || Math.max(1, Math.abs(low) / 4);
  const step = roundStep((high - low + 2 * pad) / 5);
  return [Math.floor((low - pad) / step) * step, Math.ceil((high + pad) / step) * step];
}

const frameOf = (x, y) => ({ x: padded(x, LAB.PADS[0]), y: padded(y, LAB.PADS[1]) });

const holds = ([low, high], values) => values.every((value) => low <= value && value <= high);

// Numbers as fine as the window is worth telling: 3.47, not 3.4713259.
const tidy = (value, step) => Number((Math.round(value / step) * step).toPrecision(12));

// The slopes and intercepts that the sliders offer for a window.
function sliderRanges({ x, y }) {
  const [width, height] = [x[1] - x[0], y[1] - y[0]];
  const slopes = roundStep(height / width / 200);
  const steepest = 400 * slopes;
  const away = Math.max(0, x[0], -x[1]); // from the window to x = 0
  const heights = roundStep(height / 200);
  const margin = Math.ceil((height / 2 + steepest * away) / heights) * heights;
  return {
    w: evenMapping([-steepest, steepest], slopes),
    b: evenMapping([y[0] - margin, y[1] + margin], heights),
  };
}

// ---- The picture --------------------------------------------------------------------------------

const HOLD = 0.05; // how far the line's outer handles stand from the chart's sides, as a part

const chartHeight = (width) => Math.round(clamp(0.72 * width, 240, 400));

// The points, the line, and on each residual its square. `acts` hears what a hand does.
class DataPanel {
  constructor(acts) {
    this.chart = new Chart({
      names: LAB.AXES.data,
      caption: [
        ["fit", "the line"],
        ["best", "best line"],
        ["residual", "residuals"],
        ["square", "their squares"], // last, so that it leaves no hole where it is hidden
      ],
      heightOf: chartHeight,
    });
    this.acts = acts;
    const { chart } = this;
    this.squares = chart.addSeveral(MOST, "rect", { class: "lr-square" });
    this.sticks = chart.addSeveral(MOST, "line", { class: "lr-stick" });
    this.line = chart.add("line", { class: "lr-fit" });
    this.best = chart.add("line", { class: "lr-best" });
    this.body = chart.add("line", { class: "lr-body" });
    this.departure = new Departure(chart);
    const [left, middle, right] = ["Left end", "Middle", "Right end"].map((part, i) =>
      this.grip(`${part} of the line`, i),
    );
    this.grips = { left, middle, right };
    this.handles = range(MOST).map((i) => this.pointHandle(i));
    draggable(this.body, chart, (at, { pointerType }) => this.pull(at, pointerType));
    chart.svg.addEventListener("click", (event) => this.click(event));
  }

  grip(label, part) {
    const onMove = (_, y) => this.turn(part, y);
    return new Handle({ chart: this.chart, className: "lr-grip", label, upright: true, onMove });
  }

  pointHandle(i) {
    const { chart, acts } = this;
    return new Handle({
      chart,
      className: "lr-point",
      radius: 9,
      label: `Point ${i + 1}`,
      text: String(i + 1),
      onMove: (x, y) => acts.movePoint(i, this.tidied(x, y)),
      onFocus: () => acts.select(i),
      onKey: (event) => {
        if (event.key !== "Delete" && event.key !== "Backspace") return;
        event.preventDefault();
        acts.remove(i);
      },
    });
  }

  tidied(x, y) {
    return { x: tidy(x, this.chart.x.step / 10), y: tidy(y, this.chart.y.step / 10) };
  }

  // An end of the line goes to a height while the other end stays; the middle takes both along.
  turn(part, y) {
    const { left, middle, right } = this.grips;
    if (part === 1) return this.acts.moveLine(this.state.w, y - this.state.w * middle.x);
    const [moved, pivot] = part === 0 ? [left, right] : [right, left];
    const w = (y - pivot.y) / (moved.x - pivot.x);
    this.acts.moveLine(w, pivot.y - w * pivot.x);
  }

  // The line itself is pulled along by a mouse or a pen; a finger scrolls there.
  pull(at, pointerType) {
    const { x, y } = this.chart;
    if (pointerType === "touch") return null;
    const move = (across, down) => {
      const { w } = this.state;
      const height = clamp(y.invert(down), ...y.domain);
      this.acts.moveLine(w, height - w * x.invert(across));
    };
    return { grab: () => at, move, drop: () => {} };
  }

  // A click on an empty place of the chart asks for a point there.
  click(event) {
    const { chart } = this;
    if (event.target.closest(".lr-handle, .lr-body")) return;
    const at = chart.locate(event);
    if (!chart.covers(at)) return;
    this.acts.add(this.tidied(chart.x.invert(at.across), chart.y.invert(at.down)));
  }

  draw(state) {
    this.state = state;
    const { chart } = this;
    const { x, line, optimal, best, absolute } = state;
    for (let i = 0; i < MOST; i += 1) this.drawPoint(i);
    placeLine(chart, this.line, line);
    placeLine(chart, this.body, line);
    placeLine(chart, this.best, best ? optimal : null);
    this.departure.draw(line, x);
    this.drawGrips(line);
    assign(chart.node, { "data-error": absolute ? "absolute" : "squared" });
  }

  drawPoint(i) {
    const { chart, state } = this;
    const [stick, square, handle] = [this.sticks[i], this.squares[i], this.handles[i]];
    const there = i < state.x.length;
    show(stick, there);
    show(square, there && !state.absolute);
    if (!there) return handle.hide();
    const [x, y, residual] = [state.x[i], state.y[i], state.residuals[i]];
    const [at, from, to] = [chart.x(x), chart.y(y), chart.y(nearChart(chart, y + residual))];
    assign(stick, { x1: at.toFixed(2), x2: at.toFixed(2), y1: from.toFixed(2), y2: to.toFixed(2) });
    const { left, side } = this.squareAt(at, from - to);
    const top = Math.min(from, to);
    assign(square, { x: left.toFixed(2), y: top.toFixed(2) });
    assign(square, { width: side.toFixed(2), height: side.toFixed(2) });
    square.classList.toggle("lr-heaviest", i === state.worst);
    handle.place(x, y);
    handle.node.classList.toggle("lr-selected", i === state.selected);
    const words = [x, y, residual].map((value) => readable(value, 3));
    const share = `${percent(state.shares[i])} of the error`;
    handle.describe(`x ${words[0]}, y ${words[1]}, residual ${words[2]}, ${share}`);
  }

  // On the side where the line leads away from the square, or where there is space.
  squareAt(at, height) {
    const [start, end] = this.chart.range.x;
    const side = Math.abs(height);
    const fits = { right: at + side <= end, left: at - side >= start };
    const wanted = height > 0 === this.state.line.w >= 0 ? "right" : "left";
    const other = wanted === "right" ? "left" : "right";
    const chosen = !fits[wanted] && fits[other] ? other : wanted;
    return { left: chosen === "right" ? at : at - side, side };
  }

  drawGrips(line) {
    const { chart } = this;
    const { left, middle, right } = this.grips;
    const [[start, end], heights] = [chart.x.domain, chart.y.domain];
    const ends = clipLine(line.w, line.b, chart.x.domain, heights);
    const places = [
      [left, HOLD],
      [middle, 0.5],
      [right, 1 - HOLD],
    ];
    for (const [grip, part] of places) {
      if (!ends) {
        grip.hide();
        continue;
      }
      const at = start + part * (end - start);
      const height = line.w * at + line.b;
      const [x1, y1, x2, y2] = ends; // of the part that is seen
      if (holds(heights, [height])) grip.place(at, height);
      else grip.place(x1 + part * (x2 - x1), y1 + part * (y2 - y1));
      grip.describe(`height ${readable(grip.y, 3)}, slope ${fixed(line.w, 2)}`);
    }
  }

  // How far apart the ticks on the vertical axis are.
  get step() {
    const [first, second] = this.chart.y.axis(LAB.DOWN).ticks;
    return second.value - first.value;
  }

  // The worth of one unit of y, in pixels.
  get unit() {
    const { range, y } = this.chart;
    return (range.y[0] - range.y[1]) / (y.domain[1] - y.domain[0]);
  }
}

const SCALE = { left: 26, ticks: 9 }; // of a mean length: where it stands, and how far it may go

// The mean of the squares as a square of its own, to the chart's scale; of sizes, as a line beside
// a scale that says how long it is.
class MeanPanel {
  constructor() {
    const square = (style) => shape("rect", { class: style, x: 2, y: 2 });
    this.squares = { now: square("lr-square lr-heaviest"), least: square("lr-best") };
    const bar = (style, x) => shape("line", { class: `lr-bar ${style}`, x1: x, x2: x, y1: 2 });
    const first = SCALE.left + LAB.BAR;
    this.bars = { now: bar("lr-bar-now", first), least: bar("lr-bar-least", first + LAB.NEXT) };
    this.axis = shape("path", { class: "lr-axis" });
    this.ticks = range(SCALE.ticks).map(() => shape("text", { "text-anchor": "end" }));
    const scale = shape("g", { "aria-hidden": "true" }, this.axis, ...this.ticks);
    // The style turns the picture over, so that all stands on its lower edge at any size.
    this.svg = shape(
      "svg",
      { role: "img", class: "lr-mean" },
      ...Object.values(this.squares),
      scale,
      ...Object.values(this.bars),
    );
    this.caption = element("div", { class: "lr-caption", "aria-hidden": "true" });
    this.node = element("div", { class: "lr-mean-panel" }, this.svg, this.caption);
  }

  draw({ absolute, best, least, loss: value }, { unit, step }) {
    const name = wordsOf(absolute).mean;
    write(this.caption, name);
    const { now, least: dashed } = this.squares;
    for (const [rect, mean] of [[now, value], [dashed, least]]) {
      const side = pixels(unit * Math.sqrt(mean));
      assign(rect, { width: side, height: side });
    }
    assign(this.bars.now, { y2: pixels(2 + unit * value) });
    assign(this.bars.least, { y2: pixels(2 + unit * least) });
    this.drawScale(unit, step, absolute);
    for (const [kind, seen] of [["now", true], ["least", best]]) {
      show(this.squares[kind], seen && !absolute);
      show(this.bars[kind], seen && absolute);
    }
    const floor = best ? `; dashed, the least, ${readable(least)}` : "";
    assign(this.svg, { "aria-label": `The residuals’ ${name}: ${readable(value)}${floor}.` });
  }

  // Ticks as far apart as those of the chart.
  drawScale(unit, step, absolute) {
    const high = (k) => 2 + k * step * unit;
    const marks = this.ticks.map((_, k) => `M${SCALE.left - 5} ${high(k).toFixed(1)}h5`);
    const spine = `M${SCALE.left} 2V${high(SCALE.ticks - 1).toFixed(1)}`;
    assign(this.axis, { d: `${spine}${marks.join("")}` });
    this.ticks.forEach((text, k) => {
      write(text, k ? tickText(k * step) : "");
      assign(text, { transform: `translate(${SCALE.left - 8} ${(high(k) - 4).toFixed(1)}) scale(1 -1)` });
    });
    for (const node of [this.axis, ...this.ticks]) show(node, absolute);
  }
}

const pixels = (length) => Math.min(1e4, length).toFixed(2);

// ---- The lab ------------------------------------------------------------------------------------

const buttonRow = (...buttons) =>
  element("div", { class: "lr-buttons" }, ...buttons.map(({ node }) => node));

const INVITATION =
  "Drag a point, the line or its ends. Click or tap an empty place to add a point.";

const REFUSALS = {
  full: `${MOST} points are all that this picture holds.`,
  none: "Choose the point first: click it, or go to it with Tab.",
  few: `${FEWEST} points must stay: a line needs them.`,
};

class DragLab extends Lab {
  constructor({ model, el }) {
    super(model);
    this.start = Object.fromEntries(STATE.map((name) => [name, model.get(name)]));
    this.selected = null;
    this.build(el);
    this.say("");
    this.refresh({ silent: true });
    this.endings = [
      listen(model, STATE, () => this.busy || this.refresh()),
      watchWidths([this.data.chart], () => this.layout()),
    ];
  }

  build(el) {
    this.data = new DataPanel(this);
    this.mean = new MeanPanel();
    const slider = (name, label) =>
      new Slider({
        name,
        label,
        mapping: evenMapping([0, 1], 1),
        toText: (value) => fixed(value, 3),
        onInput: (value) => this.take({ [name]: value }),
      });
    this.sliders = { w: slider("w", "Slope w"), b: slider("b", "Intercept b") };
    const button = (icon, text, onClick, primary = false) =>
      new Button({ icon, text, primary, onClick });
    this.remover = button("remove", "Remove", () => this.remove(this.selected));
    const best = button("best", "Best line", () => this.findBest(), true);
    const reset = button("reset", "Reset", () => this.reset());
    const add = button("add", "Add a point", () => this.addInGap());
    const text = "Absolute error: count lengths, not squares";
    this.switch = new Switch({ text, onChange: (absolute) => this.take({ absolute }) });
    this.readouts = new Readouts([
      { key: "w", name: "slope w" },
      { key: "b", name: "intercept b" },
      { key: "loss", name: wordsOf(false).error },
      { key: "least", name: "the least there is" },
    ]);
    this.playback = new Playback({ seconds: 0.8, at: (part) => this.glide(part), done: () => {} });
    this.hint = new Words("lr-hint", [INVITATION, ...Object.values(REFUSALS)]);
    this.verdict = new Words("lr-verdict", LONGEST);
    const sliders = Object.values(this.sliders).map(({ node }) => node);
    const picture = [this.data.chart.node, this.mean.node, this.readouts.node];
    this.mount(el, "lr-lab-drag", {
      picture: [
        element("div", { class: "lr-drag-picture" }, ...picture),
        this.verdict.node,
        this.hint.node,
      ],
      controls: [buttonRow(best, reset)],
      more: [buttonRow(add, this.remover), this.switch.node, ...sliders],
    });
  }

  // ---- From the state to the picture

  refresh({ silent = false } = {}) {
    const [x, y, w, b, absolute, best] = STATE.map((name) => this.model.get(name));
    if (x.length !== y.length) return; // the other half of a change is on its way
    const line = { w, b };
    const optimal = optimum(x, y, absolute);
    const { kind, html, worst } = verdict({ x, y, line, absolute, optimal, best });
    if (this.selected !== null && this.selected >= x.length) this.selected = null;
    this.state = {
      ...{ x, y, w, b, line, absolute, best, optimal, worst, selected: this.selected },
      residuals: residuals(x, y, line),
      shares: shares(x, y, line, absolute),
      loss: zeroIfRounding(loss(x, y, line, absolute), y, absolute ? 1 : 2),
      least: zeroIfRounding(optimal.loss, y, absolute ? 1 : 2),
    };
    if (!this.frame || !holds(this.frame.x, x) || !holds(this.frame.y, y)) this.fit(x, y);
    this.conclude({ kind, html });
    this.draw();
    if (!silent) this.announcer.say(`${this.verdict.text} ${this.summary}`);
  }

  // A new window on the data. It stays while things are dragged in it.
  fit(x, y) {
    this.frame = frameOf(x, y);
    this.data.chart.frame(this.frame);
    for (const [name, mapping] of Object.entries(sliderRanges(this.frame))) {
      this.sliders[name].remap(mapping);
    }
  }

  layout() {
    this.data.chart.frame(this.frame);
    this.draw();
  }

  draw() {
    const { state } = this;
    this.data.draw(state);
    this.mean.draw(state, { unit: this.data.unit, step: this.data.step });
    this.sliders.w.show(state.w);
    this.sliders.b.show(state.b);
    this.switch.show(state.absolute);
    const chosen = state.selected === null ? "Remove" : `Remove ${state.selected + 1}`;
    this.remover.show("remove", chosen);
    this.read(state);
  }

  read({ x, w, b, best, absolute, optimal, least, loss: value }) {
    const bestOf = (name) => `best ${best ? fixed(optimal[name], 3) : "?"}`;
    const total = readable(value * x.length);
    this.readouts.rename("loss", wordsOf(absolute).error);
    this.readouts.show("w", fixed(w, 3), bestOf("w"));
    this.readouts.show("b", fixed(b, 3), bestOf("b"));
    this.readouts.show("loss", readable(value), `sum ${total} / ${x.length} points`);
    const floor = best ? readable(least) : "?";
    this.readouts.show("least", floor, best ? "on the dashed line" : "ask for the best line");
    const also = best ? ` ${filled(LAB.LEAST, { least: readable(least) })}.` : "";
    this.summary =
      `Slope ${fixed(w, 3)}, intercept ${fixed(b, 3)},` +
      ` ${wordsOf(absolute).error} ${readable(value)}.${also}`;
    this.data.chart.describe(`${x.length} points and a line. ${this.summary}`);
  }

  // ---- From the hands to the state

  // What a hand does ends a glide, and the word about what could not be done.
  take(values) {
    this.playback.stop();
    this.say("");
    this.put(values);
  }

  say(refusal) {
    this.hint.show(refusal || INVITATION);
    this.hint.node.classList.toggle("lr-refusal", Boolean(refusal));
    if (refusal) this.announcer.say(refusal);
  }

  select(i) {
    if (this.selected === i) return;
    this.selected = i;
    this.state.selected = i;
    this.draw();
  }

  movePoint(i, { x, y }) {
    const moved = (name, value) => this.state[name].map((old, k) => (k === i ? value : old));
    this.take({ x: moved("x", x), y: moved("y", y) });
  }

  moveLine(w, b) {
    this.take({ w: Number(w.toPrecision(9)), b: Number(b.toPrecision(9)) });
  }

  add({ x, y }) {
    const count = this.state.x.length;
    if (count >= MOST) return this.say(REFUSALS.full);
    this.selected = count;
    this.take({ x: [...this.state.x, x], y: [...this.state.y, y] });
  }

  // For the keyboard: a point in the widest gap, at mid-height, which then has the focus.
  addInGap() {
    const count = this.state.x.length;
    const [low, high] = this.frame.x;
    const sorted = [low, ...[...this.state.x].sort((a, b) => a - b), high];
    const gaps = sorted.slice(1).map((right, i) => [sorted[i], right]);
    const [left, right] = gaps.reduce((a, b) => (b[1] - b[0] > a[1] - a[0] ? b : a));
    this.add(this.data.tidied((left + right) / 2, (this.frame.y[0] + this.frame.y[1]) / 2));
    if (this.state.x.length > count) this.data.handles[count].node.focus();
  }

  remove(i) {
    const { x, y } = this.state;
    if (i === null) return this.say(REFUSALS.none);
    if (x.length <= FEWEST) return this.say(REFUSALS.few);
    const isFocused = this.data.handles[i].node === document.activeElement;
    const without = (values) => values.filter((_, k) => k !== i);
    this.selected = isFocused ? Math.min(i, x.length - 2) : null;
    this.take({ x: without(x), y: without(y) });
    if (isFocused) this.data.handles[this.selected].node.focus();
  }

  findBest() {
    this.say("");
    const { w, b, optimal } = this.state;
    this.way = { from: { w, b }, to: { w: optimal.w, b: optimal.b } };
    this.put({ best: true });
    this.playback.start(0, 1);
  }

  glide(part) {
    const { from, to } = this.way;
    const mix = (name) => (part < 1 ? from[name] + part * (to[name] - from[name]) : to[name]);
    this.put({ w: mix("w"), b: mix("b") });
  }

  reset() {
    this.selected = null;
    this.frame = null;
    this.take(this.start);
  }
}

export default { render: rebuilding(DragLab, []) };
