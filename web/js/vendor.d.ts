/** Types of what the build puts into vendor/ and wasm/ (see tools/build/vendor.py). */

declare module '*/vendor/idb/index.js' {
  export * from 'idb';
}

declare module '*/vendor/stretch/stretch.mjs' {
  /** Signalsmith Stretch, an Emscripten instance. Buffers: see `_setBuffers`. */
  export interface Stretch {
    HEAP8: Int8Array;
    /** The wasm instance's exports, in builds that keep them. */
    exports?: { memory: WebAssembly.Memory };
    _main(): void;
    _presetDefault(channels: number, sampleRate: number): void;
    _presetCheaper(channels: number, sampleRate: number): void;
    _configure(channels: number, blockSamples: number, intervalSamples: number, splitComputation?: boolean): void;
    _reset(): void;
    /** Samples. */
    _blockSamples(): number;
    _intervalSamples(): number;
    _inputLatency(): number;
    _outputLatency(): number;
    /**
     * Makes room for `length` samples in and out for each channel; returns the address of
     * the first: inputs by channel, then outputs by channel, float32.
     */
    _setBuffers(channels: number, length: number): number;
    /** Reads the input buffers as what lies before; `playbackRate` is input per output. */
    _seek(inputSamples: number, playbackRate: number): void;
    /** From the input buffers to the output buffers. */
    _process(inputSamples: number, outputSamples: number): void;
    _flush(outputSamples: number): void;
    _setTransposeSemitones(semitones: number, tonalityLimit: number): void;
    _setTransposeFactor(multiplier: number, tonalityLimit: number): void;
    _setFormantSemitones(semitones: number, compensatePitch: boolean): void;
    _setFormantFactor(multiplier: number, compensatePitch: boolean): void;
    _setFormantBase(baseFrequency: number): void;
  }
  export default function createStretch(options?: object): Promise<Stretch>;
}

declare module '*/vendor/article/linkedom.js' {
  /** As much of a DOM as Readability needs; the worker's own library of types has none. */
  export interface Page {
    documentElement: { localName: string; children: Iterable<{ localName: string }> } | null;
    querySelectorAll(selector: string): Iterable<{ remove(): void }>;
  }
  export function parseHTML(markup: string): { document: Page };
}

declare module '*/vendor/article/readability.js' {
  import type { Page } from '*/vendor/article/linkedom.js';
  /** Changes the page that it is given. */
  export class Readability {
    constructor(
      page: Page,
      options?: { maxElemsToParse?: number; charThreshold?: number; classesToPreserve?: string[] },
    );
    parse(): Partial<
      Record<'title' | 'byline' | 'lang' | 'dir' | 'siteName' | 'content', string | null>
    > | null;
  }
  export function isProbablyReaderable(
    page: Page,
    options?: { minContentLength?: number; minScore?: number },
  ): boolean;
}

declare module '*/vendor/mediabunny/mediabunny.mjs' {
  export * from 'mediabunny';
}

declare module '*/vendor/lame/lame.mjs' {
  /** LAME 3.100 with the bridge of @mediabunny/mp3-encoder (src/lame-bridge.c). Addresses are of HEAPU8. */
  export interface Lame {
    HEAPU8: Uint8Array<ArrayBuffer>;
    _malloc(bytes: number): number;
    /** Hz; bits a second. Returns the encoder's address. */
    _init_lame(channels: number, sampleRate: number, bitrate: number): number;
    /** 16-bit samples; returns how many bytes were written to `output`, or what went wrong, below 0. */
    _encode_samples(encoder: number, left: number, right: number, samples: number, output: number, room: number): number;
    _flush_lame(encoder: number, output: number, room: number): number;
    _close_lame(encoder: number): void;
  }
  export default function createLame(options?: object): Promise<Lame>;
}

declare module '*/vendor/build_info.js' {
  export const BUILD: {
    /** Whether the site's settings are part of this build. */
    site: boolean;
    /** Short hash of all files. */
    version: string;
    /** Changes with whatever a memory snapshot depends on. */
    snapshotKey: string;
    /** SHA-256 of audio/index.json, "" where nothing is published. */
    published: string;
    /**
     * Where voices may be installed from. `source`: address of the collection's folder
     * without a final slash, "" for none; `origins`: whom the policy lets the page ask, each
     * "https://host", "https://host:port" or "https://*.host".
     */
    voices: { source: string; origins: string[] };
  };
}

declare module '*/wasm/pyodide/pyodide.mjs' {
  export * from 'pyodide';
}

declare module '*/wasm/ort/ort.wasm.bundle.min.mjs' {
  export * from 'onnxruntime-web';
}

declare module '*/wasm/ort/ort.webgpu.bundle.min.mjs' {
  export * from 'onnxruntime-web';
}

declare module '*/wasm/espeak/piper_phonemize.mjs' {
  export interface Phonemizer {
    /** Status; throws a number when C++ threw, and the instance lives on. */
    callMain(args: string[]): number;
    /** Know a language more: the bytes of a file of lang/, which are kept. Throws when they are cut. */
    addLanguage(pack: Uint8Array): void;
  }
  export interface PhonemizerOptions {
    print?(line: string): void;
    printErr?(line: string): void;
    /** Address of a file that lies beside the module; default: beside the module. */
    locateFile?(name: string): string;
    wasmBinary?: ArrayBufferLike | Uint8Array;
    dataBinary?: Uint8Array;
  }
  /** espeak's voice, in lower case -> names of the files in lang/ that it needs. */
  export const LANGUAGES: Record<string, string[]>;
  export default function createPiperPhonemize(options?: PhonemizerOptions): Promise<Phonemizer>;
}
