import { Chart } from "../kit/chart.js";
import { Button, evenMapping, Readouts, Slider } from "../kit/controls.js";
import { assign, element, show } from "../kit/dom.js";
import { listen, rebuilding, watchWidths, Words } from "../kit/lab.js";
import { placeLine } from "../kit/line.js";
import { clamp, mean, range } from "../kit/numbers.js";
import { normals } from "../kit/random.js";
import { SteppedLab } from "../kit/stepped.js";
import { filled, plural, readable } from "../kit/text.js";

// ---- Mathematics: the same as draws.py, and tested against it -----------------------------------

const { BIN, FIRST, GUESSES, LAST, REACH, ROWS, SEEDS, SLOPE } = LAB;
const N_BARS = Math.round((2 * REACH) / BIN);

// So many evenly spaced places of mean 0 and standard deviation 1.
const places = (count) =>
  range(count).map((i) => (i - (count - 1) / 2) / Math.sqrt((count ** 2 - 1) / 12));

// The seed of the noise in one sample, which no other sample has.
const numberOf = (seed, sample) => (seed - 1) * LAST + sample;

// The points of a sample; samples count from 1.
export function points({ seed, n_points: count, noise, spread }, sample) {
  const x = places(count).map((place) => spread * place);
  const drawn = normals(numberOf(seed, sample), count);
  return { x, y: x.map((value, i) => SLOPE * value + noise * drawn[i]) };
}

// How far the slope of a sample is off, and its standard error, where noise and spread are 1.
function measured(y, x) {
  const slope = mean(y.map((value, i) => value * x[i]));
  const middle = mean(y);
  const left = mean(y.map((value, i) => (value - middle - slope * x[i]) ** 2));
  return { slope, error: Math.sqrt(left / (y.length - 2)) };
}

const known = {}; // of samples that have been measured, by their seed and their number of points

function samplesOf(seed, count, last) {
  const found = (known[`${seed} ${count}`] ??= []);
  const x = places(count);
  while (found.length < last) {
    found.push(measured(normals(numberOf(seed, found.length + 1), count), x));
  }
  return found.slice(0, last);
}

// The standard deviation that theory gives the slopes.
const lawOf = ({ n_points: count, noise, spread }) => noise / (spread * Math.sqrt(count));

// All that is computed of the samples drawn.
export function solved({ seed, step, ...setting }) {
  const { n_points: count, noise, spread } = setting;
  const unit = noise / spread;
  const samples = samplesOf(seed, count, step);
  const slopes = samples.map(({ slope }) => SLOPE + unit * slope);
  const errors = samples.map(({ error }) => unit * error);
  const reaches = errors.map((error) => LAB.QUANTILES[count] * error);
  const intervals = slopes.map((slope, i) => [slope - reaches[i], slope + reaches[i]]);
  const hits = intervals.filter(isHit).length;
  const law = lawOf(setting);
  return { slopes, errors, reaches, intervals, hits, law, deviation: deviationOf(slopes) };
}

const isHit = ([low, high]) => low <= SLOPE && SLOPE <= high;

function deviationOf(values) {
  const middle = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}

// How many slopes each bar of the pile stands for; the outermost two take what lies beyond them.
export function pileOf(slopes) {
  const counts = range(N_BARS).map(() => 0);
  for (const slope of slopes) counts[barOf(slope)] += 1;
  return counts;
}

const barOf = (slope) => clamp(Math.floor((slope - (SLOPE - REACH)) / BIN), 0, N_BARS - 1);

// ---- Words --------------------------------------------------------------------------------------

