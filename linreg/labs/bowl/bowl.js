import { captionOf, Chart } from "../kit/chart.js";
import { Button, Readouts, Switch } from "../kit/controls.js";
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
import { assign, element, OWN_KEYS, shape, show, write } from "../kit/dom.js";
import { Handle } from "../kit/handle.js";
import { Lab, listen, rebuilding, watchWidths, Words } from "../kit/lab.js";
import { clamp, mean, range } from "../kit/numbers.js";
import { Playback } from "../kit/playback.js";
import { roundSteps, tickText } from "../kit/scale.js";
import { filled, fixed, plural, readable, zeroIfRounding } from "../kit/text.js";
import { Turnable } from "../kit/turn.js";

// ---- Mathematics: the same as bowl.py, and tested against it ------------------------------------

const { AIR, ENDLESS, HEIGHT, MOST_MARBLES, MOST_STEPS, PIN, TONES } = LAB;

// All that the data fix: the pin, the least loss, the rim. Where the columns are collinear each x
// is the mean, and the bowl is a trough.
export function bowlOf(x, y, collinear) {
  const centre = mean(x);
  const column = collinear ? x.map(() => centre) : x;
  const pin = leastSquares(x, y);
  const spread = Math.sqrt(mean(x.map((value) => (value - centre) ** 2)));
  const depth = LAB.DEPTH * (mean(y.map((value) => value * value)) || 1);
  const lean = centre / Math.hypot(centre, spread);
  const least = meanSquaredError(column, y, pin);
  return { x: column, y, collinear, pin, least, centre, spread, depth, lean, level: mean(y) };
}

// Where a marble goes from a start, and what becomes of it: "rest", "lost" or "moving".
export function path(bowl, rate, { w, b }) {
  const { x, y, pin, depth } = bowl;
  const above = (place) => gap(x, place, pin);
  const highest = LAB.LOST * Math.max(depth, above({ w, b }));
  const stops = [];
  let outcome = null;
  for (let here = { w, b }; !outcome; ) {
    stops.push({ ...here, loss: meanSquaredError(x, y, here) });
    const slope = gradient(x, y, here);
    const height = above(here);
    if (height <= LAB.AT_REST * depth) outcome = "rest";
    else if (height > highest) outcome = "lost";
    else if (stops.length > MOST_STEPS) outcome = "moving";
    here = { w: here.w - rate * slope.w, b: here.b - rate * slope.b };
  }
  return { stops, outcome };
}

// ---- The bowl in the round: (u, v) is (0, 0) at the pin and has length 1 at the rim -------------

export function toDisc({ pin, centre, spread, depth }, { w, b }) {
  const [radius, along] = [Math.sqrt(depth), w - pin.w];
  return [(spread * along) / radius, (b - pin.b + centre * along) / radius];
}

export function toPlane({ pin, centre, spread, depth }, [u, v]) {
  const along = (Math.sqrt(depth) * u) / spread;
  return { w: pin.w + along, b: pin.b + Math.sqrt(depth) * v - centre * along };
}

// Half the width and half the height of the rim, in units of w and of b.
function halves({ centre, spread, depth }) {
  const w = Math.sqrt(depth) / spread;
  return { w, b: w * Math.hypot(centre, spread) };
}

// A place in the round, its w and b rounded to numbers one can name.
function namedPlace(bowl, place) {
  const [exact, half] = [toPlane(bowl, place), halves(bowl)];
  const nice = (name) => {
    const power = Math.floor(Math.log10(half[name] / 10));
    const steps = Math.floor(exact[name] / 10 ** power + 0.5);
    return power >= 0 ? steps * 10 ** power : steps / 10 ** -power;
  };
  return [nice("w"), nice("b")];
}

export const five = (bowl) => LAB.FIVE.map((place) => namedPlace(bowl, place));

// The height of a place: 0 at the least loss, 1 at the rim.
const lift = ({ collinear }, [u, v]) => (collinear ? v * v : u * u + v * v);

// How far from the pin the rings at round losses lie, 1 at the rim; the rim is the last.
function ringsOf({ least, depth }) {
  const rings = roundSteps(least, least + depth, 6)
    .filter((value) => value > least)
    .map((value) => ({ text: tickText(value), radius: Math.sqrt((value - least) / depth) }));
  return [...rings.filter(({ radius }) => radius < LAB.OUTERMOST), { text: "", radius: 1 }];
}

// ---- The surface as it is seen ------------------------------------------------------------------

