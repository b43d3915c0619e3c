// @ts-check
/** One voice in the list: what it is, how far it is, and what can be done with it. */

import { byId } from './dom.js';
import { megabytes, movingMegabytes, qualityName, regionName, voiceName } from './voice_names.js';

/**
 * @typedef {import('./types.js').VoiceInfo} VoiceInfo
 * @typedef {import('./strings.js').Strings} Strings
 *
 * @typedef {object} RowState
 * @property {VoiceInfo} voice
 * @property {boolean} inUse
 * @property {{loaded: number, total: number} | null} working  being installed; total 0: not known
 * @property {string} problem  a sentence, or ''
 * @property {'silent' | 'loading' | 'heard'} sample
 *
 * @typedef {object} RowActions  each gets the voice
 * @property {(voice: VoiceInfo) => void} use
 * @property {(voice: VoiceInfo) => void} install
 * @property {(voice: VoiceInfo) => void} cancel
 * @property {(voice: VoiceInfo) => void} remove
 * @property {(voice: VoiceInfo) => void} sample
 * @property {(voice: VoiceInfo) => Promise<string>} license  its licence; '' where none is known
 */

/** Less of a voice is not worth a word (bytes). */
const TELLING = 50_000;

export class VoiceRow {
  #strings;
  #language;
  #actions;
  /** @type {RowState | null} */
  #state = null;
  /** What the licence was found to be; null: nobody has looked. @type {string | null} */
  #license = null;
  #name;
  #detail;
  #about;
  #facts;
  #sample;
  #act;
  #remove;
  #progress;
  #bar;
  #amount;
  #problem;

