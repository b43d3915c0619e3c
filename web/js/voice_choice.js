// @ts-check
/** Which voice speaks when nobody chose one. */

import { LecternError } from './errors.js';

/**
 * The first voice of the first language that any voice speaks, regions counting; else the
 * first voice of all.
 *
 * @param {import('./protocol.js').VoiceInfo[]} voices in the catalogue's order
 * @param {Iterable<string>} languages BCP 47, the best first
 * @returns {import('./protocol.js').VoiceInfo}
 * @throws {LecternError} unknown_voice when there is none at all
 */
export function chooseVoice(voices, languages) {
  for (const wanted of languages) {
    const exact = wanted.toLowerCase();
    const primary = primaryOf(exact);
    const found =
      voices.find(({ language }) => language.toLowerCase() === exact) ??
      voices.find(({ language }) => primaryOf(language.toLowerCase()) === primary);
    if (found) return found;
  }
  if (!voices.length) {
    throw new LecternError('unknown_voice', 'The catalogue has no voice. Install one first.');
  }
  return voices[0];
}

/** The languages of the page, as far as it says. @returns {string[]} */
export function pageLanguages() {
  const { lang } = document.documentElement;
  return [lang, ...navigator.languages].filter(Boolean);
}

/** @param {string} language */
function primaryOf(language) {
  return language.split(/[-_]/, 1)[0];
}
