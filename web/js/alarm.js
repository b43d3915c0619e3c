// @ts-check

/** A timer that is so late fired after the machine slept: the worker had no time either. */
const SLEPT_MS = 3000;

/** A timer that can be set anew, and that does not fire for time the machine slept. */
export class Alarm {
  /** @param {() => void} ring */
  constructor(ring) {
    this.ring = ring;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /** @param {number} ms */
  set(ms) {
    this.stop();
    const due = performance.now() + ms;
    this.timer = setTimeout(() => {
      if (performance.now() - due > SLEPT_MS) this.set(ms);
      else this.ring();
    }, ms);
  }

  stop() {
    clearTimeout(this.timer);
  }
}
