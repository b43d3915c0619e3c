// @ts-check
/**
 * The library as a panel: every document that is kept, to search, sort, open and remove. The
 * list is built in slices, and what is not on the screen is not laid out.
 */

import { byId } from './dom.js';
import { Covers } from './cover.js';
import { LibraryAway } from './library_away.js';
import { ORDERS, orderOf, ordered } from './library_order.js';
import { LibraryRemoved } from './library_removed.js';
import { LibraryRow } from './library_row.js';
import { Panel } from './panel.js';
import { nextTask } from './tasks.js';

/** One slice of work, in milliseconds. */
const SLICE = 8;
const MB = 1_000_000;

/**
 * @typedef {import('../library.js').Entry} Entry
 * @typedef {import('../library.js').Library} Library
 *
 * @typedef {object} LibraryPanelNeeds
 * @property {() => Promise<Library>} library
 * @property {import('./reading.js').Reading} reading
 * @property {import('./storage.js').Memory} memory
 * @property {import('./strings.js').Strings} strings
 * @property {import('./strings.js').Language} language  of the interface
 * @property {(id: string) => Promise<boolean>} open  false: it is not there any more
 * @property {() => void} newText
 * @property {() => void} changed  other documents are here than before
 * @property {(text: string) => void} say  tell a screen reader
 */

export class LibraryPanel {
  #needs;
  #panel;
  #covers;
  #away;
  #removed;
  #list = byId('library-list', HTMLUListElement);
  #finder = byId('library-finder', HTMLElement);
  #search = byId('library-search', HTMLInputElement);
  #sort = byId('library-sort', HTMLSelectElement);
  #word = byId('library-word', HTMLElement);
  #storage = byId('library-storage', HTMLElement);
  /** @type {Entry[]} */
  #entries = [];
  /** @type {Map<string, LibraryRow>} */
  #rows = new Map();
  /** @type {AbortController | null} */
  #building = null;

