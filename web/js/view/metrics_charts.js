// @ts-check
/**
 * The charts of the panel of metrics, each with its numbers in a table. Fetched when the panel is opened
 * first; drawn anew only where the numbers are others.
 */

import { bar, columns, inARow, spreadBar, swatch } from './chart.js';
import { byId } from './dom.js';
import * as model from './metrics_model.js';

/**
 * @typedef {import('./chart.js').Fill} Fill
 * @typedef {import('./types.js').Overview} Overview
 * @typedef {import('./metrics_model.js').Spread} Spread
 * @typedef {{text: string, fill?: Fill | 'whisker'}} Cell
 */

/** @type {Record<import('./metrics_model.js').Source, Fill>} */
const SOURCE_FILLS = { memory: 'solid', disk: 'hatch', published: 'dots', model: 'hollow' };

export class MetricsCharts {
  #strings;
  #figures;
  /** What each place shows, as JSON. @type {Map<string, string>} */
  #drawn = new Map();

  /**
   * @param {object} needs
   * @param {import('./strings_metrics.js').MetricsStrings} needs.strings
   * @param {import('./figures.js').Figures} needs.figures
   */
  constructor({ strings, figures }) {
    this.#strings = strings;
    this.#figures = figures;
  }

  /**
   * @param {Overview} overview
   * @param {import('./types.js').Room | null} room
   * @returns {boolean} whether anything is another than before
   */
  show(overview, room) {
    const { metrics } = overview;
    const sources = model.sources(metrics);
    const spoken = sources.some(({ count }) => count > 0);
    const minutes = model.minutes(metrics);
    const first = model.firstSounds(metrics);
    const steps = model.steps(metrics);
    const changed = [
      this.#draw('where', spoken ? sources : null, () => this.#sources(sources)),
      this.#draw('lookups', model.lookups(metrics), (found) => this.#lookups(found)),
      this.#draw('time', minutes.length ? minutes : null, () => this.#minutes(minutes)),
      this.#draw('minutes', minutes.length ? minutes : null, () => this.#minuteTable(minutes)),
      this.#draw('first', first.length ? first : null, () => this.#firstSounds(first)),
      this.#draw('steps', steps.length ? steps : null, () => [this.#stepTable(steps)]),
      this.#draw('kept', model.kept(overview, room), (kept) => this.#kept(kept)),
      this.#draw('compression', model.compression(metrics), (found) => this.#compression(found)),
      this.#draw('memory', model.inUse(overview), (found) => this.#inUse(found)),
      this.#draw('evictions', nullIfEmpty(model.evictions(metrics)), (found) => this.#evictions(found)),
      this.#draw('predictions', model.predictions(metrics), (found) => this.#predictions(found)),
    ];
    return changed.includes(true);
  }

  /**
   * @template T
   * @param {string} name  of the place, `#metrics-NAME`; its section is hidden where there is nothing
   * @param {T | null} data
   * @param {(data: T) => Element[]} draw
   */
  #draw(name, data, draw) {
    const json = JSON.stringify(data);
    if (this.#drawn.get(name) === json) return false;
    this.#drawn.set(name, json);
    const place = byId(`metrics-${name}`, HTMLElement);
    const around = place.closest('details, section');
    if (around) around.toggleAttribute('hidden', data === null);
    place.replaceChildren(...(data === null ? [] : draw(data)));
    return true;
  }

