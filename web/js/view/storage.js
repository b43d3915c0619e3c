// @ts-check
/**
 * What the page remembers between visits. Nothing here may ever throw: storage can be refused.
 *
 * Which text or document is shown, and where in it, is each tab's own; beside that stands, for new
 * tabs, what was read last in any. So a tab that opens something else takes nothing from another.
 */

/** Longer texts are not kept (UTF-16 units): the browser gives about 5 MB in all. */
export const MAX_KEPT_TEXT = 2_000_000;

const PREFIX = 'lectern.page.';
const TEXT_DELAY = 500;
/** Whose the text is that no tab shows any more. */
const NOBODY = 'nobody';
const LANGUAGE = /^[a-z]{2,3}$/;
const KEEPING = ['working', 'paused', 'done', 'full', 'failed'];

/** @typedef {{start: number, end: number, length: number}} Place  the sentence last spoken, of a text of `length` */
/** @typedef {{document: string, start: number, end: number, at: number}} Reached  at: ms since 1970 */

export class Memory {
  /** @type {Storage | null} */
  #storage;
  /** @type {string | null} the text that is waiting to be written */
  #pendingText = null;
  #timer = 0;

  /** @type {Storage | null} */
  #tab;
  /** Of this tab, also after a reload. */
  #id;

  /**
   * @param {() => Storage} open  may throw, as `localStorage` does where it is forbidden
   * @param {() => Storage | null} [openTab]  the tab's own, which may throw as well
   */
  constructor(open, openTab = () => null) {
    this.#storage = opened(open);
    this.#tab = opened(openTab);
    this.#id = this.#readTab('tab') ?? `${Math.random()}`.slice(2);
    this.#writeTab('tab', this.#id);
  }

  get text() {
    const own = this.#pendingText ?? this.#readTab('text');
    if (own !== null) return own;
    const last = this.#read('text') ?? '';
    // From now on it is this tab's to change or to clear.
    if (last) this.#write('owner', this.#id);
    this.#writeTab('text', last);
    return last;
  }

  /** Written a moment later: typing must not wait for storage. @param {string} text */
  set text(text) {
    this.#pendingText = text;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), TEXT_DELAY);
  }

  /** Something else is shown than the text: new tabs may still have it. */
  putAway() {
    this.flush();
    if (this.#ownsText) this.#write('owner', NOBODY);
    this.#writeTab('text', '');
    this.#writeTab('place', 'null');
  }

  /** In the text, not in a document of the library. @returns {Place | null} */
  get place() {
    try {
      const place = JSON.parse(this.#readTab('place') ?? this.#read('place') ?? 'null');
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
    this.#writeTab('place', JSON.stringify(place));
    if (place && !this.#ownsText) this.#share(this.#readTab('text') ?? '');
    if (place && this.#read('document') !== null) this.#write('document', null);
    if (this.#ownsText) this.#write('place', place && JSON.stringify(place));
  }

  /** The library's id of the document that is open, or ''. */
  get document() {
    return this.#readTab('document') ?? this.#read('document') ?? '';
  }

  /** @param {string} id */
  set document(id) {
    this.#writeTab('document', id);
    if ((this.#read('document') ?? '') !== id) this.#write('document', id || null);
  }

  /**
   * Where a document of the library was left last: written at once with each sentence, for
   * what the library could not write any more.
   *
   * @param {string} id
   * @returns {Reached | null}
   */
  reachedIn(id) {
    const [own, last] = [this.#readTab('reached'), this.#read('reached')].map((json) => {
      const reached = checkedReached(json);
      return reached?.document === id ? reached : null;
    });
    return own && last ? (own.at > last.at ? own : last) : (own ?? last);
  }

  /** @param {Reached} reached */
  reach(reached) {
    const json = JSON.stringify(reached);
    this.#writeTab('reached', json);
    this.#write('reached', json);
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
    const kept = text.length <= MAX_KEPT_TEXT ? text : '';
    this.#writeTab('text', kept);
    this.#share(kept);
    if (kept === '' && this.#ownsText) this.#write('text', null);
  }

  /** Whether the text that new tabs find is this one's; that of an older version was nobody else's. */
  get #ownsText() {
    const owner = this.#read('owner');
    return owner === null || owner === this.#id;
  }

  /** New tabs find this tab's text, if it has one. @param {string} text */
  #share(text) {
    if (text === '') return;
    this.#write('text', text);
    if (this.#read('owner') === this.#id) return;
    this.#write('owner', this.#id);
    // The other one's place is none in this text.
    const place = this.#readTab('place');
    this.#write('place', place === 'null' ? null : place);
  }

  /** @param {string} key @returns {string | null} */
  #read(key) {
    return readFrom(this.#storage, key);
  }

  /** @param {string} key @returns {string | null} */
  #readTab(key) {
    return readFrom(this.#tab, key);
  }

  /** @param {string} key @param {string} value */
  #writeTab(key, value) {
    this.#tab = writtenTo(this.#tab, key, value);
  }

  /**
   * @param {string} key
   * @param {string | null} value
   * @param {{orOld?: boolean}} [options]  orOld: what was there stays if this can't be written
   */
  #write(key, value, options) {
    this.#storage = writtenTo(this.#storage, key, value, options);
  }
}

/** @param {() => Storage | null} open @returns {Storage | null} */
function opened(open) {
  try {
    return open();
  } catch {
    return null;
  }
}

/** @param {Storage | null} storage @param {string} key @returns {string | null} */
function readFrom(storage, key) {
  try {
    return storage?.getItem(PREFIX + key) ?? null;
  } catch {
    return null;
  }
}

/**
 * @param {Storage | null} storage
 * @param {string} key
 * @param {string | null} value
 * @param {{orOld?: boolean}} [options]  as of `#write`
 * @returns {Storage | null} null: it can't be used
 */
function writtenTo(storage, key, value, { orOld = false } = {}) {
  try {
    if (value === null) storage?.removeItem(PREFIX + key);
    else storage?.setItem(PREFIX + key, value);
  } catch {
    if (orOld) return storage;
    // Full or forbidden: an old text must not come back in the place of a new one.
    try {
      storage?.removeItem(PREFIX + key);
    } catch {
      return null;
    }
  }
  return storage;
}

/** @param {string | null} json @returns {Reached | null} */
function checkedReached(json) {
  try {
    const { document, start, end, at } = JSON.parse(json ?? 'null') ?? {};
    if (typeof document !== 'string' || ![start, end, at].every(Number.isSafeInteger)) return null;
    return start >= 0 && start <= end && at <= Date.now() ? { document, start, end, at } : null;
  } catch {
    return null;
  }
}