  /** @param {LibraryPanelNeeds} needs */
  constructor(needs) {
    this.#needs = needs;
    const { library, strings, memory } = needs;
    this.#covers = new Covers(async (id) => (await library()).cover(id));
    this.#panel = new Panel({
      id: 'library-panel',
      opener: byId('home', HTMLButtonElement),
      opened: () => void this.refresh(),
      closed: () => this.#let(),
    });
    const changed = () => {
      needs.changed();
      void this.refresh();
    };
    this.#away = new LibraryAway({ library, strings, changed, say: needs.say });
    this.#removed = new LibraryRemoved({ library, strings, changed });
    this.#sort.append(...ORDERS.map((order) => new Option(strings.librarySorts[order], order)));
    this.#sort.value = orderOf(memory.librarySort);
    this.#sort.addEventListener('change', () => {
      memory.librarySort = this.#sort.value;
      void this.#render();
    });
    this.#search.addEventListener('input', () => {
      void this.#render();
    });
    this.#search.addEventListener('keydown', (event) => this.#searchKey(event));
    this.#list.addEventListener('click', (event) => this.#clicked(event));
    this.#list.addEventListener('keydown', (event) => this.#listKey(event));
    byId('library-new', HTMLButtonElement).addEventListener('click', () => {
      this.#panel.close();
      needs.newText();
    });
    // Another tab may have read on meanwhile.
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible' && this.#panel.isOpen) void this.refresh();
    });
  }

  /** Documents out of a library's file. @param {File} file */
  take(file) {
    this.#panel.open();
    void this.#away.take(file);
  }

  /** Look again at what is kept. */
  async refresh() {
    if (!this.#panel.isOpen) return;
    const { library, strings } = this.#needs;
    try {
      this.#entries = await (await library()).list();
    } catch (error) {
      console.warn(error);
      this.#entries = [];
      this.#list.replaceChildren();
      this.#tell(strings.libraryFailed);
      return;
    }
    await this.#render();
  }

  async #render() {
    this.#building?.abort();
    const building = new AbortController();
    this.#building = building;
    const { reading, strings, language } = this.#needs;
    const found = ordered(this.#entries, {
      search: this.#search.value,
      by: orderOf(this.#sort.value),
      language,
    });
    const nothing = this.#entries.length ? strings.libraryNothing : strings.libraryEmpty;
    this.#finder.hidden = this.#entries.length < 2;
    this.#showStorage();
    const focused = document.activeElement?.closest('li')?.dataset.id;
    for (let index = 0, first = true; first || index < found.length; first = false) {
      const until = performance.now() + SLICE;
      const part = document.createDocumentFragment();
      while (index < found.length && (performance.now() < until || index === 0)) {
        const entry = found[index++];
        const row = this.#row(entry);
        row.update(entry, entry.id === reading.documentId);
        part.append(row.root);
      }
      if (first) this.#list.replaceChildren(part);
      else this.#list.append(part);
      if (index < found.length) await nextTask();
      if (building.signal.aborted) return;
    }
    this.#tell(found.length ? '' : nothing);
    if (this.#search.value) this.#needs.say(strings.foundDocuments(found.length));
    this.#list.dataset.whole = String(found.length);
    if (focused && document.activeElement === document.body) this.#rows.get(focused)?.open.focus();
  }

  /** @param {Entry} entry */
  #row(entry) {
    const known = this.#rows.get(entry.id);
    if (known?.shows(entry)) return known;
    const { strings, reading } = this.#needs;
    const row = new LibraryRow(entry, { strings, covers: this.#covers, rate: () => reading.rate });
    this.#rows.set(entry.id, row);
    return row;
  }

  /** The list and its pictures take up memory only while somebody looks. */
  #let() {
    this.#building?.abort();
    this.#covers.release();
    this.#rows.clear();
    this.#list.replaceChildren();
    delete this.#list.dataset.whole;
    this.#search.value = '';
    this.#removed.forget();
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const target = /** @type {Element} */ (event.target);
    const id = target.closest('li')?.dataset.id;
    if (!id) return;
    if (target.closest('.book-remove')) void this.#remove(id);
    else if (target.closest('.book-open')) void this.#open(id);
  }

  /** Up and down go from document to document; Delete removes one. @param {KeyboardEvent} event */
  #listKey(event) {
    const row = /** @type {Element} */ (event.target).closest('li');
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    const { key } = event;
    const to =
      key === 'ArrowDown'
        ? row.nextElementSibling
        : key === 'ArrowUp'
          ? (row.previousElementSibling ?? this.#search)
          : key === 'Home'
            ? this.#list.firstElementChild
            : key === 'End'
              ? this.#list.lastElementChild
              : null;
    if (to) {
      const there = to === this.#search ? to : to.querySelector('button');
      /** @type {HTMLElement} */ (there).focus();
    } else if (key === 'Delete') void this.#remove(row.dataset.id ?? '');
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {KeyboardEvent} event */
  #searchKey(event) {
    if (event.key === 'Escape' && this.#search.value) {
      this.#search.value = '';
      void this.#render();
    } else if (event.key === 'ArrowDown') this.#list.querySelector('button')?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {string} id */
  async #open(id) {
    try {
      if (await this.#needs.open(id)) {
        this.#panel.close();
        return;
      }
      await this.refresh();
      this.#tell(this.#needs.strings.libraryGone);
    } catch (error) {
      console.warn(error);
      this.#tell(this.#needs.strings.libraryFailed);
    }
  }

  /** @param {string} id */
  async #remove(id) {
    const root = this.#rows.get(id)?.root;
    const next = root?.nextElementSibling ?? root?.previousElementSibling;
    try {
      if (!(await this.#removed.remove(id))) return this.refresh();
    } catch (error) {
      console.warn(error);
      this.#tell(this.#needs.strings.transferFailed);
      return;
    }
    root?.remove();
    this.#rows.delete(id);
    this.#entries = this.#entries.filter((entry) => entry.id !== id);
    const there = next?.querySelector('button') ?? this.#removed.undo;
    /** @type {HTMLElement} */ (there).focus();
    this.#needs.changed();
    await this.#render();
  }

  /** @param {string} text  '' for nothing */
  #tell(text) {
    this.#word.textContent = text;
    this.#word.hidden = text === '';
  }

  #showStorage() {
    const bytes = this.#entries.reduce((sum, entry) => sum + entry.bytes, 0);
    const format = new Intl.NumberFormat(this.#needs.language, {
      maximumFractionDigits: bytes < 10 * MB ? 1 : 0,
    });
    const size = format.format(Math.max(0.1, bytes / MB));
    this.#storage.textContent = bytes ? this.#needs.strings.libraryStored(size) : '';
  }
}
