// @ts-check
/**
 * Whether a worker still turns its event loop: asked now and then, it must give some sign.
 *
 * Beats are counted, not time: where the machine slept or the page was busy no beat was
 * made, so none was missed.
 */

/** Milliseconds between two beats. */
const BEAT_MS = 1000;

export class Heartbeat {
  /**
   * @param {object} options
   * @param {() => void} options.ask a question that the worker answers by itself
   * @param {() => number} options.patience milliseconds of silence that are allowed now
   * @param {() => void} options.onSilence called once; then it has stopped
   */
  constructor({ ask, patience, onSilence }) {
    this.ask = ask;
    this.patience = patience;
    this.onSilence = onSilence;
    /** Beats without a sign of life. */
    this.missed = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  start() {
    this.stop();
    this.missed = 0;
    this.#beat();
  }

  stop() {
    clearTimeout(this.timer);
  }

  /** The worker said something, whatever it was. */
  heard() {
    this.missed = 0;
  }

  #beat() {
    this.ask();
    const patience = this.patience();
    const every = Math.min(BEAT_MS, patience / 4);
    this.timer = setTimeout(() => {
      this.missed += 1;
      if (this.missed * every < patience) this.#beat();
      else this.onSilence();
    }, every);
  }
}
