// Elements of a page, HTML and SVG.

const SVG = "http://www.w3.org/2000/svg";

// Set attributes, writing only what has changed: a write that changes nothing still costs.
export function assign(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    const text = String(value);
    if (node.getAttribute(name) !== text) node.setAttribute(name, text);
  }
  return node;
}

export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function element(tag, attributes = {}, ...children) {
  const node = assign(document.createElement(tag), attributes);
  node.append(...children);
  return node;
}

export function shape(tag, attributes = {}, ...children) {
  const node = assign(document.createElementNS(SVG, tag), attributes);
  node.append(...children);
  return node;
}

export const show = (node, visible) => assign(node, { visibility: visible ? "visible" : "hidden" });

export const uniqueId = () => `lr-${Math.random().toString(36).slice(2)}`;

// JupyterLab's shortcuts look at the element that has the keyboard: this tells them to let it be.
export const OWN_KEYS = { "data-lm-suppress-shortcuts": "true" };
