// SPDX-License-Identifier: Apache-2.0
import { nodePlatform } from "../../src/node/platform.js";
import { PetrelServer } from "../../src/server/server.js";
import type { ByteEndpoint, EndpointHost } from "../../src/transport/socket.js";
import type { Findings } from "../attack/findings.js";
import { collectedMemory } from "../attack/memory.js";
import { repeated } from "../attack/raw-client.js";
import {
  clientHello,
  dataFrame,
  frame,
  headersFrame,
  pingFrame,
  resetFrame,
  setting,
  settingsFrame,
  windowUpdate,
} from "../support/http2-frames.js";
import { echo, Texts } from "../support/text-service.js";

const peer = { address: "in-memory" };
const batch = 500;

/** Ways in which a connection ends for the peer's fault, or is cut. Sent after the client's preface and SETTINGS. */
const faults: Readonly<Record<string, Uint8Array>> = {
  "window overflow": windowUpdate(0, 0x7fff_ffff),
  "window update of 0": windowUpdate(0, 0),
  "bad field block": frame(1, 0x5, 1, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
  "field block never ended": frame(1, 0, 1, [0x82]),
  "PING inside a field block": Buffer.concat([frame(1, 0, 1, [0x82]), pingFrame()]),
  "CONTINUATION alone": frame(9, 4, 1, [0x82]),
  "CONTINUATION flood": Buffer.concat([frame(1, 0, 1, [0x82]), repeated(frame(9, 0, 1, [0x84]), 20)]),
  "frame too large": frame(0, 0, 1, new Uint8Array(20_000)),
  "even stream": headersFrame(2),
  "reset of an idle stream": resetFrame(7, 8),
  "DATA on stream 0": dataFrame(0, [1]),
  "bad setting": settingsFrame(setting(2, 7)),
  "PING of 7 octets": frame(6, 0, 0, new Uint8Array(7)),
  "PING flood": repeated(pingFrame(), 1_100),
  PUSH_PROMISE: frame(5, 4, 1, [0, 0, 0, 2, 0x82]),
  "PRIORITY flood": repeated(frame(2, 0, 3, [0, 0, 0, 0, 1]), 400),
  "cut within a frame": dataFrame(1, [1, 2, 3]).subarray(0, 5),
  "cut with a call open": headersFrame(1, undefined, 0x4),
  GOAWAY: frame(7, 0, 0, new Uint8Array(8)),
};

/** K6: connections that end by an error leave nothing: no object is alive after garbage collection. */
export async function connectionErrors(findings: Findings, perKind: number): Promise<void> {
  const name = "K6 connection errors";
  const server = new PetrelServer(nodePlatform, { onError: () => undefined });
  server.addService(Texts, echo);
  const kinds = { "bad preface": Buffer.from("PRI * HTTP/1.1\r\n\r\nSM\r\n\r\n"), ...faults };
  let alive = 0;
  const registry = new FinalizationRegistry(() => {
    alive -= 1;
  });
  const left: string[] = [];
  await runFaults(server, kinds, batch, () => undefined);
  const before = await collectedMemory();
  for (const [kind, bytes] of Object.entries(kinds)) {
    await runFaults(server, { [kind]: bytes }, perKind, (endpoint) => {
      alive += 1;
      registry.register(endpoint, undefined);
    });
    const until = performance.now() + 3_000;
    do {
      await collectedMemory();
      await new Promise((resolve) => setTimeout(resolve, 1));
    } while (alive > 0 && performance.now() < until);
    if (alive > 0) left.push(`${alive} of ${kind}`);
    alive = 0;
  }
  const after = await collectedMemory();
  findings.equal(
    name,
    `connections alive after ${perKind} of each of ${Object.keys(kinds).length} kinds`,
    left.join(", ") || "0",
    "0",
  );
  findings.equal(name, "connections open", server.stats().connections.open, 0);
  findings.equal(name, "calls running", server.stats().calls.running, 0);
  findings.atMost(
    name,
    "growth of heap and buffers",
    after.heap + after.external - before.heap - before.external,
    2,
    " MiB",
  );
  await server.shutdown({ graceMs: 0 });
}

async function runFaults(
  server: PetrelServer,
  kinds: Readonly<Record<string, Uint8Array>>,
  count: number,
  seen: (endpoint: ByteEndpoint) => void,
): Promise<void> {
  for (const [kind, bytes] of Object.entries(kinds)) {
    for (let index = 0; index < count; index++) {
      const host = new SilentHost();
      server.acceptConnection({
        peer,
        attach(create) {
          host.endpoint = create(host);
          seen(host.endpoint);
        },
      });
      const input = kind === "bad preface" ? bytes : Buffer.concat([clientHello, bytes]);
      host.endpoint?.receive(new Uint8Array(input));
      host.endpoint?.inputEnded(index % 2 === 0 ? undefined : new Error("ECONNRESET"));
      host.drain();
      if (index % batch === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  }
  await new Promise((resolve) => setImmediate(resolve));
}

/** A socket that takes everything and says nothing. */
class SilentHost implements EndpointHost {
  endpoint: ByteEndpoint | undefined;

  now(): number {
    return performance.now();
  }
  outputReady(): void {}
  timeoutChanged(): void {}
  inputPaused(): void {}
  inputResumed(): void {}
  connectionEnded(): void {}

  drain(): void {
    for (let bytes = this.endpoint?.takeOutput(); bytes !== undefined; bytes = this.endpoint?.takeOutput()) {
      this.endpoint?.outputWritten(bytes.length);
    }
  }
}
