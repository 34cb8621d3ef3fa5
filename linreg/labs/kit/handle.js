import { assign, OWN_KEYS, shape, show } from "./dom.js";
import { clamp } from "./numbers.js";

// Things to take hold of: by a pointer, by a finger, by the arrow keys.

// Let a pointer drag what `take` returns for the pixel where it goes down: an object of `grab()`,
// which tells the place in pixels that is dragged, `move(across, down)` and `drop()`; or nothing.
export function draggable(node, chart, take) {
  let held = null;
  node.addEventListener("pointerdown", (event) => {
    if (held || !event.isPrimary || event.button !== 0) return;
    const at = chart.locate(event);
    const thing = take(at, event);
    if (!thing) return;
    const from = thing.grab();
    held = { thing, across: from.across - at.across, down: from.down - at.down };
    node.setPointerCapture(event.pointerId);
  });
  // No text is selected on the way, and `grab` says what has the keyboard.
  node.addEventListener("mousedown", (event) => event.preventDefault());
  node.addEventListener("pointermove", (event) => {
    if (!held || !event.isPrimary) return;
    const at = chart.locate(event);
    held.thing.move(at.across + held.across, at.down + held.down);
  });
  const drop = (event) => {
    if (!held || !event.isPrimary) return;
    const { thing } = held;
    held = null;
    thing.drop();
  };
  for (const name of ["pointerup", "pointercancel"]) node.addEventListener(name, drop);
}

const HIT_RADIUS = 22; // of a target that a finger can find
export const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

// A dot on a chart that a pointer drags and the arrow keys move, with Shift ten times as far.
// `onMove(x, y)` hears in the data's units where it is wanted, within the chart; the lab then calls
// `place`. With `upright` it moves up and down only, with `sideways` to the left and right, and then
// its place up and down is the lab's to say. `onKey` hears the other keys.
export class Handle {
  constructor({ chart, className, radius = 7, label, text = "", ...ways }) {
    const { upright = false, sideways = false, ...hears } = ways;
    Object.assign(this, { chart, upright, sideways }, hears);
    this.dot = shape("circle", { class: `lr-handle-dot ${className}`, r: radius });
    const hit = shape("circle", { class: "lr-handle-hit", r: HIT_RADIUS });
    const ring = shape("circle", { class: "lr-handle-ring", r: radius + 4 });
    const words = shape("text", { class: "lr-handle-text", "text-anchor": "middle", y: 4 }, text);
    const role = { role: "slider", tabindex: 0, "aria-label": label, ...OWN_KEYS };
    const way = upright ? { "aria-orientation": "vertical" } : {};
    const parts = [hit, ring, this.dot, words];
    this.node = shape("g", { class: "lr-handle", ...role, ...way }, ...parts);
    chart.over.append(this.node);
    chart.hold(this);
    draggable(this.node, chart, (at) => this.nearest(at));
    this.node.addEventListener("keydown", (event) => this.key(event));
    this.node.addEventListener("focus", () => this.onFocus?.());
  }

  // Where the targets of several handles overlap, the nearest is meant.
  nearest({ across, down }) {
    const distance = (handle) => Math.hypot(handle.across - across, handle.down - down);
    const seen = this.chart.handles.filter((handle) => handle.visible);
    return seen.reduce((a, b) => (distance(b) < distance(a) ? b : a));
  }

  grab() {
    this.isHeld = true;
    this.node.focus({ preventScroll: true });
    return this;
  }

  move(across, down) {
    const { x, y } = this.chart;
    this.want(x.invert(across), y.invert(down));
  }

  drop() {
    this.isHeld = false;
    this.onEnd?.();
  }

  want(x, y) {
    const within = (value, [low, high]) => clamp(value, low, high);
    this.onMove(within(x, this.chart.x.domain), within(y, this.chart.y.domain));
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    // What a pointer drags is not deleted under it.
    if (!ARROWS[event.key]) return this.isHeld ? null : this.onKey?.(event);
    event.preventDefault(); // the page stays where it is
    const [right, up] = ARROWS[event.key].map((way) => way * (event.shiftKey ? 10 : 1));
    this.step(right, up);
    this.onEnd?.();
  }

  step(right, up) {
    const { x, y } = this.chart;
    if (this.upright) this.want(this.x, this.y + (right + up) * y.step);
    else if (this.sideways) this.want(this.x + (right + up) * x.step, this.y);
    else this.want(this.x + right * x.step, this.y + up * y.step);
  }

  // Stand at a place in the data's units; it may have ends within the chart.
  place(x, y, ends) {
    const { chart } = this;
    Object.assign(this, { x, y });
    const [value, { domain }] = this.sideways ? [x, chart.x] : [y, chart.y];
    this.stand(chart.x(x), chart.y(y), value, ends ?? domain);
  }

  // Stand at a place in pixels, and tell a value and its ends.
  stand(across, down, value, [low, high]) {
    Object.assign(this, { across, down, visible: true });
    const at = `translate(${across.toFixed(2)} ${down.toFixed(2)})`;
    const now = Number(value.toPrecision(6));
    const values = { "aria-valuemin": low, "aria-valuemax": high, "aria-valuenow": now };
    assign(this.node, { transform: at, visibility: "visible", ...values });
  }

  hide() {
    this.visible = false;
    show(this.node, false);
  }

  // What a screen reader says of where it is.
  describe(text) {
    assign(this.node, { "aria-valuetext": text });
  }
}
