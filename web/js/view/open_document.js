// @ts-check
/** A document while it is open: what of it is read aloud, and what is skipped. */

/**
 * @typedef {import('../protocol.js').DocumentData} DocumentData
 * @typedef {import('../protocol.js').Skip} Skip
 * @typedef {{start: number, end: number, skip: Skip}} Skipped
 * @typedef {{start: number, language: string, kind: string}} Passage
 */

export class OpenDocument {
  /** @type {Skipped[]} ascending, apart from each other */
  #skipped;
  /** Beginnings of those that are read all the same. @type {Set<number>} */
  #aloud;
  /** @type {Passage[] | null} */
  #passages = null;

  /**
   * @param {DocumentData} data
   * @param {number[]} [aloud]
   */
  constructor(data, aloud = []) {
    this.data = data;
    this.#skipped = data.blocks.flatMap(({ start, end, skip, skipped = [] }) =>
      skip ? [{ start, end, skip }] : skipped,
    );
    this.#aloud = new Set(aloud);
  }

  get title() {
    return this.data.title;
  }

  /** Beginnings of what is read although it is usually skipped. */
  get aloud() {
    return [...this.#aloud];
  }

  /**
   * The text with blanks in the place of what is skipped: the sentences of what is left lie
   * where they lie in the whole text.
   */
  get spoken() {
    const { text } = this.data;
    let spoken = '';
    let done = 0;
    for (const { start, end } of this.#skipped) {
      if (this.#aloud.has(start)) continue;
      spoken += text.slice(done, start) + ' '.repeat(end - start);
      done = end;
    }
    return spoken + text.slice(done);
  }

  /** Where what is spoken begins anew, in which language, as what; the same list until that changes. */
  get passages() {
    this.#passages ??= this.data.blocks
      .filter(({ start, skip }) => !skip || this.#aloud.has(start))
      .map(({ start, language = '', kind }) => ({ start, language, kind }));
    return this.#passages;
  }

  /**
   * How much between two offsets is skipped, in UTF-16 units.
   *
   * @param {number} from
   * @param {number} to
   */
  silent(from, to) {
    let sum = 0;
    for (const { start, end } of this.#skipped) {
      if (start >= to) break;
      if (!this.#aloud.has(start)) sum += Math.max(0, Math.min(end, to) - Math.max(start, from));
    }
    return sum;
  }

  /**
   * Read aloud what lies at `offset`, if it was skipped until now.
   *
   * @param {number} offset
   * @returns {number | null} where that begins; null where nothing changed
   */
  readAloud(offset) {
    const found = this.#skipped.find(({ start, end }) => start <= offset && offset < end);
    if (!found || this.#aloud.has(found.start)) return null;
    this.#aloud.add(found.start);
    this.#passages = null;
    return found.start;
  }

  /**
   * Skip again what begins at `start`.
   *
   * @param {number} start
   * @returns {boolean} whether it was read aloud
   */
  skipAgain(start) {
    const changed = this.#aloud.delete(start);
    if (changed) this.#passages = null;
    return changed;
  }

  /** Whether the skipped part that begins at `start` is read all the same. @param {number} start */
  isAloud(start) {
    return this.#aloud.has(start);
  }
}
