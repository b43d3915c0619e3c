// Records what reaches an AudioContext's destination, for tests; an init script.
// A ScriptProcessor needs no module, so the page's CSP and its offline tests hold.
(() => {
  const FRAMES = 16384; // long, so that a busy main thread loses nothing
  const recording = { sampleRate: 0, chunks: [], times: [], flushed: [] };
  const connect = AudioNode.prototype.connect;
  const taps = new WeakMap();

  function tapOf(context) {
    let tap = taps.get(context);
    if (tap) return tap;
    tap = context.createScriptProcessor(FRAMES, 1, 1);
    tap.onaudioprocess = ({ inputBuffer, playbackTime }) => {
      recording.chunks.push(inputBuffer.getChannelData(0).slice());
      recording.times.push(playbackTime);
      for (const done of recording.flushed.splice(0)) done();
    };
    connect.call(tap, context.destination);
    recording.sampleRate = context.sampleRate;
    taps.set(context, tap);
    return tap;
  }

  AudioNode.prototype.connect = function (target, ...rest) {
    if (target instanceof AudioDestinationNode && !(target.context instanceof OfflineAudioContext)) {
      connect.call(this, tapOf(target.context), ...rest);
    }
    return connect.call(this, target, ...rest);
  };

  /** All samples so far, from the first sound to the last. `lost`: frames the tap missed. */
  recording.take = async () => {
    if (recording.sampleRate) {
      for (let i = 0; i < 2; i++) await new Promise((done) => recording.flushed.push(done));
    }
    const { chunks, times, sampleRate } = recording;
    let lost = 0;
    for (let i = 1; i < times.length; i++) {
      const buffers = Math.round(((times[i] - times[i - 1]) * sampleRate) / FRAMES);
      lost += Math.max(0, buffers - 1) * FRAMES;
    }
    const all = new Float32Array(chunks.length * FRAMES);
    chunks.forEach((chunk, i) => all.set(chunk, i * FRAMES));
    let first = 0;
    let end = all.length;
    while (first < end && all[first] === 0) first++;
    while (end > first && all[end - 1] === 0) end--;
    const bytes = new Uint8Array(all.buffer, first * 4, (end - first) * 4);
    let binary = '';
    for (let i = 0; i < bytes.length; i += 8192) {
      binary += String.fromCharCode(...bytes.subarray(i, i + 8192));
    }
    return { sampleRate, lost, base64: btoa(binary) };
  };
  recording.clear = () => {
    recording.chunks.length = 0;
    recording.times.length = 0;
  };
  window.testRecording = recording;
})();
