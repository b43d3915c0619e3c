// @ts-check
/** Asking the browser not to clear away what is dear to the reader. */

/** Voices and documents are dear. Nothing depends on the browser's answer. */
export async function askToKeep() {
  try {
    /** @type {StorageManager & {persist?: () => Promise<boolean>}} a worker's has none */
    const { storage } = navigator;
    if (!(await storage.persisted())) await storage.persist?.();
  } catch {
    // an insecure context, or a browser without it
  }
}
