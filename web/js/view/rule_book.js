// @ts-check
/** The rules of pronunciation that hold now: the document's own, then those for all. */

import { MOST_RULES, checkedRules, nameOf } from '../rules.js';

/**
 * @typedef {import('../rules.js').WholeRule} WholeRule
 * @typedef {'own' | 'all'} Scope  own: of the document that is open
 *
 * @typedef {object} Shelf  of the library's, what is needed here
 * @property {(id: string) => Promise<{rules?: unknown}>} reading
 * @property {(id: string, change: {rules: WholeRule[]}) => Promise<void>} setReading
 */

/** Events: `change`, also when another document's rules came. */
export class RuleBook extends EventTarget {
  #memory;
  #shelf;
  /** @type {Record<Scope, WholeRule[]>} */
  #rules;
  #documentId = '';

  /**
   * @param {object} needs
   * @param {{rules: unknown}} needs.memory  keeps the rules for all
   * @param {() => Promise<Shelf>} needs.library
   */
  constructor({ memory, library }) {
    super();
    this.#memory = memory;
    this.#shelf = library;
    this.#rules = { own: [], all: checkedRules(memory.rules) };
  }

  /** Whether there is a document that can have rules of its own. */
  get hasOwn() {
    return this.#documentId !== '';
  }

  /** Those that count, in their order. @returns {WholeRule[]} */
  get current() {
    const { own, all } = this.#rules;
    return [...own, ...all].filter(({ enabled }) => enabled).slice(0, MOST_RULES);
  }

  /** @param {Scope} scope @returns {readonly WholeRule[]} */
  of(scope) {
    return this.#rules[scope];
  }

  /** Another document is open. @param {string} id of the library, or '' */
  async follow(id) {
    if (id === this.#documentId) return;
    this.#documentId = id;
    const had = this.#rules.own.length > 0;
    this.#rules.own = [];
    if (had) this.#tell();
    if (!id) return;
    const kept = await this.#shelf().then((shelf) => shelf.reading(id)).catch(() => null);
    const rules = checkedRules(kept?.rules);
    // What was made meanwhile is newer.
    if (id !== this.#documentId || this.#rules.own.length || !rules.length) return;
    this.#rules.own = rules;
    this.#tell();
  }

  /**
   * Add a rule, in the place of `before` or of one for the same.
   *
   * @param {Scope} scope
   * @param {WholeRule} rule
   * @param {{scope: Scope, rule: WholeRule} | null} [before]
   * @returns {boolean} false where there is no room for more
   */
  put(scope, rule, before = null) {
    const rules = this.#rules[scope];
    const name = nameOf(rule);
    const replaced = rules.findIndex(
      (one) => nameOf(one) === name || (before?.scope === scope && one === before.rule),
    );
    const others = rules.filter((one) => nameOf(one) !== name && one !== before?.rule);
    if (others.length >= MOST_RULES) return false;
    if (before && before.scope !== scope) this.#take(before.scope, before.rule);
    if (replaced < 0) others.unshift(rule);
    else others.splice(replaced, 0, rule);
    this.#rules[scope] = others;
    this.#keep(scope);
    this.#tell();
    return true;
  }

  /** @param {Scope} scope @param {WholeRule} rule */
  remove(scope, rule) {
    this.#take(scope, rule);
    this.#tell();
  }

  /** @param {WholeRule[]} rules  of a file, for all: each in the place of one for the same */
  import(rules) {
    const names = new Set(rules.map(nameOf));
    const kept = this.#rules.all.filter((rule) => !names.has(nameOf(rule)));
    this.#rules.all = [...rules, ...kept].slice(0, MOST_RULES);
    this.#keep('all');
    this.#tell();
  }

  /** @param {Scope} scope @param {WholeRule} rule */
  #take(scope, rule) {
    this.#rules[scope] = this.#rules[scope].filter((one) => one !== rule);
    this.#keep(scope);
  }

  /** @param {Scope} scope */
  #keep(scope) {
    if (scope === 'all') {
      this.#memory.rules = this.#rules.all;
      return;
    }
    const [id, rules] = [this.#documentId, this.#rules.own];
    this.#shelf().then((shelf) => shelf.setReading(id, { rules })).catch((error) => {
      console.warn('[Lectern] The rules of this document are not kept:', error);
    });
  }

  #tell() {
    this.dispatchEvent(new Event('change'));
  }
}
