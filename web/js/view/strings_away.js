// @ts-check
/** The words of "Save and export". */

export const awayEnglish = {
  away: 'Save and export',
  exportTo: 'Export…',
  keepOffline: 'Keep offline…',
  awayWhat: 'What',
  awayAll: 'The whole text',
  /** @param {string} title */
  awayChapter: (title) => `This chapter: ${title}`,
  awayHere: 'From here to the end',
  awaySelection: 'What is selected',
  awayNothing: 'There is no text yet. Write or open one first.',
  /** @param {number} seconds */
  awaySeconds: (seconds) => `${seconds} s`,
  /** @param {number} minutes */
  awayMinutes: (minutes) => `${minutes} min`,
  /** @param {number} hours @param {number} minutes */
  awayHours: (hours, minutes) => `${hours} h ${minutes ? `${minutes} min` : ''}`.trim(),

  exportTitle: 'As a sound file',
  exportFormat: 'Format',
  exportFormats: { mp3: 'MP3, plays everywhere', opus: 'Opus, the smallest', wav: 'WAV, nothing is lost' },
  exportNoOpus: 'Opus is not offered: this browser has no encoder for it.',
  exportQuality: 'Quality',
  /** @param {number} index @param {number} kbps */
  exportQualities: (index, kbps) => `${['Small file', 'Good', 'Best'][index]} (${kbps} kbit/s)`,
  exportSubtitles: 'Subtitles',
  exportNoSubtitles: 'None',
  /** @param {string} duration @param {string} size */
  exportEstimate: (duration, size) => `About ${duration}, ${size}.`,
  exportStart: 'Export',
  exportUntitled: 'Text',
  /** @param {string} duration @param {string} size */
  exportProgress: (duration, size) => `${duration}, ${size}`,
  /** @param {string} duration */
  exportLeft: (duration) => `about ${duration} left`,
  /** @param {number} percent */
  exportShare: (percent) => `${percent} % exported.`,
  /** @param {string} duration @param {string} size */
  exportDone: (duration, size) => `Done: ${duration}, ${size}.`,
  /** @param {string} name */
  exportSave: (name) => `Save ${name}`,
  exportTooLarge: 'A WAV file of this length would be over 4 GB. Choose MP3 or Opus, or a chapter.',
  exportNoRoom: 'There is not enough room for the file. Free some, or choose a smaller format.',
  exportNotWritten: 'The file could not be written. Try another place.',
  sayExported: 'The export is done.',
  sayExportCancelled: 'The export was cancelled.',

  keepTitle: 'Keep offline',
  keepHint: 'Made now, in the background, and kept in this browser: later it is spoken at once, without a network.',
  keepStart: 'Keep it offline',
  keepForget: 'End',
  /** @param {string} duration */
  keepTooLong: (duration) => `There is room for about ${duration}.`,
  keepPaused: 'paused',
  keepElsewhere: 'Another tab is at it.',
  /** @param {string} duration @param {string} size */
  keepDone: (duration, size) => `Kept: ${duration}, ${size}.`,
  /** @param {string} duration */
  keepFull: (duration) => `The room is used up. The first ${duration} are kept.`,
  keepNoRoom: 'The browser gives no more room. What was made until then is kept.',
  keepFailed: 'It stopped because something went wrong. What was made until then is kept.',
  keepOpenIt: 'Open the text again to go on.',
  sayKeeping: 'It is kept offline in the background.',
};

/** @type {typeof awayEnglish} */
export const awayFrench = {
  away: 'Garder et exporter',
  exportTo: 'Exporter…',
  keepOffline: 'Garder hors ligne…',
  awayWhat: 'Quoi',
  awayAll: 'Tout le texte',
  awayChapter: (title) => `Ce chapitre : ${title}`,
  awayHere: 'D’ici à la fin',
  awaySelection: 'Ce qui est sélectionné',
  awayNothing: 'Il n’y a pas encore de texte. Écrivez ou ouvrez-en un d’abord.',
  awaySeconds: (seconds) => `${seconds} s`,
  awayMinutes: (minutes) => `${minutes} min`,
  awayHours: (hours, minutes) => `${hours} h ${minutes ? `${minutes} min` : ''}`.trim(),

  exportTitle: 'En fichier son',
  exportFormat: 'Format',
  exportFormats: { mp3: 'MP3, lu partout', opus: 'Opus, le plus petit', wav: 'WAV, rien n’est perdu' },
  exportNoOpus: 'Opus n’est pas proposé : ce navigateur n’a pas d’encodeur pour cela.',
  exportQuality: 'Qualité',
  exportQualities: (index, kbps) => `${['Petit fichier', 'Bonne', 'Excellente'][index]} (${kbps} kbit/s)`,
  exportSubtitles: 'Sous-titres',
  exportNoSubtitles: 'Aucun',
  exportEstimate: (duration, size) => `Environ ${duration}, ${size}.`,
  exportStart: 'Exporter',
  exportUntitled: 'Texte',
  exportProgress: (duration, size) => `${duration}, ${size}`,
  exportLeft: (duration) => `encore ${duration} environ`,
  exportShare: (percent) => `${percent} % exportés.`,
  exportDone: (duration, size) => `Terminé : ${duration}, ${size}.`,
  exportSave: (name) => `Enregistrer ${name}`,
  exportTooLarge: 'Un fichier WAV de cette durée dépasserait 4 Go. Choisissez MP3 ou Opus, ou un chapitre.',
  exportNoRoom: 'Il n’y a pas assez de place pour le fichier. Libérez-en, ou choisissez un format plus petit.',
  exportNotWritten: 'Le fichier n’a pas pu être écrit. Essayez un autre endroit.',
  sayExported: 'L’export est terminé.',
  sayExportCancelled: 'L’export a été annulé.',

  keepTitle: 'Garder hors ligne',
  keepHint: 'Fabriqué maintenant, en arrière-plan, et gardé dans ce navigateur : plus tard la lecture part aussitôt, sans réseau.',
  keepStart: 'Garder hors ligne',
  keepForget: 'Arrêter',
  keepTooLong: (duration) => `Il y a de la place pour ${duration} environ.`,
  keepPaused: 'en pause',
  keepElsewhere: 'Un autre onglet s’en occupe.',
  keepDone: (duration, size) => `Gardé : ${duration}, ${size}.`,
  keepFull: (duration) => `La place est épuisée. Les premiers ${duration} sont gardés.`,
  keepNoRoom: 'Le navigateur ne donne plus de place. Ce qui était fait est gardé.',
  keepFailed: 'Un problème est survenu. Ce qui était fait est gardé.',
  keepOpenIt: 'Ouvrez de nouveau le texte pour continuer.',
  sayKeeping: 'Le texte est gardé hors ligne, en arrière-plan.',
};
