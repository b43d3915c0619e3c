// @ts-check
/** Every word of the interface, in English and French. */

import { awayEnglish, awayFrench } from './strings_away.js';

/** @typedef {typeof english} Strings */
/** @typedef {'en' | 'fr'} Language */

const english = {
  ...awayEnglish,
  text: 'Text',
  voice: 'Voice',
  speed: 'Speed',
  play: 'Play',
  pause: 'Pause',
  stop: 'Stop',
  previous: 'Previous sentence',
  next: 'Next sentence',
  slower: 'Slower',
  faster: 'Faster',
  controls: 'Controls',
  reading: 'Reading page',
  placeholder: 'Type, paste or drop something to hear…',
  trySample: 'Try a sample',
  openFile: 'Open a file…',
  dropHere: 'Drop it here',
  edit: 'Edit',
  back: 'Back to the voice',
  offline: 'Offline',
  home: 'Library',
  readLast: 'Read last',
  more: 'More',
  help: 'Keyboard shortcuts',
  close: 'Close',
  loading: 'Loading',
  findingVoices: 'Finding voices…',
  noVoices: 'No voices here',
  preparing: 'Preparing…',

  voices: 'Voices',
  collectionOpen: 'Show Piper’s voices',
  whoReads: 'Who reads',
  search: 'Search',
  searchVoices: 'Search voices',
  voiceLanguage: 'Language',
  allLanguages: 'All languages',
  nothingFound: 'No voice is called that.',
  openVoiceFiles: 'Add a voice from its files…',
  voiceFilesHint: 'An .onnx and its .onnx.json, from this button or dropped anywhere.',
  useVoice: 'Use',
  inUse: 'In use',
  install: 'Install',
  installing: 'Installing',
  cancel: 'Cancel',
  goOn: 'Resume',
  waiting: 'Waiting…',
  removeVoice: 'Remove',
  discard: 'Discard',
  keep: 'Keep it',
  license: 'Licence',
  licenseUnknown: 'Not stated',
  licenseFailed: 'Could not be fetched',
  looking: 'Looking…',
  from: 'From',
  name: 'Name',
  speaker: 'Speaker',
  style: 'Style',
  sampleFailed: 'The sample could not be played.',
  sources: {
    folder: 'this site',
    browser: 'installed in this browser',
    collection: 'Piper’s collection',
  },
  qualities: { x_low: 'very low', low: 'low', medium: 'medium', high: 'high' },
  styles: {
    neutral: 'Neutral',
    calm: 'Calm',
    lively: 'Lively',
    encouragement: 'Encouraging',
    empathy: 'Empathetic',
    storytelling: 'Storytelling',
    instruction: 'Instructive',
  },
  installProblems: {
    network: 'The download stopped. What has come is kept; try again when the connection is back.',
    quota: 'There is no room left for this voice. Remove another one, or free some space.',
    unreadable: 'This is no voice that Lectern can use, or its two files do not belong together.',
    tooLarge: 'This voice is too large. Choose one of a lower quality.',
    integrity: 'The voice came damaged, so nothing was installed. Try again later.',
    missing: 'The collection does not have this voice any more.',
    language: 'Lectern does not speak the language of this voice yet.',
    store: 'The browser could not store the voice. Try again.',
    forbidden: 'This copy of Lectern cannot fetch voices from there. Add the voice from its files.',
    other: 'The voice could not be installed. Try again.',
  },

  keyPlay: 'Play or pause',
  keySentence: 'One sentence back or on',
  keyParagraph: 'One paragraph back or on',
  keySpeed: 'Slower or faster',
  keyStop: 'Stop',
  keyHelp: 'This list',
  keySpace: 'Space',
  keyEscape: 'Esc',
  keyShift: 'Shift',
  tip: 'Click a sentence to hear it from there.',

  sayLoading: 'Loading the voice.',
  saySpeaking: 'Reading.',
  sayPaused: 'Paused.',
  sayStopped: 'Stopped.',
  sayFinished: 'Finished.',
  sayRecovering: 'One moment, the voice is starting again.',
  sayFollowing: 'Following the voice again.',

  writeFirst: 'There is nothing to read yet. Type or paste something first.',
  pressPlay: 'Press play to start the sound.',
  offlineReady: 'Ready to work offline.',
  newVersion: 'A new version is ready.',
  reload: 'Reload',
  tryAgain: 'Try again',
  chooseVoice: 'Choose another voice',
  writeText: 'Write something',
  problems: {
    nothingToSay: 'There are no words here that can be spoken.',
    network: 'The voice could not be fetched. Check the connection, then try again.',
    quota: 'The browser has no room left for this voice. Free some space, then try again.',
    voice: 'This voice cannot be read. Another one will do.',
    document: 'This file cannot be opened. EPUB, HTML, Markdown and plain text can, if they are whole and not protected.',
    engine: 'The voice stopped unexpectedly. Your place is kept.',
    sound: 'The sound output failed. Check the speakers, then try again.',
    renewed: 'Lectern was renewed meanwhile. Reload the page to go on from here.',
    gaveUp: 'The voice stopped several times. Reload the page to go on from here.',
    start: 'Lectern could not start. Check the connection, then reload the page.',
    other: 'Something went wrong. Your place is kept.',
  },

  /** @param {number} percent */
  percentRead: (percent) => `${percent}% read`,
  /** @param {string} title */
  forgetDocument: (title) => `Remove ${title} from the library`,
  /** @param {string} host */
  asks: (host) => `Asks ${host} for the list. Nothing that you read is sent.`,
  /** @param {string} name */
  hear: (name) => `Hear ${name}`,
  /** @param {number} count */
  speakersOf: (count) => `${count} speakers`,
  /** @param {string} size */
  partHere: (size) => `${size} MB are here`,
  /** @param {string} size */
  stored: (size) => `Voices take up ${size} MB in this browser.`,
  /** @param {string} name */
  removeQuestion: (name) => `Remove ${name}?`,
  /** @param {string} size */
  removeFrees: (size) => `This frees ${size} MB. The voice can be installed again at any time.`,
  /** @param {string} name */
  otherHalf: (name) => `A voice is two files. Now add the one that belongs to ${name}.`,
  /** @param {string} name */
  readingFile: (name) => `Reading ${name}…`,
  /** @param {string} name */
  sayInstalled: (name) => `${name} is installed.`,
  /** @param {string} name */
  sayRemoved: (name) => `${name} is removed.`,
  /** @param {number} voices @param {number} languages */
  sayOffered: (voices, languages) => `${voices} voices in ${languages} languages.`,

  /** @param {string} loaded @param {string} total */
  bytes: (loaded, total) => `${loaded} of ${total} MB`,
  /** @param {string} loaded @param {string} total */
  shortBytes: (loaded, total) => `${loaded} / ${total} MB`,
  /** @param {string} loaded */
  bytesOnly: (loaded) => `${loaded} MB`,
  lessThanAMinute: 'under a minute left',
  /** @param {number} minutes */
  minutesLeft: (minutes) => `about ${minutes} min left`,
  /** @param {number} hours @param {number} minutes */
  hoursLeft: (hours, minutes) => `about ${hours} h ${minutes ? `${minutes} min ` : ''}left`,
  /** @param {string} speed */
  times: (speed) => `${speed}×`,
  /** @param {string} speed */
  saySpeed: (speed) => `Speed ${speed}.`,
};

