// @ts-check
/** The worker of library_transfer.js: one request, its progress, its value; then it is ended. */

import { LecternError } from './errors.js';
import { Library, keptOf } from './library.js';
import { Unfit, checkedLine } from './library_checks.js';
import { fromBase64, packed, unpacked } from './library_file.js';
import { thumbnail } from './picture.js';

/**
 * @typedef {import('./library_transfer.js').ImportReport} ImportReport
 * @typedef {import('./library_transfer.js').TransferRequest} TransferRequest
 * @typedef {import('./library_transfer.js').TransferMessage} TransferMessage
 */

const scope = /** @type {DedicatedWorkerGlobalScope} */ (/** @type {unknown} */ (self));
/** Between two words about progress, in ms. */
const PROGRESS_EVERY = 100;
/** Packed bytes that wait in memory; more of them are the browser's, which may use the disk. */
const FLUSH_BYTES = 8 * 2 ** 20;
/** Refused documents that are told of by name. */
const MOST_NAMED = 1000;

scope.onmessage = async ({ data }) => {
  /** @type {TransferRequest} */
  const request = data;
  const library = new Library({ name: request.name });
  try {
    const value =
      request.type === 'export' ? await toFile(library) : await fromFile(library, request.file);
    post({ value });
  } catch (error) {
    const { code, retryable } =
      error instanceof LecternError ? error : { code: 'internal', retryable: false };
    post({ error: { code, message: `${error}`, retryable } });
  }
};

/** @param {TransferMessage} message */
function post(message) {
  scope.postMessage(message);
}

/** @param {Library} library @returns {Promise<Blob>} */
async function toFile(library) {
  const ids = await library.ids();
  const tell = teller(ids.length);
  async function* documents() {
    for (const [index, id] of ids.entries()) {
      const whole = await library.whole(id);
      if (whole) yield whole; // else it was removed meanwhile
      tell(index + 1, null);
    }
  }
  /** @type {BlobPart[]} */
  let parts = [];
  let waiting = 0;
  for await (const part of packed(ids.length, documents())) {
    parts.push(part);
    waiting += part.length;
    if (waiting < FLUSH_BYTES) continue;
    parts = [new Blob(parts)];
    waiting = 0;
  }
  return new Blob(parts, { type: 'application/gzip' });
}

/** @param {Library} library @param {Blob} file @returns {Promise<ImportReport>} */
async function fromFile(library, file) {
  /** @type {ImportReport} */
  const report = { came: 0, here: 0, refused: [], whole: false, alien: false };
  let tell = teller(0);
  let done = 0;
  for await (const found of unpacked(file)) {
    if (found.kind === 'alien') report.alien = true;
    else if (found.kind === 'end') report.whole = found.whole;
    else if (found.kind === 'head') tell = teller(found.documents);
    else {
      const full = found.kind === 'bad' ? refuse(report, '', found.why) : await take(library, found.value, report);
      if (full) break;
      tell((done += 1), report);
    }
  }
  return report;
}

/**
 * @param {Library} library
 * @param {unknown} value
 * @param {ImportReport} report
 * @returns {Promise<boolean>} whether there is no room for any more
 */
async function take(library, value, report) {
  const { title } = /** @type {{title?: unknown}} */ (
    /** @type {any} */ (value)?.document ?? {}
  );
  const called = typeof title === 'string' ? title.slice(0, 100) : '';
  try {
    const { document, reading, source, added, cover } = checkedLine(value, Date.now());
    const kept = { ...(await keptOf(document)), source, added: added || reading.opened };
    // Whatever it is, it is decoded and drawn anew.
    const bytes = cover ? fromBase64(cover) : null;
    const picture = bytes && (await thumbnail(bytes));
    const isNew = await library.putBack({ document, kept, reading, cover: picture });
    if (isNew) report.came += 1;
    else report.here += 1;
    return false;
  } catch (error) {
    if (error instanceof Unfit) return refuse(report, called, error.why);
    if (error instanceof LecternError && error.code === 'quota') {
      refuse(report, called, 'quota');
      return true;
    }
    if (error instanceof LecternError) throw error;
    return refuse(report, called, 'damaged'); // whatever else a hostile file may bring about
  }
}

/** @param {ImportReport} report @param {string} title @param {'damaged' | 'tooLarge' | 'quota'} why */
function refuse(report, title, why) {
  if (report.refused.length < MOST_NAMED) report.refused.push({ title, why });
  return false;
}

/** @param {number} total @returns {(done: number, report: ImportReport | null) => void} */
function teller(total) {
  let told = 0;
  return (done, report) => {
    if (performance.now() - told < PROGRESS_EVERY) return;
    told = performance.now();
    post({ progress: { done, total, report } });
  };
}
