// @ts-check
/**
 * The ORT worker's half of a warm start: the voice that was used last is read and loaded here
 * while Python boots in the other worker, whose thread has no time for it.
 */

import { assemble } from './parts.js';
import { Plans } from './plans.js';
import { VoiceFiles } from './voice_files.js';
import { VoiceStore } from './voice_store.js';

/**
 * @typedef {import('./parts.js').Part} Part
 * @typedef {{session: number, inputs: string[], outputs: string[], captured: boolean}} Made
 * @typedef {{model: ArrayBuffer, sha256: string, made: Made[]}} Loaded
 *   sha256: of the model's bytes; made: a session for each part of its plan, none without one
 */

/**
 * Begin to read; onnxruntime need not be there yet.
 *
 * @param {string} base
 * @param {{voiceId: string, sha256: string}} wanted sha256: of the model that the plan is for
 */
export function beginWarmLoad(base, { voiceId, sha256 }) {
  const files = new VoiceFiles(base, { store: new VoiceStore() });
  const reading = Promise.all([
    files.model(voiceId, null, false, sha256),
    new Plans().get(sha256),
  ]);
  reading.catch(() => {}); // told by `finish`
  return {
    /**
     * @param {(model: ArrayBuffer, sizes: number[]) => Promise<Made>} create
     * @param {(session: number) => Promise<void>} release
     * @returns {Promise<Loaded>}
     */
    async finish(create, release) {
      const [file, plan] = await reading;
      const model = files.take(file.file);
      /** @type {Made[]} */
      const made = [];
      try {
        for (const part of file.sha256 === sha256 ? partsOf(plan) : []) {
          made.push(await create(assemble(model, part), Array.from(part.sizes ?? [])));
        }
      } catch (error) {
        for (const { session } of made) await release(session);
        throw error;
      }
      return { model, sha256: file.sha256, made };
    },
  };
}

/**
 * The parts that a stored plan (preparing.py) has loaded, in loader.py's order.
 *
 * @param {string | null} plan
 * @returns {Part[]} none for a plan that can't be read
 */
export function partsOf(plan) {
  try {
    const { cut, timed } = JSON.parse(plan ?? '{}');
    const stored = cut ? [cut.trimmed, cut.flow, cut.encoder] : timed ? [timed] : [];
    return stored.map(({ segments, literals, sizes }) => ({
      segments: segments.flat(),
      literals: Uint8Array.from(atob(literals), (character) => character.charCodeAt(0)),
      sizes,
    }));
  } catch {
    return [];
  }
}
