// @ts-check
/**
 * A PDF's runs of text with their positions, by pdf.js. What is read in which order is decided
 * in Python (`documents/pdf.py`).
 */

import { LecternError } from '../errors.js';

/**
 * @typedef {typeof import('pdfjs-dist')} PdfJs
 * @typedef {import('pdfjs-dist').PDFDocumentProxy} PdfDocument
 * @typedef {import('pdfjs-dist/types/src/display/api.js').TextItem} TextItem
 * @typedef {import('pdfjs-dist/types/src/display/api.js').TextContent} TextContent
 * @typedef {[text: string, x: number, y: number, width: number, height: number, font: string,
 *   size: number, turned?: number]} Row  points from the page's top left corner; degrees
 * @typedef {{pages: number, items: number, characters: number}} Limits  see ports.py
 */

/** pdf.js as the build has it. */
const FOLDER = '../../vendor/pdfjs/';

/** @type {Promise<PdfJs> | null} */
let loading = null;
let tries = 0;

/**
 * @param {Uint8Array} data  is pdf.js's own afterwards
 * @param {Limits} limits  what has more is given up at once: a file of a few bytes may hold any number
 * @param {string} [folder]  where pdf.js is
 * @returns {Promise<string>} JSON: `{pages: [{width, height, items: Row[]}], outline: [title,
 *   page, y, level][], title, author, language}`
 * @throws {LecternError} document_unreadable, network
 */
export async function pdfItems(data, limits, folder = FOLDER) {
  const pdfjs = await library(folder);
  const task = pdfjs.getDocument({
    data,
    // Nothing is drawn, and nothing is fetched.
    disableFontFace: true,
    useSystemFonts: false,
    useWorkerFetch: false,
    isOffscreenCanvasSupported: false,
    isImageDecoderSupported: false,
    stopAtErrors: false,
    verbosity: 0,
  });
  try {
    const document = await task.promise;
    if (document.numPages > limits.pages) throw tooMuch(limits.pages, 'pages');
    const pages = [];
    const room = { items: limits.items, characters: limits.characters };
    const take = (/** @type {string} */ text) => {
      if (--room.items < 0) throw tooMuch(limits.items, 'pieces of text');
      room.characters -= text.length;
      if (room.characters < 0) throw tooMuch(limits.characters, 'characters');
    };
    for (let number = 1; number <= document.numPages; number++) {
      pages.push(await pageOf(document, number, take));
    }
    const about = await document.getMetadata().catch(() => null);
    const info = /** @type {Record<string, unknown>} */ (about?.info ?? {});
    return JSON.stringify({
      pages,
      outline: await outlineOf(document).catch(() => []),
      title: textOf(info.Title),
      author: textOf(info.Author),
      language: textOf(info.Language),
    });
  } catch (error) {
    throw unreadable(error);
  } finally {
    await task.destroy();
  }
}

/** pdf.js with its worker's part in this very thread: this is a worker already. @param {string} folder */
function library(folder) {
  loading ??= (async () => {
    // Browsers from before 2026 remember that a module did not come (whatwg/html#10327), by its whole
    // address.
    const again = tries++ ? `#${tries}` : '';
    const [pdfjs, worker] = await Promise.all([
      import(`${folder}pdf.min.mjs${again}`),
      import(`${folder}pdf.worker.min.mjs${again}`),
    ]);
    Object.assign(globalThis, { pdfjsWorker: worker });
    return pdfjs;
  })();
  loading.catch(() => (loading = null));
  return loading.catch((error) => {
    throw new LecternError(
      'network',
      'The reader of PDFs could not be fetched. Check the connection and try again.',
      { retryable: true, cause: error },
    );
  });
}

/**
 * @param {PdfDocument} document
 * @param {number} number from 1
 * @param {(text: string) => void} take  throws when there is no room for it
 */