const SENTENCES = {
  none: ({ count }) =>
    `The dashed line is the true one. Nobody sees it in life: all that one has is a sample.
    <strong>Draw a sample</strong> of ${count} points, and then others.`,
  few: ({ count, slope, truth }) =>
    `These ${count} points come from the dashed line, of slope ${truth}, with noise. The line fitted
    to them has slope ${slope}. <strong>Draw a sample, or play:</strong> how far do the slopes
    scatter?`,
  guess: ({ step }) =>
    `${step} samples from the same line have given ${step} slopes. <strong>What would narrow their
    pile the most?</strong> Guess: twice the points, half the noise, or points twice as far apart.`,
  n_points: ({ ratio, hits }) =>
    `Twice the points, and <strong>the pile is √½ = ${ratio} times as wide:</strong> it takes four
    times the points to halve it. ${hits}`,
  noise: ({ hits }) =>
    `Half the noise, and <strong>the pile is half as wide</strong>, and so are the intervals. ${hits}`,
  spread: ({ hits }) =>
    `Points twice as far apart, and <strong>the pile is half as wide</strong>, with no point more and
    no less noise. ${hits}`,
  first: ({ law, hits }) => `As at first. ${law} ${hits} <strong>Try each of the three.</strong>`,
  other: ({ law, ratio, hits }) =>
    `${law} <strong>The pile is ${ratio} times as wide as at first.</strong> ${hits}`,
};

const short = (value) => readable(value, 3);
const NAMES = Object.keys(FIRST);

// What the picture shows, in a word, and in a few sentences as HTML.
export function verdict({ slopes, hits, law }, state) {
  const kind = kindOf(state);
  const facts = {
    count: state.n_points,
    step: state.step,
    truth: SLOPE,
    slope: slopes.length ? short(slopes.at(-1)) : "",
    law: filled(LAB.LAW, { formula: LAB.FORMULA, law: short(law) }),
    hits: filled(LAB.HITS, { hits, count: slopes.length, level: LAB.LEVEL }),
    ratio: readable(law / lawOf(FIRST), 2),
  };
  return { kind, html: SENTENCES[kind](facts).replace(/\s+/g, " ") };
}

function kindOf(state) {
  if (state.step === 0) return "none";
  if (state.step < LAB.ASKED) return "few";
  if (!state.guessed) return "guess";
  const changed = NAMES.filter((name) => state[name] !== FIRST[name]);
  if (changed.length === 0) return "first";
  return changed.length === 1 && isGuess(state, changed[0]) ? changed[0] : "other";
}

// Whether a setting is the first one, with the change of one guess.
const isGuess = (state, guess) =>
  NAMES.every((name) => state[name] === (name === guess ? GUESSES : FIRST)[name]);

const isTold = ({ guessed, step }) => guessed && step >= LAB.ASKED;

// Each as long as it can be, so that the place of the verdict is high enough for all.
const WIDEST = {
  ...{ count: 40, step: LAST, truth: SLOPE, slope: "−0.000", ratio: "0.00" },
  law: filled(LAB.LAW, { formula: LAB.FORMULA, law: "0.0000" }),
  hits: filled(LAB.HITS, { hits: LAST, count: LAST, level: LAB.LEVEL }),
};
const LONGEST = Object.values(SENTENCES).map((sentence) => sentence(WIDEST));

// ---- The picture --------------------------------------------------------------------------------

const WINDOW = [SLOPE - REACH, SLOPE + REACH];
const BELL = range(121).map((k) => (k - 60) / 15);

const heightFrom = (share, low, high) => (width, stacked) =>
  Math.round(clamp(share * width, low, stacked ? low : high));

// A chart along the slopes, the true one dashed.
class SlopesPanel {
  constructor(parts) {
    this.chart = new Chart(parts);
    this.truth = this.chart.add("line", { class: "lr-best" });
  }

  frame(y) {
    const { chart, truth } = this;
    chart.frame({ x: WINDOW, y });
    const at = chart.x(SLOPE).toFixed(2);
    assign(truth, { x1: at, x2: at, y1: chart.range.y[0], y2: chart.range.y[1] });
  }
}

