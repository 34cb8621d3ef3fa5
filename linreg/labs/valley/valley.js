import { Chart } from "../kit/chart.js";
import { evenMapping, Slider, Switch } from "../kit/controls.js";
import { factorText } from "../kit/descent.js";
import { assign, element, shape, show, write } from "../kit/dom.js";
import { listen, rebuilding, watchWidths, Words } from "../kit/lab.js";
import { clamp, range } from "../kit/numbers.js";
import { SteppedLab } from "../kit/stepped.js";
import { filled, plural, powerText, readable } from "../kit/text.js";

// ---- Mathematics: the same as valley.py, and tested against it ----------------------------------

const { BATCH, COUNTED, FLAT, N_ROWS, NOISE, SEEN, SHARES, START, STEEP } = LAB;

const dot = (a, b) => a[0] * b[0] + a[1] * b[1];
const plus = (a, factor, b) => [a[0] + factor * b[0], a[1] + factor * b[1]];

// Sixteen rows on an ellipse, and targets that go up and down: the best weights are zero.
function rowsOf(kappa) {
  return range(N_ROWS).map((i) => {
    const turn = (2 * Math.PI * i) / N_ROWS;
    const [a, c] = [Math.SQRT2 * Math.cos(turn), (Math.SQRT2 * Math.sin(turn)) / kappa];
    const x = [a * STEEP[0] + c * FLAT[0], a * STEEP[1] + c * FLAT[1]];
    return { x, y: i % 2 ? -NOISE : NOISE };
  });
}

// The gap at a place: the mean square of what it predicts, since the best weights are zero.
const gapAt = (kappa, place) => dot(STEEP, place) ** 2 + (dot(FLAT, place) / kappa) ** 2;

// 2/n times the sum of multiples of the rows: with residuals, the gradient.
function weighed(rows, multiples) {
  let sum = [0, 0];
  rows.forEach(({ x }, i) => (sum = plus(sum, multiples[i], x)));
  return [(2 * sum[0]) / rows.length, (2 * sum[1]) / rows.length];
}

const residuals = (rows, place) => rows.map(({ x, y }) => dot(x, place) - y);
const slopeAt = (rows, place) => weighed(rows, residuals(rows, place));

// The methods, each with its best settings; eigenvalues 2 and 2/κ² of the Hessian.
const WALKS = {
  *gradient_descent(rows, kappa) {
    const rate = 1 / (1 + 1 / kappa ** 2);
    for (let place = START; ; place = plus(place, -rate, slopeAt(rows, place))) yield place;
  },
  *heavy_ball(rows, kappa) {
    const [rate, momentum] = [2 / (1 + 1 / kappa) ** 2, ((kappa - 1) / (kappa + 1)) ** 2];
    let [place, velocity] = [START, [0, 0]];
    for (;;) {
      yield place;
      velocity = plus(slopeAt(rows, place), momentum, velocity);
      place = plus(place, -rate, velocity);
    }
  },
  *nesterov(rows, kappa) {
    const [rate, momentum] = [1 / 2, (kappa - 1) / (kappa + 1)];
    let [place, ahead] = [START, START];
    for (;;) {
      yield ahead;
      const before = place;
      place = plus(ahead, -rate, slopeAt(rows, ahead));
      ahead = plus(place, momentum, plus(place, -1, before));
    }
  },
  *conjugate_gradient(rows) {
    let place = START;
    let residual = residuals(rows, place);
    let slope = weighed(rows, residual);
    let direction = [-slope[0], -slope[1]];
    for (;;) {
      yield place;
      const change = rows.map(({ x }) => dot(x, direction));
      const square = change.reduce((sum, value) => sum + value * value, 0);
      const rate = ((rows.length / 2) * dot(slope, slope)) / square;
      place = plus(place, rate, direction);
      residual = residual.map((value, i) => value + rate * change[i]);
      const before = slope;
      slope = weighed(rows, residual);
      direction = plus([-slope[0], -slope[1]], dot(slope, slope) / dot(before, before), direction);
    }
  },
  *stochastic_gradient_descent(rows, kappa, { order, falling }) {
    let place = START;
    for (let step = 0; ; step += 1) {
      yield place;
      const first = (step * BATCH) % order.length;
      const batch = order.slice(first, first + BATCH).map((i) => rows[i]);
      const rate = LAB.RATE / (1 + (falling ? LAB.DECAY : 0) * step);
      place = plus(place, -rate, slopeAt(batch, place));
    }
  },
};

