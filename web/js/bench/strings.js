// @ts-check
/** The words of bench.html that its scripts say. */

export const strings = {
  findingVoices: 'Finding voices…',
  noVoices: 'There is no voice here. Install one in Lectern first.',
  ready: 'Ready.',
  done: 'Done.',
  stopped: 'Stopped. What was measured so far is below.',
  hidden: 'The page was not in front all the time: browsers slow such pages down. Measure again.',
  copied: 'Copied.',
  copyByHand: 'The browser did not let the page copy.',
  failed: (/** @type {string} */ why) => `It could not be measured: ${why}`,
  voice: (/** @type {string} */ id, /** @type {number} */ bytes) => `${id} (${Math.round(bytes / 1e6)} MB)`,
};
