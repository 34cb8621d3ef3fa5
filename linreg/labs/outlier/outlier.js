import { Chart } from "../kit/chart.js";
import { Button, evenMapping, Readouts, Slider, Switch } from "../kit/controls.js";
import { leastSquares } from "../kit/descent.js";
import { assign, element } from "../kit/dom.js";
import { Handle } from "../kit/handle.js";
import { beside, Lab, listen, rebuilding, watchWidths, Words } from "../kit/lab.js";
import { placeLine } from "../kit/line.js";
import { clamp, mean } from "../kit/numbers.js";
import { fixed, readable } from "../kit/text.js";

// ---- Mathematics: the same as outlier.py, and tested against it ---------------------------------

const { LINES, NINE, STATE, WINDOW } = LAB;
const UNKNOWNS = 2;

const sum = (values) => values.reduce((total, value) => total + value, 0);
const largest = (values) => Math.max(...values.map(Math.abs));
const at = ({ w, b }, x) => w * x + b;

// What is observed minus what is predicted, at each point.
const residuals = (x, y, line) => y.map((value, i) => value - at(line, x[i]));

// The line of least weighted sum of squares.
function weightedLine(x, y, weights) {
  const average = (values) => sum(values.map((value, i) => weights[i] * value)) / sum(weights);
  const [centreX, centreY] = [average(x), average(y)];
  const along = x.map((value) => value - centreX);
  const cross = average(along.map((d, i) => d * (y[i] - centreY)));
  const w = cross / average(along.map((d) => d * d));
  return { w, b: centreY - w * centreX };
}

// The line of least mean Huber loss: each step weighs the residuals of the one before.
function huberLine(x, y, delta) {
  let line = leastSquares(x, y);
  for (let step = 0; step < LAB.MOST_STEPS; step += 1) {
    const weights = residuals(x, y, line).map((e) => delta / Math.max(Math.abs(e), delta));
    const before = line;
    line = weightedLine(x, y, weights);
    const moved = x.map((value) => at(line, value) - at(before, value));
    if (largest(moved) <= LAB.ARRIVED * largest(y)) break;
  }
  return line;
}

// The line of least mean absolute residual. It passes through two points: each two are tried. The x
// are such that no other line is as good, and no two points stand above each other.
function absoluteLine(x, y) {
  let best = { cost: Infinity };
  for (let i = 0; i < x.length; i += 1) {
    for (let j = 0; j < i; j += 1) {
      const w = (y[i] - y[j]) / (x[i] - x[j]);
      const line = { w, b: y[i] - w * x[i] };
      const cost = sum(residuals(x, y, line).map(Math.abs));
      if (cost < best.cost) best = { line, cost };
    }
  }
  return best.line;
}

const FITS = { squares: leastSquares, huber: huberLine, absolute: absoluteLine };

// Each line through all points, through all but the last, how far that one stands above the second,
// and which part of the way to it the first comes, by name. `left` is what is left of the way.
function linesOf(x, y, delta, names) {
  const [place, height] = [x[x.length - 1], y[y.length - 1]];
  const found = names.map((name) => {
    const fit = (last) => FITS[name](x.slice(0, last), y.slice(0, last), delta);
    const [line, without] = [fit(x.length), fit(-1)];
    const [left, miss] = [line, without].map((one) => height - at(one, place));
    return [name, { line, without, left, miss, share: miss ? 1 - left / miss : 0 }];
  });
  return Object.fromEntries(found);
}

// What the least-squares line says of the last point.
function diagnosed(x, y) {
  const count = x.length;
  const centre = mean(x);
  const away = x.map((value) => (value - centre) ** 2);
  const leverage = 1 / count + away[count - 1] / sum(away);
  const left = residuals(x, y, leastSquares(x, y));
  const residual = left[count - 1];
  const variance = sum(left.map((e) => e * e)) / (count - UNKNOWNS);
  const studentised = residual / Math.sqrt(variance * (1 - leverage));
  const cook = (studentised ** 2 * leverage) / (UNKNOWNS * (1 - leverage));
  return { leverage, residual, studentised, cook };
}

