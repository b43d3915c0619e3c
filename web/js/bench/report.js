// @ts-check
/** Results as rows, as Markdown and as JSON. */

/**
 * @typedef {object} Result
 * @property {string} name
 * @property {'ms' | 's' | 'x'} unit x: a ratio
 * @property {number[]} values
 * @property {string} [note] in place of values that are missing, or beside them
 *
 * @typedef {{facts: Record<string, string>, voice: string, results: Result[]}} Report
 */

/** @param {number[]} values at least one */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Three digits that count. @param {number} value */
function digits(value) {
  if (value >= 100) return Math.round(value).toLocaleString('en');
  if (value >= 10) return value.toFixed(1);
  return value >= 1 ? value.toFixed(2) : value.toFixed(3);
}

/** @param {number} value @param {Result['unit']} unit */
const withUnit = (value, unit) => (unit === 'x' ? digits(value) : `${digits(value)} ${unit}`);

/** @param {Result} result @returns {[string, string, string, string]} a row of the table */
export function cells({ name, unit, values, note = '' }) {
  if (!values.length) return [name, note, '', '0'];
  const spread = values.length > 1 ? `${digits(Math.min(...values))}–${digits(Math.max(...values))}` : '';
  return [name, withUnit(median(values), unit), spread, String(values.length)];
}

/** @param {Report} report */
export function toMarkdown({ facts, voice, results }) {
  /** @param {string[]} row */
  const line = (row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [
    '# Lectern, measured',
    '',
    ...Object.entries(facts).map(([name, value]) => `- ${name}: ${value}`),
    `- Voice: ${voice}`,
    '',
    line(['What', 'Median', 'Spread', 'Times']),
    '| --- | ---: | ---: | ---: |',
    ...results.map((result) => line(cells(result))),
    '',
  ].join('\n');
}

/** @param {Report} report */
export function toJson({ facts, voice, results }) {
  const rows = results.map(({ name, unit, values, note }) => ({
    name,
    unit,
    median: values.length ? median(values) : null,
    values,
    ...(note ? { note } : {}),
  }));
  return `${JSON.stringify({ facts, voice, results: rows }, null, 2)}\n`;
}
