// @ts-check
/**
 * The messages between the page, the `lectern` worker and the `lectern-ort` workers.
 * Only JSON-shaped values and typed arrays. Change a shape: raise PROTOCOL_VERSION.
 */

export const PROTOCOL_VERSION = 4;

/** Names of the workers; their Web Locks are `${name}:${lockId}`. */
export const WORKER_NAME = 'lectern';
export const ORT_WORKER_NAME = 'lectern-ort';

/**
 * @typedef {{code: string, message: string, retryable: boolean, reason?: string}} ErrorData
 *   reason: why a document or a voice is unreadable, one of errors.py's
 *
 * @typedef {{text: string, language: string, speaker?: string | number, style?: string, lengthScale?: number,
 *   rules?: string}} AboutToRead  what is read next, and how: as pieces of it will be asked for
 *
 * -- page -> lectern worker ------------------------------------------------------
 * @typedef {{v: number, id: number, type: RequestType, payload: any}} Request
 * @typedef {{v: number, type: 'cancel', id: number}} Cancel  stop request `id`: it is answered with code `aborted`
 * @typedef {{v: number, type: 'ping'}} Ping  about once a second while requests are pending:
 *   answered by `pong`, from the worker's own event loop; a worker that is silent hangs and is replaced
 * @typedef {{v: number, type: 'realm', realm: number, port: MessagePort, lockName: string}} RealmPort
 *   the ORT worker that a `realm` event asked for; its port speaks OrtRequest/OrtAnswer
 * @typedef {{v: number, type: 'realm-lost', realm: number, reason: string}} RealmLost
 * @typedef {keyof Requests} RequestType
 *
 * Request types: payload and value of the answer.
 * @typedef {object} Requests
 * @property {[BootPayload, BootValue]} boot  once, first
 * @property {[{}, VoiceInfo[]]} voices
 * @property {[{}, {id: string}[]]} styles
 * @property {[{}, VoiceInfo[]]} available  the collection's voices; asks its origin, so only on the user's act
 * @property {[{voiceId: string}, VoiceInfo]} install  fetch a voice of the collection into the browser's store
 * @property {[{voiceId: string, model: File, config: File}, VoiceInfo]} installFiles
 * @property {[{voiceId: string}, null]} remove  from the browser's store, also what has come of a cut download
 * @property {[{}, VoiceStorage]} voiceStorage
 * @property {[{voiceId: string}, {license: string, card: string}]} voiceCard  "" where there is none; of a
 *   voice of the collection it asks its origin
 * @property {[{file: File, source?: string}, DocumentData]} openDocument  a file of any kind that is known, as
 *   blocks of text; of a web page its article. source: the address that a page is from, which is only kept
 * @property {[{text: string, final: boolean, language: string}, SplitValue]} split  a slice of a text into sentences
 * @property {[PiecePayload, PieceValue]} piece  one sentence's sound from `offset` on, as much as is needed
 * @property {[{text: string, voiceId: string, rules?: string}, Pronounced]} pronounce  how a sentence would be said
 * @property {[{voiceId: string, install?: boolean, reading?: AboutToRead}, {voiceId: string, ms: number, alreadyLoaded: boolean}]} preload
 *   install: fetch it from the collection first if it is not here; reading: what for: nothing is loaded where the
 *   site has published that
 * @property {[{site?: unknown, choices?: unknown}, ConfigureValue]} configure  take the settings of lectern.json and
 *   those of the reader, anything until checked, null for none; what is left out stays
 * @property {[{prepared: number, used: number}, null]} predictions  sentences that were made ready, and those of them that
 *   were heard, since this was told last
 * @property {[{}, CacheStats]} cacheStats
 * @property {[{format?: 'json' | 'prometheus'}, MetricsValue | string]} metrics  Prometheus' is text
 * @property {[{}, null]} resetMetrics
 * @property {[{}, object[]]} trace  per-sentence timings, newest last
 * @property {[{sentences: number}, object]} overview  metrics, the last sentences and what
 *   the audio caches hold, for who looks again and again
 * @property {[{}, SessionStats]} clearSessions  answers the stats after it
 * @property {[{}, null]} clearAudio  both tiers
 * @property {[{}, SessionStats]} clearAll  sessions, audio, downloaded models, snapshot
 * @property {[{}, SettleValue]} settle  idle-time work: snapshot, NumPy, thread and WebGPU probes
 *
 * @typedef {object} DocumentData  offsets in UTF-16 units of `text`; what is '' or 0 may be left out of a block
 * @property {string} text
 * @property {DocumentBlock[]} blocks  in order; two newlines lie between them
 * @property {{title: string, start: number, level: number}[]} contents  in order
 * @property {string} title
 * @property {string} author
 * @property {string} language  BCP 47, '' where the document does not say
 * @property {{type: string, bytes: Uint8Array<ArrayBuffer>}} [cover]  PNG, JPEG, GIF or WebP by its first bytes,
 *   not decoded yet; 5 MB at most
 * @property {string} [site]  name of the site that a page is from
 * @property {string} [source]  its address, http or https; it is shown, and asked for by nobody
 *
 * @typedef {object} DocumentBlock
 * @property {number} start
 * @property {number} end
 * @property {'paragraph' | 'heading' | 'item' | 'quote' | 'verse' | 'cell' | 'caption'} kind
 * @property {number} [level]  of a heading, 1 to 6
 * @property {string} [language]  BCP 47, where it is not the document's
 * @property {Skip} [skip]  why it is not read aloud unless asked for
 * @property {{start: number, end: number, skip: Skip}[]} [skipped]  parts of it that are not
 * @typedef {'note' | 'furniture' | 'reference'} Skip
 *
 * @typedef {object} BootPayload
 * @property {string} base  absolute URL of the folder, with a final slash
 * @property {string} version  BUILD.version of the page; a worker of another one refuses with code `protocol`
 * @property {boolean} snapshot  try the stored memory snapshot
 * @property {string} lockName  the Web Lock that the worker holds as long as it lives
 * @property {number} cores  navigator.hardwareConcurrency
 * @property {boolean} isolated  crossOriginIsolated
 * @property {'wasm' | 'webgpu' | null} backend  the user's override
 * @property {number | null} threads  the user's override
 * @property {RealmConfig | null} prestarted  realm 1, which the page has started already, side by side
 * @property {{realm?: RealmConfig} | null} device  what `settle` decided for this device earlier, as it gave it
 * @property {{source: string, origins: string[]}} voices  where voices are installed from: absolute address of the
 *   collection's folder, "" for none, and the origins that may be asked
 * @property {{voiceId: string, sha256: string} | null} [warm]  the voice to load side by side with Python's boot:
 *   what the last `used` event said
 * @property {string} [published]  SHA-256 of audio/index.json, "" where nothing is; the worker adds it
 * @property {Record<string, object>} [styles]  styles.py's table is extended by these
 * @property {Record<string, import('./settings.js').SettingValue>} settings  changes to settings.py's table
 * @property {unknown} [site]  what lectern.json says, unchecked
 * @property {unknown} [choices]  what is kept of the reader's own settings, unchecked
 * @property {string} [prefix]  of the audio's database
 *
 * @typedef {object} Setting  one of settings.py's table, by the page's name
 * @property {import('./settings.js').SettingValue} value
 * @property {import('./settings.js').SettingValue} default
 * @property {'default' | 'site' | 'user' | 'given'} from  given: by whoever embeds Lectern
 * @property {boolean} waits  counts from the worker's next start on
 * @property {number} [low]
 * @property {number} [high]
 * @property {string[]} [choices]
 * @typedef {{settings: Record<string, Setting>, problems: string[]}} ConfigureValue
 *   problems: sentences about what does not count
 *
 * @typedef {{snapshot: boolean, ms: number, workMs: number, realm: RealmConfig}} BootValue
 *   snapshot: this boot came from one; ms: all of it; workMs: from the arrival of Python's last
 *   file on; realm: which ORT worker the first session will use
 *
 * @typedef {{id: string, name: string, language: string, quality: string, sampleRate: number,
 *   speakers: {id: number, name: string}[], bytes: number, installed: boolean,
 *   source: 'folder' | 'browser' | 'collection', license?: string, sample?: string, begun?: number}} VoiceInfo
 *   license: as its MODEL_CARD names it; sample: address of a recording; begun: bytes of a download that was cut
 * @typedef {{bytes: number, voices: Record<string, number>, begun: Record<string, number>}} VoiceStorage
 *   bytes in all, by voice, and of those what belongs to downloads that were cut
 *
 * @typedef {{text: string, start: number, end: number, paragraph: boolean}} SentenceData
 *   offsets in UTF-16 units of the slice; paragraph: the last of its paragraph
 * @typedef {{sentences: SentenceData[], consumed: number}} SplitValue
 *   consumed: UTF-16 units that need not be sent again (all of them when final)
 *
 * @typedef {object} PiecePayload
 * @property {string} text  one sentence, as `split` gave it
 * @property {string} voiceId
 * @property {number | string | null} speaker
 * @property {string | null} style
 * @property {number | null} lengthScale
 * @property {number} [offset]  samples of the sentence that are here already; default 0
 * @property {number | null} [ahead]  seconds until the listener has nothing left to hear; 0: waits; null: nobody listens
 * @property {number} [rate]  of playback, default 1
 * @property {boolean} [guest]  by another voice than the text's own: not the one to load first next time
 * @property {boolean} [keep]  it is wanted without a network: what the site has published is put on the disk too
 * @property {string} [rules]  JSON of a Rule[], at most 1,000; of two that fit the same words the first counts
 *
 * @typedef {object} Rule  of pronunciation
 * @property {'word' | 'pattern'} [kind]  word: whole words, in any letter case unless it has a capital inside; pattern:
 *   `*` letters and digits, `?` one of them, `#` a number, `[a-z]`, `[!a-z]`, `(one|other)`; default: word
 * @property {string} written  1 to 200 characters
 * @property {string} says  another spelling, or `/phonemes/` as espeak-ng writes them; in a pattern's, $1 to $9 are what its
 *   wildcards stand for
 * @property {string} [language]  BCP 47, of voices that it is for; '': any
 * @property {boolean} [enabled]  default true
 * @typedef {{phonemes: string, words: {start: number, end: number, phonemes: string}[], touched: number,
 *   unknown: string[]}} Pronounced  words as they are written, by UTF-16 offset; touched: places that rules change;
 *   unknown: phonemes that the rules give there and the voice does not know
 *
 * @typedef {{start: number, end: number, time: number, duration: number}} Word
 *   offsets in UTF-16 units of the sentence's text (the page adds the sentence's start); seconds
 * @typedef {object} PieceValue
 * @property {Float32Array | Int16Array} samples  mono; empty when there was nothing to say
 * @property {number} sampleRate
 * @property {Word[]} words  all with offset 0
 * @property {boolean} last
 * @property {'memory' | 'disk' | 'published' | 'model'} source
 *
 * @typedef {{count: number, size: number, sizeFormatted: string,
 *   memory: {count: number, size: number, sizeFormatted: string}}} CacheStats
 * @typedef {{count: number, mean: number, p50: number, p90: number, p99: number, max: number}} Latency  ms
 * @typedef {object} MetricsValue  of this worker's life since `since`
 * @property {Record<string, number>} counters
 * @property {Record<string, Latency>} latency
 * @property {{at: number, memory: number, disk: number, published: number, model: number}[]} hitRate  sentences
 *   by source and minute (`at`: when it began, ms since 1970), newest last, 120 at most
 * @property {{sessions: number, cache: number, entries: number}} memory  bytes, bytes, and sentences at hand
 * @property {number} since  ms since 1970
 * @property {SessionStats} sessions
 * @typedef {{voiceCount: number, voices: string[], backend?: string, backendReason?: string,
 *   threads?: number, bytes?: number}} SessionStats
 *   backendReason: also which voices do not run in parts, and why
 * @typedef {{backend: string, threads: number}} RealmConfig
 * @typedef {{device: {realm?: RealmConfig} | null, numpy: boolean, stats: SessionStats}} SettleValue
 *   device: the page keeps it, gives it back at boot, and starts device.realm early; the rest is opaque to it
 *
 * -- lectern worker -> page ------------------------------------------------------
 * @typedef {{id: number, ok: true, value: any} | {id: number, ok: false, error: ErrorData}} Answer
 * @typedef {{event: 'progress', voiceId: string, phase: 'download' | 'session' | 'ready', loaded: number, total: number}} ProgressEvent
 * @typedef {{event: 'voices'}} VoicesEvent  other voices are here than before, or the same ones with other files
 * @typedef {{event: 'keep', paths: string[]}} KeepEvent  files of the folder that were needed now and
 *   will be again: the service worker should have them
 * @typedef {{event: 'sessions', stats: SessionStats}} SessionsEvent  precedes the answer of whatever changed them
 * @typedef {{event: 'used', voiceId: string, sha256: string}} UsedEvent  another voice is in use now, and not
 *   as a guest; sha256 of its model
 * @typedef {{event: 'realm', realm: number, config: RealmConfig | null, hung?: boolean}} RealmEvent
 *   start an ORT worker for `realm`, or (null) end it; hung: because it missed a deadline
 * @typedef {{event: 'alive'}} AliveEvent  the worker holds its Web Lock; ORT workers post it too
 * @typedef {{event: 'booting', snapshot: boolean}} BootingEvent  whether this boot is from a snapshot: its watchdog is shorter
 * @typedef {{event: 'loading', loaded: number}} LoadingEvent  bytes of the worker's files that have arrived
 *   during boot, at most twice a second: the boot's watchdog begins anew
 * @typedef {{event: 'pong'}} PongEvent  to `ping`
 * @typedef {{event: 'fatal', error: ErrorData}} FatalEvent  replace this worker
 *
 * -- lectern worker <-> lectern-ort worker, over a MessagePort ---------------------
 * The page starts an ORT worker with OrtStart; everything else goes over the port.
 * @typedef {{v: number, type: 'start', base: string, backend: string, threads: number, lockName: string, port: MessagePort}} OrtStart
 * @typedef {{id: number, type: 'open'} | {id: number, type: 'create', model: ArrayBuffer,
 *      fixed?: Record<string, number> | null, sizes?: number[]}
 *   | {id: number, type: 'warm', voiceId: string, sha256: string}
 *   | {id: number, type: 'run', session: number, outputs: string[], feeds: Record<string, TensorFeed | NoiseFeed>}
 *   | {id: number, type: 'release', session: number}} OrtRequest
 * @typedef {{type: 'int64' | 'float32', data: BigInt64Array | Float32Array, dims: number[]}} TensorFeed
 * @typedef {{type: 'noise', seed: number, rows: number, columns: number, first: number}} NoiseFeed
 *   a tensor [1, rows, columns] of standard normal noise, by position (host/noise.js)
 *   warm: read and load a voice by its stored plan; its value is warm_load.js' Loaded
 *   sizes: of the models that `model` is, where they are several that are run in turn
 *   fixed: sizes of named dimensions that never change; on WebGPU its runs are captured and played again
 *   answered by Answer; values: open -> {threads, backend, adapter, fallback},
 *   create -> {session, inputs, outputs, captured}, run -> Record<string, Float32Array>, release -> null
 */
