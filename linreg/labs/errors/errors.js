import { Chart } from "../kit/chart.js";
import { Button, evenMapping, Readouts, Slider, Switch } from "../kit/controls.js";
import { assign, element, show } from "../kit/dom.js";
import { listen, rebuilding, watchWidths, Words } from "../kit/lab.js";
import { clamp, mean, range } from "../kit/numbers.js";
import { normals } from "../kit/random.js";
import { SteppedLab } from "../kit/stepped.js";
import { filled, readable } from "../kit/text.js";

// ---- Mathematics: the same as errors.py, and tested against it ----------------------------------

const { CURVE, FOLDS, HIGHEST, NEW, SEEDS } = LAB;

export const curve = (x) => Math.sin(CURVE * x);

// Points of the curve: x evenly spaced from −1 to 1, and normal noise on y.
export function points(seed, count, noise) {
  const drawn = normals(seed, count);
  const x = range(count).map((i) => (2 * i) / (count - 1) - 1);
  return { x, y: x.map((value, i) => curve(value) + noise * drawn[i]) };
}

const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);

// The least-squares polynomials of the degrees 0 to HIGHEST, as one sum. Its terms are orthogonal
// on the points, each made from the two before: next = (x − centre) · here − share · before. So no
// equations are solved, and no power of x comes close to another (Forsythe 1957).
export function fitted({ x, y }) {
  let [before, here, residual, last] = [x.map(() => 0), x.map(() => 1), y, Infinity];
  return range(HIGHEST + 1).map(() => {
    const square = dot(here, here);
    const weight = dot(residual, here) / square;
    const centre = dot(here, x.map((value, i) => value * here[i])) / square;
    const term = { weight, centre, share: square / last };
    residual = residual.map((value, i) => value - weight * here[i]);
    [before, here, last] = [here, following(term, x, here, before), square];
    return term;
  });
}

const following = ({ centre, share }, x, here, before) =>
  x.map((value, i) => (value - centre) * here[i] - share * before[i]);

// What the polynomial of each degree says at places.
export function values(terms, places) {
  let [before, here, sum] = [places.map(() => 0), places.map(() => 1), places.map(() => 0)];
  return terms.map((term) => {
    sum = sum.map((value, i) => value + term.weight * here[i]);
    [before, here] = [here, following(term, places, here, before)];
    return sum;
  });
}

const meanSquare = (found, y) => mean(found.map((value, i) => (value - y[i]) ** 2));

// The mean squared error of the polynomial of each degree at points.
const errorsAt = (terms, { x, y }) => values(terms, x).map((found) => meanSquare(found, y));

const PLACES = range(NEW).map((i) => (2 * i + 1) / NEW - 1);
const ON_CURVE = { x: PLACES, y: PLACES.map(curve) };

// All that is computed of one draw of points, by degree: the errors on these points, those to be
// expected on new ones, and those on each fold of a polynomial fitted to the other points.
export function solved(seed, count, noise) {
  const all = points(seed, count, noise);
  const part = (isPart) => ({ x: all.x.filter(isPart), y: all.y.filter(isPart) });
  const terms = fitted(all);
  const without = range(FOLDS).map((fold) => fitted(part((_, i) => i % FOLDS !== fold)));
  const left = without.map((fit, fold) => errorsAt(fit, part((_, i) => i % FOLDS === fold)));
  return {
    ...{ ...all, noise, terms, without },
    own: errorsAt(terms, all),
    fresh: errorsAt(terms, ON_CURVE).map((error) => error + noise ** 2),
    left: range(HIGHEST + 1).map((degree) => left.map((errors) => errors[degree])),
  };
}

// The degree whose error on new points is the least.
export const bestDegree = ({ fresh }) =>
  range(HIGHEST).reduce((best, i) => (fresh[i + 1] < fresh[best] ? i + 1 : best), 1);

// ---- Words --------------------------------------------------------------------------------------

