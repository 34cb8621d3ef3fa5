import { Button, Slider, stepMapping } from "./controls.js";
import { element } from "./dom.js";
import { Lab, listen } from "./lab.js";
import { Playback } from "./playback.js";

// A lab that goes along steps.

// A lab whose picture goes along steps, from 0 to `last`, by a slider, by buttons or by itself. Its
// subclass draws a position, `draw(position)`, and keeps in `summary` what is said there.
export class SteppedLab extends Lab {
  // What moves it: the button that plays it, a whole walk in so many seconds, and, for those who
  // want to go step by step, `steps`: two more buttons and a slider, with a label. The first of the
  // two, `next`, a lab may move to a place of its own.
  transport({ steps, label = "Steps", nextText = "Step", toText = String, seconds = 5 }) {
    const { model, set } = this;
    this.last = steps;
    this.step = new Slider({
      name: "step",
      label,
      mapping: stepMapping(steps),
      toText,
      onInput: (step) => this.goTo(step),
    });
    const toggle = () => set("playing", !model.get("playing"));
    this.toggle = new Button({ icon: "play", text: "Play", primary: true, onClick: toggle });
    const goOn = () => this.goTo(this.shown() + 1);
    const next = new Button({ icon: "step", text: nextText, onClick: goOn });
    const reset = new Button({ icon: "reset", text: "Reset", onClick: () => this.goTo(0) });
    this.playback = new Playback({
      seconds,
      at: (position) => this.travel(position),
      done: () => set("playing", false),
    });
    const buttons = element("div", { class: "lr-buttons" }, next.node, reset.node);
    const stepping = element("div", { class: "lr-transport" }, buttons, this.step.node);
    return { play: this.toggle.node, next: next.node, steps: stepping };
  }

  // Listen to the model's step and whether it plays; return what ends it.
  listenToSteps() {
    const endings = [
      listen(this.model, ["step"], () => this.arrive()),
      listen(this.model, ["playing"], () => this.play()),
    ];
    if (this.model.get("playing")) this.play();
    return () => endings.forEach((ending) => ending());
  }

  // Another last step.
  endAt(last) {
    this.last = last;
    this.step.limit(last);
  }

  shown() {
    return Math.min(this.model.get("step"), this.last);
  }

  // Where the picture is: on its way, or at the model's step.
  get here() {
    return this.playback.running ? this.position : this.model.get("step");
  }

  goTo(step) {
    this.set("playing", false);
    this.set("step", Math.min(step, this.last));
  }

  // The playback's frame: the picture moves on, the model hears of whole steps.
  travel(position) {
    this.position = position;
    this.set("step", Math.floor(position));
    this.draw(position);
  }

  arrive() {
    if (this.playback.running) return;
    this.draw(this.model.get("step"));
    this.announcer.say(this.summary);
  }

  announce() {
    if (!this.playback.running) this.announcer.say(`${this.verdict.text} ${this.summary}`);
  }

  play() {
    const playing = this.model.get("playing");
    this.toggle.show(playing ? "pause" : "play", playing ? "Pause" : "Play");
    if (!playing) {
      this.playback.stop();
      this.arrive();
      return;
    }
    const from = this.shown();
    this.playback.start(from < this.last ? from : 0, this.last);
  }
}
