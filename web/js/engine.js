// @ts-check
/**
 * The page's client of the workers: requests with ids, deadlines, and replacement of a
 * worker that died, hangs or broke.
 *
 * A worker is the unit of recovery. What was pending when it went is rejected at once with
 * a retryable `engine_lost`; `ask` asks again after the new worker's boot.
 */

import { BUILD } from '../vendor/build_info.js';
import { abortable } from './abortable.js';
import { Alarm } from './alarm.js';
import { inTheWay } from './deadlines.js';
import { LecternError, abortError } from './errors.js';
import { Heartbeat } from './heartbeat.js';
import { PROTOCOL_VERSION, WORKER_NAME } from './protocol.js';
import { Realms } from './realms.js';
import { PendingRequests } from './requests.js';
import { RestartLimit } from './restart_limit.js';
import { early } from './settings.js';
import { WorkerHandle } from './worker_handle.js';

/**
 * @typedef {import('./protocol.js').BootValue} BootValue
 * @typedef {import('./protocol.js').BootPayload} BootPayload
 * @typedef {import('./protocol.js').SessionStats} SessionStats
 * @typedef {import('./protocol.js').RealmConfig} RealmConfig
 * @typedef {import('./protocol.js').RequestType} RequestType
 * @typedef {Pick<Storage, 'getItem' | 'setItem'>} KeyValues
 *
 * @typedef {object} EngineOptions
 * @property {string} base absolute URL of the app's folder, with a final slash
 * @property {'wasm' | 'webgpu' | null} [backend] the user's override
 * @property {number | null} [threads] the user's override
 * @property {Record<string, import('./settings.js').SettingValue>} [settings] changes to settings.py's table, its names
 * @property {unknown} [site] what lectern.json says, unchecked
 * @property {unknown} [choices] what is kept of the reader's own settings, unchecked
 * @property {Record<string, object>} [styles] over styles.py's table
 * @property {KeyValues | null} [storage] keeps what was found out about this device
 * @property {Partial<Watchdog>} [watchdog]
 *
 * @typedef {object} Watchdog milliseconds
 * @property {number} boot without progress; files that arrive are progress
 * @property {number} snapshotBoot the same; more, within bounds, where a boot without a
 *   snapshot takes longer
 * @property {number} slowSnapshotBoot the bound
 * @property {number} silence of a worker's event loop while requests are pending
 * @property {number} settleSilence the same while `settle` is, which may import NumPy
 * @property {number} documentSilence the same while `openDocument` is: a book is read in one go
 */

/** @type {Watchdog} */
const WATCHDOG = {
  boot: 30_000,
  snapshotBoot: 5_000,
  slowSnapshotBoot: 15_000,
  silence: 5_000,
  settleSilence: 20_000,
  documentSilence: 90_000,
};
const DEVICE_KEY = 'lectern.device';
/** The voice that was used last. */
const WARM_KEY = 'lectern.warm';
/** Milliseconds of the last boot without a snapshot, downloads left out. */
const FULL_BOOT_KEY = 'lectern.boot';
/** Ids of other requests count from 1. */
const BOOT_ID = 0;
const MOST_ATTEMPTS = 4;

/** @type {Readonly<{backend: 'wasm', threads: number}>} */
const SAFE_REALM = { backend: 'wasm', threads: 1 };

/**
 * Events, all CustomEvents: `progress` (ProgressEvent), `sessions` (SessionStats), `voices`
 * (others are here now: ask again), `ready` (BootValue, each boot), `restart` {reason, count}, `fatal` {error}, `idle` (nothing is
 * pending any more), `clearing` (the audio is, on request), `asked` (somebody waits for the worker now), `spare` (nobody does any more).
 */
