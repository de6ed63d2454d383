// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { bytesMethod, Code, createServer, StatusError } from "../../src/node/index.js";
import { carriers, serve } from "../support/serve.js";
import { collect, down, one, Texts, textCodec } from "../support/text-service.js";

const utf8 = new TextEncoder();

test.each(carriers)("a generic call sends and gets raw bytes over %s", async (carrier) => {
  await using served = await serve(carrier);
  const reply = await served.channel.call(bytesMethod("/test.v1.Texts/One", "unary"), utf8.encode("raw"));
  expect(new TextDecoder().decode(reply)).toBe("raw");
  const replies = await collect(
    served.channel.call(bytesMethod("/test.v1.Texts/Down", "serverStreaming"), utf8.encode("a b")),
  );
  expect(replies.map((bytes) => new TextDecoder().decode(bytes))).toEqual(["a", "b"]);
});

test.each(carriers)("a fallback serves what no service has: a proxy over %s", async (carrier) => {
  await using backend = await serve(carrier, {
    one(request, context) {
      if (request.text === "fail") throw new StatusError(Code.NOT_FOUND, "not here", { metadata: { "x-why": "gone" } });
      context.trailers.set("x-trailer", "t");
      return { text: `${request.text} ${context.metadata.get("x-header") ?? ""}` };
    },
  });
  await using front = await serve(
    carrier,
    {},
    {
      add(server) {
        server.setFallback(async function* (requests, context) {
          const path = context.method.path.replace("Other", "Texts");
          const call = backend.channel.call(bytesMethod(path, "bidiStreaming"), requests, {
            metadata: context.metadata,
          });
          for await (const reply of call) yield reply;
          context.trailers.merge(await call.trailers);
        });
      },
    },
  );
  const proxied = { ...one, path: "/test.v1.Other/One" };
  const call = front.channel.call(proxied, { text: "via" }, { metadata: { "x-header": "h" } });
  expect(await call).toEqual({ text: "via h" });
  expect((await call.trailers).get("x-trailer")).toBe("t");
  const failed = await front.channel.call(proxied, { text: "fail" }).catch((error: StatusError) => error);
  expect(failed).toMatchObject({ code: Code.NOT_FOUND, message: "not here" });
  expect((failed as StatusError).metadata.get("x-why")).toBe("gone");
  expect(await collect(front.channel.call({ ...down, path: "/test.v1.Other/Down" }, { text: "a b" }))).toHaveLength(2);
});

test("registering says what is wrong", () => {
  const server = createServer();
  const handlers = { one: () => ({ text: "" }) };
  expect(() => server.addService(Texts, handlers as never)).toThrow("handler down of test.v1.Texts is missing");
  const all = { ...handlers, down: () => [], up: 5, both: () => [] };
  expect(() => server.addService(Texts, all as never)).toThrow("handler up of test.v1.Texts is number, not a function");
  expect(() => server.addService(Texts, undefined as never)).toThrow("handlers of test.v1.Texts must be an object");
  expect(() => createServer({ receiveMaxByte: 1 } as never)).toThrow('unknown server option "receiveMaxByte"');
  expect(() => createServer({ receiveMaxBytes: "1" as never })).toThrow(
    "receiveMaxBytes must be a number, at least 0, got 1",
  );
  expect(() => createServer({ interceptors: [undefined as never] })).toThrow(
    "interceptors[0] is undefined, expected a function",
  );
  expect(() => createServer({ compression: { send: "snappy" } })).toThrow('unknown compression "snappy"');
  expect(() => createServer({ limits: { maxStreams: 1 } as never })).toThrow("maxStreams");
  expect(textCodec.typeName).toBe("test.v1.Text");
});

test("an unknown key of tls says what is accepted", () => {
  const tls = { cert: "c", key: "k", clientCertificates: "require" };
  expect(() => createServer({ tls } as never)).toThrow("unknown option tls.clientCertificates, accepted are cert, key");
});
