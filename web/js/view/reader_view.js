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
  /** @type {{spans: Span[], now: Span | null}} what was looked for */
  #found = { spans: [], now: null };
  #foundWaits = false;
  /** @type {Span | null} what is to come into view when it is there */
  #wanted = null;
  /** A span that has no place yet, because its part of the text is still being built. */
  #waiting = false;

  /**
   * @param {object} actions
   * @param {(offset: number) => void} actions.begin  the reader points at a sentence
   * @param {() => void} actions.back  the reader is back with the voice
   */
  constructor({ begin, back }) {
    this.#follow = new Follow({
      space: () => this.#space(),
      away: (away) => (this.#back.hidden = !away),
    });
    this.#back.addEventListener('click', () => {
      this.#follow.resume();
      back();
    });
    this.#listenToPointer(begin);
    let width = 0;
    new ResizeObserver(([{ contentRect }]) => {
      if (contentRect.width === width) return;
      width = contentRect.width;
      if (width) this.#page.measure();
    }).observe(this.#article);
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
      if (this.#foundWaits) this.#paintFound();
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
   * Do what changes the layout, and leave what is being read where it is in the window: the spoken
   * line while it is in sight, else the first line that is.
   *
   * @param {() => void} change
   */
  keep(change) {
    const anchor = this.#anchor();
    change();
    this.#page.measure();
    if (!anchor) return;
    const settle = () => {
      const line = this.#page.range(anchor.offset, anchor.offset + 1)?.getClientRects()[0];
      if (!line || Math.abs(line.top - anchor.top) < 1) return;
      scrollBy({ top: line.top - anchor.top, behavior: 'instant' });
    };
    settle();
    // What comes into view above it is laid out only with the next frame.
    requestAnimationFrame(() => requestAnimationFrame(settle));
  }

  /** A place of the text that is in sight, and how far down the window it is in px. */
  #anchor() {
    const { top, bottom } = this.#space();
    const spoken = this.#word ?? this.#sentence;
    const line = spoken && this.#page.range(spoken.start, spoken.start + 1)?.getClientRects()[0];
    if (spoken && line && line.top >= top && line.bottom <= bottom) {
      return { offset: spoken.start, top: line.top };
    }
    const { left, width } = this.#article.getBoundingClientRect();
    for (let y = top + 8; y < bottom && width > 0; y += 16) {
      const offset = this.#page.offsetAt(left + width / 2, y);
      const found =
        offset !== null && this.#page.range(offset, offset + 1)?.getClientRects()[0];
      if (found && found.top >= top - found.height) return { offset, top: found.top };
    }
    return null;
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

  /** Light what was found, and one of it apart. @param {Span[]} spans @param {Span | null} now */
  found(spans, now) {
    this.#found = { spans, now };
    this.#wanted = null;
    this.#paintFound();
  }

  /** Bring a place into view, away from the voice. @param {Span} span */
  reveal(span) {
    this.#wanted = span;
    this.#paintFound();
  }

  /** An offset of the text at the top of what is in view; null where there is none. */
  inView() {
    const { left, width } = this.#article.getBoundingClientRect();
    const { top, bottom } = this.#space();
    for (let y = top + 12; y < bottom; y += 24) {
      const offset = this.#page.offsetAt(left + width / 2, y);
      if (offset !== null) return offset;
    }
    return null;
  }

  /** The part of the window that shows text, in px. */
  #space() {
    const top = Math.max(0, this.#sheet.getBoundingClientRect().bottom);
    const bottom = this.#bar.getBoundingClientRect().top;
    // A sheet of half the height, as that of looks on a phone, has text above it.
    const panel = document.querySelector('.panel:not([hidden])')?.getBoundingClientRect();
    const half = panel && panel.width > innerWidth / 2 && panel.top - top > innerHeight / 5;
    return { top, bottom: half ? Math.min(bottom, panel.top) : bottom };
  }

  #paintFound() {
    /** @param {Span} span */
    const rangeOf = ({ start, end }) => this.#page.range(start, end);
    const { spans, now } = this.#found;
    const ranges = spans.map(rangeOf).filter((range) => range !== null);
    const lit = now && rangeOf(now);
    this.#highlights.show('found', ...ranges);
    this.#highlights.show('found-now', ...(lit ? [lit] : []));
    const there = this.#wanted && rangeOf(this.#wanted);
    if (there) {
      this.#wanted = null;
      this.#follow.show(there);
    }
    this.#foundWaits = this.#wanted !== null || ranges.length < spans.length;
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
    this.#highlights.show('sentence', ...(sentence ? [sentence] : []));
    this.#highlights.show('word', ...(word ? [word] : []));
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
      const onText = event.target instanceof Element && event.target.closest('.leaf > *');
      if (!onText || selected || getSelection()?.type === 'Range') return;
      const offset = this.#page.offsetAt(event.clientX, event.clientY);
      if (offset !== null) begin(offset);
    });
  }
}
