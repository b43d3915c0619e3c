// @ts-check
/**
 * A text read aloud: the reading position, the look-ahead, and what is heard when.
 *
 * The speech pulls sentences from the text and their sound from the engine, hands it to
 * the player in order and stays some sentences ahead (ahead.js). It begins as soon as it is made.
 */

import { LEAST, howFarAhead } from './ahead.js';
import { LecternError } from './errors.js';
import { pauseAfter } from './pauses.js';
import { checkedRate, checkedVolume } from './player.js';
import { resources } from './resources.js';
import { Script } from './script.js';
import { SILENCES } from './settings.js';
import { Takes } from './takes.js';
import { beginningAt, soundFrom } from './word_start.js';

/** `previous` goes to the sentence's own beginning when it is heard for longer (seconds). */
const RESTART_AFTER = 2;
/** Faults of single sentences; so many in a row are no coincidence. */
const FAULTS = ['inference_failed', 'phonemizer_failed'];
const FAULTS_IN_A_ROW = 5;

/** @type {WeakMap<import('./player.js').Player, Speech>} who has the player */
const OWNERS = new WeakMap();

/**
 * @typedef {'loading' | 'playing' | 'paused' | 'ended' | 'stopped' | 'error'} State
 *   loading: it would speak, but there is no sound yet
 * @typedef {object} SpeechOptions
 * @property {import('./takes.js').Sources['casting']} casting
 * @property {number} [rate] 0.5 to 4
 * @property {AbortSignal | null} [signal] as `stop()`
 * @typedef {SpeechOptions & Partial<import('./settings.js').Silences>} ReadingOptions
 *   what is silent for how long is SILENCES' where it is not said
 */

/**
 * Events, with their detail: `sentence` {sentence, text, start, end, voiceId} and `word` {sentence,
 * text, start, end, time, duration} begin to be heard (a jump during a pause tells its
 * sentence at once, with voiceId '' where that is not known yet); `ahead` {text, voiceId} is ready while another
 * is heard; `waiting` {reason: 'loading' | 'gesture'}; `playing` sound flows
 * (again); `paused` by the system, as for a call, `resumed` by it after that; `firstsound` once; `problem` {error, sentence} was left out; `end`; `error` {error}.
 * Offsets are UTF-16 units of the text, times seconds from the sentence's first sample.
 */
export class Speech extends EventTarget {
  #player;
  #feed;
  #takes;
  #silences;
  #script = new Script();
  /** @type {State} */
  #state = 'loading';
  #rate;
  /** Paused by the system, and by nobody else. */
  #interrupted = false;
  /** The sentence that is heard, or that comes next. */
  #index = 0;
  /** Ends the present run from one sentence on: a jump begins another. */
  #run = new AbortController();
  /** Sentences with nothing to hear in them. */
  #mute = new Set();
  #fromStart;
  #spoke = false;
  #sounded = false;
  /** @type {LecternError | null} the last one in a row */
  #fault = null;
  #faults = 0;
  /** @type {unknown} comes up when what is buffered has been heard */
  #error = null;
  #room = /** @type {PromiseWithResolvers<void>} */ (Promise.withResolvers());
  #finished = /** @type {PromiseWithResolvers<'end' | 'stopped'>} */ (Promise.withResolvers());
  #listening = new AbortController();
  #frame = 0;

