// @ts-check
/**
 * What the panel of metrics shows, computed from what the engine counted. Pure; whatever is missing in an
 * answer counts as nothing, so that an engine that counts less or more does not stop the page.
 */

/**
 * @typedef {import('./types.js').Metrics} Metrics
 * @typedef {import('./types.js').Latency} Latency
 * @typedef {import('./types.js').Overview} Overview
 * @typedef {import('./types.js').Room} Room
 * @typedef {'memory' | 'disk' | 'published' | 'model'} Source  of a sentence's sound
 * @typedef {{source: Source, count: number, share: number}} SourceShare  share: 0 to 1
 * @typedef {{at: number, ready: number, made: number}} Minute  sentences; at: ms since 1970
 * @typedef {{name: string, count: number, p50: number, p90: number, p99: number}} Spread  ms
 * @typedef {{tier: string, cause: string, count: number}} Eviction
 */

/** In the order in which they are asked. @type {readonly Source[]} */
export const SOURCES = ['memory', 'disk', 'published', 'model'];
/** Steps whose times are shown, in the order in which they come. */
const STEPS = [
  'cache.memory.read',
  'cache.disk.read',
  'cache.published.read',
  'phonemise',
  'infer',
  'encode',
  'cache.disk.write',
  'store',
];
const MINUTE = 60_000;
/** A few minutes are not stretched over the whole width. */
const FEWEST_MINUTES = 30;
const MOST_MINUTES = 120;
/** Those that may fail. */
const TIERS_THAT_REST = /** @type {const} */ (['disk', 'published']);
const EVICTED = /^cache\.([a-z]+)\.evicted(?:\.([a-z]+))?$/;
const CAUSES = ['bytes', 'entries', 'age', 'quota', 'expired'];

/** A number of things or bytes. @param {unknown} value @returns {number} not negative */
function amount(value) {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;
}

/** @param {Metrics} metrics @param {string} name */
function counter(metrics, name) {
  return amount(metrics.counters?.[name]);
}

/** Where sentences came from. @param {Metrics} metrics @returns {SourceShare[]} all four */
export function sources(metrics) {
  const counts = SOURCES.map((source) => amount(metrics.latency?.[`sentence.${source}`]?.count));
  const all = counts.reduce((sum, count) => sum + count, 0);
  return SOURCES.map((source, index) => {
    const count = counts[index];
    return { source, count, share: all ? count / all : 0 };
  });
}

/**
 * What each tier was asked for and had; a sentence that several have waited for together was made once.
 *
 * @param {Metrics} metrics
 * @returns {{tiers: {tier: Exclude<Source, 'model'>, hits: number, misses: number, share: number}[], joined: number} | null}
 */
export function lookups(metrics) {
  const tiers = /** @type {const} */ (['memory', 'disk', 'published']).flatMap((tier) => {
    const hits = counter(metrics, `cache.${tier}.hit`);
    const misses = counter(metrics, `cache.${tier}.miss`);
    return hits + misses ? [{ tier, hits, misses, share: hits / (hits + misses) }] : [];
  });
  return tiers.length ? { tiers, joined: counter(metrics, 'cache.joined') } : null;
}

/**
 * Minute by minute, without gaps, newest last: what was there already and what had to be made.
 *
 * @param {Metrics} metrics
 * @returns {Minute[]}  none, or 30 to 120 of them
 */
export function minutes(metrics) {
  const rows = Array.isArray(metrics.hitRate) ? metrics.hitRate : [];
  /** @type {Map<number, Minute>} */
  const known = new Map();
  for (const row of rows) {
    const at = Math.floor(amount(row?.at) / MINUTE) * MINUTE;
    const ready = amount(row?.memory) + amount(row?.disk) + amount(row?.published);
    const made = amount(row?.model);
    if (!at || ready + made === 0) continue;
    const before = known.get(at);
    known.set(at, { at, ready: ready + (before?.ready ?? 0), made: made + (before?.made ?? 0) });
  }
  if (known.size === 0) return [];
  const last = Math.max(...known.keys());
  const span = (last - Math.min(...known.keys())) / MINUTE + 1;
  const length = Math.min(MOST_MINUTES, Math.max(FEWEST_MINUTES, span));
  return Array.from({ length }, (_, index) => {
    const at = last - (length - 1 - index) * MINUTE;
    return known.get(at) ?? { at, ready: 0, made: 0 };
  });
}

/** Of these minutes together, the share that was there already; null without a sentence. @param {Minute[]} all */
export function readyShare(all) {
  const ready = all.reduce((sum, minute) => sum + minute.ready, 0);
  const made = all.reduce((sum, minute) => sum + minute.made, 0);
  return ready + made ? ready / (ready + made) : null;
}

/**
 * @param {Metrics} metrics
 * @param {readonly string[]} names  of histograms
 * @returns {Spread[]}  those that were observed, in this order
 */
