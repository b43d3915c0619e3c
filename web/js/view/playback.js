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
  /** @type {State} */
  #state = 'idle';
  #rate;
  #voiceId = '';
  /** @type {import('./types.js').MannerOptions} */
  #manner = {};
  #text = '';
  /** @type {{start: number, end: number} | null} the sentence being spoken, or the last one */
  #sentence = null;
  /** The voice was changed while paused: the next `resume` begins the sentence again with it. */
  #stale = false;

  /**
   * @param {import('./types.js').LecternPort} lectern
   * @param {number} rate
   */
  constructor(lectern, rate) {
    super();
    this.#lectern = lectern;
    this.#rate = rate;
  }

  get state() {
    return this.#state;
  }

  /** Whether there is a speech: in any state but idle. */
  get active() {
    return this.#speech !== null;
  }

  get text() {
    return this.#text;
  }

  get sentence() {
    return this.#sentence;
  }

  get rate() {
    return this.#rate;
  }

  set rate(rate) {
    this.#rate = rate;
    if (this.#speech) this.#speech.rate = rate;
  }

  /** Whether it speaks or is about to. */
  get playing() {
    return this.#state === 'working' || this.#state === 'speaking';
  }

  /**
   * Speak `text` from `startAt` (UTF-16) on.
   *
   * @param {string} text
   * @param {{voiceId: string, manner?: import('./types.js').MannerOptions, startAt?: number}} options
   *   voiceId '' leaves the choice to Lectern
   */
  start(text, { voiceId, manner = {}, startAt = 0 }) {
    this.#drop();
    this.#text = text;
    this.#voiceId = voiceId;
    this.#manner = manner;
    this.#sentence = null;
    /** @type {import('./types.js').SpeakOptions} */
    const options = { ...manner, rate: this.#rate, startAt };
    if (voiceId) options.voiceId = voiceId;
    const speech = this.#lectern.speak(text, options);
    this.#speech = speech;
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
      this.start(this.#text, {
        voiceId: this.#voiceId,
        manner: this.#manner,
        startAt: this.#sentence?.start ?? 0,
      });
      return;
    }
    // First the state: `resume` may answer with `playing` at once.
    this.#setState('working');
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
    this.#speech?.seek(offset);
  }

  /**
   * Go on with another voice or in another manner, from the beginning of the sentence.
   *
   * @param {string} voiceId
   * @param {import('./types.js').MannerOptions} [manner]
   */
  changeVoice(voiceId, manner = {}) {
    const same = voiceId === this.#voiceId && sameManner(manner, this.#manner);
    if (!this.#speech || same) return;
    this.#voiceId = voiceId;
    this.#manner = manner;
    this.#stale = true;
    if (this.#state !== 'paused') this.resume();
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

/** @typedef {import('./types.js').MannerOptions} MannerOptions */

/** @param {MannerOptions} a @param {MannerOptions} b */
function sameManner(a, b) {
  return a.speaker === b.speaker && a.style === b.style;
}
