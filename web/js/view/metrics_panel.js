// @ts-check
/**
 * The panel of metrics: looks while it is open, at most once a second and with one request, and less often
 * while nothing changes. What draws is fetched when it is opened first.
 */

import { byId } from './dom.js';
import { Figures } from './figures.js';
import { Panel } from './panel.js';

/** Between two looks, ms: at least, and while nothing changes. Work for idle times waits for 3 s of silence. */
const OFTEN = 1000;
const SELDOM = 5000;
/** All that Python keeps of them. */
const ALL = 200;
/** Where a panel covers nothing of the page, as css/panel.css has it. */
const BESIDE = '(min-width: 72rem)';

/**
 * @typedef {object} MetricsNeeds
 * @property {import('./types.js').MetricsPort} metrics
 * @property {Pick<import('./reading.js').Reading, 'spoken' | 'offset' | 'go'>} reading
 * @property {Pick<import('./reader_view.js').ReaderView, 'found' | 'reveal'>} page
 * @property {import('./strings.js').Strings} strings
 * @property {import('./strings.js').Language} language
 */

/** What draws. @typedef {{charts: import('./metrics_charts.js').MetricsCharts, list: import('./slow_list.js').SlowList, rest: typeof import('./metrics_model.js') & typeof import('./slowness.js')}} Drawing */

export class MetricsPanel {
  #needs;
  #panel;
  #figures;
  #since = byId('metrics-since', HTMLElement);
  #nothing = byId('metrics-nothing', HTMLElement);
  #problem = byId('metrics-problem', HTMLElement);
  #told = byId('metrics-told', HTMLElement);
  #cleared = byId('metrics-cleared', HTMLElement);
  #question = byId('metrics-ask', HTMLDialogElement);
  /** @type {Promise<Drawing> | null} */
  #drawing = null;
  /** While it is open. @type {AbortController | null} */
  #open = null;
  /** @type {import('./types.js').Room | null} */
  #room = null;
  #timer = 0;
  #pause = OFTEN;
  /** When it looked last, performance.now(). */
  #looked = -Infinity;
  #underWay = false;

