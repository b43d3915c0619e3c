// @ts-check
/** The panel of the audio cache: each setting with its value and where that is from. */

import { byId } from './dom.js';
import { Panel } from './panel.js';

const MIB = 1024 * 1024;
const DAY = 86_400;
/** The longest that can be set: as good as never, in seconds. */
const NEVER = 3650 * DAY;

/**
 * @typedef {import('./types.js').Setting} Setting
 * @typedef {keyof import('./strings.js').Strings['cacheNames']} Name
 * @typedef {keyof import('./strings.js').Strings['cacheShown']} Shown
 * @typedef {Setting['value']} Value
 *
 * @typedef {object} Row
 * @property {HTMLElement} frame
 * @property {HTMLInputElement | HTMLSelectElement} control
 * @property {HTMLElement} about
 * @property {HTMLButtonElement} reset
 * @property {number} underway  choices that the worker has not taken yet
 *
 * @typedef {object} Needs
 * @property {import('./types.js').ConfigurationPort} configuration
 * @property {import('./strings.js').Strings} strings
 * @property {import('./strings.js').Language} language
 * @property {(text: string) => void} say  to those who do not see it
 */

/** What is offered, and in which group. @type {Record<string, Name[]>} */
const GROUPS = {
  keep: ['audioCache', 'memoryCache', 'diskCache', 'publishedCache'],
  size: ['memoryCacheBytes', 'diskCacheBytes', 'diskCacheSeconds', 'compression'],
  start: ['start', 'rememberPhrases'],
};
/** Shown only: nobody but a site has a reason to change them. @type {Shown[]} */
const SHOWN = ['memoryCacheEntries', 'memoryCacheSeconds', 'diskCacheShare', 'prefix', 'storeTimeout', 'storeRetryAfter'];
/** Of no account while nothing is kept. */
const OF_THE_CACHE = [...GROUPS.keep.slice(1), ...GROUPS.size];
/** Numbers that are offered; another one that is set is offered as well. @type {Record<string, number[]>} */
const OFFERED = {
  memoryCacheBytes: [50, 100, 200, 500, 1024].map((size) => size * MIB),
  diskCacheBytes: [128, 256, 512, 1024, 2048, 4096].map((size) => size * MIB),
  diskCacheSeconds: [7 * DAY, 30 * DAY, 90 * DAY, 365 * DAY, NEVER],
};

export class CacheSettings {
  #needs;
  #panel;
  #number;
  #waiting = byId('cache-settings-waiting', HTMLElement);
  #rowsPlace = byId('cache-settings-rows', HTMLElement);
  #problems = byId('cache-settings-problems', HTMLElement);
  /** @type {Map<Name, Row>} made when they are first shown */
  #rows = new Map();

