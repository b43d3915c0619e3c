// @ts-check
/**
 * The voices' files, of the browser's store or else of the folder: fetched, hashed, and held
 * until somebody takes them.
 */

import { LecternError } from '../errors.js';
import { stallTimer } from './stall.js';
import { checkedId } from './voice_id.js';

/** A download from which nothing has come for so long is given up. */
const STALL_MS = 60_000;
/** The service worker's cache of voices. */
const VOICE_CACHE = 'lectern-voices';

/** @typedef {import('./voice_store.js').VoiceStore} VoiceStore */

export class VoiceFiles {
  /**
   * @param {string} base absolute URL of the app's folder, with a final slash
   * @param {{store?: Pick<VoiceStore, 'read' | 'readPart'> | null, stallMs?: number}} [options]
   */
  constructor(base, { store = null, stallMs = STALL_MS } = {}) {
    this.store = store;
    this.folder = new URL('models/piper/', base).href;
    this.stallMs = stallMs;
    this.lastFile = 0;
    /** @type {Map<number, ArrayBuffer>} */
    this.held = new Map();
    /**
     * A model that somebody began to fetch before it was asked for.
     * @type {{voiceId: string, giveUp(): void,
     *   promise: Promise<{file: number, size: number, sha256: string}>} | null}
     */
    this.begun = null;
  }

