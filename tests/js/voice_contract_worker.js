// The worker of the voice stores' contracts: the adapters registered as worker.js does.
import { Downloads } from './host/downloads.js';
import { bootPython } from './host/python.js';
import { SnapshotStore } from './host/snapshot.js';
import { VoiceFiles } from './host/voice_files.js';
import { queueForVoice } from './host/voice_locks.js';
import { VoiceNews } from './host/voice_news.js';
import { VoiceStore } from './host/voice_store.js';
import { IdbVoices } from './host/voice_store_idb.js';
import { openOpfsVoices } from './host/voice_store_opfs.js';

const PLACES = { opfs: openOpfsVoices, idb: async () => new IdbVoices() };
let run;

onmessage = async ({ data }) => {
  let value = '';
  try {
    value = data.type === 'boot' ? await boot(data) : await run(data.name);
  } catch (error) {
    value = `${error.message}\n${error.stack}`;
  }
  postMessage({ id: data.id, value });
};

async function boot({ base, place, moves, url, nowhere }) {
  // A browser whose files can't be renamed.
  if (!moves) delete FileSystemFileHandle.prototype.move;
  const voices = new VoiceStore({ places: [PLACES[place]] });
  const files = new VoiceFiles(base, { store: voices });
  const { py } = await bootPython({
    base,
    snapshots: new SnapshotStore('voice-contracts'),
    useSnapshot: true, // there is none
    onLoading() {},
  });
  py.registerJsModule('lectern_host', {
    files,
    voices,
    voiceLock: queueForVoice,
    voiceNews: new VoiceNews(),
    downloads: new Downloads(voices),
    log: (level, text) => console.log(level, text),
  });
  py.registerJsModule('contract_host', { url, nowhere });
  py.FS.mkdirTree('/contract/tests/contract');
  for (const name of ['voice_contracts.py', 'voices_in_browser.py']) {
    const response = await fetch(new URL(`contract/${name}`, base));
    py.FS.writeFile(`/contract/tests/contract/${name}`, await response.text());
  }
  py.runPython('import sys; sys.path.append("/contract")');
  run = py.pyimport('tests.contract.voices_in_browser').run;
  return '';
}
