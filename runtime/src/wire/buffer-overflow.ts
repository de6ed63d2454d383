// SPDX-License-Identifier: Apache-2.0

/**
 * Thrown by an encoder when the buffer it was given is too small. Not an error of the user: whoever gave the buffer
 * catches it and encodes again into one of at least `neededBytes` (0: unknown, double the buffer).
 */
export class BufferOverflow extends Error {
  neededBytes = 0;
}

const overflow = new BufferOverflow("the buffer is too small for the message");

/** The one instance, made once: no stack is captured when an encoder runs out of room. */
export function bufferOverflow(neededBytes: number): BufferOverflow {
  overflow.neededBytes = neededBytes;
  return overflow;
}
