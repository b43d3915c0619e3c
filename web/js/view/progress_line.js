// @ts-check
/**
 * The bar's upper edge: how far the text is, where its chapters begin, what is left of both.
 * It is a slider: by keys, by a click of the mouse, by dragging. A finger has to drag it
 * sideways: whoever scrolls past it or touches it by accident goes nowhere.
 */

import { chapterAt, chapters } from './chapters.js';
import { byId } from './dom.js';
import { duration } from './times.js';

/** A finger moves so far (px) before it means it. */
const MEANT = 10;
/** What is farther (px) above the line than this is the text's. */
const BESIDE = 10;
/** Marks closer to each other (px) than this, on average, say nothing. */
const APART = 7;
/** One press of an arrow key, and of a page key where there are no chapters: share of the text. */
const STEP = 0.01;
const LEAP = 0.1;
/** Where one line holds both times. */
const WIDE = '(min-width: 40.001rem)';

export class ProgressLine {
  #reading;
  #strings;
  #slider = byId('progress', HTMLElement);
  #done = byId('progress-done', HTMLElement);
  #marks = byId('progress-marks', HTMLElement);
  #tip = byId('progress-tip', HTMLElement);
  #tipTitle = byId('progress-tip-title', HTMLElement);
  #tipTime = byId('progress-tip-time', HTMLElement);
  #left = byId('left', HTMLElement);
  #switch = byId('left-switch', HTMLButtonElement);
  #leftOfText = byId('remaining', HTMLElement);
  #leftOfChapter = byId('remaining-chapter', HTMLElement);
  #wide = matchMedia(WIDE);
  /** @type {import('./chapters.js').Chapter[]} */
  #chapters = [];
  /** How far it was spoken. */
  #offset = 0;
  /** Where the reader would go, while keys or a pointer hold it. @type {number | null} */
  #wanted = null;
  /** @type {{id: number, x: number, touch: boolean, moves: boolean} | null} */
  #pointer = null;

