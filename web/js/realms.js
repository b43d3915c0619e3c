// @ts-check
/** The `lectern-ort` workers as the page runs them: started and ended on Python's word. */

import { ORT_WORKER_NAME, PROTOCOL_VERSION } from './protocol.js';
import { RestartLimit } from './restart_limit.js';
import { WorkerHandle } from './worker_handle.js';

/**
 * @typedef {import('./protocol.js').RealmConfig} RealmConfig
 * @typedef {import('./protocol.js').RealmPort} RealmPort
 * @typedef {import('./protocol.js').RealmLost} RealmLost
 */

export class Realms {
  /**
   * @param {object} options
   * @param {string} options.base
   * @param {(message: RealmPort | RealmLost, transfer: Transferable[]) => void} options.tell
   *   hands a message to the lectern worker
   * @param {RestartLimit} [options.limit]
   */
  constructor({ base, tell, limit = new RestartLimit() }) {
    this.base = base;
    this.tell = tell;
    this.limit = limit;
    /** @type {Map<number, WorkerHandle>} */
    this.workers = new Map();
  }

  /**
   * Start the worker of realm `id` and connect it with the lectern worker.
   * @param {number} id
   * @param {RealmConfig} config
   */
  open(id, { backend, threads }) {
    if (this.limit.reached) {
      return this.#tellLost(id, 'it died too often; it is not started again for a minute');
    }
    this.close(id);
    const worker = new WorkerHandle({
      url: new URL('app/ort_worker.js', this.base),
      name: ORT_WORKER_NAME,
      onMessage: () => {},
      onDeath: (reason) => {
        this.workers.delete(id);
        this.limit.count();
        this.#tellLost(id, reason);
      },
    });
    this.workers.set(id, worker);
    const { port1, port2 } = new MessageChannel();
    const { base } = this;
    const { lockName } = worker;
    /** @type {import('./protocol.js').OrtStart} */
    const start = { v: PROTOCOL_VERSION, type: 'start', base, backend, threads, lockName, port: port1 };
    worker.post(start, [port1]);
    this.tell({ v: PROTOCOL_VERSION, type: 'realm', realm: id, port: port2, lockName }, [port2]);
  }

  /**
   * @param {number} id an unknown one is no error
   * @param {{hung?: boolean}} [options] hung: it missed a deadline, which is as good as a death
   */
  close(id, { hung = false } = {}) {
    if (hung && this.workers.has(id)) this.limit.count();
    this.workers.get(id)?.end();
    this.workers.delete(id);
  }

  closeAll() {
    for (const id of [...this.workers.keys()]) this.close(id);
  }

  /** @param {number} id @param {string} reason */
  #tellLost(id, reason) {
    this.tell({ v: PROTOCOL_VERSION, type: 'realm-lost', realm: id, reason }, []);
  }
}
