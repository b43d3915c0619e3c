// @ts-check
/**
 * The page's side of sw.js: registers it, learns when everything is here for a life
 * without a network, says when a newer version waits, and fetches in idle time what is
 * only sometimes needed. Where there is no service worker all of it quietly is "no".
 */

const UPDATE_EVERY_MS = 3600 * 1000;
const IDLE_LIMIT_MS = 5000;
const SILENCE_LIMIT_MS = 120 * 1000;

/**
 * @typedef {object} OfflineStatus  sw.js's answer to `status`
 * @property {string} version
 * @property {boolean} shellComplete  page and engine are stored
 * @property {string[]} voices  paths that are stored
 * @property {string[]} later  paths that are stored
 * @property {boolean} ready  shell, engine and voices are stored: the network may go
 */

/**
 * Events: `ready` (once), `update` (a newer version waits for the user), `progress`
 * ({loaded, total} bytes of fetchLater).
 */
export class Offline extends EventTarget {
  #container;
  /** @type {ServiceWorkerRegistration | null} */
  #registration = null;
  /** @type {Promise<void>} */
  #registered;
  #checked = Date.now();
  #reload;

  /** True when the app would start and speak without a network. */
  ready = false;
  /** True when a newer version waits; `applyUpdate` starts it. */
  update = false;

  /**
   * @param {string} base absolute URL of the folder, with a final slash
   * @param {ServiceWorkerContainer | undefined} container undefined where there is none
   * @param {() => void} reload
   */
  constructor(base, container, reload) {
    super();
    this.#container = container;
    this.#reload = reload;
    this.#registered = this.#register(base).catch((error) => {
      // Private windows and blocked site data: the app goes on with its network.
      console.debug(`[Lectern] no offline mode: ${error}`);
    });
  }

  /** Whether this page's requests pass through a service worker. */
  get controlled() {
    return Boolean(this.#container?.controller);
  }

  /** @param {string} base */
  async #register(base) {
    if (!this.#container) return;
    await pageLoaded();
    const registration = await this.#container.register(`${base}sw.js`, {
      scope: base,
      updateViaCache: 'none',
    });
    this.#registration = registration;
    registration.addEventListener('updatefound', () => this.#follow(registration.installing));
    this.#follow(registration.installing);
    if (registration.waiting) this.#announceUpdate();
    document.addEventListener('visibilitychange', () => this.#checkForUpdate());
    await this.#refresh();
  }

  /**
   * Watch a worker grow up: the first one makes us ready, a later one is an update.
   * @param {ServiceWorker | null} worker
   */
  #follow(worker) {
    worker?.addEventListener('statechange', () => {
      if (worker.state === 'installed' && this.#registration?.active) this.#announceUpdate();
      if (worker.state === 'activated') void this.#refresh();
    });
  }

  #announceUpdate() {
    if (this.update) return;
    this.update = true;
    this.dispatchEvent(new Event('update'));
  }

  #checkForUpdate() {
    if (document.visibilityState !== 'visible') return;
    if (Date.now() - this.#checked < UPDATE_EVERY_MS) return;
    this.#checked = Date.now();
    this.#registration?.update().catch(() => undefined); // no network: next time
  }

  async #refresh() {
    const status = await this.status();
    if (!status?.ready || this.ready) return;
    this.ready = true;
    this.dispatchEvent(new Event('ready'));
  }

  /**
   * What is stored; null while there is no active service worker.
   * @returns {Promise<OfflineStatus | null>}
   */
  async status() {
    const worker = this.#registration?.active;
    if (!worker) return null;
    return converse(worker, { type: 'status' });
  }

  /**
   * Fetch in idle time what offline life needs and the start did not: voices, micropip,
   * NumPy, and the WebGPU build where it is of use. Call it after the first sound.
   * @param {{webgpu?: boolean}} [options] webgpu: a real adapter is here
   * @returns {Promise<boolean>} true when all of it is stored; false never needs an answer
   */
  async fetchLater({ webgpu = false } = {}) {
    await this.#registered;
    const worker = await this.#activeWorker();
    if (!worker) return false;
    await idle();
    const end = await converse(worker, { type: 'later', webgpu }, (detail) =>
      this.dispatchEvent(new CustomEvent('progress', { detail })),
    );
    await this.#refresh();
    return end !== null && end.error === undefined;
  }

  /**
   * Have files stored that are fetched only when they are used, and were used now: on the
   * first visit no service worker sees the request. Whether it succeeds nobody waits for.
   * @param {string[]} paths within the folder
   */
  async keep(paths) {
    if (!paths.length) return;
    await this.#registered;
    const worker = await this.#activeWorker();
    if (worker) await converse(worker, { type: 'keep', paths });
  }

  /**
   * The file with the site's settings, asked for by the service worker: its being missing is no error in
   * the page's console.
   *
   * @returns {Promise<{here: boolean | null, text: string} | null>} here: null where the host can't be
   *   asked now; null where there is no service worker
   */
  async site() {
    await this.#registered;
    const worker = await this.#activeWorker();
    return worker && converse(worker, { type: 'site' });
  }

  /** The active worker, awaited while the first one installs; null when that fails. */
  async #activeWorker() {
    const registration = this.#registration;
    if (!registration || registration.active) return registration?.active ?? null;
    const first = registration.installing ?? registration.waiting;
    if (first) await settled(first);
    return registration.active;
  }

  /**
   * Start the version that waits, unless another tab did, and reload this page into it.
   * Only on the user's word.
   */
  async applyUpdate() {
    const waiting = this.#registration?.waiting;
    if (waiting) {
      const started = settled(waiting);
      waiting.postMessage({ type: 'activate' });
      await started;
    }
    if (this.update) this.#reload();
  }
}

