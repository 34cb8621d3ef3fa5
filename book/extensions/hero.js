// The front page's picture, taken hold of: the points and the ends of the line are dragged, by a
// pointer, a finger or the arrow keys, and each residual's square and the loss follow. It stands in
// the page itself, right after the picture, so that it waits for nothing.
(() => {
  const hero = document.querySelector(".lr-hero");
  const { x, y, w, b, frame, box } = JSON.parse(hero.dataset.state);
  const line = { w, b };
  let best = null; // once it was asked for
  let glide = 0;

  const clamp = (value, [low, high]) => Math.min(high, Math.max(low, value));
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const find = (selector) => hero.querySelector(selector);
  const all = (selector) => [...hero.querySelectorAll(selector)];
  const set = (node, values) =>
    Object.entries(values).forEach(([name, value]) => node.setAttribute(name, value));
  const digits = (value) => (value < 1e-9 ? "0" : value.toPrecision(4));
  const scale = ([low, high], [start, end]) => {
    const to = (value) => start + ((value - low) / (high - low)) * (end - start);
    to.back = (pixel) => low + ((pixel - start) / (end - start)) * (high - low);
    return to;
  };
  const across = scale(frame.x, box.x);
  const down = scale(frame.y, box.y);
  const at = (value) => line.w * value + line.b;
  const lossOf = (one) => mean(x.map((value, i) => (one.w * value + one.b - y[i]) ** 2));

  function leastSquares() {
    const [middle, level] = [mean(x), mean(y)];
    const spread = mean(x.map((value) => (value - middle) ** 2));
    const slope = spread > 1e-12 ? mean(x.map((v, i) => (v - middle) * (y[i] - level))) / spread : 0;
    return { w: slope, b: level - slope * middle };
  }

  function lay(node, one) {
    const ends = frame.x.map((value) => down(one.w * value + one.b).toFixed(1));
    set(node, { y1: ends[0], y2: ends[1] });
  }

  // ---- What is dragged: each tells where it stands, and takes a place that a hand wants

  const [svg, svgLine, dashed] = [find("svg"), find(".lr-fit"), find(".lr-best")];
  const [squares, sticks, dots] = [all(".lr-square"), all(".lr-stick"), all(".lr-data")];
  const tidy = (value, name) => Number(clamp(value, frame[name]).toFixed(2));
  const points = dots.map((dot, i) => ({
    dot,
    label: `Point ${i + 1}`,
    place: () => [x[i], y[i]],
    words: () => `x ${x[i].toFixed(2)}, y ${y[i].toFixed(2)}`,
    take: (right, up) => {
      x[i] = tidy(right, "x");
      y[i] = tidy(up, "y");
    },
  }));
  // An end of the line goes to a height while the other end stays.
  const grips = all(".lr-grip").map((dot, i, both) => {
    const mine = Number(dot.dataset.x);
    const other = Number(both[1 - i].dataset.x);
    return {
      dot,
      label: `${["Left", "Right"][i]} end of the line`,
      place: () => [mine, clamp(at(mine), frame.y)],
      words: () => `height ${at(mine).toFixed(2)}`,
      take: (right, up) => {
        const still = at(other);
        line.w = (tidy(up, "y") - still) / (mine - other);
        line.b = still - line.w * other;
      },
    };
  });
  const handles = [...grips, ...points];

  // ---- Drawing

  function draw() {
    const unit = down(0) - down(1);
    lay(svgLine, line);
    if (best) lay(dashed, (best = leastSquares()));
    points.forEach((point, i) => {
      const [left, top] = [across(x[i]), down(y[i])];
      const residual = at(x[i]) - y[i];
      const side = unit * Math.abs(residual);
      const toLeft = residual > 0 === line.w >= 0; // away from the line, or else where it fits
      const fits = { true: left - side >= box.x[0], false: left + side <= box.x[1] };
      const start = toLeft !== (!fits[toLeft] && fits[!toLeft]) ? left - side : left;
      set(sticks[i], { x1: left, x2: left, y1: top, y2: down(at(x[i])).toFixed(1) });
      const corner = { x: start.toFixed(1), y: Math.min(top, down(at(x[i]))).toFixed(1) };
      set(squares[i], { ...corner, width: side.toFixed(1), height: side.toFixed(1) });
    });
    for (const { dot, node, place, words } of handles) {
      const [right, up] = place();
      set(dot, { cx: across(right).toFixed(1), cy: down(up).toFixed(1) });
      if (!node) continue;
      set(node.firstChild, { cx: dot.getAttribute("cx"), cy: dot.getAttribute("cy") });
      set(node, { "aria-valuenow": up.toFixed(2), "aria-valuetext": words() });
    }
    find(".lr-hero-loss").textContent = digits(lossOf(line));
    find(".lr-hero-least").textContent = best ? `the least there is: ${digits(lossOf(best))}` : "";
    clearTimeout(draw.timer);
    draw.timer = setTimeout(speak, 800);
  }

  let heard = null;
  function speak() {
    const words = `${find(".lr-hero-number").textContent}`.replace(/\s+/g, " ").trim();
    if (heard !== null && heard !== words) find(".lr-hero-spoken").textContent = words;
    heard = words;
  }

  // ---- Hands

  function move(handle, right, up) {
    cancelAnimationFrame(glide);
    handle.take(right, up);
    draw();
  }

  function locate({ clientX, clientY }) {
    const { left, top, width, height } = svg.getBoundingClientRect();
    const { width: wide, height: high } = svg.viewBox.baseVal;
    return [((clientX - left) * wide) / width, ((clientY - top) * high) / height];
  }

  const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  let held = null;
  for (const handle of handles) {
    const node = document.createElementNS("http://www.w3.org/2000/svg", "g");
    const hit = node.appendChild(document.createElementNS(node.namespaceURI, "circle"));
    set(hit, { r: 22, class: "lr-hit" });
    handle.dot.replaceWith(node);
    node.append(handle.dot);
    const role = { role: "slider", tabindex: 0, class: "lr-handle", "aria-label": handle.label };
    set(node, { ...role, "aria-valuemin": frame.y[0], "aria-valuemax": frame.y[1] });
    handle.node = node;
    node.addEventListener("keydown", (event) => {
      const { key, shiftKey, ctrlKey, metaKey, altKey } = event;
      if (!KEYS[key] || ctrlKey || metaKey || altKey) return;
      event.preventDefault();
      const [[right, up], step] = [KEYS[key], shiftKey ? 1 : 0.1];
      const [fromX, fromY] = handle.place();
      const rise = grips.includes(handle) ? right + up : up; // an end moves up and down only
      move(handle, fromX + step * right, fromY + step * rise);
    });
    node.addEventListener("pointerdown", (event) => {
      if (held || !event.isPrimary || event.button !== 0) return;
      cancelAnimationFrame(glide);
      const [left, top] = locate(event);
      const far = ({ place: [value, height] }) => Math.hypot(across(value) - left, down(height) - top);
      // Where the targets of several overlap, the nearest is meant.
      const each = handles.map((one) => ({ one, place: one.place() }));
      const { one, place } = each.reduce((a, c) => (far(c) < far(a) ? c : a));
      held = { one, left: across(place[0]) - left, top: down(place[1]) - top };
      one.node.focus({ preventScroll: true });
      node.setPointerCapture(event.pointerId);
    });
    node.addEventListener("mousedown", (event) => event.preventDefault());
    node.addEventListener("pointermove", (event) => {
      if (!held || !event.isPrimary) return;
      const [left, top] = locate(event);
      move(held.one, across.back(left + held.left), down.back(top + held.top));
    });
    const drop = ({ isPrimary }) => isPrimary && (held = null);
    for (const name of ["pointerup", "pointercancel"]) node.addEventListener(name, drop);
  }

  // The line glides to the best one, or is there at once for who asked for stillness.
  find("button").addEventListener("click", () => {
    cancelAnimationFrame(glide);
    const [from, start] = [{ ...line }, performance.now()];
    best = leastSquares();
    set(dashed, { visibility: "visible" });
    const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const step = (now) => {
      const part = isStill ? 1 : clamp((now - start) / 700, [0, 1]);
      const eased = part * part * (3 - 2 * part);
      for (const name of ["w", "b"]) line[name] = from[name] + eased * (best[name] - from[name]);
      draw();
      if (part < 1) glide = requestAnimationFrame(step);
    };
    step(start);
  });

  svg.setAttribute("role", "group");
  for (const node of all("[hidden]")) node.hidden = false;
  draw();
})();
