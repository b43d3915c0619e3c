// @ts-check
/** Samples into a WAV file with chapters. */

import { LecternError } from '../errors.js';
import { toInt16 } from '../wav.js';
import { HEAD_BYTES, fits, wavHead, wavTail } from './riff.js';

/**
 * @typedef {import('./chapters.js').Tags} Tags
 * @typedef {object} EncoderOptions
 * @property {number} sampleRate Hz, of what is added and of the file
 * @property {number} bitrate bits a second, where the format has a choice
 * @property {Tags} tags with all titles; the times may come later
 * @property {(bytes: Uint8Array) => Promise<void>} put at the file's end
 *
 * @typedef {object} Encoder
 * @property {(samples: Float32Array) => Promise<void>} add 1 is full scale
 * @property {(tags: Tags) => Promise<Uint8Array>} end gives the file's beginning as it should have been
 */

export class WavEncoder {
  #options;
  #bytes = 0;
  #tailBytes;

  /** @param {EncoderOptions} options */
  constructor(options) {
    this.#options = options;
    this.#tailBytes = wavTail(options.tags, options.sampleRate).length;
  }

  /** @param {EncoderOptions} options @returns {Promise<Encoder>} */
  static async begin(options) {
    await options.put(new Uint8Array(HEAD_BYTES));
    return new WavEncoder(options);
  }

  /** @param {Float32Array} samples @throws {LecternError} too_large */
  async add(samples) {
    this.#bytes += 2 * samples.length;
    if (!fits(this.#bytes, this.#tailBytes)) {
      throw new LecternError(
        'too_large',
        'The sound of this text is larger than a WAV file can be (4 GB). Take MP3 or Opus, or give it in parts.',
      );
    }
    await this.#options.put(new Uint8Array(toInt16(samples).buffer));
  }

  /** @param {Tags} tags */
  async end(tags) {
    const { sampleRate, put } = this.#options;
    await put(wavTail(tags, sampleRate));
    return wavHead(sampleRate, this.#bytes, this.#tailBytes);
  }
}
