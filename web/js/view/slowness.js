// @ts-check
/** "Why was that slow?": what a sentence waited for, from the times of its steps. Pure. */

/**
 * @typedef {import('./types.js').SentenceTrace} SentenceTrace
 * @typedef {'cache' | 'phonemise' | 'session' | 'first' | 'later' | 'rest'} Step
 * @typedef {{step: Step, ms: number}} Part
 * @typedef {object} Course  all in ms
 * @property {Part[]} parts  those that took any time, in the order in which they came
 * @property {number} total  from asking to the first sound
 * @property {number} whole  all parts
 */

/** What is there so soon is not felt as waiting (Nielsen, "Usability Engineering", 1993), ms. */
export const AT_ONCE = 100;
/** Shorter than that is the clock's own coarseness, ms. */
const LEAST = 0.005;
/** So long Python takes for itself between the steps, ms. */
const BETWEEN = 5;

/** @param {unknown} value */
function ms(value) {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;
}

/**
 * The steps of a sentence. The trace has one sum of inference for all windows; what does not fit before the
 * first sound was made while it was heard ("later"). What no step accounts for before the first sound is "rest":
 * others were served first.
 *
 * @param {SentenceTrace} trace
 * @returns {Course}
 */
export function courseOf(trace) {
  const total = ms(trace.total);
  const before = { cache: ms(trace.cache), phonemise: ms(trace.phonemise), session: ms(trace.session) };
  const infer = ms(trace.infer);
  const waited = before.cache + before.phonemise + before.session;
  const first = Math.min(infer, Math.max(0, total - waited));
  /** @type {Part[]} */
  const all = [
    { step: 'cache', ms: before.cache },
    { step: 'phonemise', ms: before.phonemise },
    { step: 'session', ms: before.session },
    { step: 'rest', ms: Math.max(0, total - waited - first) },
    { step: 'first', ms: first },
    { step: 'later', ms: infer - first },
  ];
  const parts = all.filter((part) => part.ms >= (part.step === 'rest' ? BETWEEN : LEAST));
  return { parts, total, whole: parts.reduce((sum, part) => sum + part.ms, 0) };
}

/**
 * What took the longest before the first sound.
 *
 * @param {SentenceTrace} trace
 * @returns {Part | null}  null where there was nothing to wait for
 */
export function longest(trace) {
  const { parts, total } = courseOf(trace);
  if (total < AT_ONCE) return null;
  const before = parts.filter(({ step }) => step !== 'later');
  return before.reduce(
    (most, part) => (!most || part.ms > most.ms ? part : most),
    /** @type {Part | null} */ (null),
  );
}

/**
 * The reason in words.
 *
 * @param {SentenceTrace} trace
 * @param {import('./strings_metrics.js').MetricsStrings} strings
 * @param {(ms: number) => string} time
 */
export function reason(trace, strings, time) {
  const found = longest(trace);
  const source = sourceOf(trace);
  if (!found) return strings.slowNot(strings.metricsSources[source], time(ms(trace.total)));
  const took = time(found.ms);
  switch (found.step) {
    case 'cache':
      return source === 'published' ? strings.slowFetched(took) : strings.slowLookedUp(took);
    case 'phonemise':
      return strings.slowPhonemes(took);
    case 'session':
      return strings.slowVoice(took);
    case 'rest':
      return strings.slowOthers(took);
    default:
      return strings.slowMade(took, ms(trace.characters));
  }
}

/** @param {SentenceTrace} trace @returns {import('./metrics_model.js').Source} */
export function sourceOf({ source }) {
  return source === 'memory' || source === 'disk' || source === 'published' ? source : 'model';
}

/**
 * Which sentence it is, among those of one worker: a trace has no number, and two of the same text never took
 * the very same microseconds.
 *
 * @param {SentenceTrace} trace
 */
export function identity({ text, voiceId, source, total, cache, phonemise }) {
  return JSON.stringify([text, voiceId, source, total, cache, phonemise]);
}

/**
 * Where a sentence stands in a text. The trace has its beginning only (80 characters), and its length.
 *
 * @param {string} text  in which it may stand
 * @param {SentenceTrace} trace
 * @param {number} near  an offset: of several places the nearest is meant
 * @returns {{start: number, end: number} | null}  UTF-16 offsets
 */
export function placeOf(text, { text: beginning = '', characters = 0 }, near) {
  const wanted = beginning.trim();
  if (wanted === '') return null;
  const starts = [text.lastIndexOf(wanted, near), text.indexOf(wanted, near)];
  let start = nearest(starts, near);
  if (start < 0) {
    // Spaces and line ends may be others than in the sentence as it was spoken.
    const words = wanted.split(/\s+/u).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    start = text.search(new RegExp(words.join('\\s+'), 'u'));
  }
  if (start < 0) return null;
  let end = start;
  let left = characters;
  for (const character of text.slice(start, start + 2 * characters)) {
    if (left-- <= 0) break;
    end += character.length;
  }
  return { start, end: Math.max(end, start + 1) };
}

/** @param {number[]} offsets @param {number} near @returns {number} -1: none */
function nearest(offsets, near) {
  const found = offsets.filter((offset) => offset >= 0);
  if (found.length === 0) return -1;
  return found.reduce((one, other) => (Math.abs(other - near) < Math.abs(one - near) ? other : one));
}
