// @ts-check
/** What went wrong, told with the one button that helps. */

import { explain, explainOpening } from './problems.js';

/**
 * @typedef {import('./problems.js').Remedy} Remedy
 * @typedef {object} FailureNeeds
 * @property {import('./notices.js').Notices} notices
 * @property {import('./strings.js').Strings} strings
 * @property {() => number} voices  how many there are to choose from
 * @property {Record<Remedy, () => void>} remedies
 */

export class Failures {
  #needs;
  /** The engine is not started any more: only a reload helps. */
  #gaveUp = false;

  /** @param {FailureNeeds} needs */
  constructor(needs) {
    this.#needs = needs;
  }

  /** @param {unknown} error */
  tell(error) {
    console.warn(error);
    if (this.#gaveUp) return;
    const { text, remedy } = explain(error, this.#needs.strings);
    this.#show(text, remedy === 'voice' && this.#needs.voices() < 2 ? 'retry' : remedy);
  }

  /** A document could not be opened. @param {unknown} error @param {() => void} again */
  opening(error, again) {
    console.warn(error);
    if (this.#gaveUp) return;
    const { text, remedy } = explainOpening(error, this.#needs.strings);
    this.#show(text, remedy, remedy === 'retry' ? again : undefined);
  }

  /** The engine gave up. @param {{code: string}} error */
  fatal(error) {
    const { strings } = this.#needs;
    this.#gaveUp = true;
    const lost = error.code === 'engine_lost' || error.code === 'engine_timeout';
    this.#show(lost ? strings.problems.gaveUp : explain(error, strings).text, 'reload');
  }

  /** Lectern did not start. @param {unknown} error */
  start(error) {
    if (!this.#gaveUp) this.#show(this.#needs.strings.problems.start, 'reload');
    console.warn(error);
  }

  /** The reader tries again; what only a reload helps against stays told. */
  clear() {
    if (!this.#gaveUp) this.#needs.notices.hide('problem');
  }

  /** @param {string} text @param {Remedy} remedy @param {() => void} [run]  default: the page's remedy */
  #show(text, remedy, run = this.#needs.remedies[remedy]) {
    const { notices, strings } = this.#needs;
    const label = {
      retry: strings.tryAgain,
      voice: strings.chooseVoice,
      reload: strings.reload,
      write: strings.writeText,
      open: strings.openFile,
    }[remedy];
    notices.show('problem', text, { action: { label, run } });
  }
}