const SENTENCES = {
  start: ({ degree, own, count }) =>
    `The polynomial of degree ${degree} is fitted to ${count} points, and has a mean squared error
    of ${own} on them. <strong>Slide the degree:</strong> what becomes of this error?`,
  tried: ({ degree, own, closest }) =>
    `Degree ${degree} has an error of ${own} on its own points${closest}. <strong>Which degree will
    be the best on new points?</strong> Choose one, then press Predict new points.`,
  under: ({ degree, own, fresh, least }) =>
    `Degree ${degree} has an error of ${own} on its own points, and ${fresh} on new ones:
    <strong>it bends too little to follow the curve.</strong> ${least}`,
  best: ({ degree, own, fresh }) =>
    `Degree ${degree} has an error of ${own} on its own points, and ${fresh} on new ones: <strong>no
    other degree is better on new points.</strong> Draw again: is it still so?`,
  near: ({ degree, own, fresh, least }) =>
    `Degree ${degree} has an error of ${own} on its own points, and ${fresh} on new ones:
    <strong>about as good as can be.</strong> ${least}`,
  over: ({ degree, own, fresh, least }) =>
    `Degree ${degree} has an error of ${own} on its own points, and ${fresh} on new ones: <strong>it
    follows the noise of its points.</strong> ${least}`,
  fold: ({ degree, step, size, error }) =>
    `Fold ${step} of ${FOLDS}: degree ${degree}, fitted without the ${size} hollow points.
    <strong>Its error on them is ${error}.</strong>`,
  folds: ({ degree, average, other }) =>
    `Each point has been left out once. <strong>At degree ${degree} the mean of the ${FOLDS} errors
    is ${average}</strong>, found without any new point; ${other}.`,
};

const error = (value) => readable(value, 3);

// What the picture shows, in a word, and in a few sentences as HTML.
export function verdict(problem, { degree, revealed, step, tried }) {
  const { own, fresh, left } = problem;
  const best = bestDegree(problem);
  const closest = tried.reduce((a, b) => (own[b] < own[a] ? b : a), degree);
  const facts = {
    ...{ degree, step },
    own: error(own[degree]),
    fresh: error(fresh[degree]),
    least: filled(LAB.LEAST, { best, least: error(fresh[best]) }),
    count: problem.x.length,
    size: problem.x.length / FOLDS,
    error: error(left[degree][Math.max(step - 1, 0)]),
    average: error(mean(left[degree])),
    closest: closest === degree ? "" : `, and degree ${closest} has ${error(own[closest])}`,
    other: revealed
      ? `on new points the error is ${error(fresh[degree])}`
      : `on its own points the error is ${error(own[degree])}`,
  };
  const isNear = fresh[degree] <= LAB.NEAR * fresh[best];
  const kind = kindOf({ degree, revealed, step, tried, best, isNear });
  return { kind, html: SENTENCES[kind](facts).replace(/\s+/g, " ") };
}

function kindOf({ degree, revealed, step, tried, best, isNear }) {
  if (step > 0) return step < FOLDS ? "fold" : "folds";
  if (!revealed) return tried.length > 1 ? "tried" : "start";
  if (degree === best) return "best";
  if (isNear) return "near";
  return degree < best ? "under" : "over";
}

// Each as long as it can be, so that the place of the verdict is high enough for all.
const WIDEST = {
  ...{ degree: 12, step: 5, count: 60, size: 12, own: "0.00000", fresh: "0.00×10⁰" },
  ...{ error: "0.00×10⁰", average: "0.00×10⁰", closest: ", and degree 12 has 0.00000" },
  least: filled(LAB.LEAST, { best: 12, least: "0.00000" }),
  other: "on its own points the error is 0.00000",
};
const LONGEST = Object.values(SENTENCES).map((sentence) => sentence(WIDEST));

// ---- The picture --------------------------------------------------------------------------------

const ACROSS = range(161).map((k) => k / 80 - 1);
const MOST = LAB.COUNTS[1];

// The points, the polynomial and, once it is shown, the curve.
class PointsPanel {
  constructor() {
    this.chart = new Chart({
      names: LAB.AXES.points,
      caption: [
        ["fit", "the polynomial"],
        ["best", "the curve"],
        ["hollow", "left out"],
      ],
    });
    const { chart } = this;
    this.curve = chart.add("polyline", { class: "lr-best" });
    this.line = chart.add("polyline", { class: "lr-fit" });
    this.points = chart.addSeveral(MOST, "circle", { class: "lr-point", r: 4.5 });
  }

  frame({ noise }) {
    const height = 1 + LAB.HEADROOM * noise;
    this.chart.frame({ x: [-LAB.SIDE, LAB.SIDE], y: [-height, height] });
    assign(this.curve, { points: this.chart.points(ACROSS, ACROSS.map(curve)) });
  }

