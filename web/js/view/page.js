// @ts-check
/** The screen as a whole: which of its two states it is in, and who tells whom. */

import { guessLanguage } from '../guess_language.js';
import { byId } from './dom.js';
import { Documents } from './documents.js';
import { Failures } from './failures.js';
import { listenToKeys } from './keyboard.js';
import { Manner } from './manner.js';
import { connectMediaKeys, showMedia } from './media_session.js';
import { Notices } from './notices.js';
import { Pace, remaining } from './pace.js';
import { Playback } from './playback.js';
import { ReaderView } from './reader_view.js';
import { TextBox } from './text_box.js';
import { Transport } from './transport.js';
import { VoiceManager } from './voice_manager.js';
import { VoiceSelect } from './voice_select.js';

/** A voice up to this size is got ready as soon as there is a text for it (bytes). */
const SMALL_VOICE = 10_000_000;
/** A pause in typing (ms) after which the voice is got ready. */
const TYPING_PAUSE = 400;

/**
 * @typedef {object} PageOptions
 * @property {import('./types.js').LecternPort} lectern
 * @property {import('./types.js').EngineEvents} events
 * @property {(voiceId: string) => Promise<unknown>} preload  get a voice ready before it is needed
 * @property {import('./storage.js').Memory} memory
 * @property {() => Promise<import('../library.js').Library>} library
 * @property {import('./strings.js').Language} language
 * @property {import('./strings.js').Strings} strings
 * @property {string} collectionHost  who is asked for more voices; '' for nobody
 * @property {() => void} reload
 */

export class Page extends EventTarget {
  #lectern;
  #memory;
  #strings;
  #preload;
  #failures;
  #notices;
  #voices;
  #manner;
  #manager;
  #box;
  #documents;
  #reader;
  #transport;
  #playback;
  #pace = new Pace();
  /** @type {import('./storage.js').Place | null} where the next Play begins */
  #place;
  #typing = 0;

