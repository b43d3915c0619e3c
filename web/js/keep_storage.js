// @ts-check
/** Asking the browser not to clear away what is dear to the reader. */

/** Voices and documents are dear. Nothing depends on the browser's answer. */
export async function askToKeep() {
  try {
    // A worker's has no persist.
    const storage = /** @type {StorageManager & {persist?: () => Promise<boolean>}} */ (
      navigator.storage
    );
    if (!(await storage.persisted())) await storage.persist?.();
  } catch {
    // an insecure context, or a browser without it
  }
}
