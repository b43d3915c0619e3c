// @ts-check
/**
 * What the view needs from the rest, by shape. The view imports none of it: main.js
 * hands in the real things, and anything of the same shape will do.
 *
 * @typedef {import('../protocol.js').VoiceInfo} VoiceInfo
 * @typedef {import('../protocol.js').VoiceStorage} VoiceStorage
 *
 * @typedef {{sentence: number, text: string, start: number, end: number, voiceId: string}} SentenceDetail
 *   offsets in UTF-16 units of the text that is spoken; voiceId: who says it, '' where not known yet
 * @typedef {{start: number, end: number, time: number, duration: number}} WordDetail
 *   offsets as above; seconds from the sentence's first sample, at speed 1
 *
 * @typedef {object} SpeechMethods
 * @property {() => void} pause
 * @property {() => void} resume
 * @property {() => void} stop
 * @property {() => void} next
 * @property {() => void} previous
 * @property {(offset: number) => void} seek
 * @property {number} rate
 * @property {number} volume 0 to 1
 * @property {(volume: number, seconds: number) => void} fadeTo
 * @property {Promise<'end' | 'stopped'>} finished
 * @typedef {EventTarget & SpeechMethods} SpeechPort
 *   events `sentence`, `word`, `waiting` {reason}, `playing`, `firstsound`, `paused` and `resumed`
 *   (by the system), `end`, `error` {error}
 *
 * @typedef {{speaker?: string, style?: string}} MannerOptions
 * @typedef {import('../protocol.js').Rule} Rule
 * @typedef {object} CastingOptions
 * @property {string} [voiceId] of the text's own language
 * @property {string} [language] the text's
 * @property {{start: number, language: string, kind: string}[]} [passages]
 * @property {Record<string, {voiceId: string, speaker?: string}>} [voices] for other languages
 * @property {Rule[]} [rules] of pronunciation
 * @typedef {MannerOptions & CastingOptions & {rate?: number, startAt?: number}} SpeakOptions
 * @typedef {{signal?: AbortSignal,
 *   onProgress?: (progress: {loaded: number, total: number}) => void}} InstallOptions
 * @typedef {object} LecternPort
 * @property {Promise<void>} ready
 * @property {() => Promise<VoiceInfo[]>} voices
 * @property {(text: string, options: SpeakOptions) => SpeechPort} speak
 * @property {(text: string, options: {voiceId: string, signal: AbortSignal, rules?: Rule[]}) => Promise<Blob>} synthesize
 * @property {(text: string, options: {voiceId: string, rules: Rule[]}) =>
 *   Promise<import('../protocol.js').Pronounced>} pronounce
 * @property {(file: File, options?: {source?: string}) => Promise<import('../protocol.js').DocumentData>} openDocument
 * @property {(text: string, options: import('../exporting.js').ExportOptions) => Promise<import('../exporting.js').Exported>} export
 * @property {() => Promise<{id: string}[]>} styles
 * @property {() => Promise<VoiceInfo[]>} available  asks another origin: on the reader's act only
 * @property {(voiceId: string, options: InstallOptions) => Promise<VoiceInfo>} install
 * @property {(files: {model: File, config: File}) => Promise<VoiceInfo>} installFiles
 * @property {(voiceId: string) => Promise<void>} remove
 * @property {() => Promise<VoiceStorage>} storage
 * @property {(voiceId: string) => Promise<{license: string, card: string}>} card
 *
 * @typedef {import('../keeping.js').KeepRecord} KeepRecord
 * @typedef {import('../passages.js').GivenPassage[]} Passages
 * @typedef {object} KeeperMethods
 * @property {KeepRecord | null} record
 * @property {boolean} elsewhere
 * @property {number} room bytes of the cache
 * @property {number} share bytes of the cache for one of sound
 * @property {(text: string, about: Pick<KeepRecord, 'documentId' | 'title' | 'from' | 'to' | 'options'>, passages?: Passages | null) => void} start
 * @property {(text: string) => boolean} isOf
 * @property {() => void} pause
 * @property {(text: string, passages?: Passages | null) => void} resume
 * @property {(text: string, passages?: Passages | null) => void} restore
 * @property {() => void} forget
 * @typedef {EventTarget & KeeperMethods} KeeperPort  event `change`
 *
 * @typedef {object} Latency  ms
 * @property {number} count
 * @property {number} mean
 * @property {number} p50
 * @property {number} p90
 * @property {number} p99
 * @property {number} max
 * @typedef {{at: number, memory: number, disk: number, published: number, model: number}} SourcesOfMinute
 *   sentences by source; at: ms since 1970
 * @typedef {object} Metrics  what `piperDebug.getMetrics()` gives; the view copes without any part of it
 * @property {Record<string, number>} [counters]
 * @property {Record<string, Latency>} [latency]
 * @property {SourcesOfMinute[]} [hitRate]  newest last
 * @property {{sessions: number, cache: number, entries: number}} [memory]  bytes, and sentences
 * @property {{bytes?: number}} [sessions]
 * @property {number} [since]  ms since 1970 of the last reset
 * @typedef {object} SentenceTrace  metrics.py's Trace: times in ms
 * @property {string} text  its first 80 characters
 * @property {string} voiceId
 * @property {string} source
 * @property {number} characters
 * @property {number} audio  length of the sound
 * @property {number} cache  look-up
 * @property {number} phonemise
 * @property {number} session  waiting for the voice
 * @property {number} infer  all windows
 * @property {number} windows
 * @property {number} [encode]  after the sound was sent
 * @property {number} [store]  after the sound was sent
 * @property {number} total  to the first sound
 * @typedef {{count: number, size: number}} Held  sentences and bytes
 * @typedef {object} Overview
 * @property {Metrics} metrics
 * @property {SentenceTrace[]} trace  the last ones, newest last
 * @property {number} traced  how many there are in all
 * @property {{memory: Held, disk: Held}} [cache]
 * @property {{memory: number, disk: number}} [most]  bytes that the tiers may hold
 * @property {string[]} [resting]  tiers that failed and are left alone for a while
 * @typedef {{quota: number, usage: number, voices: number}} Room  bytes that the browser gives, and what is taken
 * @typedef {object} MetricsPort
 * @property {(sentences: number, signal?: AbortSignal) => Promise<Overview>} look  one request; sentences: of the
 *   trace, at most
 * @property {() => Promise<Room>} room
 * @property {() => Promise<unknown>} reset
 * @property {() => Promise<unknown>} clearAudio  all of it, also of what is kept offline
 *
 * @typedef {EventTarget} EngineEvents
 *   events `progress` {voiceId, phase, loaded, total}, `voices` (others are here now),
 *   `restart` {reason, count}, `fatal` {error}
 * @typedef {{voiceId: string, phase: 'download' | 'session' | 'ready', loaded: number, total: number}} Progress
 *
 * @typedef {object} Looks  what the reader chose of the page's looks; what is missing is as it comes
 * @property {string} [theme]  a theme of app.css
 * @property {string} [font]  a face of css/fonts.css
 * @property {number} [size]  px, where a rem is 16
 * @property {number} [leading]  lines
 * @property {number} [paragraph]  em between paragraphs
 * @property {number} [letter]  em between letters
 * @property {number} [word]  em between words
 * @property {number} [width]  rem
 * @typedef {{property: string, unit: string, least: number, most: number, step: number, usual: number}} LooksNumber
 * @typedef {object} LooksPort  appearance_early.js
 * @property {string} KEY  of localStorage
 * @property {string[]} THEMES
 * @property {string[]} FONTS
 * @property {Record<'size' | 'leading' | 'paragraph' | 'letter' | 'word' | 'width', LooksNumber>} NUMBERS
 * @property {(value: unknown) => Looks} check  what is good of it
 * @property {(text: string | null) => Looks} parse  the same of stored JSON
 * @property {(looks: Looks) => void} apply
 *
 * @typedef {import('../protocol.js').Setting} Setting
 * @typedef {object} ConfigurationMethods
 * @property {Readonly<Record<string, Setting>>} settings  by name; empty until the engine runs
 * @property {readonly string[]} problems  sentences about what does not count
 * @property {string} start  `eager`, `lazy` or `hybrid`
 * @property {(name: string, value: boolean | number | string) => Promise<void>} set
 * @property {(name: string) => Promise<void>} reset  as it is without the reader's choice
 * @typedef {EventTarget & ConfigurationMethods} ConfigurationPort  event `change`
 *
 * @typedef {object} ForesightPort  makes what may be heard soon
 * @property {(text: string, at: number, options: SpeakOptions) => Promise<void>} next
 * @property {(() => SpeakOptions) | null} options  how the page would speak now
 *
 * @typedef {EventTarget & {applyUpdate: () => void | Promise<void>, ready: boolean, update: boolean}}
 *   OfflinePort  events, and whether they have come: `ready` (everything that is needed offline is
 *   here), `update` (a new version waits)
 */

export {};
