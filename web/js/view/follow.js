// @ts-check
/**
 * Keeps the spoken line in view. It scrolls only when the line leaves the middle two
 * thirds, stops when the reader scrolls, and goes on when the reader asks for it or when
 * the voice comes back into view.
 */

/** Keys with which a reader scrolls. */
const SCROLL_KEYS = new Set(['PageUp', 'PageDown', 'Home', 'End', 'ArrowUp', 'ArrowDown']);
/** How long after the last scroll the reader is taken to have arrived, in ms. */
const ARRIVED = 160;

/** @typedef {{top: number, bottom: number}} Space  the part of the window that shows text, in px */

export class Follow {
  #space;
  #away;
  /** @type {Range | null} */
  #place = null;
  #following = true;
  #readerScrolls = false;
  #timer = 0;

  /**
   * @param {object} options
   * @param {() => Space} options.space
   * @param {(away: boolean) => void} options.away  the reader has left the voice and does not
   *   see it any more, or is back
   */
  constructor({ space, away }) {
    this.#space = space;
    this.#away = away;
    const reader = () => this.#readerMoves();
    addEventListener('wheel', reader, { passive: true });
    addEventListener('touchmove', reader, { passive: true });
    addEventListener('keydown', (event) => {
      if (SCROLL_KEYS.has(event.key) && !isField(event.target)) reader();
    });
    addEventListener('pointerdown', (event) => {
      if (event.clientX >= document.documentElement.clientWidth) reader();
    });
    addEventListener('scroll', () => this.#settle(), { passive: true });
  }

  get following() {
    return this.#following;
  }

  /** The voice is here now. @param {Range | null} place */
  track(place) {
    this.#place = place;
    if (!place) {
      this.#setFollowing(true);
      return;
    }
    if (this.#following) this.#keepInView();
    else if (!this.#readerScrolls) this.#setFollowing(this.#inBand());
  }

  /** Go back to the voice and stay with it. */
  resume() {
    this.#readerScrolls = false;
    this.#setFollowing(true);
    this.#keepInView(true);
  }

  /** The reader wants to see another place. @param {Range} place */
  show(place) {
    this.#readerMoves();
    if (!this.#within(place)) this.#bring(place);
  }

  #readerMoves() {
    if (!this.#place) return;
    this.#following = false;
    this.#readerScrolls = true;
    this.#settle();
  }

  #settle() {
    if (!this.#readerScrolls) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#readerScrolls = false;
      if (this.#place) this.#setFollowing(this.#inBand());
    }, ARRIVED);
  }

  /** @param {boolean} following */
  #setFollowing(following) {
    this.#following = following;
    this.#away(!following && !this.#inSight());
  }

  /** Whether anything of the line can be seen: no way back is needed then. */
  #inSight() {
    const line = this.#place && lineOf(this.#place);
    const { top, bottom } = this.#space();
    return line !== null && line.bottom > top && line.top < bottom;
  }

  /** The middle two thirds of what is free of bars. */
  #band() {
    const { top, bottom } = this.#space();
    const sixth = (bottom - top) / 6;
    return { top: top + sixth, bottom: bottom - sixth, height: bottom - top, from: top };
  }

  #inBand() {
    return this.#place !== null && this.#within(this.#place);
  }

  /** Whether its first line is in the band. @param {Range} place */
  #within(place) {
    const line = lineOf(place);
    const band = this.#band();
    return line !== null && line.top >= band.top && line.bottom <= band.bottom;
  }

  #keepInView(always = false) {
    const place = this.#place;
    if (place && (always || !this.#within(place))) this.#bring(place);
  }

  /** @param {Range} place */
  #bring(place) {
    const node = place.startContainer;
    let line = lineOf(place);
    const band = this.#band();
    if (!line || Math.abs(line.top) > 3 * innerHeight) {
      // Far away nothing is laid out yet: go there first, and look again.
      node.parentElement?.scrollIntoView({ block: 'center', behavior: 'instant' });
      line = lineOf(place);
      if (!line) return;
    }
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    // A third down the page: what was said stays in sight, what comes has more room.
    scrollBy({
      top: line.top - (band.from + band.height / 3),
      behavior: calm ? 'instant' : 'smooth',
    });
  }
}

/** The first line of a place; null where nothing is laid out. @param {Range} place */
function lineOf(place) {
  const rects = place.getClientRects();
  return rects.length > 0 ? rects[0] : null;
}

/** @param {EventTarget | null} target */
function isField(target) {
  return target instanceof Element && target.closest('input, textarea, select') !== null;
}
