// @ts-check
/**
 * The `lectern` worker: boots Python, gives it the host's adapters, hands messages over.
 *
 * It waits for `boot`, holds its Web Lock from then on, and answers `boot` when Python has
 * registered its handler. Whatever fails before that is the answer's error.
 */

import { BUILD } from '../vendor/build_info.js';
import { LecternError } from './errors.js';
import { findArticle } from './host/article.js';
import { AUDIO_SCHEMA, AudioStore } from './host/audio_store.js';
import { Database } from './host/database.js';
import { Downloads } from './host/downloads.js';
import { Espeak } from './host/espeak.js';
import { watchFetches } from './host/fetch_watch.js';
import { log } from './host/log.js';
import { installNumpy } from './host/numpy.js';
import { Ort } from './host/ort.js';
import { pdfItems } from './host/pdf.js';
import { Plans } from './host/plans.js';
import { Published } from './host/published.js';
import { bootPython } from './host/python.js';
import { SnapshotStore } from './host/snapshot.js';
import { VoiceFiles } from './host/voice_files.js';
import { queueForVoice } from './host/voice_locks.js';
import { VoiceNews } from './host/voice_news.js';
import { VoiceStore } from './host/voice_store.js';
import { warmStart } from './host/warm_start.js';
import { holdLock } from './lifeline.js';
import { PROTOCOL_VERSION } from './protocol.js';

/** Fetched when Python is up, and not before: the first boot has enough to fetch. */
const codecs = () => import('./host/codecs.js');

/**
 * @typedef {import('./protocol.js').BootPayload} BootPayload
 * @typedef {import('./protocol.js').ErrorData} ErrorData
 * @typedef {{request(id: number, type: string, payload: unknown): void, cancel(id: number): void}}
 *   Handlers Python's
 */

const scope = /** @type {DedicatedWorkerGlobalScope} */ (/** @type {unknown} */ (self));

/** @type {Handlers | null} */
let handlers = null;
let booting = false;
/** Messages for realms that came before the adapter was made. */
/** @type {MessageEvent[]} */
const early = [];
/** @type {Ort | null} */
let ort = null;
/** @type {Downloads | null} */
let downloads = null;

scope.onmessage = (event) => receive(event);

/** @param {MessageEvent} event */
function receive(event) {
  const message = event.data;
  if (message?.v !== PROTOCOL_VERSION) {
    if (typeof message?.id === 'number') {
      refuse(message.id, {
        code: 'protocol',
        message: 'The page and its worker are of different versions. Reload the page.',
        retryable: false,
      });
    }
    return;
  }
  switch (message.type) {
    case 'boot':
      boot(message.id, message.payload);
      break;
    case 'cancel':
      handlers?.cancel(message.id);
      break;
    case 'ping':
      scope.postMessage({ event: 'pong' });
      break;
    case 'realm':
      if (ort) ort.connect(message.realm, message.port);
      else early.push(event);
      break;
    case 'realm-lost':
      if (ort) ort.lost(message.realm, message.reason);
      else early.push(event);
      break;
    default:
      if (handlers && downloads) {
        // Files don't cross into Python: it gets tickets for them.
        const payload = downloads.adopt(message.payload ?? {});
        handlers.request(message.id, message.type, payload);
      } else refuse(message.id, { code: 'protocol', message: 'Boot first.', retryable: false });
  }
}

/**
 * @param {number} id
 * @param {BootPayload} payload
 */
async function boot(id, payload) {
  if (booting) {
    return refuse(id, { code: 'protocol', message: 'This worker has booted.', retryable: false });
  }
  booting = true;
  if (payload.version !== BUILD.version) {
    // The page has been open since before the server got a newer version.
    const message = 'Lectern was renewed on the server. Reload the page.';
    return refuse(id, { code: 'protocol', message, retryable: false });
  }
  const started = performance.now();
  await holdLock(payload.lockName);
  scope.postMessage({ event: 'alive' });
  const fetches = watchFetches({
    folder: new URL('wasm/pyodide/', payload.base).href,
    onProgress: (loaded) => scope.postMessage({ event: 'loading', loaded }),
  });
  try {
    const { snapshot, realm } = await start(payload);
    const now = performance.now();
    const ms = Math.round(now - started);
    const workMs = Math.round(now - fetches.lastArrival());
    answer(id, true, { snapshot, realm, ms, workMs }, null);
  } catch (error) {
    refuse(id, bootError(error));
  } finally {
    fetches.stop();
  }
}

/**
 * @param {BootPayload} payload
 * @returns {Promise<Omit<import('./protocol.js').BootValue, 'ms' | 'workMs'>>}
 */
