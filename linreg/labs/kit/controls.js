import { assign, element, OWN_KEYS, shape, uniqueId, write } from "./dom.js";
import { clamp } from "./numbers.js";

// Controls: sliders, switches, buttons; and the row of numbers beside them.

// A slider's mapping over every number of so many significant digits between two powers of ten: 9,
// or 90 positions to each power, evenly spaced within it. What lies between is shown at the nearest.
export function decadeMapping([low, high], digits) {
  const [first, smallest] = [Math.round(Math.log10(low)), 10 ** (digits - 1)];
  const each = 9 * smallest;
  const toPosition = (value) => {
    const decade = Math.floor(Math.log10(value) - first + 1e-12);
    return each * decade + smallest * (value / 10 ** (first + decade) - 1);
  };
  const toValue = (at) =>
    Number(`${smallest + (at % each)}e${first + 1 - digits + Math.floor(at / each)}`);
  return { last: each * Math.round(Math.log10(high / low)), toPosition, toValue };
}

export function stepMapping(last) {
  return { last, toPosition: (value) => value, toValue: (at) => at };
}

// Every multiple of `step` between two of them; what lies outside is shown at the end.
export function evenMapping([low, high], step) {
  const last = Math.round((high - low) / step);
  const toPosition = (value) => clamp((value - low) / step, 0, last);
  const toValue = (at) => Number((low + at * step).toPrecision(12));
  return { last, toPosition, toValue };
}

// A native range with a rail of our own under it. `toText` says the value.
export class Slider {
  constructor({ name, label, mapping, toText, ticks = [], onInput }) {
    const id = uniqueId();
    this.mapping = mapping;
    this.toText = toText;
    const attributes = { type: "range", id, min: 0, step: 1, max: mapping.last };
    this.input = element("input", { ...attributes, ...OWN_KEYS });
    this.output = element("output", { for: id, class: "lr-value", "aria-live": "off" });
    const marks = ticks.map((value) => this.tick(value));
    this.rail = element("span", { class: "lr-rail", "aria-hidden": "true" }, ...marks);
    const track = element("span", { class: "lr-track" }, this.rail, this.input);
    const caption = element("label", { for: id, class: "lr-label" }, label);
    const style = `lr-slider lr-slider-${name}`;
    this.node = element("div", { class: style }, caption, track, this.output);
    const value = () => this.mapping.toValue(Number(this.input.value));
    this.input.addEventListener("input", () => onInput(value()));
  }

  percent(value) {
    return `${(100 * this.mapping.toPosition(value)) / this.mapping.last}%`;
  }

  tick(value) {
    const text = element("span", {}, String(value));
    return element("span", { class: "lr-tick", style: `left:${this.percent(value)}` }, text);
  }

  // A tick with words on the rail, and everything past it in the colour of a warning.
  warnPast(value, html) {
    const { last, toPosition } = this.mapping;
    this.zone ??= this.rail.appendChild(element("span", { class: "lr-zone" }));
    this.mark ??= this.rail.appendChild(element("span", { class: "lr-mark" }));
    const within = toPosition(value) >= 0 && toPosition(value) <= last;
    this.mark.hidden = !within;
    this.mark.style.left = within ? this.percent(value) : "0";
    this.mark.innerHTML = html;
    this.zone.style.left = within || toPosition(value) > last ? this.percent(value) : "0";
  }

  show(value) {
    const at = String(Math.round(this.mapping.toPosition(value)));
    if (this.input.value !== at) this.input.value = at;
    const text = this.toText(value);
    write(this.output, text);
    assign(this.input, { "aria-valuetext": text });
    this.rail.style.setProperty("--lr-fill", this.percent(value));
  }

  remap(mapping) {
    this.mapping = mapping;
    assign(this.input, { max: mapping.last });
  }

  limit(last) {
    this.mapping.last = last;
    assign(this.input, { max: last });
  }
}

// A native checkbox and its words.
export class Switch {
  constructor({ text, onChange }) {
    this.input = element("input", { type: "checkbox", ...OWN_KEYS });
    this.node = element("label", { class: "lr-switch" }, this.input, element("span", {}, text));
    this.input.addEventListener("change", () => onChange(this.input.checked));
  }

  show(on) {
    this.input.checked = on;
  }
}

const ICONS = {
  play: "M3 1.5v11l9-5.5z",
  pause: "M3 2h3v10H3zM8 2h3v10H8z",
  step: "M2 1.5v11L9 7zM10 2h2v10h-2z",
  best: "M1.2 11.4 11.4 1.2l1.4 1.4L2.6 12.8z",
  add: "M6 1.5h2V6h4.5v2H8v4.5H6V8H1.5V6H6z",
  remove: "M1.5 6h11v2h-11z",
  five: [[7, 1], [2, 4.6], [12, 4.6], [3.9, 10], [10.1, 10]]
    .map((top) => `M${top}a1.6 1.6 0 1 0 .01 0z`)
    .join(""),
  reset: "M7 2.2A4.8 4.8 0 1 1 2.4 5.6l1.5.5A3.2 3.2 0 1 0 7 3.8V6L3.2 3 7 0z",
};

// A button with its text, after an icon if it has one.
export class Button {
  constructor({ icon = null, text, primary = false, onClick }) {
    this.path = shape("path");
    this.text = element("span");
    const picture = shape("svg", { viewBox: "0 0 14 14", "aria-hidden": "true" }, this.path);
    const style = primary ? "lr-button lr-button-primary" : "lr-button";
    const attributes = { type: "button", class: style, ...OWN_KEYS };
    this.node = element("button", attributes, ...(icon ? [picture] : []), this.text);
    this.node.addEventListener("click", onClick);
    this.show(icon, text);
  }

  show(icon, text) {
    if (icon) assign(this.path, { d: ICONS[icon] });
    write(this.text, text);
  }
}

// A row of named numbers, each with a reference below it: [{ key, name }].
export class Readouts {
  constructor(entries) {
    this.values = {};
    this.notes = {};
    this.names = {};
    const list = element("dl");
    this.node = element("div", { class: "lr-readouts" }, list);
    for (const { key, name } of entries) {
      this.values[key] = element("dd", { class: "lr-number", "data-readout": key });
      this.notes[key] = element("dd", { class: "lr-note" });
      this.names[key] = element("dt", {}, name);
      const entry = [this.names[key], this.values[key], this.notes[key]];
      list.append(element("div", { class: `lr-readout-${key}` }, ...entry));
    }
  }

  show(key, value, note) {
    write(this.values[key], value);
    write(this.notes[key], note);
  }

  rename(key, name) {
    write(this.names[key], name);
  }
}
