// SPDX-License-Identifier: Apache-2.0
import { BufferOverflow, bufferOverflow } from "../wire/buffer-overflow.js";
import { encodeWhole } from "../wire/gather.js";
import { Reader } from "../wire/reader.js";
import { wrongValue } from "../wire/wrong-value.js";
import type { MessageCodec } from "./message-codec.js";

const firstCapacity = 4096;
// Memory that messages are encoded into before they are copied out at their size. What a larger one needed is let go.
const keptCapacity = 256 * 1024;
let scratch: Uint8Array | undefined;

/** Encodes one message into an array of its own. */
export function toBytes<I>(codec: MessageCodec<unknown, I>, message: I): Uint8Array {
  let buffer = scratch ?? new Uint8Array(firstCapacity);
  // A getter of the message may itself encode one: it gets memory of its own.
  scratch = undefined;
  try {
    for (;;) {
      try {
        return copyOut(buffer, encodeWhole(codec, buffer, message, 0));
      } catch (error) {
        if (!(error instanceof BufferOverflow)) throw error;
        buffer = new Uint8Array(Math.max(buffer.length * 2, error.neededBytes));
      }
    }
  } finally {
    if (buffer.length <= keptCapacity) scratch = buffer;
  }
}

function copyOut(buffer: Uint8Array, length: number): Uint8Array {
  // One that will not be kept and is mostly full is the result itself.
  if (buffer.length > keptCapacity && length * 4 > buffer.length * 3) return buffer.subarray(0, length);
  const bytes = new Uint8Array(length);
  bytes.set(buffer.subarray(0, length));
  return bytes;
}

/** Decodes one message from all of `bytes`. Throws an Error on malformed bytes. */
export function fromBytes<T>(codec: MessageCodec<T, never>, bytes: Uint8Array): T {
  return codec.decode(new Reader(bytes), bytes.length);
}

/** The codec of generic calls: a message is its bytes, unread. */
export const bytesCodec: MessageCodec<Uint8Array> = {
  typeName: "",
  encode(buffer, message, position) {
    if (!(message instanceof Uint8Array)) throw wrongValue("a message of a generic call", "a Uint8Array", message);
    const end = position + message.length;
    if (end > buffer.length) throw bufferOverflow(end);
    buffer.set(message, position);
    return end;
  },
  // Copied: the received chunk belongs to the connection. Not by `slice`, which of a Buffer gives the same memory.
  decode(reader, end) {
    const bytes = new Uint8Array(reader.bytes.subarray(reader.position, end));
    reader.position = end;
    return bytes;
  },
};
