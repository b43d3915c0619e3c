// @ts-check
/**
 * The page's own reader of PDFs in Node.js, for `build.py pack`: the same pdf.js by the same adapter.
 *
 * Standard input: the file; standard output: what `pdfItems` gives, or `{error}`, in words. Arguments: the repository's `web` and `public`, and the limits as JSON.
 */

import { buffer } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';

// pdf.js tells what it misses for drawing; standard output is the answer's alone.
console.log = console.warn = () => {};
const [web, folder] = process.argv.slice(2, 4).map((path) => pathToFileURL(`${path}/`).href);
const { pdfItems } = await import(new URL('js/host/pdf.js', web).href);
const data = new Uint8Array(await buffer(process.stdin));
let answer;
try {
  answer = await pdfItems(data, JSON.parse(process.argv[4]), new URL('vendor/pdfjs/', folder).href);
} catch (error) {
  answer = JSON.stringify({ error: /** @type {Error} */ (error).message });
}
process.stdout.write(answer);
