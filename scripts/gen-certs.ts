// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

// Writes testdata/certs: a test CA, a server certificate for gRPC's interop names and for loopback, and a client
// certificate for mTLS. Run by hand when they are to be replaced; the results are committed and hold no secret.

const folder = fileURLToPath(new URL("../testdata/certs/", import.meta.url));
const validDays = "36500";

const leaves = [
  {
    name: "server",
    subject: "/O=Petrel tests/CN=*.test.google.fr",
    usage: "serverAuth",
    names: "DNS:*.test.google.fr,DNS:waterzooi.test.google.be,DNS:localhost,IP:127.0.0.1,IP:::1",
  },
  {
    name: "client",
    subject: "/O=Petrel tests/CN=petrel-test-client",
    usage: "clientAuth",
    names: "DNS:client.test.petrel,URI:spiffe://test.petrel/client",
  },
] as const;

const work = mkdtempSync(join(tmpdir(), "petrel-certs-"));
try {
  createAuthority();
  for (const leaf of leaves) createLeaf(leaf);
} finally {
  rmSync(work, { recursive: true, force: true });
}

function createAuthority(): void {
  createKey("ca");
  openssl(
    "req",
    "-x509",
    "-new",
    "-key",
    file("ca.key"),
    "-sha256",
    "-days",
    validDays,
    "-out",
    file("ca.pem"),
    "-subj",
    "/O=Petrel tests/CN=Petrel test CA",
    "-addext",
    "basicConstraints=critical,CA:TRUE",
    "-addext",
    "keyUsage=critical,keyCertSign,cRLSign",
  );
}

function createLeaf(leaf: (typeof leaves)[number]): void {
  createKey(leaf.name);
  const request = join(work, `${leaf.name}.csr`);
  const extensions = join(work, `${leaf.name}.ext`);
  openssl("req", "-new", "-key", file(`${leaf.name}.key`), "-out", request, "-subj", leaf.subject);
  writeFileSync(
    extensions,
    [
      "basicConstraints=critical,CA:FALSE",
      "keyUsage=critical,digitalSignature",
      `extendedKeyUsage=${leaf.usage}`,
      `subjectAltName=${leaf.names}`,
      "authorityKeyIdentifier=keyid",
      "",
    ].join("\n"),
  );
  openssl(
    "x509",
    "-req",
    "-in",
    request,
    "-CA",
    file("ca.pem"),
    "-CAkey",
    file("ca.key"),
    "-CAserial",
    join(work, "serial"),
    "-CAcreateserial",
    "-sha256",
    "-days",
    validDays,
    "-extfile",
    extensions,
    "-out",
    file(`${leaf.name}.pem`),
  );
}

/** P-256 keys: small, quick, and accepted by every peer's TLS library. */
function createKey(name: string): void {
  openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", file(`${name}.key`));
}

function file(name: string): string {
  return join(folder, name);
}

function openssl(...parameters: string[]): void {
  execFileSync("openssl", parameters, { stdio: ["ignore", "ignore", "inherit"] });
}
