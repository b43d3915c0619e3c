// @ts-check
/** What the page remembers between visits. Nothing here may ever throw: storage can be refused. */

/** Longer texts are not kept (UTF-16 units): the browser gives about 5 MB in all. */
export const MAX_KEPT_TEXT = 2_000_000;

const PREFIX = 'lectern.page.';
const TEXT_DELAY = 500;
const LANGUAGE = /^[a-z]{2,3}$/;
const KEEPING = ['working', 'paused', 'done', 'full', 'failed'];

/** @typedef {{start: number, end: number, length: number}} Place  the sentence last spoken, of a text of `length` */

export class Memory {
  /** @type {Storage | null} */
  #storage;
  /** @type {string | null} the text that is waiting to be written */
  #pendingText = null;
  #timer = 0;

  /** @param {() => Storage} open  may throw, as `localStorage` does where it is forbidden */
  constructor(open) {
    try {
      this.#storage = open();
    } catch {
      this.#storage = null;
    }
  }

  get text() {
    return this.#pendingText ?? this.#read('text') ?? '';
  }

  /** Written a moment later: typing must not wait for storage. @param {string} text */
  set text(text) {
    this.#pendingText = text;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), TEXT_DELAY);
  }

  /** @returns {Place | null} */
  get place() {
    try {
      const place = JSON.parse(this.#read('place') ?? 'null');
      const numbers = [place?.start, place?.end, place?.length];
      if (!numbers.every(Number.isSafeInteger)) return null;
      return place.start >= 0 && place.start <= place.end && place.end <= place.length
        ? place
        : null;
    } catch {
      return null;
    }
  }

  /** @param {Place | null} place */
  set place(place) {
    this.#write('place', place && JSON.stringify(place));
  }

  /** The library's id of the document that is open, or ''. */
  get document() {
    return this.#read('document') ?? '';
  }

  /** @param {string} id */
  set document(id) {
    this.#write('document', id || null);
  }

  /**
   * Where a document of the library was left last: written at once with each sentence, for
   * what the library could not write any more.
   *
   * @returns {{document: string, start: number, end: number, at: number} | null} at: ms since 1970
   */
  get reached() {
    try {
      const reached = JSON.parse(this.#read('reached') ?? 'null');
      const { document, start, end, at } = reached ?? {};
      if (typeof document !== 'string' || ![start, end, at].every(Number.isSafeInteger)) return null;
      return start >= 0 && start <= end && at <= Date.now() ? { document, start, end, at } : null;
    } catch {
      return null;
    }
  }

  /** @param {{document: string, start: number, end: number, at: number} | null} reached */
  set reached(reached) {
    this.#write('reached', reached && JSON.stringify(reached));
  }

  /** What the library is sorted by, or ''. */
  get librarySort() {
    return this.#read('library.sort') ?? '';
  }

  /** @param {string} by */
  set librarySort(by) {
    this.#write('library.sort', by);
  }

  /** The voice that was chosen by hand, or ''. */
  get voice() {
    return this.#read('voice') ?? '';
  }

  /** @param {string} id */
  set voice(id) {
    this.#write('voice', id);
  }

  /** The voices that were chosen by hand, by primary language tag. @returns {Record<string, string>} */
  get voices() {
    try {
      const found = Object.entries(JSON.parse(this.#read('voices') ?? '{}') ?? {});
      return Object.fromEntries(
        found.filter(([language, id]) => LANGUAGE.test(language) && typeof id === 'string' && id),
      );
    } catch {
      return {};
    }
  }

  /** @param {string} language its primary tag @param {string} id of a voice */
  setVoice(language, id) {
    this.#write('voices', JSON.stringify({ ...this.voices, [language]: id }));
  }

  /** The speaker that was chosen for a voice, or ''. @param {string} voiceId */
  speakerOf(voiceId) {
    return this.#read(`speaker.${voiceId}`) ?? '';
  }

  /** @param {string} voiceId @param {string} name */
  setSpeaker(voiceId, name) {
    this.#write(`speaker.${voiceId}`, name);
  }

  /** The style that was chosen, or ''. */
  get style() {
    return this.#read('style') ?? '';
  }

  /** @param {string} id */
  set style(id) {
    this.#write('style', id);
  }

  /** Playback speed, 1 when none was chosen. */
  get rate() {
    const rate = Number(this.#read('rate'));
    return rate >= 0.5 && rate <= 4 ? rate : 1;
  }

  /** @param {number} rate */
  set rate(rate) {
    this.#write('rate', String(rate));
  }

  /** The reader's looks, as `parse` of appearance_early.js takes them. @returns {string | null} */
  get appearance() {
    return this.#read('appearance');
  }

  /** @param {string | null} json */
  set appearance(json) {
    this.#write('appearance', json);
  }

  /** Whether single letters and signs are keys of the page: yes, unless somebody said no. */
  get singleKeys() {
    return this.#read('single-keys') !== '0';
  }

  /** @param {boolean} on */
  set singleKeys(on) {
    this.#write('single-keys', on ? null : '0');
  }

  /** Rules of pronunciation for all documents, as they were given; unchecked. @returns {unknown} */
  get rules() {
    try {
      return JSON.parse(this.#read('rules') ?? '[]');
    } catch {
      return [];
    }
  }

  /** @param {unknown} rules */
  set rules(rules) {
    // Where there is no room the rules of before are better than none.
    this.#write('rules', JSON.stringify(rules), { orOld: true });
  }

  /** What is kept offline, and how far. @returns {import('../keeping.js').KeepRecord | null} */
  get keeping() {
    try {
      const record = JSON.parse(this.#read('keeping') ?? 'null');
      const numbers = [record?.print, record?.from, record?.to, record?.at, record?.bytes];
      if (!numbers.every((value) => Number.isSafeInteger(value) && value >= 0)) return null;
      const { from, to, at, documentId, title, options, seconds, status } = record;
      const texts = [documentId, title, status].every((value) => typeof value === 'string');
      const known = KEEPING.includes(status) && typeof options === 'object' && options !== null;
      return texts && known && Number.isFinite(seconds) && from <= at && at <= to ? record : null;
    } catch {
      return null;
    }
  }

  /** @param {import('../keeping.js').KeepRecord | null} record */
  set keeping(record) {
    this.#write('keeping', record && JSON.stringify(record));
  }

  /** Whether `name` is asked for the first time in this browser. @param {string} name */
  once(name) {
    const first = this.#read(name) === null;
    this.#write(name, '1');
    return first;
  }

  /** Write what waits; to be called when the page is about to go. */
  flush() {
    clearTimeout(this.#timer);
    if (this.#pendingText === null) return;
    const text = this.#pendingText;
    this.#pendingText = null;
    this.#write('text', text.length > 0 && text.length <= MAX_KEPT_TEXT ? text : null);
  }

  /** @param {string} key @returns {string | null} */
  #read(key) {
    try {
      return this.#storage?.getItem(PREFIX + key) ?? null;
    } catch {
      return null;
    }
  }

  /**
   * @param {string} key
   * @param {string | null} value
   * @param {{orOld?: boolean}} [options]  orOld: what was there stays if this can't be written
   */
  #write(key, value, { orOld = false } = {}) {
    try {
      if (value === null) this.#storage?.removeItem(PREFIX + key);
      else this.#storage?.setItem(PREFIX + key, value);
    } catch {
      if (orOld) return;
      // Full or forbidden: an old text must not come back in the place of a new one.
      try {
        this.#storage?.removeItem(PREFIX + key);
      } catch {
        this.#storage = null;
      }
    }
  }
}
