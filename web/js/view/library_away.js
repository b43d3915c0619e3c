// @ts-check
/** The library as a file: saved, and brought back, with progress and a way to stop it. */

import { byId } from './dom.js';

/** A file of the reader's is let go when the browser surely has it, in ms. */
const HANDED_OVER = 60_000;
/** Refused documents that are told of by name. */
const NAMED = 20;

/**
 * @typedef {import('../library.js').Library} Library
 * @typedef {import('../library.js').ImportReport} ImportReport
 *
 * @typedef {object} AwayNeeds
 * @property {() => Promise<Library>} library
 * @property {import('./strings.js').Strings} strings
 * @property {() => void} changed  documents came
 * @property {(text: string) => void} say  tell a screen reader
 */

export class LibraryAway {
  #needs;
  #file = byId('library-file', HTMLInputElement);
  #work = byId('library-work', HTMLElement);
  #bar = byId('library-work-bar', HTMLProgressElement);
  #amount = byId('library-work-amount', HTMLElement);
  #report = byId('library-report', HTMLElement);
  #buttons = byId('library-away-buttons', HTMLElement);
  /** @type {AbortController | null} */
  #working = null;

  /** @param {AwayNeeds} needs */
  constructor(needs) {
    this.#needs = needs;
    byId('library-export', HTMLButtonElement).addEventListener('click', () => void this.#save());
    byId('library-import', HTMLButtonElement).addEventListener('click', () => this.#file.click());
    byId('library-stop', HTMLButtonElement).addEventListener('click', () => this.#working?.abort());
    this.#file.addEventListener('change', () => {
      const file = this.#file.files?.[0];
      this.#file.value = '';
      if (file) void this.take(file);
    });
  }

  /** Documents out of a library's file. @param {File} file */
  async take(file) {
    const { strings, library, changed } = this.#needs;
    /** @type {ImportReport | null} */
    let report = null;
    await this.#run(strings.importing, async (signal, tell) => {
      try {
        report = await (await library()).fromFile(file, {
          signal,
          onProgress: (progress) => {
            report = progress.report;
            tell(progress);
          },
        });
      } finally {
        if (report) this.#tell(report, !signal.aborted);
        changed();
      }
    });
  }

  async #save() {
    const { strings, library } = this.#needs;
    await this.#run(strings.exporting, async (signal, onProgress) => {
      const blob = await (await library()).toFile({ signal, onProgress });
      const link = document.createElement('a');
      link.href = URL.createObjectURL(blob);
      link.download = `lectern-library-${today()}.lectern`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), HANDED_OVER);
      this.#show([strings.exported]);
    });
  }

  /**
   * @param {string} title
   * @param {(signal: AbortSignal, tell: (progress: {done: number, total: number}) => void) => Promise<void>} work
   */
  async #run(title, work) {
    if (this.#working) return;
    const { strings } = this.#needs;
    const working = new AbortController();
    this.#working = working;
    const focused = document.activeElement;
    this.#show([]);
    this.#bar.removeAttribute('value');
    this.#bar.setAttribute('aria-label', title);
    this.#amount.textContent = title;
    this.#work.hidden = false;
    this.#buttons.hidden = true;
    if (this.#buttons.contains(focused)) byId('library-stop', HTMLElement).focus();
    this.#needs.say(title);
    try {
      await work(working.signal, ({ done, total }) => {
        this.#amount.textContent = strings.ofDocuments(String(done), total ? String(total) : '');
        if (total) [this.#bar.max, this.#bar.value] = [total, Math.min(done, total)];
      });
    } catch (error) {
      if (!working.signal.aborted) {
        console.warn(error);
        this.#show([strings.transferFailed]);
      }
    } finally {
      this.#working = null;
      const here = this.#work.contains(document.activeElement);
      this.#work.hidden = true;
      this.#buttons.hidden = false;
      if (here) /** @type {HTMLElement} */ (focused)?.focus();
    }
  }

  /** @param {ImportReport} report @param {boolean} ended  false: somebody stopped it */
  #tell({ came, here, refused, whole, alien }, ended) {
    const { strings } = this.#needs;
    if (alien) {
      this.#show([strings.noLibraryFile]);
      return;
    }
    const full = refused.some(({ why }) => why === 'quota');
    const names = refused
      .slice(0, NAMED)
      .map(({ title, why }) => `${title || strings.untitled} (${strings.refusedWhy[why]})`);
    const more = refused.length - names.length;
    if (more > 0) names.push(strings.moreRefused(more));
    this.#show([
      strings.importReport(came, here),
      ...(ended && !whole && !full ? [strings.libraryCut] : []),
      ...(refused.length ? [`${strings.refusedReport(refused.length)} ${names.join(', ')}`] : []),
    ]);
  }

  /** @param {string[]} sentences */
  #show(sentences) {
    this.#report.hidden = sentences.length === 0;
    this.#report.replaceChildren(
      ...sentences.map((sentence) => {
        const line = document.createElement('p');
        line.textContent = sentence;
        return line;
      }),
    );
  }
}

/** As the reader's own calendar has it. */
function today() {
  const now = new Date();
  const two = (/** @type {number} */ value) => String(value).padStart(2, '0');
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
