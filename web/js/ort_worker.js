// @ts-check
/**
 * The `lectern-ort` worker: owns onnxruntime and its sessions, nothing else.
 *
 * OrtStart comes from the page, everything else over the port. Requests are done one after
 * the other, since onnxruntime-web refuses a run during a run; a rejection stops nothing
 * but itself. When the wasm instance itself is broken the worker answers `engine_lost` and
 * closes: nothing in this realm can be trusted any more.
 */

import { LecternError } from './errors.js';
import { CapturedSession } from './host/captured_session.js';
import { requestDevice } from './host/gpu_device.js';
import { refreshCached } from './host/http_cache.js';
import { OrtSession } from './host/ort_session.js';
import { StagedSession } from './host/staged_session.js';
import { beginWarmLoad } from './host/warm_load.js';
import { holdLock } from './lifeline.js';

/**
 * @typedef {import('./protocol.js').OrtStart} OrtStart
 * @typedef {import('./protocol.js').OrtRequest} OrtRequest
 * @typedef {import('./protocol.js').ErrorData} ErrorData
 * @typedef {typeof import('../wasm/ort/ort.wasm.bundle.min.mjs')} OrtLibrary
 * @typedef {{vendor: string, architecture: string, description: string}} Adapter
 * @typedef {{backend: string, threads: number, adapter: Adapter | null, fallback: boolean}} Granted
 *   what the realm really got
 * @typedef {{ort: OrtLibrary, granted: Granted}} Opened
 */

const scope = /** @type {DedicatedWorkerGlobalScope} */ (/** @type {unknown} */ (self));

/** The bundle of each backend and the wasm file that it needs. */
const BUILDS = /** @type {Record<string, {bundle: string, wasm: string}>} */ ({
  wasm: { bundle: 'ort.wasm.bundle.min.mjs', wasm: 'ort-wasm-simd-threaded.wasm' },
  webgpu: { bundle: 'ort.webgpu.bundle.min.mjs', wasm: 'ort-wasm-simd-threaded.asyncify.wasm' },
});

/** An ONNX model of one Identity node: loading it starts onnxruntime before it is needed. */
const IDENTITY =
  'CAgSADo3ChAKAXgSAXkiCElkZW50aXR5EgFnWg8KAXgSCgoICAESBAoCCAFiDwoBeRIKCggIARIECgIIAUIECgAQDQ==';

/** What onnxruntime says when its memory or its instance is gone, not when a model is bad. */
const BROKEN =
  /abort|out of memory|bad_alloc|unreachable|out of bounds|allocat|no available backend|device (was )?lost/i;

/**
 * A model that is sound and yet can't run in this build: no kernel for a node's types.
 * (The WebGPU build of 1.30 has none for float64.)
 */
const UNSUPPORTED = /ERROR_CODE: (1|9)\b/;

