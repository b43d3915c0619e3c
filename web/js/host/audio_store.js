// @ts-check
/**
 * The durable tier of the audio cache: one sentence's sound a record, in IndexedDB.
 *
 * Beside each record in `audio` lies a small one in `meta`, by whose `used` the oldest are found, and
 * `sums` holds what all of them come to, changed in the same transaction as they are: it is never needed
 * to look at all.
 */

import { Database } from './database.js';

/**
 * @typedef {object} AudioEntry
 * @property {Uint8Array} data as it is kept
 * @property {string} codec what made `data` of the sound; "pcm": it is the sound, int16 little endian
 * @property {number} sampleRate
 * @property {number} samples
 * @property {number[][]} words rows of word number, first sample, samples
 * @property {string} check of all of this
 * @property {string} voiceId for people's eyes
 * @property {number} created milliseconds since 1970
 *
 * @typedef {{key: string, bytes: number, used: number}} Meta and, of a record that is not of version 1, what is said
 *   of it in AudioEntry; used: milliseconds since 1970; bytes: as it is kept
 * @typedef {{count: number, bytes: number}} Sums
 */

/** The shape of a record; 1 is read as well. */
const RECORD_VERSION = 2;
/** The only key in `sums`. */
const ALL = 'all';

/** @type {import('./database.js').Schema} */
export const AUDIO_SCHEMA = {
  name: 'lectern-audio',
  version: 2,
  async upgrade(db, oldVersion, _newVersion, change) {
    if (oldVersion < 1) {
      db.createObjectStore('audio');
      db.createObjectStore('meta', { keyPath: 'key' }).createIndex('used', 'used');
    }
    if (oldVersion < 2) {
      db.createObjectStore('sums');
      // What version 1 kept stays as it is; it is only counted, once.
      if (oldVersion === 1) {
        /** @type {Meta[]} */
        const metas = await change.objectStore('meta').getAll();
        const bytes = metas.reduce((sum, meta) => sum + meta.bytes, 0);
        await change.objectStore('sums').put({ count: metas.length, bytes }, ALL);
      }
    }
  },
};

const EVERYTHING = /** @type {const} */ (['audio', 'meta', 'sums']);
/** A cache may lose its newest entry in a power cut; waiting for the disk costs more. */
const RELAXED = /** @type {const} */ ({ durability: 'relaxed' });

export class AudioStore {
  /** @param {{database?: Database}} [options] */
  constructor({ database = new Database(AUDIO_SCHEMA) } = {}) {
    this.database = database;
  }

  /**
   * The entry; null when it is not there. One that is no entry at all has no codec and no data.
   *
   * @param {string} key 64 hex digits
   * @returns {Promise<AudioEntry | null>}
   */
  async get(key) {
    const record = await this.database.use((db) => db.get('audio', key));
    return record === undefined ? null : shaped(record);
  }