async function start(payload) {
  const { base, prestarted } = payload;
  const snapshots = new SnapshotStore(BUILD.snapshotKey);
  const voices = new VoiceStore();
  const files = new VoiceFiles(base, { store: voices });
  downloads = new Downloads(voices);
  const onFetched = (/** @type {string[]} */ paths) => scope.postMessage({ event: 'keep', paths });
  const espeak = new Espeak(base, { onFetched });
  ort = new Ort({
    emit: (event) => scope.postMessage(event),
    takeFile: (file) => files.take(file),
    viewFile: (file) => files.view(file),
  });
  const plans = new Plans();
  if (prestarted) ort.adopt(1);
  for (const event of early.splice(0)) receive(event);
  if (prestarted && payload.warm) warmStart(payload.warm, { files, plans, ort, realm: 1 });
  // Side by side with Python; should it fail, the first sentence tries it again.
  espeak.ready().catch(() => {});

  const { py, fromSnapshot, made } = await bootPython({
    base,
    snapshots,
    useSnapshot: payload.snapshot,
    onLoading: (snapshot) => scope.postMessage({ event: 'booting', snapshot }),
    onFatal: ({ message }) =>
      scope.postMessage({
        event: 'fatal',
        error: { code: 'engine_lost', message: `Python broke down: ${message}`, retryable: true },
      }),
  });
  py.registerJsModule('lectern_host', {
    ort,
    espeak,
    store: new AudioStore({ database: new Database(named(AUDIO_SCHEMA, payload.prefix)) }),
    codecs: {
      /** @type {typeof import('./host/codecs.js').decode} */
      decode: async (...given) => (await codecs()).decode(...given),
      /** @type {typeof import('./host/codecs.js').encode} */
      encode: async (...given) => (await codecs()).encode(...given),
    },
    files,
    plans,
    voices,
    voiceLock: queueForVoice,
    voiceNews: new VoiceNews(),
    downloads,
    pdf: pdfItems,
    article: findArticle,
    published: new Published(base),
    snapshot: keeper(snapshots, made),
    numpy: () => installNumpy(py),
    log,
    emit: (/** @type {object} */ event) => scope.postMessage(event),
    answer,
    serve: (/** @type {Handlers} */ given) => {
      handlers = given;
    },
  });
  const browser = py.pyimport('lectern.browser');
  try {
    browser.start({ ...payload, published: BUILD.published });
  } finally {
    browser.destroy();
  }
  codecs().catch(() => {}); // told when it is needed
  return { snapshot: fromSnapshot, realm: prestarted ?? { backend: 'wasm', threads: 1 } };
}

/**
 * A database of one's own, where an origin has several.
 *
 * @param {import('./host/database.js').Schema} schema
 * @param {string} [prefix]
 */
function named(schema, prefix) {
  return prefix ? { ...schema, name: `${schema.name}-${prefix}` } : schema;
}

/**
 * The snapshot of this boot, held until there is time to write it.
 *
 * @param {SnapshotStore} snapshots
 * @param {Uint8Array | null} made
 */
function keeper(snapshots, made) {
  return {
    /** @returns {Promise<boolean>} whether one was written */
    async keep() {
      const bytes = made;
      made = null;
      if (bytes) await snapshots.write(bytes);
      return bytes !== null;
    },
    async clear() {
      made = null;
      await snapshots.clear();
    },
  };
}

/**
 * @param {number} id
 * @param {boolean} ok
 * @param {any} value the value, or the error's data
 * @param {Iterable<ArrayBuffer> | null | undefined} transfer
 */
function answer(id, ok, value, transfer) {
  const message = ok ? { id, ok, value: value ?? null } : { id, ok, error: value };
  scope.postMessage(message, transfer ? Array.from(transfer) : []);
}

/**
 * @param {number} id
 * @param {ErrorData} error
 */
function refuse(id, error) {
  answer(id, false, error, null);
}

/**
 * @param {unknown} error
 * @returns {ErrorData}
 */
function bootError(error) {
  const { type, message } = /** @type {{type?: string, message: string}} */ (error);
  if (error instanceof LecternError) return { ...error, message };
  if (type === 'BadOption') {
    // Pyodide gives the traceback; its last line is "lectern.errors.BadOption: sentence".
    const sentence = message.trimEnd().split('\n').at(-1) ?? message;
    return { code: 'bad_option', message: sentence.replace(/^[\w.]+: /, ''), retryable: false };
  }
  return { code: 'engine_lost', message: `Python did not start: ${message}`, retryable: true };
}
