// @ts-check
/**
 * What surrounds the samples of a WAV file: the head, and behind the samples chapters as cue
 * points with their names.
 *
 * "Multimedia Programming Interface and Data Specifications 1.0" (IBM and Microsoft, 1991):
 * chunks `fmt `, `data`, `cue `, and `LIST` of type `adtl` with a `labl` for each cue point,
 * `LIST` of type `INFO`. Texts are UTF-8, as players read them today.
 */

import { cleanChapters, cleanTitle, joined } from './chapters.js';

export const HEAD_BYTES = 44;
const BYTES_PER_SAMPLE = 2;
/** RIFF counts in 32 bits what follows its first eight bytes. */
const MOST_BYTES = 0xffff_ffff;

/**
 * @param {number} sampleRate Hz
 * @param {number} dataBytes
 * @param {number} tailBytes of the chunks behind the samples, padding included
 * @returns {Uint8Array<ArrayBuffer>} 44 bytes: 16-bit mono
 */
export function wavHead(sampleRate, dataBytes, tailBytes) {
  return joined([
    ascii('RIFF'),
    u32(HEAD_BYTES - 8 + dataBytes + tailBytes),
    ascii('WAVE'),
    ascii('fmt '),
    u32(16),
    u16(1), // PCM
    u16(1), // channels
    u32(sampleRate),
    u32(sampleRate * BYTES_PER_SAMPLE),
    u16(BYTES_PER_SAMPLE),
    u16(8 * BYTES_PER_SAMPLE),
    ascii('data'),
    u32(dataBytes),
  ]);
}

/** Whether a file with so many bytes of sound, and these chunks behind them, can be. @param {number} dataBytes @param {number} tailBytes */
export function fits(dataBytes, tailBytes) {
  return HEAD_BYTES - 8 + dataBytes + tailBytes <= MOST_BYTES;
}

/**
 * The chunks behind the samples.
 *
 * @param {import('./chapters.js').Tags} tags
 * @param {number} sampleRate Hz
 * @returns {Uint8Array<ArrayBuffer>} of a length that depends on the titles alone
 */
export function wavTail({ title, artist, chapters }, sampleRate) {
  const chunks = [];
  const info = [
    ...(cleanTitle(title) ? [chunk('INAM', [text(cleanTitle(title))])] : []),
    ...(cleanTitle(artist) ? [chunk('IART', [text(cleanTitle(artist))])] : []),
  ];
  const list = cleanChapters(chapters);
  if (list.length) {
    const points = list.flatMap(({ start }, index) => {
      const sample = Math.max(0, Math.round(start * sampleRate));
      // Name, place in the play order, chunk, where it and its block begin, sample.
      return [u32(index + 1), u32(sample), ascii('data'), u32(0), u32(0), u32(sample)];
    });
    chunks.push(chunk('cue ', [u32(list.length), ...points]));
    const labels = list.map((chapter, index) => chunk('labl', [u32(index + 1), text(chapter.title)]));
    chunks.push(chunk('LIST', [ascii('adtl'), ...labels]));
  }
  if (info.length) chunks.push(chunk('LIST', [ascii('INFO'), ...info]));
  return joined(chunks);
}

/** @param {string} id @param {readonly Uint8Array[]} content */
function chunk(id, content) {
  const body = joined(content);
  return joined([ascii(id), u32(body.length), body, new Uint8Array(body.length & 1)]);
}

/** @param {string} value ends with NUL */
function text(value) {
  return joined([new TextEncoder().encode(value), Uint8Array.of(0)]);
}

/** @param {string} value */
function ascii(value) {
  return Uint8Array.from(value, (letter) => letter.charCodeAt(0));
}

/** @param {number} value */
function u16(value) {
  return Uint8Array.of(value & 255, value >> 8);
}

/** @param {number} value */
function u32(value) {
  return Uint8Array.of(value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24);
}