// All that is computed of a state: of the lines besides that of least squares, those that are shown.
export function solved(state) {
  const [x, y] = [[...NINE.x, state.x], [...NINE.y, state.y]];
  const names = Object.keys(FITS).filter((name) => name === "squares" || state[name]);
  const lines = linesOf(x, y, state.delta, names);
  return { x, y, delta: state.delta, ...diagnosed(x, y), lines };
}

// ---- Words --------------------------------------------------------------------------------------

const COOK = ({ cook }) =>
  `Cook’s distance, which measures how far all ten predictions move because of it, is ${cook}.`;

const SENTENCES = {
  start: () =>
    `This is the least-squares line of ten points. <strong>Guess, then drag the hollow
    point,</strong> or press the arrow keys on it.`,
  near: (facts) =>
    `The point stands among the others, and near their line. ${COOK(facts)} <strong>Drag it up or
    down, and out to the side.</strong>`,
  up: (facts) =>
    `The point stands ${facts.miss} ${facts.side} the line of the other nine. Its leverage is
    ${facts.leverage}: <strong>the line comes ${facts.share} of the way to it,</strong> and a residual
    of ${facts.residual} is left. ${COOK(facts)}`,
  out: (facts) =>
    `The point stands far out, with leverage ${facts.leverage}, but near the line of the other nine:
    <strong>it agrees with them, and moves the line little.</strong> ${COOK(facts)}`,
  both: (facts) =>
    `The point stands far out, and ${facts.miss} ${facts.side} the line of the other nine. Its
    leverage is ${facts.leverage}: <strong>the line comes ${facts.share} of the way to it,</strong>
    and a residual of ${facts.residual} is left. ${COOK(facts)}`,
};

const ASKED = "Do the two other lines hold against it?";
const CALLED = { huber: "Huber’s line", absolute: "the line of least absolute deviations" };

// What is said of one line, or of two, that are compared with the first.
const OUTCOMES = {
  hold: ({ one, way }) =>
    `<strong>${one ? "It holds" : "Both hold"}:</strong> if the point goes farther ${way},
    ${one ? "it stays as it is" : "they stay as they are"}.`,
  follow: ({ one }) =>
    `<strong>${one ? "It follows" : "Both follow"}:</strong> such a fit limits how hard a point pulls,
    but from far out a limited pull turns the line too.`,
  up: ({ way }) => `<strong>And if it goes farther ${way}?</strong>`,
  both: () => `<strong>And if it goes farther out?</strong>`,
};

const percent = (share) => `${Math.round(100 * share)}%`;
const two = (value) => fixed(value, 2);

// Beyond Huber’s δ, or off the line of least absolute deviations, a point that goes farther off pulls
// no harder, and the line stays.
const holds = (name, { left, share }, delta) =>
  share <= LAB.HOLDS && (name === "huber" ? Math.abs(left) > delta : true);

function outcomeOf(kind, lines, names, delta) {
  if (names.every((name) => holds(name, lines[name], delta))) return "hold";
  const isFollowed = names.every((name) => lines[name].share > LAB.FOLLOWS);
  return isFollowed && kind === "both" ? "follow" : kind;
}

function compared(kind, { lines, delta }) {
  const names = Object.keys(CALLED).filter((name) => name in lines);
  if (names.length === 0) return { outcome: "asked", text: ASKED };
  const outcome = outcomeOf(kind, lines, names, delta);
  const facts = { one: names.length === 1, way: lines[names[0]].miss > 0 ? "up" : "down" };
  return { outcome, text: `${sharesOf(names, lines)} ${OUTCOMES[outcome](facts)}` };
}

function sharesOf([first, second], lines) {
  const called = CALLED[first][0].toUpperCase() + CALLED[first].slice(1);
  const also = second ? `, ${CALLED[second]} ${percent(lines[second].share)}` : "";
  return `${called} comes ${percent(lines[first].share)} of the way${also}.`;
}