  /** @param {MetricsNeeds} needs */
  constructor(needs) {
    this.#needs = needs;
    this.#figures = new Figures(needs.language);
    this.#panel = new Panel({ id: 'metrics', opened: () => this.#begin(), closed: () => this.#end() });
    byId('more-metrics', HTMLButtonElement).addEventListener('click', () => this.#panel.open());
    byId('metrics-copy', HTMLButtonElement).addEventListener('click', () => void this.#copy());
    byId('metrics-reset', HTMLButtonElement).addEventListener('click', () => void this.#reset());
    byId('metrics-clear', HTMLButtonElement).addEventListener('click', () => this.#question.showModal());
    // Its Escape is its own, not the panel's or the page's.
    this.#question.addEventListener('keydown', (event) => event.stopPropagation());
    for (const button of this.#question.querySelectorAll('button')) {
      button.addEventListener('click', () => this.#question.close());
    }
    byId('metrics-clear-do', HTMLButtonElement).addEventListener('click', () => void this.#clear());
  }

  #begin() {
    if (this.#open) return;
    this.#open = new AbortController();
    for (const told of [this.#told, this.#cleared]) told.textContent = '';
    this.#soon();
    void this.#measure();
  }

  #end() {
    this.#open?.abort();
    this.#open = null;
    clearTimeout(this.#timer);
    void this.#drawing?.then(({ list }) => list.fold(), () => {});
  }

  /** Look as soon as that is allowed again. */
  #soon() {
    this.#pause = OFTEN;
    this.#later(Math.max(0, this.#looked + OFTEN - performance.now()));
  }

  /** @param {number} ms */
  #later(ms) {
    clearTimeout(this.#timer);
    if (this.#open) this.#timer = setTimeout(() => void this.#look(), ms);
  }

  async #look() {
    const open = this.#open;
    if (!open || this.#underWay) return;
    if (document.hidden) return this.#later(OFTEN);
    this.#underWay = true;
    this.#looked = performance.now();
    try {
      const drawing = await this.#draws();
      const overview = await this.#needs.metrics.look(drawing.list.wanted, open.signal);
      if (open.signal.aborted) return;
      const changed = this.#show(drawing, overview);
      this.#pause = changed ? OFTEN : Math.min(SELDOM, 2 * this.#pause);
      this.#problem.hidden = true;
    } catch {
      if (!open.signal.aborted) this.#problem.hidden = false;
    } finally {
      this.#underWay = false;
      // It may have been closed and opened meanwhile.
      if (open.signal.aborted) this.#soon();
      else this.#later(this.#pause);
    }
  }

  /** @returns {Promise<Drawing>} */
  #draws() {
    return (this.#drawing ??= this.#fetchDrawing().catch((error) => {
      this.#drawing = null;
      throw error;
    }));
  }

  /** @returns {Promise<Drawing>} */
  async #fetchDrawing() {
    const [{ MetricsCharts }, { SlowList }, model, slowness] = await Promise.all([
      import('./metrics_charts.js'),
      import('./slow_list.js'),
      import('./metrics_model.js'),
      import('./slowness.js'),
    ]);
    const shared = { strings: this.#needs.strings, figures: this.#figures };
    const list = new SlowList({
      ...shared,
      more: () => this.#soon(),
      reveal: (trace) => this.#reveal(slowness.placeOf(this.#needs.reading.spoken, trace, this.#needs.reading.offset)),
    });
    return { charts: new MetricsCharts(shared), list, rest: { ...model, ...slowness } };
  }

  /** @param {Drawing} drawing @param {import('./types.js').Overview} overview @returns {boolean} */
  #show({ charts, list, rest }, overview) {
    const { metrics, trace, traced } = overview;
    const { since = 0 } = metrics;
    this.#since.hidden = !since;
    this.#since.textContent = since ? this.#needs.strings.metricsSince(this.#figures.clock(since)) : '';
    this.#nothing.hidden = trace.length > 0 || rest.sources(metrics).some(({ count }) => count > 0);
    const changed = charts.show(overview, this.#room);
    return list.show(trace, traced) || changed;
  }

  /** How much room there is: asked when it is opened and when something was cleared. */
  async #measure() {
    try {
      this.#room = await this.#needs.metrics.room();
      this.#soon();
    } catch {
      // A browser that does not tell: the rest is shown without it.
    }
  }

  /** @param {{start: number, end: number} | null} place @returns {boolean} whether there is one */
  #reveal(place) {
    if (!place) return false;
    const { page, reading } = this.#needs;
    if (!matchMedia(BESIDE).matches) this.#panel.close();
    if (document.body.dataset.mode !== 'reading') {
      reading.go(place.start);
      return true;
    }
    page.found([place], place);
    page.reveal(place);
    // Shown until the reader does anything else.
    const done = new AbortController();
    const forget = () => {
      done.abort();
      page.found([], null);
    };
    for (const type of ['pointerdown', 'keydown']) {
      addEventListener(type, forget, { capture: true, signal: done.signal });
    }
    return true;
  }

  async #copy() {
    const { metrics, strings } = this.#needs;
    try {
      const texts = byId('metrics-texts', HTMLInputElement).checked;
      const [{ rest }, overview] = await Promise.all([this.#draws(), metrics.look(ALL)]);
      await navigator.clipboard.writeText(JSON.stringify(rest.copied(overview, texts), null, 2));
      this.#told.textContent = strings.metricsCopied;
    } catch {
      this.#told.textContent = strings.metricsCopyFailed;
    }
  }

  async #reset() {
    const { metrics, strings } = this.#needs;
    try {
      await metrics.reset();
      this.#told.textContent = strings.metricsWasReset;
      this.#soon();
    } catch {
      this.#problem.hidden = false;
    }
  }

  async #clear() {
    const { metrics, strings } = this.#needs;
    try {
      await metrics.clearAudio();
      this.#cleared.textContent = strings.metricsCleared;
    } catch {
      this.#cleared.textContent = strings.metricsClearFailed;
    }
    await this.#measure();
  }
}
