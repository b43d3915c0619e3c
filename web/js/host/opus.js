// @ts-check
/**
 * Speech as Opus packets and back, by WebCodecs, to the voice's own rate and sample for sample.
 *
 * Opus runs at 48 kHz. The browser's encoders and decoders resample by themselves where another
 * rate is asked for, but their delay differs and is not told (Chromium writes the pre-skip of a
 * 16 kHz stream in 16 kHz samples, and reads it in 48 kHz ones). So they only ever see 48 kHz here:
 * converting.js, which has no delay, converts to it and back, what the encoder puts in front
 * (its pre-skip) is taken off by opus_decoder.js, and what is behind the last sample is left out.
 *
 * The bytes: version, pre-skip (two bytes, little endian, at 48 kHz), then each packet behind its length
 * (two bytes, little endian). How long a packet sounds, its first bytes say (RFC 6716, 3.1).
 */

import { LecternError } from '../errors.js';
import { converted } from './converting.js';
import { OPUS_RATE, canDecode, decodePackets, firstOf, lengthAt48k, supported } from './opus_decoder.js';

const VERSION = 1;
const HEAD_BYTES = 3;
/** Asked for: three frames a packet, which spare two lengths. */
const PACKET_SECONDS = 0.06;
const PACKET_SAMPLES = OPUS_RATE * PACKET_SECONDS;
/** libopus looks ahead so far (RFC 7845, 5.1, names 3840 as what all encoders need at most). */
const USUAL_PRE_SKIP = 312;
const MOST_PRE_SKIP = 3840;

/** @type {Map<number, Promise<boolean>>} by bitrate */
const encoders = new Map();

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
  const sound = parted(bytes);
  return (await canDecode()) ? decodePackets(sound, rate, samples, limit) : null;
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

/** @param {Uint8Array} bytes @returns {import('./opus_decoder.js').Packets} */
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
  if (preSkip > MOST_PRE_SKIP) throw broken();
  return { preSkip, packets };
}

function broken() {
  return new LecternError('store', 'These bytes are no Opus sound of this app. It is made anew.');
}
