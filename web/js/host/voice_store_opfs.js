// @ts-check
/**
 * Voices in the origin's private file system: `lectern-voices/ID/`, with `ID.onnx`,
 * `ID.onnx.json`, `ID.MODEL_CARD` and the record `voice.json`; a part of a file is called
 * `….part`, and beside it lies its note, `….part.json`.
 *
 * Several files can't be exchanged at once, and a tab may be killed between any two. So a commit is
 * noted before it begins: from then on the new voice is whole, in its parts or in its files, and
 * whoever comes next completes it. Until then nothing of the old one is touched.
 */

import { storeError } from './database.js';
import { queueForVoice } from './voice_locks.js';

/**
 * @typedef {import('./voice_store.js').PartFile} PartFile
 * @typedef {import('./voice_store.js').PartWriter} PartWriter
 * @typedef {import('./voice_store.js').VoicePlace} VoicePlace
 * @typedef {{record: string, files: string[]}} Commit  files: names of all that the voice has then
 */

const FOLDER = 'lectern-voices';
const RECORD = 'voice.json';
/** A commit that is to be completed: a `Commit`. */
const NOTED = 'voice.json.new';
/** What is being written, before it has its name. */
const DRAFT = '.draft';
const PART = '.part';
const NOTE = '.part.json';
/** A worker that died a moment ago still has its files: so often it is tried, so many ms apart. */
const ATTEMPTS = 40;
const PAUSE_MS = 50;

/** @returns {Promise<VoicePlace | null>} null where the browser has no such file system */
export async function openOpfsVoices() {
  if (typeof globalThis.FileSystemFileHandle?.prototype.createSyncAccessHandle !== 'function') {
    return null;
  }
  try {
    const root = await navigator.storage.getDirectory();
    return new OpfsVoices(await root.getDirectoryHandle(FOLDER, { create: true }));
  } catch {
    return null; // private windows of some browsers
  }
}

/** @implements {VoicePlace} */
export class OpfsVoices {
  /** @param {FileSystemDirectoryHandle} folder */
  constructor(folder) {
    this.folder = folder;
  }

  async records() {
    /** @type {Record<string, string>} */
    const found = {};
    await guarded(async () => {
      for (const voice of await this.#voices()) {
        const record = await this.#record(voice);
        if (record) found[voice.name] = await record.text();
      }
    });
    return found;
  }

  parts() {
    return guarded(async () => {
      /** @type {PartFile[]} */
      const found = [];
      for (const voice of await this.#voices()) {
        const files = await filesOf(voice);
        if (files.includes(NOTED)) continue; // they are the voice's files already
        for (const file of files) {
          if (!file.endsWith(PART) || file === RECORD + PART) continue;
          const whole = file.slice(0, -PART.length);
          const size = (await readFile(voice, file))?.size;
          const note = await (await readFile(voice, whole + NOTE))?.text();
          const name = whole.slice(voice.name.length + 1);
          if (size !== undefined) found.push({ voiceId: voice.name, name, size, note: note ?? '' });
        }
      }
      return found;
    });
  }

  /** @param {string} id @param {string} name @param {string} note */
  begin(id, name, note) {
    return guarded(async () => {
      const voice = await this.folder.getDirectoryHandle(id, { create: true });
      await complete(voice);
      await writeFile(voice, `${id}.${name}${PART}`, '');
      await writeFile(voice, `${id}.${name}${NOTE}`, note);
    });
  }

  /** @param {string} id @param {string} name @returns {Promise<PartWriter>} */
  writer(id, name) {
    return guarded(async () => {
      const voice = await this.folder.getDirectoryHandle(id);
      const access = await openAccess(await voice.getFileHandle(`${id}.${name}${PART}`));
      let at = access.getSize();
      return {
        /** @param {Uint8Array} chunk */
        write(chunk) {
          try {
            writeAll(access, chunk, at);
            at += chunk.length;
          } catch (error) {
            throw storeError(error, FOLDER);
          }
        },
        async close() {
          try {
            access.flush();
          } finally {
            access.close();
          }
        },
      };
    });
  }