  /**
   * voices.json as it is, unparsed.
   * @returns {Promise<string>}
   * @throws {LecternError} network
   */
  async catalogue() {
    try {
      return decode(await this.#fetch('voices.json'));
    } catch (error) {
      if (!(error instanceof LecternError) || error.code !== 'voice_not_installed') throw error;
      throw new LecternError(
        'network',
        'The catalogue models/piper/voices.json is not in the app\'s folder. Build it anew.',
        { cause: error },
      );
    }
  }

  /**
   * The voice's .onnx.json, unparsed, with the SHA-256 of its bytes in lower-case hex.
   * @param {string} id
   * @returns {Promise<{text: string, sha256: string}>}
   * @throws {LecternError} voice_not_installed, network
   */
  async config(id) {
    const name = `${checkedId(id)}.onnx.json`;
    const bytes = (await this.#stored(id, 'onnx.json')) ?? (await this.#fetch(name));
    return { text: decode(bytes), sha256: await sha256(bytes) };
  }

  /**
   * Fetch the model and hold it under an opaque id, until `take` or `drop`.
   *
   * @param {string} id
   * @param {((loaded: number, total: number) => void) | null} [onProgress]
   *   bytes; total is 0 when the host does not say; at most one call a megabyte or per cent
   * @param {boolean} [fresh] past the HTTP cache, which may have kept a body that was cut short
   * @param {string} [expected] its SHA-256, where that is known: what the service worker has
   *   stored is then found without it, in one go
   * @returns {Promise<{file: number, size: number, sha256: string}>}
   * @throws {LecternError} voice_not_installed, network; what `onProgress` throws
   */
  async model(id, onProgress, fresh = false, expected = '') {
    const name = `${checkedId(id)}.onnx`;
    const begun = this.begun;
    this.begun = null;
    if (begun && begun.voiceId === id && !fresh) {
      const file = await begun.promise.catch(() => null);
      if (file) {
        onProgress?.(file.size, file.size);
        return file;
      }
    } else begun?.giveUp();
    let told = /** @type {[number, number]} */ ([0, 0]);
    const tell = (/** @type {[number, number]} */ ...progress) => {
      told = progress;
      onProgress?.(...progress);
    };
    const stored = (await this.#stored(id, 'onnx')) ?? (await this.#cached(name, expected));
    if (stored) tell(stored.byteLength, stored.byteLength);
    const bytes = stored ?? (await this.#fetch(name, tell, fresh ? 'reload' : 'default'));
    const hash = await sha256(bytes);
    // Throws where whoever asked has gone: nobody would take what is held.
    tell(...told);
    return this.hold(bytes, hash);
  }

  /**
   * Hold a part of the store as `model` does.
   *
   * @param {string} id
   * @param {string} name
   * @returns {Promise<{file: number, size: number, sha256: string}>}
   * @throws {LecternError} store
   */
  async part(id, name) {
    if (!this.store) throw new LecternError('store', 'This browser keeps no voices.');
    const bytes = await this.store.readPart(id, name);
    return this.hold(bytes, await sha256(bytes));
  }

  /**
   * The held bytes; they are held on.
   * @param {number} file
   * @returns {ArrayBuffer}
   * @throws {LecternError} engine_lost when they are not here any more
   */
  view(file) {
    const bytes = this.held.get(file);
    if (bytes) return bytes;
    throw new LecternError('engine_lost', 'The model is not in memory any more. Ask again.', {
      retryable: true,
    });
  }

  /**
   * The held bytes, to be transferred; they are not held any more.
   * @param {number} file
   * @returns {ArrayBuffer}
   */
  take(file) {
    const bytes = this.view(file);
    this.held.delete(file);
    return bytes;
  }

  /** @param {number} file @param {number} offset @param {number} length @returns {Uint8Array} */
  read(file, offset, length) {
    return new Uint8Array(this.view(file)).subarray(offset, offset + length);
  }

  /** @param {number} file an unknown one is no error */
  drop(file) {
    this.held.delete(file);
  }

  /** Forget every downloaded model. */
  async clear() {
    this.held.clear();
    // Cache Storage is missing in insecure contexts, and then nothing is stored.
    await globalThis.caches?.delete(VOICE_CACHE);
  }

  /**
   * @param {ArrayBuffer} bytes
   * @param {string} hash
   */
  hold(bytes, hash) {
    const file = ++this.lastFile;
    this.held.set(file, bytes);
    return { file, size: bytes.byteLength, sha256: hash };
  }

  /**
   * A file of a voice that the browser keeps. A store that fails has none: there is the folder.
   * @param {string} id
   * @param {string} name
   */
  async #stored(id, name) {
    try {
      return (await this.store?.read(id, name)) ?? null;
    } catch (error) {
      console.warn(`[Lectern] ${id}.${name} can't be read:`, error);
      return null;
    }
  }

  /**
   * @param {string} name
   * @param {string} expected SHA-256
   * @returns {Promise<ArrayBuffer | null>}
   */
  async #cached(name, expected) {
    if (!expected) return null;
    const url = new URL(name, this.folder);
    url.searchParams.set('sha256', expected); // as sw.js names it
    const found = await globalThis.caches?.match(url, { cacheName: VOICE_CACHE }).catch(() => null);
    return found ? found.arrayBuffer().catch(() => null) : null;
  }

  /**
   * @param {string} name
   * @param {(loaded: number, total: number) => void} [onProgress]
   * @param {RequestCache} [cache]
   * @returns {Promise<ArrayBuffer>}
   */
  async #fetch(name, onProgress, cache = 'default') {
    const stalled = new AbortController();
    /** @type {{error: unknown} | null} */
    let unwanted = null;
    const watch = stallTimer(this.stallMs, () => stalled.abort());
    try {
      const response = await fetch(new URL(name, this.folder), { cache, signal: stalled.signal });
      if (response.status === 404 || response.status === 410) {
        throw new LecternError(
          'voice_not_installed',
          `The file ${name} is not in the app's folder. Install the voice first.`,
        );
      }
      if (!response.ok) throw new Error(`HTTP status ${response.status}`);
      return await readAll(response, (loaded, total) => {
        watch.alive();
        try {
          onProgress?.(loaded, total);
        } catch (error) {
          unwanted = { error };
          throw error;
        }
      });
    } catch (error) {
      if (unwanted || error instanceof LecternError) throw error;
      const reason = stalled.signal.aborted
        ? `nothing came for ${this.stallMs / 1000} seconds`
        : /** @type {Error} */ (error).message;
      throw new LecternError(
        'network',
        `${name} could not be fetched: ${reason}. Check the connection and try again.`,
        { retryable: true, cause: error },
      );
    } finally {
      watch.stop();
    }
  }
}

/**
 * @param {Response} response
 * @param {(loaded: number, total: number) => void} onProgress when it throws the download ends
 * @returns {Promise<ArrayBuffer>}
 */
async function readAll(response, onProgress) {
  if (!response.body) return response.arrayBuffer();
  const reader = response.body.getReader();
  try {
    return await readFrom(reader, announcedLength(response), onProgress);
  } catch (error) {
    reader.cancel(error).catch(() => {}); // the network may stop; it has often failed already
    throw error;
  }
}

/**
 * @param {ReadableStreamDefaultReader<Uint8Array>} reader
 * @param {number} announced bytes; 0: not known
 * @param {(loaded: number, total: number) => void} onProgress
 * @returns {Promise<ArrayBuffer>}
 */
async function readFrom(reader, announced, onProgress) {
  let bytes = new Uint8Array(announced || 1 << 16);
  let loaded = 0;
  let told = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (loaded + value.length > bytes.length) bytes = grown(bytes, loaded + value.length);
    bytes.set(value, loaded);
    loaded += value.length;
    const total = loaded <= announced ? announced : 0;
    if (loaded - told >= Math.max(1 << 16, total / 100) || loaded === total) {
      told = loaded;
      onProgress(loaded, total);
    }
  }
  if (told !== loaded) onProgress(loaded, announced === loaded ? announced : 0);
  return loaded === bytes.length ? bytes.buffer : bytes.buffer.slice(0, loaded);
}

/** @param {Response} response @returns {number} of the body as it will be read; 0: not known */
function announcedLength(response) {
  // Of a compressed body the header gives the compressed length.
  if (response.headers.get('content-encoding')) return 0;
  const length = Number(response.headers.get('content-length'));
  return Number.isSafeInteger(length) && length > 0 && length < 2 ** 31 ? length : 0;
}

/**
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {number} needed
 */
function grown(bytes, needed) {
  const larger = new Uint8Array(Math.max(needed, bytes.length * 2));
  larger.set(bytes);
  return larger;
}

/** @param {ArrayBuffer} bytes */
function decode(bytes) {
  return new TextDecoder().decode(bytes);
}

/** @param {ArrayBuffer} bytes @returns {Promise<string>} lower-case hex */
async function sha256(bytes) {
  const { subtle } = globalThis.crypto;
  if (!subtle) {
    throw new LecternError(
      'integrity',
      'The voice can\'t be checked: this page is not secure. Open it over https or on localhost.',
    );
  }
  const digest = new Uint8Array(await subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
