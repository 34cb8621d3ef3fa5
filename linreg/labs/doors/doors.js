import { Chart } from "../kit/chart.js";
import { Button, decadeMapping, Slider } from "../kit/controls.js";
import { assign, element, shape, write } from "../kit/dom.js";
import { beside, Lab, listen, rebuilding, watchWidths, Words } from "../kit/lab.js";
import { clamp } from "../kit/numbers.js";
import { filled, powerText, readable } from "../kit/text.js";

// ---- Mathematics: the same as linreg/costs.py and doors.py, and tested against them --------------

const { AMOUNTS, RANGES, SIZES, TIMES } = LAB;

// Of each method, in Python's order: operations of a shape whose larger side is m and whose smaller
// one n, and the words of memory beside X.
const COSTS = [
  {
    slug: "normal",
    operations: ({ m, n }) => m * n ** 2 + n ** 3 / 3,
    words: ({ n, features }) => n ** 2 + n + features,
  },
  {
    slug: "qr",
    operations: ({ m, n }) => 2 * m * n ** 2 - (2 * n ** 3) / 3,
    words: ({ m, n, features }) => m * n + n + features,
  },
  {
    slug: "lstsq",
    operations: ({ m, n }) => 2 * m * n ** 2 + 11 * n ** 3,
    words: ({ m, n, features }) => m * n + 2 * n ** 2 + features,
  },
  {
    slug: "descent",
    operations: ({ m, n, steps }) => 4 * m * n * steps,
    words: ({ samples, features }) => samples + 2 * features,
  },
];

// Of methods with equal counts the first is the cheapest.
const METHODS = LAB.METHODS.map(([name, role], i) => ({
  name,
  colour: `--lr-method:var(--lr-${role})`,
  ...COSTS[i],
}));
const [NORMAL, , , DESCENT] = METHODS;

const shapeOf = (samples, features, steps) => ({
  samples,
  features,
  steps,
  m: Math.max(samples, features),
  n: Math.min(samples, features),
});

const least = (rows, cost) => rows.reduce((best, row) => (cost(row) < cost(best) ? row : best));

// The method with the fewest operations; of those equal but for rounding, the first.
function winnerOf(size) {
  const counts = METHODS.map(({ operations }) => operations(size));
  const bound = Math.min(...counts) * (1 + 1e-9);
  return METHODS[counts.findIndex((count) => count <= bound)];
}

// What each method costs: { method, operations, seconds, bytes }.
export function tableOf({ n_samples, n_features, n_steps, rate, word_bytes }) {
  const size = shapeOf(n_samples, n_features, n_steps);
  return METHODS.map((method) => {
    const operations = method.operations(size);
    return { method, operations, seconds: operations / rate, bytes: word_bytes * method.words(size) };
  });
}

// The seconds that were measured for a shape, with so many steps: { method, seconds }.
const timesOf = (recorded, steps) =>
  METHODS.map((method) => ({
    method,
    seconds: method === DESCENT ? recorded.step * steps : recorded[method.name],
  }));

// What was measured for the shape of a state, if anything was.
export function clockOf({ n_samples, n_features, n_steps, measured }) {
  const row = measured.rows.find(([n, d]) => n === n_samples && d === n_features);
  return row ? timesOf(row[2], n_steps) : null;
}

// The fastest method at each measured shape: { samples, features, method }.
export const clocked = ({ rows }, steps) =>
  rows.map(([samples, features, recorded]) => {
    const { method } = least(timesOf(recorded, steps), ({ seconds }) => seconds);
    return { samples, features, method };
  });

// ---- Words --------------------------------------------------------------------------------------

const FLOATS = { 2: "float16", 4: "float32", 8: "float64" };

const short = (value, digits) => String(Number(value.toPrecision(digits)));

// A count as text: 100,333 or 4 million; as in doors.py.
function amount(value) {
  const [unit, name] = AMOUNTS.find(([size]) => value >= size) ?? [];
  if (!unit) return value.toFixed(0).replace(/\B(?=(\d{3})+$)/g, ",");
  const part = value / unit;
  return part < 999.5 ? `${short(part, 3)} ${name}` : readable(value, 3);
}

