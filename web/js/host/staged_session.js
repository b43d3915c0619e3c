// @ts-check
/** Several sessions that are run in turn as one: what one gives the later ones take by its name. */

import { ownFloats, tensorOf } from './ort_session.js';

/**
 * @typedef {import('./ort_session.js').InferenceSession} InferenceSession
 * @typedef {import('./ort_session.js').OrtLibrary} OrtLibrary
 * @typedef {import('./ort_session.js').Tensor} Tensor
 */

export class StagedSession {
  captured = false;

  /**
   * @param {OrtLibrary} ort
   * @param {InferenceSession[]} stages in the order in which they are run
   */
  constructor(ort, stages) {
    this.ort = ort;
    this.stages = stages;
    const made = new Set(stages.flatMap(({ outputNames }) => outputNames));
    const taken = new Set(stages.flatMap(({ inputNames }) => inputNames));
    this.inputNames = [...taken].filter((name) => !made.has(name));
    this.outputNames = [...made];
  }

  /**
   * @param {OrtLibrary} ort
   * @param {Uint8Array[]} models
   * @param {import('../../wasm/ort/ort.wasm.bundle.min.mjs').InferenceSession.SessionOptions} options
   * @returns {Promise<StagedSession>}
   */
  static async create(ort, models, options) {
    /** @type {InferenceSession[]} */
    const stages = [];
    try {
      for (const model of models) stages.push(await ort.InferenceSession.create(model, options));
    } catch (error) {
      for (const stage of stages) await stage.release();
      throw error;
    }
    return new StagedSession(ort, stages);
  }

  /**
   * @param {import('./ort_session.js').Feeds} feeds
   * @param {string[]} outputs
   * @returns {Promise<import('./ort_session.js').Outputs>}
   */
  async run(feeds, outputs) {
    /** @type {Record<string, Tensor>} all that is there, by name */
    const tensors = {};
    try {
      for (const [name, feed] of Object.entries(feeds)) {
        const { type, data, dims } = tensorOf(feed);
        tensors[name] = new this.ort.Tensor(type, data, dims);
      }
      for (const stage of this.stages) {
        const given = Object.fromEntries(stage.inputNames.map((name) => [name, tensors[name]]));
        Object.assign(tensors, await stage.run(given));
      }
      /** @type {import('./ort_session.js').Outputs} */
      const value = {};
      for (const name of outputs) value[name] = ownFloats(await tensors[name].getData());
      return value;
    } finally {
      for (const tensor of Object.values(tensors)) tensor?.dispose();
    }
  }

  async release() {
    for (const stage of this.stages) await stage.release();
  }
}
