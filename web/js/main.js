// @ts-check
/** The composition root of the page: makes the parts, hands them to each other. Nobody imports it. */

import { BUILD } from '../vendor/build_info.js';
import { installDebug } from './debug.js';
import { assemble } from './lectern.js';
import { Keeper } from './keeping.js';
import { registerOffline } from './offline.js';
import { DISK_CACHE_BYTES } from './settings.js';
import { settleWhenIdle } from './settle.js';
import { askToKeep } from './keep_storage.js';
import { watchConnection } from './view/connection.js';
import { Page } from './view/page.js';
import { Memory } from './view/storage.js';
import { chooseLanguage, localize } from './view/strings.js';

/** With nothing spoken, work for later waits this long after the start, in ms. */
const UNSPOKEN_MS = 8000;

const { language, strings } = chooseLanguage(navigator.languages);
localize(document, language, strings);
watchConnection();

const base = new URL('.', document.baseURI).href;
const { lectern, engine } = assemble({ base, ...overrides(new URL(location.href).searchParams) });
installDebug({ engine });
Object.assign(window, { lectern });

/** @type {Promise<import('./library.js').Library> | null} */
let shelf = null;
/** Fetched when somebody looks: the first words need no library. */
const library = () => (shelf ??= import('./library.js').then(({ Library }) => new Library()));

/** Fetched when somebody comes that way. */
const arrivals = () => import('./arrivals.js');
const memory = new Memory(() => localStorage);
const keeper = new Keeper({
  lectern,
  async prepare(voiceId) {
    await askToKeep();
    await engine.ask('preload', { voiceId });
  },
  failures: async () => {
    const found = /** @type {any} */ (await engine.request('metrics', {}, { aside: true }));
    return found.counters;
  },
  memory,
  budget: DISK_CACHE_BYTES,
});

const page = new Page({
  lectern,
  events: engine,
  preload: (voiceId) => engine.request('preload', { voiceId }),
  keeper,
  memory,
  library,
  arrivals,
  base,
  language,
  strings,
  collectionHost: BUILD.voices.source && new URL(BUILD.voices.source, base).host,
  reload: () => location.reload(),
});

/** @type {import('./offline.js').Offline | null} */
let offline = null;

// What would have competed with the engine for the network begins when the engine is up.
// When it can't start, the page says so.
engine.ready.then(
  () => {
    offline = registerOffline({ base });
    page.connectOffline(offline);
    offline.keep([...wanted]);
  },
  () => {},
);

/** What was needed beyond the shell, as a language's pronunciation is. @type {Set<string>} */
const wanted = new Set();
engine.addEventListener('keep', (event) => {
  const paths = /** @type {CustomEvent<string[]>} */ (event).detail;
  for (const path of paths) wanted.add(path);
  offline?.keep(paths);
});

const fetchLater = () => offline?.fetchLater({ webgpu: engine.stats.backend === 'webgpu' });
settleWhenIdle(engine, {
  playing: () => lectern.playing,
  then: fetchLater,
  unspokenMs: UNSPOKEN_MS,
});

// Who closes the tab in the middle of the first text has a whole app offline all the same: the
// voices follow as soon as the look-ahead leaves the network alone.
let followed = false;
engine.addEventListener('idle', () => {
  if (followed || !offline || !engine.stats.voiceCount) return;
  followed = true;
  fetchLater();
});

/**
 * `?backend=wasm|webgpu`, `?threads=N` and `?output=element|direct`; anything else is chosen here.
 *
 * @param {URLSearchParams} parameters
 */
function overrides(parameters) {
  const backend = parameters.get('backend');
  const threads = Number(parameters.get('threads'));
  const output = parameters.get('output');
  return {
    backend: backend === 'wasm' || backend === 'webgpu' ? /** @type {'wasm' | 'webgpu'} */ (backend) : null,
    threads: Number.isInteger(threads) && threads > 0 ? threads : null,
    output: output === 'element' || output === 'direct' ? /** @type {'element' | 'direct'} */ (output) : null,
  };
}
