// Numbers as text; the same texts as in text.py.

export function superscript(integer) {
  const raised = (character) => (character === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[character]);
  return [...String(integer)].map(raised).join("");
}

export const withMinus = (text) => text.replace("-", "−");

// 5.426, 0.008048, 12345, 3.20×10⁵.
export function readable(value, digits = 4) {
  if (value === 0) return "0";
  if (!Number.isFinite(value)) return withMinus(value < 0 ? "-∞" : "∞");
  const power = Number(value.toExponential(digits - 1).split("e")[1]);
  if (power >= -3 && power < 5) return withMinus(value.toFixed(Math.max(0, digits - 1 - power)));
  const [mantissa, exponent] = value.toExponential(Math.max(1, digits - 2)).split("e");
  return `${withMinus(mantissa)}×10${superscript(Number(exponent))}`;
}

// A readable number without the zeros at its end: 9, −0.5, 3.2×10⁵.
export function brief(value) {
  const text = readable(value);
  return text.includes(".") ? text.replace(/\.?0+(?=×|$)/, "") : text;
}

// 10⁻³, 5×10⁻⁴, 2.5×10⁹: a power of ten, times a number of three digits at most.
export function powerText(value) {
  const [mantissa, exponent] = value.toExponential(2).split("e");
  const digits = Number(mantissa) === 1 ? "" : `${Number(mantissa)}×`;
  return `${digits}10${superscript(Number(exponent))}`;
}

// A fixed number of decimals, so that digits stay in their places while they change.
export function fixed(value, decimals = 4) {
  if (Math.abs(value) >= 100) return readable(value, decimals + 1);
  const text = value.toFixed(decimals);
  return Number(text) === 0 ? text.replace("-", "") : withMinus(text);
}

// A mean of residuals to a power as it is displayed: 0 where only rounding is left of it.
export function zeroIfRounding(loss, y, power = 2) {
  return loss <= (LAB.ROUNDING * Math.max(...y.map(Math.abs))) ** power ? 0 : loss;
}

// 1 step, 20 steps.
export const plural = (count, noun) => `${count} ${noun}${Number(count) === 1 ? "" : "s"}`;

// A sentence of Python's with places to fill: "{least} at the {where}".
export const filled = (sentence, values) =>
  sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);