// An orthographic picture in pixels. A line of sight meets a convex surface at most twice, so what
// shows its inside is drawn first, then what lies in it, then what shows its outside, in wires
// alone: nothing needs sorting.
export class View {
  constructor(bowl, { azimuth, elevation, width, height }) {
    const [side, above, below] = LAB.MARGINS;
    const [turn, tilt] = [azimuth, elevation].map((angle) => (angle * Math.PI) / 180);
    const { lean, collinear } = bowl;
    Object.assign(this, { bowl, lean, thin: Math.sqrt(1 - lean * lean) });
    Object.assign(this, { cosTurn: Math.cos(turn), sinTurn: Math.sin(turn) });
    Object.assign(this, { cosTilt: Math.cos(tilt), sinTilt: Math.sin(tilt) });
    const { reach, top, bottom } = collinear ? this.troughSize() : this.bowlSize();
    const inside = height - above - below;
    this.scale = Math.min((width - 2 * side) / (2 * reach), inside / (top + bottom));
    const slack = inside - this.scale * (top + bottom);
    Object.assign(this, { x: width / 2, y: above + slack / 2 + top * this.scale });
  }

  // How far the surface reaches from the pin, from wherever it is looked at: sideways, up and down.
  bowlSize() {
    const reach = Math.sqrt(1 + Math.abs(this.lean));
    const [down, up] = [reach * this.sinTilt, HEIGHT * this.cosTilt];
    return { reach, top: down + up, bottom: down < 2 * up ? (down * down) / (4 * up) : down - up };
  }

  troughSize() {
    const reach = Math.hypot(1, this.thin + Math.abs(this.lean));
    const [down, up] = [reach * this.sinTilt, HEIGHT * this.cosTilt];
    const below = (v) =>
      Math.hypot(1, Math.abs(this.lean) + this.thin * v) * this.sinTilt - up * v * v;
    return { reach, top: down + up, bottom: Math.max(...range(21).map((k) => below(k / 20))) };
  }

  // Where a place in the round is seen; on the surface, unless a height is given.
  at([u, v], height = lift(this.bowl, [u, v])) {
    const away = this.thin * v - this.lean * u;
    const across = u * this.cosTurn - away * this.sinTurn;
    const back = u * this.sinTurn + away * this.cosTurn;
    const up = back * this.sinTilt + HEIGHT * height * this.cosTilt;
    return [this.x + this.scale * across, this.y - this.scale * up];
  }

  pair(place) {
    const [across, down] = this.at(place);
    return `${across.toFixed(1)} ${down.toFixed(1)}`;
  }

  line(places) {
    return `M${places.map((place) => this.pair(place)).join("L")}`;
  }

  // The slope of the surface as the one who looks has it: to the right, and away.
  slope([u, v]) {
    const [du, dv] = [this.bowl.collinear ? 0 : 2 * HEIGHT * u, 2 * HEIGHT * v];
    const [east, north] = [du + (dv * this.lean) / this.thin, dv / this.thin];
    return [
      east * this.cosTurn - north * this.sinTurn,
      east * this.sinTurn + north * this.cosTurn,
    ];
  }

  showsInside(place) {
    return this.sinTilt + this.slope(place)[1] * this.cosTilt > 0;
  }

  // How strongly a place is coloured: the lower and the less lit, the more.
  tone(place) {
    const [right, away] = this.slope(place);
    const [toRight, toAway, up] = LAB.LIGHT;
    const light = (up - toRight * right - toAway * away) / Math.hypot(right, away, 1);
    const [always, dark, deep] = LAB.SHADE;
    const strength =
      always + dark * (1 - Math.max(0, light)) + deep * (1 - lift(this.bowl, place));
    return clamp(Math.round(TONES * strength), 1, TONES);
  }
}

// A place in the round from two shares of 0 to 1: in the bowl the radius and the turn, in the
// trough the ways along and across it.
function corner({ collinear }, first, second) {
  if (collinear) return [2 * first - 1, 2 * second - 1];
  const turn = 2 * Math.PI * second;
  return [first * Math.cos(turn), first * Math.sin(turn)];
}

// The surface's facets: four corners and the middle of each.
function facetsOf(bowl, rings = 12, sectors = 48) {
  const at = (i, j) => corner(bowl, i / rings, j / sectors);
  return range(rings).flatMap((i) =>
    range(sectors).map((j) => {
      const corners = [at(i, j), at(i + 1, j), at(i + 1, j + 1), at(i, j + 1)];
      return { corners, middle: [0, 1].map((k) => mean(corners.map((place) => place[k]))) };
    }),
  );
}

// Lines on the surface: the rings of equal loss, and lines across them.
function wiresOf(bowl) {
  const share = range(37).map((k) => k / 36);
  const radii = ringsOf(bowl).map(({ radius }) => radius);
  const line = (place) => share.map((k) => corner(bowl, ...place(k)));
  if (bowl.collinear) {
    const sides = radii.flatMap((radius) => [(1 - radius) / 2, (1 + radius) / 2]);
    const strips = sides.map((side) => line((k) => [k, side]));
    return [...strips, ...range(7).map((i) => line((k) => [i / 6, k]))];
  }
  const rings = radii.map((radius) => line((k) => [radius, k]));
  const spoke = (i) => line((k) => [radii[0] + k * (1 - radii[0]), i / 12]);
  return [...rings, ...range(12).map(spoke)];
}

