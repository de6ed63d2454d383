// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import { type ChannelOptions, resolveChannelOptions } from "./channel-options.js";
import { parseTarget } from "./target.js";

const resolve = (options: unknown, target = "localhost:50051") =>
  resolveChannelOptions(parseTarget(target), options as ChannelOptions, []);

describe("defaults", () => {
  test("a loopback target is cleartext with the documented values", () => {
    expect(resolve({})).toMatchObject({
      tls: undefined,
      authority: "localhost:50051",
      serverName: "localhost",
      interceptors: [],
      codec: undefined,
      receiveMaxBytes: 4_194_304,
      sendMaxBytes: Number.POSITIVE_INFINITY,
      timeoutMs: undefined,
      connectTimeoutMs: 20_000,
      backoff: { initialMs: 1_000, multiplier: 1.6, jitter: 0.2, maxMs: 120_000 },
      keepalive: undefined,
    });
  });

  test("the authority names the server in TLS; serverName wins over it", () => {
    const tls = { serverName: "other.internal" };
    expect(resolve({ tls: true, authority: "users.internal:1" }, "10.0.0.1:2").serverName).toBe("users.internal");
    expect(resolve({ tls, authority: "users.internal" }, "10.0.0.1:2").serverName).toBe("other.internal");
    expect(resolve({ tls: true }, "[2001:db8::1]:2").serverName).toBe("2001:db8::1");
  });

  test("undefined values are absent ones", () => {
    expect(resolve({ tls: undefined, timeoutMs: undefined, keepalive: undefined, limits: undefined })).toEqual(
      resolve({}),
    );
  });

  test("no deadline of the connection is shorter than connectTimeoutMs unless it is said to be", () => {
    expect(resolve({}).limits).toMatchObject({ prefaceTimeoutMs: 20_000, settingsAckTimeoutMs: 20_000 });
    expect(resolve({ connectTimeoutMs: 500 }).limits).toMatchObject({ prefaceTimeoutMs: 10_000 });
    expect(resolve({ limits: { prefaceTimeoutMs: 3 } }).limits.prefaceTimeoutMs).toBe(3);
  });

  test("keepalive fills in 20 s to answer, and only with calls", () => {
    expect(resolve({ keepalive: { intervalMs: 30_000 } }).keepalive).toEqual({
      intervalMs: 30_000,
      timeoutMs: 20_000,
      withoutCalls: false,
    });
  });
});

describe("secure by default", () => {
  for (const target of ["users.internal:50051", "ipv4:10.0.0.1:1", "0.0.0.0:1"]) {
    test(`a channel to ${target} must say tls`, () => {
      const { text } = parseTarget(target);
      expect(() => resolve({}, target)).toThrow(
        new TypeError(
          `channel to "${text}" leaves this machine: write tls: true (or tls: { ca, … }) to encrypt, or tls: false for cleartext`,
        ),
      );
      expect(resolve({ tls: false }, target).tls).toBeUndefined();
      expect(resolve({ tls: true }, target).tls).toEqual({});
    });
  }

  for (const target of ["localhost:1", "127.0.0.1:1", "[::1]:1", "unix:/run/x.sock"]) {
    test(`a channel to ${target} may leave tls unsaid`, () => {
      expect(resolve({}, target).tls).toBeUndefined();
    });
  }
});

const names =
  "tls, authority, credentials, interceptors, codec, compression, receiveMaxBytes, sendMaxBytes, timeoutMs, connectTimeoutMs, backoff, keepalive, limits";
const errors: readonly [options: unknown, message: string][] = [
  [null, "channel options must be an object, got null"],
  ["tls", "channel options must be an object, got string"],
  [{ tsl: true }, `unknown channel option "tsl", accepted are ${names}`],
  [{ tls: "yes" }, 'channel option tls must be true, false or an object, got "yes"'],
  [
    { tls: { cret: "" } },
    'unknown channel option "tls.cret", accepted are tls.ca, tls.cert, tls.key, tls.serverName, tls.minVersion, tls.checkServerIdentity',
  ],
  [{ tls: { ca: 5 } }, "channel option tls.ca must be PEM text or bytes, got 5"],
  [{ tls: { cert: "x" } }, "channel option tls.cert needs tls.key beside it"],
  [{ tls: { key: "x" } }, "channel option tls.key needs tls.cert beside it"],
  [{ tls: { serverName: "" } }, 'channel option tls.serverName must be a host name, got ""'],
  [{ tls: { minVersion: "TLSv1" } }, 'channel option tls.minVersion must be "TLSv1.2" or "TLSv1.3", got "TLSv1"'],
  [{ tls: { checkServerIdentity: true } }, "channel option tls.checkServerIdentity must be a function, got true"],
  [
    { authority: "https://users" },
    'channel option authority must be a name such as users.internal, or with a port users.internal:50051, got "https://users"',
  ],
  [
    { credentials: "token" },
    'channel option credentials must be bearerToken(…) or an object with a metadata function, got "token"',
  ],
  [{ interceptors: () => {} }, "channel option interceptors must be a list of functions, got a function"],
  [{ interceptors: [() => {}, undefined] }, "interceptors[1] is undefined, expected a function"],
  [{ codec: "json" }, 'channel option codec must be protoCodec, or jsonCodec(…) of petrel/json, got "json"'],
  [
    { receiveMaxBytes: -1 },
    "channel option receiveMaxBytes must be a whole number of bytes, or Infinity for no limit, got -1",
  ],
  [
    { sendMaxBytes: 1.5 },
    "channel option sendMaxBytes must be a whole number of bytes, or Infinity for no limit, got 1.5",
  ],
  [{ timeoutMs: "5s" }, 'channel option timeoutMs must be a number above 0, got "5s"'],
  [{ timeoutMs: 0 }, "channel option timeoutMs must be a number above 0, got 0"],
  [{ connectTimeoutMs: Number.NaN }, "channel option connectTimeoutMs must be a number from 1 to 2147483647, got NaN"],
  [{ backoff: 5 }, "channel option backoff must be an object with initialMs, multiplier, jitter, maxMs, got 5"],
  [
    { backoff: { initial: 5 } },
    'unknown channel option "backoff.initial", accepted are backoff.initialMs, backoff.multiplier, backoff.jitter, backoff.maxMs',
  ],
  [{ backoff: { jitter: 2 } }, "channel option backoff.jitter must be a number from 0 to 1, got 2"],
  [{ backoff: { multiplier: 0.5 } }, "channel option backoff.multiplier must be a number from 1 to 1000, got 0.5"],
  [
    { backoff: { initialMs: 500, maxMs: 100 } },
    "channel option backoff.maxMs must be a number from 500 to 2147483647, got 100",
  ],
  [{ keepalive: {} }, "channel option keepalive.intervalMs must be a number of milliseconds, got undefined"],
  [
    { keepalive: { intervalMs: 5_000 } },
    "channel option keepalive.intervalMs must be a number from 10000 to 2147483647, got 5000",
  ],
  [
    { keepalive: { intervalMs: 10_000, withoutCalls: 1 } },
    "channel option keepalive.withoutCalls must be true or false, got 1",
  ],
];

describe("errors name the option, the value and what is accepted", () => {
  for (const [options, message] of errors) {
    test(message.slice(0, 90), () => {
      expect(() => resolve(options)).toThrow(new TypeError(message));
    });
  }

  test("limits and compression are checked by their owners", () => {
    expect(() => resolve({ limits: { maxFrames: 1 } })).toThrow('unknown HTTP/2 limit "maxFrames"');
    expect(() => resolve({ compression: { send: "zstd" } })).toThrow('unknown compression "zstd"');
  });
});
