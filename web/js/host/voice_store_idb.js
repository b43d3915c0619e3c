// @ts-check
/**
 * Voices in IndexedDB, for browsers without a file system of the origin's own: files in
 * chunks, so that a part grows without being written anew. A commit is one transaction.
 */

import { LecternError } from '../errors.js';
import { Database } from './database.js';

/**
 * @typedef {import('./voice_store.js').PartFile} PartFile
 * @typedef {import('./voice_store.js').PartWriter} PartWriter
 * @typedef {import('./voice_store.js').VoicePlace} VoicePlace
 *
 * @typedef {{size: number, chunks: number, generation: string}} Kept  where a file's bytes are
 * @typedef {Kept & {id: string, name: string, note: string}} PartRow
 * @typedef {{id: string, record: string, files: Record<string, Kept>}} VoiceRow
 */

/** Bytes of a chunk but the last. */
const CHUNK = 1 << 20;

/** @type {import('./database.js').Schema} */
export const VOICES_SCHEMA = {
  name: 'lectern-voices',
  version: 1,
  upgrade(db, oldVersion) {
    if (oldVersion < 1) {
      db.createObjectStore('voices', { keyPath: 'id' });
      db.createObjectStore('parts', { keyPath: ['id', 'name'] });
      db.createObjectStore('chunks'); // [id, generation, number] -> Uint8Array
    }
  },
};

const ALL = /** @type {const} */ (['voices', 'parts', 'chunks']);
/** A record tells that a voice is whole: it must not reach the disk before the voice does. */
const STRICT = /** @type {const} */ ({ durability: 'strict' });

/** @implements {VoicePlace} */
export class IdbVoices {
  /** @param {{database?: Database}} [options] */
  constructor({ database = new Database(VOICES_SCHEMA) } = {}) {
    this.database = database;
  }

  async records() {
    /** @type {VoiceRow[]} */
    const rows = await this.database.use((db) => db.getAll('voices'));
    return Object.fromEntries(rows.map(({ id, record }) => [id, record]));
  }

  /** @returns {Promise<PartFile[]>} */
  async parts() {
    /** @type {PartRow[]} */
    const rows = await this.database.use((db) => db.getAll('parts'));
    return rows.map(({ id, name, size, note }) => ({ voiceId: id, name, size, note }));
  }

