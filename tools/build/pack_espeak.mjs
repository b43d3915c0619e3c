// @ts-check
/**
 * The page's own phonemizer in Node.js, for `build.py pack`: the same wasm by the same adapter.
 *
 * Standard input: a line of JSON `{voice, texts}` for each question; standard output: a line
 * `{phonemes}` or `{error}` for each answer, in order. Arguments: the repository's `web` and
 * `public`.
 */

import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const [web, folder] = process.argv.slice(2).map((path) => pathToFileURL(`${path}/`).href);
const { Espeak } = await import(new URL('js/host/espeak.js', web).href);

// A language's pack is a file here.
globalThis.fetch = async (url) => {
  try {
    return new Response(await readFile(new URL(String(url))));
  } catch {
    return new Response(null, { status: 404 });
  }
};

/** @param {string} url of piper_phonemize.mjs, whose own way to its files is the browser's */
async function load(url) {
  const { default: factory, LANGUAGES } = await import(url);
  const [wasmBinary, data] = await Promise.all(
    ['wasm', 'data'].map((kind) => readFile(new URL(`piper_phonemize.${kind}`, url))),
  );
  return {
    LANGUAGES,
    default: (/** @type {object} */ given) => factory({ ...given, wasmBinary, dataBinary: new Uint8Array(data) }),
  };
}

const espeak = new Espeak(folder, { load });

for await (const line of createInterface({ input: process.stdin })) {
  const { voice, texts } = JSON.parse(line);
  let answer;
  try {
    await espeak.ready(voice);
    answer = { phonemes: espeak.phonemize(voice, texts) };
  } catch (error) {
    answer = { error: /** @type {Error} */ (error).message };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