  /**
   * @param {object} parts
   * @param {import('./takes.js').Sources['engine']} parts.engine
   * @param {import('./player.js').Player} parts.player taken from the speech that has it
   * @param {Pick<import('./text_feed.js').TextFeed, 'sentence' | 'indexAt'>} parts.feed
   * @param {ReadingOptions} parts.options
   * @param {number} [parts.startAt] UTF-16 units: begins with the word there
   * @throws {LecternError} bad_option
   */
  constructor({ engine, player, feed, options, startAt = 0 }) {
    super();
    const { casting, rate = 1, signal, ...silences } = options;
    this.#rate = checkedRate(rate);
    this.#player = player;
    this.#feed = feed;
    const demand = () => ({ ahead: player.runway, rate: this.#rate });
    this.#takes = new Takes({ engine, feed, casting, demand });
    this.#silences = { ...SILENCES, ...silences };
    this.#fromStart = startAt === 0;
    this.#finished.promise.catch(() => {}); // nobody has to ask
    signal?.addEventListener('abort', () => this.stop(), { signal: this.#listening.signal });
    this.#take();
    // Those who listen are not there yet.
    queueMicrotask(() => {
      if (signal?.aborted) this.stop();
      if (this.#over) return;
      this.#wait('loading');
      if (startAt > 0) this.seek(startAt);
      else this.#produce(0, this.#run.signal);
    });
  }

  /** @returns {State} */
  get state() {
    return this.#state;
  }

  /** 'end' or 'stopped'; rejects with what `error` tells. */
  get finished() {
    return this.#finished.promise;
  }

  /** Speed, 0.5 to 4, the pitch stays. */
  get rate() {
    return this.#rate;
  }

  /** @throws {LecternError} bad_option */
  set rate(rate) {
    this.#rate = checkedRate(rate);
    if (!this.#over) this.#player.rate = rate;
    this.#makeRoom();
  }

  /** Of the sound, 0 to 1. It is the player's: 1 again for the next speech. */
  get volume() {
    return this.#player.volume;
  }

  /** @throws {LecternError} bad_option */
  set volume(volume) {
    checkedVolume(volume);
    if (!this.#over) this.#player.volume = volume;
  }

  /**
   * Another volume, reached evenly within `seconds`, also while the page is hidden.
   *
   * @param {number} volume 0 to 1
   * @param {number} seconds
   * @throws {LecternError} bad_option
   */
  fadeTo(volume, seconds) {
    checkedVolume(volume);
    if (!this.#over) this.#player.fadeTo(volume, seconds);
  }

  pause() {
    this.#interrupted = false;
    if (this.#over || this.#state === 'paused') return;
    this.#state = 'paused';
    this.#player.pause();
  }

  resume() {
    this.#interrupted = false;
    if (!this.#over) this.#player.unblock();
    if (this.#state !== 'paused') return;
    this.#state = 'loading';
    this.#player.play();
    if (this.#player.buffered === 0) this.#wait('loading');
  }

  stop() {
    if (this.#over) return;
    this.#close('stopped');
    this.#finished.resolve('stopped');
  }

  /** To the next sentence; after the last one it ends. */
  next() {
    if (!this.#over) this.#jump(this.#index + 1);
  }

  /** To the sentence's beginning, or to the one before when it has only just begun. */
  previous() {
    if (this.#over) return;
    let target = this.#index;
    if (this.#script.heardSeconds(this.#player.position()) <= RESTART_AFTER) {
      do target -= 1;
      while (this.#mute.has(target));
    }
    this.#jump(Math.max(0, target));
  }

  /** To the word at `offset`; of a voice that knows no words' times, to its sentence. @param {number} offset UTF-16 units */
  seek(offset) {
    if (this.#over) return;
    const { signal } = this.#restart();
    this.#feed.indexAt(offset, { signal }).then(
      (index) => {
        if (!signal.aborted) this.#jump(index, offset);
      },
      (error) => {
        if (!signal.aborted) this.#fail(error);
      },
    );
  }

  // -- from the text to the player ---------------------------------------------------

  /** @param {number} index @param {number} [from] UTF-16 units: the word of it to begin with */
  #jump(index, from = 0) {
    const { signal } = this.#restart();
    this.#fromStart &&= index === 0;
    this.#index = index;
    this.#takes.keep(index - 1, index + LEAST);
    if (this.#state !== 'paused' && !this.#takes.has(index, from)) this.#wait('loading');
    this.#produce(index, signal, from);
  }

  /** What plays and what is queued is not wanted any more. */
  #restart() {
    this.#run.abort();
    this.#run = new AbortController();
    this.#script.clear();
    this.#player.clear();
    this.#error = null;
    this.#fault = null;
    this.#faults = 0;
    return this.#run;
  }

  /**
   * Queue the sentences from `index` on, as fast as they are heard.
   *
   * @param {number} index
   * @param {AbortSignal} signal
   * @param {number} [from] UTF-16 units: the word of the first one to begin with
   */
  async #produce(index, signal, from = 0) {
    try {
      for (let i = index; ; i++) {
        while (this.#full()) await this.#room.promise;
        if (signal.aborted) return;
        const take = this.#takes.get(i, i === index ? from : 0);
        const sentence = await take.sentence;
        if (signal.aborted) return;
        if (!sentence) break;
        if (this.#state === 'paused' && i === index) this.#announce(this.#script.show(sentence, take.voiceId));
        await this.#queue(take, sentence, signal);
        if (signal.aborted) return;
      }
    } catch (error) {
      if (signal.aborted) return;
      this.#error = error;
    }
    if (this.#script.empty) this.#complete();
    else this.#player.finish();
  }

  /**
   * @param {import('./takes.js').Take} take
   * @param {import('./takes.js').Sentence} sentence
   * @param {AbortSignal} signal
   */
  async #queue(take, sentence, signal) {
    let seconds = 0;
    let beginning = { seconds: 0, word: 0 };
    /** @type {import('./protocol.js').Word[]} */
    let words = [];
    for (let number = 0; ; number++) {
      const piece = await this.#piece(take, number, sentence, signal);
      if (signal.aborted) return;
      if (!piece) break;
      const { samples, sampleRate, last } = piece;
      if (number === 0) {
        words = piece.words;
        beginning = beginningAt(sentence, words, take.from);
      }
      if (samples.length && !seconds && sentence.index > this.#index) {
        this.#emit('ahead', { text: sentence.text, voiceId: take.voiceId });
      }
      const skipped = Math.max(0, Math.round((beginning.seconds - seconds) * sampleRate));
      const sound = soundFrom(samples, skipped, sampleRate);
      if (sound.length || (last && seconds)) {
        const before = seconds + skipped / sampleRate;
        const id = this.#script.add(sentence, before, words, take.voiceId, beginning.word);
        const silence = last ? pauseAfter(sentence, this.#silences) : 0;
        this.#player.append({ id, samples: sound, sampleRate, silence });
      }
      seconds += samples.length / sampleRate;
      if (last) break;
    }
    if (seconds) this.#spoke = true;
    else this.#mute.add(sentence.index);
  }

  /**
   * @param {import('./takes.js').Take} take
   * @param {number} number
   * @param {import('./takes.js').Sentence} sentence
   * @param {AbortSignal} signal
   * @returns {Promise<import('./takes.js').Piece | null>} null also for a sentence that can't be said
   */
  async #piece(take, number, sentence, signal) {
    try {
      const piece = await take.piece(number, signal);
      this.#faults = 0;
      return piece;
    } catch (error) {
      const known = error instanceof LecternError && FAULTS.includes(error.code);
      if (signal.aborted || !known || ++this.#faults >= FAULTS_IN_A_ROW) throw error;
      this.#fault = error;
      this.#emit('problem', { error, sentence: sentence.index });
      return null;
    }
  }

  /** Whether enough is prepared for now. */
  #full() {
    const waiting = this.#script.unheard;
    const { least, most, seconds } = howFarAhead({ ...resources(), pace: this.#takes.pace });
    if (waiting < least) return false;
    return waiting >= most || this.#player.buffered > seconds * this.#rate;
  }

  #makeRoom() {
    this.#room.resolve();
    this.#room = Promise.withResolvers();
  }

  // -- what is heard -----------------------------------------------------------------

  #take() {
    OWNERS.get(this.#player)?.stop();
    OWNERS.set(this.#player, this);
    const player = this.#player;
    player.clear();
    player.rate = this.#rate;
    player.volume = 1;
    /** @param {string} type @param {(event: any) => void} react */
    const on = (type, react) =>
      player.addEventListener(type, react, { signal: this.#listening.signal });
    on('tick', () => (this.#state === 'loading' ? this.#flows() : this.#follow()));
    on('item', () => this.#follow());
    on('playing', () => this.#flows());
    on('starved', () => this.#wait('loading'));
    on('blocked', () => this.#wait('gesture'));
    on('unblocked', () => this.#wait('loading'));
    on('interrupted', () => this.#systemPaused());
    on('continued', () => this.#systemResumed());
    on('end', () => this.#complete());
    on('error', ({ detail }) => this.#fail(detail.error));
    on('problem', ({ detail }) => this.#emit('problem', { ...detail, sentence: this.#index }));
    player.play();
  }

  /** Tell what is heard by now. */
  #follow() {
    this.#announce(this.#script.heard(this.#player.position(), this.#rate));
    this.#makeRoom();
  }

  /** @param {import('./script.js').Moment[]} moments */
  #announce(moments) {
    const { signal } = this.#run;
    for (const { type, detail } of moments) {
      if (signal.aborted) return; // a listener has jumped
      if (type === 'sentence') {
        this.#index = detail.sentence;
        this.#takes.keep(detail.sentence - 1, Infinity);
      }
      this.#emit(type, detail);
    }
  }

  #flows() {
    if (this.#state !== 'loading') return;
    this.#state = 'playing';
    if (!this.#sounded) this.#emit('firstsound');
    this.#sounded = true;
    this.#emit('playing');
    this.#follow();
    if (!this.#frame) this.#eachFrame();
  }

  /** Ticks come in bursts where the device takes large buffers; frames are even. */
  #eachFrame() {
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      if (this.#state !== 'playing') return;
      this.#follow();
      this.#eachFrame();
    });
  }

  #systemPaused() {
    if (this.#over || this.#state === 'paused') return;
    this.pause();
    this.#interrupted = true;
    this.#emit('paused');
  }

  #systemResumed() {
    if (!this.#interrupted) return;
    this.#emit('resumed');
    this.resume();
  }

  /** @param {'loading' | 'gesture'} reason */
  #wait(reason) {
    if (this.#over || this.#state === 'paused') return;
    this.#state = 'loading';
    this.#emit('waiting', { reason });
  }

  // -- the end -----------------------------------------------------------------------

  get #over() {
    return this.#state === 'ended' || this.#state === 'stopped' || this.#state === 'error';
  }

  /** All that was queued has been heard. */
  #complete() {
    this.#announce(this.#script.rest());
    if (this.#over) return;
    if (this.#error) this.#fail(this.#error);
    else if (this.#spoke || !this.#fromStart) this.#end();
    else this.#fail(this.#fault ?? nothingToSay());
  }

  #end() {
    this.#close('ended');
    this.#emit('end');
    this.#finished.resolve('end');
  }

  /** @param {unknown} error */
  #fail(error) {
    if (this.#over) return;
    this.#close('error');
    this.#emit('error', { error });
    this.#finished.reject(error);
  }

  /** @param {'ended' | 'stopped' | 'error'} state */
  #close(state) {
    this.#state = state;
    this.#run.abort();
    this.#takes.keep(0, -1);
    this.#script.clear();
    this.#makeRoom();
    this.#listening.abort();
    cancelAnimationFrame(this.#frame);
    if (OWNERS.get(this.#player) !== this) return;
    OWNERS.delete(this.#player);
    this.#player.clear();
    this.#player.pause();
  }

  /** @param {string} type @param {object} [detail] */
  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/** @returns {LecternError} */
function nothingToSay() {
  return new LecternError('empty_text', 'There is nothing in the text that can be spoken.');
}