  /** @param {string} id @param {string} name @returns {Promise<ArrayBuffer>} */
  readPart(id, name) {
    return guarded(async () => {
      const voice = await this.folder.getDirectoryHandle(id);
      const file = await voice.getFileHandle(`${id}.${name}${PART}`);
      return (await file.getFile()).arrayBuffer();
    });
  }

  /** @param {string} id @param {string} record */
  commit(id, record) {
    return guarded(async () => {
      const voice = await this.folder.getDirectoryHandle(id);
      const parts = (await filesOf(voice)).filter((file) => file.endsWith(PART));
      const files = parts.map((part) => part.slice(0, -PART.length));
      /** @type {Commit} */
      const commit = { record, files: files.filter((file) => file !== RECORD) };
      await put(voice, NOTED, JSON.stringify(commit));
      await complete(voice);
    });
  }

  /** @param {string} id @param {string} name @returns {Promise<ArrayBuffer | null>} */
  read(id, name) {
    return guarded(async () => {
      const voice = await this.#voice(id);
      if (!voice || !(await this.#record(voice))) return null;
      return (await (await readFile(voice, `${id}.${name}`))?.arrayBuffer()) ?? null;
    });
  }

  /** @param {string} id */
  discard(id) {
    return guarded(async () => {
      const voice = await this.#voice(id);
      if (!voice) return;
      await complete(voice);
      if (!(await readFile(voice, RECORD))) return this.#removeAll(id);
      for (const file of await filesOf(voice)) {
        if ([PART, NOTE, DRAFT].some((end) => file.endsWith(end))) await removeFile(voice, file);
      }
    });
  }

  /** @param {string} id */
  remove(id) {
    return guarded(async () => {
      const voice = await this.#voice(id);
      if (!voice) return;
      await removeFile(voice, RECORD);
      await removeFile(voice, NOTED);
      await this.#removeAll(id);
    });
  }

  usage() {
    return guarded(async () => {
      /** @type {Record<string, number>} */
      const found = {};
      for (const voice of await this.#voices()) {
        found[voice.name] = 0;
        for (const file of await filesOf(voice)) {
          found[voice.name] += (await readFile(voice, file))?.size ?? 0;
        }
      }
      return found;
    });
  }

  /**
   * The record of a voice that is here. One whose commit was noted is completed first; while another
   * tab is at that, or where it can't be done, it is not here, and the other voices are.
   * @param {FileSystemDirectoryHandle} voice
   * @returns {Promise<File | null>}
   */
  async #record(voice) {
    if (await readFile(voice, NOTED)) {
      const ticket = queueForVoice(voice.name, false);
      try {
        if (!(await ticket.granted)) return null;
        await complete(voice);
      } catch (error) {
        console.warn(`[PiperWASM] ${voice.name} is not ready yet:`, error);
        return null;
      } finally {
        ticket.release();
      }
    }
    return readFile(voice, RECORD);
  }

  /** @param {string} id */
  #removeAll(id) {
    return patiently(() => this.folder.removeEntry(id, { recursive: true }));
  }

  /** @param {string} id @returns {Promise<FileSystemDirectoryHandle | null>} */
  #voice(id) {
    return orNull(this.folder.getDirectoryHandle(id));
  }

  /** @returns {Promise<FileSystemDirectoryHandle[]>} */
  async #voices() {
    const found = [];
    for await (const entry of this.folder.values()) {
      if (entry.kind === 'directory') found.push(/** @type {FileSystemDirectoryHandle} */ (entry));
    }
    return found;
  }
}

/**
 * End a commit that was noted, wherever it stopped. For who has the voice for himself.
 * @param {FileSystemDirectoryHandle} voice
 */
async function complete(voice) {
  const noted = await readFile(voice, NOTED);
  if (!noted) return;
  const before = await filesOf(voice);
  if (before.includes(NOTED + DRAFT)) return removeFile(voice, NOTED); // written to half
  /** @type {Commit} */
  const { record, files } = JSON.parse(await noted.text());
  for (const file of files) {
    if (before.includes(file + PART)) await rename(voice, file + PART, file);
  }
  const kept = [...files, RECORD, NOTED];
  for (const file of before) if (!kept.includes(file)) await removeFile(voice, file);
  await put(voice, RECORD, record);
  await removeFile(voice, NOTED);
}

