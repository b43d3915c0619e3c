// @ts-check
/**
 * Sentences that are made before anybody asks for them: the next ones of a text whose voice was just
 * chosen, and in idle time the phrases that are heard most often here. It gives way to speech.
 */

import { LEAST, spares } from './ahead.js';

/** Phrases that are made ready in idle time. */
const PHRASES = 10;

/**
 * @typedef {Record<string, any>} Options  as `render` takes them
 * @typedef {object} Needs
 * @property {Pick<import('./lectern.js').Lectern, 'render'>} lectern
 * @property {import('./predictions.js').Predictions} predictions
 * @property {import('./habits.js').Habits} habits
 * @property {() => boolean} remembers  whether phrases may be counted
 * @property {() => Omit<import('./ahead.js').Resources, 'pace'>} resources
 * @property {(voiceId: string) => boolean} [resident]  whether a voice is loaded; default: yes
 */

export class Foresight {
  #needs;
  /** Ends the work for a voice that is not the chosen one any more. @type {AbortController | null} */
  #run = null;
  #prepared = false;

  /** How the page would speak now; null until somebody says it. @type {(() => Options) | null} */
  options = null;

  /** @param {Needs} needs */
  constructor(needs) {
    this.#needs = needs;
    needs.resources(); // some of it takes a moment
    needs.predictions.addEventListener('heard', (event) => {
      const { text } = /** @type {CustomEvent} */ (event).detail;
      if (needs.remembers()) needs.habits.heard(text);
    });
    globalThis.addEventListener?.('pagehide', () => needs.habits.flush());
  }

  /**
   * Make the next sentences of a text.
   *
   * @param {string} text
   * @param {number} at  UTF-16 units: where it would be read from
   * @param {Options} options
   */
  async next(text, at, options) {
    this.#run?.abort();
    const run = (this.#run = new AbortController());
    if (spares(this.#needs.resources()) || text.trim() === '') return;
    await this.#make(text, { ...options, startAt: at }, LEAST, run.signal);
  }

  /** There is nothing else to do now: once, what is heard most often. */
  async idle() {
    const { habits, remembers, resources } = this.#needs;
    if (!remembers() || this.#prepared || !this.options || spares(resources())) return;
    const { passages: _passages, ...options } = this.options();
    // A voice is not loaded for what perhaps nobody wants to hear.
    if (typeof options.voiceId === 'string' && this.#needs.resident?.(options.voiceId) === false) return;
    this.#prepared = true;
    for (const phrase of habits.often(PHRASES)) await this.#make(phrase, options, 1, null);
  }

  /**
   * @param {string} text
   * @param {Options} options
   * @param {number} most sentences
   * @param {AbortSignal | null} signal
   */
  async #make(text, options, most, signal) {
    const { lectern, predictions } = this.#needs;
    let made = 0;
    try {
      for await (const piece of lectern.render(text, { ...options, signal })) {
        if (!piece.last) continue;
        // What is in memory needs no preparing.
        if (piece.source !== 'memory') predictions.made(piece);
        if (++made === most) return;
      }
    } catch (error) {
      // What goes wrong here goes wrong again when it is asked for, and is told then.
      if (!signal?.aborted) console.debug('[Lectern] Nothing was made ahead:', error);
    }
  }
}
