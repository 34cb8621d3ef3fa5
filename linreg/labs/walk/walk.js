import { Chart } from "../kit/chart.js";
import { Readouts } from "../kit/controls.js";
import {
  curvatures,
  factorText,
  gap,
  gradient,
  LAMBDA,
  leastSquares,
  lineBetween,
  meanSquaredError,
  rateSlider,
  rateText,
  warnPastThreshold,
} from "../kit/descent.js";
import { assign, element, show, write } from "../kit/dom.js";
import { listen, rebuilding, watchWidths, Words } from "../kit/lab.js";
import { Departure, nearChart, placeLine } from "../kit/line.js";
import { mean } from "../kit/numbers.js";
import { SteppedLab } from "../kit/stepped.js";
import { filled, fixed, plural, readable, superscript } from "../kit/text.js";

// ---- Mathematics: the same as walk.py, and tested against it ------------------------------------

// The stops of the walk from (0, 0): step 0 to step `steps`.
export function walk(x, y, rate, steps) {
  const stops = [{ w: 0, b: 0 }];
  while (stops.length <= steps) {
    const here = stops[stops.length - 1];
    const slope = gradient(x, y, here);
    const next = { w: here.w - rate * slope.w, b: here.b - rate * slope.b };
    if (Math.max(Math.abs(next.w), Math.abs(next.b)) > LAB.LARGEST) break;
    stops.push(next);
  }
  return stops.map((stop) => ({ ...stop, loss: meanSquaredError(x, y, stop) }));
}

// ---- Words --------------------------------------------------------------------------------------

// Whether the first error has any part along the Hessian's steepest direction (v, u).
function startsAlongSteepest(x, start, best) {
  const [square, first] = [mean(x.map((value) => value * value)), mean(x)];
  const half = curvatures(x).steepest / 2;
  const [v, u] = square > 1 ? [half - 1, first] : [first, half - square];
  const size = Math.hypot(v, u);
  if (size === 0) return true; // a round bowl: every direction is the steepest
  const [dw, db] = [start.w - best.w, start.b - best.b];
  return Math.abs(dw * v + db * u) > 1e-12 * Math.hypot(dw, db) * size;
}

// What this learning rate does to this walk, in a word.
function kindOf({ share, first, last, alongSteepest }) {
  if (first === 0) return "there";
  if (share > 2 - 1e-9 && !alongSteepest) return "spared";
  if (share > 2 + 1e-9) return "diverges";
  if (share > 2 - 1e-9) return "edge";
  if (share > 1) return "swings";
  return last > 0.01 * first ? "slow" : "converges";
}

// And in a sentence or two, as HTML.
const SENTENCES = {
  there: () => "The walk starts at the best line. The gradient is zero there: it stays.",
  spared: ({ alpha, limit, rest }) =>
    `${alpha} is no smaller than 2/${LAMBDA} = ${limit}, yet this walk starts with no error along
    the steepest direction: nothing is there to multiply. ${rest}.`,
  diverges: ({ alpha, limit, left, stretch, cut }) =>
    `${alpha} is past 2/${LAMBDA} = ${limit}. Each step overshoots, and multiplies the error along
    the steepest direction by ${left}: <strong>the walk diverges.</strong>${stretch}${cut}`,
  edge: ({ alpha }) =>
    `${alpha} is 2/${LAMBDA} itself. Along the steepest direction each step jumps to the other side
    of the bottom and lands just as far away: it swings for ever.`,
  swings: ({ alpha, half, limit, left, rest, still }) =>
    `${alpha} lies between 1/${LAMBDA} = ${half} and 2/${LAMBDA} = ${limit}. Along the steepest
    direction each step overshoots to the other side, with ${left} of the error left: it swings,
    yet it shrinks. ${rest}${still}.`,
  slow: ({ alpha, left, rest, still }) =>
    `${alpha} is safe, and too small to arrive: each step leaves ${left} of the error along the
    steepest direction. ${rest}${still}.`,
  converges: ({ alpha, limit, left, leftFlattest, rest }) =>
    `${alpha} is below 2/${LAMBDA} = ${limit}: the walk converges. Each step leaves ${left} of the
    error along the steepest direction, and ${leftFlattest} along the flattest. ${rest}.`,
};

