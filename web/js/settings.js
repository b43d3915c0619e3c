// @ts-check
/** Settings as the public API names them (camelCase) and as settings.py does (snake_case). */

import { LecternError } from './errors.js';

/**
 * Seconds of silence that the page itself inserts: settings.py's defaults, which a unit test
 * compares with these.
 */
export const SILENCES = Object.freeze({
  sentenceSilence: 0.2,
  paragraphSilence: 0.5,
  /** After a heading. */
  headingSilence: 0.7,
  /** Before a heading. */
  sectionSilence: 1,
  /** Between the items of a list and the rows of a table. */
  itemSilence: 0.35,
  /** After a line of verse. */
  lineSilence: 0.3,
});

/** Bytes of sound that the cache keeps on the disk: settings.py's default, compared likewise. */
export const DISK_CACHE_BYTES = 512 * 1024 * 1024;

/**
 * @typedef {Record<keyof typeof SILENCES, number>} Silences seconds
 *
 * @param {Record<string, number>} settings camelCase
 * @returns {{silences: Silences, forPython: Record<string, number>}} Python checks them all
 * @throws {LecternError} bad_option
 */
export function readSettings(settings) {
  /** @type {Silences} */
  const silences = { ...SILENCES };
  /** @type {Record<string, number>} */
  const forPython = {};
  for (const [name, value] of Object.entries(settings)) {
    if (!Number.isFinite(value)) {
      throw new LecternError('bad_option', `The setting ${name} must be a number.`);
    }
    if (name in silences) silences[/** @type {keyof Silences} */ (name)] = value;
    forPython[name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)] = value;
  }
  return { silences, forPython };
}
