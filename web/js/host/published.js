// @ts-check
/** The folder's sound that was made ahead: fetched from there, and from nowhere else. */

import { LecternError } from '../errors.js';

/** Fetched when there is something to decode. */
const ogg = () => import('./ogg_opus.js');

export class Published {
  /** @param {string} base absolute URL of the app's folder, with a final slash */
  constructor(base) {
    this.base = base;
  }

  /** Whether this browser decodes Opus. @returns {Promise<boolean>} */
  async decodes() {
    try {
      return await (await ogg()).canDecode();
    } catch {
      return false; // the module can't be fetched
    }
  }

  /**
   * @param {string} path in the app's folder
   * @param {number} limit bytes
   * @param {boolean} fresh past the HTTP cache
   * @returns {Promise<Uint8Array>}
   * @throws {LecternError} network, too_large
   */
  async fetch(path, limit, fresh) {
    const url = new URL(path, this.base);
    if (!url.href.startsWith(this.base)) throw new LecternError('network', `${path} is not in this folder.`);
    const stop = new AbortController();
    let answer;
    try {
      answer = await fetch(url, {
        cache: fresh ? 'reload' : 'default',
        credentials: 'same-origin',
        redirect: 'error',
        signal: stop.signal,
      });
      if (!answer.ok || !answer.body) throw new Error(`the server answered ${answer.status}`);
      return await taken(answer.body, limit, path);
    } catch (error) {
      stop.abort();
      if (error instanceof LecternError) throw error;
      const { message } = /** @type {Error} */ (error);
      throw new LecternError('network', `${path} could not be fetched: ${message}.`, { retryable: true, cause: error });
    }
  }

  /**
   * @param {Uint8Array<ArrayBuffer>} data mono Ogg Opus
   * @param {number} sampleRate Hz
   * @param {number} samples how many there are
   * @param {number} limit only so many of them, the first ones
   * @returns {Promise<Uint8Array>} int16 little endian, exactly so many samples
   * @throws {LecternError} store
   */
  async decode(data, sampleRate, samples, limit) {
    try {
      const { decodeOggOpus } = await ogg();
      const pcm = await decodeOggOpus(data, sampleRate, samples, limit);
      return new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength);
    } catch (error) {
      const { message } = /** @type {Error} */ (error);
      throw new LecternError('store', `Published sound could not be decoded: ${message}`, { cause: error });
    }
  }
}

/**
 * @param {ReadableStream<Uint8Array>} body
 * @param {number} limit bytes
 * @param {string} path
 */
async function taken(body, limit, path) {
  const reader = body.getReader();
  /** @type {Uint8Array[]} */
  const parts = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > limit) throw new LecternError('too_large', `${path} is longer than ${limit} bytes.`);
    parts.push(value);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
