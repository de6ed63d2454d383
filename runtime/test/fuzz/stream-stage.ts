// SPDX-License-Identifier: Apache-2.0
import { field } from "../../src/http2/hpack/field.js";
import type { Role } from "../../src/http2/limits.js";
import {
  block,
  clientHello,
  dataFrame,
  frame,
  headersFrame,
  resetFrame,
  settingsFrame,
} from "../support/http2-frames.js";
import { okTrailers, requestHead, responseHead, TestEndpoint } from "../support/http2-pair.js";

/** The stream under test; lower ones are left out by a client and reset by us on one. */
export const ownId = 5;
export const streamIds = { zero: 0, even: 2, own: ownId, lower: 3, ahead: 7 } as const;
export type StreamKind = keyof typeof streamIds;

/** States a role can bring its stream into. */
export const stages: { readonly [R in Role]: readonly string[] } = {
  server: [
    "beforeSettings",
    "idle",
    "insideBlock",
    "open",
    "halfClosedRemote",
    "endedByPeer",
    "resetByPeer",
    "resetByUs",
    "answeredEarly",
  ],
  client: [
    "beforeSettings",
    "idle",
    "insideBlock",
    "awaitingHead",
    "headReceived",
    "halfClosedLocal",
    "endedByPeer",
    "resetByPeer",
    "resetByUs",
  ],
};

const endHeaders = 4;

/** The state of the stream of that kind when stream 5 is in `state`. */
export function stateOf(kind: StreamKind, state: string, role: Role): string {
  if (kind === "zero" || kind === "own" || state === "beforeSettings" || state === "insideBlock") return state;
  if (kind !== "lower" || state === "idle") return "idle";
  return role === "server" ? "skipped" : "resetByUs";
}

/** A connection whose stream 5 is in `state`, with no output left. */
export function stage(role: Role, state: string): TestEndpoint {
  const endpoint = new TestEndpoint(role);
  if (role === "server") setServer(endpoint, state);
  else setClient(endpoint, state);
  endpoint.take();
  return endpoint;
}

function setServer(endpoint: TestEndpoint, state: string): void {
  if (state === "beforeSettings") {
    endpoint.give(clientHello.slice(0, 24));
    return;
  }
  endpoint.give(clientHello);
  if (state === "idle") return;
  if (state === "insideBlock") {
    endpoint.give(frame(1, 1, ownId, block(requestHead)));
    return;
  }
  const ended = state === "halfClosedRemote" || state === "endedByPeer";
  endpoint.give(headersFrame(ownId, requestHead, ended ? 5 : endHeaders));
  const stream = endpoint.requests[0].stream;
  if (state === "resetByPeer") endpoint.give(resetFrame(ownId, 8));
  if (state === "resetByUs") stream?.reset(8);
  if (state === "endedByPeer" || state === "answeredEarly") stream?.sendHeaders(okTrailers, true);
}

function setClient(endpoint: TestEndpoint, state: string): void {
  if (state === "beforeSettings") return;
  endpoint.give(settingsFrame());
  if (state === "idle") return;
  endpoint.open()?.stream?.reset(8);
  endpoint.open()?.stream?.reset(8);
  const stream = endpoint.open()?.stream;
  if (state === "awaitingHead") return;
  if (state === "resetByPeer") endpoint.give(resetFrame(ownId, 8));
  else if (state === "resetByUs") stream?.reset(8);
  else if (state === "insideBlock") endpoint.give(frame(1, 0, ownId, block(responseHead)));
  else {
    if (state !== "headReceived") stream?.sendData(new Uint8Array(1), true);
    endpoint.give(headersFrame(ownId, responseHead, endHeaders));
    if (state === "endedByPeer") endpoint.give(dataFrame(ownId, [1], 1));
  }
}

/** A well-formed payload of the type, for what the stream expects. */
export function validPayload(type: number, role: Role, state: string): Uint8Array {
  switch (type) {
    case 1:
      if (role === "server" && state === "idle") return block(requestHead);
      if (role === "client" && state === "awaitingHead") return block(responseHead);
      return block([field("x-tail", "value")]);
    case 2:
      return Uint8Array.of(0, 0, 0, 0, 9);
    case 3:
      return Uint8Array.of(0, 0, 0, 8);
    case 4:
      return Uint8Array.of(0, 6, 0, 1, 0, 0);
    case 5:
      return Uint8Array.of(0, 0, 0, 2, ...block(requestHead));
    case 7:
      return Uint8Array.of(0x7f, 255, 255, 255, 0, 0, 0, 0);
    case 8:
      return Uint8Array.of(0, 0, 0, 1);
    case 9:
      return block([field("x-more", "value")]);
    default:
      return new Uint8Array(8);
  }
}
