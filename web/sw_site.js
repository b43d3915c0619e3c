// @ts-check
/// <reference lib="webworker" />
/**
 * A part of the service worker (put behind sw.js by the build): the site's settings for the page.
 *
 * Nobody has to lay a `lectern.json` beside the page. A page that asks the host for a file that is not
 * there has an error in its console; asked from here it has none. The file belongs to no version: it is
 * asked for anew, and what the host says counts.
 */

(() => {
  const sw = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
  const FILE = new URL('lectern.json', sw.registration.scope).href;
  /** A longer file is none of ours (bytes). */
  const LONGEST = 64 * 1024;

  /** @returns {Promise<{here: boolean | null, text: string}>} here: null where the host can't be asked */
  async function site() {
    try {
      const response = await fetch(FILE, { cache: 'no-cache' });
      if (response.status === 404 || response.status === 410) return { here: false, text: '' };
      if (!response.ok) return { here: null, text: '' };
      // A host that answers with a page for whatever it does not have has no such file.
      const type = response.headers.get('Content-Type') ?? '';
      const blob = await response.blob();
      if (/\bhtml\b/.test(type)) return { here: false, text: '' };
      return { here: true, text: blob.size > LONGEST ? '' : await blob.text() };
    } catch {
      return { here: null, text: '' };
    }
  }

  sw.addEventListener('message', (event) => {
    if (event.data?.type !== 'site') return;
    const [port] = event.ports;
    event.waitUntil(site().then((found) => port?.postMessage({ done: true, ...found })));
  });
})();
