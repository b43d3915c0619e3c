// @ts-check
/** The panel "Save and export": what of the text is meant, as a file, and kept for offline. */

import { chapterOf } from './chapters.js';
import { byId } from './dom.js';
import { Exporting } from './exporting.js';
import { KeepOffline } from './keep_offline.js';
import { Panel } from './panel.js';

/**
 * @typedef {import('./reading.js').Reading} Reading
 * @typedef {'all' | 'chapter' | 'here' | 'selection'} What
 * @typedef {{start: number, end: number}} Span  UTF-16 units
 * @typedef {Span & {title?: string}} Part  title: of the chapter
 *
 * @typedef {{text: string, passages: import('../passages.js').GivenPassage[] | null}} SpokenOf
 * @typedef {object} AwayNeeds
 * @property {Pick<import('./types.js').LecternPort, 'export'>} lectern
 * @property {import('./types.js').KeeperPort} keeper
 * @property {(documentId: string) => Promise<SpokenOf | null>} spokenOf  of a document of the library
 * @property {Reading} reading
 * @property {() => import('./types.js').SpeakOptions} options  how to speak
 * @property {() => import('./types.js').VoiceInfo | null} voice
 * @property {() => Span | null} selection
 * @property {import('./strings.js').Strings} strings
 * @property {import('./strings.js').Language} language
 * @property {(text: string) => void} say  to those who do not see it
 */

export class Away {
  #needs;
  #panel;
  #what = byId('away-what', HTMLSelectElement);
  #nothing = byId('away-nothing', HTMLElement);
  #work = byId('away-work', HTMLElement);
  #exporting;
  #keeping;
  /** What was selected when the panel was opened. @type {Span | null} */
  #selected = null;

  /** @param {AwayNeeds} needs */
  constructor(needs) {
    this.#needs = needs;
    this.#panel = new Panel({
      id: 'away',
      opened: () => this.#show(),
      closed: () => (this.#selected = null),
    });
    const shared = { ...needs, span: () => this.#span, words: new Words(needs.strings, needs.language) };
    this.#exporting = new Exporting(shared);
    this.#keeping = new KeepOffline(shared);
    byId('more-export', HTMLButtonElement).addEventListener('click', () => this.#open('export-part'));
    byId('more-keep', HTMLButtonElement).addEventListener('click', () => this.#open('keep-part'));
    // A press would take the selection away before the panel is open.
    byId('more-open', HTMLButtonElement).addEventListener('pointerdown', () => this.#look());
    this.#what.addEventListener('change', () => this.#update());
    needs.reading.addEventListener('text', () => {
      this.#selected = null;
      this.#whenOpen(() => this.#show());
    });
    needs.reading.addEventListener('aloud', () => this.#whenOpen(() => this.#update()));
    void this.#keeping.restore();
  }

  /** @param {string} part  id of what is brought into view */
  #open(part) {
    this.#panel.open();
    byId(part, HTMLElement).scrollIntoView({ block: 'nearest' });
  }

  #look() {
    this.#selected = this.#needs.selection();
  }

  /** @param {() => void} work */
  #whenOpen(work) {
    if (this.#panel.isOpen) work();
  }

  /** What there is to choose from now. */
  #show() {
    const { reading, strings, selection } = this.#needs;
    this.#selected = selection() ?? this.#selected;
    const chapter = this.#chapter;
    const before = this.#what.value;
    /** @type {[What, string][]} */
    const choices = [['all', strings.awayAll]];
    if (chapter) choices.push(['chapter', strings.awayChapter(chapter.title || reading.title)]);
    if (reading.offset > 0) choices.push(['here', strings.awayHere]);
    if (this.#selection) choices.push(['selection', strings.awaySelection]);
    this.#what.replaceChildren(...choices.map(([value, name]) => new Option(name, value)));
    if (choices.some(([value]) => value === before)) this.#what.value = before;
    const empty = reading.spoken.trim() === '';
    this.#nothing.hidden = !empty;
    this.#work.hidden = empty;
    this.#update();
  }

  #update() {
    this.#exporting.show();
    this.#keeping.show();
  }

  /** @returns {Span | null} */
  get #selection() {
    const span = this.#selected;
    return span && span.end <= this.#needs.reading.length ? span : null;
  }

  get #chapter() {
    const { contents, length, offset } = this.#needs.reading;
    return chapterOf(contents, length, offset);
  }

  /** What is meant. @returns {Part} */
  get #span() {
    const { reading } = this.#needs;
    const whole = { start: 0, end: reading.length };
    switch (this.#what.value) {
      case 'chapter':
        return this.#chapter ?? whole;
      case 'here':
        return { ...whole, start: reading.offset };
      case 'selection':
        return this.#selection ?? whole;
      default:
        return whole;
    }
  }
}

/** Times and sizes in words. */
export class Words {
  #strings;
  #number;

  /** @param {import('./strings.js').Strings} strings @param {string} language */
  constructor(strings, language) {
    this.#strings = strings;
    this.#number = new Intl.NumberFormat(language, { maximumSignificantDigits: 2 });
  }

  /** "12 min". @param {number} seconds */
  duration(seconds) {
    const { awaySeconds, awayMinutes, awayHours } = this.#strings;
    if (seconds < 55) return awaySeconds(Math.max(1, Math.round(seconds)));
    const minutes = Math.round(seconds / 60);
    return minutes < 60 ? awayMinutes(minutes) : awayHours(Math.floor(minutes / 60), minutes % 60);
  }

  /** "6.4 MB". @param {number} bytes */
  size(bytes) {
    const megabytes = bytes / 1e6;
    return this.#strings.bytesOnly(this.#number.format(megabytes < 0.1 ? 0.1 : megabytes));
  }
}