/** An error that is answered, and after which the realm goes on. */
class Refused extends Error {
  /** @param {string} code @param {string} message */
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/** @type {Map<number, OrtSession | StagedSession>} */
const sessions = new Map();
let lastSession = 0;
let closed = false;

scope.onmessage = ({ data }) => {
  if (data?.type === 'start') start(data);
};

/** @param {OrtStart} message */
async function start(message) {
  scope.onmessage = null;
  await holdLock(message.lockName);
  scope.postMessage({ event: 'alive' });
  const opening = open(message);
  opening.catch(() => {}); // answered with the first request
  /** @type {Promise<void>} never rejects */
  let queue = Promise.resolve();
  message.port.onmessage = ({ data }) => {
    // Its file is read while onnxruntime starts.
    const warm = data.type === 'warm' ? beginWarmLoad(message.base, data) : null;
    queue = queue.then(() => serve(message, data, opening, warm));
  };
}

/**
 * @param {OrtStart} start
 * @param {OrtRequest} request
 * @param {Promise<Opened>} opening
 * @param {ReturnType<typeof beginWarmLoad> | null} warm what a request of that type has begun
 */
async function serve({ port, backend }, request, opening, warm) {
  if (closed) return;
  /** @type {OrtRequest['type']} */
  let during = 'open';
  try {
    const opened = await opening;
    during = request.type;
    const { value, transfer = [] } = warm
      ? await finishWarm(warm, opened)
      : await perform(request, opened);
    port.postMessage({ id: request.id, ok: true, value }, transfer);
  } catch (error) {
    const data = errorData(error, during, backend);
    port.postMessage({ id: request.id, ok: false, error: data });
    if (data.code === 'engine_lost') close();
  }
}

/**
 * @param {OrtStart} message
 * @returns {Promise<Opened>}
 */
async function open({ base, backend, threads }) {
  const build = BUILDS[backend];
  if (!build) throw new Refused('inference_failed', `There is no backend "${backend}".`);
  const gpu = backend === 'webgpu' ? await findAdapter() : { adapter: null, fallback: false };
  const folder = new URL('wasm/ort/', base).href;
  /** @type {OrtLibrary} */
  const ort = await import(folder + build.bundle);
  const granted = { backend, threads: scope.crossOriginIsolated ? Math.max(1, threads) : 1, ...gpu };
  ort.env.logLevel = 'error';
  ort.env.wasm.proxy = false;
  ort.env.wasm.numThreads = granted.threads;
  ort.env.wasm.wasmPaths = { wasm: folder + build.wasm };
  const provider = backend === 'webgpu' ? { name: /** @type {const} */ ('webgpu') } : 'wasm';
  const model = Uint8Array.from(atob(IDENTITY), (character) => character.charCodeAt(0));
  try {
    const session = await ort.InferenceSession.create(model, options(provider));
    await session.release();
  } catch (error) {
    // A body that was cut short may stand in the HTTP cache as whole: the next realm
    // would get it again.
    await refreshCached([folder + build.wasm]);
    throw error;
  }
  return { ort, granted };
}

/**
 * @param {'wasm' | {name: 'webgpu', device?: GPUDevice}} provider
 * @param {Record<string, number> | null} [fixed]
 */
function options(provider, fixed) {
  return {
    executionProviders: [provider],
    // Piper's graphs gain nothing from onnxruntime's rewriting on wasm, which is half of a load.
    ...(provider === 'wasm' ? { graphOptimizationLevel: /** @type {const} */ ('disabled') } : {}),
    // Its warnings (some nodes stay on the CPU) are no news to anybody.
    logSeverityLevel: /** @type {const} */ (3),
    ...(fixed ? { freeDimensionOverrides: fixed } : {}),
  };
}

/**
 * @returns {Promise<{adapter: Adapter, fallback: boolean}>}
 * @throws {Refused} inference_failed where there is none
 */
async function findAdapter() {
  const { gpu } = /** @type {any} */ (navigator);
  const adapter = await gpu?.requestAdapter();
  if (!adapter) throw new Refused('inference_failed', 'This browser gives no WebGPU adapter.');
  const { vendor = '', architecture = '', description = '', isFallbackAdapter } = adapter.info ?? {};
  return {
    adapter: { vendor, architecture, description },
    // It moved from the adapter to its info.
    fallback: Boolean(isFallbackAdapter ?? adapter.isFallbackAdapter),
  };
}

/**
 * @param {OrtRequest} request
 * @param {Opened} opened
 * @returns {Promise<{value: unknown, transfer?: Transferable[]}>}
 */
async function perform(request, opened) {
  switch (request.type) {
    case 'open':
      return { value: opened.granted };
    case 'create':
      return { value: await create(request, opened) };
    case 'run':
      return run(request);
    case 'release':
      await release(request.session);
      return { value: null };
    default:
      throw new Refused('protocol', 'This is no request to onnxruntime.');
  }
}

/** @param {number} id an unknown one is no error */
async function release(id) {
  const session = sessions.get(id);
  sessions.delete(id);
  await session?.release();
}

/**
 * @param {ReturnType<typeof beginWarmLoad>} warm
 * @param {Opened} opened
 */
async function finishWarm(warm, opened) {
  try {
    const value = await warm.finish(
      (model, sizes) => create({ type: 'create', id: 0, model: model, sizes }, opened),
      release,
    );
    return { value, transfer: [value.model] };
  } catch (error) {
    // Files that are not here are no fault of onnxruntime's.
    if (error instanceof LecternError) throw new Refused(error.code, error.message);
    throw error;
  }
}

/**
 * @param {Extract<OrtRequest, {type: 'create'}>} request
 * @param {Opened} opened
 */
async function create({ model, fixed, sizes = [] }, { ort, granted }) {
  const bytes = new Uint8Array(model);
  const session =
    granted.backend === 'webgpu'
      ? await createOnGpu(ort, bytes, fixed ?? null)
      : sizes.length > 1
        ? await StagedSession.create(ort, inTurn(bytes, sizes), options('wasm', fixed))
        : new OrtSession(ort, await ort.InferenceSession.create(bytes, options('wasm', fixed)));
  const id = ++lastSession;
  sessions.set(id, session);
  const { captured, inputNames, outputNames } = session;
  return { session: id, inputs: inputNames, outputs: outputNames, captured };
}

/** @param {Uint8Array} bytes @param {number[]} sizes */
function inTurn(bytes, sizes) {
  let end = 0;
  return sizes.map((size) => bytes.subarray(end, (end += size)));
}

/**
 * Each session has a device of its own: onnxruntime-web 1.30 keeps a released session's weights
 * on the GPU as long as any session lives on the same device.
 *
 * @param {OrtLibrary} ort
 * @param {Uint8Array} model
 * @param {Record<string, number> | null} fixed
 * @returns {Promise<OrtSession>}
 */
async function createOnGpu(ort, model, fixed) {
  const device = await requestDevice();
  device.lost.then(({ reason }) => {
    if (reason !== 'destroyed') close(); // the driver or the GPU's process: nothing of it answers
  });
  try {
    const captured = fixed && (await CapturedSession.create(ort, model, device, fixed).catch(uncaptured));
    if (captured) return captured;
    const provider = { name: /** @type {const} */ ('webgpu'), device };
    const session = await ort.InferenceSession.create(model, options(provider, fixed));
    return new OrtSession(ort, session, device);
  } catch (error) {
    device.destroy();
    throw error;
  }
}

/**
 * A model whose run can't be captured runs all the same; what broke is thrown on.
 * @param {unknown} error
 * @returns {null}
 */
function uncaptured(error) {
  if (isBroken(error, messageOf(error))) throw error;
  return null;
}

/**
 * @param {Extract<OrtRequest, {type: 'run'}>} request
 * @returns {Promise<{value: Record<string, Float32Array>, transfer: Transferable[]}>}
 */
async function run({ session: id, feeds, outputs }) {
  const session = sessions.get(id);
  if (!session) throw new Refused('inference_failed', 'The session is not loaded any more.');
  const value = await session.run(feeds, outputs);
  return { value, transfer: Object.values(value).map(({ buffer }) => buffer) };
}

/**
 * @param {unknown} error
 * @param {OrtRequest['type']} during
 * @param {string} backend
 * @returns {ErrorData}
 */
function errorData(error, during, backend) {
  if (error instanceof Refused) {
    return { code: error.code, message: error.message, retryable: false };
  }
  const message = messageOf(error);
  if (isBroken(error, message) || during === 'open') {
    const sentence = `onnxruntime broke down: ${message}. It is started again.`;
    return { code: 'engine_lost', message: sentence, retryable: true };
  }
  if (during === 'create' && backend === 'webgpu' && UNSUPPORTED.test(message)) {
    const sentence = `This voice can't run on WebGPU: ${message}`;
    return { code: 'inference_failed', message: sentence, retryable: false };
  }
  if (during === 'create') {
    const sentence = `onnxruntime can't load this voice's model: ${message}`;
    return { code: 'voice_unreadable', message: sentence, retryable: false };
  }
  const sentence = `onnxruntime could not run the voice: ${message}`;
  return { code: 'inference_failed', message: sentence, retryable: false };
}

/** @param {unknown} error C++ exceptions that nobody caught arrive as numbers */
function messageOf(error) {
  return error instanceof Error ? error.message : `exception ${error}`;
}

/** @param {unknown} error @param {string} message */
function isBroken(error, message) {
  return (
    !(error instanceof Error) ||
    error instanceof WebAssembly.RuntimeError ||
    error instanceof WebAssembly.CompileError ||
    BROKEN.test(message)
  );
}

/** End this worker: the page sees its lock go. */
function close() {
  closed = true;
  scope.close();
}
