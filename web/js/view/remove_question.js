// @ts-check
/** The one question that stops everything: whether a voice is to be removed. */

import { byId } from './dom.js';
import { voiceName } from './voice_names.js';

/** @typedef {import('./types.js').VoiceInfo} VoiceInfo */

export class RemoveQuestion {
  #strings;
  #dialog = byId('voice-remove', HTMLDialogElement);
  /** @type {((remove: boolean) => void) | null} */
  #answer = null;

  /** @param {import('./strings.js').Strings} strings */
  constructor(strings) {
    this.#strings = strings;
    this.#dialog.addEventListener('close', () => {
      this.#answer?.(this.#dialog.returnValue === 'remove');
      this.#answer = null;
    });
    for (const button of this.#dialog.querySelectorAll('button')) {
      button.addEventListener('click', () => this.#dialog.close(button.value));
    }
    // Its Escape is its own, not the panel's or the page's.
    this.#dialog.addEventListener('keydown', (event) => event.stopPropagation());
  }

  /**
   * @param {VoiceInfo} voice
   * @param {string} size megabytes that it takes up
   * @returns {Promise<boolean>} whether to remove it
   */
  ask(voice, size) {
    const { removeQuestion, removeFrees } = this.#strings;
    byId('voice-remove-title', HTMLElement).textContent = removeQuestion(voiceName(voice));
    byId('voice-remove-text', HTMLElement).textContent = removeFrees(size);
    this.#dialog.returnValue = '';
    this.#dialog.showModal();
    return new Promise((resolve) => {
      this.#answer = resolve;
    });
  }
}
