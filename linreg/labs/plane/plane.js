import { Button, evenMapping, Readouts, Slider } from "../kit/controls.js";
import { assign, element, OWN_KEYS, shape, show } from "../kit/dom.js";
import { Handle } from "../kit/handle.js";
import { beside, Lab, listen, rebuilding, watchWidths, Words } from "../kit/lab.js";
import { clamp, mean, range } from "../kit/numbers.js";
import { filled, fixed, readable, withMinus } from "../kit/text.js";
import { Turnable } from "../kit/turn.js";

// ---- Mathematics: the same as plane.py, and tested against it -----------------------------------

const { DIRECTIONS, GRAIN, NAMES, ONES, REACH, SIDES, STATE, X } = LAB;

const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);
const scaled = (a, factor) => a.map((value) => factor * value);
const plus = (a, b) => a.map((value, i) => value + b[i]);
const distance = (a, b) => Math.hypot(...a.map((value, i) => value - b[i]));

// So much of each of the three directions, in the rows' own units.
const mixed = (...amounts) =>
  range(3).map((row) => dot(amounts, DIRECTIONS.map((direction) => direction[row])));

// The second column: the ones, on their way to x.
export function second(alike) {
  return X.map((x, i) => (1 - alike) * ONES[i] + alike * x);
}

// The line of least squares through the three points of x, as its slope and intercept.
function fitted(place) {
  const [centre, level] = [mean(X), mean(place)];
  const along = X.map((x) => x - centre);
  const w = dot(along, place.map((value) => value - level)) / dot(along, along);
  return { w, b: level - w * centre };
}

// The place nearest to another one, of those that the columns reach.
export function nearest(place, alike) {
  if (alike === 1) return scaled(X, dot(place, X) / dot(X, X));
  const { w, b } = fitted(place);
  return X.map((x) => w * x + b);
}

// The weights of the two columns that reach a place of the plane. Where the columns are one, no pair
// is the only one: then the sum of the two, and null.
export function weights(place, alike) {
  if (alike === 1) return [dot(place, X) / dot(X, X), null];
  const { w, b } = fitted(place);
  return [w - (alike * b) / (1 - alike), b / (1 - alike)];
}

// What of a polygon in the plane lies within the sides of the picture.
function cut(places) {
  let left = places;
  SIDES.forEach((ends, row) =>
    ends.forEach((bound, end) => {
      const inside = (place) => (end === 0 ? 1 : -1) * (place[row] - bound);
      left = left.flatMap((here, i) => {
        const after = left[(i + 1) % left.length];
        const [one, other] = [inside(here), inside(after)];
        const share = one / (one - other);
        const crossing = one * other < 0 ? [plus(scaled(here, 1 - share), scaled(after, share))] : [];
        return one >= 0 ? [here, ...crossing] : crossing;
      });
    }),
  );
  return left;
}

const reached = (w, b, alike) => plus(scaled(X, w), scaled(second(alike), b));

// The corners of what weights up to 7 reach, within the sides of the picture.
export function sheet(alike) {
  const ends = [[1, 1], [1, -1], [-1, -1], [-1, 1]];
  return cut(ends.map(([w, b]) => reached(REACH * w, REACH * b, alike)));
}

// The lines of a whole weight, each as its two ends, within the same sides.
export function mesh(alike) {
  const whole = range(2 * REACH + 1).map((k) => k - REACH);
  const lines = [
    ...whole.map((w) => [[w, -REACH], [w, REACH]]),
    ...whole.map((b) => [[-REACH, b], [REACH, b]]),
  ];
  return lines
    .map((line) => cut(line.map(([w, b]) => reached(w, b, alike))))
    .filter((line) => line.length > 1)
    .map((line) => line.slice(0, 2));
}

// The way of length 1 from a place to another, or null where they are one.
function towards(start, end) {
  const length = distance(start, end);
  return length < 1e-9 ? null : scaled(plus(end, scaled(start, -1)), 1 / length);
}

