// @ts-check
/** Sound of any rates as sound of one: a text may be spoken by voices with different ones. */

import { Resampler, designFilter } from '../audio/resampler.js';

const PORTION = 4096;

export class Rates {
  #to;
  /** @type {Resampler | null} */
  #resampler = null;
  #from = 0;
  #half = 0;
  /** Of the present rate: samples that came, and that were made of them. */
  #came = 0;
  #made = 0;

  /** @param {number} to Hz */
  constructor(to) {
    this.#to = to;
  }

  /**
   * @param {Float32Array} samples
   * @param {number} rate Hz
   * @returns {Float32Array<ArrayBuffer>[]} what can be made by now; the rest comes later
   */
  take(samples, rate) {
    const done = rate === this.#from ? [] : this.#change(rate);
    this.#came += samples.length;
    if (!this.#resampler) return [...done, new Float32Array(samples)];
    return [...done, ...this.#through(samples, samples.length, this.#due)];
  }

  /** The rest of what came. @returns {Float32Array<ArrayBuffer>[]} */
  end() {
    if (!this.#resampler) return [];
    // The filter looks ahead: behind the end there is silence.
    return this.#through(null, 2 * this.#half + PORTION, this.#due);
  }

  /** How many samples there should be of what came. */
  get #due() {
    return Math.round((this.#came * this.#to) / this.#from);
  }

  /** @param {number} rate */
  #change(rate) {
    const rest = this.end();
    const filter = designFilter(rate, this.#to);
    this.#resampler = rate === this.#to ? null : new Resampler(filter, 0);
    this.#half = filter.half;
    this.#from = rate;
    this.#came = 0;
    this.#made = 0;
    return rest;
  }

  /**
   * @param {Float32Array | null} samples null stands for silence
   * @param {number} count
   * @param {number} most samples that may be made of all that came
   */
  #through(samples, count, most) {
    const resampler = /** @type {Resampler} */ (this.#resampler);
    const made = [];
    for (let at = 0; at < count || this.#made < most; ) {
      const taken = resampler.write(samples, at, Math.min(count - at, PORTION));
      at += taken;
      const target = new Float32Array(Math.min(2 * PORTION, most - this.#made));
      const got = resampler.read(target, target.length);
      this.#made += got;
      if (got) made.push(target.subarray(0, got));
      if (!got && !taken) break;
    }
    return made;
  }
}
