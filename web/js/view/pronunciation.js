// @ts-check
/** The panel of pronunciation: which rules there are, and how a new one is made. */

import { byId } from './dom.js';
import { Panel } from './panel.js';
import { PronounceHere } from './pronounce_here.js';
import { RuleBook } from './rule_book.js';
import { RuleForm } from './rule_form.js';
import { MOST_FILE, MOST_RULES, fileOf, rulesOfFile } from '../rules.js';
import { languageName } from './voice_names.js';

/** How long a file that is saved can be read, in ms. */
const KEPT_FOR = 60_000;

/**
 * @typedef {import('../rules.js').WholeRule} WholeRule
 * @typedef {import('./rule_book.js').Scope} Scope
 *
 * @typedef {object} PronunciationNeeds
 * @property {import('./types.js').LecternPort} lectern
 * @property {import('./reading.js').Reading} reading
 * @property {import('./storage.js').Memory} memory
 * @property {() => Promise<import('./rule_book.js').Shelf>} library
 * @property {import('./strings.js').Strings} strings
 * @property {string} language  of the interface
 * @property {() => import('./types.js').VoiceInfo | null} voice  that reads now
 * @property {(text: string) => void} say  to who does not see
 */

/** @type {readonly Scope[]} */
const SCOPES = ['own', 'all'];

export class Pronunciation {
  #needs;
  #book;
  #form;
  #panel;
  #here;
  #problem = byId('rules-problem', HTMLElement);
  #file = byId('rules-file', HTMLInputElement);
  #save = byId('rules-export', HTMLButtonElement);
  /** What the lists show: lists of rules are made anew when they change. @type {Partial<Record<Scope, readonly WholeRule[]>>} */
  #shown = {};
  /** Whose text is open: a library's id, or ''. */
  #documentId = '';

