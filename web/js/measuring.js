// @ts-check
/** What the engine counted, for the page's panel of metrics. */

/**
 * @param {object} parts
 * @param {import('./engine.js').Engine} parts.engine
 * @param {Pick<import('./lectern.js').Lectern, 'storage'>} parts.lectern
 * @returns {import('./view/types.js').MetricsPort}
 */
export function measuring({ engine, lectern }) {
  return {
    // Nobody's sound waits for it, and nobody's work in the background gives way to it.
    async look(sentences, signal) {
      const options = { signal, aside: true };
      return /** @type {any} */ (await engine.request('overview', { sentences }, options));
    },
    async room() {
      const [estimate, voices] = await Promise.all([navigator.storage?.estimate(), lectern.storage()]);
      return { quota: estimate?.quota ?? 0, usage: estimate?.usage ?? 0, voices: voices.bytes };
    },
    reset: () => engine.ask('resetMetrics', {}),
    clearAudio: () => engine.ask('clearAudio', {}),
  };
}
