// @ts-check
/**
 * How the page looks, put on before its first paint. A module runs too late for that and inline
 * code is forbidden, so this is a classic script in the head, behind the style sheets. Afterwards
 * view/appearance.js works with the same functions, as `lecternAppearance`.
 *
 * What is stored comes from anywhere (an older version, another tab, a hand): of it only known
 * names and numbers within their bounds are used.
 */

(() => {
  /** @typedef {import('./view/types.js').Looks} Looks */

  const KEY = 'lectern.page.appearance';
  /** A longer value is none of ours (UTF-16 units). */
  const LONGEST = 1000;
  const THEMES = ['system', 'light', 'sepia', 'dark', 'contrast', 'contrast-dark'];
  const FONTS = ['literata', 'sans', 'atkinson', 'opendyslexic'];

  /**
   * What can be set, by its CSS property on the root: bounds and step in `unit`, and `usual`, which
   * app.css has. Letters and words may be as far apart as WCAG 2.2, 1.4.12, asks for, and farther.
   */
  const NUMBERS = {
    size: { property: '--size', unit: '', least: 14, most: 40, step: 1, usual: 19 },
    leading: { property: '--leading', unit: '', least: 1.2, most: 2.4, step: 0.1, usual: 1.6 },
    paragraph: { property: '--paragraph', unit: '', least: 0, most: 2.5, step: 0.25, usual: 1 },
    letter: { property: '--letter', unit: '', least: 0, most: 0.2, step: 0.01, usual: 0 },
    word: { property: '--word-gap', unit: '', least: 0, most: 0.6, step: 0.04, usual: 0 },
    width: { property: '--column', unit: 'rem', least: 24, most: 60, step: 1, usual: 36 },
  };

  const dark = matchMedia('(prefers-color-scheme: dark)');
  const more = matchMedia('(prefers-contrast: more)');

  /** @param {number} value @param {{least: number, most: number, step: number}} of */
  function fitted(value, { least, most, step }) {
    const steps = Math.round((Math.min(most, Math.max(least, value)) - least) / step);
    return Number((least + steps * step).toFixed(2));
  }

  /** What is good of anything that claims to be settings. @param {unknown} value @returns {Looks} */
  function check(value) {
    /** @type {Record<string, string | number>} */
    const good = {};
    if (typeof value !== 'object' || value === null) return good;
    const given = new Map(Object.entries(value));
    const theme = given.get('theme');
    if (theme !== 'system' && THEMES.includes(theme)) good.theme = theme;
    const font = given.get('font');
    if (font !== 'literata' && FONTS.includes(font)) good.font = font;
    for (const [name, bounds] of Object.entries(NUMBERS)) {
      const number = given.get(name);
      if (typeof number === 'number' && Number.isFinite(number)) good[name] = fitted(number, bounds);
    }
    return good;
  }

  /** @param {string | null} text  as stored @returns {Looks} */
  function parse(text) {
    if (!text || text.length > LONGEST) return {};
    try {
      return check(JSON.parse(text));
    } catch {
      return {};
    }
  }

  /** The theme that is meant by "as the system", now. @param {string} [theme] */
  function resolve(theme = 'system') {
    if (theme !== 'system') return theme;
    if (more.matches) return dark.matches ? 'contrast-dark' : 'contrast';
    return dark.matches ? 'dark' : 'light';
  }

  /** Put it on; what is not set is as the style sheets have it. @param {Looks} looks checked */
  function apply(looks) {
    const root = document.documentElement;
    root.dataset.theme = resolve(looks.theme);
    root.dataset.font = looks.font ?? 'literata';
    const set = new Map(Object.entries(looks));
    for (const [name, { property, unit }] of Object.entries(NUMBERS)) {
      const value = set.get(name);
      if (value === undefined) root.style.removeProperty(property);
      else root.style.setProperty(property, `${value}${unit}`);
    }
    const paper = getComputedStyle(root).getPropertyValue('--paper').trim();
    for (const meta of document.querySelectorAll('meta[name="theme-color"]')) {
      if (paper) meta.setAttribute('content', paper);
    }
  }

  function stored() {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null; // forbidden
    }
  }

  apply(parse(stored()));
  Object.assign(globalThis, {
    lecternAppearance: { KEY, THEMES, FONTS, NUMBERS, check, parse, apply },
  });
})();
