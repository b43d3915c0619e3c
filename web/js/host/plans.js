// @ts-check
/** What Python found out about voices' models, kept as text by each model's SHA-256. */

import { Database } from './database.js';

const STORE = 'plans';

export class Plans {
  /** @param {{name?: string}} [options] of the database */
  constructor({ name = 'lectern-plans' } = {}) {
    this.database = new Database({
      name,
      version: 1,
      upgrade: (db) => void db.createObjectStore(STORE),
    });
  }

  /**
   * @param {string} sha256
   * @returns {Promise<string | null>} null also when the store fails: it is found out again
   */
  async get(sha256) {
    try {
      const found = await this.database.use((db) => db.get(STORE, sha256));
      return typeof found === 'string' ? found : null;
    } catch {
      return null;
    }
  }

  /** @param {string} sha256 @param {string} plan */
  async put(sha256, plan) {
    await this.database.use((db) => db.put(STORE, plan, sha256)).catch(() => {});
  }

  /** @throws {import('../errors.js').LecternError} store */
  async clear() {
    await this.database.use((db) => db.clear(STORE));
  }
}
