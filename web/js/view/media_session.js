// @ts-check
/** The buttons of headphones, lock screens and keyboards. */

/** @typedef {Record<'play' | 'pause' | 'stop' | 'next' | 'previous', () => void>} MediaActions */

/** @param {MediaActions} actions */
export function connectMediaKeys(actions) {
  if (!('mediaSession' in navigator)) return;
  /** @type {[MediaSessionAction, () => void][]} */
  const handlers = [
    ['play', actions.play],
    ['pause', actions.pause],
    ['stop', actions.stop],
    ['nexttrack', actions.next],
    ['previoustrack', actions.previous],
  ];
  for (const [action, run] of handlers) {
    try {
      navigator.mediaSession.setActionHandler(action, run);
    } catch {
      // A browser that has the session but not this action.
    }
  }
}

/**
 * @param {import('./playback.js').State} state
 * @param {string} title
 * @param {string} voice
 */
export function showMedia(state, title, voice) {
  if (!('mediaSession' in navigator)) return;
  const playing = state === 'speaking' || state === 'working';
  navigator.mediaSession.playbackState = state === 'idle' ? 'none' : playing ? 'playing' : 'paused';
  navigator.mediaSession.metadata =
    state === 'idle' ? null : new MediaMetadata({ title, artist: voice, album: 'Lectern' });
}
