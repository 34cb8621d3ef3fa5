// Turns every <div data-lab="name" data-state="{…}"> on a page into the lab of that name. A classic
// script, for modules do not load on file://; the lab itself is imported from a Blob.
(() => {
  class Model {
    constructor(state) {
      this.state = state;
      this.handlers = {};
    }
    get(name) {
      return this.state[name];
    }
    set(name, value) {
      if (Object.is(this.state[name], value)) return;
      this.state[name] = value;
      for (const handler of [...(this.handlers[`change:${name}`] ?? [])]) handler();
    }
    save_changes() {} // there is no kernel to tell
    on(event, handler) {
      (this.handlers[event] ??= []).push(handler);
    }
    off(event, handler) {
      this.handlers[event] = (this.handlers[event] ?? []).filter((known) => known !== handler);
    }
  }

  async function load(name) {
    const source = new Blob([window.lrLabs[name]], { type: "text/javascript" });
    const address = URL.createObjectURL(source);
    const { default: lab } = await import(address);
    URL.revokeObjectURL(address);
    return lab;
  }

  async function start(place) {
    const el = document.createElement("div");
    el.className = "lr-live";
    try {
      const lab = await load(place.dataset.lab);
      lab.render({ model: new Model(JSON.parse(place.dataset.state)), el });
      place.append(el); // the still picture stays too, for paper
      place.classList.add("lr-ready");
    } catch (error) {
      place.classList.add("lr-failed"); // the still picture stays
      throw error;
    }
  }

  // Whether the page has been read past a place: something stands behind it.
  const isBehind = (place) => {
    for (let node = place; node; node = node.parentElement) if (node.nextSibling) return true;
    return false;
  };

  // A lab waits for its own source and for its place to be read, and for nothing else: not for the
  // rest of the page, nor for other scripts. Once all has loaded, a source that is not there has
  // failed.
  const begun = new WeakSet();
  window.lrStart = () => {
    const isLoading = document.readyState === "loading";
    for (const place of document.querySelectorAll("[data-lab]:not(.lr-ready)")) {
      const isThere = Boolean(window.lrLabs?.[place.dataset.lab]);
      const isRead = !isLoading || isBehind(place);
      if (begun.has(place) || !isRead) continue;
      if (!isThere && document.readyState !== "complete") continue;
      begun.add(place);
      start(place);
    }
    if (isLoading) setTimeout(window.lrStart, 100);
  };
  document.addEventListener("readystatechange", () => window.lrStart());
  window.lrStart();
})();
