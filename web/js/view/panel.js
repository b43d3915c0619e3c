// @ts-check
/** A sheet beside the page, which goes on behind it; one of them is open at a time. */

import { byId } from './dom.js';

/** @type {Panel | null} */
let current = null;

export class Panel {
  #element;
  #title;
  #opener;
  #opened;
  #closed;
  /** Who had the focus. @type {Element | null} */
  #before = null;

  /**
   * @param {object} options
   * @param {string} options.id  of the section; its heading is `${id}-title`
   * @param {HTMLElement | null} [options.opener]  the button that opens and closes it
   * @param {() => void} [options.opened]
   * @param {() => void} [options.closed]
   */
  constructor({ id, opener = null, opened = () => {}, closed = () => {} }) {
    this.#element = byId(id, HTMLElement);
    this.#title = byId(`${id}-title`, HTMLElement);
    this.#opener = opener;
    this.#opened = opened;
    this.#closed = closed;
    if (opener) {
      opener.setAttribute('aria-controls', id);
      opener.setAttribute('aria-expanded', 'false');
      opener.addEventListener('click', () => this.toggle());
    }
    const cross = this.#element.querySelector('.panel-close');
    cross?.addEventListener('click', () => this.close());
    this.#element.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || event.defaultPrevented) return;
      event.preventDefault();
      this.close();
    });
  }

  get isOpen() {
    return !this.#element.hidden;
  }

  toggle() {
    if (this.isOpen) this.close();
    else this.open();
  }

  /** Open it, with the focus in it. */
  open() {
    if (!this.isOpen) {
      this.#before = document.activeElement;
      const other = current;
      if (other && other !== this) other.#hide();
      current = this;
      this.#element.hidden = false;
      this.#opener?.setAttribute('aria-expanded', 'true');
    }
    this.focus();
    this.#opened();
  }

  close() {
    if (!this.isOpen) return;
    this.#hide();
    const back = [this.#before, this.#opener].find(
      (one) => one instanceof HTMLElement && one !== document.body && one.checkVisibility(),
    );
    const there = back instanceof HTMLElement ? back : byId('play', HTMLElement);
    there.focus({ preventScroll: true });
  }

  /** The focus goes to its heading. */
  focus() {
    this.#title.focus({ preventScroll: true });
  }

  #hide() {
    if (current === this) current = null;
    this.#element.hidden = true;
    this.#opener?.setAttribute('aria-expanded', 'false');
    this.#closed();
  }
}

/** Close the one that is open, wherever the focus is. @returns {boolean} whether one was */
export function closePanel() {
  const open = current;
  open?.close();
  return open !== null;
}
