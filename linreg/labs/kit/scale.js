import { powerText, withMinus } from "./text.js";

// Scales: from a domain in the data's units to a range in pixels, and the ticks between.

export function linear([low, high], [start, end]) {
  const scale = (value) => start + ((value - low) / (high - low)) * (end - start);
  scale.domain = [low, high];
  scale.invert = (at) => low + ((at - start) / (end - start)) * (high - low);
  scale.step = roundStep((high - low) / 100);
  scale.ticks = (about) => roundSteps(low, high, about);
  return scale;
}

export function logarithmic([low, high], [start, end]) {
  const [from, to] = [Math.log10(low), Math.log10(high)];
  const scale = (value) => start + ((Math.log10(value) - from) / (to - from)) * (end - start);
  scale.domain = [low, high];
  scale.invert = (at) => 10 ** (from + ((at - start) / (end - start)) * (to - from));
  scale.ticks = (about) => powersOfTen(from, to, about);
  return scale;
}

// The multiple of 1, 2 or 5 times a power of ten that is about as large as `rough`.
export function roundStep(rough) {
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * [1, 2, 5, 10].find((multiple) => 1.4 * multiple * power >= rough);
}

function roundSteps(low, high, about) {
  const step = roundStep((high - low) / about);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const ticks = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k += 1) {
    ticks.push({ value: k * step, text: withMinus((k * step).toFixed(decimals)) });
  }
  return ticks;
}

function powersOfTen(from, to, about) {
  const stride = Math.max(1, Math.ceil((to - from) / about));
  const multiples = to - from < 1.5 ? [1, 2, 5] : [1];
  const plain = from > -4 && to < 4;
  const ticks = [];
  for (let e = Math.ceil((from - 1) / stride) * stride; e <= to; e += stride) {
    for (const multiple of multiples) {
      const value = multiple * 10 ** e;
      if (value < 10 ** from || value > 10 ** to) continue;
      const digits = plain || value === 1;
      ticks.push({ value, text: digits ? value.toFixed(Math.max(0, -e)) : powerText(value) });
    }
  }
  return ticks;
}
