// @ts-check
/** The bar at the bottom: play, sentences and paragraphs, stop and speed. */

import { byId } from './dom.js';
import { onTapOrHold } from './hold.js';

/** The speeds of the select; + and - walk through them. */
export const SPEEDS = [
  0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.75, 2, 2.25, 2.5, 2.75, 3, 3.5, 4,
];

export class Transport {
  #strings;
  #format;
  #reading;
  #bar = byId('bar', HTMLElement);
  #play = byId('play', HTMLButtonElement);
  #stop = byId('stop', HTMLButtonElement);
  #next = byId('next', HTMLButtonElement);
  #previous = byId('previous', HTMLButtonElement);
  #slower = byId('slower', HTMLButtonElement);
  #faster = byId('faster', HTMLButtonElement);
  #speed = byId('speed', HTMLSelectElement);
  #speedValue = byId('speed-value', HTMLElement);

  /**
   * @param {import('./strings.js').Strings} strings
   * @param {Intl.NumberFormat} format
   * @param {import('./reading.js').Reading} reading
   */
  constructor(strings, format, reading) {
    this.#strings = strings;
    this.#format = format;
    this.#reading = reading;
    this.#play.addEventListener('click', () => reading.toggle());
    this.#stop.addEventListener('click', () => reading.stop());
    onTapOrHold(this.#next, () => reading.next(), () => reading.paragraph(1));
    onTapOrHold(this.#previous, () => reading.previous(), () => reading.paragraph(-1));
    for (const [id, direction] of /** @type {const} */ ([['more-previous', -1], ['more-next', 1]])) {
      byId(id, HTMLButtonElement).addEventListener('click', () => reading.paragraph(direction));
    }
    reading.addEventListener('text', () => this.showState(reading.state));
    this.#slower.addEventListener('click', () => this.step(-1));
    this.#faster.addEventListener('click', () => this.step(1));
    this.#speed.replaceChildren(
      ...SPEEDS.map((speed) => new Option(this.#times(speed), String(speed))),
    );
    this.#speed.value = String(nearestSpeed(reading.rate));
    this.#speed.addEventListener('change', () => this.#changed());
    this.#changed();
  }

  /** One speed up or down. @param {1 | -1} direction */
  step(direction) {
    const index = this.#speed.selectedIndex + direction;
    if (index < 0 || index >= SPEEDS.length) return;
    this.#speed.selectedIndex = index;
    this.#changed();
  }

  /**
   * @param {import('./playback.js').State} state
   */
  showState(state) {
    const wantsToPlay = state === 'working' || state === 'speaking';
    const name = wantsToPlay ? this.#strings.pause : this.#strings.play;
    const empty = this.#reading.text.trim() === '';
    this.#bar.dataset.state = state;
    this.#play.setAttribute('aria-label', name);
    this.#play.title = name;
    const held = document.activeElement;
    this.#stop.disabled = state === 'idle';
    this.#next.disabled = empty;
    this.#previous.disabled = empty;
    // A disabled button drops the focus: the one that starts again is the place to be.
    if (held instanceof HTMLButtonElement && held.disabled) this.#play.focus();
  }

  #changed() {
    this.#reading.rate = Number(this.#speed.value);
    this.#showSpeed();
  }

  /** The speed as it is shown and said, "1.5×". */
  get speed() {
    return this.#times(this.#reading.rate);
  }

  #showSpeed() {
    this.#speedValue.textContent = this.speed;
    this.#slower.disabled = this.#speed.selectedIndex === 0;
    this.#faster.disabled = this.#speed.selectedIndex === SPEEDS.length - 1;
  }

  /** @param {number} speed */
  #times(speed) {
    return this.#strings.times(this.#format.format(speed));
  }
}

/** @param {number} rate */
function nearestSpeed(rate) {
  return SPEEDS.reduce((a, b) => (Math.abs(b - rate) < Math.abs(a - rate) ? b : a));
}