  /** @param {ReturnType<typeof model.sources>} sources */
  #sources(sources) {
    const { metricsSource, metricsSentences, metricsShare, metricsSources } = this.#strings;
    const pieces = inARow(
      sources.map(({ source, count }) => ({ fill: SOURCE_FILLS[source], amount: count })),
    );
    const rows = sources.map(({ source, count, share }) => [
      { text: metricsSources[source], fill: SOURCE_FILLS[source] },
      { text: this.#figures.count(count) },
      { text: this.#figures.share(share) },
    ]);
    return [bar(pieces), table([metricsSource, metricsSentences, metricsShare], rows)];
  }

  /** @param {NonNullable<ReturnType<typeof model.lookups>>} found */
  #lookups({ tiers, joined }) {
    const { metricsTier, metricsHits, metricsMisses, metricsShare, metricsSources, metricsJoined } = this.#strings;
    const rows = tiers.map(({ tier, hits, misses, share }) => [
      { text: metricsSources[tier] },
      { text: this.#figures.count(hits) },
      { text: this.#figures.count(misses) },
      { text: this.#figures.share(share) },
    ]);
    const numbers = table([metricsTier, metricsHits, metricsMisses, metricsShare], rows);
    if (!joined) return [numbers];
    return [numbers, element('p', 'small', [metricsJoined(joined, this.#figures.count(joined))])];
  }

  /** @param {ReturnType<typeof model.minutes>} minutes */
  #minutes(minutes) {
    const { metricsReady, metricsMade, metricsOverTimeSays } = this.#strings;
    const from = this.#figures.clock(minutes[0].at);
    const to = this.#figures.clock(minutes[minutes.length - 1].at);
    const heights = element('div', 'chart-heights', [1, 0.5, 0].map((share) => this.#figures.share(share)));
    heights.setAttribute('aria-hidden', 'true');
    const across = element('div', 'chart-across', [from, to]);
    across.setAttribute('aria-hidden', 'true');
    const drawing = element('div', 'chart-framed', [heights, columns(minutes), across]);
    const share = this.#figures.share(model.readyShare(minutes) ?? 0);
    return [
      drawing,
      legend([{ text: metricsReady, fill: 'solid' }, { text: metricsMade, fill: 'hollow' }]),
      element('p', 'small', [metricsOverTimeSays(share, from, to)]),
    ];
  }

  /** @param {ReturnType<typeof model.minutes>} minutes */
  #minuteTable(minutes) {
    const { metricsMinute, metricsReady, metricsMade, metricsShare } = this.#strings;
    const rows = minutes.filter(({ ready, made }) => ready + made > 0).reverse();
    return [
      table(
        [metricsMinute, metricsReady, metricsMade, metricsShare],
        rows.map(({ at, ready, made }) => [
          { text: this.#figures.clock(at) },
          { text: this.#figures.count(ready) },
          { text: this.#figures.count(made) },
          { text: this.#figures.share(ready / (ready + made)) },
        ]),
      ),
    ];
  }

  /** @param {Spread[]} rows */
  #firstSounds(rows) {
    const { metricsSource, metricsSentences, metricsSources } = this.#strings;
    const scale = model.logScale(rows);
    const name = (/** @type {Spread} */ row) => metricsSources[/** @type {model.Source} */ (row.name)];
    const lines = rows.map((row) =>
      element('div', 'chart-line', [element('span', 'chart-name', [name(row)]), spreadBar(row, scale)]),
    );
    const axis = element(
      'div',
      'chart-decades',
      scale.decades.map((ms) => element('span', '', [this.#figures.time(ms)])),
    );
    axis.style.setProperty('--decades', String(scale.decades.length));
    const drawing = element('div', 'chart-spreads', [...lines, element('div', 'chart-line', [element('span', 'chart-name'), axis])]);
    drawing.setAttribute('aria-hidden', 'true');
    const heads = [metricsSource, metricsSentences, ...PERCENTILES];
    return [drawing, table(heads, rows.map((row) => [{ text: name(row) }, ...this.#spread(row)]))];
  }

  /** @param {Spread[]} rows */
  #stepTable(rows) {
    const { metricsStep, metricsSentences, metricsStepNames } = this.#strings;
    /** @param {Spread} row */
    const name = ({ name }) => metricsStepNames[/** @type {keyof typeof metricsStepNames} */ (name)];
    return table(
      [metricsStep, metricsSentences, 'p50', 'p90', 'p99'],
      rows.map((row) => [{ text: name(row) }, ...this.#spread(row)]),
    );
  }

  /** @param {Spread} row @returns {Cell[]} */
  #spread({ count, p50, p90, p99 }) {
    return [
      { text: this.#figures.count(count) },
      ...[p50, p90, p99].map((ms) => ({ text: this.#figures.time(ms) })),
    ];
  }

  /** @param {ReturnType<typeof model.kept>} kept */
  #kept({ tiers, parts, quota, share, resting }) {
    const strings = this.#strings;
    const rows = tiers.map(({ tier, count, bytes, most }) => [
      { text: strings.metricsSources[tier] },
      { text: this.#figures.count(count) },
      { text: this.#figures.size(bytes) },
      { text: most ? this.#figures.size(most) : '–' },
    ]);
    const { metricsTier, metricsEntries, metricsBytes, metricsMost } = strings;
    const numbers = table([metricsTier, metricsEntries, metricsBytes, metricsMost], rows);
    const faults = resting.map((tier) => element('p', 'small', [strings.metricsResting[tier]]));
    if (share === null) return [numbers, ...faults];
    /** @type {[keyof typeof parts, Fill][]} */
    const fills = [['audio', 'solid'], ['voices', 'hatch'], ['other', 'dots'], ['free', 'hollow']];
    const pieces = inARow(fills.map(([name, fill]) => ({ fill, amount: parts[name] })));
    const names = fills.map(([name, fill]) => ({
      text: `${strings.metricsRoom[name]} ${this.#figures.size(parts[name])}`,
      fill,
    }));
    const words = strings.metricsOfQuota(this.#figures.share(share), this.#figures.size(quota));
    return [numbers, ...faults, bar(pieces), legend(names), element('p', 'small', [words])];
  }

  /** @param {NonNullable<ReturnType<typeof model.compression>>} found */
  #compression({ before, after, times }) {
    const { metricsBefore, metricsAfter, metricsTimes } = this.#strings;
    const most = Math.max(before, after);
    return [
      this.#amounts([
        { name: metricsBefore, amount: before, fill: 'hollow', most },
        { name: metricsAfter, amount: after, fill: 'solid', most },
      ]),
      element('p', 'small', [metricsTimes(this.#figures.factor(times))]),
    ];
  }

  /** @param {ReturnType<typeof model.inUse>} found */
  #inUse({ sessions, cache }) {
    const { metricsInUse } = this.#strings;
    const most = Math.max(1, sessions, cache);
    return [
      this.#amounts([
        { name: metricsInUse.sessions, amount: sessions, fill: 'solid', most },
        { name: metricsInUse.cache, amount: cache, fill: 'solid', most },
      ]),
    ];
  }

  /**
   * Amounts below each other; each name stands before its bar, and its number behind it: bytes, if nothing else.
   *
   * @param {{name: string, amount: number, number?: string, fill: Fill, most: number}[]} rows
   */
  #amounts(rows) {
    const list = element('dl', 'chart-amounts');
    for (const { name, amount, number: told = this.#figures.size(amount), fill, most } of rows) {
      const drawing = bar([{ fill, from: 0, to: amount / most }]);
      const number = element('span', 'chart-number', [told]);
      list.append(element('div', '', [element('dt', '', [name]), element('dd', '', [drawing, number])]));
    }
    return list;
  }

  /** @param {ReturnType<typeof model.evictions>} found */
  #evictions(found) {
    const { metricsSources, metricsCauses, metricsEvicted } = this.#strings;
    const most = Math.max(...found.map(({ count }) => count));
    const rows = found.map(({ tier, cause, count }) => {
      const why = metricsCauses[/** @type {keyof typeof metricsCauses} */ (cause)];
      const where = metricsSources[/** @type {model.Source} */ (tier)] ?? tier;
      return { name: metricsEvicted(where, why), amount: count, number: this.#figures.count(count) };
    });
    const list = this.#amounts(rows.map((row) => ({ ...row, fill: 'solid', most })));
    list.classList.add('with-words');
    return [list];
  }

  /** @param {NonNullable<ReturnType<typeof model.predictions>>} found */
  #predictions({ prepared, used, share }) {
    const { metricsSentences, metricsShare, metricsPrepared, metricsUsed, metricsUnused } = this.#strings;
    const unused = Math.max(0, prepared - used);
    const pieces = inARow([{ fill: 'solid', amount: used }, { fill: 'hollow', amount: unused }]);
    /** @type {Cell[][]} */
    const rows = [
      [{ text: metricsUsed, fill: 'solid' }, { text: this.#figures.count(used) }, { text: this.#figures.share(share) }],
      [{ text: metricsUnused, fill: 'hollow' }, { text: this.#figures.count(unused) }, { text: this.#figures.share(1 - share) }],
    ];
    return [bar(pieces), table([metricsPrepared, metricsSentences, metricsShare], rows)];
  }
}

/** @type {Cell[]} */
const PERCENTILES = [
  { text: 'p50', fill: 'solid' },
  { text: 'p90', fill: 'hatch' },
  { text: 'p99', fill: 'whisker' },
];

/** @template T @param {T[]} list @returns {T[] | null} */
function nullIfEmpty(list) {
  return list.length > 0 ? list : null;
}

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name
 * @param {string} [kind]  its class
 * @param {(Node | string)[]} [inside]  a string of a `div` is a line of its own
 * @returns {HTMLElementTagNameMap[K]}
 */
export function element(name, kind = '', inside = []) {
  const made = document.createElement(name);
  if (kind) made.className = kind;
  for (const one of inside) {
    if (typeof one === 'string' && name === 'div') made.append(element('span', '', [one]));
    else made.append(one);
  }
  return made;
}

/** @param {{text: string, fill: Fill}[]} names */
function legend(names) {
  return element('ul', 'chart-legend', names.map(({ text, fill }) => element('li', '', [swatch(fill), text])));
}

/**
 * The first column names the row.
 *
 * @param {(string | Cell)[]} heads
 * @param {Cell[][]} rows
 */
function table(heads, rows) {
  const made = element('table', 'numbers');
  const head = made.createTHead().insertRow();
  for (const one of heads) head.append(headCell('col', typeof one === 'string' ? { text: one } : one));
  const body = made.createTBody();
  for (const [name, ...numbers] of rows) {
    const row = body.insertRow();
    row.append(headCell('row', name));
    for (const { text } of numbers) row.insertCell().textContent = text;
  }
  return made;
}

/** @param {'col' | 'row'} scope @param {Cell} cell */
function headCell(scope, { text, fill }) {
  const made = element('th', '', fill ? [swatch(fill), text] : [text]);
  made.scope = scope;
  return made;
}
