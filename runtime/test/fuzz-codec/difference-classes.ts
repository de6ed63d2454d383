// SPDX-License-Identifier: Apache-2.0
import type { Fact } from "./input-facts.js";

/** A known way in which another implementation treats inputs otherwise than Petrel, and why that is not Petrel's fault. */
export interface DifferenceClass {
  readonly name: string;
  readonly peer: "protobuf-es" | "upb";
  readonly reason: string;
  /** Whether an input of such facts may be treated otherwise. */
  explains(facts: ReadonlySet<Fact>): boolean;
}

const has =
  (...wanted: readonly Fact[]) =>
  (facts: ReadonlySet<Fact>): boolean =>
    wanted.some((fact) => facts.has(fact));

/** The first class that explains a difference counts it. What none explains is a failure. */
export const differenceClasses: readonly DifferenceClass[] = [
  {
    name: "wrong wire type",
    peer: "protobuf-es",
    reason: "reads a known field of another wire type as if it had its own; it is an unknown field",
    explains: has("wrongWireType"),
  },
  {
    name: "child beyond its end",
    peer: "protobuf-es",
    reason: "lets a message, packed list or map entry read on behind its length",
    explains: has("overrun"),
  },
  {
    name: "length above 32 bits",
    peer: "protobuf-es",
    reason: "wraps a length that does not fit into 32 bits, or reads one of more than five bytes",
    explains: has("longLength"),
  },
  {
    name: "closed enum",
    peer: "protobuf-es",
    reason: "loses an unknown value of a closed enum beside another unknown field, and keeps it in lists and maps",
    explains: has("unknownClosedEnum"),
  },
  {
    name: "unknown varint of more than 10 bytes",
    peer: "protobuf-es",
    reason: "skips it, whatever its length",
    explains: has("longUnknownVarint"),
  },
  {
    name: "signalling NaN",
    peer: "protobuf-es",
    reason: "whether it becomes a quiet one is up to the engine, for every copy of a number anew",
    explains: has("signallingNaN"),
  },
  {
    name: "100 messages deep",
    peer: "protobuf-es",
    reason: "counts the outermost message among the 100 that may lie in one another",
    explains: has("deep"),
  },
  {
    name: "varint of more than 10 bytes in a message set",
    peer: "upb",
    reason: "rejects it; message sets are left to protobuf-es, which skips an unknown varint of any length",
    explains: has("longVarintInMessageSet"),
  },
  {
    name: "map entries 100 deep",
    peer: "upb",
    reason: "counts the entry of a map, too, as a message among the 100 that may lie in one another",
    explains: has("deepWithEntries"),
  },
  {
    name: "signalling NaN",
    peer: "upb",
    reason: "keeps its bits; JavaScript makes it a quiet one",
    explains: has("signallingNaN"),
  },
  {
    name: "text that is no UTF-8",
    peer: "upb",
    reason: "keeps the octets of proto2 text; a string holds U+FFFD instead",
    explains: has("uncheckedText"),
  },
  {
    name: "unknown field in a map entry",
    peer: "upb",
    reason: "keeps the whole entry as an unknown field; an object's property has no room for one, so it is dropped",
    explains: has("unknownFieldInMapEntry"),
  },
  {
    name: "unknown field in a wrapper or Struct",
    peer: "upb",
    reason: "keeps it; a plain value has no room for one, so it is dropped",
    explains: has("unknownFieldInWrapper", "unknownFieldInStruct"),
  },
  {
    name: "null in a Struct",
    peer: "upb",
    reason: "keeps a Value without a kind, and a null of a number other than 0; both are JSON's null",
    explains: has("valueWithoutKind", "numberedNull"),
  },
  {
    name: "tag longer than need be",
    peer: "upb",
    reason: "writes an unknown field's tag again as received; here as short as it can be",
    explains: has("longTag"),
  },
  {
    name: "unknown closed enum in a loose form",
    peer: "upb",
    reason: "writes the value again as an encoder would; here an unknown value keeps its octets",
    explains: has("looseUnknownEnum"),
  },
  {
    name: "field 0 where no field is known",
    peer: "upb",
    reason: "accepts it in unknown groups and in messages without fields; no field may have the number 0",
    explains: has("fieldZeroAmongUnknown"),
  },
];

export function classOf(peer: DifferenceClass["peer"], facts: ReadonlySet<Fact>): DifferenceClass | undefined {
  return differenceClasses.find((difference) => difference.peer === peer && difference.explains(facts));
}
