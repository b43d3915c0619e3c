// @ts-check
/** Sentences' sound, asked for once and kept while somebody may want it. */

import { abortable } from './abortable.js';
import { abortError } from './errors.js';

/**
 * @typedef {import('./text_feed.js').Sentence} Sentence
 * @typedef {import('./protocol.js').PieceValue & {samples: Float32Array}} Piece
 * @typedef {import('./options.js').Manner} Manner
 * @typedef {object} Sources
 * @property {{ask: (type: 'piece', payload: any, options: {signal: AbortSignal}) => Promise<any>}} engine
 * @property {{sentence: (index: number, options: {signal: AbortSignal}) => Promise<Sentence | null>}} feed
 * @property {Manner | Promise<Manner>} manner
 */

export class Takes {
  #sources;
  /** @type {Map<number, Take>} */
  #takes = new Map();

  /** @param {Sources} sources */
  constructor(sources) {
    this.#sources = sources;
  }

  /** Sentence `index`, asked for now if it is not here; what failed is asked for again. @param {number} index */
  get(index) {
    let take = this.#takes.get(index);
    if (!take || take.failed) {
      take = new Take(this.#sources, index);
      this.#takes.set(index, take);
    }
    return take;
  }

  /** Whether sound of sentence `index` is here. @param {number} index */
  has(index) {
    return this.#takes.get(index)?.begun ?? false;
  }

  /** Give up all that lie outside of [first, last]. @param {number} first @param {number} last */
  keep(first, last) {
    for (const [index, take] of this.#takes) {
      if (index >= first && index <= last) continue;
      take.cancel();
      this.#takes.delete(index);
    }
  }
}

export class Take {
  #controller = new AbortController();
  /** @type {Piece[]} */
  #pieces = [];
  #complete = false;
  /** @type {unknown} */
  #error = null;
  #changed = /** @type {PromiseWithResolvers<void>} */ (Promise.withResolvers());

  failed = false;
  /** @type {Promise<Sentence | null>} */
  sentence;

  /**
   * @param {Sources} sources
   * @param {number} index
   */
  constructor({ engine, feed, manner }, index) {
    const { signal } = this.#controller;
    this.sentence = feed.sentence(index, { signal });
    this.#fetch(engine, manner, signal).catch((error) => {
      this.failed = true;
      this.#error = error;
      this.#tell();
    });
  }

  /** Whether its first piece is here. */
  get begun() {
    return this.#pieces.length > 0;
  }

  /**
   * @param {number} number 0-based
   * @param {AbortSignal} signal stops the waiting only; see `cancel`
   * @returns {Promise<Piece | null>} null after the last one
   */
  async piece(number, signal) {
    while (number >= this.#pieces.length) {
      if (this.#error) throw this.#error;
      if (this.#complete) return null;
      await abortable(this.#changed.promise, signal);
    }
    return this.#pieces[number];
  }

  cancel() {
    if (!this.#complete) this.#controller.abort(abortError());
  }

  /**
   * @param {Sources['engine']} engine
   * @param {Sources['manner']} manner
   * @param {AbortSignal} signal
   */
  async #fetch(engine, manner, signal) {
    const sentence = await this.sentence;
    if (sentence) {
      const how = await manner;
      for (let piece = 0, last = false; !last; piece++) {
        signal.throwIfAborted();
        const value = await engine.ask('piece', { text: sentence.text, ...how, piece }, { signal });
        this.#pieces.push(value);
        last = value.last;
        this.#tell();
      }
    }
    this.#complete = true;
    this.#tell();
  }

  #tell() {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
