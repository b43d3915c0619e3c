// @ts-check
/** Readability over linkedom: one page, one answer. Started and ended by article.js. */

import { parseHTML } from '../../vendor/article/linkedom.js';
import { Readability, isProbablyReaderable } from '../../vendor/article/readability.js';

/** Tags that a page has once: where one is missing, linkedom takes what comes first for it. */
const ONLY_TAGS = /<!doctype[^<>]*>|<\/?(?:html|body)\b[^<>]*>/gi;

/** By their classes Python knows what is no text of the page (`documents/htmlpolicy.py`). */
const PAGE_NUMBERS = ['pagenum', 'pageno', 'pagenumber', 'page-num', 'page-number', 'x-ebookmaker-pageno'];

const scope = /** @type {DedicatedWorkerGlobalScope} */ (/** @type {unknown} */ (self));

scope.onmessage = ({ data: { markup, limits } }) => {
  try {
    scope.postMessage({ found: article(markup, limits) });
  } catch (error) {
    scope.postMessage({ error: String(error) });
  }
};
scope.postMessage({ begun: true });

/**
 * @param {string} markup
 * @param {import('./article.js').Limits} limits
 */
function article(markup, { elements, paragraph, score }) {
  const page = pageOf(markup);
  if (!isProbablyReaderable(page, { minContentLength: paragraph, minScore: score })) return '';
  for (const link of page.querySelectorAll('.mw-editsection')) link.remove();
  const found = new Readability(page, {
    maxElemsToParse: elements,
    classesToPreserve: PAGE_NUMBERS,
  }).parse();
  if (!found?.content) return '';
  const { title, byline, lang: language, siteName: site, content } = found;
  return JSON.stringify({ title, byline, language, site, content });
}

/** @param {string} markup */
function pageOf(markup) {
  let { document } = parseHTML(markup);
  const root = document.documentElement;
  const isPage = root?.localName === 'html' && [...root.children].some(({ localName }) => localName === 'body');
  if (!isPage) {
    const rest = markup.replace(ONLY_TAGS, ' ');
    ({ document } = parseHTML(`<html><head></head><body>${rest}</body></html>`));
  }
  // Addresses stay as they stand: "#n1" leads to a note of this page.
  for (const name of ['baseURI', 'documentURI']) {
    Object.defineProperty(document, name, { value: 'about:blank' });
  }
  return document;
}
