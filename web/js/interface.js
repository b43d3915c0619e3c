// @ts-check
/** The screen's half of the composition root: what main.js does not need to start the engine. */

import { BUILD } from '../vendor/build_info.js';
import { cacheRoom } from './cache_room.js';
import { Foresight } from './foresight.js';
import { Habits } from './habits.js';
import { askToKeep } from './keep_storage.js';
import { Keeper } from './keeping.js';
import { measuring } from './measuring.js';
import { resources } from './resources.js';
import { watchConnection } from './view/connection.js';
import { Page } from './view/page.js';
import { Memory } from './view/storage.js';
import { chooseLanguage, localize } from './view/strings.js';

/** @type {Promise<import('./library.js').Library> | null} */
let shelf = null;
/** Fetched when somebody looks: the first words need no library. */
const library = () => (shelf ??= import('./library.js').then(({ Library }) => new Library()));

/** Fetched when somebody comes that way. */
const arrivals = () => import('./arrivals.js');

/**
 * @param {object} parts
 * @param {import('./lectern.js').Lectern} parts.lectern
 * @param {import('./engine.js').Engine} parts.engine
 * @param {import('./configuration.js').Configuration} parts.configuration
 * @param {import('./predictions.js').Predictions} parts.predictions
 * @param {string} parts.base  absolute URL of the folder, with a final slash
 */
export function show({ lectern, engine, configuration, predictions, base }) {
  const habits = new Habits(localStorageOrNull());
  configuration.addEventListener('change', () => {
    if (!configuration.value('rememberPhrases', true)) habits.forget();
  });
  const foresight = new Foresight({
    lectern,
    predictions,
    habits,
    remembers: () => configuration.value('rememberPhrases', false),
    resources,
    // The voice that was used last is being loaded by itself (warm_load.js), before anybody asks.
    resident: (voiceId) =>
      engine.stats.voices.includes(voiceId) ||
      (configuration.start !== 'lazy' && voiceId === engine.lastVoice),
  });
  const { language, strings } = chooseLanguage(navigator.languages);
  localize(document, language, strings);
  watchConnection();
  const memory = new Memory(() => localStorage, () => sessionStorage);
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
    room: cacheRoom({ configuration }),
  });
  // A text that is kept offline is kept as audio: whoever clears that, it would only be thought to be.
  engine.addEventListener('clearing', () => keeper.forget());
  const page = new Page({
    lectern,
    events: engine,
    // What the site has published needs no voice; where it has published nothing that is not looked up.
    preload: (voiceId, reading) => engine.request('preload', { voiceId, ...(BUILD.published && { reading }) }),
    keeper,
    metrics: measuring({ engine, lectern }),
    configuration,
    foresight,
    lastVoice: engine.lastVoice,
    memory,
    library,
    arrivals,
    base,
    language,
    strings,
    collectionHost: BUILD.voices.source && new URL(BUILD.voices.source, base).host,
    reload: () => location.reload(),
  });
  document.body.dataset.shown = '';
  return { page, foresight };
}

/** Reading `localStorage` throws where it is forbidden. */
function localStorageOrNull() {
  try {
    return localStorage;
  } catch {
    return null;
  }
}
