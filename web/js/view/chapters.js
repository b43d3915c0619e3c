// @ts-check
/**
 * Contents into the chapters that a listener thinks in: apart from each other, in order,
 * and together the whole text. A book in parts has its chapters below them, a paper its
 * sections below nothing; which level that is, its length says.
 *
 * @typedef {{title: string, start: number, level: number}} ContentsEntry  UTF-16 offset; level 1 is the top
 * @typedef {{title: string, start: number, end: number, level: number}} Chapter
 *   title '': what lies before the first entry
 * @typedef {ContentsEntry & {end: number, below: Entry[]}} Entry  end: of it and all that lies below it
 */

/** What is longer than this (characters, about an hour of listening) is more than a chapter. */
const LONG = 60_000;
/** A part with less than this before its first chapter is only that chapter's title page. */
const TITLE_PAGE = 300;

/**
 * The contents as a tree, in the order of the text.
 *
 * @param {readonly ContentsEntry[]} contents
 * @param {number} length  of the text
 * @returns {Entry[]}
 */
export function tree(contents, length) {
  /** @type {Entry[]} */
  const top = [];
  /** @type {Entry[]} the entry before and those that it lies in */
  const path = [];
  for (const { title, start, level } of sorted(contents, length)) {
    while (path.length > 0 && path[path.length - 1].level >= level) {
      /** @type {Entry} */ (path.pop()).end = start;
    }
    const entry = { title, start, level, end: length, below: [] };
    (path.at(-1)?.below ?? top).push(entry);
    path.push(entry);
  }
  return top;
}

/**
 * @param {readonly ContentsEntry[]} contents
 * @param {number} length  of the text
 * @returns {Chapter[]} ascending, without gaps; [] where there are no contents
 */
export function chapters(contents, length) {
  const entries = sorted(contents, length);
  if (entries.length === 0) return [];
  const levels = [...new Set(entries.map(({ level }) => level))].sort((a, b) => a - b);
  let best = cut(entries, length, levels[0]);
  for (const level of levels) {
    const found = level === levels[0] ? best : cut(entries, length, level);
    best = found;
    if (found.length > 1 && median(found) <= LONG) break;
  }
  const [{ start }] = best;
  if (start > 0) best.unshift({ title: '', start: 0, end: start, level: levels[0] });
  return best;
}

/**
 * The chapter at `offset`: the last one that has begun there.
 *
 * @param {readonly Chapter[]} all
 * @param {number} offset
 * @returns {number} its index, -1 where there is none
 */
export function chapterAt(all, offset) {
  let low = 0;
  let high = all.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (all[middle].start <= offset) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/**
 * The chapter that lies at `offset`: what is read as one track, kept as one part, slept through.
 *
 * @param {readonly ContentsEntry[]} contents
 * @param {number} length  of the text
 * @param {number} offset
 * @returns {Chapter | null} null where there are no contents
 */
export function chapterOf(contents, length, offset) {
  const all = chapters(contents, length);
  return all[Math.max(0, chapterAt(all, offset))] ?? null;
}

/**
 * Cut at the entries down to `level`.
 *
 * @param {ContentsEntry[]} entries
 * @param {number} length
 * @param {number} level
 * @returns {Chapter[]}
 */
function cut(entries, length, level) {
  /** @type {Chapter[]} */
  const found = [];
  for (const entry of entries) {
    if (entry.level > level) continue;
    const before = found.at(-1);
    if (before) before.end = entry.start;
    if (before && entry.start - before.start < TITLE_PAGE && before.level < entry.level) {
      before.title = entry.title;
      before.level = entry.level;
      before.end = length;
    } else if (!before || before.start < entry.start) {
      found.push({ ...entry, end: length });
    } else {
      before.end = length; // two entries for one place: the first one names it
    }
  }
  return found;
}

/** @param {Chapter[]} all */
function median(all) {
  const lengths = all.map(({ start, end }) => end - start).sort((a, b) => a - b);
  return lengths[lengths.length >> 1];
}

/**
 * In the order of the text, whatever order the document lists them in.
 *
 * @param {readonly ContentsEntry[]} contents
 * @param {number} length
 * @returns {ContentsEntry[]}
 */
function sorted(contents, length) {
  return contents
    .filter(({ start }) => start >= 0 && start < length)
    .map(({ title, start, level }) => ({ title, start, level }))
    .sort((a, b) => a.start - b.start);
}
