// @ts-check
/**
 * From a voice's sample rate to the output's, as a stream.
 *
 * Band-limited interpolation with a Kaiser-windowed sinc (J. O. Smith, "Digital Audio
 * Resampling", CCRMA), kept as a polyphase table: one row of taps for each fractional
 * position that from/to in lowest terms can meet. 48 zero crossings on each side and
 * beta 8 give a stop band below -80 dB that begins at the lower of the two Nyquist
 * frequencies; the pass band is flat to 0.89 of it. Equal rates copy, bit for bit.
 */

/** Zero crossings of the sinc on each side, at the lower of the two rates, unless told otherwise. */
const ZERO_CROSSINGS = 48;
const KAISER_BETA = 8;
/** Half amplitude lies here, so that the transition ends at the lower Nyquist (1). */
const ROLLOFF = 0.947;
/** Rates with more phases than this share rows, with interpolation between them. */
const MAX_PHASES = 1024;
/** Room for source samples beside the filter's own length. */
const CHUNK = 2048;
/** Louder than this is no sound but a fault (infinity, garbage): it is left out. */
const LIMIT = 16;

/**
 * @typedef {object} Filter
 * @property {number} from source samples a second
 * @property {number} to frames a second
 * @property {number} step numerator of from/to in lowest terms
 * @property {number} unit its denominator: a source sample is `unit` ticks long
 * @property {number} half taps on each side
 * @property {number} rows fractional positions in the table
 * @property {Float32Array} taps (rows + 1) x (2 * half), row by row
 */

/**
 * @param {number} from Hz, an integer
 * @param {number} to Hz, an integer
 * @param {number} [zeroCrossings] fewer are quicker; the transition is as much wider, on both sides of
 *   where it is otherwise
 * @returns {Filter}
 */
export function designFilter(from, to, zeroCrossings = ZERO_CROSSINGS) {
  const divisor = gcd(from, to);
  const step = from / divisor;
  const unit = to / divisor;
  if (from === to) return { from, to, step, unit, half: 1, rows: 1, taps: Float32Array.of(1, 0, 0, 1) };
  const scale = Math.min(1, to / from);
  const reach = zeroCrossings / scale;
  const half = Math.ceil(reach);
  const rows = Math.min(unit, MAX_PHASES);
  const taps = new Float32Array((rows + 1) * 2 * half);
  for (let row = 0; row <= rows; row++) {
    designRow(taps.subarray(row * 2 * half, (row + 1) * 2 * half), row / rows, half, reach, ROLLOFF * scale);
  }
  return { from, to, step, unit, half, rows, taps };
}

/**
 * @param {Float32Array} taps
 * @param {number} fraction of the output frame between two source samples
 * @param {number} half
 * @param {number} reach the window's half length, in source samples
 * @param {number} cutoff as a part of the source's Nyquist frequency
 */
function designRow(taps, fraction, half, reach, cutoff) {
  let sum = 0;
  for (let j = 0; j < taps.length; j++) {
    const at = fraction + half - 1 - j;
    const edge = at / reach;
    const window = Math.abs(edge) < 1 ? besselI0(KAISER_BETA * Math.sqrt(1 - edge * edge)) : 0;
    const angle = Math.PI * cutoff * at;
    const tap = window * (angle === 0 ? 1 : Math.sin(angle) / angle);
    taps[j] = tap;
    sum += tap;
  }
  for (let j = 0; j < taps.length; j++) taps[j] /= sum;
}

/** Source samples in, frames out, in whatever portions. Allocates nothing once it is made. */
export class Resampler {
  #filter;
  #buffer;
  /** Source index of the buffer's first sample, and of the one after its last. */
  #base;
  #written;
  /** Where the next frame lies: source sample `index` and `ticks` of filter.unit. */
  #index;
  #ticks;

  /**
   * @param {Filter} filter
   * @param {number} first frame to begin with; 0 lies on the first source sample, those
   *   before it hold the filter's fade-in
   */
  constructor(filter, first) {
    const { half, step, unit } = filter;
    this.#filter = filter;
    this.#index = Math.floor((first * step) / unit);
    this.#ticks = first * step - this.#index * unit;
    this.#base = Math.min(0, this.#index - half + 1);
    this.#written = 0;
    this.#buffer = new Float32Array(4 * half + CHUNK - this.#base);
  }

  /**
   * Take up to `count` samples; null stands for silence.
   *
   * @param {Float32Array | null} samples
   * @param {number} start
   * @param {number} count
   * @returns {number} how many there was room for
   */
  write(samples, start, count) {
    const buffer = this.#buffer;
    this.#forget();
    const at = this.#written - this.#base;
    const taken = Math.min(count, buffer.length - at);
    if (samples) {
      for (let i = 0; i < taken; i++) {
        const sample = samples[start + i];
        buffer[at + i] = Math.abs(sample) < LIMIT ? sample : 0;
      }
    } else {
      buffer.fill(0, at, at + taken);
    }
    this.#written += taken;
    return taken;
  }

  /**
   * Make frames as far as the samples reach.
   *
   * @param {Float32Array} target
   * @param {number} count at most
   * @returns {number} how many were made
   */
  read(target, count) {
    const { half, step, unit, rows, taps } = this.#filter;
    const buffer = this.#buffer;
    const length = 2 * half;
    let made = 0;
    while (made < count && this.#index + half < this.#written) {
      const from = this.#index - half + 1 - this.#base;
      const place = (this.#ticks * rows) / unit;
      const row = Math.floor(place);
      const weight = place - row;
      let frame = product(buffer, from, taps, row * length, length);
      if (weight > 0) {
        const next = product(buffer, from, taps, (row + 1) * length, length);
        frame += weight * (next - frame);
      }
      target[made++] = frame;
      this.#ticks += step;
      const whole = Math.floor(this.#ticks / unit);
      this.#index += whole;
      this.#ticks -= whole * unit;
    }
    return made;
  }

  /** Give up the samples that no later frame needs, once they fill half of the buffer. */
  #forget() {
    const needed = Math.min(this.#index - this.#filter.half + 1, this.#written);
    const spent = needed - this.#base;
    if (spent < this.#buffer.length / 2) return;
    this.#buffer.copyWithin(0, spent, this.#written - this.#base);
    this.#base = needed;
  }
}

/**
 * Four sums side by side: the processor need not wait for one addition to begin the next.
 *
 * @param {Float32Array} samples
 * @param {number} from
 * @param {Float32Array} taps
 * @param {number} at
 * @param {number} length even
 */
function product(samples, from, taps, at, length) {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let j = 0;
  for (; j + 3 < length; j += 4) {
    a += samples[from + j] * taps[at + j];
    b += samples[from + j + 1] * taps[at + j + 1];
    c += samples[from + j + 2] * taps[at + j + 2];
    d += samples[from + j + 3] * taps[at + j + 3];
  }
  for (; j < length; j++) a += samples[from + j] * taps[at + j];
  return a + b + (c + d);
}

/** @param {number} a @param {number} b @returns {number} */
function gcd(a, b) {
  return b ? gcd(b, a % b) : a;
}

/** The modified Bessel function of the first kind, order 0. @param {number} x */
function besselI0(x) {
  const quarter = (x * x) / 4;
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 1e-9; k++) {
    term *= quarter / (k * k);
    sum += term;
  }
  return sum;
}
