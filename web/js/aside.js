// @ts-check
/**
 * The engine for work that nobody waits for, or not with the ears: it gives way to speech.
 *
 * Has the `ask` of an engine. It asks only while nothing else does, and as soon as somebody else
 * asks it takes its own question back: Python keeps what is made of the sentence, so that
 * costs a window of sound at most.
 */

import { abortError } from './errors.js';

/** Somebody who asks for a sentence piece by piece is not done between two of them, in ms. */
const QUIET_MS = 250;
const MOST_ATTEMPTS = 4;

/**
 * @typedef {import('./engine.js').Engine} Engine
 * @typedef {import('./protocol.js').RequestType} RequestType
 */

export class Aside {
  #engine;
  #quietMs;
  /** When somebody else was last seen to need the engine. */
  #needed = -Infinity;

  /** @param {Engine} engine @param {{quietMs?: number}} [options] */
  constructor(engine, { quietMs = QUIET_MS } = {}) {
    this.#engine = engine;
    this.#quietMs = quietMs;
    engine.addEventListener('asked', () => (this.#needed = performance.now()));
    engine.addEventListener('spare', () => (this.#needed = performance.now()));
  }

  /** Whether it gives way now. */
  get waits() {
    return this.#engine.needed || performance.now() - this.#needed < this.#quietMs;
  }

  /**
   * @template {RequestType} T
   * @param {T} type
   * @param {import('./protocol.js').Requests[T][0]} payload
   * @param {{signal?: AbortSignal | null}} [options]
   * @returns {Promise<import('./protocol.js').Requests[T][1]>}
   */
  async ask(type, payload, { signal = null } = {}) {
    let lost = 0;
    for (;;) {
      await this.#turn(signal);
      const back = new AbortController();
      const yielding = () => back.abort();
      this.#engine.addEventListener('asked', yielding, { once: true });
      try {
        const signals = signal ? [signal, back.signal] : [back.signal];
        const options = { signal: AbortSignal.any(signals), aside: true };
        return await this.#engine.request(type, payload, options);
      } catch (error) {
        if (signal?.aborted) throw error;
        if (back.signal.aborted) continue;
        const { code } = /** @type {import('./errors.js').LecternError} */ (error);
        if (code !== 'engine_lost' && code !== 'engine_timeout') throw error;
        if (++lost === MOST_ATTEMPTS) throw error;
      } finally {
        this.#engine.removeEventListener('asked', yielding);
      }
    }
  }

  /** Resolves when nobody else needs the engine. @param {AbortSignal | null} signal */
  async #turn(signal) {
    while (this.waits) {
      await new Promise((resolve, reject) => {
        const stop = () => reject(abortError(signal?.reason));
        if (signal?.aborted) return stop();
        const left = this.#quietMs - (performance.now() - this.#needed);
        // While it is needed it is looked at again and again: the end of it is told by `spare`.
        const timer = setTimeout(done, Math.max(left, 20));
        const engine = this.#engine;
        engine.addEventListener('spare', done);
        signal?.addEventListener('abort', stop);
        function done() {
          clearTimeout(timer);
          engine.removeEventListener('spare', done);
          signal?.removeEventListener('abort', stop);
          resolve(null);
        }
      });
    }
    if (signal?.aborted) throw abortError(signal.reason);
  }
}
