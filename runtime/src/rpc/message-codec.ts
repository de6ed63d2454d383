// SPDX-License-Identifier: Apache-2.0
import type { Reader } from "../wire/reader.js";

/**
 * Reads and writes the bytes of one message type. `T` is what decoding gives, `I` what encoding takes (absent fields
 * are defaults). Names no schema, so a bundle that encodes a message carries no descriptor.
 */
export interface MessageCodec<T, I = T> {
  readonly typeName: string;
  /**
   * Writes the message at `position`, returns the position after it. Throws BufferOverflow when the buffer is too small;
   * it may ask for up to 160 bytes more than the message takes, so that it need not look twice.
   */
  encode(buffer: Uint8Array, message: I, position: number): number;
  /** Reads one message up to `end`, merging into `into` when given. Throws an Error on malformed bytes. */
  decode(reader: Reader, end: number, into?: T): T;
}

/** Ties a message type's name, encoder and decoder together; generated beside each message. */
export function messageCodec<T, I = T>(
  typeName: string,
  encode: MessageCodec<T, I>["encode"],
  decode: MessageCodec<T, I>["decode"],
): MessageCodec<T, I> {
  return { typeName, encode, decode };
}
