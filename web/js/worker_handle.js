// @ts-check
/** One worker as the page holds it: started, spoken to, and its death told once. */

import { watchLock } from './lifeline.js';

export class WorkerHandle {
  /**
   * @param {object} options
   * @param {URL} options.url
   * @param {string} options.name
   * @param {(message: any) => void} options.onMessage objects that the worker posts, but `alive`
   * @param {(reason: string) => void} options.onDeath called at most once, never after `end`
   */
  constructor({ url, name, onMessage, onDeath }) {
    this.lockName = `${name}:${uniqueId()}`;
    this.onMessage = onMessage;
    this.onDeath = onDeath;
    this.alive = false;
    this.ended = false;
    /** @type {() => void} */
    this.unwatch = () => {};
    this.worker = new Worker(url, { type: 'module', name });
    this.worker.onmessage = ({ data }) => this.#receive(data);
    // Later errors are exceptions that nobody caught in a worker that goes on living.
    this.worker.onerror = (event) => {
      if (!this.alive) this.#died(event.message || 'its script could not be loaded');
    };
  }

  /**
   * @param {object} message
   * @param {Transferable[]} [transfer]
   */
  post(message, transfer = []) {
    this.worker.postMessage(message, transfer);
  }

  /** End the worker; its death is not told. */
  end() {
    if (this.ended) return;
    this.ended = true;
    this.unwatch();
    this.worker.onmessage = null;
    this.worker.onerror = null;
    this.worker.terminate();
  }

  /** @param {any} data */
  #receive(data) {
    if (typeof data !== 'object' || data === null) return;
    if (data.event !== 'alive') return this.onMessage(data);
    if (this.alive) return;
    // It holds its lock now, so from now on waiting for the lock is waiting for its end.
    this.alive = true;
    this.unwatch = watchLock(this.lockName, () => this.#died('its worker is gone'));
  }

  /** @param {string} reason */
  #died(reason) {
    if (this.ended) return;
    this.end();
    this.onDeath(reason);
  }
}

/** Unique among all tabs, also where `crypto.randomUUID` is missing (insecure contexts). */
function uniqueId() {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join('');
}
