// @ts-check
/** A small button at what is selected on the page: to say how it is pronounced. */

import { byId } from './dom.js';
import { MOST_CHARACTERS } from '../rules.js';

/** Of the sentence around a selection, UTF-16 units. */
const MOST_AROUND = 300;
/** Between the selection and the button, in px. */
const GAP = 8;

/** @typedef {{text: string, around: string}} Selected  around: the sentence that it stands in */

export class PronounceHere {
  #article = byId('reading', HTMLElement);
  #button = byId('pronounce', HTMLButtonElement);
  #frame = 0;

  /**
   * @param {object} options
   * @param {import('./reading.js').Reading} options.reading
   * @param {() => void} options.chosen
   */
  constructor({ reading, chosen }) {
    // A press would take the selection away before the click comes.
    this.#button.addEventListener('pointerdown', (event) => event.preventDefault());
    this.#button.addEventListener('click', chosen);
    const soon = () => {
      if (!this.#frame) this.#frame = requestAnimationFrame(() => this.#show());
    };
    document.addEventListener('selectionchange', soon);
    addEventListener('scroll', soon, { passive: true });
    addEventListener('resize', soon);
    reading.addEventListener('text', () => this.hide());
  }

  /** @returns {Selected | null} */
  get selected() {
    const selection = getSelection();
    if (!selection || selection.type !== 'Range' || !selection.rangeCount) return null;
    const range = selection.getRangeAt(0);
    if (!this.#article.contains(range.commonAncestorContainer)) return null;
    // All of a book is no word, and takes its time to be put together.
    if (range.commonAncestorContainer === this.#article) return null;
    const text = trimmed(selection.toString());
    if (!text || text.length > MOST_CHARACTERS || text.includes('\n')) return null;
    return { text, around: sentenceAround(range, text) };
  }

  hide() {
    this.#button.hidden = true;
  }

  #show() {
    this.#frame = 0;
    const wanted = document.body.dataset.mode === 'reading' && this.selected !== null;
    const range = wanted ? getSelection()?.getRangeAt(0) : null;
    const box = [...(range?.getClientRects() ?? [])].at(-1);
    const seen = box && box.bottom > 0 && box.top < innerHeight;
    this.#button.hidden = !seen;
    if (!box || !seen) return;
    const { offsetWidth: width, offsetHeight: height } = this.#button;
    const below = box.bottom + GAP + height < innerHeight - byId('bar', HTMLElement).offsetHeight;
    const left = Math.max(GAP, Math.min(box.right - width / 2, innerWidth - width - GAP));
    const top = below ? box.bottom + GAP : Math.max(GAP, box.top - GAP - height);
    this.#button.style.left = `${Math.round(left)}px`;
    this.#button.style.top = `${Math.round(top)}px`;
  }
}

/** Without what is no part of a word at its ends. @param {string} text */
function trimmed(text) {
  return text.replace(/^[\s\p{P}]+/u, '').replace(/[\s,;:!?»”"’')\]}…]+$/u, '').trim();
}

/** @param {Range} range @param {string} text */
function sentenceAround(range, text) {
  const { startContainer: node, startOffset } = range;
  if (!(node instanceof Text)) return text;
  const low = Math.max(0, startOffset - MOST_AROUND);
  const near = node.data.slice(low, startOffset + text.length + MOST_AROUND);
  const segments = new Intl.Segmenter(undefined, { granularity: 'sentence' }).segment(near);
  const sentence = segments.containing(Math.min(startOffset - low, near.length - 1))?.segment.trim();
  return sentence && sentence.length <= MOST_AROUND && sentence.includes(text) ? sentence : text;
}
