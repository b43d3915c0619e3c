// @ts-check
/**
 * Bytes from elsewhere, by opaque ids: bodies of answers, and files that the reader gave.
 * They go into parts of the voice store, or small ones whole to whoever asked.
 */

import { LecternError } from '../errors.js';
import { stallTimer } from './stall.js';

/**
 * @typedef {import('./voice_store.js').VoiceStore} VoiceStore
 * @typedef {{open(): ReadableStream<Uint8Array>, name: string, given: boolean,
 *   stop: AbortController, receiving: Promise<void> | null}} Source
 *   receiving: settles, without a failure, when nothing more is written
 * @typedef {{id: number, status: number, url: string, headers: Record<string, string>}} Answer
 */

/** A download from which nothing has come for so long is given up. */
const STALL_MS = 30_000;
/** What is read of an answer's head; of other origins' answers little can be. */
const HEADERS = ['content-length', 'content-range', 'etag'];
/** Progress is told at most once so many bytes, or per cent. */
const TELLING = 1 << 16;

export class Downloads {
  /**
   * @param {VoiceStore} store
   * @param {{stallMs?: number}} [options]
   */
  constructor(store, { stallMs = STALL_MS } = {}) {
    this.store = store;
    this.stallMs = stallMs;
    this.lastId = 0;
    /** @type {Map<number, Source>} */
    this.sources = new Map();
  }

  /**
   * A request's payload with a ticket in the place of each file.
   * @param {Record<string, unknown>} payload
   */
  adopt(payload) {
    const adopted = Object.entries(payload).map(([key, value]) => [
      key,
      value instanceof Blob ? this.give(value) : value,
    ]);
    return Object.fromEntries(adopted);
  }

  /** @param {Blob} file @returns {{source: number, name: string, size: number}} */
  give(file) {
    const name = file instanceof File ? file.name : 'the file';
    const source = this.#add({ open: () => file.stream(), name, given: true });
    return { source, name, size: file.size };
  }

  /**
   * Ask for `url`, from byte `start` on; any status is an answer.
   *
   * @param {string} url
   * @param {number} start
   * @returns {Promise<Answer>}
   * @throws {LecternError} network
   */
  async open(url, start) {
    const name = nameOf(url);
    const stop = new AbortController();
    const watch = stallTimer(this.stallMs, () => stop.abort());
    try {
      const response = await fetch(url, {
        // What is kept is kept by the store: half a body in the HTTP cache is of no use.
        cache: 'no-store',
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
        headers: start > 0 ? { Range: `bytes=${start}-` } : {},
        signal: stop.signal,
      });
      const empty = () => new Blob([]).stream();
      const id = this.#add({ open: () => response.body ?? empty(), name, given: false, stop });
      const headers = HEADERS.map((header) => [header, response.headers.get(header)]);
      return {
        id,
        status: response.status,
        url: response.url || url,
        headers: Object.fromEntries(headers.filter(([, value]) => value !== null)),
      };
    } catch (error) {
      throw this.#failure(error, { name, given: false, stop });
    } finally {
      watch.stop();
    }
  }

  /**
   * @param {number} id
   * @param {number} limit bytes
   * @returns {Promise<Uint8Array>}
   * @throws {LecternError} network, too_large
   */
  async data(id, limit) {
    /** @type {Uint8Array[]} */
    const chunks = [];
    await this.#read(this.#source(id), limit, (chunk) => void chunks.push(chunk));
    return new Uint8Array(await new Blob(/** @type {BlobPart[]} */ (chunks)).arrayBuffer());
  }

  /**
   * Add the body to a part; what came stays there when the rest does not come.
   *
   * @param {number} id
   * @param {string} voiceId
   * @param {string} name
   * @param {number} limit bytes
   * @param {(received: number) => void} onProgress when it throws nothing more is received
   * @throws {LecternError} network, too_large, quota, store, voice_unreadable
   */
  async receive(id, voiceId, name, limit, onProgress) {
    const source = this.#source(id);
    const work = this.#receive(source, voiceId, name, limit, onProgress);
    source.receiving = work.catch(() => {});
    await work;
  }

