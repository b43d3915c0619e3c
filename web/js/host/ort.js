// @ts-check
/**
 * onnxruntime as Python sees it: realms (ORT workers) and sessions by number.
 *
 * The page starts and ends the workers; each answers here over a port of its own.
 */

import { LecternError } from '../errors.js';
import { assemble, samePart } from './parts.js';
import { Realm } from './realm.js';

/**
 * @typedef {import('../protocol.js').RealmEvent} RealmEvent
 * @typedef {import('../protocol.js').NoiseFeed} NoiseFeed
 * @typedef {{type: 'int64' | 'float32', data: any, dims: number[]} | NoiseFeed} PlainFeed
 * @typedef {{type: 'columns', rows: number, data: Float32Array[], places: number[]}} Columns  excerpts
 *   of flat matrices, side by side; of each `total, first, last`: its columns, and which of them
 * @typedef {PlainFeed | Columns} Feed
 * @typedef {import('./parts.js').Part} Part
 * @typedef {{session: number, inputs: string[], outputs: string[], captured: boolean}} Created
 * @typedef {{realm: number, file: number, part: Part, created: Created}} Prepared
 * @typedef {{vendor: string, architecture: string, description: string}} Adapter
 * @typedef {{threads: number, backend: string, adapter: Adapter | null, fallback: boolean}} Opened
 */

/** Seconds. A realm that takes longer is taken for dead. */
const OPEN_DEADLINE = 60;
const CREATE_DEADLINE = 120;
const RELEASE_DEADLINE = 30;

export class Ort {
  /**
   * @param {object} needs
   * @param {(event: RealmEvent) => void} needs.emit tells the page to start or end a worker
   * @param {(file: number) => ArrayBuffer} needs.takeFile the bytes of a fetched model, which
   *   are not held any more
   * @param {(file: number) => ArrayBuffer} needs.viewFile the same bytes, held on
   */
  constructor({ emit, takeFile, viewFile }) {
    this.emit = emit;
    this.takeFile = takeFile;
    this.viewFile = viewFile;
    /** Realm 1 is the one that the page starts by itself. */
    this.lastRealm = 1;
    this.lastSession = 0;
    /** @type {Map<number, Realm>} */
    this.realms = new Map();
    /** @type {Map<number, {realm: Realm, session: number}>} */
    this.sessions = new Map();
    /** Realms that died before they were adopted. @type {Set<number>} */
    this.gone = new Set();
    /** @type {((realm: number, reason: string) => void)[]} */
    this.lostCallbacks = [];
    /** Parts that were loaded before they were asked for. @type {Prepared[]} */
    this.prepared = [];
  }

  /**
   * The WebGPU adapter of this machine; null where there is none. Loads nothing.
   * @returns {Promise<{description: string, fallback: boolean} | null>}
   */
  async adapter() {
    /** @type {any} */
    const gpu = /** @type {any} */ (navigator).gpu;
    const adapter = await gpu?.requestAdapter().catch(() => null);
    if (!adapter) return null;
    const info = adapter.info ?? {};
    const words = [info.vendor, info.architecture, info.description].filter(Boolean);
    return {
      description: words.join(' ') || 'unnamed',
      fallback: Boolean(info.isFallbackAdapter ?? adapter.isFallbackAdapter),
    };
  }

  /**
   * Start a realm.
   *
   * @param {string} backend "wasm" | "webgpu"
   * @param {number} threads
   * @returns {Promise<{realm: number} & Opened>} what it really got
   * @throws {LecternError} inference_failed when the backend is not to be had, engine_lost
   */
  async open(backend, threads) {
    const id = ++this.lastRealm;
    const realm = this.#realm(id);
    this.emit({ event: 'realm', realm: id, config: { backend, threads } });
    try {
      /** @type {Opened} */
      const opened = await realm.request({ type: 'open' }, OPEN_DEADLINE);
      return { realm: id, ...opened };
    } catch (error) {
      await this.close(id);
      throw error;
    }
  }

