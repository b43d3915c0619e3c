// @mintplex-labs/piper-tts-web as its README has it: a session that is kept. It is one for
// the page's life and ignores another voice, so that one has to be forgotten first.
import { TtsSession } from '@mintplex-labs/piper-tts-web';

const wasmPaths = {
  onnxWasm: new URL('node_modules/onnxruntime-web/dist/', document.baseURI).href,
  piperWasm: new URL('cdn/piper_phonemize.wasm', document.baseURI).href,
  piperData: new URL('cdn/piper_phonemize.data', document.baseURI).href,
};
let session;
let resident;

/** The text as a WAV. */
export async function say(text, voiceId) {
  if (voiceId !== resident) {
    TtsSession._instance = null;
    session = await TtsSession.create({ voiceId, wasmPaths });
    resident = voiceId;
  }
  return session.predict(text);
}
