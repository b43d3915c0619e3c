// @ts-check
/** English or French? By their small words, so that a pasted text finds a voice of its own. */

const SMALL_WORDS = {
  en: new Set(
    ('the and of to in that it is was for with he she you not are his her but they this have ' +
      'from at be which were as had by what there their an').split(' '),
  ),
  fr: new Set(
    ('le la les des et un une est dans que qui pour pas sur au du ce il elle vous nous je ne ' +
      'avec par plus sont cette était mais ou où aux se son sa ses').split(' '),
  ),
};

/** Only the beginning is looked at (UTF-16 units). */
const SAMPLE = 3000;

/**
 * @param {string} text
 * @returns {'en' | 'fr' | null}  null when it is too short or too mixed to tell
 */
export function guessLanguage(text) {
  let en = 0;
  let fr = 0;
  for (const [word] of text.slice(0, SAMPLE).toLowerCase().matchAll(/\p{L}+/gu)) {
    if (SMALL_WORDS.en.has(word)) en += 1;
    if (SMALL_WORDS.fr.has(word)) fr += 1;
  }
  if (en + fr < 3) return null;
  if (en >= 3 * fr) return 'en';
  if (fr >= 3 * en) return 'fr';
  return null;
}