// What the picture shows, in a word, and in a few sentences as HTML; and what is said of the lines
// that are compared, in a word.
export function verdict(found, isMoved) {
  const { miss, share } = found.lines.squares;
  const kind = kindOf(found, isMoved);
  const facts = {
    ...{ miss: two(Math.abs(miss)), side: miss > 0 ? "above" : "below", share: percent(share) },
    ...{ leverage: two(found.leverage), residual: two(found.residual), cook: two(found.cook) },
  };
  const isOff = kind === "up" || kind === "both";
  const { outcome, text } = isOff ? compared(kind, found) : { outcome: "", text: "" };
  return { kind, outcome, html: `${SENTENCES[kind](facts)} ${text}`.replace(/\s+/g, " ").trim() };
}

function kindOf({ leverage, lines }, isMoved) {
  if (!isMoved) return "start";
  const isOff = Math.abs(lines.squares.miss) > LAB.OFF;
  if (leverage > LAB.FAR) return isOff ? "both" : "out";
  return isOff ? "up" : "near";
}

// Each as long as it can be, so that the place of the verdict is high enough for all.
const FULL = { share: 1, left: 0, miss: -1 };
const WIDEST = {
  ...{ miss: "0.00", side: "above", share: "100%" },
  ...{ leverage: "0.00", residual: "−0.00", cook: "00.00" },
};
const LONGEST = [{ huber: FULL }, { absolute: FULL }, { huber: FULL, absolute: FULL }].map(
  (lines) => `${SENTENCES.both(WIDEST)} ${compared("both", { lines, delta: 1 }).text}`,
);

// ---- The picture --------------------------------------------------------------------------------

const heightOf = (width) => Math.round(clamp(0.72 * width, 200, 360));

// The points, of which one is moved, the lines, and the residual of that one.
class PointsPanel {
  constructor({ onMove }) {
    const caption = Object.entries(LINES).map(([name, [, , text]]) => [`outlier-${name}`, text]);
    this.chart = new Chart({
      names: LAB.AXES,
      caption: [["fit", "least squares"], ["residual", "residual"], ...caption],
      heightOf,
    });
    const { chart } = this;
    this.stick = chart.add("line", { class: "lr-stick" });
    this.line = chart.add("line", { class: "lr-fit" });
    this.lines = Object.entries(LINES).map(([name, [, dash]]) => {
      const style = `lr-outlier-line lr-outlier-${name}`;
      return [name, chart.add("line", { class: style, "stroke-dasharray": dash || "none" })];
    });
    this.points = NINE.x.map(() => chart.add("circle", { class: "lr-point", r: 4.5 }));
    const [className, label] = ["lr-outlier-moved", "The point that can be moved"];
    this.handle = new Handle({ chart, className, label, onMove });
  }

  draw(state, { lines, x, y }) {
    const { chart, handle } = this;
    chart.frame(WINDOW);
    this.points.forEach((point, i) => {
      assign(point, { cx: chart.x(x[i]).toFixed(2), cy: chart.y(y[i]).toFixed(2) });
    });
    const { line, without } = lines.squares;
    placeLine(chart, this.line, line);
    for (const [name, node] of this.lines) {
      const wanted = name === "without" ? without : lines[name]?.line;
      placeLine(chart, node, state[name] ? wanted : null);
    }
    handle.place(state.x, state.y);
    const across = chart.x(state.x).toFixed(2);
    const [from, to] = [state.y, at(line, state.x)].map((height) => chart.y(height).toFixed(2));
    assign(this.stick, { x1: across, x2: across, y1: from, y2: to });
  }
}

// To the nearest place of the grid.
const rounded = (value) => Math.round(value * LAB.GRID) / LAB.GRID;

// ---- The lab ------------------------------------------------------------------------------------

const SWITCHES = {
  huber: "Huber’s line",
  absolute: "Line of least absolute deviations",
  without: "Least-squares line of the other nine",
};

class OutlierLab extends Lab {
  constructor({ model, el }) {
    super(model);
    this.isMoved = false;
    this.most = 0; // the largest of Cook's distances so far
    this.build(el);
    this.refresh({ silent: true });
    this.endings = [
      listen(model, STATE, () => this.busy || this.refresh()),
      watchWidths([this.panel.chart], () => this.refresh({ silent: true })),
    ];
  }

