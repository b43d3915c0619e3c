// @ts-check
/** espeak-ng by piper_phonemize: one wasm instance for the worker's life. */

import { LecternError } from '../errors.js';

/** One call's JSON in UTF-8 bytes: over about 40,000 the instance breaks for good. */
const MOST_BYTES = 16 * 1024;

/**
 * @typedef {{callMain(args: string[]): number}} Instance
 * @typedef {(module: {
 *   print(line: string): void, printErr(line: string): void,
 *   locateFile(name: string): string}) => Promise<Instance>} Factory
 */

export class Espeak {
  /**
   * @param {string} base absolute URL of the app's folder, with a final slash
   * @param {{load?: (url: string) => Promise<{default: Factory}>}} [options]
   */
  constructor(base, { load = (url) => import(url) } = {}) {
    this.folder = new URL('wasm/espeak/', base).href;
    this.load = load;
    /** @type {Promise<void> | null} */
    this.starting = null;
    /** @type {Instance | null} */
    this.instance = null;
    /** @type {string[]} what the call in progress printed */
    this.printed = [];
    /** @type {string[]} */
    this.complaints = [];
  }

  /**
   * Resolves when `phonemize` may be called. To be awaited before every call: an instance
   * that broke is made anew here.
   *
   * @returns {Promise<void>}
   * @throws {LecternError} phonemizer_failed (retryable)
   */
  ready() {
    if (this.instance) return Promise.resolve();
    this.starting ??= this.#start().finally(() => {
      this.starting = null;
    });
    return this.starting;
  }

  /**
   * @param {string} voice espeak's name of it, such as "en-us"
   * @param {Iterable<string>} texts one sentence or word each
   * @returns {string[][]} the phonemes of each text, in order, single code points
   * @throws {LecternError} phonemizer_failed
   */
  phonemize(voice, texts) {
    /** @type {string[][]} */
    const found = [];
    for (const batch of batches(Array.from(texts))) found.push(...this.#call(voice, batch));
    return found;
  }

  async #start() {
    try {
      const { default: factory } = await this.load(`${this.folder}piper_phonemize.mjs`);
      this.instance = await factory({
        print: (line) => this.printed.push(line),
        printErr: (line) => this.complaints.push(line),
        locateFile: (name) => this.folder + name,
      });
    } catch (error) {
      throw new LecternError(
        'phonemizer_failed',
        `The phonemizer could not be started: ${/** @type {Error} */ (error).message}`,
        { retryable: true, cause: error },
      );
    }
  }

  /**
   * @param {string} voice
   * @param {{input: string, count: number}} batch
   * @returns {string[][]}
   */
  #call(voice, { input, count }) {
    if (!this.instance) {
      throw new LecternError('phonemizer_failed', 'The phonemizer is not ready. Ask again.', {
        retryable: true,
      });
    }
    this.printed = [];
    this.complaints = [];
    const args = ['-l', voice, '--input', input, '--espeak_data', '/espeak-ng-data'];
    try {
      const status = this.instance.callMain(args);
      if (status !== 0) throw new Error(`status ${status}`);
      const found = this.printed.map((line) => phonemesOf(line));
      if (found.length !== count) {
        throw new Error(`${count} texts gave ${found.length} answers`);
      }
      return found;
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError) this.instance = null;
      throw failed(voice, error, this.complaints.join(' '));
    }
  }
}

/**
 * The texts as JSON arrays that are short enough for one call each.
 *
 * @param {string[]} texts
 * @returns {Generator<{input: string, count: number}>}
 */
function* batches(texts) {
  /** @type {string[]} */
  let items = [];
  let size = 2;
  const encoder = new TextEncoder();
  for (const text of texts) {
    const item = JSON.stringify({ text: String(text).toWellFormed() });
    const bytes = encoder.encode(item).length + 1;
    if (bytes + 2 > MOST_BYTES) {
      throw new LecternError(
        'phonemizer_failed',
        `A text of ${text.length} characters is too long for one call. Cut it into sentences.`,
      );
    }
    if (size + bytes > MOST_BYTES) {
      yield { input: `[${items.join()}]`, count: items.length };
      items = [];
      size = 2;
    }
    items.push(item);
    size += bytes;
  }
  if (items.length) yield { input: `[${items.join()}]`, count: items.length };
}

/** @param {string} line @returns {string[]} */
function phonemesOf(line) {
  const { phonemes } = JSON.parse(line);
  if (!Array.isArray(phonemes)) throw new Error('an answer without phonemes');
  return phonemes;
}

/**
 * @param {string} voice
 * @param {unknown} error a number when C++ threw: an unknown voice, as a rule
 * @param {string} complaints
 */
function failed(voice, error, complaints) {
  const broke = error instanceof WebAssembly.RuntimeError;
  const reason =
    typeof error === 'number'
      ? 'is the language of the voice among those that were built in?'
      : /** @type {Error} */ (error).message;
  const message = `espeak-ng could not speak "${voice}": ${reason} ${complaints}`.trimEnd();
  return new LecternError('phonemizer_failed', message, { retryable: broke, cause: error });
}
