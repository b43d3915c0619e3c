// @ts-check
/** One IndexedDB database as a worker holds it: opened on demand, given up when asked. */

import { openDB } from '../../vendor/idb/index.js';
import { LecternError } from '../errors.js';

/**
 * @typedef {import('../../vendor/idb/index.js').IDBPDatabase<any>} Connection
 *
 * @typedef {object} Schema
 * @property {string} name
 * @property {number} version
 * @property {(db: Connection, oldVersion: number, newVersion: number | null, change: any) => unknown} upgrade
 *   change: the transaction that all of it happens in
 */

/** An open that waits for another tab's old version gets no event of its own: it is timed. */
const OPEN_TIMEOUT_MS = 2000;

export class Database {
  /**
   * @param {Schema} schema
   * @param {{openTimeout?: number}} [options] milliseconds
   */
  constructor(schema, { openTimeout = OPEN_TIMEOUT_MS } = {}) {
    this.schema = schema;
    this.openTimeout = openTimeout;
    /** @type {Promise<Connection> | null} */
    this.opening = null;
  }

  /**
   * Run `work` with a living connection. One that the browser closed meanwhile is opened
   * again, once.
   *
   * @template T
   * @param {(db: Connection) => Promise<T>} work
   * @returns {Promise<T>}
   * @throws {LecternError} `quota` when the browser gives no more space, `store` else
   */
  async use(work) {
    try {
      const db = await this.#connection();
      try {
        return await work(db);
      } catch (error) {
        if (!isClosed(error)) throw error;
        this.#forget();
        return await work(await this.#connection());
      }
    } catch (error) {
      throw storeError(error, this.schema.name);
    }
  }

  /** Close the connection; the next `use` opens another. */
  async close() {
    const opening = this.opening;
    this.#forget();
    const db = await opening?.catch(() => null);
    db?.close();
  }

  #connection() {
    this.opening ??= this.#open();
    return this.opening;
  }

  #forget() {
    this.opening = null;
  }

  /** @returns {Promise<Connection>} */
  async #open() {
    const { name, version, upgrade } = this.schema;
    /** @type {Promise<Connection>} */
    const opened = openDB(name, version, {
      upgrade,
      // A newer page wants to upgrade: let go, and open again (perhaps in vain) when needed.
      blocking: (_current, _wanted, event) => {
        this.#forget();
        /** @type {IDBDatabase} */ (event.target).close();
      },
      terminated: () => this.#forget(),
    });
    try {
      return await withTimeout(opened, this.openTimeout, name);
    } catch (error) {
      this.#forget();
      // If it opens after all, nobody waits for it any more.
      opened.then(
        (db) => db.close(),
        () => {},
      );
      throw error;
    }
  }
}

/**
 * @template T
 * @param {Promise<T>} promise
 * @param {number} ms
 * @param {string} name
 * @returns {Promise<T>}
 */
function withTimeout(promise, ms, name) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`the database ${name} did not open within ${ms} ms`)),
      ms,
    );
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** @param {unknown} error */
function isClosed(error) {
  return error instanceof DOMException && error.name === 'InvalidStateError';
}

/**
 * @param {unknown} error
 * @param {string} name
 * @returns {LecternError}
 */
export function storeError(error, name) {
  if (error instanceof LecternError) return error;
  const cause = /** @type {{name?: string, message?: string}} */ (error ?? {});
  if (cause.name === 'QuotaExceededError') {
    return new LecternError('quota', 'The browser gives no more storage. Free some space.', {
      cause: error,
    });
  }
  const reason = cause.message || cause.name || String(error);
  return new LecternError('store', `The store ${name} failed: ${reason}. It will be tried again.`, {
    retryable: true,
    cause: error,
  });
}
