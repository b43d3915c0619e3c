// A `lectern` worker that speaks the protocol and does what its settings and requests say;
// served as app/worker.js.
import { holdLock } from '../js/lifeline.js';

const cancelled = [];
let boots = 0;

onmessage = async ({ data }) => {
  const { id, type, payload } = data;
  if (type === 'cancel') return cancelled.push(id);
  if (type === 'realm' || type === 'realm-lost') return;
  if (type === 'ping') return postMessage({ event: 'pong' });
  if (type === 'boot') return boot(id, payload);
  switch (payload.text) {
    case 'hang':
      return;
    case 'spin':
      for (;;);
    case 'busy':
      for (const end = performance.now() + payload.ms; performance.now() < end; );
      return answer(id, { samples: new Float32Array(1), words: [] });
    case 'close':
      return close();
    case 'fatal':
      return postMessage({ event: 'fatal', error: { code: 'internal', message: 'gave up' } });
    case 'junk':
      for (const junk of [null, 7, 'x', {}, { id: 999, ok: true }, { event: 'who?' }]) postMessage(junk);
      return answer(id, { cancelled });
    case 'error':
      return postMessage({ id, ok: false, error: { code: 'bad_option', message: 'no', retryable: false } });
    case 'loading':
      return load(id, payload);
    default:
      return answer(id, { samples: Int16Array.of(-32768, 16384, 0), echo: payload, words: [] });
  }
};

const answer = (id, value) => postMessage({ id, ok: true, value });

async function boot(id, { lockName, snapshot, settings, ...payload }) {
  if (boots++ || settings.never) return;
  await holdLock(lockName);
  postMessage({ event: 'alive' });
  postMessage({ event: 'booting', snapshot: snapshot && Boolean(settings.stored) });
  if (settings.badSnapshot && snapshot) return;
  for (let loaded = 1; loaded <= (settings.slow ?? 0); loaded++) {
    await new Promise((resolve) => setTimeout(resolve, settings.pause));
    postMessage({ event: 'loading', loaded });
  }
  if (settings.refuse) {
    const error = { code: 'bad_option', message: 'There is no such setting.', retryable: false };
    return postMessage({ id, ok: false, error });
  }
  postMessage({ event: 'sessions', stats: { voiceCount: 1, voices: ['one'] } });
  answer(id, { snapshot: false, ms: 9, workMs: 7, realm: payload.prestarted, payload });
}

/** Answers late, but tells that the voice is being loaded. */
async function load(id, { voiceId, steps, pause }) {
  for (let loaded = 1; loaded <= steps; loaded++) {
    postMessage({ event: 'progress', voiceId, phase: 'download', loaded, total: steps });
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  postMessage({ event: 'progress', voiceId, phase: 'ready', loaded: steps, total: steps });
  answer(id, { samples: new Float32Array(1), words: [] });
}
