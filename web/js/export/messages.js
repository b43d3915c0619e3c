// @ts-check
/**
 * The messages between the page and export_worker.js: {id, type, payload}, answered by
 * {id, ok, value} or {id, ok, error}, one after the other. The first one is {type: 'hold',
 * payload: {lockName}}: the worker says {event: 'alive'} when it holds that Web Lock, for life.
 *
 * @typedef {import('./chapters.js').Tags} Tags
 * @typedef {'wav' | 'mp3' | 'opus'} Format
 *
 * @typedef {object} Begin
 * @property {Format} format
 * @property {number} sampleRate of the file, Hz
 * @property {number} bitrate bits a second
 * @property {Tags} tags with all titles
 * @property {FileSystemFileHandle | null} file null: in memory
 * @property {boolean} own whether the file lies in the browser's own file system
 *
 * @typedef {object} Requests payload and value of each
 * @property {[Begin, null]} begin
 * @property {[{samples: Float32Array, rate: number}, number]} sound answers the file's bytes so far
 * @property {[{said: import('./cues.js').Said}, null]} said a sentence is complete
 * @property {[{tags: Tags}, {bytes: number, blob: Blob | null, srt: string, vtt: string}]} end
 *   blob: the file, where it was made in memory
 * @property {[{}, null]} cancel leaves nothing behind
 */

export {};
