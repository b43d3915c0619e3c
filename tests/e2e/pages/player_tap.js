// Hands everything that passes it to the page, with the frame at which it passed.
const CHUNK = 2048;

class Tap extends AudioWorkletProcessor {
  #chunk = new Float32Array(CHUNK);
  #filled = 0;
  #start = 0;

  process([input]) {
    // Where the device was started again, frames are missing.
    if (currentFrame !== this.#start + this.#filled) this.#send();
    if (this.#filled === 0) this.#start = currentFrame;
    if (input[0]) this.#chunk.set(input[0], this.#filled);
    else this.#chunk.fill(0, this.#filled, this.#filled + 128);
    this.#filled += 128;
    if (this.#filled === CHUNK) this.#send();
    return true;
  }

  #send() {
    const samples = this.#chunk.slice(0, this.#filled);
    if (samples.length) this.port.postMessage({ start: this.#start, samples });
    this.#filled = 0;
  }
}

registerProcessor('test-tap', Tap);