// A value in the largest of some units that it reaches: 36 µs, 80 GB.
function scaled(value, units, digits = 2) {
  const [unit, name] = units.find(([size]) => value >= size) ?? units[units.length - 1];
  const part = value / unit;
  return `${part < 9995 ? short(part, digits) : readable(part, 3)} ${name}`;
}

// A count in a column of numbers: 100,333 or 4.0×10⁶.
export const countText = (value) => (value < 1e6 ? amount(value) : readable(value, 3));
export const timeText = (seconds) => scaled(seconds, TIMES);
export const sizeText = (bytes) => scaled(bytes, SIZES, 3);

const stepsText = (steps) => filled(LAB.STEPS[steps === 1 ? 0 : 1], { count: amount(steps) });

function ratioText(ratio) {
  const text = short(ratio, 2);
  return Number(text) < 1000 ? text : amount(Number(text));
}

// Which method has the fewest operations, and how many more the other one has.
function countWords(table, winner, steps) {
  const [solve, walk] = [table[0].operations, table[3].operations];
  const descent = winner === DESCENT;
  const ratio = descent ? solve / walk : walk / solve;
  const other = descent ? "the normal equations cost" : `${stepsText(steps)} of descent cost`;
  if (ratio <= 1 + 1e-9) return `By the count it is <strong>a draw</strong>: ${other} as much.`;
  const name = descent ? "gradient descent wins" : "the normal equations win";
  const times = short(ratio, 2) === "1" ? "about as much" : `${ratioText(ratio)} times as much`;
  return `By the count <strong>${name}</strong>: ${other} ${times}.`;
}

// Why an estimate is far from what was measured.
function reason({ method, seconds }, isShort, rate) {
  if (rate !== LAB.RATE) return "the machine has another rate";
  if (!isShort) return "large blocks run faster";
  if (seconds < LAB.CALLS) return "calls take longer than sums here";
  return method === DESCENT ? "it waits for memory" : "its work comes in small pieces";
}

// Which estimate is farthest from what was measured, if any is far off, and why.
function farWords(table, times, rate) {
  const offs = table.map((row, i) => ({ row, ratio: times[i].seconds / row.seconds }));
  const size = ({ ratio }) => Math.max(ratio, 1 / ratio);
  const far = offs.reduce((a, b) => (size(b) > size(a) ? b : a));
  if (size(far) < LAB.FAR) return "";
  const isShort = far.ratio > 1;
  return `The estimate for ${far.row.method.name} is ${ratioText(size(far))} times too
    ${isShort ? "short" : "long"}: ${reason(far.row, isShort, rate)}.`;
}

// What the clock said, where this shape was measured.
function clockWords({ n_steps, rate }, table, winner, times) {
  if (!times) return "";
  const fastest = least(times, ({ seconds }) => seconds).method;
  const says = fastest === winner ? "The clock agrees." : `The clock says ${fastest.name}.`;
  return `${says} ${farWords(table, times, rate)}`;
}

// The words of a state, in a word and in a few sentences as HTML.
export function verdict(state) {
  const { n_samples, n_features, n_steps } = state;
  const winner = winnerOf(shapeOf(n_samples, n_features, n_steps));
  const table = tableOf(state);
  const clock = clockWords(state, table, winner, clockOf(state));
  const html = `${countWords(table, winner, n_steps)} ${clock}`;
  return { kind: winner.slug, html: html.replace(/\s+/g, " ").trim() };
}

// Before a hand has chosen a table, nothing says which method wins.
const waiting = ({ n_samples, n_features }) => ({
  kind: "waiting",
  html:
    `${amount(n_samples)} rows and ${amount(n_features)} columns: which would you take?` +
    " <strong>Move a slider, or tap the map.</strong>",
});

// Verdicts as long as they can be, so that their place is high enough for all: at the measured
// shapes, with many steps.
const longest = (measured) =>
  measured.rows.flatMap(([n_samples, n_features]) =>
    [1, 100, 77777, 700000].flatMap((n_steps) =>
      [LAB.RATE, ...RANGES.rate].map((rate) => {
        const at = { n_samples, n_features, n_steps };
        return verdict({ ...at, rate, word_bytes: 8, measured }).html;
      }),
    ),
  );

