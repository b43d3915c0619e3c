// @ts-check
/** Keys for the whole page, where nothing else wants them, and the list of them. */

import { byId } from './dom.js';
import { closePanel } from './panel.js';

/**
 * @typedef {object} KeyActions
 * @property {() => void} toggle
 * @property {() => void} stop
 * @property {(direction: 1 | -1) => void} sentence
 * @property {(direction: 1 | -1) => void} paragraph
 * @property {(direction: 1 | -1) => void} speed
 * @property {() => void} contents
 * @property {() => void} library
 * @property {() => void} timer
 * @property {() => void} search
 * @property {{singleKeys: boolean}} memory
 */

/**
 * Letters and signs, which can be switched off: who speaks to the computer, or rests a hand on
 * the keys, presses them without meaning it (WCAG 2.1.4).
 *
 * @type {Record<string, (actions: KeyActions) => void>}
 */
const SINGLE = {
  '+': ({ speed }) => speed(1),
  '=': ({ speed }) => speed(1),
  '-': ({ speed }) => speed(-1),
  _: ({ speed }) => speed(-1),
  '/': ({ search }) => search(),
  c: ({ contents }) => contents(),
  l: ({ library }) => library(),
  t: ({ timer }) => timer(),
  '?': () => byId('help', HTMLElement).togglePopover(),
};

/** @param {KeyActions} actions */
export function listenToKeys(actions) {
  const single = byId('single-keys', HTMLInputElement);
  single.checked = actions.memory.singleKeys;
  single.addEventListener('change', () => {
    actions.memory.singleKeys = single.checked;
  });
  addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target instanceof Element ? event.target : document.body;
    if (event.key === 'Escape') {
      // The browser closes lists and menus itself; one press does one thing.
      if (!document.querySelector(':popover-open') && !closePanel()) actions.stop();
      return;
    }
    if (target.closest('textarea, input, select, [contenteditable]')) return;
    if (handle(event, target, actions)) event.preventDefault();
  });
}

/**
 * @param {KeyboardEvent} event
 * @param {Element} target
 * @param {KeyActions} actions
 * @returns {boolean} whether the key was ours
 */
function handle(event, target, actions) {
  switch (event.key) {
    case ' ':
      // On a button, Space presses the button.
      if (target.closest('button, a, summary')) return false;
      if (!event.repeat) actions.toggle();
      return true;
    case 'ArrowLeft':
    case 'ArrowRight': {
      const direction = event.key === 'ArrowRight' ? 1 : -1;
      if (event.shiftKey && selecting()) return false;
      if (event.shiftKey) actions.paragraph(direction);
      else actions.sentence(direction);
      return true;
    }
    default:
      return pressSingle(event, actions);
  }
}

/** @param {KeyboardEvent} event @param {KeyActions} actions @returns {boolean} whether it is one of them */
function pressSingle({ key, repeat }, actions) {
  const name = key.toLowerCase();
  if (!actions.memory.singleKeys || !Object.hasOwn(SINGLE, name)) return false;
  // Held down, only the speed goes on.
  if (!repeat || '+=-_'.includes(name)) SINGLE[name](actions);
  return true;
}

/** Shift and an arrow widen a selection that is there. */
function selecting() {
  return getSelection()?.type === 'Range';
}
