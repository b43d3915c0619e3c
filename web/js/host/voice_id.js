// @ts-check
import { LecternError } from '../errors.js';

/** File names as Piper gives them: no slash, no dot at the start, nothing to climb out by. */
const VOICE_ID = /^[\p{L}\p{N}_][\p{L}\p{N}_.+-]{0,127}$/u;

/**
 * @param {unknown} id
 * @returns {string} the id itself
 * @throws {LecternError} unknown_voice
 */
export function checkedId(id) {
  if (typeof id === 'string' && VOICE_ID.test(id)) return id;
  throw new LecternError('unknown_voice', `${JSON.stringify(id)} can't be the name of a voice.`);
}
