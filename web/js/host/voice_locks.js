// @ts-check
/** Web Locks by which tabs leave each other's voices alone: `lectern-voice:ID`. */

/**
 * @typedef {object} Ticket
 * @property {Promise<boolean>} granted  false only when it was not free and nobody waits for it
 * @property {() => void} release  gives the lock back, or leaves the queue
 */

/**
 * @param {string} id of the voice
 * @param {boolean} patient wait until the lock is free
 * @returns {Ticket}
 */
export function queueForVoice(id, patient) {
  const leave = new AbortController();
  /** @type {PromiseWithResolvers<void>} */
  const held = Promise.withResolvers();
  /** @type {PromiseWithResolvers<boolean>} */
  const granted = Promise.withResolvers();
  granted.promise.catch(() => {}); // who left the queue does not wait for it
  const release = () => {
    leave.abort();
    held.resolve();
  };
  // Where there are no locks there is no second tab that could be told apart.
  if (!navigator.locks) return { granted: Promise.resolve(true), release };
  const options = patient ? { signal: leave.signal } : { ifAvailable: true };
  navigator.locks
    .request(`lectern-voice:${id}`, options, (lock) => {
      granted.resolve(lock !== null);
      return lock ? held.promise : undefined;
    })
    .catch((error) => granted.reject(error));
  return { granted: granted.promise, release };
}