  /**
   * @param {RowActions} actions
   * @param {{strings: Strings, language: string}} words
   */
  constructor(actions, { strings, language }) {
    this.#actions = actions;
    this.#strings = strings;
    this.#language = language;
    const copy = /** @type {DocumentFragment} */ (
      byId('voice-row', HTMLTemplateElement).content.cloneNode(true)
    );
    /** @template {Element} T @param {string} part @param {new () => T} type @returns {T} */
    const find = (part, type) => {
      const found = copy.querySelector(`.voice-row-${part}`);
      if (!(found instanceof type)) throw new TypeError(`The row has no ${part}.`);
      return found;
    };
    this.element = /** @type {HTMLLIElement} */ (copy.firstElementChild);
    this.#name = find('name', HTMLElement);
    this.#detail = find('detail', HTMLElement);
    this.#about = find('about', HTMLDetailsElement);
    this.#facts = find('facts', HTMLElement);
    this.#sample = find('sample', HTMLButtonElement);
    this.#act = find('act', HTMLButtonElement);
    this.#remove = find('remove', HTMLButtonElement);
    this.#progress = find('progress', HTMLElement);
    this.#bar = find('bar', HTMLProgressElement);
    this.#amount = find('amount', HTMLElement);
    this.#problem = find('problem', HTMLElement);
    this.#about.addEventListener('toggle', () => this.#opened());
    this.#sample.addEventListener('click', () => this.#do('sample'));
    this.#remove.addEventListener('click', () => this.#do('remove'));
    this.#act.addEventListener('click', () => {
      if (this.#act.getAttribute('aria-disabled') !== 'true') this.#do(this.#wanted());
    });
  }

  /** Bring the focus to what is to be done with it. */
  focus() {
    this.#act.focus();
  }

  get #voice() {
    if (!this.#state) throw new TypeError('The row shows nothing yet.');
    return this.#state.voice;
  }

  /** @param {RowState} state */
  show(state) {
    this.#state = state;
    const { voice, inUse, working, problem } = state;
    const strings = this.#strings;
    const name = voiceName(voice);
    this.element.dataset.voice = voice.id;
    this.element.dataset.state = working ? 'installing' : voice.installed ? 'here' : 'offered';
    this.element.toggleAttribute('data-in-use', inUse);
    this.#name.textContent = name;
    this.#detail.textContent = this.#describe(voice, working !== null);
    this.#showAct(name);
    this.#showSample(name);
    this.#remove.textContent = voice.installed ? strings.removeVoice : strings.discard;
    this.#remove.setAttribute(
      'aria-label',
      `${voice.installed ? strings.removeVoice : strings.discard}: ${name}`,
    );
    const removable = voice.source === 'browser' || (voice.begun ?? 0) > 0;
    this.#remove.hidden = !removable || working !== null;
    this.#showProgress(working, name);
    this.#problem.hidden = !problem;
    if (this.#problem.textContent !== problem) this.#problem.textContent = problem;
    if (this.#about.open) this.#showFacts();
  }

  /**
   * "United States · medium · 63 MB"
   * @param {VoiceInfo} voice
   * @param {boolean} working then the progress says how much of it is here
   */
  #describe(voice, working) {
    const begun = voice.installed || working ? 0 : (voice.begun ?? 0);
    const size = megabytes(voice.bytes, this.#language);
    const parts = [
      regionName(voice.language, this.#language),
      qualityName(voice.quality, this.#strings),
      voice.bytes > 0 ? this.#strings.bytesOnly(size) : '',
      begun >= TELLING ? this.#strings.partHere(megabytes(begun, this.#language)) : '',
    ];
    // A figure is not parted from its unit.
    return parts.filter(Boolean).join(' · ').replace(/(\d) (?=\p{L})/gu, '$1\u00a0');
  }

  /** @returns {'cancel' | 'use' | 'install'} */
  #wanted() {
    if (this.#state?.working) return 'cancel';
    return this.#voice.installed ? 'use' : 'install';
  }

  /** @param {string} name */
  #showAct(name) {
    const strings = this.#strings;
    const { inUse, working } = /** @type {RowState} */ (this.#state);
    const idle = inUse && !working;
    const label = idle
      ? strings.inUse
      : {
          cancel: strings.cancel,
          use: strings.useVoice,
          install: (this.#voice.begun ?? 0) > 0 ? strings.goOn : strings.install,
        }[this.#wanted()];
    const text = /** @type {HTMLElement} */ (this.#act.querySelector('span'));
    if (text.textContent !== label) text.textContent = label;
    this.#act.setAttribute('aria-label', `${label}: ${name}`);
    // Not `disabled`: that would take the focus from whoever has just pressed it.
    this.#act.setAttribute('aria-disabled', String(idle));
  }

  /** @param {string} name */
  #showSample(name) {
    const { voice, sample, working } = /** @type {RowState} */ (this.#state);
    const silent = sample === 'silent';
    const label = silent ? this.#strings.hear(name) : this.#strings.stop;
    this.#sample.hidden = working !== null || (!voice.installed && !voice.sample);
    this.#sample.setAttribute('aria-label', label);
    this.#sample.title = label;
    this.#sample.dataset.sample = sample;
    this.#sample.setAttribute('aria-busy', String(sample === 'loading'));
  }

  /** @param {RowState['working']} working @param {string} name */
  #showProgress(working, name) {
    this.#progress.hidden = working === null;
    if (!working) return;
    const { loaded, total } = working;
    const { shortBytes, bytes, bytesOnly, installing, waiting } = this.#strings;
    this.#bar.setAttribute('aria-label', `${installing}: ${name}`);
    const got = movingMegabytes(loaded, this.#language);
    const all = movingMegabytes(total, this.#language);
    if (total > 0) {
      this.#bar.max = total;
      this.#bar.value = Math.min(loaded, total);
      this.#bar.setAttribute('aria-valuetext', bytes(got, all));
      this.#amount.textContent = shortBytes(got, all);
    } else {
      this.#bar.removeAttribute('value');
      this.#amount.textContent = loaded > 0 ? bytesOnly(got) : waiting;
    }
  }

  /** @param {'use' | 'install' | 'cancel' | 'remove' | 'sample'} action */
  #do(action) {
    this.#actions[action](this.#voice);
  }

  #opened() {
    if (!this.#about.open) return;
    this.#showFacts();
    if (this.#license !== null) return;
    const { voice } = /** @type {RowState} */ (this.#state);
    this.#actions.license(voice).then(
      (license) => {
        this.#license = license || this.#strings.licenseUnknown;
        this.#showFacts();
      },
      () => {
        // Looked for again when the row is opened again.
        this.#showFacts(this.#strings.licenseFailed);
      },
    );
  }

  /** @param {string} [license] in the place of what is known */
  #showFacts(license) {
    const { voice } = /** @type {RowState} */ (this.#state);
    const strings = this.#strings;
    const speakers = voice.speakers.map(({ name }) => name);
    const shown = speakers.slice(0, 12).join(', ') + (speakers.length > 12 ? ', …' : '');
    /** @type {[string, string][]} */
    const facts = [
      [strings.license, license ?? this.#license ?? voice.license ?? strings.looking],
      [strings.from, voice.installed ? strings.sources[voice.source] : strings.sources.collection],
      [strings.name, voice.id],
    ];
    if (speakers.length > 1) facts.push([strings.speakersOf(speakers.length), shown]);
    this.#facts.replaceChildren(
      ...facts.map(([term, text]) => {
        const line = document.createElement('div');
        const dt = document.createElement('dt');
        const dd = document.createElement('dd');
        dt.textContent = term;
        dd.textContent = text;
        line.append(dt, dd);
        return line;
      }),
    );
  }
}
