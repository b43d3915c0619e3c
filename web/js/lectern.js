// @ts-check
/** The public API: text to sound, as a file, piece by piece, or aloud. */

import { Aside } from './aside.js';
import { createDeviceOutput } from './audio/output.js';
import { OneRate } from './audio/one_rate.js';
import { Casting, choiceFor } from './casting.js';
import { Engine } from './engine.js';
import { LecternError } from './errors.js';
import { guessLanguage } from './guess_language.js';
import { Listener, UNHURRIED } from './listener.js';
import { DOCUMENT, PRONOUNCING, RENDERING, SPEAKING, SYNTHESIS, checkedOptions, checkedText, emptyText } from './options.js';
import { Passages } from './passages.js';
import { pauseAfter } from './pauses.js';
import { Player } from './player.js';
import { Predictions } from './predictions.js';
import { Speech } from './reader.js';
import { readSettings } from './settings.js';
import { settleWhenIdle } from './settle.js';
import { TextFeed } from './text_feed.js';
import { chooseVoice, pageLanguages } from './voice_choice.js';
import { VoiceKeeping } from './voice_keeping.js';
import { WavParts } from './wav.js';

/**
 * @typedef {import('./options.js').SpeechOptions} SpeechOptions
 * @typedef {import('./options.js').SpeakOptions} SpeakOptions
 * @typedef {import('./options.js').RenderOptions} RenderOptions
 * @typedef {import('./exporting.js').ExportOptions} ExportOptions
 * @typedef {import('./exporting.js').Exported} Exported
 * @typedef {import('./protocol.js').VoiceInfo} VoiceInfo
 * @typedef {import('./protocol.js').Word} Word
 * @typedef {import('./settings.js').Silences} Silences
 * @typedef {import('./protocol.js').VoiceStorage} VoiceStorage
 * @typedef {import('./voice_keeping.js').InstallOptions} InstallOptions
 * @typedef {import('./voice_keeping.js').VoiceFilePair} VoiceFilePair
 *
 * @typedef {object} Piece
 * @property {number} sentence 0-based
 * @property {number} piece 0-based within the sentence
 * @property {boolean} last of the sentence
 * @property {string} text the sentence's
 * @property {number} start of the sentence, UTF-16 units of the text that was given
 * @property {number} end of the sentence
 * @property {Float32Array} samples mono; empty where there is nothing to say
 * @property {number} sampleRate the voice's
 * @property {string} voiceId who says it
 * @property {number} silence seconds that belong after it; 0 but for a sentence's last piece
 * @property {Word[]} words all on piece 0; offsets in the text that was given, seconds from
 *   the sentence's first sample
 * @property {'memory' | 'disk' | 'published' | 'model'} source
 *
 * @typedef {object} LecternOptions
 * @property {string} [base] the app's folder; default: the one that this module is in
 * @property {'wasm' | 'webgpu' | null} [backend] override; default: what is quickest here
 * @property {number | null} [threads] override; default: what is quickest here
 * @property {import('./audio/routes.js').Way | null} [output] override; default: what suits this browser
 * @property {Record<string, import('./settings.js').SettingValue>} [settings] changes to settings.py's table, in camelCase
 * @property {Record<string, {length?: number, noise?: number, noiseW?: number,
 *   speakers?: string[]}>} [styles] more styles, or others of the same name
 */

export class Lectern {
  #engine;
  #keeping;
  #silences;
  #predictions;
  #way;
  /** @type {Aside | null} */
  #aside = null;
  /** @type {Player | null} */
  #player = null;
  /** The last one. @type {Speech | null} */
  #speech = null;

  /**
   * @param {{engine: Engine, silences: Silences, predictions: Predictions, output?: import('./audio/routes.js').Way | null}} parts
   */
  constructor({ engine, silences, predictions, output = null }) {
    this.#engine = engine;
    this.#predictions = predictions;
    this.#way = output;
    this.#keeping = new VoiceKeeping(engine);
    this.#silences = silences;
  }

  /** @returns {Promise<void>} when the first request will be answered without waiting */
  get ready() {
    return this.#engine.ready;
  }

  /** Whether there is sound, or would be if it was there in time. */
  get playing() {
    return this.#player?.playing ?? false;
  }

  /** @returns {Promise<VoiceInfo[]>} that are here: the folder's in its order, the browser's */
  voices() {
    return this.#engine.ask('voices', {});
  }

  /**
   * The voices of the collection that the build names. Asks its origin: a foreign request, to
   * be made on the reader's act only.
   *
   * @param {{signal?: AbortSignal | null}} [options]
   * @returns {Promise<VoiceInfo[]>}
   * @throws {LecternError | DOMException} network, bad_option, …; AbortError
   */
  available(options) {
    return this.#keeping.available(options);
  }

