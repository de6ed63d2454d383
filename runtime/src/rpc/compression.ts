// SPDX-License-Identifier: Apache-2.0

/** A message coding by its name in `grpc-encoding`. */
export type Encoding = "identity" | "gzip" | "deflate" | "br" | "zstd" | (string & {});

/** How a channel or server compresses messages. */
export interface Compression {
  /** Codings accepted from the peer, announced in this order. Default: all the platform has. */
  readonly accept?: readonly Encoding[] | undefined;
  /** Coding of the messages we send. Default "identity"; a server falls back to it when the client does not accept the coding. */
  readonly send?: Encoding | undefined;
  /** Messages shorter than this stay uncompressed. Default 1024 bytes. */
  readonly minBytes?: number | undefined;
}

/** One coding. Work may be done at once or elsewhere; a promise means elsewhere. */
export interface Compressor {
  readonly name: Encoding;
  compress(bytes: Uint8Array): Uint8Array | Promise<Uint8Array>;
  /** Fails with MessageTooLargeError past `maxBytes` of output, with any other Error on corrupt, truncated or trailing input. */
  decompress(bytes: Uint8Array, maxBytes: number): Uint8Array | Promise<Uint8Array>;
}

/** Inflating would exceed the limit on one message. */
export class MessageTooLargeError extends Error {
  override readonly name = "MessageTooLargeError";
}
