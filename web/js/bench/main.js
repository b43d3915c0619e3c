// @ts-check
/**
 * The composition root of bench.html. `?rounds=` (default 5) and `?voice=` choose beforehand.
 */

import { BUILD } from '../../vendor/build_info.js';
import { createLectern } from '../lectern.js';
import { byId } from '../view/dom.js';
import { facts, gpuAdapter } from './machine.js';
import { measureAll } from './measurements.js';
import { cells, toJson, toMarkdown } from './report.js';
import { strings } from './strings.js';

/**
 * @typedef {import('../protocol.js').VoiceInfo} VoiceInfo
 * @typedef {import('./report.js').Report} Report
 * @typedef {import('./report.js').Result} Result
 */

const ROUNDS = 5;
const MOST_ROUNDS = 50;

const base = new URL('.', document.baseURI).href;
const asked = new URL(location.href).searchParams;
const rounds = Math.min(MOST_ROUNDS, Math.max(1, Math.trunc(Number(asked.get('rounds'))) || ROUNDS));

const choice = byId('voice', HTMLSelectElement);
const startButton = byId('start', HTMLButtonElement);
const stopButton = byId('stop', HTMLButtonElement);
const state = byId('state', HTMLElement);
const rows = byId('rows', HTMLTableSectionElement);
const copyButtons = {
  markdown: byId('copy-markdown', HTMLButtonElement),
  json: byId('copy-json', HTMLButtonElement),
};

/** @type {VoiceInfo[]} */
let voices = [];
/** @type {Report} */
let report = { facts: {}, voice: '', results: [] };
let stop = new AbortController();

startButton.addEventListener('click', measure);
stopButton.addEventListener('click', () => stop.abort());
copyButtons.markdown.addEventListener('click', () => copy(toMarkdown(report)));
copyButtons.json.addEventListener('click', () => copy(toJson(report)));
await Promise.all([showFacts(), showVoices()]);

async function showFacts() {
  report.facts = await facts(BUILD.version);
  const list = byId('facts', HTMLDListElement);
  for (const [name, value] of Object.entries(report.facts)) {
    list.append(element('dt', name), element('dd', value));
  }
}

async function showVoices() {
  say(strings.findingVoices);
  const lectern = createLectern({ base });
  try {
    voices = (await lectern.voices()).filter(({ installed }) => installed);
  } catch (error) {
    say(strings.failed(/** @type {Error} */ (error).message), { problem: true });
    return;
  } finally {
    await lectern.dispose();
  }
  for (const { id, bytes } of voices) choice.append(new Option(strings.voice(id, bytes), id));
  const wanted = asked.get('voice');
  if (voices.some(({ id }) => id === wanted)) choice.value = wanted ?? '';
  choice.disabled = startButton.disabled = !voices.length;
  if (voices.length) say(strings.ready);
  else say(strings.noVoices, { problem: true });
}

async function measure() {
  const voice = voices.find(({ id }) => id === choice.value);
  if (!voice) return;
  stop = new AbortController();
  report = { ...report, voice: voice.id, results: [] };
  rows.replaceChildren();
  setRunning(true);
  let hidden = document.hidden;
  const watch = () => (hidden ||= document.hidden);
  document.addEventListener('visibilitychange', watch);
  try {
    await measureAll({
      base,
      voice,
      rounds,
      threads: crossOriginIsolated ? threadCounts(navigator.hardwareConcurrency) : [1],
      webgpu: Boolean(await gpuAdapter()),
      signal: stop.signal,
      onStep: (what) => say(what),
      onResult: show,
    });
    say(hidden ? strings.hidden : strings.done, { problem: hidden });
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    if (stop.signal.aborted) say(strings.stopped);
    else say(strings.failed(message), { problem: true });
  } finally {
    document.removeEventListener('visibilitychange', watch);
    setRunning(false);
  }
}

/** 1, 2, 4, … and no more than there are cores. @param {number} cores */
function threadCounts(cores) {
  const found = [1];
  while (2 * (found.at(-1) ?? 1) <= Math.min(cores, 8)) found.push(2 * (found.at(-1) ?? 1));
  return found;
}

/** @param {Result} result */
function show(result) {
  report.results.push(result);
  const [name, ...rest] = cells(result);
  const row = rows.insertRow();
  const head = element('th', name);
  head.setAttribute('scope', 'row');
  row.append(head, ...rest.map((text) => element('td', text)));
  byId('results', HTMLElement).hidden = false;
}

/** @param {boolean} running */
function setRunning(running) {
  startButton.hidden = running;
  stopButton.hidden = !running;
  choice.disabled = running;
  for (const button of Object.values(copyButtons)) button.disabled = running || !report.results.length;
  document.body.toggleAttribute('data-running', running);
}

/** @param {string} text */
async function copy(text) {
  const copied = byId('copied', HTMLElement);
  const plain = byId('plain', HTMLTextAreaElement);
  let byHand = false;
  try {
    await navigator.clipboard.writeText(text);
    copied.textContent = strings.copied;
  } catch {
    byHand = true;
    copied.textContent = strings.copyByHand;
    plain.value = text;
  }
  for (const part of document.querySelectorAll('.bench-plain')) part.toggleAttribute('hidden', !byHand);
  if (byHand) plain.select();
}

/** @param {string} text @param {{problem?: boolean}} [how] */
function say(text, { problem = false } = {}) {
  state.textContent = text;
  state.toggleAttribute('data-problem', problem);
}

/** @param {string} name @param {string} text */
function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}
