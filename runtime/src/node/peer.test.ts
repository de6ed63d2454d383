// SPDX-License-Identifier: Apache-2.0

import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { Duplex } from "node:stream";
import { expect, test } from "vitest";
import { describeCertificate, peerOf } from "./peer.js";

const x509 = new X509Certificate(readFileSync(new URL("../../../testdata/certs/client.pem", import.meta.url)));

test("a certificate is described the same from Node's object and from its bytes", () => {
  const described = describeCertificate(x509);
  expect(described).toStrictEqual(describeCertificate(Uint8Array.from(x509.raw)));
  expect(described.subjectAltNames).toEqual(["DNS:client.test.petrel", "URI:spiffe://test.petrel/client"]);
  expect(described.fingerprint256).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  expect(described.validToMs).toBeGreaterThan(described.validFromMs);
});

test("a value with a comma stays one name", () => {
  // Getters of some runtimes insist on the certificate itself as `this`.
  const fake = new Proxy(x509, {
    get: (target, key) =>
      key === "subjectAltName" ? 'URI:"spiffe://a/b, DNS:evil", DNS:good' : Reflect.get(target, key, target),
  });
  expect(describeCertificate(fake).subjectAltNames).toEqual(["URI:spiffe://a/b, DNS:evil", "DNS:good"]);
});

test("a duplex without an address has the fallback's", () => {
  const duplex = new Duplex({ read: () => undefined });
  expect(peerOf(duplex, "/run/x.sock")).toEqual({ address: "/run/x.sock" });
});