/** @type {Strings} */
const french = {
  ...awayFrench,
  text: 'Texte',
  voice: 'Voix',
  speed: 'Vitesse',
  play: 'Lire',
  pause: 'Pause',
  stop: 'Arrêter',
  previous: 'Phrase précédente',
  next: 'Phrase suivante',
  slower: 'Ralentir',
  faster: 'Accélérer',
  controls: 'Commandes',
  reading: 'Page de lecture',
  placeholder: 'Écrivez, collez ou déposez de quoi écouter…',
  trySample: 'Essayer un extrait',
  openFile: 'Ouvrir un fichier…',
  dropHere: 'Déposez-le ici',
  edit: 'Modifier',
  back: 'Revenir à la voix',
  offline: 'Hors ligne',
  home: 'Bibliothèque',
  readLast: 'Lectures récentes',
  more: 'Plus',
  help: 'Raccourcis clavier',
  close: 'Fermer',
  loading: 'Chargement',
  findingVoices: 'Recherche des voix…',
  noVoices: 'Aucune voix ici',
  preparing: 'Un instant…',

  voices: 'Toutes les voix',
  collectionOpen: 'Afficher les voix de Piper',
  whoReads: 'Qui lit',
  search: 'Chercher',
  searchVoices: 'Chercher une voix',
  voiceLanguage: 'Langue',
  allLanguages: 'Toutes les langues',
  nothingFound: 'Aucune voix ne porte ce nom.',
  openVoiceFiles: 'Ajouter une voix depuis ses fichiers…',
  voiceFilesHint: 'Un .onnx et son .onnx.json, par ce bouton ou déposés n’importe où.',
  useVoice: 'Choisir',
  inUse: 'Choisie',
  install: 'Installer',
  installing: 'Installation',
  cancel: 'Annuler',
  goOn: 'Reprendre',
  waiting: 'En attente…',
  removeVoice: 'Supprimer',
  discard: 'Abandonner',
  keep: 'La garder',
  license: 'Licence',
  licenseUnknown: 'Non précisée',
  licenseFailed: 'Introuvable pour l’instant',
  looking: 'Recherche…',
  from: 'Origine',
  name: 'Nom',
  speaker: 'Locuteur',
  style: 'Style',
  sampleFailed: 'L’extrait n’a pas pu être lu.',
  sources: {
    folder: 'ce site',
    browser: 'installée dans ce navigateur',
    collection: 'la collection de Piper',
  },
  qualities: { x_low: 'très basse', low: 'basse', medium: 'moyenne', high: 'haute' },
  styles: {
    neutral: 'Neutre',
    calm: 'Calme',
    lively: 'Vif',
    encouragement: 'Encourageant',
    empathy: 'Empathique',
    storytelling: 'Conteur',
    instruction: 'Pédagogique',
  },
  installProblems: {
    network:
      'Le téléchargement s’est arrêté. Ce qui est arrivé est gardé ; réessayez quand la connexion sera revenue.',
    quota: 'Il n’y a plus de place pour cette voix. Supprimez-en une autre, ou libérez de l’espace.',
    unreadable:
      'Ce n’est pas une voix que Lectern sait lire, ou ses deux fichiers ne vont pas ensemble.',
    tooLarge: 'Cette voix est trop volumineuse. Choisissez-en une de qualité plus basse.',
    integrity: 'La voix est arrivée abîmée : rien n’a été installé. Réessayez plus tard.',
    missing: 'La collection n’a plus cette voix.',
    language: 'Lectern ne parle pas encore la langue de cette voix.',
    store: 'Le navigateur n’a pas pu garder la voix. Réessayez.',
    forbidden:
      'Cette copie de Lectern ne peut pas y chercher de voix. Ajoutez la voix depuis ses fichiers.',
    other: 'La voix n’a pas pu être installée. Réessayez.',
  },

  keyPlay: 'Lecture ou pause',
  keySentence: 'Une phrase en arrière ou en avant',
  keyParagraph: 'Un paragraphe en arrière ou en avant',
  keySpeed: 'Moins vite ou plus vite',
  keyStop: 'Arrêter',
  keyHelp: 'Cette liste',
  keySpace: 'Espace',
  keyEscape: 'Échap',
  keyShift: 'Maj',
  tip: 'Cliquez sur une phrase pour l’entendre à partir de là.',

  sayLoading: 'Chargement de la voix.',
  saySpeaking: 'Lecture.',
  sayPaused: 'En pause.',
  sayStopped: 'Arrêté.',
  sayFinished: 'Terminé.',
  sayRecovering: 'Un instant, la voix redémarre.',
  sayFollowing: 'La page suit de nouveau la voix.',

  writeFirst: 'Il n’y a rien à lire pour l’instant. Écrivez ou collez quelques mots.',
  pressPlay: 'Appuyez sur Lire pour lancer le son.',
  offlineReady: 'Prêt à fonctionner hors ligne.',
  newVersion: 'Une nouvelle version est prête.',
  reload: 'Recharger',
  tryAgain: 'Réessayer',
  chooseVoice: 'Choisir une autre voix',
  writeText: 'Écrire',
  problems: {
    nothingToSay: 'Il n’y a ici aucun mot qui puisse être dit.',
    network: 'La voix n’a pas pu être chargée. Vérifiez la connexion, puis réessayez.',
    quota: 'Le navigateur n’a plus de place pour cette voix. Libérez-en, puis réessayez.',
    voice: 'Cette voix est illisible. Une autre fera l’affaire.',
    document: 'Ce fichier ne peut pas être ouvert. EPUB, HTML, Markdown et texte simple le peuvent, s’ils sont entiers et sans protection.',
    engine: 'La voix s’est interrompue. Votre place est gardée.',
    sound: 'La sortie du son a échoué. Vérifiez les haut-parleurs, puis réessayez.',
    renewed: 'Lectern a été renouvelé entre-temps. Rechargez la page pour continuer d’ici.',
    gaveUp: 'La voix s’est interrompue plusieurs fois. Rechargez la page pour continuer d’ici.',
    start: 'Lectern n’a pas pu démarrer. Vérifiez la connexion, puis rechargez la page.',
    other: 'Quelque chose a échoué. Votre place est gardée.',
  },

  percentRead: (percent) => `lu à ${percent} %`,
  forgetDocument: (title) => `Retirer ${title} de la bibliothèque`,
  asks: (host) => `Demande la liste à ${host}. Rien de ce que vous lisez n’est envoyé.`,
  hear: (name) => `Écouter ${name}`,
  speakersOf: (count) => `${count} locuteurs`,
  partHere: (size) => `${size} Mo déjà là`,
  stored: (size) => `Les voix occupent ${size} Mo dans ce navigateur.`,
  removeQuestion: (name) => `Supprimer ${name} ?`,
  removeFrees: (size) => `Cela libère ${size} Mo. La voix pourra être réinstallée à tout moment.`,
  otherHalf: (name) => `Une voix, ce sont deux fichiers. Ajoutez celui qui va avec ${name}.`,
  readingFile: (name) => `Lecture de ${name}…`,
  sayInstalled: (name) => `${name} est installée.`,
  sayRemoved: (name) => `${name} est supprimée.`,
  sayOffered: (voices, languages) => `${voices} voix en ${languages} langues.`,

  bytes: (loaded, total) => `${loaded} sur ${total} Mo`,
  shortBytes: (loaded, total) => `${loaded} / ${total} Mo`,
  bytesOnly: (loaded) => `${loaded} Mo`,
  lessThanAMinute: 'moins d’une minute',
  minutesLeft: (minutes) => `encore ${minutes} min environ`,
  hoursLeft: (hours, minutes) => `encore ${hours} h ${minutes ? `${minutes} min ` : ''}environ`,
  times: (speed) => `${speed}×`,
  saySpeed: (speed) => `Vitesse ${speed}.`,
};

