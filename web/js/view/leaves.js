// @ts-check
/**
 * The paragraphs of a page, bound in leaves of some screens each. The browser styles, lays out and
 * watches a leaf as one (css/page.css): ten thousand paragraphs, each for itself, cost more in every
 * frame than what is seen of them.
 */

/** A leaf has room for so much text (UTF-16 units), and for so many blocks. */
const TEXT = 6000;
const BLOCKS = 60;
/** Where no good place to cut comes, it is cut at so many times that. */
const MOST = 2;

/** @typedef {import('./paragraphs.js').Block} Block */

export class Leaves {
  #article;
  /** The last one, which grows. @type {HTMLElement | null} */
  #leaf = null;
  /** What is in it; page.css guesses its height of this while it is not laid out. */
  #size = { characters: 0, blocks: 0, gaps: 0, headings: 0 };
  /** The block that was added last. @type {HTMLElement | null} */
  #last = null;

  /** @param {HTMLElement} article */
  constructor(article) {
    this.#article = article;
  }

  /** Nothing is shown any more. */
  clear() {
    this.#leaf = null;
    this.#last = null;
    this.#article.replaceChildren();
  }

  /**
   * Show more blocks, all at once.
   *
   * @param {{block: Block, element: HTMLElement}[]} more
   */
  append(more) {
    const fresh = document.createDocumentFragment();
    let grown = document.createDocumentFragment();
    for (const { block, element } of more) {
      if (!this.#leaf || this.#isFull(element)) {
        this.#close(grown);
        grown = document.createDocumentFragment();
        this.#leaf = document.createElement('section');
        this.#leaf.className = 'leaf';
        this.#size = { characters: 0, blocks: 0, gaps: 0, headings: 0 };
        fresh.append(this.#leaf);
      }
      this.#count(block);
      grown.append(element);
      this.#last = element;
    }
    this.#close(grown);
    this.#article.append(fresh);
  }

  /** @param {DocumentFragment} grown  what comes into the leaf */
  #close(grown) {
    if (!this.#leaf) return;
    const { characters, blocks, gaps, headings } = this.#size;
    this.#leaf.style.cssText =
      `--characters:${characters};--blocks:${blocks};--gaps:${gaps};--headings:${headings}`;
    this.#leaf.append(grown);
  }

  /** @param {Block} block */
  #count({ start, end, heading, continued }) {
    this.#size.characters += end - start;
    if (heading) this.#size.headings += 1;
    else this.#size.blocks += 1;
    if (!heading && !continued) this.#size.gaps += 1;
  }

  /** Whether `next` begins another leaf. @param {HTMLElement} next */
  #isFull(next) {
    const { characters, blocks, headings } = this.#size;
    const part = Math.max(characters / TEXT, (blocks + headings) / BLOCKS);
    return part >= MOST || (part >= 1 && this.#isSeam(next));
  }

  /**
   * Whether nothing changes where a leaf ends before `next`: margins do not collapse across, and
   * rules for what follows something do not apply.
   *
   * @param {HTMLElement} next
   */
  #isSeam(next) {
    if (next.matches(':is(h2, h3, h4, h5, h6), .heading')) return false;
    return ['item', 'cell'].every((kind) =>
      next.classList.contains(kind) || !this.#last?.classList.contains(kind),
    );
  }
}