// The places of a marble's way, up to a position along its stops, close enough together to curve;
// stops too near each other to be seen apart are left out.
function wayOf(bowl, stops, position) {
  const last = Math.min(position, stops.length - 1);
  let here = toDisc(bowl, stops[0]);
  const places = [here];
  for (let k = 1; k <= Math.ceil(last) && places.length < LAB.LONGEST_WAY; k += 1) {
    const there = toDisc(bowl, lineBetween(stops, Math.min(k, last)));
    const [du, dv] = [there[0] - here[0], there[1] - here[1]];
    const length = Math.hypot(du, dv);
    if (length < LAB.SHORTEST) continue;
    const parts = clamp(Math.ceil(length / LAB.STRIDE), 1, LAB.MOST_PARTS);
    const from = here;
    range(parts).forEach((i) => {
      const share = (i + 1) / parts;
      places.push([from[0] + share * du, from[1] + share * dv]);
    });
    here = there;
  }
  return places;
}

// ---- Words --------------------------------------------------------------------------------------

// A number in up to five digits, without zeros at its end.
const short = (value) => String(Number(value.toPrecision(5))).replace("-", "−");

const lossText = ({ y }, loss) => readable(zeroIfRounding(loss, y));

// What the marbles come to, in a word.
function kindOf({ bowl, rate, rolls }) {
  if (rolls.length === 0) return bowl.collinear ? "flat" : "waiting";
  const outcomes = rolls.map(({ outcome }) => outcome);
  const share = rate * curvatures(bowl.x).steepest;
  if (outcomes.includes("lost")) return "diverges";
  if (outcomes.includes("moving")) {
    if (share > 2 + 1e-9) return "diverges";
    if (share > 2 - 1e-9) return "edge";
    return share > 1 ? "swings" : "slow";
  }
  return bowl.collinear ? "trough" : "pin";
}

// And in a few sentences, as HTML.
const SENTENCES = {
  waiting: ({ hand, loss }) =>
    `A marble waits at w = ${hand.w}, b = ${hand.b}, where the loss is ${loss}. Drag it on the map,
    or tap a place there, and <strong>release it.</strong> Each step goes straight downhill. The
    surface turns when you drag it.`,
  flat: ({ line, least, c }) =>
    `Every x is now ${c}, so its column is ${c} times the column of ones: they are collinear. The
    bowl is a trough, with the same loss, ${least}, all along its bottom, ${line}.
    <strong>Where will a marble come to rest?</strong>`,
  rolling: ({ alpha }) =>
    `Each step goes straight downhill, and is ${alpha} times as long as the surface is steep there.`,
  pin: ({ marbles, starts, pin, least, swings }) =>
    `${marbles}, ${starts}, <strong>one pin at ${pin}</strong>, where the loss is least: ${least}.
    The bowl has one bottom. A start decides the way there, not the end.${swings}`,
  trough: ({ marbles, ends, least, line }) =>
    `${marbles}, ${ends}, <strong>one loss: ${least}.</strong> All along the bottom, ${line}, no
    place is better than the next. Straight downhill is straight across it: each marble rests at
    the point of the bottom nearest its start.`,
  slow: ({ alpha, moving, some }) =>
    `${alpha} is safe, and too small to arrive: after ${MOST_STEPS} steps ${moving} of ${some} still
    on the way. The nearer the bottom, the less steep, and the shorter each step.`,
  swings: ({ alpha, limit, factor, moving, some }) =>
    `${alpha} is just below 2/${LAMBDA} = ${limit}: each step overshoots the bottom and lands
    ${factor} times as far on the other side. The marbles swing in, slowly: after ${MOST_STEPS}
    steps ${moving} of ${some} still on the way.`,
  edge: ({ alpha }) =>
    `${alpha} is 2/${LAMBDA} itself, two over the surface's greatest curvature. Along that direction
    each step jumps across the bottom and lands as high as it came from.`,
  diverges: ({ alpha, limit, factor, lost }) =>
    `${alpha} is past 2/${LAMBDA} = ${limit}, two over the surface's greatest curvature. Each step
    overshoots the bottom and lands ${factor} times as far on its other side:
    <strong>${lost}</strong> The surface is as it was; the steps are too long.`,
};

