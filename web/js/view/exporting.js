// @ts-check
/** The part of the panel that makes a sound file, with subtitles beside it. */

import { DEFAULT_FORMAT, FORMATS, estimatedBytes, fileRate, hasOpus } from '../export/formats.js';
import { byId } from './dom.js';
import { explain } from './problems.js';

/** Where a voice's own rate is not known (Hz). */
const USUAL_RATE = 22_050;
/** A name of a file that every system takes (UTF-16 units). */
const LONGEST_NAME = 80;
/** The screen reader is told at each of so many parts. */
const TELLINGS = 4;

/**
 * @typedef {import('../export/messages.js').Format} Format
 * @typedef {import('./away.js').AwayNeeds} AwayNeeds
 * @typedef {AwayNeeds & {span: () => import('./away.js').Part, words: import('./away.js').Words}} PartNeeds
 * @typedef {import('../exporting.js').Exported} Exported
 */

export class Exporting {
  #needs;
  #format = byId('export-format', HTMLSelectElement);
  #quality = byId('export-quality', HTMLSelectElement);
  #qualityRow = byId('export-quality-row', HTMLElement);
  #subtitles = byId('export-subtitles', HTMLSelectElement);
  #estimate = byId('export-estimate', HTMLElement);
  #noOpus = byId('export-no-opus', HTMLElement);
  #start = byId('export-start', HTMLButtonElement);
  #progress = byId('export-progress', HTMLElement);
  #bar = byId('export-bar', HTMLProgressElement);
  #amount = byId('export-amount', HTMLElement);
  #cancel = byId('export-cancel', HTMLButtonElement);
  #result = byId('export-result', HTMLElement);
  #problem = byId('export-problem', HTMLElement);
  /** @type {AbortController | null} */
  #run = null;
  /** What the last one left. @type {{exported: Exported, addresses: string[]} | null} */
  #made = null;

