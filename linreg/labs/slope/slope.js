import { Chart } from "../kit/chart.js";
import { Button, decadeMapping, Readouts, Slider } from "../kit/controls.js";
import { assign, element, show, write } from "../kit/dom.js";
import { Handle } from "../kit/handle.js";
import { beside, Lab, listen, rebuilding, watchWidths, Words } from "../kit/lab.js";
import { placeLine } from "../kit/line.js";
import { clamp, mean, range } from "../kit/numbers.js";
import { filled, fixed, readable } from "../kit/text.js";

// ---- Mathematics: the same as slope.py, and tested against it -----------------------------------

const { PLACES, POINTS, STATE, STEPS, WINDOW } = LAB;

// The mean squared error of the line y = w·x.
export function loss(w) {
  return mean(POINTS.x.map((x, i) => (w * x - POINTS.y[i]) ** 2));
}

export function change(w, h) {
  return loss(w + h) - loss(w);
}

// The slope of the line through two points of the curve.
export function secant(w, h) {
  return change(w, h) / h;
}

// The slope of the curve: the derivative of the loss.
export function slope(w) {
  return 2 * mean(POINTS.x.map((x, i) => x * (w * x - POINTS.y[i])));
}

// ---- Words --------------------------------------------------------------------------------------

const SENTENCES = {
  apart: ({ from, to, change, secant }) =>
    `From w = ${from} to ${to} the loss changes by ${change}: the line through the two points has
    slope ${secant}. <strong>Make h smaller</strong>, by the slider or by the second point.`,
  near: () =>
    `The two points nearly meet, and the line through them hardly turns any more.
    <strong>Which number does its slope go to?</strong>`,
  tangent: ({ from, slope, off }) =>
    `The dashed line touches the curve at w = ${from}. <strong>Its slope is ${slope}</strong>, and
    the other line is off by ${off}. Halve h, and it is off by half as much.`,
  bottom: ({ from, off }) =>
    `At w = ${from} the curve is flat: <strong>the dashed line has slope 0.</strong> The other line
    is off by ${off}; halve h, and it is off by half as much.`,
};

const WIDEST = { from: "0.00", to: "0.00", change: "−00.000", secant: "−00.000" };
const LONGEST = Object.values(SENTENCES).map((sentence) =>
  sentence({ ...WIDEST, slope: "−00.000", off: "0.000000" }),
);

// What the picture shows, in a word, and in a few sentences as HTML.
export function verdict({ w, h, tangent }) {
  const touching = slope(w) === 0 ? "bottom" : "tangent";
  const kind = tangent ? touching : h > LAB.NEAR ? "apart" : "near";
  const facts = {
    from: fixed(w, 2),
    to: fixed(w + h, 2),
    change: readable(change(w, h)),
    secant: readable(secant(w, h)),
    slope: readable(slope(w)),
    off: readable(Math.abs(secant(w, h) - slope(w)), 3),
  };
  return { kind, html: SENTENCES[kind](facts).replace(/\s+/g, " ") };
}

// ---- The picture --------------------------------------------------------------------------------

const heightOf = (width) => Math.round(clamp(0.66 * width, 220, 330));
const CURVE = range(93).map((k) => WINDOW.x[0] + ((WINDOW.x[1] - WINDOW.x[0]) * k) / 92);

// The curve, the line through two of its points, and the tangent.
class CurvePanel {
  constructor({ onMove, onStep }) {
    this.chart = new Chart({
      names: LAB.AXES,
      caption: [
        ["fit", "the loss"],
        ["secant", "through both points"],
        ["best", "tangent"], // last, so that it leaves no hole where it is hidden
      ],
      heightOf,
    });
    const { chart } = this;
    this.curve = chart.add("polyline", { class: "lr-fit" });
    this.legs = chart.add("path", { class: "lr-leg" });
    this.secant = chart.add("line", { class: "lr-secant" });
    this.tangent = chart.add("line", { class: "lr-best" });
    this.names = chart.addSeveral(2, "text", { class: "lr-leg-name" }, chart.over);
    this.names.forEach((name) => assign(name, { "aria-hidden": "true" }));
    const handle = (className, label, radius, hear) =>
      new Handle({ chart, className, label, radius, sideways: true, onMove: hear });
    this.second = handle("lr-second", "Second point", 6, onStep);
    this.first = handle("lr-point", "First point", 8, onMove); // on top, where both meet
  }

  frame() {
    this.chart.frame(WINDOW);
    assign(this.curve, { points: this.chart.points(CURVE, CURVE.map(loss)) });
  }