// ---- The lab ------------------------------------------------------------------------------------

const PRESETS = [[100, 5], [1000, 10], [1000000, 10000]];
const PRESET_STEPS = 100;
const CELLS = [64, 48]; // of the plane, across and down
const MARK_RADIUS = 8; // within which a tap is meant for a mark
const heightOf = (width) => Math.round(clamp(120 + 0.3 * width, 200, 340));

const wordMapping = {
  last: LAB.WORDS.length - 1,
  toPosition: (value) => LAB.WORDS.indexOf(value),
  toValue: (at) => LAB.WORDS[at],
};

const SLIDERS = [
  { trait: "n_samples", name: "samples", label: "Rows N", toText: amount },
  { trait: "n_features", name: "features", label: "Columns D", toText: amount },
  { trait: "n_steps", name: "steps", label: "Steps of descent", toText: amount },
  { trait: "rate", name: "speed", label: "Operations a second", toText: powerText },
  {
    trait: "word_bytes",
    name: "word",
    label: "Bytes a number",
    mapping: wordMapping,
    toText: (bytes) => `${bytes} (${FLOATS[bytes]})`,
  },
];

// A mark of its own shape for each winner, about (0, 0).
const MARKS = {
  normal: "M-5 0A5 5 0 1 0 5 0A5 5 0 1 0-5 0Z",
  qr: "M-5-5H5V5H-5Z",
  lstsq: "M0-6L6 5H-6Z",
  descent: "M0-7L7 0L0 7L-7 0Z",
};

// The plane of N and D, coloured by the winner; marks for what was measured; a ring for the shape.
class Plane {
  constructor({ onPick, n_measured }) {
    this.onPick = onPick;
    this.chart = new Chart({
      names: LAB.AXES.plane,
      log: true,
      logX: true,
      heightOf,
      caption: [
        ["doors-region", NORMAL.name, NORMAL.colour],
        ["doors-region", DESCENT.name, DESCENT.colour],
        ["doors-measured", "measured"],
      ],
    });
    const { chart } = this;
    // The other two methods never win a count.
    [this.normal, this.descent] = [NORMAL, DESCENT].map(({ slug, colour }) =>
      chart.add("path", { class: `lr-doors-${slug} lr-doors-region`, style: colour }),
    );
    this.marks = chart.addSeveral(n_measured, "path", {}, chart.over);
    this.here = chart.add("g", { class: "lr-doors-here" }, chart.over);
    this.here.append(shape("circle", { r: 9 }), shape("path", { d: "M-14 0H-5M5 0H14M0-14V-5M0 5V14" }));
    assign(chart.svg, { class: "lr-chart lr-doors-plane" });
    chart.svg.addEventListener("click", (event) => this.click(event));
  }

  click(event) {
    const { chart } = this;
    const at = chart.locate(event);
    const marked = this.markedAt(at.across, at.down);
    if (marked) this.onPick(...marked);
    else if (chart.covers(at)) this.onPick(...this.shapeAt(at.across, at.down));
  }

  // The shape at a pixel, in numbers that the sliders have.
  shapeAt(across, down) {
    const { x, y } = this.chart;
    return [x.invert(across), y.invert(down)].map((value) => Number(value.toPrecision(1)));
  }

  // The measured shape whose mark lies under a pixel, if any does.
  markedAt(across, down) {
    const { x, y } = this.chart;
    const distance = ([n, d]) => Math.hypot(x(n) - across, y(d) - down);
    const near = this.measured.filter((one) => distance(one) < MARK_RADIUS);
    return near.length ? least(near, distance) : null;
  }

  prepare() {
    this.chart.frame({ x: RANGES.n_samples, y: RANGES.n_features });
  }

