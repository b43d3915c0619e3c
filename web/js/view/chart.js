// @ts-check
/**
 * Small charts as SVG. They are shapes only: every word and number stands beside them in the page, so that
 * text is as large as the reader set it, and a page that is read from right to left mirrors the shapes
 * (css/metrics.css).
 *
 * What is what is told by a pattern, and the patterns are drawn in the themes' own colours.
 */

import { byId } from './dom.js';

/** @typedef {'solid' | 'hatch' | 'dots' | 'lines' | 'pale' | 'hollow'} Fill */
/** @typedef {{fill: Fill, from: number, to: number}} Piece  from and to: shares of the width, 0 to 1 */
/** @typedef {import('./metrics_model.js').Spread} Spread */

/** Shapes too narrow to be seen are left out: their number stands beside the chart. */
const LEAST = 0.002;
/** Fills that are patterns, which the panel's markup has. */
const PATTERNS = new Set(['hatch', 'dots', 'lines']);

/**
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} name
 * @param {Record<string, string | number>} attributes
 * @returns {SVGElementTagNameMap[K]}
 */
function shape(name, attributes) {
  const space = byId('metrics-patterns', SVGSVGElement).namespaceURI;
  const made = document.createElementNS(/** @type {string} */ (space), name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return /** @type {SVGElementTagNameMap[K]} */ (made);
}

/** @param {string} kind @param {SVGElement[]} shapes  those behind others first */
function picture(kind, shapes) {
  const made = shape('svg', { class: `chart ${kind}`, 'aria-hidden': 'true' });
  made.append(...shapes);
  return made;
}

/** @param {number} share */
function percent(share) {
  return `${Math.round(share * 100_000) / 1000}%`;
}

/** @param {Fill} fill @param {{x: number, y: number, width: number, height: number}} place  shares */
function box(fill, { x, y, width, height }) {
  const made = shape('rect', {
    class: `fill-${fill}`,
    x: percent(x),
    y: percent(y),
    width: percent(width),
    height: percent(height),
  });
  if (PATTERNS.has(fill)) made.setAttribute('fill', `url(#metrics-${fill})`);
  return made;
}

/** @param {string} kind @param {number} x @param {number} [from] @param {number} [to] */
function upright(kind, x, from = 0, to = 1) {
  return shape('line', { class: kind, x1: percent(x), x2: percent(x), y1: percent(from), y2: percent(to) });
}

/**
 * A bar of pieces.
 *
 * @param {Piece[]} pieces
 * @param {{mark?: number}} [options]  mark: a share of the width, which is marked
 */
export function bar(pieces, { mark } = {}) {
  const shapes = pieces
    .filter(({ from, to }) => to - from >= LEAST)
    .map(({ fill, from, to }) => box(fill, { x: from, y: 0, width: to - from, height: 1 }));
  return picture('chart-bar', mark === undefined ? shapes : [...shapes, upright('chart-mark', mark)]);
}

/**
 * Amounts as pieces of one bar, one behind the other.
 *
 * @param {{fill: Fill, amount: number}[]} parts
 * @param {number} [whole]  what the full width is; default: all of them
 * @returns {Piece[]}
 */
export function inARow(parts, whole = parts.reduce((sum, { amount }) => sum + amount, 0)) {
  let at = 0;
  return parts.map(({ fill, amount }) => {
    const from = at;
    at += whole > 0 ? amount / whole : 0;
    return { fill, from, to: at };
  });
}

/**
 * A column a minute: full where there was a sentence, filled as far as they were there already.
 *
 * @param {import('./metrics_model.js').Minute[]} minutes
 */
export function columns(minutes) {
  const width = 1 / minutes.length;
  const shapes = minutes.flatMap(({ ready, made }, index) => {
    if (ready + made === 0) return [];
    const share = ready / (ready + made);
    const place = { x: (index + 0.1) * width, width: 0.8 * width };
    const all = box('hollow', { ...place, y: 0, height: 1 });
    return share ? [all, box('solid', { ...place, y: 1 - share, height: share })] : [all];
  });
  return picture('chart-columns', shapes);
}

/**
 * A spread of times: solid to p50, hatched to p90, a line to p99, over the decades of a logarithmic scale.
 *
 * @param {Spread} spread
 * @param {ReturnType<typeof import('./metrics_model.js').logScale>} scale
 */
export function spreadBar({ p50, p90, p99 }, { decades, place }) {
  const [half, most, last] = [p50, p90, p99].map(place);
  const grid = decades.map((_, index) => upright('chart-grid', index / decades.length));
  const line = shape('line', {
    class: 'chart-whisker',
    x1: percent(most),
    x2: percent(last),
    y1: '50%',
    y2: '50%',
  });
  const bars = [
    box('solid', { x: 0, y: 0.15, width: half, height: 0.7 }),
    box('hatch', { x: half, y: 0.15, width: Math.max(0, most - half), height: 0.7 }),
  ];
  return picture('chart-spread', [...grid, ...bars, line, upright('chart-whisker', last, 0.15, 0.85)]);
}

/** What a pattern stands for, beside its name. @param {Fill | 'whisker'} fill */
export function swatch(fill) {
  if (fill !== 'whisker') return picture('chart-swatch', [box(fill, { x: 0, y: 0, width: 1, height: 1 })]);
  const line = shape('line', { class: 'chart-whisker', x1: '0%', x2: '100%', y1: '50%', y2: '50%' });
  return picture('chart-swatch', [line, upright('chart-whisker', 1, 0.15, 0.85)]);
}