  /** @param {Needs} needs */
  constructor(needs) {
    this.#needs = needs;
    this.#number = new Intl.NumberFormat(needs.language, { maximumFractionDigits: 1 });
    this.#panel = new Panel({ id: 'cache-settings', opened: () => this.#show() });
    byId('more-cache-settings', HTMLButtonElement).addEventListener('click', () => this.#panel.open());
    needs.configuration.addEventListener('change', () => {
      if (this.#panel.isOpen) this.#show();
    });
  }

  #show() {
    const { settings, problems } = this.#needs.configuration;
    this.#waiting.hidden = Object.keys(settings).length > 0;
    if (!this.#waiting.hidden) return;
    if (!this.#rows.size) this.#make();
    const keeps = settings.audioCache?.value !== false;
    for (const [name, row] of this.#rows) {
      const setting = settings[name];
      row.frame.hidden = setting === undefined;
      if (setting) this.#fill(name, row, setting, keeps || !OF_THE_CACHE.includes(name));
    }
    this.#showOthers();
    this.#problems.hidden = problems.length === 0;
    this.#problems.replaceChildren(
      ...problems.map((problem) => {
        const item = element('li', '', problem);
        item.lang = 'en'; // Python tells them, as it does in the console
        return item;
      }),
    );
  }

  /** What acts as well, and where it is set. */
  #showOthers() {
    const { configuration, strings } = this.#needs;
    const list = byId('cache-settings-others', HTMLElement);
    const rows = SHOWN.flatMap((name) => {
      const setting = configuration.settings[name];
      if (!setting) return [];
      const row = element('div', '', '');
      const told = `${this.#plain(name, setting.value)} · ${strings.cacheFrom[setting.from]}`;
      row.append(element('dt', '', strings.cacheShown[name]), element('dd', '', told));
      return [row];
    });
    list.replaceChildren(...rows);
    const around = list.closest('details');
    if (around) around.hidden = rows.length === 0;
  }

  /** @param {Shown} name @param {Value} value */
  #plain(name, value) {
    const { strings, language } = this.#needs;
    if (typeof value !== 'number') return String(value) || strings.cacheNone;
    const { format } = this.#number;
    switch (name) {
      case 'diskCacheShare':
        return new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 }).format(value);
      case 'memoryCacheSeconds':
        return strings.cacheHours(format(value / 3600));
      case 'memoryCacheEntries':
        return format(value);
      default:
        return strings.cacheSeconds(format(value));
    }
  }

  /** @param {Name} name @param {Row} row @param {Setting} setting @param {boolean} counts */
  #fill(name, { control, about, reset, underway }, setting, counts) {
    const { strings } = this.#needs;
    // Chosen twice in a row: the answer to the first must not undo the second.
    if (underway) return;
    const { value, from, waits } = setting;
    control.disabled = from === 'given' || !counts;
    if (control instanceof HTMLSelectElement) {
      control.replaceChildren(
        ...this.#offered(name, setting).map((one) => new Option(this.#say(name, one), String(one), false, one === value)),
      );
    } else {
      control.checked = value === true;
    }
    const hint = /** @type {Record<string, string>} */ (strings.cacheHints)[name];
    const said = [strings.cacheFrom[from], ...(hint ? [hint] : [])].map((words) => words.replace(/\.?$/, '.'));
    about.textContent = [...said, ...(waits ? [strings.cacheWaits] : [])].join(' ');
    if (reset.hidden === (from === 'user')) {
      // Who has just pressed it must not lose the place.
      if (document.activeElement === reset) control.focus();
      reset.hidden = from !== 'user';
    }
  }

  /** @param {Name} name @param {Setting} setting @returns {Value[]} */
  #offered(name, { value, low = -Infinity, high = Infinity, choices }) {
    if (choices) return choices;
    const numbers = OFFERED[name].filter((one) => one >= low && one <= high);
    if (typeof value === 'number' && !numbers.includes(value)) numbers.push(value);
    return numbers.sort((one, other) => one - other);
  }

  /** In words. @param {Name} name @param {Value} value */
  #say(name, value) {
    const { strings } = this.#needs;
    if (typeof value === 'boolean') return value ? strings.cacheOn : strings.cacheOff;
    if (typeof value === 'string') {
      return /** @type {Record<string, string>} */ (strings.cacheChoices)[value] ?? value;
    }
    const { format } = this.#number;
    if (name === 'diskCacheSeconds') {
      const days = value / DAY;
      return value >= NEVER ? strings.cacheNever : strings.cacheDays(format(days), days <= 1);
    }
    const size = value / MIB;
    return size < 1024 ? strings.cacheMegabytes(format(size)) : strings.cacheGigabytes(format(size / 1024));
  }

  #make() {
    const { strings } = this.#needs;
    for (const [group, names] of Object.entries(GROUPS)) {
      const fieldset = document.createElement('fieldset');
      fieldset.className = 'set-group';
      const legend = /** @type {Record<string, string>} */ (strings.cacheGroups)[group];
      fieldset.append(element('legend', '', legend), ...names.map((name) => this.#row(name)));
      this.#rowsPlace.append(fieldset);
    }
  }

  /** @param {Name} name */
  #row(name) {
    const { configuration, strings, say } = this.#needs;
    const called = strings.cacheNames[name];
    const switches = typeof configuration.settings[name]?.value === 'boolean';
    const control = document.createElement(switches ? 'input' : 'select');
    const label = document.createElement('label');
    control.id = label.htmlFor = `set-${name}`;
    label.append(element('span', 'set-name', called));
    if (control instanceof HTMLInputElement) {
      control.type = 'checkbox';
      control.setAttribute('role', 'switch');
      label.className = 'switch';
      label.prepend(control);
    }
    const about = element('p', 'small set-about', '');
    about.id = `${control.id}-about`;
    control.setAttribute('aria-describedby', about.id);
    const reset = /** @type {HTMLButtonElement} */ (element('button', 'text-button set-reset', strings.cacheReset));
    reset.type = 'button';
    reset.hidden = true;
    reset.setAttribute('aria-label', strings.cacheResetName(called));
    const frame = element('div', 'set-row', '');
    frame.append(label, ...(switches ? [] : [control]), about, reset);
    const row = { frame, control, about, reset, underway: 0 };
    /** @param {Promise<void>} taken */
    const change = async (taken) => {
      row.underway++;
      await taken;
      if (--row.underway) return;
      this.#show();
      const value = configuration.settings[name]?.value;
      if (value !== undefined) say(strings.sayCacheSet(called, this.#say(name, value)));
    };
    control.addEventListener('change', () => {
      void change(configuration.set(name, valueOf(control, configuration.settings[name]?.value)));
    });
    reset.addEventListener('click', () => void change(configuration.reset(name)));
    this.#rows.set(name, row);
    return frame;
  }
}

/** @param {HTMLInputElement | HTMLSelectElement} control @param {Value | undefined} before @returns {Value} */
function valueOf(control, before) {
  if (control instanceof HTMLInputElement) return control.checked;
  return typeof before === 'number' ? Number(control.value) : control.value;
}

/** @param {string} tag @param {string} className @param {string} text */
function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}
