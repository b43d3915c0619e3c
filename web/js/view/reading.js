// @ts-check
/**
 * What is being read: a text or a document, the place in it, and its transport. The regions of
 * the screen talk to this and not to each other.
 *
 * Events: `text` another text is here; `wanted` somebody wants to hear it; `empty` there is
 * nothing to hear; `place` {sentence, start, end, voiceId} a sentence begins to be spoken, or (-1) the place was set;
 * `word` {start, end, time, duration}; `moved` the reader asked for another place; `looked` {offset} it is
 * one behind which nothing is read; `aloud` {start} what was skipped from there is read from now on, or
 * ({start: null}) skipped again; `state` {state}; `speed`; `stopped`, `finished`; `firstsound`;
 * `failed` {error}.
 */

import { Pace } from './pace.js';
import { Playback } from './playback.js';
import { shiftedPlace } from './shifted_place.js';

/**
 * @typedef {import('./open_document.js').OpenDocument} OpenDocument
 * @typedef {import('./types.js').SpeakOptions} SpeakOptions
 * @typedef {{start: number, end: number}} Place  UTF-16 offsets of the sentence spoken last
 *
 * @typedef {object} ReadingNeeds
 * @property {import('./types.js').LecternPort} lectern
 * @property {import('./storage.js').Memory} memory
 * @property {() => SpeakOptions} options  how to speak: asked at each beginning
 * @property {(offset: number, direction: 1 | -1) => number | null} paragraph  where the next begins
 */

export class Reading extends EventTarget {
  #memory;
  #paragraph;
  #playback;
  #pace = new Pace();
  #text = '';
  /** @type {OpenDocument | null} */
  #opened = null;
  #documentId = '';
  /** @type {Place | null} where the next Play begins */
  #place = null;
  /** Sentences to go when it is known with which it begins; null while it is not waited for. @type {number | null} */
  #steps = null;

  /** @param {ReadingNeeds} needs */
  constructor({ lectern, memory, options, paragraph }) {
    super();
    this.#memory = memory;
    this.#paragraph = paragraph;
    this.#playback = new Playback(lectern, { rate: memory.rate, options });
    this.#listen();
  }

  /** As it is shown. */
  get text() {
    return this.#text;
  }

  get length() {
    return this.#text.length;
  }

  /** The document, or null for a text that was typed or pasted. */
  get opened() {
    return this.#opened;
  }

  /** The library's id of the document, or ''. */
  get documentId() {
    return this.#documentId;
  }

  /** The text with blanks in the place of what is not read. */
  get spoken() {
    return this.#opened?.spoken ?? this.#text;
  }

  /** BCP 47, or '' where nobody says. */
  get language() {
    return this.#opened?.data.language ?? '';
  }

  /** A document's title, or the first line. */
  get title() {
    if (this.#opened) return this.#opened.title;
    const [line = ''] = this.#text.slice(0, 400).trimStart().split('\n', 1);
    return line.length > 60 ? `${line.slice(0, 59).trimEnd()}…` : line;
  }

  /** @returns {{title: string, start: number, level: number}[]} in order */
  get contents() {
    return this.#opened?.data.contents ?? [];
  }

  get state() {
    return this.#playback.state;
  }

  /** Whether it speaks or is about to. */
  get playing() {
    return this.#playback.playing;
  }

  /** Whether there is a speech, be it paused. */
  get active() {
    return this.#playback.active;
  }

  /** The sentence that is spoken, or with which the next Play begins; null at the beginning. */
  get sentence() {
    return this.#place;
  }

  get offset() {
    return this.#place?.start ?? 0;
  }

  get rate() {
    return this.#playback.rate;
  }

  set rate(rate) {
    this.#playback.rate = rate;
    this.#memory.rate = rate;
    this.#tell('speed');
  }

  /** Of the sound, 0 to 1; of what is spoken now and afterwards. */
  get volume() {
    return this.#playback.volume;
  }

  set volume(volume) {
    this.#playback.volume = volume;
  }

  /**
   * Another volume, reached evenly, also while the page is hidden. Who fades out for good sets
   * `volume` to 1 again when all is quiet.
   *
   * @param {number} volume 0 to 1
   * @param {number} seconds
   */
  fadeTo(volume, seconds) {
    this.#playback.fadeTo(volume, seconds);
  }

  /** Seconds of listening between two offsets, at the present speed. @param {number} from @param {number} to */
  seconds(from, to) {
    const silent = this.#opened?.silent(from, to) ?? 0;
    return this.#pace.seconds(to - from - silent, this.rate);
  }

  /**
   * Another text: nothing of the one before is said or remembered.
   *
   * @param {string} text
   * @param {{opened?: OpenDocument | null, documentId?: string, place?: Place | null}} [about]
   */
  open(text, { opened = null, documentId = '', place = null } = {}) {
    this.#quit();
    this.#pace.reset();
    this.#text = text;
    this.#opened = opened;
    this.#documentId = documentId;
    this.#remember(place);
    this.#tell('text');
  }

  /** The text was changed by hand: the place goes with the words around it. @param {string} text */
  edit(text) {
    const place = this.#place && shiftedPlace(this.#place, this.#text, text);
    this.open(text, { place });
  }

  /** Speak from `offset` on, whatever was before. @param {number} offset */
  begin(offset) {
    // What was skipped until now is read: that is another text.
    const start = this.#opened?.readAloud(offset) ?? null;
    if (start !== null) {
      this.#quit();
      this.#tell('aloud', { start });
    }
    this.#begin(offset);
  }

  /** @param {number} offset */
  #begin(offset) {
    this.#steps = null;
    if (this.active) {
      this.#move(() => this.#playback.seek(offset));
      if (!this.playing) this.play();
      return;
    }
    if (this.#text.trim() === '') {
      this.#tell('empty');
      return;
    }
    this.#tell('wanted');
    try {
      this.#playback.start(this.spoken, offset);
    } catch (error) {
      this.#tell('failed', { error });
    }
  }

