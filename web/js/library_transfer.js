// @ts-check
/** The library into a file and out of one: in a worker, so that the page stays quick. */

import { LecternError } from './errors.js';

/**
 * @typedef {object} ImportReport
 * @property {number} came  documents that are new here
 * @property {number} here  that were here already; their later place stayed
 * @property {{title: string, why: 'damaged' | 'tooLarge' | 'quota'}[]} refused  title: '' where it can't be read
 * @property {boolean} whole  the file was read to its end, and its end is where it should be
 * @property {boolean} alien  it is no library at all
 *
 * @typedef {object} TransferProgress
 * @property {number} done  documents
 * @property {number} total  0 where it is not known
 * @property {ImportReport | null} report  so far, of an import
 *
 * @typedef {object} TransferOptions
 * @property {AbortSignal} [signal]
 * @property {(progress: TransferProgress) => void} [onProgress]
 *
 * @typedef {{type: 'export', name: string} | {type: 'import', name: string, file: Blob}} TransferRequest
 *   name: of the database
 * @typedef {{progress: TransferProgress} | {value: any}
 *   | {error: import('./protocol.js').ErrorData}} TransferMessage
 */

/**
 * @param {string} name
 * @param {TransferOptions} [options]
 * @returns {Promise<Blob>}
 */
export function exportLibrary(name, options) {
  return inWorker({ type: 'export', name }, options);
}

/**
 * @param {string} name
 * @param {Blob} file
 * @param {TransferOptions} [options]
 * @returns {Promise<ImportReport>}
 */
export function importLibrary(name, file, options) {
  return inWorker({ type: 'import', name, file }, options);
}

/**
 * @param {TransferRequest} request
 * @param {TransferOptions} [options]
 * @returns {Promise<any>}
 */
async function inWorker(request, { signal, onProgress } = {}) {
  signal?.throwIfAborted();
  const worker = new Worker(new URL('library_worker.js', import.meta.url), {
    type: 'module',
    name: 'lectern-library',
  });
  try {
    return await new Promise((resolve, reject) => {
      // What is under way is a transaction: it happens whole, or not at all.
      signal?.addEventListener('abort', () => reject(signal.reason));
      worker.addEventListener('error', (event) => {
        event.preventDefault();
        reject(new LecternError('store', `The library's worker failed: ${event.message}.`));
      });
      worker.addEventListener('message', ({ data }) => {
        /** @type {TransferMessage} */
        const message = data;
        if ('progress' in message) onProgress?.(message.progress);
        else if ('value' in message) resolve(message.value);
        else {
          const { code, message: text, retryable } = message.error;
          reject(new LecternError(code, text, { retryable }));
        }
      });
      worker.postMessage(request);
    });
  } finally {
    worker.terminate();
  }
}