  // Colour the cells by who wins at their middles.
  colour(steps, seen) {
    const pieces = { normal: "", descent: "" };
    if (!seen) return pieces;
    const [{ x, y }, [columns, rows]] = [this.chart.range, CELLS];
    const [wide, high] = [(x[1] - x[0]) / columns, (y[0] - y[1]) / rows];
    for (let i = 0; i < columns; i += 1) {
      for (let j = 0; j < rows; ) {
        const { slug } = this.winnerIn(i, j, steps);
        let end = j + 1;
        while (end < rows && this.winnerIn(i, end, steps).slug === slug) end += 1;
        const corner = `${(x[0] + i * wide).toFixed(2)} ${(y[0] - j * high).toFixed(2)}`;
        pieces[slug] += `M${corner}h${wide.toFixed(2)}v${(-high * (end - j)).toFixed(2)}h${(-wide).toFixed(2)}z`;
        j = end;
      }
    }
    return pieces;
  }

  // The plane, and marks for the measured winners; until `seen`, neither tells who wins.
  draw({ steps, fastest, seen }) {
    const pieces = this.colour(steps, seen);
    assign(this.normal, { d: pieces.normal });
    assign(this.descent, { d: pieces.descent });
    this.measured = fastest.map(({ samples, features }) => [samples, features]);
    this.marks.forEach((mark, k) => {
      const { samples, features, method } = fastest[k];
      const at = `translate(${this.chart.x(samples).toFixed(2)} ${this.chart.y(features).toFixed(2)})`;
      assign(mark, {
        d: MARKS[seen ? method.slug : NORMAL.slug],
        class: seen ? `lr-doors-mark lr-doors-${method.slug}` : "lr-doors-mark",
        style: seen ? method.colour : "--lr-method:var(--lr-muted)",
        transform: at,
      });
    });
  }

  // The winner in the middle of a cell, counted from the lower left.
  winnerIn(i, j, steps) {
    const [columns, rows] = CELLS;
    const at = ([low, high], share) => low * (high / low) ** share;
    const samples = at(RANGES.n_samples, (i + 0.5) / columns);
    const features = at(RANGES.n_features, (j + 0.5) / rows);
    return winnerOf(shapeOf(samples, features, steps));
  }

  stand(samples, features) {
    const { chart } = this;
    const at = `translate(${chart.x(samples).toFixed(2)} ${chart.y(features).toFixed(2)})`;
    assign(this.here, { transform: at });
  }
}

// Numbers of each method in some columns, the row of the winner marked.
class MethodTable {
  constructor(heads) {
    const [first, ...others] = heads.map((name) => element("th", { scope: "col" }, name));
    this.rows = METHODS.map(({ name, slug, colour }) => {
      const cells = others.map(({ textContent }) => element("td", { "data-cost": textContent }));
      const head = element("th", { scope: "row" }, name);
      const attributes = { class: `lr-doors-${slug}`, style: colour };
      return { cells, node: element("tr", attributes, head, ...cells) };
    });
    this.node = element(
      "table",
      { class: "lr-doors-table" },
      element("thead", {}, element("tr", {}, first, ...others)),
      element("tbody", {}, ...this.rows.map(({ node }) => node)),
    );
  }

  // The texts of each row, and which of them is the winner's, if one is.
  show(texts, winner) {
    this.rows.forEach(({ cells, node }, i) => {
      cells.forEach((cell, k) => write(cell, texts[i][k]));
      node.classList.toggle("lr-doors-cheapest", METHODS[i] === winner);
    });
  }
}

class DoorsLab extends Lab {
  constructor({ model, el }) {
    super(model);
    this.seen = false;
    this.build(el);
    this.layout();
    const names = [...Object.keys(RANGES), "word_bytes"];
    this.endings = [
      listen(model, names, () => this.reveal()),
      watchWidths([this.plane.chart], () => this.layout()),
    ];
  }

