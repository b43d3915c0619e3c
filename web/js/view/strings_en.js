// @ts-check
/** The words of the interface in English; those of its larger parts are in files of their own. */

import { appearanceInEnglish } from './strings_appearance.js';
import { awayEnglish } from './strings_away.js';
import * as library from './strings_library.js';
import { metricsEnglish } from './strings_metrics.js';
import { settingsEnglish } from './strings_settings.js';

export const english = {
  ...library.english,
  ...awayEnglish,
  ...metricsEnglish,
  ...settingsEnglish,
  text: 'Text',
  voice: 'Voice',
  speed: 'Speed',
  play: 'Play',
  pause: 'Pause',
  stop: 'Stop',
  previous: 'Previous sentence',
  next: 'Next sentence',
  previousParagraph: 'Previous paragraph',
  nextParagraph: 'Next paragraph',
  aloudNow: 'This is read aloud from now on.',
  nothingReadThere: 'Nothing is read aloud from there on. Click it to hear it.',
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
    otherVoice:
      'The model and its JSON are of different voices. Take both files from the same place, under their own names.',
    chinese: 'This voice needs a Chinese phonemizer that Lectern does not have.',
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
  tip: 'Click a word to hear it from there. Hold previous or next to go by a paragraph.',

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

  openProblems: {
    network: 'What reads such files could not be fetched. Check the connection, then try again.',
    engine: 'Something interrupted the opening of this document. Try again.',
    store: 'The library cannot be read. Try again, or open the file itself.',
    other: 'This could not be opened. Try again.',
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
