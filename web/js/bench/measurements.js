// @ts-check
/** The measurements themselves: the public API, asked as any page asks it. */

import { createLectern } from '../lectern.js';
import { Texts } from './texts.js';

/**
 * @typedef {import('../lectern.js').Lectern} Lectern
 * @typedef {import('../lectern.js').LecternOptions} LecternOptions
 * @typedef {import('../protocol.js').VoiceInfo} VoiceInfo
 * @typedef {import('./report.js').Result} Result
 *
 * @typedef {{first: number, all: number, seconds: number}} Said milliseconds to the first samples and
 *   to all, and how long the sound is
 *
 * @typedef {object} Plan
 * @property {string} base Lectern's folder
 * @property {VoiceInfo} voice
 * @property {number} rounds
 * @property {number[]} threads to compare
 * @property {boolean} webgpu there is a real GPU
 * @property {AbortSignal} signal
 * @property {(what: string) => void} onStep what is done now
 * @property {(result: Result) => void} onResult
 */

/** Nothing of this is to be kept: the disk is left alone. */
const SETTINGS = { diskCacheBytes: 0 };
const LONG = 5000; // characters

/**
 * Everything, in turn; results come as they are there.
 *
 * @param {Plan} plan
 * @returns {Promise<void>}
 * @throws {Error} what the API throws; AbortError
 */
export async function measureAll(plan) {
  const { voice, rounds, signal, onStep, onResult } = plan;
  const texts = new Texts(voice.language);
  onStep('Starting…');
  const { lectern, took } = await start(plan, {});
  try {
    onResult({ name: 'Start to ready', unit: 'ms', values: [took] });
    onStep('Loading the voice…');
    const cold = await say(lectern, texts.sentence(), plan);
    onResult({ name: 'First sound, voice not loaded yet', unit: 'ms', values: [cold.first] });

    onStep('Sentences…');
    const known = [];
    const first = [];
    for (let round = 0; round < rounds; round++) {
      known.push(texts.sentence());
      first.push((await say(lectern, known[round], plan)).first);
    }
    onResult({ name: 'First sound, a new sentence of 60 characters', unit: 'ms', values: first });
    const cached = [];
    for (const text of known) cached.push((await say(lectern, text, plan)).first);
    onResult({ name: 'First sound, the same sentences cached', unit: 'ms', values: cached });

    onStep('A long text…');
    const long = [];
    const blocked = watchThread();
    for (let round = 0; round < rounds; round++) {
      long.push((await say(lectern, texts.text(LONG), plan, { onlyFirst: true })).first);
    }
    const blocks = blocked.stop();
    onResult({ name: `First sound, ${LONG.toLocaleString('en')} characters`, unit: 'ms', values: long });
    if (blocks) {
      const values = blocks.length ? [Math.max(...blocks)] : [];
      onResult({ name: 'Longest block of the page meanwhile', unit: 'ms', values, note: 'under 50 ms' });
    }
  } finally {
    await lectern.dispose();
  }
  for (const way of ways(plan)) {
    signal.throwIfAborted();
    onStep(`${way.name}…`);
    onResult(await factor(plan, texts, way));
  }
}

/** @typedef {{name: string, options: LecternOptions}} Way */

/** The ways to run a voice that this machine has. @param {Plan} plan @returns {Way[]} */
function ways({ threads, webgpu }) {
  /** @type {Way[]} */
  const found = threads.map((count) => ({
    name: `Real-time factor, ${count} thread${count > 1 ? 's' : ''}`,
    options: { backend: 'wasm', threads: count },
  }));
  if (webgpu) found.push({ name: 'Real-time factor, WebGPU', options: { backend: 'webgpu' } });
  return found;
}

/**
 * A way that does not work here is a result too.
 * @param {Plan} plan @param {Texts} texts @param {Way} way @returns {Promise<Result>}
 */
async function factor(plan, texts, { name, options }) {
  const { lectern } = await start(plan, options);
  try {
    await say(lectern, texts.longSentence(), plan); // loads, and a session's first run is slow
    const values = [];
    for (let round = 0; round < plan.rounds; round++) {
      const { all, seconds } = await say(lectern, texts.longSentence(), plan);
      values.push(all / 1000 / seconds);
    }
    return { name, unit: 'x', values };
  } catch (error) {
    plan.signal.throwIfAborted();
    return { name, unit: 'x', values: [], note: `${/** @type {Error} */ (error).message}` };
  } finally {
    await lectern.dispose();
  }
}

/**
 * @param {Plan} plan
 * @param {LecternOptions} options
 * @returns {Promise<{lectern: Lectern, took: number}>} took: milliseconds until it was ready
 */
async function start({ base, signal }, options) {
  const began = performance.now();
  const lectern = createLectern({ base, settings: SETTINGS, ...options });
  const stopped = new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  stopped.catch(() => {}); // it may come when nobody waits any more
  try {
    await Promise.race([lectern.ready, stopped]);
  } catch (error) {
    await lectern.dispose();
    throw error;
  }
  return { lectern, took: performance.now() - began };
}

/**
 * @param {Lectern} lectern
 * @param {string} text
 * @param {Plan} plan
 * @param {{onlyFirst?: boolean}} [options]
 * @returns {Promise<Said>}
 */
async function say(lectern, text, { voice, signal }, { onlyFirst = false } = {}) {
  const asked = performance.now();
  let first = 0;
  let seconds = 0;
  for await (const piece of lectern.stream(text, { voiceId: voice.id, signal })) {
    if (!piece.samples.length) continue;
    first ||= performance.now() - asked;
    seconds += piece.samples.length / piece.sampleRate;
    if (onlyFirst) break;
  }
  return { first, all: performance.now() - asked, seconds };
}

/** Tasks of 50 ms and more, where the browser tells. */
function watchThread() {
  if (!PerformanceObserver.supportedEntryTypes.includes('longtask')) return { stop: () => null };
  /** @type {number[]} */
  const found = [];
  const take = (/** @type {PerformanceEntryList} */ list) => found.push(...list.map(({ duration }) => duration));
  const observer = new PerformanceObserver((list) => take(list.getEntries()));
  observer.observe({ type: 'longtask' });
  return {
    stop() {
      take(observer.takeRecords());
      observer.disconnect();
      return found;
    },
  };
}
