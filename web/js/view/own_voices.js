// @ts-check
/** The voices that the reader chose, each for its language. */

/**
 * @param {Pick<import('./storage.js').Memory, 'voices' | 'speakerOf'>} memory
 * @param {import('./types.js').VoiceInfo[]} here
 * @returns {Record<string, {voiceId: string, speaker?: string}>} by primary language tag
 */
export function ownVoices(memory, here) {
  /** @type {Record<string, {voiceId: string, speaker?: string}>} */
  const own = {};
  for (const [language, voiceId] of Object.entries(memory.voices)) {
    const voice = here.find(({ id }) => id === voiceId);
    if (!voice) continue;
    const speaker = memory.speakerOf(voiceId);
    const known = voice.speakers.some(({ name }) => name === speaker);
    own[language] = known ? { voiceId, speaker } : { voiceId };
  }
  return own;
}
