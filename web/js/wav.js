// @ts-check
/** A WAV file (16-bit mono) made from parts, each of which the browser may keep on disk. */

import { LecternError } from './errors.js';

const HEADER_BYTES = 44;
const BYTES_PER_SAMPLE = 2;
/** RIFF counts in 32 bits what follows its first eight bytes. */
const MOST_DATA_BYTES = 0xffff_ffff - (HEADER_BYTES - 8);
/** Adding and taking it away rounds a double to an integer, halves to even, as Python does. */
const ROUNDER = 1.5 * 2 ** 52;

export class WavParts {
  /** @param {{mostBytes?: number}} [options] of sound */
  constructor({ mostBytes = MOST_DATA_BYTES } = {}) {
    this.mostBytes = mostBytes;
    /** @type {Blob[]} */
    this.parts = [];
    this.bytes = 0;
    /** Hertz; the first part's. */
    this.sampleRate = 0;
  }

  /**
   * @param {Float32Array} samples 1 is full scale; beyond it they are clipped
   * @param {number} sampleRate the same for all parts
   * @throws {LecternError} too_large
   */
  addSamples(samples, sampleRate) {
    this.sampleRate ||= sampleRate;
    this.#add(samples.length, () => toInt16(samples));
  }

  /** @param {number} seconds after at least one part of sound @throws {LecternError} too_large */
  addSilence(seconds) {
    const count = Math.max(0, Math.round(seconds * this.sampleRate));
    this.#add(count, () => new Int16Array(count));
  }

  /** @returns {Blob} */
  blob() {
    return new Blob([header(this.bytes, this.sampleRate), ...this.parts], { type: 'audio/wav' });
  }

  /**
   * @param {number} count of samples
   * @param {() => Int16Array<ArrayBuffer>} make
   */
  #add(count, make) {
    const bytes = count * BYTES_PER_SAMPLE;
    if (this.bytes + bytes > this.mostBytes) {
      throw new LecternError(
        'too_large',
        'The sound of this text is larger than a WAV file can be (4 GB). Give it in parts.',
      );
    }
    if (!bytes) return;
    this.parts.push(new Blob([make()]));
    this.bytes += bytes;
  }
}

/**
 * @param {Float32Array} samples
 * @returns {Int16Array<ArrayBuffer>} little endian on every machine that runs a browser
 */
export function toInt16(samples) {
  const result = new Int16Array(samples.length);
  for (let i = 0; i < samples.length; i++) {
    const scaled = samples[i] * 32768 + ROUNDER - ROUNDER;
    result[i] = scaled > 32767 ? 32767 : scaled < -32768 ? -32768 : scaled; // NaN becomes 0
  }
  return result;
}

/**
 * @param {number} dataBytes
 * @param {number} sampleRate
 */
function header(dataBytes, sampleRate) {
  const view = new DataView(new ArrayBuffer(HEADER_BYTES));
  /** @param {number} at @param {string} text */
  const ascii = (at, text) => {
    for (let i = 0; i < text.length; i++) view.setUint8(at + i, text.charCodeAt(i));
  };
  ascii(0, 'RIFF');
  view.setUint32(4, HEADER_BYTES - 8 + dataBytes, true);
  ascii(8, 'WAVEfmt ');
  view.setUint32(16, 16, true); // length of the format chunk
  view.setUint16(20, 1, true); // PCM
  view.setUint16(22, 1, true); // channels
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * BYTES_PER_SAMPLE, true);
  view.setUint16(32, BYTES_PER_SAMPLE, true);
  view.setUint16(34, 8 * BYTES_PER_SAMPLE, true);
  ascii(36, 'data');
  view.setUint32(40, dataBytes, true);
  return view;
}
