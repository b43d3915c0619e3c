// @ts-check
/**
 * A file in the browser's own file system for as long as this page lives or wants it. A lock by
 * its name says that it is in use; what has none was left behind and is cleared away.
 */

const FOLDER = 'lectern-exports';
const LOCK = 'lectern-export:';
/** A worker that was ended may hold its file for a moment: so often it is tried to remove it, after so many ms. */
const TRIES = 20;
const AGAIN = 100;

/** @typedef {{handle: FileSystemFileHandle, remove: () => Promise<void>}} TemporaryFile */

/** @returns {Promise<TemporaryFile | null>} null where the browser has no such file system */
export async function temporaryFile() {
  try {
    const folder = await open();
    const name = crypto.randomUUID();
    const release = await hold(name);
    const remove = async () => {
      release();
      for (let tries = 0; tries < TRIES; tries++) {
        const gone = await folder.removeEntry(name).then(
          () => true,
          (error) => error.name === 'NotFoundError',
        );
        if (gone) return;
        await new Promise((resolve) => setTimeout(resolve, AGAIN));
      }
      // It goes with the next clearing.
    };
    try {
      return { handle: await folder.getFileHandle(name, { create: true }), remove };
    } catch (error) {
      release();
      throw error;
    }
  } catch {
    return null;
  }
}

/** Remove what no page uses any more. @returns {Promise<void>} */
export async function clearTemporaryFiles() {
  try {
    const folder = await open();
    for await (const name of folder.keys()) {
      await navigator.locks.request(LOCK + name, { ifAvailable: true }, async (lock) => {
        if (lock) await folder.removeEntry(name);
      });
    }
  } catch {
    // no such file system, or a file that is still written: another time
  }
}

/** @returns {Promise<FileSystemDirectoryHandle>} */
async function open() {
  const root = await navigator.storage.getDirectory();
  return root.getDirectoryHandle(FOLDER, { create: true });
}

/** @param {string} name @returns {Promise<() => void>} lets go */
function hold(name) {
  return new Promise((resolve, reject) => {
    const { promise, resolve: release } = Promise.withResolvers();
    const held = navigator.locks.request(LOCK + name, () => {
      resolve(() => release(null));
      return promise;
    });
    held.catch(reject);
  });
}
