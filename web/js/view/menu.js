// @ts-check
/** The menu of what is not needed often. */

import { byId } from './dom.js';

/** Items are buttons of `#more`; who owns one listens to its click. */
export function connectMenu() {
  const menu = byId('more', HTMLElement);
  const opener = byId('more-open', HTMLButtonElement);
  const items = () => [...menu.querySelectorAll('button')].filter((item) => item.checkVisibility());
  menu.addEventListener('click', (event) => {
    // The opener has the focus when a panel asks who had it.
    if (!(event.target instanceof Element && event.target.closest('.menu-item'))) return;
    menu.hidePopover();
  }, { capture: true });
  menu.addEventListener('toggle', (event) => {
    const open = /** @type {ToggleEvent} */ (event).newState === 'open';
    opener.setAttribute('aria-expanded', String(open));
    if (open) items()[0]?.focus();
    else if (menu.contains(document.activeElement)) opener.focus();
  });
  menu.addEventListener('keydown', (event) => {
    const all = items();
    const here = all.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
    const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: -1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    all.at(to % all.length)?.focus();
  });
}
