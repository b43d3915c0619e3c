// @ts-check
/** The last sentences: what each waited for, in words and as a bar. */

import { bar, inARow, swatch } from './chart.js';
import { byId } from './dom.js';
import { element } from './metrics_charts.js';
import { courseOf, identity, reason, sourceOf } from './slowness.js';

/**
 * @typedef {import('./types.js').SentenceTrace} SentenceTrace
 * @typedef {{trace: SentenceTrace, item: HTMLLIElement, below: HTMLElement, drawn: string}} Row
 */

/** So many sentences more are shown at a time. */
export const SOME = 20;
/** @type {Record<import('./slowness.js').Step, import('./chart.js').Fill>} */
const FILLS = {
  cache: 'dots',
  phonemise: 'lines',
  session: 'hatch',
  rest: 'hollow',
  first: 'solid',
  later: 'pale',
};

export class SlowList {
  #needs;
  #list = byId('slow-list', HTMLOListElement);
  #more = byId('slow-more', HTMLButtonElement);
  /** @type {Map<string, Row>} */
  #rows = new Map();
  /** How many are shown at most. */
  #wanted = SOME;

  /**
   * @param {object} needs
   * @param {import('./strings_metrics.js').MetricsStrings} needs.strings
   * @param {import('./figures.js').Figures} needs.figures
   * @param {(trace: SentenceTrace) => boolean} needs.reveal  in the text; whether it is there
   * @param {() => void} needs.more  more of them are wanted
   */
  constructor(needs) {
    this.#needs = needs;
    this.#more.addEventListener('click', () => {
      this.#wanted += SOME;
      needs.more();
    });
  }

  get wanted() {
    return this.#wanted;
  }

  /** As few as at the beginning. */
  fold() {
    this.#wanted = SOME;
  }

  /**
   * @param {SentenceTrace[]} traces  newest last
   * @param {number} all  how many there are
   * @returns {boolean} whether anything is another than before
   */
  show(traces, all) {
    const newest = traces.slice(-this.#wanted).reverse();
    const longest = Math.max(1, ...newest.map((trace) => Math.max(courseOf(trace).whole, 1)));
    /** @type {Map<string, Row>} */
    const rows = new Map();
    let changed = false;
    let before = /** @type {Element | null} */ (null);
    for (const trace of newest) {
      const name = nameFor(trace, rows);
      const known = this.#rows.get(name);
      const row = known ?? this.#row(trace);
      rows.set(name, row);
      changed = this.#draw(row, trace, longest) || changed;
      // Rows that stay are not moved: one of them may have the focus.
      if (!known) {
        if (before) before.after(row.item);
        else this.#list.prepend(row.item);
      }
      before = row.item;
    }
    for (const [name, row] of this.#rows) {
      if (rows.has(name)) continue;
      changed = true;
      const focused = row.item.contains(document.activeElement);
      row.item.remove();
      if (focused) this.#focusLast();
    }
    this.#rows = rows;
    this.#showMore(all > newest.length);
    this.#list.closest('section')?.toggleAttribute('hidden', rows.size === 0);
    return changed;
  }

  /** @param {boolean} there  whether there are more */
  #showMore(there) {
    if (this.#more.hidden === !there) return;
    const focused = document.activeElement === this.#more;
    this.#more.hidden = !there;
    if (focused) this.#focusLast();
  }

  /** Who was in what has gone goes on at the last sentence. */
  #focusLast() {
    this.#list.lastElementChild?.querySelector('button')?.focus({ preventScroll: true });
  }

  /** @param {SentenceTrace} trace @returns {Row} */
  #row(trace) {
    const { strings, reveal } = this.#needs;
    const button = element('button', 'slow-text');
    button.type = 'button';
    button.title = strings.slowShow;
    const text = element('span', '', [shortened(trace)]);
    text.dir = 'auto';
    button.append(text);
    const missing = element('p', 'small slow-missing');
    missing.setAttribute('role', 'status');
    button.addEventListener('click', () => {
      missing.textContent = reveal(trace) ? '' : strings.slowNotHere;
    });
    const below = element('div', 'slow-below');
    return { trace, item: element('li', 'slow', [button, missing, below]), below, drawn: '' };
  }

  /** @param {Row} row @param {SentenceTrace} trace  as it is now @param {number} longest  ms of the full width */
  #draw(row, trace, longest) {
    const drawn = JSON.stringify([trace, longest]);
    if (row.drawn === drawn) return false;
    row.drawn = drawn;
    const { strings, figures } = this.#needs;
    /** @param {number} ms */
    const time = (ms) => figures.time(ms);
    const { parts, total } = courseOf(trace);
    const pieces = inARow(parts.map(({ step, ms }) => ({ fill: FILLS[step], amount: ms })), longest);
    const numbers = parts.map(({ step, ms }) => {
      const name = strings.slowSteps[step];
      return element('li', '', [swatch(FILLS[step]), `${name} ${time(ms)}`]);
    });
    const { windows = 0, audio = 0, encode = 0, store = 0 } = trace;
    const after = encode + store;
    const about = [
      strings.metricsSources[sourceOf(trace)],
      strings.slowFirstSound(time(total)),
      ...(windows > 0 ? [strings.slowWindows(windows, figures.count(windows))] : []),
      ...(audio > 0 ? [strings.slowLength(time(audio))] : []),
      ...(after > 0 ? [strings.slowAfter(time(after))] : []),
    ];
    row.below.replaceChildren(
      element('p', 'slow-reason', [reason(trace, strings, time)]),
      bar(pieces, { mark: Math.min(1, total / longest) }),
      element('ul', 'chart-legend', numbers),
      element('p', 'small', [about.join(' · ')]),
    );
    return true;
  }
}

/** @param {SentenceTrace} trace @param {Map<string, Row>} taken */
function nameFor(trace, taken) {
  const name = identity(trace);
  let unique = name;
  for (let number = 2; taken.has(unique); number++) unique = `${name} ${number}`;
  return unique;
}

/** @param {SentenceTrace} trace */
function shortened({ text = '', characters = 0 }) {
  return characters > [...text].length ? `${text.trimEnd()}…` : text;
}
