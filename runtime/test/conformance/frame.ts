// SPDX-License-Identifier: Apache-2.0
import type { Writable } from "node:stream";

const PREFIX_BYTES = 4;

/**
 * Messages of the suites' pipes: 4 bytes of length, big-endian for Connect's and little-endian for protobuf's, then that
 * many bytes. Ends where the input ends; an input cut inside a message is an error.
 */
export async function* readFrames(input: AsyncIterable<Uint8Array>, littleEndian = false): AsyncGenerator<Uint8Array> {
  let pending: Uint8Array = new Uint8Array(0);
  for await (const chunk of input) {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    while (pending.length >= PREFIX_BYTES) {
      const end = PREFIX_BYTES + new DataView(pending.buffer, pending.byteOffset).getUint32(0, littleEndian);
      if (pending.length < end) break;
      yield pending.subarray(PREFIX_BYTES, end);
      pending = pending.subarray(end);
    }
  }
  if (pending.length > 0) throw new Error(`input ended ${pending.length} bytes into a message`);
}

/** Writes one message in one piece; resolves when the pipe took it. */
export function writeFrame(output: Writable, message: Uint8Array, littleEndian = false): Promise<void> {
  const frame = Buffer.allocUnsafe(PREFIX_BYTES + message.length);
  new DataView(frame.buffer, frame.byteOffset).setUint32(0, message.length, littleEndian);
  frame.set(message, PREFIX_BYTES);
  return new Promise((resolve, reject) => {
    output.write(frame, (error) => (error ? reject(error) : resolve()));
  });
}
