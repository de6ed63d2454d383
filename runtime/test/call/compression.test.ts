// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import { Code } from "../../src/index.js";
import { runtimeName } from "../runtimes/runtime-name.js";
import { carriers, serve } from "../support/serve.js";
import { both, collect, down, one, up } from "../support/text-service.js";

const long = "abc ".repeat(5000);

describe.each(carriers)("compression over %s", (carrier) => {
  for (const encoding of ["gzip", "deflate", "br"] as const) {
    test(`${encoding}: both directions, above minBytes alone`, async ({ skip }) => {
      skip(
        encoding === "br" && runtimeName === "deno",
        "Deno's brotli takes a message cut short for a whole one, so br is not offered",
      );
      const compressed: boolean[] = [];
      await using served = await serve(
        carrier,
        {
          one(request, context) {
            compressed.push(context.receivedCompressed);
            return request;
          },
        },
        { server: { compression: { send: encoding } }, channel: { compression: { send: encoding } } },
      );
      const call = served.channel.call(one, { text: long });
      expect(await call).toEqual({ text: long });
      expect(call.receivedCompressed).toBe(true);
      const short = served.channel.call(one, { text: "short" });
      expect(await short).toEqual({ text: "short" });
      expect(short.receivedCompressed).toBe(false);
      expect(compressed).toEqual([true, false]);
    });
  }

  test("a call and a message may opt out, and so may the handler", async () => {
    const compressed: boolean[] = [];
    await using served = await serve(
      carrier,
      {
        async *both(requests, context) {
          for await (const { text } of requests) {
            compressed.push(context.receivedCompressed);
            context.compress = text.startsWith("c");
            yield { text };
          }
        },
      },
      {
        server: { compression: { send: "gzip", minBytes: 0 } },
        channel: { compression: { send: "gzip", minBytes: 0 } },
      },
    );
    const call = served.channel.call(both);
    const replies = call[Symbol.asyncIterator]();
    const back: boolean[] = [];
    for (const [text, compress] of [
      ["c1", true],
      ["p2", false],
      ["c3", true],
    ] as const) {
      await call.send({ text }, { compress });
      expect((await replies.next()).value).toEqual({ text });
      back.push(call.receivedCompressed);
    }
    call.halfClose();
    expect(compressed).toEqual([true, false, true]);
    expect(back).toEqual([true, false, true]);
    const plain = served.channel.call(both, [{ text: "p" }], { compression: false });
    expect(await collect(plain)).toEqual([{ text: "p" }]);
    expect(compressed.at(-1)).toBe(false);
  });

  test("a compressed message that inflates past receiveMaxBytes is RESOURCE_EXHAUSTED", async () => {
    await using served = await serve(carrier, {}, { channel: { compression: { send: "gzip" } } });
    const bomb = { text: "a".repeat(5 << 20) };
    await expect(served.channel.call(one, bomb)).rejects.toMatchObject({ code: 8 });
    await expect(served.channel.call(up, [bomb])).rejects.toMatchObject({ code: 8 });
  });

  test("a reply that cannot be read once it is inflated fails the call, though the server has ended it OK", async () => {
    await using served = await serve(
      carrier,
      {
        async *down() {
          yield { text: "readable" };
          yield { text: "!unreadable" };
        },
        up: () => ({ text: `!${long}` }),
      },
      { server: { compression: { send: "gzip", minBytes: 0 } } },
    );
    const call = served.channel.call(down, { text: "" });
    const replies = call[Symbol.asyncIterator]();
    expect(await replies.next()).toMatchObject({ value: { text: "readable" } });
    expect(await call.status).toMatchObject({ code: Code.OK });
    await expect(replies.next()).rejects.toMatchObject({ code: Code.INTERNAL });
    expect(await call.status).toMatchObject({ code: Code.INTERNAL });
    const onlyReply = served.channel.call(up, []);
    const { status } = onlyReply;
    await expect(onlyReply).rejects.toMatchObject({ code: Code.INTERNAL });
    expect(await status).toMatchObject({ code: Code.INTERNAL });
  });

  test("a coding the server does not accept is UNIMPLEMENTED and names those it does", async () => {
    await using served = await serve(carrier, {}, { server: { compression: { accept: ["gzip"] } } });
    const call = served.channel.call(one, { text: long }, { compression: "deflate" });
    await expect(call).rejects.toMatchObject({
      code: 12,
      message: 'unknown compression "deflate": server accepts gzip, identity',
    });
  });
});
