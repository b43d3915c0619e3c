// @ts-check
/**
 * Gapless sound from pieces: queue, pause, speed, and the position as it is heard.
 * The AudioWorklet does the playing; no timer of the page has a part in it.
 *
 * Events: `item` {id} is heard from now on; `ended` {id} was heard to its end; `playing`
 * sound flows (again); `starved` the queue ran out; `end` all was heard after `finish()`;
 * `blocked` the browser wants a gesture, `unblocked` it has got it; `interrupted` the system
 * has paused it (a call, headphones pulled out), `continued` the system would have it go on;
 * `tick` about every 16 ms while sound flows, in hidden pages too; `error` {error}: what was
 * queued is lost, the next use begins anew; `problem` {error}: it goes on, at rate 1 only.
 */

import { Timeline } from './audio/timeline.js';
import { PROCESSOR } from './audio/messages.js';
import { createDeviceOutput } from './audio/output.js';
import { LecternError } from './errors.js';

export const SLOWEST = 0.5;
export const FASTEST = 4;
/** A context that has not begun by then (ms) waits for a gesture. */
const BLOCKED_AFTER = 250;
/** A pause that lasts so long (ms) is shown on the lock screen: none of it sounds any more. */
const QUIET_AFTER = 500;
/** Without sound for so long (ms) the device is given back. */
const IDLE_AFTER = 10_000;
/** Seconds in which another volume is reached: no click, no waiting. */
const VOLUME_FADE = 0.05;
/** What browsers count as a gesture begins or ends with one of these. */
const GESTURES = ['pointerdown', 'pointerup', 'keydown', 'touchend', 'click'];
/** A sample rate outside of this is a mistake. */
const LOWEST_RATE = 1000;
const HIGHEST_RATE = 192_000;

/**
 * @typedef {import('./audio/output.js').Output} Output
 * @typedef {import('./audio/messages.js').Command} Command
 * @typedef {import('./audio/messages.js').News} News
 */

export class Player extends EventTarget {
  #createOutput;
  #timeline = new Timeline();
  /** @type {Output | null} */
  #output = null;
  /** @type {AudioWorkletNode | null} */
  #node = null;
  /** @type {{command: Command, transfer: Transferable[]}[]} until the worklet is there */
  #waiting = [];
  #playing = false;
  /** Whether the worklet was told to play: it must not while nothing carries its sound. */
  #rolling = false;
  #blocked = false;
  /** The device was given back for lack of sound. */
  #resting = false;
  #rate = 1;
  #volume = 1;
  #epoch = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #idleTimer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #quietTimer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #blockedTimer;
  #onGesture = () => this.#resume();

  /** @param {{createOutput?: () => Output}} [options] */
  constructor({ createOutput = createDeviceOutput } = {}) {
    super();
    this.#createOutput = createOutput;
  }

  /** Whether it plays, or would if there was something and the browser let it. */
  get playing() {
    return this.#playing;
  }

  /** Whether the browser wants a gesture before there is sound. */
  get blocked() {
    return this.#blocked;
  }

  /** Of playback, 0.5 to 4; the pitch stays. */
  get rate() {
    return this.#rate;
  }

