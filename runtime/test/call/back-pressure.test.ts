// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import { carriers, serve } from "../support/serve.js";
import { both, down, type Text, up } from "../support/text-service.js";

const kilobyte = "x".repeat(1024);

/** Turns of the event loop until the count stands still. */
async function settled(count: () => number): Promise<number> {
  for (let still = 0, last = -1; still < 20; ) {
    await new Promise((resolve) => setImmediate(resolve));
    still = count() === last ? still + 1 : 0;
    last = count();
  }
  return count();
}

describe.each(carriers)("back-pressure over %s", (carrier) => {
  test("a client that does not read stops the server's generator", async () => {
    let produced = 0;
    await using served = await serve(carrier, {
      async *down() {
        for (;;) {
          produced++;
          yield { text: kilobyte };
        }
      },
    });
    const call = served.channel.call(down, { text: "" });
    const replies = call[Symbol.asyncIterator]();
    await replies.next();
    const before = await settled(() => produced);
    expect(before).toBeLessThan(8 * 1024); // 4 MiB of window and 256 KiB of output at most, with room to spare
    for (let i = 0; i < before; i++) await replies.next();
    expect(await settled(() => produced)).toBeGreaterThan(before);
    call.cancel();
  });

  test("a handler that does not read stops the client's send", async () => {
    let release: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await using served = await serve(carrier, {
      async up(requests) {
        await held;
        let count = 0;
        for await (const _ of requests) count++;
        return { text: String(count) };
      },
    });
    const call = served.channel.call(up);
    let accepted = 0;
    const total = 20_000;
    const sending = (async () => {
      for (let i = 0; i < total; i++) {
        await call.send({ text: kilobyte });
        accepted++;
      }
      call.halfClose();
    })();
    expect(await settled(() => accepted)).toBeLessThan(8 * 1024);
    release();
    await sending;
    expect(await call).toEqual({ text: String(total) });
  });

  test("messages larger than the window arrive", async () => {
    await using served = await serve(carrier, {}, { server: { receiveMaxBytes: 1 << 24 } });
    const large = { text: "y".repeat(10 << 20) };
    const call = served.channel.call(both, { receiveMaxBytes: 1 << 24 });
    const replies = call[Symbol.asyncIterator]();
    for (let i = 0; i < 2; i++) {
      const [, reply] = await Promise.all([call.send(large), replies.next()]);
      expect((reply.value as Text).text.length).toBe(large.text.length);
    }
    call.halfClose();
    expect(await replies.next()).toMatchObject({ done: true });
  });
});