  /**
   * Realm 1, which the page started side by side with this worker.
   * @param {number} id
   */
  adopt(id) {
    if (!this.gone.has(id)) return void this.#realm(id);
    // It died before anybody here had heard of it.
    setTimeout(() => this.#tellLost(id, 'it died while it started'));
  }

  /** @param {number} id an unknown one is no error */
  async close(id) {
    const realm = this.realms.get(id);
    this.#forget(id);
    realm?.fail(new LecternError('engine_lost', 'The realm was closed.', { retryable: true }));
    this.emit({ event: 'realm', realm: id, config: null });
  }

  /**
   * Load a model or a part of one. A whole model's bytes go to the realm and are not held here any
   * more; a part is copied out of them.
   *
   * @param {number} id
   * @param {number} file
   * @param {Part | null} [part]
   * @param {Record<string, number> | null} [fixed] sizes of named dimensions that never change
   * @returns {Promise<Created>}
   * @throws {LecternError} voice_unreadable, inference_failed, engine_lost, engine_timeout
   */
  async create(id, file, part = null, fixed = null) {
    const begun = part && !fixed ? this.#takePrepared(id, file, part) : null;
    return begun?.created ?? this.#create(id, file, part, fixed);
  }

  /**
   * Let a realm read and load a voice by itself, as it was done the last time.
   *
   * @param {number} id
   * @param {string} voiceId
   * @param {string} sha256 of its model
   * @returns {Promise<import('./warm_load.js').Loaded>} sessions by the realm's own numbers
   * @throws {LecternError} voice_not_installed, voice_unreadable, engine_lost, engine_timeout
   */
  async warm(id, voiceId, sha256) {
    return this.#living(id).request({ type: 'warm', voiceId, sha256 }, CREATE_DEADLINE);
  }

  /**
   * A part that a realm has loaded by itself, for whoever asks for it.
   *
   * @param {number} id
   * @param {number} file
   * @param {Part} part
   * @param {Created} made with the realm's own number
   */
  adoptPrepared(id, file, part, made) {
    const realm = this.#living(id);
    const session = ++this.lastSession;
    this.sessions.set(session, { realm, session: made.session });
    this.prepared.push({ realm: id, file, part, created: { ...made, session } });
  }

  /** Release what was begun of `file` and not asked for. @param {number} file */
  forgetPrepared(file) {
    const unwanted = this.prepared.filter((one) => one.file === file);
    this.prepared = this.prepared.filter((one) => one.file !== file);
    for (const { created } of unwanted) this.release(created.session);
  }

  /** @param {number} id @param {number} file @param {Part} part */
  #takePrepared(id, file, part) {
    const index = this.prepared.findIndex(
      (one) => one.realm === id && one.file === file && samePart(one.part, part),
    );
    return index < 0 ? null : this.prepared.splice(index, 1)[0];
  }

