// The page of the adapters' tests: the modules under test as `host`, and small helpers.
// Served from js/, beside what it imports.
import { BUILD } from '../vendor/build_info.js';
import { Engine } from './engine.js';
import { AUDIO_SCHEMA, AudioStore } from './host/audio_store.js';
import * as codecs from './host/codecs.js';
import { Database } from './host/database.js';
import { Espeak } from './host/espeak.js';
import { watchFetches } from './host/fetch_watch.js';
import * as ogg from './host/ogg_opus.js';
import { Ort } from './host/ort.js';
import { Realm } from './host/realm.js';
import { SnapshotStore } from './host/snapshot.js';
import { VoiceFiles } from './host/voice_files.js';
import { Lectern } from './lectern.js';
import { Library } from './library.js';
import { pictureSize, thumbnail } from './picture.js';
import { PROTOCOL_VERSION } from './protocol.js';
import { Realms } from './realms.js';
import { RestartLimit } from './restart_limit.js';
import { TextFeed } from './text_feed.js';
import { WavParts } from './wav.js';

const base = new URL('.', document.baseURI).href;

/** How `promise` fails, as plain data; null when it does not. */
async function failure(promise) {
  try {
    await promise;
    return null;
  } catch (error) {
    const { name, code, message, retryable } = error;
    return { name, code, message, retryable };
  }
}

/** An event of `target` as soon as it comes: its detail. */
function next(target, type) {
  return new Promise((resolve) => {
    target.addEventListener(type, (event) => resolve(event.detail), { once: true });
  });
}

/** onnxruntime with workers that this page runs, as the engine does. */
function startOrt() {
  const files = new VoiceFiles(base);
  const lost = [];
  const realms = new Realms({
    base,
    tell(message) {
      if (message.type === 'realm') ort.connect(message.realm, message.port);
      else ort.lost(message.realm, message.reason);
    },
    limit: new RestartLimit({ most: 1000 }),
  });
  const ort = new Ort({
    emit({ realm, config, hung }) {
      if (config) realms.open(realm, config);
      else realms.close(realm, { hung });
    },
    takeFile: (file) => files.take(file),
    viewFile: (file) => files.view(file),
  });
  ort.onLost((realm) => lost.push(realm));
  return { ort, files, realms, lost };
}

/** Inputs of a Piper voice that give the same sound each time. */
function feeds(ids) {
  return {
    input: { type: 'int64', data: ids, dims: [1, ids.length] },
    input_lengths: { type: 'int64', data: [ids.length], dims: [1] },
    scales: { type: 'float32', data: [0, 1, 0], dims: [3] },
  };
}

Object.assign(window, {
  host: {
    base, failure, next, startOrt, feeds,
    AUDIO_SCHEMA, AudioStore, BUILD, Database, Engine, Espeak, Lectern, Library, Ort, PROTOCOL_VERSION, Realm, Realms,
    SnapshotStore, TextFeed, VoiceFiles, WavParts, codecs, ogg, pictureSize, thumbnail, watchFetches,
  },
});
