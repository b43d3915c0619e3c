// @ts-check
/**
 * The text as a page to read: paragraphs of plain text nodes, and the way between an
 * offset in the text and a place on the page. Built in slices, so that a text of any
 * length never holds up the page.
 */

import { documentBlocks, elementOf, nodesOf } from './document_blocks.js';
import { Leaves } from './leaves.js';
import { charactersPerLine } from './line_measure.js';
import { paragraphs } from './paragraphs.js';
import { nextTask } from './tasks.js';

/** One slice of work, in milliseconds. */
const SLICE = 8;

export class ReadingPage {
  #article;
  #leaves;
  /** @type {number[]} text offset at which each text node begins, ascending */
  #starts = [];
  /** @type {Text[]} */
  #nodes = [];
  /** @type {Map<Node, number>} text node -> its index */
  #indexOf = new Map();
  /** @type {number[]} offsets of the paragraphs' starts, ascending */
  #paragraphs = [];
  /** Whether what comes next belongs to the paragraph before. */
  #continues = false;
  /** @type {AbortController | null} */
  #building = null;
  #done = false;
  #text = '';
  /** @type {import('./open_document.js').OpenDocument | null} whose text it is */
  #document = null;
  /** Elements by the beginning of what is skipped in them. @type {Map<number, HTMLElement[]>} */
  #skipped = new Map();

  /** @param {HTMLElement} article */
  constructor(article) {
    this.#article = article;
    this.#leaves = new Leaves(article);
  }

