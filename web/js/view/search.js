// @ts-check
/** Looking for words in the text: a bar over the page, which stays usable below it. */

import { byId } from './dom.js';
import { MOST, findText } from './find_text.js';

/** So many places before and behind the one in view are lit: a page has no more. */
const LIT = 150;
/** A selection up to this length is what is looked for. */
const SELECTED = 100;

/**
 * @typedef {import('./find_text.js').Found} Found
 * @typedef {object} SearchedPage  what it needs of `ReaderView`
 * @property {(spans: Found[], now: Found | null) => void} found  light these, and one of them apart
 * @property {(span: Found) => void} reveal  bring it into view, away from the voice
 * @property {() => number | null} inView  an offset that is on the screen
 */

export class Search {
  #reading;
  #strings;
  #page;
  #number;
  #bar = byId('find', HTMLElement);
  #field = byId('find-text', HTMLInputElement);
  #count = byId('find-count', HTMLElement);
  #read = byId('find-read', HTMLButtonElement);
  /** @type {HTMLButtonElement[]} what needs a place that was found */
  #steppers;
  /** @type {Found[]} in the order of the text */
  #found = [];
  #more = false;
  /** Of the one that is shown apart; -1: none. */
  #now = -1;
  /** @type {AbortController | null} */
  #running = null;
  #frame = 0;
  /** @type {Element | null} where the focus was */
  #before = null;

  /**
   * @param {object} needs
   * @param {import('./reading.js').Reading} needs.reading
   * @param {import('./strings.js').Strings} needs.strings
   * @param {string} needs.language  of the interface
   * @param {SearchedPage} needs.page
   */
  constructor({ reading, strings, language, page }) {
    this.#reading = reading;
    this.#strings = strings;
    this.#page = page;
    const format = new Intl.NumberFormat(language);
    this.#number = (/** @type {number} */ value) => format.format(value);
    const previous = byId('find-previous', HTMLButtonElement);
    const next = byId('find-next', HTMLButtonElement);
    this.#steppers = [previous, next, this.#read];
    previous.addEventListener('click', () => this.#step(-1));
    next.addEventListener('click', () => this.#step(1));
    this.#read.addEventListener('click', () => this.#begin());
    byId('find-close', HTMLButtonElement).addEventListener('click', () => this.close());
    byId('more-search', HTMLButtonElement).addEventListener('click', () => this.open());
    this.#field.addEventListener('input', () => void this.#search());
    this.#bar.addEventListener('keydown', (event) => this.#key(event));
    addEventListener('scroll', () => this.#scrolled(), { passive: true });
    reading.addEventListener('text', () => this.close());
    this.#show();
  }

  open() {
    if (this.#reading.length === 0 || document.body.dataset.mode !== 'reading') return;
    const selected = getSelection()?.toString().trim() ?? '';
    if (this.#bar.hidden) this.#before = document.activeElement;
    this.#bar.hidden = false;
    const given = selected !== '' && selected.length <= SELECTED && !selected.includes('\n');
    if (given) this.#field.value = selected;
    this.#field.focus();
    this.#field.select();
    if (given || this.#field.value !== '') void this.#search();
  }

  close() {
    if (this.#bar.hidden) return;
    this.#running?.abort();
    const held = this.#bar.contains(document.activeElement);
    this.#bar.hidden = true;
    this.#forget();
    if (!held) return;
    const before = this.#before;
    // A button of a menu that is closed takes no focus: then the one that plays.
    if (before instanceof HTMLElement && before.checkVisibility() && before !== document.body) {
      before.focus({ preventScroll: true });
    } else {
      byId('play', HTMLButtonElement).focus({ preventScroll: true });
    }
  }

  #forget() {
    this.#found = [];
    this.#more = false;
    this.#now = -1;
    this.#page.found([], null);
    this.#show();
  }

  async #search() {
    this.#running?.abort();
    const running = new AbortController();
    this.#running = running;
    const from = this.#found[this.#now]?.start ?? this.#page.inView() ?? this.#reading.offset;
    this.#forget();
    const query = this.#field.value;
    /** @param {Found[]} found */
    const some = (found) => {
      if (running.signal.aborted || found.length === 0) return;
      for (const one of found) this.#found.push(one);
      // The first one from where the reader is on.
      if (this.#now < 0 && this.#found[this.#found.length - 1].start >= from) {
        this.#choose(this.#found.findIndex(({ start }) => start >= from));
      }
    };
    const result = await findText(this.#reading.text, query, { signal: running.signal, some });
    if (!result || running.signal.aborted) return;
    this.#running = null;
    this.#found = result.found;
    this.#more = result.more;
    if (this.#now < 0 && this.#found.length > 0) {
      const next = this.#found.findIndex(({ start }) => start >= from);
      this.#choose(Math.max(0, next));
    }
    this.#show();
  }

  /** @param {1 | -1} direction */
  #step(direction) {
    const { length } = this.#found;
    if (length > 0) this.#choose((this.#now + direction + length) % length);
  }

  /** @param {number} index */
  #choose(index) {
    this.#now = index;
    this.#light(index);
    this.#page.reveal(this.#found[index]);
    this.#show();
  }

  #begin() {
    const found = this.#found[this.#now];
    if (found) this.#reading.begin(found.start);
  }

  /** Light what is near a place of the list. @param {number} index */
  #light(index) {
    const near = this.#found.slice(Math.max(0, index - LIT), index + LIT);
    this.#page.found(near, this.#found[this.#now] ?? null);
  }

  #scrolled() {
    if (this.#found.length <= LIT || this.#frame) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      const here = this.#page.inView();
      if (here !== null && this.#found.length > 0) this.#light(this.#indexAt(here));
    });
  }

  /** @param {number} offset */
  #indexAt(offset) {
    let low = 0;
    let high = this.#found.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#found[middle].start < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #show() {
    const { length } = this.#found;
    for (const button of this.#steppers) button.disabled = length === 0;
    const all = this.#more ? `${this.#number(MOST)}+` : this.#number(length);
    let text = '';
    if (length > 0) text = this.#strings.foundOf(this.#number(this.#now + 1), all);
    else if (this.#field.value.trim() !== '' && !this.#running) text = this.#strings.foundNothing;
    if (this.#count.textContent !== text) this.#count.textContent = text;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.isComposing) return;
    if (event.key === 'Escape') {
      this.close();
    } else if (event.key === 'Enter' && event.target === this.#field) {
      if (event.altKey) this.#begin();
      else this.#step(event.shiftKey ? -1 : 1);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }
}
