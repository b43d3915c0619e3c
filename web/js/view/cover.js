// @ts-check
/**
 * Covers: the picture that a document brought, or else its title set on paper. Pictures are
 * fetched when they come near the screen, and let go with their list.
 */

/** Papers in library.css. */
const PAPERS = 6;
/** How far beyond the screen a picture is fetched. */
const NEAR = '300px';

export class Covers {
  #fetch;
  /** @type {IntersectionObserver} */
  #near;
  /** @type {WeakMap<Element, string>} */
  #ids = new WeakMap();
  /** @type {Set<string>} */
  #urls = new Set();
  /** Counts the lists: a picture that comes late for one that is gone is not shown. */
  #lists = 0;

  /** @param {(id: string) => Promise<Blob | null>} fetch  may reject: then there is none */
  constructor(fetch) {
    this.#fetch = fetch;
    this.#near = new IntersectionObserver((seen) => this.#seen(seen), { rootMargin: NEAR });
  }

  /**
   * @param {{id: string, title: string, cover: boolean}} entry
   * @returns {HTMLElement}
   */
  make({ id, title, cover }) {
    const element = document.createElement('span');
    element.className = 'cover';
    element.dataset.paper = String(paperOf(title));
    element.setAttribute('aria-hidden', 'true');
    const words = document.createElement('span');
    words.className = 'cover-title';
    words.dir = 'auto';
    words.textContent = title;
    element.append(words);
    if (cover) {
      this.#ids.set(element, id);
      this.#near.observe(element);
    }
    return element;
  }

  /** The list is gone: so are its pictures. */
  release() {
    this.#lists += 1;
    this.#near.disconnect();
    for (const url of this.#urls) URL.revokeObjectURL(url);
    this.#urls.clear();
  }

  /** @param {IntersectionObserverEntry[]} seen */
  #seen(seen) {
    for (const { isIntersecting, target } of seen) {
      if (!isIntersecting) continue;
      this.#near.unobserve(target);
      void this.#show(target);
    }
  }

  /** @param {Element} element */
  async #show(element) {
    const list = this.#lists;
    const blob = await this.#fetch(this.#ids.get(element) ?? '').catch(() => null);
    // A search may have taken it off the page for now: it comes back with its picture.
    if (!blob || list !== this.#lists) return;
    const url = URL.createObjectURL(blob);
    this.#urls.add(url);
    const picture = new Image();
    picture.alt = '';
    picture.decoding = 'async';
    picture.addEventListener('error', () => picture.remove()); // the title is under it
    picture.src = url;
    element.append(picture);
  }
}

/** The same title has the same paper everywhere: FNV-1a. @param {string} title */
function paperOf(title) {
  let hash = 0x811c9dc5;
  for (let index = 0; index < title.length; index += 1) {
    hash = Math.imul(hash ^ title.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0) % PAPERS;
}
