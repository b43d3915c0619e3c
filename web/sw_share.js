// @ts-check
/// <reference lib="webworker" />
/**
 * What other apps share with the installed one: the build puts this behind sw.js.
 *
 * The system posts a form to `share` (manifest.webmanifest). It is kept in a cache of its own, for
 * minutes and up to a limit, and the page is told in its fragment where it lies (shared_inbox.js,
 * which removes it). Nothing of it is sent anywhere.
 */

(() => {
  const sw = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
  const SCOPE = sw.registration.scope;
  const HERE = new URL(SCOPE).pathname;
  const ACTION = 'share';
  const INBOX = `lectern-shared@${HERE}`;
  /** What nobody took after so long is forgotten, in ms. */
  const KEPT_MS = 10 * 60_000;
  const MOST_WAITING = 4;
  const MOST_FILES = 50;
  /** Bytes of all files, and characters of a text; what is opened has limits of its own. */
  const MOST_BYTES = 100_000_000;
  const MOST_TEXT = 2_000_000;

  sw.addEventListener('fetch', (event) => {
    const { request } = event;
    if (request.method !== 'POST' || request.url !== new URL(ACTION, SCOPE).href) return;
    // The share sheet navigates. A page of another site can do so too, as it can lead to `#text=`:
    // what comes is read as any document, and nothing else is done with it.
    if (request.mode === 'navigate') event.respondWith(receive(request));
  });

  /** @param {Request} request */
  async function receive(request) {
    let id = 'failed';
    try {
      id = await keep(await request.formData());
    } catch (error) {
      console.warn('[Lectern] What was shared could not be taken:', error);
    }
    return Response.redirect(`${SCOPE}#shared=${id}`, 303);
  }

  /** @param {FormData} form @returns {Promise<string>} its id */
  async function keep(form) {
    const inbox = await caches.open(INBOX);
    await clear(inbox);
    const id = `${Date.now()}-${crypto.randomUUID()}`;
    const text = (/** @type {string} */ name) => {
      const value = form.get(name);
      return typeof value === 'string' ? value.slice(0, MOST_TEXT) : '';
    };
    const given = form.getAll('files').filter((value) => value instanceof File);
    const files = given.filter(({ size }) => size > 0);
    const bytes = files.reduce((sum, { size }) => sum + size, 0);
    if (bytes > MOST_BYTES || files.length > MOST_FILES) return 'too-large';
    for (const [index, file] of files.entries()) {
      await inbox.put(`${SCOPE}shared/${id}/${index}`, new Response(file));
    }
    const about = files.map(({ name, type }) => ({ name, type }));
    const said = { title: text('title'), text: text('text'), url: text('url'), files: about };
    await inbox.put(`${SCOPE}shared/${id}`, new Response(JSON.stringify(said)));
    return id;
  }

  /** Drop what is old or too much. @param {Cache} inbox */
  async function clear(inbox) {
    const waiting = await inbox.keys();
    const begun = ({ url = '' }) => Number(url.slice(`${SCOPE}shared/`.length).split('-')[0]) || 0;
    const times = [...new Set(waiting.map(begun))].sort((a, b) => b - a);
    const oldest = Math.max(Date.now() - KEPT_MS, times[MOST_WAITING - 2] ?? 0);
    for (const request of waiting) if (begun(request) < oldest) await inbox.delete(request);
  }
})();
