// @ts-check
/** The packets of an Ogg stream (RFC 3533) with one channel of Opus in it (RFC 7845). */

const HEADER_BYTES = 27;
const HEAD_BYTES = 19;

/**
 * @param {Uint8Array<ArrayBuffer>} bytes of a whole file
 * @returns {import('./opus_decoder.js').Packets}
 * @throws {RangeError} it is something else, is cut, or has several channels
 */
export function opusPackets(bytes) {
  const packets = [...packetsOf(bytes)];
  const [head, tags] = packets;
  if (!head || !tags || head.length < HEAD_BYTES || !startsWith(head, 'OpusHead') || !startsWith(tags, 'OpusTags')) {
    throw new RangeError('This is no Ogg Opus stream.');
  }
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (view.getUint8(8) >> 4 !== 0 || view.getUint8(9) !== 1) throw new RangeError('This is no mono Opus.');
  return { packets: packets.slice(2), preSkip: view.getUint16(10, true) };
}

/**
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @returns {Generator<Uint8Array<ArrayBuffer>>}
 */
function* packetsOf(bytes) {
  /** @type {Uint8Array<ArrayBuffer>[]} parts of the packet that is being read */
  let parts = [];
  for (let at = 0; at < bytes.length; ) {
    if (bytes.length < at + HEADER_BYTES || !startsWith(bytes.subarray(at), 'OggS')) throw cut();
    const segments = bytes[at + 26];
    const table = bytes.subarray(at + HEADER_BYTES, at + HEADER_BYTES + segments);
    at += HEADER_BYTES + segments;
    let start = at;
    for (const length of table) {
      at += length;
      if (at > bytes.length) throw cut();
      // A segment of 255 bytes goes on in the next one, perhaps on the next page.
      if (length === 255) continue;
      parts.push(bytes.subarray(start, at));
      yield parts.length === 1 ? parts[0] : joined(parts);
      parts = [];
      start = at;
    }
    if (start < at) parts.push(bytes.subarray(start, at));
  }
  if (parts.length) throw cut();
}

/** @param {Uint8Array<ArrayBuffer>[]} parts */
function joined(parts) {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** @param {Uint8Array} bytes @param {string} text */
function startsWith(bytes, text) {
  return bytes.length >= text.length && [...text].every((letter, i) => bytes[i] === letter.charCodeAt(0));
}

function cut() {
  return new RangeError('The Ogg stream is cut.');
}
