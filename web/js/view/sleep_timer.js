// @ts-check
/**
 * Stops the reading after a time of listening, or with the chapter: at the end of a sentence,
 * which was spoken more and more softly. Only what is played counts. It is asked at every
 * word, which comes in hidden pages too, where timers are held back; its own timer is for
 * what it shows.
 *
 * Events: `change` (what is chosen, or how much is left, is another now), `ended` (detail
 * {choice}): it has stopped the reading.
 */

import { chapterOf } from './chapters.js';

/** Minutes to choose from. */
export const MINUTES = [5, 10, 15, 30, 45, 60];
/** The voice sinks over so many seconds, to this volume: a sentence's end is only guessed. */
const SINKING = 8;
const SOFT = 0.08;
/** Seconds in which it is loud again when it goes on. */
const RISING = 0.4;
/** A sentence is over when no more of it than this is left (characters; share of it). */
const REST = { least: 20, share: 0.25 };
/** Seconds after which any new sentence will do. */
const OVERDUE = 60;

/** @typedef {number | 'chapter'} Choice  minutes; 0: off */

/**
 * @typedef {object} Listened  what it needs of `Reading`
 * @property {boolean} playing
 * @property {{start: number, end: number} | null} sentence
 * @property {number} offset
 * @property {number} length
 * @property {readonly import('./chapters.js').ContentsEntry[]} contents
 * @property {(from: number, to: number) => number} seconds
 * @property {() => void} pause
 * @property {(offset: number) => void} go
 * @property {(volume: number, seconds: number) => void} fadeTo
 */

export class SleepTimer extends EventTarget {
  #reading;
  #now;
  /** @type {Choice} */
  #choice = 0;
  /** Seconds listened to since it was set. */
  #spent = 0;
  /** When that was counted last, in ms; null while nothing plays. @type {number | null} */
  #since = null;
  #ticking = 0;
  #sinking = false;
  /** The sentence that is being spoken. @type {{start: number, end: number} | null} */
  #sentence = null;
  /** How far it was spoken; null: nobody said. @type {number | null} */
  #spoken = null;
  /** The chapter that it stops with. @type {{start: number, end: number} | null} */
  #chapter = null;

  /**
   * @param {Listened & EventTarget} reading
   * @param {() => number} [now]  ms that never go back
   */
  constructor(reading, now = () => performance.now()) {
    super();
    this.#reading = reading;
    this.#now = now;
    reading.addEventListener('state', () => this.#stateChanged());
    reading.addEventListener('word', (event) => {
      this.#spoken = /** @type {CustomEvent} */ (event).detail.end;
      this.#check();
    });
    reading.addEventListener('place', (event) => {
      this.#placed(/** @type {CustomEvent} */ (event).detail);
    });
    reading.addEventListener('speed', () => this.#check());
    reading.addEventListener('text', () => this.#aim());
    reading.addEventListener('finished', () => this.set(0));
  }

  get choice() {
    return this.#choice;
  }

  /** Seconds of listening until it stops, as far as is known; null: it is off. */
  get left() {
    if (this.#choice === 0) return null;
    this.#count();
    const { sentence, offset } = this.#reading;
    const here = this.#spoken ?? offset;
    if (this.#choice === 'chapter') {
      return this.#reading.seconds(here, this.#chapter?.end ?? this.#reading.length);
    }
    const rest = sentence ? this.#reading.seconds(here, sentence.end) : 0;
    return Math.max(this.#choice * 60 - this.#spent, rest);
  }

  /** From now on. @param {Choice} choice */
  set(choice) {
    this.#choice = choice;
    this.#spent = 0;
    this.#since = this.#reading.playing ? this.#now() : null;
    this.#aim();
    if (this.#sinking) this.#rise();
    this.#tick();
    this.#check();
  }

  #stateChanged() {
    this.#count();
    this.#since = this.#reading.playing ? this.#now() : null;
    // Whoever plays again wants to hear it.
    if (this.#reading.playing && this.#sinking) this.#rise();
    this.#tick();
    this.#tell();
  }

  #count() {
    if (this.#since === null) return;
    const now = this.#now();
    this.#spent += (now - this.#since) / 1000;
    this.#since = now;
  }

  /** The chapter that is being read now. */
  #aim() {
    const { contents, length, offset } = this.#reading;
    if (this.#choice !== 'chapter') return;
    this.#chapter = chapterOf(contents, length, offset) ?? { start: 0, end: length };
  }

  /** @param {{start: number, end: number}} place */
  #placed({ start, end }) {
    const before = this.#sentence;
    const over = before !== null && this.#reading.playing && this.#isOver(before, start);
    this.#sentence = { start, end };
    this.#spoken = null;
    this.#count();
    if (this.#choice === 'chapter') {
      const { start: from, end: to } = this.#chapter ?? { start: 0, end: 0 };
      if (before && over && before.start < to && start >= to) this.#end(start);
      else if (start < from || start >= to) this.#aim();
    } else if (this.#choice !== 0 && before && this.#spent >= this.#choice * 60) {
      const overdue = this.#spent >= this.#choice * 60 + OVERDUE;
      if (over || (overdue && this.#reading.playing)) this.#end(over ? before.start : start);
    }
    this.#check(true);
  }

  /**
   * Whether it went on to `next` by itself, and not because the reader jumped.
   *
   * @param {{start: number, end: number}} sentence
   * @param {number} next
   */
  #isOver({ start, end }, next) {
    if (next < end) return false;
    if (this.#spoken === null) return true;
    return end - this.#spoken <= Math.max(REST.least, REST.share * (end - start));
  }

  /** @param {boolean} [anew]  another sentence: what was foreseen is another now */
  #check(anew = false) {
    const { left } = this;
    if (left !== null && this.#reading.playing) {
      if (left > 2 * SINKING) {
        if (this.#sinking) this.#rise();
      } else if (this.#sinking ? anew : left <= SINKING) {
        this.#sinking = true;
        this.#reading.fadeTo(SOFT, Math.max(left, RISING));
      }
    }
    this.#tell();
  }

  #rise() {
    this.#sinking = false;
    this.#reading.fadeTo(1, RISING);
  }

  /** It is time. @param {number} place  where the next Play begins */
  #end(place) {
    const choice = this.#choice;
    this.#choice = 0;
    this.#reading.pause();
    this.#tick();
    this.#tell();
    // Whoever else hears of this sentence hears of it first, and then where it went back to.
    queueMicrotask(() => {
      this.#reading.go(place);
      this.dispatchEvent(new CustomEvent('ended', { detail: { choice } }));
    });
  }

  #tick() {
    clearInterval(this.#ticking);
    this.#ticking = 0;
    if (this.#choice === 0 || !this.#reading.playing) return;
    this.#ticking = Number(setInterval(() => this.#check(), 1000));
  }

  #tell() {
    this.dispatchEvent(new Event('change'));
  }
}