  /** Nothing more is wanted of it. @param {number} id @returns {Promise<void>} */
  async close(id) {
    const source = this.sources.get(id);
    if (!source) return;
    this.sources.delete(id);
    source.stop.abort();
    await source.receiving;
  }

  /**
   * @param {Source} source
   * @param {string} voiceId
   * @param {string} name
   * @param {number} limit
   * @param {(received: number) => void} onProgress
   */
  async #receive(source, voiceId, name, limit, onProgress) {
    const writer = await this.store.writer(voiceId, name);
    let received = 0;
    let told = 0;
    try {
      await this.#read(source, limit, async (chunk) => {
        await writer.write(chunk);
        received += chunk.length;
        if (received - told < Math.max(TELLING, limit / 100) && received < limit) return;
        told = received;
        onProgress(received);
      });
    } finally {
      await writer.close();
    }
  }

  /**
   * @param {Source} source
   * @param {number} limit
   * @param {(chunk: Uint8Array) => void | Promise<void>} take
   */
  async #read(source, limit, take) {
    const { stop } = source;
    const watch = stallTimer(this.stallMs, () => stop.abort());
    const reader = source.open().getReader();
    const cancel = () => void reader.cancel().catch(() => {});
    stop.signal.addEventListener('abort', cancel);
    let left = limit;
    try {
      for (;;) {
        stop.signal.throwIfAborted();
        const { done, value } = await attempt(reader.read(), (e) => this.#failure(e, source));
        watch.alive();
        stop.signal.throwIfAborted(); // a file's stream that is stopped looks ended
        if (done) return;
        if (value.length > left) throw tooLarge(source.name, limit);
        left -= value.length;
        await take(value);
      }
    } catch (error) {
      cancel();
      if (error === stop.signal.reason) throw this.#failure(error, source);
      throw error;
    } finally {
      watch.stop();
      stop.signal.removeEventListener('abort', cancel);
    }
  }

  /**
   * @param {unknown} error
   * @param {Pick<Source, 'name' | 'given' | 'stop'>} source
   * @returns {LecternError}
   */
  #failure(error, { name, given, stop }) {
    if (error instanceof LecternError) return error;
    const { message } = /** @type {Error} */ (error);
    if (given) {
      const text = `The file ${name} can't be read: ${message}. Choose it again.`;
      return new LecternError('voice_unreadable', text, { cause: error });
    }
    const stalled = `nothing came for ${this.stallMs / 1000} seconds, or it was stopped`;
    const reason = stop.signal.aborted ? stalled : message;
    return new LecternError(
      'network',
      `${name} could not be fetched: ${reason}. Check the connection and try again.`,
      { retryable: true, cause: error },
    );
  }

  /** @param {Omit<Source, 'stop' | 'receiving'> & {stop?: AbortController}} source */
  #add(source) {
    const id = ++this.lastId;
    this.sources.set(id, { stop: new AbortController(), receiving: null, ...source });
    return id;
  }

  /** @param {number} id @returns {Source} */
  #source(id) {
    const source = this.sources.get(id);
    if (source) return source;
    throw new LecternError('network', 'This download has ended already. Try again.', {
      retryable: true,
    });
  }
}

/** @param {string} name @param {number} limit */
function tooLarge(name, limit) {
  return new LecternError('too_large', `${name} has more than the ${limit} bytes that are due.`);
}

/** The last part of an address. @param {string} url */
function nameOf(url) {
  return url.split(/[?#]/, 1)[0].split('/').at(-1) || url;
}

/**
 * @template T
 * @param {Promise<T>} promise
 * @param {(error: unknown) => Error} translate
 * @returns {Promise<T>}
 */
async function attempt(promise, translate) {
  try {
    return await promise;
  } catch (error) {
    throw translate(error);
  }
}