  /** Skip again what `begin` has had read aloud. @param {number} start  its beginning */
  skipAgain(start) {
    const { playing, offset } = this;
    if (!this.#opened?.skipAgain(start)) return;
    this.#quit();
    this.#tell('aloud', { start: null });
    if (playing && this.#isSpokenFrom(offset)) this.#begin(offset);
  }

  /** Be at `offset`, and speak only if it spoke. @param {number} offset */
  go(offset) {
    // To go on behind the last words, as in a book's index, would be the end of it.
    if (!this.#isSpokenFrom(offset)) {
      this.#tell('looked', { offset });
      return;
    }
    if (this.active) {
      this.#move(() => this.#playback.seek(offset));
      return;
    }
    this.#remember({ start: offset, end: offset });
    this.#tell('wanted');
    this.#tell('place', { sentence: -1, start: offset, end: offset });
    this.#tell('moved');
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  play() {
    if (this.playing) return;
    if (!this.active) {
      // Where it is may be skipped since, to the very end.
      this.#begin(this.#isSpokenFrom(this.offset) ? this.offset : 0);
      return;
    }
    this.#tell('wanted');
    this.#playback.resume();
  }

  pause() {
    this.#playback.pause();
  }

  stop() {
    if (!this.active) return;
    this.#quit();
    this.#tell('stopped');
  }

  next() {
    this.#step(1);
  }

  previous() {
    this.#step(-1);
  }

  /** A paragraph on, or back. @param {1 | -1} direction */
  paragraph(direction) {
    if (this.#text.trim() === '') return;
    if (!this.active) this.#tell('wanted'); // its paragraphs are those of the page
    const { spoken, offset } = this;
    let there = this.#paragraph(offset, direction);
    // What is skipped holds nobody up: there one would be led to where one is.
    while (direction === -1 && there !== null && spoken.slice(there, offset).trim() === '') {
      const before = this.#paragraph(there, -1);
      if (before === null || before >= there) break;
      there = before;
    }
    if (there === null || !this.#isSpokenFrom(there)) return;
    const to = there;
    this.#move(() => (this.active ? this.#playback.seek(to) : this.#cue(to)));
  }

  /** Voice, manner or pronunciation may be others now: go on from the sentence's beginning with them. */
  renew() {
    if (this.#playback.renew()) this.#pace.reset();
  }

  /** @param {1 | -1} direction */
  #step(direction) {
    if (this.#text.trim() === '') return;
    if (!this.active) {
      this.#tell('wanted');
      this.#cue(this.offset);
      this.#steps = 0;
    }
    if (this.#steps !== null) this.#steps += direction;
    else this.#move(() => this.#byOne(direction));
  }

  /** @param {1 | -1} direction */
  #byOne(direction) {
    if (direction === 1) this.#playback.next();
    else this.#playback.previous();
  }

  /** Be at a sentence without a sound: a speech that is paused before it has begun. @param {number} offset */
  #cue(offset) {
    try {
      this.#playback.start(this.spoken, offset);
      this.#playback.pause();
    } catch (error) {
      this.#tell('failed', { error });
    }
  }

  /** The sentence is known from which steps are to be gone. */
  #walk() {
    const steps = this.#steps ?? 0;
    this.#steps = null;
    for (let i = 0; i < Math.abs(steps); i++) this.#move(() => this.#byOne(steps > 0 ? 1 : -1));
  }

  /** No speech any more, and nowhere to go in it. */
  #quit() {
    this.#steps = null;
    this.#playback.stop();
  }

  /** @param {number} offset */
  #isSpokenFrom(offset) {
    return this.spoken.slice(offset).trim() !== '';
  }

  /** @param {() => void} move */
  #move(move) {
    move();
    this.#tell('moved');
  }

  /** @param {Place | null} place */
  #remember(place) {
    this.#place = place;
    // A document's place is the library's to keep.
    if (!this.#documentId) this.#memory.place = place && { ...place, length: this.length };
  }

  #listen() {
    const playback = this.#playback;
    playback.addEventListener('sentence', (event) => {
      const { sentence, start, end, voiceId } = detailOf(event);
      this.#remember({ start, end });
      this.#pace.sentence(start, end);
      this.#tell('place', { sentence, start, end, voiceId });
      this.#walk();
    });
    playback.addEventListener('word', (event) => {
      const { start, end, time, duration } = detailOf(event);
      this.#pace.word(end, time + duration);
      this.#tell('word', { start, end, time, duration });
    });
    playback.addEventListener('finished', () => {
      this.#remember(null);
      this.#tell('finished');
    });
    for (const type of ['state', 'firstsound', 'failed']) {
      playback.addEventListener(type, (event) => this.#tell(type, detailOf(event)));
    }
  }

  /** @param {string} type @param {object} [detail] */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/** @param {Event} event */
function detailOf(event) {
  return /** @type {CustomEvent} */ (event).detail;
}
