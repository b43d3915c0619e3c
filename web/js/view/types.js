// @ts-check
/**
 * What the view needs from the rest, by shape. The view imports none of it: main.js
 * hands in the real things, and anything of the same shape will do.
 *
 * @typedef {import('../protocol.js').VoiceInfo} VoiceInfo
 * @typedef {import('../protocol.js').VoiceStorage} VoiceStorage
 *
 * @typedef {{sentence: number, text: string, start: number, end: number}} SentenceDetail
 *   offsets in UTF-16 units of the text that is spoken
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
 * @property {Promise<'end' | 'stopped'>} finished
 * @typedef {EventTarget & SpeechMethods} SpeechPort
 *   events `sentence`, `word`, `waiting` {reason}, `playing`, `firstsound`, `end`, `error` {error}
 *
 * @typedef {{speaker?: string, style?: string}} MannerOptions
 * @typedef {MannerOptions & {voiceId?: string, rate?: number, startAt?: number}} SpeakOptions
 * @typedef {{signal?: AbortSignal,
 *   onProgress?: (progress: {loaded: number, total: number}) => void}} InstallOptions
 * @typedef {object} LecternPort
 * @property {Promise<void>} ready
 * @property {() => Promise<VoiceInfo[]>} voices
 * @property {(text: string, options: SpeakOptions) => SpeechPort} speak
 * @property {(text: string, options: {voiceId: string, signal: AbortSignal}) => Promise<Blob>} synthesize
 * @property {(file: File) => Promise<import('../protocol.js').DocumentData>} openDocument
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
 * @typedef {object} KeeperMethods
 * @property {KeepRecord | null} record
 * @property {boolean} elsewhere
 * @property {number} room bytes
 * @property {(text: string, about: Pick<KeepRecord, 'documentId' | 'title' | 'from' | 'to' | 'options'>) => void} start
 * @property {(text: string) => boolean} isOf
 * @property {() => void} pause
 * @property {(text: string) => void} resume
 * @property {(text: string) => void} restore
 * @property {() => void} forget
 * @typedef {EventTarget & KeeperMethods} KeeperPort  event `change`
 *
 * @typedef {EventTarget} EngineEvents
 *   events `progress` {voiceId, phase, loaded, total}, `voices` (others are here now),
 *   `restart` {reason, count}, `fatal` {error}
 * @typedef {{voiceId: string, phase: 'download' | 'session' | 'ready', loaded: number, total: number}} Progress
 *
 * @typedef {EventTarget & {applyUpdate: () => void | Promise<void>}} OfflinePort
 *   events `ready` (everything that is needed offline is here), `update` (a new version waits)
 */

export {};
