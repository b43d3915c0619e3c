// @ts-check
/** The words of the library. */

export const english = {
  newText: 'New text',
  brand: 'Lectern: start page',
  textCleared: 'The text is cleared.',
  librarySearch: 'Search by title or author',
  librarySearchIn: 'Title or author',
  librarySort: 'Sort by',
  librarySorts: {
    opened: 'Last opened',
    title: 'Title',
    author: 'Author',
    progress: 'Progress',
    added: 'Date added',
  },
  libraryEmpty: 'Every document that you open is kept here, with your place in it.',
  libraryNothing: 'No document is called that.',
  libraryFailed: 'The library cannot be read. This browser may keep nothing for this page.',
  libraryGone: 'This document is not in the library any more.',
  notKept: 'The browser has no room for this document. It can be read, but it will not be in the library.',
  /** @type {(kept: number, failed: string[]) => string} */
  alsoKept: (kept, failed) =>
    [
      kept > 0 && `${kept === 1 ? 'One more document is' : `${kept} more documents are`} in the library now.`,
      failed.length > 0 && `Not read or not kept: ${failed.slice(0, 5).join(', ')}${failed.length > 5 ? '…' : '.'}`,
    ]
      .filter(Boolean)
      .join(' '),
  finishedReading: 'Read to the end',
  notBegun: 'Not begun',
  undo: 'Undo',
  exportLibrary: 'Save the library as a file',
  importLibrary: 'Add documents from such a file…',
  exporting: 'Gathering the library…',
  importing: 'Adding documents…',
  exported: 'The library is saved as a file.',
  transferFailed: 'That did not work. Try again.',
  noLibraryFile: 'This is not a library that was saved with Lectern.',
  libraryCut: 'The file breaks off or is damaged: what was whole in it is here.',
  refusedWhy: {
    damaged: 'damaged',
    tooLarge: 'too large',
    quota: 'no room left in this browser',
  },
  untitled: 'Untitled',

  /** @param {string} size */
  libraryStored: (size) => `Documents take up about ${size} MB in this browser.`,
  /** @param {string[]} titles */
  removedDocuments: (titles) =>
    titles.length === 1 ? `${titles[0]} is removed.` : `${titles.length} documents are removed.`,
  /** @param {string} done @param {string} total */
  ofDocuments: (done, total) => (total ? `${done} of ${total}` : done),
  /** @param {number} came @param {number} here */
  importReport: (came, here) =>
    [
      came === 1 ? '1 document came.' : `${came} documents came.`,
      here === 0 ? '' : here === 1 ? '1 was here already.' : `${here} were here already.`,
    ]
      .filter(Boolean)
      .join(' '),
  /** @param {number} count */
  refusedReport: (count) =>
    count === 1 ? '1 was refused:' : `${count} were refused:`,
  /** @param {number} count */
  moreRefused: (count) => `and ${count} more`,
  /** @param {number} count */
  foundDocuments: (count) => (count === 1 ? '1 document' : `${count} documents`),
};

/** @type {typeof english} */
export const french = {
  newText: 'Nouveau texte',
  brand: 'Lectern : page d’accueil',
  textCleared: 'Le texte est effacé.',
  librarySearch: 'Chercher un titre ou un auteur',
  librarySearchIn: 'Titre ou auteur',
  librarySort: 'Trier par',
  librarySorts: {
    opened: 'Dernière lecture',
    title: 'Titre',
    author: 'Auteur',
    progress: 'Avancement',
    added: 'Date d’ajout',
  },
  libraryEmpty: 'Chaque document que vous ouvrez est gardé ici, avec l’endroit où vous en êtes.',
  libraryNothing: 'Aucun document ne porte ce nom.',
  libraryFailed: 'La bibliothèque est illisible. Ce navigateur ne garde peut-être rien pour cette page.',
  libraryGone: 'Ce document n’est plus dans la bibliothèque.',
  notKept: 'Le navigateur n’a plus de place pour ce document. Il peut être lu, mais ne sera pas dans la bibliothèque.',
  alsoKept: (kept, failed) =>
    [
      kept > 0 &&
        (kept === 1
          ? 'Un autre document est maintenant dans la bibliothèque.'
          : `${kept} autres documents sont maintenant dans la bibliothèque.`),
      failed.length > 0 && `Non lus ou non gardés : ${failed.slice(0, 5).join(', ')}${failed.length > 5 ? '…' : '.'}`,
    ]
      .filter(Boolean)
      .join(' '),
  finishedReading: 'Lu jusqu’au bout',
  notBegun: 'Pas commencé',
  undo: 'Annuler',
  exportLibrary: 'Enregistrer la bibliothèque dans un fichier',
  importLibrary: 'Ajouter des documents d’un tel fichier…',
  exporting: 'Préparation du fichier…',
  importing: 'Ajout des documents…',
  exported: 'La bibliothèque est enregistrée dans un fichier.',
  transferFailed: 'Cela n’a pas marché. Réessayez.',
  noLibraryFile: 'Ce n’est pas une bibliothèque enregistrée avec Lectern.',
  libraryCut: 'Le fichier est coupé ou abîmé : ce qui y était entier est là.',
  refusedWhy: {
    damaged: 'abîmé',
    tooLarge: 'trop volumineux',
    quota: 'plus de place dans ce navigateur',
  },
  untitled: 'Sans titre',

  libraryStored: (size) => `Les documents occupent environ ${size} Mo dans ce navigateur.`,
  removedDocuments: (titles) =>
    titles.length === 1 ? `${titles[0]} est retiré.` : `${titles.length} documents sont retirés.`,
  ofDocuments: (done, total) => (total ? `${done} sur ${total}` : done),
  importReport: (came, here) =>
    [
      came < 2 ? `${came} document ajouté.` : `${came} documents ajoutés.`,
      here === 0 ? '' : here === 1 ? '1 était déjà là.' : `${here} étaient déjà là.`,
    ]
      .filter(Boolean)
      .join(' '),
  refusedReport: (count) => (count === 1 ? '1 refusé :' : `${count} refusés :`),
  moreRefused: (count) => `et ${count} de plus`,
  foundDocuments: (count) => (count < 2 ? `${count} document` : `${count} documents`),
};
