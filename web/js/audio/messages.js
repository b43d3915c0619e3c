// @ts-check
/**
 * What the page and the player's worklet say to each other.
 *
 * `clear` raises the epoch; a report of an earlier one is old news. Times are context
 * time, in seconds; `seconds` are of the item's own sound, its silence included.
 *
 * @typedef {'idle' | 'playing' | 'paused' | 'starved' | 'ended'} Status
 *   idle: no sound yet; starved: the items ran out, more are to come; ended: nothing comes any more
 *
 * @typedef {{type: 'append', item: import('./tape.js').Item} | {type: 'finish'}
 *   | {type: 'play'} | {type: 'pause'} | {type: 'rate', rate: number}
 *   | {type: 'volume', volume: number, seconds: number}
 *   | {type: 'clear', epoch: number}} Command page -> worklet
 *
 * @typedef {object} Report at `time` it goes out: `seconds` of item `id`, at `speed`
 * @property {'report'} type
 * @property {number} epoch
 * @property {number} time
 * @property {number | null} id
 * @property {number} seconds
 * @property {number} speed source seconds per second; 0 when nothing moves
 * @property {Status} status
 *
 * @typedef {{type: 'error', message: string, fatal: boolean}} Failure
 *   not fatal: there is no stretcher, everything is played at rate 1
 * @typedef {Report | Failure} News worklet -> page
 */

export const PROCESSOR = 'lectern-player';
