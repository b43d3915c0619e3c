// @ts-check
/**
 * "Keep offline": a text's sentences are made in the background and stay in the audio cache.
 *
 * What is kept, and how far, is in a record that outlives the page; another page goes on with it.
 * It gives way to speech (aside.js), works in one tab at a time, and stops before the cache would
 * lose what it made.
 */

/** Of one tab at a time. */
const LOCK = 'lectern-keep';
/** Bytes of the cache that are left to what is heard meanwhile. */
const RESERVE = 32 * 1024 * 1024;
/** What was handed over last may not be on the disk yet when the page goes: it is asked for again. */
const BEHIND = 3;
/** After so many sentences it is looked whether the browser still takes them. */
const LOOK_EVERY = 20;
const BYTES_PER_SAMPLE = 2;
/** So long (ms) after it was kept all other sound leaves the cache before it (disk_tier.py's _HELD). */
const HELD = 90 * 24 * 3600 * 1000;
/** What the cache makes of a byte of sound with Opus, at most; how much it is, it counts. */
const OPUS_SHARE = 1 / 9;

/**
 * @typedef {'working' | 'paused' | 'done' | 'full' | 'failed'} Status
 *
 * @typedef {object} KeepRecord  what there is to keep; JSON-shaped
 * @property {string} documentId  the library's id, '' for a text that is none's
 * @property {string} title
 * @property {number} print  of the text, to know it again
 * @property {number} from  UTF-16 units
 * @property {number} to
 * @property {number} at  as far as it is kept
 * @property {number} bytes  of sound from `from` to `at`
 * @property {number} seconds  the same
 * @property {number} [share]  bytes that the cache made of one of sound, as it was counted last
 * @property {Record<string, unknown>} options  voice and manner, as `render` takes them
 * @property {Status} status
 * @property {string} [code]  of what went wrong
 * @property {number} [done]  ms since 1970: when all of it was kept
 *
 * @typedef {import('./passages.js').GivenPassage[]} Passages
 * @typedef {object} KeeperNeeds
 * @property {Pick<import('./lectern.js').Lectern, 'render'>} lectern
 * @property {(voiceId: string) => Promise<unknown>} prepare  loads the voice, which stores it
 * @property {() => Promise<Record<string, number>>} failures  counters of what the cache kept and could not keep
 * @property {{keeping: KeepRecord | null}} memory
 * @property {{readonly bytes: number, readonly opus: boolean}} room  what the cache may hold, and
 *   whether it keeps sound as Opus
 * @property {LockManager} [locks]
 * @property {() => number} [now]  ms since 1970
 */

/** Events: `change`, whenever `record` or `elsewhere` is another. */
export class Keeper extends EventTarget {
  #needs;
  #locks;
  /** Ends the work under way. @type {AbortController | null} */
  #run = null;
  /** @type {KeepRecord | null} */
  #record;
  /** Of the text under way. @type {Passages | null} */
  #passages = null;
  /** The text that was asked for last: a book's fingerprint takes some milliseconds. */
  #known = { text: '', print: fingerprint('') };

  /** Another tab is at it. */
  elsewhere = false;