function spreads(metrics, names) {
  return names.flatMap((name) => {
    const found = metrics.latency?.[name];
    const count = amount(found?.count);
    if (!found || !count) return [];
    return [{ name, count, p50: amount(found.p50), p90: amount(found.p90), p99: amount(found.p99) }];
  });
}

/** From asking to the first sound, by source. @param {Metrics} metrics @returns {Spread[]} name: the source */
export function firstSounds(metrics) {
  const names = SOURCES.map((source) => `sentence.${source}`);
  return spreads(metrics, names).map((row) => ({ ...row, name: row.name.slice('sentence.'.length) }));
}

/** What the steps took. @param {Metrics} metrics */
export function steps(metrics) {
  return spreads(metrics, STEPS);
}

/**
 * Whole decades in which all of these times lie.
 *
 * @param {Spread[]} rows
 * @returns {{decades: number[], place: (ms: number) => number}}  decades: where each begins, ms; place: 0 to 1
 */
export function logScale(rows) {
  const times = rows.flatMap(({ p50, p90, p99 }) => [p50, p90, p99]).filter((ms) => ms > 0);
  const exponent = (/** @type {number} */ ms) => Math.min(6, Math.max(-2, Math.log10(ms)));
  // One decade at least below the shortest: a bar without length says nothing.
  const low = times.length ? Math.ceil(exponent(Math.min(...times))) - 1 : 0;
  const high = times.length ? Math.max(low + 1, Math.ceil(exponent(Math.max(...times)))) : 1;
  const decades = Array.from({ length: high - low }, (_, index) => 10 ** (low + index));
  /** @param {number} ms */
  const place = (ms) => {
    if (ms <= 0) return 0;
    return Math.min(1, Math.max(0, (Math.log10(ms) - low) / (high - low)));
  };
  return { decades, place };
}

/**
 * Bytes that were compressed for the disk.
 *
 * @param {Metrics} metrics
 * @returns {{before: number, after: number, times: number} | null}
 */
export function compression(metrics) {
  const before = counter(metrics, 'cache.disk.bytes.before');
  const after = counter(metrics, 'cache.disk.bytes.after');
  return before && after ? { before, after, times: before / after } : null;
}

/** What had to leave a cache, and why. @param {Metrics} metrics @returns {Eviction[]} most first */
export function evictions(metrics) {
  /** @type {Eviction[]} */
  const found = [];
  for (const [name, value] of Object.entries(metrics.counters ?? {})) {
    const [, tier = '', named = ''] = EVICTED.exec(name) ?? [];
    const count = amount(value);
    if (!tier || !count) continue;
    // Memory keeps for a time; the disk as long as somebody listens.
    const cause = tier === 'memory' && named === 'age' ? 'expired' : named;
    found.push({ tier, cause: CAUSES.includes(cause) ? cause : 'other', count });
  }
  return found.sort((one, other) => other.count - one.count);
}

/**
 * Sentences that were made before somebody asked, and those of them that were asked for.
 *
 * @param {Metrics} metrics
 * @returns {{prepared: number, used: number, share: number} | null}
 */
export function predictions(metrics) {
  const prepared = counter(metrics, 'predict.prepared');
  const used = counter(metrics, 'predict.used');
  return prepared ? { prepared, used, share: Math.min(1, used / prepared) } : null;
}

/** Bytes of memory in use. @param {Overview} overview */
export function inUse({ metrics, cache }) {
  const { memory } = metrics;
  return {
    sessions: amount(memory?.sessions ?? metrics.sessions?.bytes),
    cache: amount(memory?.cache ?? cache?.memory?.size),
  };
}

/**
 * What is kept, by tier, and how much of the browser's room it takes.
 *
 * @param {Overview} overview
 * @param {Room | null} room
 */
export function kept({ cache, most, resting }, room) {
  const tier = (/** @type {'memory' | 'disk'} */ name) => ({
    tier: name,
    count: amount(cache?.[name]?.count),
    bytes: amount(cache?.[name]?.size),
    most: amount(most?.[name]),
  });
  const disk = tier('disk');
  const quota = amount(room?.quota);
  const voices = amount(room?.voices);
  const usage = Math.max(amount(room?.usage), disk.bytes + voices);
  return {
    tiers: [tier('memory'), disk],
    resting: TIERS_THAT_REST.filter((name) => Array.isArray(resting) && resting.includes(name)),
    quota,
    /** Parts of what the browser gives, bytes. */
    parts: { audio: disk.bytes, voices, other: usage - disk.bytes - voices, free: Math.max(0, quota - usage) },
    share: quota ? Math.min(1, disk.bytes / quota) : null,
  };
}

/**
 * What is copied.
 *
 * @param {Overview} overview
 * @param {boolean} texts  whether what was read goes with it: it is private
 */
export function copied({ metrics, trace, cache }, texts) {
  const sentences = trace.map(({ text, ...rest }) => (texts ? { text, ...rest } : rest));
  return { metrics, cache, trace: sentences };
}
