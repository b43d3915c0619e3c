// @ts-check
/**
 * What is played from a `Tape`, quantum by quantum: straight at rate 1, through the
 * `Stretcher` at any other, with a short crossfade between the two.
 */

import { QUANTUM } from './stretcher.js';

/** Seconds; whole quanta are taken. */
const CROSSFADE = 0.008;

export class Deck {
  #tape;
  /** @type {import('./stretcher.js').Stretcher | null | undefined} undefined: it is still to come */
  #stretcher;
  #stretching = false;
  /** Position of the next frame while playing straight; whole. */
  #straight = 0;
  #started = false;
  /** Quanta of a crossfade, and those that are left of the present one. */
  #fade;
  #fading = 0;
  #other = new Float32Array(QUANTUM);

  /** Source frames per output frame, as wanted. */
  rate = 1;

  /**
   * @param {import('./tape.js').Tape} tape
   * @param {number} sampleRate Hz
   */
  constructor(tape, sampleRate) {
    this.#tape = tape;
    this.#fade = Math.ceil((CROSSFADE * sampleRate) / QUANTUM);
  }

  /** @param {import('./stretcher.js').Stretcher | null} stretcher null: there is none, all is played straight */
  useStretcher(stretcher) {
    this.#stretcher = stretcher;
  }

  /** Position of the next frame, in frames of the tape. */
  get position() {
    return this.#stretching && this.#stretcher ? this.#stretcher.position : this.#straight;
  }

  /** Whether everything was played. */
  get ended() {
    return this.#tape.finished && this.position >= this.#tape.length;
  }

  /** Begin at the tape's beginning. */
  reset() {
    this.#tape.reset();
    this.#straight = 0;
    this.#stretching = false;
    this.#started = false;
    this.#fading = 0;
  }

  /**
   * Fill `target` with the next quantum.
   *
   * @param {Float32Array} target QUANTUM frames
   * @returns {number} frames that there were; fewer than QUANTUM when the tape is too short
   */
  render(target) {
    if (!this.#choose()) return 0;
    const made = this.#play(target, this.#stretching);
    if (this.#fading && made) this.#mix(target, made);
    if (made) this.#started = true;
    this.#tape.release(this.position);
    return made;
  }

  /** Change between straight and stretched where that is wanted. False: nothing can be played yet. */
  #choose() {
    if (this.rate !== 1 && this.#stretcher === undefined) return this.#started;
    const stretch = this.rate !== 1 && this.#stretcher !== null;
    if (stretch === this.#stretching || this.#fading) return true;
    const position = this.position;
    if (stretch && this.#stretcher) {
      const needs = this.#stretcher.needsToStart(position, this.rate);
      this.#tape.fill(needs);
      if (this.#tape.end < needs) return this.#started;
      this.#stretcher.start(this.#tape, position, this.rate);
    } else {
      this.#straight = Math.round(position);
    }
    this.#stretching = stretch;
    this.#fading = this.#started ? this.#fade : 0;
    return true;
  }

  /**
   * @param {Float32Array} target
   * @param {boolean} stretched
   * @returns {number} frames
   */
  #play(target, stretched) {
    const tape = this.#tape;
    if (!stretched || !this.#stretcher) {
      tape.fill(this.#straight + QUANTUM);
      const count = Math.min(QUANTUM, tape.end - this.#straight);
      tape.copy(target, this.#straight, count);
      this.#straight += count;
      return count;
    }
    const needs = this.#stretcher.needs(this.rate);
    tape.fill(needs);
    if (tape.end < needs) return 0;
    this.#stretcher.render(tape, target, this.rate);
    return QUANTUM;
  }

  /**
   * Fade from what played before the change; where that has run out, from silence.
   *
   * @param {Float32Array} target
   * @param {number} count
   */
  #mix(target, count) {
    const before = this.#other;
    const made = this.#play(before, !this.#stretching);
    before.fill(0, made);
    const length = this.#fade * QUANTUM;
    const done = (this.#fade - this.#fading) * QUANTUM;
    for (let i = 0; i < count; i++) {
      const weight = 0.5 - 0.5 * Math.cos((Math.PI * (done + i + 0.5)) / length);
      target[i] = weight * target[i] + (1 - weight) * before[i];
    }
    this.#fading -= 1;
  }
}
