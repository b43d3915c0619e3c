// @ts-check
/**
 * The panel of looks: colours, face, size and spacing. The page itself is the preview: whatever
 * is set is seen at once, kept, and followed by other tabs. What may be set is known to
 * appearance_early.js, which also puts it on.
 */

import { byId } from './dom.js';
import { charactersPerLine } from './line_measure.js';
import { Panel } from './panel.js';

/**
 * @typedef {import('./types.js').Looks} Looks
 * @typedef {keyof import('./types.js').LooksPort['NUMBERS']} NumberName
 *
 * @typedef {object} AppearanceOptions
 * @property {{text: string}} reading
 * @property {import('./strings.js').Strings} strings
 * @property {import('./strings.js').Language} language  of the interface
 * @property {import('./storage.js').Memory} memory
 * @property {(change: () => void) => void} keep  do it with what is being read left where it is
 * @property {(text: string) => void} say  tell a screen reader
 */

export class Appearance {
  #reading;
  #strings;
  #memory;
  #keep;
  #say;
  #port = /** @type {import('./types.js').LooksPort} */ (Reflect.get(window, 'lecternAppearance'));
  #article = byId('reading', HTMLElement);
  #body = byId('appearance-body', HTMLElement);
  #number;
  #percent;
  /** @type {Looks} */
  #looks;
  /** @type {Map<string, HTMLInputElement>} by name and value: the choices of theme and face */
  #choices = new Map();
  /** @type {Map<NumberName, {slider: HTMLInputElement, value: HTMLElement}>} */
  #sliders = new Map();
  #waiting = 0;
  /** Which choice of a face is the last: they are fetched first, and may overtake each other. */
  #turn = 0;

  /** @param {AppearanceOptions} options */
  constructor({ reading, strings, language, memory, keep, say }) {
    this.#reading = reading;
    this.#strings = strings;
    this.#memory = memory;
    this.#keep = keep;
    this.#say = say;
    this.#number = new Intl.NumberFormat(language, { maximumFractionDigits: 2 });
    this.#percent = new Intl.NumberFormat(language, { style: 'percent' });
    this.#looks = this.#port.parse(memory.appearance);
    new Panel({
      id: 'appearance',
      opener: byId('appearance-open', HTMLButtonElement),
      opened: () => this.#show(),
    });
    for (const query of ['(prefers-color-scheme: dark)', '(prefers-contrast: more)']) {
      matchMedia(query).addEventListener('change', () => this.#port.apply(this.#looks));
    }
    addEventListener('storage', ({ key }) => {
      if (key === this.#port.KEY || key === null) this.#follow();
    });
    // A page that was laid aside hears nothing of other tabs.
    addEventListener('pageshow', ({ persisted }) => persisted && this.#follow());
  }

  /** Another tab set it. */
  #follow() {
    this.#looks = this.#port.parse(this.#memory.appearance);
    this.#apply();
  }

  /** @param {Looks} change */
  #set(change) {
    this.#looks = this.#port.check({ ...this.#looks, ...change });
    this.#memory.appearance = JSON.stringify(this.#looks);
    // A slider is faster than the screen.
    if (!this.#waiting) this.#waiting = requestAnimationFrame(() => this.#apply());
  }

  #apply() {
    cancelAnimationFrame(this.#waiting);
    this.#waiting = 0;
    this.#keep(() => this.#port.apply(this.#looks));
    this.#show();
  }

  /** A face is there before it is used, so that the page changes once. @param {string} font */
  async #setFont(font) {
    const turn = ++this.#turn;
    const sample = this.#choices.get(`font ${font}`)?.parentElement;
    if (sample) {
      const { fontFamily } = getComputedStyle(sample);
      // Without a network there may be none: then the next of the list is used.
      await document.fonts.load(`1em ${fontFamily}`).catch(() => []);
    }
    if (turn === this.#turn) this.#set({ font });
  }

  #reset() {
    this.#turn += 1;
    this.#looks = {};
    this.#memory.appearance = null;
    this.#apply();
    this.#say(this.#strings.sayLooksReset);
  }

  // -- what is seen in the panel ------------------------------------------------------------

  /** Show what is set; nothing is built before somebody looks. */
  #show() {
    if (byId('appearance', HTMLElement).hidden) return;
    if (!this.#body.hasChildNodes()) this.#build();
    const { theme = 'system', font = 'literata' } = this.#looks;
    for (const chosen of [`theme ${theme}`, `font ${font}`]) {
      const choice = this.#choices.get(chosen);
      if (choice) choice.checked = true;
    }
    for (const [name, { slider, value }] of this.#sliders) {
      const number = this.#valueOf(name);
      const words = this.#words(name, number);
      slider.value = String(number);
      slider.setAttribute('aria-valuetext', words);
      value.textContent = words;
    }
  }

  /** As set, or as the style sheets have it: the usual size is another on a phone. @param {NumberName} name */
  #valueOf(name) {
    const set = this.#looks[name];
    if (set !== undefined) return set;
    const { property, usual } = this.#port.NUMBERS[name];
    const root = getComputedStyle(document.documentElement);
    return Number.parseFloat(root.getPropertyValue(property)) || usual;
  }

