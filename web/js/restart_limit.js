// @ts-check
/** How often something may be started again before it is hopeless. */

const MOST = 3;
const WINDOW_MS = 60_000;

export class RestartLimit {
  /** @param {{most?: number, windowMs?: number, now?: () => number}} [options] */
  constructor({ most = MOST, windowMs = WINDOW_MS, now = () => performance.now() } = {}) {
    this.most = most;
    this.windowMs = windowMs;
    this.now = now;
    /** @type {number[]} when each one was, oldest first */
    this.times = [];
  }

  /** Whether another one would be one too many. */
  get reached() {
    const since = this.now() - this.windowMs;
    this.times = this.times.filter((time) => time > since);
    return this.times.length >= this.most;
  }

  /** @returns {number} how many there were within the window, this one included */
  count() {
    this.times.push(this.now());
    return this.times.length;
  }

  reset() {
    this.times = [];
  }
}
