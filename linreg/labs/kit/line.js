import { assign, show, write } from "./dom.js";
import { clamp } from "./numbers.js";
import { readable } from "./text.js";

// Straight lines on a chart, and what is said where one leaves it.

// The part of y = slope·x + intercept within a frame, as [x1, y1, x2, y2], or null. Where the line
// leaves by the floor or the roof, that value is the frame's own, and at a side it is no farther out
// than they are: a huge slope cannot blur it.
export function clipLine(slope, intercept, [left, right], [bottom, top]) {
  const at = (x) => slope * x + intercept;
  if (Math.max(at(left), at(right)) < bottom || Math.min(at(left), at(right)) > top) return null;
  const within = (x) => clamp(at(x), bottom, top);
  const crossing = (value) => [(value - intercept) / slope, value];
  const [first, second] = slope > 0 ? [bottom, top].map(crossing) : [top, bottom].map(crossing);
  const start = slope !== 0 && first[0] > left ? first : [left, within(left)];
  const end = slope !== 0 && second[0] < right ? second : [right, within(right)];
  return [...start, ...end];
}

// Lay an SVG line along y = w·x + b, or hide it where the chart shows nothing of it.
export function placeLine(chart, node, line) {
  const ends = line && clipLine(line.w, line.b, chart.x.domain, chart.y.domain);
  show(node, Boolean(ends));
  if (!ends) return;
  const [x1, y1, x2, y2] = ends;
  assign(node, {
    x1: chart.x(x1).toFixed(2),
    y1: chart.y(y1).toFixed(2),
    x2: chart.x(x2).toFixed(2),
    y2: chart.y(y2).toFixed(2),
  });
}

// What a stick may end at: past the chart's edge it is cut, long before a pixel overflows.
export function nearChart(chart, value) {
  const [bottom, top] = chart.y.domain;
  return clamp(value, 2 * bottom - top, 2 * top - bottom);
}

// Where a line leaves a chart by its floor or its roof, as far as that is a point's doing: arrowheads,
// and the value over the point where the line is farthest out.
export class Departure {
  constructor(chart) {
    this.chart = chart;
    this.arrows = chart.addSeveral(2, "path", { class: "lr-arrow" }, chart.over);
    this.note = chart.addSeveral(2, "text", { class: "lr-warning" }, chart.over);
  }

  draw(line, xs) {
    const { chart } = this;
    const at = (x) => line.w * x + line.b;
    const [bottom, top] = chart.y.domain;
    const outside = (x) => Math.max(bottom - at(x), at(x) - top);
    const worst = xs.reduce((a, c) => (outside(c) > outside(a) ? c : a));
    const away = outside(worst) > 0;
    const exits = away ? this.exits(line) : [];
    this.arrows.forEach((arrow, i) => {
      show(arrow, i < exits.length);
      if (i >= exits.length) return;
      const [x, y] = [chart.x(exits[i][0]), chart.y(exits[i][1])].map((at) => at.toFixed(2));
      assign(arrow, { d: `M${(x - 6).toFixed(2)} ${y}h12l-6 ${exits[i][1] === top ? -7 : 7}z` });
    });
    const texts = [
      "off the chart:",
      `at x = ${readable(worst, 2)} the line says ${readable(at(worst), 3)}`,
    ];
    this.note.forEach((text, i) => {
      show(text, away);
      assign(text, { x: chart.range.x[0] + 8, y: chart.range.y[1] + 16 + 15 * i });
      write(text, texts[i]);
    });
  }

  // The places on the floor and the roof by which a line leaves; where the chart shows nothing of
  // it, the middle of the one beyond which it lies.
  exits({ w, b }) {
    const { domain: across } = this.chart.x;
    const [bottom, top] = this.chart.y.domain;
    const ends = clipLine(w, b, across, [bottom, top]);
    if (ends) {
      const [x1, y1, x2, y2] = ends;
      return [[x1, y1], [x2, y2]].filter(([, value]) => value === bottom || value === top);
    }
    const middle = (across[0] + across[1]) / 2;
    return [[middle, w * middle + b > top ? top : bottom]];
  }
}
