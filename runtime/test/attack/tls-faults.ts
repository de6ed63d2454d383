// SPDX-License-Identifier: Apache-2.0

import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { createServer as createTlsServer, connect as tlsConnect } from "node:tls";
import { clientHello } from "../support/http2-frames.js";
import type { Stage } from "./stage.js";

const pem = (name: string) => readFileSync(new URL(`../../../testdata/certs/${name}`, import.meta.url));
const hangUpMs = 5_000;

interface TlsCall {
  readonly target: string;
  readonly ca: boolean;
  readonly serverName?: string;
}

/** F19: what goes wrong with TLS, at either end: the right status, a reason in words, and no crash. */
export async function tlsFaults(stage: Stage): Promise<void> {
  await stage.beside("F19 TLS", () => faults(stage));
}

async function faults(stage: Stage): Promise<void> {
  const { findings, honest, port, tlsPort } = stage;
  const attack = "F19 TLS";
  const call = (input: TlsCall) => honest.ask<{ result: string; message: string }>("tls call", input);
  const expect = async (what: string, input: TlsCall, result: string, words: RegExp) => {
    const seen = await call(input);
    const fits = seen.result === result && words.test(seen.message);
    findings.equal(attack, `${what}: ${fits ? result : `${seen.result} "${seen.message}"`}`, fits, true);
  };
  const target = `localhost:${tlsPort}`;
  await expect("a good certificate", { target, ca: true }, "hello", /^$/);
  await expect("an unknown authority", { target, ca: false }, "UNAVAILABLE", /certificate/i);
  await expect(
    "the wrong host",
    { target, ca: true, serverName: "example.com" },
    "UNAVAILABLE",
    /example\.com|altnames|certificate/i,
  );
  await expect(
    "TLS to a cleartext port",
    { target: `localhost:${port}`, ca: true },
    "UNAVAILABLE",
    /TLS|SSL|hang up|closed|disconnected/i,
  );
  await stage.server.ask("rotate", "expired");
  await expect("an expired certificate, rotated in", { target, ca: true }, "UNAVAILABLE", /expired/i);
  await stage.server.ask("rotate", "client");
  await expect(
    "a certificate for another host, rotated in",
    { target, ca: true },
    "UNAVAILABLE",
    /localhost|altnames|certificate/i,
  );
  await stage.server.ask("rotate", "server");
  await expect("the good certificate again", { target, ca: true }, "hello", /^$/);
  const rejected = await stage.server.ask("rotate", "no such file").then(
    () => "accepted",
    (error: Error) => (error.message.includes("ENOENT") ? "rejected" : error.message),
  );
  findings.equal(attack, "rotating to a file that is not there", rejected, "rejected");
  await expect("the old certificate goes on", { target, ca: true }, "hello", /^$/);

  // Servers that are not as they should be.
  const wrongAlpn = createTlsServer({ cert: pem("server.pem"), key: pem("server.key"), ALPNProtocols: ["http/1.1"] });
  wrongAlpn.on("tlsClientError", () => undefined);
  const noAlpn = createTlsServer({ cert: pem("server.pem"), key: pem("server.key") });
  for (const [server, what] of [
    [wrongAlpn, "a server that offers http/1.1 alone"],
    [noAlpn, "a server without ALPN"],
  ] as const) {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    await expect(
      what,
      { target: `localhost:${(server.address() as AddressInfo).port}`, ca: true },
      "UNAVAILABLE",
      /ALPN|protocol/i,
    );
    server.close();
  }

  // Clients that are not.
  const hangsUp = async (what: string, socket: NodeJS.EventEmitter & { destroy(): void; resume(): void }) => {
    const closed = await new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(false), hangUpMs);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        clearTimeout(timer);
        resolve(true);
      });
      socket.resume();
    });
    socket.destroy();
    findings.equal(attack, `${what}: the server hangs up`, closed, true);
  };
  const plain = connect(tlsPort, "127.0.0.1");
  plain.write(clientHello);
  await hangsUp("cleartext HTTP/2 to the TLS port", plain);
  const noise = connect(tlsPort, "127.0.0.1");
  noise.write(stage.random.bytes(500));
  await hangsUp("noise to the TLS port", noise);
  const secure = { port: tlsPort, host: "127.0.0.1", rejectUnauthorized: false };
  await hangsUp("a client with ALPN of another protocol", tlsConnect({ ...secure, ALPNProtocols: ["spdy/3"] }));
  await hangsUp("a client without ALPN", tlsConnect(secure));
  await hangsUp(
    "a client of TLS 1.1",
    tlsConnect({
      ...secure,
      ALPNProtocols: ["h2"],
      maxVersion: "TLSv1.1",
      minVersion: "TLSv1",
      ciphers: "DEFAULT@SECLEVEL=0",
    }),
  );
  const after = await stage.report();
  findings.equal(attack, "the server is up", stage.server.running, true);
  findings.equal(attack, "unhandled rejections", JSON.stringify(after.unhandledRejections), "[]");
  findings.atLeast(attack, "refusals with a reason", after.refusals.length, 5);
}
