// @ts-check
/** The voices that the browser keeps: which there are, installing them, removing them. */

import { LecternError } from './errors.js';
import { checkedOptions } from './options.js';

/**
 * @typedef {import('./engine.js').Engine} Engine
 * @typedef {import('./protocol.js').VoiceInfo} VoiceInfo
 * @typedef {import('./protocol.js').VoiceStorage} VoiceStorage
 * @typedef {import('./protocol.js').ProgressEvent} ProgressEvent
 *
 * @typedef {object} InstallOptions
 * @property {AbortSignal | null} [signal] what came so far stays, and the next call goes on with it
 * @property {((progress: {loaded: number, total: number}) => void) | null} [onProgress] bytes
 *
 * @typedef {{model: File, config: File, voiceId?: string}} VoiceFilePair
 *   voiceId: default: what the model is called
 */

/** @type {import('./options.js').Checks} */
const INSTALLING = {
  signal: { is: (value) => value instanceof AbortSignal, wanted: 'an AbortSignal' },
  onProgress: { is: (value) => typeof value === 'function', wanted: 'a function' },
};
/** @type {import('./options.js').Checks} */
const PAIR = {
  model: { is: (value) => value instanceof File, wanted: 'the voice\'s .onnx file' },
  config: { is: (value) => value instanceof File, wanted: 'the voice\'s .onnx.json file' },
  voiceId: { is: (value) => typeof value === 'string' && value !== '', wanted: 'the id of a voice' },
};
const MODEL_NAME = /\.onnx$/i;
/** What browsers add to a second download of the same name. */
const COPY_NUMBER = /\s*\(\d+\)(?=\.|$)/g;

export class VoiceKeeping {
  #engine;

  /** @param {Engine} engine */
  constructor(engine) {
    this.#engine = engine;
  }

  /**
   * @param {{signal?: AbortSignal | null}} [options]
   * @returns {Promise<VoiceInfo[]>}
   */
  async available(options) {
    const { signal } = checkedOptions(options, { signal: INSTALLING.signal });
    return this.#engine.ask('available', {}, { signal });
  }

  /**
   * @param {string} voiceId
   * @param {InstallOptions} [options]
   * @returns {Promise<VoiceInfo>}
   */
  async install(voiceId, options) {
    const { signal, onProgress } = checkedOptions(options, INSTALLING);
    return this.#told(voiceId, onProgress, () =>
      this.#engine.ask('install', { voiceId }, { signal }),
    );
  }

  /**
   * @param {VoiceFilePair} files
   * @param {InstallOptions} [options]
   * @returns {Promise<VoiceInfo>}
   */
  async installFiles(files, options) {
    const { signal, onProgress } = checkedOptions(options, INSTALLING);
    const { model, config, ...given } = checkedOptions(files, PAIR);
    if (!model || !config) {
      throw new LecternError(
        'bad_option',
        'A voice is two files: model, its .onnx, and config, its .onnx.json.',
      );
    }
    const voiceId = given.voiceId ?? voiceIdOf(model.name);
    return this.#told(voiceId, onProgress, () =>
      this.#engine.ask('installFiles', { voiceId, model, config }, { signal }),
    );
  }

  /** @param {string} voiceId @returns {Promise<void>} */
  async remove(voiceId) {
    await this.#engine.ask('remove', { voiceId });
  }

  /** @returns {Promise<VoiceStorage>} */
  storage() {
    return this.#engine.ask('voiceStorage', {});
  }

  /** @param {string} voiceId @returns {Promise<{license: string, card: string}>} */
  card(voiceId) {
    return this.#engine.ask('voiceCard', { voiceId });
  }

  /**
   * @param {string} voiceId
   * @param {InstallOptions['onProgress']} onProgress
   * @param {() => Promise<VoiceInfo>} work
   */
  async #told(voiceId, onProgress, work) {
    const tell = (/** @type {Event} */ event) => {
      /** @type {ProgressEvent} */
      const { voiceId: whose, phase, loaded, total } = /** @type {CustomEvent} */ (event).detail;
      if (whose === voiceId && phase === 'download') onProgress?.({ loaded, total });
    };
    this.#engine.addEventListener('progress', tell);
    try {
      const voice = await work();
      askToKeep();
      return voice;
    } finally {
      this.#engine.removeEventListener('progress', tell);
    }
  }
}

/**
 * What a voice is called by its model's file: `en_US-amy-medium (1).onnx` is en_US-amy-medium.
 * @param {string} name
 */
export function voiceIdOf(name) {
  const stem = name.normalize().replace(COPY_NUMBER, '').replace(MODEL_NAME, '');
  return stem.trim().replace(/[^\p{L}\p{N}._+-]+/gu, '_');
}

/** What was stored is dear: the browser is asked not to clear them away. Nothing depends on its answer. */
export async function askToKeep() {
  try {
    if (!(await navigator.storage.persisted())) await navigator.storage.persist();
  } catch {
    // an insecure context, or a browser without it
  }
}