  /** @param {NumberName} name @param {number} value */
  #words(name, value) {
    const strings = this.#strings;
    if (name === 'size') return strings.pixels(this.#number.format(value));
    if (name === 'leading') return strings.lines(this.#number.format(value));
    if (name === 'width') {
      const characters = charactersPerLine(this.#article, this.#reading.text);
      return strings.charactersALine(this.#number.format(Math.round(characters)));
    }
    return value === 0 ? strings.nothingMore : strings.ofTheSize(this.#percent.format(value));
  }

  #build() {
    const strings = this.#strings;
    const themes = group('look-themes', strings.theme);
    for (const theme of this.#port.THEMES) {
      const choice = this.#choice('theme', theme, () => this.#set({ theme }));
      const name = strings.themes[/** @type {keyof typeof strings.themes} */ (theme)];
      choice.append(swatch(theme === 'system' ? ['light', 'dark'] : [theme]), span('look-name', name));
      themes.append(choice);
    }
    const fonts = group('look-fonts', strings.font);
    for (const font of this.#port.FONTS) {
      const choice = this.#choice('font', font, () => void this.#setFont(font));
      choice.dataset.font = font;
      const name = strings.fonts[/** @type {keyof typeof strings.fonts} */ (font)];
      choice.append(span('look-name', name));
      fonts.append(choice);
    }
    const spacing = group('look-spacing', strings.spacing);
    for (const name of /** @type {NumberName[]} */ (Object.keys(this.#port.NUMBERS))) {
      spacing.append(this.#slider(name));
    }
    const reset = document.createElement('button');
    reset.type = 'button';
    reset.className = 'quiet-text look-reset';
    reset.id = 'appearance-reset';
    reset.textContent = strings.looksReset;
    reset.addEventListener('click', () => this.#reset());
    this.#body.append(themes, fonts, spacing, reset);
  }

  /** @param {'theme' | 'font'} kind @param {string} value @param {() => void} chosen */
  #choice(kind, value, chosen) {
    const label = document.createElement('label');
    label.className = `look-choice look-${kind}`;
    const input = document.createElement('input');
    input.type = 'radio';
    input.name = `look-${kind}`;
    input.value = value;
    input.addEventListener('change', chosen);
    this.#choices.set(`${kind} ${value}`, input);
    label.append(input);
    return label;
  }

  /** @param {NumberName} name */
  #slider(name) {
    const { least, most, step } = this.#port.NUMBERS[name];
    const row = document.createElement('div');
    row.className = 'look-row';
    const label = document.createElement('label');
    label.textContent = this.#strings.looks[name];
    const value = span('look-value', '');
    value.setAttribute('aria-hidden', 'true'); // the slider says it
    const slider = document.createElement('input');
    Object.assign(slider, { type: 'range', min: least, max: most, step });
    slider.id = label.htmlFor = `look-${name}`;
    slider.addEventListener('input', () => this.#set({ [name]: slider.valueAsNumber }));
    this.#sliders.set(name, { slider, value });
    row.append(label, value, slider);
    return row;
  }
}

/** @param {string} className @param {string} legend */
function group(className, legend) {
  const fieldset = document.createElement('fieldset');
  fieldset.className = `look-group ${className}`;
  const element = document.createElement('legend');
  element.textContent = legend;
  fieldset.append(element);
  return fieldset;
}

/** A small page in each of the themes. @param {string[]} themes */
function swatch(themes) {
  const frame = span('swatch', '');
  frame.setAttribute('aria-hidden', 'true');
  for (const theme of themes) {
    const page = span('swatch-page', '');
    page.dataset.theme = theme;
    page.append(span('swatch-word', 'Aa'));
    frame.append(page);
  }
  return frame;
}

/** @param {string} className @param {string} text */
function span(className, text) {
  const element = document.createElement('span');
  element.className = className;
  element.textContent = text;
  return element;
}
