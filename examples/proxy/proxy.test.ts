// SPDX-License-Identifier: Apache-2.0
import { Code, createChannel, createServer, packAny, type ServerContext, StatusError } from "petrel";
import { ErrorInfoCodec } from "petrel/wkt";
import { expect, test } from "vitest";
import { EchoService, EchoServiceClient, type EchoServiceHandlers } from "./gen/echo/v1/echo_grpc.js";
import { createProxy } from "./proxy.js";

const echo: EchoServiceHandlers = {
  echo({ text }, context) {
    context.headers.set("greeting", `hello ${context.metadata.get("caller") ?? "nobody"}`);
    context.headers.set("seal-bin", Uint8Array.of(1, 2, 255));
    context.trailers.set("goodbye", "see you");
    return { text };
  },
  async *echoMany(requests) {
    for await (const { text } of requests) yield { text };
  },
};

async function withProxy(
  handlers: Partial<EchoServiceHandlers>,
  use: (client: EchoServiceClient) => Promise<void>,
): Promise<void> {
  await using server = createServer().addService(EchoService, { ...echo, ...handlers });
  await using backend = createChannel((await server.listen("127.0.0.1:0")).target);
  await using proxy = createProxy(backend);
  await using channel = createChannel((await proxy.listen("127.0.0.1:0")).target);
  await use(new EchoServiceClient(channel));
}

test("a unary call passes with metadata, headers and trailers, bytes among them", () =>
  withProxy({}, async (client) => {
    const call = client.echo({ text: "through" }, { metadata: { caller: "ada" } });
    expect((await call).text).toBe("through");
    const headers = await call.headers;
    expect(headers.get("greeting")).toBe("hello ada");
    expect(headers.get("seal-bin")).toEqual(Uint8Array.of(1, 2, 255));
    expect((await call.trailers).get("goodbye")).toBe("see you");
  }));

test("a conversation passes message by message", () =>
  withProxy({}, async (client) => {
    await using call = client.echoMany();
    const replies = call[Symbol.asyncIterator]();
    for (const text of ["one", "two", "three"]) {
      await call.send({ text });
      expect((await replies.next()).value).toMatchObject({ text });
    }
    call.halfClose();
    expect(await replies.next()).toMatchObject({ done: true });
    expect((await call.status).code).toBe(Code.OK);
  }));

test("a failure passes with its message, details and metadata", () => {
  const failure = new StatusError(Code.NOT_FOUND, "no such thing", {
    details: [packAny(ErrorInfoCodec, { reason: "GONE", domain: "echo" })],
    metadata: { hint: "look elsewhere" },
  });
  return withProxy({ echo: () => Promise.reject(failure) }, async (client) => {
    const error: unknown = await client.echo({ text: "" }).then(
      () => expect.unreachable("the call must fail"),
      (reason: unknown) => reason,
    );
    if (!(error instanceof StatusError)) throw error;
    expect(error).toMatchObject({ code: Code.NOT_FOUND, message: "no such thing" });
    expect(error.detail(ErrorInfoCodec)).toMatchObject({ reason: "GONE", domain: "echo" });
    expect(error.metadata.get("hint")).toBe("look elsewhere");
  });
});

test("the deadline and the cancellation of a call pass, too", async () => {
  let reached: (context: ServerContext) => void;
  const whenReached = new Promise<ServerContext>((resolve) => {
    reached = resolve;
  });
  const stuck: EchoServiceHandlers["echo"] = (_request, context) =>
    new Promise((_resolve, reject) => {
      context.signal.addEventListener("abort", () => reject(context.signal.reason));
      reached(context);
    });
  await withProxy({ echo: stuck }, async (client) => {
    const call = client.echo({ text: "" }, { timeoutMs: 10_000 });
    const context = await whenReached;
    expect(context.remainingMs()).toBeGreaterThan(0);
    expect(context.remainingMs()).toBeLessThanOrEqual(10_000);
    const { signal } = context;
    const aborted = new Promise((resolve) => signal.addEventListener("abort", resolve));
    call.cancel();
    await expect(call).rejects.toMatchObject({ code: Code.CANCELLED });
    await aborted;
    expect(signal.reason).toMatchObject({ code: Code.CANCELLED });
  });
});

test("a method that the backend does not have is UNIMPLEMENTED by the backend's word", async () => {
  await using server = createServer();
  await using backend = createChannel((await server.listen("127.0.0.1:0")).target);
  await using proxy = createProxy(backend);
  await using channel = createChannel((await proxy.listen("127.0.0.1:0")).target);
  await expect(new EchoServiceClient(channel).echo({})).rejects.toMatchObject({
    code: Code.UNIMPLEMENTED,
    message: "unknown method /echo.v1.EchoService/Echo",
  });
});