  draw({ w, h, tangent }) {
    const { chart } = this;
    const through = (inclination) => ({ w: inclination, b: loss(w) - inclination * w });
    placeLine(chart, this.secant, through(secant(w, h)));
    placeLine(chart, this.tangent, tangent ? through(slope(w)) : null);
    this.first.place(w, loss(w), PLACES);
    this.second.place(w + h, loss(w + h), STEPS.map((step) => w + step));
    this.first.describe(`w ${fixed(w, 2)}, loss ${readable(loss(w))}`);
    this.second.describe(`h ${readable(h, 2)}, loss ${readable(loss(w + h))}`);
    this.drawLegs(w, h);
  }

  // How far the second point stands to the right, and how far above or below.
  drawLegs(w, h) {
    const { chart, names } = this;
    const [left, right] = [chart.x(w), chart.x(w + h)];
    const [from, to] = [chart.y(loss(w)), chart.y(loss(w + h))];
    const path = `M${left.toFixed(2)} ${from.toFixed(2)}H${right.toFixed(2)}V${to.toFixed(2)}`;
    assign(this.legs, { d: path });
    const [wide, high] = [right - left > 30, Math.abs(to - from) > 24];
    assign(names[0], { x: (left + right) / 2, y: from + (to < from ? 16 : -7) });
    assign(names[0], { "text-anchor": "middle" });
    assign(names[1], { x: right + 10, y: (from + to) / 2 + 4 });
    names.forEach((name, i) => {
      write(name, ["h", "change"][i]);
      show(name, wide && (i === 0 || high));
    });
  }
}

// ---- The lab ------------------------------------------------------------------------------------

class SlopeLab extends Lab {
  constructor({ model, el }) {
    super(model);
    this.build(el);
    this.refresh({ silent: true });
    this.endings = [
      listen(model, STATE, () => this.busy || this.refresh()),
      watchWidths([this.panel.chart], () => this.refresh({ silent: true })),
    ];
  }

  build(el) {
    this.panel = new CurvePanel({
      onMove: (w) => this.put({ w: Number(clamp(w, ...PLACES).toFixed(2)) }),
      onStep: (at) => this.shrink(at - this.model.get("w")),
    });
    this.slider = new Slider({
      name: "h",
      label: "Step h",
      mapping: decadeMapping(STEPS, 2),
      toText: (h) => readable(h, 2),
      onInput: (h) => this.shrink(h),
    });
    this.button = new Button({
      text: "Show the tangent",
      onClick: () => this.put({ tangent: !this.model.get("tangent") }),
    });
    this.readouts = new Readouts([
      { key: "w", name: "place w" },
      { key: "h", name: "step h" },
      { key: "secant", name: "slope of line" },
      { key: "slope", name: "slope at w" },
    ]);
    this.verdict = new Words("lr-verdict", LONGEST);
    const buttons = element("div", { class: "lr-buttons" }, this.button.node);
    this.mount(el, "lr-lab-slope", {
      picture: [beside(this.panel.chart.node, this.readouts.node, this.verdict.node)],
      controls: [this.slider.node, buttons],
    });
  }

  refresh({ silent = false } = {}) {
    const [w, h, tangent] = STATE.map((name) => this.model.get(name));
    const state = { w, h, tangent };
    this.panel.frame();
    this.panel.draw(state);
    this.slider.show(h);
    this.button.show(null, tangent ? "Hide the tangent" : "Show the tangent");
    this.root.toggleAttribute("data-tangent", tangent);
    this.conclude(verdict(state));
    this.read(state);
    if (!silent) this.announcer.say(`${this.verdict.text} ${this.summary}`);
  }

  read({ w, h, tangent }) {
    const line = readable(secant(w, h));
    const curve = tangent ? readable(slope(w)) : "?";
    this.readouts.show("w", fixed(w, 2), `loss ${readable(loss(w))}`);
    this.readouts.show("h", readable(h, 2), `change ${readable(change(w, h), 3)}`);
    this.readouts.show("secant", line, "change / h");
    this.readouts.show("slope", curve, tangent ? "tangent" : "not yet");
    const touching = tangent ? ` ${filled(LAB.TANGENT, { slope: curve })}` : "";
    this.summary =
      `w ${fixed(w, 2)}, h ${readable(h, 2)}, slope of the line through both points` +
      ` ${line}.${touching}`;
    this.panel.chart.describe(`The loss along w, and two points on it. ${this.summary}`);
  }

  // The tangent comes by itself when a hand has made h small enough.
  shrink(wanted) {
    const h = Number(clamp(wanted, ...STEPS).toPrecision(2));
    const arrives = h <= LAB.TOUCHING && this.model.get("h") > LAB.TOUCHING;
    this.put(arrives ? { h, tangent: true } : { h });
  }
}

export default { render: rebuilding(SlopeLab, []) };
