// @ts-check
/** The words of the panel "Audio cache". */

export const settingsEnglish = {
  cacheSettings: 'Audio cache',
  cacheLead: 'What was spoken once is kept in this browser and need not be made again.',
  cacheWaiting: 'The voice engine is starting…',
  cacheProblems: 'What does not count',
  cacheGroups: { keep: 'Keep sound', size: 'How much', start: 'Get ready' },
  cacheNames: {
    audioCache: 'Keep what was spoken',
    memoryCache: 'In memory',
    diskCache: 'On the disk',
    publishedCache: 'From the site',
    memoryCacheBytes: 'Memory',
    diskCacheBytes: 'Disk',
    diskCacheSeconds: 'Forget what was not heard for',
    compression: 'Compression on the disk',
    start: 'Load the voice',
    rememberPhrases: 'Prepare phrases you hear often',
  },
  cacheOthers: 'Everything else',
  cacheShown: {
    memoryCacheEntries: 'Sentences in memory, at most',
    memoryCacheSeconds: 'Forgotten in memory after',
    diskCacheShare: 'Of the browser’s room for this site, at most',
    prefix: 'Name of its own for this site’s audio',
    storeTimeout: 'A disk that does not answer is skipped after',
    storeRetryAfter: 'And asked again after',
  },
  cacheNone: 'none',
  /** @param {string} number */
  cacheHours: (number) => `${number} h`,
  /** @param {string} number */
  cacheSeconds: (number) => `${number} s`,
  cacheHints: {
    publishedCache: 'Sound that the site has made ahead.',
    diskCacheBytes: 'Never more than its share of what the browser gives: a fifth, or what this site says, if that is less.',
    rememberPhrases: 'They are counted in this browser and sent nowhere. Switched off, the list is removed.',
  },
  cacheChoices: {
    auto: 'Small (Opus)',
    lossless: 'Lossless',
    none: 'None',
    hybrid: 'When it is likely to be used',
    eager: 'At the start',
    lazy: 'At the first Play',
  },
  cacheFrom: {
    default: 'Default',
    site: 'Set by this site',
    user: 'Your choice',
    given: 'Set by the page around it',
  },
  /** @param {string} size */
  cacheMegabytes: (size) => `${size} MB`,
  /** @param {string} size */
  cacheGigabytes: (size) => `${size} GB`,
  /** @param {string} days @param {boolean} one */
  cacheDays: (days, one) => (one ? `${days} day` : `${days} days`),
  cacheNever: 'Never forget',
  cacheWaits: 'Counts from the next start.',
  cacheReset: 'Use default',
  /** @param {string} name */
  cacheResetName: (name) => `Use default: ${name}`,
  /** @param {string} name @param {string} value */
  sayCacheSet: (name, value) => `${name}: ${value}.`,
  cacheOn: 'on',
  cacheOff: 'off',
};

/** @type {typeof settingsEnglish} */
export const settingsFrench = {
  cacheSettings: 'Cache audio',
  cacheLead: 'Ce qui a été lu une fois est gardé dans ce navigateur et n’est plus à refaire.',
  cacheWaiting: 'Le moteur vocal démarre…',
  cacheProblems: 'Ce qui ne compte pas',
  cacheGroups: { keep: 'Garder le son', size: 'Combien', start: 'Préparer' },
  cacheNames: {
    audioCache: 'Garder ce qui a été lu',
    memoryCache: 'En mémoire',
    diskCache: 'Sur le disque',
    publishedCache: 'Depuis le site',
    memoryCacheBytes: 'Mémoire',
    diskCacheBytes: 'Disque',
    diskCacheSeconds: 'Oublier ce qui n’a pas été écouté depuis',
    compression: 'Compression sur le disque',
    start: 'Charger la voix',
    rememberPhrases: 'Préparer les phrases écoutées souvent',
  },
  cacheOthers: 'Tout le reste',
  cacheShown: {
    memoryCacheEntries: 'Phrases en mémoire, au plus',
    memoryCacheSeconds: 'Oubliées en mémoire après',
    diskCacheShare: 'De la place du navigateur pour ce site, au plus',
    prefix: 'Nom propre au son de ce site',
    storeTimeout: 'Un disque qui ne répond pas est laissé de côté après',
    storeRetryAfter: 'Et redemandé après',
  },
  cacheNone: 'aucun',
  cacheHours: (number) => `${number} h`,
  cacheSeconds: (number) => `${number} s`,
  cacheHints: {
    publishedCache: 'Le son que le site a préparé d’avance.',
    diskCacheBytes: 'Jamais plus que sa part de ce que donne le navigateur : un cinquième, ou ce que dit ce site, si c’est moins.',
    rememberPhrases: 'Elles sont comptées dans ce navigateur et ne sont envoyées nulle part. Sans cela, la liste est supprimée.',
  },
  cacheChoices: {
    auto: 'Petit (Opus)',
    lossless: 'Sans perte',
    none: 'Aucune',
    hybrid: 'Quand elle va sans doute servir',
    eager: 'Au démarrage',
    lazy: 'À la première lecture',
  },
  cacheFrom: {
    default: 'Par défaut',
    site: 'Fixé par ce site',
    user: 'Votre choix',
    given: 'Fixé par la page qui l’entoure',
  },
  cacheMegabytes: (size) => `${size} Mo`,
  cacheGigabytes: (size) => `${size} Go`,
  cacheDays: (days, one) => (one ? `${days} jour` : `${days} jours`),
  cacheNever: 'Ne jamais oublier',
  cacheWaits: 'Compte à partir du prochain démarrage.',
  cacheReset: 'Par défaut',
  cacheResetName: (name) => `Valeur par défaut : ${name}`,
  sayCacheSet: (name, value) => `${name} : ${value}.`,
  cacheOn: 'oui',
  cacheOff: 'non',
};
