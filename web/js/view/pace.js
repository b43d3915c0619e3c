// @ts-check
/** How long the rest will take: characters a second, as they were really spoken. */

import { SILENCES } from '../settings.js';

/** Before anything was measured: ordinary English prose in a Piper voice. */
const DEFAULT_PACE = 15;
/** Half of what is known is forgotten after so many characters. */
const MEMORY = 3000;

export class Pace {
  #characters = 0;
  #seconds = 0;
  /** @type {{start: number, end: number, spoken: number, seconds: number} | null} */
  #sentence = null;

  /** A sentence begins. @param {number} start @param {number} end */
  sentence(start, end) {
    this.#settle();
    this.#sentence = { start, end, spoken: start, seconds: 0 };
  }

  /**
   * A word of it was begun; it will have been said `seconds` after the sentence's start.
   *
   * @param {number} end
   * @param {number} seconds
   */
  word(end, seconds) {
    if (this.#sentence && seconds > this.#sentence.seconds) {
      this.#sentence.spoken = end;
      this.#sentence.seconds = seconds;
    }
  }

  /** Another voice or text: what was measured is not true of it. */
  reset() {
    this.#characters = 0;
    this.#seconds = 0;
    this.#sentence = null;
  }

  /** Characters a second at speed 1. */
  get charactersPerSecond() {
    const prior = 200;
    return (this.#characters + prior) / (this.#seconds + prior / DEFAULT_PACE);
  }

  /** Seconds that `characters` will take at `rate`. @param {number} characters @param {number} rate */
  seconds(characters, rate) {
    return Math.max(0, characters) / (this.charactersPerSecond * rate);
  }

  #settle() {
    const sentence = this.#sentence;
    if (!sentence || sentence.seconds <= 0) return;
    this.#characters += sentence.spoken - sentence.start;
    // Silence after a sentence, spread over its characters, is part of the pace.
    this.#seconds += sentence.seconds + SILENCES.sentenceSilence;
    if (this.#characters > MEMORY) {
      this.#characters /= 2;
      this.#seconds /= 2;
    }
  }
}
