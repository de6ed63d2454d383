// SPDX-License-Identifier: Apache-2.0
import { ErrorCode, formatErrorCode } from "../../src/http2/error-code.js";
import { decodeUint32, formatFrameType } from "../../src/http2/frame/header.js";
import type { Role } from "../../src/http2/limits.js";
import { frame, parseFrames, pingFrame, type SeenFrame } from "../support/http2-frames.js";
import type { Random } from "../support/random.js";
import { type FuzzPart, must } from "./fuzz-part.js";
import { findRow, type OutcomeRow, readOutcomeTable } from "./outcome-table.js";
import { type StreamKind, stage, stages, stateOf, streamIds, validPayload } from "./stream-stage.js";

const types = 256;
const kinds = Object.keys(streamIds) as StreamKind[];
const lengths = ["valid", "zero", "less", "more", "largest", "over"] as const;
const places = (["server", "client"] as const).flatMap((role) => stages[role].map((state) => ({ role, state })));
const maxFrameBytes = 16_384;
const indexZero = 0x80;
const methodGet = 0x82;
/** Flags that make a frame whole: END_STREAM and END_HEADERS where they exist. */
const flags: { readonly [type: number]: number } = { 1: 5, 5: 4, 9: 4 };

/** Every frame type × state × stream × length, both roles, against testdata/fuzz/frame-outcomes.md (M3). Not random. */
export class FrameOutcomes implements FuzzPart {
  readonly id = "m3";
  readonly title = "every frame type, state, stream and length against the table of outcomes";
  readonly #rows: readonly OutcomeRow[] = readOutcomeTable(
    new URL("../../../testdata/fuzz/frame-outcomes.md", import.meta.url),
  );

  inputs(): number {
    return types * places.length * kinds.length * lengths.length;
  }

  run(_random: Random, input: number): void {
    const length = lengths[input % lengths.length];
    const kind = kinds[Math.floor(input / lengths.length) % kinds.length];
    const { role, state } = places[Math.floor(input / lengths.length / kinds.length) % places.length];
    const type = Math.floor(input / lengths.length / kinds.length / places.length);
    const name = type > 9 ? "unknown" : formatFrameType(type);
    const streamState = stateOf(kind, state, role);
    const row = findRow(this.#rows, { frame: name, role, stream: kind, state: streamState, length });
    const note = `${formatFrameType(type)} (${length}) to a ${role}, stream ${kind}, ${streamState}`;
    if (row === undefined) throw new Error(`no row of the table matches ${note}`);
    const streamId = streamIds[kind];
    const payload = payloadOf(type, length, role, streamState);
    const seen = outcomeOf(role, state, frame(type, flags[type] ?? 0, streamId, payload), streamId);
    must(seen === row.outcome, () => `${note}: ${seen}, must be ${row.outcome} (line ${row.line}: ${row.why})`);
  }
}

function payloadOf(type: number, length: (typeof lengths)[number], role: Role, state: string): Uint8Array {
  const valid = validPayload(type, role, state);
  switch (length) {
    case "valid":
      return valid;
    case "zero":
      return valid.subarray(0, 0);
    case "less":
      return valid.subarray(0, valid.length - 1);
    case "more":
      return Uint8Array.of(...valid, type === 1 || type === 9 ? indexZero : 0);
    default: {
      const bytes = new Uint8Array(maxFrameBytes + (length === "over" ? 1 : 0));
      if (type === 1 || type === 9) return bytes.fill(methodGet);
      bytes.set(valid);
      return bytes;
    }
  }
}

/** "nothing", "stream CODE" or "connection CODE". Throws when what came back fits none of them. */
function outcomeOf(role: Role, state: string, bytes: Uint8Array, streamId: number): string {
  const endpoint = stage(role, state);
  endpoint.give(bytes);
  const answers = parseFrames(endpoint.take());
  const goaway = answers.find(({ type }) => type === 7);
  const reset = answers.find(({ type }) => type === 3);
  if (goaway !== undefined) {
    const code = codeAt(goaway, 4);
    must(endpoint.ended !== undefined, () => "GOAWAY, and the connection goes on");
    must((endpoint.ended?.error?.errorCode ?? 0) === code, () => "the host hears of another error than the peer");
    must(reset === undefined, () => "both RST_STREAM and GOAWAY");
    return `connection ${formatErrorCode(code)}`;
  }
  must(endpoint.ended === undefined, () => "the connection ended without GOAWAY");
  if (state !== "beforeSettings" && !(state === "insideBlock" && bytes[3] !== 9)) {
    endpoint.give(pingFrame());
    must(
      parseFrames(endpoint.take()).some(({ type }) => type === 6),
      () => "PING is not answered any more",
    );
  }
  if (reset === undefined) return "nothing";
  must(reset.streamId === streamId, () => `RST_STREAM of stream ${reset.streamId}`);
  const code = codeAt(reset, 0);
  must(code !== ErrorCode.INTERNAL_ERROR, () => "an internal error");
  return `stream ${formatErrorCode(code)}`;
}

const codeAt = ({ payload }: SeenFrame, position: number): number => decodeUint32(payload, position);