  build(el) {
    const { model, set } = this;
    this.sliders = Object.fromEntries(
      SLIDERS.map(({ trait, ...slider }) => {
        const mapping = slider.mapping ?? decadeMapping(RANGES[trait], 1);
        const onInput = (value) => {
          set(trait, value);
          this.reveal();
        };
        return [trait, new Slider({ ...slider, mapping, onInput })];
      }),
    );
    const presets = PRESETS.map(
      ([samples, features]) =>
        new Button({
          text: `${amount(samples)} × ${amount(features)}`,
          onClick: () => this.pick(samples, features, PRESET_STEPS),
        }),
    );
    this.plane = new Plane({
      onPick: (samples, features) => this.pick(samples, features),
      n_measured: model.get("measured").rows.length,
    });
    const [method, estimated, measured, operations, memory] = LAB.HEADS;
    this.times = new MethodTable([method, estimated, measured]);
    this.costs = new MethodTable([method, operations, memory]);
    this.data = element("p", { class: "lr-doors-data" });
    this.verdict = new Words("lr-verdict", longest(model.get("measured")));
    const [rows, columns, ...others] = Object.values(this.sliders).map(({ node }) => node);
    const shapes = element("div", { class: "lr-buttons" }, ...presets.map(({ node }) => node));
    this.mount(el, "lr-doors", {
      picture: [this.plane.chart.node, beside(this.times.node, this.verdict.node)],
      controls: [rows, columns],
      more: [...others, shapes, this.costs.node, this.data],
    });
  }

  pick(samples, features, steps = this.model.get("n_steps")) {
    this.set("n_samples", clamp(samples, ...RANGES.n_samples));
    this.set("n_features", clamp(features, ...RANGES.n_features));
    this.set("n_steps", steps);
    this.reveal();
  }

  // A hand has chosen: from now on all is said.
  reveal() {
    if (!this.seen) this.drawn = null;
    this.seen = true;
    this.answer();
  }

  layout() {
    this.plane.prepare();
    this.drawn = null;
    this.answer({ silent: true });
  }

  // Draw the state; the plane changes with the steps alone.
  answer({ silent = false } = {}) {
    const names = [...Object.keys(this.sliders), "measured"];
    const state = Object.fromEntries(names.map((name) => [name, this.model.get(name)]));
    for (const [name, slider] of Object.entries(this.sliders)) slider.show(state[name]);
    const { seen } = this;
    const fastest = clocked(state.measured, state.n_steps);
    if (this.drawn !== state.n_steps) this.plane.draw({ steps: state.n_steps, fastest, seen });
    this.drawn = state.n_steps;
    this.plane.stand(state.n_samples, state.n_features);
    this.fill(state);
    this.conclude(seen ? verdict(state) : waiting(state));
    this.describe(state, fastest);
    if (!silent) this.announcer.say(this.verdict.text);
  }

  fill(state) {
    const { n_samples, n_features, n_steps, word_bytes } = state;
    const winner = this.seen ? winnerOf(shapeOf(n_samples, n_features, n_steps)) : null;
    const [table, clock] = [tableOf(state), clockOf(state)];
    const known = (texts) => (this.seen ? texts : texts.map(() => "?"));
    const measured = (i) => (clock ? timeText(clock[i].seconds) : LAB.NOT_MEASURED);
    const times = table.map(({ seconds }, i) => known([timeText(seconds), measured(i)]));
    const costs = table.map(({ operations, bytes }) => known([countText(operations), sizeText(bytes)]));
    this.times.show(times, winner);
    this.costs.show(costs, winner);
    const data = sizeText(word_bytes * (n_samples * n_features + n_samples));
    write(this.data, `X and y themselves take ${data}. The memory is beside them.`);
  }

  describe({ n_samples, n_features, n_steps, measured }, fastest) {
    const here =
      `a ring at ${amount(n_samples)} rows and ${amount(n_features)} columns.`;
    if (!this.seen) {
      this.plane.chart.describe(`The map of rows and columns, and ${here}`);
      return;
    }
    const walks = fastest.filter(({ method }) => method === DESCENT).length;
    this.plane.chart.describe(
      `The map of rows and columns, coloured by the method that costs least for` +
        ` ${stepsText(n_steps)} of descent, and ${here} Of ${fastest.length} shapes measured on` +
        ` ${measured.machine}, descent was fastest at ${walks}.`,
    );
  }
}

export default { render: rebuilding(DoorsLab, ["measured"]) };
