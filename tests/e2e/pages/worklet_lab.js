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

// The stretcher's wasm comes in a while, and then at once for whoever follows.
new Processor();
await new Promise((resolve) => setTimeout(resolve, 500));

/** Play `plan`: [[quantum, name, argument]], in order. Gives the samples. */
async function play(plan, quanta) {
  const processor = new Processor();
  await new Promise((resolve) => setTimeout(resolve, 4));
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
    processor.process([], [[all.subarray(q * QUANTUM, (q + 1) * QUANTUM)]]);
  }
  const failures = processor.port.sent.filter(({ type }) => type === 'error');
  if (failures.length) throw new Error(failures[0].message);
  return all;
}

/** The largest step from one sample to the next. */
function steepest(samples) {
  let most = 0;
  for (let i = 1; i < samples.length; i++) {
    most = Math.max(most, Math.abs(samples[i] - samples[i - 1]));
  }
  return most;
}

/** The largest step of all plans; 0 when nothing sounded, which is a mistake of theirs. */
async function scan(plans) {
  let most = 0;
  for (const plan of plans) most = Math.max(most, steepest(await play(plan, 400)));
  return most;
}

window.lab = { scan };
