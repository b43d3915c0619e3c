// @ts-check
/**
 * A text's passages: where each begins, in which language it is, and what it is. Those of a
 * document are given; of a bare text they are its paragraphs. One that does not say its language
 * is judged when somebody comes to it, never before.
 */

import { judgeLanguage } from './guess_language.js';
import { languageOfScript } from './scripts.js';
import { primaryOf } from './voice_choice.js';

/** A paragraph with a line that is wider has one paragraph a line. */
const WIDE = 100;
/** So many lines of a paragraph say whether that is so. */
const SAMPLE_LINES = 40;
/** What of a passage is looked at (UTF-16 units). */
const SAMPLE = 1500;
const BLANK_LINES = /\n[^\S\n]*(?:\n[^\S\n]*)+/g;

/**
 * @typedef {{start: number, language: string, kind?: string}} GivenPassage
 *   start: UTF-16 units; language: BCP 47, '' where it does not say; kind: as DocumentBlock's
 * @typedef {object} Passage
 * @property {number} start
 * @property {number} end where the next one begins
 * @property {string} language '' is that of the text
 * @property {string} kind '' where it is not known
 * @property {string} next the kind of the next one, '' after the last
 */

export class Passages {
  #text;
  /** @type {Iterator<GivenPassage, undefined, void>} */
  #source;
  /** The one that the source gave last. @type {GivenPassage | null} */
  #coming;
  /** @type {Passage[]} */
  #known = [];
  /** The last language that was judged. */
  #before = '';

  /**
   * @param {string} text
   * @param {GivenPassage[] | null} given ascending; null: paragraphs are looked for
   */
  constructor(text, given) {
    this.#text = text;
    this.#source = given ? fromTheBeginning(given) : paragraphs(text);
    this.#coming = this.#source.next().value ?? null;
  }

  /** The passage at `offset`. @param {number} offset UTF-16 units @returns {Passage | null} */
  at(offset) {
    while (this.#coming && (this.#known.at(-1)?.end ?? 0) <= offset) this.#look();
    let low = 0;
    let high = this.#known.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#known[middle].end > offset) high = middle;
      else low = middle + 1;
    }
    return this.#known[low] ?? null;
  }

  /**
   * Where another language begins than the one at `from`.
   *
   * @param {number} from
   * @param {number} limit what begins there or later is not looked at
   * @param {string} language the text's
   * @returns {number} `limit` when none begins before
   */
  changeAfter(from, limit, language) {
    const speaking = (/** @type {Passage | null} */ passage) =>
      primaryOf(passage?.language || language);
    let passage = this.at(from);
    const now = speaking(passage);
    while (passage && passage.end < limit) {
      passage = this.at(passage.end);
      if (passage && passage.start < limit && speaking(passage) !== now) return passage.start;
    }
    return limit;
  }

  /** Take one more passage. */
  #look() {
    const { start, language, kind = '' } = /** @type {GivenPassage} */ (this.#coming);
    this.#coming = this.#source.next().value ?? null;
    const end = Math.min(this.#coming?.start ?? Infinity, this.#text.length);
    const next = this.#coming?.kind ?? '';
    this.#known.push({ start, end, language: language || this.#judge(start, end), kind, next });
  }

  /**
   * A short passage goes with the one before it, if its few words say the same: "Oui, dit-il."
   *
   * @param {number} start
   * @param {number} end
   */
  #judge(start, end) {
    const text = this.#text.slice(start, Math.min(end, start + SAMPLE));
    const { language, sure } = judgeLanguage(text);
    if (sure) this.#before = language;
    return sure || language === this.#before ? language : '';
  }
}

/** @param {GivenPassage[]} given @returns {Generator<GivenPassage, undefined, void>} */
function* fromTheBeginning(given) {
  if (!given.length || given[0].start > 0) yield { start: 0, language: '' };
  yield* given;
}

/** @param {string} text @returns {Generator<GivenPassage, undefined, void>} */
function* paragraphs(text) {
  const gaps = new RegExp(BLANK_LINES);
  for (let start = 0; start < text.length; ) {
    gaps.lastIndex = start;
    const gap = gaps.exec(text);
    const end = gap ? gap.index : text.length;
    yield* withinParagraph(text, start, end);
    start = gap ? gap.index + gap[0].length : text.length;
  }
}

/**
 * Lines stay together as far as they have one script, short ones also whatever they have.
 *
 * @param {string} text
 * @param {number} start
 * @param {number} end
 * @returns {Generator<GivenPassage, undefined, void>}
 */
function* withinParagraph(text, start, end) {
  yield { start, language: '' };
  const wide = hasWideLine(text, start, end);
  /** @type {string | null} */
  let script = null;
  for (let from = start, to = 0; from < end; from = to) {
    to = lineEnd(text, from, end);
    const own = wide ? null : languageOfScript(text.slice(from, to));
    const other = own !== null && script !== null && own !== script;
    if (from > start && (wide || other)) yield { start: from, language: '' };
    script = own ?? script;
  }
}

/** @param {string} text @param {number} start @param {number} end */
function hasWideLine(text, start, end) {
  for (let from = start, to = 0, count = 0; from < end && count < SAMPLE_LINES; from = to, count++) {
    to = lineEnd(text, from, end);
    if (to - from > WIDE) return true;
  }
  return false;
}

/** Where the next line begins. @param {string} text @param {number} from @param {number} end */
function lineEnd(text, from, end) {
  const newline = text.indexOf('\n', from);
  return newline < 0 || newline >= end ? end : newline + 1;
}