  /**
   * Fetch a voice of the collection into this browser; one that was cut is gone on with.
   *
   * @param {string} voiceId
   * @param {InstallOptions} [options]
   * @returns {Promise<VoiceInfo>}
   * @throws {LecternError | DOMException} unknown_voice, network, integrity, quota, …; AbortError
   */
  install(voiceId, options) {
    return this.#keeping.install(voiceId, options);
  }

  /**
   * Take a voice from its two files, in the place of one of the same name.
   *
   * @param {VoiceFilePair} files
   * @param {InstallOptions} [options]
   * @returns {Promise<VoiceInfo>}
   * @throws {LecternError | DOMException} voice_unreadable, too_large, quota, …; AbortError
   */
  installFiles(files, options) {
    return this.#keeping.installFiles(files, options);
  }

  /**
   * Remove a voice, or what came of one, from this browser. Audio of it may stay.
   *
   * @param {string} voiceId
   * @returns {Promise<void>}
   * @throws {LecternError} unknown_voice, bad_option for a voice of the folder
   */
  remove(voiceId) {
    return this.#keeping.remove(voiceId);
  }

  /**
   * A file's text in blocks: EPUB, PDF, HTML, Markdown or plain text; of a web page its article.
   *
   * @param {File} file
   * @param {{signal?: AbortSignal | null, source?: string}} [options]  source: the address that a
   *   page is from; nothing is fetched from there
   * @returns {Promise<import('./protocol.js').DocumentData>}
   * @throws {LecternError | DOMException} document_unreadable, too_large, bad_option; AbortError
   */
  async openDocument(file, options) {
    const { signal, source } = checkedOptions(options, DOCUMENT);
    if (!(file instanceof File)) throw new LecternError('bad_option', 'file must be a File.');
    return this.#engine.ask('openDocument', { file, source }, { signal });
  }

  /** @returns {Promise<VoiceStorage>} bytes that the browser keeps of voices, in all and by voice */
  storage() {
    return this.#keeping.storage();
  }

  /**
   * What a voice's MODEL_CARD says; of a voice that is not here the collection is asked.
   *
   * @param {string} voiceId
   * @returns {Promise<{license: string, card: string}>} "" where there is none
   */
  card(voiceId) {
    return this.#keeping.card(voiceId);
  }

  /**
   * The phonemes of one sentence, as espeak-ng writes them, with the rules, and those of the
   * rules that the voice does not know; nothing is heard.
   *
   * @param {string} text
   * @param {Pick<SpeechOptions, 'voiceId' | 'language' | 'rules' | 'signal'>} [options]
   * @returns {Promise<import('./protocol.js').Pronounced>}
   * @throws {LecternError | DOMException} bad_option, empty_text, unknown_voice; AbortError
   */
  async pronounce(text, options) {
    const { voiceId, language, rules, signal } = checkedOptions(options, PRONOUNCING);
    const sentence = checkedText(text);
    const voice = ownVoice(await this.voices(), voiceId, language ?? (voiceId ? null : guessLanguage(text)));
    const asked = { text: sentence, voiceId: voice.id, rules: JSON.stringify(rules ?? []) };
    return this.#engine.ask('pronounce', asked, { signal });
  }

  /** @returns {Promise<{id: string}[]>} the styles that `style` takes */
  styles() {
    return this.#engine.ask('styles', {});
  }

  /**
   * The whole text as one WAV file: 16-bit, mono, with silence between sentences.
   *
   * @param {string} text
   * @param {SpeechOptions} [options]
   * @returns {Promise<Blob>}
   * @throws {LecternError | DOMException} empty_text, too_large, unknown_voice, …; AbortError
   */
  async synthesize(text, options) {
    const parts = new WavParts();
    const rate = new OneRate();
    let pause = 0;
    let begun = false;
    for await (const { samples, sampleRate, last, silence } of this.#ahead(text, options, UNHURRIED)) {
      begun ||= samples.length > 0;
      if (begun) {
        if (pause) parts.addSilence(pause);
        parts.addSamples(rate.push(samples, sampleRate, last), rate.sampleRate);
        pause = silence;
      }
      if (last) begun = false;
    }
    return parts.blob();
  }

  /**
   * The text's sound piece by piece, in order, one piece ahead of whoever takes it.
   *
   * @param {string} text
   * @param {SpeechOptions} [options]
   * @returns {AsyncGenerator<Piece, void, void>} errors as `synthesize`
   */
  async *stream(text, options) {
    yield* this.#ahead(text, options, new Listener());
  }

