// @ts-check
/**
 * Ways to a document besides choosing and dropping a file: rich text that is pasted, the page's own
 * fragment, what other apps share with the installed one, files that the system opens with it.
 */

import { byId } from './dom.js';

/** A paste of more (UTF-16 units of HTML) stays what the browser makes of it. */
const MOST_PASTE = 5_000_000;
/** What makes text that is pasted a document. */
const STRUCTURE = /<(?:h[1-6]|li|blockquote|table|article|dt)[\s>]/i;
const PARAGRAPH = /<p[\s>]/gi;
const ADDRESS = /^https?:\/\/\S+$/i;

/**
 * @typedef {import('../arrivals.js').Arrival} Arrival
 *
 * @typedef {object} WaysInNeeds
 * @property {() => Promise<typeof import('../arrivals.js')>} arrivals
 * @property {string} base  absolute URL of the app's folder, with a final slash
 * @property {import('./strings.js').Strings} strings
 * @property {import('./notices.js').Notices} notices
 * @property {(files: readonly File[], about?: {source?: string, own?: boolean}) => Promise<boolean>} open
 *   whether the first is shown
 * @property {() => void} choose  lets the reader choose a file
 * @property {() => void} showBookmarklet
 */

export class WaysIn {
  #needs;
  /** The next paste is to be plain text. */
  #plain = false;

  /** @param {WaysInNeeds} needs */
  constructor(needs) {
    this.#needs = needs;
    addEventListener('keydown', ({ key, shiftKey }) => {
      this.#plain = shiftKey && key.toLowerCase() === 'v';
    }, { capture: true });
    addEventListener('paste', (event) => this.#paste(event), { capture: true });
    addEventListener('hashchange', () => void this.begin());
    this.#takeLaunches();
  }

  /**
   * Open what the page's address brings. It is removed from there, so that a reload does not open
   * it again over what was read since.
   *
   * @returns {Promise<boolean>} whether something was opened
   */
  async begin() {
    const { hash, pathname, search } = location;
    if (!/^#(?:text|page|shared)=/.test(hash)) return false;
    history.replaceState(history.state, '', pathname + search);
    try {
      return await this.#arrive(hash);
    } catch (error) {
      const { why = 'broken' } = /** @type {{why?: 'broken' | 'large' | 'gone'}} */ (error);
      console.warn(error);
      this.#tell(this.#needs.strings.linkProblems[why]);
      return false;
    }
  }

  /** @param {string} hash @returns {Promise<boolean>} */
  async #arrive(hash) {
    const { arrivals, base, open } = this.#needs;
    const { readFragment, shared, textFile, unpackPage } = await arrivals();
    const coming = readFragment(hash);
    if (!coming) return false;
    if (coming.kind === 'text') return open([textFile(coming.text, coming.title)]);
    if (coming.kind === 'page') {
      const { file, source } = await unpackPage(coming.packed);
      return open([file], { source });
    }
    const { files, title, text, url } = await shared(base, coming.id);
    // Any site can post here: a whole library is not taken in unasked.
    if (files.length > 0) return open(files, { own: false });
    // Some apps put the address where the text should be.
    const words = text.trim();
    if (words && !ADDRESS.test(words)) return open([textFile(text, title)], { source: url });
    this.#cannotFetch();
    return false;
  }

  #cannotFetch() {
    const { notices, strings, showBookmarklet } = this.#needs;
    const action = { label: strings.showHow, run: showBookmarklet };
    notices.show('problem', strings.cannotFetch, { action });
  }

  /** @param {ClipboardEvent} event */
  #paste(event) {
    const data = event.clipboardData;
    const plain = this.#plain;
    this.#plain = false;
    if (!data) return;
    const target = event.target instanceof Element ? event.target : document.body;
    const box = byId('text', HTMLTextAreaElement);
    const field = target.closest('input, textarea, select, [contenteditable]');
    // What is written in stays a text to write in.
    if (field && (field !== box || box.value !== '')) return;
    if (plain && field) return;
    const html = plain ? '' : data.getData('text/html');
    const text = data.getData('text/plain');
    const files = [...data.files];
    if (html.length <= MOST_PASTE && isStructured(html)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      const { arrivals } = this.#needs;
      void this.#open([arrivals().then(({ textFile }) => textFile(html, firstLine(text), 'html'))]);
    } else if (files.length > 0 && !html && !text) {
      event.preventDefault();
      void this.#open(files);
    } else if (!field && text.trim() !== '') {
      // There is nothing that it could be pasted into.
      event.preventDefault();
      const { arrivals } = this.#needs;
      void this.#open([arrivals().then(({ textFile }) => textFile(text, ''))]);
    }
  }

  #takeLaunches() {
    /** @type {{launchQueue?: {setConsumer(take: (launch: {files?: readonly {getFile(): Promise<File>}[]}) => void): void}}} */
    const { launchQueue } = /** @type {any} */ (window);
    launchQueue?.setConsumer(({ files }) => {
      void this.#open((files ?? []).map((file) => file.getFile()));
    });
  }

  /** @param {(File | Promise<File>)[]} coming */
  async #open(coming) {
    const { open, strings } = this.#needs;
    /** @type {File[]} */
    const files = [];
    for (const one of await Promise.allSettled(coming)) {
      if (one.status === 'fulfilled') files.push(one.value);
      else console.warn(one.reason);
    }
    if (files.length > 0) await open(files);
    if (files.length < coming.length) this.#tell(strings.unreadable.gone);
  }

  /** What can't be opened; another file can. @param {string} problem */
  #tell(problem) {
    const { notices, strings, choose } = this.#needs;
    notices.show('problem', problem, { action: { label: strings.openFile, run: choose } });
  }
}

/** Whether it has a shape that plain text would lose. @param {string} html */
function isStructured(html) {
  return STRUCTURE.test(html) || (html.match(PARAGRAPH)?.length ?? 0) > 1;
}

/** @param {string} text */
function firstLine(text) {
  return text.slice(0, 1000).trim().split('\n', 1)[0];
}
