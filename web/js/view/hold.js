// @ts-check
/** A button that does one thing when it is pressed, and another when it is held. */

/** So long (ms) is held, as phones have it. */
const HELD_MS = 500;

/**
 * @param {HTMLButtonElement} button
 * @param {() => void} tap  also by keyboard
 * @param {() => void} hold
 */
export function onTapOrHold(button, tap, hold) {
  let timer = 0;
  let held = false;
  const release = () => clearTimeout(timer);
  button.addEventListener('pointerdown', ({ isPrimary, button: which }) => {
    release();
    held = false;
    if (!isPrimary || which !== 0) return;
    timer = setTimeout(() => {
      if (button.disabled) return;
      held = true;
      hold();
    }, HELD_MS);
  });
  for (const type of ['pointerup', 'pointercancel', 'pointerleave']) {
    button.addEventListener(type, release);
  }
  // What a phone would open over it after as long.
  button.addEventListener('contextmenu', (event) => event.preventDefault());
  button.addEventListener('click', ({ detail }) => {
    // A click that ends a hold; one by keyboard has no count.
    if (held && detail > 0) held = false;
    else tap();
  });
}
