import { evenMapping, Readouts, Slider } from "../kit/controls.js";
import { assign, element, OWN_KEYS, shape, show, write } from "../kit/dom.js";
import { beside, listen, rebuilding, watchWidths, Words } from "../kit/lab.js";
import { clamp, range } from "../kit/numbers.js";
import { SteppedLab } from "../kit/stepped.js";
import { brief, filled } from "../kit/text.js";

// ---- Mathematics: the same as the engine, linreg.autograd, and tested against it ---------------

// What each step makes of its parents, and its slope in each of them.
const OPERATIONS = {
  add: ([a, b]) => [a + b, 1, 1],
  subtract: ([a, b]) => [a - b, 1, -1],
  multiply: ([a, b]) => [a * b, b, a],
  divide: ([a, b]) => [a / b, 1 / b, -a / b / b],
  power: ([a], n) => [a ** n, n ? n * a ** (n - 1) : 0],
  exp: ([a]) => [Math.exp(a), Math.exp(a)],
  log: ([a]) => [Math.log(a), 1 / a],
  tanh: ([a]) => [Math.tanh(a), 1 - Math.tanh(a) ** 2],
};

// The number of each node and the slopes of its step, one node changed; null where a step has no
// result.
export function calculated(nodes, chosen, change) {
  const [values, local] = [[], []];
  nodes.forEach(({ op, parents, data, exponent }, i) => {
    const start = data + (i === chosen ? change : 0);
    const step = op ? OPERATIONS[op](parents.map((parent) => values[parent]), exponent) : [start];
    values.push(step[0]);
    local.push(step.slice(1));
  });
  return [...values, ...local.flat()].every(Number.isFinite) ? { values, local } : null;
}

// How fast the result grows with each node, as far as that is known when so many nodes have passed
// their slopes on, the last first; and what each has passed along its arrows.
export function returned(nodes, local, passes) {
  const found = nodes.map(() => 0);
  const passed = nodes.map(({ parents }) => parents.map(() => null));
  found[nodes.length - 1] = 1;
  for (const i of steps(nodes).reverse().slice(0, passes)) {
    nodes[i].parents.forEach((parent, slot) => {
      passed[i][slot] = found[i] * local[i][slot];
      found[parent] += passed[i][slot];
    });
  }
  return { found, passed };
}

// The nodes that were made from others, in the order of the calculation.
const steps = (nodes) => range(nodes.length).filter((i) => nodes[i].op);

// The arrows that lead from a node, each as the node that it leads to and its place there.
const arrowsFrom = (nodes, node) =>
  nodes.flatMap(({ parents }, i) =>
    parents.flatMap((parent, slot) => (parent === node ? [[i, slot]] : [])),
  );

// ---- Words --------------------------------------------------------------------------------------

const inBrackets = (value) => (value < 0 ? `(${brief(value)})` : brief(value));
const listed = (words) =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;

const SENTENCES = {
  start: ({ leaf, result, forward }) =>
    `You change ${leaf}; click another number to change that one. <strong>Play</strong> computes
    ${result} in ${forward} steps, and then runs its slopes back.`,
  forward: ({ step, forward, equation }) =>
    `Forward, step ${step} of ${forward}: <strong>${equation}</strong>.`,
  computed: ({ leaf, result, value }) =>
    `${result} is ${value}. <strong>Change ${leaf} a little:</strong> which numbers move with it?
    And which slope will say how far ${result} moves?`,
  moved: ({ leaf, result, moving, by, rise }) =>
    `${leaf} changes by ${by}, and ${moving} with it. <strong>${result} changes by ${rise}.</strong>
    Which slope says so? Play runs it back.`,
  seed: ({ result }) =>
    `Back, from ${result}: <strong>${result} grows with itself at the rate 1.</strong> Each arrow
    takes that back, times the slope of its own step.`,
  back: ({ passes, sums }) => `Back ${passes}.${sums}`,
  done: ({ leaf, result, passes, sums, told }) =>
    `Back ${passes}.${sums} <strong>${told}</strong> Change ${leaf} a little:
    does ${result} follow?`,
  told: ({ leaf, result, by, rise, slope, change, product }) =>
    `${leaf} changes by ${by}. <strong>The slope says that ${result} changes by ${slope} · ${change}
    = ${product};</strong> it changes by ${rise}. The smaller the change, the closer the two.`,
  undefined: ({ leaf }) =>
    `With this ${leaf} a step has no result, such as a division by 0 or the logarithm of a negative
    number. Move ${leaf} back.`,
};

