// @ts-check
/** Where a place is when its text was changed by hand. */

/** @typedef {{start: number, end: number}} Place  UTF-16 offsets */

/**
 * What the two texts have in common before and behind the change says where the place went.
 *
 * @param {Place} place
 * @param {string} before
 * @param {string} after
 * @returns {Place | null} null where the text is another one altogether
 */
export function shiftedPlace({ start, end }, before, after) {
  const least = Math.min(before.length, after.length);
  let head = 0;
  while (head < least && before.charCodeAt(head) === after.charCodeAt(head)) head += 1;
  let tail = 0;
  while (
    tail < least - head &&
    before.charCodeAt(before.length - 1 - tail) === after.charCodeAt(after.length - 1 - tail)
  ) {
    tail += 1;
  }
  if (head + tail <= least / 2) return null;
  const grown = after.length - before.length;
  const isBehind = (/** @type {number} */ offset) => offset >= before.length - tail;
  const from = isBehind(start) && start > head ? start + grown : Math.min(start, head);
  const to = isBehind(end) ? end + grown : Math.min(end, head);
  return { start: from, end: Math.max(from, to) };
}
