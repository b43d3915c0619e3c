// @ts-check
/**
 * The page's half of the settings: where the site's file and the reader's choices are kept, and what they
 * come to in the worker that runs now. What is good of them Python decides (configuration.py).
 *
 * The file is fetched when the engine is up, and what it said the last time counts at the start: it never
 * stands before the first sound.
 */

import { SILENCES, early } from './settings.js';

const CHOICES_KEY = 'lectern.settings';
const SITE_KEY = 'lectern.site@';
/** What is longer is none of ours (UTF-16 units). */
const LONGEST = 64 * 1024;
const FILE = 'lectern.json';

/**
 * @typedef {import('./protocol.js').Setting} Setting
 * @typedef {import('./settings.js').SettingValue} SettingValue
 * @typedef {Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>} Values
 * @typedef {{configure: (layers?: {site?: unknown, choices?: unknown}) => Promise<import('./protocol.js').ConfigureValue>,
 *   ready: Promise<void>}} EnginePort
 * @typedef {{here: boolean | null, text: string}} Found  here: null where the host can't be asked now
 */

/** Events: `change`, whenever `settings` or `problems` are others. */
export class Configuration extends EventTarget {
  #base;
  #storage;
  #siteKey;
  /** @type {unknown} */
  #site;
  /** @type {Record<string, unknown>} */
  #choices;
  /** Whether what was chosen last could be written down. */
  #kept = true;
  /** @type {EnginePort | null} */
  #engine = null;
  /** @type {Record<string, number>} */
  #silences = {};

  /** By name, as the worker has them; empty until it runs. @type {Readonly<Record<string, Setting>>} */
  settings = {};
  /** Sentences about what does not count. @type {readonly string[]} */
  problems = [];

  /** @param {{base: string, storage?: Values | null}} parts  base: absolute URL of the folder, with a final slash */
  constructor({ base, storage = ownStorage() }) {
    super();
    this.#base = base;
    this.#storage = storage;
    this.#siteKey = SITE_KEY + new URL(base).pathname;
    const site = this.#read(this.#siteKey);
    this.#site = site === null ? null : parsed(site);
    this.#choices = this.#readChoices();
    globalThis.addEventListener?.('storage', ({ key }) => {
      if (key !== CHOICES_KEY && key !== null) return;
      this.#choices = this.#readChoices();
      void this.#configure({ choices: this.#choices });
    });
  }

  /** What a worker is started with. */
  get layers() {
    return { site: this.#site, choices: this.#choices };
  }

  /** When the voice that was used last is loaded: `eager`, `lazy` or `hybrid`. */
  get start() {
    return early('start', [this.#site, this.#choices]);
  }

  /** A setting's value; `otherwise` while no worker has said it. @template T @param {string} name @param {T} otherwise */
  value(name, otherwise) {
    return /** @type {T} */ (this.settings[name]?.value ?? otherwise);
  }

  /**
   * @param {object} parts
   * @param {EnginePort} parts.engine
   * @param {Record<string, number>} parts.silences  the page's own: kept as the settings say
   */
  connect({ engine, silences }) {
    this.#engine = engine;
    this.#silences = silences;
    engine.ready.then(
      () => this.#configure({}),
      () => {}, // the page says it
    );
  }

  /**
   * Ask the host for the site's settings.
   *
   * @param {object} ways
   * @param {boolean} ways.direct  it is known to be there: ask for it straight away
   * @param {() => Promise<Found | null>} ways.quietly  ask without an error in the console where it is missing
   */
  async fetchSite({ direct, quietly }) {
    const found = await (direct ? this.#ask() : quietly()).catch(() => null);
    if (!found || found.here === null) return; // what was known counts on
    const text = found.here ? found.text.slice(0, LONGEST) : null;
    if (text === this.#read(this.#siteKey) && (text === null) === (this.#site === null)) return;
    this.#write(this.#siteKey, text);
    this.#site = text === null ? null : parsed(text);
    await this.#configure({ site: this.#site });
  }

  /** The reader's choice; kept. @param {string} name @param {SettingValue} value */
  async set(name, value) {
    await this.#choose({ ...this.#latestChoices(), [name]: value });
  }

  /** As it is without the reader's choice. @param {string} name */
  async reset(name) {
    const { [name]: _, ...others } = this.#latestChoices();
    await this.#choose(others);
  }

  /** @param {Record<string, unknown>} choices */
  async #choose(choices) {
    this.#choices = choices;
    this.#kept = this.#write(CHOICES_KEY, Object.keys(choices).length ? JSON.stringify(choices) : null);
    await this.#configure({ choices });
  }

  /** @param {{site?: unknown, choices?: unknown}} layers */
  async #configure(layers) {
    if (!this.#engine) return;
    try {
      const { settings, problems } = await this.#engine.configure(layers);
      this.settings = settings;
      this.problems = problems;
    } catch (error) {
      console.warn('[Lectern] The settings could not be changed now; they count from the next start:', error);
      return;
    }
    for (const name of Object.keys(SILENCES)) {
      const value = this.settings[name]?.value;
      if (typeof value === 'number') this.#silences[name] = value;
    }
    this.dispatchEvent(new Event('change'));
  }

  /** @returns {Promise<Found>} */
  async #ask() {
    const response = await fetch(this.#base + FILE, { cache: 'no-cache', priority: 'low' });
    if (!response.ok) return { here: response.status === 404 ? false : null, text: '' };
    return { here: true, text: await response.text() };
  }

  #readChoices() {
    const found = parsed(this.#read(CHOICES_KEY) ?? '{}');
    const whole = typeof found === 'object' && found !== null && !Array.isArray(found);
    return /** @type {Record<string, unknown>} */ (whole ? found : {});
  }

  /** @param {string} key @returns {string | null} */
  #read(key) {
    try {
      const text = this.#storage?.getItem(key) ?? null;
      return text !== null && text.length <= LONGEST ? text : null;
    } catch {
      return null;
    }
  }

  /** With those of other tabs, unless ours could not be written. */
  #latestChoices() {
    return this.#kept ? this.#readChoices() : this.#choices;
  }

  /** @param {string} key @param {string | null} value @returns {boolean} whether that could be done */
  #write(key, value) {
    try {
      if (value === null) this.#storage?.removeItem(key);
      else this.#storage?.setItem(key, value);
      return this.#storage !== null;
    } catch {
      return false; // full or forbidden: it counts as long as this page lives
    }
  }
}

/**
 * JSON's value; the text itself where it is none, which Python refuses in words. What lies deeper
 * than a setting's value may is not handed on: Python's parser might not survive its depth.
 *
 * @param {string} text
 * @returns {unknown}
 */
function parsed(text) {
  try {
    const found = JSON.parse(text);
    if (typeof found !== 'object' || found === null) return found;
    const shallow = (/** @type {unknown} */ value) => (typeof value === 'object' && value !== null ? {} : value);
    return Array.isArray(found)
      ? []
      : Object.fromEntries(Object.entries(found).map(([name, value]) => [name, shallow(value)]));
  } catch {
    return text;
  }
}

/** Reading `localStorage` throws where it is forbidden. @returns {Values | null} */
function ownStorage() {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}