// What one node passes on: "r: −6 · 1 = −6 to ŷ"; and what has come together somewhere by that.
function passing(nodes, i, { found, passed }, local) {
  const { name, parents } = nodes[i];
  const told = parents.flatMap((parent, slot) =>
    nodes[parent].name === LAB.CONSTANT
      ? []
      : [
          `${brief(found[i])} · ${inBrackets(local[i][slot])} = ${brief(passed[i][slot])} to
          ${nodes[parent].name}`,
        ],
  );
  const sums = [...new Set(parents)].flatMap((parent) => {
    const arrived = arrowsFrom(nodes, parent)
      .map(([child, slot]) => passed[child][slot])
      .filter((value) => value !== null);
    if (arrived.length < 2) return [];
    const uses = arrowsFrom(nodes, parent).length;
    const [first, ...others] = arrived;
    const sum = [brief(first), ...others.map(inBrackets)].join(" + ");
    return [
      ` <strong>${nodes[parent].name} is used ${uses === 2 ? "twice" : `${uses} times`}, and what
      comes back adds up: ${sum} = ${brief(found[parent])}.</strong>`,
    ];
  });
  return { passes: `from ${name}: ${listed(told)}`, sums: sums.join("") };
}

// "ŷ = p + b = 3 + 0 = 3".
function equationOf(nodes, values, i) {
  const { head, form, parents } = nodes[i];
  const numbers = filled(form, parents.map((parent) => inBrackets(values[parent])));
  return `${head} = ${numbers} = ${brief(values[i])}`;
}

// All that the picture and the words show of a state.
export function told({ nodes }, { leaf, change, step }) {
  const chosen = nodes.findIndex(({ name }) => name === leaf);
  const [order, last] = [steps(nodes), nodes.length - 1];
  const forward = Math.min(step, order.length);
  const start = calculated(nodes, chosen, 0);
  const now = calculated(nodes, chosen, change);
  const passes = step - order.length - 1;
  const isBack = passes === order.length;
  const back = passes >= 0 ? returned(nodes, start.local, passes) : null;
  const known = nodes.map(({ op }, i) => !op || order.indexOf(i) < forward);
  const values = nodes.map((_, i) => (known[i] && now ? now.values[i] : null));
  const moves = values.map((value, i) => value !== null && value !== start.values[i]);
  const slopes = nodes.map((_, i) => (back ? slopeAt(nodes, i, back) : null));
  const rise = values[last] === null ? null : values[last] - start.values[last];
  const slope = isBack ? back.found[chosen] : null;
  const run = { nodes, chosen, change, step, order, last, passes, isBack };
  return { ...run, start, now, back, values, moves, slopes, rise, slope };
}

// How fast the result grows with a node, and whether all of that has arrived; null before any has.
function slopeAt(nodes, i, { found, passed }) {
  const arrows = arrowsFrom(nodes, i);
  const arrived = arrows.filter(([child, slot]) => passed[child][slot] !== null).length;
  if (nodes[i].name === LAB.CONSTANT || (arrows.length && !arrived)) return null;
  return { value: found[i], whole: arrived === arrows.length };
}

// What the picture shows, in a word, and in a few sentences as HTML.
export function verdict(state) {
  const { nodes, chosen, order, last, back, start, values, change, step } = state;
  const [leaf, result] = [nodes[chosen].name, nodes[last].name];
  const facts = { leaf, result, step, forward: order.length };
  const kind = kindOf(state);
  if (kind === "forward") facts.equation = equationOf(nodes, values, order[step - 1]);
  if (kind === "computed") facts.value = brief(values[last]);
  if (kind === "back" || kind === "done") {
    const i = order[order.length - state.passes];
    Object.assign(facts, passing(nodes, i, back, start.local));
  }
  if (kind === "moved" || kind === "told") {
    Object.assign(facts, { by: brief(change), rise: brief(state.rise), moving: movingOf(state) });
  }
  if (state.isBack) {
    facts.slope = brief(state.slope);
    facts.change = inBrackets(change);
    facts.product = brief(state.slope * change);
    facts.told = filled(LAB.TELLS, facts);
  }
  return { kind, html: SENTENCES[kind](facts).replace(/\s+/g, " ") };
}

function kindOf({ order, now, passes, isBack, change, step }) {
  if (!now) return "undefined";
  if (isBack) return change === 0 ? "done" : "told";
  if (passes > 0) return "back";
  if (passes === 0) return "seed";
  if (step === order.length) return change === 0 ? "computed" : "moved";
  return step === 0 ? "start" : "forward";
}

const movingOf = ({ nodes, moves, chosen }) => {
  const names = nodes.filter((_, i) => moves[i] && i !== chosen).map(({ name }) => name);
  return names.length > 5 ? `${names.length} others` : listed(names) || "nothing else";
};

// ---- The picture --------------------------------------------------------------------------------

const LARGEST = 1.15; // times its own size

