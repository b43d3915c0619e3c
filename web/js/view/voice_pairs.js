// @ts-check
/** A voice is two files: which of those that the reader gave belong together. */

/** @typedef {{model: File, config: File}} VoicePair */

const MODEL = /\.onnx$/i;
const CONFIG = /\.json$/i;
const VOICE_FILE = /\.onnx(\s*\(\d+\))?(\.json)?$|\.onnx\.json$/i;
const COPY_NUMBER = /\s*\(\d+\)/g;

/** Whether a file is meant as a part of a voice, by its name. @param {File} file */
export function isVoiceFile({ name }) {
  return MODEL.test(name) || VOICE_FILE.test(name.replace(COPY_NUMBER, ''));
}

/**
 * @param {readonly File[]} files
 * @returns {{pairs: VoicePair[], alone: File[]}} alone: those whose other half is missing
 */
export function pairFiles(files) {
  const models = files.filter(({ name }) => MODEL.test(name));
  const configs = files.filter(({ name }) => CONFIG.test(name));
  /** @type {VoicePair[]} */
  const pairs = [];
  for (const model of models) {
    const own = configs.findIndex((config) => stem(config.name) === stem(model.name));
    // One of each is a pair whatever they are called.
    const other = models.length === 1 && configs.length === 1 ? 0 : -1;
    const found = own >= 0 ? own : other;
    if (found >= 0) pairs.push({ model, config: configs.splice(found, 1)[0] });
  }
  const paired = pairs.map(({ model }) => model);
  return { pairs, alone: [...models.filter((model) => !paired.includes(model)), ...configs] };
}

/** "en_US-amy-medium" of both its files, whatever number the browser gave a second copy. */
function stem(/** @type {string} */ name) {
  return name.replace(COPY_NUMBER, '').replace(/\.json$/i, '').replace(MODEL, '').toLowerCase();
}