// The last sample, the line fitted to it, and the true line.
class SamplePanel {
  constructor() {
    const caption = [
      ["best", "the true line"],
      ["fit", "fitted to this sample"],
    ];
    const heightOf = heightFrom(1.16, 180, 420);
    this.chart = new Chart({ names: LAB.AXES.sample, caption, heightOf });
    this.truth = this.chart.add("line", { class: "lr-best" });
    this.line = this.chart.add("line", { class: "lr-fit" });
    this.points = this.chart.addSeveral(LAB.COUNTS[1], "circle", { class: "lr-point", r: 4.5 });
  }

  draw(state, { slopes }) {
    const { chart } = this;
    const { x, y } = LAB.SIDES;
    chart.frame({ x: [-x, x], y: [-y, y] });
    placeLine(chart, this.truth, { w: SLOPE, b: 0 });
    const sample = state.step ? points(state, state.step) : { x: [], y: [] };
    const w = slopes.at(-1);
    placeLine(chart, this.line, state.step ? { w, b: mean(sample.y) - w * mean(sample.x) } : null);
    this.points.forEach((point, i) => {
      show(point, i < sample.x.length);
      if (i >= sample.x.length) return;
      assign(point, { cx: chart.x(sample.x[i]).toFixed(2), cy: chart.y(sample.y[i]).toFixed(2) });
    });
  }
}

// The pile of slopes, the law that theory gives them, and how the pile would be at first.
class PilePanel extends SlopesPanel {
  constructor() {
    const caption = [
      ["draws-pile", "slopes"],
      ["draws-law", "theory"],
      ["draws-first", "at first"],
    ];
    const heightOf = heightFrom(0.56, 160, 200);
    super({ names: LAB.AXES.pile, caption, heightOf });
    const { chart } = this;
    this.bars = chart.add("path", { class: "lr-draws-pile" });
    this.first = chart.add("path", { class: "lr-draws-first" });
    this.law = chart.add("polyline", { class: "lr-draws-law" });
    this.newest = chart.add("circle", { class: "lr-dot", r: 4.5 });
  }

  draw(state, { slopes, law }, first) {
    const { chart } = this;
    const counts = pileOf(slopes);
    const height = (slopes.length * BIN) / (law * Math.sqrt(2 * Math.PI));
    this.frame([0, 1.12 * Math.max(LAB.FEWEST, height, ...counts)]);
    assign(this.bars, { d: this.outline(counts) });
    show(this.first, first !== null);
    if (first) assign(this.first, { d: this.outline(pileOf(first.slopes)) });
    show(this.law, isTold(state));
    const bell = BELL.map((z) => height * Math.exp((-z * z) / 2));
    assign(this.law, { points: chart.points(BELL.map((z) => SLOPE + law * z), bell) });
    show(this.newest, slopes.length > 0);
    if (!slopes.length) return;
    const bar = barOf(slopes.at(-1));
    const middle = chart.x(WINDOW[0] + (bar + 0.5) * BIN);
    assign(this.newest, { cx: middle.toFixed(2), cy: chart.y(counts[bar]).toFixed(2) });
  }

  // Up and down along the tops of the bars.
  outline(counts) {
    const { chart } = this;
    const at = (i) => chart.x(WINDOW[0] + i * BIN).toFixed(2);
    const tops = counts.map((count, i) => `V${chart.y(count).toFixed(2)}H${at(i + 1)}`);
    return `M${at(0)} ${chart.y(0)}${tops.join("")}V${chart.y(0)}`;
  }
}

// The last intervals, the newest on top; what misses the true slope is thick, and its dot is hollow.
class IntervalsPanel extends SlopesPanel {
  constructor() {
    const caption = [
      ["draws-hit", "hits"],
      ["draws-miss", "misses the true slope"],
    ];
    const heightOf = heightFrom(0.5, 140, 180);
    super({ names: LAB.AXES.intervals, caption, heightOf });
    this.bars = this.chart.addSeveral(ROWS, "line", { class: "lr-draws-bar" });
    this.dots = this.chart.addSeveral(ROWS, "circle", { class: "lr-draws-dot" });
  }

