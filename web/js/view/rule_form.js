// @ts-check
/** How a rule is made: written, tried, heard, and kept. */

import { byId } from './dom.js';
import { MOST_CHARACTERS, checkedRule, isPattern, isPhonemes } from '../rules.js';
import { languageName, primaryOf } from './voice_names.js';
import { SamplePlayer } from './voice_sample.js';

/** After the last key (ms) until the phonemes are shown. */
const PAUSE = 400;

/**
 * @typedef {import('../rules.js').WholeRule} WholeRule
 * @typedef {import('./rule_book.js').Scope} Scope
 * @typedef {{scope: Scope, rule: WholeRule}} Before  the rule that is being changed
 *
 * @typedef {object} FormNeeds
 * @property {import('./types.js').LecternPort} lectern
 * @property {import('./strings.js').Strings} strings
 * @property {string} language  of the interface
 * @property {() => import('./types.js').VoiceInfo | null} voice  that reads now
 * @property {() => void} quiet  what is read pauses
 * @property {() => boolean} hasOwn  whether a document can have rules of its own
 * @property {(scope: Scope, rule: WholeRule, before: Before | null) => boolean} save  false: no room
 */

export class RuleForm {
  #needs;
  #form = byId('rule-form', HTMLFormElement);
  #kind = byId('rule-kind', HTMLSelectElement);
  #written = byId('rule-written', HTMLInputElement);
  #says = byId('rule-says', HTMLInputElement);
  #sample = byId('rule-sample', HTMLInputElement);
  #scope = byId('rule-scope', HTMLSelectElement);
  #language = byId('rule-language', HTMLSelectElement);
  #phonemes = byId('rule-phonemes', HTMLElement);
  #problem = byId('rule-problem', HTMLElement);
  #hear = byId('rule-hear', HTMLButtonElement);
  #cancel = byId('rule-cancel', HTMLButtonElement);
  #save = byId('rule-save', HTMLButtonElement);
  #player = new SamplePlayer();
  /** @type {Before | null} */
  #before = null;
  /** The sentence that the word was found in. */
  #around = '';
  #typing = 0;
  /** Counts what was tried: only the last answer is shown. */
  #tried = 0;
  /** @type {import('./types.js').VoiceInfo[]} */
  #voices = [];

  /** @param {FormNeeds} needs */
  constructor(needs) {
    this.#needs = needs;
    for (const field of [this.#written, this.#says, this.#sample]) {
      field.maxLength = MOST_CHARACTERS;
      field.addEventListener('input', () => this.#changed());
    }
    for (const field of [this.#kind, this.#language]) {
      field.addEventListener('change', () => this.#changed());
    }
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#submit();
    });
    this.#hear.addEventListener('click', () => void this.#listen());
    this.#cancel.addEventListener('click', () => {
      this.clear();
      this.#written.focus();
    });
    this.showScopes();
    this.clear();
  }

