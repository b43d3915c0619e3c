// @ts-check
/**
 * The voice that was used last, loaded side by side with Python's boot: read and given to
 * onnxruntime as Python did it the last time, and kept until Python asks for it.
 *
 * Nothing is decided here. Python asks for the same file and the same parts as ever, and finds
 * them begun; where it wants others, what was begun is given up.
 */

import { partsOf } from './warm_load.js';

/**
 * @param {object} hint
 * @param {string} hint.voiceId
 * @param {string} hint.sha256 of its model
 * @param {object} parts
 * @param {import('./voice_files.js').VoiceFiles} parts.files
 * @param {import('./plans.js').Plans} parts.plans
 * @param {import('./ort.js').Ort} parts.ort
 * @param {number} parts.realm
 */
export function warmStart({ voiceId, sha256 }, { files, plans, ort, realm }) {
  const begin = async () => {
    const [loaded, plan] = await Promise.all([ort.warm(realm, voiceId, sha256), plans.get(sha256)]);
    const file = files.hold(loaded.model, loaded.sha256);
    const parts = partsOf(plan);
    loaded.made.forEach((made, index) => ort.adoptPrepared(realm, file.file, parts[index], made));
    return file;
  };
  const promise = begin();
  promise.catch(() => {}); // whoever asks for the voice begins anew
  files.begun = {
    voiceId,
    promise,
    giveUp: () =>
      promise.then(
        ({ file }) => {
          ort.forgetPrepared(file);
          files.drop(file);
        },
        () => {},
      ),
  };
}