  /** @param {PartNeeds} needs */
  constructor(needs) {
    this.#needs = needs;
    const { strings } = needs;
    const formats = /** @type {Format[]} */ (Object.keys(FORMATS));
    this.#format.replaceChildren(...formats.map((format) => new Option(strings.exportFormats[format], format)));
    this.#format.value = DEFAULT_FORMAT;
    this.#format.addEventListener('change', () => (this.#showQualities(), this.show()));
    this.#quality.addEventListener('change', () => this.show());
    this.#start.addEventListener('click', () => void this.#export());
    this.#cancel.addEventListener('click', () => this.#run?.abort());
    addEventListener('beforeunload', (event) => {
      // Half a file is none.
      if (this.#run) event.preventDefault();
    });
    this.#showQualities();
    void this.#lookForOpus();
  }

  /** What it would come to. */
  show() {
    const { reading, span, strings, words, voice } = this.#needs;
    const { start, end } = span();
    const seconds = reading.seconds(start, end) * reading.rate;
    const { format, bitrate } = this;
    const rate = fileRate(format, voice()?.sampleRate ?? USUAL_RATE);
    const bytes = estimatedBytes(format, bitrate, seconds, rate);
    this.#estimate.textContent = strings.exportEstimate(words.duration(seconds), words.size(bytes));
  }

  get format() {
    return /** @type {Format} */ (this.#format.value);
  }

  get bitrate() {
    return Number(this.#quality.value) || FORMATS[this.format].bitrate;
  }

  #showQualities() {
    const { exportQualities } = this.#needs.strings;
    const { bitrates, bitrate } = FORMATS[this.format];
    this.#quality.replaceChildren(
      ...bitrates.map((value, index) => new Option(exportQualities(index, value / 1000), String(value))),
    );
    this.#quality.value = String(bitrate);
    this.#qualityRow.hidden = bitrates.length === 0;
  }

  async #lookForOpus() {
    if (await hasOpus()) return;
    for (const option of this.#format.options) option.disabled ||= option.value === 'opus';
    this.#noOpus.hidden = false;
  }

  async #export() {
    if (this.#run) return;
    const { reading, span, options, lectern, strings } = this.#needs;
    const { start, end, title: chapter } = span();
    const { format, bitrate } = this;
    const title = [reading.title, chapter].filter(Boolean).join(' · ');
    const subtitles = this.#subtitles.value;
    const name = fileName(title || strings.exportUntitled);
    /** @type {FileSystemFileHandle | null} */
    let file;
    try {
      file = await chooseFile(`${name}.${format}`, FORMATS[format].type, format);
    } catch {
      return; // none was chosen
    }
    this.#run = new AbortController();
    this.#showRunning(true);
    try {
      const { rate, startAt, ...how } = options();
      const exported = await lectern.export(reading.spoken, {
        ...how,
        format,
        bitrate: format === 'wav' ? null : bitrate,
        title,
        author: reading.opened?.data.author ?? '',
        chapters: reading.contents.map((entry) => ({ title: entry.title, start: entry.start })),
        startAt: start,
        endAt: end,
        file,
        signal: this.#run.signal,
        onProgress: (progress) => this.#showProgress(progress),
      });
      this.#showMade(exported, name, format, subtitles);
    } catch (error) {
      this.#showFailure(error);
    } finally {
      this.#run = null;
      this.#showRunning(false);
    }
  }

  /** @param {boolean} running */
  #showRunning(running) {
    const focused = document.activeElement;
    this.#progress.hidden = !running;
    this.#start.hidden = running;
    for (const choice of [this.#format, this.#quality, this.#subtitles]) choice.disabled = running;
    if (running) {
      void this.#discard();
      this.#bar.removeAttribute('value');
      this.#amount.textContent = this.#needs.strings.preparing;
      this.#problem.hidden = true;
      if (focused === this.#start) this.#cancel.focus();
    } else if (focused === this.#cancel || focused === document.body) {
      (this.#result.querySelector('a') ?? this.#start).focus();
    }
  }

  /** @param {import('../exporting.js').ExportProgress} progress */
  #showProgress({ done, seconds, bytes, left }) {
    const { strings, words, say } = this.#needs;
    const before = Math.floor(this.#bar.value * TELLINGS);
    this.#bar.value = done;
    const made = strings.exportProgress(words.duration(seconds), words.size(bytes));
    this.#amount.textContent = left === null ? made : `${made} · ${strings.exportLeft(words.duration(left))}`;
    if (Math.floor(done * TELLINGS) > before && done < 1) say(strings.exportShare(Math.round(done * 100)));
  }

  /**
   * @param {Exported} exported
   * @param {string} name
   * @param {Format} format
   * @param {string} subtitles 'srt', 'vtt' or ''
   */
  #showMade(exported, name, format, subtitles) {
    const { strings, words, say } = this.#needs;
    const { sound, seconds, bytes } = exported;
    /** @type {string[]} */
    const addresses = [];
    /** @param {Blob} blob @param {string} file */
    const link = (blob, file) => {
      const address = URL.createObjectURL(blob);
      addresses.push(address);
      const anchor = document.createElement('a');
      anchor.className = 'wide-button';
      anchor.href = address;
      anchor.download = file;
      anchor.textContent = strings.exportSave(file);
      return anchor;
    };
    const summary = document.createElement('p');
    summary.textContent = strings.exportDone(words.duration(seconds), words.size(bytes));
    const links = [];
    if (sound) links.push(link(sound, `${name}.${format}`));
    if (subtitles === 'srt') links.push(link(new Blob([exported.srt], { type: 'application/x-subrip' }), `${name}.srt`));
    if (subtitles === 'vtt') links.push(link(new Blob([exported.vtt], { type: 'text/vtt' }), `${name}.vtt`));
    this.#made = { exported, addresses };
    this.#result.replaceChildren(summary, ...links);
    this.#result.hidden = false;
    say(strings.sayExported);
    if (sound) links[0].click();
  }

  /** @param {unknown} error */
  #showFailure(error) {
    const { strings, say } = this.#needs;
    const { name, code } = /** @type {{name?: string, code?: string}} */ (error ?? {});
    if (name === 'AbortError') {
      say(strings.sayExportCancelled);
      return;
    }
    console.warn('[Lectern] The export failed:', error);
    const own = { too_large: strings.exportTooLarge, quota: strings.exportNoRoom, store: strings.exportNotWritten };
    this.#problem.textContent = own[/** @type {keyof typeof own} */ (code)] ?? explain(error, strings).text;
    this.#problem.hidden = false;
  }

  /** What the last one left takes room. */
  async #discard() {
    const made = this.#made;
    this.#made = null;
    this.#result.hidden = true;
    this.#result.replaceChildren();
    for (const address of made?.addresses ?? []) URL.revokeObjectURL(address);
    await made?.exported.dispose();
  }
}

/**
 * Where the browser lets one choose: the file that is written as it is made.
 *
 * @param {string} suggestedName
 * @param {string} type
 * @param {string} ending
 * @returns {Promise<FileSystemFileHandle | null>} null where it does not
 * @throws {DOMException} AbortError: the reader chose none
 */
async function chooseFile(suggestedName, type, ending) {
  const { showSaveFilePicker } = /** @type {any} */ (window);
  if (typeof showSaveFilePicker !== 'function') return null;
  try {
    const accept = { [type]: [`.${ending}`] };
    return await showSaveFilePicker.call(window, { suggestedName, types: [{ accept }] });
  } catch (error) {
    if (/** @type {Error} */ (error).name === 'AbortError') throw error;
    return null; // forbidden here: it is offered for download
  }
}

/** @param {string} title */
function fileName(title) {
  const name = title
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}/\\:*?"<>|]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .slice(0, LONGEST_NAME)
    .replace(/[\ud800-\udbff]$/, '')
    .replace(/^[.\s]+|[.\s]+$/g, '');
  return name || 'Lectern';
}
