// @ts-check
/** One ORT worker at the other end of a port: requests by id, the oldest under a deadline. */

import { Alarm } from '../alarm.js';
import { LecternError } from '../errors.js';

/**
 * @typedef {{id: number, request: object, transfer: Transferable[], deadline: number,
 *   resolve(value: any): void, reject(error: Error): void}} Pending
 */

export class Realm {
  /**
   * @param {object} events
   * @param {(error: LecternError) => void} events.onTimeout the deadline of a request is over
   * @param {(error: LecternError) => void} events.onLost the worker said that it is broken
   */
  constructor({ onTimeout, onLost }) {
    this.onTimeout = onTimeout;
    this.onLost = onLost;
    /** @type {MessagePort | null} */
    this.port = null;
    this.lastId = 0;
    /** @type {Map<number, Pending>} in the order in which the worker takes them */
    this.pending = new Map();
    this.alarm = new Alarm(() => this.#overdue());
    /** @type {LecternError | null} */
    this.dead = null;
  }

  /** @param {MessagePort} port what waited for it is sent now */
  connect(port) {
    if (this.dead) return port.close();
    this.port = port;
    port.onmessage = ({ data }) => this.#answer(data);
    for (const { id, request, transfer } of this.pending.values()) {
      port.postMessage({ id, ...request }, transfer);
    }
  }

  /**
   * @param {object} request an OrtRequest without its id
   * @param {number} deadline seconds, counted from when it is the oldest one
   * @param {Transferable[]} [transfer]
   * @returns {Promise<any>}
   */
  request(request, deadline, transfer = []) {
    if (this.dead) return Promise.reject(this.dead);
    return new Promise((resolve, reject) => {
      const id = ++this.lastId;
      this.pending.set(id, { id, request, transfer, deadline, resolve, reject });
      this.port?.postMessage({ id, ...request }, transfer);
      if (this.pending.size === 1) this.#startTimer();
    });
  }

  /** Reject everything that is pending, and whatever comes. @param {LecternError} error */
  fail(error) {
    if (this.dead) return;
    this.dead = error;
    this.alarm.stop();
    this.port?.close();
    const waiting = [...this.pending.values()];
    this.pending.clear();
    for (const { reject } of waiting) reject(error);
  }

  /** @param {import('../protocol.js').Answer} answer */
  #answer(answer) {
    const pending = this.pending.get(answer?.id);
    if (!pending) return;
    this.pending.delete(answer.id);
    this.#startTimer();
    if (answer.ok) return pending.resolve(answer.value);
    const { code, message, retryable } = answer.error;
    const error = new LecternError(code, message, { retryable });
    // The owner's tables are put right before anybody hears of it.
    if (code === 'engine_lost') this.onLost(error);
    pending.reject(error);
  }

  /** The worker does one thing at a time, so only the oldest request's time runs. */
  #startTimer() {
    const [oldest] = this.pending.values();
    if (oldest) this.alarm.set(oldest.deadline * 1000);
    else this.alarm.stop();
  }

  #overdue() {
    const [oldest] = this.pending.values();
    const seconds = Math.round(oldest.deadline);
    this.onTimeout(
      new LecternError('engine_timeout', `onnxruntime did not answer within ${seconds} s.`, {
        retryable: true,
      }),
    );
  }
}
