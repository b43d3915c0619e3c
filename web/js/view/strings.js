// @ts-check
/** Every word of the interface, in English and French. */

import { appearanceInEnglish, appearanceInFrench } from './strings_appearance.js';
import * as library from './strings_library.js';
import { awayEnglish, awayFrench } from './strings_away.js';

/** @typedef {typeof english} Strings */
/** @typedef {'en' | 'fr'} Language */

const english = {
  ...library.english,
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
  pronunciation: 'Pronunciation',
  pronounceHere: 'Pronounce…',
  ruleWritten: 'Written',
  ruleKind: 'Kind',
  ruleWord: 'Word',
  rulePattern: 'Pattern',
  ruleSays: 'Said as',
  ruleSaysHint: 'Write it as it sounds, or its phonemes between slashes: /kˈiːɹə/.',
  rulePatternHint:
    '* is any letters and digits, ? one of them, # a number, [abc] one of these, (one|two) either. In what is said, $1 is what the first of them stands for.',
  ruleSample: 'Example to try it on',
  ruleScope: 'For',
  ruleOwn: 'This document',
  ruleAll: 'All documents',
  ruleLanguage: 'Language',
  anyLanguage: 'Any',
  ruleHear: 'Hear it',
  ruleAdd: 'Add',
  ruleSave: 'Save',
  rulesNone: 'No rules yet. Select a word on the page, or write one above.',
  rulesImport: 'Import rules…',
  rulesExport: 'Export these',
  rulesFull: 'There is no room for more rules.',
  /** @type {(name: string, most: number) => string} */
  rulesUnreadable: (name, most) =>
    `${name} holds no rules that Lectern can read. Choose a file that was exported here, of at most ${most} rules.`,
  ruleNothingWritten: 'Write the word that the rule is for.',
  ruleNothingSaid: 'Write how it is said.',
  ruleUnsayable: 'This can’t be said. Use letters, or phonemes between slashes.',
  ruleBadPattern: 'A bracket in this pattern is not closed, or empty. For a sign itself write a backslash before it.',
  /** @type {(phonemes: string) => string} */
  ruleUnknownPhonemes: (phonemes) => `The voice does not know: ${phonemes}`,
  ruleDoesNotFit: 'The pattern does not fit the example.',
  ruleNeedsExample: 'Write an example that the pattern fits.',
  ruleNotTried: 'It could not be tried. Try again.',
  ruleNotHeard: 'It could not be played. Try again.',
  /** @type {(written: string) => string} */
  ruleEnabled: (written) => `Use the rule for ${written}`,
  /** @type {(written: string) => string} */
  ruleEdit: (written) => `Edit the rule for ${written}`,
  /** @type {(written: string) => string} */
  ruleRemove: (written) => `Remove the rule for ${written}`,
  /** @type {(written: string) => string} */
  sayRuleKept: (written) => `The rule for ${written} is kept.`,
  /** @type {(written: string) => string} */
  sayRuleRemoved: (written) => `The rule for ${written} is removed.`,
  /** @type {(count: number) => string} */
  sayRulesTaken: (count) => (count === 1 ? 'One rule imported.' : `${count} rules imported.`),
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

  ...appearanceInEnglish,
  contents: 'Contents',
  filterContents: 'Filter the contents',
  nothingInContents: 'No entry is called that.',
  untitled: 'Untitled',
  beginning: 'Beginning',
  progress: 'Reading position',
  nothingOpen: 'Nothing open yet',
  otherTime: 'Whole or chapter',
  timer: 'Sleep timer',
  timerOff: 'Off',
  timerChapter: 'End of chapter',
  timerSet: 'Set',
  sayTimerOff: 'Sleep timer off.',
  sayTimerEnded: 'The sleep timer has paused the reading.',
  find: 'Find words',
  findPrevious: 'Previous place',
  findNext: 'Next place',
  findRead: 'Read from here',
  foundNothing: 'Not found',
  singleKeys: 'Single-key shortcuts',
  singleKeysHint: 'Letters and signs. Space, arrows and Esc always work.',

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
    tooLarge: 'This is more than can be opened at once. Open it in parts.',
    engine: 'The voice stopped unexpectedly. Your place is kept.',
    sound: 'The sound output failed. Check the speakers, then try again.',
    renewed: 'Lectern was renewed meanwhile. Reload the page to go on from here.',
    gaveUp: 'The voice stopped several times. Reload the page to go on from here.',
    start: 'Lectern could not start. Check the connection, then reload the page.',
    other: 'Something went wrong. Your place is kept.',
  },

  unreadable: {
    empty: 'There is no text in this file, so it cannot be read.',
    picturesOnly: 'This document holds pictures of pages only. Run text recognition (OCR) over it, then open what comes of it.',
    notText: 'This file is no text. EPUB, PDF, HTML, Markdown and plain text can be opened.',
    unsupported: 'Files of this kind cannot be opened. EPUB, PDF, HTML, Markdown and plain text can.',
    encrypted: 'This document is protected. Get a copy without password or copy protection, then open that.',
    cut: 'The end of this file is missing. Download or copy it again, then open it.',
    tooMuch: 'This document is larger than any book needs to be. Open it in parts.',
    gone: 'The browser cannot read this file any more. Choose it again.',
    broken: 'This file is damaged. Download or copy it again, or save it anew with another program.',
  },
  linkProblems: {
    broken: 'The link that led here is damaged, so there is nothing to read in it.',
    large: 'What was sent here is too large. Send a part of it, or save it as a file and open that.',
    gone: 'What was shared is not here any more. Share it again.',
  },
  otherPages: 'Read other pages',
  bookmarkletLead: 'Drag this to your bookmarks bar:',
  bookmarkletName: 'Read with Lectern',
  bookmarkletThen: 'On any page, press it: the article opens here in a new tab. The page goes in the part of the address that no server gets to see.',
  bookmarkletByHand: 'Without a bookmarks bar, as on a phone: copy the link, make a bookmark of any page, and put the link in the place of its address.',
  bookmarkletCopy: 'Copy the link',
  bookmarkletCopied: 'The link is copied.',
  bookmarkletCopyFailed: 'The browser did not allow copying. Drag the link instead.',
  bookmarkletDrag: 'Drag it to the bookmarks bar; here it has nothing to read.',
  pageTooLarge: 'This page is too large to be carried. Select a part of it, then try again.',
  cannotFetch: 'Lectern asks no other site for pages. Open the page in the browser and send it from there.',
  showHow: 'Show how',

  /** @param {string} site */
  fromSite: (site) => `From ${site}`,
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
  underAMinute: 'under a minute',
  /** @param {number} minutes */
  minutes: (minutes) => `${minutes} min`,
  /** @param {number} hours @param {number} minutes */
  hours: (hours, minutes) => `${hours} h${minutes ? ` ${minutes} min` : ''}`,
  /** @param {string} time */
  leftOfText: (time) => `${time} left`,
  /** @param {string} time */
  leftOfChapter: (time) => `${time} in chapter`,
  /** @param {string} name */
  timerAgain: (name) => `Sleep timer again: ${name}?`,
  /** @param {string} name */
  sayTimer: (name) => `Sleep timer: ${name}.`,
  /** @param {string} number @param {string} all */
  foundOf: (number, all) => `${number} of ${all}`,
  /** @param {string} speed */
  times: (speed) => `${speed}×`,
  /** @param {string} speed */
  saySpeed: (speed) => `Speed ${speed}.`,
};

