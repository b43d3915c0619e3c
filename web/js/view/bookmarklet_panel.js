// @ts-check
/** The panel with the bookmarklet, which brings pages here that Lectern may not ask for. */

import { byId } from './dom.js';
import { Panel } from './panel.js';

/**
 * @typedef {object} BookmarkletNeeds
 * @property {() => Promise<typeof import('../arrivals.js')>} arrivals
 * @property {string} base  absolute URL of the app's folder, with a final slash
 * @property {import('./strings.js').Strings} strings
 */

export class BookmarkletPanel {
  #needs;
  #link = byId('bookmarklet-link', HTMLAnchorElement);
  #told = byId('bookmarklet-told', HTMLElement);
  #panel;

  /** @param {BookmarkletNeeds} needs */
  constructor(needs) {
    this.#needs = needs;
    this.#panel = new Panel({ id: 'bookmarklet', opened: () => void this.#fill() });
    byId('more-bookmarklet', HTMLButtonElement).addEventListener('click', () => this.show());
    byId('bookmarklet-copy', HTMLButtonElement).addEventListener('click', () => void this.#copy());
    this.#link.addEventListener('click', (event) => {
      event.preventDefault();
      this.#tell(needs.strings.bookmarkletDrag);
    });
  }

  show() {
    this.#panel.open();
  }

  async #fill() {
    this.#told.textContent = '';
    const { arrivals, base, strings } = this.#needs;
    const { bookmarkletAddress } = await arrivals();
    this.#link.href = bookmarkletAddress(base, strings.pageTooLarge);
  }

  async #copy() {
    const { strings } = this.#needs;
    try {
      await this.#fill();
      await navigator.clipboard.writeText(this.#link.href);
      this.#tell(strings.bookmarkletCopied);
    } catch {
      this.#tell(strings.bookmarkletCopyFailed);
    }
  }

  /** @param {string} text */
  #tell(text) {
    this.#told.textContent = text;
  }
}