// Each as long as it can be, so that the place of the verdict is high enough for all.
const WIDEST = {
  alpha: "α ≈ 0.000000",
  limit: "0.00000000",
  half: "0.00000000",
  left: "0.000000",
  leftFlattest: "0.000000",
  rest: "After 000 steps the gap is below 10⁻⁰⁰",
  still: ", 00.0% of the first",
  stretch: " The loss grows to 0.0×10⁰⁰⁰.",
  cut: " After step 000 we stop counting.",
};
const LONGEST = Object.values(SENTENCES).map((sentence) => sentence(WIDEST));

// Before a walk has been seen, nothing says what it comes to.
const INVITATION =
  "The line lies flat at 0, and each step turns and lifts it against the gradient of the loss." +
  " <strong>Choose α and press Play.</strong>";

export function verdict({ x, rate, steps, stops, best }) {
  const { steepest, flattest } = curvatures(x);
  const [first, last] = [stops[0], stops[stops.length - 1]].map((stop) => gap(x, stop, best));
  const alongSteepest = startsAlongSteepest(x, stops[0], best);
  const kind = kindOf({ share: rate * steepest, first, last, alongSteepest });
  const largest = Math.max(...stops.map((stop) => stop.loss));
  const facts = {
    alpha: `α = ${rateText(rate)}`.replace("= ≈", "≈"),
    limit: (2 / steepest).toPrecision(4),
    half: (1 / steepest).toPrecision(4),
    left: factorText(Math.abs(1 - rate * steepest)),
    leftFlattest: factorText(1 - rate * flattest),
    rest: `After ${plural(steps, "step")} the gap is ${gapText(last, stops[0].loss, 2)}`,
    still: last > 0.01 * first ? `, ${readable((100 * last) / first, 2)}% of the first` : "",
    stretch: last > 10 * first ? ` The loss grows to ${readable(largest, 3)}.` : "",
    cut: stops.length <= steps ? ` After step ${stops.length - 1} we stop counting.` : "",
  };
  return { kind, html: SENTENCES[kind](facts).replace(/\s+/g, " ") };
}

// A gap, unless rounding has the last word.
function gapText(value, start, digits = 4) {
  const noise = 1e-28 * start;
  if (value > noise || noise === 0) return readable(value, digits);
  return `below 10${superscript(Math.ceil(Math.log10(noise)))}`;
}

// ---- Frames -------------------------------------------------------------------------------------

// The window on the data: the points, the best line from side to side, and the first line, y = 0.
function dataFrame(x, y, best) {
  const [low, high] = [Math.min(...x), Math.max(...x)];
  const pad = LAB.PAD * (high - low);
  const sides = [low - pad, high + pad];
  const seen = [0, ...y, ...sides.map((side) => best.w * side + best.b)];
  const [bottom, top] = [Math.min(...seen), Math.max(...seen)];
  const headroom = LAB.HEADROOM * (top - bottom || 1);
  return { x: sides, y: [bottom - headroom, top + headroom] };
}

// The window on the losses of the whole walk, with space for a word under the dashed minimum.
function lossFrame(stops, least, pixels) {
  const highest = Math.max(...stops.map((stop) => stop.loss)) || 1;
  const floor = Math.max(least, LAB.LEAST_SHARE * (stops[0].loss || 1));
  const span = Math.max(LAB.LEAST_DECADES, Math.log10(highest / floor));
  const perPixel = span / (pixels - 34);
  const from = Math.log10(floor) - 24 * perPixel;
  const to = Math.log10(floor) + span + 10 * perPixel;
  return { floor, y: [10 ** from, 10 ** to] };
}

// ---- The lab ------------------------------------------------------------------------------------

const TRAIL = 24;

// The points, the line and its past.
class DataPanel {
  constructor(count) {
    this.chart = new Chart({
      names: LAB.AXES.data,
      caption: [
        ["fit", "the line"],
        ["trail", "earlier"],
        ["best", "best line"],
        ["residual", "residuals"],
      ],
    });
    const { chart } = this;
    this.sticks = chart.addSeveral(count, "line", { class: "lr-stick" });
    this.trail = chart.addSeveral(TRAIL, "line", { class: "lr-trail" });
    this.line = chart.add("line", { class: "lr-fit" });
    this.best = chart.add("line", { class: "lr-best" });
    this.points = chart.addSeveral(count, "circle", { class: "lr-point", r: 5 });
    this.departure = new Departure(chart);
  }

