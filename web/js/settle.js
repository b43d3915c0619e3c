// @ts-check
/** Idle-time work of the worker, once for each boot, when the first sound is out of the way. */

/** Nothing is asked for or played for so long: what is measured now is not disturbed. */
const QUIET_MS = 3000;
/** A worker that was lost so often meanwhile would be lost again. */
const MOST_LOSSES = 2;

/**
 * Once for each worker: after a restart NumPy is to be had anew.
 *
 * @param {import('./engine.js').Engine} engine
 * @param {object} [options]
 * @param {() => boolean} [options.playing] whether somebody listens now
 * @param {() => unknown} [options.then] follows each time, also when it failed
 * @param {number} [options.quietMs]
 * @param {number} [options.unspokenMs] without any speech it begins so long after a boot, and
 *   again when there was some: only then there is something to measure; default: never
 */
export function settleWhenIdle(
  engine,
  { playing = () => false, then = () => {}, quietMs = QUIET_MS, unspokenMs = Infinity } = {},
) {
  /** What this boot was settled after. @type {'nothing' | 'silence' | 'speech'} */
  let settled = 'nothing';
  let spoken = false;
  let losses = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  const wait = () => {
    clearTimeout(timer);
    if (settled === (spoken ? 'speech' : 'silence')) return;
    if (!engine.boot || losses === MOST_LOSSES) return;
    const ms = spoken ? quietMs : unspokenMs;
    if (ms < Infinity) timer = setTimeout(settle, ms);
  };

  const settle = async () => {
    if (!engine.boot || engine.busy) return; // `ready` or `idle` comes
    if (playing()) return wait();
    settled = spoken ? 'speech' : 'silence';
    try {
      await engine.request('settle', {});
    } catch (error) {
      const { code, message } = /** @type {import('./errors.js').LecternError} */ (error);
      if (code === 'engine_lost' || code === 'engine_timeout') losses += 1;
      console.warn(`[Lectern] ${message}`);
    }
    then();
  };

  engine.addEventListener('ready', () => {
    settled = 'nothing';
    spoken = engine.stats.voiceCount > 0;
    wait();
  });
  // A voice was loaded: somebody speaks here.
  engine.addEventListener('sessions', () => {
    spoken ||= engine.stats.voiceCount > 0;
  });
  engine.addEventListener('idle', wait);
}