// The three corners of the mark of the right angle, at the foot.
export function corner({ y, place, foot }) {
  const along = towards(foot, place) ?? towards([0, 0, 0], X);
  const up = towards(foot, y);
  if (!up) return [];
  const steps = [[1, 0], [1, 1], [0, 1]];
  return steps.map(([i, j]) =>
    plus(foot, plus(scaled(along, LAB.MARK * i), scaled(up, LAB.MARK * j))),
  );
}

// The space of the three rows as it is seen, in pixels: an orthographic picture.
export class View {
  constructor({ azimuth, elevation, width, height }) {
    const [turn, tilt] = [azimuth, elevation].map((angle) => (angle * Math.PI) / 180);
    const [wide, high] = LAB.SIZE;
    Object.assign(this, { width, height, scale: Math.min(width / wide, height / high) });
    this.right = mixed(Math.cos(turn), -Math.sin(turn), 0);
    this.ground = mixed(Math.sin(turn), Math.cos(turn), 0);
    this.up = plus(scaled(this.ground, Math.sin(tilt)), mixed(0, 0, Math.cos(tilt)));
    this.steepness = Math.sin(tilt);
    this.centre = mixed(...LAB.CENTRE);
  }

  at(place) {
    const off = plus(place, scaled(this.centre, -1));
    return [
      this.width / 2 + this.scale * dot(off, this.right),
      this.height / 2 - this.scale * dot(off, this.up),
    ];
  }

  line(places) {
    return places.length ? `M${places.map((place) => this.pair(place)).join("L")}` : "";
  }

  pair(place) {
    return this.at(place)
      .map((pixel) => clamp(pixel, -1e4, 1e4).toFixed(1))
      .join(" ");
  }

  // From a place, so many pixels on in the plane of the screen.
  inScreen(place, across, down) {
    const moved = plus(scaled(this.right, across / this.scale), scaled(this.up, -down / this.scale));
    return plus(place, moved);
  }

  // Or in the plane of the columns; where one looks along it, no more than across; and where it is a
  // line, along that.
  inPlane(place, across, down, alike) {
    if (alike === 1) {
      const way = [dot(X, this.right), -dot(X, this.up)].map((part) => part * this.scale);
      const length = dot(way, way);
      const share = length > 1 ? dot(way, [across, down]) / length : 0;
      return plus(place, scaled(X, share));
    }
    const away = this.steepness > 0.1 ? -down / (this.scale * this.steepness) : 0;
    return plus(place, plus(scaled(this.right, across / this.scale), scaled(this.ground, away)));
  }
}

// A place that a hand wants, within the picture and rounded; in the plane, or `above` it too.
export function allowed(place, above) {
  const rounded = (value) => Number((Math.round(value / GRAIN) * GRAIN).toFixed(9));
  const [first, middle] = [place[0], (place[1] + place[2]) / 2].map((value, i) =>
    rounded(clamp(value, ...SIDES[i])),
  );
  if (!above) return [first, middle, middle];
  const apart = Math.SQRT1_2 * LAB.HIGHEST - GRAIN;
  const half = rounded(clamp((place[2] - place[1]) / 2, -apart, apart));
  return [first, middle - half, middle + half].map((value) => Number(value.toFixed(9)));
}

// ---- Words --------------------------------------------------------------------------------------

const number = (value) => withMinus(value.toFixed(2)).replace("−0.00", "0.00");
const named = (place) => `(${place.map(number).join(", ")})`;

