// @ts-check
/** The formats of an export: what they are called, how large they are, what there is of them here. */

/** @typedef {import('./messages.js').Format} Format */

/** Rates that there are of MP3, in Hz. */
const MP3_RATES = [8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000];
const OPUS_RATE = 48_000;
/** LAME's least and most for one channel of MPEG-1 and MPEG-2 alike, bits a second. */
const BITRATES = { least: 16_000, most: 160_000 };

/** @type {Readonly<Record<Format, {type: string, bitrate: number, bitrates: readonly number[]}>>} */
export const FORMATS = {
  mp3: { type: 'audio/mpeg', bitrate: 64_000, bitrates: [40_000, 64_000, 96_000] },
  opus: { type: 'audio/ogg', bitrate: 32_000, bitrates: [24_000, 32_000, 48_000] },
  wav: { type: 'audio/wav', bitrate: 0, bitrates: [] },
};
export const DEFAULT_FORMAT = 'mp3';

/** @param {unknown} value @returns {value is Format} */
export function isFormat(value) {
  return typeof value === 'string' && Object.hasOwn(FORMATS, value);
}

/** @param {unknown} value bits a second */
export function isBitrate(value) {
  return Number.isInteger(value) && Number(value) >= BITRATES.least && Number(value) <= BITRATES.most && Number(value) % 1000 === 0;
}

/**
 * The file's rate for a voice's.
 *
 * @param {Format} format
 * @param {number} rate Hz
 */
export function fileRate(format, rate) {
  if (format === 'wav') return rate;
  if (format === 'opus') return OPUS_RATE;
  return MP3_RATES.find((known) => known >= rate) ?? OPUS_RATE;
}

/**
 * Bytes of a file, about.
 *
 * @param {Format} format
 * @param {number} bitrate bits a second
 * @param {number} seconds
 * @param {number} rate of the voice, Hz
 */
export function estimatedBytes(format, bitrate, seconds, rate) {
  return format === 'wav' ? seconds * rate * 2 : (seconds * bitrate) / 8;
}

/** Whether this browser encodes Opus. @returns {Promise<boolean>} */
export async function hasOpus() {
  try {
    const config = { codec: 'opus', sampleRate: OPUS_RATE, numberOfChannels: 1, bitrate: FORMATS.opus.bitrate };
    return (await AudioEncoder.isConfigSupported(config)).supported === true;
  } catch {
    return false; // no WebCodecs
  }
}
