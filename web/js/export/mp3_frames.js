// @ts-check
/**
 * What an MP3 file needs beside its frames: how many there are, and the first one, which says
 * so and how many samples at both ends are none of the sound.
 *
 * Headers: ISO/IEC 11172-3 and 13818-3, Layer III. The first frame: Xing's VBR header ("Info"
 * where the rate is constant) with LAME's extension, as LAME's VbrTag.c writes it.
 */

/** Kilobits a second by the header's index, of MPEG-1 and of MPEG-2 and 2.5. */
const RATES_1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const RATES_2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const SAMPLE_RATES = [44_100, 48_000, 32_000];
const MPEG_1 = 3;
const MPEG_2 = 2;
const LAYER_3 = 1;
const MONO = 3;
/** Bytes behind the side information: Xing's part with all of its fields, and LAME's. */
const XING_BYTES = 120;
const LAME_BYTES = 36;
/** Samples that LAME puts before the first one (ENCDELAY). */
export const ENCODER_DELAY = 576;
const MOST_PADDING = 4095;

/** @typedef {{version: number, rateIndex: number, sampleRate: number, kbps: number, bytes: number, samples: number}} Header */

/**
 * @param {Uint8Array} bytes
 * @param {number} at
 * @returns {Header | null} null where no frame of Layer III begins
 */
export function readHeader(bytes, at) {
  if (at + 4 > bytes.length || bytes[at] !== 0xff || (bytes[at + 1] & 0xe0) !== 0xe0) return null;
  const version = (bytes[at + 1] >> 3) & 3;
  const layer = (bytes[at + 1] >> 1) & 3;
  const kbps = (version === MPEG_1 ? RATES_1 : RATES_2)[bytes[at + 2] >> 4] ?? 0;
  const rateIndex = (bytes[at + 2] >> 2) & 3;
  if (version === 1 || layer !== LAYER_3 || !kbps || rateIndex === 3) return null;
  const sampleRate = SAMPLE_RATES[rateIndex] >> (version === MPEG_1 ? 0 : version === MPEG_2 ? 1 : 2);
  const samples = version === MPEG_1 ? 1152 : 576;
  const padded = (bytes[at + 2] >> 1) & 1;
  const length = Math.floor(((samples / 8) * kbps * 1000) / sampleRate) + padded;
  return { version, rateIndex, sampleRate, kbps, bytes: length, samples };
}

/** Counts frames of a stream that comes in any portions. */
export class FrameCounter {
  frames = 0;
  /** @type {Header | null} of the first frame */
  header = null;
  /** Bytes of the frame under way that are still to come. */
  #missing = 0;
  #rest = new Uint8Array(0);

  /** @param {Uint8Array} bytes @throws {RangeError} this is no MP3 */
  add(bytes) {
    const all = new Uint8Array(this.#rest.length + bytes.length);
    all.set(this.#rest);
    all.set(bytes, this.#rest.length);
    let at = 0;
    for (;;) {
      const step = Math.min(this.#missing, all.length - at);
      this.#missing -= step;
      at += step;
      if (this.#missing || all.length - at < 4) break;
      const header = readHeader(all, at);
      if (!header) throw new RangeError('The MP3 encoder gave something else than frames.');
      this.header ??= header;
      this.frames += 1;
      this.#missing = header.bytes;
    }
    this.#rest = all.slice(at);
  }
}

/**
 * The frame before the first one.
 *
 * @param {number} sampleRate Hz
 * @param {{frames: number, bytes: number, samples: number, kbps: number}} sound frames and bytes
 *   without this one; samples that were given to the encoder
 * @returns {Uint8Array<ArrayBuffer>} of the same length for the same sample rate
 * @throws {RangeError} there is no MP3 of this sample rate
 */
export function infoFrame(sampleRate, { frames, bytes, samples, kbps }) {
  const { version, rateIndex } = versionOf(sampleRate);
  const first = version === MPEG_1;
  const side = first ? 17 : 9; // of one channel
  const perFrame = first ? 1152 : 576;
  const needed = 4 + side + XING_BYTES + LAME_BYTES;
  const index = (first ? RATES_1 : RATES_2).findIndex(
    (rate) => Math.floor(((perFrame / 8) * rate * 1000) / sampleRate) >= needed,
  );
  const header = [0xff, 0xe0 | (version << 3) | (LAYER_3 << 1) | 1, (index << 4) | (rateIndex << 2), MONO << 6];
  const length = /** @type {Header} */ (readHeader(Uint8Array.from(header), 0)).bytes;
  const frame = new Uint8Array(length);
  frame.set(header);
  const view = new DataView(frame.buffer);
  const at = 4 + side;
  frame.set([0x49, 0x6e, 0x66, 0x6f], at); // "Info"
  view.setUint32(at + 4, 0b1111); // frames, bytes, table of contents and quality follow
  view.setUint32(at + 8, frames);
  view.setUint32(at + 12, Math.min(bytes + length, 0xffff_ffff));
  for (let i = 0; i < 100; i++) frame[at + 16 + i] = Math.floor((i * 256) / 100);
  const lame = at + XING_BYTES;
  frame.set(new TextEncoder().encode('LAME3.100'), lame);
  frame[lame + 9] = 1; // constant rate
  frame[lame + 20] = Math.min(kbps, 255);
  const padding = Math.max(0, Math.min(frames * perFrame - ENCODER_DELAY - samples, MOST_PADDING));
  const both = (ENCODER_DELAY << 12) | padding;
  frame.set([both >> 16, (both >> 8) & 255, both & 255], lame + 21);
  view.setUint32(lame + 28, Math.min(bytes + length, 0xffff_ffff));
  view.setUint16(lame + 34, crc16(frame.subarray(0, lame + 34)));
  return frame;
}

/** @param {number} sampleRate @returns {{version: number, rateIndex: number}} */
function versionOf(sampleRate) {
  for (const [shift, version] of [[0, MPEG_1], [1, MPEG_2], [2, 0]]) {
    const rateIndex = SAMPLE_RATES.findIndex((rate) => rate >> shift === sampleRate);
    if (rateIndex >= 0) return { version, rateIndex };
  }
  throw new RangeError(`There is no MP3 of ${sampleRate} Hz.`);
}

/** CRC-16 with the polynomial 0x8005, reflected, from 0 on. @param {Uint8Array} bytes */
function crc16(bytes) {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return crc;
}
