// @ts-check
/** The composition root of the page: makes the parts, hands them to each other. Nobody imports it. */

import { installDebug } from './debug.js';
import { assemble } from './lectern.js';
import { registerOffline } from './offline.js';
import { watchConnection } from './view/connection.js';
import { Page } from './view/page.js';
import { Memory } from './view/storage.js';
import { chooseLanguage, localize } from './view/strings.js';

/** With nothing played, work for later waits this long after the start, in ms. */
const IDLE_START = 8000;

const { language, strings } = chooseLanguage(navigator.languages);
localize(document, language, strings);
watchConnection();

const base = new URL('.', document.baseURI).href;
const { lectern, engine } = assemble({ base, ...overrides(new URL(location.href).searchParams) });
installDebug({ engine });
Object.assign(window, { lectern });

const page = new Page({
  lectern,
  events: engine,
  preload: (voiceId) => engine.request('preload', { voiceId }),
  memory: new Memory(() => localStorage),
  language,
  strings,
  reload: () => location.reload(),
});

// When it can't start, the page says so.
engine.ready.then(start, () => {});

/** The engine is up: what would have competed with it for the network may begin. */
function start() {
  const offline = registerOffline({ base });
  page.connectOffline(offline);
  let settled = false;
  const settle = () => {
    if (settled) return;
    settled = true;
    whenIdle(async () => {
      await engine.request('settle', {}).catch((error) => console.warn(error));
      await offline.fetchLater({ webgpu: engine.stats.backend === 'webgpu' });
    });
  };
  page.addEventListener('firstsound', settle);
  setTimeout(settle, IDLE_START);
}

/**
 * `?backend=wasm|webgpu` and `?threads=N`; anything else is left to the engine.
 *
 * @param {URLSearchParams} parameters
 */
function overrides(parameters) {
  const backend = parameters.get('backend');
  const threads = Number(parameters.get('threads'));
  return {
    backend: backend === 'wasm' || backend === 'webgpu' ? /** @type {'wasm' | 'webgpu'} */ (backend) : null,
    threads: Number.isInteger(threads) && threads > 0 ? threads : null,
  };
}

/** @param {() => unknown} work */
function whenIdle(work) {
  if ('requestIdleCallback' in window) requestIdleCallback(work, { timeout: 5000 });
  else setTimeout(work, 200);
}
