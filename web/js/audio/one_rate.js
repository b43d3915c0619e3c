// @ts-check
/** Sentences of voices with different sample rates, all at one: for a file, which has only one. */

import { Resampler, designFilter } from './resampler.js';

/** Samples that are handed to the resampler at a time. */
const PORTION = 1024;

export class OneRate {
  /** @type {Map<number, import('./resampler.js').Filter>} */
  #filters = new Map();
  /** @type {Resampler | null} of the sentence that is under way */
  #resampler = null;
  /** Its source samples, and the frames that were made of them. */
  #taken = 0;
  #made = 0;

  /** Hertz; the first piece's. */
  sampleRate = 0;

  /**
   * @param {Float32Array} samples a piece of a sentence
   * @param {number} sampleRate of the whole sentence, Hz
   * @param {boolean} last of the sentence
   * @returns {Float32Array} as much as can be made of it by now, at `this.sampleRate`: in all as
   *   long as the sentence, to a frame
   */
  push(samples, sampleRate, last) {
    this.sampleRate ||= sampleRate;
    if (sampleRate === this.sampleRate) return samples;
    const filter = this.#filter(sampleRate);
    this.#resampler ??= new Resampler(filter, 0);
    const resampler = this.#resampler;
    this.#taken += samples.length;
    const length = Math.ceil((this.#taken * this.sampleRate) / sampleRate);
    const target = new Float32Array(length - this.#made);
    let at = this.#pass(resampler, samples, samples.length, target, 0);
    if (last) at = this.#pass(resampler, null, 2 * filter.half, target, at);
    this.#made += at;
    if (last) {
      this.#resampler = null;
      this.#taken = 0;
      this.#made = 0;
    }
    return target.subarray(0, at);
  }

  /**
   * @param {Resampler} resampler
   * @param {Float32Array | null} samples null: silence
   * @param {number} count
   * @param {Float32Array} target
   * @param {number} at
   * @returns {number} where the target ends now
   */
  #pass(resampler, samples, count, target, at) {
    for (let done = 0; done < count; ) {
      done += resampler.write(samples, done, Math.min(PORTION, count - done));
      at += resampler.read(target.subarray(at), target.length - at);
    }
    return at;
  }

  /** @param {number} sampleRate */
  #filter(sampleRate) {
    let filter = this.#filters.get(sampleRate);
    if (!filter) {
      filter = designFilter(sampleRate, this.sampleRate);
      this.#filters.set(sampleRate, filter);
    }
    return filter;
  }
}
