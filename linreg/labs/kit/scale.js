import { powerText, readable, superscript, withMinus } from "./text.js";

// Scales: from a domain in the data's units to a range in pixels, and what an axis says. What an
// axis says is the same as in scale.py, and tested against it.

export function linear([low, high], [start, end]) {
  const scale = (value) => start + ((value - low) / (high - low)) * (end - start);
  scale.domain = [low, high];
  scale.invert = (at) => low + ((at - start) / (end - start)) * (high - low);
  scale.step = roundStep((high - low) / 100);
  scale.axis = (about, pixels) => linearAxis(low, high, about, pixels);
  return scale;
}

export function logarithmic([low, high], [start, end]) {
  const [from, to] = [Math.log10(low), Math.log10(high)];
  const scale = (value) => start + ((Math.log10(value) - from) / (to - from)) * (end - start);
  scale.domain = [low, high];
  scale.invert = (at) => 10 ** (from + ((at - start) / (end - start)) * (to - from));
  scale.axis = (about, pixels) => logarithmicAxis(from, to, about, pixels);
  return scale;
}

// The multiple of 1, 2 or 5 times a power of ten that is about as large as `rough`.
export function roundStep(rough) {
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * [1, 2, 5, 10].find((multiple) => 1.4 * multiple * power >= rough);
}

// About as many multiples of such a step between two values.
export function roundSteps(low, high, about) {
  const step = roundStep((high - low) / about);
  return countsOf(low, high, step).map((k) => k * step);
}

function countsOf(low, high, step) {
  const [first, last] = [Math.ceil(low / step - 1e-9), Math.floor(high / step + 1e-9)];
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

// An axis: its ticks, and its name, which says of what the ticks' texts are: of the value without
// its `base`, in so many powers of ten.
function axisOf(values, texts, { base = "", exponent = 0 } = {}) {
  const ticks = values.map((value, i) => ({ value, text: texts[i] }));
  const named = (name) => {
    if (!exponent) return name + base;
    return `${base ? `(${name}${base})` : name} / 10${superscript(exponent)}`;
  };
  return { ticks, named };
}

// Steps that are all alike. Where numbers are too wide, first what they have in common is taken
// off, if three digits could not tell them apart, and then they are counted in a power of ten.
function linearAxis(low, high, about, pixels = Infinity) {
  const step = roundStep((high - low) / about);
  const counts = countsOf(low, high, step);
  const values = counts.map((k) => k * step);
  const power = (value) => Math.floor(Math.log10(value) + 1e-9);
  let largest = step * Math.max(...counts.map(Math.abs));
  const digits = power(largest) - power(step) + 1; // that tell ticks apart
  let texts = values.map(numberText);
  if (digits <= 5 && allFit(texts, pixels)) return axisOf(values, texts);
  const start = digits > 3 ? counts[0] : 0;
  const base = digits > 3 ? baseText(start * step, step) : "";
  if (base) largest = step * (counts[counts.length - 1] - start);
  texts = counts.map((k) => numberText((k - start) * step));
  if (allFit(texts, pixels)) return axisOf(values, texts, { base });
  const exponent = power(largest);
  const unit = step / 10 ** exponent;
  texts = counts.map((k) => numberText((k - start) * unit));
  return axisOf(values, texts, { base, exponent });
}

// Powers of ten; where it spans few of them, 2 and 5 times them too.
function logarithmicAxis(from, to, about, pixels = Infinity) {
  if (to - from >= 1.5) {
    const stride = Math.ceil((to - from) / about);
    const powers = [];
    for (let e = Math.ceil(from / stride) * stride; e <= to; e += stride) powers.push(10 ** e);
    return axisOf(powers, powers.map(tickText));
  }
  const all = countsOf(Math.ceil(from) - 1, Math.floor(to), 1);
  const values = all
    .flatMap((e) => [1, 2, 5].map((multiple) => multiple * 10 ** e))
    .filter((value) => 10 ** from <= value && value <= 10 ** to);
  const texts = values.map(numberText);
  if (allFit(texts, pixels)) return axisOf(values, texts);
  const exponent = Math.floor(Math.log10(values[0]) + 1e-9);
  const parts = values.map((value) => numberText(value / 10 ** exponent));
  return axisOf(values, parts, { exponent });
}

// A number in six digits at most; empty where it is too small or too large for them.
function numberText(value) {
  if (value !== 0 && !(Math.abs(value) >= 1e-4 && Math.abs(value) < 1e5)) return "";
  return withMinus(String(Number(value.toPrecision(6))));
}

// Whether there is a text for each tick, and space for it: side by side in so many pixels.
function allFit(texts, pixels) {
  const widths = { "−": 1.5, ".": 0.5 };
  const width = (text) => [...text].reduce((sum, sign) => sum + (widths[sign] ?? 1), 0);
  const widest = Math.min(LAB.WIDEST, pixels / (LAB.DIGIT * texts.length) - 0.5);
  return texts.every((text) => text !== "" && width(text) <= widest);
}

// What is taken off a value, or put on, as an axis has it in its name.
function baseText(value, step) {
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const [whole, part] = Math.abs(value).toFixed(decimals).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return ` ${value > 0 ? "−" : "+"} ${part ? `${grouped}.${part}` : grouped}`;
}

// A number that stands alone: digits where they are few, a power of ten where not.
export function tickText(value) {
  const plain = value === 0 || (Math.abs(value) > 1e-4 && Math.abs(value) < 1e5);
  if (plain) return withMinus(String(Number(value.toPrecision(6))));
  return value === 10 ** Math.round(Math.log10(value)) ? powerText(value) : readable(value, 2);
}
