// @ts-check
/** The documents of the page: the one that is open, and those that were read before. */

import { byId } from './dom.js';
import { OpenDocument } from './open_document.js';

/** A document that takes longer than this to open is told of, in ms. */
const QUIET = 300;
/** Entries of the list on an empty page. */
const LISTED = 6;

/**
 * @typedef {import('../library.js').Entry} Entry
 * @typedef {import('../library.js').Library} Library
 *
 * @typedef {object} DocumentsNeeds
 * @property {Pick<import('./types.js').LecternPort, 'openDocument'>} lectern
 * @property {() => Promise<Library>} library
 * @property {import('./storage.js').Memory} memory
 * @property {import('./strings.js').Strings} strings
 * @property {import('./notices.js').Notices} notices
 * @property {import('./reading.js').Reading} reading
 * @property {(opened: OpenDocument,
 *   about: {documentId: string, place: import('./reading.js').Place | null}) => void} show
 * @property {(error: unknown) => void} failed
 */

export class Documents {
  #needs;
  /** Counts what was asked for: only the last one is shown. */
  #asked = 0;
  #list = byId('library', HTMLElement);

  /** @param {DocumentsNeeds} needs */
  constructor(needs) {
    this.#needs = needs;
    const { reading, memory } = needs;
    reading.addEventListener('text', () => {
      if (!reading.opened) this.#asked += 1;
      memory.document = reading.documentId;
    });
    reading.addEventListener('aloud', () => this.#keep({ aloud: reading.opened?.aloud ?? [] }));
    reading.addEventListener('place', () => {
      if (reading.sentence) this.#keep(reading.sentence);
    });
  }

  /** Open a file. @param {File} file */
  async open(file) {
    const { lectern, library, notices, strings } = this.#needs;
    const mine = ++this.#asked;
    const telling = setTimeout(() => notices.show('hint', strings.readingFile(file.name)), QUIET);
    try {
      const data = await lectern.openDocument(file);
      if (mine !== this.#asked) return;
      // A browser that keeps nothing reads it all the same.
      const kept = await library().then(async (shelf) => {
        const id = await shelf.put(data);
        return { id, reading: await shelf.reading(id) };
      }).catch((error) => void console.warn('[Lectern] The document is not kept:', error));
      if (mine === this.#asked) this.#show(data, kept?.id ?? '', kept?.reading);
    } catch (error) {
      if (mine === this.#asked) this.#needs.failed(error);
    } finally {
      clearTimeout(telling);
      if (mine === this.#asked) notices.hide('hint');
    }
  }

  /** The document that was open when the page was left, if one was. */
  async restore() {
    const id = this.#needs.memory.document;
    if (id) await this.#openKept(id).catch((error) => console.warn(error));
  }

  /** What is read aloud of a document of the library; null where it is not there. @param {string} id */
  async spokenOf(id) {
    const shelf = await this.#needs.library();
    const [data, reading] = await Promise.all([shelf.get(id), shelf.reading(id)]);
    return data && new OpenDocument(data, reading.aloud).spoken;
  }

  /** Show what was read last, where there is anything. */
  async showList() {
    const entries = await this.#needs.library().then((shelf) => shelf.list()).catch(() => []);
    const rows = this.#list.querySelector('ul');
    rows?.replaceChildren(...entries.slice(0, LISTED).map((entry) => this.#row(entry)));
    this.#list.hidden = entries.length === 0;
  }

  /** @param {string} id */
  async #openKept(id) {
    const mine = ++this.#asked;
    const shelf = await this.#needs.library();
    const [data, reading] = await Promise.all([shelf.get(id), shelf.reading(id)]);
    if (mine !== this.#asked) return;
    if (data) this.#show(data, id, reading);
    else this.#needs.memory.document = '';
  }

  /**
   * @param {import('../protocol.js').DocumentData} data
   * @param {string} id
   * @param {import('../library.js').Reading} [reading]
   */
  #show(data, id, reading) {
    const opened = new OpenDocument(data, reading?.aloud);
    const place = reading?.start ? { start: reading.start, end: reading.end } : null;
    this.#needs.show(opened, { documentId: id, place });
    this.#keep({ opened: Date.now() });
  }

  /** @param {Partial<import('../library.js').Reading>} change */
  #keep(change) {
    const id = this.#needs.reading.documentId;
    if (!id) return;
    this.#needs.library().then((shelf) => shelf.setReading(id, change)).catch(() => {
      // The place is in `localStorage` as well.
    });
  }

  /** @param {Entry} entry */
  #row({ id, title, author, start, length }) {
    const { strings } = this.#needs;
    const row = document.createElement('li');
    const open = document.createElement('button');
    open.type = 'button';
    open.className = 'kept';
    const name = document.createElement('span');
    name.className = 'kept-title';
    name.textContent = title;
    const detail = document.createElement('span');
    detail.className = 'kept-detail';
    const share = length ? Math.round((100 * start) / length) : 0;
    detail.textContent = [author, share ? strings.percentRead(share) : ''].filter(Boolean).join(' · ');
    open.append(name, detail);
    open.addEventListener('click', () => {
      this.#openKept(id).catch((error) => this.#needs.failed(error));
    });
    const remove = document.createElement('button');
    remove.type = 'button';
    remove.className = 'quiet-button';
    remove.setAttribute('aria-label', strings.forgetDocument(title));
    remove.title = strings.forgetDocument(title);
    const template = byId('cross', HTMLTemplateElement);
    remove.append(template.content.cloneNode(true));
    remove.addEventListener('click', () => void this.#remove(id));
    row.append(open, remove);
    return row;
  }

  /** @param {string} id */
  async #remove(id) {
    const shelf = await this.#needs.library();
    await shelf.remove(id).catch((error) => this.#needs.failed(error));
    if (this.#needs.memory.document === id) this.#needs.memory.document = '';
    await this.showList();
  }
}