  /**
   * The text's sound for later, piece by piece: it gives way to whatever is spoken meanwhile.
   *
   * @param {string} text
   * @param {RenderOptions} [options]
   * @returns {AsyncGenerator<Piece, void, void>} errors as `synthesize`
   */
  async *render(text, options) {
    const { signal, startAt: from = 0, endAt: to = Infinity, keep = false, ...given } = checkedOptions(options, RENDERING);
    const aside = (this.#aside ??= new Aside(this.#engine));
    const prepared = this.#prepare(checkedText(text), given, aside);
    const stop = new AbortController();
    const signals = signal ? [signal, stop.signal] : [stop.signal];
    const range = { engine: aside, from, to, keep };
    try {
      yield* this.#pieces(prepared, AbortSignal.any(signals), UNHURRIED, range);
    } finally {
      stop.abort();
    }
  }

  /**
   * The text as a sound file with chapters, and its subtitles; it gives way to speech.
   *
   * @param {string} text
   * @param {ExportOptions} [options]
   * @returns {Promise<Exported>}
   * @throws {LecternError | DOMException} bad_option, empty_text, too_large, quota, …; AbortError
   */
  async export(text, options) {
    const { exportSound } = await import('./exporting.js');
    return exportSound(this, text, options);
  }

  /**
   * Speak the text aloud, at once; what was spoken before is stopped.
   *
   * @param {string} text
   * @param {SpeakOptions} [options]
   * @returns {Speech}
   * @throws {LecternError} bad_option, empty_text
   */
  speak(text, options) {
    const { signal, rate, startAt, ...given } = checkedOptions(options, SPEAKING);
    const { feed, casting } = this.#prepare(checkedText(text), given);
    this.#player ??= new Player({ createOutput: () => createDeviceOutput({ way: this.#way }) });
    this.#speech = new Speech({
      engine: this.#engine,
      player: this.#player,
      feed,
      options: { casting, rate, signal, ...this.#silences },
      startAt,
    });
    this.#predictions.follow(this.#speech);
    return this.#speech;
  }

  /**
   * End everything: what is spoken, the workers, the sound output. Whatever is asked
   * afterwards is rejected with `engine_lost`.
   */
  async dispose() {
    this.#speech?.stop();
    this.#engine.dispose();
    await this.#player?.dispose();
  }

  /**
   * @param {string} text
   * @param {SpeechOptions | undefined} options
   * @param {{ahead: number | null, delivered(seconds: number): void}} pace
   * @returns {AsyncGenerator<Piece, void, void>}
   */
  async *#ahead(text, options, pace) {
    const { signal, ...given } = checkedOptions(options, SYNTHESIS);
    const stop = new AbortController();
    const signals = signal ? [signal, stop.signal] : [stop.signal];
    const prepared = this.#prepare(checkedText(text), given);
    const pieces = this.#pieces(prepared, AbortSignal.any(signals), pace);
    let next = pieces.next();
    let speakable = false;
    try {
      for (;;) {
        const { done, value } = await next;
        if (done) break;
        next = pieces.next();
        next.catch(() => {}); // thrown when it is its turn
        speakable ||= value.samples.length > 0;
        yield value;
      }
    } finally {
      stop.abort();
    }
    if (!speakable) throw emptyText();
  }

  /**
   * @param {{feed: TextFeed, casting: Promise<Casting>}} prepared
   * @param {AbortSignal} signal
   * @param {{ahead: number | null, delivered(seconds: number): void}} pace
   * @param {{engine: Pick<Engine, 'ask'>, from: number, to: number, keep?: boolean}} [range]
   * @returns {AsyncGenerator<Piece, void, void>}
   */
  async *#pieces({ feed, casting }, signal, pace, range) {
    const { engine, from, to, keep } = range ?? { engine: this.#engine, from: 0, to: Infinity };
    feed.sentence(0, { signal }).catch(() => {}); // side by side with the voice; told below
    const cast = await casting;
    for (let index = from && (await feed.indexAt(from, { signal })); ; index++) {
      const sentence = await feed.sentence(index, { signal });
      if (!sentence || sentence.start >= to) return;
      const { text, start, end } = sentence;
      let how = cast.manner(sentence.language);
      let offset = 0;
      for (let piece = 0, last = false; !last; ) {
        const asked = { text, ...how, offset, ahead: pace.ahead, ...(keep && { keep }) };
        let value;
        try {
          value = await engine.ask('piece', asked, { signal });
        } catch (error) {
          if (piece || signal.aborted || !cast.refuse(how, error)) throw error;
          how = cast.manner(sentence.language);
          continue;
        }
        ({ last } = value);
        const { sampleRate, source } = value;
        const samples = /** @type {Float32Array} */ (value.samples);
        offset += samples.length;
        pace.delivered(samples.length / sampleRate);
        const words = value.words.map((/** @type {Word} */ word) => ({
          ...word,
          start: start + word.start,
          end: start + word.end,
        }));
        const silence = last ? pauseAfter(sentence, this.#silences) : 0;
        const { voiceId } = how;
        const sound = { samples, sampleRate, voiceId, silence, words, source };
        yield { sentence: index, piece: piece++, last, text, start, end, ...sound };
      }
    }
  }

  /**
   * @param {string} text
   * @param {SpeechOptions} options checked
   * @param {Pick<Engine, 'ask'>} [engine]
   * @returns {{feed: TextFeed, casting: Promise<Casting>}}
   */
  #prepare(text, options, engine = this.#engine) {
    const { voiceId, speaker = null, style = null, lengthScale = null, language } = options;
    const { voices: choices, passages } = options;
    // Who names one voice or language, and no others, means all of the text.
    const single = Boolean(voiceId || language) && !choices && !passages;
    // A text by itself may say what it is written in; a voice that was chosen says it too.
    const written = language ?? (voiceId && single ? null : guessLanguage(text));
    const said = options.rules?.length ? { rules: JSON.stringify(options.rules) } : {};
    const how = { speaker, style, lengthScale, ...said };
    const casting = this.#cast(voiceId, written, choices ?? {}, how);
    casting.catch(() => {}); // told to whoever asks for a sentence
    const rules = written ?? casting.then((cast) => cast.language);
    const parts = single ? null : new Passages(text, passages ?? null);
    return { feed: new TextFeed(engine, text, rules, parts), casting };
  }

  /**
   * @param {string | null | undefined} voiceId of the text's own language
   * @param {string | null} written what that is, where it is known
   * @param {import('./casting.js').Choices} choices
   * @param {import('./casting.js').How} how the text's own voice is to speak
   * @returns {Promise<Casting>}
   * @throws {LecternError} unknown_voice
   */
  async #cast(voiceId, written, choices, how) {
    const voices = await this.voices();
    const chosen = written && !voiceId ? choiceFor(choices, written) : null;
    if (chosen && voices.some(({ id }) => id === chosen.voiceId)) {
      const { speaker = null, style = null, lengthScale = null } = chosen;
      return this.#cast(chosen.voiceId, written, choices, {
        ...how,
        speaker: how.speaker ?? speaker,
        style: how.style ?? style,
        lengthScale: how.lengthScale ?? lengthScale,
      });
    }
    const voice = ownVoice(voices, voiceId, written);
    return new Casting({ voices, voice, language: written ?? voice.language, how, choices });
  }
}