  /**
   * Show `text`; a text that is shown already is left alone.
   *
   * @param {string} text
   * @param {() => void} grown  called after each slice: more offsets have a place now
   * @param {import('./open_document.js').OpenDocument | null} [opened]  whose text it is; without one
   *   the paragraphs are guessed
   */
  async show(text, grown, opened = null) {
    const same = text === this.#text && opened === this.#document;
    if (same && (this.#done || this.#building)) return;
    this.clear();
    this.#text = text;
    this.#document = opened;
    const building = new AbortController();
    this.#building = building;
    const blocks = opened ? documentBlocks(opened.data) : paragraphs(text);
    this.measure();
    for (;;) {
      const finished = this.#slice(blocks, text);
      grown();
      if (finished) break;
      await nextTask();
      if (building.signal.aborted) return;
    }
    this.#building = null;
    this.#done = true;
    this.#article.dataset.whole = '';
  }

  /** The type or the column is another: guess anew how high is what was not laid out yet. */
  measure() {
    const perLine = charactersPerLine(this.#article, this.#text);
    this.#article.style.setProperty('--per-line', perLine.toFixed(1));
  }

  clear() {
    this.#building?.abort();
    this.#building = null;
    this.#done = false;
    this.#text = '';
    this.#document = null;
    this.#skipped = new Map();
    this.#starts = [];
    this.#nodes = [];
    this.#paragraphs = [];
    this.#indexOf = new Map();
    this.#leaves.clear();
    this.#continues = false;
    delete this.#article.dataset.whole;
  }

  /**
   * The place of the text from `start` to `end`, or null while it is not built yet.
   *
   * @param {number} start
   * @param {number} end
   * @returns {Range | null}
   */
  range(start, end) {
    const from = this.#locate(start, false);
    const to = this.#locate(end, true);
    if (!from || !to) return null;
    const range = document.createRange();
    range.setStart(from.node, from.offset);
    range.setEnd(to.node, to.offset);
    return range;
  }

  /**
   * The offset in the text under a point of the window, or null where there is none.
   *
   * @param {number} x
   * @param {number} y
   */
  offsetAt(x, y) {
    const caret = caretAt(x, y);
    if (!caret) return null;
    const index = this.#indexOf.get(caret.node);
    if (index === undefined) return null;
    // Beside the end of a line is still within it.
    return this.#starts[index] + Math.min(caret.offset, this.#nodes[index].length - 1);
  }

  /**
   * Offsets of what a range of the window covers, or null where that is none of the text.
   *
   * @param {Range} range
   * @returns {{start: number, end: number} | null}
   */
  spanOf(range) {
    const whole = new Range();
    const covers = (/** @type {Text} */ node) => {
      whole.selectNodeContents(node);
      return (
        range.compareBoundaryPoints(Range.END_TO_START, whole) < 0 &&
        range.compareBoundaryPoints(Range.START_TO_END, whole) > 0
      );
    };
    if (!range.intersectsNode(this.#article)) return null;
    const first = this.#nodes.findIndex(covers);
    const last = this.#nodes.findLastIndex(covers);
    if (first < 0) return null;
    const { startContainer, startOffset, endContainer, endOffset } = range;
    const from = startContainer === this.#nodes[first] ? startOffset : 0;
    const to = endContainer === this.#nodes[last] ? endOffset : this.#nodes[last].length;
    return { start: this.#starts[first] + from, end: this.#starts[last] + to };
  }

  /**
   * Where the paragraph `steps` away from the one at `offset` begins. One step back from
   * inside a paragraph is its own beginning.
   *
   * @param {number} offset
   * @param {1 | -1} steps
   */
  paragraph(offset, steps) {
    const here = lastAtOrBefore(this.#paragraphs, offset);
    if (steps === 1) return this.#paragraphs[here + 1] ?? null;
    const inside = offset > (this.#paragraphs[here] ?? 0);
    return this.#paragraphs[inside ? here : here - 1] ?? this.#paragraphs[0] ?? null;
  }

  /** What is skipped is read aloud now, or skipped again: show it so. */
  showAloud() {
    for (const [start, elements] of this.#skipped) {
      const aloud = this.#document?.isAloud(start) ?? false;
      for (const element of elements) element.classList.toggle('aloud', aloud);
    }
  }

  /**
   * @param {Iterator<import('./paragraphs.js').Block | import('./document_blocks.js').PageBlock>} blocks
   * @param {string} text
   * @returns {boolean} whether the text is whole now
   */
  #slice(blocks, text) {
    const until = performance.now() + SLICE;
    const made = [];
    let finished = false;
    while (performance.now() < until) {
      const { done, value: block } = blocks.next();
      if (done) {
        finished = true;
        break;
      }
      if (!this.#continues) this.#paragraphs.push(block.start);
      this.#continues = block.continued;
      made.push({ block, element: this.#paragraph(block, text) });
    }
    this.#leaves.append(made);
    return finished;
  }

  /**
   * @param {import('./paragraphs.js').Block | import('./document_blocks.js').PageBlock} block
   * @param {string} text
   */
  #paragraph(block, text) {
    const element = 'of' in block ? elementOf(block) : document.createElement('p');
    element.dir = 'auto';
    element.classList.add(block.kind);
    if (block.heading && block.end < text.trimEnd().length) element.classList.add('heading');
    if (block.continued) element.classList.add('continued');
    if ('of' in block) {
      if (block.of.skip) this.#markSkipped(block.of.start, element);
      for (const { node, start, outer, skipped } of nodesOf(text, block)) {
        element.append(outer);
        this.#place(node, start);
        if (skipped !== null) this.#markSkipped(skipped, /** @type {HTMLElement} */ (outer));
      }
    } else {
      const node = document.createTextNode(text.slice(block.start, block.end));
      element.append(node);
      this.#place(node, block.start);
    }
    return element;
  }

  /** @param {Text} node @param {number} start */
  #place(node, start) {
    this.#indexOf.set(node, this.#nodes.length);
    this.#nodes.push(node);
    this.#starts.push(start);
  }

  /** @param {number} start @param {HTMLElement} element */
  #markSkipped(start, element) {
    element.classList.toggle('aloud', this.#document?.isAloud(start) ?? false);
    const known = this.#skipped.get(start);
    if (known) known.push(element);
    else this.#skipped.set(start, [element]);
  }

  /** @param {number} offset @param {boolean} isEnd @returns {{node: Text, offset: number} | null} */
  #locate(offset, isEnd) {
    // An end belongs to the text before it, a start to the text behind it.
    let index = lastAtOrBefore(this.#starts, isEnd ? offset - 1 : offset);
    if (index < 0) index = 0;
    const node = this.#nodes[index];
    if (!node) return null;
    const within = offset - this.#starts[index];
    if (within <= node.length) return { node, offset: Math.max(0, within) };
    const next = this.#nodes[index + 1];
    if (!isEnd && next) return { node: next, offset: 0 };
    return this.#done || next ? { node, offset: node.length } : null;
  }
}

/**
 * The index of the last number that is at most `value`, or -1.
 *
 * @param {number[]} ascending
 * @param {number} value
 */
function lastAtOrBefore(ascending, value) {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** @param {number} x @param {number} y @returns {{node: Node, offset: number} | null} */
function caretAt(x, y) {
  if (document.caretPositionFromPoint) {
    const caret = document.caretPositionFromPoint(x, y);
    return caret && { node: caret.offsetNode, offset: caret.offset };
  }
  const range = document.caretRangeFromPoint?.(x, y);
  return range ? { node: range.startContainer, offset: range.startOffset } : null;
}
