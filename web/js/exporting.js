// @ts-check
/** A text as a sound file: pulled from the engine, encoded by a worker of its own, with subtitles. */

import { abortable } from './abortable.js';
import { LecternError } from './errors.js';
import { DEFAULT_FORMAT, FORMATS, fileRate, isBitrate, isFormat } from './export/formats.js';
import { clearTemporaryFiles, temporaryFile } from './export/temporary_file.js';
import { RENDERING, checkedOptions, emptyText } from './options.js';
import { WorkerHandle } from './worker_handle.js';

/** Pieces that are on their way to the encoder: it sets the pace, and memory stays small. */
const IN_FLIGHT = 3;
/** Seconds after which there is an idea of how long the rest will take. */
const ESTIMATE_AFTER = 2;
/** A worker that has not cleared up after so long (ms) hangs. */
const CLEAR_UP = 2000;

/**
 * @typedef {import('./lectern.js').Lectern} Lectern
 * @typedef {import('./export/messages.js').Format} Format
 * @typedef {import('./export/messages.js').Requests} Requests
 *
 * @typedef {object} ExportProgress
 * @property {number} done 0 to 1, of the text
 * @property {number} seconds of sound so far
 * @property {number} bytes so far
 * @property {number | null} left seconds until it is done, as far as can be said
 *
 * @typedef {object} OwnOptions
 * @property {Format | null} [format] default: mp3
 * @property {number | null} [bitrate] bits a second, of MP3 and Opus
 * @property {string | null} [title]
 * @property {string | null} [author]
 * @property {{title: string, start: number}[] | null} [chapters] where they begin, UTF-16 units
 * @property {FileSystemFileHandle | null} [file] to be written; default: one that is given back
 * @property {((progress: ExportProgress) => void) | null} [onProgress]
 * @typedef {import('./options.js').RenderOptions & OwnOptions} ExportOptions
 *
 * @typedef {object} Exported
 * @property {Blob | null} sound null where it was written to a file that was given
 * @property {number} bytes
 * @property {number} seconds
 * @property {{title: string, start: number, end: number}[]} chapters in seconds
 * @property {string} srt subtitles as SubRip
 * @property {string} vtt and as WebVTT, with the time of each word
 * @property {() => Promise<void>} dispose gives the room up that `sound` takes on the disk
 */

/** @type {import('./options.js').Checks} */
const EXPORTING = {
  ...RENDERING,
  format: { is: isFormat, wanted: Object.keys(FORMATS).join(', ') },
  bitrate: { is: isBitrate, wanted: 'bits a second, whole thousands from 16000 to 160000' },
  title: { is: (value) => typeof value === 'string', wanted: 'a text' },
  author: { is: (value) => typeof value === 'string', wanted: 'a text' },
  chapters: { is: areChapters, wanted: 'a list of {title, start}' },
  file: { is: (value) => value instanceof FileSystemFileHandle, wanted: 'a FileSystemFileHandle' },
  onProgress: { is: (value) => typeof value === 'function', wanted: 'a function' },
};

/**
 * @param {Lectern} lectern
 * @param {string} text
 * @param {ExportOptions} [options]
 * @returns {Promise<Exported>}
 */
export async function exportSound(lectern, text, options) {
  const { format: asked, bitrate, title, author, chapters, file, onProgress, ...how } =
    checkedOptions(options, EXPORTING);
  const format = asked ?? DEFAULT_FORMAT;
  const { signal = null, startAt = 0, endAt = text.length } = how;
  const made = new Making({
    format,
    bitrate: bitrate ?? FORMATS[format].bitrate,
    tags: { title: title ?? '', artist: author ?? '' },
    chapters: within(chapters ?? [], startAt, endAt),
    file: file ?? null,
    signal,
  });
  const begun = performance.now();
  try {
    for await (const piece of lectern.render(text, how)) {
      await made.take(piece);
      const done = Math.min(1, Math.max(0, piece.end - startAt) / Math.max(1, endAt - startAt));
      const elapsed = (performance.now() - begun) / 1000;
      const left = elapsed < ESTIMATE_AFTER ? null : (elapsed * (1 - done)) / done;
      onProgress?.({ done, seconds: made.seconds, bytes: made.bytes, left });
    }
    return await made.end();
  } catch (error) {
    await made.cancel();
    throw error;
  }
}

