// @ts-check
/** Which documents of the library are shown, and in which order. */

/** @typedef {import('../library.js').Entry} Entry */
/** @typedef {'opened' | 'title' | 'author' | 'progress' | 'added'} Order */

/** @type {readonly Order[]} */
export const ORDERS = ['opened', 'title', 'author', 'progress', 'added'];

/** @param {string} by @returns {Order} */
export function orderOf(by) {
  return ORDERS.find((one) => one === by) ?? 'opened';
}

/**
 * How much of a document was read, 0 to 1.
 *
 * @param {Entry} entry
 */
export function share({ start, end, length, finished }) {
  if (finished) return 1;
  return length && start ? Math.min(1, (start + end) / 2 / length) : 0;
}

/**
 * @param {Entry[]} entries
 * @param {object} wanted
 * @param {string} wanted.search  all its words must be in title, author or source
 * @param {Order} wanted.by
 * @param {string} wanted.language  of the interface, BCP 47
 * @returns {Entry[]}
 */
export function ordered(entries, { search, by, language }) {
  const words = plain(search).split(/\s+/).filter(Boolean);
  const found = entries.filter(({ title, author, source }) => {
    const names = plain(`${title} ${author} ${source}`);
    return words.every((word) => names.includes(word));
  });
  const { compare } = new Intl.Collator(language, { numeric: true, sensitivity: 'base' });
  const byTitle = (/** @type {Entry} */ a, /** @type {Entry} */ b) => compare(a.title, b.title);
  /** @type {Record<Order, (a: Entry, b: Entry) => number>} */
  const orders = {
    opened: (a, b) => b.opened - a.opened,
    added: (a, b) => b.added - a.added,
    progress: (a, b) => share(b) - share(a),
    title: byTitle,
    // Who has no author stands behind who has one.
    author: (a, b) => Number(!a.author) - Number(!b.author) || compare(a.author, b.author),
  };
  return found.sort((a, b) => orders[by](a, b) || byTitle(a, b) || b.opened - a.opened);
}

/** Without case and accents. @param {string} text */
function plain(text) {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}