  // Draw what does not move: the axes, the points, the dashed line.
  prepare({ x, y, best, frame }) {
    const { chart } = this;
    Object.assign(this, { x, y });
    chart.frame(frame);
    this.points.forEach((point, i) => assign(point, { cx: chart.x(x[i]), cy: chart.y(y[i]) }));
    placeLine(chart, this.best, best);
  }

  draw({ here, stops, position }) {
    const { chart, x, y } = this;
    placeLine(chart, this.line, here);
    this.trail.forEach((line, i) => {
      const stop = stops[Math.ceil(position) - 1 - i];
      placeLine(chart, line, stop);
      assign(line, { opacity: (0.6 * 0.85 ** i).toFixed(3) });
    });
    this.sticks.forEach((stick, i) => {
      const end = nearChart(chart, here.w * x[i] + here.b);
      const at = chart.x(x[i]);
      assign(stick, { x1: at, x2: at, y1: chart.y(y[i]), y2: chart.y(end).toFixed(2) });
    });
    this.departure.draw(here, x);
  }
}

// The loss against the step.
class LossPanel {
  constructor() {
    this.chart = new Chart({
      names: LAB.AXES.losses,
      log: true,
      caption: [
        ["fit", "the loss"],
        ["future", "to come"],
        ["best", "the least there is"],
      ],
    });
    const { chart } = this;
    this.future = chart.add("polyline", { class: "lr-future" });
    this.past = chart.add("polyline", { class: "lr-fit" });
    this.least = chart.add("line", { class: "lr-best" });
    this.leastText = chart.add("text", { class: "lr-least", "text-anchor": "end" });
    this.dot = chart.add("circle", { class: "lr-dot", r: 5.5 }, chart.over);
  }

  // Until a walk has been seen, no more than its first loss.
  prepare({ stops, steps, least, seen }) {
    const { chart } = this;
    const [bottom, top] = chart.range.y;
    const known = seen ? stops : stops.slice(0, 1);
    const { floor, y } = lossFrame(known, least, bottom - top);
    chart.frame({ x: [0, steps], y });
    this.floor = floor;
    const level = chart.y(floor).toFixed(2);
    assign(this.least, { x1: chart.range.x[0], x2: chart.range.x[1], y1: level, y2: level });
    assign(this.leastText, { x: chart.range.x[1] - 4, y: Number(level) + 16 });
    const below = "the minimum lies below any log axis";
    write(this.leastText, least >= floor ? `minimum ${readable(least)}` : below);
    for (const node of [this.least, this.leastText]) show(node, seen);
    assign(this.future, { points: this.curve(known) });
  }

  curve(stops) {
    return this.chart.points(
      stops.map((stop, k) => stop.at ?? k),
      stops.map((stop) => Math.max(stop.loss, this.floor)),
    );
  }

  draw({ here, stops, position }) {
    const { chart } = this;
    const past = stops.slice(0, Math.floor(position) + 1);
    assign(this.past, { points: this.curve([...past, { loss: here.loss, at: position }]) });
    const level = chart.y(Math.max(here.loss, this.floor));
    assign(this.dot, { cx: chart.x(position).toFixed(2), cy: level.toFixed(2) });
  }
}

class WalkLab extends SteppedLab {
  constructor({ model, el }) {
    super(model);
    this.seen = model.get("step") > 0;
    this.build(el);
    this.solve();
    this.endings = [
      listen(model, ["learning_rate", "n_steps"], () => this.retrace()),
      this.listenToSteps(),
      watchWidths([this.data.chart, this.losses.chart], () => this.layout()),
    ];
  }

