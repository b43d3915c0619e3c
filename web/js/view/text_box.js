// @ts-check
/**
 * The text, to be written. While it is being read the same box is a strip of one line;
 * it opens again when it is touched or written in.
 */

import { byId } from './dom.js';
import { samplesFor } from './samples.js';
import { isVoiceFile } from './voice_pairs.js';

/** A browser takes seconds to paste more than this (UTF-16 units) as if it were typed. */
const LARGE_PASTE = 20_000;
/** A text longer than this is not put into a strip that shows one line: all of it would be laid out. */
const LONG = 20_000;
/** What the strip has of it. */
const BEGINNING = 500;
/** Keys that do nothing to what is in the box. */
const IDLE_KEYS = new Set(['Tab', 'Escape', 'Shift', 'Control', 'Alt', 'Meta']);
const STRONG = /\p{L}/u;
const RIGHT_TO_LEFT = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}]/u;

/**
 * @typedef {object} TextBoxActions
 * @property {(whole: boolean) => void} changed  the text is another one; whole: all of it at once
 * @property {() => void} opened  the box is being written in; its selection is the writer's
 * @property {() => void} asked  the button for it was pressed
 * @property {() => void} left  the focus has gone elsewhere in the page
 * @property {(files: File[]) => void} documents  files were chosen or dropped
 * @property {(files: File[]) => void} voices  files of voices were dropped
 */

export class TextBox {
  #actions;
  #box = byId('text', HTMLTextAreaElement);
  #sheet = byId('sheet', HTMLElement);
  #file = byId('file', HTMLInputElement);
  /** The focus came by Tab: passing through must not open the box. */
  #tabbing = false;
  /** The focus is being moved by this class: nobody has come or gone. */
  #moving = false;
  /** All of the text where the box has only its beginning. @type {string | null} */
  #whole = null;

  /**
   * @param {import('./strings.js').Language} language
   * @param {TextBoxActions} actions
   */
  constructor(language, actions) {
    this.#actions = actions;
    this.#box.addEventListener('input', (event) => {
      this.#whole = null;
      this.#direct();
      const typed = event instanceof InputEvent && event.inputType !== 'insertFromPaste';
      actions.changed(!typed);
    });
    this.#watchFocus();
    this.#pasteFast();
    this.#acceptDrops();
    for (const id of ['edit', 'more-edit']) {
      byId(id, HTMLButtonElement).addEventListener('click', () => actions.asked());
    }
    byId('open', HTMLButtonElement).addEventListener('click', () => this.#file.click());
    this.#file.addEventListener('change', () => {
      const files = [...(this.#file.files ?? [])];
      this.#file.value = '';
      if (files.length > 0) actions.documents(files);
    });
    this.#offerSamples(language);
  }

  get value() {
    return this.#whole ?? this.#box.value;
  }

  /** @param {string} text */
  set value(text) {
    this.#whole = null;
    this.#box.value = text;
    this.#direct();
  }

  /**
   * Hold a text that is read now and not written: the box is a strip, and has only the beginning
   * of a long one until somebody wants to write.
   *
   * @param {string} text
   */
  hold(text) {
    const long = text.length > LONG;
    this.value = long ? text.slice(0, BEGINNING) : text;
    this.#whole = long ? text : null;
    // What is written into the strip goes before the text, not into the middle of it.
    this.#box.setSelectionRange(0, 0);
  }

  /** Have all of the text in the box, the selection where it was. */
  fill() {
    if (this.#whole === null) return;
    const { selectionStart, selectionEnd, selectionDirection } = this.#box;
    this.value = this.#whole;
    this.#box.setSelectionRange(selectionStart, selectionEnd, selectionDirection);
  }

  /** Let the reader choose a file. */
  choose() {
    this.#file.click();
  }

  /** Become a strip that shows the first line. */
  fold() {
    this.#box.scrollTop = 0;
    if (document.activeElement === this.#box) this.#box.blur();
  }

  /** Write here. @param {number} [at]  offset where the caret goes */
  focus(at) {
    this.#moving = true;
    if (at !== undefined) {
      // A caret that a script sets is not brought into view; one that comes with the focus is.
      this.#box.blur();
      this.#box.setSelectionRange(at, at);
    }
    this.#box.focus();
    this.#moving = false;
  }

  #watchFocus() {
    addEventListener('keydown', (event) => (this.#tabbing = event.key === 'Tab'), true);
    addEventListener('keyup', () => (this.#tabbing = false), true);
    this.#box.addEventListener('focus', () => {
      if (!this.#tabbing && !this.#moving) this.#actions.opened();
    });
    // Who came by Tab has the strip, and may write or select in it; some write without a key.
    this.#box.addEventListener('beforeinput', () => this.fill());
    this.#box.addEventListener('keydown', (event) => {
      if (!IDLE_KEYS.has(event.key)) this.fill();
      if (event.key === 'Enter' || event.key.startsWith('Arrow')) this.#actions.opened();
    });
    this.#box.addEventListener('blur', () => {
      // Going to another window is not leaving.
      if (document.hasFocus() && !this.#moving) this.#actions.left();
    });
  }

  #pasteFast() {
    this.#box.addEventListener('paste', (event) => {
      const text = event.clipboardData?.getData('text/plain') ?? '';
      if (text.length < LARGE_PASTE) return;
      event.preventDefault();
      this.fill();
      const { selectionStart, selectionEnd } = this.#box;
      this.#box.setRangeText(text, selectionStart, selectionEnd, 'end');
      this.#direct();
      this.#actions.changed(true);
    });
  }

  /** As dir="auto" would, which takes seconds for a long text. */
  #direct() {
    const [strong = ''] = this.#box.value.slice(0, 500).match(STRONG) ?? [];
    this.#box.dir = RIGHT_TO_LEFT.test(strong) ? 'rtl' : 'ltr';
  }

  #acceptDrops() {
    const carriesFile = (/** @type {DragEvent} */ event) =>
      event.dataTransfer?.types.includes('Files') ?? false;
    let depth = 0;
    const mark = () => this.#sheet.classList.toggle('dropping', depth > 0);
    addEventListener('dragenter', (event) => {
      if (!carriesFile(event)) return;
      depth += 1;
      mark();
    });
    addEventListener('dragleave', (event) => {
      if (!carriesFile(event)) return;
      depth = Math.max(0, depth - 1);
      mark();
    });
    addEventListener('dragover', (event) => {
      if (carriesFile(event)) event.preventDefault();
    });
    addEventListener('drop', (event) => {
      depth = 0;
      mark();
      if (!carriesFile(event)) return;
      event.preventDefault();
      const files = [...(event.dataTransfer?.files ?? [])];
      if (files.some(isVoiceFile)) this.#actions.voices(files);
      else if (files.length > 0) this.#actions.documents(files);
    });
  }

  /** @param {string} text */
  #replace(text) {
    this.value = text;
    this.#box.setSelectionRange(0, 0);
    this.#box.scrollTop = 0;
    this.#actions.changed(true);
  }

  /** @param {import('./strings.js').Language} language */
  #offerSamples(language) {
    const list = byId('samples', HTMLElement);
    for (const sample of samplesFor(language)) {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'sample';
      button.lang = sample.language;
      button.textContent = sample.title;
      button.addEventListener('click', () => {
        this.#replace(sample.text);
        byId('play', HTMLButtonElement).focus({ preventScroll: true });
      });
      list.append(button);
    }
  }
}
