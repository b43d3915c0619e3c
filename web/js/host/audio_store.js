// @ts-check
/** The durable tier of the audio cache: one sentence's sound a record, in IndexedDB. */

import { Database } from './database.js';

/**
 * @typedef {object} AudioEntry
 * @property {Uint8Array} pcm int16 little endian, mono
 * @property {number} sampleRate
 * @property {number[][]} words rows of word number, first sample, samples
 * @property {number} crc32 of `pcm`
 *
 * @typedef {{key: string, bytes: number, used: number}} Meta
 *   used: milliseconds since 1970, strictly growing within one worker
 */

/** The shape of a record; one of another shape is dropped when it is read. */
const RECORD_VERSION = 1;

/** @type {import('./database.js').Schema} */
export const AUDIO_SCHEMA = {
  name: 'lectern-audio',
  version: 1,
  upgrade(db, oldVersion) {
    if (oldVersion < 1) {
      db.createObjectStore('audio');
      db.createObjectStore('meta', { keyPath: 'key' }).createIndex('used', 'used');
    }
  },
};

const BOTH = /** @type {const} */ (['audio', 'meta']);
/** A cache may lose its newest entry in a power cut; waiting for the disk costs more. */
const RELAXED = /** @type {const} */ ({ durability: 'relaxed' });

export class AudioStore {
  /** @param {{database?: Database, now?: () => number}} [options] */
  constructor({ database = new Database(AUDIO_SCHEMA), now = Date.now } = {}) {
    this.database = database;
    this.now = now;
    this.lastUse = 0;
  }

  /**
   * The entry, marked as used now; null when it is not there or not what was put there.
   *
   * @param {string} key 64 hex digits
   * @returns {Promise<AudioEntry | null>}
   */
  async get(key) {
    const record = await this.database.use((db) => db.get('audio', key));
    if (record === undefined) return null;
    const entry = checked(record);
    if (entry) {
      this.#touch(key);
    } else {
      await this.delete([key]);
    }
    return entry;
  }

  /**
   * @param {string} key
   * @param {AudioEntry} entry
   * @throws {import('../errors.js').LecternError} quota, store
   */
  async put(key, entry) {
    // A copy of its own: a view on a larger buffer would be stored with all of that.
    const pcm = new Uint8Array(entry.pcm);
    const { sampleRate, crc32 } = entry;
    const words = Array.from(entry.words, (row) => Array.from(row));
    /** @type {Meta} */
    const meta = { key, bytes: pcm.byteLength, used: this.#stamp() };
    await this.database.use(async (db) => {
      const tx = db.transaction(BOTH, 'readwrite', RELAXED);
      await all(tx, [
        tx.objectStore('audio').put({ v: RECORD_VERSION, pcm, sampleRate, words, crc32 }, key),
        tx.objectStore('meta').put(meta),
      ]);
    });
  }

  /** @param {string[]} keys those that are not there are no error */
  async delete(keys) {
    await this.database.use(async (db) => {
      const tx = db.transaction(BOTH, 'readwrite', RELAXED);
      const audio = tx.objectStore('audio');
      const meta = tx.objectStore('meta');
      await all(tx, Array.from(keys).flatMap((key) => [audio.delete(key), meta.delete(key)]));
    });
  }

  async clear() {
    await this.database.use(async (db) => {
      const tx = db.transaction(BOTH, 'readwrite', RELAXED);
      await all(tx, [tx.objectStore('audio').clear(), tx.objectStore('meta').clear()]);
    });
  }

  /** @returns {Promise<{count: number, bytes: number}>} bytes of PCM */
  async totals() {
    const metas = await this.database.use((db) => db.getAll('meta'));
    return { count: metas.length, bytes: metas.reduce((sum, { bytes }) => sum + bytes, 0) };
  }

  /**
   * @param {number} limit
   * @returns {Promise<[string, number][]>} key and bytes, least recently used first
   */
  async oldest(limit) {
    const metas = await this.database.use((db) => db.getAllFromIndex('meta', 'used', null, limit));
    return metas.map(({ key, bytes }) => [key, bytes]);
  }

  /** Close the connection; the next call opens another. */
  close() {
    return this.database.close();
  }

  /**
   * Nobody waits for this: a lost mark costs an entry some of its life, nothing else.
   * @param {string} key
   */
  #touch(key) {
    const used = this.#stamp();
    this.database
      .use(async (db) => {
        const tx = db.transaction('meta', 'readwrite', RELAXED);
        /** @type {Meta | undefined} */
        const meta = await tx.store.get(key);
        if (meta) await tx.store.put({ ...meta, used });
        await tx.done;
      })
      .catch(() => {});
  }

  #stamp() {
    this.lastUse = Math.max(this.now(), this.lastUse + 1);
    return this.lastUse;
  }
}

/**
 * Every request of a transaction and its end, so that no rejection stays unhandled.
 * @param {{done: Promise<void>}} tx
 * @param {Promise<unknown>[]} requests
 */
async function all(tx, requests) {
  await Promise.all([...requests, tx.done]);
}

/**
 * @param {unknown} record
 * @returns {AudioEntry | null}
 */
function checked(record) {
  const { v, pcm, sampleRate, words, crc32 } = /** @type {Record<string, any>} */ (record ?? {});
  const whole =
    v === RECORD_VERSION &&
    pcm instanceof Uint8Array &&
    pcm.byteLength % 2 === 0 &&
    Number.isInteger(sampleRate) &&
    sampleRate > 0 &&
    Number.isInteger(crc32) &&
    Array.isArray(words) &&
    words.every((row) => Array.isArray(row) && row.length === 3 && row.every(Number.isInteger));
  return whole ? { pcm, sampleRate, words, crc32 } : null;
}
