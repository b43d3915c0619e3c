// @ts-check
/** Who reads: the voices that are here, the one for the text, and how it speaks. */

import { guessLanguage } from '../guess_language.js';
import { byId } from './dom.js';
import { Manner } from './manner.js';
import { ownVoices } from './own_voices.js';
import { VoiceManager } from './voice_manager.js';
import { primaryOf } from './voice_names.js';
import { VoiceSelect } from './voice_select.js';

/** A voice up to this size is got ready as soon as there is a text for it (bytes). */
const SMALL_VOICE = 10_000_000;

/**
 * @typedef {object} DeskNeeds
 * @property {import('./types.js').LecternPort} lectern
 * @property {import('./types.js').EngineEvents} events
 * @property {(voiceId: string, reading?: import('../protocol.js').AboutToRead) => Promise<unknown>} preload
 *   get a voice ready before it is needed, for what is about to be read
 * @property {() => string} start  when the voice is got ready: `eager`, `hybrid` or `lazy`
 * @property {string} lastVoice  the one that was used last in this browser; '' for none
 * @property {() => void} makeNext  make what the chosen voice would say next
 * @property {import('./storage.js').Memory} memory
 * @property {import('./strings.js').Strings} strings
 * @property {import('./strings.js').Language} language  of the interface
 * @property {string} collectionHost  who is asked for more voices; '' for nobody
 * @property {() => import('./reading.js').Reading} reading
 * @property {() => readonly import('../rules.js').Rule[]} rules  of pronunciation, for what is read
 * @property {import('./notices.js').Notices} notices
 * @property {() => void} chosen  another voice was chosen by hand
 * @property {(error: unknown) => void} failed  there are no voices at all
 */

/** UTF-16 units: some sentences. */
const ABOUT = 3000;

export class VoiceDesk {
  #needs;
  #select;
  #manner;
  #manager;
  /** Got ready because the reader came near Play. */
  #near = '';

  /** @param {DeskNeeds} needs */
  constructor(needs) {
    this.#needs = needs;
    const { lectern, events, memory, strings, language, collectionHost, reading, notices } = needs;
    const chosen = (/** @type {string} */ id) => this.#chosen(id);
    this.#select = new VoiceSelect({ strings, language, memory, chosen });
    this.#manner = new Manner({ strings, memory, changed: () => reading().renew() });
    this.#manager = new VoiceManager({
      lectern,
      strings,
      language,
      preferred: navigator.languages,
      collectionHost,
      use: (id) => void (this.#select.choose(id), this.#chosen(id)),
      quiet: () => reading().pause(),
      say: (text) => notices.say(text),
    });
    byId('more-voices', HTMLButtonElement).addEventListener('click', () => this.#manager.show());
    events.addEventListener('progress', (event) => {
      const progress = /** @type {CustomEvent} */ (event).detail;
      this.#select.progress(progress);
      if (progress.phase === 'download' && progress.loaded === 0) notices.say(strings.sayLoading);
    });
    events.addEventListener('voices', () => void this.#renew());
    for (const type of ['pointerover', 'focusin']) {
      byId('bar', HTMLElement).addEventListener(type, ({ target }) => {
        if (target instanceof Element && target.closest('.buttons')) this.#comeNear();
      });
    }
  }

  /** The one for the text; null while none is known. */
  get voice() {
    return this.#select.voice;
  }

  get count() {
    return this.#select.count;
  }

  /** The text's, as it says itself or as it looks; '' where neither tells. */
  get language() {
    const reading = this.#needs.reading();
    return reading.language || guessLanguage(reading.text) || '';
  }

  /** @returns {import('./types.js').SpeakOptions} */
  get options() {
    const voiceId = this.#select.value; // '' leaves the choice to Lectern
    const { language } = this;
    return {
      ...this.#manner.options,
      ...(voiceId ? { voiceId } : {}),
      ...(language ? { language } : {}),
      voices: ownVoices(this.#needs.memory, this.#select.voices),
    };
  }

  /** Let the reader choose. */
  open() {
    this.#select.open();
  }

  /** @param {File[]} files of voices */
  takeFiles(files) {
    return this.#manager.takeFiles(files);
  }

  /** This one speaks now; '' for the text's own. @param {string} voiceId */
  speaking(voiceId) {
    this.#select.speaking(voiceId);
  }

  /** Nothing is being got ready any more. */
  idle() {
    this.#select.idle();
  }

  /** Ask for the voices, once there is somebody to ask. */
  async load() {
    const { lectern, failed } = this.#needs;
    try {
      await lectern.ready;
      this.#show(await lectern.voices());
      this.#manner.fillStyles(await lectern.styles());
    } catch (error) {
      failed(error);
      return;
    }
    this.suit();
    if (this.#needs.start() === 'eager') this.#getReady(this.#last ?? this.voice);
    this.prepare();
  }

  /** The voice that was used last, if it is still here. */
  get #last() {
    return this.#select.voices.find(({ id }) => id === this.#needs.lastVoice) ?? null;
  }

  /** Pointer or keyboard are about to press Play. */
  #comeNear() {
    const { voice } = this;
    if (!voice || voice.id === this.#near || this.#needs.start() === 'lazy') return;
    this.#near = voice.id;
    this.#getReady(voice);
  }

  /** An English voice for an English text, a French one for a French text. */
  suit() {
    if (this.#needs.reading().active) return;
    this.#select.suit(primaryOf(this.language));
    this.#manner.showFor(this.voice);
    this.#manager.showInUse(this.#select.value);
  }

  /** There is something to read: get the voice ready, so that Play sounds at once. */
  prepare() {
    if (this.#needs.start() === 'lazy' || this.#needs.reading().text.trim() === '') return;
    this.#getReady(this.voice);
  }

  /** @param {import('./types.js').VoiceInfo | null} voice @param {() => void} [then] */
  #getReady(voice, then = () => {}) {
    if (!voice || (!voice.installed && voice.bytes > SMALL_VOICE)) return;
    // What goes wrong here goes wrong again at Play, and is told then.
    this.#needs.preload(voice.id, this.#about()).then(then, () => this.idle());
  }

  /** What is about to be read. */
  #about() {
    const { spoken, offset } = this.#needs.reading();
    const rules = this.#needs.rules();
    return {
      text: spoken.slice(offset, offset + ABOUT),
      language: this.language,
      ...this.#manner.options,
      ...(rules.length ? { rules: JSON.stringify(rules) } : {}),
    };
  }

  /** Voices came or went, here or in another tab. */
  async #renew() {
    const before = this.voice;
    try {
      this.#show(await this.#needs.lectern.voices());
    } catch (error) {
      console.warn(error);
      return;
    }
    if (before && this.voice && before.id !== this.voice.id) this.#needs.reading().renew();
  }

  /** @param {import('./types.js').VoiceInfo[]} voices that are here */
  #show(voices) {
    this.#select.fill(voices);
    this.#manner.showFor(this.voice);
    this.#manager.showHere(voices, this.#select.value);
  }

  /** @param {string} id */
  #chosen(id) {
    const { memory, reading, chosen } = this.#needs;
    memory.voice = id;
    if (this.voice) memory.setVoice(primaryOf(this.voice.language), id);
    this.#manner.showFor(this.voice);
    this.#manager.showInUse(id);
    this.speaking('');
    reading().renew();
    chosen();
    this.#getReady(this.voice, () => {
      if (this.voice?.id === id) this.#needs.makeNext();
    });
  }
}