/**
 * A small file under its own name only when all of it is on the disk.
 * @param {FileSystemDirectoryHandle} folder
 * @param {string} name
 * @param {string} text
 */
async function put(folder, name, text) {
  await writeFile(folder, name + DRAFT, text);
  await rename(folder, name + DRAFT, name);
}

/** @param {FileSystemDirectoryHandle} folder @returns {Promise<string[]>} */
async function filesOf(folder) {
  const found = [];
  try {
    for await (const entry of folder.values()) if (entry.kind === 'file') found.push(entry.name);
  } catch (error) {
    if (!isMissing(error)) throw error; // removed meanwhile
  }
  return found;
}

/**
 * @param {FileSystemDirectoryHandle} folder
 * @param {string} name
 * @returns {Promise<File | null>} null where there is none
 */
async function readFile(folder, name) {
  const handle = await orNull(folder.getFileHandle(name));
  return handle && orNull(handle.getFile());
}

/**
 * @param {FileSystemDirectoryHandle} folder
 * @param {string} name
 * @param {string} text in the place of what is there
 */
async function writeFile(folder, name, text) {
  const access = await openAccess(await folder.getFileHandle(name, { create: true }));
  try {
    access.truncate(0);
    writeAll(access, new TextEncoder().encode(text), 0);
    access.flush();
  } finally {
    access.close();
  }
}

/**
 * @param {FileSystemSyncAccessHandle} access
 * @param {Uint8Array} chunk
 * @param {number} at
 */
function writeAll(access, chunk, at) {
  for (let done = 0; done < chunk.length; ) {
    const left = chunk.subarray(done);
    const written = access.write(left, { at: at + done });
    // A full disk is told by what was not written; Chromium then gives an error's number, which
    // looks like four thousand million bytes.
    if (!(written > 0 && written <= left.length)) {
      throw new DOMException('The disk is full.', 'QuotaExceededError');
    }
    done += written;
  }
}

/** @param {FileSystemDirectoryHandle} folder @param {string} name no file of it is no error */
async function removeFile(folder, name) {
  await orNull(patiently(() => folder.removeEntry(name)));
}

/**
 * In the place of what has the new name already.
 * @param {FileSystemDirectoryHandle} folder
 * @param {string} from
 * @param {string} to
 */
async function rename(folder, from, to) {
  const file = /** @type {FileSystemFileHandle & {move?(name: string): Promise<void>}} */ (
    await folder.getFileHandle(from)
  );
  await removeFile(folder, to);
  if (file.move) return file.move(to);
  const access = await openAccess(await folder.getFileHandle(to, { create: true }));
  try {
    let at = 0;
    const reader = (await file.getFile()).stream().getReader();
    for (let step = await reader.read(); !step.done; step = await reader.read()) {
      writeAll(access, step.value, at);
      at += step.value.length;
    }
    access.flush();
  } finally {
    access.close();
  }
  await removeFile(folder, from);
}

/** @param {FileSystemFileHandle} file @returns {Promise<FileSystemSyncAccessHandle>} */
function openAccess(file) {
  return patiently(() => file.createSyncAccessHandle());
}

/**
 * Again while somebody else has the file: somebody who is about to let go of it.
 *
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function patiently(work) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const { name } = /** @type {DOMException} */ (error);
      if (name !== 'NoModificationAllowedError' || attempt === ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

/** @template T @param {Promise<T>} promise @returns {Promise<T | null>} null for what is not there */
async function orNull(promise) {
  try {
    return await promise;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** @param {unknown} error */
function isMissing(error) {
  return error instanceof DOMException && error.name === 'NotFoundError';
}

/**
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 * @throws {import('../errors.js').LecternError} quota, store
 */
async function guarded(work) {
  try {
    return await work();
  } catch (error) {
    throw storeError(error, FOLDER);
  }
}
