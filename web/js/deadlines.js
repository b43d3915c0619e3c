// @ts-check
/**
 * When a request is overdue: milliseconds that grow with what it has to do, with what
 * stands before it, and with how slow this machine has been so far.
 */

const OTHERS = 30_000;
const LOADING = 180_000;
const PIECE = 20_000;
/** What goes on beside speech and stands in nobody's way; downloads take what they take. */
export const ASIDE = new Set([
  'settle', 'configure', 'predictions', 'available', 'install', 'installFiles', 'remove', 'voiceStorage', 'voiceCard',
]);

/** What only looks, and is answered at once: who looks again and again must not hold up what gives way. */
const LOOKS = new Set(['voices', 'styles', 'cacheStats', 'metrics', 'trace', 'overview', 'resetMetrics']);

/** Whether work that gives way lets this pass: speech waits for it, or it measures. @param {string} type */
export function inTheWay(type) {
  return type === 'settle' || !(ASIDE.has(type) || LOOKS.has(type));
}

/** Milliseconds a character: before anything was measured, and at least. */
const UNMEASURED = 250;
const AT_LEAST = 60;
/** A sentence may take this many times the slowest pace that was seen. */
const PATIENCE = 6;
/** Shorter sentences say more about fixed costs than about the pace. */
const TELLING_CHARACTERS = 20;

export class Deadlines {
  constructor() {
    /** @type {number | null} ms a character */
    this.slowest = null;
  }

  /**
   * @param {string} type of the request
   * @param {any} payload
   * @returns {number} milliseconds for this request alone
   */
  budget(type, payload) {
    if (type === 'preload' || type === 'openDocument' || ASIDE.has(type)) return LOADING;
    if (type !== 'piece') return OTHERS;
    const pace = this.slowest === null ? UNMEASURED : Math.max(AT_LEAST, PATIENCE * this.slowest);
    return PIECE + pace * String(payload.text).length;
  }

  /** @returns {number} milliseconds while a voice is loaded, from the last sign of it */
  get loading() {
    return LOADING;
  }

  /**
   * Learn from a sentence that the model spoke while nothing else was asked for.
   * @param {number} characters
   * @param {number} ms
   */
  observe(characters, ms) {
    if (characters < TELLING_CHARACTERS) return;
    this.slowest = Math.max(this.slowest ?? 0, ms / characters);
  }
}
