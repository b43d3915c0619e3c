// @ts-check
/** From an error's code to a sentence for the reader, and to what would help. */

/** @typedef {'retry' | 'voice' | 'reload' | 'write'} Remedy */

const VOICE = new Set(['unknown_voice', 'unknown_speaker', 'voice_unreadable', 'voice_not_installed', 'integrity']);
const ENGINE = new Set([
  'engine_lost',
  'engine_timeout',
  'inference_failed',
  'phonemizer_failed',
  'protocol',
  'internal',
]);

/**
 * @param {unknown} error
 * @param {import('./strings.js').Strings} strings
 * @returns {{text: string, remedy: Remedy}}
 */
export function explain(error, strings) {
  const { code = '', message = '' } = /** @type {{code?: string, message?: string}} */ (error ?? {});
  const say = strings.problems;
  if (code === 'empty_text') return { text: strings.nothingToSay, remedy: 'write' };
  if (VOICE.has(code)) return { text: say.voice, remedy: 'voice' };
  if (code === 'network') return { text: say.network, remedy: 'retry' };
  if (code === 'quota') return { text: say.quota, remedy: 'retry' };
  if (ENGINE.has(code)) return { text: say.engine, remedy: 'retry' };
  return { text: code && message ? message : say.other, remedy: 'retry' };
}
