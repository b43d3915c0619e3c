// @ts-check
/** The screen as a whole: which of its two states it is in, and who tells whom. */

import { Appearance } from './appearance.js';
import { Away } from './away.js';
import { BookmarkletPanel } from './bookmarklet_panel.js';
import { CacheSettings } from './cache_settings.js';
import { Contents } from './contents.js';
import { byId } from './dom.js';
import { Documents } from './documents.js';
import { Failures } from './failures.js';
import { listenToKeys } from './keyboard.js';
import { LibraryPanel } from './library_panel.js';
import { MediaSession } from './media_session.js';
import { connectMenu } from './menu.js';
import { MetricsPanel } from './metrics_panel.js';
import { Notices } from './notices.js';
import { ProgressLine } from './progress_line.js';
import { Pronunciation } from './pronunciation.js';
import { ReaderView } from './reader_view.js';
import { Reading } from './reading.js';
import { Search } from './search.js';
import { TextBox } from './text_box.js';
import { TimerChip } from './timer_chip.js';
import { Transport } from './transport.js';
import { VoiceDesk } from './voice_desk.js';
import { WaysIn } from './ways_in.js';

/** A pause in typing (ms) after which the voice is got ready. */
const TYPING_PAUSE = 400;

/**
 * @typedef {object} PageOptions
 * @property {import('./types.js').LecternPort} lectern
 * @property {import('./types.js').EngineEvents} events
 * @property {(voiceId: string, reading?: import('../protocol.js').AboutToRead) => Promise<unknown>} preload
 *   get a voice ready before it is needed, for what is about to be read
 * @property {import('./types.js').KeeperPort} keeper  keeps texts offline
 * @property {import('./types.js').MetricsPort} metrics
 * @property {import('./types.js').ConfigurationPort} configuration
 * @property {import('./types.js').ForesightPort} foresight
 * @property {string} lastVoice  the one that was used last in this browser; '' for none
 * @property {import('./storage.js').Memory} memory
 * @property {() => Promise<import('../library.js').Library>} library
 * @property {() => Promise<typeof import('../arrivals.js')>} arrivals
 * @property {string} base  absolute URL of the app's folder, with a final slash
 * @property {import('./strings.js').Language} language
 * @property {import('./strings.js').Strings} strings
 * @property {string} collectionHost  who is asked for more voices; '' for nobody
 * @property {() => void} reload
 */

export class Page extends EventTarget {
  #memory;
  #strings;
  #failures;
  #notices;
  #voices;
  #box;
  #documents;
  #library;
  #pronunciation;
  #reader;
  #transport;
  #reading;
  #contents;
  #timer;
  #search;
  #typing = 0;

