// @ts-check
/** What another app shared, as the service worker (sw_share.js) keeps it until it is taken. */

/** @typedef {{title: string, text: string, url: string, file: File | null}} Shared */

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
  const [address, fileAddress] = [`${base}shared/${id}`, `${base}shared/${id}/file`];
  try {
    const found = await inbox.match(address);
    if (!found) return null;
    const { title = '', text = '', url = '', name = '', type = '' } = await found.json();
    const kept = await inbox.match(fileAddress);
    // The bytes have to be here before they are removed there.
    const file = kept && new File([await kept.arrayBuffer()], name, { type });
    return { title: `${title}`, text: `${text}`, url: `${url}`, file: file ?? null };
  } finally {
    await inbox.delete(address);
    await inbox.delete(fileAddress);
  }
}
