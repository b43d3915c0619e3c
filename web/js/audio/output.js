// @ts-check
/** Where the player's sound goes. The player knows this port and no speaker. */

import { LecternError } from '../errors.js';

/**
 * @typedef {object} Output
 * @property {BaseAudioContext} context
 * @property {(node: AudioNode) => void} connect let the node be heard
 * @property {() => Promise<void>} resume may stay pending, or reject, until there is a gesture
 * @property {() => Promise<void>} suspend give the device back for a while
 * @property {() => number} latency seconds between `context.currentTime` and what is heard now
 * @property {() => Promise<void>} dispose
 */

/** Seconds; a device that claims more than this is not believed. */
const LONGEST_LATENCY = 1;

/**
 * The loudspeaker. Made at the first use: a context before that costs a warning and a device.
 *
 * @returns {Output}
 * @throws {LecternError} audio_failed
 */
export function createDeviceOutput() {
  const context = createContext();
  return {
    context,
    connect: (node) => {
      node.connect(context.destination);
    },
    resume: () => context.resume(),
    suspend: () => context.suspend(),
    latency: () => latencyOf(context),
    dispose: async () => {
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
