// @ts-check
/** Who takes sound piece by piece, and how long what was taken lasts. */

/** Whoever wants a whole file waits for its end, not for its beginning. */
export const UNHURRIED = { ahead: null, delivered() {} };

/** Somebody who plays a stream as it comes, as far as can be known. */
export class Listener {
  /** When what was delivered will have been heard, in seconds of `performance.now()`. */
  #until = 0;

  /** Seconds that are left to hear. */
  get ahead() {
    return Math.max(0, this.#until - performance.now() / 1000);
  }

  /** @param {number} seconds of sound */
  delivered(seconds) {
    this.#until = performance.now() / 1000 + this.ahead + seconds;
  }
}
