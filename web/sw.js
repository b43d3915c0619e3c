// @ts-check
/// <reference lib="webworker" />
/**
 * The service worker: the app without a network, and isolation headers on hosts that
 * send none. It keeps files, it knows nothing of speech.
 *
 * The build puts `self.LECTERN_BUILD = {version, files}` before this line: every file of
 * the folder with its SHA-256. Nothing is stored or answered in a file's name whose bytes
 * are not those, so two versions never mix:
 * - `lectern-shell-VERSION@SCOPE` holds one version whole, written while the old one runs;
 * - a page is served from the version that it was loaded with, to its end, even after
 *   another tab has put a newer service worker in charge (`lectern-meta@SCOPE` knows);
 * - `lectern-voices` is shared by the versions: its keys hold the hash.
 * The page decides when: `later`, `keep`, `status`, `activate` are messages of offline.js.
 */

(() => {
  /**
   * @typedef {'shell' | 'engine' | 'voice' | 'later' | 'source'} When
   * @typedef {{path: string, size: number, sha256: string, when: When}} FileEntry
   * @typedef {{version: string, files: FileEntry[]}} BuildData  files.json
   * @typedef {{version: string, cache: string, files: Map<string, FileEntry>}} Build
   * @typedef {{active: string, installing: string, clients: Record<string, string>}} Meta
   *   versions; `clients`: client id -> version, of clients that are older than `active`
   */

  const sw = /** @type {ServiceWorkerGlobalScope & {LECTERN_BUILD: BuildData}} */ (
    /** @type {unknown} */ (self)
  );
  const SCOPE = sw.registration.scope;
  const HERE = new URL(SCOPE).pathname;
  const VOICES = 'lectern-voices';
  const META = `lectern-meta@${HERE}`;
  const MANIFEST = 'files.json';
  const PAGE = 'index.html';
  const MODELS = 'models/piper/';
  const WEBGPU = 'wasm/ort/'; // what is fetched `later` from here is the WebGPU build
  const LANGUAGES = 'wasm/espeak/lang/'; // what is for `later` here is stored when it was used
  const PARALLEL = 4;
  /** Voices are stored unasked while they fit in this together, the others when used. */
  const VOICE_BUDGET = 64 * 2 ** 20;
  /** A larger file reaches the page as it arrives (progress); the page checks its hash. */
  const STREAMED_FROM = 2 ** 20;

  const ISOLATION = {
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp',
    'Cross-Origin-Resource-Policy': 'same-origin',
  };
  const HASH_HEADER = 'X-Lectern-SHA256';

  /** @param {string} version */
  const cacheName = (version) => `lectern-shell-${version}@${HERE}`;
  /** @param {BuildData} data @returns {Build} */
  const buildFrom = ({ version, files }) => ({
    version,
    cache: cacheName(version),
    files: new Map(files.map((file) => [file.path, file])),
  });
  const OWN = buildFrom(sw.LECTERN_BUILD);

  /** @param {FileEntry} file */
  const needed = ({ when }) => when === 'shell' || when === 'engine';
  /** @param {string} path */
  const urlOf = (path) => new URL(path, SCOPE).href;
  /** @param {FileEntry} file */
  const keyOf = (file) =>
    file.when === 'voice' ? `${urlOf(file.path)}?sha256=${file.sha256}` : urlOf(file.path);
  /** @param {Build} build @param {FileEntry} file */
  const cacheOf = (build, file) => caches.open(file.when === 'voice' ? VOICES : build.cache);

  /** @type {Map<string, Promise<any>>} */
  const promised = new Map();

  /**
   * Do it once in this worker's life; a failure is forgotten.
   * @template T @param {string} key @param {() => Promise<T>} work @returns {Promise<T>}
   */
  function once(key, work) {
    const begun = promised.get(key);
    if (begun) return begun;
    const result = work();
    promised.set(key, result);
    result.catch(() => promised.delete(key));
    return result;
  }

  // -- bytes that are right -----------------------------------------------------------

  class WrongBytes extends Error {
    /** @param {FileEntry} file */
    constructor(file) {
      super(`${file.path} is not the file of this version.`);
    }
  }

  /** Files that came wrong in this worker's life. @type {Set<FileEntry>} */
  const suspects = new Set();

  /** @param {FileEntry} file @param {ArrayBuffer} body */
  async function isRight(file, body) {
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', body));
    const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
    const right = hex === file.sha256;
    if (!right) suspects.add(file);
    return right;
  }

  /**
   * The HTTP cache is asked to revalidate: it may hold another version. It may also hold
   * a body that was cut short, under a valid ETag: what came wrong once bypasses it.
   * The page is asked for by the folder's address: some hosts redirect from `index.html`.
   * @param {FileEntry} file @param {RequestInit} options
   */
  async function ask(file, options) {
    const url = file.path === PAGE ? SCOPE : urlOf(file.path);
    const cache = suspects.has(file) ? 'reload' : 'no-cache';
    const response = await fetch(url, { cache, ...options });
    if (response.status === 200) return response;
    throw new Error(`${file.path}: the server answered ${response.status}.`);
  }

  /** A file from the network, checked. @param {FileEntry} file @param {RequestInit} options */
  async function whole(file, options) {
    for (let tries = 0; tries < 2; tries++) {
      const response = await ask(file, options);
      const body = await response.arrayBuffer();
      if (await isRight(file, body)) return { headers: response.headers, body };
    }
    throw new WrongBytes(file);
  }

  /** Headers as they are stored. @param {FileEntry} file @param {Headers} from @param {string} csp */
  function storedHeaders(file, from, csp) {
    const headers = new Headers(ISOLATION);
    headers.set('Content-Type', mimeOf(file, from));
    headers.set('Content-Length', String(file.size));
    headers.set('Accept-Ranges', 'bytes');
    headers.set(HASH_HEADER, file.sha256);
    if (csp && /\.(html|m?js)$/.test(file.path)) headers.set('Content-Security-Policy', csp);
    return headers;
  }

  /** The types that browsers insist on. @param {FileEntry} file @param {Headers} from */
  function mimeOf(file, from) {
    if (file.path.endsWith('.wasm')) return 'application/wasm';
    if (/\.m?js$/.test(file.path)) return 'text/javascript; charset=utf-8';
    if (file.path.endsWith('.html')) return 'text/html; charset=utf-8';
    return from.get('Content-Type') ?? 'application/octet-stream';
  }

  /** The policy in a page's <meta>, as a header has it. @param {ArrayBuffer} page */
  function policyOf(page) {
    const html = new TextDecoder().decode(page);
    const meta = /<meta\s[^>]*http-equiv="Content-Security-Policy"[^>]*>/i.exec(html)?.[0] ?? '';
    const content = /\scontent="([^"]*)"/i.exec(meta)?.[1] ?? '';
    return content.replaceAll('&#39;', "'").replaceAll('&amp;', '&').replace(/\s+/g, ' ').trim();
  }

  /** The Content-Security-Policy of a version whose page is stored. @param {Build} build */
  const policy = (build) =>
    once(`policy ${build.version}`, async () => {
      const page = await caches.match(urlOf(PAGE), { cacheName: build.cache });
      return page ? policyOf(await page.arrayBuffer()) : '';
    });

  /**
   * Checked bytes as an answer.
   * @param {Build} build @param {FileEntry} file @param {ArrayBuffer} body @param {Headers} from
   */
  async function dressed(build, file, body, from) {
    const csp = file.path === PAGE ? policyOf(body) : await policy(build);
    return new Response(body, { headers: storedHeaders(file, from, csp) });
  }

  /** @param {Build} build @param {FileEntry} file @param {Response} response */
  const store = async (build, file, response) =>
    (await cacheOf(build, file)).put(keyOf(file), response);

  /** @param {Build} build @param {FileEntry} file @returns {Promise<Response | undefined>} */
  async function stored(build, file) {
    const response = await (await cacheOf(build, file)).match(keyOf(file));
    return response?.headers.get(HASH_HEADER) === file.sha256 ? response : undefined;
  }

  /**
   * Have a file stored: it is already, or an older version has it, or it is fetched.
   * @param {FileEntry} file @param {string[]} [older] cache names
   */
  async function obtain(file, older = []) {
    if ((await stored(OWN, file)) || (await copied(file, older))) return;
    const { headers, body } = await whole(file, { priority: 'low' });
    await store(OWN, file, await dressed(OWN, file, body, headers));
  }

  /** Copy a file that did not change. @param {FileEntry} file @param {string[]} older */
  async function copied(file, older) {
    for (const cacheName of older) {
      const found = await caches.match(urlOf(file.path), { cacheName });
      if (found?.headers.get(HASH_HEADER) !== file.sha256) continue;
      const body = await found.arrayBuffer();
      if (!(await isRight(file, body))) continue;
      await store(OWN, file, await dressed(OWN, file, body, found.headers));
      return true;
    }
    return false;
  }

  /** This scope's shell caches of other versions. */
  async function olderCaches() {
    const names = await caches.keys();
    const ours = names.filter((name) => name.startsWith('lectern-shell-'));
    return ours.filter((name) => name.endsWith(`@${HERE}`) && name !== OWN.cache);
  }

  // -- which version a client runs ----------------------------------------------------

  /** @returns {Promise<Meta>} */
  const meta = () =>
    once('meta', async () => {
      const found = await caches.match(urlOf('meta'), { cacheName: META });
      return (await found?.json()) ?? { active: '', installing: '', clients: {} };
    });

  /** @param {(meta: Meta) => void} change @returns {Promise<Meta>} */
  function changeMeta(change) {
    return navigator.locks.request(META, async () => {
      promised.delete('meta'); // an installing worker writes it beside the active one
      const now = await meta();
      const before = JSON.stringify(now);
      change(now);
      const after = JSON.stringify(now);
      if (after !== before) await (await caches.open(META)).put(urlOf('meta'), new Response(after));
      return now;
    });
  }

  /** A version as it was installed; undefined: it is gone. @param {string} version */
  const installed = (version) =>
    once(`build ${version}`, async () => {
      const manifest = await caches.match(urlOf(MANIFEST), { cacheName: cacheName(version) });
      return manifest && buildFrom(await manifest.json());
    });

  /**
   * The build that serves this request; undefined when it was wiped under an old page.
   * @param {FetchEvent} event @returns {Promise<Build | undefined>}
   */
  async function buildOf(event) {
    if (event.request.mode === 'navigate') {
      event.waitUntil(sweep());
      return OWN;
    }
    const { clients } = await meta();
    const version = clients[event.clientId];
    if (!version) return OWN;
    const worker = event.resultingClientId;
    if (worker && worker !== event.clientId && !clients[worker]) {
      // A worker started by an old page is as old; known before it asks for more.
      await changeMeta((now) => void (now.clients[worker] = version));
    }
    return installed(version);
  }

  /** Forget clients that are gone, then versions and voices that nobody runs. */
  async function sweep() {
    const alive = new Set((await sw.clients.matchAll({ type: 'all' })).map(({ id }) => id));
    const { active, installing, clients } = await changeMeta((now) => {
      const known = Object.entries(now.clients);
      const running = new Set(known.filter(([id]) => alive.has(id)).map(([, version]) => version));
      for (const [id, version] of known) if (!running.has(version)) delete now.clients[id];
    });
    if (active !== OWN.version) return;
    const keep = new Set([active, installing, ...Object.values(clients)].map(cacheName));
    for (const name of await olderCaches()) if (!keep.has(name)) await caches.delete(name);
    if (Object.keys(clients).length === 0) await sweepVoices();
  }

  /** Drop stored voices that this version replaced or does not have any more. */
  async function sweepVoices() {
    const known = new Set([...OWN.files.values()].map(keyOf));
    const cache = await caches.open(VOICES);
    for (const { url } of await cache.keys()) {
      if (url.startsWith(urlOf(MODELS)) && !known.has(url)) await cache.delete(url);
    }
  }

  // -- its life -------------------------------------------------------------------------

  async function install() {
    await changeMeta((now) => void (now.installing = OWN.version));
    const older = await olderCaches();
    const files = [...OWN.files.values()];
    // The page first: the others are stored with its policy.
    const page = OWN.files.get(PAGE);
    if (page) await obtain(page, older);
    const queue = files.filter(needed).values();
    const lane = async () => {
      for (const file of queue) await obtain(file, older);
    };
    const lanes = await Promise.allSettled(Array.from({ length: PARALLEL }, lane));
    for (const end of lanes) if (end.status === 'rejected') throw end.reason;
    for (const file of files) {
      if (file.when !== 'later' || (await stored(OWN, file)) || (await copied(file, older))) continue;
      // A language that somebody uses, and that is another file now: some version has it.
      const used = file.path.startsWith(LANGUAGES) && (await caches.match(urlOf(file.path)));
      if (used) await obtain(file).catch(() => undefined);
    }
    // Last: a cache with a manifest is whole.
    const cache = await caches.open(OWN.cache);
    const headers = { ...ISOLATION, 'Content-Type': 'application/json' };
    await cache.put(urlOf(MANIFEST), new Response(JSON.stringify(sw.LECTERN_BUILD), { headers }));
  }

  async function activate() {
    const pages = await sw.clients.matchAll({ type: 'all' });
    await changeMeta((now) => {
      // Whoever is here already was loaded with an older version.
      for (const { id } of pages) if (now.active) now.clients[id] ??= now.active;
      now.active = OWN.version;
      if (now.installing === OWN.version) now.installing = '';
    });
    await sweep();
  }

  // -- answers --------------------------------------------------------------------------

  /** @param {FetchEvent} event @param {string} path within the scope */
  async function answer(event, path) {
    const { request } = event;
    const build = await buildOf(event);
    if (!build) return refusal('This page is of a version that is gone.');
    const file = build.files.get(path);
    if (!file) {
      const own = path === MANIFEST && caches.match(urlOf(path), { cacheName: build.cache });
      return (await own) || isolated(await fetch(request));
    }
    const range = request.headers.get('Range');
    const kept = await stored(build, file);
    if (kept) return range ? partOf(kept, range) : kept;
    if (file.when === 'voice' && range) return isolated(await fetch(request));
    if (file.when === 'voice' && file.size > STREAMED_FROM) return streamed(event, build, file);
    try {
      const { headers, body } = await whole(file, { signal: request.signal });
      const fresh = await dressed(build, file, body, headers);
      // Where there is no room it is not kept.
      event.waitUntil(store(build, file, fresh.clone()).catch(() => undefined));
      return range ? partOf(fresh, range) : fresh;
    } catch (error) {
      if (error instanceof WrongBytes) return refusal(error.message);
      throw error;
    }
  }

  /**
   * A voice as it arrives; stored beside it once it is here and right.
   * @param {FetchEvent} event @param {Build} build @param {FileEntry} file
   */
  async function streamed(event, build, file) {
    const response = await ask(file, { signal: event.request.signal });
    const copy = response.clone();
    const keep = async () => {
      const body = await copy.arrayBuffer();
      if (!(await isRight(file, body))) return;
      await store(build, file, await dressed(build, file, body, copy.headers));
    };
    // Cut, wrong or no room: it is not kept, and the page sees by itself what it got.
    event.waitUntil(keep().catch(() => undefined));
    return new Response(response.body, { headers: storedHeaders(file, response.headers, '') });
  }

  /** A host's answer with isolation headers. @param {Response} response */
  function isolated(response) {
    if (response.type !== 'basic' && response.type !== 'default') return response;
    const headers = new Headers(response.headers);
    for (const [name, value] of Object.entries(ISOLATION)) headers.set(name, value);
    if (headers.has('Content-Encoding')) {
      // The body is unpacked already: its length is another.
      headers.delete('Content-Encoding');
      headers.delete('Content-Length');
    }
    const { status, statusText } = response;
    return new Response(response.body, { status, statusText, headers });
  }

  /** @param {string} message */
  const refusal = (message) =>
    new Response(`${message} Reload the page.`, {
      status: 503,
      headers: { ...ISOLATION, 'Content-Type': 'text/plain; charset=utf-8' },
    });

  /** A byte range of an answer: 206, or 416. @param {Response} full @param {string} range */
  async function partOf(full, range) {
    const asked = /^bytes=(\d*)-(\d*)$/.exec(range.trim());
    if (!asked || (!asked[1] && !asked[2])) return full; // several, or none that we know: all of it
    const body = await full.blob();
    const size = body.size;
    const first = asked[1] ? Number(asked[1]) : Math.max(0, size - Number(asked[2]));
    const last = asked[1] && asked[2] ? Math.min(Number(asked[2]), size - 1) : size - 1;
    const headers = new Headers(full.headers);
    if (first >= size || first > last) {
      headers.set('Content-Range', `bytes */${size}`);
      headers.delete('Content-Length');
      return new Response(null, { status: 416, headers });
    }
    headers.set('Content-Range', `bytes ${first}-${last}/${size}`);
    headers.set('Content-Length', String(last - first + 1));
    const type = headers.get('Content-Type') ?? undefined;
    return new Response(body.slice(first, last + 1, type), { status: 206, headers });
  }

  // -- messages of offline.js -----------------------------------------------------------

  /** The files that are stored in idle time. @param {boolean} webgpu */
  function laterFiles(webgpu) {
    let room = VOICE_BUDGET;
    const files = [...OWN.files.values()];
    const voices = files.filter(
      ({ when, size }) => when === 'voice' && size <= room && (room -= size) >= 0,
    );
    /** @param {string} path */
    const unasked = (path) => !path.startsWith(LANGUAGES) && (webgpu || !path.startsWith(WEBGPU));
    return { voices, others: files.filter(({ when, path }) => when === 'later' && unasked(path)) };
  }

  /**
   * One at a time, not to be in the way.
   * @param {boolean} webgpu
   * @param {(detail: {loaded: number, total: number}) => void} progress bytes
   */
  async function fetchLater(webgpu, progress) {
    const { voices, others } = laterFiles(webgpu);
    const files = [...voices, ...others];
    const total = files.reduce((sum, { size }) => sum + size, 0);
    let loaded = 0;
    let failure;
    for (const file of files) {
      // One file that fails is no reason to go without the others.
      await obtain(file).catch((error) => (failure ??= error));
      progress({ loaded: (loaded += file.size), total });
    }
    if (failure) throw failure;
  }

  /** Files that are in use. @param {string[]} paths */
  async function keep(paths) {
    const files = paths.map((path) => OWN.files.get(path));
    for (const file of files) if (file && file.when !== 'voice') await obtain(file);
  }

  async function status() {
    /** @param {FileEntry[]} files */
    const present = async (files) => {
      const found = await Promise.all(files.map((file) => stored(OWN, file)));
      return files.filter((_, i) => found[i]).map(({ path }) => path);
    };
    const files = [...OWN.files.values()];
    const shell = files.filter(needed);
    const shellComplete = (await present(shell)).length === shell.length;
    const voices = await present(files.filter(({ when }) => when === 'voice'));
    const later = await present(files.filter(({ when }) => when === 'later'));
    const ready = shellComplete && laterFiles(false).voices.every(({ path }) => voices.includes(path));
    return { version: OWN.version, shellComplete, voices, later, ready };
  }

  // -- events ---------------------------------------------------------------------------

  sw.addEventListener('install', (event) => event.waitUntil(install()));
  sw.addEventListener('activate', (event) => event.waitUntil(activate()));

  sw.addEventListener('fetch', (event) => {
    const { request } = event;
    const url = new URL(request.url);
    if (request.method !== 'GET' || url.origin !== sw.location.origin) return;
    if (!url.pathname.startsWith(HERE)) return;
    if (request.cache === 'only-if-cached' && request.mode !== 'same-origin') return;
    let path;
    try {
      path = decodeURIComponent(url.pathname.slice(HERE.length)) || PAGE;
    } catch {
      return; // not an address of ours
    }
    event.respondWith(answer(event, path));
  });

  sw.addEventListener('message', (event) => {
    const { type, webgpu, paths } = event.data ?? {};
    const port = event.ports[0];
    /** @param {Promise<object | void>} work */
    const answerWith = (work) => {
      const value = work.catch((error) => ({ error: `${error}` }));
      event.waitUntil(value.then((end) => port?.postMessage({ done: true, ...end })));
    };
    if (type === 'activate') event.waitUntil(sw.skipWaiting());
    if (type === 'status') answerWith(status());
    if (type === 'keep') answerWith(keep(paths));
    if (type === 'later') answerWith(fetchLater(webgpu === true, (data) => port?.postMessage(data)));
  });
})();
