// @ts-check
/** How much text a line of the page holds, in the face and spacing that are set. */

/** So much of a text is measured, in UTF-16 units. */
const SAMPLE = 600;
/** With nothing to measure: the letters of English and French, about as often as they come. */
const LETTERS = 'the lamp is lit, a page lies open on the desk, il ne faut pas se presser';

/** @type {CanvasRenderingContext2D | null} */
let context = null;

/**
 * About how many characters of `text` stand on a line of `element`, at least 8.
 *
 * @param {HTMLElement} element  a column of text; it need not be shown
 * @param {string} text
 */
export function charactersPerLine(element, text) {
  const style = getComputedStyle(element);
  const shown = element.clientWidth;
  const most = Number.parseFloat(style.maxWidth) || innerWidth;
  const sides = pixels(style.paddingInlineStart) + pixels(style.paddingInlineEnd);
  const width = (shown || Math.min(most, innerWidth)) - sides;
  return Math.max(8, width / averageAdvance(style, text));
}

/** @param {CSSStyleDeclaration} style @param {string} text @returns {number} px */
function averageAdvance(style, text) {
  const sample = text.slice(0, SAMPLE).replace(/\s+/g, ' ').trim() || LETTERS;
  const size = pixels(style.fontSize) || 19;
  context ??= document.createElement('canvas').getContext('2d');
  if (!context) return size * 0.47;
  context.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  const spaces = sample.split(' ').length - 1;
  const extra = pixels(style.letterSpacing) + (spaces / sample.length) * pixels(style.wordSpacing);
  return context.measureText(sample).width / sample.length + extra || size * 0.47;
}

/** @param {string} length  as computed; 0 for `normal` */
function pixels(length) {
  return Number.parseFloat(length) || 0;
}
