// @ts-check
/**
 * A library as one file: gzip over lines of JSON. The first line says what it is, each further
 * one is a document with all that belongs to it, the last one says how many there were, so that
 * a file that was cut is known for one.
 *
 * ::
 *
 *     {"lectern": "library", "version": 1, "documents": 12}
 *     {"document": {…}, "reading": {…}, "source": "", "added": 0, "cover": "…"}
 *     {"end": 12}
 */

/**
 * @typedef {import('./library.js').Whole} Whole
 * @typedef {ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>} Reader
 */

const FORMAT = 'library';
export const VERSION = 1;

/** Bytes of one line: the longest text, its blocks, its cover. */
const MOST_LINE = 96 * 2 ** 20;
/** Unpacked bytes for one byte of the file, from `RATIO_FROM` on; JSON of prose packs to a third. */
const MOST_RATIO = 60;
const RATIO_FROM = 64 * 2 ** 20;
const MOST_UNPACKED = 4 * 2 ** 30;
/** What is read of a file at a time. Of one that breaks off no more than this is lost. */
const SLICE = 16_384;
const LEAST_SLICE = 8;
const NEWLINE = 10;

/** @param {unknown} value @returns {string} a line */
const line = (value) => `${JSON.stringify(value)}\n`;

/**
 * The packed bytes, part by part.
 *
 * @param {number} count
 * @param {AsyncIterable<Whole>} documents
 * @returns {AsyncGenerator<Uint8Array<ArrayBuffer>, void, void>}
 */
export async function* packed(count, documents) {
  const encoder = new TextEncoder();
  const stream = new CompressionStream('gzip');
  const writer = stream.writable.getWriter();
  const write = async () => {
    await writer.write(encoder.encode(line({ lectern: FORMAT, version: VERSION, documents: count })));
    let written = 0;
    for await (const whole of documents) {
      await writer.write(encoder.encode(line(await rowOf(whole))));
      written += 1;
    }
    await writer.write(encoder.encode(line({ end: written })));
    await writer.close();
  };
  const writing = write();
  // Who reads is told by the stream; the cause is thrown below.
  writing.catch((error) => writer.abort(error).catch(() => {}));
  const reader = /** @type {Reader} */ (stream.readable.getReader());
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    yield value;
  }
  await writing;
}

/** @param {Whole} whole */
async function rowOf({ document, kept, reading, cover }) {
  const { source, added } = kept;
  return {
    document,
    reading,
    source,
    added,
    ...(cover && { cover: base64(new Uint8Array(await cover.arrayBuffer())) }),
  };
}

/**
 * @typedef {{kind: 'line', value: unknown}
 *   | {kind: 'bad', why: 'damaged' | 'tooLarge'}
 *   | {kind: 'head', documents: number}
 *   | {kind: 'end', whole: boolean}
 *   | {kind: 'alien'}} Found
 *   line: of a document, not checked yet; bad: one that is none; alien: this is no library, nothing follows;
 *   end: the last; whole: nothing was cut off
 */

/**
 * What is in a file, line by line; it ends where the file breaks off or is found to be a bomb.
 *
 * @param {Blob} file
 * @returns {AsyncGenerator<Found, void, void>}
 */
export async function* unpacked(file) {
  let documents = 0;
  let known = false;
  /** What the last line said; nothing counts behind it but that the bytes hold. */
  let said = -1;
  let cut = false;
  for await (const bytes of lines(file)) {
    cut = bytes === CUT;
    if (bytes === CUT || said >= 0) continue;
    const value = bytes === LONG ? LONG : parsed(bytes);
    if (!known) {
      const head = /** @type {any} */ (value);
      if (head?.lectern !== FORMAT || head?.version !== VERSION) break;
      known = true;
      yield { kind: 'head', documents: Number.isSafeInteger(head.documents) ? head.documents : 0 };
    } else if (typeof value === 'object' && value !== null && 'end' in value) {
      said = Number.isSafeInteger(value.end) ? Number(value.end) : 0;
    } else {
      documents += 1;
      if (value === LONG) yield { kind: 'bad', why: 'tooLarge' };
      else if (value === undefined) yield { kind: 'bad', why: 'damaged' };
      else yield { kind: 'line', value };
    }
  }
  yield known ? { kind: 'end', whole: !cut && said === documents } : { kind: 'alien' };
}

/** @param {Uint8Array} bytes @returns {unknown} undefined for what is no JSON */
function parsed(bytes) {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

/** A line beyond the limit. */
const LONG = Symbol('long');
/** The file breaks off, is damaged, or unpacks to too much. */
const CUT = Symbol('cut');

/**
 * @param {Blob} file
 * @returns {AsyncGenerator<Uint8Array | typeof LONG | typeof CUT, void, void>}
 */
async function* lines(file) {
  /** @type {Uint8Array[]} */
  let parts = [];
  let size = 0;
  let long = false;
  try {
    for await (const chunk of inflated(file)) {
      let from = 0;
      for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
        parts.push(chunk.subarray(from, at));
        yield long ? LONG : joined(parts);
        [parts, size, long, from] = [[], 0, false, at + 1];
      }
      size += chunk.length - from;
      if (size > MOST_LINE) [parts, long] = [[], true];
      else parts.push(chunk.subarray(from));
    }
  } catch {
    yield CUT;
  }
}

/** @param {Uint8Array[]} parts */
function joined(parts) {
  if (parts.length === 1) return parts[0];
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * The file unpacked, as far as it goes.
 *
 * @param {Blob} file
 * @returns {AsyncGenerator<Uint8Array, void, void>}
 * @throws {unknown} it breaks off, is no gzip, or unpacks to too much
 */
async function* inflated(file) {
  const stream = new DecompressionStream('gzip');
  const writer = stream.writable.getWriter();
  const write = async () => {
    // A stream that fails forgets what was not read yet: the parts become small towards the
    // end, where a file that was cut fails. An empty part is taken when all before it was.
    for (let at = 0, size = 0; at < file.size; at += size) {
      size = Math.min(SLICE, Math.max(LEAST_SLICE, (file.size - at) >> 1));
      await writer.write(new Uint8Array(await file.slice(at, at + size).arrayBuffer()));
    }
    await writer.write(new Uint8Array(0));
    await writer.close();
  };
  // The reader is told.
  write().catch((error) => writer.abort(error).catch(() => {}));
  const reader = /** @type {Reader} */ (stream.readable.getReader());
  const most = Math.min(MOST_UNPACKED, Math.max(RATIO_FROM, file.size * MOST_RATIO));
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      size += value.length;
      if (size > most) throw new Error('This file unpacks to more than any library.');
      yield value;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** @param {Uint8Array} bytes */
function base64(bytes) {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return btoa(text);
}

/** @param {string} text @returns {Uint8Array<ArrayBuffer> | null} null for what is no base64 */
export function fromBase64(text) {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}
