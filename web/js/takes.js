// @ts-check
/** Sentences' sound, asked for once and kept while somebody may want it. */

import { abortable } from './abortable.js';
import { abortError } from './errors.js';

/**
 * @typedef {import('./text_feed.js').Sentence} Sentence
 * @typedef {import('./protocol.js').PieceValue & {samples: Float32Array}} Piece
 * @typedef {Pick<import('./casting.js').Casting, 'manner' | 'refuse'>} Cast
 * @typedef {object} Sources
 * @property {{ask: (type: 'piece', payload: any, options: {signal: AbortSignal}) => Promise<any>}} engine
 * @property {{sentence: (index: number, options: {signal: AbortSignal}) => Promise<Sentence | null>}} feed
 * @property {Cast | Promise<Cast>} casting
 * @property {() => {ahead: number, rate: number}} demand seconds until the listener runs dry, and
 *   the speed of playback
 */

/** How much a sentence says of the pace, beside those before it. */
const NEWS = 0.3;

export class Takes {
  #sources;
  /** @type {number | null} */
  #pace = null;
  /** @type {Map<number, Take>} */
  #takes = new Map();

  /** @param {Sources} sources */
  constructor(sources) {
    this.#sources = sources;
  }

  /** Seconds of work for a second of sound, of late; null until something was made. */
  get pace() {
    return this.#pace;
  }

  /** Sentence `index`, asked for now if it is not here; what failed is asked for again. @param {number} index */
  get(index) {
    let take = this.#takes.get(index);
    if (!take || take.failed) {
      take = new Take(this.#sources, index, (pace) => {
        this.#pace = this.#pace === null ? pace : this.#pace + NEWS * (pace - this.#pace);
      });
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
  #made;
  /** How many of them somebody has. */
  #taken = 0;
  #complete = false;
  /** @type {unknown} */
  #error = null;
  #changed = /** @type {PromiseWithResolvers<void>} */ (Promise.withResolvers());

  failed = false;
  /** Who says it; '' until that is known. */
  voiceId = '';
  /** @type {Promise<Sentence | null>} */
  sentence;

  /**
   * @param {Sources} sources
   * @param {number} index
   * @param {(pace: number) => void} [made] told of each piece that the model made
   */
  constructor({ engine, feed, casting, demand }, index, made = () => {}) {
    this.#made = made;
    const { signal } = this.#controller;
    this.sentence = feed.sentence(index, { signal });
    this.#fetch({ engine, casting, demand }, signal).catch((error) => {
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
    this.#taken = Math.max(this.#taken, number + 1);
    return this.#pieces[number];
  }

  /** Seconds of sound that are here and nobody has taken yet. */
  get #waiting() {
    const waiting = this.#pieces.slice(this.#taken);
    return waiting.reduce((sum, piece) => sum + piece.samples.length / piece.sampleRate, 0);
  }

  cancel() {
    if (!this.#complete) this.#controller.abort(abortError());
  }

  /**
   * @param {Omit<Sources, 'feed'>} sources
   * @param {AbortSignal} signal
   */
  async #fetch({ engine, casting, demand }, signal) {
    const sentence = await this.sentence;
    if (sentence) {
      const cast = await casting;
      let how = cast.manner(sentence.language);
      // What is here counts in samples: a worker that is new goes on where the last one died.
      for (let offset = 0, last = false; !last; ) {
        signal.throwIfAborted();
        this.voiceId = how.voiceId;
        const { ahead, rate } = demand();
        const listener = { ahead: ahead + this.#waiting / rate, rate };
        const asked = { text: sentence.text, ...how, offset, ...listener };
        const asking = performance.now();
        try {
          const value = await engine.ask('piece', asked, { signal });
          this.#measure(value, (performance.now() - asking) / 1000);
          this.#pieces.push(value);
          offset += value.samples.length;
          last = value.last;
          this.#tell();
        } catch (error) {
          if (offset || signal.aborted || !cast.refuse(how, error)) throw error;
          how = cast.manner(sentence.language);
        }
      }
    }
    this.#complete = true;
    this.#tell();
  }

  /** @param {Piece} piece @param {number} seconds that it took */
  #measure({ samples, sampleRate, source }, seconds) {
    if (source === 'model' && samples.length) this.#made((seconds * sampleRate) / samples.length);
  }

  #tell() {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