// Each as long as it can be, so that the place of the verdict is high enough for all.
const LONGEST = Object.values(SENTENCES).map((sentence) =>
  sentence({
    alpha: "α ≈ 0.000000",
    marbles: "5 marbles",
    starts: "5 starts",
    ends: "5 ends",
    pin: "(−00.0000, −00.0000)",
    least: "0.00×10⁻⁰⁰",
    c: "−00.000",
    line: "the line −00.000 w + b = −00.000",
    hand: { w: "−00.00", b: "−00.00" },
    loss: "0.00×10⁻⁰⁰",
    limit: "0.00000000",
    factor: "0.000000",
    lost: "5 of 5 marbles left the picture.",
    moving: 5,
    some: "5 marbles are",
    swings: " With this α a step overshoots the bottom, and yet ends nearer to it.",
  }),
);

export function verdict({ bowl, rate, hand, rolls, rolling = false }) {
  const { pin, least, centre, level } = bowl;
  const { steepest } = curvatures(bowl.x);
  const gone = rolls.filter(({ outcome }) => outcome === "lost").length;
  const moving = rolls.filter(({ outcome }) => outcome === "moving").length;
  const ends = new Set(rolls.map(({ stops }) => stops[stops.length - 1]).map(({ w }) => fixed(w)));
  const kind = rolling ? "rolling" : kindOf({ bowl, rate, rolls });
  const swings = rate * steepest > 1 && rate * steepest < 2;
  const facts = {
    alpha: `α = ${rateText(rate)}`.replace("= ≈", "≈"),
    marbles: plural(rolls.length, "marble"),
    starts: plural(rolls.length, "start"),
    ends: plural(ends.size, "end"),
    pin: `(${fixed(pin.w)}, ${fixed(pin.b)})`,
    least: lossText(bowl, least),
    c: short(centre),
    line: `the line ${short(centre)} w + b = ${short(level)}`,
    hand: hand && { w: fixed(hand.w, 2), b: fixed(hand.b, 2) },
    loss: hand && lossText(bowl, meanSquaredError(bowl.x, bowl.y, hand)),
    limit: (2 / steepest).toPrecision(4),
    factor: factorText(Math.abs(1 - rate * steepest)),
    lost: gone
      ? `${gone} of ${plural(rolls.length, "marble")} left the picture.`
      : "it swings wider and wider.",
    moving,
    some: `${plural(rolls.length, "marble")} ${moving === 1 ? "is" : "are"}`,
    swings: swings ? " With this α a step overshoots the bottom, and yet ends nearer to it." : "",
  };
  return { kind, html: SENTENCES[kind](facts).replace(/\s+/g, " ").trim() };
}

// ---- The lab ------------------------------------------------------------------------------------

// Higher than other pictures are: a surface needs the space.
const heightOf = (width, stacked) =>
  Math.round(stacked ? clamp(0.58 * width, 170, 320) : clamp(30 + 0.66 * width, 200, 330));

// The surface, which a drag and the arrow keys turn.
class Scene extends Turnable {
  constructor({ onTurn }) {
    super();
    this.onTurn = onTurn;
    this.tones = range(TONES).map((tone) =>
      shape("path", { "fill-opacity": ((tone + 1) / TONES).toFixed(3) }),
    );
    this.facing = shape("path", { class: "lr-bowl-wire" }); // wires of the inside, and ...
    this.averted = shape("path", { class: "lr-bowl-wire lr-bowl-front" }); // ... of the outside
    this.bottom = shape("path", { class: "lr-best lr-bowl-bottom" });
    this.head = shape("circle", { class: "lr-bowl-pin", r: 5 });
    this.ways = range(MOST_MARBLES).map(() => shape("path", { class: "lr-bowl-way" }));
    this.marbles = range(MOST_MARBLES + 1).map(() => shape("circle", { class: "lr-dot", r: 6 }));
    this.arrows = shape("path", { class: "lr-bowl-compass" });
    this.names = ["w", "b"].map((name) =>
      shape("text", { class: "lr-name", "text-anchor": "middle" }, name),
    );
    this.words = shape("text", { x: 2 });
    const middle = [this.bottom, this.head, ...this.ways, ...this.marbles];
    const labels = [this.arrows, ...this.names, this.words];
    const labelled = shape("g", { "aria-hidden": "true" }, ...labels);
    this.svg = shape(
      "svg",
      { class: "lr-chart lr-turned lr-bowl-scene", role: "application", tabindex: 0, ...OWN_KEYS },
      shape("g", { class: "lr-bowl-surface" }, ...this.tones),
      this.facing,
      shape("g", {}, ...middle),
      this.averted,
      labelled,
    );
    assign(this.svg, { "aria-roledescription": "surface to turn" });
    const caption = captionOf([
      ["surface", "the loss"],
      ["fit", "a marble's way"],
    ]);
    this.node = element("div", { class: "lr-panel" }, caption, this.svg);
    this.listenToTurns();
    this.resize(360);
  }

