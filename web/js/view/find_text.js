// @ts-check
/**
 * Finding words in a text of any length: whatever its case, accents, ligatures, quotes,
 * dashes and line ends, with the offsets of the text as it is (UTF-16 units).
 *
 * Each character is folded by itself (Unicode: compatibility decomposition, case folding by
 * way of the capital letter, without the accents of Latin, Greek and Cyrillic and without the
 * points of Hebrew and Arabic; what other scripts put on their letters stays).
 */

import { nextTask } from './tasks.js';

/** Units of the text that are folded in one go: about 2 ms. */
const PART = 32_768;
/** One slice of work, in milliseconds. */
const SLICE = 8;
/** Places that are kept: who looks for "e" in a library is told that there are more. */
export const MOST = 100_000;

const MARKS =
  /[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f]|\p{Cf}/gu;
/** Letters with a stroke or of two letters, which Unicode does not take apart. */
const LETTERS = new Map(
  Object.entries({ œ: 'oe', æ: 'ae', ø: 'o', đ: 'd', ð: 'd', ħ: 'h', ł: 'l', ŧ: 't', þ: 'th' }),
);
const QUOTES = /[‘’‚‛′`´]/g;
const DOUBLE_QUOTES = /[“”„‟″«»]/g;
const DASHES = /[‐‑‒–—―−]/g;
const SPACE = 32;

/** @typedef {{start: number, end: number}} Found  UTF-16 offsets */

/** Folded characters by UTF-16 unit; what was asked for once is known. @type {(string | undefined)[]} */
const KNOWN = new Array(65_536);

/**
 * @param {string} character  one code point
 * @returns {string} '' for what is not looked at, ' ' for white space
 */
function fold(character) {
  if (/\s/u.test(character)) return ' ';
  const plain = character
    .normalize('NFKD')
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKD')
    .replace(MARKS, '')
    .normalize('NFC')
    .replace(QUOTES, "'")
    .replace(DOUBLE_QUOTES, '"')
    .replace(DASHES, '-')
    .replace(/\s+/gu, ' ');
  return LETTERS.get(plain) ?? plain;
}

/**
 * The folded text of `text` from `from` to `to`, and where each of its units comes from.
 * Runs of white space are one space.
 *
 * @param {string} text
 * @param {number} from
 * @param {number} to
 * @param {boolean} [afterSpace]  whether white space came last
 * @returns {{folded: string, places: Int32Array}} places[i]: offset in the text of folded[i]
 */
export function foldPart(text, from, to, afterSpace = false) {
  let units = new Uint16Array((to - from) * 2 + 64);
  let places = new Int32Array(units.length);
  let count = 0;
  let space = afterSpace;
  for (let at = from; at < to; at++) {
    const unit = text.charCodeAt(at);
    let whole = KNOWN[unit];
    let width = 1;
    if ((unit & 0xfc00) === 0xd800 && at + 1 < text.length) {
      width = 2;
      whole = fold(text.slice(at, at + 2));
    } else {
      whole ??= KNOWN[unit] = fold(text[at]);
    }
    if (count + whole.length > units.length) {
      units = grown(units, new Uint16Array(units.length * 2 + whole.length));
      places = grown(places, new Int32Array(units.length));
    }
    for (let i = 0; i < whole.length; i++) {
      const folded = whole.charCodeAt(i);
      if (folded === SPACE && space) continue;
      space = folded === SPACE;
      units[count] = folded;
      places[count++] = at;
    }
    at += width - 1;
  }
  return { folded: decode(units.subarray(0, count)), places: places.subarray(0, count) };
}

/** What is looked for, folded. @param {string} query */
export function foldQuery(query) {
  return foldPart(query, 0, query.length).folded.trim();
}

/**
 * The places of `query` in `text`, in order and apart from each other, slice by slice.
 *
 * @param {string} text
 * @param {string} query
 * @param {object} [options]
 * @param {AbortSignal} [options.signal]  another query has come
 * @param {(found: Found[]) => void} [options.some]  after each slice: what it has found
 * @returns {Promise<{found: Found[], more: boolean} | null>} more: there are over `MOST`; null: aborted
 */
export async function findText(text, query, { signal, some = () => {} } = {}) {
  const wanted = foldQuery(query);
  /** @type {Found[]} */
  const found = [];
  if (wanted === '') return { found, more: false };
  let told = 0;
  // What a place may have begun in, of the part before.
  let rest = '';
  let restPlaces = new Int32Array(0);
  let until = performance.now() + SLICE;
  for (let from = 0; from < text.length; ) {
    const to = partEnd(text, from);
    const { folded, places } = foldPart(text, from, to, rest.endsWith(' '));
    const whole = rest + folded;
    /** @param {number} index */
    const placeOf = (index) =>
      index < rest.length ? restPlaces[index] : places[index - rest.length];
    let next = 0;
    for (;;) {
      const index = whole.indexOf(wanted, next);
      if (index < 0) break;
      if (found.length === MOST) return { found, more: true };
      next = index + wanted.length;
      const start = placeOf(index);
      // Two letters of one ligature are one place.
      if (start < (found.at(-1)?.end ?? 0)) continue;
      found.push({ start, end: endAt(text, placeOf(next - 1)) });
    }
    const keep = Math.max(next, whole.length - wanted.length + 1);
    const kept = new Int32Array(whole.length - keep);
    for (let i = 0; i < kept.length; i++) kept[i] = placeOf(keep + i);
    rest = whole.slice(keep);
    restPlaces = kept;
    from = to;
    if (performance.now() < until) continue;
    some(found.slice(told));
    told = found.length;
    await nextTask();
    if (signal?.aborted) return null;
    until = performance.now() + SLICE;
  }
  return { found, more: false };
}

/** Behind the character at `place` and the marks that belong to it. @param {string} text @param {number} place */
function endAt(text, place) {
  let end = place;
  do end += text.codePointAt(end) !== text.charCodeAt(end) ? 2 : 1;
  while (end < text.length && marks(text, end));
  return end;
}

/** Whether the unit at `index` is folded away. @param {string} text @param {number} index */
function marks(text, index) {
  const unit = text.charCodeAt(index);
  return (unit & 0xf800) !== 0xd800 && (KNOWN[unit] ??= fold(text[index])) === '';
}

/** A part ends before a whole character. @param {string} text @param {number} from */
function partEnd(text, from) {
  const to = Math.min(text.length, from + PART);
  const within = to < text.length && (text.charCodeAt(to) & 0xfc00) === 0xdc00;
  return within && to - 1 > from ? to - 1 : to;
}

/** @param {Uint16Array} units */
function decode(units) {
  let text = '';
  for (let i = 0; i < units.length; i += 8192) {
    text += String.fromCharCode(...units.subarray(i, i + 8192));
  }
  return text;
}

/** @template {Uint16Array | Int32Array} T @param {T} old @param {T} larger @returns {T} */
function grown(old, larger) {
  larger.set(old);
  return larger;
}
