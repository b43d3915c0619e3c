// @ts-check
/**
 * Lock screen, headphones and media keys: what is read, how far, and their buttons.
 *
 * A chapter is to a document what a track is to an album: title and scrubber are the chapter's.
 * So a book of ten hours can be scrubbed by thumb; there is no `chapterInfo`, which would need
 * the whole document as one track. A press of a headset's next or previous (two or three clicks)
 * is a paragraph; the screen's forward and backward are a sentence, the one to hear again.
 */

import { chapterAt, chapters } from './chapters.js';

/**
 * @typedef {object} ReadingPort what is needed of `Reading`
 * @property {string} text
 * @property {string} title
 * @property {{data: {author?: string}} | null} opened
 * @property {string} documentId of the library, or ''
 * @property {number} offset UTF-16
 * @property {number} length UTF-16
 * @property {{title: string, start: number, level: number}[]} contents ascending
 * @property {string} state
 * @property {boolean} playing
 * @property {boolean} active
 * @property {number} rate
 * @property {(from: number, to: number) => number} seconds of listening, at this rate
 * @property {() => void} play
 * @property {() => void} pause
 * @property {() => void} stop
 * @property {() => void} next
 * @property {() => void} previous
 * @property {(direction: 1 | -1) => void} paragraph
 * @property {(offset: number) => void} go
 * @typedef {EventTarget & ReadingPort} ReadingEvents `text`, `place`, `state` and `speed` count here
 *
 * @typedef {Pick<globalThis.MediaSession, 'metadata' | 'playbackState' | 'setActionHandler'>
 *   & Partial<Pick<globalThis.MediaSession, 'setPositionState'>>} SessionPort
 *
 * @typedef {{title: string, start: number, end: number}} Track offsets in UTF-16
 */

/** Steps of the search for an offset: finer than a character in any text. */
const HALVINGS = 32;

export class MediaSession {
  #reading;
  #session;
  #icon;
  #fetchCover;
  /** The document's cover as an address of this page's own; '' for none. */
  #cover = '';
  /** Whose cover that is, or will be. */
  #coverOf = '';
  /** What is shown, so that artwork is not fetched again for each sentence. */
  #shown = '';
  /** @type {ReadingPort['contents'] | null} that `#chapters` were cut of */
  #contents = null;
  #length = 0;
  /** @type {import('./chapters.js').Chapter[]} */
  #chapters = [];

  /**
   * @param {object} parts
   * @param {ReadingEvents} parts.reading
   * @param {SessionPort | null} [parts.session] null, or undefined there: this browser has none
   * @param {(documentId: string) => Promise<Blob | null>} [parts.cover] may reject: then there is none
   * @param {string} [parts.icon] shown where there is no cover
   */
  constructor({
    reading,
    session = navigator.mediaSession,
    cover = async () => null,
    icon = new URL('icons/lectern-512.png', document.baseURI).href,
  }) {
    this.#reading = reading;
    this.#session = session;
    this.#icon = icon;
    this.#fetchCover = cover;
    if (!session) return;
    this.#connect(session);
    for (const type of ['text', 'place', 'state', 'speed']) {
      reading.addEventListener(type, () => this.#show(session));
    }
    reading.addEventListener('text', () => void this.#follow(session));
    this.#show(session);
  }

  /** The cover is that of the document that is open. @param {SessionPort} session */
  async #follow(session) {
    const id = this.#reading.documentId;
    if (id === this.#coverOf) return;
    this.#coverOf = id;
    this.#setCover('', session);
    const picture = id ? await this.#fetchCover(id).catch(() => null) : null;
    if (picture && id === this.#coverOf) this.#setCover(URL.createObjectURL(picture), session);
  }

  /** @param {string} address @param {SessionPort} session */
  #setCover(address, session) {
    const before = this.#cover;
    this.#cover = address;
    this.#show(session);
    if (before) URL.revokeObjectURL(before); // nothing shows it any more
  }

  /** @param {SessionPort} session */
  #connect(session) {
    const reading = this.#reading;
    /** @type {[MediaSessionAction, (details: MediaSessionActionDetails) => void][]} */
    const handlers = [
      ['play', () => reading.play()],
      ['pause', () => reading.pause()],
      ['stop', () => reading.stop()],
      ['nexttrack', () => reading.paragraph(1)],
      ['previoustrack', () => reading.paragraph(-1)],
      ['seekforward', () => reading.next()],
      ['seekbackward', () => reading.previous()],
      ['seekto', ({ seekTime }) => this.#seek(seekTime)],
    ];
    for (const [action, run] of handlers) {
      try {
        session.setActionHandler(action, run);
      } catch {
        // A browser that has the session but not this action.
      }
    }
  }

  /** @param {SessionPort} session */
  #show(session) {
    const { state, playing } = this.#reading;
    session.playbackState = state === 'idle' ? 'none' : playing ? 'playing' : 'paused';
    this.#showWhat(session);
    this.#showWhere(session);
  }

  /** @param {SessionPort} session */
  #showWhat(session) {
    const { active, title: album, opened } = this.#reading;
    const { title } = this.#track();
    const artist = opened?.data.author ?? '';
    const shown = active ? JSON.stringify([title, artist, album, this.#cover]) : '';
    if (shown === this.#shown) return;
    this.#shown = shown;
    const artwork = this.#cover
      ? [{ src: this.#cover }]
      : [{ src: this.#icon, sizes: '512x512', type: 'image/png' }];
    session.metadata = active ? new MediaMetadata({ title, artist, album, artwork }) : null;
  }

  /** @param {SessionPort} session */
  #showWhere(session) {
    if (!session.setPositionState) return;
    const { active, offset, rate } = this.#reading;
    const { start, end } = this.#track();
    const duration = this.#seconds(start, end);
    if (!active || !(duration > 0)) {
      session.setPositionState();
      return;
    }
    const position = Math.min(duration, this.#seconds(start, offset));
    session.setPositionState({ duration, position, playbackRate: rate });
  }

  /** @param {number | null | undefined} seconds of the track, at speed 1 */
  #seek(seconds) {
    if (typeof seconds !== 'number' || !Number.isFinite(seconds)) return;
    const { start, end } = this.#track();
    let [low, high] = [start, end];
    for (let i = 0; i < HALVINGS && high - low > 1; i++) {
      const middle = Math.floor((low + high) / 2);
      if (this.#seconds(start, middle) <= seconds) low = middle;
      else high = middle;
    }
    // The blanks behind a sentence belong to the next one, which may be another chapter's.
    const { text } = this.#reading;
    while (low > start && text.slice(low, low + 1).trim() === '') low -= 1;
    this.#reading.go(low);
  }

  /**
   * Seconds at speed 1, which a change of speed leaves as they are.
   *
   * @param {number} from UTF-16
   * @param {number} to UTF-16
   */
  #seconds(from, to) {
    const { rate } = this.#reading;
    const seconds = to > from ? this.#reading.seconds(from, to) * rate : 0;
    return Number.isFinite(seconds) ? Math.max(0, seconds) : 0;
  }

  /** The chapter that is read, or the whole text. @returns {Track} */
  #track() {
    const { contents, offset, length, title } = this.#reading;
    // Asked for with each sentence: cut anew only for another text.
    if (contents !== this.#contents || length !== this.#length) {
      [this.#contents, this.#length] = [contents, length];
      this.#chapters = chapters(contents, length);
    }
    const chapter = this.#chapters[Math.max(0, chapterAt(this.#chapters, offset))];
    return chapter ? { ...chapter, title: chapter.title || title } : { title, start: 0, end: length };
  }
}
