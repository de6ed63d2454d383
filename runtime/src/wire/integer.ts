// SPDX-License-Identifier: Apache-2.0
import { wrongValue } from "./wrong-value.js";

// One 64-bit cell seen as bigint, as two halves and as a double: the cheapest way between a bigint and its bits.
// Halves are in the machine's order, which is little-endian wherever JavaScript runs today.
/** The cell as a signed bigint. */
export const signedCell: BigInt64Array = new BigInt64Array(1);
/** Its two halves, unsigned: low, then high. */
export const halves: Uint32Array = new Uint32Array(signedCell.buffer);
/** The same 64 bits, unsigned. */
export const unsignedCell: BigUint64Array = new BigUint64Array(signedCell.buffer);
/** The same 64 bits as a double. */
export const doubleCell: Float64Array = new Float64Array(signedCell.buffer);
/** The first 32 of them as a float. */
export const floatCell: Float32Array = new Float32Array(signedCell.buffer);
/** The same 64 bits, octet by octet. */
export const octets: Uint8Array = new Uint8Array(signedCell.buffer);

const int32Range = "an int32 (-2147483648 to 2147483647)";
const uint32Range = "a uint32 (0 to 4294967295)";
const int64Range = "an int64 (-9223372036854775808 to 9223372036854775807)";
const uint64Range = "a uint64 (0 to 18446744073709551615)";

/** An int32 given as something else than such a number: its text is taken as well, the rest is a TypeError. */
export function int32From(value: unknown, field: string): number {
  const number = typeof value === "string" && value !== "" ? Number(value) : value;
  if (typeof number !== "number" || (number | 0) !== number) throw wrongValue(field, int32Range, value);
  return number;
}

/** A uint32 given as something else than such a number: its text is taken as well, the rest is a TypeError. */
export function uint32From(value: unknown, field: string): number {
  const number = typeof value === "string" && value !== "" ? Number(value) : value;
  if (typeof number !== "number" || number >>> 0 !== number) throw wrongValue(field, uint32Range, value);
  return number;
}

/** An int64 given as a number or as text, or a bigint out of range, which is a TypeError. */
export function int64From(value: unknown, field: string): bigint {
  const wide = bigintFrom(value);
  if (wide === undefined || BigInt.asIntN(64, wide) !== wide) throw wrongValue(field, int64Range, value);
  return wide;
}

/** A uint64 given as a number or as text, or a bigint out of range, which is a TypeError. */
export function uint64From(value: unknown, field: string): bigint {
  const wide = bigintFrom(value);
  if (wide === undefined || BigInt.asUintN(64, wide) !== wide) throw wrongValue(field, uint64Range, value);
  return wide;
}

function bigintFrom(value: unknown): bigint | undefined {
  if (typeof value === "bigint") return value;
  if (typeof value === "number") return Number.isInteger(value) ? BigInt(value) : undefined;
  return typeof value === "string" && /^-?\d+$/.test(value) ? BigInt(value) : undefined;
}
