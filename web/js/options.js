// @ts-check
/** What people give to the public API, checked for type. Ranges are Python's to check. */

import { LecternError } from './errors.js';

/**
 * @typedef {object} SpeechOptions
 * @property {string | null} [voiceId] default: the first voice of the text's or page's language
 * @property {string | number | null} [speaker] by name or number
 * @property {string | null} [style]
 * @property {number | null} [lengthScale] of synthesis: 2 is half as fast
 * @property {string | null} [language] of the text, BCP 47
 * @property {import('./passages.js').GivenPassage[] | null} [passages] where the text's blocks begin
 * @property {import('./casting.js').Choices | null} [voices] for passages in other languages, by
 *   primary language tag; one that is not here gives way to another of its language
 * @property {import('./protocol.js').Rule[] | null} [rules] of pronunciation
 * @property {AbortSignal | null} [signal]
 *
 * @typedef {SpeechOptions & {rate?: number, startAt?: number}} SpeakOptions
 *   rate: of playback; startAt: UTF-16 units
 * @typedef {SpeechOptions & {startAt?: number, endAt?: number, keep?: boolean}} RenderOptions
 *   UTF-16 units: from the sentence at startAt to the last one that begins before endAt; keep: on this
 *   device, also what could be fetched again
 */

/** @typedef {Record<string, {is: (value: any) => boolean, wanted: string}>} Checks */

/** @type {Checks} options of `synthesize` and `stream` */
export const SYNTHESIS = {
  voiceId: { is: isText, wanted: 'the id of a voice' },
  speaker: { is: (value) => isText(value) || Number.isInteger(value), wanted: 'a name or a number' },
  style: { is: isText, wanted: 'the name of a style' },
  lengthScale: { is: Number.isFinite, wanted: 'a number' },
  language: { is: isText, wanted: 'a language such as "en-US"' },
  passages: { is: arePassages, wanted: 'a list of {start, language}, in order' },
  voices: { is: areChoices, wanted: 'voices by language, such as {fr: "fr_FR-pico-x_low"}' },
  rules: { is: Array.isArray, wanted: 'a list of rules' },
  signal: { is: (value) => value instanceof AbortSignal, wanted: 'an AbortSignal' },
};

/** @type {Checks} options of `pronounce` */
export const PRONOUNCING = {
  voiceId: SYNTHESIS.voiceId,
  language: SYNTHESIS.language,
  rules: SYNTHESIS.rules,
  signal: SYNTHESIS.signal,
};

/** @type {Checks} options of `openDocument` */
export const DOCUMENT = {
  signal: SYNTHESIS.signal,
  source: { is: isText, wanted: 'the address of a page' },
};

/** @type {Checks} options of `speak` */
export const SPEAKING = {
  ...SYNTHESIS,
  rate: { is: Number.isFinite, wanted: 'a number' },
  startAt: { is: (value) => Number.isInteger(value) && value >= 0, wanted: 'an offset, 0 or more' },
};

/** @type {Checks} options of `render` */
export const RENDERING = {
  ...SYNTHESIS,
  startAt: SPEAKING.startAt,
  endAt: SPEAKING.startAt,
  keep: { is: (value) => typeof value === 'boolean', wanted: 'true or false' },
};

/**
 * @param {unknown} text
 * @returns {string} well-formed, of the same length
 * @throws {LecternError} bad_option, empty_text
 */
export function checkedText(text) {
  if (typeof text !== 'string') {
    throw new LecternError('bad_option', `The text must be a string, not ${kindOf(text)}.`);
  }
  if (!text.trim()) throw emptyText();
  return text.toWellFormed();
}

/**
 * @template {SpeakOptions} T
 * @param {T | null | undefined} options
 * @param {Checks} checks of all that are known
 * @returns {T} without those that are null or undefined
 * @throws {LecternError} bad_option
 */
export function checkedOptions(options, checks) {
  if (options !== undefined && options !== null && typeof options !== 'object') {
    throw new LecternError('bad_option', `Options must be an object, not ${kindOf(options)}.`);
  }
  /** @type {Record<string, unknown>} */
  const given = {};
  for (const [name, value] of Object.entries(options ?? {})) {
    if (!Object.hasOwn(checks, name)) {
      const known = Object.keys(checks).join(', ');
      throw new LecternError('bad_option', `There is no option "${name}"; known are: ${known}.`);
    }
    if (value === null || value === undefined) continue;
    const check = checks[name];
    if (!check.is(value)) {
      throw new LecternError('bad_option', `${name} must be ${check.wanted}, not ${kindOf(value)}.`);
    }
    given[name] = value;
  }
  return /** @type {T} */ (given);
}

/** @returns {LecternError} */
export function emptyText() {
  return new LecternError('empty_text', 'There is nothing in the text that can be spoken.');
}

/** @param {unknown} value */
function isText(value) {
  return typeof value === 'string' && value !== '';
}

/** @param {any} value */
function arePassages(value) {
  if (!Array.isArray(value)) return false;
  let before = -1;
  for (const passage of value) {
    const { start, language, kind = '' } = passage ?? {};
    if (!Number.isInteger(start) || start <= before) return false;
    if (typeof language !== 'string' || typeof kind !== 'string') return false;
    before = start;
  }
  return true;
}

/** @param {any} value */
function areChoices(value) {
  if (typeof value !== 'object' || Array.isArray(value)) return false;
  return Object.values(value).every((choice) => isText(choice) || isChoice(choice));
}

/** @param {any} choice */
function isChoice(choice) {
  const { voiceId, ...rest } = Object(choice);
  if (!isText(voiceId)) return false;
  return Object.entries(rest).every(
    ([name, value]) =>
      value === null ||
      value === undefined ||
      (['speaker', 'style', 'lengthScale'].includes(name) && SYNTHESIS[name].is(value)),
  );
}

/** A short description of a value, for a message. @param {unknown} value */
function kindOf(value) {
  if (typeof value === 'string') return value ? JSON.stringify(value.slice(0, 40)) : 'empty';
  return typeof value === 'object' || typeof value === 'function' ? typeof value : String(value);
}
