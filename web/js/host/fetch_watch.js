// @ts-check
/** How the files of this worker come in while it boots, over a line that may be slow. */

/** Between two reports at least, in ms. */
const REPORT_MS = 500;

/**
 * Count the bytes of everything that is fetched from now on. Whoever fetches gets the
 * response itself (Pyodide's is compiled while it streams in); a clone of it is counted.
 *
 * @param {object} options
 * @param {string} options.folder address of the files whose last arrival is asked for
 * @param {(loaded: number) => void} options.onProgress bytes so far, at most twice a second
 * @returns {{lastArrival(): number, stop(): void}} lastArrival: performance.now() when the
 *   latest bytes of `folder` came, the beginning where none did; stop: later fetches are not
 *   counted
 */
export function watchFetches({ folder, onProgress }) {
  const original = globalThis.fetch;
  let loaded = 0;
  let reported = -Infinity;
  let lastArrival = performance.now();
  let stopped = false;

  /** @param {Response} copy @param {boolean} counts */
  async function count(copy, counts) {
    const reader = copy.body?.getReader();
    if (!reader) return;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      loaded += value.length;
      const now = performance.now();
      if (counts) lastArrival = now;
      if (stopped || now - reported < REPORT_MS) continue;
      reported = now;
      onProgress(loaded);
    }
  }

  globalThis.fetch = async (input, init) => {
    const response = await original(input, init);
    if (!stopped) {
      // What is cut short or stopped is told to whoever fetched it.
      count(response.clone(), response.url.startsWith(folder)).catch(() => {});
    }
    return response;
  };
  return {
    lastArrival: () => lastArrival,
    stop() {
      stopped = true;
      globalThis.fetch = original;
    },
  };
}
