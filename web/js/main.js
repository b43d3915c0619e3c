// @ts-check
/**
 * The composition root of the page: makes the parts, hands them to each other. Nobody imports it.
 * The engine comes first: it needs longer than the screen, which follows (interface.js).
 */

import { BUILD } from '../vendor/build_info.js';
import { Configuration } from './configuration.js';
import { installDebug } from './debug.js';
import { assemble } from './lectern.js';
import { registerOffline } from './offline.js';
import { settleWhenIdle } from './settle.js';

/** With nothing spoken, work for later waits this long after the start, in ms. */
const UNSPOKEN_MS = 8000;

const base = new URL('.', document.baseURI).href;
const configuration = new Configuration({ base });
const { lectern, engine, silences, predictions } = assemble({
  base,
  ...configuration.layers,
  ...overrides(new URL(location.href).searchParams),
});
configuration.connect({ engine, silences });
installDebug({ engine, lectern });
Object.assign(window, { lectern });
const screen = import('./interface.js').then(({ show }) => show({ lectern, engine, configuration, predictions, base }));

/** @type {import('./offline.js').Offline | null} */
let offline = null;

// What would have competed with the engine for the network begins when the engine is up.
// When it can't start, the page says so.
engine.ready.then(
  () => {
    offline = registerOffline({ base });
    const mine = offline;
    void screen.then(({ page }) => page.connectOffline(mine));
    offline.keep([...wanted]);
    void configuration.fetchSite({ direct: BUILD.site && !offline.controlled, quietly: () => mine.site() });
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
  then: () => {
    void fetchLater();
    // Who wants the voice loaded at the first Play does not want it loaded for this.
    if (configuration.start !== 'lazy') void screen.then(({ foresight }) => foresight.idle());
  },
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
