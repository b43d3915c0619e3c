// @ts-check
/**
 * Subtitles from the word times: sentences become cues of at most two lines.
 *
 * Length and time of a cue follow the usual rules of the field (BBC Subtitle Guidelines; Netflix
 * Timed Text Style Guide): 42 characters a line, one to seven seconds, broken where the
 * sentence breathes. WebVTT: W3C; SubRip has no specification but what players do.
 */

const LINE = 42;
const LINES = 2;
/** Seconds. */
const SHORTEST = 1;
const LONGEST = 7;
/** A cue is broken at punctuation where at least this part of it lies before. */
const EARLIEST_BREAK = 0.4;
const BREATH = /[.,;:!?…—–»”)\]。、，！？؛،]["'’”»)\]]*$/u;

/**
 * @typedef {{start: number, end: number, time: number, duration: number}} Word  offsets in the
 *   sentence's text, UTF-16; seconds of the whole sound
 * @typedef {{text: string, time: number, end: number, words: readonly Word[]}} Said  one sentence,
 *   in seconds of the whole sound; without words they are spread evenly
 *
 * @typedef {{text: string, time: number, end: number, glued: boolean}} Part  what is not broken;
 *   glued: no space before it
 * @typedef {{start: number, end: number, lines: Part[][]}} Cue
 */

/**
 * @param {readonly Said[]} sentences in order
 * @returns {Cue[]} in order, none over another
 */
export function cues(sentences) {
  /** @type {Cue[]} */
  const found = [];
  for (const sentence of sentences) found.push(...cuesOf(partsOf(sentence)));
  for (const [index, cue] of found.entries()) {
    const next = found[index + 1]?.start ?? Infinity;
    cue.end = Math.min(Math.max(cue.end, cue.start + SHORTEST), Math.max(next, cue.start));
  }
  return found.filter(({ start, end }) => ms(end) > ms(start));
}

/** @param {readonly Cue[]} list @returns {string} a SubRip file */
export function toSrt(list) {
  return list
    .map(({ start, end, lines }, index) => {
      const said = lines.map((line) => harmless(textOf(line))).join('\n');
      return `${index + 1}\n${clock(start, ',')} --> ${clock(end, ',')}\n${said}\n`;
    })
    .join('\n');
}

/** @param {readonly Cue[]} list @returns {string} a WebVTT file with the time of each word */
export function toVtt(list) {
  const blocks = list.map(({ start, end, lines }) => {
    let last = ms(start);
    const said = lines.map((line) =>
      line
        .map(({ text, time, glued }, index) => {
          const stamped = ms(time) > last && ms(time) < ms(end);
          if (stamped) last = ms(time);
          const space = glued || index === 0 ? '' : ' ';
          return `${space}${stamped ? `<${clock(time, '.')}>` : ''}${escaped(text)}`;
        })
        .join(''),
    );
    return `${clock(start, '.')} --> ${clock(end, '.')}\n${said.join('\n')}\n`;
  });
  return ['WEBVTT\n', ...blocks].join('\n');
}

/** @param {Said} sentence @returns {Part[]} */
function partsOf({ text, time, end, words }) {
  /** @type {Part[]} */
  const parts = [];
  /** Where nothing else is known. @param {number} offset */
  const even = (offset) => time + ((end - time) * offset) / Math.max(1, text.length);
  let word = 0;
  for (const match of text.matchAll(/[^\s\0]+/g)) {
    const first = match.index;
    const last = first + match[0].length;
    while (word < words.length && words[word].end <= first) word += 1;
    let after = word;
    while (after < words.length && words[after].start < last) after += 1;
    const before = parts.at(-1)?.end ?? time;
    const spoken = after > word;
    const start = spoken ? words[word].time : words.length ? before : even(first);
    const stop = spoken
      ? words[after - 1].time + words[after - 1].duration
      : words.length
        ? before
        : even(last);
    parts.push(...cut(match[0].toWellFormed(), Math.max(start, before), Math.max(stop, start, before)));
  }
  return parts;
}

/** What is longer than a line in pieces that are not. @param {string} text @param {number} time @param {number} end */
function cut(text, time, end) {
  const letters = [...text];
  /** @type {Part[]} */
  const parts = [];
  for (let from = 0; from < letters.length; from += LINE) {
    const to = Math.min(from + LINE, letters.length);
    parts.push({
      text: letters.slice(from, to).join(''),
      time: time + ((end - time) * from) / letters.length,
      end: time + ((end - time) * to) / letters.length,
      glued: from > 0,
    });
  }
  return parts;
}

/** @param {Part[]} parts of one sentence @returns {Cue[]} */
function cuesOf(parts) {
  /** @type {Cue[]} */
  const found = [];
  /** @type {Part[]} */
  let current = [];
  /** @param {Part[]} taken */
  const close = (taken) => {
    found.push({ start: taken[0].time, end: taken[taken.length - 1].end, lines: laid(taken) ?? [taken] });
  };
  for (const part of parts) {
    while (current.length && !fits([...current, part])) {
      const breath = breathIn(current);
      close(current.slice(0, breath));
      current = current.slice(breath);
    }
    current.push(part);
  }
  if (current.length) close(current);
  return found;
}

/** @param {Part[]} parts */
function fits(parts) {
  const seconds = parts[parts.length - 1].end - parts[0].time;
  return laid(parts) !== null && (seconds <= LONGEST || parts.length === 1);
}

/** How many of them to take: up to the last breath, or all. @param {Part[]} parts */
function breathIn(parts) {
  const whole = lengthOf(parts);
  for (let count = parts.length; count > 0; count--) {
    if (lengthOf(parts.slice(0, count)) < whole * EARLIEST_BREAK) break;
    if (BREATH.test(parts[count - 1].text)) return count;
  }
  return parts.length;
}

/** In one line, or in two that are about as long. @param {Part[]} parts @returns {Part[][] | null} */
function laid(parts) {
  if (lengthOf(parts) <= LINE) return [parts];
  /** @type {Part[][] | null} */
  let best = null;
  let least = Infinity;
  for (let count = 1; count < parts.length; count++) {
    const lines = [parts.slice(0, count), parts.slice(count)];
    const [upper, lower] = lines.map(lengthOf);
    if (upper > LINE || lower > LINE || lines.length > LINES) continue;
    const breath = BREATH.test(parts[count - 1].text) ? LINE / 4 : 0;
    const unevenness = Math.abs(upper - lower) - breath;
    if (unevenness < least) [least, best] = [unevenness, lines];
  }
  return best;
}

/** @param {readonly Part[]} parts */
function textOf(parts) {
  return parts.map(({ text, glued }, index) => (glued || index === 0 ? text : ` ${text}`)).join('');
}

/** Characters. @param {readonly Part[]} parts */
function lengthOf(parts) {
  return [...textOf(parts)].length;
}

/** As WebVTT wants it; without ">" there is no arrow either. @param {string} text */
function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** SubRip has no escapes: an unseen letter keeps arrows and tags from being such. @param {string} text */
function harmless(text) {
  return text.replaceAll('-->', '--\u2060>').replace(/<(?=[\p{L}/])/gu, '<\u2060').replace(/\{(?=[\p{L}\\])/gu, '{\u2060');
}

/** @param {number} seconds */
function ms(seconds) {
  return Math.round(seconds * 1000);
}

/** "01:02:03.004". @param {number} seconds @param {string} point */
function clock(seconds, point) {
  const whole = ms(seconds);
  /** @param {number} value @param {number} count */
  const digits = (value, count) => String(Math.floor(value)).padStart(count, '0');
  const time = [whole / 3_600_000, (whole / 60_000) % 60, (whole / 1000) % 60];
  return `${time.map((value) => digits(value, 2)).join(':')}${point}${digits(whole % 1000, 3)}`;
}
