// @ts-check
/** Short sentences and how often they were heard in this browser. Nothing of it leaves it. */

import { fingerprint } from './keeping.js';

const KEY = 'lectern.habits';
/** UTF-16 units: what is longer is a text, and no phrase. */
const LONGEST = 80;
const MOST = 200;
/** So often it is a habit. */
const OFTEN = 3;
/** Characters of what is stored, at most. */
const MOST_STORED = MOST * (LONGEST * 6 + 60);

/**
 * @typedef {[text: string, count: number, last: number]} Phrase  last: ms since 1970
 * @typedef {Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>} Values
 */

export class Habits {
  #storage;
  #now;
  /** Heard and not written down yet, by text. @type {Map<string, number>} */
  #fresh = new Map();

  /** @param {Values | null} storage  null where there is none @param {() => number} [now] */
  constructor(storage, now = Date.now) {
    this.#storage = storage;
    this.#now = now;
  }

  /** @param {string} text one sentence */
  heard(text) {
    const phrase = text.replace(/\s+/g, ' ').trim();
    if (!phrase || phrase.length > LONGEST) return;
    if (this.#fresh.size >= MOST && !this.#fresh.has(phrase)) return;
    this.#fresh.set(phrase, (this.#fresh.get(phrase) ?? 0) + 1);
  }

  /** The most frequent ones, by falling frequency. @param {number} most @returns {string[]} */
  often(most) {
    this.flush();
    const known = [...this.#stored().values()].filter(([, count]) => count >= OFTEN);
    return known.sort(byUse).slice(0, most).map(([text]) => text);
  }

  /** Write down what was heard; other tabs may have done so too. */
  flush() {
    if (!this.#fresh.size) return;
    const phrases = this.#stored();
    for (const [text, count] of this.#fresh) {
      const hash = String(fingerprint(text));
      const before = phrases.get(hash);
      // Two texts with one hash: the later one takes the place.
      phrases.set(hash, [text, (before?.[0] === text ? before[1] : 0) + count, this.#now()]);
    }
    this.#fresh.clear();
    const kept = [...phrases].sort(([, one], [, other]) => byUse(one, other)).slice(0, MOST);
    try {
      this.#storage?.setItem(KEY, JSON.stringify(Object.fromEntries(kept)));
    } catch {
      // Full or forbidden: nothing is remembered.
    }
  }

  forget() {
    this.#fresh.clear();
    try {
      this.#storage?.removeItem(KEY);
    } catch {
      // Forbidden: there is nothing.
    }
  }

  /** @returns {Map<string, Phrase>} what is good of what is stored, by hash */
  #stored() {
    try {
      const text = this.#storage?.getItem(KEY) ?? '{}';
      if (text.length > MOST_STORED) return new Map();
      const found = Object.entries(JSON.parse(text) ?? {});
      return new Map(/** @type {[string, Phrase][]} */ (found.filter(([hash, phrase]) => isPhrase(hash, phrase))));
    } catch {
      return new Map();
    }
  }
}

/** @param {Phrase} one @param {Phrase} other */
function byUse(one, other) {
  return other[1] - one[1] || other[2] - one[2];
}

/** @param {string} hash @param {any} phrase */
function isPhrase(hash, phrase) {
  if (!Array.isArray(phrase) || phrase.length !== 3) return false;
  const [text, count, last] = phrase;
  const whole = typeof text === 'string' && text !== '' && text.length <= LONGEST && String(fingerprint(text)) === hash;
  return whole && Number.isSafeInteger(count) && count > 0 && Number.isFinite(last);
}
