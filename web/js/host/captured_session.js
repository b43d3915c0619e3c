// @ts-check
/**
 * A session on WebGPU whose run is recorded once, as GPU commands over buffers that stay, and
 * played again: a run is then a copy in, six submits and a copy out instead of hundreds of calls.
 *
 * Only the device may hold what it reads and writes, every shape is fixed, every node has to run
 * on WebGPU: onnxruntime refuses the rest while it loads.
 */

import { OrtSession, ownFloats, tensorOf } from './ort_session.js';

/**
 * @typedef {import('./ort_session.js').OrtLibrary} OrtLibrary
 * @typedef {import('./ort_session.js').InferenceSession} InferenceSession
 * @typedef {import('./ort_session.js').Tensor} Tensor
 * @typedef {import('./ort_session.js').Feeds} Feeds
 * @typedef {import('./ort_session.js').Outputs} Outputs
 * @typedef {{name: string, type: 'float32' | 'int64', dims: number[], count: number,
 *   buffer: GPUBuffer, tensor: Tensor}} Input
 */

/** Bytes of one element. */
const SIZES = { float32: 4, int64: 8 };
/** onnxruntime binds and copies buffers in units of 16 bytes. */
const UNIT = 16;
/** GPUBufferUsage, which the type checker's library lacks. */
const [COPY_SRC, COPY_DST, STORAGE] = [0x4, 0x8, 0x80];

export class CapturedSession extends OrtSession {
  /** @override */
  captured = true;

  /**
   * @param {OrtLibrary} ort
   * @param {InferenceSession} session
   * @param {GPUDevice} device
   * @param {Input[]} inputs
   */
  constructor(ort, session, device, inputs) {
    super(ort, session, device);
    this.queue = device.queue;
    this.inputs = inputs;
    this.feeds = Object.fromEntries(inputs.map(({ name, tensor }) => [name, tensor]));
  }

  /**
   * Load a model and capture its run.
   *
   * @param {OrtLibrary} ort
   * @param {Uint8Array} model
   * @param {GPUDevice} device goes with the session once it is there
   * @param {Record<string, number>} fixed sizes of named dimensions
   * @returns {Promise<CapturedSession>}
   * @throws {Error} this model's runs can't be captured here; nothing of it stays on the device
   */
  static async create(ort, model, device, fixed) {
    const session = await ort.InferenceSession.create(model, {
      // As an object: of a mere name 1.30 captures nothing, and yet feeds it as if it did.
      executionProviders: [{ name: 'webgpu', device }],
      enableGraphCapture: true,
      freeDimensionOverrides: fixed,
      logSeverityLevel: 4, // a refusal is no error: the model is loaded without capture next
    });
    /** @type {Input[]} */
    const inputs = [];
    try {
      for (const value of session.inputMetadata) inputs.push(input(ort, device, value));
      const made = new CapturedSession(ort, session, device, inputs);
      await made.#play(); // captures: of zeros
      return made;
    } catch (error) {
      await session.release();
      for (const { buffer } of inputs) buffer.destroy();
      throw error;
    }
  }

  /**
   * @override
   * @param {Feeds} feeds all inputs, of the captured shapes
   * @param {string[]} outputs
   * @returns {Promise<Outputs>}
   */
  async run(feeds, outputs) {
    const known = outputs.filter((name) => this.outputNames.includes(name));
    if (known.length < outputs.length) throw new Error(`it has no output beside ${known}`);
    // All are looked at before the first one is written.
    const given = this.inputs.map((one) => [one.buffer, fitting(one, feeds[one.name])]);
    for (const [buffer, data] of /** @type {[GPUBuffer, Float32Array<ArrayBuffer>][]} */ (given)) {
      this.queue.writeBuffer(buffer, 0, data);
    }
    return this.#play(outputs);
  }

  /** @param {string[]} [outputs] those that are wanted @returns {Promise<Outputs>} */
  async #play(outputs = []) {
    const results = await this.session.run(this.feeds);
    /** @type {Outputs} */
    const value = {};
    try {
      for (const name of outputs) value[name] = ownFloats(await results[name].getData());
    } finally {
      // The buffer stays with the session; this gives back the handle of this run alone.
      for (const tensor of Object.values(results)) tensor.dispose();
    }
    return value;
  }
}

/**
 * @param {OrtLibrary} ort
 * @param {GPUDevice} device
 * @param {InferenceSession['inputMetadata'][number]} value
 * @returns {Input}
 * @throws {Error} it has no fixed size, or a type that is never fed
 */
function input(ort, device, value) {
  const type = value.isTensor ? value.type : '';
  const dims = value.isTensor ? value.shape.map(Number) : [];
  if ((type !== 'float32' && type !== 'int64') || dims.some((size) => !(size >= 0))) {
    throw new Error(`the input ${value.name} has no fixed size`);
  }
  const count = dims.reduce((a, b) => a * b, 1);
  const size = Math.max(1, Math.ceil((count * SIZES[type]) / UNIT)) * UNIT;
  const buffer = device.createBuffer({ size, usage: STORAGE | COPY_DST | COPY_SRC });
  const tensor = ort.Tensor.fromGpuBuffer(buffer, { dataType: type, dims });
  return { name: value.name, type, dims, count, buffer, tensor };
}

/**
 * @param {Input} wanted
 * @param {Feeds[string] | undefined} feed
 * @returns {Float32Array<ArrayBuffer> | BigInt64Array<ArrayBuffer>}
 * @throws {Error} it is missing or another one; else the sound of the run before would be played
 */
function fitting({ name, type, dims, count }, feed) {
  if (!feed) throw new Error(`the input ${name} is missing`);
  const given = tensorOf(feed);
  const same = given.dims.length === dims.length && given.dims.every((n, i) => n === dims[i]);
  if (given.type !== type || !same || given.data.length !== count) {
    throw new Error(`the input ${name} is ${type} of [${dims}], not ${given.type} of [${given.dims}]`);
  }
  return /** @type {Float32Array<ArrayBuffer> | BigInt64Array<ArrayBuffer>} */ (given.data);
}
