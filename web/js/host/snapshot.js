// @ts-check
/**
 * Pyodide's memory after boot, kept so that the next boot starts from there.
 *
 * A snapshot is good for one build (its content hash) and one browser. One that failed to
 * boot is deleted; after two failures of the same build none is made any more.
 */

import { Database } from './database.js';

/** @type {import('./database.js').Schema} */
const SCHEMA = {
  name: 'lectern-snapshot',
  version: 1,
  upgrade(db, oldVersion) {
    if (oldVersion < 1) db.createObjectStore('snapshot');
  },
};

const MOST_FAILURES = 2;
const FAILURES = 'failures';

export class SnapshotStore {
  /**
   * @param {string} build content hash of everything that is in a snapshot
   * @param {{database?: Database, browser?: string}} [options]
   */
  constructor(build, { database = new Database(SCHEMA), browser = navigator.userAgent } = {}) {
    this.key = `${build} ${browser}`;
    this.database = database;
  }

  /** @returns {Promise<Uint8Array | null>} null also when the store fails */
  async read() {
    try {
      const bytes = await this.database.use((db) => db.get('snapshot', this.key));
      return bytes instanceof Uint8Array ? bytes : null;
    } catch {
      return null;
    }
  }

  /** Whether a snapshot should be made at this boot. @returns {Promise<boolean>} */
  async wanted() {
    try {
      return (await this.#failures()) < MOST_FAILURES;
    } catch {
      return false;
    }
  }

  /**
   * Keep `bytes` as the only snapshot.
   * @param {Uint8Array} bytes
   * @throws {import('../errors.js').LecternError} quota, store
   */
  async write(bytes) {
    await this.database.use(async (db) => {
      const tx = db.transaction('snapshot', 'readwrite', { durability: 'relaxed' });
      for (const key of await tx.store.getAllKeys()) {
        if (key !== this.#failuresKey()) await tx.store.delete(key);
      }
      await Promise.all([tx.store.put(bytes, this.key), tx.done]);
    });
  }

  /** The stored snapshot did not boot: delete it and count that. Never rejects. */
  async failed() {
    try {
      const failures = (await this.#failures()) + 1;
      await this.database.use(async (db) => {
        const tx = db.transaction('snapshot', 'readwrite');
        await Promise.all([
          tx.store.clear(),
          tx.store.put(failures, this.#failuresKey()),
          tx.done,
        ]);
      });
    } catch {
      // What can't be read can't be booted from either.
    }
  }

  async clear() {
    await this.database.use((db) => db.clear('snapshot'));
  }

  #failuresKey() {
    return `${FAILURES} ${this.key}`;
  }

  /** @returns {Promise<number>} */
  async #failures() {
    const failures = await this.database.use((db) => db.get('snapshot', this.#failuresKey()));
    return typeof failures === 'number' ? failures : 0;
  }
}