// A method's walk: its stops as far as they are seen, each { place, share } with the share of the
// first gap; and the step from which on the share stays within the tolerance, or null.
export function walk(name, { kappa, tolerance, order, falling }) {
  const first = gapAt(kappa, START);
  const stops = [];
  let [step, lastFar] = [0, -1];
  for (const place of WALKS[name](rowsOf(kappa), kappa, { order, falling })) {
    const share = gapAt(kappa, place) / first;
    if (step <= SEEN) stops.push({ place, share });
    if (share > tolerance) lastFar = step;
    if (share <= LAB.AT_REST || step === COUNTED) break;
    step += 1;
  }
  return { stops, needed: lastFar < COUNTED - LAB.HELD ? lastFar + 1 : null };
}

// ---- Words --------------------------------------------------------------------------------------

// By which factor the error shrinks a step, in the end.
const LAWS = {
  gradient_descent: (kappa) => (kappa ** 2 - 1) / (kappa ** 2 + 1),
  heavy_ball: (kappa) => (kappa - 1) / (kappa + 1),
  nesterov: (kappa) => 1 - 1 / kappa,
};
const MOMENTUM = ["heavy_ball", "nesterov"];

// In the order of the chapter, each with the letter on its mark.
const METHODS = LAB.METHODS.map(([name, text, role]) => ({
  name,
  text,
  letter: text[0].toUpperCase(),
  law: LAWS[name],
  colour: `--lr-method:var(--lr-${role})`,
}));

const slugOf = (name) => name.split("_")[0];
const shortNumber = (value) => String(Number(value.toPrecision(3)));
const exactNumber = (value) => String(Number(value.toPrecision(12))); // but for rounding noise
const stepsText = (needed) => (needed === null ? LAB.NOT_ARRIVED : String(needed));

// What stands beside a method's name, once it has arrived.
function noteOf({ name, law }, { kappa, needed }) {
  if (law) return `error × ${factorText(law(kappa))} a step`;
  if (name === "conjugate_gradient") return "two weights, two steps at most";
  return needed === null ? "not for good" : plural(shortNumber((needed * BATCH) / N_ROWS), "epoch");
}

const WAITING =
  "<strong>Press Play</strong> and see which is the first at the cross; then stretch the valley.";

// A method as the words have it: its mark, its name, its count, if that is known.
const scoreOf = ({ name, text, letter, colour }, known, needed) =>
  `<span class="lr-valley-score"><span class="lr-valley-badge" style="${colour}"` +
  ` data-letter="${letter}"></span> ${text}` +
  ` <strong data-readout="${slugOf(name)}">${known ? stepsText(needed) : "?"}</strong></span>`;

// What a round bowl teaches, by the walks that have arrived.
function roundLesson({ stochastic_gradient_descent: sgd, ...full }) {
  const parts = [];
  if (Object.keys(full).length) parts.push("The bowl is round: the slope points at the bottom.");
  if (sgd !== undefined) parts.push("SGD looks at four rows, and its slope points somewhere near.");
  return parts;
}

// And what a valley does.
function valleyLesson(arrived, { kappa, falling }) {
  const has = (name) => arrived[name] !== undefined;
  const sgd = arrived.stochastic_gradient_descent;
  const parts = [];
  if (has("gradient_descent")) {
    const square = exactNumber(kappa ** 2);
    parts.push(`Gradient descent pays for κ² = ${square}.`);
  }
  if (MOMENTUM.some(has)) parts.push("Momentum pays for κ alone.");
  if (has("conjugate_gradient")) parts.push("Conjugate gradient takes two at most.");
  if (sgd === null) {
    const why = falling ? "a long flat way uses up its rate" : "it jumps about on its floor";
    parts.push(`SGD is not there for good: ${why}.`);
  } else if (has("stochastic_gradient_descent")) {
    parts.push("Each step of SGD is a quarter of the work.");
  }
  return parts;
}

// Whether a walk's count may be told at a step: the walk has been seen to arrive, or to go on as
// far as the picture shows.
const isKnown = (needed, step) => step >= Math.min(needed ?? SEEN, SEEN);

