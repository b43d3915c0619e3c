// @ts-check
/** The volume: straight lines from one to the next, while there is sound. */

/** Frames of a change "at once" while there is sound: no click. */
const AT_ONCE = 256;

export class Fader {
  #sampleRate;
  #volume = 1;
  #target = 1;
  /** What is added at each frame. */
  #step = 0;
  #sounded = false;

  /** @param {number} sampleRate Hz */
  constructor(sampleRate) {
    this.#sampleRate = sampleRate;
  }

  /** @param {number} volume 0 to 1 @param {number} seconds */
  fade(volume, seconds) {
    this.#target = volume;
    if (seconds === 0 && !this.#sounded) {
      this.#volume = volume;
      return;
    }
    const frames = Math.max(AT_ONCE, seconds * this.#sampleRate);
    this.#step = (volume - this.#volume) / frames;
  }

  /**
   * @param {Float32Array} frames
   * @param {number} made how many of them hold sound
   */
  pass(frames, made) {
    this.#sounded = made > 0;
    if (this.#volume === 1 && this.#target === 1) return;
    for (let i = 0; i < frames.length; i++) {
      if (made && this.#volume !== this.#target) {
        const next = this.#volume + this.#step;
        const there = this.#step > 0 ? next >= this.#target : next <= this.#target;
        this.#volume = there ? this.#target : next;
      }
      frames[i] *= this.#volume;
    }
  }
}
