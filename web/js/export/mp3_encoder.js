// @ts-check
/** Samples into an MP3 file with chapters, by LAME. */

import createLame from '../../vendor/lame/lame.mjs';
import { toInt16 } from '../wav.js';
import { id3Tag } from './id3.js';
import { FrameCounter, infoFrame } from './mp3_frames.js';

/** Samples that LAME is given at a time. */
const PORTION = 16 * 1152;
/** Bytes that it may give for them: lame.h asks for 1.25 a sample and 7,200. */
const ROOM = 1.25 * PORTION + 7200;

export class Mp3Encoder {
  #options;
  #lame;
  #encoder;
  #input;
  #output;
  #frames = new FrameCounter();
  #bytes = 0;
  #samples = 0;

  /**
   * @param {import('./wav_encoder.js').EncoderOptions} options
   * @param {import('../../vendor/lame/lame.mjs').Lame} lame
   */
  constructor(options, lame) {
    this.#options = options;
    this.#lame = lame;
    this.#encoder = lame._init_lame(1, options.sampleRate, options.bitrate);
    this.#input = lame._malloc(2 * PORTION);
    this.#output = lame._malloc(ROOM);
  }

  /**
   * @param {import('./wav_encoder.js').EncoderOptions} options
   * @returns {Promise<import('./wav_encoder.js').Encoder>}
   */
  static async begin(options) {
    const made = new Mp3Encoder(options, await createLame());
    await options.put(made.#head(options.tags));
    return made;
  }

  /** @param {Float32Array} samples */
  async add(samples) {
    for (let at = 0; at < samples.length; at += PORTION) {
      const part = toInt16(samples.subarray(at, at + PORTION));
      this.#lame.HEAPU8.set(new Uint8Array(part.buffer), this.#input);
      const { _encode_samples: encode } = this.#lame;
      await this.#put(encode(this.#encoder, this.#input, this.#input, part.length, this.#output, ROOM));
      this.#samples += part.length;
    }
  }

  /** @param {import('./chapters.js').Tags} tags */
  async end(tags) {
    await this.#put(this.#lame._flush_lame(this.#encoder, this.#output, ROOM));
    return this.#head(tags);
  }

  /** @param {number} length of what LAME made; below 0: what went wrong */
  async #put(length) {
    if (length < 0) throw new RangeError(`LAME gave up with code ${length}.`);
    const bytes = this.#lame.HEAPU8.slice(this.#output, this.#output + length);
    this.#frames.add(bytes);
    this.#bytes += length;
    await this.#options.put(bytes);
  }

  /** @param {import('./chapters.js').Tags} tags */
  #head(tags) {
    const tag = id3Tag(tags);
    const { sampleRate, bitrate } = this.#options;
    const { frames } = this.#frames;
    const sound = { frames, bytes: this.#bytes, samples: this.#samples, kbps: bitrate / 1000 };
    const frame = infoFrame(sampleRate, sound);
    const head = new Uint8Array(tag.length + frame.length);
    head.set(tag);
    head.set(frame, tag.length);
    return head;
  }
}
