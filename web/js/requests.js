// @ts-check
/** What was asked of the lectern worker and not answered yet, each under a deadline. */

import { Alarm } from './alarm.js';
import { ASIDE, Deadlines, inTheWay } from './deadlines.js';
import { LecternError, abortError } from './errors.js';
import { PROTOCOL_VERSION } from './protocol.js';

/**
 * @typedef {import('./protocol.js').RequestType} RequestType
 *
 * @typedef {object} Pending
 * @property {RequestType} type
 * @property {any} payload
 * @property {number} sent performance.now()
 * @property {number} budget milliseconds
 * @property {boolean} aside nobody waits for it: it gives way
 * @property {boolean} alone nothing else was pending, and no voice was loaded, meanwhile
 * @property {Alarm} alarm
 * @property {(value: any) => void} resolve
 * @property {(error: Error) => void} reject
 */

export class PendingRequests {
  /**
   * @param {object} options
   * @param {(message: object, transfer?: Transferable[]) => void} options.post
   * @param {(type: RequestType) => void} options.onOverdue the request has been rejected
   * @param {() => void} options.onBusy the first one was sent
   * @param {() => void} options.onIdle the last one was answered or stopped
   * @param {() => void} [options.onSpare] the last one that somebody waits for was
   */
  constructor({ post, onOverdue, onBusy, onIdle, onSpare = () => {} }) {
    this.post = post;
    this.onOverdue = onOverdue;
    this.onBusy = onBusy;
    this.onIdle = onIdle;
    this.onSpare = onSpare;
    this.deadlines = new Deadlines();
    this.lastId = 0;
    /** @type {Map<number, Pending>} */
    this.pending = new Map();
  }

  get busy() {
    return this.pending.size > 0;
  }

  /** Whether somebody waits for something that keeps the worker from speaking. */
  get needed() {
    return [...this.pending.values()].some(({ type, aside }) => !aside && inTheWay(type));
  }

  /** Whether a request of this type is on its way. @param {RequestType} type */
  has(type) {
    return [...this.pending.values()].some((pending) => pending.type === type);
  }

  /**
   * @param {RequestType} type
   * @param {any} payload
   * @param {{signal?: AbortSignal | null, transfer?: Transferable[], aside?: boolean}} [options]
   * @returns {Promise<any>}
   */
  send(type, payload, { signal = null, transfer = [], aside = false } = {}) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(abortError(signal.reason));
      const id = ++this.lastId;
      // Posted first: what can't be cloned throws here and leaves nothing behind.
      this.post({ v: PROTOCOL_VERSION, id, type, payload }, transfer);
      const stop = () => {
        this.post({ v: PROTOCOL_VERSION, type: 'cancel', id });
        this.#take(id)?.reject(abortError(signal?.reason));
      };
      signal?.addEventListener('abort', stop, { once: true });
      const done = () => signal?.removeEventListener('abort', stop);
      this.#add(id, type, payload, {
        aside,
        resolve: (value) => (done(), resolve(value)),
        reject: (error) => (done(), reject(error)),
      });
    });
  }

  /** @param {import('./protocol.js').Answer} answer */
  answered(answer) {
    const pending = this.#take(answer.id);
    if (!pending) return; // stopped meanwhile
    if (!answer.ok) return pending.reject(LecternError.from(answer.error));
    if (pending.type === 'piece') this.#pieceArrived(pending, answer.value);
    pending.resolve(answer.value);
  }

  /**
   * A voice that is being loaded may take its time as long as it gets on.
   * @param {import('./protocol.js').ProgressEvent} progress
   */
  progressed({ voiceId, phase }) {
    let ahead = 0;
    for (const pending of this.pending.values()) {
      if (!ASIDE.has(pending.type)) ahead += pending.budget;
      if (pending.payload?.voiceId !== voiceId) continue;
      pending.alone = false; // its time says nothing about the pace of speech
      pending.alarm.set(ahead + (phase === 'ready' ? 0 : this.deadlines.loading));
    }
  }

  /** @param {LecternError} error */
  rejectAll(error) {
    const waiting = [...this.pending.values()];
    this.pending.clear();
    for (const { alarm, reject } of waiting) {
      alarm.stop();
      reject(error);
    }
  }

  /**
   * @param {number} id
   * @param {RequestType} type
   * @param {any} payload
   * @param {Pick<Pending, 'resolve' | 'reject' | 'aside'>} ends
   */
  #add(id, type, payload, ends) {
    const before = [...this.pending.values()];
    for (const other of before) other.alone = false;
    // The worker speaks one sentence after the other.
    const queued = before
      .filter((other) => !ASIDE.has(other.type))
      .reduce((sum, other) => sum + other.budget, 0);
    const budget = this.deadlines.budget(type, payload);
    const alarm = new Alarm(() => this.#overdue(id));
    const alone = before.length === 0;
    const sent = performance.now();
    this.pending.set(id, { type, payload, sent, budget, alone, alarm, ...ends });
    alarm.set(budget + queued);
    if (alone) this.onBusy();
  }

  /** Take a request off the list. @param {number} id */
  #take(id) {
    const pending = this.pending.get(id);
    if (!pending) return null;
    this.pending.delete(id);
    pending.alarm.stop();
    if (!pending.aside && inTheWay(pending.type) && !this.needed) this.onSpare();
    if (!this.busy) this.onIdle();
    return pending;
  }

  /** @param {number} id */
  #overdue(id) {
    const pending = this.#take(id);
    if (!pending) return;
    pending.reject(
      new LecternError('engine_timeout', 'The speech engine did not answer in time.', {
        retryable: true,
      }),
    );
    this.onOverdue(pending.type);
  }

  /**
   * @param {Pending} pending
   * @param {import('./protocol.js').PieceValue} piece its samples become float32
   */
  #pieceArrived({ payload, sent, alone }, piece) {
    if (piece.samples instanceof Int16Array) {
      piece.samples = fromInt16(piece.samples);
    }
    if (alone && piece.source === 'model') {
      this.deadlines.observe(payload.text.length, performance.now() - sent);
    }
  }
}

/**
 * A loop, because `Float32Array.from` with a function takes 40 times as long: 60 ms of the
 * page's main thread for a sentence of 800 characters.
 *
 * @param {Int16Array} samples
 * @returns {Float32Array} -1 up to but not including 1
 */
function fromInt16(samples) {
  const result = new Float32Array(samples.length);
  for (let i = 0; i < samples.length; i++) result[i] = samples[i] / 32768;
  return result;
}
