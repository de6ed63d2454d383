// SPDX-License-Identifier: Apache-2.0
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import type { PeerCertificate } from "node:tls";
import { expect, test } from "vitest";
import { canonicalIp, checkIdentity, checkPem, isAuthorized } from "./runtime-differences.js";

const pem = (name: string) => readFileSync(new URL(`../../../testdata/certs/${name}`, import.meta.url));
const x509 = new X509Certificate(pem("server.pem"));
const certificate = x509.toLegacyObject() as unknown as PeerCertificate;

test.each(["127.0.0.1", "::1", "0:0:0:0:0:0:0:1", "localhost", "a.test.google.fr"])(
  "%s is in the certificate",
  (name) => {
    expect(checkIdentity(name, certificate)).toBeUndefined();
  },
);

test.each(["127.0.0.2", "::2", "fe80::1%lo", "elsewhere.example", "a.b.test.google.fr", ""])("%j is not", (name) => {
  expect(checkIdentity(name, certificate)).toBeInstanceOf(Error);
});

test.each([
  ["a certificate", { cert: "nonsense" }],
  ["a key", { key: "nonsense" }],
  ["a pair", { cert: pem("server.pem"), key: pem("client.key") }],
])("%s that cannot be used is an error", (_what, options) => {
  expect(() => checkPem(options)).toThrow();
});

test("what can be used is none", () => {
  checkPem({ ca: pem("ca.pem"), cert: pem("server.pem"), key: pem("server.key") });
  expect(() => checkPem({ key: pem("client.key") })).not.toThrow();
});

test("nobody is authorized without a certificate", () => {
  expect([isAuthorized(true, undefined), isAuthorized(true, x509), isAuthorized(false, x509)]).toEqual([
    false,
    true,
    false,
  ]);
});

test.each([
  ["0:0:0:0:0:0:0:1", "::1"],
  ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
  ["127.0.0.1", "127.0.0.1"],
  ["no address", "no address"],
])("%s is %s for short (RFC 5952)", (address, short) => {
  expect(canonicalIp(address)).toBe(short);
});
