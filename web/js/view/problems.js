// @ts-check
/** From an error's code to a sentence for the reader, and to what would help. */

/**
 * @typedef {'retry' | 'voice' | 'reload' | 'write'} Remedy
 * @typedef {import('./strings.js').Strings} Strings
 * @typedef {{say: keyof Strings['problems'], remedy: Remedy}} Problem say: which of the words
 */

/** @type {Problem} */
const OTHER = { say: 'other', remedy: 'retry' };

/** Every code of ARCHITECTURE.md's table; a unit test compares. @type {Record<string, Problem>} */
export const PROBLEMS = {
  empty_text: { say: 'nothingToSay', remedy: 'write' },
  bad_option: OTHER,
  unknown_voice: { say: 'voice', remedy: 'voice' },
  unknown_speaker: { say: 'voice', remedy: 'voice' },
  too_large: OTHER,
  voice_unreadable: { say: 'voice', remedy: 'voice' },
  voice_not_installed: { say: 'voice', remedy: 'voice' },
  integrity: { say: 'voice', remedy: 'voice' },
  network: { say: 'network', remedy: 'retry' },
  quota: { say: 'quota', remedy: 'retry' },
  store: OTHER,
  engine_lost: { say: 'engine', remedy: 'retry' },
  engine_timeout: { say: 'engine', remedy: 'retry' },
  inference_failed: { say: 'engine', remedy: 'retry' },
  phonemizer_failed: { say: 'engine', remedy: 'retry' },
  audio_failed: { say: 'sound', remedy: 'retry' },
  protocol: { say: 'renewed', remedy: 'reload' },
  internal: { say: 'engine', remedy: 'retry' },
};

/**
 * @param {unknown} error
 * @param {Strings} strings
 * @returns {{text: string, remedy: Remedy}}
 */
export function explain(error, strings) {
  const { code = '' } = /** @type {{code?: string}} */ (error ?? {});
  const { say, remedy } = (Object.hasOwn(PROBLEMS, code) && PROBLEMS[code]) || OTHER;
  return { text: strings.problems[say], remedy };
}
