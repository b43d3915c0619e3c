// @ts-check
/**
 * A document's cover, of unknown origin -> a small picture that the page made itself. What a
 * picture is say its first bytes; how large it would be once decoded is known before it is.
 */

/** @typedef {{type: string, width: number, height: number}} PictureSize  pixels */

/** Bytes of a cover as it comes. */
export const MOST_PICTURE = 5 * 2 ** 20;
/** Pixels of one, decoded: 100 MB. */
const MOST_PIXELS = 25_000_000;
const MOST_SIDE = 16_000;
/** Pixels of the small one: a cover of 150 CSS pixels on a sharp screen. */
const HEIGHT = 300;
const WIDTH = 300;
const PAPER = '#fff';
const QUALITY = 0.82;

/**
 * A small picture of it, as JPEG.
 *
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @returns {Promise<Blob | null>} null for what is none, is broken, or is too large
 */
export async function thumbnail(bytes) {
  const size = pictureSize(bytes);
  if (!size || typeof OffscreenCanvas !== 'function') return null;
  const scale = Math.min(1, HEIGHT / size.height, WIDTH / size.width);
  const width = Math.max(1, Math.round(size.width * scale));
  const height = Math.max(1, Math.round(size.height * scale));
  try {
    // Decoded beside the main thread, and no larger than it will be drawn. Of a picture that
    // was turned around width and height are swapped here: only one of them may be given.
    const bitmap = await createImageBitmap(new Blob([bytes], { type: size.type }), {
      resizeHeight: height,
      resizeQuality: 'medium',
    });
    if (bitmap.width > 4 * WIDTH) return bitmap.close(), null;
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext('2d');
    if (!context) return null;
    context.fillStyle = PAPER;
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(bitmap, 0, 0);
    bitmap.close();
    return await canvas.convertToBlob({ type: 'image/jpeg', quality: QUALITY });
  } catch {
    return null;
  }
}

/**
 * What a picture's head says of it.
 *
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @returns {PictureSize | null} null for what is no PNG, JPEG, GIF or WebP, or is too large
 */
export function pictureSize(bytes) {
  if (bytes.length < 16 || bytes.length > MOST_PICTURE) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const size = png(view) ?? gif(view) ?? webp(view) ?? jpeg(view);
    if (!size || size.width < 1 || size.height < 1) return null;
    if (Math.max(size.width, size.height) > MOST_SIDE) return null;
    return size.width * size.height > MOST_PIXELS ? null : size;
  } catch {
    return null; // it ends where its size should stand
  }
}

/** @param {DataView} view @returns {PictureSize | null} */
function png(view) {
  if (view.getUint32(0) !== 0x89504e47 || view.getUint32(4) !== 0x0d0a1a0a) return null;
  if (view.getUint32(12) !== 0x49484452) return null; // IHDR is the first chunk
  return { type: 'image/png', width: view.getUint32(16), height: view.getUint32(20) };
}

/** @param {DataView} view @returns {PictureSize | null} */
function gif(view) {
  if (view.getUint32(0) !== 0x47494638) return null;
  return { type: 'image/gif', width: view.getUint16(6, true), height: view.getUint16(8, true) };
}

/** The container's three kinds of picture (RFC 9649). @param {DataView} view @returns {PictureSize | null} */
function webp(view) {
  if (view.getUint32(0) !== 0x52494646 || view.getUint32(8) !== 0x57454250) return null;
  const type = 'image/webp';
  const kind = view.getUint32(12);
  if (kind === 0x56503858) {
    return { type, width: uint24(view, 24) + 1, height: uint24(view, 27) + 1 };
  }
  if (kind === 0x5650384c) {
    const bits = view.getUint32(21, true);
    return { type, width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  if (kind !== 0x56503820) return null;
  const [width, height] = [view.getUint16(26, true), view.getUint16(28, true)];
  return { type, width: width & 0x3fff, height: height & 0x3fff };
}

/** @param {DataView} view @param {number} at */
function uint24(view, at) {
  return view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
}

/** From segment to segment to the frame's head, SOF (ITU T.81, B.2.2). @param {DataView} view @returns {PictureSize | null} */
function jpeg(view) {
  if (view.getUint16(0) !== 0xffd8) return null;
  let at = 2;
  for (;;) {
    if (view.getUint8(at) !== 0xff) return null;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1; // a byte that fills
      continue;
    }
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
      at += 2; // without a length
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) {
      return { type: 'image/jpeg', height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    }
    at += 2 + view.getUint16(at + 2);
  }
}
