// @ts-check

/**
 * Calls `onStall` when nothing was alive for so long.
 *
 * @param {number} ms
 * @param {() => void} onStall
 */
export function stallTimer(ms, onStall) {
  let timer = setTimeout(onStall, ms);
  return {
    alive() {
      clearTimeout(timer);
      timer = setTimeout(onStall, ms);
    },
    stop: () => clearTimeout(timer),
  };
}
