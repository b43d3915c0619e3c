// @ts-check
/** Sentences that were made ready before anybody asked for them, and which of them were heard. */

/** What is not heard by then is forgotten. */
const MOST = 500;
/** They are told together, in ms. */
const DELAY_MS = 1000;

/**
 * @typedef {{text: string, voiceId: string}} Said
 * @typedef {(counts: {prepared: number, used: number}) => Promise<unknown>} Tell
 */

/** Events: `heard` {text, voiceId}: a sentence begins to be heard, predicted or not. */
export class Predictions extends EventTarget {
  #tell;
  #delayMs;
  /** Oldest first. @type {Set<string>} */
  #waiting = new Set();
  #prepared = 0;
  #used = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {{tell: Tell, delayMs?: number}} options */
  constructor({ tell, delayMs = DELAY_MS }) {
    super();
    this.#tell = tell;
    this.#delayMs = delayMs;
  }

  /** A reading: what it prepares, and what of it is heard. @param {EventTarget} speech */
  follow(speech) {
    speech.addEventListener('ahead', (event) => this.made(detail(event)));
    speech.addEventListener('sentence', (event) => this.heard(detail(event)));
  }

  /** This one is ready now. @param {Said} said */
  made({ text, voiceId }) {
    const key = keyOf(text, voiceId);
    if (this.#waiting.has(key)) return;
    this.#waiting.add(key);
    if (this.#waiting.size > MOST) this.#waiting.delete(this.#waiting.values().next().value ?? '');
    this.#prepared += 1;
    this.#later();
  }

  /** This one begins to be heard. @param {Said} said */
  heard({ text, voiceId }) {
    if (!voiceId) return; // a place that is shown in a pause
    if (this.#waiting.delete(keyOf(text, voiceId))) {
      this.#used += 1;
      this.#later();
    }
    this.dispatchEvent(new CustomEvent('heard', { detail: { text, voiceId } }));
  }

  #later() {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const counts = { prepared: this.#prepared, used: this.#used };
      this.#prepared = this.#used = 0;
      this.#tell(counts).catch(() => {}); // the counters of a worker that is lost are lost as well
    }, this.#delayMs);
  }
}

/** @param {string} text @param {string} voiceId */
function keyOf(text, voiceId) {
  return `${voiceId}\n${text}`;
}

/** @param {Event} event @returns {Said} */
function detail(event) {
  return /** @type {CustomEvent} */ (event).detail;
}