  /**
   * @param {number} id
   * @param {number} file
   * @param {Part | null} part
   * @param {Record<string, number> | null} fixed
   * @returns {Promise<Created>}
   */
  async #create(id, file, part, fixed) {
    const realm = this.#living(id);
    const model = part ? assemble(this.viewFile(file), part) : this.takeFile(file);
    const request = { type: 'create', model, fixed, sizes: Array.from(part?.sizes ?? []) };
    const made = await realm.request(request, CREATE_DEADLINE, [model]);
    const session = ++this.lastSession;
    this.sessions.set(session, { realm, session: made.session });
    return { ...made, session };
  }

  /**
   * @param {number} session
   * @param {Record<string, Feed>} feeds
   * @param {Iterable<string>} outputs
   * @param {number} deadline seconds from when the realm has nothing older to do
   * @returns {Promise<Record<string, Float32Array>>} each output flat
   * @throws {LecternError} inference_failed, engine_lost, engine_timeout
   */
  async run(session, feeds, outputs, deadline) {
    const known = this.sessions.get(session);
    if (!known) throw lost('The session went with its realm.');
    const request = {
      type: /** @type {const} */ ('run'),
      session: known.session,
      feeds: Object.fromEntries(Object.entries(feeds).map(([k, feed]) => [k, plainFeed(feed)])),
      outputs: Array.from(outputs),
    };
    return known.realm.request(request, deadline);
  }

  /** @param {number} session an unknown one is no error */
  async release(session) {
    const known = this.sessions.get(session);
    if (!known) return;
    this.sessions.delete(session);
    await known.realm
      .request({ type: 'release', session: known.session }, RELEASE_DEADLINE)
      .catch(() => {}); // gone with its realm: released as well
  }

  /** @param {(realm: number, reason: string) => void} callback */
  onLost(callback) {
    this.lostCallbacks.push(callback);
  }

  /** The page started the worker of realm `id`. @param {number} id @param {MessagePort} port */
  connect(id, port) {
    // One that was closed while it started is ended by the page.
    if (id === 1 || this.realms.has(id)) this.#realm(id).connect(port);
    else port.close();
  }

  /** The page saw the worker of realm `id` die. @param {number} id @param {string} reason */
  lost(id, reason) {
    if (!this.realms.has(id)) this.gone.add(id);
    this.#lost(id, lost(`onnxruntime was lost: ${reason}`));
  }

  /** @param {number} id @returns {Realm} */
  #realm(id) {
    let realm = this.realms.get(id);
    if (!realm) {
      realm = new Realm({
        onTimeout: (error) => {
          this.emit({ event: 'realm', realm: id, config: null, hung: true });
          this.#lost(id, error);
        },
        onLost: (error) => this.#lost(id, error),
      });
      this.realms.set(id, realm);
    }
    return realm;
  }

  /** @param {number} id @returns {Realm} */
  #living(id) {
    const realm = this.realms.get(id);
    if (!realm) throw lost('The realm is gone.');
    return realm;
  }

  /** @param {number} id @param {LecternError} error */
  #lost(id, error) {
    const realm = this.realms.get(id);
    if (!realm) return;
    this.#forget(id);
    // First those who own sessions in it learn of it, then those who wait for it.
    this.#tellLost(id, error.message);
    realm.fail(error);
  }

  /** @param {number} id @param {string} reason */
  #tellLost(id, reason) {
    for (const callback of this.lostCallbacks) callback(id, reason);
  }

  /** @param {number} id */
  #forget(id) {
    const realm = this.realms.get(id);
    this.realms.delete(id);
    this.prepared = this.prepared.filter((one) => one.realm !== id);
    for (const [session, known] of this.sessions) {
      if (known.realm === realm) this.sessions.delete(session);
    }
  }
}

/** @param {string} message */
function lost(message) {
  return new LecternError('engine_lost', message, { retryable: true });
}

/**
 * @param {Feed} feed data: a typed array, or any sequence of numbers
 * @returns {PlainFeed}
 */
function plainFeed(feed) {
  if (feed.type === 'columns') return joined(feed);
  if (feed.type === 'noise') {
    const { type, seed, rows, columns, first } = feed;
    return { type, seed, rows, columns, first };
  }
  const { type, data, dims } = feed;
  return { type, data: type === 'int64' ? int64(data) : float32(data), dims: Array.from(dims) };
}

/** @param {Columns} feed @returns {PlainFeed} */
function joined({ rows, data: matrices, places }) {
  const excerpts = matrices.map((matrix, i) => {
    const [total, first, last] = places.slice(3 * i, 3 * i + 3);
    return { matrix, total, first, last };
  });
  const columns = excerpts.reduce((sum, { first, last }) => sum + last - first, 0);
  const data = new Float32Array(rows * columns);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    for (const { matrix, total, first, last } of excerpts) {
      data.set(matrix.subarray(row * total + first, row * total + last), at);
      at += last - first;
    }
  }
  return { type: 'float32', data, dims: [1, rows, columns] };
}

/** @param {any} data @returns {BigInt64Array} */
function int64(data) {
  return data instanceof BigInt64Array ? data : BigInt64Array.from(Array.from(data, BigInt));
}

/** @param {any} data @returns {Float32Array} */
function float32(data) {
  return data instanceof Float32Array ? data : Float32Array.from(data);
}
