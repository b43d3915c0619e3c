// @ts-check
/** What another app shared, as the service worker (sw_share.js) keeps it until it is taken. */

/** @typedef {{title: string, text: string, url: string, files: File[]}} Shared */

const ID = /^\d{1,16}-[0-9a-f-]{36}$/;

/**
 * Take what was shared out of the inbox.
 *
 * @param {string} base  absolute URL of the app's folder, with a final slash
 * @param {string} id
 * @returns {Promise<Shared | null>} null when it is not there, or not any more
 */
export async function takeShared(base, id) {
  if (!ID.test(id)) return null;
  const inbox = await caches.open(`lectern-shared@${new URL(base).pathname}`);
  const address = `${base}shared/${id}`;
  const fileAddress = (/** @type {number} */ index) => `${address}/${index}`;
  let count = 0;
  try {
    const found = await inbox.match(address);
    if (!found) return null;
    const { title = '', text = '', url = '', files: given = [] } = await found.json();
    /** @type {File[]} */
    const files = [];
    for (const { name, type } of given) {
      const kept = await inbox.match(fileAddress(count++));
      // The bytes have to be here before they are removed there.
      if (kept) files.push(new File([await kept.arrayBuffer()], `${name}`, { type: `${type}` }));
    }
    return { title: `${title}`, text: `${text}`, url: `${url}`, files };
  } finally {
    await inbox.delete(address);
    while (count > 0) await inbox.delete(fileAddress(--count));
  }
}
