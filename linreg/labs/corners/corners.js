import { Chart } from "../kit/chart.js";
import { evenMapping, Readouts, Slider } from "../kit/controls.js";
import { assign, element, show } from "../kit/dom.js";
import { Handle } from "../kit/handle.js";
import { listen, rebuilding, watchWidths, Words } from "../kit/lab.js";
import { clamp, range } from "../kit/numbers.js";
import { SteppedLab } from "../kit/stepped.js";
import { readable } from "../kit/text.js";

// ---- Mathematics: the same as corners.py, and tested against it ---------------------------------

const { APART, AROUND, BY, REGIONS, RINGS, STEPS, SUMS, WINDOW } = LAB;
const NAMES = Object.keys(REGIONS);
const SWEEPS = 400; // at most, though the sweeps come to rest far earlier

// The value moved towards zero by a threshold, and zero where that would cross it.
const soft = (value, threshold) => Math.sign(value) * Math.max(Math.abs(value) - threshold, 0);

// The two slopes of least mean squared error with the penalty, by coordinate descent: each in turn
// goes to its best value, the other being as it is.
export function optimum(region, penalty, correlation, [a, b]) {
  const [l1, l2] = [REGIONS[region] * penalty, (1 - REGIONS[region]) * penalty];
  const best = (pull) => soft(pull, l1 / 2) / (1 + l2);
  let [first, second] = [a, b];
  for (let k = 0; k < SWEEPS; k += 1) {
    const before = [first, second];
    first = best(a + correlation * (b - second));
    second = best(b + correlation * (a - first));
    if (first === before[0] && second === before[1]) break;
  }
  return [first, second];
}

export const zeros = (slopes) => slopes.filter((slope) => slope === 0).length;

// What the region's sum is at some slopes.
export function sumAt(region, [first, second]) {
  const sizes = Math.abs(first) + Math.abs(second);
  return REGIONS[region] * sizes + (1 - REGIONS[region]) * (first ** 2 + second ** 2);
}

// The border of the region in which the sum is `bound` at most.
export function border(region, bound) {
  const share = REGIONS[region];
  return range(AROUND).map((k) => {
    const turn = (2 * Math.PI * k) / AROUND;
    const [across, up] = [Math.cos(turn), Math.sin(turn)];
    const size = share * (Math.abs(across) + Math.abs(up));
    const far = bound && (2 * bound) / (size + Math.sqrt(size ** 2 + 4 * (1 - share) * bound));
    return [far * across, far * up];
  });
}

// The root of what the mean squared error at some slopes is above the least.
export function radius([first, second], correlation, [a, b]) {
  const [u, v] = [first - a, second - b];
  return Math.sqrt(u ** 2 + 2 * correlation * u * v + v ** 2);
}

// ---- Words --------------------------------------------------------------------------------------

const FOUND = ({ first, second, sum, bound, penalty }) =>
  `Let ${sum} be ${bound} or less: the least loss is then at the slopes ${first} and ${second}. A
  price of λ = ${penalty} on the sum leads to the same slopes.`;

const SENTENCES = {
  start: (facts) =>
    `${FOUND(facts)} <strong>Slide λ, and try each region:</strong> when is a slope exactly 0?`,
  none: (facts) => `${FOUND(facts)} <strong>Neither of them is 0.</strong>`,
  chance: (facts) =>
    `${FOUND(facts)} <strong>That a slope is 0 is chance:</strong> move the
    least-squares point a little.`,
  one: (facts) =>
    `${FOUND(facts)} <strong>The ${facts.which} slope is exactly 0:</strong> an ellipse touches the
    region at a corner.`,
  all: ({ penalty }) =>
    `A price of λ = ${penalty} is more than either column is worth. <strong>Both slopes are exactly
    0,</strong> and the region is a single point.`,
  free: ({ first, second }) =>
    `At λ = 0 the slopes cost nothing. <strong>The region reaches the least-squares slopes,</strong>
    ${first} and ${second}.`,
};

const short = (value) => readable(value, 3);

// What the picture shows, in a word, and in a few sentences as HTML.
export function verdict({ region, penalty, slopes, isTried }) {
  const facts = {
    ...{ first: short(slopes[0]), second: short(slopes[1]), penalty: penalty.toFixed(2) },
    ...{ sum: SUMS[region], bound: short(sumAt(region, slopes)) },
    which: slopes[0] === 0 ? "first" : "second",
  };
  const kind = kindOf({ region, penalty, slopes, isTried });
  return { kind, html: SENTENCES[kind](facts).replace(/\s+/g, " ") };
}

function kindOf({ region, penalty, slopes, isTried }) {
  if (penalty === 0) return "free";
  if (!isTried) return "start";
  const count = zeros(slopes);
  if (count === 0) return "none";
  if (REGIONS[region] === 0) return "chance";
  return count === 1 ? "one" : "all";
}

