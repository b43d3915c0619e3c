// @ts-check
/**
 * The voices that this browser keeps: in the origin's private file system, in IndexedDB
 * where there is none. The only writer of stored voices.
 *
 * A voice's files are called by what follows its id: `onnx`, `onnx.json`, `MODEL_CARD`.
 * What has not become a voice yet are its parts; a voice is here when it has a record, and
 * that is written last.
 */

import { LecternError } from '../errors.js';
import { checkedId } from './voice_id.js';
import { IdbVoices } from './voice_store_idb.js';
import { openOpfsVoices } from './voice_store_opfs.js';

/**
 * @typedef {{voiceId: string, name: string, size: number, note: string}} PartFile
 *   note: whatever `begin` was given
 * @typedef {{write(chunk: Uint8Array): void | Promise<void>, close(): Promise<void>}} PartWriter
 *
 * @typedef {object} VoicePlace  one way to keep voices; ids and names are checked before
 * @property {() => Promise<Record<string, string>>} records  id -> record
 * @property {() => Promise<PartFile[]>} parts
 * @property {(id: string, name: string, note: string) => Promise<void>} begin  an empty part
 * @property {(id: string, name: string) => Promise<PartWriter>} writer  at the part's end
 * @property {(id: string, name: string) => Promise<ArrayBuffer>} readPart
 * @property {(id: string, record: string) => Promise<void>} commit  parts become files
 * @property {(id: string, name: string) => Promise<ArrayBuffer | null>} read  a file of a voice
 *   that is here; null where it has none
 * @property {(id: string) => Promise<void>} discard  parts, and files without a record
 * @property {(id: string) => Promise<void>} remove
 * @property {() => Promise<Record<string, number>>} usage  bytes by id
 */

/** @type {(() => Promise<VoicePlace | null>)[]} the best first; null: not in this browser */
const PLACES = [openOpfsVoices, async () => new IdbVoices()];
const NAMES = ['onnx', 'onnx.json', 'MODEL_CARD'];

export class VoiceStore {
  /** @param {{places?: (() => Promise<VoicePlace | null>)[]}} [options] */
  constructor({ places = PLACES } = {}) {
    this.places = places;
    /** @type {Promise<VoicePlace> | null} */
    this.opening = null;
  }

  /** @returns {Promise<Record<string, string>>} id -> record, JSON as `commit` was given it */
  async records() {
    return (await this.#place()).records();
  }

  /** @returns {Promise<PartFile[]>} */
  async parts() {
    return (await this.#place()).parts();
  }

  /**
   * An empty part, in the place of an earlier one.
   * @param {string} id
   * @param {string} name
   * @param {string} note
   */
  async begin(id, name, note) {
    await (await this.#place()).begin(checkedId(id), checkedName(name), note);
  }

  /** @param {string} id @param {string} name @returns {Promise<PartWriter>} */
  async writer(id, name) {
    return (await this.#place()).writer(checkedId(id), checkedName(name));
  }

  /** @param {string} id @param {string} name @returns {Promise<ArrayBuffer>} */
  async readPart(id, name) {
    return (await this.#place()).readPart(checkedId(id), checkedName(name));
  }

  /** @param {string} id @param {string} record JSON */
  async commit(id, record) {
    await (await this.#place()).commit(checkedId(id), record);
  }

  /** @param {string} id @param {string} name @returns {Promise<ArrayBuffer | null>} */
  async read(id, name) {
    return (await this.#place()).read(checkedId(id), checkedName(name));
  }

  /** @param {string} id @param {string} name @returns {Promise<string | null>} */
  async text(id, name) {
    const bytes = await this.read(id, name);
    return bytes && new TextDecoder().decode(bytes);
  }

  /** @param {string} id */
  async discard(id) {
    await (await this.#place()).discard(checkedId(id));
  }

  /** @param {string} id */
  async remove(id) {
    await (await this.#place()).remove(checkedId(id));
  }

  /** @returns {Promise<Record<string, number>>} bytes by id, parts included */
  async usage() {
    return (await this.#place()).usage();
  }

  /** @returns {Promise<number | null>} bytes that the browser has left for us, as far as it says */
  async room() {
    const { quota, usage } = (await navigator.storage?.estimate?.()) ?? {};
    return quota === undefined ? null : Math.max(0, quota - (usage ?? 0));
  }

  #place() {
    this.opening ??= this.#open();
    return this.opening;
  }

  /** @returns {Promise<VoicePlace>} */
  async #open() {
    for (const open of this.places) {
      const place = await open();
      if (place) return place;
    }
    throw new LecternError('store', 'This browser keeps no voices.', { retryable: true });
  }
}

/** @param {string} name */
function checkedName(name) {
  if (NAMES.includes(name)) return name;
  throw new LecternError('store', `No voice has a file ${JSON.stringify(name)}.`);
}
