// @ts-check
/**
 * Rules of pronunciation as they are kept and given to others: what is one and what is none.
 * They come out of storage, out of libraries and out of anybody's file, and nothing of them is
 * trusted before. Whatever passes here Python takes too (`pronunciation.py`).
 */

/**
 * @typedef {import('./protocol.js').Rule} Rule
 * @typedef {{kind: 'word' | 'pattern', written: string, says: string, language: string,
 *   enabled: boolean}} WholeRule
 */

/** For all documents, and as many for one; Python takes both together. */
export const MOST_RULES = 1000;
/** Code points of the patterns in such a list: each is a small automaton when it is used. */
export const MOST_PATTERN_CHARACTERS = 20_000;
/** Of what is written and of what is said, UTF-16 units. */
export const MOST_CHARACTERS = 200;
/** Of a file of rules, bytes. */
export const MOST_FILE = 1_000_000;

const FORMAT = 'lectern-pronunciation';
const LANGUAGE = /^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}$/;
const UNSEEN = /[\p{Cc}\p{Cs}]/u;
const IPA = /^\/.+\/$/u;

/**
 * @param {unknown} value
 * @returns {WholeRule | null} null for what is no rule
 */
export function checkedRule(value) {
  if (typeof value !== 'object' || value === null) return null;
  const given = /** @type {Record<string, unknown>} */ (value);
  const { kind = 'word', language = '', enabled = true } = given;
  const written = line(given.written);
  const says = line(given.says);
  if (kind !== 'word' && kind !== 'pattern') return null;
  if (typeof language !== 'string' || (language && !LANGUAGE.test(language))) return null;
  if (typeof enabled !== 'boolean') return null;
  if (!/[^\s\p{M}\p{C}]/u.test(written) || !canBeSaid(says)) return null;
  if (kind === 'pattern' && !isPattern(written)) return null;
  return { kind, written, says, language, enabled };
}

/** The rules in a list of anything; one of several for the same counts. @param {unknown} values */
export function checkedRules(values) {
  if (!Array.isArray(values)) return [];
  /** @type {Map<string, WholeRule>} */
  const found = new Map();
  for (const value of values.slice(0, MOST_RULES)) {
    const rule = checkedRule(value);
    if (rule) found.set(nameOf(rule), rule);
  }
  return [...found.values()];
}

/** Whether a list is small enough to be used. @param {readonly WholeRule[]} rules */
export function isRoomFor(rules) {
  return rules.length <= MOST_RULES && patternCharacters(rules) <= MOST_PATTERN_CHARACTERS;
}

/** Code points. @param {readonly Pick<WholeRule, 'kind' | 'written'>[]} rules */
function patternCharacters(rules) {
  return rules.reduce((sum, { kind, written }) => sum + (kind === 'pattern' ? [...written].length : 0), 0);
}

/**
 * As many of them as may be used, the first ones; a store of before may hold more.
 *
 * @param {readonly WholeRule[]} rules
 */
export function usable(rules) {
  let room = MOST_PATTERN_CHARACTERS;
  return rules.filter((rule) => {
    room -= patternCharacters([rule]);
    return room >= 0 || rule.kind !== 'pattern';
  });
}

/** Two rules of one name are for the same. @param {Pick<WholeRule, 'kind' | 'written' | 'language'>} rule */
export function nameOf({ kind, written, language }) {
  return JSON.stringify([kind, written.normalize('NFC'), language.toLowerCase()]);
}

/** Whether `says` is phonemes. @param {string} says */
export function isPhonemes(says) {
  return IPA.test(says);
}

/**
 * A file of rules for others, or for another browser.
 *
 * @param {WholeRule[]} rules
 * @returns {string}
 */
export function fileOf(rules) {
  return `${JSON.stringify({ format: FORMAT, version: 1, rules }, null, 2)}\n`;
}

/**
 * What is in such a file.
 *
 * @param {string} text
 * @returns {WholeRule[] | null} null where it is no such file, or one of its rules is none
 */
export function rulesOfFile(text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (value?.format !== FORMAT || !Array.isArray(value.rules)) return null;
  if (value.rules.length > MOST_RULES || !value.rules.every(checkedRule)) return null;
  return checkedRules(value.rules);
}

/**
 * Whether `pattern` has its brackets closed and its classes filled: what Python's parser takes.
 *
 * @param {string} pattern
 */
export function isPattern(pattern) {
  const signs = clusters(pattern);
  let depth = 0;
  for (let at = 0; at < signs.length; at++) {
    if (signs[at] === '\\') {
      if (++at >= signs.length) return false;
    } else if (signs[at] === '[') {
      at = classEnd(signs, at + 1);
      if (at < 0) return false;
    } else if (signs[at] === '(') {
      if (++depth > 8) return false;
    } else if (signs[at] === ')') {
      if (--depth < 0) return false;
    }
  }
  return depth === 0;
}

/** Where the class that begins at `at` has its closing bracket; -1 for none, or an empty one. @param {string[]} signs @param {number} at */
function classEnd(signs, at) {
  if (signs[at] === '!') at++;
  const first = at;
  for (; at < signs.length; at++) {
    if (signs[at] === '\\') at++;
    else if (signs[at] === ']') return at > first ? at : -1;
  }
  return -1;
}

/** Letters with their marks. @param {string} text */
function clusters(text) {
  const seen = text.replace(/[\u00ad\u200b\u2060\ufeff]/gu, '').trim();
  return seen.match(/\P{M}\p{M}*/gu) ?? [];
}

/** Phonemes, or letters. @param {string} says */
function canBeSaid(says) {
  return (isPhonemes(says) ? /[\p{Ll}\p{Lo}]/u : /[\p{L}\p{N}]/u).test(says);
}

/** A line of text, or '' for anything else. @param {unknown} value */
function line(value) {
  if (typeof value !== 'string') return '';
  const text = value.trim();
  return text.length <= MOST_CHARACTERS && !UNSEEN.test(value) ? text : '';
}
