// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { HeldCompressor } from "../../test/support/fake-engines.js";
import { resolveServerOptions } from "./server-options.js";

const pem = { cert: "c", key: "k" };

const bad: readonly { options: object; text: string }[] = [
  { options: { interceptor: [] }, text: 'unknown server option "interceptor", accepted are tls, interceptors,' },
  { options: { receiveMaxBytes: -1 }, text: "receiveMaxBytes must be a number, at least 0, got -1" },
  { options: { receiveMaxBytes: Number.NaN }, text: "receiveMaxBytes must be a number, at least 0, got NaN" },
  { options: { sendMaxBytes: "4" }, text: "sendMaxBytes must be a number, at least 0, got 4" },
  {
    options: { handshakeTimeoutMs: Number.POSITIVE_INFINITY },
    text: "handshakeTimeoutMs must be a number from 1 to 2147483647, got Infinity",
  },
  { options: { maxTimeoutMs: 0 }, text: "maxTimeoutMs must be a number, at least 1, got 0" },
  { options: { onError: "log" }, text: "onError must be a function, got string" },
  { options: { interceptors: {} }, text: "interceptors must be a list, got object" },
  { options: { interceptors: [() => {}, undefined] }, text: "interceptors[1] is undefined, expected a function" },
  { options: { compression: { send: "zip" } }, text: 'unknown compression "zip"' },
  { options: { limits: { maxStreams: 5 } }, text: "maxStreams" },
  { options: { tls: null }, text: "tls.cert must be PEM text or bytes, got nothing" },
  { options: { tls: { ...pem, cert: 5 } }, text: "tls.cert must be PEM text or bytes, got number" },
  { options: { tls: { cert: "c" } }, text: "tls.key must be PEM text or bytes, got nothing" },
  { options: { tls: { ...pem, clientCert: "require" } }, text: "unknown option tls.clientCert" },
  {
    options: { tls: { ...pem, clientCertificate: "yes" } },
    text: 'tls.clientCertificate must be one of none, request, require, got "yes"',
  },
  { options: { tls: { ...pem, clientCertificate: "require" } }, text: "so tls.ca must name the authorities" },
  { options: { tls: { ...pem, minVersion: "TLSv1.1" } }, text: "tls.minVersion must be one of TLSv1.2, TLSv1.3" },
];

test.each(bad)("$text", ({ options, text }) => {
  expect(() => resolveServerOptions(options, [])).toThrow(text);
});

test("defaults: 4 MiB in, unlimited out, no time limit, no compression of what is sent", () => {
  const resolved = resolveServerOptions({}, [new HeldCompressor()]);
  expect(resolved).toMatchObject({
    tls: undefined,
    interceptors: [],
    receiveMaxBytes: 4 * 1024 * 1024,
    sendMaxBytes: Number.POSITIVE_INFINITY,
    maxTimeoutMs: Number.POSITIVE_INFINITY,
    handshakeTimeoutMs: 10_000,
    compression: { acceptEncodings: "gzip", send: undefined, minBytes: 1024 },
    onError: undefined,
  });
});

test("tls is asked for as a function, whatever it was given as", () => {
  const given = () => pem;
  expect(resolveServerOptions({ tls: given }, []).tls).toBe(given);
  expect(resolveServerOptions({ tls: pem }, []).tls?.()).toBe(pem);
});
