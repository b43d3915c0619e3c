// @ts-check
/**
 * Speech as Opus packets and back, by WebCodecs, to the voice's own rate and sample for sample.
 *
 * Opus runs at 48 kHz. The browser's encoders and decoders resample by themselves where another
 * rate is asked for, but their delay differs and is not told (Chromium writes the pre-skip of a
 * 16 kHz stream in 16 kHz samples, and reads it in 48 kHz ones). So they only ever see 48 kHz here:
 * audio/resampler.js, which has no delay, converts to it and back, what the encoder puts in front
 * (its pre-skip) is taken off here, and what is behind the last sample is left out.
 *
 * The bytes: version, pre-skip (two bytes, little endian, at 48 kHz), then each packet behind its length
 * (two bytes, little endian). How long a packet sounds, its first bytes say (RFC 6716, 3.1).
 */

import { Resampler, designFilter } from '../audio/resampler.js';
import { LecternError } from '../errors.js';

const VERSION = 1;
const HEAD_BYTES = 3;
const OPUS_RATE = 48_000;
/** Asked for: three frames a packet, which spare two lengths. */
const PACKET_SECONDS = 0.06;
const PACKET_SAMPLES = OPUS_RATE * PACKET_SECONDS;
/** libopus looks ahead so far (RFC 7845, 5.1, names 3840 as what all encoders need at most). */
const USUAL_PRE_SKIP = 312;
const MOST_PRE_SKIP = 3840;
/** 120 ms (RFC 6716, 3.2.5). */
const MOST_IN_PACKET = 5760;
/**
 * Half of what the player's filter has: what a coder of 24 kb/s leaves above 0.84 of the voice's band
 * is not worth twice the time.
 */
const ZERO_CROSSINGS = 24;
/** Samples between two breaths of this worker's other work: some milliseconds. */
const PORTION = 32_768;

/** @type {Map<string, import('../audio/resampler.js').Filter>} */
const filters = new Map();
/** @type {Map<number, Promise<boolean>>} by bitrate */
const encoders = new Map();
/** @type {Promise<boolean> | null} */
let decoder = null;

/**
 * @param {Int16Array} pcm mono
 * @param {number} rate Hz
 * @param {number} bitrate bits a second
 * @returns {Promise<Uint8Array<ArrayBuffer> | null>} null: this browser has no encoder for it
 * @throws {Error} the encoder failed
 */
export async function encodeOpus(pcm, rate, bitrate) {
  if (!(await canEncode(bitrate)) || !(await canDecode())) return null;
  const length = lengthAt48k(pcm.length, rate);
  /** @type {Uint8Array[]} */
  const packets = [];
  let preSkip = USUAL_PRE_SKIP;
  /** @type {Error | null} */
  let failed = null;
  const encoder = new AudioEncoder({
    output(chunk, about) {
      const packet = new Uint8Array(chunk.byteLength);
      chunk.copyTo(packet);
      packets.push(packet);
      preSkip = preSkipOf(about?.decoderConfig?.description) ?? preSkip;
    },
    error: (error) => (failed = error),
  });
  try {
    encoder.configure(encoderConfig(bitrate));
    let at = 0;
    // A packet of silence behind it pushes out what the encoder still looks ahead for.
    const whole = (Math.ceil(length / PACKET_SAMPLES) + 2) * PACKET_SAMPLES;
    for await (const samples of converted(toFloats(pcm), rate, OPUS_RATE, whole)) {
      if (failed) throw failed;
      const data = new AudioData({
        format: 'f32-planar',
        sampleRate: OPUS_RATE,
        numberOfChannels: 1,
        numberOfFrames: samples.length,
        timestamp: Math.round((at / OPUS_RATE) * 1e6),
        data: samples,
      });
      encoder.encode(data);
      data.close();
      at += samples.length;
    }
    await encoder.flush();
  } finally {
    if (encoder.state !== 'closed') encoder.close();
  }
  const kept = firstOf(packets, length + preSkip);
  if (preSkip > MOST_PRE_SKIP || !kept) throw new Error('the encoder left something out');
  return joined(kept, preSkip);
}

/**
 * @param {Uint8Array} bytes of `encodeOpus`
 * @param {number} rate Hz, of the voice
 * @param {number} samples how many there are, at that rate
 * @param {number} [limit] only so many of them
 * @returns {Promise<Int16Array<ArrayBuffer> | null>} null: this browser has no decoder for it
 * @throws {Error} the bytes are none of `encodeOpus`, or the decoder failed
 */
