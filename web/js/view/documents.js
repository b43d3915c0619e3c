// @ts-check
/** The documents of the page: the one that is open, and those that were read before. */

import { Covers } from './cover.js';
import { byId } from './dom.js';
import { shelfBook } from './library_row.js';
import { OpenDocument } from './open_document.js';

/** A document that takes longer than this to open is told of, in ms. */
const QUIET = 300;
/** Books on the empty page. */
const LISTED = 6;
/** What a library is called when it is a file. */
const LIBRARY_FILE = /\.lectern$/i;

/**
 * @typedef {import('../library.js').Library} Library
 * @typedef {import('../library.js').Reading} KeptReading
 * @typedef {import('./reading.js').Place} Place
 *
 * @typedef {object} DocumentsNeeds
 * @property {Pick<import('./types.js').LecternPort, 'openDocument'>} lectern
 * @property {() => Promise<Library>} library
 * @property {import('./storage.js').Memory} memory
 * @property {import('./strings.js').Strings} strings
 * @property {import('./notices.js').Notices} notices
 * @property {import('./reading.js').Reading} reading
 * @property {(opened: OpenDocument, about: {documentId: string, place: Place | null}) => void} show
 * @property {(file: File) => void} takeLibrary  a whole library was given
 * @property {(error: unknown, again: () => void) => void} failed  again: opens the same once more
 */

export class Documents {
  #needs;
  #covers;
  /** Counts what was asked for: only the last one is shown. */
  #asked = 0;
  /** Until the last one is told of. */
  #telling = 0;
  /** Whether it is. */
  #told = false;
  #list = byId('library', HTMLElement);

  /** @param {DocumentsNeeds} needs */
  constructor(needs) {
    this.#needs = needs;
    const { reading, memory, library } = needs;
    this.#covers = new Covers(async (id) => (await library()).cover(id));
    reading.addEventListener('text', () => {
      if (!reading.opened) this.#ask();
      memory.document = reading.documentId;
    });
    reading.addEventListener('aloud', () => {
      this.#keep((shelf, id) => shelf.setReading(id, { aloud: reading.opened?.aloud ?? [] }));
    });
    reading.addEventListener('place', () => this.#reached());
    reading.addEventListener('finished', () => {
      this.#keep((shelf, id) => shelf.setReading(id, { finished: true }));
    });
  }

  /**
   * Open a file, and keep what is in it.
   *
   * @param {File} file
   * @param {{source?: string, own?: boolean}} [about]  source: the address that a page is from; own:
   *   the reader chose it here
   * @returns {Promise<boolean>} whether it, or what was opened after it, is shown
   */
  async open(file, { source, own = true } = {}) {
    const { lectern, notices, strings } = this.#needs;
    if (own && LIBRARY_FILE.test(file.name)) {
      this.#needs.takeLibrary(file);
      return false;
    }
    const mine = this.#ask();
    this.#telling = setTimeout(() => {
      this.#told = true;
      notices.show('hint', strings.readingFile(file.name));
    }, QUIET);
    let full = false;
    try {
      const data = await lectern.openDocument(file, { source: source || undefined });
      if (mine !== this.#asked) return true;
      const kept = await this.#put(data, file.name).catch((error) => {
        // A browser that keeps nothing reads it all the same.
        console.warn('[Lectern] The document is not kept:', error);
        full = error?.code === 'quota';
      });
      if (mine !== this.#asked) return true;
      this.#show(data, kept?.id ?? '', kept?.reading);
    } catch (error) {
      if (mine === this.#asked) this.#needs.failed(error, () => void this.open(file, { source, own }));
      return mine !== this.#asked;
    } finally {
      if (mine === this.#asked) this.#quiet();
    }
    if (full) notices.show('hint', strings.notKept);
    return true;
  }

  /**
   * Open the first of several files; the others go into the library.
   *
   * @param {readonly File[]} files
   * @param {{source?: string, own?: boolean}} [about]  as of `open`
   * @returns {Promise<boolean>} as of `open`
   */
  async openAll([first, ...others], about) {
    if (!first) return false;
    const shown = await this.open(first, about);
    if (others.length > 0) void this.#keepOthers(others, about);
    return shown;
  }

  /** @param {File[]} files @param {{own?: boolean}} [about] */
  async #keepOthers(files, { own = true } = {}) {
    const { lectern, notices, strings, takeLibrary } = this.#needs;
    /** @type {string[]} */
    const failed = [];
    let kept = 0;
    for (const file of files) {
      if (own && LIBRARY_FILE.test(file.name)) {
        takeLibrary(file);
        continue;
      }
      try {
        await this.#put(await lectern.openDocument(file), file.name);
        kept += 1;
      } catch (error) {
        console.warn('[Lectern] A file is not kept:', error);
        failed.push(file.name);
      }
    }
    if (kept + failed.length > 0) notices.show('hint', strings.alsoKept(kept, failed));
    await this.showList();
  }

