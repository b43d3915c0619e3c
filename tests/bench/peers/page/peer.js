// What the measurements ask a peer's page: window.peer.ask(text, voice).
// ?text=…&voice=… is said the moment that the page's script runs: window.peer.first.
import { say } from 'peer';

const HEADER = 44; // bytes before a WAV's samples
const RATE = 24; // where a WAV says its sample rate

/** {asked, first, all, seconds}: ms since the navigation; nothing is there before all is. */
async function ask(text, voice) {
  const asked = performance.now();
  const wav = await say(text, voice);
  const done = performance.now();
  const head = new DataView(await wav.slice(0, HEADER).arrayBuffer());
  const seconds = (wav.size - HEADER) / 2 / head.getUint32(RATE, true);
  return { asked, first: done, all: done, seconds };
}

const given = new URLSearchParams(location.search);
const first = given.has('text') ? ask(given.get('text'), given.get('voice')) : null;
first?.catch(() => {});
window.peer = { ask, first };