  resize(width, stacked = false) {
    const height = heightOf(width, stacked);
    if (!width || (width === this.width && height === this.height)) return false;
    Object.assign(this, { width, height });
    assign(this.svg, { viewBox: `0 0 ${width} ${height}`, width, height });
    assign(this.words, { y: height - 4 });
    return true;
  }

  // ---- Drawing it

  // A new surface; until a marble has been seen to roll, nothing marks its bottom.
  prepare(bowl, seen) {
    Object.assign(this, { bowl, seen });
    this.facets = facetsOf(bowl);
    this.wires = wiresOf(bowl);
    const [least, rim] = [0, bowl.depth].map((high) => lossText(bowl, bowl.least + high));
    const where = LAB.WHERE[bowl.collinear ? "trough" : "bowl"];
    write(this.words, filled(LAB.HEIGHTS, { least, where, rim }));
    for (const node of [this.words, this.bottom]) show(node, seen);
    show(this.head, seen && !bowl.collinear);
  }

  // Another place to look from, or another size.
  turn(azimuth, elevation) {
    const { bowl, width, height } = this;
    Object.assign(this, { azimuth, elevation });
    this.view = new View(bowl, { azimuth, elevation, width, height });
    this.drawFacets();
    this.drawWires();
    this.drawNames();
    const [across, down] = this.view.at([0, 0]);
    const trough = this.view.line([[-1, 0], [1, 0]]);
    assign(this.bottom, { d: bowl.collinear ? trough : `M${across} ${down}v${-PIN}` });
    assign(this.head, { cx: across.toFixed(2), cy: (down - PIN).toFixed(2) });
    const kind = bowl.collinear
      ? " A trough: its bottom is a line, and no place on it is better than the next."
      : " A bowl: it has one bottom, where the pin stands.";
    assign(this.svg, {
      "aria-label":
        `The loss over slope w and intercept b, seen from ${Math.round(elevation)} degrees above` +
        ` and turned by ${fixed(azimuth, 0)}.${this.seen ? kind : ""} The arrow keys turn it.`,
    });
  }

  drawFacets() {
    const pieces = range(TONES).map(() => "");
    for (const { corners, middle } of this.facets) {
      if (!this.view.showsInside(middle)) continue;
      pieces[this.view.tone(middle) - 1] += `${this.view.line(corners)}Z`;
    }
    this.tones.forEach((path, tone) => assign(path, { d: pieces[tone] }));
  }

  drawWires() {
    const pieces = { facing: "", averted: "" };
    for (const places of this.wires) {
      let side = null;
      places.slice(0, -1).forEach((place, k) => {
        const now = this.view.showsInside(place) ? "facing" : "averted";
        if (now !== side) pieces[now] += `M${this.view.pair(place)}`;
        pieces[now] += `L${this.view.pair(places[k + 1])}`;
        side = now;
      });
    }
    for (const side of ["facing", "averted"]) assign(this[side], { d: pieces[side] });
  }

  // Arrows on the rim toward larger w and larger b.
  drawNames() {
    const { bowl, view } = this;
    const arrows = [[view.thin, view.lean], [0, 1]].map(([u, v], i) => {
      const level = lift(bowl, [u, v]);
      const [from, to, name] = LAB.COMPASS.map((far) => view.at([far * u, far * v], level));
      assign(this.names[i], { x: name[0].toFixed(1), y: (name[1] + 4).toFixed(1) });
      return `M${[from, to].map((at) => at.map((pixel) => pixel.toFixed(1)).join(" ")).join("L")}`;
    });
    assign(this.arrows, { d: arrows.join("") });
  }

  // The marbles, where they are now, and their ways so far: [{ here, way }].
  draw(rolls) {
    this.rolls = rolls;
    this.ways.forEach((path, i) => assign(path, { d: this.wayPath(rolls[i]?.way ?? []) }));
    this.marbles.forEach((marble, i) => {
      const place = rolls[i] && toDisc(this.bowl, rolls[i].here);
      const seen = Boolean(place) && lift(this.bowl, place) <= AIR;
      show(marble, seen);
      if (!seen) return;
      const [cx, cy] = this.view.at(place).map((at) => at.toFixed(2));
      assign(marble, { cx, cy });
    });
  }

  // As far as a little above the rim.
  wayPath(places) {
    let [path, flying] = ["", true];
    for (const place of places) {
      const high = lift(this.bowl, place) > AIR;
      if (!high) path += `${flying ? "M" : "L"}${this.view.pair(place)}`;
      flying = high;
    }
    return path;
  }
}