const SENTENCES = {
  place: ({ here }) =>
    `Your ŷ is <strong>${here}</strong> from y. Drag it in the plane, or turn the picture and look
    from elsewhere: how near can you bring it?`,
  found: ({ withFirst, withSecond }) =>
    `Hardly any place is nearer. <strong>From here the arrow to y is perpendicular to both
    columns</strong>: its products with them are ${withFirst} and ${withSecond}.`,
  foot: ({ here, least, apart }) =>
    `The nearest place lies straight below y. <strong>The arrow from it to y is perpendicular to both
    columns.</strong> So ${here}² = ${least}² + ${apart}²: no other place is as near.`,
  alike: ({ subject, w, b }) =>
    `Two columns so alike still span the same plane, and ${subject} stays. <strong>Its weights run
    away:</strong> ${w} times x and ${b} times the other column. Shaded is what weights of at most
    ${REACH} reach.`,
  line: ({ subject, sum }) =>
    `The two columns are one, and <strong>the plane is a line.</strong> Every pair of weights with
    w + b = ${sum} reaches ${subject}: the data no longer say which.`,
};

const WIDEST = { here: "0.000", least: "0.000", apart: "0.000", sum: "−0.00", subject: "" };
const LONGEST = Object.values(SENTENCES).map((sentence) =>
  sentence({
    ...WIDEST,
    subject: "the nearest place",
    withFirst: "−0.00",
    withSecond: "−0.00",
    w: "−000.00",
    b: "−000.00",
  }),
);

// What the picture shows, in a word, and in a few sentences as HTML.
export function verdict({ y, place, foot, alike, isShown }) {
  const subject = isShown ? "the nearest place" : "your ŷ";
  const [w, b] = weights(isShown ? foot : place, alike);
  const residual = plus(place, scaled(y, -1));
  const facts = {
    subject,
    sum: number(w),
    w: number(w),
    b: b === null ? "" : number(b),
    here: readable(distance(place, y)),
    least: readable(distance(foot, y)),
    apart: readable(distance(place, foot)),
    withFirst: number(dot(residual, X)),
    withSecond: number(dot(residual, second(alike))),
  };
  const isFound = distance(place, foot) <= LAB.CLOSE;
  const plain = isShown ? "foot" : isFound ? "found" : "place";
  const kind = alike === 1 ? "line" : alike > 0 ? "alike" : plain;
  return { kind, html: SENTENCES[kind](facts).replace(/\s+/g, " ") };
}

// ---- The picture --------------------------------------------------------------------------------

const heightOf = (width) => Math.round(clamp(0.76 * width, 260, 340));

// A place in space that is dragged, and moved by the arrow keys.
class SpaceHandle extends Handle {
  grab() {
    this.onGrab();
    this.from = { across: this.across, down: this.down };
    return super.grab();
  }

  move(across, down) {
    this.onDrag(across - this.from.across, down - this.from.down);
  }

  step(right, up) {
    this.onStep(right, up);
  }
}

class Scene extends Turnable {
  constructor({ onTurn, onPlace, onTarget }) {
    super();
    Object.assign(this, { onTurn, handles: [] });
    const path = (style) => shape("path", { class: `lr-plane-${style}` });
    const names = ["sheet", "mesh", "axes", "columns", "way", "target", "place", "gap"];
    this.paths = Object.fromEntries([...names, "drop", "base", "corner"].map((n) => [n, path(n)]));
    this.foot = shape("circle", { class: "lr-plane-foot", r: 5 });
    this.texts = NAMES.map(([name, role]) =>
      shape("text", { class: `lr-plane-name lr-plane-in-${role}` }, name),
    );
    const labels = shape("g", { "aria-hidden": "true" }, ...this.texts);
    this.over = shape("g");
    const attributes = { class: "lr-chart lr-turned lr-plane-scene", role: "application", tabindex: 0 };
    const parts = [...Object.values(this.paths), this.foot, labels, this.over];
    this.svg = shape("svg", { ...attributes, ...OWN_KEYS }, ...parts);
    assign(this.svg, { "aria-roledescription": "picture to turn" });
    this.node = element("div", { class: "lr-panel" }, this.svg);
    this.target = this.handle("lr-plane-y", "y, the target", "y", onTarget);
    this.prediction = this.handle("lr-dot", "ŷ, your prediction", "place", onPlace);
    this.listenToTurns();
    this.resize(360);
  }

