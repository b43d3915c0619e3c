// @ts-check
/**
 * The queue of items as one continuous strip of frames at the output's rate.
 *
 * Positions are frames from the strip's beginning. Items of one sample rate that follow
 * each other form a run, which is resampled as one signal, so that their joins are those
 * of the source. Where the rate changes, the tail of one run and the onset of the next
 * are added up. The strip is made as far as somebody asks and kept for about a second
 * behind that; samples of an item are let go once they are on the strip.
 */

import { Resampler, designFilter } from './resampler.js';

/** Seconds of strip that stay readable: the stretcher looks back and far ahead. */
const KEPT = 1.3;
/** Frames made at a time. */
const BATCH = 256;

/**
 * @typedef {{id: number, samples: Float32Array, sampleRate: number, silence: number}} Item
 *   samples: mono; sampleRate: Hz; silence: seconds after it
 * @typedef {{id: number, start: number, end: number}} Span an item's place, with its silence
 *
 * @typedef {object} Part samples, or silence, on their way to the strip
 * @property {Float32Array | null} samples
 * @property {number} left how many of them are to come
 *
 * @typedef {object} Run
 * @property {import('./resampler.js').Filter} filter
 * @property {Resampler} resampler
 * @property {number} origin frame of its first sample
 * @property {number} total samples so far, silence included
 * @property {Part[]} parts not yet resampled
 * @property {number} tail zeros that were put in after the last part
 * @property {number} cursor the next frame that it makes
 * @property {boolean} open whether items may follow in it
 */

export class Tape {
  /** Frames a second. */
  #rate;
  #ring;
  #mask;
  #scratch = new Float32Array(BATCH);
  /** @type {Map<number, import('./resampler.js').Filter>} */
  #filters = new Map();
  /** @type {Run[]} */
  #runs = [];
  /** @type {Span[]} those that are not released, in order */
  #spans = [];
  #cleared = 0;

  /** Frames before this one are made. */
  end = 0;
  /** Where the last item ends, silence included. */
  length = 0;
  /** Whether no item follows. */
  finished = false;

  /** @param {number} sampleRate of the output, Hz */
  constructor(sampleRate) {
    this.#rate = sampleRate;
    let capacity = 1;
    while (capacity < sampleRate * KEPT) capacity *= 2;
    this.#ring = new Float32Array(capacity);
    this.#mask = capacity - 1;
  }

  /** @param {Item} item */
  append({ id, samples, sampleRate, silence }) {
    const run = this.#runFor(sampleRate);
    const start = run.origin + (run.total * this.#rate) / sampleRate;
    const pause = Math.round(silence * sampleRate);
    if (samples.length) run.parts.push({ samples, left: samples.length });
    if (pause) run.parts.push({ samples: null, left: pause });
    run.total += samples.length + pause;
    this.length = run.origin + (run.total * this.#rate) / sampleRate;
    this.#spans.push({ id, start, end: this.length });
    this.finished = false;
  }

  /** No item follows: after the last one comes silence without end. */
  finish() {
    this.finished = true;
    for (const run of this.#runs) run.open = false;
  }

  /** Forget everything; positions begin at 0 again. */
  reset() {
    this.#runs = [];
    this.#spans = [];
    this.#ring.fill(0);
    this.#cleared = 0;
    this.end = 0;
    this.length = 0;
    this.finished = false;
  }

  /**
   * Make frames up to `until`, or as far as the items reach (see `end`).
   *
   * @param {number} until
   */
  fill(until) {
    while (this.end < until) {
      const run = this.#hindmost();
      if (!run) {
        if (!this.finished) return;
        this.#clear(until);
        this.end = until;
        return;
      }
      const before = run.cursor;
      const whole = this.#make(run, Math.min(until, before + BATCH));
      if (!whole && !run.open) this.#runs.splice(this.#runs.indexOf(run), 1);
      const next = this.#hindmost();
      if (next) this.end = Math.max(this.end, Math.min(until, next.cursor));
      if (!whole && run.open && run.cursor === before) return;
    }
  }

  /**
   * Read frames that are made; silence before the beginning.
   *
   * @param {Float32Array} target
   * @param {number} from position of the first frame, an integer
   * @param {number} count
   * @param {number} [offset] in target
   */
  copy(target, from, count, offset = 0) {
    const ring = this.#ring;
    const mask = this.#mask;
    for (let i = 0; i < count; i++) {
      const position = from + i;
      target[offset + i] = position < 0 ? 0 : ring[position & mask];
    }
  }

  /** The item at `position`, the last one after the end; null when there is none. @param {number} position */
  spanAt(position) {
    const spans = this.#spans;
    for (let i = 0; i < spans.length; i++) {
      if (position < spans[i].end) return spans[i];
    }
    return spans.length ? spans[spans.length - 1] : null;
  }

  /** Whoever plays is at `position`: earlier items are not asked for again. @param {number} position */
  release(position) {
    while (this.#spans.length > 1 && this.#spans[0].end <= position) this.#spans.shift();
  }

  /** @param {number} sampleRate @returns {Run} */
  #runFor(sampleRate) {
    const last = this.#runs.at(-1);
    if (last?.open && last.filter.from === sampleRate) return last;
    if (last) last.open = false;
    let filter = this.#filters.get(sampleRate);
    if (!filter) {
      filter = designFilter(sampleRate, this.#rate);
      this.#filters.set(sampleRate, filter);
    }
    // A whole frame, so that the polyphase rows fit: the seam moves by 10 us on average.
    const origin = Math.max(Math.ceil(this.length), this.end);
    const cursor = Math.max(origin - Math.ceil((filter.half * this.#rate) / sampleRate), this.end, 0);
    const resampler = new Resampler(filter, cursor - origin);
    /** @type {Run} */
    const run = { filter, resampler, origin, total: 0, parts: [], tail: 0, cursor, open: true };
    this.#runs.push(run);
    return run;
  }

  /** The run that must be made next. @returns {Run | undefined} */
  #hindmost() {
    let found = this.#runs[0];
    for (const run of this.#runs) if (run.cursor < found.cursor) found = run;
    return found;
  }

  /**
   * Resample `run` onto the strip, up to the frame `until` at most.
   *
   * @param {Run} run
   * @param {number} until
   * @returns {boolean} false when its samples did not reach so far
   */
  #make(run, until) {
    for (;;) {
      const made = run.resampler.read(this.#scratch, Math.min(BATCH, until - run.cursor));
      this.#clear(run.cursor + made);
      const ring = this.#ring;
      for (let i = 0; i < made; i++) ring[(run.cursor + i) & this.#mask] += this.#scratch[i];
      run.cursor += made;
      if (run.cursor >= until) return true;
      if (!this.#feed(run)) return false;
    }
  }

  /** Give the resampler more; false when there is nothing to give. @param {Run} run */
  #feed(run) {
    const [part] = run.parts;
    if (part) {
      const start = part.samples ? part.samples.length - part.left : 0;
      const taken = run.resampler.write(part.samples, start, part.left);
      part.left -= taken;
      if (!part.left) run.parts.shift();
      return true;
    }
    if (run.open || run.tail >= 2 * run.filter.half) return false;
    run.tail += run.resampler.write(null, 0, 2 * run.filter.half - run.tail);
    return true;
  }

  /** Make the ring's old frames silence up to `until`. @param {number} until */
  #clear(until) {
    for (; this.#cleared < until; this.#cleared++) this.#ring[this.#cleared & this.#mask] = 0;
  }
}
