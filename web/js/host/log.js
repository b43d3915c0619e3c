// @ts-check
/** Python's log lines, on the console that a maintainer greps. */

/** @type {Record<string, (text: string) => void>} */
const CONSOLE = {
  debug: (text) => console.debug(text),
  info: (text) => console.info(text),
  warning: (text) => console.warn(text),
  warn: (text) => console.warn(text),
  error: (text) => console.error(text),
  critical: (text) => console.error(text),
};

/**
 * @param {string} level Python's name of it, in any case; an unknown one is `info`
 * @param {string} text one line
 */
export function log(level, text) {
  const write = CONSOLE[String(level).toLowerCase()] ?? CONSOLE.info;
  write(String(text));
}
