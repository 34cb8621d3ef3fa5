// Sets formulas with KaTeX: reads one a line, as JSON, and writes its HTML or what is wrong with it.
// The TeX itself, which KaTeX notes beside the MathML, is left out: nothing reads it.
const katex = require("katex");

require("node:readline")
  .createInterface({ input: process.stdin })
  .on("line", (line) => {
    const { tex, displayMode } = JSON.parse(line);
    let answer;
    try {
      const html = katex.renderToString(tex, { displayMode, strict: "error" });
      answer = { html: html.replace(/<annotation.*?<\/annotation>/gs, "") };
    } catch (error) {
      answer = { fault: error.message };
    }
    console.log(JSON.stringify(answer));
  });
