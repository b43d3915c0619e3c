// What the tests of player and reader drive: a player whose output is recorded frame by
// frame, the same parts without any clock, and an engine whose voice is made of tones.
import { Deck } from './js/audio/deck.js';
import { createDeviceOutput } from './js/audio/output.js';
import { Stretcher } from './js/audio/stretcher.js';
import { Tape } from './js/audio/tape.js';
import { LecternError, abortError } from './js/errors.js';
import { Player } from './js/player.js';
import { Speech } from './js/reader.js';
import createStretch from './vendor/stretch/stretch.mjs';

const QUANTUM = 128;

/** Tones after each other: [{hz, seconds, from: first sample of the tone, level}]; hz 0 is silence. */
function sound(sampleRate, tones) {
  const parts = tones.map(({ hz, seconds, from = 0, level = 0.5 }) => {
    const samples = new Float32Array(Math.round(seconds * sampleRate));
    if (hz) {
      for (let i = 0; i < samples.length; i++) {
        samples[i] = level * Math.sin((2 * Math.PI * hz * (from + i)) / sampleRate);
      }
    }
    return samples;
  });
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const item = ({ id, sampleRate, tones, silence = 0 }) => ({
  id,
  sampleRate,
  silence,
  samples: sound(sampleRate, tones),
});

function packed(samples) {
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  let binary = '';
  for (let i = 0; i < bytes.length; i += 8192) {
    binary += String.fromCharCode(...bytes.subarray(i, i + 8192));
  }
  return btoa(binary);
}

const wait = (target, type) =>
  new Promise((resolve) => target.addEventListener(type, resolve, { once: true }));

// -- without a clock ---------------------------------------------------------------------

/**
 * Play items through tape and deck as fast as it goes. `rates`: [[quantum, rate]];
 * `late`: {after, quanta, items}: come `quanta` after the tape has run out.
 * Gives samples, and the source position (frames) at each quantum's beginning.
 */
async function render({ sampleRate, items, rates = [[0, 1]], late = [] }) {
  const tape = new Tape(sampleRate);
  const deck = new Deck(tape, sampleRate);
  deck.useStretcher(new Stretcher(await createStretch(), sampleRate));
  for (const one of items) tape.append(item(one));
  if (!late.length) tape.finish();
  const out = [];
  const positions = [];
  const gaps = [];
  const quantum = new Float32Array(QUANTUM);
  for (let q = 0; !deck.ended && q * QUANTUM < 60 * sampleRate; q++) {
    for (const [at, rate] of rates) if (at === q) deck.rate = rate;
    positions.push(deck.position);
    const made = deck.render(quantum);
    out.push(...quantum.subarray(0, made));
    if (made === QUANTUM) continue;
    gaps.push(out.length);
    if (!late.length) break;
    for (const one of late.shift()) tape.append(item(one));
    if (!late.length) tape.finish();
  }
  return { samples: packed(Float32Array.from(out)), sampleRate, positions, gaps };
}

// -- with the real worklet ---------------------------------------------------------------

const EVENTS = [
  'item', 'ended', 'playing', 'starved', 'end', 'blocked', 'unblocked', 'interrupted', 'continued', 'error', 'problem',
];

/** What is connected to what while `work` is done. */
function connections(work) {
  const { connect } = AudioNode.prototype;
  const made = [];
  AudioNode.prototype.connect = function (target, ...rest) {
    made.push([this, target]);
    return connect.call(this, target, ...rest);
  };
  try {
    work();
  } finally {
    AudioNode.prototype.connect = connect;
  }
  return made;
}

/** A player on the real device, recorded. */
class Bench {
  chunks = [];
  log = [];
  path = [];

  /**
   * `way`: as of the output. `atEnd`: recorded is what leaves the output, not what enters it;
   * of an element the stream that it plays, for which the loop through the browser takes longer.
   */
  constructor({ way = 'direct', atEnd = false } = {}) {
    this.way = way;
    this.atEnd = atEnd;
    this.player = new Player({ createOutput: () => this.output() });
    for (const type of EVENTS) {
      this.player.addEventListener(type, ({ detail }) => this.note(type, detail?.id ?? String(detail?.error ?? '')));
    }
  }

  output() {
    const output = createDeviceOutput({ way: this.way });
    this.device = output;
    const { context } = output;
    const { audioWorklet } = context;
    audioWorklet.addModule = async (url) => {
      await AudioWorklet.prototype.addModule.call(audioWorklet, 'player_tap.js');
      await AudioWorklet.prototype.addModule.call(audioWorklet, url);
    };
    const connect = (node) => {
      const tap = new AudioWorkletNode(context, 'test-tap', {
        channelCount: 1,
        channelCountMode: 'explicit',
      });
      tap.port.onmessage = ({ data }) => this.chunks.push(data);
      if (!this.atEnd) node.connect(tap);
      this.ends = connections(() => output.connect(this.atEnd ? node : tap));
      if (this.atEnd) this.listenAtEnd(tap);
    };
    return { ...output, connect };
  }

  listenAtEnd(tap) {
    const [[last, end]] = this.ends;
    if (end instanceof AudioDestinationNode) {
      last.disconnect();
      last.connect(tap).connect(end);
      return;
    }
    // A tap that leads nowhere is not asked for anything.
    const nothing = new GainNode(end.context, { gain: 0 });
    new MediaStreamAudioSourceNode(end.context, { mediaStream: end.stream })
      .connect(tap)
      .connect(nothing)
      .connect(end.context.destination);
  }

  /** Context time of what is heard now. */
  get heard() {
    return this.device ? this.device.context.currentTime - this.device.latency() : 0;
  }

  get now() {
    return this.device ? this.device.context.currentTime : 0;
  }

  note(type, value) {
    this.log.push({ type, value, now: this.now, heard: this.heard });
  }

  append(items) {
    for (const one of items) this.player.append(item(one));
  }

  /** Note the position again and again until `promise` is settled. */
  async follow(promise) {
    const timer = setInterval(() => {
      const place = this.player.position();
      if (place) this.path.push([this.heard, place.id, place.seconds]);
    }, 5);
    try {
      return await promise;
    } finally {
      clearInterval(timer);
    }
  }

  heardFor(seconds) {
    const until = this.heard + seconds;
    return this.when(() => this.heard >= until);
  }

  async when(condition) {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  /** What was recorded, `start` being the context time of the first sample. */
  async recording() {
    const { sampleRate } = this.device.context;
    const end = this.now;
    const last = () => this.chunks.at(-1);
    await this.when(() => last() && last().start / sampleRate > end);
    const first = this.chunks[0].start;
    const all = new Float32Array(last().start + last().samples.length - first);
    // Where the device skipped quanta the tap heard nothing: [first sample, first one after].
    const holes = [];
    let heard = 0;
    for (const { start, samples } of this.chunks) {
      if (start - first > heard) holes.push([heard, start - first]);
      all.set(samples, start - first);
      heard = start - first + samples.length;
    }
    const { log, path } = this;
    return { samples: packed(all), sampleRate, start: first / sampleRate, holes, log, path };
  }
}

// -- a voice of tones ----------------------------------------------------------------------

const VOICE_RATE = 22050;
const WORD = 0.2;
const LEAD = 0.05;
/** The word "w7" is a tone of this many Hz. */
const pitch = (word) => 300 + 40 * Number(word.slice(1));

function spoken(text, gap) {
  const tones = [{ hz: 0, seconds: LEAD }];
  const words = [];
  for (const { 0: word, index } of text.matchAll(/w\d+/g)) {
    const time = tones.reduce((sum, { seconds }) => sum + seconds, 0);
    words.push({ start: index, end: index + word.length, time, duration: WORD });
    tones.push({ hz: pitch(word), seconds: WORD }, { hz: 0, seconds: gap });
  }
  return { samples: words.length ? sound(VOICE_RATE, tones) : new Float32Array(0), words };
}

/** An engine as reader.js needs it. `faults`: text -> error code; `hold()` keeps all
 * answers back, `hold(text)` those for one text, until what it gives is called. */
class ToneEngine {
  asked = [];
  cancelled = [];
  faults = {};
  pieces = 1;
  /** Seconds after each word. */
  gap = 0.1;
  /** As if nothing was said of how quick the model is. */
  source = 'memory';
  gates = {};

  hold(text = '') {
    const { promise, resolve } = Promise.withResolvers();
    this.gates[text] = promise;
    return resolve;
  }

  async ask(type, { text, offset }, { signal }) {
    const { samples, words } = spoken(text, this.gap);
    const length = Math.ceil(samples.length / this.pieces) || 1;
    const piece = offset / length;
    this.asked.push(`${text}#${piece}`);
    const aborted = new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        this.cancelled.push(text);
        reject(abortError());
      });
    });
    await Promise.race([Promise.all([this.gates[''], this.gates[text]]), aborted]);
    signal.throwIfAborted();
    const code = this.faults[text];
    if (code) throw new LecternError(code, `${code} in ${text}`);
    return {
      samples: samples.subarray(piece * length, (piece + 1) * length),
      sampleRate: VOICE_RATE,
      words: piece ? [] : words,
      last: piece === this.pieces - 1,
      source: this.source,
    };
  }
}

