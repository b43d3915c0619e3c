// @ts-check
/**
 * Phrases that many texts and apps say, made before they are needed: lists by category and style, a
 * file for each language (phrases/). It gives way to speech.
 */

import { LecternError } from './errors.js';
import { SYNTHESIS, checkedOptions } from './options.js';
import { chooseVoice, pageLanguages } from './voice_choice.js';

const FOLDER = new URL('../phrases/', import.meta.url);
const LANGUAGES = ['en', 'fr'];
/** The style of whoever names none. */
const NEUTRAL = 'neutral';
const BYTES_PER_SAMPLE = 2;

/** @type {import('./options.js').Checks} */
const OPTIONS = {
  categories: { is: Array.isArray, wanted: 'a list of categories' },
  styles: { is: Array.isArray, wanted: 'a list of styles' },
  voiceId: SYNTHESIS.voiceId,
  clearFirst: { is: (value) => typeof value === 'boolean', wanted: 'true or false' },
  signal: SYNTHESIS.signal,
  onProgress: { is: (value) => typeof value === 'function', wanted: 'a function' },
};

/**
 * @typedef {{styles: string[], phrases: string[]}} Category  styles: those that it is said in
 * @typedef {{language: string, categories: Record<string, Category>}} PhraseList
 *
 * @typedef {object} PreloadOptions
 * @property {string[] | null} [categories] default: all
 * @property {string[] | null} [styles] default: those of each category
 * @property {string | null} [voiceId] default: the voice for the page's language
 * @property {boolean} [clearFirst] empty the audio cache before
 * @property {AbortSignal | null} [signal]
 * @property {(progress: {done: number, requested: number, text: string}) => void} [onProgress]
 *
 * @typedef {object} PreloadReport
 * @property {string} voiceId
 * @property {string[]} categories
 * @property {string[]} styles
 * @property {number} requested phrases, each in each of its styles
 * @property {number} made
 * @property {number} cached were here already
 * @property {number} failed
 * @property {number} seconds of sound
 * @property {number} bytes of sound, as 16-bit samples
 * @property {number} ms that it took
 */

/**
 * @param {object} parts
 * @param {Pick<import('./lectern.js').Lectern, 'render' | 'voices' | 'styles'>} parts.lectern
 * @param {() => Promise<unknown>} parts.clear empties the audio cache
 * @param {(language: string) => Promise<PhraseList>} [parts.load]
 * @param {PreloadOptions} [given]
 * @returns {Promise<PreloadReport>}
 * @throws {LecternError | DOMException} bad_option, unknown_voice; AbortError
 */
export async function preloadPhrases({ lectern, clear, load = fetchList }, given = {}) {
  const started = performance.now();
  const options = checkedOptions(/** @type {any} */ (given), OPTIONS);
  const { signal = null, onProgress = () => {} } = options;
  const voice = chosen(await lectern.voices(), options.voiceId);
  const list = await load(languageOf(voice));
  const known = Object.keys(list.categories);
  const categories = names('categories', options.categories, known) ?? known;
  const said = (await lectern.styles()).map(({ id }) => id);
  const styles = names('styles', options.styles, said);
  const jobs = jobsOf(list, categories, styles);
  if (options.clearFirst) await clear();

  const used = [...new Set(jobs.map(({ style }) => style))];
  const report = { voiceId: voice.id, categories, styles: styles ?? used, requested: jobs.length };
  const counts = { made: 0, cached: 0, failed: 0, seconds: 0, bytes: 0 };
  let done = 0;
  for (const { text, style } of jobs) {
    try {
      counts[(await make(lectern, text, { voiceId: voice.id, style, signal }, counts)) ? 'made' : 'cached'] += 1;
    } catch (error) {
      if (signal?.aborted) throw error;
      counts.failed += 1;
      console.debug('[Lectern] A phrase could not be made:', text, error);
    }
    onProgress({ done: ++done, requested: jobs.length, text });
  }
  counts.seconds = Math.round(counts.seconds * 1000) / 1000;
  return { ...report, ...counts, ms: Math.round(performance.now() - started) };
}

/**
 * Every phrase with every style that it is to be said in, each of them once.
 *
 * @param {PhraseList} list
 * @param {string[]} categories
 * @param {string[] | null} styles null: those of each category
 * @returns {{text: string, style: string}[]}
 */
export function jobsOf(list, categories, styles) {
  const jobs = new Map();
  for (const category of categories) {
    const { phrases, styles: own } = list.categories[category];
    for (const style of styles ?? (own.length ? own : [NEUTRAL])) {
      for (const text of phrases) jobs.set(`${style}\n${text}`, { text, style });
    }
  }
  return [...jobs.values()];
}

/**
 * @param {Pick<import('./lectern.js').Lectern, 'render'>} lectern
 * @param {string} text
 * @param {{voiceId: string, style: string, signal: AbortSignal | null}} options
 * @param {{seconds: number, bytes: number}} counts added to
 * @returns {Promise<boolean>} whether the model had to make it
 */
async function make(lectern, text, options, counts) {
  let made = false;
  for await (const { samples, sampleRate, source } of lectern.render(text, options)) {
    made ||= source === 'model';
    counts.seconds += samples.length / sampleRate;
    counts.bytes += samples.length * BYTES_PER_SAMPLE;
  }
  return made;
}

/** @param {string} language @returns {Promise<PhraseList>} a file of this build */
async function fetchList(language) {
  const response = await fetch(new URL(`${language}.json`, FOLDER));
  if (!response.ok) {
    throw new LecternError('network', `The list of phrases could not be fetched (${response.status}).`, { retryable: true });
  }
  return response.json();
}

/**
 * @param {import('./protocol.js').VoiceInfo[]} voices
 * @param {string | null | undefined} voiceId
 */
function chosen(voices, voiceId) {
  const spoken = voices.filter((voice) => LANGUAGES.includes(primary(voice.language)));
  if (!voiceId) return chooseVoice(spoken, pageLanguages());
  const voice = voices.find(({ id }) => id === voiceId);
  if (voice) return voice;
  const known = voices.map(({ id }) => id).join(', ') || 'none';
  throw new LecternError('unknown_voice', `There is no voice "${voiceId}". Voices here: ${known}.`);
}

/** @param {import('./protocol.js').VoiceInfo} voice @throws {LecternError} bad_option */
function languageOf({ id, language }) {
  const found = LANGUAGES.find((one) => one === primary(language));
  if (found) return found;
  throw new LecternError('bad_option', `There are phrases in ${LANGUAGES.join(' and ')}; the voice "${id}" speaks ${language}.`);
}

/** @param {string} language */
function primary(language) {
  return language.toLowerCase().split(/[-_]/)[0];
}

/**
 * @param {string} what
 * @param {unknown} given
 * @param {string[]} known
 * @returns {string[] | null} each once; null where nothing is given
 */
function names(what, given, known) {
  if (given === undefined || given === null) return null;
  const wrong = Array.isArray(given) ? given.find((one) => !known.includes(one)) : given;
  if (!Array.isArray(given) || wrong !== undefined || !given.length) {
    const said = JSON.stringify(wrong)?.slice(0, 60) ?? 'nothing';
    throw new LecternError('bad_option', `${what} must be a list of ${known.join(', ')}, not ${said}.`);
  }
  return [...new Set(given)];
}
