// @ts-check
/**
 * The article in a web page, by Mozilla's Readability. Whether it is looked for, and whether it is
 * better than the page, is decided in Python (`documents/webpage.py`).
 *
 * It runs in a worker of its own, since what it does with a page that means harm is bounded by
 * nothing but its end; with it goes the memory of the page's tree.
 */

import { LecternError } from '../errors.js';

/** @typedef {{elements: number, seconds: number, paragraph: number, score: number}} Limits  see ports.py */

/**
 * @param {string} markup
 * @param {Limits} limits
 * @returns {Promise<string>} JSON `{title, byline, language, site, content}`, or '' for none
 * @throws {LecternError} network, engine_timeout, engine_lost
 */
export function findArticle(markup, limits) {
  const worker = new Worker(new URL('./article_worker.js', import.meta.url), {
    type: 'module',
    name: 'lectern-article',
  });
  let hasBegun = false;
  /** @type {PromiseWithResolvers<string>} */
  const { promise, resolve, reject } = Promise.withResolvers();
  const refuse = (/** @type {string} */ code, /** @type {string} */ message) =>
    reject(new LecternError(code, message, { retryable: true }));
  const alarm = setTimeout(
    () => refuse('engine_timeout', 'Looking for the article of this page takes too long.'),
    1000 * limits.seconds,
  );
  worker.onmessage = ({ data }) => {
    hasBegun = true;
    if (typeof data.found === 'string') resolve(data.found);
    if (data.error) refuse('engine_lost', `The article could not be found: ${data.error}.`);
  };
  worker.onerror = (event) => {
    event.preventDefault();
    if (hasBegun) refuse('engine_lost', `The article could not be found: ${event.message}.`);
    else refuse('network', 'What finds articles in pages could not be fetched.');
  };
  worker.postMessage({ markup, limits });
  return promise.finally(() => {
    clearTimeout(alarm);
    worker.terminate();
  });
}