// The map: rings of equal loss over w and b, and the marble that is dragged about on it.
class MapPanel {
  constructor({ onDrop, onDropped, onRelease }) {
    this.onDrop = onDrop;
    this.chart = new Chart({
      names: LAB.AXES.map,
      heightOf,
      caption: [
        ["ring", "equal loss"],
        ["pin", "the least loss"],
      ],
    });
    const { chart } = this;
    this.rings = chart.add("g", { class: "lr-bowl-rings" });
    this.texts = chart.add("g", { "aria-hidden": "true" });
    this.bottom = chart.add("line", { class: "lr-best" });
    this.pin = chart.add("circle", { class: "lr-bowl-target", r: 10 });
    const each = (tag, attributes) => chart.addSeveral(MOST_MARBLES, tag, attributes);
    this.ways = each("polyline", { class: "lr-bowl-way" });
    this.steps = each("path", { class: "lr-bowl-steps" });
    this.marbles = each("circle", { class: "lr-dot lr-bowl-marble", r: 5.5 });
    this.handle = new Handle({
      chart,
      className: "lr-dot",
      radius: 7,
      label: "Marble",
      onMove: (w, b) => onDrop({ w, b }),
      onEnd: onDropped,
      onKey: (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        onRelease();
      },
    });
    chart.svg.addEventListener("click", (event) => this.click(event, onDropped));
    assign(chart.svg, { class: "lr-chart lr-bowl-map" });
  }

  // A click beside the marble drops it there.
  click(event, onDropped) {
    if (event.target.closest(".lr-handle")) return;
    const { x, y } = this.chart;
    const at = this.chart.locate(event);
    if (!this.chart.covers(at)) return;
    this.onDrop({ w: x.invert(at.across), b: y.invert(at.down) });
    onDropped();
  }

  prepare(bowl, seen) {
    const { chart } = this;
    const [half, { pin }] = [halves(bowl), bowl];
    const around = (name) =>
      [-1, 1].map((side) => pin[name] + side * LAB.MAP_REACH * half[name]);
    this.bowl = bowl;
    chart.frame({ x: around("w"), y: around("b") });
    const pixels = (place) => {
      const { w, b } = toPlane(bowl, place);
      return [chart.x(w), chart.y(b)];
    };
    const [origin, right, up] = [[0, 0], [1, 0], [0, 1]].map(pixels);
    const columns = [right, up].flatMap((at) => [at[0] - origin[0], at[1] - origin[1]]);
    const matrix = [...columns, ...origin].map((value) => value.toFixed(4)).join(" ");
    const rings = ringsOf(bowl);
    assign(this.rings, { transform: `matrix(${matrix})` });
    this.rings.replaceChildren(...rings.map(({ radius }) => shape("path", { d: this.region(radius) })));
    const labels = rings.filter((ring, i) => ring.text && i % 2 === 1);
    this.texts.replaceChildren(
      ...labels.map(({ text, radius }) => {
        const [x, y] = pixels(bowl.collinear ? [0, -radius] : [radius * 0.6, -radius * 0.8]);
        const at = { x: x.toFixed(1), y: (y + 4).toFixed(1), "text-anchor": "middle" };
        return shape("text", { ...at, class: "lr-bowl-level" }, text);
      }),
    );
    const [left, end] = [[-ENDLESS, 0], [ENDLESS, 0]].map(pixels);
    assign(this.bottom, { x1: left[0], y1: left[1], x2: end[0], y2: end[1] });
    show(this.bottom, bowl.collinear);
    show(this.pin, seen && !bowl.collinear);
    chart.rekey(1, bowl.collinear ? "best" : "pin");
    assign(this.pin, { cx: origin[0].toFixed(2), cy: origin[1].toFixed(2) });
  }

  // What lies below a height, as a path in the round: a disc, or in the trough an endless band.
  region(radius) {
    const r = radius.toFixed(5);
    if (this.bowl.collinear) return `M-${ENDLESS} ${r}H${ENDLESS}V-${r}H-${ENDLESS}Z`;
    return `M-${r} 0A${r} ${r} 0 1 0 ${r} 0A${r} ${r} 0 1 0 -${r} 0Z`;
  }

  // The marbles that were let go, where they are now: [{ here, stops, position }]; and the one to
  // take hold of.
  draw(rolls, hand) {
    const { chart } = this;
    range(MOST_MARBLES).forEach((i) => {
      const roll = rolls[i];
      const [way, steps, marble] = [this.ways[i], this.steps[i], this.marbles[i]];
      for (const node of [way, steps, marble]) show(node, Boolean(roll));
      if (!roll) return;
      const passed = roll.stops.slice(0, Math.floor(roll.position) + 1);
      const places = [...passed, roll.here].map(({ w, b }) => this.near(w, b));
      assign(way, { points: places.map((at) => at.join(",")).join(" ") });
      assign(steps, { d: places.slice(0, -1).map((at) => `M${at.join(" ")}h0`).join("") });
      const [cx, cy] = places[places.length - 1];
      assign(marble, { cx, cy });
    });
    const [x, y] = [chart.x, chart.y];
    this.handle.place(clamp(hand.w, ...x.domain), clamp(hand.b, ...y.domain));
  }

