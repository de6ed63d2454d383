// SPDX-License-Identifier: Apache-2.0
import { availableParallelism } from "node:os";
import type { ZlibOptions } from "node:zlib";
import { type Compressor, type Encoding, MessageTooLargeError } from "../../rpc/compression.js";
import { BoundedWork } from "./bounded-work.js";

/** Up to so many bytes of input the work is done at once: handing it to a thread would cost more. */
const maxSyncInputBytes = 8 * 1024;
/** A small input may inflate to much; past this the work starts again on a thread and leaves the event loop alone. */
const maxSyncOutputBytes = 64 * 1024;
/** One processor stays the event loop's: what a peer sends to inflate must not slow the calls that inflate nothing. */
const maxConcurrentWork = Math.min(4, Math.max(1, availableParallelism() - 1));

/** One for the process, as the pool of threads is. */
const threads = new BoundedWork(maxConcurrentWork);

type Options = Pick<ZlibOptions, "maxOutputLength"> & { readonly info: true };
/** What zlib's functions give with `info: true`. */
interface Inflated {
  readonly buffer: Uint8Array;
  readonly engine: { readonly bytesWritten: number };
}
type Callback<T> = (error: Error | null, result: T) => void;

/** One coding's functions of node:zlib. */
export interface ZlibFunctions {
  readonly compressSync: (bytes: Uint8Array) => Uint8Array;
  readonly compress: (bytes: Uint8Array, callback: Callback<Uint8Array>) => void;
  // The types of node:zlib do not know what `info` does to the result.
  readonly decompressSync: (bytes: Uint8Array, options: Options) => unknown;
  readonly decompress: (bytes: Uint8Array, options: Options, callback: Callback<Buffer>) => void;
}

/** Whether a bound on the output bounds the time that inflating takes; where not, it is left to threads altogether. */
export type InflateCost = "by output" | "unbounded";

/** What surrounds the compressed data of a coding whose envelope node:zlib reads too leniently. */
export interface Envelope {
  /** Whether an input of no bytes is an empty message, where others would say that it ends early. */
  readonly mayBeAbsent: boolean;
  /** Bytes before the compressed data. Throws an Error when they are not this coding's. */
  readHeader(bytes: Uint8Array): number;
  /** Bytes after it. */
  readonly trailerBytes: number;
  /** Throws an Error when the trailer does not fit what was inflated. */
  checkTrailer(trailer: Uint8Array, inflated: Uint8Array): void;
}

/** Nothing around the data: node:zlib's own check is all there is. */
export const noEnvelope: Envelope = {
  mayBeAbsent: false,
  readHeader: () => 0,
  trailerBytes: 0,
  checkTrailer: () => undefined,
};

/**
 * A coding on node:zlib. Output is bounded while it is made; input that is corrupt, ends early or goes on after its end
 * (a further gzip member too) is an Error that names the coding.
 */
export class ZlibCompressor implements Compressor {
  readonly name: Encoding;
  readonly #functions: ZlibFunctions;
  readonly #envelope: Envelope;
  readonly #maxSyncInflateBytes: number;

  constructor(
    name: Encoding,
    functions: ZlibFunctions,
    envelope: Envelope = noEnvelope,
    inflateCost: InflateCost = "by output",
  ) {
    this.name = name;
    this.#functions = functions;
    this.#envelope = envelope;
    this.#maxSyncInflateBytes = inflateCost === "by output" ? maxSyncInputBytes : -1;
  }

  compress(bytes: Uint8Array): Uint8Array | Promise<Uint8Array> {
    if (bytes.byteLength <= maxSyncInputBytes) return plain(this.#functions.compressSync(bytes));
    return threads.run(
      () =>
        new Promise<Uint8Array>((resolve, reject) => {
          this.#functions.compress(bytes, (error, result) => (error ? reject(error) : resolve(plain(result))));
        }),
    );
  }

  decompress(bytes: Uint8Array, maxBytes: number): Uint8Array | Promise<Uint8Array> {
    if (bytes.byteLength === 0 && this.#envelope.mayBeAbsent) return new Uint8Array(0);
    const start = this.#envelope.readHeader(bytes);
    const body = bytes.subarray(start, Math.max(start, bytes.byteLength - this.#envelope.trailerBytes));
    const trailer = bytes.subarray(start + body.byteLength);
    if (bytes.byteLength <= this.#maxSyncInflateBytes) {
      const syncMaxBytes = Math.min(maxBytes, maxSyncOutputBytes);
      try {
        const inflated = this.#functions.decompressSync(body, outputOptions(syncMaxBytes)) as Inflated;
        return this.#checked(inflated, body, trailer, maxBytes);
      } catch (error) {
        if (!isOutputTooLarge(error) || syncMaxBytes === maxBytes) throw this.#describe(error, maxBytes);
      }
    }
    return this.#decompressOnThread(body, trailer, maxBytes);
  }

  async #decompressOnThread(body: Uint8Array, trailer: Uint8Array, maxBytes: number): Promise<Uint8Array> {
    try {
      const inflated = await threads.run(
        () =>
          new Promise<Inflated>((resolve, reject) => {
            this.#functions.decompress(body, outputOptions(maxBytes), (error, result: unknown) =>
              error ? reject(error) : resolve(result as Inflated),
            );
          }),
      );
      return this.#checked(inflated, body, trailer, maxBytes);
    } catch (error) {
      throw this.#describe(error, maxBytes);
    }
  }

  #checked(inflated: Inflated, body: Uint8Array, trailer: Uint8Array, maxBytes: number): Uint8Array {
    const { buffer, engine } = inflated;
    if (buffer.byteLength > maxBytes) throw tooLarge(this.name, maxBytes);
    const extraBytes = body.byteLength - engine.bytesWritten;
    if (extraBytes > 0) throw new Error(`${extraBytes} bytes follow the end of the compressed data`);
    if (trailer.byteLength < this.#envelope.trailerBytes) throw new Error("compressed data ends early");
    this.#envelope.checkTrailer(trailer, buffer);
    return plain(buffer);
  }

  #describe(error: unknown, maxBytes: number): Error {
    if (error instanceof MessageTooLargeError) return error;
    if (isOutputTooLarge(error)) return tooLarge(this.name, maxBytes);
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === "Z_BUF_ERROR" ? "compressed data ends early" : message;
    return new Error(`message is not valid ${this.name}: ${reason}`, { cause: error });
  }
}

// zlib takes no limit of 0; what it lets through is measured again.
const outputOptions = (maxBytes: number): Options => ({ maxOutputLength: Math.max(1, maxBytes), info: true });

const isOutputTooLarge = (error: unknown) => (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";

const tooLarge = (name: Encoding, maxBytes: number) =>
  new MessageTooLargeError(`message inflated with ${name} is larger than ${maxBytes} bytes`);

/** A Buffer as the plain array that the portable core expects: a Buffer's `slice` does not copy. */
function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
}