  draw({ step }, { slopes, intervals }) {
    const { chart } = this;
    const newest = Math.max(step, ROWS);
    this.frame([newest - ROWS + 0.5, newest + 0.5]);
    range(ROWS).forEach((i) => {
      const [bar, dot, k] = [this.bars[i], this.dots[i], newest - ROWS + i];
      for (const node of [bar, dot]) show(node, k < step);
      if (k >= step) return;
      const [low, high] = intervals[k];
      const across = (value) => chart.x(clamp(value, SLOPE - 2 * REACH, SLOPE + 2 * REACH)).toFixed(2);
      const level = chart.y(k + 1).toFixed(2);
      assign(bar, { x1: across(low), x2: across(high), y1: level, y2: level });
      assign(dot, { cx: across(slopes[k]), cy: level, r: isHit(intervals[k]) ? 2 : 3 });
      for (const node of [bar, dot]) node.classList.toggle("lr-draws-miss", !isHit(intervals[k]));
    });
  }
}

// ---- The lab ------------------------------------------------------------------------------------

const CHOICES = {
  n_points: "Twice the points",
  noise: "Half the noise",
  spread: "Twice as far apart",
};

class DrawsLab extends SteppedLab {
  constructor({ model, el }) {
    super(model);
    this.build(el);
    this.refresh({ silent: true });
    this.endings = [
      listen(model, [...NAMES, "seed", "guessed"], () => this.busy || this.refresh()),
      this.listenToSteps(),
      watchWidths(
        this.panels.map(({ chart }) => chart),
        () => this.draw(this.here),
      ),
    ];
  }

  build(el) {
    this.panels = [new SamplePanel(), new PilePanel(), new IntervalsPanel()];
    const { play, next, steps } = this.transport({
      steps: LAST,
      label: "Samples",
      nextText: "Draw a sample",
      seconds: 10,
    });
    const inHundredths = (value) => value.toFixed(2);
    this.sliders = {
      n_points: this.slider("n_points", "Points N", evenMapping(LAB.COUNTS, LAB.BY), String),
      noise: this.slider("noise", "Noise σ", evenMapping(LAB.NOISES, 0.05), inHundredths),
      spread: this.slider("spread", "Spread sₓ of x", evenMapping(LAB.SPREADS, 0.1), inHundredths),
    };
    this.choices = NAMES.map((name) => {
      const onClick = () => this.choose(name);
      return [name, new Button({ text: CHOICES[name], onClick })];
    });
    this.guesses = element("div", { class: "lr-buttons lr-draws-guesses" });
    this.readouts = new Readouts([
      { key: "slope", name: "this sample's slope" },
      { key: "deviation", name: "standard deviation" },
      { key: "law", name: "by theory" },
      { key: "hits", name: "intervals that hit" },
    ]);
    this.verdict = new Words("lr-verdict", LONGEST);
    const charts = this.panels.map(({ chart }) => chart.node);
    const others = Object.values(this.sliders).map(({ node }) => node);
    this.mount(el, "lr-lab-draws", {
      picture: [element("div", { class: "lr-panels" }, ...charts), this.verdict.node],
      controls: [
        element("div", { class: "lr-buttons" }, next, play),
        this.guesses,
        this.readouts.node,
      ],
      more: [...others, steps],
    });
  }

  // A slider that is moved is a guess too.
  slider(name, label, mapping, toText) {
    const onInput = (value) => this.put({ [name]: value, guessed: true });
    return new Slider({ name, label, mapping, toText, onInput });
  }

  // The first setting with the change of one guess; without it, where it is chosen already.
  choose(guess) {
    const change = isGuess(this.state(), guess) ? {} : { [guess]: GUESSES[guess] };
    this.put({ ...FIRST, ...change, guessed: true });
  }

  // After the last sample of a seed comes the first of the next one, and a new pile.
  begin() {
    this.put({ step: 0, seed: (this.model.get("seed") % SEEDS) + 1 });
  }

  goTo(step) {
    if (step <= LAST) return super.goTo(step);
    this.begin();
    super.goTo(1);
  }