  // Pixels, and no number so large that it could not be drawn.
  near(w, b) {
    const { chart } = this;
    return [chart.x(w), chart.y(b)].map((at) => clamp(at, -1e5, 1e5).toFixed(2));
  }
}

class BowlLab extends Lab {
  constructor({ model, el }) {
    super(model);
    this.known = model.get("marbles");
    this.seen = this.known.length > 0 || model.get("collinear");
    this.rolling = new Set();
    this.build(el);
    this.solve();
    this.endings = [
      listen(model, ["learning_rate"], () => this.retrace()),
      listen(model, ["collinear"], () => this.reshape()),
      listen(model, ["marbles"], () => this.receive()),
      listen(model, ["hand"], () => this.lay()),
      listen(model, ["azimuth", "elevation"], () => this.look()),
      watchWidths([this.scene, this.map.chart], () => this.layout()),
    ];
  }

  build(el) {
    const { set } = this;
    this.scene = new Scene({
      onTurn: (azimuth, elevation) => {
        set("azimuth", azimuth);
        set("elevation", elevation);
      },
    });
    this.map = new MapPanel({
      onDrop: (place) => this.drop(place),
      onDropped: () => this.announcer.say(this.summary),
      onRelease: () => this.release(),
    });
    this.rate = rateSlider((value) => set("learning_rate", value));
    this.go = new Button({
      icon: "play",
      text: "Release",
      primary: true,
      onClick: () => this.release(),
    });
    const dropFive = new Button({ icon: "five", text: "Drop five", onClick: () => this.dropFive() });
    const clear = new Button({ icon: "reset", text: "Clear", onClick: () => this.clear() });
    this.switch = new Switch({
      text: "Collinear: every x the same",
      onChange: (on) => set("collinear", on),
    });
    this.playback = new Playback({
      seconds: 3.5,
      at: (position) => this.draw(position),
      done: () => this.arrive(),
    });
    this.readouts = new Readouts([
      { key: "w", name: LAB.AXES.map[0] },
      { key: "b", name: LAB.AXES.map[1] },
      { key: "loss", name: "loss" },
      { key: "steps", name: "steps" },
    ]);
    this.verdict = new Words("lr-verdict", LONGEST);
    const buttons = element("div", { class: "lr-buttons" }, this.go.node, dropFive.node);
    const panels = [this.scene.node, this.map.chart.node];
    this.mount(el, "lr-bowl", {
      picture: [element("div", { class: "lr-panels" }, ...panels), this.verdict.node],
      controls: [buttons, this.readouts.node],
      more: [element("div", { class: "lr-transport" }, clear.node, this.switch.node), this.rate.node],
    });
  }

  // ---- From the state to the picture

  // The surface: from the data, and from whether the columns are collinear.
  solve() {
    const { model } = this;
    const collinear = model.get("collinear");
    this.bowl = bowlOf(model.get("x"), model.get("y"), collinear);
    this.switch.show(collinear);
    warnPastThreshold(this.rate, this.bowl.x);
    this.trace();
    this.layout();
  }

  // The marbles' paths, at the learning rate.
  trace() {
    const rate = this.model.get("learning_rate");
    this.rate.show(rate);
    this.rolls = this.model
      .get("marbles")
      .map(([w, b]) => path(this.bowl, rate, { w, b }))
      .map((roll) => ({ ...roll, end: roll.stops.length - 1 }));
  }

  layout() {
    this.root.toggleAttribute("data-seen", this.seen);
    this.scene.prepare(this.bowl, this.seen);
    this.map.prepare(this.bowl, this.seen);
    this.scene.turn(this.model.get("azimuth"), this.model.get("elevation"));
    this.draw(this.playback.running ? this.position : Infinity);
  }

  look() {
    this.scene.turn(this.model.get("azimuth"), this.model.get("elevation"));
    this.scene.draw(this.scene.rolls);
  }

  // The marble that waits, as [w, b]: there is one at least where no other is.
  hand() {
    const { model } = this;
    if (model.get("hand").length) return model.get("hand");
    return model.get("marbles").length ? null : namedPlace(this.bowl, LAB.FIRST);
  }

  // ---- What the hand does

  // Lay the marble down: on the rim, where it would fall beside the bowl.
  drop(place) {
    const [u, v] = toDisc(this.bowl, place);
    const far = Math.sqrt(lift(this.bowl, [u, v]));
    const onRim = this.bowl.collinear ? [u, v / far] : [u / far, v / far];
    const { w, b } = far > 1 ? toPlane(this.bowl, onRim) : place;
    this.set("hand", [w, b]);
  }

  // Let the marble in hand go; without one, let all go again.
  release() {
    const hand = this.hand();
    if (!hand) return this.roll(range(this.rolls.length));
    const kept = [...this.model.get("marbles"), hand].slice(-MOST_MARBLES);
    this.set("hand", []);
    this.set("marbles", kept);
  }

