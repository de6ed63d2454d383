// SPDX-License-Identifier: Apache-2.0
import { BufferOverflow, bufferOverflow } from "../wire/buffer-overflow.js";
import { Reader } from "../wire/reader.js";
import type { MessageCodec } from "./message-codec.js";

/** Encodes one message into an array of its own. */
export function toBytes<I>(codec: MessageCodec<unknown, I>, message: I): Uint8Array {
  let capacity = 256;
  for (;;) {
    const buffer = new Uint8Array(capacity);
    try {
      return buffer.subarray(0, codec.encode(buffer, message, 0));
    } catch (error) {
      if (!(error instanceof BufferOverflow)) throw error;
      capacity = Math.max(capacity * 2, error.neededBytes);
    }
  }
}

/** Decodes one message from all of `bytes`. Throws an Error on malformed bytes. */
export function fromBytes<T>(codec: MessageCodec<T, never>, bytes: Uint8Array): T {
  return codec.decode(new Reader(bytes), bytes.length);
}

/** The codec of generic calls: a message is its bytes, unread. */
export const bytesCodec: MessageCodec<Uint8Array> = {
  typeName: "",
  encode(buffer, message, position) {
    const end = position + message.length;
    if (end > buffer.length) throw bufferOverflow(end);
    buffer.set(message, position);
    return end;
  },
  // Copied: the received chunk belongs to the connection.
  decode(reader, end) {
    const bytes = reader.bytes.slice(reader.position, end);
    reader.position = end;
    return bytes;
  },
};
