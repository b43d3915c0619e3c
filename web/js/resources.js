// @ts-check
/** What this device has to spare, as far as its browser tells. */

/** @typedef {import('./ahead.js').Resources} Resources */

/** @type {Resources['battery']} the browser's own object, which is kept up to date */
let battery = null;
let asked = false;

/** @returns {Omit<Resources, 'pace'>} the battery is known from some time after the first call on */
export function resources() {
  const here = /** @type {{getBattery?: () => Promise<any>, deviceMemory?: number}} */ (globalThis.navigator ?? {});
  if (!asked) {
    asked = true;
    // Some browsers have it and refuse it.
    new Promise((resolve) => resolve(here.getBattery?.())).then(
      (found) => (battery = /** @type {any} */ (found) ?? null),
      () => {},
    );
  }
  return { battery, memory: here.deviceMemory ?? null };
}
