// @ts-check
/** NumPy by micropip, from the wheels in the app's own folder, where they are. */

/**
 * @param {import('./python.js').Pyodide} py
 * @returns {Promise<boolean>} false where the folder holds no NumPy
 */
export async function installNumpy(py) {
  const { packages } = py.lockfile;
  if (!packages.numpy || !packages.micropip) return false;
  await py.loadPackage('micropip', { messageCallback: () => {} });
  const micropip = py.pyimport('micropip');
  try {
    // Found in the lock file, micropip takes it from there and asks no index.
    await micropip.install('numpy');
    return true;
  } finally {
    micropip.destroy();
  }
}