  /** @param {PronunciationNeeds} needs */
  constructor(needs) {
    this.#needs = needs;
    const { lectern, reading, memory, library, strings, language, voice, say } = needs;
    this.#book = new RuleBook({ memory, library });
    this.#form = new RuleForm({
      lectern,
      strings,
      language,
      voice,
      quiet: () => reading.pause(),
      hasOwn: () => this.#book.hasOwn,
      save: (scope, rule, before) => {
        const there = this.#book.put(scope, rule, before);
        if (there) say(strings.sayRuleKept(rule.written));
        return there;
      },
    });
    this.#here = new PronounceHere({ reading, chosen: () => this.#panel.open() });
    this.#panel = new Panel({
      id: 'pronunciation',
      opener: byId('more-pronunciation', HTMLButtonElement),
      opened: () => this.#opened(),
      closed: () => this.#form.quiet(),
    });
    this.#book.addEventListener('change', () => {
      reading.renew();
      this.#show();
    });
    reading.addEventListener('text', () => {
      // Each key that is pressed in the text box comes here too.
      if (reading.documentId === this.#documentId) return;
      this.#documentId = reading.documentId;
      void this.#book.follow(reading.documentId);
      this.#form.clear();
      this.#form.showScopes();
    });
    this.#connectFiles();
    this.#show();
  }

  /** What `speak` is to be given, where there is anything. @returns {{rules?: WholeRule[]}} */
  get options() {
    const rules = this.#book.current;
    return rules.length ? { rules } : {};
  }

  /** With what is selected on the page, where something is. */
  #opened() {
    const { selected } = this.#here;
    this.#here.hide();
    void this.#form.open();
    if (selected) this.#form.begin(selected);
  }

  #show() {
    for (const scope of SCOPES) {
      const rules = this.#book.of(scope);
      if (rules === this.#shown[scope]) continue;
      this.#shown[scope] = rules;
      const section = byId(`rules-${scope}`, HTMLElement);
      const list = /** @type {HTMLElement} */ (section.querySelector('ul'));
      const focus = placeIn(list);
      list.replaceChildren(...rules.map((rule) => this.#row(scope, rule)));
      section.hidden = rules.length === 0;
      returnTo(list, focus);
    }
    byId('rules-none', HTMLElement).hidden = SCOPES.some((scope) => this.#book.of(scope).length);
    this.#save.hidden = this.#book.of('all').length === 0;
    this.#form.showScopes();
  }

  /** @param {Scope} scope @param {WholeRule} rule */
  #row(scope, rule) {
    const { strings, language } = this.#needs;
    const copy = /** @type {DocumentFragment} */ (
      byId('rule-row', HTMLTemplateElement).content.cloneNode(true)
    );
    const row = /** @type {HTMLLIElement} */ (copy.firstElementChild);
    /** @param {string} part @returns {HTMLElement} */
    const find = (part) => /** @type {HTMLElement} */ (row.querySelector(`.rule-${part}`));
    find('written').textContent = rule.written;
    find('says').textContent = rule.says;
    const about = [
      rule.kind === 'pattern' ? strings.rulePattern : '',
      rule.language ? languageName(rule.language, language) : '',
    ];
    find('about').textContent = about.filter(Boolean).join(' · ');
    const enabled = /** @type {HTMLInputElement} */ (find('enabled'));
    enabled.checked = rule.enabled;
    enabled.setAttribute('aria-label', strings.ruleEnabled(rule.written));
    enabled.addEventListener('change', () => {
      this.#book.put(scope, { ...rule, enabled: enabled.checked }, { scope, rule });
    });
    const edit = find('edit');
    edit.setAttribute('aria-label', strings.ruleEdit(rule.written));
    edit.title = strings.ruleEdit(rule.written);
    edit.addEventListener('click', () => this.#form.edit(scope, rule));
    const remove = find('remove');
    remove.setAttribute('aria-label', strings.ruleRemove(rule.written));
    remove.title = strings.ruleRemove(rule.written);
    remove.addEventListener('click', () => {
      this.#book.remove(scope, rule);
      this.#form.forget(rule);
      this.#needs.say(strings.sayRuleRemoved(rule.written));
      if (!this.#panel.isOpen || document.activeElement !== document.body) return;
      this.#panel.focus();
    });
    return row;
  }

  #connectFiles() {
    byId('rules-import', HTMLButtonElement).addEventListener('click', () => this.#file.click());
    this.#file.addEventListener('change', () => {
      const [file] = this.#file.files ?? [];
      this.#file.value = '';
      if (file) void this.#import(file);
    });
    this.#save.addEventListener('click', () => {
      const text = fileOf([...this.#book.of('all')]);
      const address = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
      const link = document.createElement('a');
      link.href = address;
      link.download = 'lectern-pronunciation.json';
      link.click();
      setTimeout(() => URL.revokeObjectURL(address), KEPT_FOR); // some browsers read it later
    });
  }

  /** @param {File} file */
  async #import(file) {
    const { strings, say } = this.#needs;
    const text = file.size <= MOST_FILE ? await file.text().catch(() => '') : '';
    const rules = rulesOfFile(text);
    const taken = rules !== null && this.#book.import(rules);
    this.#problem.hidden = taken;
    if (!rules) this.#problem.textContent = strings.rulesUnreadable(file.name.slice(0, 80), MOST_RULES);
    else this.#problem.textContent = taken ? '' : strings.rulesFull;
    if (taken) say(strings.sayRulesTaken(rules.length));
  }
}

/** Which control of which row has the focus. @param {HTMLElement} list */
function placeIn(list) {
  const here = document.activeElement;
  const rows = [...list.children];
  const row = rows.findIndex((one) => one.contains(here));
  if (row < 0) return null;
  return { row, control: [...rows[row].querySelectorAll('input, button')].indexOf(/** @type {Element} */ (here)) };
}

/** @param {HTMLElement} list @param {{row: number, control: number} | null} place */
function returnTo(list, place) {
  const row = place && (list.children[place.row] ?? list.lastElementChild);
  const control = row?.querySelectorAll('input, button')[place?.control ?? 0];
  if (control instanceof HTMLElement) control.focus();
}
