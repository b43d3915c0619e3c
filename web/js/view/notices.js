// @ts-check
/**
 * What the page has to say, above the bar: a sentence, and one button that helps. And the
 * live region, which tells a screen reader what the state is, never what is spoken.
 */

import { byId } from './dom.js';

/** @typedef {'problem' | 'gesture' | 'hint' | 'back' | 'aloud' | 'update' | 'offline' | 'timer'} Slot */
/** @typedef {{label: string, run: () => void}} Action */

/** A passing note goes by itself after so many ms, in which nobody was at it. */
const PASSING = 8000;

export class Notices {
  #strings;
  #list = byId('notices', HTMLElement);
  #template = byId('notice', HTMLTemplateElement);
  #status = byId('status', HTMLElement);
  /** @type {Map<Slot, HTMLElement>} */
  #shown = new Map();

  /** @param {import('./strings.js').Strings} strings */
  constructor(strings) {
    this.#strings = strings;
  }

  /**
   * @param {Slot} slot  one notice of each kind at a time
   * @param {string} text
   * @param {{action?: Action, passing?: boolean}} [options]
   */
  show(slot, text, { action, passing = false } = {}) {
    this.hide(slot);
    const content = /** @type {DocumentFragment} */ (this.#template.content.cloneNode(true));
    const notice = /** @type {HTMLElement} */ (content.firstElementChild);
    notice.classList.add(slot);
    const sentence = /** @type {HTMLElement} */ (notice.querySelector('.notice-text'));
    const button = /** @type {HTMLButtonElement} */ (notice.querySelector('.notice-action'));
    const close = /** @type {HTMLButtonElement} */ (notice.querySelector('.notice-close'));
    close.setAttribute('aria-label', this.#strings.close);
    close.title = this.#strings.close;
    close.addEventListener('click', () => this.hide(slot));
    if (action) {
      button.textContent = action.label;
      button.addEventListener('click', () => {
        this.hide(slot);
        action.run();
      });
    } else {
      button.remove();
    }
    this.#list.append(notice);
    this.#shown.set(slot, notice);
    // The element is there before its words are: then they are announced.
    notice.setAttribute('role', slot === 'problem' ? 'alert' : 'status');
    sentence.textContent = text;
    if (passing) this.#pass(slot, notice);
  }

  /** Let it go in a while; who is about to press its button has all the time. @param {Slot} slot @param {HTMLElement} notice */
  #pass(slot, notice) {
    let timer = 0;
    /** What is at it: the focus, the pointer. @type {Set<string>} */
    const here = new Set();
    const wait = () => {
      clearTimeout(timer);
      if (here.size === 0) timer = setTimeout(() => this.#remove(slot, notice), PASSING);
    };
    for (const [comes, goes] of [['focusin', 'focusout'], ['pointerenter', 'pointerleave']]) {
      notice.addEventListener(comes, () => {
        here.add(comes);
        wait();
      });
      notice.addEventListener(goes, () => {
        here.delete(comes);
        wait();
      });
    }
    wait();
  }

  /** @param {Slot} slot */
  hide(slot) {
    const notice = this.#shown.get(slot);
    if (notice) this.#remove(slot, notice);
  }

  /** Tell a screen reader. @param {string} text */
  say(text) {
    this.#status.textContent = text;
  }

  /** @param {Slot} slot @param {HTMLElement} notice */
  #remove(slot, notice) {
    // Who was in it goes on at the button that matters, not at the top of the page.
    const focused = notice.contains(document.activeElement);
    notice.remove();
    if (focused) byId('play', HTMLButtonElement).focus({ preventScroll: true });
    if (this.#shown.get(slot) === notice) this.#shown.delete(slot);
  }
}
