// @ts-check
/**
 * The panel of voices: those that are here and those that can be had, by language; to hear,
 * install, use and remove them. The page goes on beside it.
 */

import { byId } from './dom.js';
import { Panel } from './panel.js';
import { explainInstalling } from './problems.js';
import { RemoveQuestion } from './remove_question.js';
import { allVoices, groupVoices } from './voice_groups.js';
import { languageName, megabytes, primaryOf, voiceName } from './voice_names.js';
import { pairFiles } from './voice_pairs.js';
import { VoiceRow } from './voice_row.js';
import { SamplePlayer } from './voice_sample.js';
import { sentenceFor } from './voice_sentences.js';

/**
 * @typedef {import('./types.js').VoiceInfo} VoiceInfo
 * @typedef {import('./voice_pairs.js').VoicePair} VoicePair
 *
 * @typedef {object} ManagerOptions
 * @property {import('./types.js').LecternPort} lectern
 * @property {import('./strings.js').Strings} strings
 * @property {import('./strings.js').Language} language  of the interface
 * @property {readonly string[]} preferred  the reader's languages, BCP 47, best first
 * @property {string} collectionHost  who is asked for the collection; '' where the build names none
 * @property {(id: string) => void} use  the voice was chosen
 * @property {() => void} quiet  something else is about to be heard
 * @property {(text: string) => void} say  tell a screen reader
 */

export class VoiceManager {
  #options;
  #question;
  #panel;
  #lists = byId('voice-lists', HTMLElement);
  #finder = byId('voice-finder', HTMLElement);
  #search = byId('voice-search', HTMLInputElement);
  #only = byId('voice-language', HTMLSelectElement);
  #ask = byId('collection-ask', HTMLElement);
  #askButton = byId('collection-open', HTMLButtonElement);
  #askProblem = byId('collection-problem', HTMLElement);
  #nothing = byId('voice-nothing', HTMLElement);
  #storage = byId('voice-storage', HTMLElement);
  #filesProblem = byId('voice-files-problem', HTMLElement);
  #player = new SamplePlayer();
  /** @type {VoiceInfo[]} */
  #here = [];
  /** @type {VoiceInfo[] | null} null: nobody has asked */
  #offered = null;
  /** @type {import('./types.js').VoiceStorage} */
  #kept = { bytes: 0, voices: {}, begun: {} };
  #inUse = '';
  /** @type {Map<string, {stop: AbortController, loaded: number, total: number}>} */
  #working = new Map();
  /** @type {Map<string, string>} */
  #problems = new Map();
  /** @type {{id: string, state: 'loading' | 'heard'} | null} */
  #heard = null;
  /** @type {Map<string, VoiceRow>} */
  #rows = new Map();
  /** Halves of voices that wait for the other half. @type {File[]} */
  #halves = [];

