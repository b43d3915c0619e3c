// @ts-check
/**
 * A document out of a library's file, which anybody may have written: copied field by field,
 * each of the type, the size and the range that it must have, or refused.
 */

import { checkedRules } from './rules.js';

/**
 * @typedef {import('./protocol.js').DocumentData} DocumentData
 * @typedef {import('./protocol.js').DocumentBlock} DocumentBlock
 * @typedef {import('./protocol.js').Skip} Skip
 * @typedef {import('./library.js').Reading} Reading
 *
 * @typedef {object} Given  a checked line
 * @property {DocumentData} document
 * @property {Reading} reading
 * @property {string} source
 * @property {number} added  milliseconds since 1970
 * @property {string} cover  base64, not looked at yet; '' for none
 */

/** As many UTF-16 units as a document may have when it is opened. */
const MOST_TEXT = 20_000_000;
const MOST_BLOCKS = 1_000_000;
const MOST_ENTRIES = 50_000;
const MOST_NAME = 300;
const MOST_LEVEL = 20;
const MOST_ADDRESS = 4000;
/** Of a cover in base64: covers are written small. */
const MOST_COVER = 1_000_000;
/** As documents/model.py has it. */
const LANGUAGE = /^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}$/;
const KINDS = new Set(['paragraph', 'heading', 'item', 'quote', 'verse', 'cell', 'caption']);
const SKIPS = new Set(['note', 'furniture', 'reference']);
/** Clocks differ; a place of next year would stay for ever. */
const AHEAD_MS = 24 * 3600 * 1000;

/** Why a line is refused. */
export class Unfit extends Error {
  /** @param {'damaged' | 'tooLarge'} why @param {string} what  for the console */
  constructor(why, what) {
    super(what);
    this.why = why;
  }
}

/**
 * @param {unknown} line  JSON-shaped
 * @param {number} now  milliseconds since 1970
 * @returns {Given}
 * @throws {Unfit}
 */
export function checkedLine(line, now) {
  const { document: data, reading, source, added, cover } = object(line, 'the line');
  const document = checkedDocument(data);
  return {
    document,
    reading: checkedReading(reading, document, now),
    source: name(source ?? ''),
    added: time(added ?? 0, now),
    cover: typeof cover === 'string' && cover.length <= MOST_COVER ? cover : '',
  };
}

/** @param {unknown} value @returns {DocumentData} */
function checkedDocument(value) {
  const { text, blocks, contents, title, author, language, ...page } = object(value, 'the document');
  if (typeof text !== 'string' || text.trim() === '') throw damaged('its text');
  if (text.length > MOST_TEXT) throw new Unfit('tooLarge', 'its text is too long');
  return {
    text,
    blocks: checkedBlocks(blocks, text.length),
    contents: checkedContents(contents, text.length),
    title: name(title),
    author: name(author ?? ''),
    language: tag(language ?? ''),
    ...(page.site ? { site: name(page.site) } : {}),
    ...(isAddress(page.source) ? { source: page.source } : {}),
  };
}

/** @param {unknown} value @param {number} length @returns {DocumentBlock[]} */
function checkedBlocks(value, length) {
  let done = 0;
  return list(value, MOST_BLOCKS, 'its blocks').map((one) => {
    const given = object(one, 'a block');
    const { start, end } = span(given, done, length);
    done = end;
    /** @type {DocumentBlock} */
    const block = { start, end, kind: /** @type {any} */ (oneOf(given.kind, KINDS)) };
    if (given.level !== undefined) block.level = within(given.level, 1, 6);
    if (given.language !== undefined) block.language = tag(given.language);
    if (given.skip !== undefined) block.skip = /** @type {Skip} */ (oneOf(given.skip, SKIPS));
    if (given.skipped !== undefined) block.skipped = checkedSpans(given.skipped, block);
    return block;
  });
}

