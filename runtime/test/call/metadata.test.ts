// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import { Code, metadataKey, StatusError } from "../../src/index.js";
import { carriers, serve } from "../support/serve.js";
import { down, one } from "../support/text-service.js";

const tenant = metadataKey("x-tenant", { parse: Number, format: String });

describe.each(carriers)("metadata over %s", (carrier) => {
  test("headers and trailers travel both ways, bytes under -bin names included", async () => {
    await using served = await serve(carrier, {
      one(request, context) {
        context.headers.set("x-initial", context.metadata.get("x-initial") ?? "none");
        context.trailers.set("x-trailing-bin", context.metadata.get("x-trailing-bin") ?? new Uint8Array());
        context.trailers.append("x-many", "1").append("x-many", "2");
        return request;
      },
    });
    const metadata = { "X-Initial": "first", "x-trailing-bin": Uint8Array.of(0, 255, 128) };
    const call = served.channel.call(one, { text: "" }, { metadata });
    await call;
    expect((await call.headers).get("x-initial")).toBe("first");
    const trailers = await call.trailers;
    expect(trailers.get("x-trailing-bin")).toEqual(Uint8Array.of(0, 255, 128));
    expect(trailers.getAll("x-many")).toEqual(["1", "2"]);
    expect(trailers.has("grpc-status")).toBe(false);
  });

  test("sendHeaders sends them before the first message", async () => {
    let release: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await using served = await serve(carrier, {
      async *down(_request, context) {
        context.headers.set("x-early", "yes");
        context.sendHeaders();
        await held;
        yield { text: "late" };
      },
    });
    const call = served.channel.call(down, { text: "" });
    expect((await call.headers).get("x-early")).toBe("yes");
    release();
    expect(await call[Symbol.asyncIterator]().next()).toMatchObject({ value: { text: "late" } });
    call.cancel();
  });

  test("headers of a call that fails or ends without a message arrive as headers", async () => {
    await using served = await serve(carrier, {
      down(request, context) {
        context.headers.set("x-initial", "first");
        context.trailers.set("x-trailing", "last");
        if (request.text === "fail") throw new StatusError(Code.ABORTED, "no");
        return [];
      },
    });
    for (const [text, code] of [
      ["fail", Code.ABORTED],
      ["", Code.OK],
    ] as const) {
      const call = served.channel.call(down, { text });
      expect(await call.status).toMatchObject({ code });
      expect([...(await call.headers)]).toEqual([["x-initial", "first"]]);
      expect([...(await call.trailers)]).toEqual([["x-trailing", "last"]]);
    }
  });

  test("typed keys parse and format", async () => {
    await using served = await serve(carrier, {
      one: (_request, context) => ({ text: String((context.metadata.get(tenant) ?? 0) + 1) }),
    });
    const metadata = [["x-tenant", "41"]] as const;
    expect(await served.channel.call(one, { text: "" }, { metadata })).toEqual({ text: "42" });
  });

  test("the handler sees its method, peer and the client's user agent", async () => {
    await using served = await serve(carrier, {
      one: (_request, { method, peer, metadata }) => ({
        text: [method.path, method.shape, peer.address, String(metadata.get("user-agent"))].join(" "),
      }),
    });
    const { text } = await served.channel.call(one, { text: "" });
    const address = carrier === "in-process" ? "in-process" : "127.0.0.1";
    expect(text).toMatch(new RegExp(`^/test.v1.Texts/One unary ${address} grpc-`));
  });
});
