// @ts-check
/** A model cut out of another one, as `onnxfile.py` describes it. */

import { LecternError } from '../errors.js';

/**
 * @typedef {{segments: ArrayLike<number>, literals: ArrayLike<number>, sizes?: ArrayLike<number>}} Part
 *   segments: offset and length by turns; offset -1: the next bytes of `literals`; sizes: of the
 *   models that these bytes are, where they are several
 */

/**
 * @param {ArrayBuffer} model
 * @param {Part} part
 * @returns {ArrayBuffer}
 * @throws {LecternError} voice_unreadable when the part does not lie within the model
 */
export function assemble(model, { segments, literals }) {
  const source = new Uint8Array(model);
  const own = Uint8Array.from(literals);
  let size = 0;
  for (let i = 1; i < segments.length; i += 2) size += segments[i];
  const made = new Uint8Array(size);
  let written = 0;
  let used = 0;
  for (let i = 0; i < segments.length; i += 2) {
    const [offset, length] = [segments[i], segments[i + 1]];
    const [from, start] = offset < 0 ? [own, used] : [source, offset];
    if (start + length > from.length) {
      throw new LecternError('voice_unreadable', 'The voice\'s plan is not of this model.');
    }
    made.set(from.subarray(start, start + length), written);
    if (offset < 0) used += length;
    written += length;
  }
  return made.buffer;
}

/** Whether two parts are the same bytes of a model. @param {Part} one @param {Part} two */
export function samePart(one, two) {
  return same(one.segments, two.segments) && same(one.literals, two.literals);
}

/** @param {ArrayLike<number>} one @param {ArrayLike<number>} two */
function same(one, two) {
  if (one.length !== two.length) return false;
  for (let i = 0; i < one.length; i++) if (one[i] !== two[i]) return false;
  return true;
}
