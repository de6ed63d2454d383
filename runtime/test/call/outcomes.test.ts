// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import { Code, packAny, StatusError } from "../../src/index.js";
import { runtimeName } from "../runtimes/runtime-name.js";
import { carriers, serve } from "../support/serve.js";
import { both, collect, down, one, type Text, textCodec, up } from "../support/text-service.js";

const failing = async (promise: Promise<unknown>): Promise<StatusError> => {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StatusError);
  return error as StatusError;
};

describe.each(carriers)("outcomes over %s", (carrier) => {
  test("a thrown StatusError arrives whole: code, text, details, metadata", async () => {
    await using served = await serve(carrier, {
      one() {
        throw new StatusError(Code.NOT_FOUND, "no such text: é\n\t€ 😀", {
          details: [packAny(textCodec, { text: "why" })],
          metadata: { "x-reason": "gone", "x-bytes-bin": Uint8Array.of(0xab, 0xab, 0xab) },
        });
      },
    });
    const call = served.channel.call(one, { text: "" });
    const error = await failing(call);
    expect(error.code).toBe(Code.NOT_FOUND);
    expect(error.message).toBe("no such text: é\n\t€ 😀");
    expect(error.detail(textCodec)).toEqual({ text: "why" });
    expect(error.metadata.get("x-reason")).toBe("gone");
    expect(error.metadata.get("x-bytes-bin")).toEqual(Uint8Array.of(0xab, 0xab, 0xab));
    expect([...(await call.headers)]).toEqual([]);
    expect(await call.status).toMatchObject({ code: Code.NOT_FOUND });
  });

  test("a lone surrogate in the text becomes U+FFFD and the status still arrives", async () => {
    await using served = await serve(carrier, {
      one() {
        throw new StatusError(Code.ABORTED, "broken \ud800 text");
      },
    });
    expect((await failing(served.channel.call(one, { text: "" }))).message).toBe("broken \ufffd text");
  });

  test("a handler that throws, rejects or yields nonsense gives UNKNOWN or INTERNAL and one report", async () => {
    const reports: unknown[] = [];
    const thrown = new Error("secret");
    await using served = await serve(
      carrier,
      {
        one(request) {
          if (request.text === "throw") throw thrown;
          return Promise.reject(thrown);
        },
        down: () => 5 as never,
        up: () => ({ text: Symbol("no text") }) as never,
        async *both() {
          yield { text: "first" };
          throw thrown;
        },
      },
      { server: { onError: (error) => reports.push(error) } },
    );
    for (const text of ["throw", "reject"]) {
      const error = await failing(served.channel.call(one, { text }));
      expect(error.code).toBe(Code.UNKNOWN);
      expect(error.message).not.toContain("secret");
    }
    expect(reports).toEqual([thrown, thrown]);
    expect((await failing(collect(served.channel.call(down, { text: "" })))).code).toBe(Code.UNKNOWN);
    expect(reports).toHaveLength(3);
    expect((await failing(served.channel.call(up, []))).code).toBe(Code.INTERNAL);
    const replies: Text[] = [];
    const call = served.channel.call(both);
    const error = await failing(
      (async () => {
        for await (const reply of call) replies.push(reply);
      })(),
    );
    expect(replies).toEqual([{ text: "first" }]);
    expect(error.code).toBe(Code.UNKNOWN);
    expect(reports.filter((report) => report === thrown)).toHaveLength(3);
  });

  test("a message that cannot be decoded is INTERNAL on either side", async () => {
    await using served = await serve(carrier, { one: (request) => ({ text: request.text.slice(1) }) });
    const atServer = await failing(served.channel.call(one, { text: "!" }));
    expect(atServer.code).toBe(Code.INTERNAL);
    expect(atServer.message).toContain("test.v1.Text");
    const atClient = await failing(served.channel.call(one, { text: "?!" }));
    expect(atClient.code).toBe(Code.INTERNAL);
  });

  test("an unknown method is UNIMPLEMENTED", async () => {
    await using served = await serve(carrier);
    const unknown = { ...one, path: "/test.v1.Texts/Missing" };
    const error = await failing(served.channel.call(unknown, { text: "" }));
    expect(error.code).toBe(Code.UNIMPLEMENTED);
    expect(error.message).toBe("unknown method /test.v1.Texts/Missing");
  });

  test("a method called in the wrong shape is UNIMPLEMENTED", async () => {
    await using served = await serve(carrier);
    const tooMany = served.channel.call({ ...up, path: one.path }, [{ text: "a" }, { text: "b" }]);
    expect((await failing(tooMany)).code).toBe(Code.UNIMPLEMENTED);
    const none = served.channel.call({ ...up, path: one.path }, []);
    expect((await failing(none)).code).toBe(Code.UNIMPLEMENTED);
    const manyReplies = served.channel.call({ ...one, path: down.path }, { text: "a b" });
    expect((await failing(manyReplies)).code).toBe(Code.UNIMPLEMENTED);
  });

  test("a reply does not save a call with one too many, or with another status than OK", async () => {
    await using served = await serve(carrier, {
      async *both() {
        yield { text: "first" };
        throw new StatusError(Code.ABORTED, "no");
      },
    });
    const tooMany = await failing(served.channel.call({ ...up, path: down.path }, [{ text: "a b" }]));
    expect(tooMany.code).toBe(Code.UNIMPLEMENTED);
    const onlyOne = served.channel.call({ ...one, path: both.path }, { text: "" });
    const onlyUp = served.channel.call({ ...up, path: both.path }, [{ text: "" }]);
    for (const call of [onlyOne, onlyUp]) {
      expect((await failing(call)).code).toBe(Code.ABORTED);
      expect(await call.status).toMatchObject({ code: Code.ABORTED });
    }
  });

  test("a message one byte past receiveMaxBytes is RESOURCE_EXHAUSTED, one at the limit passes", async () => {
    await using served = await serve(carrier, {}, { server: { receiveMaxBytes: 1000 } });
    expect((await served.channel.call(one, { text: "x".repeat(1000) })).text).toHaveLength(1000);
    const error = await failing(served.channel.call(one, { text: "x".repeat(1001) }));
    expect(error.code).toBe(Code.RESOURCE_EXHAUSTED);
    expect(error.message).toBe("message is 1001 bytes, larger than receiveMaxBytes (1000)");
    const options = { receiveMaxBytes: 999 };
    const atClient = await failing(served.channel.call(one, { text: "x".repeat(1000) }, options));
    expect(atClient.message).toBe("message is 1000 bytes, larger than receiveMaxBytes (999)");
  });

  test("a message one byte past sendMaxBytes is RESOURCE_EXHAUSTED on either side", async () => {
    await using served = await serve(carrier, {}, { server: { sendMaxBytes: 10 } });
    expect((await served.channel.call(one, { text: "0123456789" })).text).toBe("0123456789");
    const atServer = await failing(served.channel.call(one, { text: "0123456789a" }));
    expect(atServer.message).toBe("message is 11 bytes, larger than sendMaxBytes (10)");
    const atClient = await failing(served.channel.call(one, { text: "0123456789" }, { sendMaxBytes: 9 }));
    expect(atClient.message).toBe("message is 10 bytes, larger than sendMaxBytes (9)");
  });

  test("the error's stack names the caller's line", async ({ skip }) => {
    skip(
      runtimeName === "bun",
      "JavaScriptCore's stacks lead through async functions only, not through a call's own then",
    );
    await using served = await serve(carrier, {
      one() {
        throw new StatusError(Code.ABORTED, "no");
      },
    });
    async function theCaller(): Promise<void> {
      await served.channel.call(one, { text: "" });
    }
    expect((await failing(theCaller())).stack).toContain("theCaller");
    async function theReader(): Promise<void> {
      for await (const _ of served.channel.call(down, { text: "" })) break;
      for await (const _ of served.channel.call({ ...down, path: "/a.B/C" }, { text: "" }));
    }
    expect((await failing(theReader())).stack).toContain("theReader");
  });
});
