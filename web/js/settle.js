// @ts-check
/** Idle-time work of the worker, once for each boot, when the first sound is out of the way. */

/** Nothing was asked for so long: people listen, or have gone. */
const QUIET_MS = 3000;

/** @param {import('./engine.js').Engine} engine */
export function settleWhenIdle(engine) {
  let spoken = false;
  let settled = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  engine.addEventListener('ready', () => {
    settled = false;
  });
  // A voice was loaded: somebody speaks here.
  engine.addEventListener('sessions', () => {
    spoken ||= engine.stats.voiceCount > 0;
  });
  engine.addEventListener('idle', () => {
    clearTimeout(timer);
    if (!spoken || settled) return;
    timer = setTimeout(() => {
      if (engine.busy || !engine.boot) return; // the next `idle` comes
      settled = true;
      engine
        .request('settle', {})
        .catch((/** @type {Error} */ error) => console.warn(`[Lectern] ${error.message}`));
    }, QUIET_MS);
  });
}
