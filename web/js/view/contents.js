// @ts-check
/** The contents: where one is, how long each part takes, and the way there. */

import { tree } from './chapters.js';
import { byId } from './dom.js';
import { foldQuery } from './find_text.js';
import { Panel } from './panel.js';
import { nextTask } from './tasks.js';
import { duration } from './times.js';

/** From so many entries on they can be filtered. */
const MANY = 21;
/** Where a panel covers nothing of the page, as css/panel.css has it. */
const BESIDE = '(min-width: 72rem)';
/** One slice of work, in milliseconds. */
const SLICE = 8;

/**
 * @typedef {object} Row
 * @property {import('./chapters.js').Entry} entry
 * @property {HTMLLIElement} item
 * @property {HTMLButtonElement} button
 * @property {HTMLElement} time
 * @property {string} folded  its title, as it is looked for
 * @property {Row | null} above
 */

export class Contents {
  #reading;
  #strings;
  #panel;
  #opener = byId('contents-open', HTMLButtonElement);
  #list = byId('contents-list', HTMLElement);
  #filter = byId('contents-filter', HTMLInputElement);
  #nothing = byId('contents-nothing', HTMLElement);
  /** In the order of the text. @type {Row[]} */
  #rows = [];
  /** @type {Row | null} */
  #current = null;
  /** @type {AbortController | null} */
  #building = null;
  /** Whether the rows are of the text that is here. */
  #built = false;

  /**
   * @param {object} needs
   * @param {import('./reading.js').Reading} needs.reading
   * @param {import('./strings.js').Strings} needs.strings
   */
  constructor({ reading, strings }) {
    this.#reading = reading;
    this.#strings = strings;
    this.#panel = new Panel({
      id: 'contents',
      opener: this.#opener,
      opened: () => void this.#opened(),
    });
    reading.addEventListener('text', () => this.#renew());
    reading.addEventListener('place', () => this.#mark());
    reading.addEventListener('speed', () => this.#showTimes());
    this.#filter.addEventListener('input', () => this.#narrow());
    this.#filter.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || this.#filter.value === '') return;
      // The first press clears the field, the second closes the panel.
      event.preventDefault();
      event.stopPropagation();
      this.#filter.value = '';
      this.#narrow();
    });
    this.#renew();
  }

  /** Open or close them, where there are any. */
  toggle() {
    if (this.#reading.contents.length > 0) this.#panel.toggle();
  }

  #renew() {
    const there = this.#reading.contents.length > 0;
    this.#building?.abort();
    this.#building = null;
    this.#built = false;
    this.#rows = [];
    this.#current = null;
    this.#list.replaceChildren();
    this.#filter.value = '';
    this.#opener.hidden = !there;
    if (!this.#panel.isOpen) return;
    if (there) void this.#opened();
    else this.#panel.close();
  }

  async #opened() {
    await this.#build();
    this.#showTimes();
    this.#mark();
    this.#current?.button.scrollIntoView({ block: 'center', behavior: 'instant' });
  }

  /** Rows in slices: a book of law has thousands. */
  async #build() {
    if (this.#built || this.#building) return;
    const building = new AbortController();
    this.#building = building;
    const { contents, length } = this.#reading;
    this.#filter.parentElement?.toggleAttribute('hidden', contents.length < MANY);
    const top = tree(contents, length);
    const list = document.createElement('ol');
    /** @type {{entries: import('./chapters.js').Entry[], next: number, list: Element, above: Row | null}[]} */
    const path = [{ entries: top, next: 0, list, above: null }];
    // The panel is being laid out beside the text, which is work enough for one task.
    await nextTask();
    if (building.signal.aborted) return;
    let until = performance.now() + SLICE;
    while (path.length > 0) {
      const here = path[path.length - 1];
      const entry = here.entries[here.next++];
      if (!entry) {
        path.pop();
        continue;
      }
      const row = this.#row(entry, here.above);
      here.list.append(row.item);
      this.#rows.push(row);
      if (entry.below.length > 0) {
        const below = document.createElement('ol');
        row.item.append(below);
        path.push({ entries: entry.below, next: 0, list: below, above: row });
      }
      if (performance.now() < until) continue;
      await nextTask();
      if (building.signal.aborted) return;
      until = performance.now() + SLICE;
    }
    this.#list.replaceChildren(list);
    this.#building = null;
    this.#built = true;
  }

  /**
   * @param {import('./chapters.js').Entry} entry
   * @param {Row | null} above
   * @returns {Row}
   */
  #row(entry, above) {
    const item = document.createElement('li');
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'contents-entry';
    const title = document.createElement('span');
    title.dir = 'auto';
    title.textContent = entry.title || this.#strings.untitled;
    const time = document.createElement('span');
    time.className = 'contents-time';
    button.append(title, time);
    button.addEventListener('click', () => this.#go(entry.start));
    item.append(button);
    return { entry, item, button, time, folded: foldQuery(entry.title), above };
  }

  /** @param {number} offset */
  #go(offset) {
    // Where the page lies beside them they stay.
    if (!matchMedia(BESIDE).matches) this.#panel.close();
    this.#reading.go(offset);
  }

  #showTimes() {
    if (!this.#panel.isOpen) return;
    for (const { entry, time } of this.#rows) {
      time.textContent = duration(this.#reading.seconds(entry.start, entry.end), this.#strings);
    }
  }

  /** Where the voice is. */
  #mark() {
    if (!this.#panel.isOpen) return;
    const { offset } = this.#reading;
    let low = 0;
    let high = this.#rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#rows[middle].entry.start <= offset) low = middle + 1;
      else high = middle;
    }
    const row = this.#rows[low - 1] ?? null;
    if (row === this.#current) return;
    this.#current?.button.removeAttribute('aria-current');
    row?.button.setAttribute('aria-current', 'true');
    this.#current = row;
  }

  /** Only those whose title holds what was typed, and what they lie in. */
  #narrow() {
    const wanted = foldQuery(this.#filter.value);
    /** @type {Set<Row>} */
    const kept = new Set();
    for (const row of this.#rows) {
      if (!row.folded.includes(wanted)) continue;
      for (let one = /** @type {Row | null} */ (row); one && !kept.has(one); one = one.above) kept.add(one);
    }
    for (const row of this.#rows) row.item.hidden = !kept.has(row);
    this.#nothing.hidden = kept.size > 0;
  }
}
