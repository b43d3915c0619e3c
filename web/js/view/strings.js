// @ts-check
/** Every word of the interface, in English and French. */

import { english } from './strings_en.js';
import { french } from './strings_fr.js';

/** @typedef {typeof english} Strings */
/** @typedef {'en' | 'fr'} Language */

/**
 * @param {readonly string[]} preferred  BCP 47, best first, as navigator.languages
 * @returns {{language: Language, strings: Strings}}
 */
export function chooseLanguage(preferred) {
  for (const tag of preferred) {
    const primary = tag.toLowerCase().split('-')[0];
    if (primary === 'fr') return { language: 'fr', strings: french };
    if (primary === 'en') return { language: 'en', strings: english };
  }
  return { language: 'en', strings: english };
}

/**
 * Put the strings into the page: `data-say` is an element's text, `data-say-label` its
 * name and tooltip, `data-say-placeholder` its placeholder.
 *
 * @param {Document} document
 * @param {Language} language
 * @param {Strings} strings
 */
export function localize(document, language, strings) {
  document.documentElement.lang = language;
  /** @param {string} key */
  const say = (key) => {
    const value = strings[/** @type {keyof Strings} */ (key)];
    if (typeof value !== 'string') throw new TypeError(`There is no string ${key}.`);
    return value;
  };
  /** @type {NodeListOf<HTMLElement>} */
  const said = document.querySelectorAll('[data-say], [data-say-label], [data-say-placeholder]');
  for (const element of said) {
    const { say: text, sayLabel: label, sayPlaceholder: placeholder } = element.dataset;
    if (text) element.textContent = say(text);
    if (label) element.setAttribute('aria-label', say(label));
    if (label && element instanceof HTMLButtonElement) element.title = say(label);
    if (placeholder) element.setAttribute('placeholder', say(placeholder));
  }
}
