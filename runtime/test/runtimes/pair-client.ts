// SPDX-License-Identifier: Apache-2.0
// The client of a pair: PORT, and for TLS `--tls CERT KEY CA`. Prints a line `failed NAME: REASON` for each check that
// does not hold, and `checked N` in the end.
import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import { readFileSync } from "node:fs";
import { type ChannelOptions, Code, createChannel } from "petrel";
import { both, down, one, textOf, up } from "./pair-service.js";

const checkTimeoutMs = 10_000;

const [port, , ...files] = process.argv.slice(2);
const [cert, key, ca] = files.map((file) => readFileSync(file));
const hasTls = cert !== undefined && key !== undefined && ca !== undefined;
const options: ChannelOptions = hasTls ? { tls: { cert, key, ca } } : {};
const channel = createChannel(`127.0.0.1:${port}`, options);

const values = async (messages: AsyncIterable<{ readonly value: string }>): Promise<string[]> => {
  const all: string[] = [];
  for await (const { value } of messages) all.push(value);
  return all;
};
const numbered = (count: number) => Array.from({ length: count }, (_, index) => `message ${index}`);

const checks: Readonly<Record<string, () => Promise<void>>> = {
  async "unary, empty and of a megabyte"() {
    for (const value of ["a", "", "x".repeat(1 << 20)]) {
      strictEqual((await channel.call(one, textOf(value))).value, value);
    }
  },
  async "a thousand unary calls at once"() {
    const replies = await Promise.all(numbered(1_000).map((value) => channel.call(one, textOf(value))));
    deepStrictEqual(
      replies.map(({ value }) => value),
      numbered(1_000),
    );
  },
  async "server streaming"() {
    deepStrictEqual(await values(channel.call(down, textOf("a b c"))), ["a", "b", "c"]);
  },
  async "client streaming"() {
    const { value } = await channel.call(up, numbered(100).map(textOf));
    strictEqual(value, numbered(100).join(" "));
  },
  async "bidirectional streaming, ten thousand messages"() {
    deepStrictEqual(await values(channel.call(both, numbered(10_000).map(textOf))), numbered(10_000));
  },
  async "bidirectional streaming past every window"() {
    const large = Array.from({ length: 16 }, (_, index) => String(index % 10).repeat(1 << 19));
    deepStrictEqual(await values(channel.call(both, large.map(textOf))), large);
  },
  async "a status with its message and trailers"() {
    const call = channel.call(one, textOf("fail"));
    await rejects(Promise.resolve(call), { code: Code.ABORTED, message: "no – nein" });
    strictEqual((await call.trailers).get("who"), "the server");
  },
  async "a deadline, and the connection outlives it"() {
    await rejects(Promise.resolve(channel.call(one, textOf("wait"), { timeoutMs: 50 })), {
      code: Code.DEADLINE_EXCEEDED,
    });
    strictEqual((await channel.call(one, textOf("after"))).value, "after");
  },
  async "a cancelled call"() {
    const call = channel.call(one, textOf("wait"));
    call.cancel();
    await rejects(Promise.resolve(call), { code: Code.CANCELLED });
  },
  async "metadata, text and binary"() {
    const metadata = { name: "a name", "data-bin": Uint8Array.of(0, 255) };
    strictEqual((await channel.call(one, textOf("metadata"), { metadata })).value, "a name 0,255");
  },
  async "compression both ways"() {
    await using compressing = createChannel(`127.0.0.1:${port}`, { ...options, compression: { send: "gzip" } });
    const call = compressing.call(one, textOf("ab".repeat(50_000)));
    strictEqual((await call).value.length, 100_000);
    strictEqual(call.receivedCompressed, true);
  },
  async "who is at the other end"() {
    const certified = hasTls ? "true CN=petrel-test-client" : "undefined undefined";
    strictEqual((await channel.call(one, textOf("peer"))).value, `127.0.0.1 ${certified}`);
  },
};

for (const [name, check] of Object.entries(checks)) {
  const failure = await within(check()).then(
    () => undefined,
    (error: unknown) => String(error).split("\n")[0]?.slice(0, 200),
  );
  if (failure !== undefined) console.log(`failed ${name}: ${failure}`);
}
await channel.close();
console.log(`checked ${Object.keys(checks).length}`);

async function within(check: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${checkTimeoutMs} ms`)), checkTimeoutMs);
  });
  await Promise.race([check, late]).finally(() => clearTimeout(timer));
}
