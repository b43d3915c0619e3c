// @ts-check
/**
 * Ogg Opus as samples at the voice's own rate, as many as there were before it was encoded.
 *
 * The browser's decoder sees 48 kHz and no pre-skip, since it is not told everywhere how much of it a
 * decoder has taken off: that is done here, then audio/resampler.js, which has no delay, gives
 * the voice's rate.
 */

import { Resampler, designFilter } from '../audio/resampler.js';
import { opusPackets } from './ogg_packets.js';

const OPUS_RATE = 48_000;
/** Opus' longest packet: 120 ms. */
const MOST_PACKET = 5760;
/** Half of the player's filter: the coder leaves less than it could spoil. */
const ZERO_CROSSINGS = 24;
/** Samples between two breaths of this worker's other work: some milliseconds. */
const PORTION = 65_536;

/** @type {Map<number, import('../audio/resampler.js').Filter>} by the rate to which */
const filters = new Map();

/** One channel at 48 kHz; OpusHead (RFC 7845, 5.1) with a pre-skip of 0. @returns {AudioDecoderConfig} */
export function decoderConfig() {
  const description = new Uint8Array(19);
  description.set(new TextEncoder().encode('OpusHead'));
  description[8] = 1; // version
  description[9] = 1; // channels
  new DataView(description.buffer).setUint32(12, OPUS_RATE, true);
  return { codec: 'opus', sampleRate: OPUS_RATE, numberOfChannels: 1, description };
}

/**
 * @param {Uint8Array} bytes of a mono Ogg Opus file
 * @param {number} sampleRate Hz
 * @param {number} samples how many there are at that rate
 * @returns {Promise<Int16Array<ArrayBuffer>>} exactly so many
 * @throws {Error} it is none, or shorter than that
 */
export async function decodeOggOpus(bytes, sampleRate, samples) {
  const { packets, preSkip } = opusPackets(bytes);
  const decoded = (await decodedPackets(packets)).subarray(preSkip);
  if (decoded.length < Math.floor((samples * OPUS_RATE) / sampleRate)) throw new RangeError('It is shorter than it should be.');
  return resampled(decoded, sampleRate, samples);
}

/**
 * @param {Uint8Array[]} packets
 * @returns {Promise<Float32Array>} 48 kHz, the pre-skip still in front
 */
async function decodedPackets(packets) {
  /** @type {Float32Array[]} */
  const parts = [];
  /** @type {Error | null} */
  let failed = null;
  const decoder = new AudioDecoder({
    output(data) {
      const { numberOfFrames, sampleRate } = data;
      if (sampleRate !== OPUS_RATE || numberOfFrames > MOST_PACKET) failed = new RangeError('The decoder gave something else.');
      else {
        const part = new Float32Array(numberOfFrames);
        data.copyTo(part, { planeIndex: 0, format: 'f32-planar' });
        parts.push(part);
      }
      data.close();
    },
    error: (error) => (failed = error),
  });
  try {
    decoder.configure(decoderConfig());
    // Its timestamps are of no interest: the packets follow each other.
    packets.forEach((data, index) => decoder.decode(new EncodedAudioChunk({ type: 'key', timestamp: index * 20_000, data })));
    await decoder.flush();
  } finally {
    if (decoder.state !== 'closed') decoder.close();
  }
  if (failed) throw failed;
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * @param {Float32Array} sound 48 kHz
 * @param {number} rate Hz
 * @param {number} count samples
 */
async function resampled(sound, rate, count) {
  const result = new Int16Array(count);
  const resampler = new Resampler(filterTo(rate), 0);
  const portion = new Float32Array(Math.min(PORTION, count));
  let read = 0;
  for (let made = 0; made < count; ) {
    const left = sound.length - read;
    // Behind the end there is silence, which pushes the last samples out.
    read += left > 0 ? resampler.write(sound, read, left) : resampler.write(null, 0, PORTION);
    const fresh = resampler.read(portion, Math.min(portion.length, count - made));
    for (let i = 0; i < fresh; i++) {
      result[made + i] = Math.max(-32768, Math.min(32767, Math.round(portion[i] * 32768)));
    }
    const before = Math.floor(made / PORTION);
    made += fresh;
    if (Math.floor(made / PORTION) > before && made < count) await breath();
  }
  return result;
}

/** @param {number} rate */
function filterTo(rate) {
  let filter = filters.get(rate);
  if (!filter) {
    filter = designFilter(OPUS_RATE, rate, ZERO_CROSSINGS);
    filters.set(rate, filter);
  }
  return filter;
}

/** Whatever else this worker has to do comes first. */
function breath() {
  return new Promise((resolve) => {
    setTimeout(resolve);
  });
}