  play() {
    if (this.model.get("playing") && this.shown() === LAST) this.begin();
    super.play();
  }

  refresh({ silent = false } = {}) {
    this.draw(this.here);
    if (!silent) this.announce();
  }

  state() {
    const names = [...NAMES, "seed", "guessed"];
    return Object.fromEntries(names.map((name) => [name, this.model.get(name)]));
  }

  draw(position) {
    if (this.busy) return;
    this.position = Math.floor(position);
    const state = { ...this.state(), step: this.position };
    const found = solved(state);
    const isFirst = NAMES.every((name) => state[name] === FIRST[name]);
    const first = isFirst || !isTold(state) ? null : solved({ ...state, ...FIRST });
    for (const panel of this.panels) panel.draw(state, found, first);
    this.step.show(state.step);
    for (const name of NAMES) this.sliders[name].show(state[name]);
    this.ask(state);
    this.root.toggleAttribute("data-told", isTold(state));
    this.root.toggleAttribute("data-changed", first !== null);
    this.conclude(verdict(found, state));
    this.read(state, found);
  }

  // The three guesses come once there is a pile to guess about.
  ask(state) {
    const isAsked = state.guessed || state.step >= LAB.ASKED;
    const nodes = this.choices.map(([, { node }]) => node);
    if (isAsked !== this.guesses.hasChildNodes()) {
      this.guesses.replaceChildren(...(isAsked ? nodes : []));
    }
    for (const [name, { node }] of this.choices) {
      assign(node, { "aria-pressed": state.guessed && isGuess(state, name) });
    }
  }

  read(state, found) {
    const { slopes, reaches, hits, law, deviation } = found;
    const count = slopes.length;
    const told = isTold(state);
    const slope = count ? short(slopes[count - 1]) : "?";
    const width = count > 1 ? short(deviation) : "?";
    const off = count > 1 ? `, ± ${readable(deviation / Math.sqrt(2 * (count - 1)), 1)}` : "";
    const share = LAB.LEVEL / 100;
    const chance = 100 * Math.sqrt((share * (1 - share)) / count);
    this.readouts.show("slope", slope, count ? `± ${short(reaches[count - 1])}` : "not yet");
    this.readouts.show("deviation", width, `of the pile${off}`);
    this.readouts.show("law", told ? short(law) : "?", told ? LAB.FORMULA : "not yet");
    const percent = `${((100 * hits) / count).toFixed(1)} %`;
    const note = `± ${chance.toFixed(1)}, ${hits} of ${count}`;
    this.readouts.show("hits", told ? percent : "?", told ? note : "not yet");
    this.describe(state, { slope, width, hits, law });
    this.summary = this.verdict.text;
  }

  describe({ n_points: count, step, ...state }, { slope, width, hits, law }) {
    const [sample, pile, intervals] = this.panels.map(({ chart }) => chart);
    const told = isTold({ step, ...state });
    const seen = Math.min(step, ROWS);
    sample.describe(
      step
        ? `Sample ${step}: ${count} points, a line of slope ${slope} through them, and dashed the` +
            ` true line, of slope ${SLOPE}.`
        : `The true line, of slope ${SLOPE}, and no sample.`,
    );
    const curve = told ? ` The curve above them has ${short(law)}.` : "";
    const spread = step > 1 ? ` Their standard deviation is ${width}.` : "";
    pile.describe(step ? `${plural(step, "slope")}, piled up.${spread}${curve}` : "No slope yet.");
    const found = told ? ` Of all ${step}, ${hits} hit the true slope.` : "";
    const last = step === 1 ? "interval of one sample" : `intervals of the last ${seen} samples`;
    intervals.describe(step ? `The ${last}.${found}` : "No interval yet.");
  }

  // What is said is the verdict, which names the numbers.
  announce() {
    if (!this.playback.running) this.announcer.say(this.summary);
  }
}

export default { render: rebuilding(DrawsLab, []) };
