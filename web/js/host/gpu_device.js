// @ts-check
/** WebGPU devices, as onnxruntime wants them. */

/** What its kernels make use of, where it is there. */
const FEATURES = /** @type {GPUFeatureName[]} */ ([
  'shader-f16',
  'subgroups',
  'subgroup-size-control',
]);

/** Taken as large as the adapter gives them; a device has the smallest ones otherwise. */
const LIMITS = /** @type {const} */ ([
  'maxBindGroups',
  'maxStorageBuffersPerShaderStage',
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
  'maxComputeWorkgroupsPerDimension',
]);

/**
 * @returns {Promise<GPUDevice>}
 * @throws {Error} where there is no adapter (any more), or it gives no device
 */
export async function requestDevice() {
  const adapter = await navigator.gpu?.requestAdapter();
  if (!adapter) throw new Error('this browser gives no WebGPU adapter');
  const { features, limits } = adapter;
  return adapter.requestDevice({
    requiredFeatures: FEATURES.filter((name) => features.has(name)),
    requiredLimits: Object.fromEntries(LIMITS.map((name) => [name, limits[name]])),
  });
}
