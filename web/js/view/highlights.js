// @ts-check
/**
 * The lit sentence and word. Ranges are painted by the CSS Custom Highlight API, which
 * touches neither the document nor its layout; where it is missing, boxes are laid under
 * the text.
 */

/** @typedef {'sentence' | 'word'} Kind */

/** @param {HTMLElement} article  positioned, so that boxes can lie in it */
export function createHighlights(article) {
  return typeof Highlight === 'function' && CSS.highlights
    ? new PaintedHighlights()
    : new BoxHighlights(article);
}

class PaintedHighlights {
  /** @param {Kind} kind @param {Range | null} range */
  show(kind, range) {
    if (!range) {
      CSS.highlights.delete(kind);
      return;
    }
    const highlight = new Highlight(range);
    highlight.priority = kind === 'word' ? 1 : 0;
    CSS.highlights.set(kind, highlight);
  }
}

class BoxHighlights {
  #article;
  #layer = document.createElement('div');
  /** @type {Map<Kind, Range>} */
  #ranges = new Map();

  /** @param {HTMLElement} article */
  constructor(article) {
    this.#article = article;
    this.#layer.className = 'highlight-boxes';
    this.#layer.setAttribute('aria-hidden', 'true');
    new ResizeObserver(() => this.#paint()).observe(article);
  }

  /** @param {Kind} kind @param {Range | null} range */
  show(kind, range) {
    if (range) this.#ranges.set(kind, range);
    else this.#ranges.delete(kind);
    this.#paint();
  }

  #paint() {
    const origin = this.#article.getBoundingClientRect();
    const boxes = [];
    for (const [kind, range] of this.#ranges) {
      for (const rect of range.getClientRects()) {
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