export class Engine extends EventTarget {
  /** @param {EngineOptions} options */
  constructor({
    base,
    backend = null,
    threads = null,
    settings = {},
    site = null,
    choices = null,
    styles = {},
    storage,
    watchdog = {},
  }) {
    super();
    this.options = { base, backend, threads, settings, site, choices, styles };
    this.storage = storage === undefined ? localStorageOrNull() : storage;
    this.watchdog = { ...WATCHDOG, ...watchdog };
    /** @type {BootValue | null} of the worker that lives now */
    this.boot = null;
    /** @type {SessionStats} */
    this.sessionStats = { voiceCount: 0, voices: [] };
    this.limit = new RestartLimit();
    this.realms = new Realms({ base, tell: (message, transfer) => this.#post(message, transfer) });
    this.requests = new PendingRequests({
      post: (message, transfer) => this.#post(message, transfer),
      onOverdue: (type) => this.#died(`no answer to "${type}" in time`),
      onBusy: () => this.heartbeat.start(),
      onIdle: () => {
        this.heartbeat.stop();
        this.#emit('idle', null);
      },
      onSpare: () => this.#emit('spare', null),
    });
    this.heartbeat = new Heartbeat({
      ask: () => this.#post({ v: PROTOCOL_VERSION, type: 'ping' }),
      patience: () => {
        const { silence, settleSilence, documentSilence } = this.watchdog;
        if (this.requests.has('openDocument')) return documentSilence;
        return this.requests.has('settle') ? settleSilence : silence;
      },
      onSilence: () => this.#died('it hangs'),
    });
    /** @type {WorkerHandle | null} */
    this.worker = null;
    /** No worker is started any more until somebody calls `start`. */
    this.refused = false;
    this.bootAlarm = new Alarm(() => this.#died('it did not boot in time'));
    this.snapshotBoot = false;
    /** The boot of the worker that is starting or living now. */
    this.booting = expectation();
    /** Resolves at the first boot; rejects when there is none. @type {Promise<void>} */
    this.ready = this.#firstBoot();
  }

  /** The page's mirror of the session cache; empty before boot and after a worker's death. */
  get stats() {
    return structuredClone(this.sessionStats);
  }

  /** Whether requests are on their way. */
  get busy() {
    return this.requests.busy;
  }

  /** Whether somebody waits for something that keeps the worker from speaking. */
  get needed() {
    return this.requests.needed;
  }

  /** Start the workers; after `fatal`, try anew. */
  start() {
    if (this.worker) return;
    if (this.refused) {
      this.refused = false;
      this.limit.reset();
      this.booting = expectation();
      this.ready = this.#firstBoot();
    }
    this.#spawn(true);
  }

  /**
   * @template {RequestType} T
   * @param {T} type
   * @param {import('./protocol.js').Requests[T][0]} payload
   * @param {{signal?: AbortSignal | null, transfer?: Transferable[], aside?: boolean}} [options]
   *   aside: nobody waits for it (see aside.js)
   * @returns {Promise<import('./protocol.js').Requests[T][1]>}
   * @throws {LecternError | DOMException} AbortError when `signal` said so
   */
  async request(type, payload, { signal = null, transfer = [], aside = false } = {}) {
    if (signal?.aborted) throw abortError(signal.reason);
    if (!aside && inTheWay(type)) this.#emit('asked', type);
    if (type === 'clearAudio' || type === 'clearAll') this.#emit('clearing', type);
    await abortable(this.booting.promise, signal);
    const value = await this.requests.send(type, payload, { signal, transfer, aside });
    if (type === 'settle') this.#store(DEVICE_KEY, value.device);
    return value;
  }

  /**
   * `request`, asked again when a worker was lost on the way.
   *
   * @template {RequestType} T
   * @param {T} type
   * @param {import('./protocol.js').Requests[T][0]} payload
   * @param {{signal?: AbortSignal | null}} [options]
   * @returns {Promise<import('./protocol.js').Requests[T][1]>}
   */
  async ask(type, payload, { signal = null } = {}) {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.request(type, payload, { signal });
      } catch (error) {
        if (!isLost(error) || attempt === MOST_ATTEMPTS) throw error;
      }
    }
  }

  /**
   * Other settings, from now on and for workers to come.
   *
   * @param {{site?: unknown, choices?: unknown}} [layers] what is left out stays
   * @returns {Promise<import('./protocol.js').ConfigureValue>}
   */
  configure(layers = {}) {
    Object.assign(this.options, layers);
    return this.ask('configure', layers);
  }

  /** The voice that was used last in this browser; '' for none. */
  get lastVoice() {
    const { voiceId } = this.#stored(WARM_KEY) ?? {};
    return typeof voiceId === 'string' ? voiceId : '';
  }

  /** End everything. */
  dispose() {
    this.#end(lostError('The engine was disposed of.', false), { forGood: true });
  }

  // -- a worker's life -------------------------------------------------------------

  /** @returns {Promise<void>} */
  #firstBoot() {
    const { promise, resolve, reject } = expectation();
    this.addEventListener('ready', () => resolve(), { once: true });
    this.addEventListener('fatal', (event) => reject(detail(event).error), { once: true });
    return promise;
  }

