// @ts-check
/**
 * A dead worker fires no event. So each holds a Web Lock as long as it lives, and the page
 * queues for the same lock: when the page gets it, the worker is gone.
 *
 * Where there are no Web Locks (an insecure context) only deadlines tell.
 */

/**
 * In the worker: resolves when the lock is held; it is never given back.
 * @param {string} name
 * @returns {Promise<void>}
 */
export function holdLock(name) {
  if (!navigator.locks) return Promise.resolve();
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(name, () => {
        resolve();
        return new Promise(() => {});
      })
      .catch(reject);
  });
}

/**
 * On the page, once the worker said that it holds the lock.
 *
 * @param {string} name
 * @param {() => void} onDeath
 * @returns {() => void} stops watching
 */
export function watchLock(name, onDeath) {
  const stop = new AbortController();
  navigator.locks
    ?.request(name, { signal: stop.signal }, () => {
      if (!stop.signal.aborted) onDeath();
    })
    .catch(() => {}); // aborted: nobody watches any more
  return () => stop.abort();
}