  draw(problem, { degree, revealed, step }) {
    const { chart } = this;
    const terms = step ? problem.without[step - 1] : problem.terms;
    const [low, high] = chart.y.domain;
    const found = values(terms, ACROSS)[degree].map((y) => clamp(y, 3 * low, 3 * high));
    assign(this.line, { points: chart.points(ACROSS, found) });
    show(this.curve, revealed);
    this.points.forEach((point, i) => {
      const isThere = i < problem.x.length;
      show(point, isThere);
      if (!isThere) return;
      const isLeftOut = step > 0 && i % FOLDS === step - 1;
      point.classList.toggle("lr-errors-hollow", isLeftOut);
      assign(point, { cx: chart.x(problem.x[i]), cy: chart.y(problem.y[i]) });
    });
  }
}

// A curve of errors by degree, the one of the degree that is shown as a larger dot; an arrow stands
// where that is out of the picture.
class Series {
  constructor(chart, name) {
    this.chart = chart;
    const style = `lr-errors-${name}`;
    this.line = chart.add("polyline", { class: `lr-errors-line ${style}` });
    this.dots = chart.addSeveral(HIGHEST, "circle", { class: `lr-errors-dot ${style}` });
    this.arrow = chart.add("path", { class: `lr-errors-dot ${style}` }, chart.over);
  }

  draw(errors, known, degree) {
    const { chart } = this;
    const top = chart.y.domain[1];
    const place = (error) => Math.min(error, 3 * top); // far outside the picture a line may end
    assign(this.line, { points: chart.points(known, known.map((at) => place(errors[at]))) });
    this.dots.forEach((circle, i) => {
      const isKnown = known.includes(i + 1);
      show(circle, isKnown);
      if (!isKnown) return;
      assign(circle, { cx: chart.x(i + 1), cy: chart.y(place(errors[i + 1])).toFixed(2) });
      assign(circle, { r: i + 1 === degree ? 6 : 3 });
    });
    const isOut = known.includes(degree) && errors[degree] > top;
    show(this.arrow, isOut);
    const corner = `${(chart.x(degree) - 6).toFixed(2)} ${chart.range.y[1] + 8}`;
    assign(this.arrow, { d: `M${corner}h12l-6 -8z` });
  }
}

// The errors by degree.
class ErrorsPanel {
  constructor() {
    this.chart = new Chart({
      names: LAB.AXES.errors,
      caption: [
        ["own", "own points"],
        ["fresh", "new points"],
        ["left", "left out"],
      ],
    });
    const { chart } = this;
    this.series = ["own", "fresh", "left"].map((name) => new Series(chart, name));
    this.folds = chart.addSeveral(FOLDS, "circle", { class: "lr-errors-fold", r: 4 }, chart.over);
  }

  frame({ noise }) {
    const top = LAB.TOP[0] + LAB.TOP[1] * noise ** 2;
    this.chart.frame({ x: [0.5, HIGHEST + 0.5], y: [0, top] });
  }

  draw({ own, fresh, left }, { degree, revealed, step, tried }) {
    const { chart } = this;
    const known = revealed ? range(HIGHEST).map((i) => i + 1) : [...tried].sort((a, b) => a - b);
    const isDone = step === FOLDS;
    const drawn = [known, revealed ? known : [], isDone ? known : []];
    const errors = [own, fresh, left.map(mean)];
    this.series.forEach((series, i) => series.draw(errors[i], drawn[i], degree));
    this.folds.forEach((circle, fold) => {
      show(circle, fold < step);
      const level = chart.y(Math.min(left[degree][fold], chart.y.domain[1]));
      assign(circle, { cx: chart.x(degree).toFixed(2), cy: level.toFixed(2) });
    });
  }
}

// ---- The lab ------------------------------------------------------------------------------------

class ErrorsLab extends SteppedLab {
  constructor({ model, el }) {
    super(model);
    this.tried = new Set();
    this.build(el);
    this.solve({ silent: true });
    this.endings = [
      listen(model, ["seed", "n_points", "noise"], () => this.busy || this.solve()),
      listen(model, ["degree", "revealed"], () => this.busy || this.refresh()),
      this.listenToSteps(),
      watchWidths([this.data.chart, this.errors.chart], () => this.layout()),
    ];
  }

