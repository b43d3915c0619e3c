// @ts-check
/** Samples into an Ogg Opus file with chapters, by the browser's encoder and mediabunny. */

import {
  AudioSample,
  AudioSampleSource,
  OggOutputFormat,
  Output,
  StreamTarget,
} from '../../vendor/mediabunny/mediabunny.mjs';
import { comments, tagPages, withComments } from './ogg.js';

/** Samples that go into one AudioData. */
const PORTION = 24_000;

export class OpusEncoder {
  #options;
  #output;
  #source;
  #samples = 0;
  /** The file's beginning, up to the end of its tags. */
  #head = new Uint8Array(0);
  #whole = false;

  /** @param {import('./wav_encoder.js').EncoderOptions} options of 48 kHz */
  constructor(options) {
    this.#options = options;
    this.#source = new AudioSampleSource({ codec: 'opus', bitrate: options.bitrate });
    const writable = new WritableStream({ write: ({ data }) => this.#write(data) });
    this.#output = new Output({ format: new OggOutputFormat(), target: new StreamTarget(writable) });
    this.#output.addAudioTrack(this.#source);
    this.#output.setMetadataTags({ raw: Object.fromEntries(comments(options.tags)) });
  }

  /**
   * @param {import('./wav_encoder.js').EncoderOptions} options
   * @returns {Promise<import('./wav_encoder.js').Encoder>}
   */
  static async begin(options) {
    const made = new OpusEncoder(options);
    await made.#output.start();
    return made;
  }

  /** @param {Float32Array} samples */
  async add(samples) {
    const { sampleRate } = this.#options;
    for (let at = 0; at < samples.length; at += PORTION) {
      const data = samples.slice(at, at + PORTION);
      const timestamp = this.#samples / sampleRate;
      const sample = new AudioSample({ data, format: 'f32', numberOfChannels: 1, sampleRate, timestamp });
      await this.#source.add(sample);
      sample.close();
      this.#samples += data.length;
    }
  }

  /** @param {import('./chapters.js').Tags} tags */
  async end(tags) {
    await this.#output.finalize();
    const pages = tagPages(this.#head);
    if (!pages) throw new RangeError('The Opus file has no tags.');
    const head = this.#head.slice(0, pages.end);
    head.set(withComments(head.subarray(pages.start), comments(tags)), pages.start);
    return head;
  }

  /** @param {Uint8Array<ArrayBuffer>} bytes in order: an Ogg stream is never gone back in */
  async #write(bytes) {
    if (!this.#whole) {
      const both = new Uint8Array(this.#head.length + bytes.length);
      both.set(this.#head);
      both.set(bytes, this.#head.length);
      this.#head = both;
      this.#whole = tagPages(both) !== null;
    }
    await this.#options.put(bytes);
  }
}
