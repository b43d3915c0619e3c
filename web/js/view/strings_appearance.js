// @ts-check
/** The words of the panel of looks; a part of strings.js. */

export const appearanceInEnglish = {
  appearance: 'Appearance',
  theme: 'Colours',
  themes: {
    system: 'As the system',
    light: 'Light',
    sepia: 'Sepia',
    dark: 'Dark',
    contrast: 'High contrast',
    'contrast-dark': 'High contrast, dark',
  },
  font: 'Typeface',
  fonts: {
    literata: 'Literata',
    sans: 'The system’s',
    atkinson: 'Atkinson Hyperlegible',
    opendyslexic: 'OpenDyslexic',
  },
  spacing: 'Size and spacing',
  looks: {
    size: 'Text size',
    leading: 'Line spacing',
    paragraph: 'Between paragraphs',
    letter: 'Between letters',
    word: 'Between words',
    width: 'Line length',
  },
  looksReset: 'Back to how it was',
  sayLooksReset: 'Everything looks as it did at first.',

  /** @param {string} n */
  pixels: (n) => `${n} pixels`,
  /** @param {string} n */
  lines: (n) => `${n} lines`,
  /** @param {string} percent */
  ofTheSize: (percent) => `${percent} of the size`,
  nothingMore: 'nothing more',
  /** @param {string} n */
  charactersALine: (n) => `about ${n} characters`,
};

/** @type {typeof appearanceInEnglish} */
export const appearanceInFrench = {
  appearance: 'Apparence',
  theme: 'Couleurs',
  themes: {
    system: 'Comme le système',
    light: 'Clair',
    sepia: 'Sépia',
    dark: 'Sombre',
    contrast: 'Contraste élevé',
    'contrast-dark': 'Contraste élevé, sombre',
  },
  font: 'Caractères',
  fonts: {
    literata: 'Literata',
    sans: 'Ceux du système',
    atkinson: 'Atkinson Hyperlegible',
    opendyslexic: 'OpenDyslexic',
  },
  spacing: 'Taille et espacement',
  looks: {
    size: 'Taille du texte',
    leading: 'Interligne',
    paragraph: 'Entre les paragraphes',
    letter: 'Entre les lettres',
    word: 'Entre les mots',
    width: 'Longueur des lignes',
  },
  looksReset: 'Revenir au départ',
  sayLooksReset: 'Tout a repris son apparence de départ.',

  pixels: (n) => `${n} pixels`,
  lines: (n) => `${n} ${Number.parseFloat(n) < 2 ? 'ligne' : 'lignes'}`,
  ofTheSize: (percent) => `${percent} de la taille`,
  nothingMore: 'rien de plus',
  charactersALine: (n) => `environ ${n} caractères`,
};
