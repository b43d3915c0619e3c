// @ts-check
/**
 * What was removed from the library, for some seconds: a document is gone at once, and put back
 * whole when that was a mistake. Whoever's page dies in between has removed it.
 */

import { byId } from './dom.js';

/** Time to think better of it, in ms; it stands still while somebody is at the button. */
const UNDO_MS = 10_000;

/**
 * @typedef {import('../library.js').Library} Library
 * @typedef {import('../library.js').Whole} Whole
 *
 * @typedef {object} RemovedNeeds
 * @property {() => Promise<Library>} library
 * @property {import('./strings.js').Strings} strings
 * @property {() => void} changed  something was put back
 */

export class LibraryRemoved {
  #needs;
  #root = byId('library-removed', HTMLElement);
  #text = byId('library-removed-text', HTMLElement);
  #button = byId('library-undo', HTMLButtonElement);
  /** @type {Whole[]} */
  #removed = [];
  #timer = 0;

  /** @param {RemovedNeeds} needs */
  constructor(needs) {
    this.#needs = needs;
    this.#button.addEventListener('click', () => void this.#putBack());
    for (const type of ['focusin', 'pointerenter']) {
      this.#root.addEventListener(type, () => clearTimeout(this.#timer));
    }
    for (const type of ['focusout', 'pointerleave']) {
      this.#root.addEventListener(type, () => this.#wait());
    }
  }

  /** The button that undoes it. */
  get undo() {
    return this.#button;
  }

  /**
   * @param {string} id
   * @returns {Promise<boolean>} whether it was there
   * @throws {unknown} the library failed
   */
  async remove(id) {
    const { library, strings } = this.#needs;
    const whole = await (await library()).take(id);
    if (!whole) return false;
    this.#removed.push(whole);
    this.#root.hidden = false;
    const titles = this.#removed.map(({ kept }) => kept.title || strings.untitled);
    this.#text.textContent = strings.removedDocuments(titles);
    this.#wait();
    return true;
  }

  /** It is too late to think better of it. */
  forget() {
    clearTimeout(this.#timer);
    this.#removed = [];
    this.#text.textContent = '';
    const focused = this.#root.contains(document.activeElement);
    this.#root.hidden = true;
    if (focused) byId('library-panel-title', HTMLElement).focus({ preventScroll: true });
  }

  #wait() {
    clearTimeout(this.#timer);
    if (this.#removed.length) this.#timer = setTimeout(() => this.forget(), UNDO_MS);
  }

  async #putBack() {
    const wanted = this.#removed;
    this.forget();
    const { library, strings, changed } = this.#needs;
    try {
      const shelf = await library();
      for (const whole of wanted) await shelf.putBack(whole);
    } catch (error) {
      console.warn(error);
      this.#root.hidden = false;
      this.#text.textContent = strings.transferFailed;
      this.#removed = wanted; // for another try
    }
    changed();
  }
}