  handle(className, label, name, hear) {
    let start = null;
    const way = name === "y" ? "inScreen" : "inPlane";
    return new SpaceHandle({
      chart: this,
      className,
      label,
      radius: 8,
      onGrab: () => (start = this.state[name]),
      onDrag: (across, down) => hear(this.view[way](start, across, down, this.state.alike)),
      onStep: (right, up) => hear(this.stepped(name, right, up)),
    });
  }

  // A tenth on: ŷ along row 1 and along rows 2 and 3; y along the rows that are seen to lead most
  // up and most across.
  stepped(name, right, up) {
    const here = this.state[name];
    const { alike } = this.state;
    if (name === "place" && alike === 1) return plus(here, scaled(X, 0.05 * (right + up)));
    if (name === "place") return plus(here, [right, up, up].map((way) => 0.1 * way));
    const leads = (way, rows) => rows.reduce((a, b) => (Math.abs(way[b]) > Math.abs(way[a]) ? b : a));
    const upright = leads(this.view.up, [0, 1, 2]);
    const level = leads(this.view.right, [0, 1, 2].filter((row) => row !== upright));
    const moved = [...here];
    moved[upright] += 0.1 * up * Math.sign(this.view.up[upright]);
    moved[level] += 0.1 * right * Math.sign(this.view.right[level]);
    return moved;
  }

  hold(handle) {
    this.handles.push(handle);
  }

  locate({ clientX, clientY }) {
    const { left, top, width, height } = this.svg.getBoundingClientRect();
    const across = ((clientX - left) * this.width) / width;
    return { across, down: ((clientY - top) * this.height) / height };
  }

  resize(width) {
    const height = heightOf(width);
    if (!width || (width === this.width && height === this.height)) return false;
    Object.assign(this, { width, height });
    assign(this.svg, { viewBox: `0 0 ${width} ${height}`, width, height });
    return true;
  }

  draw(state) {
    const { y, place, foot, alike, isShown, azimuth, elevation } = state;
    const { width, height } = Object.assign(this, { state, azimuth, elevation });
    const view = (this.view = new View({ azimuth, elevation, width, height }));
    const zero = [0, 0, 0];
    const axes = range(3).map((k) => range(3).map((i) => (i === k ? LAB.AXIS : 0)));
    const columns = [X, second(alike)];
    const end = isShown ? foot : place;
    const [w] = weights(end, alike);
    const lines = {
      sheet: [sheet(alike)],
      mesh: mesh(alike),
      axes: axes.map((axis) => [zero, axis]),
      columns: columns.map((column) => [zero, column]),
      way: alike > 0 && alike < 1 ? [[zero, scaled(X, w), end]] : [],
      target: [[zero, y]],
      place: [[zero, place]],
      gap: [[place, y]],
      drop: isShown ? [[foot, y]] : [],
      base: isShown ? [[foot, place]] : [],
      corner: isShown ? [corner({ y, place, foot })] : [],
    };
    for (const [name, all] of Object.entries(lines)) {
      assign(this.paths[name], { d: all.map((places) => view.line(places)).join("") });
    }
    show(this.foot, isShown);
    const [cx, cy] = view.at(foot).map((pixel) => pixel.toFixed(1));
    assign(this.foot, { cx, cy });
    this.name([...axes, X, ...[columns[1], columns[1]], y, place], alike);
    const far = distance(y, place);
    this.stand(this.target, y, `y ${named(y)}`, far);
    this.stand(this.prediction, place, `ŷ ${named(place)}`, far);
  }

  name(places, alike) {
    this.texts.forEach((text, i) => {
      const [x, y] = this.view.at(places[i]);
      const [right, lower] = LAB.BESIDE[i];
      assign(text, { x: (x + right).toFixed(1), y: (y + lower).toFixed(1) });
    });
    show(this.texts[4], alike === 0);
    show(this.texts[5], alike > 0 && alike < 1);
  }

