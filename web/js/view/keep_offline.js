// @ts-check
/** The part of the panel that keeps a text's sound for when there is no network, or no time. */

import { byId } from './dom.js';

/** Where a voice's own rate is not known (Hz). */
const USUAL_RATE = 22_050;
const BYTES_PER_SAMPLE = 2;

/** @typedef {import('./exporting.js').PartNeeds} PartNeeds */

export class KeepOffline {
  #needs;
  #estimate = byId('keep-estimate', HTMLElement);
  #start = byId('keep-start', HTMLButtonElement);
  #progress = byId('keep-progress', HTMLElement);
  #title = byId('keep-of', HTMLElement);
  #bar = byId('keep-bar', HTMLProgressElement);
  #amount = byId('keep-amount', HTMLElement);
  #pause = byId('keep-pause', HTMLButtonElement);
  #forget = byId('keep-forget', HTMLButtonElement);
  /** The text of what is kept, if it is at hand. @type {string | null} */
  #text = null;
  /** @type {import('../passages.js').GivenPassage[] | null} */
  #passages = null;
  #told = '';

  /** @param {PartNeeds} needs */
  constructor(needs) {
    this.#needs = needs;
    this.#start.addEventListener('click', () => this.#begin());
    this.#pause.addEventListener('click', () => void this.#toggle());
    this.#forget.addEventListener('click', () => {
      needs.keeper.forget();
      this.#start.focus();
    });
    needs.keeper.addEventListener('change', () => this.#showProgress());
    needs.reading.addEventListener('text', () => {
      // A fingerprint of the whole text is nothing for each key that is pressed.
      if (needs.keeper.record?.status !== 'working') return;
      this.#goOn(needs.reading.spoken, needs.reading.opened?.passages ?? null);
    });
    this.#showProgress();
  }

  /** What it would come to. */
  show() {
    const { reading, span, strings, words, keeper } = this.#needs;
    const { start, end } = span();
    const seconds = reading.seconds(start, end) * reading.rate;
    const perSecond = this.#bytesPerSecond * keeper.share;
    const bytes = seconds * perSecond;
    const fits = bytes <= keeper.room;
    const estimate = strings.exportEstimate(words.duration(seconds), words.size(bytes));
    const most = words.duration(keeper.room / perSecond);
    this.#estimate.textContent = fits ? estimate : `${estimate} ${strings.keepTooLong(most)}`;
    this.#showProgress();
  }

  /** Go on with what another visit left, by itself. */
  async restore() {
    const { keeper, spokenOf } = this.#needs;
    const { record } = keeper;
    if (record?.status !== 'working' || !record.documentId) return;
    const found = await spokenOf(record.documentId).catch(() => null);
    if (found) this.#goOn(found.text, found.passages);
    // Its document is gone, or is read otherwise now.
    if (!found || !keeper.isOf(found.text)) keeper.pause();
  }

  get #bytesPerSecond() {
    return (this.#needs.voice()?.sampleRate ?? USUAL_RATE) * BYTES_PER_SAMPLE;
  }

  /** @param {string} text @param {import('../passages.js').GivenPassage[] | null} passages */
  #goOn(text, passages) {
    const { keeper } = this.#needs;
    if (!keeper.record || !keeper.isOf(text)) return;
    this.#text = text;
    this.#passages = passages;
    keeper.restore(text, passages);
  }

  #begin() {
    const { reading, span, options, keeper, say, strings } = this.#needs;
    const { start, end } = span();
    const { rate, startAt, passages = null, ...how } = options();
    this.#text = reading.spoken;
    this.#passages = passages;
    const { documentId, title } = reading;
    const about = { documentId, title, from: start, to: end, options: how };
    keeper.start(this.#text, about, passages);
    this.#pause.focus();
    say(strings.sayKeeping);
  }

  async #toggle() {
    const { keeper, reading, spokenOf, strings } = this.#needs;
    const { record } = keeper;
    if (!record) return;
    if (record.status === 'working') {
      keeper.pause();
      return;
    }
    if (keeper.isOf(reading.spoken)) {
      this.#text = reading.spoken;
      this.#passages = reading.opened?.passages ?? null;
    } else if (this.#text === null || !keeper.isOf(this.#text)) {
      const found = record.documentId ? await spokenOf(record.documentId).catch(() => null) : null;
      this.#text = found?.text ?? null;
      this.#passages = found?.passages ?? null;
    }
    if (this.#text !== null && keeper.isOf(this.#text)) keeper.resume(this.#text, this.#passages);
    else this.#amount.textContent = strings.keepOpenIt;
  }

  #showProgress() {
    const { keeper, strings, words, say } = this.#needs;
    const { record, elsewhere } = keeper;
    this.#progress.hidden = record === null;
    this.#start.hidden = record?.status === 'working';
    if (!record) return;
    const { title, from, to, at, seconds, bytes, status, code } = record;
    const share = to > from ? (at - from) / (to - from) : 1;
    this.#title.textContent = title;
    this.#bar.value = share;
    const made = `${Math.floor(share * 100)} % · ${strings.exportProgress(words.duration(seconds), words.size(bytes))}`;
    const state = {
      working: elsewhere ? strings.keepElsewhere : made,
      paused: `${made} · ${strings.keepPaused}`,
      done: strings.keepDone(words.duration(seconds), words.size(bytes)),
      full: strings.keepFull(words.duration(seconds)),
      failed: code === 'quota' ? strings.keepNoRoom : strings.keepFailed,
    }[status];
    this.#amount.textContent = state;
    this.#progress.dataset.status = status;
    const over = status === 'done' || status === 'full';
    const focused = document.activeElement === this.#pause;
    this.#pause.hidden = over;
    if (over && focused) this.#forget.focus();
    this.#forget.textContent = over ? strings.close : strings.keepForget;
    this.#pause.textContent = status === 'working' ? strings.pause : strings.goOn;
    if (status !== this.#told && (status === 'done' || status === 'full' || status === 'failed')) say(state);
    this.#told = status;
  }
}
