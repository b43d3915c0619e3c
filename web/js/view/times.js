// @ts-check
/** Times of listening in words: "12 min", "1 h 20 min", without false precision. */

/**
 * @param {number} seconds
 * @param {import('./strings.js').Strings} strings
 */
export function duration(seconds, strings) {
  if (seconds < 50) return strings.underAMinute;
  const minutes = Math.max(1, Math.round(seconds / 60));
  if (minutes < 60) return strings.minutes(minutes);
  const rough = Math.round(minutes / 5) * 5;
  return strings.hours(Math.floor(rough / 60), rough % 60);
}

/**
 * What runs down: minutes, and in the last one seconds.
 *
 * @param {number} seconds
 * @param {import('./strings.js').Strings} strings
 */
export function countdown(seconds, strings) {
  if (seconds >= 60) return strings.minutes(Math.ceil(seconds / 60));
  return `0:${String(Math.min(59, Math.max(0, Math.round(seconds)))).padStart(2, '0')}`;
}
