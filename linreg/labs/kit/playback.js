// What moves by itself, from step to step.

const wantsStillness = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// Walk from step `from` to step `last`, a whole walk in `seconds`, slowly first: step k takes time
// in proportion to 1 / (1 + k / 6). `at` hears the position; its fraction eases from stop to stop.
export class Playback {
  constructor({ seconds = 5, at, done }) {
    Object.assign(this, { seconds, at, done, request: null });
  }

  get running() {
    return this.request !== null;
  }

  start(from, last) {
    this.stop();
    if (wantsStillness() || from >= last) return this.finish(last);
    const whole = Math.log1p(last / 6);
    let begin = null;
    const frame = (now) => {
      begin ??= now - 1000 * this.seconds * (Math.log1p(from / 6) / whole);
      const position = 6 * Math.expm1((whole * (now - begin)) / (1000 * this.seconds));
      if (position >= last) return this.finish(last);
      this.request = requestAnimationFrame(frame);
      this.at(eased(Math.max(from, position)));
    };
    this.request = requestAnimationFrame(frame);
  }

  stop() {
    if (this.running) cancelAnimationFrame(this.request);
    this.request = null;
  }

  finish(last) {
    this.stop();
    this.at(last);
    this.done();
  }
}

function eased(position) {
  const stop = Math.floor(position);
  const part = position - stop;
  return stop + part * part * (3 - 2 * part);
}
