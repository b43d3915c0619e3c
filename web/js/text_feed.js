// @ts-check
/** A text's sentences, pulled from Python in slices as far as somebody asks. */

import { abortable } from './abortable.js';
import { abortError } from './errors.js';
import { isCut, looksLike } from './pauses.js';

/** UTF-16 units: little for the first sound, then enough to make the calls few. */
const FIRST_SLICE = 2_000;
const SLICE = 16_000;
/** White space between sentences is looked at so far (UTF-16 units). */
const GAP = 1000;
const SOMETHING = /\S/g;
const NEWLINE = /[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]/;
const BLANK_LINE = /\n[^\S\n]*\n/;

/**
 * @typedef {import('./engine.js').Engine} Engine
 * @typedef {object} Sentence
 * @property {number} index
 * @property {string} text
 * @property {number} start UTF-16 units of the whole text
 * @property {number} end
 * @property {boolean} paragraph the last of its paragraph
 * @property {boolean} [cut] it goes on at once
 * @property {string} [language] BCP 47, where it is not the text's
 * @property {string} [kind] of the passage that it stands in, or what it looks like
 * @property {string} [next] the kind of the passage that follows, where it is the last of its own
 */

export class TextFeed {
  /**
   * @param {Pick<Engine, 'ask'>} engine
   * @param {string} text well-formed
   * @param {string | Promise<string>} language BCP 47, the text's
   * @param {import('./passages.js').Passages | null} [passages] in languages of their own, each cut by
   *   its own rules; null: one language throughout
   */
  constructor(engine, text, language, passages = null) {
    this.engine = engine;
    this.text = text;
    this.passages = passages;
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
    const limit = sliceEnd(this.text, from, this.slice);
    const to = this.passages?.changeAfter(from, limit, language) ?? limit;
    const whole = to === this.text.length;
    const final = whole || to < limit; // another language begins: nothing here depends on it
    const text = this.text.slice(from, to);
    const rules = this.passages?.at(from)?.language || language;
    const asked = { text, final, language: rules };
    const { sentences, consumed } = await this.engine.ask('split', asked);
    const first = this.sentences.length;
    for (const { text: spoken, start, end, paragraph } of sentences) {
      const index = this.sentences.length;
      this.sentences.push({ index, text: spoken, start: from + start, end: from + end, paragraph });
    }
    const last = this.sentences.at(-1);
    // Another language in the middle of a line ends a sentence, but no paragraph.
    if (last && to < limit && !NEWLINE.test(this.text.slice(last.end, to))) last.paragraph = false;
    for (const sentence of this.sentences.slice(first)) this.#describe(sentence);
    this.complete = whole;
    this.consumed = final ? to : from + consumed;
    // Nothing whole in it: the next slice begins at the same place and is longer.
    this.slice = consumed > 0 ? SLICE : this.slice * 2;
  }

  /** Say what it is and in which language. @param {Sentence} sentence */
  #describe(sentence) {
    const passage = this.passages?.at(sentence.start) ?? null;
    if (!sentence.paragraph && isCut(sentence.text)) sentence.cut = true;
    SOMETHING.lastIndex = sentence.end;
    const following = SOMETHING.exec(this.text)?.index ?? this.text.length;
    if (passage?.language) sentence.language = passage.language;
    if (passage?.kind) {
      sentence.kind = passage.kind;
      if (following >= passage.end) sentence.next = passage.next;
    } else if (sentence.paragraph && following < this.text.length && this.#alone(sentence)) {
      const gap = this.text.slice(sentence.end, Math.min(following, sentence.end + GAP));
      const looks = looksLike(sentence.text);
      if (looks && !(looks === 'item' && BLANK_LINE.test(gap))) sentence.kind = looks;
    }
  }

  /** Whether it begins its paragraph as well. @param {Sentence} sentence */
  #alone({ index }) {
    return index === 0 || this.sentences[index - 1].paragraph;
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