  build(el) {
    this.panel = new PointsPanel({
      onMove: (x, y) => this.put({ x: rounded(x), y: rounded(y) }),
    });
    this.switches = Object.fromEntries(
      Object.entries(SWITCHES).map(([name, text]) => {
        const onChange = (isOn) => this.put({ [name]: isOn });
        return [name, new Switch({ text, onChange })];
      }),
    );
    this.delta = new Slider({
      name: "delta",
      label: "Huber’s δ",
      mapping: evenMapping(LAB.DELTAS, LAB.BY),
      toText: (delta) => delta.toFixed(1),
      onInput: (delta) => this.put({ delta }),
    });
    const reset = new Button({ icon: "reset", text: "Reset", onClick: () => this.put(this.first) });
    this.readouts = new Readouts([
      { key: "leverage", name: "leverage" },
      { key: "residual", name: "residual" },
      { key: "cook", name: "Cook’s distance" },
      { key: "squares", name: "slope, least squares" },
      { key: "huber", name: `slope, ${LINES.huber[2]}` },
      { key: "absolute", name: `slope, ${LINES.absolute[2]}` },
    ]);
    this.further = new Readouts([{ key: "studentised", name: "studentised residual" }]);
    this.verdict = new Words("lr-verdict", LONGEST);
    const { huber, absolute, without } = this.switches;
    this.mount(el, "lr-lab-outlier", {
      picture: [beside(this.panel.chart.node, this.readouts.node), this.verdict.node],
      controls: [element("div", { class: "lr-outlier-switches" }, huber.node, absolute.node)],
      more: [
        without.node,
        this.delta.node,
        this.further.node,
        element("div", { class: "lr-buttons" }, reset.node),
      ],
    });
  }

  refresh({ silent = false } = {}) {
    const state = Object.fromEntries(STATE.map((name) => [name, this.model.get(name)]));
    const found = solved(state);
    this.visit(state, found);
    this.panel.draw(state, found);
    for (const [name, node] of Object.entries(this.switches)) node.show(state[name]);
    this.delta.show(state.delta);
    this.conclude(verdict(found, this.isMoved));
    this.read(state, found);
    if (!silent) this.announcer.say(this.verdict.text);
  }

  visit({ x, y }, { cook }) {
    this.first ??= { x, y };
    this.isMoved ||= x !== this.first.x || y !== this.first.y;
    this.most = Math.max(this.most, cook);
  }

  // Of the point, once it has been moved; of the lines, those that are shown.
  read(state, found) {
    const { leverage, residual, cook, studentised, lines } = found;
    const told = (node, key, value, note) =>
      node.show(key, ...(this.isMoved ? [two(value), note] : ["?", "move the point"]));
    told(this.readouts, "leverage", leverage, "0.20 on average");
    told(this.readouts, "residual", residual, residual > 0 ? "above the line" : "below the line");
    told(this.readouts, "cook", cook, `most yet ${two(this.most)}`);
    const limit = Math.sqrt(found.x.length - UNKNOWNS); // of it, wherever the point is
    told(this.further, "studentised", studentised, `here at most ${two(limit)}`);
    for (const name of Object.keys(FITS)) {
      const shown = lines[name];
      const slope = shown ? two(shown.line.w) : "?";
      this.readouts.show(name, slope, shown ? `without it ${two(shown.without.w)}` : "not shown");
    }
    this.describe(state, found);
  }

  describe({ x, y }, { leverage, residual, cook, lines }) {
    const place = `x ${readable(x, 3)}, y ${readable(y, 3)}`;
    const numbers = `leverage ${two(leverage)}, residual ${two(residual)}, Cook’s distance ${two(cook)}`;
    this.panel.handle.describe(this.isMoved ? `${place}, ${numbers}` : place);
    const others = Object.keys(CALLED)
      .filter((name) => name in lines)
      .map((name) => ` ${LINES[name][2]} ${two(lines[name].line.w)}.`);
    this.panel.chart.describe(
      `Ten points, one of which can be moved. Slope by least squares ${two(lines.squares.line.w)}.` +
        others.join(""),
    );
  }
}

export default { render: rebuilding(OutlierLab, []) };
