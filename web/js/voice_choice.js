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
    const found = voiceFor(voices, wanted);
    if (found) return found;
  }
  if (!voices.length) {
    throw new LecternError('unknown_voice', 'The catalogue has no voice. Install one first.');
  }
  return voices[0];
}

/**
 * The first voice of `language` in its region, else the first of `language`.
 *
 * @param {import('./protocol.js').VoiceInfo[]} voices in the catalogue's order
 * @param {string} language BCP 47
 */
export function voiceFor(voices, language) {
  const exact = language.toLowerCase();
  const primary = primaryOf(exact);
  return (
    voices.find((voice) => voice.language.toLowerCase() === exact) ??
    voices.find((voice) => primaryOf(voice.language) === primary)
  );
}

/** The languages of the page, as far as it says. @returns {string[]} */
export function pageLanguages() {
  const { lang } = document.documentElement;
  return [lang, ...navigator.languages].filter(Boolean);
}

/** Languages that are one to a listener. @type {Record<string, string>} */
const SAME = { nb: 'no', nn: 'no', iw: 'he', cmn: 'zh' };

/** The primary subtag, in small letters. @param {string} language BCP 47 */
export function primaryOf(language) {
  const [primary] = language.toLowerCase().split(/[-_]/, 1);
  return SAME[primary] ?? primary;
}
