// @ts-check
/**
 * Another tempo at the same pitch: Signalsmith Stretch over a `Tape`.
 *
 * Its wasm part is driven as its own worklet does, by seeking, but only where a block
 * begins: blocks are whole multiples of the render quantum, so each block is analysed
 * exactly where it should be and the position of every output frame is known: a block
 * that begins now is centred half a block later.
 */

/** Frames of a render quantum. */
export const QUANTUM = 128;
/** Seconds between blocks: long enough for the harmonics of a deep voice at 4 blocks. */
const INTERVAL = 0.024;
const OVERLAP = 4;

/** @typedef {import('../../vendor/stretch/stretch.mjs').Stretch} Stretch */

export class Stretcher {
  #wasm;
  #interval;
  #block;
  /** Frames that one seek needs: a block, and the block one interval before it. */
  #span;
  /** Addresses in the wasm memory. */
  #input;
  #output;
  /** @type {Float32Array} over the whole wasm memory */
  #heap;
  /** Source positions of the output frames `-elapsed` and `interval - elapsed` from now. */
  #from = 0;
  #to = 0;
  /** The source position one interval after `to`: the centre of the last block that began. */
  #last = 0;
  /** Frames since the last block began; `interval` when the next one is due. */
  #elapsed = 0;

  /**
   * @param {Stretch} wasm
   * @param {number} sampleRate of the output, Hz
   */
  constructor(wasm, sampleRate) {
    this.#wasm = wasm;
    this.#interval = Math.max(1, Math.round((INTERVAL * sampleRate) / QUANTUM)) * QUANTUM;
    this.#block = this.#interval * OVERLAP;
    this.#span = this.#block + this.#interval;
    wasm._configure(1, this.#block, this.#interval, false);
    wasm._reset();
    const address = wasm._setBuffers(1, this.#span);
    this.#input = address / 4;
    this.#output = address / 4 + this.#span;
    this.#heap = new Float32Array(wasm.HEAP8.buffer);
  }

  /** The source position of the next output frame. */
  get position() {
    return this.#from + ((this.#to - this.#from) * this.#elapsed) / this.#interval;
  }

  /**
   * How far the tape must be made before `start`.
   *
   * @param {number} position
   * @param {number} rate
   */
  needsToStart(position, rate) {
    return this.#lookahead(position + 2 * rate * this.#interval);
  }

  /** How far the tape must be made before `render`. @param {number} rate */
  needs(rate) {
    if (this.#elapsed < this.#interval) return 0;
    return this.#lookahead(this.#last + rate * this.#interval);
  }

  /**
   * Begin so that the next output frame is the one at `position`, all of its blocks complete.
   *
   * @param {import('./tape.js').Tape} tape
   * @param {number} position
   * @param {number} rate
   */
  start(tape, position, rate) {
    this.#wasm._reset();
    const interval = this.#interval;
    for (let block = -1; block < OVERLAP - 2; block++) {
      this.#analyse(tape, position + block * rate * interval, rate);
      for (let done = 0; done < interval; done += QUANTUM) this.#wasm._process(0, QUANTUM);
    }
    this.#from = position - rate * interval;
    this.#to = position;
    this.#last = position + rate * interval;
    this.#elapsed = interval;
  }

  /**
   * The next quantum. A new rate counts from the next block on; half a block later it is heard.
   *
   * @param {import('./tape.js').Tape} tape made as far as `needs(rate)`
   * @param {Float32Array} target
   * @param {number} rate source frames per output frame
   */
  render(tape, target, rate) {
    if (this.#elapsed >= this.#interval) {
      const centre = this.#last + rate * this.#interval;
      this.#analyse(tape, centre, rate);
      this.#from = this.#to;
      this.#to = this.#last;
      this.#last = centre;
      this.#elapsed = 0;
    }
    this.#wasm._process(0, QUANTUM);
    const heap = this.#memory();
    for (let i = 0; i < QUANTUM; i++) target[i] = heap[this.#output + i];
    this.#elapsed += QUANTUM;
  }

  /** @param {number} centre of a block */
  #lookahead(centre) {
    return Math.round(centre) + this.#block / 2;
  }

  /**
   * @param {import('./tape.js').Tape} tape
   * @param {number} centre
   * @param {number} rate
   */
  #analyse(tape, centre, rate) {
    tape.copy(this.#memory(), this.#lookahead(centre) - this.#span, this.#span, this.#input);
    this.#wasm._seek(this.#span, rate);
  }

  /** The wasm memory, which moves when it grows. */
  #memory() {
    if (this.#heap.buffer !== this.#wasm.HEAP8.buffer) {
      this.#heap = new Float32Array(this.#wasm.HEAP8.buffer);
    }
    return this.#heap;
  }
}