// Each as long as it can be, so that the place of the verdict is high enough for all.
const WIDEST = {
  ...{ first: "−0.00000", second: "−0.00000", penalty: "0.00", bound: "0.00000" },
  ...{ sum: SUMS.both, which: "second" },
};
const LONGEST = Object.values(SENTENCES).map((sentence) => sentence(WIDEST));

// ---- The picture --------------------------------------------------------------------------------

// Beside each other both are high, so that the same slope is at the same height in both.
const heightFrom = (share, low, high) => (width, stacked) =>
  Math.round(stacked ? clamp(share * width, low, high) : clamp(24 + 0.72 * width, 220, 300));

// The plane of the two slopes: the ellipses, the region, and the place where they touch. One unit is
// as long across as it is up.
class MapPanel {
  constructor({ onMove }) {
    this.chart = new Chart({
      names: LAB.AXES.map,
      heightOf: heightFrom(0.62, 190, 260),
      caption: [
        ["corners-ring", "equal loss"],
        ["corners-region", "the region"],
        ["corners-dot", "the least loss in it"],
        ["corners-least", "least squares"],
      ],
    });
    const { chart } = this;
    this.axes = chart.addSeveral(2, "line", { class: "lr-axis" });
    this.region = chart.add("polygon", { class: "lr-corners-region" });
    this.rings = chart.addSeveral(RINGS, "ellipse", { class: "lr-corners-ring" });
    this.touching = chart.add("ellipse", { class: "lr-corners-ring lr-corners-touching" });
    this.handle = new Handle({
      chart,
      className: "lr-corners-least",
      label: "The least-squares slopes",
      onMove: (...slopes) => onMove(slopes.map(rounded)),
    });
    this.dot = chart.add("circle", { class: "lr-dot lr-corners-dot", r: 6 }, chart.over);
  }

  draw({ region, correlation, least, slopes }) {
    const { chart } = this;
    this.frame();
    const points = border(region, sumAt(region, slopes));
    const [xs, ys] = [0, 1].map((i) => points.map((point) => point[i]));
    assign(this.region, { points: chart.points(xs, ys) });
    this.rings.forEach((ring, i) => this.ellipse(ring, (i + 1) * APART, correlation, least));
    this.ellipse(this.touching, radius(slopes, correlation, least), correlation, least);
    assign(this.dot, { cx: chart.x(slopes[0]).toFixed(2), cy: chart.y(slopes[1]).toFixed(2) });
    this.handle.place(...least, LAB.LIMITS);
    this.handle.describe(least.map(short).join(" and "));
  }

  frame() {
    const { chart } = this;
    const [left, right] = chart.range.x;
    const [floor, top] = chart.range.y;
    const middle = (WINDOW[0] + WINDOW[1]) / 2;
    const half = ((WINDOW[1] - WINDOW[0]) / 2) * ((right - left) / (floor - top));
    chart.frame({ x: [middle - half, middle + half], y: WINDOW });
    const [across, up] = this.axes;
    assign(across, { x1: left, x2: right, y1: chart.y(0), y2: chart.y(0) });
    assign(up, { x1: chart.x(0), x2: chart.x(0), y1: floor, y2: top });
  }

  // The ellipse of a loss, given by its root.
  ellipse(node, root, correlation, [a, b]) {
    const { x, y } = this.chart;
    const [rx, ry] = [-1, 1].map((sign) => {
      const reach = root / Math.sqrt(1 + sign * correlation);
      return (x(reach) - x(0)).toFixed(2);
    });
    const transform = `translate(${x(a).toFixed(2)} ${y(b).toFixed(2)}) rotate(45)`;
    assign(node, { rx, ry, transform });
  }
}

// To the nearest twentieth, within the limits.
const rounded = (slope) => Math.round(20 * clamp(slope, ...LAB.LIMITS)) / 20;

// The slopes over λ, as far as a hand has raised it in this region.
class PathPanel {
  constructor() {
    const [first, second] = LAB.AXES.map;
    this.chart = new Chart({
      names: LAB.AXES.path,
      heightOf: heightFrom(0.4, 140, 180),
      caption: [
        ["corners-first", first],
        ["corners-second", second],
        ["corners-now", "λ now"],
      ],
    });
    const { chart } = this;
    this.zero = chart.add("line", { class: "lr-axis" });
    this.now = chart.add("line", { class: "lr-corners-now" });
    const each = (make) => ["first", "second"].map((name) => make(`lr-corners-${name}`));
    this.lines = each((style) => chart.add("polyline", { class: `lr-corners-line ${style}` }));
    this.dots = each((style) =>
      chart.add("circle", { class: `lr-corners-end ${style}`, r: 5 }, chart.over),
    );
  }

  draw({ penalty, slopes, path }) {
    const { chart } = this;
    chart.frame({ x: [0, STEPS * BY], y: WINDOW });
    const [left, right] = chart.range.x;
    assign(this.zero, { x1: left, x2: right, y1: chart.y(0), y2: chart.y(0) });
    const at = chart.x(penalty).toFixed(2);
    assign(this.now, { x1: at, x2: at, y1: chart.range.y[0], y2: chart.range.y[1] });
    const across = path.map((place) => place.penalty);
    this.lines.forEach((line, i) => {
      assign(line, { points: chart.points(across, path.map((place) => place.slopes[i])) });
      assign(this.dots[i], { cx: at, cy: chart.y(slopes[i]).toFixed(2) });
      this.dots[i].classList.toggle("lr-corners-hollow", slopes[i] === 0);
    });
  }
}

