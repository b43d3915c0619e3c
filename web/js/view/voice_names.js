// @ts-check
/** What voices, their languages and their sizes are called, in the interface's language. */

export { primaryOf } from '../voice_choice.js';

/**
 * @typedef {import('./types.js').VoiceInfo} VoiceInfo
 * @typedef {import('./strings.js').Strings} Strings
 */

const MB = 1_000_000;

/** @param {Pick<VoiceInfo, 'id' | 'name'>} voice */
export function voiceName({ id, name }) {
  const words = (name || id).replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/**
 * "English (US)", with a capital.
 *
 * @param {string} tag BCP 47
 * @param {string} language of the interface
 */
export function languageName(tag, language) {
  try {
    const names = new Intl.DisplayNames([language], {
      type: 'language',
      languageDisplay: 'standard',
      style: 'short',
    });
    const name = names.of(tag) ?? tag;
    return name.charAt(0).toLocaleUpperCase(language) + name.slice(1);
  } catch {
    return tag;
  }
}

/**
 * "United States"; "" where the tag names no region.
 *
 * @param {string} tag BCP 47
 * @param {string} language of the interface
 */
export function regionName(tag, language) {
  try {
    const { region } = new Intl.Locale(tag);
    return region ? (new Intl.DisplayNames([language], { type: 'region' }).of(region) ?? '') : '';
  } catch {
    return '';
  }
}

/**
 * Megabytes in figures: "2.2", "63".
 *
 * @param {number} bytes
 * @param {string} language of the interface
 */
export function megabytes(bytes, language) {
  const digits = bytes < 10 * MB ? 1 : 0;
  return new Intl.NumberFormat(language, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(bytes / MB);
}

/**
 * Megabytes so far and in all, with one digit, so that they move.
 *
 * @param {number} bytes
 * @param {string} language of the interface
 */
export function movingMegabytes(bytes, language) {
  return new Intl.NumberFormat(language, {
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  }).format(bytes / MB);
}

/** @param {string} quality as Piper names it @param {Strings} strings */
export function qualityName(quality, strings) {
  /** @type {Record<string, string>} */
  const known = strings.qualities;
  return known[quality] ?? quality.replaceAll('_', ' ');
}
