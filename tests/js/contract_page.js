// The page of the contract tests: starts the worker with the adapters, and ORT workers on
// its word as the engine does. `contracts.run(name)` gives "" or a traceback.
import { Realms } from './realms.js';
import { RestartLimit } from './restart_limit.js';

const base = new URL('.', document.baseURI).href;
const worker = new Worker(new URL('contract_worker.js', import.meta.url), { type: 'module' });
const realms = new Realms({
  base,
  tell: (message, transfer) => worker.postMessage(message, transfer),
  limit: new RestartLimit({ most: 1000 }), // dying is what they are here for
});
const waiting = new Map();
let lastId = 0;

worker.onmessage = ({ data }) => {
  if (data.event === 'realm') {
    if (data.config) realms.open(data.realm, data.config);
    else realms.close(data.realm);
  } else if (data.event === 'kill') {
    // As in a crash: nobody is told but by the lock.
    realms.workers.get(data.realm).worker.terminate();
  } else {
    waiting.get(data.id)?.(data.value); // pdf.js tells the page of itself as well
    waiting.delete(data.id);
  }
};

const ask = (message) =>
  new Promise((resolve) => {
    waiting.set(++lastId, resolve);
    worker.postMessage({ id: lastId, ...message });
  });

window.contracts = {
  async boot(voice, broken) {
    const failure = await ask({ type: 'boot', base, voice, broken });
    if (failure) throw new Error(failure);
  },
  run: (name) => ask({ type: 'run', name }),
};