  build(el) {
    const { model, set } = this;
    this.data = new DataPanel(model.get("x").length);
    this.losses = new LossPanel();
    this.rate = rateSlider((value) => set("learning_rate", value));
    const steps = model.get("n_steps");
    const toText = (step) => `${step} of ${this.steps}`;
    const { play, steps: stepping } = this.transport({ steps, toText });
    this.readouts = new Readouts([
      { key: "w", name: "slope w" },
      { key: "b", name: "intercept b" },
      { key: "loss", name: "loss" },
      { key: "gap", name: "gap to the minimum" },
    ]);
    this.verdict = new Words("lr-verdict", LONGEST);
    const panels = [this.data.chart.node, this.losses.chart.node];
    this.mount(el, "lr-walk", {
      picture: [element("div", { class: "lr-panels" }, ...panels), this.verdict.node],
      controls: [element("div", { class: "lr-with-play" }, this.rate.node, play), this.readouts.node],
      more: [stepping],
    });
  }

  // New data: the least loss, the threshold, the window.
  solve() {
    const [x, y] = [this.model.get("x"), this.model.get("y")];
    const best = leastSquares(x, y);
    this.problem = { x, y, best, least: meanSquaredError(x, y, best), frame: dataFrame(x, y, best) };
    this.retrace({ silent: true });
  }

  // A new learning rate, or another number of steps: the whole walk again.
  retrace({ silent = false } = {}) {
    const { x, y, best } = this.problem;
    const [rate, steps] = [this.model.get("learning_rate"), this.model.get("n_steps")];
    this.stops = walk(x, y, rate, steps);
    this.steps = steps;
    this.endAt(this.stops.length - 1);
    this.rate.show(rate);
    this.conclude(
      this.seen
        ? verdict({ x, rate, steps, stops: this.stops, best })
        : { kind: "waiting", html: INVITATION },
    );
    if (this.seen) warnPastThreshold(this.rate, x);
    this.layout();
    if (!silent) this.announce();
  }

  layout() {
    this.data.prepare(this.problem);
    const { stops, steps, seen } = this;
    this.losses.prepare({ stops, steps, least: this.problem.least, seen });
    this.draw(this.here);
  }

  // The first step that is seen brings all that is said of the walk.
  draw(position) {
    if (position > 0 && !this.seen) {
      this.seen = true;
      this.retrace({ silent: true });
      return;
    }
    const { stops, problem } = this;
    this.position = Math.min(position, stops.length - 1);
    const here = this.lineAt(this.position);
    const state = { here, stops, position: this.position };
    this.data.draw(state);
    this.losses.draw(state);
    this.step.show(Math.floor(this.position));
    this.read(this.stops[Math.floor(this.position)], problem);
  }

  // The line at a position, its loss along a straight stretch of the logarithmic axis.
  lineAt(position) {
    const { w, b, from, to, part } = lineBetween(this.stops, position);
    return { w, b, loss: part ? from.loss ** (1 - part) * to.loss ** part : from.loss };
  }

  read(stop, { x, best, least }) {
    const known = (text) => (this.seen ? text : "?");
    const bestW = known(fixed(best.w));
    const bestB = known(fixed(best.b));
    const minimum = known(readable(least));
    const distance = known(gapText(gap(x, stop, best), this.stops[0].loss));
    this.readouts.show("w", fixed(stop.w), `best ${bestW}`);
    this.readouts.show("b", fixed(stop.b), `best ${bestB}`);
    this.readouts.show("loss", readable(stop.loss), `minimum ${minimum}`);
    this.readouts.show("gap", distance, "loss − minimum");
    const dashed = this.seen ? ` The best line has slope ${bestW} and intercept ${bestB}.` : "";
    this.data.chart.describe(
      `${x.length} points, and a line of slope ${fixed(stop.w)} and intercept` +
        ` ${fixed(stop.b)}.${dashed}`,
    );
    const step = Math.floor(this.position);
    const floor = this.seen ? ` ${filled(LAB.LEAST, { least: minimum })}.` : "";
    this.losses.chart.describe(
      `The loss at each step, on a logarithmic axis: ${readable(stop.loss)} at step ${step}` +
        ` of ${this.steps}.${floor}`,
    );
    this.summary =
      `Step ${step} of ${this.steps}. Slope ${fixed(stop.w)}, intercept ${fixed(stop.b)},` +
      ` loss ${readable(stop.loss)}${this.seen ? `, gap ${distance}` : ""}.`;
  }
}

export default { render: rebuilding(WalkLab) };
