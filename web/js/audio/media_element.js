// @ts-check
/** Media elements for sound that goes on behind a locked screen. Neither is in the document. */

import { WavParts } from '../wav.js';

/** Shorter media (5 s in Chromium) count as effects, and get no media keys. */
const SILENCE_SECONDS = 10;
/** Hz; low, for there is nothing to hear. */
const SILENCE_RATE = 8000;

/**
 * @typedef {object} CarrierEvents
 * @property {() => void} changed whether it carries is another matter now
 * @property {() => void} paused by the system: a call, headphones that were pulled out
 * @property {() => void} continued by the system, after that
 */

/** An element that plays what is connected to `node`. */
export class Carrier {
  #events;
  /** @type {HTMLAudioElement} */
  #element;
  /** Whether it was asked to play. */
  #wanted = false;
  #carries = false;

  /**
   * @param {AudioContext} context whose destination stays free
   * @param {CarrierEvents} events
   */
  constructor(context, events) {
    this.#events = events;
    this.node = context.createMediaStreamDestination();
    this.#element = this.#make();
  }

  /** Whether what is connected is heard: what comes before that is lost. */
  get carries() {
    return this.#carries;
  }

  /** @returns {Promise<void>} rejects, or stays pending, where a gesture is missing */
  play() {
    this.#wanted = true;
    if (this.#element.error) this.#element = this.#make();
    return this.#element.play();
  }

  pause() {
    this.#wanted = false;
    this.#element.pause();
  }

  dispose() {
    this.pause();
    this.#element.srcObject = null;
  }

  #make() {
    const element = new Audio();
    element.setAttribute('playsinline', '');
    element.srcObject = this.node.stream;
    /** @param {string} type @param {() => void} react */
    const on = (type, react) =>
      element.addEventListener(type, () => {
        if (element === this.#element) react();
      });
    on('playing', () => this.#started());
    on('pause', () => this.#stopped());
    on('error', () => this.#turn(false));
    return element;
  }

  #started() {
    // An event of before, when it has been paused since.
    if (this.#element.paused) return;
    this.#turn(true);
    if (!this.#wanted) this.#events.continued();
  }

  #stopped() {
    if (!this.#element.paused) return;
    const bySystem = this.#wanted;
    this.#wanted = false;
    // First that: who only hears of a change plays it again.
    if (bySystem) this.#events.paused();
    this.#turn(false);
  }

  /** @param {boolean} carries */
  #turn(carries) {
    if (carries === this.#carries) return;
    this.#carries = carries;
    this.#events.changed();
  }
}

/** A silent element that plays while Web Audio sounds, and holds the media keys for it. */
export class Companion {
  /** @type {HTMLAudioElement | null} made at the first use */
  #element = null;
  #address = '';

  play() {
    this.#element ??= this.#make();
    // It is no loss of sound when it is refused, and it is asked again with the next gesture.
    this.#element.play().catch(() => {});
  }

  pause() {
    this.#element?.pause();
  }

  dispose() {
    const element = this.#element;
    this.#element = null;
    if (!element) return;
    element.pause();
    element.removeAttribute('src');
    URL.revokeObjectURL(this.#address);
  }

  #make() {
    const silence = new WavParts();
    silence.addSamples(new Float32Array(SILENCE_RATE * SILENCE_SECONDS), SILENCE_RATE);
    this.#address = URL.createObjectURL(silence.blob());
    const element = new Audio(this.#address);
    element.loop = true;
    return element;
  }
}
