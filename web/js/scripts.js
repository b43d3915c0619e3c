// @ts-check
/**
 * Which language a text is in, as far as its script says: a Cyrillic one can't be read by an
 * English voice. Scripts are Unicode's; the letters that tell their languages apart are those
 * of the alphabets in CLDR.
 */

/** Only the beginning is looked at (UTF-16 units). */
const SAMPLE = 1000;
/** This share of a text's letters makes its script. */
const MOST = 0.6;

const LATIN = /\p{Script=Latin}/u;
/** @type {[RegExp, string][]} what each language of Piper's is written in, where it is not Latin */
const SCRIPTS = [
  [/\p{Script=Cyrillic}/u, 'ru'],
  [/\p{Script=Greek}/u, 'el'],
  [/\p{Script=Arabic}/u, 'ar'],
  [/\p{Script=Hebrew}/u, 'he'],
  [/[\p{Script=Hiragana}\p{Script=Katakana}]/u, 'ja'],
  [/\p{Script=Hangul}/u, 'ko'],
  [/\p{Script=Han}/u, 'zh'],
  [/\p{Script=Devanagari}/u, 'hi'],
  [/\p{Script=Bengali}/u, 'bn'],
  [/\p{Script=Gurmukhi}/u, 'pa'],
  [/\p{Script=Gujarati}/u, 'gu'],
  [/\p{Script=Tamil}/u, 'ta'],
  [/\p{Script=Telugu}/u, 'te'],
  [/\p{Script=Kannada}/u, 'kn'],
  [/\p{Script=Malayalam}/u, 'ml'],
  [/\p{Script=Sinhala}/u, 'si'],
  [/\p{Script=Thai}/u, 'th'],
  [/\p{Script=Georgian}/u, 'ka'],
  [/\p{Script=Armenian}/u, 'hy'],
  [/\p{Script=Ethiopic}/u, 'am'],
];

/** @type {Record<string, [RegExp, string][]>} letters that only these languages of a script have */
const LETTERS = {
  ru: [
    [/[әғқңөұүһ]/iu, 'kk'],
    [/[іїєґ]/iu, 'uk'],
    [/[ђјљњћџ]/iu, 'sr'],
  ],
  ar: [
    [/[ٹڈڑے]/u, 'ur'],
    [/[پچژگیک]/u, 'fa'],
  ],
};
/** Russian is seldom long without these, Bulgarian has none of them. */
const RUSSIAN_ONLY = /[ыэё]/iu;
const BULGARIAN_ENOUGH = 40;

/**
 * @param {string} text
 * @returns {string | null} a primary language tag; '' for Latin letters, which say nothing more;
 *   null where there are no letters, or no script has most of them
 */
export function languageOfScript(text) {
  const sample = text.slice(0, SAMPLE);
  let letters = 0;
  let latin = 0;
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const [letter] of sample.matchAll(/\p{L}/gu)) {
    letters += 1;
    if (letter < '\u0250' || LATIN.test(letter)) {
      latin += 1;
      continue;
    }
    const language = SCRIPTS.find(([script]) => script.test(letter))?.[1];
    if (language) counts.set(language, (counts.get(language) ?? 0) + 1);
  }
  if (letters === 0) return null;
  // Kana stands among Han: a text with some of it is Japanese.
  const kana = counts.get('ja') ?? 0;
  if (kana > 0.1 * ((counts.get('zh') ?? 0) + kana)) {
    counts.set('ja', kana + (counts.get('zh') ?? 0));
    counts.delete('zh');
  }
  if (latin >= MOST * letters) return '';
  for (const [language, count] of counts) {
    if (count >= MOST * letters) return byLetters(language, sample, count);
  }
  return null;
}

/** @param {string} language of the script @param {string} sample @param {number} count of its letters */
function byLetters(language, sample, count) {
  for (const [letters, other] of LETTERS[language] ?? []) if (letters.test(sample)) return other;
  if (language !== 'ru' || count < BULGARIAN_ENOUGH || RUSSIAN_ONLY.test(sample)) return language;
  return /ъ/iu.test(sample) ? 'bg' : language;
}
