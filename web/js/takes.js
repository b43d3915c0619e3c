// @ts-check
/** Sentences' sound, asked for once and kept while somebody may want it. */

import { abortable } from './abortable.js';
import { abortError } from './errors.js';
import { beginningAt } from './word_start.js';

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

  /**
   * Sentence `index`, asked for now if it is not here; what failed is asked for again.
   *
   * @param {number} index
   * @param {number} [from]  the word at this offset of the text is the first that is wanted
   */
  get(index, from = 0) {
    let take = this.#takes.get(index);
    if (!take || take.failed) {
      take = new Take(this.#sources, index, (pace) => {
        this.#pace = this.#pace === null ? pace : this.#pace + NEWS * (pace - this.#pace);
      });
      this.#takes.set(index, take);
    }
    take.from = from;
    return take;
  }

  /** Whether sound of sentence `index` is here, from the word at `from` on. @param {number} index @param {number} [from] */
  has(index, from = 0) {
    return this.#takes.get(index)?.has(from) ?? false;
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
  /** @type {Sentence | null} */
  #sentence = null;
  #made;
  /** How many of them somebody has. */
  #taken = 0;
  #complete = false;
  /** @type {unknown} */
  #error = null;
  #changed = /** @type {PromiseWithResolvers<void>} */ (Promise.withResolvers());

  failed = false;
  /** UTF-16 offset of the text: nobody listens to what comes before the word there. */
  from = 0;
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

  /** Whether sound of it is here, from the word at `from` on. @param {number} from UTF-16 offset of the text */
  has(from) {
    const [first] = this.#pieces;
    if (!first || !this.#sentence) return false;
    const here = this.#pieces.reduce((sum, piece) => sum + secondsOf(piece), 0);
    return here === 0 || here > beginningAt(this.#sentence, first.words, from).seconds;
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
    return this.#pieces.slice(this.#taken).reduce((sum, piece) => sum + secondsOf(piece), 0);
  }

  /** Whether the next piece begins before the word that is wanted first. */
  get #unheard() {
    return this.#pieces.length > 0 && !this.has(this.from);
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
    this.#sentence = sentence;
    if (sentence) {
      const cast = await casting;
      let how = cast.manner(sentence.language);
      // What is here counts in samples: a worker that is new goes on where the last one died.
      for (let offset = 0, last = false; !last; ) {
        signal.throwIfAborted();
        this.voiceId = how.voiceId;
        const { ahead, rate } = demand();
        // Up to the first word that is wanted it comes as fast as it can be made, unlistened to.
        const listener = { ahead: this.#unheard ? null : ahead + this.#waiting / rate, rate };
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

/** @param {Piece} piece */
function secondsOf({ samples, sampleRate }) {
  return samples.length / sampleRate;
}
