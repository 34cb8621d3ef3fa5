// Search as one types, in a page without a server: the sections of the book and the library that
// searches them are loaded at the first letter. Results lead to places within pages.
(() => {
  const root = document.documentElement.dataset.content_root ?? "./";
  const SHOWN = 12;
  const AROUND = 90; // letters of an excerpt on each side of what was found

  let index = null;
  const loaded = (path) =>
    new Promise((done, fail) => {
      const script = document.createElement("script");
      script.src = `${root}_static/search/${path}`;
      script.onload = done;
      script.onerror = () => fail(new Error(`${path} did not load`));
      document.head.append(script);
    });

  // One word for its plural, and for how it is written without accents.
  const stem = (word) => {
    const plain = word.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
    return plain.length > 4 ? plain.replace(/ies$/, "y").replace(/([^su])s$/, "$1") : plain;
  };

  async function ready() {
    await Promise.all([loaded("minisearch.js"), loaded("sections.js")]);
    const search = new MiniSearch({
      fields: ["title", "names", "page", "text"],
      storeFields: ["title", "names", "page", "text", "weight"],
      processTerm: stem,
    });
    search.addAll(window.lrSections);
    return search;
  }

  const options = {
    boost: { names: 8, title: 4, page: 1.5 },
    boostDocument: (id, word, { weight }) => weight,
    prefix: (word) => word.length > 2,
    fuzzy: (word) => (word.length > 4 ? 0.2 : 0),
  };

  /** The best places for some words: those that have all of them, or else some. */
  async function find(words) {
    index ??= ready();
    const search = await index;
    const all = search.search(words, { ...options, combineWith: "AND" });
    const found = all.length ? all : search.search(words, options);
    const wanted = words.trim().toLowerCase();
    const isNamed = ({ names, title }) =>
      [...names.split(", "), title].some((name) => stem(name) === stem(wanted));
    const named = found.filter(isNamed).sort((a, b) => b.weight - a.weight); // a chapter comes first
    return [...named, ...found.filter((one) => !isNamed(one))].slice(0, SHOWN);
  }
  window.lrFind = find;

  function element(name, text, ...children) {
    const node = document.createElement(name);
    node.textContent = text;
    node.append(...children);
    return node;
  }

  /** The text around the first word that was found, the words marked. */
  function excerpt({ text, terms }) {
    const words = terms.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    const pattern = new RegExp(`(?<![\\p{L}\\d])(${words.join("|")})`, "giu");
    const first = Math.max(0, text.search(pattern));
    const start = first > AROUND ? text.indexOf(" ", first - AROUND) + 1 : 0;
    const piece = text.slice(start, first + 2 * AROUND).replace(/\s\S*$/, "");
    const line = element("span", start ? "… " : "");
    piece.split(pattern).forEach((part, i) => line.append(i % 2 ? element("mark", part) : part));
    line.append(start + piece.length < text.length ? " …" : "");
    return line;
  }

  function result(one) {
    const link = document.createElement("a");
    link.href = root + one.id;
    const isPage = one.title === one.page;
    link.append(element("strong", one.title), element("small", isPage ? "" : ` ${one.page}`));
    if (one.text) link.append(excerpt(one));
    return element("li", "", link);
  }

  function attach(form) {
    const field = form.querySelector("input");
    const list = document.createElement("ul");
    list.className = "lr-found";
    const status = document.createElement("p");
    status.className = "lr-found-number";
    status.setAttribute("role", "status");
    form.after(status, list);

    let latest = 0;
    async function show() {
      const words = field.value.trim();
      const mine = (latest += 1);
      const found = words ? await find(words) : [];
      if (mine !== latest) return; // another letter was typed meanwhile
      list.replaceChildren(...found.map(result));
      const number = found.length === SHOWN ? `The best ${SHOWN} places` : `${found.length} places`;
      if (!words) status.textContent = "";
      else status.textContent = found.length ? number : `Nothing was found for “${words}”.`;
    }
    field.addEventListener("input", show);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const first = list.querySelector("a");
      if (first) location.href = first.href;
    });
    form.parentElement.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step) return;
      const stops = [field, ...list.querySelectorAll("a")];
      const next = stops[stops.indexOf(document.activeElement) + step];
      if (next) next.focus();
      event.preventDefault();
    });
    const asked = new URLSearchParams(location.search).get("q");
    if (asked && !form.closest("dialog")) {
      field.value = asked;
      show();
    }
  }

  for (const form of document.querySelectorAll("form.bd-search")) attach(form);
})();