  /**
   * @param {object} needs
   * @param {import('./reading.js').Reading} needs.reading
   * @param {import('./strings.js').Strings} needs.strings
   */
  constructor({ reading, strings }) {
    this.#reading = reading;
    this.#strings = strings;
    reading.addEventListener('text', () => this.#renew());
    reading.addEventListener('place', (event) => this.#reached(detailOf(event).start));
    reading.addEventListener('word', (event) => this.#reached(detailOf(event).end));
    reading.addEventListener('speed', () => this.#show());
    reading.addEventListener('stopped', () => this.#reached(reading.offset));
    reading.addEventListener('looked', () => this.#reached(reading.offset));
    reading.addEventListener('finished', () => this.#reached(reading.length));
    new ResizeObserver(() => this.#mark()).observe(this.#slider);
    this.#wide.addEventListener('change', () => this.#showLeft());
    this.#switch.addEventListener('click', () => {
      const { dataset } = this.#left;
      dataset.shows = dataset.shows === 'chapter' ? 'text' : 'chapter';
    });
    this.#listenToPointer();
    this.#listenToKeys();
    this.#renew();
  }

  /** Another text is here. */
  #renew() {
    const { contents, length } = this.#reading;
    this.#chapters = chapters(contents, length);
    this.#offset = this.#reading.offset;
    this.#release();
    this.#mark();
    this.#show();
  }

  /** @param {number} offset */
  #reached(offset) {
    this.#offset = offset;
    this.#show();
  }

  #show() {
    const { length } = this.#reading;
    this.#slider.toggleAttribute('data-idle', length === 0);
    this.#slider.setAttribute('aria-disabled', String(length === 0));
    this.#slider.tabIndex = length === 0 ? -1 : 0;
    const at = this.#wanted ?? this.#offset;
    const part = length === 0 ? 0 : Math.min(1, Math.max(0, at / length));
    this.#slider.style.setProperty('--part', part.toFixed(5));
    this.#done.style.transform = `scaleX(${part})`;
    setAttribute(this.#slider, 'aria-valuenow', String(Math.round(part * 100)));
    setAttribute(this.#slider, 'aria-valuetext', this.#describe(at).join(', '));
    this.#showLeft();
  }

  #showLeft() {
    const { length } = this.#reading;
    const strings = this.#strings;
    const chapter = this.#chapters[chapterAt(this.#chapters, this.#offset)];
    const over = this.#offset >= length;
    const text = over ? '' : strings.leftOfText(this.#time(this.#offset, length));
    const part = chapter && !over ? strings.leftOfChapter(this.#time(this.#offset, chapter.end)) : '';
    setText(this.#leftOfText, text);
    setText(this.#leftOfChapter, part);
    this.#switch.hidden = this.#wide.matches || part === '';
    if (part === '') this.#left.dataset.shows = 'text';
  }

  /** The chapter at a place, and what is left from there. @param {number} offset @returns {string[]} */
  #describe(offset) {
    const { length } = this.#reading;
    if (length === 0) return [this.#strings.nothingOpen];
    const index = chapterAt(this.#chapters, offset);
    const title = index < 0 ? '' : this.#chapters[index].title || this.#strings.beginning;
    const left = this.#strings.leftOfText(this.#time(offset, length));
    return title ? [title, left] : [left];
  }

  /** @param {number} from @param {number} to */
  #time(from, to) {
    return duration(this.#reading.seconds(from, to), this.#strings);
  }

  #mark() {
    const { length } = this.#reading;
    const width = this.#slider.clientWidth;
    const starts = this.#chapters.slice(1).map(({ start }) => start);
    const shown = starts.length * APART < width ? starts : [];
    this.#marks.replaceChildren(
      ...shown.map((start) => {
        const mark = document.createElement('i');
        mark.style.left = `${((100 * start) / length).toFixed(3)}%`;
        return mark;
      }),
    );
  }

  // -- going somewhere ---------------------------------------------------------------

  /** Show where it would go. @param {number} offset */
  #hold(offset) {
    this.#wanted = Math.round(Math.min(Math.max(0, offset), Math.max(0, this.#reading.length - 1)));
    this.#slider.dataset.held = '';
    this.#point(this.#wanted);
    this.#show();
  }

  /** The label above the line. @param {number} offset */
  #point(offset) {
    const { length } = this.#reading;
    const words = this.#describe(offset);
    setText(this.#tipTitle, words.length > 1 ? words[0] : '');
    setText(this.#tipTime, words[words.length - 1]);
    this.#tip.hidden = length === 0;
    // It stays within the window.
    const width = this.#slider.clientWidth;
    const half = this.#tip.offsetWidth / 2 + 8;
    const middle = Math.max(half, Math.min(width - half, (width * offset) / Math.max(1, length)));
    this.#tip.style.transform = `translateX(calc(${middle.toFixed(1)}px - 50%))`;
  }

  /** Where it was held is not wanted any more. */
  #release() {
    this.#wanted = null;
    this.#pointer = null;
    this.#tip.hidden = true;
    delete this.#slider.dataset.held;
  }

  #go() {
    const wanted = this.#wanted;
    this.#release();
    if (wanted === null) return;
    this.#offset = wanted;
    this.#show();
    this.#reading.go(wanted);
  }

  /** @param {number} x  of the window, in px */
  #offsetAt(x) {
    const { left, width } = this.#slider.getBoundingClientRect();
    return Math.min(1, Math.max(0, (x - left) / width)) * this.#reading.length;
  }

  #listenToPointer() {
    const slider = this.#slider;
    slider.addEventListener('pointerdown', (event) => {
      if (event.button !== 0 || this.#reading.length === 0 || this.#pointer) return;
      const touch = event.pointerType === 'touch';
      this.#pointer = { id: event.pointerId, x: event.clientX, touch, moves: !touch };
      slider.setPointerCapture(event.pointerId);
      if (!touch) this.#hold(this.#offsetAt(event.clientX));
    });
    slider.addEventListener('pointermove', (event) => {
      const pointer = this.#pointer;
      if (!pointer) {
        if (event.pointerType === 'mouse') this.#point(this.#offsetAt(event.clientX));
        return;
      }
      if (event.pointerId !== pointer.id) return;
      pointer.moves ||= Math.abs(event.clientX - pointer.x) >= MEANT;
      if (pointer.moves) this.#hold(this.#offsetAt(event.clientX));
    });
    slider.addEventListener('pointerup', (event) => {
      if (event.pointerId !== this.#pointer?.id) return;
      if (this.#pointer.moves) {
        this.#go();
      } else {
        this.#release();
        this.#letThrough(event);
      }
    });
    // The browser takes the finger for scrolling.
    slider.addEventListener('pointercancel', () => {
      this.#release();
      this.#show();
    });
    slider.addEventListener('pointerleave', () => {
      if (this.#wanted === null) this.#tip.hidden = true;
    });
  }

  /** A tap beside the line is for the text that lies there. @param {PointerEvent} event */
  #letThrough({ clientX, clientY }) {
    if (this.#done.getBoundingClientRect().top - clientY < BESIDE) return;
    this.#slider.style.pointerEvents = 'none';
    const meant = document.elementFromPoint(clientX, clientY);
    meant?.dispatchEvent(new MouseEvent('click', { clientX, clientY, bubbles: true }));
    this.#slider.style.pointerEvents = '';
  }

  #listenToKeys() {
    const slider = this.#slider;
    slider.addEventListener('keydown', (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
      if (event.key === 'Escape' && this.#wanted !== null) {
        this.#release();
        this.#show();
      } else {
        const there = this.#reading.length === 0 ? null : this.#byKey(event.key);
        if (there === null) return;
        this.#hold(there);
      }
      event.preventDefault();
      // The page's own keys, and the one who follows scrolling, have no part in it.
      event.stopPropagation();
    });
    slider.addEventListener('keyup', () => {
      if (!this.#pointer) this.#go();
    });
    slider.addEventListener('blur', () => {
      if (!this.#pointer) this.#go();
    });
  }

  /** @param {string} key @returns {number | null} the offset that it wants */
  #byKey(key) {
    const { length } = this.#reading;
    const here = this.#wanted ?? this.#offset;
    const step = Math.max(1, length * STEP);
    switch (key) {
      case 'ArrowRight':
      case 'ArrowUp':
        return here + step;
      case 'ArrowLeft':
      case 'ArrowDown':
        return here - step;
      case 'PageUp':
        return this.#chapterFrom(here, 1) ?? here + length * LEAP;
      case 'PageDown':
        return this.#chapterFrom(here, -1) ?? here - length * LEAP;
      case 'Home':
        return 0;
      case 'End':
        return length - 1;
      default:
        return null;
    }
  }

  /** The beginning of the chapter after or before. @param {number} here @param {1 | -1} steps */
  #chapterFrom(here, steps) {
    if (this.#chapters.length < 2) return null;
    const index = chapterAt(this.#chapters, here);
    if (steps === 1) return this.#chapters[index + 1]?.start ?? this.#reading.length - 1;
    const own = this.#chapters[index]?.start ?? 0;
    // From within a chapter, its own beginning comes first.
    return here - own > this.#reading.length * STEP ? own : (this.#chapters[index - 1]?.start ?? 0);
  }
}

/** @param {Event} event */
function detailOf(event) {
  return /** @type {CustomEvent} */ (event).detail;
}

/** @param {HTMLElement} element @param {string} text */
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** @param {HTMLElement} element @param {string} name @param {string} value */
function setAttribute(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}
