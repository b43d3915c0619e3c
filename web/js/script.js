// @ts-check
/** What was queued for the ear, sentence by sentence, and how much of it was announced. */

/** Seconds by which an event may come early: as often too early as too late on the screen. */
const LEAD = 0.008;

/**
 * @typedef {import('./text_feed.js').Sentence} Sentence
 * @typedef {import('./protocol.js').Word} Word
 * @typedef {{type: 'sentence', detail: {sentence: number, text: string, start: number, end: number,
 *      voiceId: string}}
 *   | {type: 'word', detail: {sentence: number, text: string, start: number, end: number,
 *      time: number, duration: number}}} Moment
 * @typedef {{id: number, seconds: number} | null} Place as the player gives it
 *
 * @typedef {object} Line
 * @property {Sentence} sentence
 * @property {Word[]} words
 * @property {string} voiceId who says it
 * @property {boolean} told whether its `sentence` was given
 * @property {boolean} heard
 * @property {number} wordsTold
 */

export class Script {
  /** @type {Line[]} from the one that is heard on */
  #lines = [];
  /** @type {Map<number, {line: Line, seconds: number}>} what the player's items are */
  #items = new Map();
  /** Of the player's items: never used twice. */
  #nextId = 1;
  /** @type {number | null} the sentence that was told before it is heard */
  #shown = null;

  get empty() {
    return this.#lines.length === 0;
  }

  /** How many sentences wait to be heard. */
  get unheard() {
    return this.#lines.reduce((count, line) => count + (line.heard ? 0 : 1), 0);
  }

  clear() {
    this.#lines = [];
    this.#items.clear();
    this.#shown = null;
  }

  /**
   * A piece of `sentence` is queued.
   *
   * @param {Sentence} sentence
   * @param {number} seconds of the sentence that lie before the piece
   * @param {Word[]} words of the sentence, with its first piece
   * @param {string} [voiceId]
   * @param {number} [first] index of the word with which it begins; those before are not told
   * @returns {number} the id that the player shall know it by
   */
  add(sentence, seconds, words, voiceId = '', first = 0) {
    let line = this.#lines.at(-1);
    if (line?.sentence.index !== sentence.index) {
      const told = this.#shown === sentence.index;
      line = { sentence, words: [], voiceId, told, heard: false, wordsTold: first };
      this.#lines.push(line);
    }
    if (words.length) line.words = words;
    const id = this.#nextId++;
    this.#items.set(id, { line, seconds });
    return id;
  }

  /**
   * Tell a sentence before it is heard.
   *
   * @param {Sentence} sentence
   * @param {string} [voiceId]
   * @returns {Moment[]}
   */
  show(sentence, voiceId = '') {
    this.#shown = sentence.index;
    return [sentenceMoment(sentence, voiceId)];
  }

  /** Seconds of the sentence that is heard at `place`. @param {Place} place */
  heardSeconds(place) {
    const item = place && this.#items.get(place.id);
    return item ? item.seconds + place.seconds : 0;
  }

  /**
   * What has begun by now and was not told yet, in order; nothing is left out.
   *
   * @param {Place} place
   * @param {number} rate of playback
   * @returns {Moment[]}
   */
  heard(place, rate) {
    const item = place && this.#items.get(place.id);
    if (!item) return [];
    /** @type {Moment[]} */
    const moments = [];
    while (this.#lines[0] !== item.line) this.#tell(this.#drop(), Infinity, moments);
    this.#tell(item.line, item.seconds + place.seconds + LEAD * rate, moments);
    return moments;
  }

  /** Everything was heard. @returns {Moment[]} */
  rest() {
    /** @type {Moment[]} */
    const moments = [];
    while (this.#lines.length) this.#tell(this.#drop(), Infinity, moments);
    return moments;
  }

  /** @returns {Line} */
  #drop() {
    const line = /** @type {Line} */ (this.#lines.shift());
    for (const [id, item] of this.#items) if (item.line === line) this.#items.delete(id);
    return line;
  }

  /**
   * @param {Line} line
   * @param {number} until seconds of the sentence
   * @param {Moment[]} moments
   */
  #tell(line, until, moments) {
    const { sentence, words } = line;
    if (!line.told) moments.push(sentenceMoment(sentence, line.voiceId));
    line.told = true;
    line.heard = true;
    while (line.wordsTold < words.length && words[line.wordsTold].time <= until) {
      const { start, end, time, duration } = words[line.wordsTold++];
      const detail = {
        sentence: sentence.index,
        text: sentence.text.slice(start, end),
        start: sentence.start + start,
        end: sentence.start + end,
        time,
        duration,
      };
      moments.push({ type: 'word', detail });
    }
  }
}

/** @param {Sentence} sentence @param {string} voiceId @returns {Moment} */
function sentenceMoment({ index, text, start, end }, voiceId) {
  return { type: 'sentence', detail: { sentence: index, text, start, end, voiceId } };
}