  /** The panel is there: what voices are there for. */
  async open() {
    const { lectern, strings, language } = this.#needs;
    this.#voices = await lectern.voices().catch(() => []);
    const tags = [...new Set(this.#voices.map((voice) => primaryOf(voice.language)))].sort();
    this.#showLanguages(tags, strings.anyLanguage, language);
  }

  /** A rule for what was selected. @param {import('./pronounce_here.js').Selected} selected */
  begin({ text, around }) {
    this.clear();
    this.#written.value = text;
    this.#sample.value = text;
    this.#around = around;
    this.#says.focus();
    void this.#try();
  }

  /** Change a rule. @param {Scope} scope @param {WholeRule} rule */
  edit(scope, rule) {
    this.clear();
    this.#before = { scope, rule };
    this.#kind.value = rule.kind;
    this.#written.value = rule.written;
    this.#says.value = rule.says;
    this.#scope.value = scope;
    this.#choose(rule.language);
    this.#showMode();
    this.#says.focus();
    void this.#try();
  }

  /** A rule is gone: it can't be changed any more. @param {WholeRule} rule */
  forget(rule) {
    if (this.#before?.rule === rule) this.clear();
  }

  /** Begin anew. */
  clear() {
    this.quiet();
    this.#before = null;
    this.#around = '';
    for (const field of [this.#written, this.#says, this.#sample]) field.value = '';
    this.#kind.value = 'word';
    this.#choose('');
    this.#tell('');
    this.#phonemes.textContent = '';
    this.#tried++;
    this.#showMode();
  }

  /** Nothing is heard of it any more. */
  quiet() {
    clearTimeout(this.#typing);
    this.#player.stop();
  }

  /** Which documents a rule can be for. */
  showScopes() {
    const [own] = this.#scope.options;
    own.disabled = !this.#needs.hasOwn();
    if (own.disabled) this.#scope.value = 'all';
  }

  #showMode() {
    const { strings } = this.#needs;
    const pattern = this.#kind.value === 'pattern';
    byId('rule-sample-field', HTMLElement).hidden = !pattern;
    byId('rule-pattern-hint', HTMLElement).hidden = !pattern;
    this.#save.textContent = this.#before ? strings.ruleSave : strings.ruleAdd;
    this.#cancel.hidden = !this.#before && !this.#written.value && !this.#says.value;
  }

  /** @param {string[]} tags @param {string} any @param {string} language of the interface */
  #showLanguages(tags, any, language) {
    const chosen = this.#language.value;
    const options = tags.map((tag) => new Option(languageName(tag, language), tag));
    this.#language.replaceChildren(new Option(any, ''), ...options);
    this.#choose(chosen);
  }

  /** @param {string} tag */
  #choose(tag) {
    const known = [...this.#language.options].some(({ value }) => value === tag);
    if (!known) this.#language.append(new Option(languageName(tag, this.#needs.language), tag));
    this.#language.value = tag;
  }

  #changed() {
    this.#tell('');
    this.#showMode();
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => void this.#try(), PAUSE);
  }

  /** @param {string} problem */
  #tell(problem) {
    this.#problem.textContent = problem;
    this.#problem.hidden = problem === '';
  }

  /** The rule as it stands in the fields, told of what is wrong with it. @returns {WholeRule | null} */
  #rule() {
    const { strings } = this.#needs;
    const [written, says] = [this.#written.value.trim(), this.#says.value.trim()];
    const kind = this.#kind.value;
    const given = { kind, written, says, language: this.#language.value, enabled: true };
    const rule = checkedRule({ ...given, enabled: this.#before?.rule.enabled ?? true });
    if (rule) return rule;
    // A try that is under way would take the message away.
    clearTimeout(this.#typing);
    this.#tried++;
    if (!written) this.#tell(strings.ruleNothingWritten);
    else if (kind === 'pattern' && !isPattern(written)) this.#tell(strings.ruleBadPattern);
    else this.#tell(says ? strings.ruleUnsayable : strings.ruleNothingSaid);
    return null;
  }

  /** Who would say it: the voice that reads, or another of the rule's language. */
  #voiceId() {
    const language = this.#language.value;
    const now = this.#needs.voice();
    if (now && (!language || primaryOf(now.language) === primaryOf(language))) return now.id;
    const fits = this.#voices.filter((voice) => primaryOf(voice.language) === primaryOf(language));
    return (fits.find(({ installed }) => installed) ?? fits[0] ?? now)?.id ?? '';
  }

  /** What a rule is tried on. */
  #text() {
    const written = this.#written.value.trim();
    if (this.#kind.value === 'pattern') return this.#sample.value.trim();
    return this.#around.includes(written) ? this.#around : written;
  }

  /**
   * Show the phonemes of what the fields say so far.
   *
   * @returns {Promise<string>} what is wrong with it, or ''
   */
  async #try() {
    const { lectern, strings } = this.#needs;
    clearTimeout(this.#typing);
    const mine = ++this.#tried;
    const written = this.#written.value.trim();
    const pattern = this.#kind.value === 'pattern';
    const text = pattern ? this.#sample.value.trim() : written;
    const rule = checkedRule({
      kind: this.#kind.value,
      written,
      says: this.#says.value,
      language: '',
    });
    const voiceId = this.#voiceId();
    // Phonemes of a pattern without an example are tried alone.
    const alone = rule && isPhonemes(rule.says) ? { written: 'a', says: rule.says } : null;
    if (!voiceId || (!text && !alone)) {
      this.#phonemes.textContent = '';
      return '';
    }
    try {
      const rules = text ? (rule ? [rule] : []) : alone ? [alone] : [];
      const found = await lectern.pronounce(text || 'a', { voiceId, rules });
      if (mine !== this.#tried) return '';
      this.#phonemes.textContent = found.phonemes && `/${found.phonemes}/`;
      let problem = '';
      if (found.unknown.length) problem = strings.ruleUnknownPhonemes(found.unknown.join(', '));
      else if (rule && text && !found.touched && pattern) problem = strings.ruleDoesNotFit;
      this.#tell(problem);
      return problem;
    } catch (error) {
      if (mine !== this.#tried) return '';
      console.warn('[Lectern] A rule could not be tried:', error);
      this.#tell(strings.ruleNotTried);
      return strings.ruleNotTried;
    }
  }

  async #submit() {
    const rule = this.#rule();
    if (!rule || (await this.#try())) return;
    const scope = /** @type {Scope} */ (this.#scope.value);
    if (!this.#needs.save(scope, rule, this.#before)) {
      this.#tell(this.#needs.strings.rulesFull);
      return;
    }
    this.clear();
    this.#written.focus();
  }

  async #listen() {
    const { lectern, strings, quiet } = this.#needs;
    const rule = this.#rule();
    const text = this.#text();
    const voiceId = this.#voiceId();
    if (!rule) return;
    if (!text) return this.#tell(strings.ruleNeedsExample);
    quiet();
    this.#hear.setAttribute('aria-busy', 'true');
    const made = async (/** @type {AbortSignal} */ signal) => {
      const rules = [{ ...rule, language: '', enabled: true }];
      const sound = await lectern.synthesize(text, { voiceId, rules, signal });
      return sound.arrayBuffer();
    };
    const begun = () => this.#hear.removeAttribute('aria-busy');
    try {
      const heard = this.#player.play(made, begun);
      void this.#try();
      await heard;
    } catch (error) {
      console.warn('[Lectern] A rule could not be heard:', error);
      this.#tell(strings.ruleNotHeard);
    } finally {
      begun();
    }
  }
}
