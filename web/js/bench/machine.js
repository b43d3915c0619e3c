// @ts-check
/** What a browser tells of the machine that it runs on. */

/** @typedef {Record<string, string>} Facts */

/**
 * @param {string} version of Lectern
 * @returns {Promise<Facts>} in the order in which they are shown
 */
export async function facts(version) {
  const { hardwareConcurrency: cores, deviceMemory } = /** @type {Navigator & {deviceMemory?: number}} */ (navigator);
  return {
    Lectern: version,
    Date: new Date().toISOString().slice(0, 10),
    Browser: browser(),
    System: system(),
    Cores: String(cores),
    ...(deviceMemory ? { Memory: `${deviceMemory} GB or more` } : {}),
    Threads: crossOriginIsolated ? 'possible' : 'one only: the page is not isolated. Open Lectern once, then this page anew.',
    GPU: await gpu(),
  };
}

/** @returns {Promise<GPUAdapterLike | null>} a real adapter that WebGPU offers, no software */
export async function gpuAdapter() {
  const { gpu: offered } = /** @type {Navigator & {gpu?: {requestAdapter(): Promise<GPUAdapterLike | null>}}} */ (navigator);
  try {
    const adapter = (await offered?.requestAdapter()) ?? null;
    return adapter?.info?.isFallbackAdapter ? null : adapter;
  } catch {
    return null;
  }
}

/** @typedef {{info?: {vendor?: string, architecture?: string, description?: string, isFallbackAdapter?: boolean}}} GPUAdapterLike */

async function gpu() {
  const adapter = await gpuAdapter();
  if (!adapter) return 'none for WebGPU';
  const { vendor = '', architecture = '', description = '' } = adapter.info ?? {};
  return [vendor, architecture, description].filter(Boolean).join(' ') || 'WebGPU';
}

/** @typedef {{brands: {brand: string, version: string}[], platform: string}} UserAgentData */

/** @returns {UserAgentData | undefined} */
const agentData = () => /** @type {Navigator & {userAgentData?: UserAgentData}} */ (navigator).userAgentData;

function browser() {
  const { brands } = agentData() ?? {};
  const real = brands?.find(({ brand }) => !/^chromium$|brand/i.test(brand)) ?? brands?.find(({ brand }) => brand === 'Chromium');
  if (real) return `${real.brand} ${real.version}`;
  const found = /(Firefox|Version)\/([\d.]+)/.exec(navigator.userAgent);
  if (!found) return navigator.userAgent;
  return `${found[1] === 'Version' ? 'Safari' : found[1]} ${found[2]}`;
}

const system = () => agentData()?.platform || navigator.platform || 'unknown';
