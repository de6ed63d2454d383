// SPDX-License-Identifier: Apache-2.0
import { bufferOverflow } from "./buffer-overflow.js";
import { gather, gatheredBytesMin } from "./gather.js";
import { putTag, putVarint32 } from "./varint.js";
import { wrongValue } from "./wrong-value.js";

const maxHeadBytes = 10;
// Below this many, a loop is quicker than the call of `set`.
const loopBytes = 24;

/** Writes a `bytes` field. Large ones are referenced while the encoder gathers: they may not change until sent. */
export function writeBytes(
  buffer: Uint8Array,
  position: number,
  tag: number,
  value: Uint8Array,
  field: string,
): number {
  if (!(value instanceof Uint8Array)) throw wrongValue(field, "a Uint8Array", value);
  const { length } = value;
  if (position + maxHeadBytes > buffer.length) throw bufferOverflow(position + maxHeadBytes + length);
  const start = putVarint32(buffer, putTag(buffer, position, tag), length);
  if (length >= gatheredBytesMin && gather(start, value)) return start;
  if (start + length > buffer.length) throw bufferOverflow(start + length);
  if (length < loopBytes) for (let i = 0; i < length; i++) buffer[start + i] = value[i];
  else buffer.set(value, start);
  return start + length;
}
