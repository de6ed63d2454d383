// SPDX-License-Identifier: Apache-2.0
import { HpackDecoder } from "../../src/http2/hpack/decoder.js";
import { HpackEncoder } from "../../src/http2/hpack/encoder.js";
import { type Field, field, fieldBytes } from "../../src/http2/hpack/field.js";
import type { FieldSection } from "../../src/http2/hpack/field-section.js";
import { HpackError } from "../../src/http2/hpack/hpack-error.js";
import { decodedHuffmanRoom, decodeHuffman, encodeHuffman, huffmanOctets } from "../../src/http2/hpack/huffman.js";
import type { Random } from "../support/random.js";
import { type FuzzPart, type FuzzSize, must } from "./fuzz-part.js";
import { ReferenceError7541, type ReferenceField, ReferenceHpackDecoder, referenceHuffman } from "./reference-hpack.js";

const names = [":path", ":status", ":authority", "content-type", "te", "grpc-timeout", "grpc-status", "authorization"];
const moreNames = ["cookie", "x-a", "x-trace-bin", "user-agent", "", "x-rather-long-name-of-a-field"];
const tableSizes = [0, 31, 32, 64, 256, 1000, 4096, 65_536];
const blocksPerInput = 5;
const stringsPerInput = 10;

/** Random and mutated blocks: the decoder and the literal reading of RFC 7541 must agree, within the limits. */
export const hpackBlocks: FuzzPart = {
  id: "m2-blocks",
  title: "HPACK blocks, against a literal reading of RFC 7541",
  perInput: blocksPerInput,
  inputs: (size) => tenth(size, 1_000_000) / blocksPerInput,
  run(random) {
    const limits = {
      maxListBytes: random.pick([0, 100, 500, 8192, 1_000_000]),
      maxFields: random.pick([0, 3, 20, 128]),
    };
    const maxTableBytes = random.pick(tableSizes);
    const decoder = new HpackDecoder(maxTableBytes, limits);
    const reference = new ReferenceHpackDecoder(maxTableBytes);
    const encoder = new HpackEncoder(random.pick([0, 256, 4096, 65_536]));
    encoder.setPeerMaxTableBytes(maxTableBytes);
    for (let count = 0; count < blocksPerInput; count++) {
      if (random.below(6) === 0) {
        const bytes = random.pick(tableSizes);
        decoder.setMaxTableBytes(bytes);
        reference.setMaxTableBytes(bytes);
        if (random.below(3) > 0) encoder.setPeerMaxTableBytes(bytes);
      }
      const block = random.below(5) === 0 ? invented(random) : mutated(encode(encoder, randomFields(random)), random);
      const section = attempt(() => decoder.decode(block, 0, block.length), HpackError);
      const expected = attempt(() => reference.decode(block), ReferenceError7541);
      must((section === undefined) === (expected === undefined), () => {
        const [ours, theirs] = [section, expected].map((it) => (it === undefined ? "refused" : "accepted"));
        return `${hex(block)} is ${ours}, by RFC 7541 it is ${theirs}`;
      });
      // RFC 9113 §4.3: the connection ends here.
      if (section === undefined || expected === undefined) return;
      checkSection(section, expected, limits, block);
      checkTable(decoder, reference, block);
    }
  },
};

/** What our encoder writes, our decoder and the reference read back, while settings change. */
export const hpackSync: FuzzPart = {
  id: "m2-sync",
  title: "HPACK header lists there and back, while table sizes change",
  perInput: stringsPerInput,
  inputs: (size) => tenth(size, 200_000) / stringsPerInput,
  run(random) {
    const encoder = new HpackEncoder(random.pick(tableSizes));
    const limits = { maxListBytes: 1_000_000, maxFields: 10_000 };
    const decoder = new HpackDecoder(4096, limits);
    const reference = new ReferenceHpackDecoder(4096);
    const constant = Object.freeze(randomFields(random));
    for (let count = 0; count < stringsPerInput; count++) {
      for (let changes = random.below(8) - 5; changes > 0; changes--) {
        const bytes = random.pick(tableSizes);
        for (const side of [decoder, reference]) side.setMaxTableBytes(bytes);
        encoder.setPeerMaxTableBytes(bytes);
      }
      const fields = random.below(3) === 0 ? constant : randomFields(random);
      const block = encode(encoder, fields);
      const section = decoder.decode(block, 0, block.length);
      checkSection(section, reference.decode(block), limits, block);
      checkTable(decoder, reference, block);
      must(section.fields.length === fields.length, () => `${fields.length} fields became ${section.fields.length}`);
      for (const [index, { name, value, sensitive }] of fields.entries()) {
        const read = section.fields[index];
        must(read.name === name && read.value === value, () => `${name}: ${value} became ${read.name}: ${read.value}`);
        must(!sensitive || read.sensitive, () => `${name} lost its sensitivity`);
      }
    }
  },
};

