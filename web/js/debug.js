// @ts-check
/** window.piperDebug and the storage globals, for maintainers with the devtools open. */

/**
 * @typedef {import('./engine.js').Engine} Engine
 * @typedef {{quota: number, usage: number, percentUsed: number, details: Record<string, number>}}
 *   StorageStats bytes, and per cent 0-100
 */

const TAG = '[PiperWASM]';
const MIB = 1024 * 1024;

/**
 * @param {{engine: Engine, lectern: import('./lectern.js').Lectern, target?: any}} options target gets the globals
 */
export function installDebug({ engine, lectern, target = window }) {
  const piperDebug = {
    /** From the page's mirror: `{voiceCount: 0, voices: []}` before boot and after a death. */
    getSessionCacheStats: () => engine.stats,
    getCacheStats: () => engine.ask('cacheStats', {}),
    async logAllStats() {
      const [cache, metrics] = await Promise.all([
        engine.ask('cacheStats', {}),
        engine.ask('metrics', {}),
      ]);
      const { memory } = cache;
      const sessions = engine.stats;
      console.info(
        `${TAG} 📊 Sessions: ${sessions.voiceCount} (${sessions.voices.join(', ') || 'none'})`,
        sessions,
      );
      console.info(`${TAG} 💾 Audio on disk: ${cache.count} (${cache.sizeFormatted})`);
      console.info(`${TAG} 🧠 Audio in memory: ${memory.count} (${memory.sizeFormatted})`);
      console.info(`${TAG} ⏱️ Metrics`, metrics);
      return { sessions, cache, metrics };
    },
    clearSessionCache: () => engine.ask('clearSessions', {}),
    /**
     * A voice of the collection that is not here yet is installed first. The progress stands in
     * the console, in Python's words.
     * @param {string} voiceId
     */
    preloadModel: (voiceId) => engine.ask('preload', { voiceId, install: true }),
    /**
     * Make phrases of every day ahead (phrases/). The progress stands in the console.
     * @param {import('./preloading.js').PreloadOptions} [options]
     */
    async preloadPhrases(options = {}) {
      const { preloadPhrases } = await import('./preloading.js');
      const onProgress = (/** @type {{done: number, requested: number, text: string}} */ progress) => {
        const { done, requested } = progress;
        const tenth = Math.floor((10 * done) / requested);
        if (tenth > Math.floor((10 * (done - 1)) / requested)) {
          console.info(`${TAG} 🗣️ Phrases: ${done}/${requested} (${tenth * 10}%)`);
        }
        options.onProgress?.(progress);
      };
      const clear = () => engine.ask('clearAudio', {});
      const report = await preloadPhrases({ lectern, clear }, { ...options, onProgress });
      console.info(`${TAG} ✅ Phrases ready`, report);
      return report;
    },
    /**
     * Counters, latencies, sentences by minute; with `{format: 'prometheus'}` as Prometheus' text.
     * @param {{format?: 'json' | 'prometheus'}} [options]
     */
    getMetrics: ({ format } = {}) => engine.ask('metrics', { format }),
    resetMetrics: () => engine.ask('resetMetrics', {}),
    trace: () => engine.ask('trace', {}),
  };

  const globals = {
    piperDebug,
    /** Memory and disk. */
    clearAudioCache: () => engine.ask('clearAudio', {}),
    /** Sessions, audio, downloaded models, snapshot; never what belongs to the reader. */
    clearAllCaches: () => engine.ask('clearAll', {}),
    getStorageStats: storageStats,
    async logStorageStats() {
      const stats = await storageStats();
      const { usage, quota, percentUsed } = stats;
      const used = `${(usage / MIB).toFixed(2)} MB of ${(quota / MIB).toFixed(2)} MB`;
      console.info(`${TAG} 🗄️ Storage: ${used} (${percentUsed.toFixed(2)}%)`, stats.details);
      return stats;
    },
  };
  Object.assign(target, globals);
  return globals;
}

/** @returns {Promise<StorageStats>} zeros where the browser does not tell */
async function storageStats() {
  /** @type {StorageEstimate & {usageDetails?: Record<string, number>}} */
  const estimate = (await navigator.storage?.estimate()) ?? {};
  const { quota = 0, usage = 0, usageDetails = {} } = estimate;
  const percentUsed = quota > 0 ? (usage / quota) * 100 : 0;
  return { quota, usage, percentUsed, details: { ...usageDetails } };
}
