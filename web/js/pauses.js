// @ts-check
/**
 * How long a voice rests after a sentence. The seconds are at speed 1; the player plays a pause
 * as quickly as the speech around it, so that it is half as long at speed 2.
 */

/** Ends in the middle of a clause. */
const CUT = /[\p{L}\p{M}\p{N}]$/u;
/** Nothing that ends a sentence, or goes on in the next line. */
const OPEN_END = /[^.!?…,;:»”"’)\]。！？।؟]$/u;
const LIST_MARK = /^(?:[-*+•‣◦▪·●○■□–—―]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s/;
const HEADING_LENGTH = 80;

/**
 * @typedef {import('./settings.js').Silences} Silences
 * @typedef {{paragraph: boolean, cut?: boolean, kind?: string, next?: string}} Ending
 *   paragraph: the last of its paragraph; cut: it goes on at once; kind: what the passage is that it ends or stands in;
 *   next: the kind of the passage that follows, where it is the last of its own
 *
 * @param {Ending} sentence
 * @param {Silences} silences
 * @returns {number} seconds
 */
export function pauseAfter({ paragraph, cut = false, kind = '', next = '' }, silences) {
  if (!paragraph) return cut ? 0 : silences.sentenceSilence;
  if (kind === 'heading') return silences.headingSilence;
  if (next === 'heading') return silences.sectionSilence;
  if (kind === 'item' && (next === 'item' || next === '')) return silences.itemSilence;
  if (kind === 'cell' && (next === 'cell' || next === '')) return silences.itemSilence;
  if (kind === 'verse' && next === '') return silences.lineSilence;
  return silences.paragraphSilence;
}

/**
 * Whether a sentence that ends no paragraph was cut off: it was too long, or another language begins.
 *
 * @param {string} text
 */
export function isCut(text) {
  return CUT.test(text);
}

/**
 * What a paragraph of a bare text is by its looks, where it is one sentence.
 *
 * @param {string} text
 * @returns {'heading' | 'item' | ''}
 */
export function looksLike(text) {
  if (LIST_MARK.test(text)) return 'item';
  const heading = text.length <= HEADING_LENGTH && OPEN_END.test(text) && /\p{L}/u.test(text);
  return heading ? 'heading' : '';
}
