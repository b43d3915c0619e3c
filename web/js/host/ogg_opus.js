// @ts-check
/** Ogg Opus as samples at the voice's own rate, as many as there were before it was encoded. */

import { opusPackets } from './ogg_packets.js';
import { decodePackets } from './opus_decoder.js';

export { canDecode } from './opus_decoder.js';

/**
 * @param {Uint8Array<ArrayBuffer>} bytes of a mono Ogg Opus file
 * @param {number} rate Hz
 * @param {number} samples how many there are at that rate
 * @param {number} [limit] only so many of them; they are those that the whole begins with
 * @returns {Promise<Int16Array<ArrayBuffer>>} exactly so many
 * @throws {Error} it is none, or shorter than that
 */
export async function decodeOggOpus(bytes, rate, samples, limit = samples) {
  return decodePackets(opusPackets(bytes), rate, samples, limit);
}
