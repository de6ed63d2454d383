// SPDX-License-Identifier: Apache-2.0
import { getHeapStatistics } from "node:v8";
import { fromBinary, type Message, toBinary } from "@bufbuild/protobuf";
import { toBytes } from "petrel";
import { Reader } from "petrel/codegen";
import type { MessageType } from "../conformance-protobuf/message-types.js";
import { maxInputMs, must } from "../fuzz/fuzz-part.js";
import type { Random } from "../support/random.js";
import { readInputFacts } from "./input-facts.js";
import { isSameMessage, messageDifference } from "./same-message.js";

/** What one codec makes of an input. `encoded` is missing where a required field is. */
export type Attempt =
  | { readonly accepted: false; readonly error: Error }
  | { readonly accepted: true; readonly message: Message; readonly encoded: Uint8Array | undefined };

/** What became of an input here: with the generated codec, and with protobuf-es. */
export interface Trial {
  readonly ours: Attempt;
  readonly es: Attempt;
}

/**
 * Decodes and encodes an input both ways. Throws a Violation when the generated codec takes too long, allocates too much,
 * reads outside of the input, stops short of its end, keeps a view of it, or fails otherwise than by rejecting.
 */
export function tryInput(type: MessageType, input: Uint8Array, random: Random): Trial {
  const ours = bounded(type, input);
  const surrounded = new Uint8Array(input.length + 2 * margin).fill(random.below(256));
  surrounded.set(input, margin);
  const again = attempt(type, surrounded, margin, margin + input.length, () => surrounded.fill(0xaa));
  const same = isSame(ours, again) || readInputFacts(type.schema, input).facts.has("signallingNaN");
  must(same, () => `${describe(ours)}, but ${describe(again)} with other bytes around it, overwritten when read`);
  return { ours, es: attemptEs(type, input) };
}

const margin = 16;

/** How two attempts differ, as a sentence, or undefined: which accepts, what they hold, or what they write. */
export function difference(ours: Attempt, es: Attempt): string | undefined {
  if (!ours.accepted || !es.accepted) {
    return ours.accepted === es.accepted ? undefined : `ours ${describe(ours)}; protobuf-es ${describe(es)}`;
  }
  if (!isSameMessage(ours.message, es.message)) {
    return `holds ${messageDifference(ours.message, es.message)} as in protobuf-es`;
  }
  return isSameBytes(ours.encoded, es.encoded) ? undefined : bytesDifference(ours.encoded, es.encoded);
}

/** Where two encodings part: `wrote …0a01[02] at 17, not …0a01[03]`. */
export function bytesDifference(actual: Uint8Array | undefined, expected: Uint8Array | undefined): string {
  if (actual === undefined || expected === undefined)
    return `wrote ${actual && hex(actual)}, not ${expected && hex(expected)}`;
  let at = 0;
  while (at < actual.length && actual[at] === expected[at]) at++;
  const shown = (bytes: Uint8Array) =>
    `…${hex(bytes.subarray(Math.max(0, at - 24), at))}[${hex(bytes.subarray(at, at + 24))}]…`;
  return `wrote ${shown(actual)} at ${at} of ${actual.length}, not ${shown(expected)} of ${expected.length}`;
}

/** For reports: `accepts 0a01…` or `rejects: a tag cut short at byte 3`. */
export function describe(attempt: Attempt): string {
  if (!attempt.accepted) return `rejects: ${attempt.error.message}`;
  return attempt.encoded === undefined ? "accepts, a required field is missing" : `accepts ${hex(attempt.encoded)}`;
}

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex") || "nothing";

// Decoding may allocate what the input can ask for honestly: a bigint in a list takes 32 bytes where the wire has one, and
// a message whose fields are all empty takes an object with 140 properties and their lists where the wire has two bytes.
const freeBytes = 64 * 1024;
const bytesPerInputByte = 128;
const bytesPerMessage = 16 * 1024;

/** The generated codec's attempt, within its bounds of time and memory; measured anew before it is blamed for either. */
function bounded(type: MessageType, input: Uint8Array): Attempt {
  let allocated = 0;
  let ms = 0;
  for (let attempts = 0; attempts < 3; attempts++) {
    const cpu = attempts === 0 ? undefined : process.cpuUsage();
    const heap = heapBytes();
    const startedAt = performance.now();
    const result = attempt(type, input, 0, input.length);
    ms = performance.now() - startedAt;
    if (cpu !== undefined) {
      const { user, system } = process.cpuUsage(cpu);
      ms = Math.min(ms, (user + system) / 1e3);
    }
    // A collection in between makes it smaller than it was: then the next input of its kind tells.
    allocated = heapBytes() - heap;
    const isSmall = allocated <= freeBytes || allocated <= mayAllocate(type, input);
    if (ms <= maxInputMs && isSmall) return result;
  }
  must(ms <= maxInputMs, () => `took ${ms.toFixed(0)} ms, may take ${maxInputMs}`);
  const most = mayAllocate(type, input);
  must(allocated <= most, () => `allocated ${allocated} bytes for ${input.length} bytes, may take ${most}`);
  return attempt(type, input, 0, input.length);
}

function mayAllocate(type: MessageType, input: Uint8Array): number {
  return freeBytes + bytesPerInputByte * input.length + bytesPerMessage * readInputFacts(type.schema, input).messages;
}

function heapBytes(): number {
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics();
  return heap + external;
}

/** Decodes, then encodes; `between` is called in between. Inputs are short, so what is decoded must own its bytes. */
function attempt({ codec }: MessageType, bytes: Uint8Array, start: number, end: number, between?: () => void): Attempt {
  const reader = new Reader(bytes, start, end);
  let message: Message;
  try {
    message = codec.decode(reader, end);
  } catch (error) {
    must(isRejection(error), () => `decoding threw ${(error as Error).stack ?? String(error)}`);
    return { accepted: false, error };
  }
  must(reader.position === end, () => `decoding stopped at ${reader.position - start} of ${end - start} bytes`);
  between?.();
  try {
    return { accepted: true, message, encoded: toBytes(codec, message) };
  } catch (error) {
    must(isRequiredMissing(error), () => `encoding threw ${(error as Error).stack ?? String(error)}`);
    return { accepted: true, message, encoded: undefined };
  }
}

// What malformed bytes lead to is a plain Error; a TypeError or RangeError comes from a decoder that lost its way. All but
// protobuf-es's own RangeError: message sets are left to it.
function isRejection(error: unknown): error is Error {
  return error instanceof Error && (error.constructor === Error || error.message === "premature EOF");
}

const isRequiredMissing = (error: unknown): boolean =>
  error instanceof TypeError && error.message.endsWith(": required, but not set");

function attemptEs({ schema }: MessageType, input: Uint8Array): Attempt {
  let message: Message;
  try {
    message = fromBinary(schema, input);
  } catch (error) {
    return { accepted: false, error: error as Error };
  }
  try {
    return { accepted: true, message, encoded: toBinary(schema, message) };
  } catch (error) {
    if (!String(error).includes("required field not set")) return { accepted: false, error: error as Error };
    return { accepted: true, message, encoded: undefined };
  }
}

function isSame(one: Attempt, other: Attempt): boolean {
  if (!one.accepted || !other.accepted) return one.accepted === other.accepted;
  return isSameBytes(one.encoded, other.encoded);
}

export function isSameBytes(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.length === other.length && Buffer.compare(one, other) === 0;
}