/** Sentences of a text: one a line; an empty line ends a paragraph. */
class LineFeed {
  constructor(text) {
    this.sentences = [...text.matchAll(/[^\n]+/g)].map(({ 0: line, index: start }, index) => {
      const end = start + line.length;
      return { index, text: line, start, end, paragraph: text.startsWith('\n\n', end) };
    });
  }

  async sentence(index) {
    return this.sentences[index] ?? null;
  }

  async indexAt(offset) {
    const index = this.sentences.findIndex(({ end }) => end > offset);
    return index < 0 ? this.sentences.length : index;
  }
}

const TONES = { manner: () => ({ voiceId: 'tones' }), refuse: () => false };
const TOLD = [
  'sentence', 'word', 'waiting', 'playing', 'firstsound', 'paused', 'resumed', 'problem', 'end', 'error',
];

/** A speech on a bench of its own, or on that of another; its events go into `events`. */
function read(text, { bench = new Bench(), engine = new ToneEngine(), startAt, ...options } = {}) {
  const speech = new Speech({
    engine,
    player: bench.player,
    feed: new LineFeed(text),
    options: { casting: TONES, ...options },
    startAt,
  });
  const events = [];
  for (const type of TOLD) {
    speech.addEventListener(type, ({ detail }) => {
      const told = detail?.error ? { ...detail, error: detail.error.code } : detail;
      events.push({ type, detail: told ?? null, heard: bench.heard, now: bench.now });
    });
  }
  const until = (type, test = () => true) =>
    bench.when(() => events.some((event) => event.type === type && test(event.detail)));
  return { speech, bench, engine, events, until };
}

Object.assign(window, { bench: { Bench, ToneEngine, render, read, sound, wait, pitch, WORD } });

// A script that the test runner evaluates counts as a gesture: what must happen without
// one starts by itself, and tells its events on the console.
if (location.search === '?alone') {
  const it = new Bench();
  window.it = it;
  it.note = (type) => console.log(`event: ${type}`);
  it.append([{ id: 1, sampleRate: 22050, tones: [{ hz: 440, seconds: 0.4 }] }]);
  it.player.finish();
  it.player.play();
}