class Drawing {
  constructor(graph, { onChoose, onTurn }) {
    Object.assign(this, { graph, onChoose, onTurn });
    const { width, height, arrows, nodes } = graph;
    this.arrows = arrows.map((arrow) => this.arrow(arrow));
    this.boxes = nodes.map((node, i) => this.box(node, graph.places[i]));
    const parts = [...this.arrows, ...this.boxes].map(({ node }) => node);
    const attributes = { class: "lr-chart lr-graph", viewBox: `0 0 ${width} ${height}` };
    this.svg = shape("svg", { ...attributes, role: "group" }, ...parts);
    this.node = element("div", { class: "lr-panel" }, this.svg);
    this.resize(width);
  }

  arrow({ path, heads, label: [x, y, anchor] }) {
    const line = shape("path", { class: "lr-graph-line", d: path });
    const [down, up] = heads.map((points) => shape("polygon", { class: "lr-graph-head", points }));
    const label = shape("text", { class: "lr-graph-slope", x, y, "text-anchor": anchor });
    const hidden = { "aria-hidden": "true" };
    return { node: shape("g", hidden, line, down, up, label), down, up, label };
  }

  box({ name, head, reach }, [x, y]) {
    const [wide, high] = this.graph.box;
    const corner = { x: x - wide / 2, y: y - high / 2, width: wide, height: high, rx: 6 };
    const side = x + wide / 2 + 6;
    const middle = { x, "text-anchor": "middle" };
    const value = shape("text", { class: "lr-graph-value", ...middle, y: y + 14 });
    const word = shape("text", { class: "lr-graph-slope", x: side, y: y - 4 }, "slope");
    const slope = shape("text", { class: "lr-graph-slope lr-graph-value", x: side, y: y + 13 });
    const parts = [
      shape("rect", { class: "lr-graph-box", ...corner }),
      shape("text", { class: "lr-graph-head-text", ...middle, y: y - 4 }, head),
      ...[value, word, slope],
    ];
    const node = shape("g", { class: "lr-graph-node" }, ...parts);
    if (reach) {
      const larger = { ...corner, y: corner.y - 8, height: high + 16 };
      node.prepend(shape("rect", { class: "lr-handle-hit", ...larger }));
      this.makeChoice(node, name, reach);
    } else assign(node, { "aria-hidden": "true" });
    return { node, value, word, slope };
  }

  // A number that a hand may change: a click or Enter chooses it, the arrow keys change it.
  makeChoice(node, name, reach) {
    node.classList.add("lr-graph-choice");
    assign(node, { role: "button", tabindex: 0, ...OWN_KEYS });
    const turns = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1 };
    node.addEventListener("click", () => this.onChoose(name));
    node.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const isChoice = event.key === "Enter" || event.key === " ";
      if (!isChoice && !turns[event.key]) return;
      event.preventDefault(); // the page stays where it is
      if (isChoice) this.onChoose(name);
      else this.onTurn(name, turns[event.key] * (event.shiftKey ? 10 : 1) * (reach / 100));
    });
  }

  resize(width) {
    const size = Math.min(width / this.graph.width, LARGEST);
    if (!size || size === this.size) return false;
    this.size = size;
    assign(this.svg, { width: size * this.graph.width, height: size * this.graph.height });
    return true;
  }

  draw({ nodes, chosen, values, moves, slopes, back }) {
    this.boxes.forEach(({ node, value, word, slope }, i) => {
      const [number, found] = [values[i] === null ? "?" : brief(values[i]), slopes[i]];
      const rate = found ? `${brief(found.value)}${found.whole ? "" : " + …"}` : "";
      write(value, number);
      write(slope, rate);
      show(word, found !== null);
      node.classList.toggle("lr-graph-moves", moves[i]);
      node.classList.toggle("lr-graph-chosen", i === chosen);
      if (nodes[i].reach) {
        assign(node, { "aria-pressed": i === chosen });
        assign(node, { "aria-label": `${nodes[i].name} = ${number}${rate && `, slope ${rate}`}` });
      }
    });
    const passed = back ? back.passed.flat() : this.arrows.map(() => null);
    this.arrows.forEach(({ node, down, up, label }, i) => {
      const isBack = passed[i] !== undefined && passed[i] !== null;
      node.classList.toggle("lr-graph-back", isBack);
      show(down, !isBack);
      show(up, isBack);
      write(label, isBack ? brief(passed[i]) : "");
    });
  }

  describe(text) {
    assign(this.svg, { "aria-label": text });
  }
}

// ---- The lab ------------------------------------------------------------------------------------