  /** @param {PageOptions} options */
  constructor({
    lectern,
    events,
    preload,
    memory,
    library,
    language,
    strings,
    collectionHost,
    reload,
  }) {
    super();
    this.#lectern = lectern;
    this.#memory = memory;
    this.#strings = strings;
    this.#preload = preload;
    this.#notices = new Notices(strings);
    this.#failures = new Failures({
      notices: this.#notices,
      strings,
      voices: () => this.#voices.count,
      remedies: {
        retry: () => this.#toggle(),
        voice: () => this.#voices.open(),
        write: () => this.#box.focus(),
        open: () => this.#box.choose(),
        reload,
      },
    });
    this.#voices = new VoiceSelect({
      strings,
      language,
      remembered: memory.voice,
      chosen: (id) => this.#voiceChosen(id),
    });
    this.#manner = new Manner({ strings, memory, changed: () => this.#speakDifferently() });
    this.#manager = new VoiceManager({
      lectern,
      strings,
      language,
      preferred: navigator.languages,
      collectionHost,
      use: (id) => void (this.#voices.choose(id), this.#voiceChosen(id)),
      quiet: () => this.#playback.pause(),
      say: (text) => this.#notices.say(text),
    });
    this.#box = new TextBox(language, {
      changed: (whole) => this.#textChanged(whole),
      opened: () => this.#edit(),
      asked: () => {
        this.#edit();
        this.#box.focus(this.#playback.sentence?.start ?? this.#place?.start);
      },
      left: () => this.#leaveBox(),
      document: (file) => void this.#documents.open(file),
      voices: (files) => void this.#manager.takeFiles(files),
    });
    this.#documents = new Documents({
      lectern,
      library,
      memory,
      strings,
      notices: this.#notices,
      show: (opened, place) => this.#showDocument(opened, place),
      failed: (error) => this.#fail(error),
    });
    byId('home', HTMLButtonElement).addEventListener('click', () => this.#goHome());
    this.#reader = new ReaderView({
      begin: (offset) => this.#begin(offset),
      back: () => this.#notices.say(strings.sayFollowing),
    });
    this.#playback = new Playback(lectern, memory.rate);
    const format = new Intl.NumberFormat(language, { maximumFractionDigits: 2 });
    this.#transport = new Transport(strings, format, this.#actions(), memory.rate);
    this.#playback.rate = this.#transport.rate;
    this.#connectKeys();
    this.#listenToPlayback();
    this.#listenToEngine(events);
    this.#place = this.#restore();
    this.#transport.showState('idle');
    this.#showProgress(this.#place?.start ?? 0);
    if (this.#box.value === '' && matchMedia('(hover: hover)').matches) this.#box.focus();
    addEventListener('pagehide', () => memory.flush());
    document.addEventListener('visibilitychange', () => memory.flush());
    void this.#documents.restore();
    void this.#documents.showList();
    void this.#loadVoices();
  }

  /** @param {import('./types.js').OfflinePort} offline */
  connectOffline(offline) {
    offline.addEventListener('ready', () => {
      if (!this.#memory.once('offline-ready')) return;
      this.#notices.show('offline', this.#strings.offlineReady, { passing: true });
    });
    offline.addEventListener('update', () => {
      const action = { label: this.#strings.reload, run: () => void offline.applyUpdate() };
      this.#notices.show('update', this.#strings.newVersion, { action });
    });
  }

  #actions() {
    return {
      toggle: () => this.#toggle(),
      stop: () => this.#stop(),
      next: () => this.#step(() => this.#playback.next()),
      previous: () => this.#step(() => this.#playback.previous()),
      speed: (/** @type {number} */ rate) => {
        this.#playback.rate = rate;
        this.#memory.rate = rate;
        this.#showProgress(this.#playback.sentence?.start ?? this.#place?.start ?? 0);
      },
    };
  }

  #connectKeys() {
    const { toggle, stop, next, previous } = this.#actions();
    listenToKeys({
      toggle,
      stop,
      sentence: (direction) => (direction === 1 ? next() : previous()),
      paragraph: (direction) => {
        const here = this.#playback.sentence?.start;
        const there = here === undefined ? null : this.#reader.paragraph(here, direction);
        if (there !== null) this.#step(() => this.#playback.seek(there));
      },
      speed: (direction) => {
        this.#transport.step(direction);
        this.#notices.say(this.#strings.saySpeed(this.#transport.speed));
      },
    });
    const play = () => {
      if (!this.#playback.playing) toggle();
    };
    const pause = () => this.#playback.pause();
    connectMediaKeys({ play, pause, stop, next, previous });
  }

  #listenToPlayback() {
    const playback = this.#playback;
    playback.addEventListener('state', () => this.#showState());
    playback.addEventListener('sentence', (event) => {
      const { sentence, start, end } = detailOf(event);
      this.#place = { start, end, length: playback.text.length };
      this.#memory.place = this.#place;
      this.#documents.reached({ start, end });
      this.#pace.sentence(start, end);
      this.#reader.sentence(sentence, { start, end });
      this.#showProgress(start);
    });
    playback.addEventListener('word', (event) => {
      const { start, end, time, duration } = detailOf(event);
      this.#pace.word(end, time + duration);
      this.#reader.word({ start, end });
      this.#showProgress(end);
    });
    playback.addEventListener('firstsound', () => this.dispatchEvent(new Event('firstsound')));
    playback.addEventListener('finished', () => {
      this.#rewind();
      this.#transport.showProgress(1, '');
      this.#notices.say(this.#strings.sayFinished);
    });
    playback.addEventListener('failed', (event) => this.#fail(detailOf(event).error));
  }

  /** @param {import('./types.js').EngineEvents} events */
  #listenToEngine(events) {
    events.addEventListener('progress', (event) => {
      const progress = detailOf(event);
      this.#voices.progress(progress);
      if (progress.phase === 'download' && progress.loaded === 0) {
        this.#notices.say(this.#strings.sayLoading);
      }
    });
    events.addEventListener('voices', () => void this.#renewVoices());
    events.addEventListener('restart', () => {
      this.#voices.idle();
      this.#notices.say(this.#strings.sayRecovering);
    });
    events.addEventListener('fatal', (event) => {
      this.#voices.idle();
      this.#failures.fatal(detailOf(event).error);
    });
  }

  async #loadVoices() {
    try {
      await this.#lectern.ready;
      this.#showVoices(await this.#lectern.voices());
      this.#manner.fillStyles(await this.#lectern.styles());
    } catch (error) {
      this.#failures.start(error);
      return;
    }
    this.#suitVoice();
    this.#prepare();
  }

  /** Voices came or went, here or in another tab. */
  async #renewVoices() {
    const before = this.#voices.voice;
    try {
      this.#showVoices(await this.#lectern.voices());
    } catch (error) {
      console.warn(error);
      return;
    }
    const now = this.#voices.voice;
    if (before && now && before.id !== now.id) this.#speakDifferently();
  }

  /** @param {import('./types.js').VoiceInfo[]} voices that are here */
  #showVoices(voices) {
    this.#voices.fill(voices);
    this.#manner.showFor(this.#voices.voice);
    this.#manager.showHere(voices, this.#voices.value);
  }

  /** Another voice, speaker or style: go on with it where the voice is. */
  #speakDifferently() {
    this.#pace.reset();
    this.#playback.changeVoice(this.#voices.value, this.#manner.options);
  }

  #toggle() {
    if (this.#playback.playing) {
      this.#playback.pause();
    } else if (this.#playback.active) {
      this.#read();
      this.#playback.resume();
    } else {
      const text = this.#box.value;
      this.#begin(this.#place?.length === text.length ? this.#place.start : 0);
    }
  }

  /** Speak from `offset` on, whatever was before. @param {number} offset */
  #begin(offset) {
    this.#notices.hide('hint');
    // What was skipped until now is read: that is another text.
    if (this.#documents.readAloud(offset)) this.#playback.stop();
    if (this.#playback.active) {
      this.#step(() => this.#playback.seek(offset));
      if (!this.#playback.playing) this.#playback.resume();
      return;
    }
    const text = this.#documents.current?.spoken ?? this.#box.value;
    if (text.trim() === '') {
      this.#notices.show('hint', this.#strings.writeFirst, { passing: true });
      this.#box.focus();
      return;
    }
    this.#failures.clear();
    this.#read();
    try {
      this.#playback.start(text, {
        voiceId: this.#voices.value,
        manner: this.#manner.options,
        startAt: offset,
      });
    } catch (error) {
      this.#fail(error);
    }
  }

  /** The reader asked for another place: the page goes there with the voice. @param {() => void} move */
  #step(move) {
    move();
    this.#reader.follow();
  }

  #stop() {
    if (!this.#playback.active) return;
    this.#playback.stop();
    this.#rewind();
    this.#showProgress(0);
    this.#notices.say(this.#strings.sayStopped);
  }

  /** The next Play begins at the beginning. */
  #rewind() {
    this.#place = null;
    this.#memory.place = null;
    this.#reader.clear();
  }

  /** Show the text as a page. */
  #read() {
    document.body.dataset.mode = 'reading';
    this.#box.fold();
    const language = this.#voices.voice?.language ?? '';
    this.#reader.show(this.#box.value, language, this.#documents.current);
    this.#notices.hide('hint');
    document.title = `${this.#title()} · Lectern`;
  }

  /** Show the text as a box to write in. */
  #edit() {
    if (document.body.dataset.mode === 'editing') return;
    document.body.dataset.mode = 'editing';
    document.title = 'Lectern';
  }

  /** The focus left the box with nothing changed: back to what is being read. */
  #leaveBox() {
    if (this.#playback.active || this.#place) this.#read();
    if (this.#playback.active) this.#reader.follow();
  }

  /**
   * @param {import('./open_document.js').OpenDocument} opened
   * @param {{start: number, end: number} | null} place  where it was left
   */
  #showDocument(opened, place) {
    const { text } = opened.data;
    this.#box.value = text;
    this.#forgetText();
    this.#memory.text = ''; // it is in the library
    this.#suitVoice(opened.data.language);
    this.#place = place && { ...place, length: text.length };
    this.#memory.place = this.#place;
    this.#read();
    if (place) this.#reader.sentence(-1, place);
    else scrollTo({ top: 0 });
    this.#showProgress(place?.start ?? 0);
    this.#prepare();
  }

  /** Back to the empty page, and to what was read before. */
  #goHome() {
    this.#box.value = '';
    this.#textChanged(true);
    void this.#documents.showList();
  }

  /** Nothing of the text before is said, shown or remembered any more. */
  #forgetText() {
    this.#playback.stop();
    this.#rewind();
    this.#pace.reset();
    this.#showProgress(0);
  }

  /** @param {boolean} whole */
  #textChanged(whole) {
    this.#documents.close();
    this.#forgetText();
    this.#memory.text = this.#box.value;
    if (document.body.dataset.mode !== 'editing') {
      document.body.dataset.mode = 'editing';
      document.title = 'Lectern';
    }
    if (whole) this.#suitVoice();
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => {
      this.#suitVoice();
      this.#prepare();
    }, TYPING_PAUSE);
  }

  /** @param {string} id */
  #voiceChosen(id) {
    this.#memory.voice = id;
    this.#notices.hide('problem');
    this.#manner.showFor(this.#voices.voice);
    this.#manager.showInUse(id);
    this.#speakDifferently();
    if (document.body.dataset.mode === 'reading') this.#read();
    this.#prepare();
  }

  /**
   * An English voice for an English text, a French one for a French text.
   * @param {string} [language]  BCP 47, where the text says it
   */
  #suitVoice(language = '') {
    if (this.#playback.active) return;
    const told = language || this.#documents.current?.data.language || '';
    this.#voices.suit(told ? told.split('-')[0].toLowerCase() : guessLanguage(this.#box.value));
    this.#manner.showFor(this.#voices.voice);
    this.#manager.showInUse(this.#voices.value);
  }

  /** There is something to read: get the voice ready, so that Play sounds at once. */
  #prepare() {
    const voice = this.#voices.voice;
    if (!voice || this.#box.value.trim() === '') return;
    if (!voice.installed && voice.bytes > SMALL_VOICE) return;
    // What goes wrong here goes wrong again at Play, and is told then.
    this.#preload(voice.id).catch(() => this.#voices.idle());
  }

  /** @returns {import('./storage.js').Place | null} */
  #restore() {
    const { text, place } = this.#memory;
    if (this.#box.value === '') this.#box.value = text;
    if (!place || place.length !== this.#box.value.length || place.start === 0) return null;
    this.#read();
    this.#reader.sentence(-1, place);
    return place;
  }

  #showState() {
    const { state } = this.#playback;
    this.#transport.showState(state);
    showMedia(state, this.#title(), this.#voices.voice?.name ?? '');
    if (state === 'blocked') this.#notices.show('gesture', this.#strings.pressPlay);
    else this.#notices.hide('gesture');
    if (state === 'speaking') this.#notices.say(this.#strings.saySpeaking);
    if (state === 'paused') this.#notices.say(this.#strings.sayPaused);
  }

  /** @param {number} offset  UTF-16, how far the text was spoken */
  #showProgress(offset) {
    const total = this.#place?.length ?? 0;
    if (total === 0) {
      this.#transport.showProgress(0, '');
      return;
    }
    const seconds = this.#pace.seconds(total - offset, this.#playback.rate);
    this.#transport.showProgress(offset / total, remaining(seconds, this.#strings));
  }

  /** @param {unknown} error */
  #fail(error) {
    this.#voices.idle();
    this.#failures.tell(error);
  }

  /** The first line, for the window and the lock screen. */
  #title() {
    if (this.#documents.current) return this.#documents.current.title;
    const [line = ''] = this.#box.value.slice(0, 400).trimStart().split('\n', 1);
    return line.length > 60 ? `${line.slice(0, 59).trimEnd()}…` : line;
  }
}

/** @param {Event} event */
function detailOf(event) {
  return /** @type {CustomEvent} */ (event).detail;
}
