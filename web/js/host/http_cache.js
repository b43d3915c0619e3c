// @ts-check

/**
 * Fetch files past the HTTP cache, so that what it holds of them is replaced. For after a
 * failure: a body without a length that was cut short is cached as if it were whole.
 *
 * @param {string[]} urls
 * @returns {Promise<void>} never rejects
 */
export async function refreshCached(urls) {
  await Promise.allSettled(
    urls.map(async (url) => {
      const response = await fetch(url, { cache: 'reload' });
      await response.arrayBuffer();
    }),
  );
}
