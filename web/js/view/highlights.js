// @ts-check
/**
 * The lit sentence and word. Ranges are painted by the CSS Custom Highlight API, which
 * touches neither the document nor its layout; where it is missing, boxes are laid under
 * the text.
 */

/** @typedef {'sentence' | 'found' | 'found-now' | 'word'} Kind  later ones lie above */

const KINDS = ['sentence', 'found', 'found-now', 'word'];

/** @param {HTMLElement} article  positioned, so that boxes can lie in it */
export function createHighlights(article) {
  return typeof Highlight === 'function' && CSS.highlights
    ? new PaintedHighlights()
    : new BoxHighlights(article);
}

class PaintedHighlights {
  /** @param {Kind} kind @param {...Range} ranges */
  show(kind, ...ranges) {
    if (ranges.length === 0) {
      CSS.highlights.delete(kind);
      return;
    }
    const highlight = new Highlight(...ranges);
    highlight.priority = KINDS.indexOf(kind);
    CSS.highlights.set(kind, highlight);
  }
}

class BoxHighlights {
  #article;
  #layer = document.createElement('div');
  /** @type {Map<Kind, Range[]>} */
  #ranges = new Map();

  /** @param {HTMLElement} article */
  constructor(article) {
    this.#article = article;
    this.#layer.className = 'highlight-boxes';
    this.#layer.setAttribute('aria-hidden', 'true');
    new ResizeObserver(() => this.#paint()).observe(article);
  }

  /** @param {Kind} kind @param {...Range} ranges */
  show(kind, ...ranges) {
    if (ranges.length > 0) this.#ranges.set(kind, ranges);
    else this.#ranges.delete(kind);
    this.#paint();
  }

  #paint() {
    const origin = this.#article.getBoundingClientRect();
    const boxes = [];
    for (const [kind, ranges] of this.#ranges) {
      for (const rect of ranges.flatMap((range) => [...range.getClientRects()])) {
        const box = document.createElement('div');
        box.className = `highlight-box ${kind}`;
        box.style.left = `${rect.left - origin.left}px`;
        box.style.top = `${rect.top - origin.top}px`;
        box.style.width = `${rect.width}px`;
        box.style.height = `${rect.height}px`;
        boxes.push(box);
      }
    }
    this.#layer.replaceChildren(...boxes);
    // The page is rebuilt for each text, and takes the layer with it.
    if (this.#layer.parentNode !== this.#article) this.#article.prepend(this.#layer);
  }
}
