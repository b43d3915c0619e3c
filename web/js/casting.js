// @ts-check
/** Who says what: the text's own voice, and for its passages in other languages others. */

import { primaryOf, voiceFor } from './voice_choice.js';

/**
 * @typedef {import('./protocol.js').VoiceInfo} VoiceInfo
 * @typedef {{speaker: string | number | null, style: string | null, lengthScale: number | null,
 *   rules?: string}} How rules: of pronunciation, as JSON
 * @typedef {{voiceId: string} & Partial<How>} Choice
 * @typedef {Record<string, string | Choice>} Choices the reader's voices, by primary language tag
 * @typedef {How & {voiceId: string, guest?: true}} Manner how to say a sentence, as the worker
 *   wants it; guest: by another voice than the text's
 */

/** A voice that can't be had: another one goes on. */
const NOT_TO_BE_HAD = ['voice_not_installed', 'voice_unreadable', 'integrity', 'network'];

export class Casting {
  #voices;
  #voice;
  #choices;
  #how;
  /** Voices that could not be had. @type {Set<string>} */
  #refused = new Set();
  /** BCP 47 */
  language;

  /**
   * @param {object} parts
   * @param {VoiceInfo[]} parts.voices that are here, in the catalogue's order
   * @param {VoiceInfo} parts.voice the text's own
   * @param {string} parts.language the text's, BCP 47
   * @param {How} parts.how the text's own voice speaks
   * @param {Choices} [parts.choices]
   */
  constructor({ voices, voice, language, how, choices = {} }) {
    this.#voices = voices;
    this.#voice = voice;
    this.#choices = choices;
    this.#how = how;
    this.language = language;
  }

  /**
   * @param {string} [language] BCP 47, of a sentence; '' is the text's
   * @returns {Manner}
   */
  manner(language = '') {
    const choice = this.#choice(language);
    if (!choice) return { voiceId: this.#voice.id, ...this.#how };
    const { speaker = null, style = this.#how.style, lengthScale = this.#how.lengthScale } = choice;
    return { ...this.#how, voiceId: choice.voiceId, speaker, style, lengthScale, guest: true };
  }

  /**
   * A sentence could not be said: its language's voice is not to be had.
   *
   * @param {Manner} manner
   * @param {unknown} error
   * @returns {boolean} whether another voice will be given from now on
   */
  refuse({ voiceId, guest }, error) {
    const { code = '' } = /** @type {{code?: string}} */ (error ?? {});
    if (!guest || !NOT_TO_BE_HAD.includes(code)) return false;
    this.#refused.add(voiceId);
    return true;
  }

  /** @param {string} language @returns {Choice | null} null: the text's own voice */
  #choice(language) {
    const primary = primaryOf(language);
    if (!primary || primary === primaryOf(this.language)) return null;
    const here = this.#voices.filter(({ id }) => !this.#refused.has(id));
    const chosen = choiceFor(this.#choices, primary);
    if (chosen && here.some(({ id }) => id === chosen.voiceId)) {
      return chosen.voiceId === this.#voice.id ? null : chosen;
    }
    if (primaryOf(this.#voice.language) === primary) return null;
    const found = voiceFor(here, language);
    return found ? { voiceId: found.id } : null;
  }
}

/**
 * What the reader chose for a language.
 *
 * @param {Choices} choices
 * @param {string} language BCP 47
 * @returns {Choice | null}
 */
export function choiceFor(choices, language) {
  const primary = primaryOf(language);
  const choice = Object.hasOwn(choices, primary) ? choices[primary] : null;
  return typeof choice === 'string' ? { voiceId: choice } : choice;
}
