// @ts-check
/** The program of the bookmarklet: it runs in whatever page the reader is on. */

/**
 * Carry the page one is on to Lectern: packed, in the fragment of a new tab's address, which is
 * sent nowhere. Its source is the bookmarklet, so it uses nothing from outside itself.
 *
 * @param {string} lectern  address of the app's folder, with a final slash
 * @param {number} most  characters of the fragment
 * @param {string} tooLarge  said when not even the text fits
 */
export async function carry(lectern, most, tooLarge) {
  const pack = async (/** @type {string} */ kind, /** @type {string} */ content) => {
    const head = JSON.stringify({ u: location.href.slice(0, 2000), t: document.title.slice(0, 300), k: kind });
    const packed = new Blob([head, '\n', content]).stream().pipeThrough(new CompressionStream('deflate-raw'));
    const bytes = new Uint8Array(await new Response(packed).arrayBuffer());
    let binary = '';
    for (let i = 0; i < bytes.length; i += 8192) {
      binary += String.fromCharCode(...bytes.subarray(i, i + 8192));
    }
    return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
  };
  /* In a document of its own nothing of the copy is loaded or run. */
  const copy = document.implementation.createHTMLDocument('').importNode(document.documentElement, true);
  const unheard = 'script,style,svg,link,noscript,template,iframe,object,embed,canvas,video,audio,source';
  for (const element of copy.querySelectorAll(unheard)) element.remove();
  for (const image of copy.querySelectorAll('img')) {
    for (const name of ['src', 'srcset']) image.removeAttribute(name);
  }
  let packed = await pack('html', copy.outerHTML);
  if (packed.length > most) {
    const main = /** @type {HTMLElement | null} */ (document.querySelector('article, main, [role=main]'));
    packed = await pack('text', String(getSelection()) || (main ?? document.body).innerText);
  }
  if (packed.length > most) alert(tooLarge);
  else open(`${lectern}#page=${packed}`, '_blank', 'noopener,noreferrer');
}