/** One file under way. */
class Making {
  #options;
  /** @type {EncodingWorker | null} */
  #worker = null;
  /** @type {import('./export/temporary_file.js').TemporaryFile | null} */
  #temporary = null;
  /** @type {{title: string, at: number, start: number, end: number}[]} at: offset in the text */
  #chapters;
  /** The next one to begin. */
  #next = 0;
  /** The sentence under way. @type {import('./export/cues.js').Said | null} */
  #said = null;
  /** Silence that is owed before the next sound, in seconds. */
  #silence = 0;
  /** @type {Promise<unknown>[]} */
  #flight = [];

  seconds = 0;
  bytes = 0;

  /**
   * @param {object} options
   * @param {Format} options.format
   * @param {number} options.bitrate
   * @param {{title: string, artist: string}} options.tags
   * @param {readonly {title: string, start: number}[]} options.chapters
   * @param {FileSystemFileHandle | null} options.file
   * @param {AbortSignal | null} options.signal
   */
  constructor(options) {
    this.#options = options;
    this.#chapters = options.chapters.map(({ title, start }) => ({ title, at: start, start: 0, end: 0 }));
  }

  /** @param {import('./lectern.js').Piece} piece */
  async take(piece) {
    const { samples, sampleRate: rate, silence } = piece;
    if (!samples.length) return;
    if (!this.#worker) await this.#begin(piece);
    const silent = Math.round(this.#silence * rate);
    if (silent) await this.#send(new Float32Array(silent), rate);
    if (piece.piece === 0) this.#note(piece);
    await this.#send(samples.slice(), rate);
    if (this.#said) this.#said.end = this.seconds;
    this.#silence = silence;
  }

  /** @returns {Promise<Exported>} */
  async end() {
    const worker = this.#worker;
    if (!worker) throw emptyText();
    this.#finish();
    await abortable(Promise.all(this.#flight), this.#options.signal);
    for (; this.#next < this.#chapters.length; this.#next++) {
      this.#chapters[this.#next].start = this.seconds;
    }
    for (const [index, chapter] of this.#chapters.entries()) {
      chapter.end = this.#chapters[index + 1]?.start ?? this.seconds;
    }
    const { signal, format } = this.#options;
    const { bytes, blob, srt, vtt } = await abortable(worker.ask('end', { tags: this.#tags }), signal);
    worker.stop();
    const stored = this.#temporary && (await this.#temporary.handle.getFile());
    const sound = stored ?? blob;
    return {
      sound: sound && sound.slice(0, sound.size, FORMATS[format].type),
      bytes,
      seconds: this.seconds,
      chapters: this.#tags.chapters,
      srt,
      vtt,
      dispose: async () => this.#temporary?.remove(),
    };
  }

  /** Leave nothing behind. */
  async cancel() {
    // A worker that hangs or died can't clear up any more.
    if (this.#worker) await abortable(this.#worker.ask('cancel', {}), AbortSignal.timeout(CLEAR_UP)).catch(() => {});
    this.#worker?.stop();
    await this.#temporary?.remove();
    // What the browser made when it was chosen is empty.
    const file = /** @type {{remove?: () => Promise<void>} | null} */ (/** @type {unknown} */ (this.#options.file));
    await file?.remove?.().catch(() => {});
  }

  get #tags() {
    const chapters = this.#chapters.map(({ title, start, end }) => ({ title, start, end }));
    return { ...this.#options.tags, chapters };
  }

  /** @param {import('./lectern.js').Piece} piece the first one with sound */
  async #begin(piece) {
    const { format, bitrate, file, tags } = this.#options;
    const [first] = this.#chapters;
    // What stands before the first chapter is one as well: a player that skips would miss it.
    if (first && piece.end <= first.at) {
      this.#chapters.unshift({ title: tags.title, at: 0, start: 0, end: 0 });
    }
    await clearTemporaryFiles();
    this.#temporary = file ? null : await temporaryFile();
    this.#worker = new EncodingWorker();
    const sampleRate = fileRate(format, piece.sampleRate);
    const handle = file ?? this.#temporary?.handle ?? null;
    await this.#worker.ask('begin', { format, sampleRate, bitrate, tags: this.#tags, file: handle, own: !file });
  }

  /** The sentence under way is complete: its words are the worker's. */
  #finish() {
    if (this.#said && this.#worker) this.#fly(this.#worker.ask('said', { said: this.#said }));
    this.#said = null;
  }

  /** A sentence begins. @param {import('./lectern.js').Piece} piece */
  #note({ text, start, end, words }) {
    for (; (this.#chapters[this.#next]?.at ?? Infinity) < end; this.#next++) {
      this.#chapters[this.#next].start = this.seconds;
    }
    this.#finish();
    const time = this.seconds;
    const own = words.map((word) => ({
      start: word.start - start,
      end: word.end - start,
      time: time + word.time,
      duration: word.duration,
    }));
    this.#said = { text, time, end: time, words: own };
  }

  /** On its way to the worker. @param {Promise<unknown>} sent */
  #fly(sent) {
    sent.catch(() => {}); // thrown when it is its turn
    this.#flight.push(sent);
  }

  /** @param {Float32Array} samples that nobody else has @param {number} rate */
  async #send(samples, rate) {
    this.seconds += samples.length / rate;
    const worker = /** @type {EncodingWorker} */ (this.#worker);
    const sent = worker.ask('sound', { samples, rate }, [samples.buffer]).then((bytes) => {
      this.bytes = bytes;
    });
    this.#fly(sent);
    while (this.#flight.length > IN_FLIGHT) await abortable(Promise.resolve(this.#flight.shift()), this.#options.signal);
  }
}

/** The page's end of export_worker.js. */
class EncodingWorker {
  #worker = new WorkerHandle({
    url: new URL('./export_worker.js', import.meta.url),
    name: 'lectern-export',
    onMessage: (message) => this.#answered(message),
    onDeath: (reason) => this.#break(reason),
  });
  #lastId = 0;
  /** @type {Map<number, PromiseWithResolvers<any>>} */
  #pending = new Map();
  /** @type {LecternError | null} */
  #broken = null;

  constructor() {
    this.#worker.post({ type: 'hold', payload: { lockName: this.#worker.lockName } });
  }

  /** @param {{id: number, ok: boolean, value: any, error: any}} answer */
  #answered({ id, ok, value, error }) {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (ok) pending?.resolve(value);
    else pending?.reject(LecternError.from(error));
  }

  /** @param {string} reason */
  #break(reason) {
    this.#broken = new LecternError('internal', `The encoder ended: ${reason}. Export it again.`);
    for (const { reject } of this.#pending.values()) reject(this.#broken);
    this.#pending.clear();
  }

  /**
   * @template {keyof Requests} T
   * @param {T} type
   * @param {Requests[T][0]} payload
   * @param {Transferable[]} [transfer]
   * @returns {Promise<Requests[T][1]>}
   */
  ask(type, payload, transfer = []) {
    if (this.#broken) return Promise.reject(this.#broken);
    const answer = Promise.withResolvers();
    this.#pending.set(++this.#lastId, answer);
    this.#worker.post({ id: this.#lastId, type, payload }, transfer);
    return answer.promise;
  }

  stop() {
    this.#worker.end();
  }
}

/**
 * Those that a part of the text lies in, in order.
 *
 * @param {readonly {title: string, start: number}[]} chapters
 * @param {number} from
 * @param {number} to
 */
function within(chapters, from, to) {
  const sorted = chapters.toSorted((one, other) => one.start - other.start);
  return sorted.filter(({ start }, index) => start < to && (sorted[index + 1]?.start ?? Infinity) > from);
}

/** @param {unknown} value */
function areChapters(value) {
  return (
    Array.isArray(value) &&
    value.every((entry) => typeof entry?.title === 'string' && Number.isInteger(entry.start))
  );
}
