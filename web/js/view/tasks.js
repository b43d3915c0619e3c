// @ts-check
/** Long work in slices, so that the page answers meanwhile. */

/** Let the browser paint and answer before the next slice. @returns {Promise<void>} */
export function nextTask() {
  const { scheduler } = /** @type {{scheduler?: {yield?: () => Promise<void>}}} */ (globalThis);
  return scheduler?.yield?.() ?? new Promise((resolve) => setTimeout(resolve));
}
