// @ts-check
/** Where an exported file is written: on disk as it comes, or in memory where there is no disk. */

import { LecternError } from '../errors.js';

/** Bytes that are collected before they are written. */
const PORTION = 1 << 20;

/**
 * @typedef {object} Target
 * @property {(bytes: Uint8Array<ArrayBuffer>, position: number) => void | Promise<void>} write
 * @property {() => Promise<Blob | null>} close the file, where it is nowhere else
 * @property {() => Promise<void>} abort
 */

export class Sink {
  #target;
  #position = 0;
  #waiting = new Uint8Array(PORTION);
  #filled = 0;

  /** @param {Target} target */
  constructor(target) {
    this.#target = target;
  }

  get bytes() {
    return this.#position + this.#filled;
  }

  /** Add at the end. @param {Uint8Array} bytes @throws {LecternError} quota, store */
  async put(bytes) {
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.subarray(at, at + PORTION - this.#filled);
      this.#waiting.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === PORTION) await this.#flush();
    }
  }

  /** @param {Uint8Array} head in the place of what was put first @returns {Promise<Blob | null>} */
  async close(head) {
    await this.#flush();
    await told(() => this.#target.write(new Uint8Array(head), 0));
    return told(() => this.#target.close());
  }

  /** Leave nothing behind. */
  async abort() {
    await this.#target.abort();
  }

  async #flush() {
    const bytes = this.#waiting.slice(0, this.#filled);
    this.#filled = 0;
    if (!bytes.length) return;
    await told(() => this.#target.write(bytes, this.#position));
    this.#position += bytes.length;
  }
}

/**
 * @param {FileSystemFileHandle | null} file null: keep it in memory
 * @param {boolean} own whether it lies in the browser's own file system
 * @returns {Promise<Sink>}
 * @throws {LecternError} store
 */
export async function openSink(file, own) {
  if (!file) return new Sink(inMemory());
  return new Sink(await told(() => (own ? inOwnFile(file) : inChosenFile(file))));
}

/** @param {FileSystemFileHandle} file @returns {Promise<Target>} */
async function inOwnFile(file) {
  const access = await file.createSyncAccessHandle();
  access.truncate(0);
  return {
    write(bytes, position) {
      // A full disk is told by what was written, not by an error, in some browsers.
      if (access.write(bytes, { at: position }) < bytes.length) throw full();
    },
    async close() {
      access.flush();
      access.close();
      return null;
    },
    async abort() {
      access.close();
    },
  };
}

/** @param {FileSystemFileHandle} file @returns {Promise<Target>} */
async function inChosenFile(file) {
  const stream = await file.createWritable();
  return {
    write: (data, position) => stream.write({ type: 'write', data, position }),
    async close() {
      await stream.close();
      return null;
    },
    abort: () => stream.abort(),
  };
}

/** @returns {Target} */
function inMemory() {
  /** Of the first one the beginning may change; the others the browser may keep on disk. @type {BlobPart[]} */
  let parts = [];
  /** @type {Uint8Array<ArrayBuffer> | null} */
  let first = null;
  return {
    write(bytes, position) {
      if (first && position === 0) first.set(bytes);
      else if (first) parts.push(new Blob([bytes]));
      else first = bytes;
    },
    close: async () => new Blob([...(first ? [first] : []), ...parts]),
    async abort() {
      first = null;
      parts = [];
    },
  };
}

/** @template T @param {() => T | Promise<T>} work @returns {Promise<T>} */
async function told(work) {
  try {
    return await work();
  } catch (error) {
    if (error instanceof LecternError) throw error;
    const { name, message } = /** @type {Error} */ (error);
    if (name === 'QuotaExceededError') throw full();
    throw new LecternError('store', `The file could not be written: ${message}`);
  }
}

function full() {
  return new LecternError('quota', 'There is no room left for the file.');
}
