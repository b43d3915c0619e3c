// @ts-check
/** A session of onnxruntime, as `ort_worker.js` runs it: feeds in, float32 out. */

import { normalNoise } from './noise.js';

/**
 * @typedef {import('../protocol.js').TensorFeed} TensorFeed
 * @typedef {import('../protocol.js').NoiseFeed} NoiseFeed
 * @typedef {import('../../wasm/ort/ort.wasm.bundle.min.mjs').InferenceSession} InferenceSession
 * @typedef {import('../../wasm/ort/ort.wasm.bundle.min.mjs').Tensor} Tensor
 * @typedef {typeof import('../../wasm/ort/ort.wasm.bundle.min.mjs')} OrtLibrary
 * @typedef {Record<string, TensorFeed | NoiseFeed>} Feeds
 * @typedef {Record<string, Float32Array<ArrayBuffer>>} Outputs  each flat, in a buffer of its own
 */

export class OrtSession {
  /** Whether its runs are played again (`captured_session.js`). */
  captured = false;

  /**
   * @param {OrtLibrary} ort
   * @param {InferenceSession} session
   * @param {GPUDevice | null} [device] where it is alone on it: goes with it
   */
  constructor(ort, session, device = null) {
    this.ort = ort;
    this.session = session;
    this.device = device;
    this.inputNames = [...session.inputNames];
    this.outputNames = [...session.outputNames];
  }

  /**
   * @param {Feeds} feeds
   * @param {string[]} outputs
   * @returns {Promise<Outputs>}
   */
  async run(feeds, outputs) {
    /** @type {Record<string, Tensor>} */
    const tensors = {};
    /** @type {Tensor[]} */
    const made = [];
    try {
      for (const [name, feed] of Object.entries(feeds)) {
        const { type, data, dims } = tensorOf(feed);
        tensors[name] = new this.ort.Tensor(type, data, dims);
        made.push(tensors[name]);
      }
      const results = await this.session.run(tensors, outputs);
      made.push(...Object.values(results));
      /** @type {Outputs} */
      const value = {};
      for (const name of outputs) value[name] = ownFloats(await results[name].getData());
      return value;
    } finally {
      for (const tensor of made) tensor.dispose();
    }
  }

  async release() {
    try {
      await this.session.release();
    } finally {
      this.device?.destroy();
    }
  }
}

/** @param {TensorFeed | NoiseFeed} feed @returns {TensorFeed} */
export function tensorOf(feed) {
  if (feed.type !== 'noise') return feed;
  return { type: 'float32', data: normalNoise(feed), dims: [1, feed.rows, feed.columns] };
}

/**
 * The data as float32 in a buffer of its own, which may be transferred.
 * @param {ArrayLike<number | bigint | string>} data
 * @returns {Float32Array<ArrayBuffer>}
 */
export function ownFloats(data) {
  if (!(data instanceof Float32Array)) return Float32Array.from(data, Number);
  const { buffer, byteLength } = data;
  const own = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
  return /** @type {Float32Array<ArrayBuffer>} */ (own ? data : new Float32Array(data));
}
