// @ts-check
/** How a voice sounds: one short recording at a time, beside what is being read. */

export class SamplePlayer {
  /** @type {AbortController | null} of the one that is loading or heard */
  #now = null;

  /** End what is heard. */
  stop() {
    this.#now?.abort();
    this.#now = null;
  }

  /**
   * Play what `load` gives, instead of what was heard before.
   *
   * @param {(signal: AbortSignal) => Promise<ArrayBuffer>} load a sound file's bytes
   * @param {() => void} begun called when it is heard
   * @returns {Promise<void>} when it ended or was stopped
   */
  async play(load, begun) {
    this.stop();
    const mine = new AbortController();
    this.#now = mine;
    const { signal } = mine;
    // Made while the gesture that asked for it is fresh.
    const context = new AudioContext();
    try {
      const sound = await context.decodeAudioData(await load(signal));
      if (signal.aborted) return;
      const source = new AudioBufferSourceNode(context, { buffer: sound });
      source.connect(context.destination);
      const over = new Promise((resolve) => {
        source.onended = resolve;
        signal.addEventListener('abort', resolve);
      });
      source.start();
      begun();
      await over;
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      if (this.#now === mine) this.#now = null;
      await context.close();
    }
  }
}