  dropFive() {
    const starts = five(this.bowl);
    this.set("hand", []);
    this.known = [];
    if (String(this.model.get("marbles")) === String(starts)) return this.receive();
    this.set("marbles", starts);
  }

  clear() {
    this.set("marbles", []);
    this.set("hand", namedPlace(this.bowl, LAB.FIRST));
  }

  // ---- What the model says

  retrace() {
    this.playback.stop();
    this.trace();
    this.arrive();
  }

  reshape() {
    this.playback.stop();
    this.seen = true;
    this.solve();
    this.roll(range(this.rolls.length));
  }

  // Other marbles: the new ones roll.
  receive() {
    const known = this.known.map(String);
    this.known = this.model.get("marbles");
    this.playback.stop();
    this.trace();
    if (!this.seen && this.rolls.length) {
      this.seen = true;
      this.layout();
    }
    this.roll(range(this.rolls.length).filter((i) => !known.includes(String(this.known[i]))));
  }

  lay() {
    if (this.model.get("hand").length) this.playback.stop();
    this.comeToRest();
  }

  roll(which) {
    this.rolling = new Set(which);
    const ends = which.map((i) => this.rolls[i].end);
    if (!which.length) return this.arrive();
    this.say({ rolling: true });
    this.playback.start(0, Math.max(...ends));
  }

  arrive() {
    this.comeToRest();
    this.announcer.say(`${this.verdict.text} ${this.summary}`);
  }

  comeToRest() {
    if (this.playback.running) return;
    this.rolling.clear();
    this.draw(Infinity);
  }

  // ---- Drawing

  // `position` is the step that the rolling marbles have come to; the others have arrived.
  draw(position) {
    this.position = position;
    const { bowl } = this;
    const hand = this.hand();
    const moves = this.rolls.map(({ stops, outcome, end }, i) => {
      const at = this.rolling.has(i) ? Math.min(position, end) : end;
      const way = wayOf(bowl, stops, at);
      return { here: lineBetween(stops, at), stops, outcome, position: at, way };
    });
    const waits = hand && { here: { w: hand[0], b: hand[1] }, position: 0, way: [] };
    const current = waits ?? this.last(moves);
    this.scene.draw(waits ? [...moves, waits] : moves);
    this.map.draw(moves, current.here);
    this.read(current);
    if (!this.playback.running) this.say({ rolling: false });
  }

  // The marble that was let go last; one that left lies where it started, to be let go again.
  last(moves) {
    const roll = moves[moves.length - 1];
    const back = roll.outcome === "lost" && !this.playback.running;
    return back ? { ...roll, here: roll.stops[0] } : roll;
  }

  say({ rolling }) {
    const { bowl, rolls } = this;
    const rate = this.model.get("learning_rate");
    const hand = this.hand() && { w: this.hand()[0], b: this.hand()[1] };
    this.conclude(verdict({ bowl, rate, hand, rolls, rolling }));
    this.go.show(hand ? "play" : "reset", hand ? "Release" : "Again");
  }

  read({ here, position, stops, outcome }) {
    const { bowl, seen } = this;
    const { pin, least, collinear } = bowl;
    const known = (name) => (collinear ? "best: many" : `best ${fixed(pin[name])}`);
    const bestOf = (name) => (seen ? known(name) : "best ?");
    const at = stops ? stops[Math.floor(position)] : here;
    const loss = lossText(bowl, meanSquaredError(bowl.x, bowl.y, at));
    const steps = Math.floor(position);
    this.readouts.show("w", fixed(at.w), bestOf("w"));
    this.readouts.show("b", fixed(at.b), bestOf("b"));
    this.readouts.show("loss", loss, `minimum ${seen ? lossText(bowl, least) : "?"}`);
    this.readouts.show("steps", String(steps), `at most ${MOST_STEPS}`);
    const place = `slope ${fixed(at.w)}, intercept ${fixed(at.b)}, loss ${loss}`;
    const gone = outcome === "lost" && !this.playback.running;
    const end = gone ? " It left the picture, and lies where it started." : "";
    this.summary = `The marble: ${place}, ${plural(steps, "step")}.${end}`;
    this.map.handle.describe(`${place}.${end} Enter releases it.`);
    const rings = collinear ? "straight bands" : "rings";
    const where = collinear ? "along the dashed line" : `at (${fixed(pin.w)}, ${fixed(pin.b)})`;
    const bottom = seen ? `, the least ${where}` : "";
    this.map.chart.describe(
      `A map of the loss over slope and intercept: ${rings} of equal loss${bottom}.` +
        ` ${plural(this.rolls.length, "marble")} rolled, one to take hold of.`,
    );
  }
}

export default { render: rebuilding(BowlLab) };
