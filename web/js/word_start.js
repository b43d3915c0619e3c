// @ts-check
/** A sentence from one of its words on: where that is in the sound, and the sound from there. */

/** Seconds before a word's own time: its first consonant is not cut. */
const LEAD = 0.03;
/** Seconds in which sound that is cut into comes up, so that it does not click. */
const RISE = 0.005;

/**
 * The last word that begins at `offset` or before. The first word, like a voice that knows no words'
 * times, is the sentence's own beginning.
 *
 * @param {import('./text_feed.js').Sentence} sentence
 * @param {import('./protocol.js').Word[]} words  all of the sentence's
 * @param {number} offset  UTF-16, of the text
 * @returns {{seconds: number, word: number}}  seconds of the sentence to leave out; the index of the word
 */
export function beginningAt({ start }, words, offset) {
  const word = words.findLastIndex((each) => start + each.start <= offset);
  if (word <= 0) return { seconds: 0, word: 0 };
  return { seconds: Math.max(0, words[word].time - LEAD), word };
}

/**
 * What is left of samples when the first are left out.
 *
 * @param {Float32Array} samples
 * @param {number} from  how many; none for 0 and less
 * @param {number} sampleRate
 */
export function soundFrom(samples, from, sampleRate) {
  if (from <= 0) return samples;
  const rest = samples.slice(from);
  const rise = Math.min(rest.length, Math.round(RISE * sampleRate));
  for (let i = 0; i < rise; i++) rest[i] *= i / rise;
  return rest;
}
