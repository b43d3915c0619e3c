// @ts-check
/** The sleep timer in the bar: what is chosen, and how much of it is left. */

import { byId } from './dom.js';
import { MINUTES, SleepTimer } from './sleep_timer.js';
import { countdown } from './times.js';

/** @typedef {import('./sleep_timer.js').Choice} Choice */

export class TimerChip {
  #reading;
  #strings;
  #notices;
  #timer;
  #chip = byId('timer-chip', HTMLElement);
  #select = byId('timer', HTMLSelectElement);
  #value = byId('timer-value', HTMLElement);
  #chapter;
  /** What ended the reading, until it is played again. @type {Choice} */
  #again = 0;

  /**
   * @param {object} needs
   * @param {import('./reading.js').Reading} needs.reading
   * @param {import('./strings.js').Strings} needs.strings
   * @param {import('./notices.js').Notices} needs.notices
   */
  constructor({ reading, strings, notices }) {
    this.#reading = reading;
    this.#strings = strings;
    this.#notices = notices;
    this.#timer = new SleepTimer(reading);
    this.#chapter = new Option(strings.timerChapter, 'chapter');
    this.#select.replaceChildren(
      new Option(strings.timerOff, '0'),
      ...MINUTES.map((minutes) => new Option(strings.minutes(minutes), String(minutes))),
      this.#chapter,
    );
    this.#select.addEventListener('change', () => {
      const { value } = this.#select;
      this.#set(value === 'chapter' ? value : Number(value));
    });
    this.#timer.addEventListener('change', () => this.#show());
    this.#timer.addEventListener('ended', (event) => {
      this.#again = /** @type {CustomEvent} */ (event).detail.choice;
      notices.say(strings.sayTimerEnded);
    });
    reading.addEventListener('state', () => this.#offer());
    reading.addEventListener('text', () => this.#renew());
    this.#renew();
  }

  /** Let it be chosen. */
  open() {
    this.#select.focus();
    try {
      this.#select.showPicker();
    } catch {
      // The arrow keys choose all the same.
    }
  }

  /** @param {Choice} choice */
  #set(choice) {
    this.#again = 0;
    this.#notices.hide('timer');
    this.#timer.set(choice);
    const name = this.#name(choice);
    this.#notices.say(choice === 0 ? this.#strings.sayTimerOff : this.#strings.sayTimer(name));
  }

  /** Where there are no chapters none can end. */
  #renew() {
    const none = this.#reading.contents.length === 0;
    this.#chapter.disabled = none;
    this.#chapter.hidden = none;
    if (none && this.#timer.choice === 'chapter') this.#timer.set(0);
    this.#show();
  }

  #show() {
    const { choice, left } = this.#timer;
    const running = left !== null;
    const text = running ? countdown(left, this.#strings) : '';
    const chosen = String(choice);
    this.#chip.toggleAttribute('data-running', running);
    if (this.#value.textContent !== text) this.#value.textContent = text;
    if (this.#select.value !== chosen) this.#select.value = chosen;
  }

  /** Who plays again after it has ended may want the same once more. */
  #offer() {
    if (!this.#reading.playing || this.#again === 0) return;
    const choice = this.#again;
    this.#again = 0;
    this.#notices.show('timer', this.#strings.timerAgain(this.#name(choice)), {
      action: { label: this.#strings.timerSet, run: () => this.#set(choice) },
      passing: true,
    });
  }

  /** @param {Choice} choice */
  #name(choice) {
    return choice === 'chapter' ? this.#strings.timerChapter : this.#strings.minutes(choice);
  }
}