/** @param {unknown} value @param {{start: number, end: number}} block */
function checkedSpans(value, block) {
  let done = block.start;
  return list(value, MOST_BLOCKS, 'what is skipped').map((one) => {
    const given = object(one, 'what is skipped');
    const { start, end } = span(given, done, block.end);
    done = end;
    return { start, end, skip: /** @type {Skip} */ (oneOf(given.skip, SKIPS)) };
  });
}

/** @param {unknown} value @param {number} length */
function checkedContents(value, length) {
  let done = 0;
  return list(value ?? [], MOST_ENTRIES, 'its contents').map((one) => {
    const { title, start, level } = object(one, 'a line of the contents');
    done = within(start, done, length);
    return { title: name(title), start: done, level: Math.min(within(level, 1, 1e6), MOST_LEVEL) };
  });
}

/**
 * A place beyond the document is no place, and no reason to do without the document.
 *
 * @param {unknown} value
 * @param {DocumentData} document
 * @param {number} now
 * @returns {Reading}
 */
function checkedReading(value, { text, blocks }, now) {
  const { start, end, placed, opened, finished, aloud, rules } = object(value ?? {}, 'its place');
  const known = isWithin(start, 0, text.length) && isWithin(end, start, text.length);
  const skipped = new Set(
    blocks.flatMap((block) =>
      block.skip ? [block.start] : (block.skipped ?? []).map((one) => one.start),
    ),
  );
  return {
    start: known ? start : 0,
    end: known ? end : 0,
    placed: known ? time(placed ?? 0, now) : 0,
    opened: time(opened ?? 0, now),
    finished: known && finished === true,
    aloud: [...new Set(Array.isArray(aloud) ? aloud : [])].filter((one) => skipped.has(one)),
    rules: checkedRules(rules),
  };
}

/** @param {unknown} value @param {string} what @returns {any} */
function object(value, what) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw damaged(what);
  return value;
}

/** @param {unknown} value @param {number} most @param {string} what @returns {unknown[]} */
function list(value, most, what) {
  if (!Array.isArray(value)) throw damaged(what);
  if (value.length > most) throw new Unfit('tooLarge', what);
  return value;
}

/** @param {unknown} value @returns {value is string} */
function isAddress(value) {
  if (typeof value !== 'string' || value.length > MOST_ADDRESS || !URL.canParse(value)) return false;
  return ['http:', 'https:'].includes(new URL(value).protocol);
}

/** One line of text. @param {unknown} value */
function name(value) {
  if (typeof value !== 'string') throw damaged('a name');
  return value.slice(0, 4 * MOST_NAME).replace(/\s+/g, ' ').trim().slice(0, MOST_NAME);
}

/** @param {unknown} value */
function tag(value) {
  if (typeof value !== 'string') throw damaged('a language');
  return LANGUAGE.test(value) ? value : '';
}

/** @param {unknown} value @param {Set<string>} known @returns {string} */
function oneOf(value, known) {
  if (typeof value !== 'string' || !known.has(value)) throw damaged(`${value}`.slice(0, 40));
  return value;
}

/** @param {any} given @param {number} from @param {number} to */
function span(given, from, to) {
  const start = within(given.start, from, to);
  const end = within(given.end, start, to);
  if (end === start) throw damaged('an empty part');
  return { start, end };
}

/** @param {unknown} value @param {number} least @param {number} most @returns {number} */
function within(value, least, most) {
  if (!isWithin(value, least, most)) throw damaged('a number');
  return value;
}

/** @param {unknown} value @param {number} least @param {number} most @returns {value is number} */
function isWithin(value, least, most) {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most;
}

/** @param {unknown} value @param {number} now */
function time(value, now) {
  return isWithin(value, 0, now + AHEAD_MS) ? Math.min(value, now) : 0;
}

/** @param {string} what */
function damaged(what) {
  return new Unfit('damaged', `${what}: not what it should be`);
}
