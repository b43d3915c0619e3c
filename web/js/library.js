// @ts-check
/**
 * The documents that this browser keeps, and how far each was read. The only writer of them.
 *
 * A document's id is the SHA-256 of its text: what is opened again is where it was left. Two
 * tabs may write: of two places the later one stays, by the time at which it was reached.
 */

import { LecternError } from './errors.js';
import { Database } from './host/database.js';
import { askToKeep } from './keep_storage.js';
import { thumbnail } from './picture.js';
import { checkedRules } from './rules.js';

/**
 * @typedef {import('./protocol.js').DocumentData} DocumentData  here without its cover's bytes
 *
 * @typedef {object} Kept  a document without its text
 * @property {string} id
 * @property {string} title
 * @property {string} author
 * @property {string} language
 * @property {number} length  of its text, UTF-16 units
 * @property {string} source  the file's or the site's name, '' when unknown
 * @property {number} added  milliseconds since 1970
 * @property {number} bytes  about as much as it takes up
 * @property {boolean} cover  whether there is one
 *
 * @typedef {object} Reading  how a document is read
 * @property {number} start  UTF-16 offset of the sentence that was spoken last
 * @property {number} end
 * @property {number} placed  when that was, milliseconds since 1970; 0: never
 * @property {number} opened  when it was opened last
 * @property {boolean} finished  it was heard to its end, and nothing of it since
 * @property {number[]} aloud  beginnings of what is read although it is usually skipped
 * @property {import('./protocol.js').Rule[]} rules  of pronunciation, for this document
 *
 * @typedef {Kept & Reading} Entry
 *
 * @typedef {object} Whole  all that is kept of one document
 * @property {DocumentData} document
 * @property {Kept} kept
 * @property {Reading} reading
 * @property {Blob | null} cover  small, made by this page
 *
 * @typedef {import('./library_transfer.js').TransferOptions} TransferOptions
 * @typedef {import('./library_transfer.js').ImportReport} ImportReport
 */

export const LIBRARY = 'lectern-library';
const MOST_NAME = 300;
/** In ms: clocks of two devices, and of one that travels, differ by less. */
const A_DAY = 86_400_000;

const DOCUMENTS = 'documents';
const KEPT = 'kept';
const READINGS = 'readings';
const COVERS = 'covers';
const STORES = [DOCUMENTS, KEPT, READINGS, COVERS];
/** About as much as a block or a line of the contents takes up beside the text. */
const BLOCK_BYTES = 48;

/** @type {Reading} */
const UNREAD = { start: 0, end: 0, placed: 0, opened: 0, finished: false, aloud: [], rules: [] };

export class Library {
  #now;
  /** Covers that are on their way in, by document. @type {Map<string, Promise<void>>} */
  #covering = new Map();

  /** @param {{name?: string, now?: () => number}} [options] of the database; now in ms since 1970 */
  constructor({ name = LIBRARY, now = Date.now } = {}) {
    this.#now = now;
    // Stores apart: a list of hundreds must not read their texts, and a place that is written
    // with each sentence must not write one.
    this.database = new Database({ name, version: 2, upgrade });
  }

  /**
   * Keep a document; one that is here already stays as far as it was read. Its cover follows.
   *
   * @param {DocumentData} document
   * @param {{source?: string}} [from]  the file's or the site's name
   * @returns {Promise<string>} its id
   * @throws {LecternError} quota, store
   */
  async put(document, { source = '' } = {}) {
    const { cover, ...data } = document;
    const now = this.#now();
    const from = (data.site || source).slice(0, MOST_NAME);
    const kept = { ...(await keptOf(data)), source: from, added: now };
    const { id } = kept;
    await this.database.use(async (db) => {
      const change = db.transaction([DOCUMENTS, KEPT, READINGS], 'readwrite');
      const [listed, reading] = await Promise.all([
        change.objectStore(KEPT).get(id),
        change.objectStore(READINGS).get(id),
      ]);
      const before = listed && checkedKept(listed);
      await Promise.all([
        change.objectStore(DOCUMENTS).put(data, id),
        change.objectStore(KEPT).put(before ? again(kept, before) : kept, id),
        change.objectStore(READINGS).put({ ...checkedReading(reading), opened: now }, id),
        change.done,
      ]);
    });
    void askToKeep();
    if (cover) {
      const coming = this.#keepCover(id, cover.bytes).finally(() => this.#covering.delete(id));
      this.#covering.set(id, coming);
    }
    return id;
  }

