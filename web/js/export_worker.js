// @ts-check
/** The worker that encodes one exported file; the page feeds it with sound as it comes. */

import { cues, toSrt, toVtt } from './export/cues.js';
import { Rates } from './export/rates.js';
import { openSink } from './export/sinks.js';
import { LecternError } from './errors.js';
import { holdLock } from './lifeline.js';

/** @typedef {import('./export/messages.js').Requests} Requests */

/** @type {import('./export/sinks.js').Sink | null} */
let sink = null;
/** @type {import('./export/wav_encoder.js').Encoder | null} */
let encoder = null;
/** @type {Rates | null} */
let rates = null;
/** @type {import('./export/cues.js').Said[]} */
let sentences = [];

/** @type {{[T in keyof Requests]: (payload: Requests[T][0]) => Promise<Requests[T][1]>}} */
const handlers = {
  async begin({ format, sampleRate, bitrate, tags, file, own }) {
    const Encoder = await encoderOf(format);
    const opened = (sink = await openSink(file, own));
    const put = (/** @type {Uint8Array} */ bytes) => opened.put(bytes);
    rates = new Rates(sampleRate);
    encoder = await Encoder.begin({ sampleRate, bitrate, tags, put });
    return null;
  },
  async sound({ samples, rate }) {
    const { encoder, rates, sink } = begun();
    for (const portion of rates.take(samples, rate)) await encoder.add(portion);
    return sink.bytes;
  },
  async said({ said }) {
    sentences.push(said);
    return null;
  },
  async end({ tags }) {
    const { encoder, rates, sink } = begun();
    for (const portion of rates.end()) await encoder.add(portion);
    const head = await encoder.end(tags);
    const { bytes } = sink;
    const blob = await sink.close(head);
    const list = cues(sentences);
    return { bytes, blob, srt: toSrt(list), vtt: toVtt(list) };
  },
  async cancel() {
    await sink?.abort();
    sink = encoder = rates = null;
    sentences = [];
    return null;
  },
};

/** @param {import('./export/messages.js').Format} format */
async function encoderOf(format) {
  if (format === 'mp3') return (await import('./export/mp3_encoder.js')).Mp3Encoder;
  if (format === 'opus') return (await import('./export/opus_encoder.js')).OpusEncoder;
  return (await import('./export/wav_encoder.js')).WavEncoder;
}

function begun() {
  if (!sink || !encoder || !rates) throw new Error('The export was not begun.');
  return { sink, encoder, rates };
}

/** One after the other, in the order in which they came. @type {Promise<unknown>} */
let last = Promise.resolve();

addEventListener('message', ({ data: { id, type, payload } }) => {
  if (type === 'hold') {
    void holdLock(payload.lockName).then(() => postMessage({ event: 'alive' }));
    return;
  }
  last = last.then(async () => {
    try {
      const value = await handlers[/** @type {keyof Requests} */ (type)](payload);
      postMessage({ id, ok: true, value });
    } catch (error) {
      postMessage({ id, ok: false, error: errorData(error) });
    }
  });
});

/** @param {unknown} error @returns {import('./protocol.js').ErrorData} */
function errorData(error) {
  if (error instanceof LecternError) {
    const { code, message, retryable } = error;
    return { code, message, retryable };
  }
  return { code: 'internal', message: error instanceof Error ? error.message : String(error), retryable: false };
}