export async function decodeOpus(bytes, rate, samples, limit = samples) {
  const { preSkip, packets } = parted(bytes);
  if (!firstOf(packets, lengthAt48k(samples, rate) + preSkip)) throw broken();
  if (!(await canDecode())) return null;
  const wanted = Math.min(limit, samples);
  const length = lengthAt48k(wanted, rate) + filterOf(OPUS_RATE, rate).half;
  const decoded = await decodedPackets(firstOf(packets, length + preSkip) ?? packets);
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
 * @param {Uint8Array<ArrayBuffer>[]} packets
 * @returns {Promise<Float32Array<ArrayBuffer>>} 48 kHz, the pre-skip still in front
 */
async function decodedPackets(packets) {
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

/**
 * `count` samples at the other rate, in portions; behind the end of `samples` there is silence.
 *
 * @param {Float32Array} samples
 * @param {number} from Hz
 * @param {number} to Hz
 * @param {number} count
 */
async function* converted(samples, from, to, count) {
  const resampler = new Resampler(filterOf(from, to), 0);
  let read = 0;
  for (let made = 0; made < count; ) {
    const portion = new Float32Array(Math.min(PORTION, count - made));
    let filled = 0;
    while (filled < portion.length) {
      const left = samples.length - read;
      read += left > 0 ? resampler.write(samples, read, left) : resampler.write(null, 0, PORTION);
      const target = portion.subarray(filled);
      filled += resampler.read(target, target.length);
    }
    made += filled;
    yield portion;
    if (made < count) await breath();
  }
}

/** Whatever else this worker has to do comes first. */
function breath() {
  return new Promise((resolve) => {
    setTimeout(resolve);
  });
}

/** @param {number} from @param {number} to */
function filterOf(from, to) {
  const name = `${from} ${to}`;
  let filter = filters.get(name);
  if (!filter) {
    filter = designFilter(from, to, ZERO_CROSSINGS);
    filters.set(name, filter);
  }
  return filter;
}

/** @param {number} samples @param {number} rate */
function lengthAt48k(samples, rate) {
  return Math.round((samples * OPUS_RATE) / rate);
}

/** @param {Int16Array} pcm */
function toFloats(pcm) {
  const result = new Float32Array(pcm.length);
  for (let i = 0; i < pcm.length; i++) result[i] = pcm[i] / 32768;
  return result;
}

/** @param {number} bitrate @returns {AudioEncoderConfig} */
function encoderConfig(bitrate) {
  const opus = { application: 'audio', signal: 'voice', frameDuration: PACKET_SECONDS * 1e6, format: 'opus' };
  const config = { codec: 'opus', sampleRate: OPUS_RATE, numberOfChannels: 1, bitrate, opus };
  return /** @type {AudioEncoderConfig} */ (config);
}

/** OpusHead (RFC 7845, 5.1) with no pre-skip: it is taken off here. @returns {AudioDecoderConfig} */
function decoderConfig() {
  const description = new Uint8Array(19);
  description.set(new TextEncoder().encode('OpusHead'));
  description[8] = 1; // version
  description[9] = 1; // channels
  new DataView(description.buffer).setUint32(12, OPUS_RATE, true);
  return { codec: 'opus', sampleRate: OPUS_RATE, numberOfChannels: 1, description };
}

/** @param {AllowSharedBufferSource | undefined} description @returns {number | null} */
function preSkipOf(description) {
  if (!description) return null;
  const view = ArrayBuffer.isView(description)
    ? new DataView(description.buffer, description.byteOffset, description.byteLength)
    : new DataView(description);
  return view.byteLength >= 12 ? view.getUint16(10, true) : null;
}

/** @param {number} bitrate @returns {Promise<boolean>} */
function canEncode(bitrate) {
  let known = encoders.get(bitrate);
  if (!known) {
    known = supported(() => AudioEncoder.isConfigSupported(encoderConfig(bitrate)));
    encoders.set(bitrate, known);
  }
  return known;
}

/** @returns {Promise<boolean>} */
function canDecode() {
  decoder ??= supported(() => AudioDecoder.isConfigSupported(decoderConfig()));
  return decoder;
}

/** @param {() => Promise<{supported?: boolean}>} ask @returns {Promise<boolean>} */
async function supported(ask) {
  try {
    return (await ask()).supported === true;
  } catch {
    return false; // there is no WebCodecs for sound here
  }
}

/** Samples that a packet holds, at 48 kHz (RFC 6716, 3.1 and 3.2). @param {Uint8Array} packet */
function samplesIn(packet) {
  const config = packet[0] >> 3;
  const frames = [1, 2, 2, packet[1] & 63][packet[0] & 3];
  if (config < 12) return frames * [480, 960, 1920, 2880][config & 3];
  return frames * (config < 16 ? [480, 960][config & 1] : [120, 240, 480, 960][config & 3]);
}

/**
 * As many packets as hold `samples`; null when all of them hold less.
 *
 * @template {Uint8Array} T
 * @param {T[]} packets
 * @param {number} samples
 * @returns {T[] | null}
 */
function firstOf(packets, samples) {
  let held = 0;
  const count = packets.findIndex((packet) => (held += samplesIn(packet)) >= samples);
  return count < 0 ? null : packets.slice(0, count + 1);
}

/** @param {Uint8Array[]} packets @param {number} preSkip */
function joined(packets, preSkip) {
  const size = packets.reduce((sum, { length }) => sum + 2 + length, HEAD_BYTES);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  bytes[0] = VERSION;
  view.setUint16(1, preSkip, true);
  let at = HEAD_BYTES;
  for (const packet of packets) {
    view.setUint16(at, packet.length, true);
    bytes.set(packet, at + 2);
    at += 2 + packet.length;
  }
  return bytes;
}

/** @param {Uint8Array} bytes @returns {{preSkip: number, packets: Uint8Array<ArrayBuffer>[]}} */
function parted(bytes) {
  if (bytes.length < HEAD_BYTES || bytes[0] !== VERSION) throw broken();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const preSkip = view.getUint16(1, true);
  const packets = [];
  for (let at = HEAD_BYTES; at < bytes.length; ) {
    const length = at + 2 <= bytes.length ? view.getUint16(at, true) : 0;
    if (!length || at + 2 + length > bytes.length) throw broken();
    packets.push(bytes.slice(at + 2, at + 2 + length));
    at += 2 + length;
  }
  if (preSkip > MOST_PRE_SKIP || packets.some((it) => samplesIn(it) > MOST_IN_PACKET)) throw broken();
  return { preSkip, packets };
}

function broken() {
  return new LecternError('store', 'These bytes are no Opus sound of this app. It is made anew.');
}