/**
 * Register the folder's service worker once the page is loaded. Never throws.
 * @param {{base: string, container?: ServiceWorkerContainer, reload?: () => void}} options
 *   base: absolute URL of the folder, with a final slash
 */
export function registerOffline({
  base,
  container = serviceWorkers(),
  reload = () => location.reload(),
}) {
  return new Offline(base, container, reload);
}

/** Undefined where the browser gives none: no secure context, or a sandboxed frame (throws). */
function serviceWorkers() {
  try {
    return navigator.serviceWorker;
  } catch {
    return undefined;
  }
}

/**
 * Send a message and await the last answer. The browser may end a service worker in the
 * middle of its work, and tells nobody: a long silence is answered with null.
 * @param {ServiceWorker} worker @param {object} message
 * @param {(data: any) => void} [progress] gets the answers before the last
 * @returns {Promise<any>}
 */
function converse(worker, message, progress) {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    /** @param {any} data */
    const end = (data) => {
      clearTimeout(timer);
      port1.close();
      resolve(data);
    };
    let timer = setTimeout(end, SILENCE_LIMIT_MS, null);
    port1.onmessage = ({ data }) => {
      if (data.done) return end(data);
      clearTimeout(timer);
      timer = setTimeout(end, SILENCE_LIMIT_MS, null);
      progress?.(data);
    };
    worker.postMessage(message, [port2]);
  });
}

/**
 * Until a worker is activated, or has failed.
 * @param {ServiceWorker} worker @returns {Promise<void>}
 */
function settled(worker) {
  return new Promise((resolve) => {
    const check = () => {
      if (worker.state === 'activated' || worker.state === 'redundant') resolve();
    };
    worker.addEventListener('statechange', check);
    check();
  });
}

/** @returns {Promise<void>} */
function pageLoaded() {
  return new Promise((resolve) => {
    if (document.readyState === 'complete') resolve();
    else addEventListener('load', () => resolve(), { once: true });
  });
}

/** @returns {Promise<void>} */
function idle() {
  return new Promise((resolve) => {
    // Safari has no requestIdleCallback.
    if (typeof requestIdleCallback === 'function') {
      requestIdleCallback(() => resolve(), { timeout: IDLE_LIMIT_MS });
    } else {
      setTimeout(resolve, 0);
    }
  });
}