  /**
   * @param {string} key
   * @param {AudioEntry} entry
   * @param {number} used milliseconds since 1970; one that is there already may have a later one, and keeps it
   * @throws {import('../errors.js').LecternError} quota, store
   */
  async put(key, entry, used) {
    // A copy of its own: a view on a larger buffer would be stored with all of that.
    const data = new Uint8Array(entry.data);
    const { codec, sampleRate, samples, check, voiceId, created } = entry;
    const words = Array.from(entry.words, (row) => Array.from(row));
    const about = { codec, sampleRate, samples, voiceId, created };
    const bytes = data.byteLength;
    await this.#change(async ({ audio, meta, add }) => {
      const old = /** @type {Meta | undefined} */ (await meta.get(key));
      await Promise.all([
        audio.put({ v: RECORD_VERSION, data, words, check, ...about }, key),
        meta.put({ key, bytes, used: Math.max(used, old?.used ?? 0), ...about }),
        add(old ? 0 : 1, bytes - (old?.bytes ?? 0)),
      ]);
    });
  }

  /**
   * These were used; those that are not there are no error.
   * @param {[string, number][]} marks key, milliseconds since 1970
   */
  async touch(marks) {
    await this.database.use(async (db) => {
      const tx = db.transaction('meta', 'readwrite', RELAXED);
      const touched = Array.from(marks, async ([key, used]) => {
        /** @type {Meta | undefined} */
        const meta = await tx.store.get(key);
        if (meta && meta.used < used) await tx.store.put({ ...meta, used });
      });
      await Promise.all([...touched, tx.done]);
    });
  }

  /** @param {string[]} keys those that are not there are no error */
  async delete(keys) {
    await this.#change(async ({ audio, meta, add }) => {
      let count = 0;
      let bytes = 0;
      const deleted = Array.from(new Set(keys), async (key) => {
        const old = /** @type {Meta | undefined} */ (await meta.get(key));
        count += old ? 1 : 0;
        bytes += old?.bytes ?? 0;
        await Promise.all([audio.delete(key), meta.delete(key)]);
      });
      await Promise.all(deleted);
      await add(-count, -bytes);
    });
  }

  async clear() {
    await this.#change(async ({ audio, meta, sums }) => {
      await Promise.all([audio.clear(), meta.clear(), sums.clear()]);
    });
  }

  /** @returns {Promise<Sums>} bytes as they are kept */
  async totals() {
    return (await this.database.use((db) => db.get('sums', ALL))) ?? { count: 0, bytes: 0 };
  }

  /**
   * @param {number} limit
   * @returns {Promise<[string, number, number][]>} key, bytes, milliseconds since 1970; least recently used first
   */
  async oldest(limit) {
    const metas = await this.database.use((db) => db.getAllFromIndex('meta', 'used', null, limit));
    return metas.map(({ key, bytes, used }) => [key, bytes, used]);
  }

  /** Bytes that the browser would give this origin; null where it does not say. @returns {Promise<number | null>} */
  async quota() {
    try {
      return (await navigator.storage.estimate()).quota ?? null;
    } catch {
      return null;
    }
  }

  /** Close the connection; the next call opens another. */
  close() {
    return this.database.close();
  }

  /**
   * One transaction over all stores. `add` changes the sums.
   *
   * @param {(stores: {audio: any, meta: any, sums: any,
   *   add: (count: number, bytes: number) => Promise<unknown>}) => Promise<void>} work
   */
  async #change(work) {
    await this.database.use(async (db) => {
      const tx = db.transaction(EVERYTHING, 'readwrite', RELAXED);
      const [audio, meta, sums] = EVERYTHING.map((name) => tx.objectStore(name));
      const add = async (/** @type {number} */ count, /** @type {number} */ bytes) => {
        /** @type {Sums} */
        const old = (await sums.get(ALL)) ?? { count: 0, bytes: 0 };
        await sums.put({ count: old.count + count, bytes: old.bytes + bytes }, ALL);
      };
      // Both at once, so that no rejection stays unhandled.
      await Promise.all([work({ audio, meta, sums, add }), tx.done]);
    });
  }
}

/**
 * @param {unknown} record
 * @returns {AudioEntry}
 */
function shaped(record) {
  const found = /** @type {Record<string, any>} */ (record ?? {});
  const { v, sampleRate, words } = found;
  const v1 = v === 1;
  const data = v1 ? found.pcm : found.data;
  const samples = v1 ? data?.byteLength / 2 : found.samples;
  const check = v1 && Number.isInteger(found.crc32) ? `crc32:${found.crc32}` : found.check;
  const { codec = 'pcm', voiceId = '', created = 0 } = v1 ? {} : found;
  const whole =
    (v1 || v === RECORD_VERSION) &&
    data instanceof Uint8Array &&
    Number.isInteger(sampleRate) &&
    Number.isInteger(samples) &&
    typeof codec === 'string' &&
    typeof check === 'string' &&
    typeof voiceId === 'string' &&
    Number.isFinite(created) &&
    Array.isArray(words) &&
    words.every((row) => Array.isArray(row) && row.length === 3 && row.every(Number.isInteger));
  return whole ? { data, codec, sampleRate, samples, words, check, voiceId, created } : NO_ENTRY;
}

/** @type {AudioEntry} */
const NO_ENTRY = Object.freeze({
  data: new Uint8Array(0), codec: '', sampleRate: 0, samples: 0, words: [], check: '', voiceId: '', created: 0,
});
