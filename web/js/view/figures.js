// @ts-check
/** Times, sizes and shares as a reader reads them, in the interface's language. */

const KILO = 1000;
const UNITS = ['kilobyte', 'megabyte', 'gigabyte'];

export class Figures {
  #language;
  #whole;
  #two;
  #percent;
  #few;
  #clock;

  /** @param {string} language  BCP 47 */
  constructor(language) {
    this.#language = language;
    this.#whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
    this.#two = new Intl.NumberFormat(language, { maximumSignificantDigits: 2 });
    this.#percent = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0 });
    this.#few = new Intl.NumberFormat(language, { style: 'percent', maximumSignificantDigits: 1 });
    this.#clock = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  }

  /** "0.4 ms", "120 ms", "1.2 s". @param {number} ms */
  time(ms) {
    if (ms < 10) return `${this.#two.format(ms)}\u00a0ms`;
    if (ms < KILO - 0.5) return `${this.#whole.format(ms)}\u00a0ms`;
    const seconds = ms / KILO;
    return `${seconds < 9.95 ? this.#two.format(seconds) : this.#whole.format(seconds)}\u00a0s`;
  }

  /** "6.4 MB". @param {number} bytes */
  size(bytes) {
    let power = 0;
    let value = bytes / KILO;
    while (value >= KILO - 0.5 && power < UNITS.length - 1) {
      value /= KILO;
      power += 1;
    }
    const digits = value < 10 ? { maximumSignificantDigits: 2 } : { maximumFractionDigits: 0 };
    const unit = { style: /** @type {const} */ ('unit'), unit: UNITS[power] };
    return new Intl.NumberFormat(this.#language, { ...unit, ...digits }).format(value);
  }

  /** "84 %". @param {number} share  0 to 1 */
  share(share) {
    // What is little is not nothing, and what is nearly all is not all.
    if (share > 0 && share < 0.01) return this.#few.format(Math.max(share, 0.0001));
    return this.#percent.format(share < 1 ? Math.min(share, 0.99) : 1);
  }

  /** "1,204". @param {number} number */
  count(number) {
    return this.#whole.format(number);
  }

  /** "7.9". @param {number} factor */
  factor(factor) {
    return factor < 10 ? this.#two.format(factor) : this.#whole.format(factor);
  }

  /** "14:05". @param {number} at  ms since 1970 */
  clock(at) {
    return this.#clock.format(at);
  }
}