  /**
   * @param {string} id
   * @returns {Promise<DocumentData | null>}
   * @throws {LecternError} store
   */
  async get(id) {
    return (await this.database.use((db) => db.get(DOCUMENTS, id))) ?? null;
  }

  /** @returns {Promise<Entry[]>} what was opened last comes first; throws `store` */
  async list() {
    const [kept, ids, readings] = await this.database.use(async (db) => {
      const look = db.transaction([KEPT, READINGS]);
      return Promise.all([
        look.objectStore(KEPT).getAll(),
        look.objectStore(READINGS).getAllKeys(),
        look.objectStore(READINGS).getAll(),
      ]);
    });
    const byId = new Map(ids.map((id, index) => [id, readings[index]]));
    return kept
      .map((/** @type {any} */ one) => checkedKept(one))
      .filter((one) => one !== null)
      .map((one) => ({ ...one, ...checkedReading(byId.get(one.id)) }))
      .sort((a, b) => b.opened - a.opened);
  }

  /** @param {string} id @returns {Promise<Reading>} */
  async reading(id) {
    const reading = checkedReading(await this.database.use((db) => db.get(READINGS, id)));
    return { ...reading, placed: believed(reading.placed, this.#now()) };
  }

  /**
   * @param {string} id  an unknown one is no error, and stays unknown
   * @param {Partial<Pick<Reading, 'opened' | 'finished' | 'aloud' | 'rules'>>} change
   */
  async setReading(id, change) {
    await this.#changeReading(id, (before) => ({ ...before, ...change }));
  }

  /**
   * How far it was read. A place that was reached before the one that is known is no news: a
   * tab that slept may write late.
   *
   * @param {string} id  an unknown one is no error, and stays unknown
   * @param {{start: number, end: number, at?: number}} place  at: when, default now
   */
  async setPlace(id, { start, end, at = this.#now() }) {
    await this.#changeReading(id, (before) =>
      at < believed(before.placed, this.#now()) ? before : { ...before, start, end, placed: at, finished: false },
    );
  }

  /**
   * A document's cover; one that was put just now is waited for.
   *
   * @param {string} id
   * @returns {Promise<Blob | null>}
   */
  async cover(id) {
    await this.#covering.get(id);
    const cover = await this.database.use((db) => db.get(COVERS, id));
    return cover instanceof Blob ? cover : null;
  }

  /**
   * @param {string} id  an unknown one is no error, nor one that has a cover: that stays
   * @param {Blob} cover  small, made by the page
   */
  async setCover(id, cover) {
    await this.database.use(async (db) => {
      const change = db.transaction([KEPT, COVERS], 'readwrite');
      const kept = checkedKept(await change.objectStore(KEPT).get(id));
      const wanted = kept && !kept.cover;
      await Promise.all([
        wanted && change.objectStore(COVERS).put(cover, id),
        wanted && change.objectStore(KEPT).put(covered(kept, cover), id),
        change.done,
      ]);
    });
  }

  /** @param {string} id an unknown one is no error */
  async remove(id) {
    await this.take(id);
  }

  /**
   * Remove a document; it is gone when this resolves, whatever happens to the page.
   *
   * @param {string} id
   * @returns {Promise<Whole | null>} what it was, for `putBack`; null where there was none
   */
  async take(id) {
    return this.database.use(async (db) => {
      const change = db.transaction(STORES, 'readwrite');
      const whole = await wholeIn(change, id);
      const gone = STORES.map((store) => change.objectStore(store).delete(id));
      await Promise.all([...gone, change.done]);
      return whole;
    });
  }

  /** @param {string} id @returns {Promise<Whole | null>} all that is kept of it */
  async whole(id) {
    return this.database.use((db) => wholeIn(db.transaction(STORES), id));
  }

  /** @returns {Promise<string[]>} of all documents */
  async ids() {
    const keys = await this.database.use((db) => db.getAllKeys(KEPT));
    return keys.map(String);
  }

  /**
   * Put a document here with all that belongs to it. Where it is here already, the later place
   * of the two stays, and only what is missing comes.
   *
   * @param {Whole} given  checked; its id is its text's
   * @returns {Promise<boolean>} whether it is new here
   * @throws {LecternError} quota, store
   */
  async putBack({ document, kept, reading, cover }) {
    const { id } = kept;
    return this.database.use(async (db) => {
      const change = db.transaction(STORES, 'readwrite');
      const here = await wholeIn(change, id);
      const [listed, read] = here ? [here.kept, laterOf(here.reading, reading)] : [kept, reading];
      const newCover = here?.kept.cover ? null : cover;
      await Promise.all([
        !here && change.objectStore(DOCUMENTS).put(document, id),
        newCover && change.objectStore(COVERS).put(newCover, id),
        change.objectStore(KEPT).put(newCover ? covered(listed, newCover) : listed, id),
        change.objectStore(READINGS).put(read, id),
        change.done,
      ]);
      return !here;
    });
  }

  /**
   * The whole library as one file.
   *
   * @param {TransferOptions} [options]
   * @returns {Promise<Blob>}
   * @throws {LecternError | DOMException} store; AbortError
   */
  async toFile(options) {
    const { exportLibrary } = await import('./library_transfer.js');
    return exportLibrary(this.database.schema.name, options);
  }

  /**
   * Documents of such a file, beside those that are here. What is cut or damaged is left out.
   *
   * @param {Blob} file
   * @param {TransferOptions} [options]  what came before it was stopped stays
   * @returns {Promise<ImportReport>}
   * @throws {LecternError | DOMException} store; AbortError
   */
  async fromFile(file, options) {
    const { importLibrary } = await import('./library_transfer.js');
    const report = await importLibrary(this.database.schema.name, file, options);
    void askToKeep();
    return report;
  }

  /** @param {string} id @param {Uint8Array<ArrayBuffer>} bytes */
  async #keepCover(id, bytes) {
    try {
      const small = await thumbnail(bytes);
      if (small) await this.setCover(id, small);
    } catch (error) {
      console.warn('[Lectern] The cover is not kept:', error);
    }
  }

  /** @param {string} id @param {(before: Reading) => Reading} changed */
  async #changeReading(id, changed) {
    await this.database.use(async (db) => {
      const write = db.transaction(READINGS, 'readwrite');
      const before = await write.store.get(id);
      const next = before && changed(checkedReading(before));
      await Promise.all([next && write.store.put(next, id), write.done]);
    });
  }
}

/**
 * Version 1 knew neither covers nor when a document came. Some of version 2 have one more store,
 * `extras`, into which nothing was ever put: it stays where it is.
 *
 * @param {import('./host/database.js').Connection} db
 * @param {number} before
 * @param {number | null} _after
 * @param {any} change
 */
async function upgrade(db, before, _after, change) {
  if (before < 1) for (const store of [DOCUMENTS, KEPT, READINGS]) db.createObjectStore(store);
  if (before >= 2) return;
  db.createObjectStore(COVERS);
  const readings = change.objectStore(READINGS);
  for (let at = await readings.openCursor(); at; at = await at.continue()) {
    // When it was opened is the best that is known of when it came, and of when it was read.
    const { opened, placed, ...reading } = { ...UNREAD, ...at.value };
    await at.update({ ...reading, opened, placed: placed || (reading.end ? opened : 0) });
    const kept = await change.objectStore(KEPT).get(at.key);
    if (kept) await change.objectStore(KEPT).put({ added: opened, ...kept }, at.key);
  }
}

/** @param {any} change a transaction @param {string} id @returns {Promise<Whole | null>} */
async function wholeIn(change, id) {
  const [document, listed, reading, cover] = await Promise.all(
    STORES.map((store) => change.objectStore(store).get(id)),
  );
  const kept = checkedKept(listed);
  if (!document || !kept) return null;
  return {
    document,
    kept,
    reading: checkedReading(reading),
    cover: cover instanceof Blob ? cover : null,
  };
}

/**
 * A document as it is listed, new here and without a cover.
 *
 * @param {DocumentData} data
 * @returns {Promise<Kept>}
 */
export async function keptOf({ title, author, language, text, blocks, contents }) {
  const bytes = new TextEncoder().encode(text);
  return {
    id: await idOf(bytes),
    title,
    author,
    language,
    length: text.length,
    source: '',
    added: 0,
    bytes: bytes.length + BLOCK_BYTES * (blocks.length + contents.length),
    cover: false,
  };
}

/** The same document, opened again. @param {Kept} kept @param {Kept} before @returns {Kept} */
function again(kept, before) {
  const { added, bytes, cover } = before;
  return { ...kept, source: kept.source || before.source, added, bytes: Math.max(bytes, kept.bytes), cover };
}

/** @param {Kept} kept @param {Blob} cover @returns {Kept} */
function covered(kept, cover) {
  return kept.cover ? kept : { ...kept, cover: true, bytes: kept.bytes + cover.size };
}

/** Of two readings of one document. @param {Reading} here @param {Reading} there @returns {Reading} */
function laterOf(here, there) {
  const [later, other] = there.placed > here.placed ? [there, here] : [here, there];
  const { rules } = later.rules.length ? later : other;
  return { ...later, rules, opened: Math.max(here.opened, there.opened) };
}

/**
 * When a place was reached, or 0 where that can't be: a clock that was a year ahead for a day must not
 * keep every place of the year out.
 *
 * @param {number} placed
 * @param {number} now
 */
function believed(placed, now) {
  return placed > now + A_DAY ? 0 : placed;
}

/**
 * What a database holds may be of any age, and anybody's with the devtools open.
 *
 * @param {any} value
 * @returns {Kept | null}
 */
function checkedKept(value) {
  if (typeof value?.id !== 'string' || typeof value.title !== 'string') return null;
  const length = whole(value.length);
  return {
    id: value.id,
    title: value.title,
    author: string(value.author),
    language: string(value.language),
    length,
    source: string(value.source),
    added: whole(value.added),
    bytes: whole(value.bytes) || length,
    cover: value.cover === true,
  };
}

/** @param {any} value @returns {Reading} */
function checkedReading(value) {
  const start = whole(value?.start);
  return {
    start,
    end: Math.max(start, whole(value?.end)),
    placed: whole(value?.placed),
    opened: whole(value?.opened),
    finished: value?.finished === true,
    aloud: Array.isArray(value?.aloud) ? value.aloud.filter(Number.isSafeInteger) : [],
    rules: checkedRules(value?.rules),
  };
}

/** @param {unknown} value */
function string(value) {
  return typeof value === 'string' ? value : '';
}

/** @param {unknown} value */
function whole(value) {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
}

/**
 * SHA-256 in hex; where the page is not secure, and nothing is kept for long, a random one.
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
async function idOf(bytes) {
  const { subtle } = globalThis.crypto;
  const digest = subtle
    ? new Uint8Array(await subtle.digest('SHA-256', bytes))
    : crypto.getRandomValues(new Uint8Array(32));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
