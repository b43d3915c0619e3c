// @ts-check
/** From an error's code to a sentence for the reader, and to what would help. */

/**
 * @typedef {'retry' | 'voice' | 'reload' | 'write' | 'open'} Remedy
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
  too_large: { say: 'tooLarge', remedy: 'open' },
  voice_unreadable: { say: 'voice', remedy: 'voice' },
  voice_not_installed: { say: 'voice', remedy: 'voice' },
  integrity: { say: 'voice', remedy: 'voice' },
  network: { say: 'network', remedy: 'retry' },
  quota: { say: 'quota', remedy: 'retry' },
  store: OTHER,
  document_unreadable: { say: 'other', remedy: 'open' }, // by its reason
  engine_lost: { say: 'engine', remedy: 'retry' },
  engine_timeout: { say: 'engine', remedy: 'retry' },
  inference_failed: { say: 'engine', remedy: 'retry' },
  phonemizer_failed: { say: 'engine', remedy: 'retry' },
  audio_failed: { say: 'sound', remedy: 'retry' },
  protocol: { say: 'renewed', remedy: 'reload' },
  internal: { say: 'engine', remedy: 'retry' },
};

/** Why a document can't be read: each of errors.py's reasons; a unit test compares. @type {Record<string, keyof Strings['unreadable']>} */
export const REASONS = {
  empty: 'empty',
  pictures_only: 'picturesOnly',
  not_text: 'notText',
  unsupported: 'unsupported',
  encrypted: 'encrypted',
  cut: 'cut',
  too_much: 'tooMuch',
  gone: 'gone',
  broken: 'broken',
};

/**
 * @param {unknown} error
 * @param {Strings} strings
 * @returns {{text: string, remedy: Remedy}}
 */
export function explain(error, strings) {
  const { code = '', reason = '' } = /** @type {{code?: string, reason?: string}} */ (error ?? {});
  if (code === 'document_unreadable') {
    const why = Object.hasOwn(REASONS, reason) ? REASONS[reason] : 'broken';
    return { text: strings.unreadable[why], remedy: 'open' };
  }
  const { say, remedy } = (Object.hasOwn(PROBLEMS, code) && PROBLEMS[code]) || OTHER;
  return { text: strings.problems[say], remedy };
}

/** Codes that mean something else while a document is being opened. @type {Record<string, keyof Strings['openProblems']>} */
const OPENING = {
  network: 'network',
  engine_lost: 'engine',
  engine_timeout: 'engine',
  store: 'store',
};

/**
 * Why a document could not be opened; `retry` is to open it again.
 *
 * @param {unknown} error
 * @param {Strings} strings
 * @returns {{text: string, remedy: Remedy}}
 */
export function explainOpening(error, strings) {
  const { code = '' } = /** @type {{code?: string}} */ (error ?? {});
  const { text, remedy } = explain(error, strings);
  // What is wrong with the document itself, or with this page, is told as ever.
  if (remedy === 'open' || remedy === 'reload') return { text, remedy };
  const say = Object.hasOwn(OPENING, code) ? OPENING[code] : 'other';
  return { text: strings.openProblems[say], remedy: 'retry' };
}

/** Codes that mean something else while a voice is being installed. @type {Record<string, keyof Strings['installProblems']>} */
const INSTALLING = {
  network: 'network',
  engine_lost: 'network',
  engine_timeout: 'network',
  quota: 'quota',
  voice_unreadable: 'unreadable',
  too_large: 'tooLarge',
  integrity: 'integrity',
  voice_not_installed: 'missing',
  unknown_voice: 'missing',
  phonemizer_failed: 'language',
  store: 'store',
  bad_option: 'forbidden',
};

/** Why a voice is refused: each of errors.py's reasons. @type {Record<string, keyof Strings['installProblems']>} */
export const VOICE_REASONS = {
  other_voice: 'otherVoice',
  chinese: 'chinese',
};

/**
 * Why a voice could not be installed or removed.
 *
 * @param {unknown} error
 * @param {Strings} strings
 */
export function explainInstalling(error, strings) {
  const { code = '', reason = '' } = /** @type {{code?: string, reason?: string}} */ (error ?? {});
  if (code === 'voice_unreadable' && Object.hasOwn(VOICE_REASONS, reason)) {
    return strings.installProblems[VOICE_REASONS[reason]];
  }
  const say = Object.hasOwn(INSTALLING, code) ? INSTALLING[code] : 'other';
  return strings.installProblems[say];
}
