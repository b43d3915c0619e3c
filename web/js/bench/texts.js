// @ts-check
/** What is said while measuring: new words every time, so that no cache knows them. */

/** @typedef {'en' | 'fr'} Language */

/** Parts of a sentence, one of each is taken. @type {Record<Language, string[][]>} */
const PARTS = {
  en: [
    ['The baker', 'A young clerk', 'Our neighbour', 'The old pilot', 'My sister', 'The gardener', 'Somebody'],
    ['carried', 'painted', 'forgot', 'repaired', 'described', 'borrowed', 'found', 'sold', 'mended', 'hid'],
    ['the blue ladder', 'a box of letters', 'the garden gate', 'two silver spoons', 'the kitchen clock', 'a small boat'],
    ['before the rain', 'on Sunday morning', 'behind the church', 'for her brother', 'at the harbour', 'without a word'],
  ],
  fr: [
    ['La boulangère', 'Un jeune employé', 'Notre voisin', 'Le vieux pilote', 'Ma sœur', 'Le jardinier', 'Quelqu’un'],
    ['a porté', 'a repeint', 'a oublié', 'a réparé', 'a décrit', 'a emprunté', 'a trouvé', 'a vendu', 'a caché'],
    ['l’échelle bleue', 'une boîte de lettres', 'la barrière du jardin', 'deux cuillères', 'la pendule', 'un bateau'],
    ['avant la pluie', 'dimanche matin', 'derrière l’église', 'pour son frère', 'près du port', 'sans un mot'],
  ],
};
const AND = { en: ', and then', fr: ', et puis' };

/** @template T @param {T[]} list @returns {T} */
const any = (list) => list[Math.floor(Math.random() * list.length)];

export class Texts {
  #language;
  /** @type {Set<string>} */
  #said = new Set();

  /** @param {string} language BCP 47; English is said where there is no other text */
  constructor(language) {
    this.#language = /** @type {Language} */ (language.startsWith('fr') ? 'fr' : 'en');
  }

  /** A sentence of about 60 characters that was never given before. */
  sentence() {
    for (;;) {
      const found = `${this.#clause()}.`;
      if (Math.abs(found.length - 60) > 8 || this.#said.has(found)) continue;
      this.#said.add(found);
      return found;
    }
  }

  /** A sentence of about ten seconds. */
  longSentence() {
    const last = this.#clause();
    return `${this.#clause()}${AND[this.#language]} ${last[0].toLowerCase()}${last.slice(1)}${AND[this.#language]} ${this.sentence()}`;
  }

  /** @param {number} characters about so many, in sentences */
  text(characters) {
    let found = this.sentence();
    while (found.length < characters) found += ` ${this.sentence()}`;
    return found;
  }

  #clause() {
    return PARTS[this.#language].map(any).join(' ');
  }
}
