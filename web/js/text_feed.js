// @ts-check
/** A text's sentences, pulled from Python in slices as far as somebody asks. */

import { abortable } from './abortable.js';
import { abortError } from './errors.js';

/** UTF-16 units: little for the first sound, then enough to make the calls few. */
const FIRST_SLICE = 2_000;
const SLICE = 16_000;

/**
 * @typedef {import('./engine.js').Engine} Engine
 * @typedef {{index: number, text: string, start: number, end: number, paragraph: boolean}} Sentence
 *   start, end: UTF-16 units of the whole text; paragraph: the last of its paragraph
 */

export class TextFeed {
  /**
   * @param {Pick<Engine, 'ask'>} engine
   * @param {string} text well-formed
   * @param {string | Promise<string>} language BCP 47, whose rules cut the text
   */
  constructor(engine, text, language) {
    this.engine = engine;
    this.text = text;
    this.language = Promise.resolve(language);
    this.language.catch(() => {}); // told to whoever asks for a sentence
    /** @type {Sentence[]} */
    this.sentences = [];
    this.consumed = 0;
    this.slice = FIRST_SLICE;
    /** Whether all sentences are known. */
    this.complete = false;
    /** @type {Promise<void> | null} */
    this.pulling = null;
  }

  /** How many sentences are known so far. */
  get known() {
    return this.sentences.length;
  }

  /**
   * Sentence `index`; null after the last one.
   *
   * @param {number} index 0-based
   * @param {{signal?: AbortSignal | null}} [options]
   * @returns {Promise<Sentence | null>}
   */
  async sentence(index, { signal = null } = {}) {
    await this.#until(() => index < this.known, signal);
    return this.sentences[index] ?? null;
  }

  /**
   * The first sentence that ends after `offset`; past the last one, the number of sentences.
   *
   * @param {number} offset UTF-16 units
   * @param {{signal?: AbortSignal | null}} [options]
   * @returns {Promise<number>}
   */
  async indexAt(offset, { signal = null } = {}) {
    await this.#until(() => (this.sentences.at(-1)?.end ?? -1) > offset, signal);
    let low = 0;
    let high = this.known;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.sentences[middle].end > offset) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /**
   * @param {() => boolean} enough
   * @param {AbortSignal | null} signal
   */
  async #until(enough, signal) {
    if (signal?.aborted) throw abortError(signal.reason);
    while (!enough() && !this.complete) await abortable(this.#pull(), signal);
  }

  /** One slice more; shared by all who wait. @returns {Promise<void>} */
  #pull() {
    this.pulling ??= this.#next().finally(() => {
      this.pulling = null;
    });
    return this.pulling;
  }

  async #next() {
    const language = await this.language;
    const from = this.consumed;
    const to = sliceEnd(this.text, from, this.slice);
    const final = to === this.text.length;
    const text = this.text.slice(from, to);
    const { sentences, consumed } = await this.engine.ask('split', { text, final, language });
    for (const { text: spoken, start, end, paragraph } of sentences) {
      const index = this.sentences.length;
      this.sentences.push({ index, text: spoken, start: from + start, end: from + end, paragraph });
    }
    this.complete = final;
    this.consumed = final ? to : from + consumed;
    // Nothing whole in it: the next slice begins at the same place and is longer.
    this.slice = consumed > 0 ? SLICE : this.slice * 2;
  }
}

/**
 * Where a slice that begins at `from` ends: at white space, never within a character.
 *
 * @param {string} text
 * @param {number} from
 * @param {number} length
 */
function sliceEnd(text, from, length) {
  const limit = from + length;
  if (limit >= text.length) return text.length;
  for (let end = limit; end > from + length / 2; end--) {
    if (/\s/.test(text[end - 1])) return end;
  }
  const high = text.charCodeAt(limit - 1) & 0xfc00;
  return high === 0xd800 ? limit - 1 : limit;
}
