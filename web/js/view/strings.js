// @ts-check
/** Every word of the interface, in English and French. */

/** @typedef {typeof english} Strings */
/** @typedef {'en' | 'fr'} Language */

const english = {
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
  help: 'Keyboard shortcuts',
  close: 'Close',
  loading: 'Loading',
  findingVoices: 'Finding voices…',
  noVoices: 'No voices here',
  preparing: 'Preparing…',

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
  unreadableFile: 'That file is not plain text. Open a .txt file, or paste the words.',
  fileTooLarge: 'That file is too long. Open one under 20 MB.',
  problems: {
    nothingToSay: 'There are no words here that can be spoken.',
    network: 'The voice could not be fetched. Check the connection, then try again.',
    quota: 'The browser has no room left for this voice. Free some space, then try again.',
    voice: 'This voice cannot be read. Another one will do.',
    engine: 'The voice stopped unexpectedly. Your place is kept.',
    sound: 'The sound output failed. Check the speakers, then try again.',
    renewed: 'Lectern was renewed meanwhile. Reload the page to go on from here.',
    gaveUp: 'The voice stopped several times. Reload the page to go on from here.',
    start: 'Lectern could not start. Check the connection, then reload the page.',
    other: 'Something went wrong. Your place is kept.',
  },

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
  help: 'Raccourcis clavier',
  close: 'Fermer',
  loading: 'Chargement',
  findingVoices: 'Recherche des voix…',
  noVoices: 'Aucune voix ici',
  preparing: 'Un instant…',

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
  unreadableFile: 'Ce fichier n’est pas du texte brut. Ouvrez un fichier .txt, ou collez les mots.',
  fileTooLarge: 'Ce fichier est trop long. Ouvrez-en un de moins de 20 Mo.',
  problems: {
    nothingToSay: 'Il n’y a ici aucun mot qui puisse être dit.',
    network: 'La voix n’a pas pu être chargée. Vérifiez la connexion, puis réessayez.',
    quota: 'Le navigateur n’a plus de place pour cette voix. Libérez-en, puis réessayez.',
    voice: 'Cette voix est illisible. Une autre fera l’affaire.',
    engine: 'La voix s’est interrompue. Votre place est gardée.',
    sound: 'La sortie du son a échoué. Vérifiez les haut-parleurs, puis réessayez.',
    renewed: 'Lectern a été renouvelé entre-temps. Rechargez la page pour continuer d’ici.',
    gaveUp: 'La voix s’est interrompue plusieurs fois. Rechargez la page pour continuer d’ici.',
    start: 'Lectern n’a pas pu démarrer. Vérifiez la connexion, puis rechargez la page.',
    other: 'Quelque chose a échoué. Votre place est gardée.',
  },

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
