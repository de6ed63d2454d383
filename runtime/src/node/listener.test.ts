// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ConnectionOptions, type TLSSocket, connect as tlsConnect } from "node:tls";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runtimeName } from "../../test/runtimes/runtime-name.js";
import { EchoEndpoint } from "../../test/support/echo-endpoint.js";
import type { Peer } from "../rpc/peer.js";
import type { ServerTls } from "../rpc/tls.js";
import type { ListenOptions, PlatformListener } from "../transport/platform.js";
import type { ListenTarget } from "../transport/socket.js";
import { clientPreface } from "./first-bytes.js";
import { listen } from "./listener.js";

const pem = (name: string) => readFileSync(new URL(`../../../testdata/certs/${name}`, import.meta.url));
const ca = pem("ca.pem");
const serverTls: ServerTls = { cert: pem("server.pem"), key: pem("server.key") };
const clientPair = { cert: pem("client.pem"), key: pem("client.key") };

/** A listener whose connections are echoed, with what it reported. */
interface Echo {
  readonly listener: PlatformListener;
  readonly endpoints: EchoEndpoint[];
  readonly peers: Peer[];
  readonly refused: string[];
  tls: ServerTls | undefined;
}

let opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of opened.reverse()) await one.close();
  opened = [];
});

async function start(
  target: ListenTarget = { host: "127.0.0.1", port: 0 },
  options: Partial<ListenOptions> & { serverTls?: ServerTls } = {},
): Promise<Echo> {
  const echo: { -readonly [K in keyof Echo]?: Echo[K] } = {
    endpoints: [],
    peers: [],
    refused: [],
    tls: options.serverTls,
  };
  echo.listener = await listen(target, {
    tls: options.serverTls === undefined ? undefined : () => echo.tls as ServerTls,
    handshakeTimeoutMs: options.handshakeTimeoutMs ?? 10_000,
    accept:
      options.accept ??
      ((incoming) => {
        echo.peers?.push(incoming.peer);
        incoming.attach((host) => {
          const endpoint = new EchoEndpoint(host);
          echo.endpoints?.push(endpoint);
          return endpoint;
        });
      }),
    refused: (reason) => echo.refused?.push(reason.message),
  });
  opened.push(echo.listener);
  return echo as Echo;
}

function open(echo: Echo): Socket {
  const socket = connect({ port: echo.listener.port, host: "127.0.0.1" });
  socket.on("error", () => socket.destroy());
  opened.push({ close: () => socket.destroy() });
  return socket;
}

function openTls(echo: Echo, options: ConnectionOptions = {}): TLSSocket {
  const socket = tlsConnect({ port: echo.listener.port, host: "127.0.0.1", ca, ALPNProtocols: ["h2"], ...options });
  socket.on("error", () => socket.destroy());
  opened.push({ close: () => socket.destroy() });
  return socket;
}

/** Resolves at the end, failed or not. */
const closed = (socket: Socket) => new Promise((resolve) => socket.once("close", resolve));

async function allText(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  await closed(socket);
  return Buffer.concat(chunks).toString();
}

