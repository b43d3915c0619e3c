// @ts-check
/**
 * Python in this worker: Pyodide with the app's package on its path, from a memory snapshot
 * where there is one. Everything comes from the app's own folder.
 */

import { refreshCached } from './http_cache.js';

/**
 * @typedef {import('../../wasm/pyodide/pyodide.mjs').PyodideInterface} Pyodide
 * @typedef {import('./snapshot.js').SnapshotStore} SnapshotStore
 */

/** What the next boot may find damaged in the HTTP cache if this one did. */
const PYODIDE_FILES = [
  'pyodide.asm.mjs',
  'pyodide.asm.wasm',
  'python_stdlib.zip',
  'pyodide-lock.json',
];
const APP_FOLDER = '/lectern_app';
/** The pure modules, which a snapshot holds. `lectern.browser` is imported after it. */
const IMPORT_PURE = 'import lectern.app';
const PUT_ON_PATH = `
import sys
if "${APP_FOLDER}" not in sys.path:
    sys.path.insert(0, "${APP_FOLDER}")
`;
/** The files under the path are new after a snapshot: what importlib remembers is not. */
const FORGET_LISTINGS = 'import importlib; importlib.invalidate_caches()';

/**
 * @param {object} options
 * @param {string} options.base absolute URL of the app's folder, with a final slash
 * @param {SnapshotStore} options.snapshots
 * @param {boolean} options.useSnapshot boot from the stored snapshot if there is one; false
 *   also tells that it has just failed
 * @param {(fromSnapshot: boolean) => void} options.onLoading called when it is known which
 * @param {(error: Error) => void} [options.onFatal] Python broke down: it does nothing any more
 * @returns {Promise<{py: Pyodide, fromSnapshot: boolean, made: Uint8Array | null}>}
 *   made: a snapshot of this boot, to be kept in idle time
 */
export async function bootPython({ base, snapshots, useSnapshot, onLoading, onFatal }) {
  const folder = new URL('wasm/pyodide/', base).href;
  const packageZip = fetchBytes(new URL('py/lectern.zip', base));
  packageZip.catch(() => {}); // awaited below, perhaps never when something else fails first
  const library = import(`${folder}pyodide.mjs`);
  library.catch(() => {});
  if (!useSnapshot) await snapshots.failed();
  const stored = useSnapshot ? await snapshots.read() : null;
  const make = stored === null && (await snapshots.wanted());
  onLoading(stored !== null);

  const { loadPyodide } = await library;
  /** @type {Pyodide} */
  const py = await loadPyodide({
    indexURL: folder,
    lockFileURL: `${folder}pyodide-lock.json`,
    // Packages lie beside the lock file; without this Pyodide would name its CDN.
    packageBaseUrl: folder,
    stdout: (/** @type {string} */ line) => console.log(line),
    stderr: (/** @type {string} */ line) => console.warn(line),
    ...(stored ? { _loadSnapshot: stored } : {}),
    ...(make ? { _makeSnapshot: true } : {}),
  }).catch(async (/** @type {unknown} */ error) => {
    if (!stored) await refreshCached(PYODIDE_FILES.map((name) => folder + name));
    throw error;
  });
  // Not of its public interface; without it a breakdown is only seen by who waits in vain.
  if (onFatal) /** @type {any} */ (py)._api.on_fatal = onFatal;
  py.unpackArchive(await packageZip, 'zip', { extractDir: APP_FOLDER });
  if (stored) {
    py.runPython(FORGET_LISTINGS);
    return { py, fromSnapshot: true, made: null };
  }
  py.runPython(PUT_ON_PATH);
  py.runPython(IMPORT_PURE);
  // Before any module of JavaScript is registered: a snapshot can't hold those.
  const made = make ? py.makeMemorySnapshot() : null;
  return { py, fromSnapshot: false, made };
}

/**
 * @param {URL} url
 * @returns {Promise<ArrayBuffer>}
 */
async function fetchBytes(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url.pathname}: HTTP status ${response.status}`);
  return response.arrayBuffer();
}
