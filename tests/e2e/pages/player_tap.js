// Hands everything that passes it to the page, with the frame at which it passed.
const CHUNK = 4096;

class Tap extends AudioWorkletProcessor {
  #chunk = new Float32Array(CHUNK);
  #filled = 0;
  #start = 0;

  process([input]) {
    if (this.#filled === 0) this.#start = currentFrame;
    if (input[0]) this.#chunk.set(input[0], this.#filled);
    else this.#chunk.fill(0, this.#filled, this.#filled + 128);
    this.#filled += 128;
    if (this.#filled === CHUNK) {
      this.port.postMessage({ start: this.#start, samples: this.#chunk.slice() });
      this.#filled = 0;
    }
    return true;
  }
}

registerProcessor('test-tap', Tap);