describe("cleartext", () => {
  test("HTTP/2's preface reaches the endpoint, with what follows it (RFC 9113 §3.4)", async () => {
    const echo = await start();
    const socket = open(echo);
    socket.write(`${clientPreface}rest`);
    const [chunk] = (await once(socket, "data")) as [Buffer];
    expect(chunk.toString()).toBe(`${clientPreface}rest`);
    expect(echo.peers).toEqual([{ address: "127.0.0.1", port: socket.localPort }]);
  });

  test("a preface that comes byte by byte is recognized", async () => {
    const echo = await start();
    const socket = open(echo).setNoDelay(true);
    await once(socket, "connect");
    for (const byte of clientPreface) await new Promise((resolve) => socket.write(byte, resolve));
    await once(socket, "data");
    expect(echo.endpoints[0]?.received.join("")).toBe(clientPreface);
  });

  const requests = [
    { status: "426 Upgrade Required", request: "GET / HTTP/1.1\r\nHost: x\r\n\r\n" },
    {
      status: "415 Unsupported Media Type",
      request: "POST /a.B/C HTTP/1.1\r\nHost: x\r\nContent-Type: application/grpc\r\nContent-Length: 5\r\n\r\nhello",
    },
    { status: "400 Bad Request", request: "GET /\x01 NONSENSE\r\n\r\n" },
  ];
  test.each(requests)("an HTTP/1.1 request is answered $status in plain text", async ({ status, request }) => {
    const socket = open(await start());
    socket.write(request);
    const answer = await allText(socket);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status}\r\n`));
    if (!status.startsWith("400")) expect(answer).toContain("this port speaks gRPC over HTTP/2");
  });

  test("an HTTP/1.1 request that never ends is cut off", async () => {
    const socket = open(await start(undefined, { handshakeTimeoutMs: 50 }));
    socket.write("GET / HTTP/1.1\r\nHost:");
    expect(await allText(socket)).toBe("");
  });

  test.each([
    ["\x16\x03\x01\x00\xa5\x01", "the client speaks TLS on a cleartext port"],
    ["\x00\x00\x00", "first bytes 00 00 00 are neither HTTP/2's preface nor an HTTP/1.1 request"],
  ])("first bytes %j are refused", async (text, reason) => {
    const echo = await start();
    const socket = open(echo);
    socket.write(Buffer.from(text, "latin1"));
    expect(await allText(socket)).toBe("");
    expect(echo.refused).toEqual(
      [`connection from 127.0.0.1:${socket.localPort ?? ""} refused: ${reason}`].map((line) =>
        expect.stringContaining(line.slice(line.indexOf("refused"))),
      ),
    );
  });

  test("a client that sends half a preface is cut off in time", async () => {
    const echo = await start(undefined, { handshakeTimeoutMs: 50 });
    const socket = open(echo);
    socket.write("PRI * HT");
    await allText(socket);
    expect(echo.refused[0]).toMatch(/no HTTP\/2 preface within 50 ms$/);
  });

  test("a client that ends within the preface is refused, one that sends nothing is no news", async () => {
    const echo = await start();
    const silent = open(echo);
    silent.end();
    await allText(silent);
    const socket = open(echo);
    socket.end("PRI * HT");
    await allText(socket);
    expect(echo.refused).toEqual([expect.stringContaining("connection ended within HTTP/2's preface")]);
  });

  test("a connection that nobody attaches to is closed", async () => {
    const socket = open(await start(undefined, { accept: () => undefined }));
    socket.write(clientPreface);
    expect(await allText(socket)).toBe("");
  });
});

test("a closed listener frees its port at once and leaves accepted connections alone", async () => {
  const echo = await start();
  const socket = open(echo);
  socket.write(clientPreface);
  await once(socket, "data");
  const undecided = open(echo);
  await once(undecided, "connect");
  await echo.listener.close();
  await allText(undecided);
  await start({ host: "127.0.0.1", port: echo.listener.port });
  socket.write("still here");
  const [chunk] = (await once(socket, "data")) as [Buffer];
  expect(chunk.toString()).toBe("still here");
});

test("a port in use is the system's error", async () => {
  const echo = await start();
  await expect(start({ host: "127.0.0.1", port: echo.listener.port })).rejects.toThrow(/EADDRINUSE.*127\.0\.0\.1/);
});

describe("Unix socket", () => {
  let folder: string;
  const path = () => join(folder, "x.sock");
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "petrel-"));
    opened.push({ close: () => rm(folder, { recursive: true }) });
  });

  test("is served, its path is the peer's address, and close removes it", async () => {
    const echo = await start({ path: path() });
    const socket = connect({ path: path() });
    socket.write(clientPreface);
    await once(socket, "data");
    expect(echo.peers).toEqual([{ address: path() }]);
    expect(echo.listener).toMatchObject({ host: path(), port: 0 });
    socket.destroy();
    await echo.listener.close();
    await start({ path: path() });
  });

  test("the file of a server that was killed is replaced, that of a living one is not", async () => {
    // Binding without a listener: what a killed server leaves behind.
    const bind = `require("node:net").createServer().listen(${JSON.stringify(path())}, () => process.kill(process.pid, "SIGKILL"))`;
    expect(() => execFileSync(process.execPath, ["-e", bind], { stdio: "ignore" })).toThrow();
    const echo = await start({ path: path() });
    await expect(start({ path: path() })).rejects.toThrow("EADDRINUSE");
    expect(echo.refused).toEqual([]);
  });

  test("a path that is no socket's is left alone", async () => {
    await writeFile(path(), "precious");
    await expect(start({ path: path() })).rejects.toThrow();
    expect(readFileSync(path(), "utf8")).toBe("precious");
  });
});

describe("TLS", () => {
  test("h2 is agreed on, the peer's identity is told", async () => {
    const echo = await start(undefined, { serverTls });
    const socket = openTls(echo);
    socket.write("bytes");
    await once(socket, "data");
    expect(socket.alpnProtocol).toBe("h2");
    const { tls } = echo.peers[0] as Peer;
    expect(tls).toMatchObject({ protocol: "TLSv1.3", authorized: false });
    expect(tls?.cipher).toMatch(/^TLS_/);
    expect(tls?.certificate).toBeUndefined();
  });

  test("a client certificate is told, also after the connection has ended", async () => {
    const echo = await start(undefined, { serverTls: { ...serverTls, ca, clientCertificate: "require" } });
    const socket = openTls(echo, clientPair);
    socket.write("bytes");
    await once(socket, "data");
    socket.destroy();
    await expect.poll(() => echo.endpoints[0]?.ended).toBeDefined();
    const { tls } = echo.peers[0] as Peer;
    expect(tls?.authorized).toBe(true);
    expect(tls?.certificate).toMatchObject({
      subject: "O=Petrel tests\nCN=petrel-test-client",
      subjectAltNames: ["DNS:client.test.petrel", "URI:spiffe://test.petrel/client"],
    });
    expect(tls?.certificate?.raw.constructor).toBe(Uint8Array);
  });

  test("a missing client certificate is refused when required, accepted when requested", async () => {
    const strict = await start(undefined, { serverTls: { ...serverTls, ca, clientCertificate: "require" } });
    const refused = openTls(strict);
    await closed(refused);
    await expect.poll(() => strict.refused.join()).toMatch(/TLS handshake failed: .*certificate/i);
    const lenient = await start(undefined, { serverTls: { ...serverTls, ca, clientCertificate: "request" } });
    const socket = openTls(lenient);
    socket.write("bytes");
    await once(socket, "data");
    expect(lenient.peers[0]?.tls?.authorized).toBe(false);
  });

  test("a client certificate that nobody vouches for is told as such when only requested", async () => {
    const echo = await start(undefined, { serverTls: { ...serverTls, clientCertificate: "request" } });
    const socket = openTls(echo, clientPair);
    socket.write("bytes");
    await once(socket, "data");
    expect(echo.peers[0]?.tls?.authorized).toBe(false);
  });

  test.each([
    [
      "cleartext HTTP",
      "GET / HTTP/1.1\r\n\r\n",
      // Deno does not look for HTTP in what is no TLS.
      /TLS handshake failed: the client(?: speaks HTTP in cleartext on a TLS port|'s first bytes are no TLS record)/,
    ],
    ["HTTP/2's preface", clientPreface, /TLS handshake failed: the client's first bytes are no TLS record/],
  ])("%s on a TLS port is refused", async (_what, text, reason) => {
    const echo = await start(undefined, { serverTls });
    const socket = open(echo);
    socket.write(text);
    await allText(socket);
    await expect.poll(() => echo.refused.join()).toMatch(reason);
  });

  test("other ALPN protocols and none at all are refused, HTTP/1.1 is answered", async () => {
    const echo = await start(undefined, { serverTls });
    await closed(openTls(echo, { ALPNProtocols: ["spdy/3"] }));
    await expect.poll(() => echo.refused.at(-1)).toMatch(/offers neither h2 nor http\/1.1 in ALPN/);
    await closed(openTls(echo, { ALPNProtocols: [] }));
    await expect.poll(() => echo.refused.at(-1)).toMatch(/negotiated no ALPN protocol, HTTP\/2 needs h2/);
    const http1 = openTls(echo, { ALPNProtocols: ["http/1.1"] });
    http1.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    expect(await allText(http1)).toMatch(/^HTTP\/1.1 426/);
  });

  test("a handshake that does not go on is cut off", async () => {
    const echo = await start(undefined, { serverTls, handshakeTimeoutMs: 50 });
    await closed(open(echo));
    await expect.poll(() => echo.refused.join()).toMatch(/TLS handshake failed: /);
  });

  test("closing ends handshakes under way", async () => {
    const echo = await start(undefined, { serverTls });
    const socket = open(echo);
    await once(socket, "connect");
    await echo.listener.close();
    await allText(socket);
    expect(echo.refused).toEqual([]);
  });

  test("reloaded certificates serve later connections, earlier ones live on", async () => {
    const echo = await start(undefined, { serverTls });
    const before = openTls(echo);
    before.write("a");
    await once(before, "data");
    echo.tls = clientPair;
    await echo.listener.reloadTls();
    const after = openTls(echo, { rejectUnauthorized: false });
    after.write("b");
    await once(after, "data");
    expect(after.getPeerCertificate().subject.CN).toBe("petrel-test-client");
    before.write("c");
    expect(String(await once(before, "data"))).toBe("c");
  });

  test("certificates that cannot be used are refused by name, and the old ones stay", async () => {
    await expect(start(undefined, { serverTls: { ...serverTls, cert: "nonsense" } })).rejects.toThrow(
      /^tls\.cert is not usable PEM: /,
    );
    await expect(start(undefined, { serverTls: { ...serverTls, key: clientPair.key } })).rejects.toThrow(
      /^tls\.cert and tls\.key do not fit each other: /,
    );
    const echo = await start(undefined, { serverTls });
    echo.tls = { ...serverTls, key: "nonsense" };
    await expect(echo.listener.reloadTls()).rejects.toThrow(/^tls\.key is not usable PEM: /);
    echo.tls = { ...serverTls, clientCertificate: "require" };
    await expect(echo.listener.reloadTls()).rejects.toThrow(
      'tls.clientCertificate cannot change while listening: it was "none", got "require"',
    );
    const socket = openTls(echo);
    socket.write("a");
    await once(socket, "data");
  });

  test.each(["TLSv1.2", "TLSv1.3"] as const)("%s alone will do", async (version) => {
    const echo = await start(undefined, { serverTls: { ...serverTls, minVersion: version } });
    const socket = openTls(echo, { minVersion: version, maxVersion: version });
    socket.write("a");
    await once(socket, "data");
    expect(echo.peers[0]?.tls?.protocol).toBe(version);
  });

  test("ciphers that HTTP/2 bans are not agreed on (RFC 9113 §9.2.2)", async ({ skip }) => {
    skip(runtimeName === "deno", "Deno's TLS has none of those ciphers, and no option for others");
    const echo = await start(undefined, { serverTls });
    await closed(openTls(echo, { maxVersion: "TLSv1.2", ciphers: "ECDHE-RSA-AES128-SHA256" }));
    await expect.poll(() => echo.refused.join()).toMatch(/TLS handshake failed: .*no.shared.cipher/i);
  });
});
