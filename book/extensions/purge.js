// Takes the rules that no page and no script can use out of style sheets: purge.js FOLDER SHEET ...
const { readdirSync, writeFileSync } = require("node:fs");
const { PurgeCSS } = require("purgecss");

const [folder, ...css] = process.argv.slice(2);
const content = readdirSync(folder, { recursive: true })
  .filter((name) => /\.(html|js)$/.test(name))
  .map((name) => `${folder}/${name}`);
// What the theme's script sets on the root of a page.
const safelist = { greedy: [/data-theme/, /data-mode/] };

new PurgeCSS()
  .purge({ content, css, safelist })
  .then((sheets) => sheets.forEach(({ file, css }) => writeFileSync(file, css)));
