// @ts-check
/** How far a reading prepares what comes next. */

/** Sentences that are always prepared while one is heard. */
export const LEAST = 3;
/** A battery below this, and not charging, is spared; from `EASY` on it is no reason (0 to 1). */
const LOW = 0.2;
const EASY = 0.5;
/** GB that a device has at least where there is room for more. */
const ROOM = 4;
/** Seconds of work for a second of sound, at most, where more costs nobody anything. */
const QUICK = 0.5;

/**
 * @typedef {object} Resources  what is not known is null
 * @property {{charging: boolean, level: number} | null} battery  level: 0 to 1
 * @property {number | null} memory  GB of the device
 * @property {number | null} pace  the real-time factor: seconds of work for a second of sound
 *
 * @typedef {object} Reach
 * @property {number} least  sentences that are prepared whatever their length
 * @property {number} most  sentences at most
 * @property {number} seconds  of listening that the look-ahead should last, within these
 */

/** What a reading needs, so that short sentences don't outrun the voice. @type {Readonly<Reach>} */
const NEEDED = Object.freeze({ least: LEAST, most: 8, seconds: 5 });
/** What spares the listener a gap when the machine is busy with something else. @type {Readonly<Reach>} */
const AMPLE = Object.freeze({ least: LEAST, most: 16, seconds: 20 });

/** @param {Resources} resources @returns {Readonly<Reach>} */
export function howFarAhead({ battery, memory, pace }) {
  const power = battery === null || battery.charging || battery.level >= EASY;
  const room = memory === null || memory >= ROOM;
  const quick = pace !== null && pace <= QUICK;
  return power && room && quick ? AMPLE : NEEDED;
}

/** Whether nothing is to be done that nobody asked for. @param {Pick<Resources, 'battery'>} resources */
export function spares({ battery }) {
  return battery !== null && !battery.charging && battery.level < LOW;
}