  /** The document that was open when the page was left, if one was. */
  async restore() {
    const id = this.#needs.memory.document;
    if (id) await this.openKept(id).catch((error) => console.warn(error));
  }

  /**
   * Open a document of the library where it was left.
   *
   * @param {string} id
   * @returns {Promise<boolean>} false: it is not there any more
   * @throws {import('../errors.js').LecternError} store
   */
  async openKept(id) {
    const { library, memory } = this.#needs;
    const mine = this.#ask();
    const shelf = await library();
    const [data, reading] = await Promise.all([shelf.get(id), shelf.reading(id)]);
    if (mine !== this.#asked) return true; // something else was asked for meanwhile
    if (data) this.#show(data, id, reading);
    else if (memory.document === id) memory.document = '';
    return data !== null;
  }

  /** What is read aloud of a document of the library; null where it is not there. @param {string} id */
  async spokenOf(id) {
    const shelf = await this.#needs.library();
    const [data, reading] = await Promise.all([shelf.get(id), shelf.reading(id)]);
    const opened = data && new OpenDocument(data, reading.aloud);
    return opened && { text: opened.spoken, passages: opened.passages };
  }

  /** Show what was read last, where there is anything. */
  async showList() {
    const { library, strings, reading, failed } = this.#needs;
    const entries = await library().then((shelf) => shelf.list()).catch(() => []);
    this.#covers.release();
    const open = async (/** @type {string} */ id) => {
      try {
        if (!(await this.openKept(id))) await this.showList();
      } catch (error) {
        failed(error, () => void open(id));
      }
    };
    const books = entries.slice(0, LISTED).map((entry) =>
      shelfBook(entry, {
        strings,
        covers: this.#covers,
        rate: () => reading.rate,
        open: () => void open(entry.id),
      }),
    );
    this.#list.querySelector('ul')?.replaceChildren(...books);
    this.#list.hidden = books.length === 0;
  }

  /** Something else is asked for: what was asked for before is neither shown nor told of. */
  #ask() {
    this.#quiet();
    return ++this.#asked;
  }

  #quiet() {
    clearTimeout(this.#telling);
    if (this.#told) this.#needs.notices.hide('hint');
    this.#told = false;
  }

  /** @param {import('../protocol.js').DocumentData} data @param {string} name  of its file */
  async #put(data, name) {
    const shelf = await this.#needs.library();
    // The page's site, where it is one, says more than the name of a file.
    const { site } = /** @type {{site?: string}} */ (data);
    const id = await shelf.put(data, { source: site || name });
    return { id, reading: await shelf.reading(id) };
  }

  /**
   * @param {import('../protocol.js').DocumentData} data
   * @param {string} id  '' where it could not be kept
   * @param {KeptReading} [reading]
   */
  #show(data, id, reading) {
    const opened = new OpenDocument(data, reading?.aloud);
    this.#needs.show(opened, { documentId: id, place: this.#placeIn(data.text, id, reading) });
    // What the library does not keep is kept like a text that was typed, if it is not too long.
    if (!id) this.#needs.memory.text = data.text;
    this.#keep((shelf) => shelf.setReading(id, { opened: Date.now() }));
  }

  /**
   * Where a document was left: what the library could not write any more was noted beside it.
   *
   * @param {string} text
   * @param {string} id
   * @param {KeptReading} [reading]
   * @returns {Place | null}
   */
  #placeIn(text, id, reading) {
    const reached = id ? this.#needs.memory.reachedIn(id) : null;
    if (reached && reached.at > (reading?.placed ?? 0) && reached.end <= text.length) {
      const { start, end, at } = reached;
      this.#needs.library().then((shelf) => shelf.setPlace(id, { start, end, at })).catch(() => {});
      return { start, end };
    }
    if (!reading?.start || reading.finished || reading.end > text.length) return null;
    return { start: reading.start, end: reading.end };
  }

  /** A sentence is spoken, or the reader went to another. Who only looks on writes nothing. */
  #reached() {
    const { reading, memory } = this.#needs;
    const { documentId: document, sentence } = reading;
    if (!document || !sentence) return;
    const { start, end } = sentence;
    const at = Date.now();
    memory.reach({ document, start, end, at });
    memory.document = document; // another tab may have read something else since
    this.#keep((shelf, id) => shelf.setPlace(id, { start, end, at }));
  }

  /** @param {(shelf: Library, id: string) => Promise<void>} write */
  #keep(write) {
    const id = this.#needs.reading.documentId;
    if (!id) return;
    this.#needs.library().then((shelf) => write(shelf, id)).catch(() => {
      // The place is in `localStorage` as well.
    });
  }
}
