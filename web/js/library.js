// @ts-check
/** The documents that this browser keeps, and how far each was read. The only writer of them. */

import { Database } from './host/database.js';

/**
 * @typedef {import('./protocol.js').DocumentData} DocumentData
 *
 * @typedef {object} Kept  a document without its text
 * @property {string} id  SHA-256 of its text
 * @property {string} title
 * @property {string} author
 * @property {string} language
 * @property {number} length  of its text, UTF-16 units
 * @property {string} [site]  name of the site that a page is from
 *
 * @typedef {object} Reading  how a document is read
 * @property {number} start  UTF-16 offset of the sentence that was spoken last
 * @property {number} end
 * @property {number} opened  milliseconds since 1970, when it was last
 * @property {number[]} aloud  beginnings of what is read although it is usually skipped
 *
 * @typedef {Kept & Reading} Entry
 */

const DOCUMENTS = 'documents';
const KEPT = 'kept';
const READINGS = 'readings';

export class Library {
  /** @param {{name?: string}} [options] of the database */
  constructor({ name = 'lectern-library' } = {}) {
    // Three stores: a list of hundreds must not read their texts, and a place that is written
    // with each sentence must not write one.
    this.database = new Database({
      name,
      version: 1,
      upgrade: (db) => {
        for (const store of [DOCUMENTS, KEPT, READINGS]) db.createObjectStore(store);
      },
    });
  }

  /**
   * Keep a document; one that is here already stays as far as it was read.
   *
   * @param {DocumentData} document
   * @returns {Promise<string>} its id
   * @throws {import('./errors.js').LecternError} quota, store
   */
  async put(document) {
    const { title, author, language, text, site } = document;
    const id = await idOf(text);
    /** @type {Kept} */
    const kept = { id, title, author, language, length: text.length, ...(site ? { site } : {}) };
    await this.database.use(async (db) => {
      const change = db.transaction([DOCUMENTS, KEPT, READINGS], 'readwrite');
      const before = await change.objectStore(READINGS).get(id);
      change.objectStore(DOCUMENTS).put(document, id);
      change.objectStore(KEPT).put(kept, id);
      change.objectStore(READINGS).put({ ...(before ?? UNREAD), opened: Date.now() }, id);
      await change.done;
    });
    return id;
  }

  /**
   * @param {string} id
   * @returns {Promise<DocumentData | null>}
   * @throws {import('./errors.js').LecternError} store
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
      .map((one) => ({ ...UNREAD, ...byId.get(one.id), ...one }))
      .sort((a, b) => b.opened - a.opened);
  }

  /** @param {string} id @returns {Promise<Reading>} */
  async reading(id) {
    return { ...UNREAD, ...(await this.database.use((db) => db.get(READINGS, id))) };
  }

  /**
   * @param {string} id  an unknown one is no error, and stays unknown
   * @param {Partial<Reading>} change
   */
  async setReading(id, change) {
    await this.database.use(async (db) => {
      const write = db.transaction(READINGS, 'readwrite');
      const before = await write.store.get(id);
      if (before) await write.store.put({ ...before, ...change }, id);
      await write.done;
    });
  }

  /** @param {string} id an unknown one is no error */
  async remove(id) {
    await this.database.use(async (db) => {
      const change = db.transaction([DOCUMENTS, KEPT, READINGS], 'readwrite');
      for (const store of [DOCUMENTS, KEPT, READINGS]) change.objectStore(store).delete(id);
      await change.done;
    });
  }
}

/** @type {Reading} */
const UNREAD = { start: 0, end: 0, opened: 0, aloud: [] };

/**
 * SHA-256 in hex; where the page is not secure, and nothing is kept for long, a random one.
 * @param {string} text
 */
async function idOf(text) {
  const { subtle } = globalThis.crypto;
  const bytes = subtle
    ? new Uint8Array(await subtle.digest('SHA-256', new TextEncoder().encode(text)))
    : crypto.getRandomValues(new Uint8Array(32));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
