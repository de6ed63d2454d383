// SPDX-License-Identifier: Apache-2.0
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";
import { afterEach, expect, test } from "vitest";
import { EchoEndpoint } from "../../test/support/echo-endpoint.js";
import type { Peer, PeerCertificate } from "../rpc/peer.js";
import type { ClientTls } from "../rpc/tls.js";
import type { DialAttempt } from "../transport/socket.js";
import { dial } from "./dialer.js";

const pem = (name: string) => readFileSync(new URL(`../../../testdata/certs/${name}`, import.meta.url));
const ca = pem("ca.pem");
const serverPair = { cert: pem("server.pem"), key: pem("server.key") };
const clientPair = { cert: pem("client.pem"), key: pem("client.key") };

let opened: { close(): unknown }[] = [];
afterEach(() => {
  for (const one of opened.reverse()) one.close();
  opened = [];
});

async function listen(server: Server): Promise<number> {
  server.on("connection", (socket) => {
    socket.on("error", () => socket.destroy());
    opened.push({ close: () => socket.destroy() });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  opened.push(server);
  return (server.address() as AddressInfo).port;
}

const echoServer = () => listen(createServer((socket) => socket.pipe(socket)));

function tlsServer(options: TlsOptions = {}): Promise<number> {
  const server = createTlsServer({ ...serverPair, ALPNProtocols: ["h2"], ...options });
  server.on("tlsClientError", () => undefined);
  server.on("secureConnection", (socket) => {
    socket.on("error", () => socket.destroy());
    socket.pipe(socket);
  });
  return listen(server);
}

/** Notes the names that clients send as SNI. */
const recordingNames = (names: string[]): TlsOptions => ({
  SNICallback: (name, done) => {
    // Deno asks for clients that send none, too.
    if (name !== "") names.push(name);
    done(null);
  },
});

/** A port of 127.0.0.1 where nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  opened = [];
  return port;
}

type Outcome = { readonly endpoint: EchoEndpoint; readonly peer: Peer } | { readonly error: Error };

function dialTo(port: number, tls?: ClientTls, serverName = "localhost"): Promise<Outcome> {
  return new Promise((resolve) => {
    dial(
      { host: "127.0.0.1", port },
      { tls, serverName },
      {
        connected(host, peer) {
          const endpoint = new EchoEndpoint(host);
          opened.push({ close: () => host.connectionEnded(undefined) });
          resolve({ endpoint, peer });
          return endpoint;
        },
        failed: (error) => resolve({ error }),
      },
    );
  });
}

async function connected(outcome: Promise<Outcome>) {
  const result = await outcome;
  if ("error" in result) throw result.error;
  return result;
}

async function failure(outcome: Promise<Outcome>): Promise<Error> {
  const result = await outcome;
  if ("error" in result) return result.error;
  throw new Error("connected");
}

/** Sends text through the server and back. */
async function roundTrip(endpoint: EchoEndpoint, text: string): Promise<string> {
  const answer = new Promise<string>((resolve) => {
    endpoint.onReceive = (chunk) => resolve(new TextDecoder().decode(chunk));
  });
  endpoint.send(text);
  return answer;
}

test("a cleartext socket is pumped once it is open", async () => {
  const port = await echoServer();
  const { endpoint, peer } = await connected(dialTo(port));
  expect(await roundTrip(endpoint, "hello")).toBe("hello");
  expect(peer).toEqual({ address: "127.0.0.1", port });
});

test("a TLS socket is pumped once h2 is agreed on, and the server's identity is told", async () => {
  const names: string[] = [];
  const port = await tlsServer(recordingNames(names));
  const { endpoint, peer } = await connected(dialTo(port, { ca }));
  expect(await roundTrip(endpoint, "hello")).toBe("hello");
  expect(names).toEqual(["localhost"]);
  expect(peer.tls).toMatchObject({ protocol: "TLSv1.3", authorized: true });
  expect(peer.tls?.certificate?.subjectAltNames).toEqual([
    "DNS:*.test.google.fr",
    "DNS:waterzooi.test.google.be",
    "DNS:localhost",
    "IP:127.0.0.1",
    "IP:::1",
  ]);
});

test("an IP address is checked in the certificate and not sent as SNI (RFC 6066 §3)", async () => {
  const names: string[] = [];
  const port = await tlsServer(recordingNames(names));
  await connected(dialTo(port, { ca }, "127.0.0.1"));
  await connected(dialTo(port, { ca }, "[::1]"));
  expect(names).toEqual([]);
  expect((await failure(dialTo(port, { ca }, "127.0.0.2"))).message).toMatch(/127\.0\.0\.2 is not in the cert's list/);
});

test("tls.serverName wins over the authority's name", async () => {
  const port = await tlsServer();
  await connected(dialTo(port, { ca, serverName: "foo.test.google.fr" }, "nowhere.test"));
  expect((await failure(dialTo(port, { ca }, "nowhere.test"))).message).toMatch(
    /^cannot connect to 127\.0\.0\.1:\d+: .*nowhere\.test/,
  );
});

test("checkServerIdentity replaces the check of names, never that of the chain", async () => {
  const port = await tlsServer();
  const seen: [string, PeerCertificate][] = [];
  const checkServerIdentity = (name: string, certificate: PeerCertificate) => {
    seen.push([name, certificate]);
    return name === "refuse.test" ? new Error("not this one") : undefined;
  };
  await connected(dialTo(port, { ca, checkServerIdentity }, "any.test"));
  expect(seen).toMatchObject([["any.test", { subject: "O=Petrel tests\nCN=*.test.google.fr" }]]);
  expect((await failure(dialTo(port, { ca, checkServerIdentity }, "refuse.test"))).message).toMatch(/not this one/);
  expect((await failure(dialTo(port, { checkServerIdentity }, "any.test"))).cause).toMatchObject({
    code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  });
});

test("a client certificate is presented", async () => {
  const port = await tlsServer({ ca, requestCert: true, rejectUnauthorized: true });
  const { endpoint } = await connected(dialTo(port, { ca, ...clientPair }));
  expect(await roundTrip(endpoint, "hello")).toBe("hello");
  const { endpoint: without } = await connected(dialTo(port, { ca }));
  const ended = new Promise<void>((resolve) => {
    without.onEnded = resolve;
  });
  await ended;
  expect(without.ended?.reason?.message).toMatch(/certificate.?required/i);
});

test("a server without ALPN or without h2 is refused", async () => {
  const none = await tlsServer({ ALPNProtocols: [] });
  expect((await failure(dialTo(none, { ca }))).message).toMatch(
    /: the server negotiated no ALPN protocol, HTTP\/2 needs h2$/,
  );
  const http1 = await tlsServer({ ALPNProtocols: ["http/1.1"] });
  expect((await failure(dialTo(http1, { ca }))).message).toMatch(/: the server refuses h2 in ALPN/);
});

test("a server that speaks no TLS is named so", async () => {
  const server = createServer((socket) => socket.once("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")));
  expect((await failure(dialTo(await listen(server), { ca }))).message).toMatch(/: the server does not speak TLS/);
});

test("a server that closes during the handshake is an error, not silence", async () => {
  const server = createServer((socket) => socket.destroy());
  expect((await failure(dialTo(await listen(server), { ca }))).message).toMatch(
    /^cannot connect to 127\.0\.0\.1:\d+: /,
  );
});

test("a refused connection names the address and carries the system's error", async () => {
  const port = await closedPort();
  const error = await failure(dialTo(port));
  expect(error.message).toBe(`cannot connect to 127.0.0.1:${port}: connect ECONNREFUSED 127.0.0.1:${port}`);
  expect(error.cause).toMatchObject({ code: "ECONNREFUSED" });
});

test("a name with several addresses tells what became of each", async () => {
  const port = await closedPort();
  const error = await new Promise<Error>((resolve) => {
    dial(
      { host: "localhost", port },
      { tls: undefined, serverName: "localhost" },
      {
        connected: () => expect.unreachable("nobody listens"),
        failed: resolve,
      },
    );
  });
  expect(error.message).toMatch(/^cannot connect to localhost:\d+: .*ECONNREFUSED/);
});

test("certificates that cannot be used fail the dial, after dial has returned", async () => {
  let attempt: DialAttempt | undefined;
  const error = await new Promise<Error>((resolve) => {
    attempt = dial(
      { host: "127.0.0.1", port: 1 },
      { tls: { ca: "nonsense", cert: "x" }, serverName: "x" },
      {
        connected: () => expect.unreachable("no usable certificate"),
        failed: (reason) => {
          expect(attempt).toBeDefined();
          resolve(reason);
        },
      },
    );
  });
  expect(error.message).toMatch(/^cannot connect to 127\.0\.0\.1:1: tls\.(ca|cert) is not usable PEM/);
});

test("a cancelled dial calls nothing back", async () => {
  const server = createServer();
  const port = await listen(server);
  const accepted = once(server, "connection");
  const attempt = dial(
    { host: "127.0.0.1", port },
    { tls: { ca }, serverName: "localhost" },
    {
      connected: () => expect.unreachable("cancelled"),
      failed: () => expect.unreachable("cancelled"),
    },
  );
  const [socket] = await accepted;
  socket.resume();
  attempt.cancel();
  await once(socket, "close");
});
