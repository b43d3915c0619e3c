// @ts-check
/** The select of voices, and on its chip how much of a voice has come. */

import { byId } from './dom.js';
import { languageName, movingMegabytes, primaryOf, voiceName } from './voice_names.js';

/** @typedef {import('./types.js').VoiceInfo} VoiceInfo */

export class VoiceSelect {
  #strings;
  #language;
  #select = byId('voice', HTMLSelectElement);
  #chip = byId('voice-chip', HTMLElement);
  #name = byId('voice-name', HTMLElement);
  #detail = byId('voice-detail', HTMLElement);
  #progress = byId('voice-progress', HTMLProgressElement);
  #amount = byId('voice-amount', HTMLElement);
  /** @type {VoiceInfo[]} */
  #voices = [];
  /** The language of the text that is here; '' where it is not known. */
  #text = '';
  /**
   * For texts in which language it was chosen by hand in this visit: nothing else changes it then.
   * @type {string | null}
   */
  #chosen = null;
  /** Who says the present sentence, if it is another voice; '' else. */
  #speaking = '';
  #memory;

  /**
   * @param {object} options
   * @param {import('./strings.js').Strings} options.strings
   * @param {import('./strings.js').Language} options.language  of the interface
   * @param {Pick<import('./storage.js').Memory, 'voice' | 'voices'>} options.memory  what was chosen
   *   on earlier visits
   * @param {(id: string) => void} options.chosen  called when the voice is another one now, by hand
   */
  constructor({ strings, language, memory, chosen }) {
    this.#strings = strings;
    this.#language = language;
    this.#memory = memory;
    this.#select.addEventListener('change', () => {
      this.#chosen = this.#text;
      this.#show();
      chosen(this.#select.value);
    });
  }

  /** The id of the selected voice; before the list has come the remembered one, or ''. */
  get value() {
    return this.#voices.length > 0 ? this.#select.value : this.#memory.voice;
  }

  /** @param {VoiceInfo | null} before the one that was selected @returns {VoiceInfo | undefined} */
  #heir(before) {
    const voices = this.#voices;
    const wanted = before?.id ?? this.#memory.voice;
    const speaks = (/** @type {string} */ primary) =>
      voices.find(({ language }) => primaryOf(language) === primary);
    return (
      voices.find(({ id }) => id === wanted) ??
      voices.find(({ language }) => language === before?.language) ??
      (before ? speaks(primaryOf(before.language)) : undefined) ??
      speaks(this.#language) ??
      voices[0]
    );
  }

  /** The selected voice, once the list is here. */
  get voice() {
    return this.#voices.find((voice) => voice.id === this.#select.value) ?? null;
  }

  /** Those that are here. */
  get voices() {
    return this.#voices;
  }

  get count() {
    return this.#voices.length;
  }

  /** A sentence begins. @param {string} id  of the voice that says it; '' for the selected one */
  speaking(id) {
    if (id === this.#speaking) return;
    this.#speaking = id;
    this.#showName();
  }

  /** Choose a voice by hand, elsewhere than here. @param {string} id */
  choose(id) {
    this.#select.value = id;
    this.#chosen = this.#text;
    this.#show();
  }

  /**
   * The voice that is selected stays; one that is not there any more gives way to another of its
   * language.
   *
   * @param {VoiceInfo[]} voices
   */
  fill(voices) {
    const before = this.voice;
    this.#voices = voices;
    const groups = new Map();
    for (const voice of voices) {
      const primary = primaryOf(voice.language);
      groups.set(primary, [...(groups.get(primary) ?? []), voice]);
    }
    const own = (/** @type {string} */ primary) => Number(primary === this.#language);
    const languages = [...groups.keys()].sort((a, b) => own(b) - own(a));
    this.#select.replaceChildren(
      ...languages.map((language) => {
        const group = document.createElement('optgroup');
        group.label = languageName(language, this.#language);
        for (const voice of groups.get(language)) {
          group.append(new Option(this.#label(voice), voice.id));
        }
        return group;
      }),
    );
    if (voices.length === 0) this.#placeholder(this.#strings.noVoices);
    this.#select.value = this.#heir(before)?.id ?? '';
    this.#show();
  }

  /**
   * A text in `language` is to be read: unless a voice was chosen by hand for such a text in this
   * visit, take the one that the reader likes for it, or any that speaks it.
   *
   * @param {string} language  its primary subtag; '': not known
   */
  suit(language) {
    this.#text = language;
    const now = this.voice;
    if (!language || !now) return;
    // What was chosen before there was a text was chosen for this one.
    if (this.#chosen === '') this.#chosen = language;
    if (this.#chosen === language) return;
    const fitting = this.#voices.filter((voice) => primaryOf(voice.language) === language);
    const liked = this.#memory.voices[language] ?? this.#memory.voice;
    const better =
      fitting.find(({ id }) => id === liked) ?? fitting.find(({ id }) => id === now.id) ?? fitting[0];
    if (!better || better.id === now.id) return;
    this.#select.value = better.id;
    this.#show();
  }

  /** @param {import('./types.js').Progress} progress */
  progress({ voiceId, phase, loaded, total }) {
    if (this.value && voiceId !== this.value) return;
    if (phase === 'ready') {
      this.idle();
      return;
    }
    this.#chip.dataset.loading = phase;
    this.#progress.hidden = false;
    if (total > 0 && phase === 'download') {
      this.#progress.max = total;
      this.#progress.value = Math.min(loaded, total);
    } else {
      this.#progress.removeAttribute('value');
    }
    this.#showBytes(phase === 'download' ? loaded : total, total);
  }

  /** Nothing is being loaded any more. */
  idle() {
    delete this.#chip.dataset.loading;
    this.#progress.hidden = true;
    this.#amount.textContent = '';
  }

  /** Bring the reader to the choice. */
  open() {
    this.#select.focus();
    try {
      this.#select.showPicker();
    } catch {
      // Only a fresh gesture may open it; the focus is there.
    }
  }

  /** @param {number} loaded @param {number} total  0 when it is not known */
  #showBytes(loaded, total) {
    const got = movingMegabytes(loaded, this.#language);
    const all = movingMegabytes(total, this.#language);
    const { bytes, shortBytes, bytesOnly } = this.#strings;
    this.#amount.textContent = total > 0 ? shortBytes(got, all) : bytesOnly(got);
    this.#progress.setAttribute('aria-valuetext', total > 0 ? bytes(got, all) : bytesOnly(got));
  }

  #show() {
    this.#showName();
    this.idle();
  }

  #showName() {
    const voice = this.#voices.find(({ id }) => id === this.#speaking) ?? this.voice;
    this.#name.textContent = voice ? voiceName(voice) : this.#strings.noVoices;
    this.#detail.textContent = voice ? languageName(voice.language, this.#language) : '';
  }

  /** @param {VoiceInfo} voice "Rms, English (US)", with its quality where that tells two apart */
  #label(voice) {
    const label = `${voiceName(voice)}, ${languageName(voice.language, this.#language)}`;
    const twins = this.#voices.filter(
      (other) => other.name === voice.name && other.language === voice.language,
    );
    return twins.length > 1 ? `${label}, ${voice.quality.replace('_', '-')}` : label;
  }

  /** @param {string} text */
  #placeholder(text) {
    const option = new Option(text, '');
    option.disabled = true;
    option.selected = true;
    this.#select.replaceChildren(option);
  }
}
