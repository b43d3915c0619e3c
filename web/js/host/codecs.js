// @ts-check
/** How sound is made smaller for the disk, by name; which one is used when, Python decides. */

import { LecternError } from '../errors.js';
import { decodeLossless, encodeLossless } from './lossless.js';
import { decodeOpus, encodeOpus } from './opus.js';

/**
 * @param {string} codec 'opus' or 'lossless'
 * @param {Uint8Array} pcm int16 little endian, mono
 * @param {number} rate Hz
 * @param {number} bitrate bits a second, for a codec that has one
 * @returns {Promise<Uint8Array<ArrayBuffer> | null>} null: this browser has no such codec
 * @throws {LecternError} store
 */
export function encode(codec, pcm, rate, bitrate) {
  return told(codec, () => {
    const samples = samplesOf(pcm);
    return codec === 'opus' ? encodeOpus(samples, rate, bitrate) : encodeLossless(samples);
  });
}

/**
 * @param {string} codec 'opus' or 'lossless'
 * @param {Uint8Array} data of `encode`
 * @param {number} rate Hz
 * @param {number} samples how many there are
 * @param {number} limit so many of them are enough; more may come
 * @returns {Promise<Uint8Array<ArrayBuffer> | null>} int16 little endian; null: there is no such codec
 * @throws {LecternError} store
 */
export function decode(codec, data, rate, samples, limit) {
  return told(codec, async () => {
    const bytes = new Uint8Array(data);
    const pcm = codec === 'opus' ? await decodeOpus(bytes, rate, samples, limit) : await decodeLossless(bytes, samples);
    return pcm && new Uint8Array(pcm.buffer);
  });
}

/**
 * @template T
 * @param {string} codec
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function told(codec, work) {
  try {
    return await work();
  } catch (error) {
    if (error instanceof LecternError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new LecternError('store', `The codec ${codec} failed: ${reason}.`, { retryable: true, cause: error });
  }
}

/** A copy: an Int16Array needs an even place. @param {Uint8Array} pcm */
function samplesOf(pcm) {
  const bytes = new Uint8Array(pcm);
  return new Int16Array(bytes.buffer);
}