  build(el) {
    this.data = new PointsPanel();
    this.errors = new ErrorsPanel();
    this.degree = this.slider("degree", "Degree", evenMapping([1, HIGHEST], 1), String);
    this.button = new Button({ text: "", primary: true, onClick: () => this.press() });
    const ofFolds = (step) => `${step} of ${FOLDS}`;
    const { play, steps } = this.transport({ steps: FOLDS, label: "Folds", toText: ofFolds });
    const inHundredths = (noise) => noise.toFixed(2);
    this.reveal = new Switch({
      text: "Show the curve, and the error on new points",
      onChange: (on) => this.set("revealed", on),
    });
    this.sliders = {
      n_points: this.slider("n_points", "Points", evenMapping(LAB.COUNTS, FOLDS), String),
      noise: this.slider("noise", "Noise", evenMapping(LAB.NOISES, 0.05), inHundredths),
    };
    this.readouts = new Readouts([
      { key: "own", name: "error on its own points" },
      { key: "fresh", name: "on new points" },
      { key: "left", name: "on left-out points" },
    ]);
    this.verdict = new Words("lr-verdict", LONGEST);
    const panels = [this.data.chart.node, this.errors.chart.node];
    const folds = element("div", { class: "lr-with-play" }, steps, play);
    const others = Object.values(this.sliders).map(({ node }) => node);
    this.mount(el, "lr-lab-errors", {
      picture: [element("div", { class: "lr-panels" }, ...panels), this.verdict.node],
      controls: [
        element("div", { class: "lr-with-play" }, this.degree.node, this.button.node),
        this.readouts.node,
      ],
      more: [folds, ...others, this.reveal.node],
    });
  }

  slider(name, label, mapping, toText) {
    return new Slider({ name, label, mapping, toText, onInput: (value) => this.set(name, value) });
  }

  // The button asks for the answer; once that is there, for other points.
  press() {
    if (!this.model.get("revealed")) return this.set("revealed", true);
    this.busy = true;
    this.set("playing", false);
    this.set("step", 0);
    this.set("seed", (this.model.get("seed") % SEEDS) + 1);
    this.busy = false;
    this.solve();
  }

  // Other points: all that is computed of them.
  solve({ silent = false } = {}) {
    const settings = ["seed", "n_points", "noise"].map((name) => this.model.get(name));
    this.problem = solved(...settings);
    for (const [name, slider] of Object.entries(this.sliders)) slider.show(this.model.get(name));
    this.layout();
    if (!silent) this.announce();
  }

  layout() {
    this.data.frame(this.problem);
    this.errors.frame(this.problem);
    this.draw(this.here);
  }

  refresh() {
    this.draw(this.here);
    this.announce();
  }

  // What stands at a position: the fold that was left out last, and the errors up to there.
  draw(position) {
    if (this.busy) return;
    const [degree, revealed] = ["degree", "revealed"].map((name) => this.model.get(name));
    this.position = Math.floor(position);
    this.tried.add(degree);
    const state = { degree, revealed, step: this.position, tried: [...this.tried] };
    this.data.draw(this.problem, state);
    this.errors.draw(this.problem, state);
    this.degree.show(degree);
    this.step.show(this.position);
    this.reveal.show(revealed);
    this.button.show(null, revealed ? "Draw again" : "Predict new points");
    this.root.toggleAttribute("data-revealed", revealed);
    this.root.toggleAttribute("data-folds", this.position > 0);
    this.conclude(verdict(this.problem, state));
    this.read(state);
  }

  read({ degree, revealed, step }) {
    const { x, own, fresh, left } = this.problem;
    const seen = left[degree].slice(0, step);
    const average = step ? error(mean(seen)) : "?";
    const elsewhere = revealed ? error(fresh[degree]) : "?";
    this.readouts.show("own", error(own[degree]), `${x.length} points`);
    this.readouts.show("left", average, step ? `mean of ${step} of ${FOLDS} folds` : "not yet");
    this.readouts.show("fresh", elsewhere, revealed ? "to be expected" : "not yet");
    const about = revealed ? " Dashed, the curve that they come from." : "";
    this.data.chart.describe(
      `${x.length} points, and the polynomial of degree ${degree} fitted to` +
        ` ${step ? "those outside a fold" : "them"}.${about}`,
    );
    const parts = [`${error(own[degree])} on its own points`];
    if (step) parts.push(`${average} on left-out points`);
    if (revealed) parts.push(`${elsewhere} on new points`);
    this.errors.chart.describe(`The error by degree. At degree ${degree}: ${parts.join(", ")}.`);
    this.summary = this.verdict.text;
  }

  // What is said is the verdict, which names the numbers.
  announce() {
    if (!this.playback.running) this.announcer.say(this.summary);
  }
}

export default { render: rebuilding(ErrorsLab, []) };