/** Strings there and back, and random octets: refused or accepted as by the code's table read bit by bit. */
export const huffmanStrings: FuzzPart = {
  id: "m2-huffman",
  title: "Huffman strings there and back, and random octets",
  perInput: stringsPerInput,
  inputs: (size) => tenth(size, 1_000_000) / stringsPerInput,
  run(random) {
    for (let count = 0; count < stringsPerInput; count += 2) {
      const text = randomValue(random, 60);
      const coded = new Uint8Array(huffmanOctets(text));
      must(encodeHuffman(text, coded, 0) === coded.length, () => `${JSON.stringify(text)} takes another length`);
      must(decodedText(coded) === text, () => `${JSON.stringify(text)} becomes ${JSON.stringify(decodedText(coded))}`);
      const octets = random.below(2) === 0 ? mutated(coded, random) : random.bytes(random.below(24));
      const read = attempt(() => decodedText(octets), HpackError);
      const expected = attempt(() => referenceHuffman(octets), ReferenceError7541);
      must(read === expected, () => `${hex(octets)} becomes ${String(read)}, must be ${String(expected)}`);
    }
  },
};

function checkSection(
  section: FieldSection,
  expected: readonly ReferenceField[],
  limits: { readonly maxListBytes: number; readonly maxFields: number },
  block: Uint8Array,
): void {
  let admitted = 0;
  let listBytes = 0;
  let exceeded = "none";
  for (const { name, value } of expected) {
    listBytes += name.length + value.length + 32;
    if (exceeded !== "none") continue;
    if (listBytes > limits.maxListBytes) exceeded = "bytes";
    else if (admitted === limits.maxFields) exceeded = "count";
    else admitted += 1;
  }
  const seen = `${section.fields.length} fields, ${section.listBytes} bytes, exceeded ${section.exceeded}`;
  const wanted = `${admitted} fields, ${listBytes} bytes, exceeded ${exceeded}`;
  must(seen === wanted, () => `${hex(block)}: ${seen}, must be ${wanted}`);
  const bytes = section.fields.reduce((sum, one) => sum + fieldBytes(one), 0);
  must(bytes <= limits.maxListBytes, () => `${hex(block)}: ${bytes} bytes materialised`);
  for (const [index, one] of section.fields.entries()) {
    const { name, value, sensitive } = expected[index];
    const same = one.name === name && one.value === value && one.sensitive === sensitive;
    must(
      same,
      () => `${hex(block)}: field ${index} is ${JSON.stringify(one)}, must be ${JSON.stringify(expected[index])}`,
    );
  }
}

function checkTable(decoder: HpackDecoder, reference: ReferenceHpackDecoder, block: Uint8Array): void {
  const { table } = decoder as unknown as { readonly table: { bytes: number; count: number; capacityBytes: number } };
  const seen = `${table.count} entries, ${table.bytes} of ${table.capacityBytes} bytes`;
  const wanted = `${reference.table.length} entries, ${reference.tableBytes} of ${reference.capacityBytes} bytes`;
  must(
    seen === wanted && table.bytes <= table.capacityBytes,
    () => `${hex(block)}: table of ${seen}, must be ${wanted}`,
  );
}

/** What `work` returns, undefined when it throws the one error it may throw. */
function attempt<T>(work: () => T, allowed: typeof HpackError | typeof ReferenceError7541): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof allowed) return undefined;
    throw error;
  }
}

function decodedText(octets: Uint8Array): string {
  const into = new Uint8Array(decodedHuffmanRoom(octets.length));
  return String.fromCharCode(...into.subarray(0, decodeHuffman(octets, 0, octets.length, into)));
}

function encode(encoder: HpackEncoder, fields: readonly Field[]): Uint8Array {
  const room = encoder.maxEncodedBytes(fields);
  const buffer = new Uint8Array(room);
  const end = encoder.encode(fields, buffer, 0);
  must(end <= room, () => `${end} octets written, ${room} announced`);
  return buffer.subarray(0, end);
}

/** A header list of 0 to 8 fields; names and values repeat often enough to meet in the table. */
export function randomFields(random: Random): Field[] {
  return Array.from({ length: random.below(9) }, () => {
    const name = random.pick(random.below(2) === 0 ? names : moreNames);
    const value = random.below(2) === 0 ? random.pick(["a", "200", "trailers", "/pkg.Service/Method"]) : undefined;
    // These two are sensitive by name, whatever the caller says.
    const sensitive = random.below(10) === 0 || name === "authorization" || name === "cookie";
    return field(name, value ?? randomValue(random, random.pick([10, 40, 300])), sensitive);
  });
}

function randomValue(random: Random, maxLength: number): string {
  const octets = random.pick([128, 128, 256]);
  return String.fromCharCode(...Array.from({ length: random.below(maxLength) }, () => random.below(octets)));
}

function mutated(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = bytes.slice();
  if (copy.length === 0) return random.bytes(1);
  switch (random.below(6)) {
    case 0:
      return copy;
    case 1:
      return copy.subarray(0, random.below(copy.length));
    case 2: {
      const at = random.below(copy.length);
      return Uint8Array.of(...copy.subarray(0, at), ...random.bytes(1 + random.below(3)), ...copy.subarray(at));
    }
    case 3:
      copy[random.below(copy.length)] = random.pick([0, 0x1f, 0x20, 0x3f, 0x40, 0x7f, 0x80, 0xbe, 0xff]);
      return copy;
    default:
      copy[random.below(copy.length)] ^= 1 << random.below(8);
      return copy;
  }
}

/** Octets that often are a representation. */
function invented(random: Random): Uint8Array {
  return Uint8Array.from({ length: random.below(30) }, () =>
    random.below(3) === 0
      ? random.below(256)
      : random.pick([0x82, 0x84, 0xbe, 0xbf, 0x40, 0x00, 0x10, 0x01, 0x61, 0x3f]),
  );
}

const tenth = (size: FuzzSize, whole: number): number => (size === "long" ? whole : whole / 10);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
