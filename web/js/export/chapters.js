// @ts-check
/** Chapters of a sound file: what may stand in a title, and in which order they come. */

/** UTF-16 units of a title: longer ones are of no use in a list. */
const LONGEST_TITLE = 200;
/** More than a reader leafs through; Vorbis comments have three digits for them. */
export const MOST_CHAPTERS = 999;

/**
 * @typedef {{title: string, start: number, end: number}} Chapter  seconds from the file's beginning
 * @typedef {{title: string, artist: string, chapters: readonly Chapter[]}} Tags
 */

/**
 * A title as it may stand in a file: one line without control characters, well-formed.
 *
 * @param {string} title
 * @param {string} [otherwise] where nothing is left of it
 * @returns {string}
 */
export function cleanTitle(title, otherwise = '') {
  const line = title
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
  if (line.length <= LONGEST_TITLE) return line || otherwise;
  return `${line.slice(0, LONGEST_TITLE - 1).replace(/[\ud800-\udbff]$/, '').trimEnd()}…`;
}

/**
 * Titles ready to be written, at most MOST_CHAPTERS; the times as they are.
 *
 * @param {readonly Chapter[]} chapters
 * @returns {Chapter[]}
 */
export function cleanChapters(chapters) {
  return chapters
    .slice(0, MOST_CHAPTERS)
    .map((chapter, index) => ({ ...chapter, title: cleanTitle(chapter.title, String(index + 1)) }));
}

/**
 * Bytes one after the other.
 *
 * @param {readonly Uint8Array[]} parts
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function joined(parts) {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}
