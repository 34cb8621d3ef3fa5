import { decadeMapping, Slider } from "./controls.js";
import { mean, range } from "./numbers.js";

// Gradient descent on a line; the same mathematics as in descent.py and pure_python.py.

export function meanSquaredError(x, y, { w, b }) {
  return mean(x.map((value, i) => (w * value + b - y[i]) ** 2));
}

export function gradient(x, y, { w, b }) {
  const residual = x.map((value, i) => w * value + b - y[i]);
  return { w: 2 * mean(residual.map((r, i) => r * x[i])), b: 2 * mean(residual) };
}

// The line of least mean squared error.
export function leastSquares(x, y) {
  const [centreX, centreY] = [mean(x), mean(y)];
  const along = x.map((value) => value - centreX);
  const w = mean(along.map((d, i) => d * (y[i] - centreY))) / mean(along.map((d) => d * d));
  return { w, b: centreY - w * centreX };
}

// The eigenvalues of the Hessian 2 [[mean x², mean x], [mean x, 1]].
export function curvatures(x) {
  const [square, first] = [mean(x.map((value) => value * value)), mean(x)];
  const spread = Math.hypot(square - 1, 2 * first);
  const steepest = square + 1 + spread;
  const centred = mean(x.map((value) => (value - first) ** 2));
  return { steepest, flattest: (4 * centred) / steepest }; // their product is the determinant
}

// The learning rate from which on the walk no longer closes in.
export function threshold(x) {
  return 2 / curvatures(x).steepest;
}

// How far the loss stands above the least loss. A mean of squares, where the difference of the two
// losses would cancel to noise.
export function gap(x, { w, b }, best) {
  return mean(x.map((value) => ((w - best.w) * value + (b - best.b)) ** 2));
}

export const LAMBDA = "λ<sub>max</sub>";

// A learning rate in as few digits as say it exactly, from two to six, or roughly in six.
export function rateText(rate) {
  const digits = [2, 3, 4, 5, 6].find((count) => Number(rate.toPrecision(count)) === rate);
  return digits ? rate.toPrecision(digits) : `≈ ${rate.toPrecision(6)}`;
}

// A factor near 1, with as many decimals as tell it from 1.
export function factorText(factor) {
  let decimals = 2;
  while (decimals < 6 && Number(factor.toFixed(decimals)) === 1) decimals += 1;
  return factor.toFixed(decimals);
}

const powersBetween = ([low, high]) => {
  const [first, last] = [low, high].map((value) => Math.round(Math.log10(value)));
  return range(last - first + 1).map((k) => Number(`1e${first + k}`));
};

// A step is a straight stretch in (w, b): between two stops a line is on its way along it. `part` is
// how much of that way it has gone.
export function lineBetween(stops, position) {
  const stop = Math.min(Math.floor(position), stops.length - 1);
  const [from, to] = [stops[stop], stops[Math.min(stop + 1, stops.length - 1)]];
  const part = position - Math.floor(position);
  const mix = (name) => from[name] + part * (to[name] - from[name]);
  return { w: mix("w"), b: mix("b"), from, to, part };
}

// On the slider of the learning rate, the mark from which on the walk no longer closes in.
export function warnPastThreshold(slider, x) {
  const limit = threshold(x);
  slider.warnPast(limit, `<span>2/${LAMBDA} = ${limit.toPrecision(4)}</span>`);
}

// The slider of the learning rate.
export const rateSlider = (onInput) =>
  new Slider({
    name: "rate",
    label: "Learning rate α",
    mapping: decadeMapping(LAB.RATES, 2),
    toText: rateText,
    ticks: powersBetween(LAB.RATES),
    onInput,
  });
