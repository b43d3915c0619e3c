// @ts-check
/** Errors as they cross from the worker: a sentence for people, a code for programs. */

export class LecternError extends Error {
  /**
   * @param {string} code one of ARCHITECTURE.md's table
   * @param {string} message what was wrong and what to do
   * @param {{retryable?: boolean, reason?: string, cause?: unknown}} [options]
   *   reason: of `document_unreadable` and `voice_unreadable`, one of errors.py's
   */
  constructor(code, message, { retryable = false, reason = '', cause } = {}) {
    super(message, { cause });
    this.name = 'LecternError';
    this.code = code;
    this.retryable = retryable;
    this.reason = reason;
  }

  /**
   * @param {import('./protocol.js').ErrorData} data
   * @returns {LecternError | DOMException}
   */
  static from(data) {
    if (data.code === 'aborted') return abortError();
    const { code, message, retryable, reason } = data;
    return new LecternError(code, message, { retryable, reason });
  }
}

/** @param {unknown} [reason] @returns {DOMException} */
export function abortError(reason) {
  const message = reason instanceof Error ? reason.message : 'The request was stopped.';
  return new DOMException(message, 'AbortError');
}