/**
 * @param {VoiceInfo[]} voices that are here
 * @param {string | null | undefined} voiceId
 * @param {string | null} language the text's, where it is known
 * @returns {VoiceInfo}
 * @throws {LecternError} unknown_voice
 */
function ownVoice(voices, voiceId, language) {
  if (!voiceId) {
    return chooseVoice(voices, language ? [language, ...pageLanguages()] : pageLanguages());
  }
  const voice = voices.find(({ id }) => id === voiceId);
  if (voice) return voice;
  const known = voices.map(({ id }) => id).join(', ') || 'none';
  throw new LecternError('unknown_voice', `There is no voice "${voiceId}". Voices here: ${known}.`);
}

/**
 * @param {LecternOptions} [options]
 * @returns {Lectern}
 * @throws {LecternError} bad_option
 */
export function createLectern(options) {
  const { lectern, engine } = assemble(options);
  settleWhenIdle(engine, { playing: () => lectern.playing });
  return lectern;
}

/**
 * The API and the engine under it, started; whoever takes the engine decides when there is
 * time for `settle`.
 *
 * @param {LecternOptions & {site?: unknown, choices?: unknown}} [options] site, choices: weaker settings, unchecked
 * @returns {{lectern: Lectern, engine: Engine, silences: Silences, predictions: Predictions}}
 * @throws {LecternError} bad_option
 */
export function assemble({
  base,
  backend = null,
  threads = null,
  output = null,
  settings = {},
  styles = {},
  ...layers
} = {}) {
  const { silences, forPython } = readSettings(settings);
  const engine = new Engine({ base: folderUrl(base), backend, threads, settings: forPython, styles, ...layers });
  engine.start();
  const tell = (/** @type {{prepared: number, used: number}} */ counts) => engine.request('predictions', counts, { aside: true });
  const predictions = new Predictions({ tell });
  return { lectern: new Lectern({ engine, silences, predictions, output }), engine, silences, predictions };
}

/** @param {string | undefined} base @returns {string} absolute, with a final slash */
function folderUrl(base) {
  if (base === undefined) return new URL('..', import.meta.url).href;
  if (typeof base === 'string' && URL.canParse(base, document.baseURI)) {
    const { origin, pathname } = new URL(base, document.baseURI);
    if (origin === location.origin) return origin + pathname.replace(/\/?$/, '/');
  }
  throw new LecternError('bad_option', 'base must be the address of Lectern\'s folder on this site.');
}
