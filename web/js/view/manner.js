// @ts-check
/** How the voice speaks: which of its speakers, in which style. Hidden where there is no choice. */

import { byId } from './dom.js';

/**
 * @typedef {import('./types.js').VoiceInfo} VoiceInfo
 * @typedef {import('./strings.js').Strings} Strings
 */

/** The style that changes nothing. */
const PLAIN = 'neutral';

export class Manner {
  #strings;
  #memory;
  #box = byId('manner', HTMLElement);
  #speaker = byId('speaker', HTMLSelectElement);
  #style = byId('style', HTMLSelectElement);
  /** @type {VoiceInfo | null} */
  #voice = null;

  /**
   * @param {object} options
   * @param {Strings} options.strings
   * @param {import('./storage.js').Memory} options.memory
   * @param {() => void} options.changed  by hand
   */
  constructor({ strings, memory, changed }) {
    this.#strings = strings;
    this.#memory = memory;
    this.#speaker.addEventListener('change', () => {
      if (this.#voice) memory.setSpeaker(this.#voice.id, this.#speaker.value);
      changed();
    });
    this.#style.addEventListener('change', () => {
      memory.style = this.#style.value;
      changed();
    });
    this.#show();
  }

  /** What `speak` is to be given beside the voice. @returns {{speaker?: string, style?: string}} */
  get options() {
    const speaker = this.#several ? this.#speaker.value : '';
    const style = this.#style.value === PLAIN ? '' : this.#style.value;
    return { ...(speaker ? { speaker } : {}), ...(style ? { style } : {}) };
  }

  /** @param {{id: string}[]} styles */
  fillStyles(styles) {
    /** @type {Record<string, string>} */
    const names = this.#strings.styles;
    this.#style.replaceChildren(...styles.map(({ id }) => new Option(names[id] ?? id, id)));
    const remembered = this.#memory.style;
    if (styles.some(({ id }) => id === remembered)) this.#style.value = remembered;
    this.#show();
  }

  /** @param {VoiceInfo | null} voice that speaks now */
  showFor(voice) {
    this.#voice = voice;
    const names = (voice?.speakers ?? []).map(({ name }) => name);
    this.#speaker.replaceChildren(...names.map((name) => new Option(spoken(name), name)));
    const remembered = voice ? this.#memory.speakerOf(voice.id) : '';
    if (names.includes(remembered)) this.#speaker.value = remembered;
    this.#show();
  }

  get #several() {
    return (this.#voice?.speakers.length ?? 0) > 1;
  }

  #show() {
    const styled = this.#style.options.length > 1;
    /** @type {HTMLElement} */ (this.#speaker.closest('.choice')).hidden = !this.#several;
    /** @type {HTMLElement} */ (this.#style.closest('.choice')).hidden = !styled;
    this.#box.hidden = !this.#several && !styled;
  }
}

/** A speaker's name as a person writes it. @param {string} name */
function spoken(name) {
  const words = name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
