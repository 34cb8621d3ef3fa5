import { assign, show, write } from "./dom.js";
import { clamp } from "./numbers.js";
import { readable } from "./text.js";

// Straight lines on a chart, and what is said where one leaves it.

// The part of y = slope·x + intercept within a frame, as [x1, y1, x2, y2], or null. Where the line
// leaves by the floor or the roof, that value is the frame's own: a huge slope cannot blur it.
export function clipLine(slope, intercept, [left, right], [bottom, top]) {
  const at = (x) => slope * x + intercept;
  if (Math.max(at(left), at(right)) < bottom || Math.min(at(left), at(right)) > top) return null;
  const crossing = (value) => [(value - intercept) / slope, value];
  const [first, second] = slope > 0 ? [bottom, top].map(crossing) : [top, bottom].map(crossing);
  const start = slope !== 0 && first[0] > left ? first : [left, at(left)];
  const end = slope !== 0 && second[0] < right ? second : [right, at(right)];
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

// Where a line leaves a chart: arrowheads, and its value over the farthest point.
export class Departure {
  constructor(chart) {
    this.chart = chart;
    this.arrows = [0, 1].map(() => chart.add("path", { class: "lr-arrow" }, chart.over));
    this.note = [0, 1].map(() => chart.add("text", { class: "lr-warning" }, chart.over));
  }

  draw({ w, b }, xs) {
    const { chart } = this;
    const [[left, right], [bottom, top]] = [chart.x.domain, chart.y.domain];
    const outside = (value) => value < bottom || value > top;
    const worst = xs.reduce((a, c) => (Math.abs(w * c + b) > Math.abs(w * a + b) ? c : a));
    const away = outside(w * worst + b);
    const ends = clipLine(w, b, [left, right], [bottom, top]);
    const exits = ends
      ? [ends.slice(0, 2), ends.slice(2)].filter(([, value]) => this.onEdge(value))
      : [[(left + right) / 2, b > top ? top : bottom]];
    this.arrows.forEach((arrow, i) => {
      show(arrow, away && exits[i]);
      if (!exits[i]) return;
      const [x, y] = [chart.x(exits[i][0]), chart.y(exits[i][1])];
      const tip = exits[i][1] > (bottom + top) / 2 ? -7 : 7;
      assign(arrow, { d: `M${x - 6} ${y}h12l-6 ${tip}z` });
    });
    const [at, value] = [readable(worst, 2), readable(w * worst + b, 3)];
    const lines = ["off the chart:", `at x = ${at} the line says ${value}`];
    this.note.forEach((text, i) => {
      show(text, away);
      assign(text, { x: chart.range.x[0] + 8, y: chart.range.y[1] + 16 + 15 * i });
      write(text, lines[i]);
    });
  }

  onEdge(value) {
    const [bottom, top] = this.chart.y.domain;
    return Math.min(Math.abs(value - bottom), Math.abs(value - top)) < 1e-6 * (top - bottom);
  }
}