// What is said at a step: `needed` holds the count of each method that is shown.
export function verdict({ kappa, tolerance, falling, needed, step }) {
  const methods = METHODS.filter(({ name }) => needed[name] !== undefined);
  if (methods.length === 0) {
    return { kind: "none", html: "No method is chosen. Switch one on, under More." };
  }
  const kind = kappa === 1 ? "round" : "valley";
  const known = ({ name }) => isKnown(needed[name], step);
  const arrived = Object.fromEntries(
    methods.filter(known).map(({ name }) => [name, needed[name]]),
  );
  const scores = methods.map((method) => scoreOf(method, known(method), needed[method.name]));
  const state = { kappa, falling };
  const lesson = kind === "round" ? roundLesson(arrived) : valleyLesson(arrived, state);
  const within = `Steps to ${powerText(tolerance)} of the first gap:`;
  const words = step === 0 ? [WAITING] : lesson;
  return { kind, html: [`${within} ${scores.join(", ")}.`, ...words].join(" ") };
}

// Verdicts as long as they can be, so that their place is high enough for all.
const LONGEST = [false, true].flatMap((falling) =>
  [0, SEEN].map((step) => {
    const needed = Object.fromEntries(METHODS.map(({ name }) => [name, COUNTED]));
    needed.stochastic_gradient_descent = null;
    return verdict({ kappa: 13.5, tolerance: 8.88e-8, falling, needed, step }).html;
  }),
);

// ---- The lab ------------------------------------------------------------------------------------

// Higher than other pictures are: a valley needs the space.
const heightOf = (width, stacked) =>
  Math.round(stacked ? clamp(0.56 * width, 180, 300) : clamp(30 + 0.7 * width, 220, 350));

// A stop between two stops: a step is a straight stretch of the map.
function between(stops, position) {
  const at = Math.min(position, stops.length - 1);
  const stop = Math.floor(at);
  const [from, to] = [stops[stop], stops[Math.min(stop + 1, stops.length - 1)]];
  const place = plus(from.place, at - stop, plus(to.place, -1, from.place));
  const share = from.share ** (1 - (at - stop)) * to.share ** (at - stop);
  return { at, place, share: at === stop ? from.share : share };
}

const FLAG = 14; // how far a letter stands from the place that it names, in pixels

// Where on its way a gap's curve meets the floor of the axis; as in valley.py.
export function landing(stops) {
  const [floor] = SHARES;
  const step = stops.findIndex(({ share }) => share <= floor);
  if (step < 0) return Infinity;
  const [before, after] = [stops[step - 1].share, Math.max(stops[step].share, LAB.AT_REST)];
  return step - 1 + Math.log(before / floor) / Math.log(before / after);
}

// A method's mark on a chart: its trail, a dot where that ends, and its letter, to a side of its own,
// so that walks at one place do not hide each other.
class Mark {
  constructor({ chart, layer, turn }, { name, letter, colour }) {
    const slug = `lr-valley-${slugOf(name)}`;
    this.way = chart.add("polyline", { class: `lr-valley-way ${slug}`, style: colour });
    const [cx, cy] = [Math.sin(turn), -Math.cos(turn)].map((way) => (FLAG * way).toFixed(2));
    const place = shape("circle", { class: "lr-valley-dot", r: 3.5 });
    const disc = shape("circle", { class: "lr-valley-dot", r: 8, cx, cy });
    const at = { x: cx, y: Number(cy) + 4, "text-anchor": "middle" };
    const text = shape("text", { class: "lr-valley-letter", ...at }, letter);
    const attributes = { class: slug, style: colour, "aria-hidden": "true" };
    this.dot = chart.add("g", attributes, layer);
    this.dot.append(place, disc, text);
  }

  draw(visible, pixels) {
    for (const node of [this.way, this.dot]) show(node, visible);
    if (!visible) return;
    const [x, y] = pixels[pixels.length - 1];
    assign(this.way, { points: pixels.map((at) => at.map((v) => v.toFixed(1)).join()).join(" ") });
    assign(this.dot, { transform: `translate(${x.toFixed(2)} ${y.toFixed(2)})` });
  }
}

// A chart with a mark for each method. Its subclass places a stop: `pixel({ place, share }, step)`.
class MarkedPanel {
  constructor(chart) {
    this.chart = chart;
  }

  // Drawn last, the marks lie on top, in a layer of the chart; the first letter is above its place.
  mark(layer) {
    const { chart } = this;
    const turn = (2 * Math.PI) / METHODS.length;
    this.marks = METHODS.map((method, i) => new Mark({ chart, layer, turn: i * turn }, method));
  }

