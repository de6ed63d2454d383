// SPDX-License-Identifier: Apache-2.0
// Large `bytes` are not copied into the buffer a message is encoded into: they are remembered with the position where
// they belong, and the transport sends head, bytes and tail one after the other.

/** `bytes` of this length and more are referenced while an encoder gathers. Shorter ones are cheaper to copy. */
export const gatheredBytesMin = 8192;

interface Piece {
  position: number;
  readonly bytes: Uint8Array;
}

/** How many pieces the encoder in progress has referenced. Read by every length prefix, hence a plain variable. */
export let gatheredPieces = 0;
let gathering = false;
let pieces: Piece[] = [];

/** True when `bytes` were taken by reference at `position`; false when they are to be copied. */
export function gather(position: number, bytes: Uint8Array): boolean {
  if (!gathering) return false;
  pieces.push({ position, bytes });
  gatheredPieces++;
  return true;
}

/** How many bytes were referenced at or behind a position. */
export function gatheredBytesFrom(position: number): number {
  let total = 0;
  for (const piece of pieces) if (piece.position >= position) total += piece.bytes.length;
  return total;
}

/** The buffer's content from `position` on has moved up. */
export function moveGathered(position: number, by: number): void {
  for (const piece of pieces) if (piece.position >= position) piece.position += by;
}

interface Encoder<I> {
  encode(buffer: Uint8Array, message: I, position: number): number;
}

/**
 * Encodes with large `bytes` by reference and returns the end position in the buffer. `gatheredPieces` is 0 when all of
 * the message is in the buffer; otherwise take it by `gatheredSegments` before anything else is encoded. When it throws,
 * nothing is referenced.
 */
export function encodeGathering<I>(codec: Encoder<I>, buffer: Uint8Array, message: I, position: number): number {
  if (gathering) throw new Error("a getter of a message that is being sent may not send another message");
  if (gatheredPieces > 0) forgetGathered();
  gathering = true;
  try {
    return codec.encode(buffer, message, position);
  } catch (error) {
    forgetGathered();
    throw error;
  } finally {
    gathering = false;
  }
}

/** Encodes with all `bytes` copied into the buffer, whatever is being gathered: a getter of that message may call it. */
export function encodeWhole<I>(codec: Encoder<I>, buffer: Uint8Array, message: I, position: number): number {
  if (!gathering && gatheredPieces === 0) return codec.encode(buffer, message, position);
  const outer = { gathering, gatheredPieces, pieces };
  gathering = false;
  forgetGathered();
  try {
    return codec.encode(buffer, message, position);
  } finally {
    ({ gathering, gatheredPieces, pieces } = outer);
  }
}

/**
 * The message that `encodeGathering` left in `buffer` from `start` to `end`, with what it referenced in between:
 * views of the buffer and the user's own arrays by turns.
 */
export function gatheredSegments(buffer: Uint8Array, start: number, end: number): Uint8Array[] {
  const segments: Uint8Array[] = [];
  let from = start;
  for (const piece of pieces) {
    if (piece.position > from) segments.push(buffer.subarray(from, piece.position));
    segments.push(piece.bytes);
    from = piece.position;
  }
  if (end > from) segments.push(buffer.subarray(from, end));
  forgetGathered();
  return segments;
}

/** Lets go of what an abandoned encoding referenced. */
export function forgetGathered(): void {
  pieces = [];
  gatheredPieces = 0;
}
