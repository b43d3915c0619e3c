// @ts-check
/** No clicks: a short fade where sound is switched, a short decay where it breaks off. */

/** Frames of a fade. */
const FADE = 256;
/** Seconds in which a jump of the wave form decays to 1/e. */
const DECAY = 0.0012;
const INAUDIBLE = 1e-5;

export class Gate {
  #open = false;
  /** 0 to FADE. */
  #level = 0;
  #decay;
  /** The last frame that went out. */
  #last = 0;
  /** What is added to the wave form so that it goes on where it broke off. */
  #offset = 0;
  #broken = false;
  /** Whether there was sound since it was made or shut: the first begins as it is. */
  #sounded = false;

  /** @param {number} sampleRate Hz */
  constructor(sampleRate) {
    this.#decay = Math.exp(-1 / (DECAY * sampleRate));
  }

  /** Whether nothing passes now. */
  get silent() {
    return !this.#open && this.#level === 0;
  }

  /** @param {{fade: boolean}} options fade: from the present level, not at once */
  open({ fade }) {
    this.#open = true;
    if (!fade) this.#level = FADE;
  }

  close() {
    this.#open = false;
  }

  /** Shut at once, for when nothing sounds but the decay of what broke off: that goes on. */
  shut() {
    this.#open = false;
    this.#level = 0;
    this.#offset = 0;
    this.#broken = this.#last !== 0;
    this.#sounded = this.#broken;
  }

  /**
   * @param {Float32Array} frames
   * @param {number} made how many of them hold sound; the rest is filled
   */
  pass(frames, made) {
    if (made) {
      if (this.#broken) this.#offset = this.#last - frames[0];
      this.#broken = false;
      this.#sounded = true;
    }
    for (let i = 0; i < made; i++) {
      frames[i] = this.#leveled(frames[i] + this.#offset);
      this.#offset *= this.#decay;
    }
    if (Math.abs(this.#offset) < INAUDIBLE) this.#offset = 0;
    if (made) this.#last = frames[made - 1];
    if (made === frames.length) return;
    this.#broken = this.#sounded;
    for (let i = made; i < frames.length; i++) {
      this.#last *= this.#decay;
      if (Math.abs(this.#last) < INAUDIBLE) this.#last = 0;
      frames[i] = this.#last;
    }
  }

  /** @param {number} frame */
  #leveled(frame) {
    if (this.#open && this.#level < FADE) this.#level += 1;
    else if (!this.#open && this.#level > 0) this.#level -= 1;
    if (this.#level === FADE) return frame;
    const level = this.#level / FADE;
    return frame * level * level * (3 - 2 * level);
  }
}