  /** @param {KeeperNeeds} needs */
  constructor(needs) {
    super();
    this.#needs = needs;
    this.#locks = needs.locks ?? navigator.locks;
    this.#record = needs.memory.keeping;
    // It may be here or not: nobody is told that it is.
    const { done = Infinity } = this.#record ?? {};
    if (this.#now() - done > HELD) this.#set(null);
  }

  #now() {
    return (this.#needs.now ?? Date.now)();
  }

  /** What is kept or was; null when nothing. */
  get record() {
    return this.#record;
  }

  /** Bytes that the cache makes of one of sound, as far as it is known. */
  get share() {
    return this.#record?.share ?? (this.#needs.room.opus ? OPUS_SHARE : 1);
  }

  /** Bytes of the cache that a text may take. */
  get room() {
    return Math.max(0, this.#needs.room.bytes - RESERVE);
  }

  /**
   * Keep a text, or a part of it; whatever was kept before is not gone on with.
   *
   * @param {string} text  as `speak` gets it
   * @param {Pick<KeepRecord, 'documentId' | 'title' | 'from' | 'to' | 'options'>} about
   * @param {Passages | null} [passages]  of the text: too many to be written down with each sentence
   */
  start(text, about, passages = null) {
    this.#run?.abort();
    this.#passages = passages;
    const { share } = this.#record ?? {};
    const blank = { print: fingerprint(text), at: about.from, bytes: 0, seconds: 0, share };
    this.#set({ ...about, ...blank, status: 'working' });
    void this.#work(text);
  }

  /** Whether this is the text that is kept. @param {string} text */
  isOf(text) {
    if (this.#known.text !== text) this.#known = { text, print: fingerprint(text) };
    return this.#record?.print === this.#known.print;
  }

  pause() {
    this.#run?.abort();
    this.#run = null;
    if (this.#record?.status === 'working') this.#set({ ...this.#record, status: 'paused' });
  }

  /**
   * Go on with what was begun, if this is its text and it is not done.
   *
   * @param {string} text
   * @param {Passages | null} [passages]
   */
  resume(text, passages = null) {
    if (!this.#record || this.#run || !this.isOf(text)) return;
    if (this.#record.status === 'done') return;
    this.#passages = passages;
    this.#set({ ...this.#record, status: 'working', code: undefined });
    void this.#work(text);
  }

  /**
   * After a reload: go on by itself where nobody had paused it.
   *
   * @param {string} text
   * @param {Passages | null} [passages]
   */
  restore(text, passages = null) {
    if (this.#record?.status === 'working') this.resume(text, passages);
  }

  /** Nothing is said to be kept any more; the sound stays in the cache until it is in the way. */
  forget() {
    this.#run?.abort();
    this.#run = null;
    this.#set(null);
  }

  /** @param {string} text */
  async #work(text) {
    const run = (this.#run = new AbortController());
    const { signal } = run;
    try {
      await this.#alone(signal, async () => {
        // Another tab may have been at it meanwhile.
        const stored = this.#needs.memory.keeping;
        const same = stored && this.#record && stored.print === this.#record.print && stored.from === this.#record.from;
        if (same && stored.at > (this.#record?.at ?? 0)) this.#set({ ...stored, status: 'working' });
        await this.#keep(text, signal);
      });
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
    } finally {
      if (this.#run === run) this.#run = null;
    }
  }

  /** @param {AbortSignal} signal @param {() => Promise<void>} work */
  async #alone(signal, work) {
    const free = await this.#locks.request(LOCK, { ifAvailable: true }, async (lock) => {
      if (lock) await work();
      return lock !== null;
    });
    if (free) return;
    this.#tell(true);
    try {
      await this.#locks.request(LOCK, { signal }, () => {
        this.#tell(false);
        return work();
      });
    } finally {
      this.#tell(false);
    }
  }

  /** @param {string} text @param {AbortSignal} signal */
  async #keep(text, signal) {
    const { at, to, options } = /** @type {KeepRecord} */ (this.#record);
    const voiceId = options.voiceId;
    if (typeof voiceId === 'string') await this.#needs.prepare(voiceId);
    const before = (await this.#look(signal)).lost;
    /** Ends of the sentences that were handed over last, with what they came to. */
    const recent = [];
    let { bytes, seconds } = /** @type {KeepRecord} */ (this.#record);
    let sentences = 0;
    for await (const piece of this.#needs.lectern.render(text, { ...options, passages: this.#passages, startAt: at, endAt: to, keep: true, signal })) {
      signal.throwIfAborted();
      bytes += piece.samples.length * BYTES_PER_SAMPLE;
      seconds += piece.samples.length / piece.sampleRate;
      if (bytes * this.share > this.room) return this.#end('full');
      if (!piece.last) continue;
      recent.push({ at: piece.end, bytes, seconds });
      const safe = recent.length > BEHIND ? recent.shift() : null;
      if (safe) this.#set({ .../** @type {KeepRecord} */ (this.#record), ...safe });
      sentences += 1;
      if (sentences % LOOK_EVERY) continue;
      const { lost, share } = await this.#look(signal);
      if (lost > before) return this.#end('failed', 'quota');
      if (share) this.#set({ .../** @type {KeepRecord} */ (this.#record), share });
    }
    if ((await this.#look(signal)).lost > before) return this.#end('failed', 'quota');
    const record = /** @type {KeepRecord} */ (this.#record);
    this.#set({ ...record, at: to, bytes, seconds, done: this.#now() });
    this.#end('done');
  }

  /**
   * How often the cache could not keep a sentence, and what it makes of a byte of sound: 0 where it
   * has not kept any.
   *
   * @param {AbortSignal} signal
   */
  async #look(signal) {
    const counts = await this.#needs.failures();
    signal.throwIfAborted(); // somebody may have ended it, or begun another, meanwhile
    const lost = ['quota', 'failed', 'skipped'].reduce((sum, why) => sum + (counts[`cache.disk.${why}`] ?? 0), 0);
    const share = (counts['cache.disk.bytes.after'] ?? 0) / (counts['cache.disk.bytes.before'] || 1);
    return { lost, share };
  }

  /** @param {unknown} error */
  #fail(error) {
    console.warn('[Lectern] Keeping offline stopped:', error);
    const { code } = /** @type {{code?: unknown}} */ (error);
    this.#end('failed', typeof code === 'string' ? code : 'internal');
  }

  /** @param {Status} status @param {string} [code] */
  #end(status, code) {
    if (this.#record) this.#set({ ...this.#record, status, code });
  }

  /** @param {KeepRecord | null} record */
  #set(record) {
    this.#record = record;
    this.#needs.memory.keeping = record;
    this.dispatchEvent(new Event('change'));
  }

  /** @param {boolean} elsewhere */
  #tell(elsewhere) {
    if (this.elsewhere === elsewhere) return;
    this.elsewhere = elsewhere;
    this.dispatchEvent(new Event('change'));
  }
}

/** FNV-1a over UTF-16 units: tells texts apart, not enemies. @param {string} text @returns {number} */
export function fingerprint(text) {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}