  stand(handle, place, words, far) {
    handle.stand(...this.view.at(place), far, [0, 10]);
    handle.describe(`${words}, distance between y and ŷ ${readable(far)}`);
  }

  describe(text) {
    assign(this.svg, { "aria-label": text });
  }
}

// ---- The lab ------------------------------------------------------------------------------------

class PlaneLab extends Lab {
  constructor({ model, el }) {
    super(model);
    this.build(el);
    this.refresh({ silent: true });
    this.endings = [
      listen(model, STATE, () => this.busy || this.refresh()),
      watchWidths([this.scene], () => this.refresh({ silent: true })),
    ];
  }

  build(el) {
    this.scene = new Scene({
      onTurn: (azimuth, elevation) => this.put({ azimuth, elevation }),
      onPlace: (place) => this.put({ y_hat: allowed(place, false) }),
      onTarget: (place) => this.put({ y: allowed(place, true) }),
    });
    this.slider = new Slider({
      name: "alike",
      label: "Make the two columns alike",
      mapping: evenMapping([0, 1], 0.01),
      toText: (alike) => `${Math.round(100 * alike)}%`,
      onInput: (alike) => this.put({ alike }),
    });
    this.button = new Button({
      text: "Show the nearest place",
      onClick: () => this.put({ foot: !this.model.get("foot") }),
    });
    this.readouts = new Readouts([
      { key: "place", name: "your ŷ, in rows 1, 2, 3" },
      { key: "distance", name: "distance to y" },
      { key: "least", name: "least distance" },
      { key: "weights", name: "weights of ŷ" },
    ]);
    this.verdict = new Words("lr-verdict", LONGEST);
    const buttons = element("div", { class: "lr-buttons" }, this.button.node);
    this.mount(el, "lr-lab-plane", {
      picture: [beside(this.scene.node, this.readouts.node, this.verdict.node)],
      controls: [buttons, this.slider.node],
    });
  }

  refresh({ silent = false } = {}) {
    const [y, yHat, isShown, alike, azimuth, elevation] = STATE.map((name) => this.model.get(name));
    const place = alike === 1 ? nearest(yHat, 1) : yHat;
    const foot = nearest(y, alike);
    const state = { y, place, foot, alike, isShown };
    this.scene.draw({ ...state, azimuth, elevation });
    this.slider.show(alike);
    this.button.show(null, isShown ? "Hide the nearest place" : "Show the nearest place");
    this.conclude(verdict(state));
    this.read(state, azimuth, elevation);
    if (!silent) this.announcer.say(`${this.verdict.text} ${this.summary}`);
  }

  read({ y, place, foot, alike, isShown }, azimuth, elevation) {
    const here = distance(place, y);
    const least = distance(foot, y);
    const [w, b] = weights(place, alike);
    const pair = b === null ? `w + b = ${number(w)}` : `w = ${number(w)}, b = ${number(b)}`;
    const lossOf = (length) => `loss ${readable((length * length) / 3)}`;
    this.readouts.show("place", named(place), `y ${named(y)}`);
    this.readouts.show("distance", readable(here), lossOf(here));
    this.readouts.show("least", isShown ? readable(least) : "?", isShown ? lossOf(least) : "not yet");
    this.readouts.show("weights", pair, alike === 0 ? "of x and of 1" : b === null ? "every such pair" : "of x and of c");
    const nearestText = filled(LAB.NEAREST, { foot: named(foot), least: readable(least) });
    this.summary =
      `y ${named(y)}, ŷ ${named(place)}, distance ${readable(here)}.` +
      `${isShown ? ` ${nearestText}` : ""}`;
    this.scene.describe(
      `The space of the three rows, with the plane of the two columns, seen from` +
        ` ${Math.round(elevation)} degrees above the plane and turned by ${fixed(azimuth, 0)}.` +
        ` ${this.summary} The arrow keys turn it.`,
    );
  }
}

export default { render: rebuilding(PlaneLab, []) };
