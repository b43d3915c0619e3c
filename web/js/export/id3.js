// @ts-check
/**
 * An ID3 tag with chapters, for the beginning of an MP3 file.
 *
 * ID3 tag version 2.4.0, main structure and native frames (M. Nilsson, 2000), and "ID3v2
 * Chapter Frame Addendum 1.0" (C. Newell, 2005): a CHAP frame for each chapter and a CTOC frame
 * that lists them. The tag's length depends on the titles alone, so it can be written first and
 * again, with the true times, when they are known.
 */

import { cleanChapters, cleanTitle, joined } from './chapters.js';

/** A CTOC frame counts its children in one byte. */
const MOST_CHILDREN = 255;
const UTF_8 = 3;
const TOP_LEVEL = 2;
const ORDERED = 1;
/** "This offset is not given" in CHAP. */
const NO_OFFSET = 0xffff_ffff;

/**
 * @param {import('./chapters.js').Tags} tags
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function id3Tag({ title, artist, chapters }) {
  const list = cleanChapters(chapters);
  const frames = [];
  if (cleanTitle(title)) frames.push(textFrame('TIT2', cleanTitle(title)));
  if (cleanTitle(artist)) frames.push(textFrame('TPE1', cleanTitle(artist)));
  if (list.length) frames.push(...contentsFrames(list.map((_, index) => `ch${index}`)));
  list.forEach(({ title: name, start, end }, index) => {
    const times = new DataView(new ArrayBuffer(16));
    times.setUint32(0, milliseconds(start));
    times.setUint32(4, milliseconds(end));
    times.setUint32(8, NO_OFFSET);
    times.setUint32(12, NO_OFFSET);
    const bytes = new Uint8Array(times.buffer);
    frames.push(frame('CHAP', [ascii(`ch${index}\0`), bytes, textFrame('TIT2', name)]));
  });
  const body = joined(frames);
  return joined([ascii('ID3'), Uint8Array.of(4, 0, 0), synchsafe(body.length), body]);
}

/**
 * One table of contents, or where there are too many one of several.
 *
 * @param {string[]} ids
 */
function contentsFrames(ids) {
  if (ids.length <= MOST_CHILDREN) return [contentsFrame('toc', TOP_LEVEL | ORDERED, ids)];
  /** @type {string[]} */
  const parts = [];
  const frames = [];
  for (let from = 0; from < ids.length; from += MOST_CHILDREN) {
    const id = `toc${from / MOST_CHILDREN}`;
    parts.push(id);
    frames.push(contentsFrame(id, ORDERED, ids.slice(from, from + MOST_CHILDREN)));
  }
  return [contentsFrame('toc', TOP_LEVEL | ORDERED, parts), ...frames];
}

/** @param {string} id @param {number} flags @param {string[]} children */
function contentsFrame(id, flags, children) {
  const listed = children.map((child) => `${child}\0`).join('');
  return frame('CTOC', [ascii(`${id}\0`), Uint8Array.of(flags, children.length), ascii(listed)]);
}

/** @param {string} id @param {string} text */
function textFrame(id, text) {
  return frame(id, [Uint8Array.of(UTF_8), new TextEncoder().encode(text), Uint8Array.of(0)]);
}

/** @param {string} id four letters @param {readonly Uint8Array[]} content */
function frame(id, content) {
  const body = joined(content);
  return joined([ascii(id), synchsafe(body.length), Uint8Array.of(0, 0), body]);
}

/** Four bytes of seven bits each. @param {number} value below 2^28 */
function synchsafe(value) {
  return Uint8Array.of(value >> 21, (value >> 14) & 127, (value >> 7) & 127, value & 127);
}

/** @param {number} seconds */
function milliseconds(seconds) {
  return Math.min(NO_OFFSET - 1, Math.max(0, Math.round(seconds * 1000)));
}

/** @param {string} text */
function ascii(text) {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}
