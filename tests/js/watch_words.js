// What leaves the page's audio graph, sample by sample, and which word is lit when, on one clock:
// the AudioContext's. An init script; player_tap.js must be served beside the page.
(() => {
  const seen = { sampleRate: 0, chunks: [], lit: [], painted: [] };
  const { connect } = AudioNode.prototype;
  const { addModule } = AudioWorklet.prototype;
  const { set } = HighlightRegistry.prototype;
  const taps = new WeakMap();
  /** @type {AudioContext | null} */
  let heardBy = null;

  AudioWorklet.prototype.addModule = async function (url) {
    await addModule.call(this, 'player_tap.js');
    await addModule.call(this, url);
  };

  function tapOf(context) {
    if (!taps.has(context)) {
      const tap = new AudioWorkletNode(context, 'test-tap', {
        channelCount: 1,
        channelCountMode: 'explicit',
      });
      tap.port.onmessage = ({ data }) => seen.chunks.push(data);
      connect.call(tap, new GainNode(context, { gain: 0 })).connect(context.destination);
      taps.set(context, tap);
      seen.sampleRate = context.sampleRate;
      heardBy = context;
    }
    return taps.get(context);
  }

  AudioNode.prototype.connect = function (target, ...rest) {
    const end = target instanceof AudioDestinationNode && target.context instanceof AudioContext;
    if (end && this instanceof AudioWorkletNode) connect.call(this, tapOf(target.context));
    return connect.call(this, target, ...rest);
  };

  /** Context time of what the loudspeaker gives at `now`, by the browser's own account. */
  function heard(now) {
    const { contextTime, performanceTime } = heardBy.getOutputTimestamp();
    return contextTime + (now - performanceTime) / 1000;
  }

  HighlightRegistry.prototype.set = function (kind, highlight) {
    if (kind === 'word' && heardBy) {
      const text = [...highlight].map(String).join('');
      seen.lit.push({ text, heard: heard(performance.now()) });
      requestAnimationFrame((now) => seen.painted.push({ text, heard: heard(now) }));
    }
    return set.call(this, kind, highlight);
  };

  window.watchedWords = seen;
})();
