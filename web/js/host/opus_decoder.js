// @ts-check
/**
 * Opus packets as samples at the voice's own rate, whatever they are wrapped in.
 *
 * The browser's decoder sees 48 kHz and no pre-skip: its own resampling has a delay that nobody
 * tells, and how much of the pre-skip it takes off differs. Both are done here.
 */

import { LecternError } from '../errors.js';
import { converted, filterOf, reach } from './converting.js';

export const OPUS_RATE = 48_000;
/** 120 ms (RFC 6716, 3.2.5). */
const MOST_IN_PACKET = 5760;

/**
 * @typedef {object} Packets
 * @property {Uint8Array<ArrayBuffer>[]} packets in order
 * @property {number} preSkip samples at 48 kHz that they give before the sound begins
 */

/** @type {Promise<boolean> | null} */
let decodes = null;

/** Whether this browser decodes Opus. @returns {Promise<boolean>} */
export function canDecode() {
  decodes ??= supported(() => AudioDecoder.isConfigSupported(decoderConfig()));
  return decodes;
}

/**
 * @param {Packets} sound
 * @param {number} rate Hz, of the voice
 * @param {number} samples how many there are, at that rate
 * @param {number} [limit] only so many of them; they are those that the whole begins with
 * @returns {Promise<Int16Array<ArrayBuffer>>} exactly so many
 * @throws {Error} the packets hold less, are none, or the decoder failed
 */
export async function decodePackets({ packets, preSkip }, rate, samples, limit = samples) {
  if (!packets.every(isPacket) || !firstOf(packets, preSkip + lengthAt48k(samples, rate))) throw broken();
  const wanted = Math.min(limit, samples);
  const length = preSkip + lengthAt48k(wanted, rate) + reach(OPUS_RATE, rate);
  const decoding = decodedAt48k(firstOf(packets, length) ?? packets);
  filterOf(OPUS_RATE, rate); // designed while the decoder works on a thread of its own
  const decoded = await decoding;
  const result = new Int16Array(wanted);
  let at = 0;
  for await (const part of converted(decoded.subarray(preSkip), OPUS_RATE, rate, wanted)) {
    for (let i = 0; i < part.length; i++) {
      result[at++] = Math.max(-32768, Math.min(32767, Math.round(part[i] * 32768)));
    }
  }
  return result;
}

/**
 * As many packets as hold `samples` at 48 kHz; null when all of them hold less.
 *
 * @template {Uint8Array} T
 * @param {T[]} packets
 * @param {number} samples
 * @returns {T[] | null}
 */
export function firstOf(packets, samples) {
  let held = 0;
  const count = packets.findIndex((packet) => (held += samplesIn(packet)) >= samples);
  return count < 0 ? null : packets.slice(0, count + 1);
}

/** How long the voice's samples are at 48 kHz. @param {number} samples @param {number} rate */
export function lengthAt48k(samples, rate) {
  return Math.round((samples * OPUS_RATE) / rate);
}

/** @param {() => Promise<{supported?: boolean}>} ask @returns {Promise<boolean>} */
export async function supported(ask) {
  try {
    return (await ask()).supported === true;
  } catch {
    return false; // there is no WebCodecs for sound here
  }
}

/**
 * @param {Uint8Array<ArrayBuffer>[]} packets
 * @returns {Promise<Float32Array<ArrayBuffer>>} the pre-skip still in front
 */
async function decodedAt48k(packets) {
  const result = new Float32Array(packets.reduce((sum, packet) => sum + samplesIn(packet), 0));
  let length = 0;
  /** @type {Error | null} */
  let failed = null;
  const decoder = new AudioDecoder({
    output(data) {
      const { numberOfFrames, sampleRate } = data;
      if (sampleRate !== OPUS_RATE || length + numberOfFrames > result.length) failed = broken();
      else data.copyTo(result.subarray(length, length + numberOfFrames), { planeIndex: 0, format: 'f32-planar' });
      length += numberOfFrames;
      data.close();
    },
    error: (error) => (failed = error),
  });
  try {
    decoder.configure(decoderConfig());
    let at = 0;
    for (const data of packets) {
      decoder.decode(new EncodedAudioChunk({ type: 'key', timestamp: Math.round((at / OPUS_RATE) * 1e6), data }));
      at += samplesIn(data);
    }
    await decoder.flush();
  } finally {
    if (decoder.state !== 'closed') decoder.close();
  }
  // A decoder that leaves out or adds some would move all words.
  if (failed || length !== result.length) throw failed ?? broken();
  return result;
}

/** OpusHead (RFC 7845, 5.1) with no pre-skip. @returns {AudioDecoderConfig} */
function decoderConfig() {
  const description = new Uint8Array(19);
  description.set(new TextEncoder().encode('OpusHead'));
  description[8] = 1; // version
  description[9] = 1; // channels
  new DataView(description.buffer).setUint32(12, OPUS_RATE, true);
  return { codec: 'opus', sampleRate: OPUS_RATE, numberOfChannels: 1, description };
}

/** @param {Uint8Array} packet */
function isPacket(packet) {
  const samples = samplesIn(packet);
  return samples > 0 && samples <= MOST_IN_PACKET;
}

/** Samples that a packet holds, at 48 kHz (RFC 6716, 3.1 and 3.2). @param {Uint8Array} packet */
function samplesIn(packet) {
  const config = packet[0] >> 3;
  const frames = [1, 2, 2, packet[1] & 63][packet[0] & 3];
  if (config < 12) return frames * [480, 960, 1920, 2880][config & 3];
  return frames * (config < 16 ? [480, 960][config & 1] : [120, 240, 480, 960][config & 3]);
}

function broken() {
  return new LecternError('store', 'These bytes are no Opus sound of this length. It is made anew.');
}
