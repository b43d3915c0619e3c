// @ts-check
/**
 * espeak-ng by piper_phonemize: one wasm instance for the worker's life. It knows the
 * languages of the built-in voices; each other comes in a pack, fetched once, when a voice
 * that speaks it is first asked for.
 */

import { LecternError } from '../errors.js';

/** One call's JSON in UTF-8 bytes: over about 40,000 the instance breaks for good. */
const MOST_BYTES = 16 * 1024;

/**
 * @typedef {{callMain(args: string[]): number, addLanguage(pack: Uint8Array): void}} Instance
 * @typedef {(module: {
 *   print(line: string): void, printErr(line: string): void,
 *   locateFile(name: string): string}) => Promise<Instance>} Factory
 * @typedef {{default: Factory, LANGUAGES: Record<string, string[]>}} Module
 *   LANGUAGES: espeak's voice in lower case -> packs that it needs
 */

export class Espeak {
  /**
   * @param {string} base absolute URL of the app's folder, with a final slash
   * @param {{load?: (url: string) => Promise<Module>, onFetched?: (paths: string[]) => void}} [options]
   *   onFetched: packs were fetched; their paths in the app's folder
   */
  constructor(base, { load = (url) => import(url), onFetched = () => {} } = {}) {
    this.folder = new URL('wasm/espeak/', base).href;
    this.load = load;
    this.onFetched = onFetched;
    /** @type {Promise<void> | null} */
    this.starting = null;
    /** @type {Record<string, string[]>} */
    this.languages = {};
    /** The packs that are here or on their way. @type {Map<string, Promise<Uint8Array>>} */
    this.packs = new Map();
    /** Those that are here: every instance has them. @type {Map<string, Uint8Array>} */
    this.added = new Map();
    /** The instance refused a voice: it would not look again where it looked for it. */
    this.refused = false;
    /** @type {Instance | null} */
    this.instance = null;
    /** @type {string[]} what the call in progress printed */
    this.printed = [];
    /** @type {string[]} */
    this.complaints = [];
  }

  /**
   * Resolves when `phonemize` may be called. To be awaited before every call: an instance
   * that broke is made anew here, and what the voice's language needs is fetched.
   *
   * @param {string} [voice] the one that will be called; without it: any that is built in
   * @returns {Promise<void>}
   * @throws {LecternError} phonemizer_failed (retryable unless the folder lacks the language)
   */
  async ready(voice = '') {
    if (!this.instance) await this.#started();
    const wanted = this.languages[voice.split('+')[0].toLowerCase()] ?? [];
    const missing = wanted.filter((name) => !this.added.has(name));
    if (!missing.length) return;
    const packs = await Promise.all(missing.map((name) => this.#pack(name)));
    if (!this.instance) await this.#started();
    missing.forEach((name, i) => this.#add(name, packs[i]));
    if (this.refused) await this.#started();
  }

  #started() {
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
    for (const batch of batches(Array.from(texts))) {
      for (let left = batch; left.length; ) {
        const answers = this.#call(voice, left);
        found.push(...answers);
        left = left.slice(answers.length);
      }
    }
    return found;
  }

  async #start() {
    try {
      const { default: factory, LANGUAGES } = await this.load(`${this.folder}piper_phonemize.mjs`);
      const instance = await factory({
        print: (line) => this.printed.push(line),
        printErr: (line) => this.complaints.push(line),
        locateFile: (name) => this.folder + name,
      });
      for (const pack of this.added.values()) instance.addLanguage(pack);
      this.languages = LANGUAGES;
      this.instance = instance;
      this.refused = false;
    } catch (error) {
      throw new LecternError(
        'phonemizer_failed',
        `The phonemizer could not be started: ${/** @type {Error} */ (error).message}`,
        { retryable: true, cause: error },
      );
    }
  }

  /**
   * A language's pack, fetched once; what failed is asked for again the next time.
   *
   * @param {string} name
   * @returns {Promise<Uint8Array>}
   */
  #pack(name) {
    const begun = this.packs.get(name);
    if (begun) return begun;
    const fetched = this.#fetchPack(name);
    this.packs.set(name, fetched);
    fetched.catch(() => this.packs.delete(name));
    return fetched;
  }

  /** @param {string} name */
  async #fetchPack(name) {
    let status = 0;
    try {
      const answer = await fetch(`${this.folder}lang/${name}.data`, { credentials: 'same-origin' });
      status = answer.status;
      if (!answer.ok) throw new Error(`the server answered ${status}`);
      const pack = new Uint8Array(await answer.arrayBuffer());
      this.onFetched([`wasm/espeak/lang/${name}.data`]);
      return pack;
    } catch (error) {
      throw lacking(name, error, { retryable: status !== 404 });
    }
  }

  /** @param {string} name @param {Uint8Array} pack */
  #add(name, pack) {
    if (this.added.has(name)) return;
    try {
      this.instance?.addLanguage(pack);
      this.added.set(name, pack);
    } catch (error) {
      this.packs.delete(name); // cut on its way
      throw lacking(name, error, { retryable: true });
    }
  }

  /**
   * @param {string} voice
   * @param {string[]} items as JSON
   * @returns {string[][]} of all of them, or of the first few
   */
  #call(voice, items) {
    if (!this.instance) {
      throw new LecternError('phonemizer_failed', 'The phonemizer is not ready. Ask again.', {
        retryable: true,
      });
    }
    this.printed = [];
    this.complaints = [];
    const input = `[${items.join()}]`;
    const args = ['-l', voice, '--input', input, '--espeak_data', '/espeak-ng-data'];
    try {
      const status = this.instance.callMain(args);
      const found = this.printed.map((line) => phonemesOf(line));
      if (status !== 0) found.push(phonemesOf(refusedAnswer(status, this.complaints)));
      else if (found.length !== items.length) {
        throw new Error(`${items.length} texts gave ${found.length} answers`);
      }
      return found;
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError) this.instance = null;
      else this.refused = true;
      throw failed(voice, error, this.complaints.join(' '));
    }
  }
}

/**
 * The texts as JSON, together as many as are short enough for one call.
 *
 * @param {string[]} texts
 * @returns {Generator<string[]>}
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
      yield items;
      items = [];
      size = 2;
    }
    items.push(item);
    size += bytes;
  }
  if (items.length) yield items;
}

/**
 * The program stops at a text with a phoneme that its own table of ids lacks (Latvian has one),
 * and complains with what would have been the answer. The ids are of no interest here.
 *
 * @param {number} status @param {string[]} complaints
 */
function refusedAnswer(status, complaints) {
  const found = /^Missing phoneme: .*? for: (\{.*\})$/.exec(complaints.at(-1) ?? '');
  if (!found) throw new Error(`status ${status}`);
  return found[1];
}

/** @param {string} line @returns {string[]} */
function phonemesOf(line) {
  const { phonemes } = JSON.parse(line);
  if (!Array.isArray(phonemes)) throw new Error('an answer without phonemes');
  return phonemes;
}

/**
 * @param {string} name a language's
 * @param {unknown} error
 * @param {{retryable: boolean}} options
 */
function lacking(name, error, { retryable }) {
  const reason = /** @type {Error} */ (error).message;
  return new LecternError(
    'phonemizer_failed',
    `How the language "${name}" is pronounced could not be fetched: ${reason}. It is needed once.`,
    { retryable, cause: error },
  );
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
      ? 'it knows no such voice.'
      : /** @type {Error} */ (error).message;
  const message = `espeak-ng could not speak "${voice}": ${reason} ${complaints}`.trimEnd();
  return new LecternError('phonemizer_failed', message, { retryable: broke, cause: error });
}
