// @ts-check
/** Sound from one sample rate to another, sample for sample, for Opus (48 kHz) and back. */

import { Resampler, designFilter } from '../audio/resampler.js';

/**
 * Half of what the player's filter has: what a coder of 24 kb/s leaves above 0.84 of the voice's band
 * is not worth twice the time.
 */
const ZERO_CROSSINGS = 24;
/** Samples between two breaths of this worker's other work: some milliseconds. */
const PORTION = 32_768;

/** @type {Map<string, import('../audio/resampler.js').Filter>} */
const filters = new Map();

/** The filter from one rate to the other, designed once: 10 ms the first time. @param {number} from Hz @param {number} to Hz */
export function filterOf(from, to) {
  const name = `${from} ${to}`;
  let filter = filters.get(name);
  if (!filter) {
    filter = designFilter(from, to, ZERO_CROSSINGS);
    filters.set(name, filter);
  }
  return filter;
}

/** How far behind a place sound still counts for it, in samples of `from`. @param {number} from Hz @param {number} to Hz */
export function reach(from, to) {
  return Math.ceil(ZERO_CROSSINGS * Math.max(1, from / to)) + 1;
}

/**
 * `count` samples at the other rate, in portions; behind the end of `samples` there is silence.
 *
 * @param {Float32Array} samples
 * @param {number} from Hz
 * @param {number} to Hz
 * @param {number} count
 */
export async function* converted(samples, from, to, count) {
  const resampler = new Resampler(filterOf(from, to), 0);
  let read = 0;
  for (let made = 0; made < count; ) {
    const portion = new Float32Array(Math.min(PORTION, count - made));
    let filled = 0;
    while (filled < portion.length) {
      const left = samples.length - read;
      read += left > 0 ? resampler.write(samples, read, left) : resampler.write(null, 0, PORTION);
      const target = portion.subarray(filled);
      filled += resampler.read(target, target.length);
    }
    made += filled;
    yield portion;
    if (made < count) await breath();
  }
}

/** Whatever else this worker has to do comes first. */
function breath() {
  return new Promise((resolve) => {
    setTimeout(resolve);
  });
}
