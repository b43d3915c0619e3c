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

/**
 * Bytes of sound that the cache keeps on the disk, and its share of the browser's quota:
 * settings.py's defaults, compared likewise.
 */
export const DISK_CACHE_BYTES = 512 * 1024 * 1024;
export const DISK_CACHE_SHARE = 0.2;

/**
 * Settings that are needed before Python can check them: what is good of each. A unit test compares
 * them with settings.py.
 */
export const EARLY = Object.freeze({
  start: { usual: 'hybrid', good: /^(?:hybrid|eager|lazy)$/ },
  prefix: { usual: '', good: /^(?:[a-z0-9][a-z0-9-]{0,39})?$/ },
});

/**
 * @typedef {Record<keyof typeof SILENCES, number>} Silences seconds
 * @typedef {boolean | number | string} SettingValue
 *
 * @param {Record<string, SettingValue>} settings camelCase
 * @returns {{silences: Silences, forPython: Record<string, SettingValue>}} Python checks them all
 * @throws {LecternError} bad_option
 */
export function readSettings(settings) {
  /** @type {Silences} */
  const silences = { ...SILENCES };
  /** @type {Record<string, SettingValue>} */
  const forPython = {};
  for (const [name, value] of Object.entries(settings)) {
    if (typeof value !== 'boolean' && typeof value !== 'string' && !Number.isFinite(value)) {
      const wanted = Object.hasOwn(silences, name) ? 'a number' : 'a number, true, false or a word';
      throw new LecternError('bad_option', `The setting ${name} must be ${wanted}.`);
    }
    if (Object.hasOwn(silences, name)) {
      if (typeof value !== 'number') {
        throw new LecternError('bad_option', `The setting ${name} must be a number.`);
      }
      silences[/** @type {keyof Silences} */ (name)] = value;
    }
    forPython[name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)] = value;
  }
  return { silences, forPython };
}

/**
 * What the layers come to, of what can't wait for Python.
 *
 * @template {keyof typeof EARLY} T
 * @param {T} name
 * @param {unknown[]} layers settings by name, the weakest first; anything
 * @returns {string}
 */
export function early(name, layers) {
  const { usual, good } = EARLY[name];
  let found = usual;
  for (const layer of layers) {
    if (typeof layer !== 'object' || layer === null || !Object.hasOwn(layer, name)) continue;
    const value = Reflect.get(layer, name);
    if (typeof value === 'string' && good.test(value)) found = value;
  }
  return found;
}