class GraphLab extends SteppedLab {
  constructor({ model, el }) {
    super(model);
    this.graph = model.get("graph");
    this.build(el);
    this.draw(model.get("step"));
    this.endings = [
      listen(model, ["leaf", "change"], () => this.busy || this.refresh()),
      this.listenToSteps(),
      watchWidths([this.drawing], () => this.draw(this.here)),
    ];
  }

  build(el) {
    const { nodes } = this.graph;
    this.forward = steps(nodes).length;
    this.drawing = new Drawing(this.graph, {
      onChoose: (leaf) => this.put({ leaf, change: this.changeOf(leaf) }),
      onTurn: (leaf, by) => this.turn(leaf, this.changeOf(leaf) + by),
    });
    this.slider = new Slider({
      name: "change",
      label: "Change the chosen number",
      mapping: this.mapping(),
      toText: (change) => `${this.model.get("leaf")} = ${brief(this.chosen.data + change)}`,
      onInput: (change) => this.turn(this.model.get("leaf"), change),
    });
    const last = 2 * this.forward + 1;
    const toText = (step) => `${step} of ${last}`;
    const { play, steps: stepping } = this.transport({ steps: last, toText });
    this.readouts = new Readouts([
      { key: "change", name: "" },
      { key: "rise", name: "" },
      { key: "slope", name: "" },
      { key: "product", name: "slope · change" },
    ]);
    this.verdict = new Words("lr-verdict", this.longest());
    this.mount(el, "lr-lab-graph", {
      picture: [beside(this.drawing.node, this.readouts.node, this.verdict.node)],
      controls: [element("div", { class: "lr-with-play" }, this.slider.node, play)],
      more: [stepping],
    });
  }

  get change() {
    return this.model.get("change");
  }

  changeOf(leaf) {
    return leaf === this.model.get("leaf") ? this.change : 0;
  }

  get chosen() {
    const leaf = this.model.get("leaf");
    return this.graph.nodes.find(({ name }) => name === leaf);
  }

  mapping() {
    const { reach } = this.chosen;
    return evenMapping([-reach, reach], reach / 100);
  }

  // The words at every step, for every number that may be chosen, and for the widest of changes.
  longest() {
    const leaves = this.graph.nodes.filter(({ reach }) => reach);
    return leaves.flatMap(({ name: leaf, reach }) =>
      range(2 * this.forward + 2).flatMap((step) =>
        [0, -0.23 * reach].map((change) => verdict(told(this.graph, { leaf, change, step })).html),
      ),
    );
  }

  // Another change of a number: what was made from it is computed, if it has not been.
  turn(leaf, wanted) {
    const { reach } = this.graph.nodes.find(({ name }) => name === leaf);
    const change = Number(clamp(wanted, -reach, reach).toPrecision(9));
    const step = Math.max(this.model.get("step"), this.forward);
    this.put({ playing: false, leaf, change, step });
  }

  refresh() {
    this.draw(this.here);
    this.announce();
  }

  draw(position) {
    if (this.busy) return;
    const step = Math.floor(position);
    this.position = step;
    const [leaf, change] = [this.model.get("leaf"), this.change];
    const state = told(this.graph, { leaf, change, step });
    this.drawing.draw(state);
    this.slider.remap(this.mapping());
    this.slider.show(change);
    this.step.show(step);
    this.conclude(verdict(state));
    this.read(state);
  }

  read({ nodes, chosen, last, values, slopes, rise, slope, change, start, step }) {
    const [leaf, result] = [nodes[chosen].name, nodes[last].name];
    const from = (i) => brief(start.values[i]);
    const tell = (key, value, note) => {
      const isKnown = value !== null;
      this.readouts.show(key, isKnown ? brief(value) : "?", isKnown ? note : "not yet");
    };
    this.readouts.rename("change", `change of ${leaf}`);
    this.readouts.rename("rise", `change of ${result}`);
    this.readouts.rename("slope", `slope in ${leaf}`);
    tell("change", change, `from ${from(chosen)}`);
    tell("rise", rise, `from ${from(last)}`);
    tell("slope", slope, `at ${leaf} = ${from(chosen)}`);
    tell("product", slope === null ? null : slope * change, "what the slope says");
    const parts = nodes.map(({ head }, i) => {
      const number = values[i] === null ? "" : ` = ${brief(values[i])}`;
      const rate = slopes[i]?.whole ? `, slope ${brief(slopes[i].value)}` : "";
      return `${head}${number}${rate}`;
    });
    this.drawing.describe(`The graph of ${result}: ${parts.join("; ")}.`);
    this.summary = `Step ${step} of ${this.last}. ${this.verdict.text}`;
  }

  // What is said is the verdict, which names the numbers.
  announce() {
    if (!this.playback.running) this.announcer.say(this.summary);
  }
}

export default { render: rebuilding(GraphLab, ["graph"]) };
