// On paper nothing can be unfolded: open every answer before printing, and fold it again after.
(() => {
  let opened = [];
  addEventListener("beforeprint", () => {
    document.querySelector(".lr-hero svg")?.setCurrentTime(1e3); // the walk has arrived
    opened = [...document.querySelectorAll(".bd-article details:not([open])")];
    opened.forEach((details) => (details.open = true));
  });
  addEventListener("afterprint", () => opened.forEach((details) => (details.open = false)));
})();

// The moving picture of the front page plays once by itself, unless the reader asked for stillness,
// and again by its button.
addEventListener("DOMContentLoaded", () => {
  const clock = document.getElementById("walkclock");
  const again = document.querySelector(".lr-again");
  if (!clock || !again) return;
  again.hidden = false;
  again.addEventListener("click", () => clock.beginElement());
  if (!matchMedia("(prefers-reduced-motion: reduce)").matches) clock.beginElement();
});
