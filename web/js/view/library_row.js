// @ts-check
/** A document of the library: as a row of the panel, and as a book on the empty page. */

import { byId } from './dom.js';
import { share } from './library_order.js';
import { Pace } from './pace.js';
import { duration } from './times.js';

/**
 * @typedef {import('../library.js').Entry} Entry
 * @typedef {import('./strings.js').Strings} Strings
 *
 * @typedef {object} RowNeeds
 * @property {Strings} strings
 * @property {import('./cover.js').Covers} covers
 * @property {() => number} rate  of playback
 */

/** Ordinary prose in a Piper voice: nobody knows how this one will be read. */
const PACE = new Pace();

export class LibraryRow {
  #needs;
  #entry;
  #root;

  /**
   * @param {Entry} entry
   * @param {RowNeeds} needs
   */
  constructor(entry, needs) {
    this.#needs = needs;
    this.#entry = entry;
    const template = byId('library-row', HTMLTemplateElement);
    const content = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
    this.#root = /** @type {HTMLLIElement} */ (content.firstElementChild);
    this.#root.dataset.id = entry.id;
    const title = entry.title || needs.strings.untitled;
    this.#part('.book-cover').append(needs.covers.make({ ...entry, title }));
    this.#part('.book-title').textContent = title;
    this.#part('.book-title').lang = entry.language;
    this.#part('.book-detail').textContent = entry.author || entry.source;
    const { remove } = this;
    remove.setAttribute('aria-label', needs.strings.forgetDocument(title));
    remove.title = needs.strings.forgetDocument(title);
    this.update(entry, false);
  }

  get root() {
    return this.#root;
  }

  get open() {
    return /** @type {HTMLButtonElement} */ (this.#root.querySelector('.book-open'));
  }

  get remove() {
    return /** @type {HTMLButtonElement} */ (this.#root.querySelector('.book-remove'));
  }

  /** Whether it shows the same book, perhaps at another place. @param {Entry} entry */
  shows({ id, title, author, cover }) {
    const { id: mine, title: called, author: by, cover: pictured } = this.#entry;
    return id === mine && title === called && author === by && cover === pictured;
  }

  /** @param {Entry} entry @param {boolean} current  it is open now */
  update(entry, current) {
    this.#entry = entry;
    showProgress(this.#root, entry, this.#needs);
    if (current) this.open.setAttribute('aria-current', 'true');
    else this.open.removeAttribute('aria-current');
  }

  /** @param {string} selector */
  #part(selector) {
    return /** @type {HTMLElement} */ (this.#root.querySelector(selector));
  }
}

/**
 * A book on the empty page: cover, title, and how far it was read.
 *
 * @param {Entry} entry
 * @param {RowNeeds & {open: () => void}} needs
 */
export function shelfBook(entry, { open, ...needs }) {
  const book = document.createElement('li');
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'shelf-book';
  const title = document.createElement('span');
  title.className = 'book-title';
  title.lang = entry.language;
  title.textContent = entry.title || needs.strings.untitled;
  const detail = document.createElement('span');
  detail.className = 'book-detail';
  detail.textContent = entry.author || entry.source;
  const bar = document.createElement('span');
  bar.className = 'book-bar';
  bar.append(document.createElement('span'));
  const amount = document.createElement('span');
  amount.className = 'book-amount';
  button.append(needs.covers.make({ ...entry, title: title.textContent }), title, detail, bar, amount);
  button.addEventListener('click', open);
  book.append(button);
  showProgress(book, entry, needs);
  return book;
}

/**
 * @param {Element} root
 * @param {Entry} entry
 * @param {{strings: Strings, rate: () => number}} needs
 */
function showProgress(root, entry, { strings, rate }) {
  const bar = /** @type {HTMLElement} */ (root.querySelector('.book-bar'));
  const amount = /** @type {HTMLElement} */ (root.querySelector('.book-amount'));
  const read = share(entry);
  bar.hidden = read === 0;
  /** @type {HTMLElement} */ (bar.firstElementChild).style.inlineSize = `${(100 * read).toFixed(1)}%`;
  if (entry.finished) {
    amount.textContent = strings.finishedReading;
    return;
  }
  const time = duration(PACE.seconds(entry.length - entry.start, rate()), strings);
  const left = strings.leftOfText(time);
  const percent = Math.min(99, Math.max(1, Math.round(100 * read)));
  amount.textContent = read ? `${strings.percentRead(percent)} · ${left}` : strings.notBegun;
}
