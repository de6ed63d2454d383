// SPDX-License-Identifier: Apache-2.0

// Received bytes shorter than this are copied, so that a hash of 20 bytes does not keep a chunk of 64 KiB alive.
const viewedBytesMin = 4096;
/** The one empty `bytes` value. */
export const noBytes: Uint8Array = new Uint8Array(0);

/** Where received bytes are, and whether that memory will be written again. */
export interface Chunk {
  readonly bytes: Uint8Array;
  readonly reused: boolean;
}

/** The bytes of a field: copied when short, or small beside the chunk, or the chunk is reused; a view of it otherwise. */
export function ownBytes(chunk: Chunk, start: number, end: number): Uint8Array {
  const { bytes } = chunk;
  const length = end - start;
  if (length === 0) return noBytes;
  const { buffer } = bytes;
  if (length < viewedBytesMin || length * 4 < buffer.byteLength || chunk.reused) {
    return copyOf(bytes, start, length);
  }
  return new Uint8Array(buffer, bytes.byteOffset + start, length);
}

// Not `slice`: of a Buffer it would be a Buffer again, and for few bytes a loop is quicker.
function copyOf(bytes: Uint8Array, start: number, length: number): Uint8Array {
  const copy = new Uint8Array(length);
  if (length > 64) copy.set(bytes.subarray(start, start + length));
  else for (let i = 0; i < length; i++) copy[i] = bytes[start + i];
  return copy;
}
