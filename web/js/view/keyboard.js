// @ts-check
/** Keys for the whole page, where nothing else wants them, and the list of them. */

import { byId } from './dom.js';

/**
 * @typedef {object} KeyActions
 * @property {() => void} toggle
 * @property {() => void} stop
 * @property {(direction: 1 | -1) => void} sentence
 * @property {(direction: 1 | -1) => void} paragraph
 * @property {(direction: 1 | -1) => void} speed
 */

/** @param {KeyActions} actions */
export function listenToKeys(actions) {
  const help = byId('help', HTMLElement);
  addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target instanceof Element ? event.target : document.body;
    if (event.key === 'Escape') {
      // The browser closes the list itself; one press does one thing.
      if (!help.matches(':popover-open')) actions.stop();
      return;
    }
    if (target.closest('textarea, input, select, [contenteditable]')) return;
    if (handle(event, target, actions, help)) event.preventDefault();
  });
}

/**
 * @param {KeyboardEvent} event
 * @param {Element} target
 * @param {KeyActions} actions
 * @param {HTMLElement} help
 * @returns {boolean} whether the key was ours
 */
function handle(event, target, actions, help) {
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
    case '+':
    case '=':
      actions.speed(1);
      return true;
    case '-':
    case '_':
      actions.speed(-1);
      return true;
    case '?':
      help.togglePopover();
      return true;
    default:
      return false;
  }
}

/** Shift and an arrow widen a selection that is there. */
function selecting() {
  return getSelection()?.type === 'Range';
}
