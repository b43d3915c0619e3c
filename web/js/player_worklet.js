// @ts-check
/// <reference path="./audio/worklet.d.ts" />
/** The player's sound, in the AudioWorklet: items in, gapless sound and reports out. */

import createStretch from '../vendor/stretch/stretch.mjs';
import { Deck } from './audio/deck.js';
import { Fader } from './audio/fader.js';
import { Gate } from './audio/gate.js';
import { PROCESSOR } from './audio/messages.js';
import { QUANTUM, Stretcher } from './audio/stretcher.js';
import { Tape } from './audio/tape.js';

/** Seconds between reports while nothing but the position changes. */
const REPORT_EVERY = 0.016;
/** Seconds that reports go on when nothing moves: longer than any output latency. */
const REPORT_AFTER = 1.5;
/** Quanta in a row before the first sound: a device that has just begun drops some. */
const STEADY = 8;
/** Speeds closer than this are the same. */
const SAME_SPEED = 1e-6;

/**
 * @typedef {import('./audio/messages.js').Command} Command
 * @typedef {import('./audio/messages.js').Status} Status
 */

class PlayerProcessor extends AudioWorkletProcessor {
  #tape = new Tape(sampleRate);
  #deck = new Deck(this.#tape, sampleRate);
  #gate = new Gate(sampleRate);
  #fader = new Fader(sampleRate);
  #playing = false;
  #failed = false;
  #steady = 0;
  #nextFrame = 0;
  #epoch = 0;
  /** The epoch that begins when what sounds has faded; -1: none. */
  #nextEpoch = -1;
  /** @type {Command[]} what belongs to it */
  #held = [];

  /** @type {Status} */
  #status = 'idle';
  #speed = 0;
  /** @type {number | null} */
  #item = null;
  #sinceReport = 0;
  #sinceChange = 0;

  constructor() {
    super();
    this.port.onmessage = ({ data }) => this.#guard(() => this.#receive(data));
    createStretch().then(
      (wasm) => this.#guard(() => this.#deck.useStretcher(new Stretcher(wasm, sampleRate))),
      (/** @type {unknown} */ error) => {
        this.#deck.useStretcher(null);
        this.port.postMessage({ type: 'error', message: String(error), fatal: false });
      },
    );
  }

  /**
   * @param {Float32Array[][]} _inputs
   * @param {Float32Array[][]} outputs
   */
  process(_inputs, outputs) {
    const channel = outputs[0]?.[0];
    if (!channel) return true;
    try {
      this.#render(channel);
    } catch (error) {
      channel.fill(0);
      this.#fail(error);
    }
    return true;
  }

  /** @param {Command} command */
  #receive(command) {
    if (command.type === 'play') {
      this.#playing = true;
      if (this.#nextEpoch < 0) this.#gate.open({ fade: this.#deck.position > 0 || this.#smears });
    } else if (command.type === 'pause') {
      this.#playing = false;
      this.#gate.close();
    } else if (command.type === 'rate') {
      this.#deck.rate = command.rate;
    } else if (command.type === 'volume') {
      this.#fader.fade(command.volume, command.seconds);
    } else if (command.type === 'clear') {
      this.#nextEpoch = command.epoch;
      this.#held = [];
      this.#gate.close();
      if (this.#status !== 'playing') this.#clear();
    } else if (this.#nextEpoch >= 0) {
      this.#held.push(command);
    } else if (command.type === 'append') {
      this.#tape.append(command.item);
    } else {
      this.#tape.finish();
    }
  }

  #clear() {
    this.#epoch = this.#nextEpoch;
    this.#nextEpoch = -1;
    this.#deck.reset();
    this.#gate.shut();
    if (this.#playing) this.#gate.open({ fade: this.#smears });
    this.#report('idle', null, 0, 0, currentTime);
    const held = this.#held;
    this.#held = [];
    for (const command of held) this.#receive(command);
  }

  /** @param {Float32Array} channel */
  #render(channel) {
    if (this.#gate.silent && this.#nextEpoch >= 0) this.#clear();
    const before = this.#deck.position;
    const span = this.#tape.spanAt(before);
    const mute = this.#gate.silent || this.#deck.ended || !this.#runsSteadily();
    const made = mute ? 0 : this.#deck.render(channel);
    this.#gate.pass(channel, made);
    this.#fader.pass(channel, made);
    this.#observe(before, span, made);
  }

  /** Whether a first tone would be cut into: the stretcher spreads it to before its beginning. */
  get #smears() {
    return this.#deck.rate !== 1;
  }

  /** Whether the device has taken enough quanta without a hole; asked until it has. */
  #runsSteadily() {
    if (this.#steady >= STEADY) return true;
    this.#steady = currentFrame === this.#nextFrame ? this.#steady + 1 : 0;
    this.#nextFrame = currentFrame + QUANTUM;
    return false;
  }

  /**
   * Report what has changed in this quantum, or where it is now and then.
   *
   * @param {number} before position at its beginning
   * @param {import('./audio/tape.js').Span | null} span the item there
   * @param {number} made frames of sound in it
   */
  #observe(before, span, made) {
    const after = this.#deck.position;
    const speed = (after - before) / QUANTUM;
    const status = this.#statusNow(span, before, made);
    this.#sinceReport += QUANTUM;
    this.#sinceChange += QUANTUM;
    const id = span ? span.id : null;
    const changed =
      status !== this.#status || id !== this.#item || Math.abs(speed - this.#speed) > SAME_SPEED;
    if (changed) this.#sinceChange = 0;
    const due = this.#sinceReport >= REPORT_EVERY * sampleRate;
    if (changed || (due && this.#sinceChange < REPORT_AFTER * sampleRate) || (due && speed > 0)) {
      const place = span ? Math.min(before, span.end) - span.start : 0;
      this.#report(status, id, place / sampleRate, speed, currentTime);
    }
    const next = after > before ? this.#tape.spanAt(after) : span;
    if (next && span && next !== span) {
      const frames = (next.start - before) / speed;
      this.#report(status, next.id, 0, speed, currentTime + frames / sampleRate);
    }
  }

  /**
   * @param {import('./audio/tape.js').Span | null} span
   * @param {number} before position at the quantum's beginning
   * @param {number} made
   * @returns {Status}
   */
  #statusNow(span, before, made) {
    if (this.#gate.silent) return span ? 'paused' : 'idle';
    if (this.#deck.ended) return 'ended';
    if (made === QUANTUM) return 'playing';
    return span && before + made > 0 ? 'starved' : 'idle';
  }

  /**
   * @param {Status} status
   * @param {number | null} id
   * @param {number} seconds
   * @param {number} speed
   * @param {number} time
   */
  #report(status, id, seconds, speed, time) {
    this.#status = status;
    this.#item = id;
    this.#speed = speed;
    this.#sinceReport = 0;
    const epoch = this.#epoch;
    this.port.postMessage({ type: 'report', epoch, time, id, seconds, speed, status });
  }

  /** @param {() => void} work */
  #guard(work) {
    try {
      work();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Told once: what fails in one quantum fails in the next. @param {unknown} error */
  #fail(error) {
    if (this.#failed) return;
    this.#failed = true;
    this.port.postMessage({ type: 'error', message: String(error), fatal: true });
  }
}

registerProcessor(PROCESSOR, PlayerProcessor);