  draw(walks, position) {
    METHODS.forEach(({ name }, i) => {
      const walked = walks[name];
      this.marks[i].draw(Boolean(walked), walked ? this.way(walked.stops, position) : []);
    });
  }

  // The pixels of the stops up to a position, and of the place between two where it is now.
  way(stops, position) {
    const here = between(stops, position);
    const passed = stops.slice(0, Math.floor(here.at) + 1);
    return [...passed.map((stop, k) => this.pixel(stop, k)), this.pixel(here, here.at)];
  }
}

// The valley from above, its scales equal, so that a right angle looks like one.
class MapPanel extends MarkedPanel {
  constructor() {
    const chart = new Chart({
      names: LAB.AXES.map,
      heightOf,
      caption: [
        ["contour", "equal loss"],
        ["cross", "the least loss"],
      ],
    });
    super(chart);
    this.rings = chart.add("g", { class: "lr-valley-rings" });
    this.pin = chart.add("path", { class: "lr-valley-pin", d: "M-7 0H7M0-7V7" });
    this.mark(chart.inside); // where a walk leaves the map, nothing of it is seen
  }

  prepare(kappa) {
    const { chart } = this;
    const { x, y } = chart.range;
    const [low, high] = [-2, 5.4];
    const half = ((high - low) * (x[1] - x[0])) / (y[0] - y[1]) / 2;
    chart.frame({ x: [1.4 - half, 1.4 + half], y: [low, high] });
    const unit = (y[0] - y[1]) / (high - low);
    const columns = [STEEP[0], -STEEP[1], FLAT[0], -FLAT[1]].map((value) => value * unit);
    const matrix = [...columns, chart.x(0), chart.y(0)].map((value) => value.toFixed(4)).join(" ");
    assign(this.rings, { transform: `matrix(${matrix})` });
    const ring = (level) => {
      const [rx, ry] = [Math.sqrt(level), kappa * Math.sqrt(level)].map((r) => r.toFixed(5));
      return shape("ellipse", { rx, ry });
    };
    this.rings.replaceChildren(...LAB.LEVELS.map(ring));
    assign(this.pin, { transform: `translate(${chart.x(0)} ${chart.y(0)})` });
  }

  pixel({ place }) {
    return [this.chart.x(place[0]), this.chart.y(place[1])];
  }
}

// The share of the first gap that is left, against the step.
class GapPanel extends MarkedPanel {
  constructor() {
    const chart = new Chart({
      names: LAB.AXES.gaps,
      log: true,
      heightOf,
      caption: [["tolerance", "the tolerance"]],
    });
    super(chart);
    this.goal = chart.add("line", { class: "lr-valley-goal" });
    this.mark(chart.over);
  }

  prepare(tolerance) {
    const { chart } = this;
    chart.frame({ x: [0, SEEN], y: SHARES });
    const level = chart.y(tolerance).toFixed(2);
    assign(this.goal, { x1: chart.range.x[0], x2: chart.range.x[1], y1: level, y2: level });
  }

  // A curve ends where it meets the floor of the axis.
  way(stops, position) {
    return super.way(stops, Math.min(position, landing(stops)));
  }

  pixel({ share }, step) {
    return [this.chart.x(step), this.chart.y(clamp(share, ...SHARES))];
  }
}

// A method's checkbox, and a word on it.
class MethodRow {
  constructor(method, onChange) {
    const { name, text, letter, colour } = method;
    this.method = method;
    this.switch = new Switch({ text, onChange });
    this.switch.input.after(element("span", { class: "lr-valley-badge", "data-letter": letter }));
    this.note = element("span", { class: "lr-valley-note" });
    const style = `lr-valley-method lr-valley-${slugOf(name)}`;
    this.node = element("div", { class: style, style: colour }, this.switch.node, this.note);
  }

  get isOn() {
    return this.switch.input.checked;
  }

  // Show a walk at a step, or that there is none.
  show(walked, kappa, step) {
    this.switch.show(Boolean(walked));
    const known = walked && isKnown(walked.needed, step);
    write(this.note, known ? noteOf(this.method, { kappa, needed: walked.needed }) : "");
  }
}

// A slider over powers of ten, the largest first; what lies between is shown at the nearest.
const [FINEST, COARSEST] = LAB.TOLERANCES.map((value) => Math.round(Math.log10(value)));
const toleranceMapping = {
  last: COARSEST - FINEST,
  toPosition: (value) => COARSEST - Math.log10(value),
  toValue: (at) => Number(`1e${COARSEST - at}`),
};

