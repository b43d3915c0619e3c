// @ts-check
/**
 * Plain text into the paragraphs of a page. Offsets are UTF-16 units of the text, and the
 * characters of a block are exactly the text's: how its line ends are shown is its `kind`.
 *
 * @typedef {object} Block
 * @property {number} start
 * @property {number} end
 * @property {'prose' | 'lines'} kind  prose: line ends are spaces; lines: they are kept
 * @property {boolean} heading  looks like a heading
 * @property {boolean} continued  the paragraph goes on in the next block
 */

/** A paragraph longer than this is laid out in parts, so that no part takes long. */
const MAX_BLOCK = 3000;
/** Lines between these widths that fill a block were wrapped by a machine at about 72. */
const WRAPPED = { least: 45, most: 100 };
/** So many lines of a block say what kind it is. */
const SAMPLE_LINES = 40;
const BLANK_LINES = /\n[^\S\n]*(?:\n[^\S\n]*)+/g;

/**
 * @param {string} text  newlines are \n
 * @returns {Generator<Block, void, void>}
 */
export function* paragraphs(text) {
  const breaks = new RegExp(BLANK_LINES);
  let start = 0;
  while (start < text.length) {
    breaks.lastIndex = start;
    const gap = breaks.exec(text);
    yield* block(text, start, gap ? gap.index : text.length);
    start = gap ? gap.index + gap[0].length : text.length;
  }
}

/** @param {string} text @param {number} start @param {number} end @returns {Generator<Block, void, void>} */
function* block(text, start, end) {
  const sample = firstOf(linesOf(text, start, end), SAMPLE_LINES);
  if (sample.length === 0) return;
  const first = sample[0];
  const widths = sample.map((line) => line.end - line.start);
  const inner = widths.slice(0, -1);
  if (inner.length >= 1 && inner.every((w) => w >= WRAPPED.least && w <= WRAPPED.most)) {
    yield* parts(text, first.start, endOf(text, start, end), 'prose', false);
  } else if (widths.some((width) => width > WRAPPED.most)) {
    for (const line of linesOf(text, start, end)) {
      yield* parts(text, line.start, line.end, 'prose', isHeading(text, line));
    }
  } else {
    const heading = sample.length === 1 && isHeading(text, first);
    yield* parts(text, first.start, endOf(text, start, end), 'lines', heading);
  }
}

/**
 * The lines that have something in them, without the white space around.
 *
 * @param {string} text
 * @param {number} start
 * @param {number} end
 * @returns {Generator<{start: number, end: number}, void, void>}
 */
function* linesOf(text, start, end) {
  let from = start;
  while (from < end) {
    let to = text.indexOf('\n', from);
    if (to < 0 || to > end) to = end;
    let first = from;
    while (first < to && isSpace(text, first)) first += 1;
    if (first < to) yield { start: first, end: endOf(text, first, to) };
    from = to + 1;
  }
}

/** `end` without the white space before it. @param {string} text @param {number} start @param {number} end */
function endOf(text, start, end) {
  while (end > start && isSpace(text, end - 1)) end -= 1;
  return end;
}

/** @template T @param {Generator<T, void, void>} all @param {number} count @returns {T[]} */
function firstOf(all, count) {
  const found = [];
  for (const one of all) {
    found.push(one);
    if (found.length === count) break;
  }
  return found;
}

/**
 * @param {string} text
 * @param {number} start
 * @param {number} end
 * @param {Block['kind']} kind
 * @param {boolean} heading
 * @returns {Generator<Block, void, void>}
 */
export function* parts(text, start, end, kind, heading) {
  while (end - start > MAX_BLOCK) {
    const cut = goodCut(text, start + MAX_BLOCK / 2, start + MAX_BLOCK, kind);
    yield { start, end: cut, kind, heading: false, continued: true };
    start = cut;
  }
  yield { start, end, kind, heading, continued: false };
}

/**
 * Behind the last sentence or line between `from` and `to`, else the last space, else
 * before a whole character.
 *
 * @param {string} text
 * @param {number} from
 * @param {number} to
 * @param {Block['kind']} kind
 */
function goodCut(text, from, to, kind) {
  let space = -1;
  for (let i = to; i > from; i -= 1) {
    if (!isSpace(text, i - 1)) continue;
    if (kind === 'lines' ? text[i - 1] === '\n' : /[.!?…»”"]/.test(text[i - 2])) return i;
    if (space < 0) space = i;
  }
  if (space > 0) return space;
  const lowSurrogate = (text.charCodeAt(to) & 0xfc00) === 0xdc00;
  return lowSurrogate ? to - 1 : to;
}

/**
 * Short, and no sentence: nothing at its end that ends one.
 *
 * @param {string} text
 * @param {{start: number, end: number}} line
 */
function isHeading(text, line) {
  return line.end - line.start <= 80 && !/[.!?…,;:»”"’)\]]/.test(text[line.end - 1]);
}

/** @param {string} text @param {number} index */
function isSpace(text, index) {
  const code = text.charCodeAt(index);
  return code === 32 || (code >= 9 && code <= 13) || code === 0xa0 || code === 0x202f;
}
