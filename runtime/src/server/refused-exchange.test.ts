// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { FakeServerEngine } from "../../test/support/fake-engines.js";
import { FakeExchange } from "../../test/support/fake-exchange.js";
import { fieldSection } from "../../test/support/field-section.js";
import { type ExchangeListener, field } from "../transport/exchange.js";
import { RefusedExchange } from "./refused-exchange.js";

function refuse(body?: Uint8Array) {
  const engine = new FakeServerEngine();
  const exchange = new FakeExchange();
  const refused: ExchangeListener = new RefusedExchange(exchange, [field("grpc-status", "12")], body, engine);
  const receive = (bytes: number, endStream: boolean) =>
    refused.dataReceived(new Uint8Array(bytes), 0, bytes, endStream);
  return { engine, exchange, refused, receive };
}

const lost = { message: "", errorCode: 8, initiator: "connection", unprocessed: false } as const;

test("answers when the request has ended, by data or by trailers", () => {
  const data = refuse();
  data.receive(10, false);
  expect(data.exchange.sent).toEqual([]);
  data.receive(5, true);
  const trailers = refuse();
  trailers.refused.headersReceived(fieldSection(), true);
  for (const { exchange, engine } of [data, trailers]) {
    expect([exchange.sent, exchange.released, engine.wheel.size]).toEqual([["headers end"], 1, 0]);
  }
  expect(data.exchange.consumedBytes).toBe(15);
});

test("answers a request that goes on for more than 64 KiB, and credits what still comes", () => {
  const { exchange, receive, refused } = refuse();
  receive(65_536, false);
  expect(exchange.sent).toEqual([]);
  receive(1, false);
  receive(7, true);
  refused.streamReset(lost);
  expect([exchange.sent, exchange.released, exchange.consumedBytes]).toEqual([["headers end"], 1, 65_544]);
});

test("answers a client that waits for its answer before it ends the request, after a tenth of a second", async () => {
  const { engine, exchange } = refuse();
  await engine.platform.clock.advance(99);
  expect(exchange.sent).toEqual([]);
  await engine.platform.clock.advance(1);
  expect([exchange.sent, exchange.released, engine.wheel.size]).toEqual([["headers end"], 1, 0]);
});

test("a request that is reset first is not answered, and its slot is free", async () => {
  const { engine, exchange, refused } = refuse();
  refused.streamReset(lost);
  refused.streamReset(lost);
  await engine.platform.clock.advance(200);
  expect([exchange.sent, exchange.released, engine.platform.clock.pending]).toEqual([[], 1, 0]);
});

test("words for a client of another kind leave with the end", () => {
  const { exchange, receive } = refuse(new TextEncoder().encode("12345words"));
  receive(0, true);
  expect(exchange.sent).toEqual(["headers", "data words end"]);
});
