// An AudioWorklet that tells when silence ends and begins in what it is given.

const AUDIBLE = 1e-3; // of full scale: -60 dB
const SILENCE = 0.3; // seconds; shorter pauses belong to speech

registerProcessor(
  'bench-probe',
  class extends AudioWorkletProcessor {
    sounding = false;
    last = 0; // seconds: the last audible sample

    process([[channel]]) {
      if (channel) {
        for (let i = 0; i < channel.length; i++) {
          if (Math.abs(channel[i]) > AUDIBLE) this.#audible(currentTime + i / sampleRate);
        }
      }
      if (this.sounding && currentTime - this.last > SILENCE) {
        this.sounding = false;
        this.port.postMessage({ on: false, time: this.last });
      }
      return true;
    }

    #audible(time) {
      this.last = time;
      if (this.sounding) return;
      this.sounding = true;
      this.port.postMessage({ on: true, time });
    }
  },
);
