// @ts-check
/**
 * What is heard when: the worklet's reports, read at the time that reaches the ear.
 *
 * Reports come ahead of the sound by the output's latency, and a little after each other;
 * in between, and until the next one is here, the position goes on at the reported speed,
 * into the next item if need be.
 */

/**
 * @typedef {import('./messages.js').Report} Report
 * @typedef {{id: number, seconds: number}} Entry an item that was appended, with its silence
 * @typedef {{id: number, seconds: number, speed: number, status: import('./messages.js').Status}} Place
 * @typedef {{type: 'item' | 'ended', id: number} | {type: 'status', status: import('./messages.js').Status}} Change
 */

export class Timeline {
  /** @type {Entry[]} not heard to their end, in order */
  #entries = [];
  /** @type {Report[]} the one that holds now, and those that are still to be heard */
  #reports = [];
  /** @type {number | null} the item that was announced last */
  #heard = null;
  /** @type {import('./messages.js').Status} as announced */
  #status = 'idle';

  /** @param {Entry} entry */
  append(entry) {
    this.#entries.push(entry);
  }

  /** @param {Report} report */
  push(report) {
    this.#reports.push(report);
  }

  clear() {
    this.#entries = [];
    this.#reports = [];
    this.#heard = null;
    this.#status = 'idle';
  }

  /**
   * Where the sound is that is heard at `time`.
   *
   * @param {number} time context time
   * @returns {Place | null} null before the first item
   */
  at(time) {
    const report = this.#reports.findLast((candidate) => candidate.time <= time);
    if (!report || report.id === null) return null;
    let { id, seconds } = report;
    seconds += (time - report.time) * report.speed;
    let index = this.#entries.findIndex((entry) => entry.id === id);
    while (index >= 0 && seconds >= this.#entries[index].seconds && report.speed > 0) {
      const next = this.#entries[index + 1];
      if (!next) {
        seconds = this.#entries[index].seconds;
        break;
      }
      seconds -= this.#entries[index].seconds;
      id = next.id;
      index += 1;
    }
    return { id, seconds, speed: report.speed, status: report.status };
  }

  /** Seconds of sound that are appended and not heard at `time`. @param {number} time */
  ahead(time) {
    const place = this.at(time);
    let sum = 0;
    let counts = place === null;
    for (const entry of this.#entries) {
      if (entry.id === place?.id) {
        sum -= place.seconds;
        counts = true;
      }
      if (counts) sum += entry.seconds;
    }
    return Math.max(0, sum);
  }

  /**
   * What has become heard up to `time`; each change is given once, in order.
   *
   * @param {number} time context time
   * @returns {Change[]}
   */
  advance(time) {
    /** @type {Change[]} */
    const changes = [];
    const reports = this.#reports;
    let done = 0;
    while (done < reports.length && reports[done].time <= time) {
      const report = reports[done++];
      // Sound flows, then an item is heard; an item is over, then there is no more sound.
      if (report.status === 'playing') this.#turn(report.status, changes);
      this.#enter(report, changes);
      if (report.status === 'ended') this.#leave(changes);
      this.#turn(report.status, changes);
    }
    // The last of them still says where we are.
    if (done > 1) reports.splice(0, done - 1);
    return changes;
  }

  /** @param {import('./messages.js').Status} status @param {Change[]} changes */
  #turn(status, changes) {
    if (status === this.#status) return;
    this.#status = status;
    changes.push({ type: 'status', status });
  }

  /** @param {Report} report @param {Change[]} changes */
  #enter({ id, seconds, speed }, changes) {
    if (id === null || this.#heard === id) return;
    // An item that waits behind a pause is not heard yet.
    if (this.#heard === null && speed === 0 && seconds === 0) return;
    while (this.#entries.length && this.#entries[0].id !== id) {
      const [entry] = this.#entries;
      if (this.#heard !== entry.id) changes.push({ type: 'item', id: entry.id });
      changes.push({ type: 'ended', id: entry.id });
      this.#entries.shift();
      this.#heard = entry.id;
    }
    this.#heard = id;
    changes.push({ type: 'item', id });
  }

  /** @param {Change[]} changes */
  #leave(changes) {
    for (const { id } of this.#entries) {
      if (this.#heard !== id) changes.push({ type: 'item', id });
      changes.push({ type: 'ended', id });
      this.#heard = id;
    }
    this.#entries = [];
  }
}
