// @ts-check
/** The rules of pronunciation that hold now: the document's own, then those for all. */

import { checkedRules, isRoomFor, nameOf, usable } from '../rules.js';

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
  /** Whether `own` has what is stored for the document: what was not read is not written over. */
  #read = false;

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
    return [...usable(own), ...usable(all)].filter(({ enabled }) => enabled);
  }

  /** @param {Scope} scope @returns {readonly WholeRule[]} */
  of(scope) {
    return this.#rules[scope];
  }

  /** Another document is open. @param {string} id of the library, or '' */
  async follow(id) {
    if (id === this.#documentId) return;
    this.#documentId = id;
    this.#read = false;
    if (this.#rules.own.length > 0) {
      this.#rules.own = [];
      this.#tell();
    }
    if (!id) return;
    try {
      const { rules } = await (await this.#shelf()).reading(id);
      this.#readAs(id, checkedRules(rules));
    } catch (error) {
      console.warn('[Lectern] The rules of this document cannot be read:', error);
    }
  }

  /** What is stored is known now. @param {string} id of its document @param {WholeRule[]} stored */
  #readAs(id, stored) {
    if (id !== this.#documentId || this.#read) return;
    this.#read = true;
    if (stored.length === 0) return;
    this.#rules.own = merged(this.#rules.own, stored);
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
    if (replaced < 0) others.unshift(rule);
    else others.splice(replaced, 0, rule);
    // What got in before there was this limit can still be changed.
    if (!isRoomFor(others) && isRoomFor(rules)) return false;
    if (before && before.scope !== scope) this.#take(before.scope, before.rule);
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

  /**
   * @param {WholeRule[]} rules  of a file, for all: each in the place of one for the same
   * @returns {boolean} false where there is no room for all of them: then none comes
   */
  import(rules) {
    const together = merged(rules, this.#rules.all);
    if (!isRoomFor(together)) return false;
    this.#rules.all = together;
    this.#keep('all');
    this.#tell();
    return true;
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
    void this.#keepOwn();
  }

  async #keepOwn() {
    const [id, known, made] = [this.#documentId, this.#read, this.#rules.own];
    try {
      const shelf = await this.#shelf();
      // A store that could not be read before may be there again; else nothing is written.
      const rules = known ? made : merged(made, checkedRules((await shelf.reading(id)).rules));
      await shelf.setReading(id, { rules });
      this.#readAs(id, rules);
    } catch (error) {
      console.warn('[Lectern] The rules of this document are not kept:', error);
    }
  }

  #tell() {
    this.dispatchEvent(new Event('change'));
  }
}

/** What was made is newer than what is stored. @param {WholeRule[]} made @param {WholeRule[]} stored */
function merged(made, stored) {
  const names = new Set(made.map(nameOf));
  return [...made, ...stored.filter((rule) => !names.has(nameOf(rule)))];
}
