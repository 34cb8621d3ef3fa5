import { Chart } from "../kit/chart.js";
import { Button, decadeMapping, Slider } from "../kit/controls.js";
import { assign, element, shape, write } from "../kit/dom.js";
import { Lab, listen, rebuilding, watchWidths, Words } from "../kit/lab.js";
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
  if (text === "1") return "about as many";
  return `${Number(text) < 1000 ? text : amount(Number(text))} times as many`;
}

// The sentence that names the winner, as HTML.
function counted({ table, winner, steps }) {
  const descent = winner === DESCENT;
  const [solve, walk] = [table[0].operations, table[3].operations];
  const [few, many] = descent ? [walk, solve] : [solve, walk];
  const draw = many <= few * (1 + 1e-9);
  const name = descent ? "Gradient descent wins" : "The normal equations win";
  const against = descent ? "for the normal equations" : `for ${stepsText(steps)} of descent`;
  return `<strong>${draw ? "A draw" : name}</strong>: ${amount(few)} operations, and
    ${amount(many)} ${against}, ${draw ? "as many" : ratioText(many / few)}.`;
}

// Where the walk begins to pay, for this many steps.
const border = (steps) =>
  `At ${stepsText(steps)} descent pays where N and D are both above about ${amount(4 * steps)}.`;

// The count of many lessons.
function crude({ n_samples, n_features, n_steps }) {
  const [closed, walk] = [
    n_samples * n_features ** 2 + n_features ** 3,
    n_samples * n_features * n_steps,
  ];
  return `(Many lessons count ND² + D³ = ${amount(closed)} against ND · steps = ${amount(walk)}.)`;
}

// What the clock said, where this shape was measured; of descent it was one step.
function measuredWords({ n_samples, n_features, n_steps, measured }, winner) {
  const row = measured.rows.find(([n, d]) => n === n_samples && d === n_features);
  if (!row) return "";
  const times = timesOf(row[2], n_steps);
  const fastest = least(times, ({ seconds }) => seconds).method;
  const direct = times.slice(0, 3).map(({ method, seconds }) => `${method.name} ${timeText(seconds)}`);
  const walk = n_steps === 1 ? "" : `, so ${stepsText(n_steps)} ${timeText(times[3].seconds)}`;
  return `Measured here: ${direct.join(", ")}; ${stepsText(1)} ${timeText(row[2].step)}${walk}. The clock
    ${fastest === winner ? "agrees with the count" : "does not agree with the count"}.`;
}

export function verdict(state) {
  const { n_samples, n_features, n_steps, word_bytes } = state;
  const winner = winnerOf(shapeOf(n_samples, n_features, n_steps));
  const data = sizeText(word_bytes * (n_samples * n_features + n_samples));
  const parts = [
    counted({ table: tableOf(state), winner, steps: n_steps }),
    measuredWords(state, winner),
    border(n_steps),
    `X and y themselves take ${data}.`,
    crude(state),
  ];
  return { kind: winner.slug, html: parts.join(" ").replace(/\s+/g, " ").trim() };
}

// Verdicts as long as they can be, so that their place is high enough for all: at the measured
// shapes, with many steps.
const longest = (measured) =>
  measured.rows.flatMap(([n_samples, n_features]) =>
    [700000, 77777].map((n_steps) => {
      const at = { n_samples, n_features, n_steps };
      return verdict({ ...at, rate: 1e10, word_bytes: 8, measured }).html;
    }),
  );

// ---- The lab ------------------------------------------------------------------------------------

const PRESETS = [[100, 5], [1000, 10], [1000000, 10000]];
const PRESET_STEPS = 100;
const CELLS = [64, 48]; // of the plane, across and down
const MARK_RADIUS = 8; // within which a tap is meant for a mark
const heightOf = (width, stacked) =>
  Math.round(stacked ? clamp(0.6 * width, 190, 320) : clamp(30 + 0.68 * width, 210, 340));

const wordMapping = {
  last: LAB.WORDS.length - 1,
  toPosition: (value) => LAB.WORDS.indexOf(value),
  toValue: (at) => LAB.WORDS[at],
};

