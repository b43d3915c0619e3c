// @ts-check
/**
 * One text being spoken: what state it is in, and where. Speeches come and go (another
 * voice needs a new one); whoever listens here hears only the one that counts.
 *
 * Events: `state`, `sentence`, `word`, `firstsound`, `finished`, `failed` (detail: {error}).
 */

/**
 * idle: nothing; working: asked to speak, no sound now; blocked: the browser wants a
 * gesture first.
 *
 * @typedef {'idle' | 'working' | 'speaking' | 'paused' | 'blocked'} State
 */

export class Playback extends EventTarget {
  #lectern;
  /** @type {import('./types.js').SpeechPort | null} */
  #speech = null;
  #volume = 1;
  /** @type {State} */
  #state = 'idle';
  #rate;
  #options;
  /** What the present speech was given. @type {import('./types.js').SpeakOptions} */
  #given = {};
  #text = '';
  /** @type {{start: number, end: number} | null} the sentence being spoken, or the place to begin */
  #sentence = null;
  /** Spoken otherwise from now on: the next `resume` begins the sentence again. */
  #stale = false;

  /**
   * @param {import('./types.js').LecternPort} lectern
   * @param {object} how
   * @param {number} how.rate
   * @param {() => import('./types.js').SpeakOptions} how.options  asked at each beginning
   */
  constructor(lectern, { rate, options }) {
    super();
    this.#lectern = lectern;
    this.#rate = rate;
    this.#options = options;
  }

  get state() {
    return this.#state;
  }

  /** Whether there is a speech: in any state but idle. */
  get active() {
    return this.#speech !== null;
  }

  get rate() {
    return this.#rate;
  }

  set rate(rate) {
    this.#rate = rate;
    if (this.#speech) this.#speech.rate = rate;
  }

  /** Of the sound, 0 to 1; of this speech and those that follow. */
  get volume() {
    return this.#volume;
  }

  set volume(volume) {
    this.#volume = volume;
    if (this.#speech) this.#speech.volume = volume;
  }

  /**
   * Another volume, reached evenly, also while the page is hidden.
   *
   * @param {number} volume 0 to 1
   * @param {number} seconds
   */
  fadeTo(volume, seconds) {
    this.#volume = volume;
    this.#speech?.fadeTo(volume, seconds);
  }

  /** Whether it speaks or is about to. */
  get playing() {
    return this.#state === 'working' || this.#state === 'speaking';
  }

  /** Speak `text` from `startAt` (UTF-16) on. @param {string} text @param {number} startAt */
  start(text, startAt) {
    this.#drop();
    this.#text = text;
    this.#sentence = { start: startAt, end: startAt };
    this.#given = this.#options();
    const speech = this.#lectern.speak(text, { ...this.#given, rate: this.#rate, startAt });
    this.#speech = speech;
    if (this.#volume !== 1) speech.volume = this.#volume;
    this.#listen(speech);
    this.#setState('working');
  }

  pause() {
    if (!this.#speech || this.#state === 'paused') return;
    this.#speech.pause();
    this.#setState('paused');
  }

  resume() {
    if (!this.#speech) return;
    if (this.#stale) {
      this.start(this.#text, this.#sentence?.start ?? 0);
      return;
    }
    // First the state: `resume` may answer with `playing` at once. A browser that has refused is
    // asked again, and what becomes of that is told.
    if (this.#state !== 'blocked') this.#setState('working');
    this.#speech.resume();
  }

  stop() {
    if (!this.#speech) return;
    this.#drop();
    this.#setState('idle');
  }

  next() {
    this.#speech?.next();
  }

  previous() {
    this.#speech?.previous();
  }

  /** @param {number} offset */
  seek(offset) {
    if (!this.#speech) return;
    this.#sentence = { start: offset, end: offset };
    this.#speech.seek(offset);
  }

  /**
   * Go on as the options say now, from the beginning of the sentence.
   *
   * @returns {boolean} whether they say anything else than before
   */
  renew() {
    if (!this.#speech || sameOptions(this.#given, this.#options())) return false;
    this.#stale = true;
    if (this.#state !== 'paused') this.resume();
    return true;
  }

  #drop() {
    const speech = this.#speech;
    this.#speech = null;
    this.#stale = false;
    speech?.stop();
  }

  /** @param {State} state */
  #setState(state) {
    if (state === this.#state) return;
    this.#state = state;
    this.dispatchEvent(new CustomEvent('state', { detail: { state } }));
  }

  /** @param {import('./types.js').SpeechPort} speech */
  #listen(speech) {
    /** @param {string} type @param {(detail: any) => void} react */
    const on = (type, react) =>
      speech.addEventListener(type, (event) => {
        if (speech === this.#speech) react(/** @type {CustomEvent} */ (event).detail ?? {});
      });
    const sounding = () => {
      if (this.#state !== 'paused') this.#setState('speaking');
    };
    on('firstsound', () => this.dispatchEvent(new CustomEvent('firstsound')));
    on('playing', sounding);
    on('sentence', (detail) => {
      this.#sentence = { start: detail.start, end: detail.end };
      this.dispatchEvent(new CustomEvent('sentence', { detail }));
    });
    on('word', (detail) => {
      sounding();
      this.dispatchEvent(new CustomEvent('word', { detail }));
    });
    on('waiting', ({ reason }) => {
      if (this.#state !== 'paused') this.#setState(reason === 'gesture' ? 'blocked' : 'working');
    });
    on('paused', () => this.#setState('paused'));
    on('resumed', () => this.#setState('working'));
    on('end', () => {
      this.#speech = null;
      this.#setState('idle');
      this.dispatchEvent(new CustomEvent('finished'));
    });
    // Somebody else speaks with the same Lectern now, and has the loudspeaker.
    const over = speech.finished.catch(() => {}); // told by `error`
    void over.then(() => {
      if (speech !== this.#speech) return;
      this.#speech = null;
      this.#setState('idle');
    });
    on('error', ({ error }) => {
      this.#drop();
      this.#setState('idle');
      this.dispatchEvent(new CustomEvent('failed', { detail: { error } }));
    });
  }
}

/**
 * @param {import('./types.js').SpeakOptions} a
 * @param {import('./types.js').SpeakOptions} b
 */
function sameOptions({ passages: some, ...a }, { passages: others, ...b }) {
  if (some !== others) return false;
  return JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());
}
