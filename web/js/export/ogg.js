// @ts-check
/**
 * Chapters in an Ogg Opus file: Vorbis comments CHAPTERxxx and CHAPTERxxxNAME (Xiph.org wiki,
 * "Chapter Extension") in the OpusTags packet (RFC 7845, 5.2) of an Ogg stream (RFC 3533).
 *
 * Times have always as many letters, so the packet can be written first and again, with the
 * true times, when they are known.
 */

import { cleanChapters, cleanTitle, joined } from './chapters.js';

const MOST_SECONDS = 100 * 3600 - 0.001;
const HEADER_BYTES = 27;
const MAGIC = 'OpusTags';

/**
 * @param {import('./chapters.js').Tags} tags
 * @returns {[string, string][]} field names and values
 */
export function comments({ title, artist, chapters }) {
  /** @type {[string, string][]} */
  const fields = [];
  if (cleanTitle(title)) fields.push(['TITLE', cleanTitle(title)]);
  if (cleanTitle(artist)) fields.push(['ARTIST', cleanTitle(artist)]);
  cleanChapters(chapters).forEach(({ title: name, start }, index) => {
    const number = `CHAPTER${String(index + 1).padStart(3, '0')}`;
    fields.push([number, clock(start)], [`${number}NAME`, name]);
  });
  return fields;
}

/** "01:02:03.004". @param {number} seconds */
function clock(seconds) {
  const ms = Math.round(Math.min(Math.max(0, seconds), MOST_SECONDS) * 1000);
  /** @param {number} value @param {number} digits */
  const digits = (value, digits) => String(Math.floor(value)).padStart(digits, '0');
  const minutes = digits((ms / 60_000) % 60, 2);
  return `${digits(ms / 3_600_000, 2)}:${minutes}:${digits((ms / 1000) % 60, 2)}.${digits(ms % 1000, 3)}`;
}

/**
 * The OpusTags packet with other comments, in pages of the same sizes.
 *
 * @param {Uint8Array} pages that hold this packet and nothing else
 * @param {readonly (readonly [string, string])[]} fields as long as those before together
 * @returns {Uint8Array<ArrayBuffer>}
 * @throws {RangeError} these are no such pages, or the packet would be of another length
 */
export function withComments(pages, fields) {
  const found = readPages(pages);
  const packet = joined(found.map(({ body }) => body));
  const made = opusTags(vendorOf(packet), fields);
  if (made.length !== packet.length) throw new RangeError('The comments have another length.');
  let done = 0;
  return joined(
    found.map(({ page, body }) => {
      const written = new Uint8Array(page);
      written.set(made.subarray(done, (done += body.length)), page.length - body.length);
      const view = new DataView(written.buffer);
      view.setUint32(22, 0);
      view.setUint32(22, pageChecksum(written), true);
      return written;
    }),
  );
}

/**
 * Where the pages of the second packet, OpusTags, begin and end.
 *
 * @param {Uint8Array} bytes of the stream's beginning
 * @returns {{start: number, end: number} | null} null as long as they are not all there
 * @throws {RangeError} this is no Ogg stream
 */
export function tagPages(bytes) {
  const first = pageAt(bytes, 0);
  if (!first) return null;
  for (let at = first; at < bytes.length; ) {
    const end = pageAt(bytes, at);
    if (!end) return null;
    const segments = bytes[at + 26];
    // A packet ends with a segment that is not full.
    if (bytes[at + HEADER_BYTES + segments - 1] < 255) return { start: first, end };
    at = end;
  }
  return null;
}

/**
 * @param {string} vendor
 * @param {readonly (readonly [string, string])[]} fields
 */
export function opusTags(vendor, fields) {
  const encoder = new TextEncoder();
  /** @param {number} value */
  const number = (value) => new Uint8Array(Uint32Array.of(value).buffer); // little endian, as everywhere
  /** @param {string} text */
  const counted = (text) => {
    const bytes = encoder.encode(text);
    return [number(bytes.length), bytes];
  };
  const entries = fields.flatMap(([name, value]) => counted(`${name}=${value}`));
  return joined([encoder.encode(MAGIC), ...counted(vendor), number(fields.length), ...entries]);
}

/** @param {Uint8Array} packet */
function vendorOf(packet) {
  if (new TextDecoder().decode(packet.subarray(0, 8)) !== MAGIC) throw notOgg();
  const length = new DataView(packet.buffer, packet.byteOffset).getUint32(8, true);
  return new TextDecoder().decode(packet.subarray(12, 12 + length));
}

/** @param {Uint8Array} bytes whole pages */
function readPages(bytes) {
  const pages = [];
  for (let at = 0; at < bytes.length; ) {
    const end = pageAt(bytes, at);
    if (!end) throw notOgg();
    const page = bytes.subarray(at, end);
    pages.push({ page, body: page.subarray(HEADER_BYTES + page[26]) });
    at = end;
  }
  return pages;
}

/** @param {Uint8Array} bytes @param {number} at @returns {number} the page's end; 0 where it is not all there */
function pageAt(bytes, at) {
  if (bytes.length < at + HEADER_BYTES) return 0;
  if (bytes[at] !== 0x4f || bytes[at + 1] !== 0x67 || bytes[at + 2] !== 0x67 || bytes[at + 3] !== 0x53) throw notOgg();
  const segments = bytes[at + 26];
  if (bytes.length < at + HEADER_BYTES + segments) return 0;
  let end = at + HEADER_BYTES + segments;
  for (let i = 0; i < segments; i++) end += bytes[at + HEADER_BYTES + i];
  return end <= bytes.length ? end : 0;
}

/** CRC-32 with the polynomial 0x04c11db7, not reflected, from 0 on. @param {Uint8Array} page */
function pageChecksum(page) {
  let crc = 0;
  for (const byte of page) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000_0000 ? (crc << 1) ^ 0x04c1_1db7 : crc << 1;
  }
  return crc >>> 0;
}

function notOgg() {
  return new RangeError('This is no Ogg stream with Opus tags.');
}
