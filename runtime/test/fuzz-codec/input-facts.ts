// SPDX-License-Identifier: Apache-2.0
import { type DescEnum, type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { isWrapperDesc } from "@bufbuild/protobuf/wkt";

/**
 * What is notable in an input, read by its descriptor, slowly and by the letter of the encoding, with no code of the
 * codecs. Reading stops where the input is malformed; `malformed` tells that it did.
 */
export type Fact =
  | "malformed"
  | "wrongWireType"
  | "overrun"
  | "longLength"
  | "longTag"
  | "longUnknownVarint"
  | "longVarintInMessageSet"
  | "fieldZeroAmongUnknown"
  | "unknownClosedEnum"
  | "looseUnknownEnum"
  | "unknownFieldInMapEntry"
  | "unknownFieldInWrapper"
  | "unknownFieldInStruct"
  | "valueWithoutKind"
  | "numberedNull"
  | "uncheckedText"
  | "signallingNaN"
  | "deep"
  | "deepWithEntries";

/** The facts of an input, and how many messages it begins, which is what decoding it may allocate for. */
export interface InputFacts {
  readonly facts: ReadonlySet<Fact>;
  readonly messages: number;
}

/** How deep messages may lie in one another, the outermost not counted. */
const maxNesting = 100;
const strictUtf8 = new TextDecoder("utf-8", { fatal: true });

export function readInputFacts(schema: DescMessage, input: Uint8Array): InputFacts {
  const reading = new Reading(input);
  try {
    reading.message(schema, input.length, undefined, "plain", { messages: 0, entries: 0 });
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    reading.facts.add("malformed");
  }
  return reading;
}

class Malformed extends Error {}

/** How many messages, and how many entries of maps, what is read lies in. */
interface Depth {
  readonly messages: number;
  readonly entries: number;
}

/** Where a message stands: JavaScript has a form of its own for three of them, which holds no unknown fields. */
type Place = "plain" | "mapEntry" | "wrapper" | "struct";

class Reading implements InputFacts {
  readonly facts = new Set<Fact>();
  messages = 0;
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  message(schema: DescMessage | undefined, end: number, group: number | undefined, place: Place, depth: Depth): void {
    this.messages += 1;
    this.#deep(depth);
    let hasKind = false;
    while (this.#at < end) {
      const [no, wireType] = this.#tag();
      if (no === 0) {
        if (schema === undefined || schema.fields.length === 0) this.facts.add("fieldZeroAmongUnknown");
        throw new Malformed();
      }
      if (wireType === 4) {
        if (schema?.fields.some(({ number }) => number === no)) this.facts.add("wrongWireType");
        if (no !== group) throw new Malformed();
        this.#end(schema, place, hasKind);
        return;
      }
      const field = schema?.fields.find(({ number }) => number === no);
      if (field !== undefined && accepts(field, wireType)) {
        hasKind = true;
        this.#field(field, wireType, place, depth);
        continue;
      }
      if (field !== undefined) this.facts.add("wrongWireType");
      if (place === "mapEntry") this.facts.add("unknownFieldInMapEntry");
      if (place === "wrapper") this.facts.add("unknownFieldInWrapper");
      if (place === "struct") this.facts.add("unknownFieldInStruct");
      this.#skip(no, wireType, depth, schema?.proto.options?.messageSetWireFormat === true);
    }
    if (group !== undefined) throw new Malformed();
    if (this.#at > end) {
      this.facts.add("overrun");
      throw new Malformed();
    }
    this.#end(schema, place, hasKind);
  }

  #deep({ messages, entries }: Depth): void {
    if (messages === maxNesting) this.facts.add("deep");
    if (messages <= maxNesting && messages + entries > maxNesting) this.facts.add("deepWithEntries");
    if (messages > maxNesting) throw new Malformed();
  }

  #end(schema: DescMessage | undefined, place: Place, hasKind: boolean): void {
    if (place === "struct" && schema?.typeName === "google.protobuf.Value" && !hasKind)
      this.facts.add("valueWithoutKind");
  }

  #field(field: DescField, wireType: number, place: Place, depth: Depth): void {
    if (field.fieldKind === "map") {
      this.#mapEntry(field, place, depth);
      return;
    }
    if (field.message !== undefined) {
      const { message } = field;
      const unwrapped = field.fieldKind === "message" && field.oneof === undefined && isWrapperDesc(message);
      const isStruct =
        message.typeName === "google.protobuf.Struct" && field.parent?.typeName !== "google.protobuf.Value";
      const childPlace = place === "struct" || isStruct ? "struct" : unwrapped ? "wrapper" : "plain";
      if (wireType === 3) this.message(message, this.#bytes.length, field.number, childPlace, inMessage(depth));
      else this.message(message, this.#lengthEnd(), undefined, childPlace, inMessage(depth));
      return;
    }
    const type = field.enum === undefined ? (field.scalar as ScalarType) : field.enum;
    if (wireType === 2 && isPackable(type)) {
      const end = this.#lengthEnd();
      while (this.#at < end) this.#scalar(type, field, place);
      if (this.#at > end) {
        this.facts.add("overrun");
        throw new Malformed();
      }
      return;
    }
    this.#scalar(type, field, place);
  }

  #mapEntry(field: DescField & { fieldKind: "map" }, place: Place, depth: Depth): void {
    const end = this.#lengthEnd();
    this.messages += 1;
    const inEntry = { messages: depth.messages, entries: depth.entries + 1 };
    this.#deep(inEntry);
    const value = field.mapKind === "message" ? undefined : (field.enum ?? (field.scalar as ScalarType));
    let hasValue = false;
    while (this.#at < end) {
      const [no, wireType] = this.#tag();
      if ((no === 1 || no === 2) && wireType === 4) this.facts.add("wrongWireType");
      if (no === 0 || wireType === 4) throw new Malformed();
      hasValue ||= no === 2;
      if (no === 1 && wireType === wireTypeOf(field.mapKey)) this.#scalar(field.mapKey, field, place);
      else if (no === 2 && value !== undefined && wireType === wireTypeOf(value)) this.#scalar(value, field, place);
      else if (no === 2 && value === undefined && wireType === 2) {
        const inStruct = place === "struct" || field.message?.typeName === "google.protobuf.Struct";
        this.message(field.message, this.#lengthEnd(), undefined, inStruct ? "struct" : "plain", inMessage(inEntry));
      } else {
        if (no === 1 || no === 2) this.facts.add("wrongWireType");
        this.facts.add(place === "struct" ? "unknownFieldInStruct" : "unknownFieldInMapEntry");
        this.#skip(no, wireType, inEntry);
      }
    }
    if (place === "struct" && !hasValue) this.facts.add("valueWithoutKind");
    // What is left out is an empty message, and written as one.
    if (!hasValue && value === undefined && depth.messages + depth.entries + 2 > maxNesting) {
      this.facts.add("deepWithEntries");
    }
    if (this.#at > end) {
      this.facts.add("overrun");
      throw new Malformed();
    }
  }

  #scalar(type: ScalarType | DescEnum, field: DescField, place: Place): void {
    if (typeof type === "object") {
      this.#enumValue(type, place);
      return;
    }
    switch (wireTypeOf(type)) {
      case 0:
        this.#varint(10);
        return;
      case 1: {
        const at = this.#advance(8);
        const value = new DataView(this.#bytes.buffer, this.#bytes.byteOffset + at).getFloat64(0, true);
        if (type === ScalarType.DOUBLE && Number.isNaN(value) && (this.#bytes[at + 6] & 8) === 0) {
          this.facts.add("signallingNaN");
        }
        return;
      }
      case 5: {
        const at = this.#advance(4);
        const value = new DataView(this.#bytes.buffer, this.#bytes.byteOffset + at).getFloat32(0, true);
        if (type === ScalarType.FLOAT && Number.isNaN(value) && (this.#bytes[at + 2] & 64) === 0) {
          this.facts.add("signallingNaN");
        }
        return;
      }
      default: {
        const end = this.#lengthEnd();
        const start = this.#at;
        this.#at = end;
        if (end > this.#bytes.length) throw new Malformed();
        if (type === ScalarType.STRING) this.#text(this.#bytes.subarray(start, end), field);
      }
    }
  }

  #enumValue({ open, values }: DescEnum, place: Place): void {
    const start = this.#at;
    const value = BigInt.asIntN(32, this.#varint(10));
    if (place === "struct" && value !== 0n) this.facts.add("numberedNull");
    if (open || values.some(({ number }) => BigInt(number) === value)) return;
    this.facts.add("unknownClosedEnum");
    // Not as an encoder writes that value: longer, or with bits that an enum has no use for.
    const written = this.#bytes.subarray(start, this.#at);
    if (Buffer.compare(written, varintOf(BigInt.asUintN(64, value))) !== 0) this.facts.add("looseUnknownEnum");
  }

  #text(bytes: Uint8Array, field: DescField): void {
    try {
      strictUtf8.decode(bytes);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      if ("utf8Validation" in field && field.utf8Validation) throw new Malformed();
      this.facts.add("uncheckedText");
    }
  }

  #skip(no: number, wireType: number, depth: Depth, inMessageSet = false): void {
    switch (wireType) {
      case 0:
        this.#unknownVarint(inMessageSet);
        return;
      case 1:
        this.#advance(8);
        return;
      case 2:
        this.#at = this.#lengthEnd();
        return;
      case 3:
        this.message(undefined, this.#bytes.length, no, "plain", inMessage(depth));
        return;
      case 5:
        this.#advance(4);
        return;
      default:
        throw new Malformed();
    }
  }

  #tag(): [no: number, wireType: number] {
    const start = this.#at;
    const tag = this.#varint(5);
    if (tag > 0xffff_ffffn) throw new Malformed();
    if (this.#at - start > varintOf(tag).length) this.facts.add("longTag");
    return [Number(tag >> 3n), Number(tag & 7n)];
  }

  #lengthEnd(): number {
    const start = this.#at;
    const length = this.#varint(10);
    if (this.#at - start > 5 || length > 0xffff_ffffn) {
      this.facts.add("longLength");
      throw new Malformed();
    }
    const end = this.#at + Number(length);
    if (end > this.#bytes.length) throw new Malformed();
    return end;
  }

  /** An unsigned varint of that many bytes at most, its bits above 64 dropped. */
  #varint(maxBytes: number): bigint {
    let value = 0n;
    for (let count = 0; count < maxBytes; count++) {
      const octet = this.#bytes[this.#advance(1)];
      value |= BigInt(octet & 127) << BigInt(7 * count);
      if (octet < 128) return BigInt.asUintN(64, value);
    }
    throw new Malformed();
  }

  #unknownVarint(inMessageSet: boolean): void {
    const start = this.#at;
    try {
      this.#varint(10);
    } catch (error) {
      if (this.#at - start === 10) this.facts.add(inMessageSet ? "longVarintInMessageSet" : "longUnknownVarint");
      throw error;
    }
  }

  #advance(length: number): number {
    const start = this.#at;
    this.#at += length;
    if (this.#at > this.#bytes.length) throw new Malformed();
    return start;
  }
}

const inMessage = ({ messages, entries }: Depth): Depth => ({ messages: messages + 1, entries });

function accepts(field: DescField, wireType: number): boolean {
  if (field.fieldKind === "map") return wireType === 2;
  if (field.message !== undefined) return wireType === (field.delimitedEncoding ? 3 : 2);
  const type = field.enum ?? (field.scalar as ScalarType);
  return wireType === wireTypeOf(type) || (field.fieldKind === "list" && wireType === 2 && isPackable(type));
}

const isPackable = (type: ScalarType | DescEnum): boolean => wireTypeOf(type) !== 2;

function wireTypeOf(type: ScalarType | DescEnum): number {
  switch (type) {
    case ScalarType.DOUBLE:
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
      return 1;
    case ScalarType.STRING:
    case ScalarType.BYTES:
      return 2;
    case ScalarType.FLOAT:
    case ScalarType.FIXED32:
    case ScalarType.SFIXED32:
      return 5;
    default:
      return 0;
  }
}

function varintOf(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}
