// @ts-check
/** A document's blocks as those of a page to read. */

import { parts } from './paragraphs.js';

/**
 * @typedef {import('../protocol.js').DocumentBlock} DocumentBlock
 * @typedef {import('./paragraphs.js').Block} Block
 * @typedef {Block & {of: DocumentBlock}} PageBlock
 */

/**
 * @param {import('../protocol.js').DocumentData} document
 * @returns {Generator<PageBlock, void, void>}
 */
export function* documentBlocks({ text, blocks }) {
  for (const block of blocks) {
    const kind = block.kind === 'verse' ? 'lines' : 'prose';
    for (const part of parts(text, block.start, block.end, kind, block.kind === 'heading')) {
      yield { ...part, of: block };
    }
  }
}

/**
 * The element of a block: semantic where HTML has a word for it that stands alone.
 * @param {PageBlock} block
 */
export function elementOf({ of: block, heading }) {
  const { kind, level = 0, language = '', skip } = block;
  // The page's own heading is the first level.
  const element = document.createElement(heading ? `h${Math.min(6, level + 1)}` : 'p');
  element.classList.add(kind);
  if (language) element.lang = language;
  if (skip) element.classList.add('skipped');
  return element;
}

/**
 * Text nodes of a block from `start` to `end`, with an element around what is skipped.
 *
 * @param {string} text
 * @param {PageBlock} block
 * @returns {{node: Text, start: number, outer: Node, skipped: number | null}[]} in order;
 *   skipped: where the skipped part begins that the node belongs to
 */
export function nodesOf(text, { start, end, of: block }) {
  /** @type {{node: Text, start: number, outer: Node, skipped: number | null}[]} */
  const found = [];
  let done = start;
  const add = (/** @type {number} */ to, /** @type {number | null} */ skipped, why = '') => {
    if (to <= done) return;
    const node = document.createTextNode(text.slice(done, to));
    let outer = /** @type {Node} */ (node);
    if (skipped !== null) {
      const around = document.createElement('span');
      around.className = `skipped ${why}`;
      around.append(node);
      outer = around;
    }
    found.push({ node, start: done, outer, skipped });
    done = to;
  };
  for (const span of block.skipped ?? []) {
    if (span.end <= start || span.start >= end) continue;
    add(Math.max(start, span.start), null);
    add(Math.min(end, span.end), span.start, span.skip);
  }
  add(end, null);
  return found;
}