  /** @param {boolean} snapshot whether a stored memory snapshot may be used */
  #spawn(snapshot) {
    const stored = this.#stored(DEVICE_KEY);
    const device = typeof stored === 'object' ? stored : null;
    const realm = this.#firstRealm(device);
    this.snapshotBoot = false;
    this.bootAlarm.set(this.watchdog.boot);
    this.worker = new WorkerHandle({
      url: new URL('app/worker.js', this.options.base),
      name: WORKER_NAME,
      onMessage: (message) => this.#receive(message),
      onDeath: (reason) => this.#died(reason),
    });
    /** @type {BootPayload} */
    const payload = {
      ...this.options,
      version: BUILD.version,
      snapshot,
      lockName: this.worker.lockName,
      cores: navigator.hardwareConcurrency || 1,
      isolated: globalThis.crossOriginIsolated === true,
      prestarted: realm,
      device,
      prefix: this.#early('prefix'),
      warm: this.#early('start') === 'lazy' ? null : this.#stored(WARM_KEY),
      voices: {
        source: BUILD.voices.source && new URL(BUILD.voices.source, this.options.base).href,
        origins: [...BUILD.voices.origins, new URL(this.options.base).origin],
      },
    };
    this.#post({ v: PROTOCOL_VERSION, id: BOOT_ID, type: 'boot', payload });
    this.realms.open(1, realm);
  }

  /** @param {import('./protocol.js').Answer} answer */
  #bootAnswered(answer) {
    this.bootAlarm.stop();
    if (answer.ok) {
      this.boot = /** @type {BootValue} */ (answer.value);
      if (!this.boot.snapshot) this.#store(FULL_BOOT_KEY, this.boot.workMs);
      this.booting.resolve();
      this.#emit('ready', this.boot);
    } else if (answer.error.retryable) {
      this.#died(answer.error.message);
    } else {
      this.#giveUp(/** @type {LecternError} */ (LecternError.from(answer.error)));
    }
  }

  /** Replace the lectern worker. @param {string} reason */
  #died(reason) {
    const failedSnapshot = this.snapshotBoot && !this.boot;
    const sentence = `The speech engine was lost: ${reason}.`;
    if (this.limit.reached) {
      return this.#giveUp(
        lostError(`${sentence} It was restarted too often; reload the page.`, false),
      );
    }
    const count = this.limit.count();
    this.#end(lostError(`${sentence} It is started again.`, true));
    this.#emit('restart', { reason, count });
    this.#spawn(!failedSnapshot);
  }

  /** @param {LecternError} error */
  #giveUp(error) {
    this.#end(error, { forGood: true });
    this.#emit('fatal', { error });
  }

  /**
   * @param {LecternError} error for all that was pending
   * @param {{forGood?: boolean}} [options] also for all that will be asked
   */
  #end(error, { forGood = false } = {}) {
    this.bootAlarm.stop();
    this.heartbeat.stop();
    this.worker?.end();
    this.worker = null;
    this.realms.closeAll();
    this.boot = null;
    this.refused = forGood;
    this.booting.reject(error);
    this.booting = expectation();
    if (forGood) this.booting.reject(error);
    this.requests.rejectAll(error);
    this.#mirror({ voiceCount: 0, voices: [] });
  }

  /** How long the boot under way may go on without progress, in ms. */
  #bootPatience() {
    const { boot, snapshotBoot, slowSnapshotBoot } = this.watchdog;
    if (!this.snapshotBoot) return boot;
    const full = Number(this.#stored(FULL_BOOT_KEY)) || 0;
    return Math.max(snapshotBoot, Math.min(full, slowSnapshotBoot));
  }

  /** A setting that can't wait for Python. @param {'start' | 'prefix'} name */
  #early(name) {
    const { site, choices, settings } = this.options;
    return early(name, [site, choices, settings]);
  }

  /** @param {string} key @param {unknown} value JSON-shaped */
  #store(key, value) {
    try {
      this.storage?.setItem(key, JSON.stringify(value));
    } catch {
      // Storage that is full or forbidden: it is found out again next time.
    }
  }

  /** @param {string} key @returns {any} null when there is nothing, or no JSON */
  #stored(key) {
    try {
      return JSON.parse(this.storage?.getItem(key) ?? 'null');
    } catch {
      return null;
    }
  }

  /**
   * The ORT worker that is started side by side with Python; Python takes another where
   * this guess is wrong.
   *
   * @param {{realm?: RealmConfig} | null} device
   * @returns {RealmConfig}
   */
  #firstRealm(device) {
    const { backend, threads } = this.options;
    if (backend === 'webgpu') return { backend, threads: 1 };
    const known = device?.realm?.backend === 'wasm' ? device.realm.threads : SAFE_REALM.threads;
    const wanted = Number.isInteger(threads ?? known) ? Number(threads ?? known) : 1;
    const cores = navigator.hardwareConcurrency || 1;
    const most = globalThis.crossOriginIsolated ? cores : 1;
    return { ...SAFE_REALM, threads: Math.max(1, Math.min(wanted, most)) };
  }

  // -- messages --------------------------------------------------------------------

  /** @param {object} message @param {Transferable[]} [transfer] */
  #post(message, transfer) {
    this.worker?.post(message, transfer);
  }

  /** @param {any} message */
  #receive(message) {
    this.heartbeat.heard();
    if (message.id === BOOT_ID) return this.#bootAnswered(message);
    if (typeof message.id === 'number') return this.requests.answered(message);
    switch (message.event) {
      case 'booting':
        this.snapshotBoot = message.snapshot === true;
        if (!this.boot) this.bootAlarm.set(this.#bootPatience());
        break;
      case 'loading':
        if (!this.boot) this.bootAlarm.set(this.#bootPatience());
        break;
      case 'progress':
        this.requests.progressed(message);
        this.#emit('progress', message);
        break;
      case 'sessions':
        this.#mirror(message.stats);
        break;
      case 'used':
        this.#store(WARM_KEY, { voiceId: message.voiceId, sha256: message.sha256 });
        break;
      case 'voices':
        this.#emit('voices', null);
        break;
      case 'keep':
        this.#emit('keep', message.paths);
        break;
      case 'realm':
        if (message.config) this.realms.open(message.realm, message.config);
        else this.realms.close(message.realm, { hung: message.hung === true });
        break;
      case 'fatal':
        this.#died(message.error?.message ?? 'it gave up');
        break;
    }
  }

  /** @param {SessionStats} stats */
  #mirror(stats) {
    this.sessionStats = stats;
    this.#emit('sessions', this.stats);
  }

  /** @param {string} type @param {unknown} value */
  #emit(type, value) {
    this.dispatchEvent(new CustomEvent(type, { detail: value }));
  }
}

/** A promise with its two ends, whose rejection may go unheard. */
function expectation() {
  /** @type {PromiseWithResolvers<void>} */
  const expected = Promise.withResolvers();
  expected.promise.catch(() => {});
  return expected;
}

/** @param {string} message @param {boolean} retryable */
function lostError(message, retryable) {
  return new LecternError('engine_lost', message, { retryable });
}

/** @param {unknown} error */
function isLost(error) {
  return (
    error instanceof LecternError &&
    error.retryable &&
    (error.code === 'engine_lost' || error.code === 'engine_timeout')
  );
}

/** @param {Event} event */
function detail(event) {
  return /** @type {CustomEvent} */ (event).detail;
}

/** Reading `localStorage` throws where it is forbidden. @returns {KeyValues | null} */
function localStorageOrNull() {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}
