// @ts-check
/**
 * What comes with the page's own address, and how it is sent there. In the fragment, which reaches
 * no server: `#text=` with `title=`, `#page=` of the bookmarklet, `#shared=` of the service worker.
 */

import { carry } from './bookmarklet.js';
import { takeShared } from './shared_inbox.js';

/**
 * @typedef {{file: File, source?: string}} Arrival
 * @typedef {{kind: 'text', text: string, title: string} | {kind: 'page', packed: string}
 *   | {kind: 'shared', id: string}} Coming
 */

/** Characters of a fragment; Chromium takes no address of more than two million. */
const MOST_FRAGMENT = 2_000_000;
/** Bytes of a page when it is unpacked. */
const MOST_PAGE = 12_000_000;
/** A bookmarklet carries at most so many characters: Firefox takes no longer address. */
const MOST_CARRIED = 1_000_000;
/** Deflate unpacks a slice of it to a thousand times as much at once. */
const SLICE = 4096;
const TITLE = '&title=';
const ENCODED = /(?:%[0-9a-f]{2})+/gi;
const MOST_HEAD = 20_000;
const MOST_NAME = 120;

/** Why something that came can't be read. */
export class Unfit extends Error {
  /** @param {'broken' | 'large' | 'gone'} why */
  constructor(why) {
    super(`What came with the address is ${why}.`);
    this.why = why;
  }
}

/**
 * @param {string} hash  of an address, with its "#"
 * @returns {Coming | null} null for a fragment that is none of ours
 * @throws {Unfit}
 */
export function readFragment(hash) {
  const [, kind, value] = /^#(text|page|shared)=(.*)$/s.exec(hash) ?? [];
  if (kind === undefined) return null;
  if (value.length > MOST_FRAGMENT) throw new Unfit('large');
  if (kind === 'page') return { kind, packed: value };
  if (kind === 'shared') return { kind, id: value };
  // Who writes such an address by hand encodes nothing: "AT&T" is a text, and "100%" too.
  const at = value.lastIndexOf(TITLE);
  const [text, title] = at < 0 ? [value, ''] : [value.slice(0, at), value.slice(at + TITLE.length)];
  return { kind: 'text', text: decoded(text), title: decoded(title) };
}

/**
 * A text as a file to open.
 * @param {string} text
 * @param {string} title  '' for its first words
 * @param {string} [ending]
 */
export function textFile(text, title, ending = 'txt') {
  const line = text.slice(0, 1000).trim().split('\n', 1)[0];
  const name = (title || line).replace(/\s+/g, ' ').trim().slice(0, MOST_NAME) || 'Lectern';
  return new File([text], `${name}.${ending}`, { type: ending === 'html' ? 'text/html' : 'text/plain' });
}

/**
 * The page that the bookmarklet packed.
 * @param {string} packed
 * @returns {Promise<Arrival>}
 * @throws {Unfit}
 */
export async function unpackPage(packed) {
  const body = await inflated(bytesOf(packed));
  const start = new Uint8Array(await body.slice(0, MOST_HEAD).arrayBuffer());
  const end = start.indexOf(10);
  if (end < 0) throw new Unfit('broken');
  const { u: source, t: title, k: kind } = headOf(start.subarray(0, end));
  const address = typeof source === 'string' ? source : '';
  const host = URL.canParse(address) ? new URL(address).host : '';
  const named = textFile('', `${title || host}`, kind === 'text' ? 'txt' : 'html');
  const file = new File([body.slice(end + 1)], named.name, { type: named.type });
  return { file, source: address };
}

/**
 * @param {string} base  absolute URL of the app's folder, with a final slash
 * @param {string} id
 * @throws {Unfit}
 */
export async function shared(base, id) {
  if (id === 'too-large') throw new Unfit('large');
  const found = await takeShared(base, id).catch(() => null);
  if (!found) throw new Unfit('gone');
  return found;
}

/**
 * The address of the bookmarklet.
 * @param {string} base  absolute URL of the app's folder, with a final slash
 * @param {string} tooLarge  what it says of a page that it can't carry
 */
export function bookmarkletAddress(base, tooLarge) {
  const source = `${carry}`.replace(/\s*\n\s*/g, '\n');
  const given = [base, MOST_CARRIED, tooLarge].map((value) => JSON.stringify(value)).join();
  return `javascript:${encodeURIComponent(`void (${source})(${given})`)}`;
}

/** What is percent-encoded UTF-8 in it is decoded; all else stays as it is. @param {string} text */
function decoded(text) {
  return text.replace(ENCODED, (run) => {
    try {
      return decodeURIComponent(run);
    } catch {
      return run;
    }
  });
}

/** @param {string} text base64url */
function bytesOf(text) {
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = new Uint8Array(binary.length);
    for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
    return bytes;
  } catch {
    throw new Unfit('broken');
  }
}

/** @param {Uint8Array} bytes @returns {{u?: unknown, t?: unknown, k?: unknown}} */
function headOf(bytes) {
  try {
    const head = JSON.parse(new TextDecoder().decode(bytes));
    return typeof head === 'object' && head !== null ? head : {};
  } catch {
    throw new Unfit('broken');
  }
}

/** @param {Uint8Array<ArrayBuffer>} bytes @returns {Promise<Blob>} */
async function inflated(bytes) {
  let at = 0;
  /** @type {ReadableStream<BufferSource>} */
  const slices = new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, (at += SLICE)));
    },
  });
  const reader = slices.pipeThrough(new DecompressionStream('deflate-raw')).getReader();
  /** @type {BlobPart[]} */
  const chunks = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw new Unfit('broken');
    });
    if (done) return new Blob(chunks);
    size += value.length;
    if (size > MOST_PAGE) {
      void reader.cancel().catch(() => {});
      throw new Unfit('large');
    }
    chunks.push(value);
  }
}
