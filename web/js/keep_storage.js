// @ts-check
/** Asking the browser not to clear away what is dear to the reader. */

/** Voices and documents are dear. Nothing depends on the browser's answer. */
export async function askToKeep() {
  try {
    if (!(await navigator.storage.persisted())) await navigator.storage.persist();
  } catch {
    // an insecure context, or a browser without it
  }
}
