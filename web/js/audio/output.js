// @ts-check
/** Where the player's sound goes. The player knows this port and no speaker. */

import { LecternError } from '../errors.js';
import { Carrier, Companion } from './media_element.js';
import { chooseRoute, platformOf } from './routes.js';

/**
 * @typedef {object} Output
 * @property {BaseAudioContext} context
 * @property {(node: AudioNode) => void} connect let the node be heard
 * @property {() => Promise<void>} resume may stay pending, or reject, until there is a gesture
 * @property {() => Promise<void>} suspend give the device back for a while
 * @property {() => void} quiet nothing sounds for now: lock screens show a pause
 * @property {() => boolean} carries whether what is rendered is heard, and not lost on its way
 * @property {() => number} latency seconds between `context.currentTime` and what is heard now
 * @property {(events: OutputEvents) => void} watch once
 * @property {() => Promise<void>} dispose
 *
 * @typedef {object} OutputEvents
 * @property {() => void} changed the context's state is another one, or what `carries` says
 * @property {() => void} paused the system has paused what is heard, as for a call
 * @property {() => void} continued the system has let it go on after that
 */

/** Seconds; a device that claims more than this is not believed. */
const LONGEST_LATENCY = 1;
/** Seconds that a media element adds, by guess: no browser tells, and it was not measured. */
const ELEMENT_LATENCY = 0.03;

/**
 * The loudspeaker. Made at the first use: a context before that costs a warning and a device.
 *
 * @param {{way?: import('./routes.js').Way | null}} [options] way: override; default: what suits
 *   this browser
 * @returns {Output}
 * @throws {LecternError} audio_failed
 */
export function createDeviceOutput({ way = null } = {}) {
  const route = chooseRoute(platformOf(navigator), way);
  const context = createContext();
  /** @type {OutputEvents | null} */
  let events = null;
  const carrier =
    route.way === 'element'
      ? new Carrier(context, {
          changed: () => events?.changed(),
          paused: () => events?.paused(),
          continued: () => events?.continued(),
        })
      : null;
  const companion = route.companion ? new Companion() : null;
  if (route.playback) sayListening(true);
  const changed = () => events?.changed();
  context.addEventListener('statechange', changed);
  navigator.mediaDevices?.addEventListener('devicechange', changed);
  const quiet = () => {
    carrier?.pause();
    companion?.pause();
  };
  return {
    context,
    connect: (node) => {
      node.connect(carrier ? carrier.node : context.destination);
    },
    resume: async () => {
      companion?.play();
      // Both at once: after an `await` a gesture counts no more.
      await Promise.all([carrier?.play(), context.resume()]);
    },
    suspend: () => {
      quiet();
      return context.suspend();
    },
    quiet,
    carries: () => carrier?.carries ?? true,
    latency: () => latencyOf(context) + (carrier ? ELEMENT_LATENCY : 0),
    watch: (listener) => {
      events = listener;
    },
    dispose: async () => {
      events = null;
      context.removeEventListener('statechange', changed);
      navigator.mediaDevices?.removeEventListener('devicechange', changed);
      carrier?.dispose();
      companion?.dispose();
      if (route.playback) sayListening(false);
      if (context.state !== 'closed') await context.close();
    },
  };
}

/** @returns {AudioContext} */
function createContext() {
  try {
    // A reader does not need the quickest answer, it needs sound without gaps.
    return new AudioContext({ latencyHint: 'playback' });
  } catch (cause) {
    throw new LecternError('audio_failed', 'This browser gives no sound output.', { cause });
  }
}

/**
 * Safari's audio session: with 'playback' sound goes on in the background, whatever the switch
 * for silence says.
 *
 * @param {boolean} listening
 */
function sayListening(listening) {
  const { audioSession } = /** @type {{audioSession?: {type: string}}} */ (
    /** @type {unknown} */ (navigator)
  );
  if (audioSession) audioSession.type = listening ? 'playback' : 'auto';
}

/** @param {AudioContext} context @returns {number} */
function latencyOf(context) {
  const { currentTime } = context;
  if (context.state === 'running' && context.getOutputTimestamp) {
    const { contextTime = 0, performanceTime = 0 } = context.getOutputTimestamp();
    const heard = contextTime + (performance.now() - performanceTime) / 1000;
    const latency = currentTime - heard;
    if (contextTime > 0 && latency >= 0 && latency < LONGEST_LATENCY) return latency;
  }
  const latency = context.outputLatency || context.baseLatency || 0;
  return Math.min(latency, LONGEST_LATENCY);
}