  /** @param {string} id @param {string} name @param {string} note */
  begin(id, name, note) {
    return this.#change(async (tx) => {
      await dropPart(tx, await tx.objectStore('parts').get([id, name]));
      const generation = crypto.randomUUID();
      await tx.objectStore('parts').put({ id, name, note, size: 0, chunks: 0, generation });
    });
  }

  /** @param {string} id @param {string} name @returns {Promise<PartWriter>} */
  async writer(id, name) {
    const row = await this.#part(id, name);
    let buffer = new Uint8Array(CHUNK);
    let filled = 0;
    const put = async () => {
      const chunk = buffer.slice(0, filled);
      const number = row.chunks;
      const grown = { ...row, size: row.size + filled, chunks: number + 1 };
      filled = 0;
      await this.#change(async (tx) => {
        await tx.objectStore('chunks').put(chunk, [id, row.generation, number]);
        await tx.objectStore('parts').put(grown);
      });
      Object.assign(row, grown);
    };
    return {
      /** @param {Uint8Array} chunk */
      async write(chunk) {
        for (let done = 0; done < chunk.length; ) {
          const taken = chunk.subarray(done, done + CHUNK - filled);
          buffer.set(taken, filled);
          filled += taken.length;
          done += taken.length;
          if (filled === CHUNK) await put();
        }
      },
      async close() {
        if (filled) await put();
        buffer = new Uint8Array(0);
      },
    };
  }

  /** @param {string} id @param {string} name @returns {Promise<ArrayBuffer>} */
  async readPart(id, name) {
    return this.#bytes(id, await this.#part(id, name));
  }

  /** @param {string} id @param {string} record */
  commit(id, record) {
    return this.#change(async (tx) => {
      /** @type {VoiceRow | undefined} */
      const old = await tx.objectStore('voices').get(id);
      for (const kept of Object.values(old?.files ?? {})) await dropChunks(tx, id, kept);
      /** @type {PartRow[]} */
      const parts = await tx.objectStore('parts').getAll(ofVoice(id));
      const files = Object.fromEntries(
        parts.map(({ name, size, chunks, generation }) => [name, { size, chunks, generation }]),
      );
      await tx.objectStore('parts').delete(ofVoice(id));
      await tx.objectStore('voices').put({ id, record, files });
    });
  }

  /** @param {string} id @param {string} name @returns {Promise<ArrayBuffer | null>} */
  async read(id, name) {
    /** @type {VoiceRow | undefined} */
    const row = await this.database.use((db) => db.get('voices', id));
    const kept = row?.files[name];
    return kept ? this.#bytes(id, kept) : null;
  }

  /** @param {string} id */
  discard(id) {
    return this.#change(async (tx) => {
      for (const row of await tx.objectStore('parts').getAll(ofVoice(id))) await dropPart(tx, row);
    });
  }

  /** @param {string} id */
  remove(id) {
    return this.#change(async (tx) => {
      await tx.objectStore('voices').delete(id);
      await tx.objectStore('parts').delete(ofVoice(id));
      await tx.objectStore('chunks').delete(ofVoice(id));
    });
  }

  async usage() {
    /** @type {[VoiceRow[], PartRow[]]} */
    const [voices, parts] = await this.database.use((db) =>
      Promise.all([db.getAll('voices'), db.getAll('parts')]),
    );
    /** @type {Record<string, number>} */
    const found = {};
    const add = (/** @type {string} */ id, /** @type {number} */ size) => {
      found[id] = (found[id] ?? 0) + size;
    };
    for (const { id, files } of voices) {
      for (const { size } of Object.values(files)) add(id, size);
    }
    for (const { id, size } of parts) add(id, size);
    return found;
  }

  /** Close the connection; the next call opens another. */
  close() {
    return this.database.close();
  }

  /** @param {(tx: any) => Promise<void>} work @returns {Promise<void>} */
  #change(work) {
    return this.database.use(async (db) => {
      const tx = db.transaction(ALL, 'readwrite', STRICT);
      // Both, so that no rejection stays unheard; work that fails takes all of it back.
      const done = tx.done.catch((error) => {
        throw tx.error ?? error;
      });
      await Promise.all([
        work(tx).catch((error) => {
          try {
            tx.abort();
          } catch {
            // it has ended already
          }
          throw error;
        }),
        done,
      ]);
    });
  }

  /** @param {string} id @param {string} name @returns {Promise<PartRow>} */
  async #part(id, name) {
    const row = await this.database.use((db) => db.get('parts', [id, name]));
    if (row) return row;
    throw new LecternError('store', `Nothing of ${id}.${name} is here. Try again.`, {
      retryable: true,
    });
  }

  /** @param {string} id @param {Kept} kept @returns {Promise<ArrayBuffer>} */
  async #bytes(id, { size, generation }) {
    /** @type {Uint8Array[]} */
    const chunks = await this.database.use((db) =>
      db.getAll('chunks', ofGeneration(id, generation)),
    );
    const bytes = new Uint8Array(size);
    let at = 0;
    for (const chunk of chunks) {
      bytes.set(chunk.subarray(0, size - at), at);
      at = Math.min(size, at + chunk.length);
    }
    return bytes.buffer;
  }
}

/** @param {any} tx @param {PartRow | undefined} row */
async function dropPart(tx, row) {
  if (!row) return;
  await dropChunks(tx, row.id, row);
  await tx.objectStore('parts').delete([row.id, row.name]);
}

/** @param {any} tx @param {string} id @param {Kept} kept */
async function dropChunks(tx, id, { generation }) {
  await tx.objectStore('chunks').delete(ofGeneration(id, generation));
}

/** Every key that begins with the id: an array is greater than any text. @param {string} id */
function ofVoice(id) {
  return IDBKeyRange.bound([id], [id, []]);
}

/** @param {string} id @param {string} generation */
function ofGeneration(id, generation) {
  return IDBKeyRange.bound([id, generation], [id, generation, []]);
}