/** @type {Strings} */
const french = {
  ...library.french,
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
  pronunciation: 'Prononciation',
  pronounceHere: 'Prononcer…',
  ruleWritten: 'Écrit',
  ruleKind: 'Genre',
  ruleWord: 'Mot',
  rulePattern: 'Motif',
  ruleSays: 'Prononcé',
  ruleSaysHint: 'Écrivez-le comme il se prononce, ou ses phonèmes entre barres obliques : /kiʁa/.',
  rulePatternHint:
    '* vaut des lettres et chiffres, ? un seul, # un nombre, [abc] l’un de ceux-ci, (un|deux) l’un ou l’autre. Dans ce qui est dit, $1 est ce que vaut le premier.',
  ruleSample: 'Exemple pour l’essayer',
  ruleScope: 'Pour',
  ruleOwn: 'Ce document',
  ruleAll: 'Tous les documents',
  ruleLanguage: 'Langue',
  anyLanguage: 'Toutes',
  ruleHear: 'Écouter',
  ruleAdd: 'Ajouter',
  ruleSave: 'Enregistrer',
  rulesNone: 'Pas encore de règles. Sélectionnez un mot sur la page, ou écrivez-en un ci-dessus.',
  rulesImport: 'Importer des règles…',
  rulesExport: 'Exporter celles-ci',
  rulesFull: 'Il n’y a plus de place pour d’autres règles.',
  rulesUnreadable: (name, most) =>
    `${name} ne contient pas de règles que Lectern puisse lire. Choisissez un fichier exporté d’ici, de ${most} règles au plus.`,
  ruleNothingWritten: 'Écrivez le mot auquel la règle s’applique.',
  ruleNothingSaid: 'Écrivez comment il se prononce.',
  ruleUnsayable: 'Cela ne peut pas se dire. Utilisez des lettres, ou des phonèmes entre barres obliques.',
  ruleBadPattern: 'Une parenthèse ou un crochet de ce motif n’est pas fermé, ou est vide. Pour le signe lui-même, mettez une barre oblique inverse devant.',
  ruleUnknownPhonemes: (phonemes) => `La voix ne connaît pas : ${phonemes}`,
  ruleDoesNotFit: 'Le motif ne correspond pas à l’exemple.',
  ruleNeedsExample: 'Écrivez un exemple auquel le motif corresponde.',
  ruleNotTried: 'L’essai n’a pas abouti. Réessayez.',
  ruleNotHeard: 'La lecture n’a pas abouti. Réessayez.',
  ruleEnabled: (written) => `Appliquer la règle pour ${written}`,
  ruleEdit: (written) => `Modifier la règle pour ${written}`,
  ruleRemove: (written) => `Supprimer la règle pour ${written}`,
  sayRuleKept: (written) => `La règle pour ${written} est enregistrée.`,
  sayRuleRemoved: (written) => `La règle pour ${written} est supprimée.`,
  sayRulesTaken: (count) => (count === 1 ? 'Une règle importée.' : `${count} règles importées.`),
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

  ...appearanceInFrench,
  contents: 'Sommaire',
  filterContents: 'Filtrer le sommaire',
  nothingInContents: 'Aucune entrée ne porte ce nom.',
  untitled: 'Sans titre',
  beginning: 'Début',
  progress: 'Position de lecture',
  nothingOpen: 'Rien d’ouvert pour l’instant',
  otherTime: 'Ensemble ou chapitre',
  timer: 'Minuterie de sommeil',
  timerOff: 'Aucune',
  timerChapter: 'Fin du chapitre',
  timerSet: 'Régler',
  sayTimerOff: 'Minuterie désactivée.',
  sayTimerEnded: 'La minuterie a mis la lecture en pause.',
  find: 'Chercher des mots',
  findPrevious: 'Occurrence précédente',
  findNext: 'Occurrence suivante',
  findRead: 'Lire à partir d’ici',
  foundNothing: 'Introuvable',
  singleKeys: 'Raccourcis d’une seule touche',
  singleKeysHint: 'Lettres et signes. Espace, flèches et Échap restent actifs.',

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
    tooLarge: 'C’est plus que ce qui peut être ouvert d’un coup. Ouvrez-le par parties.',
    engine: 'La voix s’est interrompue. Votre place est gardée.',
    sound: 'La sortie du son a échoué. Vérifiez les haut-parleurs, puis réessayez.',
    renewed: 'Lectern a été renouvelé entre-temps. Rechargez la page pour continuer d’ici.',
    gaveUp: 'La voix s’est interrompue plusieurs fois. Rechargez la page pour continuer d’ici.',
    start: 'Lectern n’a pas pu démarrer. Vérifiez la connexion, puis rechargez la page.',
    other: 'Quelque chose a échoué. Votre place est gardée.',
  },

  unreadable: {
    empty: 'Il n’y a pas de texte dans ce fichier : rien à lire.',
    picturesOnly: 'Ce document ne contient que des images de pages. Passez-le à la reconnaissance de texte (OCR), puis ouvrez le résultat.',
    notText: 'Ce fichier n’est pas du texte. EPUB, PDF, HTML, Markdown et texte simple peuvent être ouverts.',
    unsupported: 'Ce genre de fichier ne peut pas être ouvert. EPUB, PDF, HTML, Markdown et texte simple le peuvent.',
    encrypted: 'Ce document est protégé. Prenez une copie sans mot de passe ni verrou, puis ouvrez-la.',
    cut: 'La fin de ce fichier manque. Téléchargez-le ou copiez-le à nouveau, puis ouvrez-le.',
    tooMuch: 'Ce document est plus gros que n’importe quel livre. Ouvrez-le par parties.',
    gone: 'Le navigateur ne peut plus lire ce fichier. Choisissez-le à nouveau.',
    broken: 'Ce fichier est abîmé. Téléchargez-le à nouveau, ou enregistrez-le avec un autre programme.',
  },
  linkProblems: {
    broken: 'Le lien qui a mené ici est abîmé : il ne contient rien à lire.',
    large: 'Ce qui a été envoyé est trop gros. Envoyez-en une partie, ou ouvrez-le comme fichier.',
    gone: 'Ce qui a été partagé n’est plus là. Partagez-le à nouveau.',
  },
  otherPages: 'Lire d’autres pages',
  bookmarkletLead: 'Faites glisser ceci vers votre barre de favoris :',
  bookmarkletName: 'Lire avec Lectern',
  bookmarkletThen: 'Sur n’importe quelle page, appuyez dessus : l’article s’ouvre ici dans un nouvel onglet. La page voyage dans la partie de l’adresse qu’aucun serveur ne voit.',
  bookmarkletByHand: 'Sans barre de favoris, comme sur un téléphone : copiez le lien, mettez une page quelconque en favori, et remplacez son adresse par le lien.',
  bookmarkletCopy: 'Copier le lien',
  bookmarkletCopied: 'Le lien est copié.',
  bookmarkletCopyFailed: 'Le navigateur n’a pas permis de copier. Faites plutôt glisser le lien.',
  bookmarkletDrag: 'Faites-le glisser vers la barre de favoris ; ici, il n’a rien à lire.',
  pageTooLarge: 'Cette page est trop grosse pour être envoyée. Sélectionnez-en une partie, puis réessayez.',
  cannotFetch: 'Lectern ne demande de page à aucun autre site. Ouvrez la page dans le navigateur et envoyez-la de là.',
  showHow: 'Montrer comment',

  fromSite: (site) => `De ${site}`,
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
  underAMinute: 'moins d’une minute',
  minutes: (minutes) => `${minutes} min`,
  hours: (hours, minutes) => `${hours} h${minutes ? ` ${minutes} min` : ''}`,
  leftOfText: (time) => `encore ${time}`,
  leftOfChapter: (time) => `chapitre : ${time}`,
  timerAgain: (name) => `Encore la minuterie : ${name} ?`,
  sayTimer: (name) => `Minuterie : ${name}.`,
  foundOf: (number, all) => `${number} sur ${all}`,
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