  /** @throws {LecternError} bad_option */
  set rate(rate) {
    this.#rate = checkedRate(rate);
    if (this.#output) this.#send({ type: 'rate', rate });
  }

  /** Of the sound, 0 to 1; it is faded to in a moment. */
  get volume() {
    return this.#volume;
  }

  /** @throws {LecternError} bad_option */
  set volume(volume) {
    this.fadeTo(volume, VOLUME_FADE);
  }

  /**
   * Another volume, reached evenly while sound flows; no timer of the page has a part in it.
   *
   * @param {number} volume 0 to 1
   * @param {number} seconds
   * @throws {LecternError} bad_option
   */
  fadeTo(volume, seconds) {
    this.#volume = checkedVolume(volume);
    if (this.#output) this.#send({ type: 'volume', volume, seconds });
  }

  /** Seconds of sound, at rate 1, that are here and not heard yet. */
  get buffered() {
    return this.#timeline.ahead(this.#heardTime());
  }

  /** Seconds from now, at this speed, until nothing is left to play. */
  get runway() {
    const context = this.#output?.context;
    return context ? this.#timeline.ahead(context.currentTime) / this.#rate : 0;
  }

  /**
   * What is heard now.
   *
   * @returns {{id: number, seconds: number} | null} seconds into the item's own sound (and
   *   then its silence), whatever the rate; null while no item is heard
   */
  position() {
    const place = this.#timeline.at(this.#heardTime());
    return place && { id: place.id, seconds: place.seconds };
  }

  /**
   * Queue a piece of sound after those that are there.
   *
   * @param {object} item
   * @param {number} item.id of your choice, one that is not in the queue
   * @param {Float32Array} item.samples mono; copied
   * @param {number} item.sampleRate Hz
   * @param {number} [item.silence] seconds after it
   * @throws {LecternError} bad_option
   */
  append({ id, samples, sampleRate, silence = 0 }) {
    if (!Number.isInteger(sampleRate) || sampleRate < LOWEST_RATE || sampleRate > HIGHEST_RATE) {
      throw new LecternError('bad_option', `A sample rate of ${sampleRate} Hz can't be played.`);
    }
    if (!(silence >= 0 && silence < Infinity)) {
      throw new LecternError('bad_option', `A silence of ${silence} s can't be played.`);
    }
    const copy = samples.slice();
    const item = { id, samples: copy, sampleRate, silence };
    this.#timeline.append({ id, seconds: samples.length / sampleRate + silence });
    this.#send({ type: 'append', item }, [copy.buffer]);
    if (this.#resting) this.#resume();
  }

  /** Nothing follows: `end` comes when all was heard. */
  finish() {
    this.#send({ type: 'finish' });
  }

  /** Call it in a gesture's handler where there is one: the browser may insist. */
  play() {
    if (this.#playing) return;
    this.#playing = true;
    clearTimeout(this.#idleTimer);
    clearTimeout(this.#quietTimer);
    if (!this.#output) this.#open();
    this.#roll();
    this.#resume();
  }

  /** Ask the browser again when it has refused: a media key may open what a script can't. */
  unblock() {
    if (this.#blocked) this.#resume();
  }

  pause() {
    if (!this.#playing) return;
    this.#playing = false;
    this.#roll();
    this.#unblock();
    this.#idle();
  }

  /** Drop everything that is queued or sounding, at once. */
  clear() {
    this.#timeline.clear();
    this.#epoch += 1;
    if (this.#output) this.#send({ type: 'clear', epoch: this.#epoch });
  }

  /** Give everything back. A later use begins anew. */
  async dispose() {
    this.#playing = false;
    this.#rolling = false;
    this.#unblock();
    clearTimeout(this.#idleTimer);
    clearTimeout(this.#quietTimer);
    this.#timeline.clear();
    this.#waiting = [];
    this.#resting = false;
    const output = this.#output;
    const node = this.#node;
    this.#output = null;
    this.#node = null;
    if (node) node.port.onmessage = null;
    node?.disconnect();
    await output?.dispose();
  }

  // -- the worklet -----------------------------------------------------------------

  /**
   * @param {Command} command
   * @param {Transferable[]} [transfer]
   */
  #send(command, transfer = []) {
    if (!this.#output) this.#open();
    if (this.#node) this.#node.port.postMessage(command, transfer);
    else this.#waiting.push({ command, transfer });
  }

  #open() {
    try {
      const output = this.#createOutput();
      this.#output = output;
      output.watch({
        changed: () => this.#outputChanged(),
        paused: () => this.#interrupted(),
        continued: () => this.dispatchEvent(new Event('continued')),
      });
      this.#waiting.push({ command: { type: 'clear', epoch: this.#epoch }, transfer: [] });
      this.#waiting.push({ command: { type: 'rate', rate: this.#rate }, transfer: [] });
      const loudness = { volume: this.#volume, seconds: 0 };
      this.#waiting.push({ command: { type: 'volume', ...loudness }, transfer: [] });
      this.#load(output).catch((cause) => {
        if (this.#output === output) this.#failed(cause);
      });
    } catch (cause) {
      // Whoever called is not ready for an event yet.
      queueMicrotask(() => this.#failed(cause));
    }
  }

  /** @param {Output} output */
  async #load(output) {
    const { context } = output;
    if (!context.audioWorklet) throw new Error('AudioWorklet needs a secure context');
    await context.audioWorklet.addModule(new URL('./player_worklet.js', import.meta.url));
    const node = new AudioWorkletNode(context, PROCESSOR, {
      numberOfInputs: 0,
      numberOfOutputs: 1,
      outputChannelCount: [1],
    });
    node.onprocessorerror = () => this.#failed(new Error('the audio worklet has ended'));
    node.port.onmessage = ({ data }) => this.#hear(data);
    if (this.#output !== output) return;
    output.connect(node);
    this.#node = node;
    for (const { command, transfer } of this.#waiting.splice(0)) {
      node.port.postMessage(command, transfer);
    }
  }

  /** @param {News} news */
  #hear(news) {
    if (news.type === 'error') {
      const cause = new Error(news.message);
      if (news.fatal) this.#failed(cause);
      else this.#tell('problem', audioError('This browser can play at speed 1 only.', cause));
      return;
    }
    if (news.epoch !== this.#epoch) return;
    // Sound may come before the context's own word that it runs.
    if (news.speed > 0) this.#unblock();
    this.#timeline.push(news);
    const time = this.#heardTime();
    for (const change of this.#timeline.advance(time)) {
      this.#announce(change);
      if (news.epoch !== this.#epoch) return; // a listener has cleared
    }
    if (this.#timeline.at(time)?.status === 'playing') this.dispatchEvent(new Event('tick'));
  }

  /** @param {import('./audio/timeline.js').Change} change */
  #announce(change) {
    if (change.type !== 'status') {
      this.dispatchEvent(new CustomEvent(change.type, { detail: { id: change.id } }));
      return;
    }
    const { status } = change;
    if (status === 'playing' || status === 'starved') this.dispatchEvent(new Event(status));
    if (status === 'ended') this.dispatchEvent(new Event('end'));
    if (status === 'playing') clearTimeout(this.#idleTimer);
    else this.#idle();
  }

  /** Context time of what reaches the ear now. */
  #heardTime() {
    const output = this.#output;
    return output ? output.context.currentTime - output.latency() : 0;
  }

  /** @param {unknown} cause */
  #failed(cause) {
    const known = cause instanceof LecternError;
    const error = known ? cause : audioError('Sound output has failed: try again.', cause);
    this.dispose().catch(() => {});
    this.#tell('error', error);
  }

  /** @param {'error' | 'problem'} type @param {LecternError} error */
  #tell(type, error) {
    this.dispatchEvent(new CustomEvent(type, { detail: { error } }));
  }

  // -- the device ------------------------------------------------------------------

  /** Whether what is played is heard. */
  get #runs() {
    return this.#output?.context.state === 'running' && this.#output.carries();
  }

  /** Let the worklet play, or not, as things are. */
  #roll() {
    const rolling = this.#playing && (this.#output?.carries() ?? false);
    if (rolling === this.#rolling) return;
    this.#rolling = rolling;
    this.#send({ type: rolling ? 'play' : 'pause' });
  }

  #resume() {
    const output = this.#output;
    if (!output || !this.#playing) return;
    this.#resting = false;
    // It may stay pending for ever, or reject: `changed` and the timer tell.
    output.resume().catch(() => {});
    if (this.#runs) this.#unblock();
    else this.#blockedTimer ??= setTimeout(() => this.#checkBlocked(), BLOCKED_AFTER);
  }

  #checkBlocked() {
    this.#blockedTimer = undefined;
    if (!this.#playing || this.#blocked || this.#runs) return;
    this.#blocked = true;
    for (const type of GESTURES) addEventListener(type, this.#onGesture, { capture: true });
    this.dispatchEvent(new Event('blocked'));
  }

  #unblock() {
    clearTimeout(this.#blockedTimer);
    this.#blockedTimer = undefined;
    if (!this.#blocked) return;
    this.#blocked = false;
    for (const type of GESTURES) removeEventListener(type, this.#onGesture, { capture: true });
    this.dispatchEvent(new Event('unblocked'));
  }

  /** The system too may suspend: a call, another tab, a device that went away. */
  #outputChanged() {
    this.#roll();
    if (this.#runs) this.#unblock();
    else if (!this.#resting) this.#resume();
  }

  /** Playing on by ourselves would be loud where headphones were pulled out. */
  #interrupted() {
    if (!this.#playing) return;
    this.pause();
    this.dispatchEvent(new Event('interrupted'));
  }

  /** Nothing sounds: lock screens learn of it, and in a while the device can rest. */
  #idle() {
    clearTimeout(this.#idleTimer);
    clearTimeout(this.#quietTimer);
    this.#quietTimer = setTimeout(() => {
      if (!this.#playing) this.#output?.quiet();
    }, QUIET_AFTER);
    this.#idleTimer = setTimeout(() => {
      if (this.#output?.context.state !== 'running') return;
      this.#resting = true;
      this.#output.suspend().catch(() => {});
    }, IDLE_AFTER);
  }
}

/** @param {string} message @param {unknown} cause */
function audioError(message, cause) {
  return new LecternError('audio_failed', message, { cause });
}

/**
 * @param {unknown} rate
 * @returns {number}
 * @throws {LecternError} bad_option
 */
export function checkedRate(rate) {
  if (typeof rate !== 'number' || !(rate >= SLOWEST && rate <= FASTEST)) {
    throw new LecternError('bad_option', `The speed must lie between ${SLOWEST} and ${FASTEST}.`);
  }
  return rate;
}

/**
 * @param {unknown} volume
 * @returns {number}
 * @throws {LecternError} bad_option
 */
export function checkedVolume(volume) {
  if (typeof volume !== 'number' || !(volume >= 0 && volume <= 1)) {
    throw new LecternError('bad_option', 'The volume must lie between 0 and 1.');
  }
  return volume;
}
