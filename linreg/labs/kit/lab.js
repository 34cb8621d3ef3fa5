import { assign, element, OWN_KEYS, write } from "./dom.js";

// A lab and its model: anywidget's in Jupyter, the shim's on a page.

// Call `handle` whenever one of the model's names changes; return what ends it.
export function listen(model, names, handle) {
  for (const name of names) model.on(`change:${name}`, handle);
  return () => names.forEach((name) => model.off(`change:${name}`, handle));
}

// Set at once here, and send to the kernel when the event that set it is over: all that it set
// in one message, and before an echo of an earlier message can put an older value back. How often
// messages go is the widget manager's to decide.
export function sender(model) {
  let due = false;
  const send = () => {
    due = false;
    model.save_changes();
  };
  return (name, value) => {
    if (model.get(name) === value) return;
    model.set(name, value);
    if (!due) queueMicrotask(send);
    due = true;
  };
}

// Watch the widths of charts and call `redraw` when one has changed; return what ends it.
export function watchWidths(charts, redraw) {
  const observer = new ResizeObserver(() => {
    const changed = charts.map((chart) => {
      const [width, whole] = [chart.node, chart.node.parentElement].map((box) => box.clientWidth);
      return chart.resize(width, width > 0.75 * whole);
    });
    if (changed.includes(true)) redraw();
  });
  for (const chart of charts) observer.observe(chart.node);
  return () => observer.disconnect();
}

// A line that only a screen reader hears, once the state has been still for a moment.
export class Announcer {
  constructor(wait = 800) {
    this.wait = wait;
    this.node = element("p", { class: "lr-spoken", role: "status", "aria-live": "polite" });
  }

  say(text) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => write(this.node, text), this.wait);
  }

  stop() {
    clearTimeout(this.timer);
  }
}

// Words that change, in a place that is as high as the longest of them need, so that nothing below
// moves: those are laid under it, unseen. `all` holds words as HTML, the longest among them.
export class Words {
  constructor(style, all) {
    this.seen = element("p");
    const length = (html) => html.replace(/<[^>]*>/g, "").length;
    const longest = [...all].sort((a, b) => length(b) - length(a)).slice(0, 6);
    const unseen = longest.map((html) => {
      const node = element("p", { class: "lr-unseen", "aria-hidden": "true" });
      node.innerHTML = html;
      return node;
    });
    this.node = element("div", { class: `lr-words ${style}` }, this.seen, ...unseen);
  }

  // Written where they differ from the last: a write that changes nothing still costs.
  show(html) {
    if (this.html !== html) this.seen.innerHTML = this.html = html;
  }

  get text() {
    return this.seen.textContent;
  }
}

// A picture, and beside it, or on a phone below it, its numbers and words.
export const beside = (picture, ...words) =>
  element("div", { class: "lr-beside" }, picture, element("div", { class: "lr-aside" }, ...words));

// What a lab shows only to those who ask for it.
const folded = (nodes) =>
  element(
    "details",
    { class: "lr-more" },
    element("summary", OWN_KEYS, "More"),
    element("div", { class: "lr-folded" }, ...nodes),
  );

// What every lab holds, and how it ends. Its subclass calls `mount`, brings `verdict`, `refresh`
// where it calls `put` and `playback` where something moves by itself, and keeps in `endings` what
// ends all that it listens to.
export class Lab {
  constructor(model) {
    Object.assign(this, { model, set: sender(model), announcer: new Announcer() });
  }

  // Put the lab into its place on the page: the one question that it asks, its picture with the
  // words on it, the two controls that it begins with, and folded under them all others.
  mount(el, style, { picture, controls, more = [] }) {
    const attributes = { class: `lr-lab ${style}`, role: "group", "aria-label": `Lab: ${LAB.TITLE}` };
    this.root = element(
      "div",
      attributes,
      element("p", { class: "lr-ask" }, LAB.QUESTION),
      ...picture,
      element("div", { class: "lr-controls" }, ...controls),
      ...(more.length ? [folded(more)] : []),
      this.announcer.node,
    );
    el.replaceChildren(this.root);
  }

  // Several traits at once, one drawing: what listens to them leaves it while the lab is `busy`.
  put(values) {
    this.busy = true;
    for (const [name, value] of Object.entries(values)) this.set(name, value);
    this.busy = false;
    this.refresh();
  }

  // The verdict: a word for the style, and a few sentences as HTML.
  conclude({ kind, html }) {
    assign(this.root, { "data-verdict": kind });
    this.verdict.show(html);
  }

  end() {
    this.playback?.stop();
    this.announcer.stop();
    for (const ending of this.endings) ending();
  }
}

// The `render` of a lab that is built anew where something that it stands on, such as its points, is
// another.
export const rebuilding = (Kind, names = ["x", "y"]) => ({ model, el }) => {
  let lab = new Kind({ model, el });
  const ending = listen(model, names, () => {
    lab.end();
    lab = new Kind({ model, el });
  });
  return () => {
    ending();
    lab.end();
  };
};
