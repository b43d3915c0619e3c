// The player's processor without any clock: its quanta are asked for one after another, and
// commands come between them exactly where a test wants them.
const QUANTUM = 128;

/** The processor's class, in a global scope that looks like a worklet's. */
async function processorClass(rate) {
  let found = null;
  window.currentFrame = 0;
  window.currentTime = 0;
  window.sampleRate = rate;
  window.AudioWorkletProcessor = class {
    port = { onmessage: null, sent: [], postMessage: (news) => this.port.sent.push(news) };
  };
  window.registerProcessor = (_, made) => (found = made);
  await import('./js/player_worklet.js');
  return found;
}

const RATE = 48_000;
const Processor = await processorClass(RATE);

/** A tone whose phase goes on from one item to the next. */
function tone(hz, seconds, level = 0.5) {
  const samples = new Float32Array(Math.round(seconds * RATE));
  for (let i = 0; i < samples.length; i++) samples[i] = level * Math.sin((2 * Math.PI * hz * i) / RATE);
  return samples;
}

let epoch = 0;
/** Commands by name; `clear` raises the epoch as the player does. */
const COMMANDS = {
  append: ({ hz = 440, seconds = 1, silence = 0 }) => ({
    type: 'append',
    item: { id: ++epoch, samples: tone(hz, seconds), sampleRate: RATE, silence },
  }),
  clear: () => ({ type: 'clear', epoch: ++epoch }),
};

/**
 * Play `plan`: [[quantum, name, argument]], in order. Gives the samples and the reports.
 */
async function play(plan, quanta) {
  const processor = new Processor();
  // Its stretcher comes in a while.
  await new Promise((resolve) => setTimeout(resolve, play.loaded ? 0 : 300));
  play.loaded = true;
  const all = new Float32Array(quanta * QUANTUM);
  let next = 0;
  for (let q = 0; q < quanta; q++) {
    while (next < plan.length && plan[next][0] <= q) {
      const [, name, argument = {}] = plan[next++];
      const command = COMMANDS[name]?.(argument) ?? { type: name, ...argument };
      processor.port.onmessage({ data: command });
    }
    window.currentFrame += QUANTUM;
    window.currentTime = window.currentFrame / RATE;
    const channel = all.subarray(q * QUANTUM, (q + 1) * QUANTUM);
    processor.process([], [[channel]]);
  }
  return { samples: all, sent: processor.port.sent };
}

/** The largest step from one sample to the next, and where it is. */
function steepest(samples) {
  let [most, at] = [0, 0];
  for (let i = 1; i < samples.length; i++) {
    const step = Math.abs(samples[i] - samples[i - 1]);
    if (step > most) [most, at] = [step, i];
  }
  return { most, at };
}

Object.assign(window, { lab: { play, steepest, RATE } });
