import { ARROWS, draggable } from "./handle.js";
import { clamp } from "./numbers.js";

// A picture in space that a drag and the arrow keys turn: by its `azimuth`, in degrees round about,
// and its `elevation`, in degrees above. It is a scene of `svg`, `width` and `height`, and `onTurn`
// hears the two angles that are wanted.
export class Turnable {
  // Listen; a handle in the picture is moved, and does not turn it.
  listenToTurns() {
    this.svg.addEventListener("keydown", (event) => this.key(event));
    const pixel = ({ clientX, clientY }) => ({ across: clientX, down: clientY });
    const take = (at, { target }) => (target.closest(".lr-handle") ? null : this.turning());
    draggable(this.svg, { locate: pixel }, take);
  }

  // The whole width turns it once round; half the height tips it from side to top.
  turning() {
    const { azimuth, elevation } = this;
    const grab = () => {
      this.svg.focus({ preventScroll: true });
      return { across: 0, down: 0 };
    };
    const move = (across, down) =>
      this.turnTo(azimuth + (360 * across) / this.width, elevation + (160 * down) / this.height);
    return { grab, move, drop: () => {} };
  }

  key(event) {
    if (event.target !== this.svg || !ARROWS[event.key]) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const [right, up] = ARROWS[event.key].map((way) => way * (event.shiftKey ? 15 : 5));
    this.turnTo(this.azimuth + right, this.elevation + up);
  }

  turnTo(azimuth, elevation) {
    const around = ((((azimuth + 180) % 360) + 360) % 360) - 180;
    this.onTurn(around, clamp(elevation, ...LAB.VIEWS));
  }
}
