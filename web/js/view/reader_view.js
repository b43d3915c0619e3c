// @ts-check
/** The page that is read from: its text, what is lit in it, and following the voice. */

import { byId } from './dom.js';
import { Follow } from './follow.js';
import { createHighlights } from './highlights.js';
import { ReadingPage } from './reading_page.js';

/** @typedef {{start: number, end: number}} Span  UTF-16 offsets of the text */

export class ReaderView {
  #article = byId('reading', HTMLElement);
  #sheet = byId('sheet', HTMLElement);
  #bar = byId('bar', HTMLElement);
  #back = byId('back', HTMLButtonElement);
  #page = new ReadingPage(this.#article);
  #highlights = createHighlights(this.#article);
  #follow;
  /** @type {Span | null} */
  #sentence = null;
  /** @type {Span | null} */
  #word = null;
  /** A span that has no place yet, because its part of the text is still being built. */
  #waiting = false;

  /**
   * @param {object} actions
   * @param {(offset: number) => void} actions.begin  the reader points at a sentence
   * @param {() => void} actions.back  the reader is back with the voice
   */
  constructor({ begin, back }) {
    this.#follow = new Follow({
      space: () => ({
        top: Math.max(0, this.#sheet.getBoundingClientRect().bottom),
        bottom: this.#bar.getBoundingClientRect().top,
      }),
      away: (away) => (this.#back.hidden = !away),
    });
    this.#back.addEventListener('click', () => {
      this.#follow.resume();
      back();
    });
    this.#listenToPointer(begin);
  }

  /**
   * @param {string} text
   * @param {string} language  BCP 47 of the voice, '' when not known
   * @param {import('./open_document.js').OpenDocument | null} [opened]  whose text it is
   */
  show(text, language, opened = null) {
    this.#article.lang = opened?.data.language || language;
    const grown = () => {
      if (this.#waiting) this.#paint();
    };
    void this.#page.show(text, grown, opened);
    this.#page.showAloud();
  }

  /** @param {number} index @param {Span} span */
  sentence(index, { start, end }) {
    this.#sentence = { start, end };
    this.#word = null;
    const data = this.#article.dataset;
    data.sentence = String(index);
    data.sentenceStart = String(start);
    data.sentenceEnd = String(end);
    delete data.wordStart;
    delete data.wordEnd;
    this.#paint();
  }

  /** @param {Span} span */
  word({ start, end }) {
    this.#word = { start, end };
    this.#article.dataset.wordStart = String(start);
    this.#article.dataset.wordEnd = String(end);
    this.#paint();
  }

  /** Nothing is being spoken. */
  clear() {
    this.#sentence = null;
    this.#word = null;
    const data = this.#article.dataset;
    for (const key of ['sentence', 'sentenceStart', 'sentenceEnd', 'wordStart', 'wordEnd']) {
      delete data[key];
    }
    this.#paint();
  }

  /** Bring the voice into view, and stay with it. */
  follow() {
    this.#follow.resume();
  }

  /**
   * Where the paragraph before or after the one at `offset` begins.
   *
   * @param {number} offset
   * @param {1 | -1} steps
   */
  paragraph(offset, steps) {
    return this.#page.paragraph(offset, steps);
  }

  /** What the reader has selected on the page. @returns {Span | null} */
  get selection() {
    const selection = getSelection();
    return selection?.type === 'Range' ? this.#page.spanOf(selection.getRangeAt(0)) : null;
  }

  #paint() {
    const sentence = this.#sentence && this.#page.range(this.#sentence.start, this.#sentence.end);
    const word = this.#word && this.#page.range(this.#word.start, this.#word.end);
    this.#waiting = Boolean((this.#sentence && !sentence) || (this.#word && !word));
    this.#highlights.show('sentence', sentence);
    this.#highlights.show('word', word);
    if (!this.#waiting) this.#follow.track(word ?? sentence);
  }

  /** @param {(offset: number) => void} begin */
  #listenToPointer(begin) {
    let selected = false;
    this.#article.addEventListener('pointerdown', () => {
      selected = getSelection()?.type === 'Range';
    });
    this.#article.addEventListener('click', (event) => {
      // A click that ends or clears a selection is not a wish to hear.
      const onText = event.target instanceof Element && event.target.closest('.reading > *');
      if (!onText || selected || getSelection()?.type === 'Range') return;
      const offset = this.#page.offsetAt(event.clientX, event.clientY);
      if (offset !== null) begin(offset);
    });
  }
}
