// @ts-check
/**
 * Standard normal noise by position: each value depends on the seed, its row and its column
 * alone, so windows of the same noise agree where they overlap.
 *
 * A counter-based generator (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
 * 2011) with the integer mixer of MurmurHash3 (Austin Appleby) in place of theirs, and the
 * transform of Box and Muller (1958); rows 2k and 2k + 1 share a pair.
 */

const TWO_PI = 2 * Math.PI;

/**
 * @param {{seed: number, rows: number, columns: number, first: number}} noise
 *   first: the position of the first column
 * @returns {Float32Array<ArrayBuffer>} row by row
 */
export function normalNoise({ seed, rows, columns, first }) {
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row += 2) {
    const key = mix(mix(seed) ^ row);
    for (let column = 0; column < columns; column++) {
      const here = mix(key ^ (first + column));
      // In (0, 1]: the logarithm of nought is none.
      const radius = Math.sqrt(-2 * Math.log(((here >>> 0) + 1) / 2 ** 32));
      const angle = ((mix(here ^ 0x5bd1e995) >>> 0) / 2 ** 32) * TWO_PI;
      const at = row * columns + column;
      values[at] = radius * Math.cos(angle);
      if (row + 1 < rows) values[at + columns] = radius * Math.sin(angle);
    }
  }
  return values;
}

/** @param {number} value 32 bits @returns {number} 32 bits */
function mix(value) {
  let h = value + 0x9e3779b9;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