  /** @param {PageOptions} options */
  constructor({
    lectern,
    events,
    preload,
    keeper,
    metrics,
    configuration,
    foresight,
    lastVoice,
    memory,
    library,
    arrivals,
    base,
    language,
    strings,
    collectionHost,
    reload,
  }) {
    super();
    this.#memory = memory;
    this.#strings = strings;
    this.#notices = new Notices(strings);
    this.#failures = new Failures({
      notices: this.#notices,
      strings,
      voices: () => this.#voices.count,
      remedies: {
        retry: () => this.#reading.play(),
        voice: () => this.#voices.open(),
        write: () => this.#box.focus(),
        open: () => this.#box.choose(),
        reload,
      },
    });
    this.#voices = new VoiceDesk({
      lectern,
      events,
      preload,
      start: () => configuration.start,
      lastVoice,
      makeNext: () => this.#makeNext(foresight),
      memory,
      strings,
      language,
      collectionHost,
      reading: () => this.#reading,
      rules: () => this.#pronunciation.options.rules ?? [],
      notices: this.#notices,
      chosen: () => {
        this.#notices.hide('problem');
        if (document.body.dataset.mode === 'reading') this.#read();
      },
      failed: (error) => this.#failures.start(error),
    });
    this.#box = new TextBox(language, {
      changed: (whole) => this.#textChanged(whole),
      opened: () => this.#edit(),
      asked: () => {
        this.#edit();
        this.#box.focus(this.#reading.sentence?.start);
      },
      left: () => this.#leaveBox(),
      documents: (files) => void this.#documents.openAll(files),
      voices: (files) => void this.#voices.takeFiles(files),
    });
    this.#reader = new ReaderView({
      begin: (offset) => this.#reading.begin(offset),
      back: () => this.#notices.say(strings.sayFollowing),
    });
    this.#reading = new Reading({
      lectern,
      memory,
      options: () => this.#speakOptions(),
      paragraph: (offset, direction) => this.#reader.paragraph(offset, direction),
    });
    this.#documents = new Documents({
      lectern,
      library,
      memory,
      strings,
      reading: this.#reading,
      notices: this.#notices,
      show: (opened, about) => this.#showDocument(opened, about),
      takeLibrary: (file) => this.#library.take(file),
      failed: (error, again) => this.#failures.opening(error, again),
    });
    new Appearance({
      reading: this.#reading,
      strings,
      language,
      memory,
      keep: (change) => this.#reader.keep(change),
      say: (text) => this.#notices.say(text),
    });
    this.#pronunciation = new Pronunciation({
      lectern,
      reading: this.#reading,
      memory,
      library,
      strings,
      language,
      voice: () => this.#voices.voice,
      say: (text) => this.#notices.say(text),
    });
    this.#library = new LibraryPanel({
      library,
      reading: this.#reading,
      memory,
      strings,
      language,
      open: (id) => this.#documents.openKept(id),
      newText: () => this.#goHome(),
      changed: () => void this.#documents.showList(),
      say: (text) => this.#notices.say(text),
    });
    byId('brand', HTMLButtonElement).addEventListener('click', () => this.#goHome());
    const bookmarklet = new BookmarkletPanel({ arrivals, base, strings });
    const waysIn = new WaysIn({
      arrivals,
      base,
      strings,
      notices: this.#notices,
      open: (files, about) => this.#documents.openAll(files, about),
      choose: () => this.#box.choose(),
      showBookmarklet: () => bookmarklet.show(),
    });
    new CacheSettings({ configuration, strings, language, say: (text) => this.#notices.say(text) });
    foresight.options = () => this.#speakOptions();
    connectMenu();
    const format = new Intl.NumberFormat(language, { maximumFractionDigits: 2 });
    this.#transport = new Transport(strings, format, this.#reading);
    new ProgressLine({ reading: this.#reading, strings });
    this.#contents = new Contents({ reading: this.#reading, strings });
    this.#timer = new TimerChip({ reading: this.#reading, strings, notices: this.#notices });
    this.#search = new Search({ reading: this.#reading, strings, language, page: this.#reader });
    new Away({
      lectern,
      keeper,
      spokenOf: (id) => this.#documents.spokenOf(id),
      reading: this.#reading,
      options: () => this.#speakOptions(),
      voice: () => this.#voices.voice,
      selection: () => this.#reader.selection,
      strings,
      language,
      say: (text) => this.#notices.say(text),
    });
    new MetricsPanel({ metrics, reading: this.#reading, page: this.#reader, strings, language });
    this.#connectKeys();
    new MediaSession({ reading: this.#reading, cover: async (id) => (await library()).cover(id) });
    this.#listenToReading();
    this.#listenToEngine(events);
    this.#restore();
    this.#transport.showState('idle');
    if (this.#box.value === '' && matchMedia('(hover: hover)').matches) this.#box.focus();
    addEventListener('pagehide', () => memory.flush());
    document.addEventListener('visibilitychange', () => memory.flush());
    void waysIn.begin().then((came) => (came ? undefined : this.#documents.restore()));
    void this.#documents.showList();
    void this.#voices.load();
  }

  /** @param {import('./types.js').OfflinePort} offline */
  connectOffline(offline) {
    const ready = () => {
      if (!this.#memory.once('offline-ready')) return;
      this.#notices.show('offline', this.#strings.offlineReady, { passing: true });
    };
    const update = () => {
      const action = { label: this.#strings.reload, run: () => void offline.applyUpdate() };
      this.#notices.show('update', this.#strings.newVersion, { action });
    };
    // It may have come before there was a page to tell.
    if (offline.ready) ready();
    else offline.addEventListener('ready', ready);
    if (offline.update) update();
    else offline.addEventListener('update', update);
  }

  #connectKeys() {
    const reading = this.#reading;
    listenToKeys({
      toggle: () => reading.toggle(),
      stop: () => reading.stop(),
      sentence: (direction) => (direction === 1 ? reading.next() : reading.previous()),
      paragraph: (direction) => reading.paragraph(direction),
      speed: (direction) => {
        this.#transport.step(direction);
        this.#notices.say(this.#strings.saySpeed(this.#transport.speed));
      },
      contents: () => this.#contents.toggle(),
      library: () => byId('home', HTMLButtonElement).click(),
      timer: () => this.#timer.open(),
      search: () => this.#search.open(),
      memory: this.#memory,
    });
  }

  #listenToReading() {
    const strings = this.#strings;
    /** @param {string} type @param {(detail: any) => void} react */
    const on = (type, react) =>
      this.#reading.addEventListener(type, (event) => react(detailOf(event)));
    on('state', () => this.#showState());
    on('text', () => {
      this.#notices.hide('aloud');
      this.#voices.speaking('');
      this.#showSite();
      this.#reader.clear();
    });
    on('wanted', () => {
      this.#notices.hide('hint');
      this.#failures.clear();
      this.#read();
    });
    on('empty', () => {
      this.#notices.show('hint', strings.writeFirst, { passing: true });
      this.#box.focus();
    });
    on('place', ({ sentence, start, end, voiceId = '' }) => {
      this.#voices.speaking(voiceId);
      this.#reader.sentence(sentence, { start, end });
    });
    on('word', ({ start, end }) => this.#reader.word({ start, end }));
    on('moved', () => this.#reader.follow());
    on('looked', ({ offset }) => {
      this.#reader.reveal({ start: offset, end: offset + 1 });
      this.#notices.show('hint', strings.nothingReadThere, { passing: true });
    });
    on('aloud', ({ start }) => this.#showAloud(start));
    on('stopped', () => {
      this.#voices.speaking('');
      this.#reader.clear();
      this.#notices.say(strings.sayStopped);
    });
    on('finished', () => {
      this.#voices.speaking('');
      this.#reader.clear();
      this.#notices.say(strings.sayFinished);
    });
    on('firstsound', () => this.dispatchEvent(new Event('firstsound')));
    on('failed', ({ error }) => this.#fail(error));
  }

  /** What is skipped is read, until somebody thinks better of it. @param {number | null} start */
  #showAloud(start) {
    this.#read();
    if (start === null) return;
    const run = () => this.#reading.skipAgain(start);
    const action = { label: this.#strings.undo, run };
    this.#notices.show('aloud', this.#strings.aloudNow, { action, passing: true });
  }

  /** @param {import('./types.js').EngineEvents} events */
  #listenToEngine(events) {
    events.addEventListener('restart', () => {
      this.#voices.idle();
      this.#notices.say(this.#strings.sayRecovering);
    });
    events.addEventListener('fatal', (event) => {
      this.#voices.idle();
      this.#failures.fatal(detailOf(event).error);
    });
  }

  /** @returns {import('./types.js').SpeakOptions} */
  #speakOptions() {
    const passages = this.#reading.opened?.passages;
    return {
      ...this.#voices.options,
      ...this.#pronunciation.options,
      ...(passages ? { passages } : {}),
    };
  }

  /** What would be heard next by the voice that was chosen. @param {import('./types.js').ForesightPort} foresight */
  #makeNext(foresight) {
    const { active, spoken, offset } = this.#reading;
    if (!active) void foresight.next(spoken, offset, this.#speakOptions());
  }

  /** Show the text as a page. */
  #read() {
    document.body.dataset.mode = 'reading';
    this.#box.fold();
    const language = this.#voices.voice?.language ?? '';
    this.#reader.show(this.#box.value, language, this.#reading.opened);
    this.#notices.hide('hint');
    document.title = `${this.#reading.title} · Lectern`;
  }

  /** Where the page that is read is from. */
  #showSite() {
    const { site = '', source = '' } = this.#reading.opened?.data ?? {};
    const line = byId('site', HTMLElement);
    line.textContent = site && this.#strings.fromSite(site);
    line.title = source;
    line.hidden = site === '';
  }

  /** Show the text as a box to write in. */
  #edit() {
    this.#box.fill();
    if (document.body.dataset.mode === 'editing') return;
    document.body.dataset.mode = 'editing';
    document.title = 'Lectern';
  }

  /** The focus left the box with nothing changed: back to what is being read. */
  #leaveBox() {
    if (this.#reading.active || this.#reading.sentence) this.#read();
    if (this.#reading.active) this.#reader.follow();
  }

  /**
   * @param {import('./open_document.js').OpenDocument} opened
   * @param {{documentId: string, place: import('./reading.js').Place | null}} about
   */
  #showDocument(opened, { documentId, place }) {
    const { text } = opened.data;
    this.#offerBack();
    this.#box.hold(text);
    this.#memory.putAway();
    this.#reading.open(text, { opened, documentId, place });
    this.#voices.suit();
    this.#read();
    if (place) this.#reader.sentence(-1, place);
    else scrollTo({ top: 0 });
    this.#voices.prepare();
  }

  /** Back to the empty page, and to what was read before. */
  #goHome() {
    this.#offerBack();
    this.#box.value = '';
    this.#textChanged(true);
    void this.#documents.showList();
    if (matchMedia('(hover: hover)').matches) this.#box.focus();
  }

  /** A text that goes now and is kept nowhere can be had back for a while. */
  #offerBack() {
    const { opened, documentId, text, sentence } = this.#reading;
    if (documentId || text.trim() === '') return;
    const run = () => {
      if (opened) this.#box.hold(text);
      else this.#box.value = text;
      this.#textChanged(true);
      this.#reading.open(text, { opened, place: sentence });
      if (opened) this.#read();
    };
    const action = { label: this.#strings.undo, run };
    this.#notices.show('back', this.#strings.textCleared, { action, passing: true });
  }

  /** @param {boolean} whole */
  #textChanged(whole) {
    this.#reading.edit(this.#box.value);
    this.#memory.text = this.#box.value;
    if (document.body.dataset.mode !== 'editing') {
      document.body.dataset.mode = 'editing';
      document.title = 'Lectern';
    }
    if (whole) this.#voices.suit();
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => {
      this.#voices.suit();
      this.#voices.prepare();
    }, TYPING_PAUSE);
  }

  #restore() {
    if (this.#memory.document) return; // it follows
    const { place } = this.#memory;
    const text = this.#box.value || this.#memory.text;
    const same = place && place.length === text.length && place.start > 0;
    if (same) this.#box.hold(text);
    else if (this.#box.value === '') this.#box.value = text;
    if (text === '') return;
    this.#reading.open(text, { place: same ? place : null });
    if (!same) return;
    this.#read();
    this.#reader.sentence(-1, place);
  }

  #showState() {
    const { state } = this.#reading;
    this.#transport.showState(state);
    if (state === 'blocked') this.#notices.show('gesture', this.#strings.pressPlay);
    else this.#notices.hide('gesture');
    if (state === 'speaking') this.#notices.say(this.#strings.saySpeaking);
    if (state === 'paused') this.#notices.say(this.#strings.sayPaused);
  }

  /** @param {unknown} error */
  #fail(error) {
    this.#voices.idle();
    this.#failures.tell(error);
  }
}

/** @param {Event} event */
function detailOf(event) {
  return /** @type {CustomEvent} */ (event).detail;
}
