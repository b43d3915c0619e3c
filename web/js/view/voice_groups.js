// @ts-check
/** All voices that are known, here or to be had, by language; the reader's own language first. */

import { languageName, primaryOf, voiceName } from './voice_names.js';

/**
 * @typedef {import('./types.js').VoiceInfo} VoiceInfo
 * @typedef {{language: string, name: string, voices: VoiceInfo[]}} VoiceGroup
 *   language: the primary tag
 */

const QUALITIES = ['high', 'medium', 'low', 'x_low'];

/**
 * Voices that are here, those of the collection, and those that are begun and of which no more
 * is known than their name.
 *
 * @param {VoiceInfo[]} here
 * @param {VoiceInfo[]} offered
 * @param {Record<string, number>} begun bytes by id
 * @returns {VoiceInfo[]} each id once; `begun` is of now
 */
export function allVoices(here, offered, begun) {
  const known = new Map([...offered, ...here].map((voice) => [voice.id, voice]));
  for (const id of Object.keys(begun)) if (!known.has(id)) known.set(id, fromId(id));
  return [...known.values()].map((voice) => ({ ...voice, begun: begun[voice.id] ?? 0 }));
}

/**
 * @param {VoiceInfo[]} voices
 * @param {object} options
 * @param {string} options.language of the interface
 * @param {readonly string[]} options.preferred the reader's languages, BCP 47, best first
 * @param {string} [options.only] a primary tag; '' for all
 * @param {string} [options.search] words that must be found in the voice's names
 * @returns {VoiceGroup[]}
 */
export function groupVoices(voices, { language, preferred, only = '', search = '' }) {
  const words = folded(search).split(/\s+/).filter(Boolean);
  /** @type {Map<string, VoiceGroup>} */
  const groups = new Map();
  for (const voice of voices) {
    const primary = primaryOf(voice.language);
    if (only && primary !== only) continue;
    const text = folded(`${voiceName(voice)} ${voice.id} ${languageName(voice.language, language)}`);
    if (!words.every((word) => text.includes(word))) continue;
    const group = groups.get(primary);
    if (group) group.voices.push(voice);
    else {
      groups.set(primary, {
        language: primary,
        name: languageName(primary, language),
        voices: [voice],
      });
    }
  }
  const order = [...new Set([language, ...preferred.map(primaryOf)])];
  const place = (/** @type {VoiceGroup} */ group) =>
    (order.indexOf(group.language) + 1 || order.length + 1) - 1;
  for (const group of groups.values()) group.voices.sort(byWorth);
  return [...groups.values()].sort(
    (a, b) => place(a) - place(b) || a.name.localeCompare(b.name, language),
  );
}

/** Those that are here first, then by region and name, the better quality first. */
const byWorth = (/** @type {VoiceInfo} */ a, /** @type {VoiceInfo} */ b) =>
  Number(b.installed) - Number(a.installed) ||
  Number((b.begun ?? 0) > 0) - Number((a.begun ?? 0) > 0) ||
  a.language.localeCompare(b.language) ||
  a.name.localeCompare(b.name) ||
  QUALITIES.indexOf(a.quality) - QUALITIES.indexOf(b.quality);

/** A voice of which only the name is known. @param {string} id @returns {VoiceInfo} */
function fromId(id) {
  const [code = '', name = id, quality = ''] = id.split('-');
  return {
    id,
    name,
    language: code.replace('_', '-'),
    quality,
    sampleRate: 0,
    speakers: [],
    bytes: 0,
    installed: false,
    source: 'collection',
  };
}

/** Without accents and capitals. @param {string} text */
function folded(text) {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