class ValleyLab extends SteppedLab {
  constructor({ model, el }) {
    super(model);
    this.build(el);
    this.retrace({ silent: true });
    this.endings = [
      listen(model, ["kappa", "tolerance", "methods", "falling", "order"], () => this.retrace()),
      this.listenToSteps(),
      watchWidths([this.map.chart, this.gaps.chart], () => this.layout()),
    ];
  }

  build(el) {
    const { set } = this;
    this.map = new MapPanel();
    this.gaps = new GapPanel();
    this.kappa = new Slider({
      name: "kappa",
      label: "Condition number κ",
      mapping: evenMapping(LAB.KAPPAS, 0.5),
      toText: exactNumber,
      ticks: [1, 5, 10, 15, 20],
      onInput: (value) => set("kappa", value),
    });
    this.tolerance = new Slider({
      name: "tolerance",
      label: "Tolerance",
      mapping: toleranceMapping,
      toText: powerText,
      onInput: (value) => set("tolerance", value),
    });
    this.rows = METHODS.map((method) => new MethodRow(method, () => this.choose()));
    const methods = element(
      "fieldset",
      { class: "lr-valley-methods" },
      element("legend", {}, "Methods"),
      ...this.rows.map(({ node }) => node),
    );
    this.falling = new Switch({
      text: "SGD’s rate falls",
      onChange: (on) => set("falling", on),
    });
    this.verdict = new Words("lr-verdict", LONGEST);
    const { play, steps } = this.transport({ steps: SEEN, seconds: 8 });
    const panels = [this.map.chart.node, this.gaps.chart.node];
    this.mount(el, "lr-valley", {
      picture: [element("div", { class: "lr-panels" }, ...panels), this.verdict.node],
      controls: [element("div", { class: "lr-with-play" }, this.kappa.node, play)],
      more: [methods, steps, this.falling.node, this.tolerance.node],
    });
  }

  choose() {
    const chosen = METHODS.filter((method, i) => this.rows[i].isOn);
    this.set("methods", chosen.map(({ name }) => name));
  }

  // Another valley, or other methods: every walk again.
  retrace({ silent = false } = {}) {
    const { model } = this;
    const names = ["kappa", "tolerance", "falling", "order", "methods"];
    this.state = Object.fromEntries(names.map((name) => [name, model.get(name)]));
    const { kappa, tolerance, falling, methods } = this.state;
    this.walks = Object.fromEntries(methods.map((name) => [name, walk(name, this.state)]));
    this.kappa.show(kappa);
    this.tolerance.show(tolerance);
    this.falling.show(falling);
    this.layout();
    if (!silent) this.announce();
  }

  layout() {
    this.map.prepare(this.state.kappa);
    this.gaps.prepare(this.state.tolerance);
    this.draw(this.here);
  }

  draw(position) {
    this.position = position;
    this.map.draw(this.walks, position);
    this.gaps.draw(this.walks, position);
    this.step.show(Math.floor(position));
    this.read(Math.floor(position));
  }

  read(step) {
    const { kappa, tolerance, falling, methods } = this.state;
    METHODS.forEach(({ name }, i) => this.rows[i].show(this.walks[name], kappa, step));
    const needed = Object.fromEntries(methods.map((name) => [name, this.walks[name].needed]));
    this.conclude(verdict({ kappa, tolerance, falling, needed, step }));
    const left = METHODS.filter(({ name }) => this.walks[name]).map(
      ({ name, text }) => `${text} ${readable(between(this.walks[name].stops, step).share, 2)}`,
    );
    const summary = left.length ? ` Share of the gap left: ${left.join(", ")}.` : "";
    this.map.chart.describe(
      `${filled(LAB.VALLEY, { kappa: shortNumber(kappa) })}, seen from above, and the walks' trails` +
        ` after ${plural(step, "step")} from one start.`,
    );
    this.gaps.chart.describe(
      `The share of the first gap against the step, on a logarithmic axis, and the tolerance` +
        ` ${powerText(tolerance)}, after ${plural(step, "step")}.${summary}`,
    );
    this.summary = `Step ${step} of ${SEEN}.${summary}`;
  }
}

export default { render: rebuilding(ValleyLab, []) };
