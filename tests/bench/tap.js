// What the measurements see of a page: an init script, so it runs before the app's own.
// It changes nothing that the app does; all times are milliseconds of performance.now(),
// that is since the navigation began. `window.bench` is read by tests/bench/visit.py.
(() => {
  const now = () => performance.now();
  const opened = Promise.withResolvers();
  const bench = {
    opened: opened.promise, // window.lectern is there
    readyAt: 0, // lectern.ready resolved
    boots: [], // {at, snapshot, ms}
    requests: [], // {type, asked, answered, ok, source, samples}, in order of asking
    latency: 0, // of the output, ms; part of every time that something is heard
    sound: [], // {on, at, told}: silence ended or began at the output, as heard; when the page knew
    speech: null,
  };
  window.bench = bench;

  // -- requests to Python --------------------------------------------------------------

  const NativeWorker = Worker;
  const BOOT_ID = 0;
  window.Worker = class Worker extends NativeWorker {
    #pending = new Map();

    constructor(url, options) {
      super(url, options);
      if (options?.name !== 'lectern') return;
      this.addEventListener('message', ({ data }) => this.#answered(data));
    }

    postMessage(message, ...rest) {
      if (typeof message?.id === 'number' && message.type !== 'cancel') {
        const record = { type: message.type, asked: now(), answered: 0, ok: false };
        this.#pending.set(message.id, record);
        bench.requests.push(record);
      }
      super.postMessage(message, ...rest);
    }

    #answered(data) {
      const record = this.#pending.get(data?.id);
      if (!record) return;
      this.#pending.delete(data.id);
      const { source, samples, snapshot, ms } = data.value ?? {};
      Object.assign(record, { answered: now(), ok: data.ok, source, samples: samples?.length });
      if (data.id === BOOT_ID && data.ok) bench.boots.push({ at: record.answered, snapshot, ms });
      for (const waiting of bench.waiting.splice(0)) waiting();
    }
  };
  bench.waiting = [];
  /** The answered requests of a type, once there are `count` of them. */
  bench.answers = async (type, count = 1) => {
    for (;;) {
      const found = bench.requests.filter((one) => one.type === type && one.answered);
      if (found.length >= count) return found;
      await new Promise((resolve) => bench.waiting.push(resolve));
    }
  };

  // -- sound at the output -------------------------------------------------------------

  const connect = AudioNode.prototype.connect;
  const probes = new WeakMap();
  async function probeOf(context) {
    await context.audioWorklet.addModule(window.benchProbe);
    const probe = new AudioWorkletNode(context, 'bench-probe', { outputChannelCount: [1] });
    probe.port.onmessage = ({ data: { on, time } }) => {
      const { contextTime, performanceTime } = context.getOutputTimestamp();
      bench.latency = (context.outputLatency || context.baseLatency) * 1000;
      bench.sound.push({ on, at: performanceTime + (time - contextTime) * 1000, told: now() });
      for (const waiting of bench.listening.splice(0)) waiting();
    };
    connect.call(probe, context.destination); // it is silent; only what is connected is run
    return probe;
  }
  AudioNode.prototype.connect = function (target, ...rest) {
    if (window.benchProbe && target instanceof AudioDestinationNode) {
      const { context } = target;
      if (!(context instanceof OfflineAudioContext)) {
        if (!probes.has(context)) probes.set(context, probeOf(context));
        probes.get(context).then((probe) => connect.call(this, probe));
      }
    }
    return connect.call(this, target, ...rest);
  };
  bench.listening = [];
  /** The next time that sound begins (true) or ends (false), from event number `from` on. */
  bench.heard = async (on, from = bench.sound.length) => {
    for (;;) {
      const found = bench.sound.slice(from).find((one) => one.on === on);
      if (found) return found.at;
      await new Promise((resolve) => bench.listening.push(resolve));
    }
  };

  // -- speaking ------------------------------------------------------------------------

  /** Resolves with the event; rejects when the speech fails. */
  const next = (speech, type) =>
    new Promise((resolve, reject) => {
      speech.addEventListener(type, (event) => resolve({ at: now(), ...event.detail }), { once: true });
      speech.addEventListener('error', ({ detail }) => reject(detail.error), { once: true });
    });
  bench.next = next;

  /**
   * Speak aloud until something is heard: {asked, sent, piece, told, heard}; times of the call,
   * the first sentence's request and answer, the `sentence` event, the first sample heard.
   */
  bench.say = async (text, options) => {
    const from = bench.sound.length;
    const pieces = bench.requests.length;
    const asked = now();
    const speech = bench.lectern.speak(text, options);
    bench.speech = speech;
    const [told, heard] = await Promise.all([next(speech, 'sentence'), bench.heard(true, from)]);
    const piece = bench.requests.slice(pieces).find((one) => one.type === 'piece');
    return { asked, sent: piece.asked, piece: piece.answered, told: told.at, heard, source: piece.source };
  };

  /** Stop, and wait until the output is silent. */
  bench.hush = async () => {
    bench.speech?.stop();
    await bench.silence();
  };
  bench.silence = async () => {
    while (bench.sound.at(-1)?.on) await bench.heard(false);
  };

  /** The sound of one sentence, not played: the request's record. */
  bench.fetch = async (text, options) => {
    const from = bench.requests.length;
    for await (const piece of bench.lectern.stream(text, options)) void piece;
    return bench.requests.slice(from).find((one) => one.type === 'piece');
  };

  // -- the main thread -----------------------------------------------------------------

  const BEAT = 4; // ms: the shortest that browsers give a nested timer
  bench.watchThread = () => {
    const watch = { long: [], beats: [], stop: null };
    const observer = new PerformanceObserver((list) => {
      for (const { startTime, duration } of list.getEntries()) {
        watch.long.push({ at: startTime, ms: duration });
      }
    });
    observer.observe({ type: 'longtask' });
    let last = now();
    let timer = setTimeout(function beat() {
      const at = now();
      const late = at - last - BEAT;
      if (late > 1) watch.beats.push(late);
      last = at;
      timer = setTimeout(beat, BEAT);
    }, BEAT);
    watch.stop = () => {
      clearTimeout(timer);
      for (const { startTime, duration } of observer.takeRecords()) {
        watch.long.push({ at: startTime, ms: duration });
      }
      observer.disconnect();
      watch.beats.sort((a, b) => b - a);
      const sum = watch.beats.reduce((total, late) => total + late, 0);
      return { long: watch.long, latest: watch.beats.slice(0, 20), count: watch.beats.length, sum };
    };
    bench.thread = watch;
  };

  // -- the app comes up ----------------------------------------------------------------

  /** @type {any} */
  let lectern;
  Object.defineProperty(window, 'lectern', {
    configurable: true,
    enumerable: true,
    get: () => lectern,
    set(value) {
      lectern = value;
      bench.lectern = value;
      value.ready.then(() => (bench.readyAt = now()), () => {});
      const { say } = window.benchPlan ?? {};
      // The quickest finger there is: Play is pressed the moment that there is an API.
      if (say) {
        bench.first = bench.say(...say);
        bench.first.then(() => fetch('bench/heard.txt')).catch(() => {});
      }
      opened.resolve();
    },
  });
})();