const SLIDERS = [
  { trait: "n_samples", name: "samples", label: "Samples N", toText: amount },
  { trait: "n_features", name: "features", label: "Features D", toText: amount },
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
    const { across, down } = chart.locate(event);
    const { x, y } = chart.range;
    if (across < x[0] || down > y[0]) return;
    this.onPick(...(this.markedAt(across, down) ?? this.shapeAt(across, down)));
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

  // Colour the cells by who wins at their middles, and mark the measured winners.
  draw({ steps, fastest }) {
    const pieces = { normal: "", descent: "" };
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
    assign(this.normal, { d: pieces.normal });
    assign(this.descent, { d: pieces.descent });
    this.measured = fastest.map(({ samples, features }) => [samples, features]);
    this.marks.forEach((mark, k) => {
      const { samples, features, method } = fastest[k];
      const at = `translate(${this.chart.x(samples).toFixed(2)} ${this.chart.y(features).toFixed(2)})`;
      assign(mark, {
        d: MARKS[method.slug],
        class: `lr-doors-mark lr-doors-${method.slug}`,
        style: method.colour,
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

// What each method costs, the cheapest one marked.
class CostTable {
  constructor() {
    const heads = LAB.HEADS.map((name) => element("th", { scope: "col" }, name));
    this.rows = METHODS.map(({ name, slug, colour }) => {
      const cells = LAB.HEADS.slice(1).map((of) => element("td", { "data-cost": of }));
      const head = element("th", { scope: "row" }, name);
      const attributes = { class: `lr-doors-${slug}`, style: colour };
      return { cells, node: element("tr", attributes, head, ...cells) };
    });
    const table = element(
      "table",
      {},
      element("caption", {}, "What each costs; the memory is beside X and y"),
      element("thead", {}, element("tr", {}, ...heads)),
      element("tbody", {}, ...this.rows.map(({ node }) => node)),
    );
    this.node = element("div", { class: "lr-doors-costs" }, table);
  }

  show(table, winner) {
    table.forEach((row, i) => {
      const { cells, node } = this.rows[i];
      const texts = [countText(row.operations), timeText(row.seconds), sizeText(row.bytes)];
      cells.forEach((cell, k) => write(cell, texts[k]));
      node.classList.toggle("lr-doors-cheapest", row.method === winner);
    });
  }
}

class DoorsLab extends Lab {
  constructor({ model, el }) {
    super(model);
    this.build(el);
    this.layout();
    const names = [...Object.keys(RANGES), "word_bytes"];
    this.endings = [
      listen(model, names, () => this.answer()),
      watchWidths([this.plane.chart], () => this.layout()),
    ];
  }

  build(el) {
    const { model, set } = this;
    this.sliders = Object.fromEntries(
      SLIDERS.map(({ trait, ...slider }) => {
        const mapping = slider.mapping ?? decadeMapping(RANGES[trait], 1);
        const onInput = (value) => set(trait, value);
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
    this.table = new CostTable();
    this.verdict = new Words("lr-verdict", longest(model.get("measured")));
    this.mount(
      el,
      { name: "which door", style: "lr-doors" },
      element("div", { class: "lr-panels" }, this.plane.chart.node, this.table.node),
      element("p", { class: "lr-doors-hint" }, "Tap the plane to go to a shape, or take one of these:"),
      element("div", { class: "lr-buttons" }, ...presets.map(({ node }) => node)),
      element("div", { class: "lr-controls" }, ...Object.values(this.sliders).map(({ node }) => node)),
      this.verdict.node,
    );
  }

  pick(samples, features, steps = this.model.get("n_steps")) {
    this.set("n_samples", clamp(samples, ...RANGES.n_samples));
    this.set("n_features", clamp(features, ...RANGES.n_features));
    this.set("n_steps", steps);
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
    const fastest = clocked(state.measured, state.n_steps);
    if (this.drawn !== state.n_steps) this.plane.draw({ steps: state.n_steps, fastest });
    this.drawn = state.n_steps;
    this.plane.stand(state.n_samples, state.n_features);
    const size = shapeOf(state.n_samples, state.n_features, state.n_steps);
    this.table.show(tableOf(state), winnerOf(size));
    this.conclude(verdict(state));
    this.describe(state, fastest);
    if (!silent) this.announcer.say(this.verdict.text);
  }

  describe({ n_samples, n_features, n_steps, measured }, fastest) {
    const walks = fastest.filter(({ method }) => method === DESCENT).length;
    this.plane.chart.describe(
      `The plane of samples and features, coloured by the door that costs least for` +
        ` ${stepsText(n_steps)} of descent, and a ring at ${amount(n_samples)} samples and` +
        ` ${amount(n_features)} features. Of ${fastest.length} shapes measured on` +
        ` ${measured.machine}, descent was fastest at ${walks}.`,
    );
  }
}

export default { render: rebuilding(DoorsLab, ["measured"]) };