  /** @param {ManagerOptions} options */
  constructor(options) {
    this.#options = options;
    this.#question = new RemoveQuestion(options.strings);
    const opener = byId('voices-open', HTMLButtonElement);
    opener.title = options.strings.voices;
    this.#panel = new Panel({
      id: 'voices',
      opener,
      opened: () => void this.refresh(),
      closed: () => this.#player.stop(),
    });
    this.#search.addEventListener('input', () => this.#render());
    this.#only.addEventListener('change', () => this.#render());
    this.#askButton.addEventListener('click', () => void this.#fetchCollection());
    byId('collection-host', HTMLElement).textContent = options.strings.asks(options.collectionHost);
    this.#connectFiles();
    this.#render();
  }

  /** Open the panel, with the focus in it. */
  show() {
    this.#panel.open();
  }

  /** @param {VoiceInfo[]} voices that are here @param {string} inUse */
  showHere(voices, inUse) {
    this.#here = voices;
    this.#inUse = inUse;
    this.#render();
    if (this.#panel.isOpen) void this.refresh();
  }

  /** @param {string} id */
  showInUse(id) {
    this.#inUse = id;
    this.#render();
  }

  /** Ask again what is kept. */
  async refresh() {
    try {
      this.#kept = await this.#options.lectern.storage();
    } catch (error) {
      console.warn(error); // the rest of the panel is of use without it
    }
    this.#render();
  }

  /** The reader gave files that are meant as voices. @param {readonly File[]} files */
  async takeFiles(files) {
    if (!this.#panel.isOpen) this.show();
    const { strings } = this.#options;
    const { pairs, alone } = pairFiles([...this.#halves, ...files]);
    this.#halves = alone.slice(-4);
    this.#tellFiles(alone.length ? strings.otherHalf(alone[0].name) : '');
    for (const pair of pairs) await this.#takePair(pair);
  }

  // -- what is done with a voice ---------------------------------------------------

  /** @param {VoicePair} pair */
  async #takePair(pair) {
    const { lectern, strings } = this.#options;
    try {
      this.#tellFiles(strings.readingFile(pair.model.name));
      const voice = await lectern.installFiles(pair);
      this.#tellFiles('');
      this.#installed(voice);
    } catch (error) {
      console.warn(error);
      this.#tellFiles(`${pair.model.name}: ${explainInstalling(error, strings)}`, true);
    }
  }

  /** @param {VoiceInfo} voice */
  async #install({ id }) {
    if (this.#working.has(id)) return;
    const stop = new AbortController();
    const work = { stop, loaded: 0, total: 0 };
    this.#working.set(id, work);
    this.#problems.delete(id);
    this.#render();
    try {
      const voice = await this.#options.lectern.install(id, {
        signal: stop.signal,
        onProgress: (progress) => {
          Object.assign(work, progress);
          this.#showRow(id);
        },
      });
      this.#working.delete(id);
      this.#installed(voice);
    } catch (error) {
      this.#working.delete(id);
      if (!stop.signal.aborted) {
        console.warn(error);
        this.#problems.set(id, explainInstalling(error, this.#options.strings));
      }
    }
    await this.refresh();
  }

  /** @param {VoiceInfo} voice */
  #installed(voice) {
    const { strings, say } = this.#options;
    this.#here = [...this.#here.filter(({ id }) => id !== voice.id), voice];
    say(strings.sayInstalled(voiceName(voice)));
    this.#render();
    this.#rows.get(voice.id)?.element.scrollIntoView({ block: 'nearest' });
  }

  /** @param {VoiceInfo} voice */
  async #sample(voice) {
    const { id, sample, installed, language } = voice;
    const again = this.#heard?.id === id;
    this.#player.stop();
    if (again) return;
    this.#options.quiet();
    const set = (/** @type {'loading' | 'heard' | null} */ state) => {
      const before = this.#heard?.id;
      if (!state && before !== id) return; // another one is heard by now
      this.#heard = state && { id, state };
      if (before) this.#showRow(before);
      this.#showRow(id);
    };
    set('loading');
    this.#problems.delete(id);
    try {
      const load = installed
        ? (/** @type {AbortSignal} */ signal) => this.#spoken(id, language, signal)
        : (/** @type {AbortSignal} */ signal) => fetchSample(sample ?? '', signal);
      await this.#player.play(load, () => set('heard'));
    } catch (error) {
      console.warn(error);
      this.#problems.set(id, this.#options.strings.sampleFailed);
    }
    set(null);
  }

  /** @param {string} voiceId @param {string} language @param {AbortSignal} signal */
  async #spoken(voiceId, language, signal) {
    const text = sentenceFor(primaryOf(language));
    const wav = await this.#options.lectern.synthesize(text, { voiceId, signal });
    return wav.arrayBuffer();
  }

  async #fetchCollection() {
    const { lectern, strings, say } = this.#options;
    this.#askButton.disabled = true;
    this.#ask.dataset.state = 'asking';
    this.#tellAsk('');
    try {
      this.#offered = await lectern.available();
      const languages = new Set(this.#offered.map(({ language }) => primaryOf(language)));
      say(strings.sayOffered(this.#offered.length, languages.size));
    } catch (error) {
      console.warn(error);
      this.#tellAsk(explainInstalling(error, strings));
    }
    delete this.#ask.dataset.state;
    this.#askButton.disabled = false;
    this.#fillLanguages();
    this.#render();
    if (this.#offered) this.#search.focus({ preventScroll: true });
  }

  // -- what is shown ---------------------------------------------------------------

  /** @returns {VoiceInfo[]} */
  #all() {
    const begun = { ...this.#kept.begun };
    for (const { id } of this.#here) delete begun[id];
    const here = new Map(this.#here.map((voice) => [voice.id, voice]));
    const offered = (this.#offered ?? []).map((voice) => ({
      ...voice,
      installed: here.has(voice.id),
    }));
    return allVoices(this.#here, offered, begun);
  }

  #render() {
    const { language, strings } = this.#options;
    const { bytes } = this.#kept;
    keepFocus(() => this.#renderList());
    this.#nothing.hidden = this.#rows.size > 0;
    this.#finder.hidden = this.#offered === null;
    this.#ask.hidden = this.#offered !== null || this.#options.collectionHost === '';
    this.#storage.textContent = bytes > 0 ? strings.stored(megabytes(bytes, language)) : '';
  }

  #renderList() {
    const { language, preferred } = this.#options;
    const groups = groupVoices(this.#all(), {
      language,
      preferred,
      only: this.#only.value,
      search: this.#search.value,
    });
    const rows = new Map();
    const sections = groups.map((group) => {
      const section = document.createElement('section');
      const title = document.createElement('h3');
      title.textContent = group.name;
      const list = document.createElement('ul');
      for (const voice of group.voices) {
        const row = this.#rows.get(voice.id) ?? this.#makeRow();
        rows.set(voice.id, row);
        row.show(this.#stateOf(voice));
        list.append(row.element);
      }
      section.append(title, list);
      return section;
    });
    this.#rows = rows;
    this.#lists.replaceChildren(...sections);
  }

  #makeRow() {
    const { strings, language, lectern, use } = this.#options;
    return new VoiceRow(
      {
        use: ({ id }) => use(id),
        install: (voice) => void this.#install(voice),
        cancel: ({ id }) => this.#working.get(id)?.stop.abort(),
        remove: (voice) => void this.#askToRemove(voice),
        sample: (voice) => void this.#sample(voice),
        license: async ({ id, license }) => license || (await lectern.card(id)).license,
      },
      { strings, language },
    );
  }

  /** @param {VoiceInfo} voice @returns {import('./voice_row.js').RowState} */
  #stateOf(voice) {
    const { id } = voice;
    return {
      voice,
      inUse: id === this.#inUse,
      working: this.#working.get(id) ?? null,
      problem: this.#problems.get(id) ?? '',
      sample: this.#heard?.id === id ? this.#heard.state : 'silent',
    };
  }

  /** @param {string} id */
  #showRow(id) {
    const voice = this.#all().find((known) => known.id === id);
    if (voice) this.#rows.get(id)?.show(this.#stateOf(voice));
  }

  #fillLanguages() {
    const { language, strings } = this.#options;
    const chosen = this.#only.value;
    const languages = groupVoices(this.#all(), this.#options).map((group) => group.language);
    this.#only.replaceChildren(
      new Option(strings.allLanguages, ''),
      ...languages.map((primary) => new Option(languageName(primary, language), primary)),
    );
    if (languages.includes(chosen)) this.#only.value = chosen;
  }

  /** @param {string} text */
  #tellAsk(text) {
    this.#askProblem.textContent = text;
    this.#askProblem.hidden = !text;
  }

  /** @param {string} text @param {boolean} [bad] */
  #tellFiles(text, bad = false) {
    this.#filesProblem.textContent = text;
    this.#filesProblem.hidden = !text;
    this.#filesProblem.classList.toggle('problem', bad);
  }

  #connectFiles() {
    const input = byId('voice-files', HTMLInputElement);
    byId('voice-files-open', HTMLButtonElement).addEventListener('click', () => input.click());
    input.addEventListener('change', () => {
      const files = [...(input.files ?? [])];
      input.value = '';
      if (files.length) void this.takeFiles(files);
    });
  }

  // -- removing --------------------------------------------------------------------

  /** @param {VoiceInfo} voice */
  async #askToRemove(voice) {
    // A download that was cut is nothing that anybody had.
    const { language } = this.#options;
    const size = megabytes(this.#kept.voices[voice.id] ?? voice.bytes, language);
    if (!voice.installed || (await this.#question.ask(voice, size))) await this.#remove(voice.id);
    else this.#rows.get(voice.id)?.focus();
  }

  /** @param {string} id */
  async #remove(id) {
    const { lectern, strings, say } = this.#options;
    const gone = this.#all().find((voice) => voice.id === id);
    try {
      await lectern.remove(id);
      this.#here = this.#here.filter((voice) => voice.id !== id);
      if (gone) say(strings.sayRemoved(voiceName(gone)));
      // A voice of the folder may have stood behind it.
      this.#here = await lectern.voices();
    } catch (error) {
      console.warn(error);
      this.#problems.set(id, explainInstalling(error, strings));
    }
    await this.refresh();
    const row = this.#rows.get(id);
    if (row) row.focus();
    else this.#panel.focus();
  }
}

/**
 * @param {string} address
 * @param {AbortSignal} signal
 * @returns {Promise<ArrayBuffer>}
 */
async function fetchSample(address, signal) {
  const response = await fetch(address, {
    signal,
    credentials: 'omit',
    referrerPolicy: 'no-referrer',
  });
  if (!response.ok) throw new Error(`The sample was answered with ${response.status}.`);
  return response.arrayBuffer();
}

/** Moving an element takes the focus from what is in it. @param {() => void} change */
function keepFocus(change) {
  const focused = document.activeElement;
  change();
  if (focused instanceof HTMLElement && focused.isConnected) {
    focused.focus({ preventScroll: true });
  }
}