/**
 * @param {readonly string[]} preferred  BCP 47, best first, as navigator.languages
 * @returns {{language: Language, strings: Strings}}
 */
export function chooseLanguage(preferred) {
  for (const tag of preferred) {
    const primary = tag.toLowerCase().split('-')[0];
    if (primary === 'fr') return { language: 'fr', strings: french };
    if (primary === 'en') return { language: 'en', strings: english };
  }
  return { language: 'en', strings: english };
}

/**
 * Put the strings into the page: `data-say` is an element's text, `data-say-label` its
 * name and tooltip, `data-say-placeholder` its placeholder.
 *
 * @param {Document} document
 * @param {Language} language
 * @param {Strings} strings
 */
export function localize(document, language, strings) {
  document.documentElement.lang = language;
  /** @param {string} key */
  const say = (key) => {
    const value = strings[/** @type {keyof Strings} */ (key)];
    if (typeof value !== 'string') throw new TypeError(`There is no string ${key}.`);
    return value;
  };
  /** @type {NodeListOf<HTMLElement>} */
  const said = document.querySelectorAll('[data-say], [data-say-label], [data-say-placeholder]');
  for (const element of said) {
    const { say: text, sayLabel: label, sayPlaceholder: placeholder } = element.dataset;
    if (text) element.textContent = say(text);
    if (label) element.setAttribute('aria-label', say(label));
    if (label && element instanceof HTMLButtonElement) element.title = say(label);
    if (placeholder) element.setAttribute('placeholder', say(placeholder));
  }
}
