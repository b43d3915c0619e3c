// @ts-check
/** Errors as they cross from the worker: a sentence for people, a code for programs. */

export class LecternError extends Error {
  /**
   * @param {string} code one of ARCHITECTURE.md's table
   * @param {string} message what was wrong and what to do
   * @param {{retryable?: boolean, cause?: unknown}} [options]
   */
  constructor(code, message, { retryable = false, cause } = {}) {
    super(message, { cause });
    this.name = 'LecternError';
    this.code = code;
    this.retryable = retryable;
  }

  /**
   * @param {import('./protocol.js').ErrorData} data
   * @returns {LecternError | DOMException}
   */
  static from(data) {
    if (data.code === 'aborted') return abortError();
    return new LecternError(data.code, data.message, { retryable: data.retryable });
  }
}

/** @param {unknown} [reason] @returns {DOMException} */
export function abortError(reason) {
  const message = reason instanceof Error ? reason.message : 'The request was stopped.';
  return new DOMException(message, 'AbortError');
}