// ---- The lab ------------------------------------------------------------------------------------

// The regions by name, in their order.
const naming = {
  last: NAMES.length - 1,
  toPosition: (name) => NAMES.indexOf(name),
  toValue: (at) => NAMES[at],
};

class CornersLab extends SteppedLab {
  constructor({ model, el }) {
    super(model);
    this.reached = {}; // in each region that has been tried, the highest step so far
    this.isTried = false;
    this.build(el);
    this.refresh({ silent: true });
    this.endings = [
      listen(model, ["region", "correlation", "least_squares"], () => this.refresh()),
      this.listenToSteps(),
      watchWidths([this.map.chart, this.path.chart], () => this.draw(this.here)),
    ];
  }

  build(el) {
    this.map = new MapPanel({ onMove: (slopes) => this.set("least_squares", slopes) });
    this.path = new PathPanel();
    const toText = (step) => (step * BY).toFixed(2);
    const { play, steps } = this.transport({ steps: STEPS, label: "Price λ", toText });
    this.region = this.slider("region", "Region", naming, String, NAMES);
    const sides = [-LAB.LARGEST, LAB.LARGEST];
    const inTenths = (value) => readable(value, 1);
    this.correlation = this.slider("correlation", "Correlation", evenMapping(sides, 0.1), inTenths);
    this.readouts = new Readouts(NAMES.map((key) => ({ key, name: key })));
    this.verdict = new Words("lr-verdict", LONGEST);
    const panels = [this.map.chart.node, this.path.chart.node];
    this.mount(el, "lr-lab-corners", {
      picture: [element("div", { class: "lr-panels" }, ...panels), this.verdict.node],
      controls: [this.region.node, this.step.node, this.readouts.node],
      more: [element("div", { class: "lr-with-play" }, steps, play), this.correlation.node],
    });
  }

  slider(name, label, mapping, toText, ticks = []) {
    const onInput = (value) => this.set(name, value);
    return new Slider({ name, label, mapping, toText, ticks, onInput });
  }

  refresh({ silent = false } = {}) {
    this.draw(this.here);
    if (!silent) this.announce();
  }

  // What stands at a position, which is λ in steps.
  draw(position) {
    this.position = position;
    const { model } = this;
    const [region, correlation] = [model.get("region"), model.get("correlation")];
    const least = model.get("least_squares");
    this.visit(region, position);
    const penalty = position * BY;
    const slopes = optimum(region, penalty, correlation, least);
    const path = this.pathOf(region);
    if (position > this.reached[region]) path.push({ penalty, slopes }); // between two steps
    const state = { region, correlation, least, penalty, slopes, path };
    this.map.draw(state);
    this.path.draw(state);
    this.region.show(region);
    this.step.show(Math.floor(position));
    this.correlation.show(correlation);
    this.conclude(verdict({ ...state, isTried: this.isTried }));
    this.read(state);
  }

  visit(region, position) {
    this.reached[region] = Math.max(this.reached[region] ?? 0, Math.floor(position));
    const place = `${region} ${position}`;
    this.first ??= place;
    this.isTried ||= place !== this.first;
  }

  // The slopes in a region at each step that has been reached.
  pathOf(region) {
    const [correlation, least] = ["correlation", "least_squares"].map((name) => this.model.get(name));
    return range(this.reached[region] + 1).map((step) => {
      const penalty = step * BY;
      return { penalty, slopes: optimum(region, penalty, correlation, least) };
    });
  }

  // Of each region, how many of the prices on its path have brought a zero.
  read({ least, penalty, slopes }) {
    for (const region of NAMES) {
      const isThere = region in this.reached;
      const path = isThere ? this.pathOf(region) : [];
      const hits = path.filter((place) => zeros(place.slopes) > 0);
      const count = isThere ? `${hits.length} of ${path.length}` : "?";
      this.readouts.show(region, count, isThere ? "λ with a zero" : "not tried yet");
    }
    const [first, second] = slopes.map(short);
    this.map.chart.describe(
      `Ellipses of equal loss around the least-squares slopes, ${least.map(short).join(" and ")}. One
      touches the region at the slopes ${first} and ${second}.`.replace(/\s+/g, " "),
    );
    this.path.chart.describe(
      `The two slopes over λ. At λ = ${penalty.toFixed(2)} they are ${first} and ${second}:
      ${zeros(slopes)} of 2 are zero.`.replace(/\s+/g, " "),
    );
    this.summary = this.verdict.text;
  }

  // What is said is the verdict, which names the numbers.
  announce() {
    if (!this.playback.running) this.announcer.say(this.summary);
  }
}

export default { render: rebuilding(CornersLab, []) };