async function pageOf(document, number, take) {
  const page = await document.getPage(number);
  const { width, height, transform } = page.getViewport({ scale: 1 });
  /** @type {Row[]} */
  const rows = [];
  // As a stream: one page may hold more than all that is read.
  const reader = page.streamTextContent().getReader();
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      const { items, styles } = /** @type {TextContent} */ (value);
      for (const item of items) {
        // pdf.js puts a blank as wide as the gap between two columns.
        if (!('str' in item) || !item.str.trim()) continue;
        take(item.str);
        rows.push(rowOf(item, transform, fontName(page, item.fontName, styles)));
      }
    }
  } catch (error) {
    reader.cancel(error).catch(() => {});
    throw error;
  }
  page.cleanup();
  return { width, height, items: rows };
}

/**
 * @param {TextItem} item
 * @param {number[]} view  from the page's space to what is seen
 * @param {string} font
 * @returns {Row}
 */
function rowOf(item, view, font) {
  const [a, b, c, d, e, f] = multiplied(view, item.transform);
  const size = Math.hypot(c, d);
  const turned = (Math.atan2(b, a) * 180) / Math.PI;
  const row = /** @type {Row} */ ([item.str, e, f, item.width, item.height, font, size]);
  if (Math.abs(turned) > 0.01) row.push(turned);
  return row;
}

/** @param {number[]} m @param {number[]} n @returns {number[]} first n, then m */
function multiplied([a, b, c, d, e, f], n) {
  return [
    a * n[0] + c * n[1],
    b * n[0] + d * n[1],
    a * n[2] + c * n[3],
    b * n[2] + d * n[3],
    a * n[4] + c * n[5] + e,
    b * n[4] + d * n[5] + f,
  ];
}

/**
 * The font's own name, which says whether it is bold, where pdf.js has it; else its family.
 * @param {import('pdfjs-dist').PDFPageProxy} page
 * @param {string} id
 * @param {Record<string, {fontFamily: string}>} styles
 */
function fontName(page, id, styles) {
  const found = page.commonObjs.has(id) ? page.commonObjs.get(id)?.name : null;
  return textOf(found) || textOf(styles[id]?.fontFamily);
}

/**
 * @param {PdfDocument} document
 * @returns {Promise<[string, number, number, number][]>}
 */
async function outlineOf(document) {
  /** @type {[string, number, number, number][]} */
  const found = [];
  /** @typedef {{title: string, dest: string | any[] | null, items: any[]}} Bookmark */
  const walk = async (/** @type {Bookmark[]} */ bookmarks, /** @type {number} */ level) => {
    for (const { title, dest, items } of bookmarks) {
      const target = typeof dest === 'string' ? await document.getDestination(dest) : dest;
      if (target?.[0]) {
        const index = await document.getPageIndex(target[0]).catch(() => -1);
        if (index >= 0) found.push([title, index, await topOf(document, index, target), level]);
      }
      if (level < 8) await walk(items, level + 1);
    }
  };
  await walk((await document.getOutline()) ?? [], 1);
  return found;
}

/** @param {PdfDocument} document @param {number} index @param {any[]} target */
async function topOf(document, index, target) {
  const top = target[1]?.name === 'XYZ' ? target[3] : target[1]?.name === 'FitH' ? target[2] : null;
  if (typeof top !== 'number') return 0;
  const view = (await document.getPage(index + 1)).getViewport({ scale: 1 });
  return view.convertToViewportPoint(0, top)[1];
}

/** @param {unknown} value */
function textOf(value) {
  return typeof value === 'string' ? value.slice(0, 1000) : '';
}

/** @param {number} most @param {string} what @returns {LecternError} */
function tooMuch(most, what) {
  return new LecternError(
    'document_unreadable',
    `The PDF has more than ${most.toLocaleString('en')} ${what}: too much to be read at once. ` +
      'Split it and open a part.',
    { reason: 'too_much' },
  );
}

/** @param {unknown} error @returns {LecternError} */
function unreadable(error) {
  if (error instanceof LecternError) return error;
  const { name = '', message = String(error) } = /** @type {Error} */ (error);
  const isLocked = name === 'PasswordException';
  const text = isLocked
    ? 'This PDF is protected by a password. Save a copy without one and open that.'
    : `This PDF is damaged, or it is none: ${message}`;
  const reason = isLocked ? 'encrypted' : 'broken';
  return new LecternError('document_unreadable', text, { reason, cause: error });
}
