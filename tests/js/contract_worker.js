// The worker of the contract tests: the host's adapters registered as worker.js does, and
// the contracts imported from source that is fetched like any other file.
import { findArticle } from './host/article.js';
import { AudioStore } from './host/audio_store.js';
import * as codecs from './host/codecs.js';
import { Espeak } from './host/espeak.js';
import { installNumpy } from './host/numpy.js';
import { Ort } from './host/ort.js';
import { pdfItems } from './host/pdf.js';
import { Plans } from './host/plans.js';
import { Published } from './host/published.js';
import { bootPython } from './host/python.js';
import { SnapshotStore } from './host/snapshot.js';
import { VoiceFiles } from './host/voice_files.js';

let ort;
let run;

onmessage = async ({ data }) => {
  if (data.type === 'realm') return ort.connect(data.realm, data.port);
  if (data.type === 'realm-lost') return ort.lost(data.realm, data.reason);
  let value = '';
  try {
    value = data.type === 'boot' ? await boot(data) : await run(data.name);
  } catch (error) {
    value = `${error.message}\n${error.stack}`;
  }
  postMessage({ id: data.id, value });
};

async function boot({ base, voice, broken }) {
  const files = new VoiceFiles(base);
  ort = new Ort({
    emit: (event) => postMessage(event),
    takeFile: (file) => files.take(file),
    viewFile: (file) => files.view(file),
  });
  const { py } = await bootPython({
    base,
    snapshots: new SnapshotStore('contracts'),
    useSnapshot: true, // there is none
    onLoading() {},
  });
  py.registerJsModule('lectern_host', {
    ort,
    espeak: new Espeak(base),
    store: new AudioStore(),
    codecs: { decode: codecs.decode, encode: codecs.encode },
    files,
    plans: new Plans(),
    article: findArticle,
    pdf: pdfItems,
    published: new Published(base),
    snapshot: {},
    numpy: () => installNumpy(py),
    log: (level, text) => console.log(level, text),
    emit: (event) => postMessage(event),
    answer() {},
    serve() {},
  });
  py.registerJsModule('contract_host', {
    voice,
    broken,
    kill: (realm) => postMessage({ event: 'kill', realm }),
  });
  py.FS.mkdirTree('/contract/tests/contract');
  const modules = ['contracts', 'article_contracts', 'file_contracts', 'inference_contracts', 'in_browser'];
  for (const name of modules.map((module) => `${module}.py`)) {
    const response = await fetch(new URL(`contract/${name}`, base));
    py.FS.writeFile(`/contract/tests/contract/${name}`, await response.text());
  }
  py.runPython('import sys; sys.path.append("/contract")');
  run = py.pyimport('tests.contract.in_browser').run;
  return '';
}
